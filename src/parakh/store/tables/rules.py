"""Officers' targeting rules with their versions, and the named lists that rules refer to."""

import sqlalchemy as sa

from parakh.store.tables.columns import (
    code,
    count,
    json,
    metadata,
    moment,
    own_id,
    text,
    to,
)

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
    # When the values that count were changed the last time; none while there were none.
    moment("values_at", null=True),
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

# What each hit of a rule adds to the counts of the day on which it was first raised (`at`); nothing
# where that is not known yet.
rule_hit = sa.Table(
    "rule_hit",
    metadata,
    sa.Column("hit_id", sa.String(32), sa.ForeignKey("hit.id"), primary_key=True),
    sa.Column("rule_id", sa.String(32), nullable=False, server_default=""),
    count("number"),
    moment("at", null=True),
    count("hits"),
    count("confirmed"),
    count("cleared"),
    count("decided"),
    count("found"),
    sa.Index("ix_rule_hit_rule_id_at", "rule_id", "at", "hit_id"),
)

# The sums of them, by version and day (UTC); `parakh.store.rule_hits` keeps them right.
rule_day = sa.Table(
    "rule_day",
    metadata,
    sa.Column("rule_id", sa.String(32), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Date, primary_key=True),
    count("hits"),
    count("confirmed"),
    count("cleared"),
    count("decided"),
    count("found"),
    sqlite_with_rowid=False,
)
