"""Officers' targeting rules with their versions, and the named lists that rules refer to."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, json, metadata, moment, own_id, text, to

rule = sa.Table(
    "rule",
    metadata,
    own_id(primary_key=True),
    sa.Column("name", sa.String(120), nullable=False, unique=True),
    code("subject"),
)

rule_version = sa.Table(
    "rule_version",
    metadata,
    own_id(primary_key=True),
    to("rule", "rule_id"),
    sa.Column("number", sa.Integer, nullable=False),
    text("text"),
    text("reason"),
    text("instruction"),
    code("handling"),
    sa.Column("priority", sa.Integer, nullable=False),
    json("scope"),
    code("state"),
    text("written_by"),
    moment("written_at"),
    # All who ever changed it while it was a draft; none of them may approve it.
    json("authors"),
    moment("active_from", null=True),
    moment("active_until", null=True),
    text("reviewed_by", null=True),
    moment("reviewed_at", null=True),
    text("review"),
    text("over_budget"),
    text("retired_by", null=True),
    moment("retired_at", null=True),
    text("retirement"),
    sa.UniqueConstraint("rule_id", "number"),
    sa.Index("ix_rule_version_state", "state"),
)

value_list = sa.Table(
    "value_list",
    metadata,
    own_id(primary_key=True),
    # As rules write it.
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    code("kind"),
    text("note"),
    text("made_by"),
    moment("made_at"),
)

value_list_item = sa.Table(
    "value_list_item",
    metadata,
    sa.Column("list_id", sa.String(32), sa.ForeignKey("value_list.id"), primary_key=True),
    sa.Column("value", sa.String(200), primary_key=True),
    text("note"),
    text("added_by"),
    moment("added_at"),
    moment("expires_at", null=True),
    # One that waits lies beside the one that stands, which counts until it is approved.
    sa.Column("waits", sa.Boolean, primary_key=True, server_default=sa.false()),
    sa.Index("ix_value_list_item_expires_at", "expires_at"),
)
