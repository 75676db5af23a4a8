"""Lists in versions, more kinds of entries, redress, sweeps with progress, calibration.

Why: a list came as a bare set of persons and documents; now it is compared with its last version,
names organisations and conveyances too, and what an officer cleared once stays cleared.
"""

import sqlalchemy as sa
from alembic import op

from parakh.normalise.searching import searched
from parakh.store.tables import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds what watchlists need."""
    op.create_table(
        "calibration",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("travellers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration")),
    )
    op.create_table(
        "name_frequency",
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("bearers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_name_frequency")),
    )
    op.create_table(
        "sweep",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("moved_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("entries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_ids", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("list_ids", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cursor", sa.String(length=32), server_default="", nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("hits", sa.Integer(), server_default="0", nullable=False),
        sa.Column("alerts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("unscreened", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweep")),
    )
    with op.batch_alter_table("sweep") as batch_op:
        batch_op.create_index("ix_sweep_finished_at", ["finished_at"], unique=False)

    op.create_table(
        "sweep_unscreened",
        sa.Column("sweep_id", sa.String(length=32), nullable=False),
        sa.Column("traveller_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["sweep_id"], ["sweep.id"], name=op.f("fk_sweep_unscreened_sweep_id")
        ),
        sa.PrimaryKeyConstraint("sweep_id", "traveller_id", name=op.f("pk_sweep_unscreened")),
    )
    op.create_table(
        "watchlist_version",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("watchlist_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published", sa.Text(), nullable=False),
        sa.Column("fetched_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("added", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("removed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("same", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("imported_at", Moment(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.String(length=32), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["watchlist_id"], ["watchlist.id"], name=op.f("fk_watchlist_version_watchlist_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watchlist_version")),
        sa.UniqueConstraint(
            "watchlist_id", "ordinal", name=op.f("uq_watchlist_version_watchlist_id_ordinal")
        ),
    )
    with op.batch_alter_table("watchlist_version") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_watchlist_version_watchlist_id"), ["watchlist_id"], unique=False
        )

    op.create_table(
        "difference",
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["watchlist_version.id"], name=op.f("fk_difference_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", "ordinal", name=op.f("pk_difference")),
    )
    with op.batch_alter_table("difference") as batch_op:
        batch_op.create_index(batch_op.f("ix_difference_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "amendment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["watchlist_entry.id"], name=op.f("fk_amendment_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
    )
    with op.batch_alter_table("amendment") as batch_op:
        batch_op.create_index(batch_op.f("ix_amendment_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            "ix_amendment_state_proposed_at", ["state", "proposed_at"], unique=False
        )

    op.create_table(
        "redress",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("entry_print", sa.String(length=64), nullable=False),
        sa.Column("screener_id", sa.String(length=40), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("given_names", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.String(length=10), nullable=True),
        sa.Column("nationality", sa.String(length=3), nullable=True),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("picture_id", sa.String(length=32), nullable=True),
        sa.Column("hit_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("name_key", sa.String(length=200), server_default="", nullable=False),
        sa.Column("additions", sa.JSON(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["watchlist_entry.id"], name=op.f("fk_redress_entry_id")
        ),
        sa.ForeignKeyConstraint(["picture_id"], ["picture.id"], name=op.f("fk_redress_picture_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redress")),
    )
    with op.batch_alter_table("redress") as batch_op:
        batch_op.create_index("ix_redress_at", ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_redress_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_redress_hit_id"), ["hit_id"], unique=False)

    op.create_table(
        "redress_number",
        sa.Column("redress_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["redress_id"], ["redress.id"], name=op.f("fk_redress_number_redress_id")
        ),
        sa.PrimaryKeyConstraint("redress_id", "number", name=op.f("pk_redress_number")),
    )
    with op.batch_alter_table("redress_number") as batch_op:
        batch_op.create_index("ix_redress_number_number", ["number"], unique=False)

    with op.batch_alter_table("api_key") as batch_op:
        batch_op.add_column(sa.Column("owner", sa.Text(), server_default="", nullable=False))

    with op.batch_alter_table("hit") as batch_op:
        batch_op.add_column(sa.Column("redress_id", sa.String(length=32), nullable=True))
        batch_op.create_index(batch_op.f("ix_hit_redress_id"), ["redress_id"], unique=False)

    with op.batch_alter_table("traveller") as batch_op:
        batch_op.add_column(sa.Column("father_name", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("birth_place", sa.Text(), server_default="", nullable=False))

    with op.batch_alter_table("watchlist") as batch_op:
        batch_op.add_column(
            sa.Column("handling_code", sa.String(length=40), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("instruction", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("unit_id", sa.String(length=32), nullable=True))
        batch_op.add_column(
            sa.Column("alerts_port", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        batch_op.add_column(sa.Column("alert_rate", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("fetched_at", Moment(), nullable=True))
        batch_op.add_column(
            sa.Column("applied_version", sa.String(length=32), server_default="", nullable=False)
        )

    with op.batch_alter_table("watchlist_entry") as batch_op:
        batch_op.add_column(sa.Column("search", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("weak_names", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(
            sa.Column("father_names", sa.JSON(), server_default="[]", nullable=False)
        )
        batch_op.add_column(
            sa.Column("birth_places", sa.JSON(), server_default="[]", nullable=False)
        )
        batch_op.add_column(
            sa.Column("identifiers", sa.JSON(), server_default="[]", nullable=False)
        )
        batch_op.add_column(
            sa.Column("source_id", sa.String(length=80), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("approved_by", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("approved_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("approval", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("review_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("version_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("sweep_id", sa.String(length=32), nullable=True))
        batch_op.drop_index(batch_op.f("ix_watchlist_entry_state_swept_at"))
        batch_op.create_index(
            "ix_watchlist_entry_state_swept_at", ["state", "swept_at", "sweep_id"], unique=False
        )
        batch_op.drop_index(batch_op.f("ix_watchlist_entry_watchlist_id"))
        batch_op.create_index(
            "ix_watchlist_entry_watchlist_id", ["watchlist_id", "source_id"], unique=False
        )
        batch_op.create_index(
            "ix_watchlist_entry_state_expires_at", ["state", "expires_at"], unique=False
        )
        batch_op.create_index(
            "ix_watchlist_entry_state_review_at", ["state", "review_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_watchlist_entry_sweep_id"), ["sweep_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_watchlist_entry_version_id"), ["version_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_watchlist_entry_sweep_id"), "sweep", ["sweep_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_watchlist_entry_version_id"), "watchlist_version", ["version_id"], ["id"]
        )

    # Everybody on file, not only who is still expected, is screened against every entry.
    op.execute("UPDATE watchlist_entry SET swept_at = NULL WHERE state = 'approved'")
    _tell_approvals()
    _fill_search()


def _tell_approvals() -> None:
    """Retiring an entry used to write over who had approved it; the trail still says who."""
    for column, told in (("approved_by", "actor"), ("approved_at", "at")):
        op.execute(
            f"UPDATE watchlist_entry SET {column} = (SELECT {told} FROM audit WHERE seq = ("  # noqa: S608  (names from above)
            "SELECT max(seq) FROM audit WHERE subject_id = watchlist_entry.id "
            "AND action = 'entry.approved')) WHERE state = 'retired'"
        )


def _fill_search() -> None:
    """Entries are found by their first name and whole document numbers only until then."""
    entry = sa.table(
        "watchlist_entry",
        sa.column("id"),
        sa.column("names", sa.JSON),
        sa.column("documents", sa.JSON),
        sa.column("search"),
    )
    connection = op.get_bind()
    known = connection.execute(sa.select(entry.c.id, entry.c.names, entry.c.documents)).all()
    for entry_id, names, documents in known:
        parts = (part for name in names for part in name.values())
        numbers = (document["number"] for document in documents or ())
        connection.execute(
            entry.update().where(entry.c.id == entry_id).values(search=searched((*parts, *numbers)))
        )
