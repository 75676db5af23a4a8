"""Making and upgrading the schema (Alembic), and the rows every database starts with."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from parakh.domain.gallery import VOYAGE_GALLERY, WATCHLIST_GALLERY, GalleryKind
from parakh.store import audit
from parakh.store.database import Database
from parakh.store.tables import gallery, metadata, sequence

SEQUENCES = ("change", "wall")
VAULT_PURPOSES = ("picture", "gallery:watchlist", "message", "case")
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


_APPEND_ONLY = {
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


def upgrade(database: Database) -> None:
    """Brings the schema to the newest revision; existing rows stay."""
    with database.engine.execution_options(parakh_write=True).connect() as connection:
        _check_references(connection, False)
        try:
            with connection.begin():
                config = _config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                prepare(database, connection)
        finally:
            _check_references(connection, True)


def _check_references(connection: sa.Connection, check: bool) -> None:
    """SQLite changes a column by making its table anew, which foreign keys would forbid."""
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and driver is not None:
        driver.execute(f"PRAGMA foreign_keys={'ON' if check else 'OFF'}")


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
    for statement in _APPEND_ONLY[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    held = set(connection.execute(sa.select(gallery.c.id)).scalars())
    for own in GALLERIES:
        if own["id"] not in held:
            connection.execute(
                gallery.insert().values(legal_basis="", at_gates=True, units=[], **own)
            )
    for purpose in VAULT_PURPOSES:
        database.vault.create_key(connection, purpose)


def revisions(database: Database) -> tuple[str | None, str | None]:
    """The database's revision and the newest one; equal when it is up to date."""
    with database.read() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current, ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
