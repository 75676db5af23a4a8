"""Linked systems: how far each was read or told, what was said to it, what registers answered."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, count, flag, json, metadata, moment, own_id, text

connector = sa.Table(
    "connector",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    code("kind"),
    # Of its settings as the file has them, and as somebody put them in force.
    sa.Column("digest", sa.String(64), nullable=False, server_default=""),
    sa.Column("agreed", sa.String(64), nullable=False, server_default=""),
    # Since when its settings are as they are.
    moment("declared_at", null=True),
    flag("on"),
    text("by", default=""),
    moment("decided_at", null=True),
    # The key with which it lets us in, sealed; null where a file or variable holds it.
    sa.Column("secret", sa.LargeBinary, nullable=True),
    text("cursor", default=""),
    flag("confirm"),
    moment("since", null=True),
    moment("tried_at", null=True),
    moment("good_at", null=True),
    moment("level_at", null=True),
    count("failures"),
    text("error", default=""),
    moment("next_at", null=True),
    # While a worker has it in hand: when that worker is taken for dead.
    moment("claimed_until", null=True),
    count("waiting"),
    count("skew"),
    count("due_seconds"),
)

exchange = sa.Table(
    "exchange",
    metadata,
    own_id(primary_key=True),
    sa.Column("connector", sa.String(80), nullable=False),
    moment("at"),
    code("verb"),
    code("method"),
    text("path"),
    code("outcome"),
    count("status"),
    count("sent"),
    count("received"),
    count("milliseconds"),
    text("cause", default=""),
    sa.Index("ix_exchange_connector_at", "connector", "at"),
    sa.Index("ix_exchange_at", "at"),
)

# What parts of the centre have to tell other systems, in the order of commits.
announcement = sa.Table(
    "announcement",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.String(32), nullable=False, unique=True),
    code("topic"),
    code("what"),
    json("body"),
    moment("at"),
    sa.Index("ix_announcement_at", "at"),
)

verification = sa.Table(
    "verification",
    metadata,
    own_id(primary_key=True),
    # No reference: the traveller may be forgotten or joined with another before it expires.
    sa.Column("traveller_id", sa.String(32), nullable=False, index=True),
    sa.Column("connector", sa.String(80), nullable=False),
    sa.Column("by", sa.String(80), nullable=False),
    moment("at"),
    code("purpose"),
    text("reason"),
    code("tail"),
    flag("portrait"),
    moment("expires_at"),
    code("agreement"),
    json("fields"),
    text("reference"),
    moment("answered_at", null=True),
    sa.Index("ix_verification_connector_at", "connector", "at"),
    sa.Index("ix_verification_expires_at", "expires_at"),
)
