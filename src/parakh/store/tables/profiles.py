"""Profiles, their facts, what was done to them, who follows them, and notices."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, json, metadata, moment, own_id, text, to

profile = sa.Table(
    "profile",
    metadata,
    own_id(primary_key=True),
    code("kind"),
    text("title"),
    # The title as it is searched (parakh.normalise.searching).
    text("search"),
    code("state"),
    text("suspicion"),
    text("legal_basis"),
    sa.Column("alert_when_seen", sa.Boolean, nullable=False),
    json("reasons"),
    text("opened_by"),
    moment("opened_at"),
    code("agency", default=""),
    text("decided_by", null=True),
    moment("decided_at", null=True),
    text("decision"),
    moment("expires_at"),
    moment("review_at"),
    to("profile", "merged_into", null=True, index=True),
    code("before", null=True),
    # Its own identifier, or that of the profile into which it was merged at last.
    to("profile", "lasting_id", index=True),
    moment("changed_at"),
    sa.Index("ix_profile_state_changed_at", "state", "changed_at"),
)

profile_fact = sa.Table(
    "profile_fact",
    metadata,
    own_id(primary_key=True),
    to("profile", "profile_id", index=True),
    code("kind"),
    code("scheme"),
    sa.Column("value", sa.String(400), nullable=False),
    # The value as it is searched (parakh.normalise.searching); "" for what is not.
    sa.Column("search", sa.String(400), nullable=False),
    sa.Column("issuer", sa.String(3), nullable=False),
    text("note"),
    text("source"),
    sa.Column("since", sa.String(10), nullable=False),
    sa.Column("until", sa.String(10), nullable=False),
    text("by"),
    moment("at"),
    text("checked_by", null=True),
    moment("checked_at", null=True),
    text("withdrawn_by", null=True),
    moment("withdrawn_at", null=True),
    text("withdrawal"),
    sa.Index("ix_profile_fact_value", "kind", "scheme", "value"),
)

profile_step = sa.Table(
    "profile_step",
    metadata,
    own_id(primary_key=True),
    to("profile", "profile_id", index=True),
    code("kind"),
    text("by"),
    moment("at"),
    text("note"),
    sa.Column("other_id", sa.String(32), nullable=False),
)

# No foreign key to users: who follows with a key of the API has none.
profile_follow = sa.Table(
    "profile_follow",
    metadata,
    sa.Column("profile_id", sa.String(32), sa.ForeignKey("profile.id"), primary_key=True),
    sa.Column("user_id", sa.String(80), primary_key=True),
    moment("since"),
)

notice = sa.Table(
    "notice",
    metadata,
    own_id(primary_key=True),
    sa.Column("user_id", sa.String(80), nullable=False),
    code("subject_kind"),
    sa.Column("subject_id", sa.String(32), nullable=False),
    # Of the event, so that nobody is told twice.
    sa.Column("key", sa.String(120), nullable=False),
    code("kind"),
    json("text"),
    text("path"),
    moment("at"),
    moment("read_at", null=True),
    sa.UniqueConstraint("user_id", "subject_id", "key"),
    sa.Index("ix_notice_user_id_read_at", "user_id", "read_at"),
)
