"""Posts, how they performed, and what was wrong with them."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, count, json, metadata, moment, own_id, text

post = sa.Table(
    "post",
    metadata,
    sa.Column("code", sa.String(40), primary_key=True),
    text("name"),
    code("kind"),
    sa.Column("latitude", sa.Float, nullable=True),
    sa.Column("longitude", sa.Float, nullable=True),
    sa.Column("region", sa.String(80), nullable=False, server_default=""),
)

# Limits that somebody set: of one post, or (post "") of all that have none of their own.
post_limit = sa.Table(
    "post_limit",
    metadata,
    sa.Column("post", sa.String(40), primary_key=True),
    sa.Column("kind", sa.String(40), primary_key=True),
    sa.Column("value", sa.Float, nullable=False),
)

# Five minutes of one lane: figures that can be added up.
performance_bucket = sa.Table(
    "performance_bucket",
    metadata,
    moment("at"),
    code("post"),
    sa.Column("lane", sa.String(40), nullable=False),
    count("crossings"),
    count("entries"),
    # A sketch of handling times: counts by bin (`parakh.domain.sketch`).
    json("times", default="{}"),
    count("captures"),
    count("compared"),
    count("matched"),
    count("hits"),
    count("confirmed"),
    count("cleared"),
    # Pictures that were answered, and those among them that were unfit: counted as they come, for
    # a picture that is unfit leaves no other trace.
    count("tries"),
    count("unfit"),
    sa.PrimaryKeyConstraint("at", "post", "lane"),
    sa.Index("ix_performance_bucket_post_at", "post", "at"),
)

# How a post stood at the end of five minutes: figures that cannot be added up.
performance_state = sa.Table(
    "performance_state",
    metadata,
    moment("at"),
    code("post"),
    # Passengers of voyages that were due of late: where there are none, nobody knows who waits.
    count("announced"),
    count("waiting"),
    # When the voyage came whose travellers have waited longest.
    moment("waiting_since", null=True),
    count("alerts_open"),
    count("alerts_late"),
    count("stations_up"),
    count("stations_late"),
    count("stations_down"),
    count("drawn"),
    count("drawn_done"),
    sa.PrimaryKeyConstraint("at", "post"),
    sa.Index("ix_performance_state_post_at", "post", "at"),
)

performance_feed = sa.Table(
    "performance_feed",
    metadata,
    moment("at"),
    sa.Column("feed", sa.String(120), nullable=False),
    json("posts"),
    moment("last_at", null=True),
    # The 95th percentile of the gaps between its messages; null before there were enough.
    sa.Column("usual_seconds", sa.Float, nullable=True),
    count("messages"),
    count("failed"),
    sa.PrimaryKeyConstraint("at", "feed"),
)

# One row, so that nobody measures the same minutes at the same time, and pages know what is new.
performance_clock = sa.Table(
    "performance_clock",
    metadata,
    own_id(primary_key=True),
    moment("claimed_at"),
    moment("settled_at"),
    moment("measured_at", null=True),
)

trouble = sa.Table(
    "trouble",
    metadata,
    own_id(primary_key=True),
    code("kind"),
    code("post"),
    sa.Column("lane", sa.String(40), nullable=False),
    # A station's identifier or a feed's name; "" for the post or lane itself.
    sa.Column("subject", sa.String(120), nullable=False),
    code("state"),
    json("sentence"),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("threshold", sa.Float, nullable=False),
    moment("since"),
    moment("opened_at", null=True),
    text("acknowledged_by", null=True),
    moment("acknowledged_at", null=True),
    text("note", default=""),
    # Since when it has been better without a break.
    moment("better_since", null=True),
    moment("cleared_at", null=True),
    sa.Index("ix_trouble_state", "state"),
    sa.Index("ix_trouble_opened_at", "opened_at"),
)

# Telling of a trouble by one channel; as `dispatch` is for alerts.
trouble_dispatch = sa.Table(
    "trouble_dispatch",
    metadata,
    own_id(primary_key=True),
    sa.Column("channel_id", sa.String(32), sa.ForeignKey("channel.id"), nullable=False),
    sa.Column("trouble_id", sa.String(32), sa.ForeignKey("trouble.id"), nullable=False, index=True),
    moment("made_at"),
    code("state"),
    count("tries"),
    moment("next_at"),
    text("error", default=""),
    moment("done_at", null=True),
    sa.UniqueConstraint("channel_id", "trouble_id"),
    sa.Index("ix_trouble_dispatch_state_next_at", "state", "next_at"),
)
