"""Making and upgrading the schema (Alembic), and the rows every database starts with.

A newer program first expands the schema, then takes the place of the older one, process by
process, and last contracts the schema; `state` says which programs may run meanwhile.
"""

import time
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from parakh.domain.gallery import VOYAGE_GALLERY, WATCHLIST_GALLERY, GalleryKind
from parakh.errors import Conflict, Misconfigured
from parakh.store import audit
from parakh.store.database import Database
from parakh.store.tables import gallery, metadata, schema_floor, sequence

SEQUENCES = ("change", "wall", "lane", "announcement")
VAULT_PURPOSES = ("picture", "gallery:watchlist", "message", "case", "selectivity")
GALLERIES = (
    {
        "id": WATCHLIST_GALLERY,
        "name": "Watchlists",
        "kind": GalleryKind.WATCHLIST.value,
        "purpose": "Finding persons on watchlists when they cross the border",
        "retention_hours": None,
    },
    {
        "id": VOYAGE_GALLERY,
        "name": "Travellers of a voyage",
        "kind": GalleryKind.VOYAGES.value,
        "purpose": "Finding a traveller on his own voyage when he crosses the border",
        "retention_hours": 12,
    },
)
"""What every centre has; their legal basis is the agency's to state."""

LOCK_SECONDS = 5
"""So long a table in use is waited for at a time; whoever wants it meanwhile waits as well."""

TRIES, PAUSE_SECONDS = 12, 5.0


APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS audit_no_{verb.lower()} BEFORE {verb} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$",
        "CREATE OR REPLACE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
    ],
}
"""The database itself refuses changes; the chain proves it when somebody takes the trigger off."""


class Phase(StrEnum):
    """What a migration does to programs of other versions; one that does not say it does both.

    Expanding adds what the program before does not miss: tables, columns with a default, indexes.
    Contracting takes away what the program with it no longer uses.
    """

    EXPAND = "expand"
    CONTRACT = "contract"
    BOTH = "both"


class Fit(StrEnum):
    """How a database's schema and this program go together."""

    SAME = "same"
    AHEAD = "ahead"
    """A newer program expanded it: this one works on."""

    TO_CONTRACT = "to contract"
    """Only what this program no longer uses is still there: it works, and upgrades at leisure."""

    BEHIND = "behind"
    BEYOND = "beyond"
    """A newer program took away or changed what this one uses."""

    NONE = "none"

    @property
    def works(self) -> bool:
        """Whether the program may run on it."""
        return self in (Fit.SAME, Fit.AHEAD, Fit.TO_CONTRACT)


@dataclass(frozen=True, kw_only=True, slots=True)
class SchemaState:
    """A database's revision, the program's own, how they fit, and in words what to do."""

    fit: Fit
    current: str | None
    newest: str
    advice: str


def state(database: Database) -> SchemaState:
    """Whether this program may run on the database as it is."""
    with database.read() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        floor = _floor(connection) if current else None
    fit = _fit(current, floor)
    newest = _chain()[-1].revision
    return SchemaState(
        fit=fit, current=current, newest=newest, advice=_advice(fit, current, newest)
    )


def _fit(current: str | None, floor: str | None) -> Fit:
    known = [own.revision for own in _chain()]
    if current is None:
        return Fit.NONE
    if current not in known:
        return Fit.AHEAD if floor in known else Fit.BEYOND
    pending = {_phase(own) for own in _chain()[known.index(current) + 1 :]}
    if not pending:
        return Fit.SAME
    return Fit.TO_CONTRACT if pending == {Phase.CONTRACT} else Fit.BEHIND


def _advice(fit: Fit, current: str | None, newest: str) -> str:
    match fit:
        case Fit.SAME:
            return f"the database is at revision {current}, as the program is"
        case Fit.AHEAD:
            return f"the database is at revision {current}, which programs of {newest} work with"
        case Fit.TO_CONTRACT:
            return (
                f"the database is at revision {current}; once every process runs this program, "
                f"`parakh db upgrade` brings it to {newest}"
            )
        case Fit.BEYOND:
            return (
                f"the database is at revision {current}, which programs of {newest} do not work "
                "with: install the newer program"
            )
        case _:
            return (
                f"the database is at revision {current or 'none'}, the program needs {newest}: "
                "run `parakh db upgrade`"
            )


