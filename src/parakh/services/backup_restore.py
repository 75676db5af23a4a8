"""Puts a backup back on an empty machine, and proves that nothing is missing or was changed."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import sqlalchemy as sa

from parakh.access import Actor, Purpose
from parakh.clock import Clock, utc_now
from parakh.errors import Conflict, Unreadable
from parakh.services import backup
from parakh.services.backup import DATA, KEYS, SETTINGS, Manifest
from parakh.services.backup_parts import Blocks
from parakh.services.telemetry import BACKUP
from parakh.settings import Settings
from parakh.store import audit, schema, snapshot
from parakh.store.database import Database, make_engine
from parakh.store.keys import Keys
from parakh.store.sealed_stream import Opener

SETTINGS_FOLDER = "restored-settings"
"""Files that settings named lie there, below the data folder, for the operator to put in place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """A centre that was put back: what its backup held, and the trail's newest row after it."""

    manifest: Manifest
    audit_rows: int
    files: int


def restore(
    path: Path,
    settings: Settings,
    actor: Actor,
    *,
    opener: Opener,
    keys_opener: Opener | None = None,
    clock: Clock = utc_now,
) -> Restored:
    """Puts a backup into an empty data folder and an empty database.

    The backup is first read to its end, so that a broken one changes nothing. Then the database is
    filled, its rows counted and its audit trail verified, and only then is the schema brought up to
    date where this program is newer. Raises Conflict where something is there already, Unreadable
    where the backup, or what came of it, is not what it should be.
    """
    _require_empty(settings)
    manifest = backup.verify(path, opener)
    if sa.make_url(settings.url).get_backend_name() != manifest.database:
        raise Conflict(
            f"the backup is of a {manifest.database} database: set PARAKH_DATABASE_URL to an empty "
            "one of that kind"
        )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.data_dir.chmod(0o700)
    files = _Target(settings, manifest, keys_opener or opener).fill(path, opener)
    settings.drop_path.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url, Keys.load(settings.keys_path), clock)
    try:
        rows = _check(database, manifest)
        schema.upgrade(database)
        with database.write(actor, Purpose.ADMINISTRATION) as tx:
            tx.audit("backup.restored", "backup", BACKUP, file=path.name, head=manifest.audit_seq)
    finally:
        database.close()
    return Restored(manifest=manifest, audit_rows=rows, files=files)


class _Target:
    """The place where a backup goes."""

    def __init__(self, settings: Settings, manifest: Manifest, keys_opener: Opener) -> None:
        self._settings = settings
        self._manifest = manifest
        self._keys_opener = keys_opener

    def fill(self, path: Path, opener: Opener) -> int:
        """Puts every part into its place; gives the number of files beside database and keys."""
        if self._manifest.database == "sqlite":
            return self._take(path, opener, None, {})
        engine = make_engine(self._settings.url)
        try:
            with engine.begin() as connection:
                schema.begin(connection, self._manifest.revision)
                snapshot.empty(connection)
                tables = snapshot.reflected(connection).tables
                return self._take(path, opener, connection, tables)
        finally:
            engine.dispose()

    def _take(
        self,
        path: Path,
        opener: Opener,
        connection: sa.Connection | None,
        tables: Mapping[str, sa.Table],
    ) -> int:
        files = 0
        for name, blocks in backup.read(path, opener):
            kind, _, rest = name.partition("/")
            if name == "database.sqlite":
                _write(Path(str(sa.make_url(self._settings.url).database)), blocks)
            elif kind == "tables" and connection is not None:
                snapshot.load_table(connection, tables[rest], blocks)
            elif name == KEYS:
                keys = backup.opened(b"".join(blocks), self._keys_opener)
                _write(self._settings.keys_path, iter([keys]))
            elif name.startswith((DATA, SETTINGS)):
                _write(self._place(name), blocks)
                files += 1
        return files

    def _place(self, name: str) -> Path:
        """Where a file goes; raises Unreadable for one that would leave the data folder."""
        start = DATA if name.startswith(DATA) else SETTINGS
        own = PurePosixPath(name.removeprefix(start))
        if own.is_absolute() or ".." in own.parts or not own.parts:
            raise Unreadable("the backup names a file outside of the data folder")
        folder = self._settings.data_dir
        return (folder if start == DATA else folder / SETTINGS_FOLDER).joinpath(*own.parts)


def _require_empty(settings: Settings) -> None:
    folder = settings.data_dir
    there = [own.name for own in folder.iterdir()] if folder.is_dir() else []
    if there:
        raise Conflict(f"{folder} is not empty: restore into a new folder with --into")
    if settings.keys_path.exists():
        raise Conflict(f"{settings.keys_path} is there already: keys are never overwritten")
    engine = make_engine(settings.url)
    try:
        url = sa.make_url(settings.url)
        if url.get_backend_name() == "sqlite":
            if Path(str(url.database)).exists():
                raise Conflict("the database is there already: give another one")
        elif not snapshot.is_empty(engine):
            raise Conflict("the database is not empty: make a new one for what is restored")
    finally:
        engine.dispose()


def _check(database: Database, manifest: Manifest) -> int:
    """Rows of the trail; raises Unreadable where counts, chain or head are not the backup's."""
    with database.read() as connection:
        found = snapshot.describe(connection)
        verdict = audit.verify(connection, database.keys.audit)
    differing = sorted(
        name
        for name in manifest.counts.keys() | found.counts.keys()
        if manifest.counts.get(name) != found.counts.get(name)
    )
    if differing:
        raise Unreadable(f"rows are missing or too many in {', '.join(differing)}")
    if verdict.findings:
        first = verdict.findings[0]
        raise Unreadable(f"the audit trail is broken: row {first.seq} {first.cause}")
    if (found.audit_seq, found.audit_hash) != (manifest.audit_seq, manifest.audit_hash):
        raise Unreadable("the audit trail does not end where it did when the backup was made")
    return verdict.rows


def _write(path: Path, blocks: Blocks) -> None:
    """A new file, readable by its owner only, on the disk when this comes back."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for block in blocks:
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
