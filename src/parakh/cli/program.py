"""The program of a capture station: sends what the camera's software drops, or queues it.

The camera's software makes a folder for each capture: the frames (`frame*`), the document's
portrait if there is one (`portrait*`), and last of all `meta.json`. From then on the folder is the
program's, which keeps what it knows of the capture in `capture.json`. When it has an answer it
erases the pictures and `meta.json`, and renames `capture.json` to `answer.json`: now the folder is
the camera's again, and may take another capture. Whatever the program is killed at, the folder or
the queue still holds the capture, and its identifier is the same when it is sent again.

A centre that is not reached is tried again later and later. A centre that fails over one capture
(500) is there: that capture alone waits, and is set aside when it failed often while others were
answered.
"""

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import Any

import orjson

from parakh.cli.outbox import KEPT, Full, Outbox, Packed, erase, write_json
from parakh.cli.sender import Outcome, Reply, Sender
from parakh.clock import Clock, utc_now
from parakh.domain.ids import new_id
from parakh.errors import InvalidInput
from parakh.faces.picture import MOST_BYTES
from parakh.services.stations import IDENTIFIER, MOST_FRAMES

HEARTBEAT = 30.0
"""Seconds between two heartbeats."""

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds until the centre is tried again: each time twice as long, up to the longest."""

STUMBLE_WAIT, LONGEST_STUMBLE_WAIT = 60.0, 3600.0
"""Seconds until one capture is sent again that the centre failed over."""

MOST_STUMBLES = 8
"""It is set aside at so many failures; only those count between which another was answered, for
where all fail it is the centre's fault."""

SWEEP = 60.0
"""Seconds between two looks for captures that are too old to be sent."""

CAMERA_ALIVE = 60.0
"""The camera's software touches its file at least so often, in seconds."""

BY_HAND = "Check this person by hand."
SOFTWARE = f"parakh station {version('parakh')}"

_META, _ANSWER, _SETTLED = "meta.json", "answer.json", "capture.json"
_KNOWN = frozenset({"id", "taken_at", "document", "lane", "direction"})


