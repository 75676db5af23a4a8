"""A whole database as it is at one moment, while others write: read out, and put into an empty one.

SQLite gives its file, copied by its online backup interface in one step, which reads one snapshot
of the log. PostgreSQL gives each table by COPY in its binary format, all in one transaction at
REPEATABLE READ; no program of PostgreSQL's own, and so no version of it, is needed.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext

from parakh.errors import Misconfigured
from parakh.store import audit
from parakh.store.database import Database

VERSIONS = "alembic_version"
"""The table of the schema's revision: it is made anew, not copied."""

BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Described:
    """What a snapshot holds.

    Attributes:
        revision: of the schema.
        audit_seq, audit_hash: the audit trail's newest row.
        counts: rows by table.
    """

    revision: str
    audit_seq: int
    audit_hash: str
    counts: dict[str, int]


class Snapshot(Protocol):
    """A database held at one moment."""

    kind: str

    def parts(self) -> Iterable[tuple[str, Iterator[bytes]]]:
        """Its content by names of parts; each must be read to its end before the next."""

    def described(self) -> Described:
        """What it holds; to be asked once all parts were read."""


@contextmanager
def taken(database: Database, aside: Path) -> Iterator[Snapshot]:
    """Holds the database at this moment. `aside` is a new file's path for SQLite's copy, which is
    as large as the database, readable by its owner only, and removed at the end."""
    if not database.embedded:
        with database.read() as connection:
            yield _Tables(connection)
        return
    try:
        aside.touch(mode=0o600)
        with database.read() as connection, closing(sqlite3.connect(aside)) as copy:
            _driver(connection).backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, with no log beside it
        yield _File(aside)
    finally:
        aside.unlink(missing_ok=True)


class _File:
    """SQLite: the copied file."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path

    def parts(self) -> Iterable[tuple[str, Iterator[bytes]]]:
        yield "database.sqlite", _blocks(self._path)

    def described(self) -> Described:
        engine = sa.create_engine(f"sqlite:///{self._path}", poolclass=sa.NullPool)
        with engine.connect() as connection:
            return describe(connection)


class _Tables:
    """PostgreSQL: each table by COPY, in the transaction of one connection."""

    kind = "postgresql"

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._counts: dict[str, int] = {}

    def parts(self) -> Iterable[tuple[str, Iterator[bytes]]]:
        # The first statement fixes the snapshot that all others see (PostgreSQL, 13.2.2).
        for table in reflected(self._connection).sorted_tables:
            yield f"tables/{table.name}", self._rows(table)

    def described(self) -> Described:
        head = _head(self._connection)
        return Described(
            revision=head[0], audit_seq=head[1], audit_hash=head[2], counts=self._counts
        )

    def _rows(self, table: sa.Table) -> Iterator[bytes]:
        statement = f"COPY {_named(table)} TO STDOUT (FORMAT binary)"
        with _driver(self._connection).cursor() as cursor:
            with cursor.copy(statement) as copy:
                yield from map(bytes, copy)
            self._counts[str(table.name)] = cursor.rowcount


def describe(connection: sa.Connection) -> Described:
    """What a database holds, every table counted."""
    revision, seq, digest = _head(connection)
    counts = {
        str(table.name): int(
            connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        )
        for table in reflected(connection).sorted_tables
    }
    return Described(revision=revision, audit_seq=seq, audit_hash=digest, counts=counts)


def load_table(connection: sa.Connection, table: sa.Table, blocks: Iterable[bytes]) -> None:
    """Puts a part of a PostgreSQL snapshot into its table, beside what is there."""
    with (
        _driver(connection).cursor() as cursor,
        cursor.copy(f"COPY {_named(table)} FROM STDIN (FORMAT binary)") as copy,
    ):
        for block in blocks:
            copy.write(block)


def empty(connection: sa.Connection) -> None:
    """Takes out the rows that migrations put into fresh tables; a snapshot brings its own."""
    for table in reversed(reflected(connection).sorted_tables):
        connection.execute(table.delete())


def is_empty(engine: sa.Engine) -> bool:
    """Whether the database has no table at all."""
    return not sa.inspect(engine).get_table_names()


def reflected(connection: sa.Connection) -> sa.MetaData:
    """The tables as the database has them, whatever its revision, without the schema's own."""
    found = sa.MetaData()
    names = set(sa.inspect(connection).get_table_names()) - {VERSIONS}
    found.reflect(connection, only=sorted(names))
    return found


def _named(table: sa.Table) -> str:
    """The table with its columns by name, for their order differs between old and new tables."""
    columns = ", ".join(f'"{column.name}"' for column in sorted(table.columns, key=_by_name))
    return f'"{table.name}" ({columns})'


def _by_name(column: sa.Column[Any]) -> str:
    return column.name


def _head(connection: sa.Connection) -> tuple[str, int, str]:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        raise Misconfigured("the database has no schema: run `parakh db upgrade`")
    seq, digest, _ = audit.head(connection)
    return revision, seq, digest


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _driver(connection: sa.Connection) -> Any:
    """The driver's own connection, inside the same transaction."""
    return connection.connection.driver_connection
