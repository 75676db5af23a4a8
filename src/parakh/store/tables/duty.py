"""Routing of alerts, service levels, channels, the duty roster and lookouts."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, count, flag, json, metadata, moment, own_id, text, to

route = sa.Table(
    "route",
    metadata,
    own_id(primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    text("name"),
    json("units"),
    text("zone"),
    json("ports"),
    json("lanes"),
    json("lists"),
    json("rules"),
    json("advice"),
    json("weekdays"),
    # HH:MM, both or none.
    code("since", null=True),
    code("until", null=True),
    flag("on_duty"),
    flag("goes_on"),
    flag("active"),
)

service_level = sa.Table(
    "service_level",
    metadata,
    own_id(primary_key=True),
    to("unit", "unit_id", null=True),
    code("advice", null=True),
    sa.Column("acknowledge_seconds", sa.Integer, nullable=True),
    sa.Column("close_seconds", sa.Integer, nullable=True),
    to("unit", "escalate_to", null=True),
)

channel = sa.Table(
    "channel",
    metadata,
    own_id(primary_key=True),
    sa.Column("name", sa.String(120), nullable=False, unique=True),
    code("kind"),
    text("address"),
    to("unit", "unit_id", null=True),
    code("least"),
    json("tells"),
    code("detail"),
    flag("active"),
    code("language", default="en"),
    # The key that signs what a webhook gets, sealed.
    sa.Column("secret", sa.LargeBinary, nullable=True),
)

dispatch = sa.Table(
    "dispatch",
    metadata,
    own_id(primary_key=True),
    to("channel", "channel_id"),
    to("alert", "alert_id", index=True),
    code("what"),
    moment("made_at"),
    code("state"),
    count("tries"),
    # While somebody tries it: when he is taken for dead.
    moment("next_at"),
    text("error"),
    moment("done_at", null=True),
    sa.UniqueConstraint("channel_id", "alert_id", "what"),
    sa.Index("ix_dispatch_state_next_at", "state", "next_at"),
)

shift = sa.Table(
    "shift",
    metadata,
    own_id(primary_key=True),
    to("unit", "unit_id"),
    sa.Column("officer", sa.String(80), nullable=False),
    moment("starts_at"),
    moment("ends_at"),
    moment("settled_at", null=True),
    sa.UniqueConstraint("unit_id", "officer", "starts_at"),
    sa.Index("ix_shift_ends_at", "ends_at"),
)

handover = sa.Table(
    "handover",
    metadata,
    own_id(primary_key=True),
    to("unit", "unit_id", index=True),
    text("by"),
    moment("at"),
    text("note"),
    json("alerts"),
    text("taken_by", null=True),
    moment("taken_at", null=True),
)

lookout = sa.Table(
    "lookout",
    metadata,
    sa.Column("id", sa.String(32), sa.ForeignKey("watchlist_entry.id"), primary_key=True),
    text("instruction"),
    code("handling"),
    to("unit", "unit_id", index=True),
    sa.Column("placed_by", sa.String(80), nullable=False, index=True),
    moment("placed_at"),
    moment("ends_at"),
    text("confirmed_by", null=True),
    moment("confirmed_at", null=True),
    moment("extension_until", null=True),
    text("extension_reason", null=True),
    text("extension_by", null=True),
    moment("extension_at", null=True),
)
