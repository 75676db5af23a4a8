"""Messages as received, their parts, and what was answered."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, count, flag, json, metadata, moment, own_id, text, to

message = sa.Table(
    "message",
    metadata,
    own_id(primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    code("channel"),
    text("source_name"),
    code("carrier", default=""),
    moment("received_at"),
    sa.Column("size", sa.BigInteger, nullable=False),
    code("state"),
    to("message", "corrects", null=True, index=True),
    sa.Column("run", sa.Integer, nullable=False),
    text("trace", default=""),
    sa.UniqueConstraint("digest", "carrier"),
    sa.Index("ix_message_received_at", "received_at"),
    sa.Index("ix_message_state_id", "state", "id"),
    sa.Index("ix_message_carrier_id", "carrier", "id"),
)

message_body = sa.Table(
    "message_body",
    metadata,
    sa.Column("message_id", sa.String(32), sa.ForeignKey("message.id"), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    flag("sealed"),
)

part = sa.Table(
    "part",
    metadata,
    own_id(primary_key=True),
    to("message", "message_id"),
    sa.Column("ordinal", sa.Integer, nullable=False),
    code("message_type"),
    code("version"),
    text("reference"),
    sa.Column("line", sa.Integer, nullable=False),
    code("state"),
    json("problems"),
    code("carrier", default=""),
    json("envelope", default="null"),
    moment("said_at", null=True),
    count("travellers"),
    count("goods"),
    count("errors"),
    json("removed", default="{}"),
    sa.UniqueConstraint("message_id", "ordinal"),
    sa.Index("ix_part_carrier_message_id", "carrier", "message_id"),
)

answer = sa.Table(
    "answer",
    metadata,
    sa.Column("part_id", sa.String(32), sa.ForeignKey("part.id"), primary_key=True),
    moment("at"),
    sa.Column("accepted", sa.Boolean, nullable=False),
    text("body"),
    code("channel", default=""),
    moment("delivered_at", null=True),
    text("delivered_to", default=""),
    sa.Index("ix_answer_channel_delivered_at", "channel", "delivered_at"),
)

pulled = sa.Table(
    "pulled",
    metadata,
    sa.Column("source", sa.String(80), primary_key=True),
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    to("message", "message_id", null=True),
    moment("at"),
    text("refused", default=""),
)
