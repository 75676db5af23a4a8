"""The background worker: works the queue off, watches the drop folder, keeps house."""

import os
import threading
import time
from pathlib import Path

import structlog

from parakh.access import system_actor
from parakh.domain.message import Channel, Source
from parakh.errors import ParakhError
from parakh.services import alerts, intake, queue, trail
from parakh.services.centre import Centre

_log = structlog.get_logger()
_DROP = system_actor("drop")

POLL_SECONDS = 0.5
RETRY_SECONDS = 30.0
HOUSEKEEP_SECONDS = 300.0
SETTLED_SECONDS = 5.0
"""A dropped file is taken in once nobody wrote to it for so long."""

_UNFINISHED = (".part", ".tmp", ".filepart")


class Worker(threading.Thread):
    """One thread that takes messages from state to state until it is told to stop."""

    def __init__(self, centre: Centre) -> None:
        super().__init__(name="parakh-worker", daemon=True)
        self._centre = centre
        self._halt = threading.Event()
        self._heard = -1
        self._left: set[str] = set()

    def run(self) -> None:
        """Works until `halt`; an error is logged and tried again, and never ends the thread."""
        failed: set[str] = set()
        retry_at = housekeep_at = 0.0
        while not self._halt.is_set():
            now = time.monotonic()
            try:
                if now >= retry_at:
                    failed.clear()
                    self._left.clear()
                    retry_at = now + RETRY_SECONDS
                if now >= housekeep_at:
                    # Set first: housekeeping that fails must not keep the queue waiting.
                    housekeep_at = now + HOUSEKEEP_SECONDS
                    trail.checkpoint(self._centre)
                    trail.housekeep(self._centre)
                sweep(self._centre, self._left)
                self._tell_walls()
                busy = queue.step(self._centre, failed)
            except Exception:
                _log.exception("worker failed")
                busy = False
            if not busy:
                self._halt.wait(POLL_SECONDS)

    def _tell_walls(self) -> None:
        """Wakes the walls of this process to what other processes put on them."""
        last = alerts.last_event(self._centre)
        if last != self._heard:
            self._heard = last
            self._centre.wall.notify()

    def halt(self) -> None:
        """Asks the thread to stop, and waits until the step in hand is done."""
        self._halt.set()
        self.join()
        trail.checkpoint(self._centre)


def sweep(centre: Centre, left: set[str]) -> int:
    """Takes in the files of the drop folder that are settled; gives how many.

    A file is stored before it is moved to `done/`; one that is refused goes to `refused/` with the
    cause beside it. A crash in between takes the file in again, which finds its bytes known. A file
    that cannot be read or moved is put into `left`, to be tried again once the caller empties it.
    """
    taken = 0
    for path in _files(centre.settings.drop_path):
        if path.name in left:
            continue
        try:
            if _settled(path):
                _take(centre, path)
                taken += 1
        except Exception as error:
            # One bad file must not stop the others, nor the queue.
            left.add(path.name)
            _log.warning("dropped file left", error=type(error).__name__)
    return taken


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _settled(path: Path) -> bool:
    if not path.is_file() or path.name.startswith(".") or path.suffix in _UNFINISHED:
        return False
    return time.time() - path.stat().st_mtime >= SETTLED_SECONDS


def _take(centre: Centre, path: Path) -> None:
    try:
        source = Source(channel=Channel.DROP, name=_name(path))
        intake.receive_file(centre, _DROP, path, source)
    except ParakhError as error:
        kept = _move(path, "refused")
        kept.with_name(f"{kept.name}.cause.txt").write_text(f"{error}\n", encoding="utf-8")
        _log.warning("dropped file refused", file=_name(path))
    else:
        _move(path, "done")


def _name(path: Path) -> str:
    """The file's name as text, whatever bytes it is made of."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def _move(path: Path, folder: str) -> Path:
    """Moves a file to a folder beside it, under a free name."""
    target = path.parent / folder / path.name
    target.parent.mkdir(exist_ok=True)
    number = 1
    while target.exists():
        number += 1
        target = target.with_name(f"{path.stem}-{number}{path.suffix}")
    return path.rename(target)
