"""Connections and transactions, the same on SQLite and on PostgreSQL."""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from time import perf_counter
from typing import Any

import orjson
import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite

from parakh import metrics, tracing
from parakh.access import Actor, Purpose, require_purpose
from parakh.clock import Clock, utc_now
from parakh.errors import Misconfigured
from parakh.store import audit
from parakh.store.keys import Keys
from parakh.store.tables import change, sequence
from parakh.store.vault import Vault

_log = structlog.get_logger()
_done_at: ContextVar[datetime | None] = ContextVar("done_at", default=None)

_POOL: dict[str, Any] = {"pool_size": 20, "max_overflow": 30}
"""Connections for all of the web server's 40 threads, and for the worker."""


Step = Callable[[sa.Connection, Collection[str]], None]
"""What is done once at the end of a transaction, with all that it was given meanwhile."""


class Tx:
    """A write transaction of one actor for one purpose; it must say in the audit what it did.

    Attributes:
        connection: executes statements.
        actor, purpose: stand on every audit row.
        at: one moment for all that happens in it.
        noted_at: when it is written down, as the audit tells; later than `at` for what was done
            elsewhere and is done again here (`Database.done_at`).
    """

    def __init__(
        self,
        connection: sa.Connection,
        actor: Actor,
        purpose: Purpose,
        at: datetime,
        noted_at: datetime,
    ) -> None:
        self.connection = connection
        self.actor = actor
        self.purpose = purpose
        self.at = at
        self.noted_at = noted_at
        self.records: list[audit.AuditRecord] = []
        self.steps: dict[Step, set[str]] = {}

    def at_end(self, step: Step, ids: Iterable[str]) -> None:
        """Lets a step run when all else is done, with these identifiers and those given before.

        What many transactions write, such as counts, is written so: whoever holds it has nothing
        left to wait for, so that two never wait for each other.
        """
        if new := set(ids):
            self.steps.setdefault(step, set()).update(new)

    def audit(self, action: str, kind: str, ref_id: str, **detail: object) -> None:
        """Notes what was done; rows join the chain when the transaction commits.

        `ref_id` may be what somebody typed; more of it than the column holds is cut off.
        """
        self.records.append(
            audit.AuditRecord(
                at=self.noted_at,
                actor=self.actor.name,
                action=action,
                subject_kind=kind,
                subject_id=ref_id.replace("\0", "")[: audit.SUBJECT_LENGTH],
                purpose=self.purpose.value,
                detail=json.dumps(detail, ensure_ascii=False, sort_keys=True),
            )
        )

    def changed(self, kind: str, ref_ids: Sequence[str]) -> None:
        """Tells indexes in memory, of this and other processes, to take in some things again."""
        last = next_value(self.connection, "change", len(ref_ids))
        rows = [
            {"seq": last - len(ref_ids) + place, "kind": kind, "ref_id": ref_id}
            for place, ref_id in enumerate(ref_ids, start=1)
        ]
        if rows:
            self.connection.execute(change.insert(), rows)


