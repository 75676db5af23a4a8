"""A station's own queue: captures that wait for the centre, sealed, on the station's disk.

Every capture is one file, sealed with AES-256-GCM (NIST SP 800-38D) under a key made of the
station's own (HKDF, RFC 5869): whoever finds the disk without the key file reads nothing. A file
appears whole or not at all (written aside, flushed, renamed, the folder flushed), and goes when the
centre has acknowledged its capture. So a crash loses none; at worst one is sent twice, under the
same identifier, and recorded once.

A file ends in `.sealed` while it waits, in `.refused` when the centre will not take it, and in
`.unopened` when no key at hand opens it: it waits again at the next start, for the right key may be
there by then. Whatever its ending, none outlasts the time in which the centre could take it.
"""

import os
import secrets
import struct
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from parakh.errors import Conflict, Unreadable

MOST_BYTES = 2 * 2**30
OLDEST = timedelta(days=6)
"""Bounds of the queue: beyond either, nothing more is taken."""

KEPT = timedelta(days=7)
"""The centre refuses what is older: it is erased, for it serves nobody any more."""

_SUFFIX = ".sealed"
_REFUSED = ".refused"
_UNOPENED = ".unopened"
_NONCE = 12
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """One capture as it will be sent: the fields of the form, and its pictures.

    Attributes:
        id: 32 hexadecimal digits, under which it is sent however often.
        taken_at: ISO 8601, with its zone.
        folder: where its answer is wanted; "" for nowhere.
    """

    id: str
    taken_at: str
    frames: tuple[bytes, ...]
    portrait: bytes | None = None
    document: str = ""
    lane: str = ""
    direction: str = ""
    folder: str = ""


class Full(Conflict):
    """The queue takes nothing more; the text says why and what to do."""


class Outbox:
    """The queue in one folder, in the order in which captures were taken."""

    def __init__(
        self,
        folder: Path,
        key: str,
        *,
        former: Sequence[str] = (),
        most_bytes: int = MOST_BYTES,
        oldest: timedelta = OLDEST,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Seals with `key`; opens what was sealed with it or with one of the `former`."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._ciphers = [_cipher(own) for own in (key, *former)]
        self._folder = folder
        self._most_bytes = most_bytes
        self._oldest = oldest
        self._say = say
        for left in folder.glob("*.part"):  # a crash while one was written: it was never taken
            erase(left)
        for locked in folder.glob(f"*{_UNOPENED}"):
            locked.rename(locked.with_suffix(_SUFFIX))

    def __len__(self) -> int:
        return len(self._files())

    def put(self, packed: Packed, now: datetime) -> None:
        """Takes a capture in for good; one with the same identifier is already there.

        Raises Full when the queue is too large, or what waits in it too old.
        """
        if any(path.stem.endswith(packed.id) for path in self._files()):
            return
        self._check_age(now)
        name = f"{_sortable(packed.taken_at, now)}-{packed.id}"
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + self._ciphers[0].encrypt(nonce, _written(packed), name.encode())
        self._make_room(len(sealed))
        _write(self._folder / f"{name}{_SUFFIX}", sealed)

    def waiting(self, but: Container[str] = ()) -> Iterator[tuple[Path, Packed]]:
        """What waits but for these identifiers, the oldest first.

        A file that cannot be opened is set aside, not lost.
        """
        for path in self._files():
            if path.stem.partition("-")[2] in but:
                continue
            try:
                yield path, self._open(path)
            except Unreadable as error:
                self._rename(path, _UNOPENED)
                self._say(str(error))

    def done(self, path: Path) -> None:
        """Forgets a capture that the centre acknowledged: its bytes are overwritten, then gone."""
        erase(path)
        _flush(self._folder)

    def set_aside(self, path: Path) -> None:
        """Keeps a capture that the centre does not take, sealed as it is, out of the queue."""
        self._rename(path, _REFUSED)

    def refused(self) -> int:
        """How many the centre did not take."""
        return len(self._files(_REFUSED))

    def unopened(self) -> int:
        """How many no key at hand opens."""
        return len(self._files(_UNOPENED))

    def expire(self, now: datetime) -> list[Packed]:
        """Erases all that the centre would refuse as too old; gives what of it still waited."""
        gone = []
        for suffix in (_SUFFIX, _REFUSED, _UNOPENED):
            for path in self._files(suffix):
                if now - _taken(path) <= KEPT:
                    break  # in the order in which they were taken
                if suffix == _SUFFIX:
                    with suppress(Unreadable):
                        gone.append(self._open(path))
                self.done(path)
        return gone

    def _open(self, path: Path) -> Packed:
        sealed = path.read_bytes()
        for cipher in self._ciphers:
            with suppress(InvalidTag, ValueError):
                plain = cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], path.stem.encode())
                return _read(plain)
        raise Unreadable(
            f"{path.name} was not sealed with this station's key: write the key that it had then "
            "on a further line of the key file, and start again"
        )

    def _check_age(self, now: datetime) -> None:
        oldest = next(iter(self._files()), None)
        if oldest is None:
            return
        taken = _taken(oldest)
        if now - taken > self._oldest:
            raise Full(
                f"the oldest capture waits since {taken:%Y-%m-%d %H:%M} UTC, longer than "
                f"{self._oldest.days} days: bring the centre back, or clear the queue"
            )

    def _make_room(self, size: int) -> None:
        """Erases what the centre did not take, the oldest first, before it refuses anything."""
        refused = iter(self._files(_REFUSED))
        while (held := self._size()) + size > self._most_bytes:
            path = next(refused, None)
            if path is None:
                raise Full(
                    f"the queue holds {held:,} bytes, at most {self._most_bytes:,} are kept: "
                    "check by hand until the centre is reached"
                )
            self.done(path)

    def _rename(self, path: Path, suffix: str) -> None:
        path.rename(path.with_suffix(suffix))
        _flush(self._folder)

    def _files(self, suffix: str = _SUFFIX) -> list[Path]:
        return sorted(self._folder.glob(f"*{suffix}"))

    def _size(self) -> int:
        return sum(path.stat().st_size for path in self._folder.iterdir())