def upgrade(database: Database, *, expand_only: bool = False) -> None:
    """Brings the schema to the newest revision; existing rows stay.

    With `expand_only`, as far as programs of the present revision go on working. On PostgreSQL a
    table that is in use is waited for a few seconds at a time, so that nobody else waits longer
    behind it; raises Conflict when it never comes free.
    """
    for left in reversed(range(TRIES)):
        try:
            _upgrade(database, expand_only=expand_only)
        except sa.exc.OperationalError as error:
            if database.embedded or not left:
                raise Conflict("the tables are in use: try again at a quieter hour") from error
            time.sleep(PAUSE_SECONDS)
        else:
            return


def _upgrade(database: Database, *, expand_only: bool) -> None:
    with database.engine.execution_options(parakh_write=True).connect() as connection:
        _check_references(connection, False)
        try:
            with connection.begin():
                config = _config()
                config.attributes["connection"] = connection
                if not database.embedded:
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
                command.upgrade(config, _target(connection) if expand_only else "head")
                prepare(database, connection)
        finally:
            _check_references(connection, True)


def _check_references(connection: sa.Connection, check: bool) -> None:
    """SQLite changes a column by making its table anew, which foreign keys would forbid."""
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and driver is not None:
        driver.execute(f"PRAGMA foreign_keys={'ON' if check else 'OFF'}")


def begin(connection: sa.Connection, revision: str) -> None:
    """Makes the tables of some revision in an empty database, inside the caller's transaction.

    What every database starts with (`prepare`) is left to whoever fills it. Raises Misconfigured
    for a revision of a later program.
    """
    if revision not in {own.revision for own in _chain()}:
        raise Misconfigured(f"revision {revision} is of a later program: install that first")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def create_all(database: Database) -> None:
    """A fresh schema straight from the tables; a test holds it equal to a migrated one."""
    with database.engine.execution_options(parakh_write=True).begin() as connection:
        metadata.create_all(connection)
        prepare(database, connection)


def prepare(database: Database, connection: sa.Connection) -> None:
    """Adds the rows that must be there: sequences, the audit's signed head, data keys."""
    known = set(connection.execute(sa.select(sequence.c.name)).scalars())
    for name in SEQUENCES:
        if name not in known:
            connection.execute(sequence.insert().values(name=name, value=0))
    audit.start(connection, database.keys.audit)
    for statement in APPEND_ONLY[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    held = set(connection.execute(sa.select(gallery.c.id)).scalars())
    for own in GALLERIES:
        if own["id"] not in held:
            connection.execute(
                gallery.insert().values(legal_basis="", at_gates=True, units=[], **own)
            )
    for purpose in VAULT_PURPOSES:
        database.vault.create_key(connection, purpose)
    connection.execute(schema_floor.delete())
    connection.execute(schema_floor.insert().values(id=1, revision=_lowest(connection)))


def _floor(connection: sa.Connection) -> str | None:
    """The oldest revision whose program works here; None where no program noted it yet."""
    if not sa.inspect(connection).has_table(schema_floor.name):
        return None
    return connection.execute(sa.select(schema_floor.c.revision)).scalar()


def _lowest(connection: sa.Connection) -> str:
    """The oldest revision whose program works on the present one: only expansions lie between."""
    current = MigrationContext.configure(connection).get_current_revision()
    chain = _chain()
    place = len(chain) - 1 if current is None else [own.revision for own in chain].index(current)
    while place and _phase(chain[place]) is Phase.EXPAND:
        place -= 1
    return chain[place].revision


def _target(connection: sa.Connection) -> str:
    """The last revision before the first pending migration that takes something away."""
    current = MigrationContext.configure(connection).get_current_revision()
    reached = current or "base"
    for own in _chain():
        if current is not None and own.revision <= current:
            continue
        if _phase(own) is not Phase.EXPAND:
            break
        reached = own.revision
    return reached


@cache
def _chain() -> tuple[Script, ...]:
    """All migrations of this program, oldest first."""
    return tuple(reversed(list(ScriptDirectory.from_config(_config()).walk_revisions())))


def _phase(migration: Script) -> Phase:
    return Phase(getattr(migration.module, "phase", Phase.BOTH))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
