"""Examinations: terminals, examiners, orders and their assignments, reports, rosters."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, flag, json, metadata, moment, own_id, text, to

exam_terminal = sa.Table(
    "exam_terminal",
    metadata,
    own_id(primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    sa.Column("port", sa.String(40), nullable=False, index=True),
    sa.Column("bays", sa.Integer, nullable=False),
    sa.Column("a_shift", sa.Integer, nullable=False),
    json("staffing"),
)

examiner = sa.Table(
    "examiner",
    metadata,
    own_id(primary_key=True),
    # A sign-in name.
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    json("terminal_ids"),
    json("skills"),
    json("conflicts"),
    sa.Column("hours_a_week", sa.Integer, nullable=False),
)

exam_leave = sa.Table(
    "exam_leave",
    metadata,
    own_id(primary_key=True),
    to("examiner", "examiner_id", index=True),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date, nullable=False),
    text("reason"),
)

exam_wish = sa.Table(
    "exam_wish",
    metadata,
    own_id(primary_key=True),
    to("examiner", "examiner_id", index=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("slot", sa.Integer, nullable=True),
)

exam_policy = sa.Table(
    "exam_policy",
    metadata,
    own_id(primary_key=True),
    to("exam_terminal", "terminal_id"),
    sa.Column("number", sa.Integer, nullable=False),
    code("state"),
    # What counts first, from when on, and for how long somebody waits at most.
    json("terms"),
    text("reason"),
    text("proposed_by"),
    moment("proposed_at"),
    text("decided_by", null=True),
    moment("decided_at", null=True),
    text("decision"),
    sa.UniqueConstraint("terminal_id", "number"),
)

exam_order = sa.Table(
    "exam_order",
    metadata,
    own_id(primary_key=True),
    to("consignment", "consignment_id", index=True),
    text("consignment"),
    to("exam_terminal", "terminal_id"),
    code("lane"),
    code("state"),
    json("facts"),
    json("reason"),
    json("needs"),
    flag("by_hand"),
    text("ordered_by"),
    moment("ordered_at"),
    sa.Column("assigned_to", sa.String(80), nullable=True, index=True),
    moment("grounded_at", null=True),
    moment("assigned_at", null=True),
    moment("begun_at", null=True),
    moment("reported_at", null=True),
    text("called_off"),
    sa.Index("ix_exam_order_terminal_id_state", "terminal_id", "state"),
    sa.Index("ix_exam_order_ordered_at", "ordered_at"),
)

exam_assignment = sa.Table(
    "exam_assignment",
    metadata,
    own_id(primary_key=True),
    to("exam_order", "order_id"),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("examiner", sa.String(80), nullable=False),
    moment("at"),
    text("by"),
    text("reason"),
    # Of all who could be drawn: name, load and number, so that a draw can be checked.
    json("tickets"),
    text("ended"),
    moment("ended_at", null=True),
    sa.Column("refused", sa.Boolean, nullable=False),
    sa.UniqueConstraint("order_id", "ordinal"),
    sa.Index("ix_exam_assignment_at", "at"),
)

exam_report = sa.Table(
    "exam_report",
    metadata,
    own_id(primary_key=True),
    to("exam_order", "order_id", index=True),
    # Made on the tablet: a report that is sent twice is one.
    sa.Column("client_id", sa.String(32), nullable=False, unique=True),
    text("by"),
    moment("received_at"),
    # All that is signed, as it was digested.
    text("content"),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("signature", sa.String(128), nullable=False),
    sa.Column("follows", sa.String(32), nullable=True),
)

roster = sa.Table(
    "roster",
    metadata,
    own_id(primary_key=True),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date, nullable=False),
    code("state"),
    text("made_by"),
    moment("made_at"),
    text("published_by", null=True),
    moment("published_at", null=True),
    # Penalty, bound, greedy, seconds and shortages.
    json("told"),
)

roster_duty = sa.Table(
    "roster_duty",
    metadata,
    sa.Column("roster_id", sa.String(32), sa.ForeignKey("roster.id"), primary_key=True),
    sa.Column("examiner_id", sa.String(32), sa.ForeignKey("examiner.id"), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("slot", sa.Integer, nullable=False),
    to("exam_terminal", "terminal_id"),
    sa.Index("ix_roster_duty_day_slot", "day", "slot"),
)
