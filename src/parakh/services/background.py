"""One job in the background of a process, with its progress, for pages that show it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

_log = structlog.get_logger()

Report = Callable[[int, int], None]
"""Told how much is done, and of how much."""


class _Stopped(Exception):
    """The process ends; the job must not go on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a job is: `done` of `total`, which is 0 while nothing is known.

    `failed` tells that the last run did, once nothing is running.
    """

    running: bool = False
    done: int = 0
    total: int = 0
    failed: bool = False


class Job:
    """At most one run at a time; it ends at its next report once the process stops."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._halt = threading.Event()
        self._progress = Progress()

    @property
    def progress(self) -> Progress:
        """How far it is now."""
        return self._progress

    def start(self, work: Callable[[Report], object]) -> bool:
        """Begins the work; False when it is under way already."""
        with self._lock:
            if self._progress.running or self._halt.is_set():
                return False
            self._progress = Progress(running=True)
            self._thread = threading.Thread(
                target=self._run, args=(work,), name=f"parakh-{self._name}", daemon=True
            )
            self._thread.start()
        return True

    def wait(self) -> None:
        """Waits until it is done."""
        if self._thread is not None:
            self._thread.join()

    def stop(self) -> None:
        """Ends it, and lets no other begin."""
        self._halt.set()
        self.wait()

    def _run(self, work: Callable[[Report], object]) -> None:
        failed = False
        try:
            work(self._report)
        except _Stopped:
            _log.info("job stopped", job=self._name)
        except Exception:
            # Nobody waits for it: the page tells that it failed, the log why.
            _log.exception("job failed", job=self._name)
            failed = True
        self._progress = Progress(failed=failed)

    def _report(self, done: int, total: int) -> None:
        if self._halt.is_set():
            raise _Stopped
        self._progress = Progress(running=True, done=done, total=total)
