from collections.abc import Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from parakh.errors import Misconfigured
from parakh.store import schema
from parakh.store.database import Database, make_engine
from parakh.store.keys import Keys
from parakh.store.schema import Fit
from parakh.store.tables import data_key, metadata, sequence


@pytest.fixture
def empty(empty_database_url: str, keys: Keys) -> Iterator[Database]:
    database = Database(empty_database_url, keys)
    yield database
    database.close()


def shape(database: Database) -> dict[str, object]:
    """All that the database says of its tables, in an order of its own."""
    found = sa.inspect(database.engine)

    def told(value: object) -> str:
        """As text; of the conditions of partial indexes what they say, and not where they lie."""
        if isinstance(value, dict):
            return str({name: str(own) for name, own in value.items()})
        return str(value)

    def listed(rows: list[dict[str, object]]) -> list[str]:
        return sorted(str(sorted((k, told(v)) for k, v in row.items())) for row in rows)

    return {
        table: [
            listed([dict(own) for own in found.get_columns(table)]),
            listed([dict(own) for own in found.get_indexes(table)]),
            listed([dict(own) for own in found.get_unique_constraints(table)]),
            listed([dict(own) for own in found.get_foreign_keys(table)]),
            str(found.get_pk_constraint(table)),
        ]
        for table in found.get_table_names()
        if table != "alembic_version"
    }


def test_a_migrated_schema_is_what_the_tables_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_migrated_schema_equals_a_fresh_one(empty: Database) -> None:
    schema.create_all(empty)
    fresh = shape(empty)
    assert len(fresh) == len(metadata.tables)
    metadata.drop_all(empty.engine)
    schema.upgrade(empty)
    assert shape(empty) == fresh


def test_upgrading_twice_is_harmless(database: Database) -> None:
    def rows() -> list[object]:
        with database.read() as connection:
            return [
                sorted(map(tuple, connection.execute(sa.select(table))))
                for table in (data_key, sequence)
            ]

    before = rows()
    schema.upgrade(database)
    assert rows() == before
    assert schema.state(database).fit is Fit.SAME
    assert database.verify_audit().findings == ()


def test_an_empty_database_has_no_revision(empty: Database) -> None:
    assert schema.state(empty).fit is Fit.NONE


def test_other_keys_than_those_of_the_database_are_refused(database_url: str) -> None:
    with (
        closing(Database(database_url, Keys.generate())) as other,
        pytest.raises(Misconfigured, match="sealed under master key"),
    ):
        schema.upgrade(other)


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("nonsense", "PARAKH_DATABASE_URL is not a database URL"),
        ("mysql://somewhere/parakh", "mysql is not supported"),
    ],
)
def test_a_wrong_address_says_so(url: str, cause: str) -> None:
    with pytest.raises(Misconfigured, match=cause):
        make_engine(url)
