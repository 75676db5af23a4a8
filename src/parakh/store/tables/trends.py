"""Trends: which days are counted, what changed, and reports."""

import sqlalchemy as sa

from parakh.store.tables.columns import (
    code,
    count,
    flag,
    json,
    metadata,
    moment,
    own_id,
    text,
    to,
)

# A day of the history whose counts stand in the cube, and of what they were made.
trend_day = sa.Table(
    "trend_day",
    metadata,
    code("stream"),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("stamp", sa.String(120), nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    moment("built_at"),
    sa.PrimaryKeyConstraint("stream", "day"),
)

# Up to what late hits, decisions and outcomes were taken in.
trend_mark = sa.Table(
    "trend_mark",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.String(80), nullable=False),
)

trend_finding = sa.Table(
    "trend_finding",
    metadata,
    own_id(primary_key=True),
    code("stream"),
    code("measure"),
    code("facet"),
    sa.Column("value", sa.String(120), nullable=False),
    code("port"),
    # The series, by which a change that goes on is known again.
    sa.Column("series", sa.String(200), nullable=False),
    code("pattern"),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("span_days", sa.Integer, nullable=False),
    sa.Column("observed", sa.BigInteger, nullable=False),
    sa.Column("expected", sa.Float, nullable=False),
    sa.Column("low", sa.BigInteger, nullable=False),
    sa.Column("high", sa.BigInteger, nullable=False),
    sa.Column("p", sa.Float, nullable=False),
    count("traffic"),
    count("examined"),
    count("found"),
    code("state"),
    text("reason"),
    text("by"),
    moment("decided_at", null=True),
    moment("first_at"),
    moment("last_at"),
    moment("expires_at"),
    sa.Column("rule_id", sa.String(32), nullable=False, server_default=""),
    sa.Index("ix_trend_finding_series", "series"),
    sa.Index("ix_trend_finding_state_expires_at", "state", "expires_at"),
)

report = sa.Table(
    "report",
    metadata,
    own_id(primary_key=True),
    code("kind"),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date, nullable=False),
    moment("made_at"),
    text("made_by"),
    json("content"),
    # Made once, whoever makes it and however often the worker starts anew.
    sa.UniqueConstraint("kind", "since"),
)

report_plan = sa.Table(
    "report_plan",
    metadata,
    sa.Column("kind", sa.String(40), primary_key=True),
    flag("active"),
    json("addresses"),
    text("changed_by"),
    moment("changed_at"),
)

report_mailing = sa.Table(
    "report_mailing",
    metadata,
    to("report", "report_id"),
    sa.Column("address", sa.String(254), nullable=False),
    count("tries"),
    # When it is tried next; none once it was sent or given up.
    moment("next_at", null=True),
    moment("sent_at", null=True),
    text("error"),
    sa.PrimaryKeyConstraint("report_id", "address"),
    sa.Index("ix_report_mailing_next_at", "next_at"),
)
