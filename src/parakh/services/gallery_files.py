"""The sealed files of large galleries, so that a start need not open every record by itself."""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

import numpy as np
import sqlalchemy as sa
import structlog

from parakh.errors import ParakhError
from parakh.faces import sealed_rows
from parakh.faces.gallery import Gallery
from parakh.faces.sealed_rows import SealedRows
from parakh.faces.vectors import to_vector
from parakh.store import audit
from parakh.store.database import Database
from parakh.store.pictures import StoredTemplate, gallery_purpose

_log = structlog.get_logger()

FROM = 20_000
"""Templates from which on a file pays: fewer are read from their records in a fraction of a
second."""

EVERY = 60.0
"""Seconds after which heads are written again. An older head costs a start the changes since."""

_LOCK = "lock"
_HASH = 16

Key = tuple[str, str]
"""A gallery's identifier, and a model's name."""


class GalleryFiles:
    """The files of one centre, used by one process at a time; the others read the records.

    A file is a copy, and everybody can do without: one that fails (by the disk, or because it was
    altered) is destroyed, and made anew at the next start. So is one that does not belong here any
    more: of a key that was replaced, of a model or gallery that is not searched, of a gallery that
    became small.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder = folder
        self._database = database
        self._lock: int | None = None
        self._open: dict[Key, SealedRows] = {}
        self._due = 0.0

    def take(self) -> bool:
        """Takes the files, if no process has them; False when this one has them already, too."""
        if self._lock is not None:
            return False
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._lock = handle
        return True

    def open(
        self, connection: sa.Connection, key: Key, dimension: int
    ) -> tuple[Gallery, int] | None:
        """What a gallery's file holds, and up to which change that is true.

        None when it cannot be relied on: then it is empty, to be filled, unless another process has
        the files.
        """
        if self._lock is None:
            return None
        try:
            rows, held = SealedRows.open(
                self._path(key),
                self._database.vault.sealer(connection, gallery_purpose(key[0])),
                key[1],
                dimension,
            )
        except (OSError, ParakhError) as error:
            _failed(key, error)
            self._wipe(self._path(key))
            return None
        self._open[key] = rows
        if rows.whole and not self._same_database(connection, rows.mark):
            self._try(key, SealedRows.reset)
            return None
        return (held, rows.seq) if rows.whole else None

    def put(self, key: Key, stored: Sequence[StoredTemplate], dimension: int) -> None:
        """Adds templates, or replaces those of the same identifiers."""
        if key in self._open:
            vectors = [to_vector(own.template, key[1], dimension) for own in stored]
            names, entries = [own.id for own in stored], [own.entry_id for own in stored]
            self._try(key, lambda rows: rows.append(names, entries, np.stack(vectors)))

    def remove(self, key: Key, templates: Iterable[str]) -> None:
        """Takes templates out; they are not in the file any more when it returns."""
        self._try(key, lambda rows: rows.remove(templates))

    def checkpoint(self, connection: sa.Connection, seq: int) -> None:
        """Notes that all changes up to `seq` are in the files; on disk not more often than EVERY,
        and at once for a file that was filled."""
        due = time.monotonic() >= self._due
        if due:
            self._due = time.monotonic() + EVERY
        behind = [
            key for key, own in self._open.items() if not own.whole or (due and own.seq != seq)
        ]
        if behind:
            mark = " ".join(map(str, audit.head(connection))).encode()
            for key in behind:
                self._try(key, lambda rows: rows.checkpoint(seq, mark))

    def keep(self, connection: sa.Connection, keys: Collection[Key]) -> None:
        """Destroys all open files but those of some galleries, and those whose key was replaced."""
        vault = self._database.vault
        for key, rows in list(self._open.items()):
            if key not in keys or not rows.sealed_by(
                vault.sealer(connection, gallery_purpose(key[0]))
            ):
                self.drop(key)

    def clean(self, keys: Collection[Key]) -> None:
        """Destroys whatever else lies in the folder."""
        if self._lock is None:
            return
        kept = {self._path(key).name for key in keys}
        for path in self._folder.iterdir():
            if path.name != _LOCK and path.name.removesuffix(".head") not in kept:
                self._wipe(path)

    def drop(self, key: Key) -> None:
        """Destroys a gallery's file, if it is open."""
        rows = self._open.pop(key, None)
        if rows is not None:
            try:
                rows.destroy()
            except OSError as error:
                _failed(key, error)

    def close(self) -> None:
        """Lets another process use the files."""
        for rows in self._open.values():
            rows.close()
        self._open = {}
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _try(self, key: Key, step: Callable[[SealedRows], object]) -> None:
        rows = self._open.get(key)
        if rows is None:
            return
        try:
            step(rows)
        except (OSError, ParakhError) as error:
            # What it holds now nobody knows; a removal that failed must not come back.
            _failed(key, error)
            self.drop(key)

    def _wipe(self, path: Path) -> None:
        try:
            sealed_rows.destroy(path)
        except OSError as error:
            _log.error("a sealed file was not overwritten", file=path.name, cause=str(error))

    def _same_database(self, connection: sa.Connection, mark: bytes) -> bool:
        """Whether the audit trail still has the row that was its newest at the checkpoint: a
        database put back from a backup has not, or another in its place."""
        match mark.decode().split():
            case [seq, digest, signature]:
                own = audit.Checkpoint(seq=int(seq), hash=digest, signature=signature)
                return not any(audit.strays(connection, self._database.keys.audit, [own]))
        return False

    def _path(self, key: Key) -> Path:
        gallery_id, model = key
        return self._folder / f"{gallery_id}.{hashlib.sha256(model.encode()).hexdigest()[:_HASH]}"


def files_of(folder: Path, gallery_id: str) -> list[Path]:
    """A gallery's files, heads among them."""
    return sorted(folder.glob(f"{gallery_id}.*"))


def _failed(key: Key, error: Exception) -> None:
    _log.error("a sealed file is given up", gallery=key[0], model=key[1], cause=str(error))
