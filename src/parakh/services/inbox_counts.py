"""How much waits for each person, remembered for some seconds."""

import time

_REMEMBERED_SECONDS = 10.0
_MOST_REMEMBERED = 2_000


class Counts:
    """How much waits for each person, as counted some seconds ago.

    Every page shows the number; counting it anew for each would ask a dozen queries.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, float]] = {}

    def of(self, person: str) -> int | None:
        """The number remembered, None once it is old."""
        count, until = self._known.get(person, (0, 0.0))
        return count if time.monotonic() < until else None

    def remember(self, person: str, count: int) -> None:
        """Keeps a number for some seconds."""
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[person] = (count, time.monotonic() + _REMEMBERED_SECONDS)

    def forget(self) -> None:
        """Somebody decided something: it may have waited for several."""
        self._known.clear()
