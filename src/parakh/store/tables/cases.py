"""Cases with all that stands in them, hand-overs, and outcomes."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, flag, json, metadata, moment, own_id, text, to

case_file = sa.Table(
    "case_file",
    metadata,
    own_id(primary_key=True),
    sa.Column("number", sa.String(20), nullable=False, unique=True),
    text("title"),
    text("summary"),
    code("priority"),
    code("state"),
    text("waiting_for"),
    flag("restricted"),
    to("unit", "unit_id"),
    text("agency"),
    sa.Column("owner", sa.String(80), nullable=False, index=True),
    text("opened_by"),
    moment("opened_at"),
    moment("changed_at"),
    moment("closed_at", null=True),
    sa.Index("ix_case_file_unit_id_state", "unit_id", "state"),
)

case_alert = sa.Table(
    "case_alert",
    metadata,
    sa.Column("case_id", sa.String(32), sa.ForeignKey("case_file.id"), primary_key=True),
    sa.Column("alert_id", sa.String(32), sa.ForeignKey("alert.id"), primary_key=True, index=True),
    text("by"),
    moment("at"),
)

case_party = sa.Table(
    "case_party",
    metadata,
    own_id(primary_key=True),
    to("case_file", "case_id", index=True),
    code("kind"),
    # No foreign key: it names a traveller or a profile, or nothing.
    sa.Column("ref_id", sa.String(32), nullable=False, index=True),
    text("label"),
    code("role"),
    json("source"),
    text("by"),
    moment("at"),
    text("removed_by", null=True),
    moment("removed_at", null=True),
    text("removal"),
)

# By what cases are found to be about the same: a person, a document, a phone, a vehicle.
case_key = sa.Table(
    "case_key",
    metadata,
    sa.Column("party_id", sa.String(32), sa.ForeignKey("case_party.id"), primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("key", sa.String(120), primary_key=True),
    to("case_file", "case_id", index=True),
    sa.Index("ix_case_key_kind_key", "kind", "key"),
)

case_task = sa.Table(
    "case_task",
    metadata,
    own_id(primary_key=True),
    to("case_file", "case_id", index=True),
    text("title"),
    sa.Column("assignee", sa.String(80), nullable=False, index=True),
    sa.Column("due_on", sa.Date, nullable=True),
    text("by"),
    moment("at"),
    text("done_by", null=True),
    moment("done_at", null=True),
)

case_note = sa.Table(
    "case_note",
    metadata,
    own_id(primary_key=True),
    to("case_file", "case_id", index=True),
    text("text"),
    text("by"),
    moment("at"),
    sa.Column("corrects", sa.String(32), sa.ForeignKey("case_note.id"), nullable=True, unique=True),
)

case_attachment = sa.Table(
    "case_attachment",
    metadata,
    own_id(primary_key=True),
    to("case_file", "case_id", index=True),
    text("name"),
    sa.Column("media_type", sa.String(100), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    text("note"),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    text("by"),
    moment("at"),
    sa.UniqueConstraint("case_id", "digest"),
)

case_event = sa.Table(
    "case_event",
    metadata,
    own_id(primary_key=True),
    to("case_file", "case_id"),
    sa.Column("ordinal", sa.Integer, nullable=False),
    moment("at"),
    text("by"),
    code("kind"),
    json("sentence"),
    sa.UniqueConstraint("case_id", "ordinal"),
)

case_share = sa.Table(
    "case_share",
    metadata,
    own_id(primary_key=True),
    to("case_file", "case_id"),
    to("unit", "unit_id", null=True, index=True),
    sa.Column("person", sa.String(80), nullable=True, index=True),
    text("reason"),
    text("by"),
    moment("at"),
    sa.UniqueConstraint("case_id", "unit_id", "person"),
)

# Both cases stand once, the one with the smaller identifier first.
case_relation = sa.Table(
    "case_relation",
    metadata,
    sa.Column("case_id", sa.String(32), sa.ForeignKey("case_file.id"), primary_key=True),
    sa.Column("other_id", sa.String(32), sa.ForeignKey("case_file.id"), primary_key=True,
              index=True),
    text("reason"),
    text("by"),
    moment("at"),
)  # fmt: skip

case_handover = sa.Table(
    "case_handover",
    metadata,
    own_id(primary_key=True),
    to("case_file", "case_id", index=True),
    text("agency"),
    to("unit", "unit_id", null=True, index=True),
    json("sections"),
    text("legal_basis"),
    text("conditions"),
    moment("expires_at", null=True),
    text("by"),
    moment("at"),
    text("acknowledged_by", null=True),
    moment("acknowledged_at", null=True),
    text("reference"),
    text("taken_back_by", null=True),
    moment("taken_back_at", null=True),
    text("taking_back"),
)

outcome = sa.Table(
    "outcome",
    metadata,
    own_id(primary_key=True),
    to("alert", "alert_id", null=True, index=True),
    to("case_file", "case_id", null=True, index=True),
    to("exam_order", "examination_id", null=True, index=True),
    code("kind"),
    text("note"),
    # Hundredths of the currency: SQLite has no decimal numbers.
    sa.Column("penalty", sa.BigInteger, nullable=True),
    sa.Column("penalty_currency", sa.String(3), nullable=True),
    text("legal_reference"),
    text("place"),
    text("by"),
    moment("at"),
    sa.Column("corrects", sa.String(32), sa.ForeignKey("outcome.id"), nullable=True, unique=True),
    text("reason"),
    sa.Index("ix_outcome_at", "at"),
)

seizure = sa.Table(
    "seizure",
    metadata,
    sa.Column("outcome_id", sa.String(32), sa.ForeignKey("outcome.id"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
    code("commodity"),
    text("description"),
    # Thousandths of the measure, hundredths of the currency.
    sa.Column("quantity", sa.BigInteger, nullable=True),
    code("measure"),
    sa.Column("value", sa.BigInteger, nullable=True),
    sa.Column("value_currency", sa.String(3), nullable=True),
    sa.Column("chapter", sa.Integer, nullable=True),
    code("concealment"),
)
