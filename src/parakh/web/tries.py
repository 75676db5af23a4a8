"""How often one address may try to sign in."""

import math
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request

from parakh.domain.phrase import N_
from parakh.web.errors import note_stranger
from parakh.web.i18n import gettext
from parakh.web.refusals import network_of

_MINUTE = 60.0
_MOST_ADDRESSES = 10_000
_OTHERS = "others"
_TOO_OFTEN = N_("Too many tries to sign in came from this address. Wait a minute, then try again.")


class Tries:
    """A token bucket an address: `a_minute` tries at once, and as many in each minute after.

    Addresses of one IPv6 network (/64) are one; past 10,000 that tried within a minute, further
    ones share a bucket. The counts are of this process alone, and a restart forgets them.
    """

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(a_minute)
        self._clock = clock
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, address: str) -> float:
        """Takes a try: 0.0 where there is one left, else the seconds until there is."""
        with self._lock:
            now = self._clock()
            if len(self._left) >= _MOST_ADDRESSES:
                # A bucket that nobody took from for a minute is full, as one that is not there.
                self._left = {
                    name: own for name, own in self._left.items() if now - own[1] < _MINUTE
                }
            name = network_of(address)
            if name not in self._left and len(self._left) >= _MOST_ADDRESSES:
                name = _OTHERS
            left, at = self._left.get(name, (self._most, now))
            left = min(self._most, left + (now - at) * self._most / _MINUTE)
            self._left[name] = (left - 1 if left >= 1 else left, now)
            return 0.0 if left >= 1 else (1 - left) * _MINUTE / self._most


async def _require_try(request: Request) -> None:
    """Raises HTTPException (429, RFC 6585) for an address that tries too often; the trail tells."""
    address = request.client.host if request.client else ""
    seconds = request.app.state.tries.wait(address)
    if seconds:
        await note_stranger(request)
        headers = {"retry-after": str(math.ceil(seconds))}
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, gettext(_TOO_OFTEN), headers)


Unhurried = Annotated[None, Depends(_require_try)]
"""A handler's argument of this kind counts its calls as tries to sign in."""
