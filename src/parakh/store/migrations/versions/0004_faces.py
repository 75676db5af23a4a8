"""Galleries with a purpose and a key each, capture stations, faces of travellers.

Why: there was one gallery of faces, and gates were nothing but signed-in browsers.
"""

import sqlalchemy as sa
from alembic import op

from parakh.store.tables import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds what faces need."""
    op.create_table(
        "gallery",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("retention_hours", sa.Integer(), nullable=True),
        sa.Column("at_gates", sa.Boolean(), nullable=False),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("erased_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gallery")),
        sa.UniqueConstraint("name", name=op.f("uq_gallery_name")),
    )
    op.create_table(
        "station",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("port", sa.String(length=40), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=True),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.Column("heard_at", Moment(), nullable=True),
        sa.Column("heartbeat", sa.JSON(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_station_key_hash")),
    )
    with op.batch_alter_table("station") as batch_op:
        batch_op.create_index(batch_op.f("ix_station_name"), ["name"], unique=False)

    op.create_table(
        "voyage_template",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("voyage_id", sa.String(length=32), nullable=False),
        sa.Column("traveller_id", sa.String(length=32), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("staged_from", sa.String(length=40), nullable=False),
        sa.Column("quality", sa.Float(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("staged_by", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["traveller_id"], ["traveller.id"], name=op.f("fk_voyage_template_traveller_id")
        ),
        sa.ForeignKeyConstraint(
            ["voyage_id"], ["voyage.id"], name=op.f("fk_voyage_template_voyage_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voyage_template")),
    )
    with op.batch_alter_table("voyage_template") as batch_op:
        batch_op.create_index("ix_voyage_template_expires_at", ["expires_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_voyage_template_traveller_id"), ["traveller_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_voyage_template_voyage_id"), ["voyage_id"], unique=False
        )

    op.create_table(
        "twin",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("gallery_id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("other_id", sa.String(length=32), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("found_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["watchlist_entry.id"], name=op.f("fk_twin_entry_id")
        ),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_twin_gallery_id")),
        sa.ForeignKeyConstraint(
            ["other_id"], ["watchlist_entry.id"], name=op.f("fk_twin_other_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_twin")),
        sa.UniqueConstraint("entry_id", "other_id", name=op.f("uq_twin_entry_id_other_id")),
    )
    with op.batch_alter_table("twin") as batch_op:
        batch_op.create_index(batch_op.f("ix_twin_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_twin_gallery_id"), ["gallery_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_twin_other_id"), ["other_id"], unique=False)

    with op.batch_alter_table("capture") as batch_op:
        batch_op.add_column(sa.Column("station_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("taken_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("frames", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(
            sa.Column("digest", sa.String(length=64), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("answer", sa.JSON(), server_default="null", nullable=False))
        batch_op.create_index("ix_capture_at", ["at"], unique=False)
        batch_op.create_index("ix_capture_digest", ["digest"], unique=False)

    with op.batch_alter_table("data_key") as batch_op:
        batch_op.add_column(sa.Column("former", sa.LargeBinary(), nullable=True))

    with op.batch_alter_table("watchlist") as batch_op:
        batch_op.add_column(
            sa.Column(
                "gallery_id", sa.String(length=32), server_default="watchlist", nullable=False
            )
        )
        batch_op.add_column(
            sa.Column("by_name", sa.Boolean(), server_default=sa.true(), nullable=False)
        )

    # A template names its gallery; the key's purpose is made of that name.
    op.execute("UPDATE template SET gallery = 'watchlist' WHERE gallery = 'gallery:watchlist'")
