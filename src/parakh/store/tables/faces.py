"""Stations, captures, pictures, galleries and templates."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, json, metadata, moment, own_id, text, to

capture = sa.Table(
    "capture",
    metadata,
    own_id(primary_key=True),
    code("port"),
    code("lane"),
    code("direction"),
    moment("at"),
    to("crossing", "crossing_id", null=True),
    to("picture", "picture_id", null=True, index=True),
    sa.Column("quality", sa.Float, nullable=False),
    sa.Column("verification", sa.Float, nullable=True),
    # No foreign key: a capture outlives the registration of the station that made it.
    sa.Column("station_id", sa.String(32), nullable=True),
    moment("taken_at", null=True),
    sa.Column("frames", sa.Integer, nullable=False, server_default="1"),
    # SHA-256 of the frames, by which one that is sent twice is known.
    sa.Column("digest", sa.String(64), nullable=False, server_default=""),
    # What was answered, for whoever sends it again: identifiers and figures, no names.
    json("answer", default="null"),
    sa.Index("ix_capture_digest", "digest"),
    sa.Index("ix_capture_at", "at"),
)

station = sa.Table(
    "station",
    metadata,
    own_id(primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, index=True),
    code("kind"),
    code("port"),
    code("lane"),
    code("direction", null=True),
    sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
    text("owner"),
    moment("created_at"),
    moment("revoked_at", null=True),
    moment("heard_at", null=True),
    json("heartbeat", default="{}"),
)

picture = sa.Table(
    "picture",
    metadata,
    own_id(primary_key=True),
    code("owner_kind"),
    sa.Column("owner_id", sa.String(32), nullable=False),
    code("media_type"),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    moment("created_at"),
    moment("expires_at", null=True),
    sa.Index("ix_picture_owner_id", "owner_id"),
    sa.Index("ix_picture_expires_at", "expires_at"),
)

gallery = sa.Table(
    "gallery",
    metadata,
    own_id(primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    code("kind"),
    text("purpose"),
    text("legal_basis"),
    sa.Column("retention_hours", sa.Integer, nullable=True),
    sa.Column("at_gates", sa.Boolean, nullable=False),
    json("units"),
    moment("erased_at", null=True),
)

template = sa.Table(
    "template",
    metadata,
    own_id(primary_key=True),
    # The gallery's identifier.
    code("gallery"),
    sa.Column("reference_id", sa.String(32), nullable=False),
    text("model"),
    to("picture", "picture_id", index=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    moment("created_at"),
    text("proposed_by"),
    text("approved_by", null=True),
    sa.Index("ix_template_gallery_model", "gallery", "model"),
    sa.Index("ix_template_reference_id", "reference_id"),
)

# Faces of travellers, for the time around their crossing; sealed under their voyage's own key.
voyage_template = sa.Table(
    "voyage_template",
    metadata,
    own_id(primary_key=True),
    to("voyage", "voyage_id", index=True),
    to("traveller", "traveller_id", index=True),
    text("model"),
    code("staged_from"),
    sa.Column("quality", sa.Float, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    moment("created_at"),
    text("staged_by"),
    moment("expires_at"),
    sa.Index("ix_voyage_template_expires_at", "expires_at"),
)

twin = sa.Table(
    "twin",
    metadata,
    own_id(primary_key=True),
    to("gallery", "gallery_id", index=True),
    to("watchlist_entry", "entry_id", index=True),
    to("watchlist_entry", "other_id", index=True),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("threshold", sa.Float, nullable=False),
    moment("found_at"),
    code("state"),
    text("decided_by", null=True),
    moment("decided_at", null=True),
    text("reason", default=""),
    sa.UniqueConstraint("entry_id", "other_id"),
)
