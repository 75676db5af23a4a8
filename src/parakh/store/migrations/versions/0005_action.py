"""Rules, vetting, routing of alerts, lookouts, cases, profiles and links.

Why: alerts ended with an outcome; nothing was planned, followed up or connected.
"""

import sqlalchemy as sa
from alembic import op

from parakh.store.tables import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds what an officer needs for his day."""
    op.create_table(
        "archived",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("subjects", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_archived")),
    )
    op.create_table(
        "backtest",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("moved_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("findings", sa.JSON(), server_default="null", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backtest")),
    )
    with op.batch_alter_table("backtest") as batch_op:
        batch_op.create_index(batch_op.f("ix_backtest_digest"), ["digest"], unique=False)
        batch_op.create_index("ix_backtest_state_asked_at", ["state", "asked_at"], unique=False)
