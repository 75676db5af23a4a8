"""What the schema says of itself, to programs older than it."""

import sqlalchemy as sa

from parakh.store.tables.columns import metadata

schema_floor = sa.Table(
    "schema_floor",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    # The oldest revision whose program still works on this schema.
    sa.Column("revision", sa.String(32), nullable=False),
)
