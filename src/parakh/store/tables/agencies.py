"""Agencies, what is shared with them, and regional centres."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, flag, json, metadata, moment, own_id, text, to

agency = sa.Table(
    "agency",
    metadata,
    own_id(primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    code("kind"),
)

share = sa.Table(
    "share",
    metadata,
    own_id(primary_key=True),
    code("kind"),
    own_id("ref_id", nullable=False),
    # "" for the agency whose centre this is.
    own_id("from_agency", nullable=False),
    own_id("agency", nullable=False),
    to("unit", "unit_id", null=True),
    json("sections"),
    text("legal_basis"),
    text("conditions"),
    flag("may_pass_on"),
    moment("expires_at"),
    code("state"),
    text("by"),
    moment("at"),
    text("decided_by", default=""),
    moment("decided_at", null=True),
    text("decision", default=""),
    text("acknowledged_by", default=""),
    moment("acknowledged_at", null=True),
    text("reference", default=""),
    text("ended_by", default=""),
    moment("ended_at", null=True),
    text("ending", default=""),
    to("share", "parent_id", null=True),
    sa.Index("ix_share_ref_id", "ref_id", "kind"),
    sa.Index("ix_share_agency", "agency", "state"),
    sa.Index("ix_share_from_agency", "from_agency", "state"),
)

share_request = sa.Table(
    "share_request",
    metadata,
    own_id(primary_key=True),
    own_id("agency", nullable=False),
    own_id("asked_agency", nullable=False),
    code("kind"),
    text("about"),
    text("reason"),
    text("by"),
    moment("at"),
    code("state"),
    text("answered_by", default=""),
    moment("answered_at", null=True),
    text("answer", default=""),
    to("share", "share_id", null=True),
)

# At the centre: each regional centre, and what it told of itself.
region = sa.Table(
    "region",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    # The last row of its audit trail that is here.
    sa.Column("seq", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("hash", sa.String(64), nullable=False, server_default=""),
    moment("seen_at", null=True),
    # Since when it acted alone, the last time that it did, and until when.
    moment("alone_since", null=True),
    moment("alone_until", null=True),
    sa.Column("public_key", sa.String(64), nullable=False, server_default=""),
)

# At the centre: the regional centres' audit trails, with what was done to take each row in.
region_event = sa.Table(
    "region_event",
    metadata,
    sa.Column("region", sa.String(80), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    moment("at"),
    text("actor"),
    code("action"),
    code("subject_kind"),
    sa.Column("subject_id", sa.String(80), nullable=False),
    code("purpose"),
    text("detail"),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    # What is still to be done here because of it; none once it is done.
    sa.Column("pending", sa.JSON(none_as_null=True), nullable=True),
    text("outcome", default=""),
)

# At a regional centre: what belongs to a row of its audit trail and was refused above.
link_aside = sa.Table(
    "link_aside",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    code("action"),
    sa.Column("subject_id", sa.String(80), nullable=False),
    text("reason"),
    moment("at"),
    code("state"),
    text("by", default=""),
    moment("decided_at", null=True),
    text("decision", default=""),
)

# At a regional centre: how far it sent, what it holds of the centre, and whether the link stands.
centre_link = sa.Table(
    "centre_link",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sent", sa.BigInteger, nullable=False, server_default="0"),
    json("marks", default="{}"),
    moment("pulled_at", null=True),
    moment("met_at", null=True),
    moment("down_since", null=True),
)
