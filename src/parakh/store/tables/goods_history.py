"""What the centre counts of goods, so that no screening has to read all consignments before."""

import sqlalchemy as sa

from parakh.store.tables.columns import json, metadata, moment

# How often something was so, by day: consignments of a party, examinations, findings, values, ways.
goods_tally = sa.Table(
    "goods_tally",
    metadata,
    sa.Column("what", sa.String(20), primary_key=True),
    sa.Column("key", sa.String(240), primary_key=True),
    sa.Column("mark", sa.String(120), primary_key=True),
    # Of values and ways the first day of the year.
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Index("ix_goods_tally_day", "day"),
)

# What each consignment added to the counts, so that it can be corrected and taken back.
goods_counted = sa.Table(
    "goods_counted",
    metadata,
    sa.Column(
        "consignment_id",
        sa.String(32),
        sa.ForeignKey("consignment.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    # The day of which it is, by its declaration, else by when it was due.
    sa.Column("day", sa.Date, nullable=False),
    json("told"),
    # What an examination or another outcome said, and when the counts took that in.
    sa.Column("found", sa.Boolean, nullable=True),
    sa.Column("found_on", sa.Date, nullable=True),
    moment("learnt_at", null=True),
    # When its row was written to the history of back-tests.
    moment("archived_at", null=True),
    sa.Index("ix_goods_counted_learnt_at", "learnt_at"),
    sa.Index("ix_goods_counted_archived_at", "archived_at", "day"),
)
