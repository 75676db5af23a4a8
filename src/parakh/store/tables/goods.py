"""Consignments with items, parties and containers; conveyances and where they were."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, count, flag, json, metadata, moment, own_id, text, to

# What each source said, so that a mapping can be checked, repeated and taken back.
goods_record = sa.Table(
    "goods_record",
    metadata,
    own_id(primary_key=True),
    to("part", "part_id", index=True),
    code("kind"),
    # By what it is corrected: the source and its own reference, or the key of a consignment.
    sa.Column("key", sa.String(160), nullable=False),
    # What it became part of: a consignment, movement, currency declaration or enforcement record.
    sa.Column("subject_id", sa.String(32), nullable=False, index=True),
    sa.Column("line", sa.Integer, nullable=False),
    count("ordinal"),
    moment("said_at"),
    json("data"),
    sa.Index("ix_goods_record_kind_key", "kind", "key"),
)

consignment = sa.Table(
    "consignment",
    metadata,
    own_id(primary_key=True),
    sa.Column("key", sa.String(160), nullable=False, unique=True),
    text("reference"),
    code("kind", null=True),
    text("master_reference", default=""),
    code("mode", null=True),
    code("direction"),
    code("port"),
    to("voyage", "voyage_id", null=True, index=True),
    to("conveyance", "conveyance_id", null=True, index=True),
    code("loading_port", default=""),
    code("discharge_port", default=""),
    json("route", default="[]"),
    sa.Column("export_country", sa.String(3), nullable=True),
    sa.Column("packages", sa.Integer, nullable=True),
    sa.Column("gross_kg", sa.Float, nullable=True),
    text("description", default=""),
    moment("due_at", null=True),
    # The declaration; its reference is null for what nobody declared yet.
    text("declaration_reference", null=True),
    code("office", null=True),
    moment("lodged_at", null=True),
    # The rest of `parakh.domain.consignment.Declaration`.
    json("declaration", default="{}"),
    flag("cancelled"),
    # When the centre came to know of it first.
    moment("known_at"),
    # The message for which it waits to be screened.
    sa.Column("due_for", sa.String(32), nullable=True, index=True),
    sa.Index("ix_consignment_reference", "reference"),
    sa.Index("ix_consignment_master_reference", "master_reference"),
    sa.Index("ix_consignment_declaration_reference", "declaration_reference"),
    sa.Index("ix_consignment_port_due_at", "port", "due_at"),
    sa.Index("ix_consignment_due_at", "due_at"),
    sa.Index("ix_consignment_lodged_at", "lodged_at"),
    sa.Index("ix_consignment_known_at", "known_at"),
)

consignment_item = sa.Table(
    "consignment_item",
    metadata,
    sa.Column("consignment_id", sa.String(32), sa.ForeignKey("consignment.id"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("hs_code", sa.String(10), nullable=False),
    text("description"),
    sa.Column("origin", sa.String(3), nullable=True),
    # Thousandths of the unit, hundredths of the currency: SQLite has no decimal numbers.
    sa.Column("quantity", sa.BigInteger, nullable=True),
    code("unit"),
    sa.Column("packages", sa.Integer, nullable=True),
    sa.Column("gross_kg", sa.Float, nullable=True),
    sa.Column("net_kg", sa.Float, nullable=True),
    sa.Column("price", sa.BigInteger, nullable=True),
    sa.Column("currency", sa.String(3), nullable=True),
    sa.Column("value", sa.BigInteger, nullable=True),
    sa.Column("duty", sa.BigInteger, nullable=True),
    sa.Column("rate", sa.Float, nullable=True),
    text("licence", default=""),
    sa.Index("ix_consignment_item_hs_code_origin", "hs_code", "origin"),
)

consignment_party = sa.Table(
    "consignment_party",
    metadata,
    sa.Column("consignment_id", sa.String(32), sa.ForeignKey("consignment.id"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
    code("role"),
    text("name"),
    sa.Column("identifier", sa.String(80), nullable=False, server_default=""),
    sa.Column("country", sa.String(3), nullable=True),
    text("address", default=""),
    text("phone", default=""),
    text("email", default=""),
    # Equal for one party: its number, else the words of its name in order, and its country.
    sa.Column("party_key", sa.String(200), nullable=False),
    sa.Index("ix_consignment_party_party_key_role", "party_key", "role"),
    sa.Index("ix_consignment_party_identifier", "identifier"),
    sa.Index("ix_consignment_party_name", "name"),
)

consignment_container = sa.Table(
    "consignment_container",
    metadata,
    sa.Column("consignment_id", sa.String(32), sa.ForeignKey("consignment.id"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.String(11), nullable=False, index=True),
    code("type"),
    text("seal"),
    text("seal_at_loading"),
    sa.Column("empty", sa.Boolean, nullable=True),
    sa.Column("gross_kg", sa.Float, nullable=True),
    sa.Column("shared", sa.Boolean, nullable=True),
)

conveyance = sa.Table(
    "conveyance",
    metadata,
    own_id(primary_key=True),
    code("kind"),
    sa.Column("identifier", sa.String(80), nullable=False),
    # "" where it is not known, so that it can stand in a key.
    sa.Column("country", sa.String(3), nullable=False, server_default=""),
    text("name", default=""),
    moment("known_at"),
    sa.UniqueConstraint("kind", "identifier", "country"),
)

movement = sa.Table(
    "movement",
    metadata,
    own_id(primary_key=True),
    # Source and its own reference; said again, it is corrected.
    sa.Column("key", sa.String(200), nullable=False, unique=True),
    to("conveyance", "conveyance_id"),
    code("kind"),
    moment("at"),
    text("place"),
    code("port", default=""),
    code("direction", null=True),
    code("heading", null=True),
    sa.Column("gross_kg", sa.Float, nullable=True),
    sa.Column("empty", sa.Boolean, nullable=True),
    text("seal", default=""),
    sa.Column("goods", sa.String(80), nullable=False, server_default="", index=True),
    to("consignment", "consignment_id", null=True, index=True),
    sa.Column("driver", sa.String(40), nullable=False, server_default="", index=True),
    to("traveller", "traveller_id", null=True, index=True),
    to("picture", "picture_id", null=True),
    # The message for which it waits to be screened.
    sa.Column("due_for", sa.String(32), nullable=True, index=True),
    sa.Index("ix_movement_conveyance_id_at", "conveyance_id", "at"),
    sa.Index("ix_movement_at", "at"),
)
