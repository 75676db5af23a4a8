"""Assessments, hits, alerts and walls."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, flag, json, metadata, moment, own_id, text, to

assessment = sa.Table(
    "assessment",
    metadata,
    own_id(primary_key=True),
    code("subject_kind"),
    sa.Column("subject_id", sa.String(32), nullable=False),
    sa.Column("cause", sa.String(80), nullable=False),
    moment("at"),
    code("advice"),
    json("results"),
    sa.UniqueConstraint("subject_id", "subject_kind", "cause"),
    sa.Index("ix_assessment_cause", "cause"),
)

hit = sa.Table(
    "hit",
    metadata,
    own_id(primary_key=True),
    code("subject_kind"),
    sa.Column("subject_id", sa.String(32), nullable=False),
    code("target_kind"),
    sa.Column("target_id", sa.String(32), nullable=False, index=True),
    text("screener"),
    code("screener_id"),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("threshold", sa.Float, nullable=False),
    json("sentence"),
    json("evidence"),
    code("state"),
    text("decided_by", null=True),
    moment("decided_at", null=True),
    text("reason"),
    sa.Column("redress_id", sa.String(32), nullable=True, index=True),
    sa.UniqueConstraint(
        "subject_id", "subject_kind", "target_id", "target_kind", "screener_id", name="uq_hit_pair"
    ),
    sa.Index("ix_hit_decided_at", "decided_at"),
)

# The other travellers whom a hit names: those along a link.
hit_named = sa.Table(
    "hit_named",
    metadata,
    sa.Column("hit_id", sa.String(32), sa.ForeignKey("hit.id"), primary_key=True),
    sa.Column("traveller_id", sa.String(32), primary_key=True, index=True),
)

assessment_hit = sa.Table(
    "assessment_hit",
    metadata,
    sa.Column("assessment_id", sa.String(32), sa.ForeignKey("assessment.id"), primary_key=True),
    sa.Column("hit_id", sa.String(32), sa.ForeignKey("hit.id"), primary_key=True, index=True),
)

unit = sa.Table(
    "unit",
    metadata,
    own_id(primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("central", sa.Boolean, nullable=False),
    json("ports"),
    # Alerts a day that it can see to; none where nobody said.
    sa.Column("alert_budget", sa.Integer, nullable=True),
    # Whose unit it is, "" for the centre's own agency; the region in which it works.
    sa.Column("agency", sa.String(32), nullable=False, server_default=""),
    sa.Column("region", sa.String(80), nullable=False, server_default=""),
    flag("regional"),
)

alert = sa.Table(
    "alert",
    metadata,
    own_id(primary_key=True),
    to("unit", "unit_id"),
    to("assessment", "assessment_id"),
    code("subject_kind"),
    sa.Column("subject_id", sa.String(32), nullable=False),
    code("advice"),
    moment("at"),
    code("state"),
    text("acknowledged_by", null=True),
    moment("acknowledged_at", null=True),
    code("outcome", null=True),
    text("outcome_note", null=True),
    text("closed_by", null=True),
    moment("closed_at", null=True),
    sa.Column("priority", sa.Integer, nullable=False, server_default="3"),
    moment("acknowledge_by", null=True),
    moment("close_by", null=True),
    text("shown_by", null=True),
    moment("shown_at", null=True),
    sa.Column("held_by", sa.String(80), nullable=True, index=True),
    moment("escalated_at", null=True),
    sa.Column("escalated_from", sa.String(32), nullable=True),
    # When it is escalated unless somebody sees to it; none for most, so that the index is short.
    moment("escalates_at", null=True),
    sa.UniqueConstraint("assessment_id", "unit_id"),
    sa.Index("ix_alert_unit_id_state", "unit_id", "state"),
    sa.Index("ix_alert_subject_id", "subject_id"),
    sa.Index("ix_alert_escalates_at", "escalates_at"),
)

alert_step = sa.Table(
    "alert_step",
    metadata,
    own_id(primary_key=True),
    to("alert", "alert_id", index=True),
    code("kind"),
    moment("at"),
    text("by"),
    json("text"),
)

wall_event = sa.Table(
    "wall_event",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    to("unit", "unit_id"),
    to("alert", "alert_id"),
    code("kind"),
    moment("at"),
)
