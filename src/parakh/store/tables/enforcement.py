"""Seizure, suspect and company records of other posts and agencies."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, json, metadata, moment, own_id, text

enforcement = sa.Table(
    "enforcement",
    metadata,
    own_id(primary_key=True),
    # Kind, source and its own reference; said again, it is corrected.
    sa.Column("key", sa.String(160), nullable=False, unique=True),
    code("kind"),
    sa.Column("source", sa.String(60), nullable=False),
    sa.Column("reference", sa.String(80), nullable=False),
    # When it was seized, or reported.
    moment("at", null=True),
    # The place of a seizure; the name of a suspect or company.
    text("title"),
    sa.Column("country", sa.String(3), nullable=True),
    sa.Column("latitude", sa.Float, nullable=True),
    sa.Column("longitude", sa.Float, nullable=True),
    code("concealment", default=""),
    code("method", default=""),
    # Everything else of `parakh.domain.enforcement`.
    json("data"),
    moment("known_at"),
    # When a profile was proposed of whom it names; null until somebody on file is the same.
    moment("proposed_at", null=True),
    sa.Index("ix_enforcement_kind_at", "kind", "at"),
    sa.Index("ix_enforcement_reference", "reference"),
)

# By what records are found: kinds of goods, places of the route, names, numbers, and what on file
# they name.
enforcement_mark = sa.Table(
    "enforcement_mark",
    metadata,
    sa.Column("record_id", sa.String(32), sa.ForeignKey("enforcement.id"), primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("value", sa.String(200), primary_key=True),
    sa.Index("ix_enforcement_mark_kind_value", "kind", "value"),
)
