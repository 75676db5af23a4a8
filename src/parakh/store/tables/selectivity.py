"""Selectivity: policies, lanes that were given, draws, days with a capacity, trusted traders."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, count, flag, json, metadata, moment, own_id, text, to

lane_policy = sa.Table(
    "lane_policy",
    metadata,
    own_id(primary_key=True),
    # "" for all ports without a policy of their own.
    code("port"),
    code("state"),
    # The numbers of `parakh.domain.selectivity.Policy`.
    json("terms"),
    sa.Column("seed", sa.String(64), nullable=False),
    # Sealed while the policy is in force; its digest is `seed`.
    sa.Column("secret", sa.LargeBinary, nullable=True),
    # The same in hexadecimal, once the policy ended.
    sa.Column("revealed", sa.String(64), nullable=False, server_default=""),
    text("reason"),
    text("proposed_by"),
    moment("proposed_at", null=True),
    text("decided_by", null=True),
    moment("decided_at", null=True),
    text("decision"),
    moment("ended_at", null=True),
    # At most one in force a port: two persons who approve at once must not both be right.
    sa.Index(
        "uq_lane_policy_in_force",
        "port",
        unique=True,
        sqlite_where=sa.text("state = 'in_force'"),
        postgresql_where=sa.text("state = 'in_force'"),
    ),
)

# One row a port and local day: whoever gives lanes there holds it, so that no place is given twice.
lane_day = sa.Table(
    "lane_day",
    metadata,
    code("port"),
    sa.Column("day", sa.Date, nullable=False),
    # Consignments that were given their first lane in each of the day's hours.
    json("hours"),
    # Those among them that had to be examined whatever the capacity.
    count("must"),
    # What a hit of each rule was worth when the day began.
    json("worth"),
    sa.PrimaryKeyConstraint("port", "day"),
)

lane_decision = sa.Table(
    "lane_decision",
    metadata,
    own_id(primary_key=True),
    # In the order of commits; the declaration system asks for all after a number.
    sa.Column("seq", sa.BigInteger, nullable=False, unique=True),
    to("consignment", "consignment_id"),
    sa.Column("ordinal", sa.Integer, nullable=False),
    flag("standing"),
    code("lane"),
    code("basis"),
    sa.Column("basis_id", sa.String(80), nullable=False),
    json("sentence"),
    moment("at"),
    code("port"),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("score", sa.Float, nullable=True),
    # By what it was ranked among those of its port; null for what was not ranked.
    sa.Column("merit", sa.Float, nullable=True),
    sa.Column("policy", sa.String(32), nullable=False),
    sa.Column("draw", sa.Float, nullable=True),
    text("draw_key"),
    code("squeezed", null=True),
    text("by"),
    text("reason"),
    # SHA-256 of what it rested on, so that a re-run knows whether that changed.
    sa.Column("facts", sa.String(64), nullable=False),
    sa.UniqueConstraint("consignment_id", "ordinal"),
    sa.Index("ix_lane_decision_port_day", "port", "day"),
    sa.Index("ix_lane_decision_at", "at"),
)

# What spoke for a closer look at a consignment, whatever decided in the end.
lane_claim = sa.Table(
    "lane_claim",
    metadata,
    sa.Column("consignment_id", sa.String(32), sa.ForeignKey("consignment.id"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
    code("basis"),
    sa.Column("basis_id", sa.String(80), nullable=False),
    code("lane"),
    sa.Column("merit", sa.Float, nullable=False),
    flag("must"),
    sa.Index("ix_lane_claim_basis_basis_id", "basis", "basis_id"),
)

lane_draw = sa.Table(
    "lane_draw",
    metadata,
    sa.Column("consignment_id", sa.String(32), sa.ForeignKey("consignment.id"), primary_key=True),
    # Of the declaration; "" before there was one.
    sa.Column("reference", sa.String(200), primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False, unique=True),
    to("lane_policy", "policy_id", index=True),
    text("key"),
    sa.Column("number", sa.Float, nullable=False),
    sa.Column("share", sa.Float, nullable=False),
    flag("drawn"),
    flag("trusted"),
    moment("at"),
    sa.Index("ix_lane_draw_at", "at"),
)

trusted_trader = sa.Table(
    "trusted_trader",
    metadata,
    own_id(primary_key=True),
    sa.Column("identifier", sa.String(80), nullable=False, index=True),
    text("name"),
    json("roles"),
    text("authorisation"),
    text("reason"),
    text("proposed_by"),
    moment("proposed_at"),
    text("decided_by", null=True),
    moment("decided_at", null=True),
    flag("refused"),
    text("decision"),
    moment("expires_at", null=True),
    # Somebody, or the program after a finding, wants it suspended.
    text("asked_by"),
    moment("asked_at", null=True),
    text("asked_reason"),
    # The consignment in which something was found, where that is why.
    to("consignment", "asked_after", null=True),
    # When that was declined the last time; findings from then on count.
    moment("kept_at", null=True),
    text("suspended_by"),
    moment("suspended_at", null=True),
    text("suspension"),
)