def write_json(path: Path, value: dict[str, Any]) -> None:
    """A JSON file that is there whole or not at all."""
    _write(path, orjson.dumps(value, option=orjson.OPT_INDENT_2))


def _cipher(key: str) -> AESGCM:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"parakh station queue")
    return AESGCM(derivation.derive(key.encode()))


def _sortable(moment: str, now: datetime) -> str:
    """A moment of 22 characters, UTC, that sorts as time goes: 20260105T093000000000Z.

    Not later than now, so that a camera whose clock is ahead makes nothing be kept longer.
    """
    at = min(datetime.fromisoformat(moment), now).astimezone(UTC)
    return at.strftime("%Y%m%dT%H%M%S%f") + "Z"


def _taken(path: Path) -> datetime:
    return datetime.strptime(path.name[:22], "%Y%m%dT%H%M%S%f%z")


def _written(packed: Packed) -> bytes:
    """A header as JSON with the sizes of the pictures, then the pictures."""
    pictures = [*packed.frames, *([packed.portrait] if packed.portrait else [])]
    values = {key: own for key, own in asdict(packed).items() if key not in ("frames", "portrait")}
    header = orjson.dumps({**values, "sizes": [len(one) for one in packed.frames]})
    return b"".join([_LENGTH.pack(len(header)), header, *pictures])


def _read(plain: bytes) -> Packed:
    (length,) = _LENGTH.unpack_from(plain)
    values = orjson.loads(plain[_LENGTH.size : _LENGTH.size + length])
    at, frames = _LENGTH.size + length, []
    for size in values.pop("sizes"):
        frames.append(plain[at : at + size])
        at += size
    return Packed(frames=tuple(frames), portrait=plain[at:] or None, **values)


def _write(path: Path, data: bytes) -> None:
    aside = path.with_name(f"{path.name}.part")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)
    _flush(path.parent)


def _flush(folder: Path) -> None:
    """A rename is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def erase(path: Path) -> None:
    """Overwrites and removes; on flash memory the sealing is what protects, not this."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(bytes(size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