class Database:
    """One database. `read()` for looking, `write()` for changing; both are context managers."""

    def __init__(self, url: str, keys: Keys, clock: Clock = utc_now) -> None:
        self.engine = make_engine(url)
        self.keys = keys
        self.vault = Vault(keys)
        self.clock = clock
        self._writer = self.engine.execution_options(parakh_write=True)
        self._reader = (
            self.engine
            if self.embedded
            else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )

    @property
    def embedded(self) -> bool:
        """Whether it is SQLite: one file, one worker."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A consistent view; nothing can be written."""
        with self._reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self, actor: Actor, purpose: Purpose) -> Iterator[Tx]:
        """A transaction that commits at the end, or rolls back on any exception.

        Raises RuntimeError when it ends without an audit record: a change nobody answers for; and
        Forbidden, before anything is done, where the actor's agency does not work for the purpose.
        """
        require_purpose(actor, purpose)
        asked = perf_counter()
        with tracing.span("database.write"), self._writer.begin() as connection:
            metrics.WRITE_WAIT_SECONDS.observe(perf_counter() - asked)
            now = self.clock()
            tx = Tx(connection, actor, purpose, _done_at.get() or now, now)
            yield tx
            if not tx.records:
                raise RuntimeError("a write transaction ended without an audit record")
            for step, ids in tx.steps.items():
                step(connection, ids)
            audit.append(connection, self.keys.audit, tx.records)
        for record in tx.records:
            metrics.ACTIONS.labels(record.action).inc()

    @contextmanager
    def done_at(self, moment: datetime) -> Iterator[None]:
        """What is written within was done at a moment before; the audit says when it was noted."""
        token = _done_at.set(moment)
        try:
            yield
        finally:
            _done_at.reset(token)

    @contextmanager
    def maintain(self) -> Iterator[sa.Connection]:
        """A write transaction for housekeeping that touches no personal data and no decision."""
        with self._writer.begin() as connection:
            yield connection

    def scrub(self) -> None:
        """After secrets were deleted: leaves no copy of them in what the database keeps aside.

        SQLite's log is emptied into the file, whose deleted bytes are overwritten. PostgreSQL keeps
        deleted rows for a while, and writes the small table of keys anew, so that no key which was
        destroyed stays in it; nothing opens then what else is left. Whoever reads or writes at the
        same time goes first; then it is done the next time.
        """
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if self.embedded:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                return
            connection.exec_driver_sql("SET lock_timeout = '2s'")
            try:
                connection.exec_driver_sql("VACUUM FULL data_key")
            except sa.exc.OperationalError:
                _log.warning("the table of keys is in use and was not written anew")
            finally:
                connection.exec_driver_sql("RESET lock_timeout")

    def verify_audit(self) -> audit.AuditVerdict:
        """Checks the whole audit chain."""
        with self.read() as connection:
            return audit.verify(connection, self.keys.audit)

    def close(self) -> None:
        """Gives all connections back."""
        self.engine.dispose()


def insert_of(
    connection: sa.Connection,
) -> type[sqlite.Insert] | type[postgresql.Insert]:
    """The dialect's INSERT, which knows ON CONFLICT."""
    return sqlite.Insert if connection.dialect.name == "sqlite" else postgresql.Insert


def next_value(connection: sa.Connection, name: str, count: int = 1) -> int:
    """Takes the next `count` numbers of a sequence and gives the last of them.

    There are no gaps, and the order of numbers is the order of commits.

    A row lock holds other writers off until this transaction ends; readers who ask for "all after
    N" therefore never miss a number that becomes visible late.
    """
    value = connection.execute(
        sequence.update()
        .where(sequence.c.name == name)
        .values(value=sequence.c.value + count)
        .returning(sequence.c.value)
    ).scalar_one()
    return int(value)


def make_engine(url: str) -> sa.Engine:
    """An engine with the project's settings; raises Misconfigured for other databases."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise Misconfigured("PARAKH_DATABASE_URL is not a database URL") from error
    if parsed.get_backend_name() == "postgresql":
        return _postgresql(parsed)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    raise Misconfigured(f"{parsed.get_backend_name()} is not supported: use sqlite or postgresql")


def _postgresql(url: sa.URL) -> sa.Engine:
    try:
        return sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            hide_parameters=True,
            json_deserializer=orjson.loads,
            **_POOL,
        )
    except ModuleNotFoundError as error:
        raise Misconfigured("PostgreSQL needs `pip install parakh[postgresql]`") from error


def _sqlite(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(
        url,
        connect_args={"timeout": 30},
        hide_parameters=True,
        json_deserializer=orjson.loads,
        **_POOL,
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: Any) -> None:
        # The driver's own transaction handling would begin too late for BEGIN IMMEDIATE.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        # FULL: an acknowledged message survives a power cut, not only a killed process.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")  # deleted templates leave no bytes behind
        cursor.execute("PRAGMA cache_size = -65536")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        write = connection.get_execution_options().get("parakh_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
