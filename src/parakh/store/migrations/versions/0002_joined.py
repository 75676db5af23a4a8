"""Passenger lists and bookings of one voyage become one traveller; carriers get answers.

Why: a traveller was what the last list said of him; now he is what all his sources say together.
What was taken in before is read again, so that bookings that waited in quarantine are joined too.
"""

from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

from parakh.normalise.assemble import traveller_of
from parakh.normalise.join import marks_of
from parakh.store.codec import DECLARED, MARKS
from parakh.store.tables import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds what joining needs, and puts every message back into the queue."""
    op.create_table(
        "pulled",
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("refused", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_pulled_message_id")),
        sa.PrimaryKeyConstraint("source", "name", "fingerprint", name=op.f("pk_pulled")),
    )
    op.create_table(
        "answer",
        sa.Column("part_id", sa.String(length=32), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=40), server_default="", nullable=False),
        sa.Column("delivered_at", Moment(), nullable=True),
        sa.Column("delivered_to", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_answer_part_id")),
        sa.PrimaryKeyConstraint("part_id", name=op.f("pk_answer")),
    )
    with op.batch_alter_table("answer") as batch_op:
        batch_op.create_index(
            "ix_answer_channel_delivered_at", ["channel", "delivered_at"], unique=False
        )

    op.create_table(
        "booking",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("part_id", sa.String(length=32), nullable=False),
        sa.Column("voyage_id", sa.String(length=32), nullable=False),
        sa.Column("locator", sa.String(length=40), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_booking_part_id")),
        sa.ForeignKeyConstraint(["voyage_id"], ["voyage.id"], name=op.f("fk_booking_voyage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    with op.batch_alter_table("booking") as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_part_id"), ["part_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_voyage_id"), ["voyage_id"], unique=False)

    op.create_table(
        "crossing_report",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("part_id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("crossing_id", sa.String(length=32), nullable=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), server_default="0", nullable=False),
        sa.Column("said_at", Moment(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_crossing_report_part_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crossing_report")),
    )
    with op.batch_alter_table("crossing_report") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_crossing_report_crossing_id"), ["crossing_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_crossing_report_part_id"), ["part_id"], unique=False)
        batch_op.create_index("ix_crossing_report_reference", ["source", "reference"], unique=False)

    op.create_table(
        "person_decision",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("traveller_id", sa.String(length=32), nullable=False),
        sa.Column("other_id", sa.String(length=32), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["other_id"], ["traveller.id"], name=op.f("fk_person_decision_other_id")
        ),
        sa.ForeignKeyConstraint(
            ["traveller_id"], ["traveller.id"], name=op.f("fk_person_decision_traveller_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_decision")),
    )
    with op.batch_alter_table("person_decision") as batch_op:
        batch_op.create_index(batch_op.f("ix_person_decision_other_id"), ["other_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_person_decision_traveller_id"), ["traveller_id"], unique=False
        )

    op.create_table(
        "person_link",
        sa.Column("traveller_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("linked_to", sa.String(length=32), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["linked_to"], ["traveller.id"], name=op.f("fk_person_link_linked_to")
        ),
        sa.ForeignKeyConstraint(
            ["traveller_id"], ["traveller.id"], name=op.f("fk_person_link_traveller_id")
        ),
        sa.PrimaryKeyConstraint("traveller_id", name=op.f("pk_person_link")),
    )
    with op.batch_alter_table("person_link") as batch_op:
        batch_op.create_index(batch_op.f("ix_person_link_person_id"), ["person_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("part_id", sa.String(length=32), nullable=False),
        sa.Column("voyage_id", sa.String(length=32), nullable=True),
        sa.Column("message_type", sa.String(length=40), nullable=False),
        sa.Column("function", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), server_default="", nullable=False),
        sa.Column("said_at", Moment(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("travellers", sa.Integer(), nullable=False),
        sa.Column("filled", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_submission_part_id")),
        sa.ForeignKeyConstraint(["voyage_id"], ["voyage.id"], name=op.f("fk_submission_voyage_id")),
        sa.PrimaryKeyConstraint("part_id", name=op.f("pk_submission")),
    )
    with op.batch_alter_table("submission") as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_voyage_id"), ["voyage_id"], unique=False)

    with op.batch_alter_table("api_key") as batch_op:
        batch_op.add_column(
            sa.Column("carrier", sa.String(length=40), server_default="", nullable=False)
        )

    with op.batch_alter_table("crossing") as batch_op:
        batch_op.create_index("ix_crossing_port_at", ["port", "at"], unique=False)

    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(
            sa.Column("carrier", sa.String(length=40), server_default="", nullable=False)
        )
        batch_op.drop_constraint(batch_op.f("uq_message_digest"), type_="unique")
        batch_op.create_index("ix_message_carrier_id", ["carrier", "id"], unique=False)
        batch_op.create_index("ix_message_received_at", ["received_at"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_message_digest_carrier"), ["digest", "carrier"]
        )

    with op.batch_alter_table("message_body") as batch_op:
        batch_op.add_column(
            sa.Column("sealed", sa.Boolean(), server_default=sa.false(), nullable=False)
        )

    with op.batch_alter_table("part") as batch_op:
        batch_op.add_column(
            sa.Column("carrier", sa.String(length=40), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("envelope", sa.JSON(), server_default="null", nullable=False))
        batch_op.add_column(sa.Column("said_at", Moment(), nullable=True))
        batch_op.add_column(
            sa.Column("travellers", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("errors", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("removed", sa.JSON(), server_default="{}", nullable=False))
        batch_op.create_index("ix_part_carrier_message_id", ["carrier", "message_id"], unique=False)

    with op.batch_alter_table("record") as batch_op:
        batch_op.add_column(sa.Column("voyage_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("booking_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("ordinal", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("marks", sa.JSON(), server_default="{}", nullable=False))
        batch_op.create_index(batch_op.f("ix_record_voyage_id"), ["voyage_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_record_voyage_id"), "voyage", ["voyage_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_record_booking_id"), "booking", ["booking_id"], ["id"]
        )

    with op.batch_alter_table("traveller") as batch_op:
        batch_op.add_column(
            sa.Column("standing", sa.String(length=40), server_default="expected", nullable=False)
        )
        batch_op.add_column(sa.Column("joined_to", sa.String(length=32), nullable=True))
        batch_op.add_column(
            sa.Column("name_key", sa.String(length=200), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("due_for", sa.String(length=32), nullable=True))
        batch_op.alter_column("voyage_id", existing_type=sa.VARCHAR(length=32), nullable=True)
        batch_op.drop_constraint(batch_op.f("uq_traveller_voyage_id_key"), type_="unique")
        batch_op.create_index("ix_traveller_birth_date", ["birth_date"], unique=False)
        batch_op.create_index(batch_op.f("ix_traveller_due_for"), ["due_for"], unique=False)
        batch_op.create_index(batch_op.f("ix_traveller_joined_to"), ["joined_to"], unique=False)
        batch_op.create_index("ix_traveller_name_key", ["name_key", "birth_date"], unique=False)
        batch_op.create_index(batch_op.f("ix_traveller_voyage_id"), ["voyage_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_traveller_joined_to"), "traveller", ["joined_to"], ["id"]
        )
        batch_op.drop_column("key")

    with op.batch_alter_table("voyage") as batch_op:
        batch_op.add_column(sa.Column("scheduled_departure", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("leaves_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("departure_said_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("arrival_said_at", Moment(), nullable=True))
        batch_op.add_column(
            sa.Column("cancelled", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("called_off", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_index("ix_voyage_carrier_leaves_at", ["carrier", "leaves_at"], unique=False)
        batch_op.create_index("ix_voyage_leaves_at", ["leaves_at"], unique=False)

    op.execute(
        "UPDATE record SET voyage_id = "
        "(SELECT voyage_id FROM traveller WHERE traveller.id = record.traveller_id)"
    )
    _fill_marks(op.get_bind())
    op.execute("UPDATE message SET state = 'received', run = run + 1")


def _fill_marks(connection: sa.Connection) -> None:
    """Says by what the persons of old records are told apart, so that they keep their identity."""
    record = sa.table(
        "record",
        *(sa.column(name) for name in ("id", "part_id", "line", "ordinal")),
        sa.column("marks", sa.JSON),
        sa.column("data", sa.JSON),
    )
    part = sa.table("part", sa.column("id"), sa.column("message_id"))
    message = sa.table("message", sa.column("id"), sa.column("received_at", Moment()))
    query = (
        sa.select(record.c.id, record.c.part_id, record.c.data, message.c.received_at)
        .join(part, part.c.id == record.c.part_id)
        .join(message, message.c.id == part.c.message_id)
        .order_by(record.c.part_id, record.c.line, record.c.id)
    )
    change = record.update().where(record.c.id == sa.bindparam("own"))
    change = change.values(ordinal=sa.bindparam("place"), marks=sa.bindparam("told", type_=sa.JSON))
    found = connection.execute(query).all()
    for _, rows in groupby(found, key=lambda row: row.part_id):
        connection.execute(change, [_filled(place, row) for place, row in enumerate(rows)])


def _filled(place: int, row: Any) -> dict[str, object]:
    declared = DECLARED.load(row.data)
    value = traveller_of(declared, "", row.received_at.date())
    marks = marks_of(value, (), declared.unique_reference)
    return {"own": row.id, "place": place, "told": MARKS.dump(marks)}
