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

    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=80), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "user_id", "subject_id", "key", name=op.f("uq_notice_user_id_subject_id_key")
        ),
    )
    with op.batch_alter_table("notice") as batch_op:
        batch_op.create_index("ix_notice_user_id_read_at", ["user_id", "read_at"], unique=False)

    op.create_table(
        "profile",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("suspicion", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("alert_when_seen", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("review_at", Moment(), nullable=False),
        sa.Column("merged_into", sa.String(length=32), nullable=True),
        sa.Column("before", sa.String(length=40), nullable=True),
        sa.Column("lasting_id", sa.String(length=32), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["lasting_id"], ["profile.id"], name=op.f("fk_profile_lasting_id")),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["profile.id"], name=op.f("fk_profile_merged_into")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile")),
    )
    with op.batch_alter_table("profile") as batch_op:
        batch_op.create_index(batch_op.f("ix_profile_lasting_id"), ["lasting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_profile_merged_into"), ["merged_into"], unique=False)
        batch_op.create_index("ix_profile_state_changed_at", ["state", "changed_at"], unique=False)

    op.create_table(
        "route",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("ports", sa.JSON(), nullable=False),
        sa.Column("lanes", sa.JSON(), nullable=False),
        sa.Column("lists", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("advice", sa.JSON(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("since", sa.String(length=40), nullable=True),
        sa.Column("until", sa.String(length=40), nullable=True),
        sa.Column("on_duty", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("goes_on", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route")),
    )
    op.create_table(
        "rule",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
        sa.UniqueConstraint("name", name=op.f("uq_rule_name")),
    )
    op.create_table(
        "search_key",
        sa.Column("key", sa.String(length=48), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("key", "word", name=op.f("pk_search_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_word",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "value_list",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_value_list")),
        sa.UniqueConstraint("name", name=op.f("uq_value_list_name")),
    )
    op.create_table(
        "case_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("priority", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("waiting_for", sa.Text(), nullable=False),
        sa.Column("restricted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_case_file_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("number", name=op.f("uq_case_file_number")),
    )
    with op.batch_alter_table("case_file") as batch_op:
        batch_op.create_index(batch_op.f("ix_case_file_owner"), ["owner"], unique=False)
        batch_op.create_index("ix_case_file_unit_id_state", ["unit_id", "state"], unique=False)

    op.create_table(
        "channel",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=True),
        sa.Column("least", sa.String(length=40), nullable=False),
        sa.Column("tells", sa.JSON(), nullable=False),
        sa.Column("detail", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_channel_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint("name", name=op.f("uq_channel_name")),
    )
    op.create_table(
        "handover",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("alerts", sa.JSON(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=True),
        sa.Column("taken_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_handover_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover") as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "profile_fact",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("profile_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("scheme", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=400), nullable=False),
        sa.Column("search", sa.String(length=400), nullable=False),
        sa.Column("issuer", sa.String(length=3), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=True),
        sa.Column("checked_at", Moment(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.Column("withdrawal", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name=op.f("fk_profile_fact_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_fact")),
    )
    with op.batch_alter_table("profile_fact") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_profile_fact_profile_id"), ["profile_id"], unique=False
        )
        batch_op.create_index("ix_profile_fact_value", ["kind", "scheme", "value"], unique=False)

    op.create_table(
        "profile_follow",
        sa.Column("profile_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=80), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name=op.f("fk_profile_follow_profile_id")
        ),
        sa.PrimaryKeyConstraint("profile_id", "user_id", name=op.f("pk_profile_follow")),
    )
    op.create_table(
        "profile_step",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("profile_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("other_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name=op.f("fk_profile_step_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_step")),
    )
    with op.batch_alter_table("profile_step") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_profile_step_profile_id"), ["profile_id"], unique=False
        )

    op.create_table(
        "rule_version",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("rule_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("handling", sa.String(length=40), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", Moment(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("active_from", Moment(), nullable=True),
        sa.Column("active_until", Moment(), nullable=True),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("reviewed_at", Moment(), nullable=True),
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("over_budget", sa.Text(), nullable=False),
        sa.Column("retired_by", sa.Text(), nullable=True),
        sa.Column("retired_at", Moment(), nullable=True),
        sa.Column("retirement", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["rule.id"], name=op.f("fk_rule_version_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_version")),
        sa.UniqueConstraint("rule_id", "number", name=op.f("uq_rule_version_rule_id_number")),
    )
    with op.batch_alter_table("rule_version") as batch_op:
        batch_op.create_index("ix_rule_version_state", ["state"], unique=False)

    op.create_table(
        "service_level",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=True),
        sa.Column("advice", sa.String(length=40), nullable=True),
        sa.Column("acknowledge_seconds", sa.Integer(), nullable=True),
        sa.Column("close_seconds", sa.Integer(), nullable=True),
        sa.Column("escalate_to", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["escalate_to"], ["unit.id"], name=op.f("fk_service_level_escalate_to")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_service_level_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_level")),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("officer", sa.String(length=80), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_shift_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint(
            "unit_id", "officer", "starts_at", name=op.f("uq_shift_unit_id_officer_starts_at")
        ),
    )
    with op.batch_alter_table("shift") as batch_op:
        batch_op.create_index("ix_shift_ends_at", ["ends_at"], unique=False)

    op.create_table(
        "value_list_item",
        sa.Column("list_id", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.Column("waits", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["value_list.id"], name=op.f("fk_value_list_item_list_id")
        ),
        sa.PrimaryKeyConstraint("list_id", "value", "waits", name=op.f("pk_value_list_item")),
    )
    with op.batch_alter_table("value_list_item") as batch_op:
        batch_op.create_index("ix_value_list_item_expires_at", ["expires_at"], unique=False)

    op.create_table(
        "vetting_view",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=True),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_vetting_view_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vetting_view")),
    )
    with op.batch_alter_table("vetting_view") as batch_op:
        batch_op.create_index("ix_vetting_view_by", ["by"], unique=False)
        batch_op.create_index(batch_op.f("ix_vetting_view_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "alert_step",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("alert_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_step_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_step")),
    )
    with op.batch_alter_table("alert_step") as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_step_alert_id"), ["alert_id"], unique=False)

    op.create_table(
        "case_alert",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("alert_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_case_alert_alert_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_alert_case_id")),
        sa.PrimaryKeyConstraint("case_id", "alert_id", name=op.f("pk_case_alert")),
    )
    with op.batch_alter_table("case_alert") as batch_op:
        batch_op.create_index(batch_op.f("ix_case_alert_alert_id"), ["alert_id"], unique=False)

    op.create_table(
        "case_attachment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_case_attachment_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_attachment")),
        sa.UniqueConstraint("case_id", "digest", name=op.f("uq_case_attachment_case_id_digest")),
    )
    with op.batch_alter_table("case_attachment") as batch_op:
        batch_op.create_index(batch_op.f("ix_case_attachment_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_event",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("sentence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_event_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sa.UniqueConstraint("case_id", "ordinal", name=op.f("uq_case_event_case_id_ordinal")),
    )
    op.create_table(
        "case_handover",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=True),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.Column("acknowledged_at", Moment(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("taken_back_by", sa.Text(), nullable=True),
        sa.Column("taken_back_at", Moment(), nullable=True),
        sa.Column("taking_back", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_case_handover_case_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_case_handover_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_handover")),
    )
    with op.batch_alter_table("case_handover") as batch_op:
        batch_op.create_index(batch_op.f("ix_case_handover_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_handover_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "case_note",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("corrects", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_note_case_id")),
        sa.ForeignKeyConstraint(["corrects"], ["case_note.id"], name=op.f("fk_case_note_corrects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
        sa.UniqueConstraint("corrects", name=op.f("uq_case_note_corrects")),
    )
    with op.batch_alter_table("case_note") as batch_op:
        batch_op.create_index(batch_op.f("ix_case_note_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_party",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ref_id", sa.String(length=32), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("removed_by", sa.Text(), nullable=True),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.Column("removal", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_party_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_party")),
    )
    with op.batch_alter_table("case_party") as batch_op:
        batch_op.create_index(batch_op.f("ix_case_party_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_party_ref_id"), ["ref_id"], unique=False)

    op.create_table(
        "case_relation",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("other_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_case_relation_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["case_file.id"], name=op.f("fk_case_relation_other_id")
        ),
        sa.PrimaryKeyConstraint("case_id", "other_id", name=op.f("pk_case_relation")),
    )
    with op.batch_alter_table("case_relation") as batch_op:
        batch_op.create_index(batch_op.f("ix_case_relation_other_id"), ["other_id"], unique=False)

    op.create_table(
        "case_share",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=True),
        sa.Column("person", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_share_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_case_share_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_share")),
        sa.UniqueConstraint(
            "case_id", "unit_id", "person", name=op.f("uq_case_share_case_id_unit_id_person")
        ),
    )
    with op.batch_alter_table("case_share") as batch_op:
        batch_op.create_index(batch_op.f("ix_case_share_person"), ["person"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_share_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "case_task",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("assignee", sa.String(length=80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_task_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_task")),
    )
    with op.batch_alter_table("case_task") as batch_op:
        batch_op.create_index(batch_op.f("ix_case_task_assignee"), ["assignee"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_task_case_id"), ["case_id"], unique=False)

    op.create_table(
        "dispatch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("alert_id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_dispatch_alert_id")),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_dispatch_channel_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch")),
        sa.UniqueConstraint(
            "channel_id", "alert_id", "what", name=op.f("uq_dispatch_channel_id_alert_id_what")
        ),
    )
    with op.batch_alter_table("dispatch") as batch_op:
        batch_op.create_index(batch_op.f("ix_dispatch_alert_id"), ["alert_id"], unique=False)
        batch_op.create_index("ix_dispatch_state_next_at", ["state", "next_at"], unique=False)

    op.create_table(
        "link_end",
        sa.Column("traveller_id", sa.String(length=32), nullable=False),
        sa.Column("token", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["traveller_id"],
            ["traveller.id"],
            name=op.f("fk_link_end_traveller_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("traveller_id", "token", name=op.f("pk_link_end")),
    )
    with op.batch_alter_table("link_end") as batch_op:
        batch_op.create_index("ix_link_end_token", ["token", "holder"], unique=False)

    op.create_table(
        "outcome",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("alert_id", sa.String(length=32), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("penalty", sa.BigInteger(), nullable=True),
        sa.Column("penalty_currency", sa.String(length=3), nullable=True),
        sa.Column("legal_reference", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("corrects", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_outcome_alert_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_outcome_case_id")),
        sa.ForeignKeyConstraint(["corrects"], ["outcome.id"], name=op.f("fk_outcome_corrects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
        sa.UniqueConstraint("corrects", name=op.f("uq_outcome_corrects")),
    )
    with op.batch_alter_table("outcome") as batch_op:
        batch_op.create_index(batch_op.f("ix_outcome_alert_id"), ["alert_id"], unique=False)
        batch_op.create_index("ix_outcome_at", ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outcome_case_id"), ["case_id"], unique=False)

    op.create_table(
        "rule_sweep",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("lists_digest", sa.String(length=64), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("moved_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cursor", sa.String(length=32), server_default="", nullable=False),
        sa.Column("hits", sa.Integer(), server_default="0", nullable=False),
        sa.Column("alerts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["rule_version.id"], name=op.f("fk_rule_sweep_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_sweep")),
        sa.UniqueConstraint(
            "version_id", "lists_digest", name=op.f("uq_rule_sweep_version_id_lists_digest")
        ),
    )
    with op.batch_alter_table("rule_sweep") as batch_op:
        batch_op.create_index("ix_rule_sweep_finished_at", ["finished_at"], unique=False)

    op.create_table(
        "search_name",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("traveller_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["traveller_id"], ["traveller.id"], name=op.f("fk_search_name_traveller_id")
        ),
        sa.PrimaryKeyConstraint("word", "traveller_id", name=op.f("pk_search_name")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("search_name") as batch_op:
        batch_op.create_index("ix_search_name_traveller_id", ["traveller_id"], unique=False)

    op.create_table(
        "unmasking",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("traveller_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["traveller_id"], ["traveller.id"], name=op.f("fk_unmasking_traveller_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmasking")),
    )
    with op.batch_alter_table("unmasking") as batch_op:
        batch_op.create_index("ix_unmasking_state_asked_at", ["state", "asked_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_unmasking_traveller_id"), ["traveller_id"], unique=False
        )

    op.create_table(
        "vetting",
        sa.Column("traveller_id", sa.String(length=32), nullable=False),
        sa.Column("voyage_id", sa.String(length=32), nullable=False),
        sa.Column("port", sa.String(length=40), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("carrier", sa.String(length=40), nullable=False),
        sa.Column("issuer", sa.String(length=3), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("called_off", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("urgency", sa.SmallInteger(), nullable=False),
        sa.Column("settled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("due_hour", sa.Integer(), nullable=False),
        sa.Column("news", sa.SmallInteger(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("looked_by", sa.Text(), nullable=False),
        sa.Column("looked_at", Moment(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["traveller_id"], ["traveller.id"], name=op.f("fk_vetting_traveller_id")
        ),
        sa.ForeignKeyConstraint(["voyage_id"], ["voyage.id"], name=op.f("fk_vetting_voyage_id")),
        sa.PrimaryKeyConstraint("traveller_id", name=op.f("pk_vetting")),
    )
    with op.batch_alter_table("vetting") as batch_op:
        batch_op.create_index(
            "ix_vetting_order",
            ["urgency", "settled", "due_hour", "news", "traveller_id", "port", "called_off"],
            unique=False,
        )
        batch_op.create_index("ix_vetting_port_changed_at", ["port", "changed_at"], unique=False)
        batch_op.create_index(
            "ix_vetting_port_order",
            ["port", "urgency", "settled", "due_hour", "news", "traveller_id", "called_off"],
            unique=False,
        )
        batch_op.create_index(
            "ix_vetting_voyage_id_urgency", ["voyage_id", "urgency"], unique=False
        )

    op.create_table(
        "vetting_default",
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("view_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["view_id"], ["vetting_view.id"], name=op.f("fk_vetting_default_view_id")
        ),
        sa.PrimaryKeyConstraint("by", name=op.f("pk_vetting_default")),
    )
    with op.batch_alter_table("vetting_default") as batch_op:
        batch_op.create_index(batch_op.f("ix_vetting_default_view_id"), ["view_id"], unique=False)

    op.create_table(
        "case_key",
        sa.Column("party_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_key_case_id")),
        sa.ForeignKeyConstraint(["party_id"], ["case_party.id"], name=op.f("fk_case_key_party_id")),
        sa.PrimaryKeyConstraint("party_id", "kind", "key", name=op.f("pk_case_key")),
    )
    with op.batch_alter_table("case_key") as batch_op:
        batch_op.create_index(batch_op.f("ix_case_key_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_case_key_kind_key", ["kind", "key"], unique=False)

    op.create_table(
        "lookout",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("handling", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("placed_by", sa.String(length=80), nullable=False),
        sa.Column("placed_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.Column("extension_until", Moment(), nullable=True),
        sa.Column("extension_reason", sa.Text(), nullable=True),
        sa.Column("extension_by", sa.Text(), nullable=True),
        sa.Column("extension_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["watchlist_entry.id"], name=op.f("fk_lookout_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_lookout_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookout")),
    )
    with op.batch_alter_table("lookout") as batch_op:
        batch_op.create_index(batch_op.f("ix_lookout_placed_by"), ["placed_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_lookout_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "seizure",
        sa.Column("outcome_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("commodity", sa.String(length=40), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("value_currency", sa.String(length=3), nullable=True),
        sa.Column("chapter", sa.Integer(), nullable=True),
        sa.Column("concealment", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name=op.f("fk_seizure_outcome_id")),
        sa.PrimaryKeyConstraint("outcome_id", "ordinal", name=op.f("pk_seizure")),
    )
    op.create_table(
        "vetting_reason",
        sa.Column("traveller_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ref_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["traveller_id"], ["vetting.traveller_id"], name=op.f("fk_vetting_reason_traveller_id")
        ),
        sa.PrimaryKeyConstraint("traveller_id", "kind", "ref_id", name=op.f("pk_vetting_reason")),
    )
    with op.batch_alter_table("vetting_reason") as batch_op:
        batch_op.create_index(
            "ix_vetting_reason_kind_ref_id", ["kind", "ref_id", "traveller_id"], unique=False
        )

    with op.batch_alter_table("alert") as batch_op:
        batch_op.add_column(sa.Column("priority", sa.Integer(), server_default="3", nullable=False))
        batch_op.add_column(sa.Column("acknowledge_by", Moment(), nullable=True))
        batch_op.add_column(sa.Column("close_by", Moment(), nullable=True))
        batch_op.add_column(sa.Column("shown_by", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("shown_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("held_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("escalated_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("escalated_from", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("escalates_at", Moment(), nullable=True))
        batch_op.create_index("ix_alert_escalates_at", ["escalates_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_held_by"), ["held_by"], unique=False)

    with op.batch_alter_table("booking") as batch_op:
        batch_op.create_index("ix_booking_locator", ["locator"], unique=False)

    with op.batch_alter_table("traveller") as batch_op:
        batch_op.add_column(sa.Column("forgotten_at", Moment(), nullable=True))
        batch_op.create_index("ix_traveller_booking_reference", ["booking_reference"], unique=False)

    with op.batch_alter_table("unit") as batch_op:
        batch_op.add_column(sa.Column("alert_budget", sa.Integer(), nullable=True))

    # Whoever acknowledged an alert that is open has it in hand.
    op.execute("UPDATE alert SET held_by = acknowledged_by WHERE state = 'acknowledged'")
