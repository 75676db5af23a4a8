"""How many calls of strangers are written into the audit trail: few, however many they make."""

import ipaddress
import threading
import time
from collections.abc import Callable

HOUR = 3600.0
_MOST_ADDRESSES = 10_000
_OTHERS = "others"


class Refusals:
    """Counts the refused calls of each address, and says which of them are worth a row.

    The trail must show that somebody guesses keys, and must not be filled by him. So of each
    address and hour the first call is written, then the 10th, the 100th, the 1,000th and so on,
    with the count. Past 10,000 addresses an hour, further ones are counted together. The counts
    are of this process alone, and a restart forgets them.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._begun = clock()
        self._counts: dict[str, int] = {}

    def count(self, address: str) -> tuple[str, int]:
        """Counts a refused call; gives under which name, and the count if it is to be written.

        The count is 0 for a call that is not. Addresses of one IPv6 network (/64) are one: a single
        machine has all of them.
        """
        with self._lock:
            if self._clock() - self._begun >= HOUR:
                self._begun = self._clock()
                self._counts.clear()
            name = network_of(address)
            if name not in self._counts and len(self._counts) >= _MOST_ADDRESSES:
                name = _OTHERS
            number = self._counts[name] = self._counts.get(name, 0) + 1
        return name, number if number == 10 ** (len(str(number)) - 1) else 0


def network_of(address: str) -> str:
    """Under what an address is counted: of IPv6 its network (/64); "unknown" for what is none."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
