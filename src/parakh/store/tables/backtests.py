"""Back-tests of rules, and what of the history stands in its files."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, json, metadata, moment, own_id, text

backtest = sa.Table(
    "backtest",
    metadata,
    own_id(primary_key=True),
    text("text"),
    code("subject"),
    json("scope"),
    sa.Column("digest", sa.String(64), nullable=False, index=True),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date, nullable=False),
    text("by"),
    moment("asked_at"),
    code("state"),
    sa.Column("done", sa.BigInteger, nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),
    # When it last got on: one whose process died is taken up anew.
    moment("moved_at"),
    moment("finished_at", null=True),
    text("failure"),
    json("findings", default="null"),
    sa.Index("ix_backtest_state_asked_at", "state", "asked_at"),
)

# A voyage, or a day of crossings without one, whose rows were written to the history.
archived = sa.Table(
    "archived",
    metadata,
    sa.Column("key", sa.String(40), primary_key=True),
    moment("at"),
    sa.Column("subjects", sa.Integer, nullable=False),
)
