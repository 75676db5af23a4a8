"""A centre's whole state in one sealed file: made while it works, and read to the last byte.

What it holds stands in docs/operating.md, Backups. What can be made anew from it (galleries in
memory, converted models) and what waits outside the database (the drop folder) is left out.
"""

import gzip
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import orjson
import sqlalchemy as sa

from parakh.access import Actor, Purpose
from parakh.errors import Conflict, InvalidInput, Misconfigured, Unreadable
from parakh.services.backup_parts import MANIFEST, Blocks, PartDigest, PartReader, PartWriter
from parakh.services.centre import Centre
from parakh.services.telemetry import BACKED_UP, BACKUP
from parakh.settings import Settings
from parakh.store import snapshot
from parakh.store.sealed_stream import Lock, Opener, SealedReader, SealedWriter
from parakh.store.snapshot import Described

FORMAT = 1
SUFFIX = ".parakh-backup"
KEYS = "keys.sealed"
DATA, SETTINGS = "data/", "settings/"
CHECKPOINTS = "audit-checkpoints.jsonl"
_NOT_KEPT = frozenset({"models", "galleries", "drop", "demo"})
_NAMED = (
    "pull_file", "connectors_file", "oidc_file", "plate_file", "face_catalogue",
    "face_catalogue_before", "trust_file",
)  # fmt: skip
"""Settings that name a file without a secret, which may lie outside of the data folder."""
_BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What a backup holds.

    Attributes:
        database: `sqlite` or `postgresql`; it goes back into one of the same kind.
        parts: every part but this one, in the file's order.
    """

    format: int
    made_at: datetime
    program: str
    database: str
    revision: str
    audit_seq: int
    audit_hash: str
    counts: dict[str, int]
    parts: tuple[PartDigest, ...]

    @property
    def rows(self) -> int:
        """All rows of all tables."""
        return sum(self.counts.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A finished backup, its size in bytes, and the older ones that were removed for it."""

    path: Path
    size: int
    manifest: Manifest
    removed: tuple[Path, ...]


