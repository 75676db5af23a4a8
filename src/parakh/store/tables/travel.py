"""Voyages, bookings, travellers, the persons they are, and crossings."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, count, flag, json, metadata, moment, own_id, text, to

voyage = sa.Table(
    "voyage",
    metadata,
    own_id(primary_key=True),
    sa.Column("key", sa.String(160), nullable=False, unique=True),
    code("mode"),
    code("carrier"),
    code("number"),
    code("origin"),
    code("destination"),
    sa.Column("departure", sa.DateTime, nullable=True),
    sa.Column("arrival", sa.DateTime, nullable=True),
    moment("due_at", null=True),
    code("direction"),
    code("port"),
    sa.Column("scheduled_departure", sa.DateTime, nullable=True),
    moment("leaves_at", null=True),
    moment("departure_said_at", null=True),
    moment("arrival_said_at", null=True),
    flag("cancelled"),
    flag("called_off"),
    sa.Index("ix_voyage_carrier_leaves_at", "carrier", "leaves_at"),
    sa.Index("ix_voyage_leaves_at", "leaves_at"),
    sa.Index("ix_voyage_port_due_at", "port", "due_at"),
    sa.Index("ix_voyage_due_at", "due_at"),
)

submission = sa.Table(
    "submission",
    metadata,
    sa.Column("part_id", sa.String(32), sa.ForeignKey("part.id"), primary_key=True),
    to("voyage", "voyage_id", null=True, index=True),
    code("message_type"),
    code("function"),
    code("action"),
    text("series"),
    text("sender", default=""),
    moment("said_at"),
    moment("received_at"),
    sa.Column("travellers", sa.Integer, nullable=False),
    json("filled"),
)

booking = sa.Table(
    "booking",
    metadata,
    own_id(primary_key=True),
    to("part", "part_id", index=True),
    to("voyage", "voyage_id", index=True),
    code("locator"),
    json("data"),
    sa.Index("ix_booking_locator", "locator"),
)

traveller = sa.Table(
    "traveller",
    metadata,
    own_id(primary_key=True),
    to("voyage", "voyage_id", null=True, index=True),
    code("role"),
    code("standing", default="expected"),
    to("traveller", "joined_to", null=True),
    sa.Column("name_key", sa.String(200), nullable=False, server_default=""),
    sa.Column("due_for", sa.String(32), nullable=True, index=True),
    text("family_name"),
    text("given_names"),
    sa.Column("birth_date", sa.String(10), nullable=True),
    sa.Column("sex", sa.String(1), nullable=True),
    sa.Column("nationality", sa.String(3), nullable=True),
    sa.Column("residence", sa.String(3), nullable=True),
    text("father_name", default=""),
    text("birth_place", default=""),
    code("embarkation", null=True),
    code("debarkation", null=True),
    text("booking_reference", null=True),
    code("seat", null=True),
    json("bags"),
    # When what tells who it was had had its time, and was deleted.
    moment("forgotten_at", null=True),
    # Of those few who turned out to be others: in an index of all, where nearly everybody has the
    # same nothing, SQLite would rather read the whole table.
    sa.Index(
        "ix_traveller_joined",
        "joined_to",
        sqlite_where=sa.text("joined_to IS NOT NULL"),
        postgresql_where=sa.text("joined_to IS NOT NULL"),
    ),
    sa.Index("ix_traveller_name_key", "name_key", "birth_date"),
    sa.Index("ix_traveller_birth_date", "birth_date"),
    sa.Index("ix_traveller_booking_reference", "booking_reference"),
)

document = sa.Table(
    "document",
    metadata,
    sa.Column("traveller_id", sa.String(32), sa.ForeignKey("traveller.id"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
    code("type"),
    sa.Column("number", sa.Text, nullable=False, index=True),
    sa.Column("issuer", sa.String(3), nullable=True),
    sa.Column("expiry", sa.String(10), nullable=True),
)

record = sa.Table(
    "record",
    metadata,
    own_id(primary_key=True),
    to("part", "part_id", index=True),
    to("traveller", "traveller_id", index=True),
    to("voyage", "voyage_id", null=True, index=True),
    to("booking", "booking_id", null=True),
    sa.Column("line", sa.Integer, nullable=False),
    count("ordinal"),
    json("marks", default="{}"),
    json("data"),
)

crossing_report = sa.Table(
    "crossing_report",
    metadata,
    own_id(primary_key=True),
    to("part", "part_id", index=True),
    sa.Column("source", sa.String(80), nullable=False),
    sa.Column("reference", sa.String(80), nullable=False),
    # No foreign key: an announced crossing goes with its traveller when lists are joined anew.
    sa.Column("crossing_id", sa.String(32), nullable=True, index=True),
    sa.Column("line", sa.Integer, nullable=False),
    count("ordinal"),
    moment("said_at"),
    json("data"),
    sa.Index("ix_crossing_report_reference", "source", "reference"),
)

person_link = sa.Table(
    "person_link",
    metadata,
    sa.Column("traveller_id", sa.String(32), sa.ForeignKey("traveller.id"), primary_key=True),
    sa.Column("person_id", sa.String(32), nullable=False, index=True),
    to("traveller", "linked_to", null=True),
    sa.Column("confidence", sa.Float, nullable=False),
    json("reason"),
    text("by"),
    moment("at"),
)

person_decision = sa.Table(
    "person_decision",
    metadata,
    own_id(primary_key=True),
    to("traveller", "traveller_id", index=True),
    to("traveller", "other_id", index=True),
    sa.Column("same", sa.Boolean, nullable=False),
    text("reason"),
    text("by"),
    moment("at"),
    text("withdrawn_by", null=True),
    moment("withdrawn_at", null=True),
)

crossing = sa.Table(
    "crossing",
    metadata,
    own_id(primary_key=True),
    sa.Column(
        "traveller_id", sa.String(32), sa.ForeignKey("traveller.id"), nullable=True, unique=True
    ),
    to("voyage", "voyage_id", null=True, index=True),
    code("port"),
    code("direction"),
    code("state"),
    code("lane"),
    moment("at", null=True),
    sa.Index("ix_crossing_port_at", "port", "at"),
    sa.Index("ix_crossing_at", "at"),
)
