"""Goods: consignments, conveyances, currency, examinations, and what is learnt of them.

Why: only persons could be screened, targeted and followed up; goods and transport units could not.
"""

import sqlalchemy as sa
from alembic import op

from parakh.store.tables import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds what the goods side needs."""
    op.create_table(
        "cargo_model",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("found", sa.Integer(), server_default="0", nullable=False),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("reliability", sa.JSON(), nullable=False),
        sa.Column("reference", sa.JSON(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("trained_by", sa.String(length=40), nullable=False),
        sa.Column("trained_at", Moment(), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decision", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cargo_model")),
        sa.UniqueConstraint("number", name=op.f("uq_cargo_model_number")),
    )
    with op.batch_alter_table("cargo_model") as batch_op:
        batch_op.create_index("ix_cargo_model_state", ["state"], unique=False)

    op.create_table(
        "cargo_price",
        sa.Column("token", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("token", "step", name=op.f("pk_cargo_price")),
    )
    op.create_table(
        "cargo_row",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("found", sa.Boolean(), nullable=True),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.Column("counted_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_cargo_row")),
    )
    with op.batch_alter_table("cargo_row") as batch_op:
        batch_op.create_index("ix_cargo_row_day", ["day"], unique=False)

    op.create_table(
        "cargo_tally",
        sa.Column("token", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("known", sa.Integer(), server_default="0", nullable=False),
        sa.Column("found", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_cargo_tally")),
    )
    op.create_table(
        "conveyance",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("identifier", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=3), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conveyance")),
        sa.UniqueConstraint(
            "kind", "identifier", "country", name=op.f("uq_conveyance_kind_identifier_country")
        ),
    )
    op.create_table(
        "currency_rate",
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("rate", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("currency", "on", name=op.f("pk_currency_rate")),
    )
    op.create_table(
        "enforcement",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=3), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("concealment", sa.String(length=40), server_default="", nullable=False),
        sa.Column("method", sa.String(length=40), server_default="", nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("known_at", Moment(), nullable=False),
        sa.Column("proposed_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enforcement")),
        sa.UniqueConstraint("key", name=op.f("uq_enforcement_key")),
    )
    with op.batch_alter_table("enforcement") as batch_op:
        batch_op.create_index("ix_enforcement_kind_at", ["kind", "at"], unique=False)
        batch_op.create_index("ix_enforcement_reference", ["reference"], unique=False)

    op.create_table(
        "exam_terminal",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("port", sa.String(length=40), nullable=False),
        sa.Column("bays", sa.Integer(), nullable=False),
        sa.Column("a_shift", sa.Integer(), nullable=False),
        sa.Column("staffing", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_terminal")),
        sa.UniqueConstraint("name", name=op.f("uq_exam_terminal_name")),
    )
    with op.batch_alter_table("exam_terminal") as batch_op:
        batch_op.create_index(batch_op.f("ix_exam_terminal_port"), ["port"], unique=False)

    op.create_table(
        "examiner",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("terminal_ids", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("conflicts", sa.JSON(), nullable=False),
        sa.Column("hours_a_week", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_examiner")),
        sa.UniqueConstraint("name", name=op.f("uq_examiner_name")),
    )
    op.create_table(
        "goods_company",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("identifier", sa.String(length=80), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_company")),
    )
    op.create_table(
        "goods_end",
        sa.Column("node", sa.String(length=32), nullable=False),
        sa.Column("token", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("node", "token", name=op.f("pk_goods_end")),
    )
    with op.batch_alter_table("goods_end") as batch_op:
        batch_op.create_index("ix_goods_end_token", ["token", "node"], unique=False)

    op.create_table(
        "goods_tally",
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=240), nullable=False),
        sa.Column("mark", sa.String(length=120), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("what", "key", "mark", "day", name=op.f("pk_goods_tally")),
    )
    with op.batch_alter_table("goods_tally") as batch_op:
        batch_op.create_index("ix_goods_tally_day", ["day"], unique=False)

    op.create_table(
        "lane_day",
        sa.Column("port", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("must", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worth", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("port", "day", name=op.f("pk_lane_day")),
    )
    op.create_table(
        "lane_policy",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("port", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("revealed", sa.String(length=64), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", Moment(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane_policy")),
    )
    with op.batch_alter_table("lane_policy") as batch_op:
        batch_op.create_index(
            "uq_lane_policy_in_force",
            ["port"],
            unique=True,
            sqlite_where=sa.text("state = 'in_force'"),
            postgresql_where=sa.text("state = 'in_force'"),
        )

    op.create_table(
        "roster",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
    )
    op.create_table(
        "rule_day",
        sa.Column("rule_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hits", sa.Integer(), server_default="0", nullable=False),
        sa.Column("confirmed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cleared", sa.Integer(), server_default="0", nullable=False),
        sa.Column("decided", sa.Integer(), server_default="0", nullable=False),
        sa.Column("found", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "number", "day", name=op.f("pk_rule_day")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cargo_score",
        sa.Column("consignment_id", sa.String(length=32), nullable=False),
        sa.Column("model_id", sa.String(length=32), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("base", sa.Float(), nullable=False),
        sa.Column("revenue", sa.Float(), nullable=True),
        sa.Column("contributions", sa.JSON(), nullable=False),
        sa.Column("inputs", sa.LargeBinary(), server_default="", nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["cargo_model.id"], name=op.f("fk_cargo_score_model_id")
        ),
        sa.PrimaryKeyConstraint("consignment_id", name=op.f("pk_cargo_score")),
    )
    with op.batch_alter_table("cargo_score") as batch_op:
        batch_op.create_index("ix_cargo_score_model_id_at", ["model_id", "at"], unique=False)

    op.create_table(
        "consignment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("master_reference", sa.Text(), server_default="", nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=True),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("port", sa.String(length=40), nullable=False),
        sa.Column("voyage_id", sa.String(length=32), nullable=True),
        sa.Column("conveyance_id", sa.String(length=32), nullable=True),
        sa.Column("loading_port", sa.String(length=40), server_default="", nullable=False),
        sa.Column("discharge_port", sa.String(length=40), server_default="", nullable=False),
        sa.Column("route", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("export_country", sa.String(length=3), nullable=True),
        sa.Column("packages", sa.Integer(), nullable=True),
        sa.Column("gross_kg", sa.Float(), nullable=True),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("declaration_reference", sa.Text(), nullable=True),
        sa.Column("office", sa.String(length=40), nullable=True),
        sa.Column("lodged_at", Moment(), nullable=True),
        sa.Column("declaration", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("cancelled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("known_at", Moment(), nullable=False),
        sa.Column("due_for", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["conveyance_id"], ["conveyance.id"], name=op.f("fk_consignment_conveyance_id")
        ),
        sa.ForeignKeyConstraint(
            ["voyage_id"], ["voyage.id"], name=op.f("fk_consignment_voyage_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment")),
        sa.UniqueConstraint("key", name=op.f("uq_consignment_key")),
    )
    with op.batch_alter_table("consignment") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consignment_conveyance_id"), ["conveyance_id"], unique=False
        )
        batch_op.create_index(
            "ix_consignment_declaration_reference", ["declaration_reference"], unique=False
        )
        batch_op.create_index("ix_consignment_due_at", ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_consignment_due_for"), ["due_for"], unique=False)
        batch_op.create_index("ix_consignment_known_at", ["known_at"], unique=False)
        batch_op.create_index("ix_consignment_lodged_at", ["lodged_at"], unique=False)
        batch_op.create_index("ix_consignment_master_reference", ["master_reference"], unique=False)
        batch_op.create_index("ix_consignment_port_due_at", ["port", "due_at"], unique=False)
        batch_op.create_index("ix_consignment_reference", ["reference"], unique=False)
        batch_op.create_index(batch_op.f("ix_consignment_voyage_id"), ["voyage_id"], unique=False)

    op.create_table(
        "enforcement_mark",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["enforcement.id"], name=op.f("fk_enforcement_mark_record_id")
        ),
        sa.PrimaryKeyConstraint("record_id", "kind", "value", name=op.f("pk_enforcement_mark")),
    )
    with op.batch_alter_table("enforcement_mark") as batch_op:
        batch_op.create_index("ix_enforcement_mark_kind_value", ["kind", "value"], unique=False)

    op.create_table(
        "exam_leave",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("examiner_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["examiner_id"], ["examiner.id"], name=op.f("fk_exam_leave_examiner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_leave")),
    )
    with op.batch_alter_table("exam_leave") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_exam_leave_examiner_id"), ["examiner_id"], unique=False
        )

    op.create_table(
        "exam_policy",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("terminal_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", Moment(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["terminal_id"], ["exam_terminal.id"], name=op.f("fk_exam_policy_terminal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_policy")),
        sa.UniqueConstraint(
            "terminal_id", "number", name=op.f("uq_exam_policy_terminal_id_number")
        ),
    )
    op.create_table(
        "exam_wish",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("examiner_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["examiner_id"], ["examiner.id"], name=op.f("fk_exam_wish_examiner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_wish")),
    )
    with op.batch_alter_table("exam_wish") as batch_op:
        batch_op.create_index(batch_op.f("ix_exam_wish_examiner_id"), ["examiner_id"], unique=False)

    op.create_table(
        "hit_named",
        sa.Column("hit_id", sa.String(length=32), nullable=False),
        sa.Column("traveller_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["hit_id"], ["hit.id"], name=op.f("fk_hit_named_hit_id")),
        sa.PrimaryKeyConstraint("hit_id", "traveller_id", name=op.f("pk_hit_named")),
    )
    with op.batch_alter_table("hit_named") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hit_named_traveller_id"), ["traveller_id"], unique=False
        )

    op.create_table(
        "roster_duty",
        sa.Column("roster_id", sa.String(length=32), nullable=False),
        sa.Column("examiner_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("terminal_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["examiner_id"], ["examiner.id"], name=op.f("fk_roster_duty_examiner_id")
        ),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["roster.id"], name=op.f("fk_roster_duty_roster_id")
        ),
        sa.ForeignKeyConstraint(
            ["terminal_id"], ["exam_terminal.id"], name=op.f("fk_roster_duty_terminal_id")
        ),
        sa.PrimaryKeyConstraint("roster_id", "examiner_id", "day", name=op.f("pk_roster_duty")),
    )
    with op.batch_alter_table("roster_duty") as batch_op:
        batch_op.create_index("ix_roster_duty_day_slot", ["day", "slot"], unique=False)

    op.create_table(
        "rule_hit",
        sa.Column("hit_id", sa.String(length=32), nullable=False),
        sa.Column("rule_id", sa.String(length=32), server_default="", nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", Moment(), nullable=True),
        sa.Column("hits", sa.Integer(), server_default="0", nullable=False),
        sa.Column("confirmed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cleared", sa.Integer(), server_default="0", nullable=False),
        sa.Column("decided", sa.Integer(), server_default="0", nullable=False),
        sa.Column("found", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["hit_id"], ["hit.id"], name=op.f("fk_rule_hit_hit_id")),
        sa.PrimaryKeyConstraint("hit_id", name=op.f("pk_rule_hit")),
    )
    with op.batch_alter_table("rule_hit") as batch_op:
        batch_op.create_index("ix_rule_hit_rule_id_at", ["rule_id", "at", "hit_id"], unique=False)

    op.create_table(
        "consignment_container",
        sa.Column("consignment_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=11), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("seal_at_loading", sa.Text(), nullable=False),
        sa.Column("empty", sa.Boolean(), nullable=True),
        sa.Column("gross_kg", sa.Float(), nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["consignment_id"],
            ["consignment.id"],
            name=op.f("fk_consignment_container_consignment_id"),
        ),
        sa.PrimaryKeyConstraint("consignment_id", "ordinal", name=op.f("pk_consignment_container")),
    )
    with op.batch_alter_table("consignment_container") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consignment_container_number"), ["number"], unique=False
        )

    op.create_table(
        "consignment_item",
        sa.Column("consignment_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hs_code", sa.String(length=10), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=3), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("packages", sa.Integer(), nullable=True),
        sa.Column("gross_kg", sa.Float(), nullable=True),
        sa.Column("net_kg", sa.Float(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("duty", sa.BigInteger(), nullable=True),
        sa.Column("rate", sa.Float(), nullable=True),
        sa.Column("licence", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_consignment_item_consignment_id")
        ),
        sa.PrimaryKeyConstraint("consignment_id", "ordinal", name=op.f("pk_consignment_item")),
    )
    with op.batch_alter_table("consignment_item") as batch_op:
        batch_op.create_index(
            "ix_consignment_item_hs_code_origin", ["hs_code", "origin"], unique=False
        )

    op.create_table(
        "consignment_party",
        sa.Column("consignment_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("identifier", sa.String(length=80), server_default="", nullable=False),
        sa.Column("country", sa.String(length=3), nullable=True),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("party_key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_consignment_party_consignment_id")
        ),
        sa.PrimaryKeyConstraint("consignment_id", "ordinal", name=op.f("pk_consignment_party")),
    )
    with op.batch_alter_table("consignment_party") as batch_op:
        batch_op.create_index("ix_consignment_party_identifier", ["identifier"], unique=False)
        batch_op.create_index("ix_consignment_party_name", ["name"], unique=False)
        batch_op.create_index(
            "ix_consignment_party_party_key_role", ["party_key", "role"], unique=False
        )

    op.create_table(
        "currency_declaration",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("port", sa.String(length=40), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("given_names", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.String(length=10), nullable=True),
        sa.Column("nationality", sa.String(length=3), nullable=True),
        sa.Column("document_number", sa.String(length=40), nullable=False),
        sa.Column("document_issuer", sa.String(length=3), nullable=True),
        sa.Column("traveller_id", sa.String(length=32), nullable=True),
        sa.Column("booking_reference", sa.String(length=40), nullable=False),
        sa.Column("family", sa.String(length=80), nullable=False),
        sa.Column("carried", sa.JSON(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("bearer_key", sa.String(length=200), nullable=False),
        sa.Column("reasons", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("attention", sa.Integer(), server_default="0", nullable=False),
        sa.Column("known_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["traveller_id"], ["traveller.id"], name=op.f("fk_currency_declaration_traveller_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_currency_declaration")),
        sa.UniqueConstraint("key", name=op.f("uq_currency_declaration_key")),
    )
    with op.batch_alter_table("currency_declaration") as batch_op:
        batch_op.create_index("ix_currency_declaration_at", ["at"], unique=False)
        batch_op.create_index(
            "ix_currency_declaration_attention_at", ["attention", "at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_currency_declaration_bearer_key"), ["bearer_key"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_currency_declaration_document_number"), ["document_number"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_currency_declaration_family"), ["family"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_currency_declaration_traveller_id"), ["traveller_id"], unique=False
        )

    op.create_table(
        "exam_order",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("consignment_id", sa.String(length=32), nullable=False),
        sa.Column("consignment", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.String(length=32), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("ordered_at", Moment(), nullable=False),
        sa.Column("assigned_to", sa.String(length=80), nullable=True),
        sa.Column("grounded_at", Moment(), nullable=True),
        sa.Column("assigned_at", Moment(), nullable=True),
        sa.Column("begun_at", Moment(), nullable=True),
        sa.Column("reported_at", Moment(), nullable=True),
        sa.Column("called_off", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_exam_order_consignment_id")
        ),
        sa.ForeignKeyConstraint(
            ["terminal_id"], ["exam_terminal.id"], name=op.f("fk_exam_order_terminal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_order")),
    )
    with op.batch_alter_table("exam_order") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_exam_order_assigned_to"), ["assigned_to"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_exam_order_consignment_id"), ["consignment_id"], unique=False
        )
        batch_op.create_index("ix_exam_order_ordered_at", ["ordered_at"], unique=False)
        batch_op.create_index(
            "ix_exam_order_terminal_id_state", ["terminal_id", "state"], unique=False
        )

    op.create_table(
        "goods_counted",
        sa.Column("consignment_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("found", sa.Boolean(), nullable=True),
        sa.Column("found_on", sa.Date(), nullable=True),
        sa.Column("learnt_at", Moment(), nullable=True),
        sa.Column("archived_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["consignment_id"],
            ["consignment.id"],
            name=op.f("fk_goods_counted_consignment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("consignment_id", name=op.f("pk_goods_counted")),
    )
    with op.batch_alter_table("goods_counted") as batch_op:
        batch_op.create_index("ix_goods_counted_archived_at", ["archived_at", "day"], unique=False)
        batch_op.create_index("ix_goods_counted_learnt_at", ["learnt_at"], unique=False)

    op.create_table(
        "goods_line",
        sa.Column("consignment_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("chapters", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=40), nullable=False),
        sa.Column("port", sa.String(length=40), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=True),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("declared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=True),
        sa.Column("basis", sa.String(length=40), nullable=True),
        sa.Column("advice", sa.String(length=40), nullable=True),
        sa.Column("open_hits", sa.Integer(), server_default="0", nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("duty", sa.BigInteger(), nullable=True),
        sa.Column("order", sa.String(length=40), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("leaves_at", Moment(), nullable=True),
        sa.Column("done", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_goods_line_consignment_id")
        ),
        sa.PrimaryKeyConstraint("consignment_id", name=op.f("pk_goods_line")),
    )
    with op.batch_alter_table("goods_line") as batch_op:
        batch_op.create_index("ix_goods_line_done_changed_at", ["done", "changed_at"], unique=False)
        batch_op.create_index(
            "ix_goods_line_done_place", ["done", "place", "consignment_id"], unique=False
        )
        batch_op.create_index(
            "ix_goods_line_port_done_place",
            ["port", "done", "place", "consignment_id"],
            unique=False,
        )

    op.create_table(
        "goods_record",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("part_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), server_default="0", nullable=False),
        sa.Column("said_at", Moment(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_goods_record_part_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_record")),
    )
    with op.batch_alter_table("goods_record") as batch_op:
        batch_op.create_index("ix_goods_record_kind_key", ["kind", "key"], unique=False)
        batch_op.create_index(batch_op.f("ix_goods_record_part_id"), ["part_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_goods_record_subject_id"), ["subject_id"], unique=False
        )

    op.create_table(
        "lane_claim",
        sa.Column("consignment_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("basis", sa.String(length=40), nullable=False),
        sa.Column("basis_id", sa.String(length=80), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("merit", sa.Float(), nullable=False),
        sa.Column("must", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_lane_claim_consignment_id")
        ),
        sa.PrimaryKeyConstraint("consignment_id", "ordinal", name=op.f("pk_lane_claim")),
    )
    with op.batch_alter_table("lane_claim") as batch_op:
        batch_op.create_index("ix_lane_claim_basis_basis_id", ["basis", "basis_id"], unique=False)

    op.create_table(
        "lane_decision",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("consignment_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("basis", sa.String(length=40), nullable=False),
        sa.Column("basis_id", sa.String(length=80), nullable=False),
        sa.Column("sentence", sa.JSON(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("port", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("merit", sa.Float(), nullable=True),
        sa.Column("policy", sa.String(length=32), nullable=False),
        sa.Column("draw", sa.Float(), nullable=True),
        sa.Column("draw_key", sa.Text(), nullable=False),
        sa.Column("squeezed", sa.String(length=40), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("facts", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_lane_decision_consignment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane_decision")),
        sa.UniqueConstraint(
            "consignment_id", "ordinal", name=op.f("uq_lane_decision_consignment_id_ordinal")
        ),
        sa.UniqueConstraint("seq", name=op.f("uq_lane_decision_seq")),
    )
    with op.batch_alter_table("lane_decision") as batch_op:
        batch_op.create_index("ix_lane_decision_at", ["at"], unique=False)
        batch_op.create_index("ix_lane_decision_port_day", ["port", "day"], unique=False)

    op.create_table(
        "lane_draw",
        sa.Column("consignment_id", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("policy_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Float(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("drawn", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("trusted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_lane_draw_consignment_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["lane_policy.id"], name=op.f("fk_lane_draw_policy_id")
        ),
        sa.PrimaryKeyConstraint("consignment_id", "reference", name=op.f("pk_lane_draw")),
        sa.UniqueConstraint("seq", name=op.f("uq_lane_draw_seq")),
    )
    with op.batch_alter_table("lane_draw") as batch_op:
        batch_op.create_index("ix_lane_draw_at", ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_lane_draw_policy_id"), ["policy_id"], unique=False)

    op.create_table(
        "movement",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("conveyance_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("port", sa.String(length=40), server_default="", nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=True),
        sa.Column("heading", sa.String(length=40), nullable=True),
        sa.Column("gross_kg", sa.Float(), nullable=True),
        sa.Column("empty", sa.Boolean(), nullable=True),
        sa.Column("seal", sa.Text(), server_default="", nullable=False),
        sa.Column("consignment_id", sa.String(length=32), nullable=True),
        sa.Column("driver", sa.String(length=40), server_default="", nullable=False),
        sa.Column("traveller_id", sa.String(length=32), nullable=True),
        sa.Column("picture_id", sa.String(length=32), nullable=True),
        sa.Column("due_for", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_movement_consignment_id")
        ),
        sa.ForeignKeyConstraint(
            ["conveyance_id"], ["conveyance.id"], name=op.f("fk_movement_conveyance_id")
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["picture.id"], name=op.f("fk_movement_picture_id")
        ),
        sa.ForeignKeyConstraint(
            ["traveller_id"], ["traveller.id"], name=op.f("fk_movement_traveller_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
        sa.UniqueConstraint("key", name=op.f("uq_movement_key")),
    )
    with op.batch_alter_table("movement") as batch_op:
        batch_op.create_index("ix_movement_at", ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_movement_consignment_id"), ["consignment_id"], unique=False
        )
        batch_op.create_index("ix_movement_conveyance_id_at", ["conveyance_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_movement_driver"), ["driver"], unique=False)
        batch_op.create_index(batch_op.f("ix_movement_due_for"), ["due_for"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_movement_traveller_id"), ["traveller_id"], unique=False
        )

    op.create_table(
        "search_bearer",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("traveller_id", sa.String(length=32), nullable=False),
        sa.Column("port", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["traveller_id"], ["traveller.id"], name=op.f("fk_search_bearer_traveller_id")
        ),
        sa.PrimaryKeyConstraint("word", "traveller_id", "port", name=op.f("pk_search_bearer")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("search_bearer") as batch_op:
        batch_op.create_index(
            "ix_search_bearer_port_word_traveller_id",
            ["port", "word", "traveller_id"],
            unique=False,
        )
        batch_op.create_index("ix_search_bearer_traveller_id", ["traveller_id"], unique=False)

    op.create_table(
        "trusted_trader",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("identifier", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("authorisation", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", Moment(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("refused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=True),
        sa.Column("asked_reason", sa.Text(), nullable=False),
        sa.Column("asked_after", sa.String(length=32), nullable=True),
        sa.Column("kept_at", Moment(), nullable=True),
        sa.Column("suspended_by", sa.Text(), nullable=False),
        sa.Column("suspended_at", Moment(), nullable=True),
        sa.Column("suspension", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_after"], ["consignment.id"], name=op.f("fk_trusted_trader_asked_after")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_trader")),
    )
    with op.batch_alter_table("trusted_trader") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trusted_trader_identifier"), ["identifier"], unique=False
        )

    op.create_table(
        "exam_assignment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("examiner", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tickets", sa.JSON(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["exam_order.id"], name=op.f("fk_exam_assignment_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_assignment")),
        sa.UniqueConstraint(
            "order_id", "ordinal", name=op.f("uq_exam_assignment_order_id_ordinal")
        ),
    )
    with op.batch_alter_table("exam_assignment") as batch_op:
        batch_op.create_index("ix_exam_assignment_at", ["at"], unique=False)

    op.create_table(
        "exam_report",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("follows", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["exam_order.id"], name=op.f("fk_exam_report_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_report")),
        sa.UniqueConstraint("client_id", name=op.f("uq_exam_report_client_id")),
    )
    with op.batch_alter_table("exam_report") as batch_op:
        batch_op.create_index(batch_op.f("ix_exam_report_order_id"), ["order_id"], unique=False)

    with op.batch_alter_table("search_name") as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_name_traveller_id"))

    op.drop_table("search_name")
    with op.batch_alter_table("outcome") as batch_op:
        batch_op.add_column(sa.Column("examination_id", sa.String(length=32), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_outcome_examination_id"), ["examination_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_outcome_examination_id"), "exam_order", ["examination_id"], ["id"]
        )

    with op.batch_alter_table("part") as batch_op:
        batch_op.add_column(sa.Column("goods", sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("redress") as batch_op:
        batch_op.add_column(sa.Column("profile_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("reasons", sa.JSON(), server_default="[]", nullable=False))
        batch_op.alter_column("entry_id", existing_type=sa.VARCHAR(length=32), nullable=True)
        batch_op.create_index(batch_op.f("ix_redress_profile_id"), ["profile_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_redress_profile_id"), "profile", ["profile_id"], ["id"]
        )

    with op.batch_alter_table("traveller") as batch_op:
        batch_op.drop_index(batch_op.f("ix_traveller_joined_to"))
        batch_op.create_index(
            "ix_traveller_joined",
            ["joined_to"],
            unique=False,
            sqlite_where=sa.text("joined_to IS NOT NULL"),
            postgresql_where=sa.text("joined_to IS NOT NULL"),
        )

    with op.batch_alter_table("value_list") as batch_op:
        batch_op.add_column(sa.Column("values_at", Moment(), nullable=True))
