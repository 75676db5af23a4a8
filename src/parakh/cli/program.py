"""The program of a capture station: sends what the camera's software drops, or queues it.

The camera's software makes a folder for each capture: the frames (`frame*`), the document's
portrait if there is one (`portrait*`), and last of all `meta.json`. The answer is written beside
them as `answer.json`, and the pictures are erased. Whatever the program is killed at, the folder or
the queue still holds the capture, and its identifier is the same when it is sent again.
"""

import random
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import Any

import orjson

from parakh.cli.outbox import Full, Outbox, Packed, erase, write_json
from parakh.cli.sender import Outcome, Reply, Sender
from parakh.clock import Clock, utc_now
from parakh.domain.ids import new_id
from parakh.errors import InvalidInput
from parakh.faces.picture import MOST_BYTES
from parakh.services.stations import MOST_FRAMES

HEARTBEAT = 30.0
"""Seconds between two heartbeats."""

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds until the centre is tried again: each time twice as long, up to the longest."""

CAMERA_ALIVE = 60.0
"""The camera's software touches its file at least so often, in seconds."""

BY_HAND = "Check this person by hand."
SOFTWARE = f"parakh station {version('parakh')}"

_META, _ANSWER, _SETTLED = "meta.json", "answer.json", "capture.json"
_KNOWN = frozenset({"id", "taken_at", "document", "lane", "direction"})


