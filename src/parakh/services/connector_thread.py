"""The thread that gives linked systems their turns, each in a thread of its own."""

import threading

import structlog

from parakh.errors import ParakhError
from parakh.services import connector_runs
from parakh.services.centre import Centre

_log = structlog.get_logger()

POLL_SECONDS = 1.0
"""How often it looks whose turn has come."""


class Linker(threading.Thread):
    """Looks whose turn has come, and begins it; a slow system holds only its own turn up.

    There are never more turns under way than there are linked systems.
    """

    def __init__(self, centre: Centre) -> None:
        super().__init__(name="parakh-linker", daemon=True)
        self._centre = centre
        self._halt = threading.Event()
        self._turns: dict[str, threading.Thread] = {}

    def run(self) -> None:
        """Works until `halt`; an error is logged, and never ends the thread."""
        began = False
        while not self._halt.is_set():
            try:
                if not began:
                    connector_runs.release(self._centre)
                    began = True
                self._look()
            except ParakhError as error:
                _log.error("nothing new is linked", cause=str(error))
            except Exception:
                _log.exception("linker failed")
            self._halt.wait(POLL_SECONDS)

    def halt(self) -> None:
        """Asks the thread to stop; a turn that is under way may be cut off, and loses nothing."""
        self._halt.set()

    def join(self, timeout: float | None = None) -> None:
        """Waits for the thread, and so long again for the turns under way."""
        super().join(timeout)
        for turn in self._turns.values():
            turn.join(timeout)

    def _look(self) -> None:
        self._centre.linked.follow()
        self._turns = {name: own for name, own in self._turns.items() if own.is_alive()}
        for name in connector_runs.due(self._centre):
            if name not in self._turns:
                turn = threading.Thread(
                    target=self._safely, args=(name,), name=f"parakh-link-{name}", daemon=True
                )
                self._turns[name] = turn
                turn.start()

    def _safely(self, name: str) -> None:
        try:
            connector_runs.turn(self._centre, name, self._halt)
        except Exception:
            _log.exception("turn failed", connector=name)
