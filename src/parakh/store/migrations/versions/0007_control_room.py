"""The control room: trends, posts, agencies, linked systems, and how people sign in.

Why: nobody could see how posts perform, share with another agency, or link another system.
"""

import sqlalchemy as sa
from alembic import op

from parakh.store.tables import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Adds what the control room needs."""
    op.create_table(
        "agency",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("name", name=op.f("uq_agency_name")),
    )
    op.create_table(
        "announcement",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_announcement")),
        sa.UniqueConstraint("key", name=op.f("uq_announcement_key")),
    )
    with op.batch_alter_table("announcement") as batch_op:
        batch_op.create_index("ix_announcement_at", ["at"], unique=False)

    op.create_table(
        "centre_link",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sent", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("marks", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("pulled_at", Moment(), nullable=True),
        sa.Column("met_at", Moment(), nullable=True),
        sa.Column("down_since", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_link")),
    )
    op.create_table(
        "connector",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), server_default="", nullable=False),
        sa.Column("agreed", sa.String(length=64), server_default="", nullable=False),
        sa.Column("declared_at", Moment(), nullable=True),
        sa.Column("on", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("cursor", sa.Text(), server_default="", nullable=False),
        sa.Column("confirm", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("tried_at", Moment(), nullable=True),
        sa.Column("good_at", Moment(), nullable=True),
        sa.Column("level_at", Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("claimed_until", Moment(), nullable=True),
        sa.Column("waiting", sa.Integer(), server_default="0", nullable=False),
        sa.Column("skew", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_seconds", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_connector")),
    )
    op.create_table(
        "exchange",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("connector", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("status", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("milliseconds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange")),
    )
    with op.batch_alter_table("exchange") as batch_op:
        batch_op.create_index("ix_exchange_at", ["at"], unique=False)
        batch_op.create_index("ix_exchange_connector_at", ["connector", "at"], unique=False)

    op.create_table(
        "handshake",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_handshake")),
    )
    with op.batch_alter_table("handshake") as batch_op:
        batch_op.create_index("ix_handshake_expires_at", ["expires_at"], unique=False)

    op.create_table(
        "link_aside",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decision", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_link_aside")),
    )
    op.create_table(
        "performance_bucket",
        sa.Column("at", Moment(), nullable=False),
        sa.Column("post", sa.String(length=40), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("crossings", sa.Integer(), server_default="0", nullable=False),
        sa.Column("entries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("times", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("captures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("compared", sa.Integer(), server_default="0", nullable=False),
        sa.Column("matched", sa.Integer(), server_default="0", nullable=False),
        sa.Column("hits", sa.Integer(), server_default="0", nullable=False),
        sa.Column("confirmed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cleared", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unfit", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("at", "post", "lane", name=op.f("pk_performance_bucket")),
    )
    with op.batch_alter_table("performance_bucket") as batch_op:
        batch_op.create_index("ix_performance_bucket_post_at", ["post", "at"], unique=False)

    op.create_table(
        "performance_clock",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("claimed_at", Moment(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=False),
        sa.Column("measured_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performance_clock")),
    )
    op.create_table(
        "performance_feed",
        sa.Column("at", Moment(), nullable=False),
        sa.Column("feed", sa.String(length=120), nullable=False),
        sa.Column("posts", sa.JSON(), nullable=False),
        sa.Column("last_at", Moment(), nullable=True),
        sa.Column("usual_seconds", sa.Float(), nullable=True),
        sa.Column("messages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("at", "feed", name=op.f("pk_performance_feed")),
    )
    op.create_table(
        "performance_state",
        sa.Column("at", Moment(), nullable=False),
        sa.Column("post", sa.String(length=40), nullable=False),
        sa.Column("announced", sa.Integer(), server_default="0", nullable=False),
        sa.Column("waiting", sa.Integer(), server_default="0", nullable=False),
        sa.Column("waiting_since", Moment(), nullable=True),
        sa.Column("alerts_open", sa.Integer(), server_default="0", nullable=False),
        sa.Column("alerts_late", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stations_up", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stations_late", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stations_down", sa.Integer(), server_default="0", nullable=False),
        sa.Column("drawn", sa.Integer(), server_default="0", nullable=False),
        sa.Column("drawn_done", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("at", "post", name=op.f("pk_performance_state")),
    )
    with op.batch_alter_table("performance_state") as batch_op:
        batch_op.create_index("ix_performance_state_post_at", ["post", "at"], unique=False)

    op.create_table(
        "post",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("region", sa.String(length=80), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_post")),
    )
    op.create_table(
        "post_limit",
        sa.Column("post", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("post", "kind", name=op.f("pk_post_limit")),
    )
    op.create_table(
        "region",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("hash", sa.String(length=64), server_default="", nullable=False),
        sa.Column("seen_at", Moment(), nullable=True),
        sa.Column("alone_since", Moment(), nullable=True),
        sa.Column("alone_until", Moment(), nullable=True),
        sa.Column("public_key", sa.String(length=64), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_region")),
    )
    op.create_table(
        "region_event",
        sa.Column("region", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("pending", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("region", "seq", name=op.f("pk_region_event")),
    )
    op.create_table(
        "report",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("kind", "since", name=op.f("uq_report_kind_since")),
    )
    op.create_table(
        "report_plan",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_report_plan")),
    )
    op.create_table(
        "schema_floor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schema_floor")),
    )
    op.create_table(
        "trend_day",
        sa.Column("stream", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("stamp", sa.String(length=120), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("built_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "day", name=op.f("pk_trend_day")),
    )
    op.create_table(
        "trend_finding",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("stream", sa.String(length=40), nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("facet", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=120), nullable=False),
        sa.Column("port", sa.String(length=40), nullable=False),
        sa.Column("series", sa.String(length=200), nullable=False),
        sa.Column("pattern", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("span_days", sa.Integer(), nullable=False),
        sa.Column("observed", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("p", sa.Float(), nullable=False),
        sa.Column("traffic", sa.Integer(), server_default="0", nullable=False),
        sa.Column("examined", sa.Integer(), server_default="0", nullable=False),
        sa.Column("found", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("first_at", Moment(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("rule_id", sa.String(length=32), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trend_finding")),
    )
    with op.batch_alter_table("trend_finding") as batch_op:
        batch_op.create_index("ix_trend_finding_series", ["series"], unique=False)
        batch_op.create_index(
            "ix_trend_finding_state_expires_at", ["state", "expires_at"], unique=False
        )

    op.create_table(
        "trend_mark",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_trend_mark")),
    )
    op.create_table(
        "trouble",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("post", sa.String(length=40), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("sentence", sa.JSON(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.Column("acknowledged_at", Moment(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("better_since", Moment(), nullable=True),
        sa.Column("cleared_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trouble")),
    )
    with op.batch_alter_table("trouble") as batch_op:
        batch_op.create_index("ix_trouble_opened_at", ["opened_at"], unique=False)
        batch_op.create_index("ix_trouble_state", ["state"], unique=False)

    op.create_table(
        "verification",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("traveller_id", sa.String(length=32), nullable=False),
        sa.Column("connector", sa.String(length=80), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tail", sa.String(length=40), nullable=False),
        sa.Column("portrait", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("agreement", sa.String(length=40), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification")),
    )
    with op.batch_alter_table("verification") as batch_op:
        batch_op.create_index("ix_verification_connector_at", ["connector", "at"], unique=False)
        batch_op.create_index("ix_verification_expires_at", ["expires_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_verification_traveller_id"), ["traveller_id"], unique=False
        )

    op.create_table(
        "factor_reset",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decision", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_factor_reset_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_reset")),
    )
    with op.batch_alter_table("factor_reset") as batch_op:
        batch_op.create_index(batch_op.f("ix_factor_reset_user_id"), ["user_id"], unique=False)

    op.create_table(
        "passkey",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_passkey_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    with op.batch_alter_table("passkey") as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_user_id"), ["user_id"], unique=False)

    op.create_table(
        "provider_identity",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_provider_identity_user_id")
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_provider_identity")),
    )
    with op.batch_alter_table("provider_identity") as batch_op:
        batch_op.create_index(batch_op.f("ix_provider_identity_user_id"), ["user_id"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "report_mailing",
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_mailing_report_id")
        ),
        sa.PrimaryKeyConstraint("report_id", "address", name=op.f("pk_report_mailing")),
    )
    with op.batch_alter_table("report_mailing") as batch_op:
        batch_op.create_index("ix_report_mailing_next_at", ["next_at"], unique=False)

    op.create_table(
        "share",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ref_id", sa.String(length=32), nullable=False),
        sa.Column("from_agency", sa.String(length=32), nullable=False),
        sa.Column("agency", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=True),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("may_pass_on", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decision", sa.Text(), server_default="", nullable=False),
        sa.Column("acknowledged_by", sa.Text(), server_default="", nullable=False),
        sa.Column("acknowledged_at", Moment(), nullable=True),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_by", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ending", sa.Text(), server_default="", nullable=False),
        sa.Column("parent_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["share.id"], name=op.f("fk_share_parent_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_share_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share")),
    )
    with op.batch_alter_table("share") as batch_op:
        batch_op.create_index("ix_share_agency", ["agency", "state"], unique=False)
        batch_op.create_index("ix_share_from_agency", ["from_agency", "state"], unique=False)
        batch_op.create_index("ix_share_ref_id", ["ref_id", "kind"], unique=False)

    op.create_table(
        "totp",
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_totp_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_totp")),
    )
    op.create_table(
        "share_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("agency", sa.String(length=32), nullable=False),
        sa.Column("asked_agency", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("answered_by", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("share_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["share_id"], ["share.id"], name=op.f("fk_share_request_share_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_request")),
    )
    op.create_table(
        "trouble_dispatch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("trouble_id", sa.String(length=32), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_trouble_dispatch_channel_id")
        ),
        sa.ForeignKeyConstraint(
            ["trouble_id"], ["trouble.id"], name=op.f("fk_trouble_dispatch_trouble_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trouble_dispatch")),
        sa.UniqueConstraint(
            "channel_id", "trouble_id", name=op.f("uq_trouble_dispatch_channel_id_trouble_id")
        ),
    )
    with op.batch_alter_table("trouble_dispatch") as batch_op:
        batch_op.create_index(
            "ix_trouble_dispatch_state_next_at", ["state", "next_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_trouble_dispatch_trouble_id"), ["trouble_id"], unique=False
        )

    with op.batch_alter_table("channel") as batch_op:
        batch_op.add_column(
            sa.Column("language", sa.String(length=40), server_default="en", nullable=False)
        )

    with op.batch_alter_table("crossing") as batch_op:
        batch_op.create_index("ix_crossing_at", ["at"], unique=False)

    with op.batch_alter_table("currency_declaration") as batch_op:
        batch_op.add_column(
            sa.Column("value_due", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_index("ix_currency_declaration_value_due", ["value_due"], unique=False)

    with op.batch_alter_table("hit") as batch_op:
        batch_op.create_index("ix_hit_decided_at", ["decided_at"], unique=False)

    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("trace", sa.Text(), server_default="", nullable=False))

    with op.batch_alter_table("movement") as batch_op:
        batch_op.add_column(
            sa.Column("goods", sa.String(length=80), server_default="", nullable=False)
        )
        batch_op.create_index(batch_op.f("ix_movement_goods"), ["goods"], unique=False)

    with op.batch_alter_table("profile") as batch_op:
        batch_op.add_column(
            sa.Column("agency", sa.String(length=40), server_default="", nullable=False)
        )

    with op.batch_alter_table("session") as batch_op:
        batch_op.add_column(
            sa.Column("stage", sa.String(length=40), server_default="full", nullable=False)
        )
        batch_op.add_column(
            sa.Column("method", sa.String(length=40), server_default="password", nullable=False)
        )
        batch_op.add_column(
            sa.Column("browser", sa.String(length=80), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("address", sa.String(length=64), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("provider_session", sa.String(length=255), server_default="", nullable=False)
        )

    with op.batch_alter_table("unit") as batch_op:
        batch_op.add_column(
            sa.Column("agency", sa.String(length=32), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("region", sa.String(length=80), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("regional", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