class Program:
    """One station's program; `step` does what there is to do now, and says whether it did any."""

    def __init__(
        self,
        sender: Sender,
        outbox: Outbox,
        *,
        watch: Path | None = None,
        camera: Path | None = None,
        say: Callable[[str], None] = lambda _: None,
        clock: Clock = utc_now,
        steady: Callable[[], float] = monotonic,
    ) -> None:
        self._sender = sender
        self._outbox = outbox
        self._watch = watch
        self._camera = camera
        self._say = say
        self._clock = clock
        self._steady = steady
        self._wait = FIRST_WAIT
        self._again_at = 0.0
        self.reached = True

    # --- captures -----------------------------------------------------------------------------

    def step(self) -> bool:
        """Sends each new capture, then one of the queue; gives whether anything was done."""
        done = False
        for folder in self._ready():
            self._take(folder)
            done = True
        return self._send_one() or done

    def _ready(self) -> Iterator[Path]:
        """Folders whose capture is complete, in the order of their names."""
        if self._watch is None or not self._watch.is_dir():
            return
        for folder in sorted(self._watch.iterdir()):
            if (folder / _META).is_file():
                yield folder

    def _take(self, folder: Path) -> None:
        if (folder / _ANSWER).exists():  # the program was killed while it tidied up
            self._tidy(folder)
            return
        try:
            packed = self._packed(folder)
        except (InvalidInput, OSError) as error:
            self._answer(folder, {"state": "refused", "detail": str(error)})
            self._tidy(folder)
            return
        if self.reached or self._steady() >= self._again_at:
            reply = self._sent(packed)
            if reply.outcome is not Outcome.UNREACHED:
                self._settle(folder, reply)
                self._tidy(folder)
                return
        self._queue(folder, packed)
        self._tidy(folder)

    def _queue(self, folder: Path, packed: Packed) -> None:
        try:
            self._outbox.put(packed, self._clock())
        except Full as error:
            self._say(f"the queue is full: {error}")
            self._answer(folder, {"state": "refused", "detail": str(error), "say": BY_HAND})
            return
        waiting = len(self._outbox)
        self._say(f"queued, {waiting} wait")
        self._answer(
            folder, {"state": "queued", "id": packed.id, "waiting": waiting, "say": BY_HAND}
        )

    def _send_one(self) -> bool:
        """Sends the oldest of the queue, if the centre may be tried again by now."""
        if self._steady() < self._again_at:
            return False
        for path, packed in self._outbox.waiting():
            reply = self._sent(packed)
            if reply.outcome is Outcome.UNREACHED:
                if reply.status == 500:
                    continue  # the centre stumbles over this one: the next must not wait for it
                return False
            folder = Path(packed.folder) if packed.folder else None
            if folder is not None and folder.is_dir():
                self._settle(folder, reply)
            if reply.outcome is Outcome.ANSWERED:
                self._outbox.done(path)
                self._say(f"sent what waited, {len(self._outbox)} wait")
            else:
                self._outbox.set_aside(path)
                self._say(f"a queued capture was refused and set aside: {reply.detail}")
            return True
        return False

    def _sent(self, packed: Packed) -> Reply:
        reply = self._sender.capture(packed)
        self._note(reply)
        return reply

    def _note(self, reply: Reply) -> None:
        """Waits longer after each failure in a row, by chance a little more or less."""
        reached = reply.outcome is not Outcome.UNREACHED
        if reached != self.reached:
            self._say("the centre is reached again" if reached else f"not reached: {reply.detail}")
        self.reached = reached
        if reached:
            self._wait, self._again_at = FIRST_WAIT, 0.0
            return
        self._again_at = self._steady() + self._wait * random.uniform(0.8, 1.2)  # noqa: S311
        self._wait = min(self._wait * 2, LONGEST_WAIT)

    # --- folders ------------------------------------------------------------------------------

    def _packed(self, folder: Path) -> Packed:
        meta = _object(folder / _META)
        unknown = sorted(set(meta) - _KNOWN)
        if unknown:
            raise InvalidInput(f"{_META}: unknown members {', '.join(unknown)}")
        settled = folder / _SETTLED
        if not settled.exists():
            # Before anything is sent: sent again after a crash, it is the same capture.
            own = meta.get("id") or new_id()
            taken_at = _moment(meta.get("taken_at"), self._clock())
            write_json(settled, {"id": own, "taken_at": taken_at})
        known = _object(settled)
        frames = [_picture(path) for path in sorted(folder.glob("frame*"))]
        if not 1 <= len(frames) <= MOST_FRAMES:
            raise InvalidInput(f"the folder holds {len(frames)} frames, not 1 to {MOST_FRAMES}")
        portrait = next(iter(sorted(folder.glob("portrait*"))), None)
        return Packed(
            id=str(known["id"]),
            taken_at=str(known["taken_at"]),
            frames=tuple(frames),
            portrait=_picture(portrait) if portrait else None,
            document=str(meta.get("document", "")),
            lane=str(meta.get("lane", "")),
            direction=str(meta.get("direction", "")),
            folder=str(folder.resolve()),
        )

    def _settle(self, folder: Path, reply: Reply) -> None:
        if reply.outcome is Outcome.ANSWERED:
            self._answer(folder, {"state": "answered", "answer": reply.body})
        else:
            self._answer(folder, {"state": "refused", "detail": reply.detail, "say": BY_HAND})

    def _answer(self, folder: Path, told: dict[str, Any]) -> None:
        write_json(folder / _ANSWER, told)

    def _tidy(self, folder: Path) -> None:
        """Erases the pictures; `meta.json` goes last, for while it is there this is not done."""
        for path in (*folder.glob("frame*"), *folder.glob("portrait*")):
            erase(path)
        for name in (_SETTLED, _META):
            (folder / name).unlink(missing_ok=True)

    # --- heartbeat ----------------------------------------------------------------------------

    def beat(self) -> Reply:
        """Tells the centre how the station is."""
        return self._sender.heartbeat(
            {
                "at": self._clock().isoformat(),
                "software": SOFTWARE,
                "camera": self._camera_works(),
                "waiting": len(self._outbox),
            }
        )

    def beat_on(self, stop: threading.Event) -> None:
        """Heartbeats until told to stop, beside the captures."""
        while True:
            reply = self.beat()
            if reply.outcome is Outcome.REFUSED:
                self._say(f"the heartbeat was refused: {reply.detail}")
            if stop.wait(HEARTBEAT):
                return

    def _camera_works(self) -> bool:
        if self._camera is None:
            return True
        try:
            touched = self._camera.stat().st_mtime
        except OSError:
            return False
        return self._clock().timestamp() - touched <= CAMERA_ALIVE


def _object(path: Path) -> dict[str, Any]:
    try:
        found = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"{path.name}: {error}") from error
    if not isinstance(found, dict):
        raise InvalidInput(f"{path.name} holds no object")
    return found


def _moment(text: object, now: datetime) -> str:
    if text is None:
        return now.isoformat()
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise InvalidInput(f"{_META}: taken_at is no moment of ISO 8601") from error
    if moment.tzinfo is None:
        raise InvalidInput(f"{_META}: taken_at needs its time zone")
    return moment.isoformat()


def _picture(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise InvalidInput(f"{path.name} is larger than {MOST_BYTES // 2**20} MiB")
    return path.read_bytes()