def create(
    centre: Centre,
    actor: Actor,
    destination: Path,
    *,
    lock: Lock,
    keys_lock: Lock | None = None,
    keep: int = 0,
) -> Made:
    """Backs the centre up, while it works, into a file, or a new file of a folder.

    The file is written under another name and gets its own when it is whole. `keys_lock` is for
    whom the centre's keys are sealed within, if for another than the rest. With `keep`, only so
    many of a folder's backups stay. Raises Misconfigured where it cannot be written, Conflict where
    the centre's keys were replaced meanwhile.
    """
    if keep and not destination.is_dir():
        raise InvalidInput("only a folder's backups can be counted: give a folder")
    path = destination / f"{_stamp(centre)}{SUFFIX}" if destination.is_dir() else destination
    if path.exists():
        raise Misconfigured(f"{path} is there already")
    part = path.with_name(f".{path.name}.part")
    try:
        with _new(part) as file:
            manifest = _write(centre, file, lock, keys_lock or lock)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        _settle(path.parent)
    except OSError as error:
        raise Misconfigured(f"the backup cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    removed = _rotate(path.parent, keep) if keep else ()
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        tx.audit(
            BACKED_UP,
            "backup",
            BACKUP,
            file=path.name,
            rows=manifest.rows,
            head=manifest.audit_seq,
        )
    return Made(path=path, size=path.stat().st_size, manifest=manifest, removed=removed)


def verify(path: Path, opener: Opener) -> Manifest:
    """Reads a backup to its end; raises Unreadable where anything is not as it was written."""
    for name, blocks in read(path, opener):
        if name == MANIFEST:
            return manifest_of(b"".join(blocks))
    raise Unreadable("the backup has no manifest")


def read(path: Path, opener: Opener) -> Iterator[tuple[str, Blocks]]:
    """The parts of a backup, the manifest last; raises Unreadable when parts do not agree with it.

    Whoever stops before the end has not checked anything but the seal of what he read.
    """
    with path.open("rb") as file, SealedReader(file, opener) as sealed:
        try:
            with gzip.GzipFile(fileobj=cast(BinaryIO, sealed), mode="rb") as plain:
                reader = PartReader(cast(BinaryIO, plain))
                for name, blocks in reader.parts():
                    if name != MANIFEST:
                        yield name, blocks
                        continue
                    content = b"".join(blocks)
                    if manifest_of(content).parts != tuple(reader.read[:-1]):
                        raise Unreadable("the backup's parts are not those of its manifest")
                    yield name, iter([content])
        except (EOFError, gzip.BadGzipFile) as error:
            raise Unreadable("the backup is torn") from error


def manifest_of(content: bytes) -> Manifest:
    """The manifest; raises Unreadable for one of another format."""
    try:
        found = orjson.loads(content)
        if found["format"] != FORMAT:
            raise Unreadable("the backup was made by a later version: install that first")
        found["made_at"] = datetime.fromisoformat(found["made_at"])
        found["parts"] = tuple(PartDigest(**own) for own in found["parts"])
        return Manifest(**found)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise Unreadable("the backup's manifest cannot be read") from error


def sealed(data: bytes, lock: Lock) -> bytes:
    """A few bytes, sealed by themselves."""
    file = BytesIO()
    with SealedWriter(file, lock) as writer:
        writer.write(data)
    return file.getvalue()


def opened(data: bytes, opener: Opener) -> bytes:
    """What was sealed; raises Unreadable."""
    return SealedReader(BytesIO(data), opener).read()


# --- within -----------------------------------------------------------------------------------


def _write(centre: Centre, file: BinaryIO, lock: Lock, keys_lock: Lock) -> Manifest:
    settings = centre.settings
    # Before the database: a checkpoint newer than it would tell of rows that were taken away.
    checkpoints = _bytes(settings.data_dir / CHECKPOINTS)
    keys = settings.keys_path.read_bytes()
    made_at = centre.clock()
    aside = settings.data_dir / f".backup-{os.getpid()}.db"
    with (
        SealedWriter(file, lock) as sealing,
        gzip.GzipFile(fileobj=cast(BinaryIO, sealing), mode="wb", compresslevel=1, mtime=0) as out,
    ):
        writer = PartWriter(cast(BinaryIO, out))
        with snapshot.taken(centre.db, aside) as held:
            for name, blocks in held.parts():
                writer.add(name, blocks)
            described, kind = held.described(), held.kind
        writer.add(f"{DATA}{CHECKPOINTS}", [checkpoints])
        if settings.keys_path.read_bytes() != keys:
            raise Conflict("the master key was replaced meanwhile: back up again")
        writer.add(KEYS, [sealed(keys, keys_lock)])
        for name, path in _files(settings):
            # What ends meanwhile, such as a day of the history that expired, is left out.
            with suppress(FileNotFoundError), path.open("rb") as content:
                writer.add(name, iter(lambda c=content: c.read(_BLOCK), b""))  # type: ignore[misc]
        manifest = _manifest(made_at, kind, described, writer.written)
        writer.add(MANIFEST, [orjson.dumps(asdict(manifest))])
    return manifest


def _manifest(
    made_at: datetime, kind: str, described: Described, parts: list[PartDigest]
) -> Manifest:
    return Manifest(
        format=FORMAT,
        made_at=made_at,
        program=version("parakh"),
        database=kind,
        parts=tuple(parts),
        **asdict(described),
    )


def _files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Files of the data folder that nothing makes anew, and those that settings name."""
    keys = settings.keys_path.resolve()
    database = sa.make_url(settings.url).database if settings.url.startswith("sqlite") else None
    base = Path(database).resolve() if database else None
    for path in sorted(settings.data_dir.rglob("*")):
        own = path.relative_to(settings.data_dir)
        if not path.is_file() or path.is_symlink() or own.parts[0] in _NOT_KEPT:
            continue
        real = path.resolve()
        of_keys = real.parent == keys.parent and real.name.startswith(keys.name)
        of_base = base and real.parent == base.parent and real.name.startswith(base.name)
        if of_keys or of_base or own.name.startswith(".") or str(own) == CHECKPOINTS:
            continue
        if not path.name.endswith((SUFFIX, ".lock")):
            yield f"{DATA}{own.as_posix()}", path
    for name in _NAMED:
        named: Path | None = getattr(settings, name)
        if named is not None:
            yield f"{SETTINGS}{name}/{named.name}", named


def _rotate(folder: Path, keep: int) -> tuple[Path, ...]:
    """Removes the oldest backups of a folder; their names sort by their moments."""
    found = sorted(folder.glob(f"parakh-*{SUFFIX}"))
    gone = tuple(found[: max(0, len(found) - keep)])
    for path in gone:
        path.unlink()
    return gone


def _stamp(centre: Centre) -> str:
    return f"parakh-{centre.clock():%Y%m%dT%H%M%S}Z"


def _new(path: Path) -> BinaryIO:
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _settle(folder: Path) -> None:
    """Makes a new name survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