@dataclass(kw_only=True, slots=True)
class _Stumble:
    """How the centre failed over one capture.

    Attributes:
        again_at: when it may be sent again, by the steady clock.
        answered: how many captures had been answered by then.
        count: failures since another capture was answered in between.
    """

    again_at: float
    answered: int
    count: int = 0


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
        self._queue_wait = FIRST_WAIT
        self._queue_at = 0.0
        self._stumbles: dict[str, _Stumble] = {}
        self._answered = 0
        self._sweep_at = 0.0
        self.reached = True

    # --- captures -----------------------------------------------------------------------------

    def step(self) -> bool:
        """Sends each new capture, then one of the queue; gives whether anything was done."""
        done = False
        for folder in self._ready():
            self._take(folder)
            done = True
        self._sweep()
        return self._send_one() or done

    def _ready(self) -> Iterator[Path]:
        """Folders with a capture that is complete and not done, in the order of their names."""
        if self._watch is None or not self._watch.is_dir():
            return
        for folder in sorted(self._watch.iterdir()):
            if (folder / _META).is_file() or (folder / _SETTLED).is_file():
                yield folder

    def _take(self, folder: Path) -> None:
        if "state" in self._settled(folder):  # the program was killed while it tidied up
            self._tidy(folder)
            return
        (folder / _ANSWER).unlink(missing_ok=True)  # of the capture before
        try:
            packed = self._packed(folder)
        except (InvalidInput, OSError) as error:
            self._answer(folder, _refused(str(error)))
            self._tidy(folder)
            return
        if self.reached or self._steady() >= self._again_at:
            reply = self._sent(packed)
            if reply.outcome in (Outcome.ANSWERED, Outcome.REFUSED):
                self._answer(folder, _told(reply))
                self._tidy(folder)
                return
        self._queue(folder, packed)
        self._tidy(folder)

    def _queue(self, folder: Path, packed: Packed) -> None:
        try:
            self._outbox.put(packed, self._clock())
        except Full as error:
            self._stumbles.pop(packed.id, None)
            self._say(f"the queue is full: {error}")
            self._answer(folder, _refused(str(error)))
            return
        waiting = len(self._outbox)
        self._say(f"queued, {waiting} wait")
        self._answer(folder, {"state": "queued", "waiting": waiting, "say": BY_HAND})

    def _send_one(self) -> bool:
        """Sends the oldest of the queue that may be tried again by now."""
        now = self._steady()
        if now < max(self._again_at, self._queue_at):
            return False
        put_off = {own for own, stumble in self._stumbles.items() if now < stumble.again_at}
        for path, packed in self._outbox.waiting(but=put_off):
            reply = self._sent(packed)
            if reply.outcome is Outcome.UNREACHED:
                return False
            if reply.outcome is Outcome.STUMBLED:
                if self._stumbles[packed.id].count < MOST_STUMBLES:
                    return False
                self._stumbles.pop(packed.id)
            self._tell(packed, _told(reply))
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
        if reply.outcome is Outcome.STUMBLED:
            self._stumbled(packed, reply)
        elif reply.outcome is not Outcome.UNREACHED:
            self._stumbles.pop(packed.id, None)
            self._answered += reply.outcome is Outcome.ANSWERED
            self._queue_wait, self._queue_at = FIRST_WAIT, 0.0
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
        self._again_at = self._later(self._wait)
        self._wait = min(self._wait * 2, LONGEST_WAIT)

    def _stumbled(self, packed: Packed, reply: Reply) -> None:
        """Puts one capture off, and the queue for a moment: new captures go on at once."""
        self._say(f"the centre failed over a capture, the others go on: {reply.detail}")
        before = self._stumbles.get(packed.id)
        count = before.count + (self._answered > before.answered) if before else 0
        wait = min(STUMBLE_WAIT * 2**count, LONGEST_STUMBLE_WAIT)
        self._stumbles[packed.id] = _Stumble(
            again_at=self._later(wait), answered=self._answered, count=count
        )
        self._queue_at = self._later(self._queue_wait)
        self._queue_wait = min(self._queue_wait * 2, LONGEST_WAIT)

    def _later(self, seconds: float) -> float:
        return self._steady() + seconds * random.uniform(0.8, 1.2)  # noqa: S311

    def _sweep(self) -> None:
        """Erases captures that are too old for the centre, and says so where one still waited."""
        if self._steady() < self._sweep_at:
            return
        self._sweep_at = self._steady() + SWEEP
        for packed in self._outbox.expire(self._clock()):
            self._stumbles.pop(packed.id, None)
            self._tell(packed, _refused(f"not sent within {KEPT.days} days, and erased"))
            self._say(f"a queued capture of {packed.taken_at} was too old, and erased")

    # --- folders ------------------------------------------------------------------------------

    def _packed(self, folder: Path) -> Packed:
        meta = _object(folder / _META)
        unknown = sorted(set(meta) - _KNOWN)
        if unknown:
            raise InvalidInput(f"{_META}: unknown members {', '.join(unknown)}")
        settled = folder / _SETTLED
        if not settled.exists():
            # Before anything is sent: sent again after a crash, it is the same capture.
            own = str(meta.get("id") or new_id())
            if not IDENTIFIER.fullmatch(own):
                raise InvalidInput(f"{_META}: an id has 32 digits 0-9, a-f")
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

    def _settled(self, folder: Path) -> dict[str, Any]:
        """What is known of a folder's capture; nothing where it is new."""
        try:
            return _object(folder / _SETTLED)
        except (InvalidInput, FileNotFoundError):
            return {}

    def _answer(self, folder: Path, told: dict[str, Any]) -> None:
        """Keeps the answer until the folder is tidy; the camera does not see it before."""
        write_json(folder / _SETTLED, self._settled(folder) | told)

    def _tidy(self, folder: Path) -> None:
        """Erases what the camera left, then shows the answer: the folder is the camera's again."""
        for path in (*folder.glob("frame*"), *folder.glob("portrait*")):
            erase(path)
        (folder / _META).unlink(missing_ok=True)
        (folder / _SETTLED).rename(folder / _ANSWER)

    def _tell(self, packed: Packed, told: dict[str, Any]) -> None:
        """Puts what became of a queued capture into its folder, unless another took its place."""
        path = Path(packed.folder) / _ANSWER
        try:
            before = _object(path) if packed.folder else {}
        except (InvalidInput, OSError):
            return
        if before.get("id") == packed.id:
            write_json(path, {"id": packed.id, "taken_at": packed.taken_at} | told)

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


def _told(reply: Reply) -> dict[str, Any]:
    if reply.outcome is Outcome.ANSWERED:
        return {"state": "answered", "answer": reply.body}
    return _refused(reply.detail)


def _refused(detail: str) -> dict[str, Any]:
    return {"state": "refused", "detail": detail, "say": BY_HAND}


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
