"""Requests to see travellers who are masked."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, metadata, moment, own_id, text, to

unmasking = sa.Table(
    "unmasking",
    metadata,
    own_id(primary_key=True),
    to("traveller", "traveller_id", index=True),
    text("reason"),
    text("asked_by"),
    moment("asked_at"),
    code("state"),
    text("decided_by", null=True),
    moment("decided_at", null=True),
    text("decision"),
    moment("until", null=True),
    sa.Index("ix_unmasking_state_asked_at", "state", "asked_at"),
)
