"""Columns of all tables.

Identifiers are 32 hexadecimal digits (see `parakh.domain.ids`). Moments are UTC; local times of
ports are stored without a zone, as carriers send them.
"""

from datetime import UTC, datetime

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(sa.TypeDecorator[datetime]):
    """An aware moment, stored in UTC; SQLite keeps no zone, so it is put back when read."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def own_id(name: str = "id", **options: bool) -> sa.Column[str]:
    """An identifier: the primary key, or one that refers to no table."""
    return sa.Column(name, sa.String(32), **options)  # type: ignore[arg-type]


def to(table: str, name: str, *, null: bool = False, index: bool = False) -> sa.Column[str]:
    """A reference to a row of another table."""
    return sa.Column(name, sa.String(32), sa.ForeignKey(f"{table}.id"), nullable=null, index=index)


def text(name: str, *, null: bool = False, default: str | None = None) -> sa.Column[str]:
    """Text of any length."""
    return sa.Column(name, sa.Text, nullable=null, server_default=default)


def code(name: str, *, null: bool = False, default: str | None = None) -> sa.Column[str]:
    """A short code."""
    return sa.Column(name, sa.String(40), nullable=null, server_default=default)


def moment(name: str, *, null: bool = False) -> sa.Column[datetime]:
    """A moment in UTC."""
    return sa.Column(name, Moment, nullable=null)


def json(name: str, *, default: str | None = None) -> sa.Column[object]:
    """A value as JSON."""
    return sa.Column(name, sa.JSON, nullable=False, server_default=default)


def count(name: str) -> sa.Column[int]:
    """A number that begins at 0."""
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def flag(name: str) -> sa.Column[bool]:
    """Whether; it begins as not."""
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
