"""The tables. Rows are turned into domain values by the adapter module of each noun.

Identifiers are 32 hexadecimal digits (see `parakh.domain.ids`). Moments are UTC; local times of
ports are stored without a zone, as carriers send them.
"""

from datetime import UTC, datetime

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(sa.TypeDecorator[datetime]):
    """An aware moment, stored in UTC; SQLite keeps no zone, so it is put back when read."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id(name: str = "id", **options: bool) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), **options)  # type: ignore[arg-type]


def _to(table: str, name: str, *, null: bool = False, index: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), sa.ForeignKey(f"{table}.id"), nullable=null, index=index)


def _text(name: str, *, null: bool = False, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null, server_default=default)


def _code(name: str, *, null: bool = False, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(40), nullable=null, server_default=default)


def _moment(name: str, *, null: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, Moment, nullable=null)


def _json(name: str, *, default: str | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.JSON, nullable=False, server_default=default)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())


# --- intake -----------------------------------------------------------------------------------

message = sa.Table(
    "message",
    metadata,
    _id(primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    _code("channel"),
    _text("source_name"),
    _code("carrier", default=""),
    _moment("received_at"),
    sa.Column("size", sa.BigInteger, nullable=False),
    _code("state"),
    _to("message", "corrects", null=True, index=True),
    sa.Column("run", sa.Integer, nullable=False),
    sa.UniqueConstraint("digest", "carrier"),
    sa.Index("ix_message_received_at", "received_at"),
    sa.Index("ix_message_state_id", "state", "id"),
    sa.Index("ix_message_carrier_id", "carrier", "id"),
)

message_body = sa.Table(
    "message_body",
    metadata,
    sa.Column("message_id", sa.String(32), sa.ForeignKey("message.id"), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    _flag("sealed"),
)

part = sa.Table(
    "part",
    metadata,
    _id(primary_key=True),
    _to("message", "message_id"),
    sa.Column("ordinal", sa.Integer, nullable=False),
    _code("message_type"),
    _code("version"),
    _text("reference"),
    sa.Column("line", sa.Integer, nullable=False),
    _code("state"),
    _json("problems"),
    _code("carrier", default=""),
    _json("envelope", default="null"),
    _moment("said_at", null=True),
    _count("travellers"),
    _count("errors"),
    _json("removed", default="{}"),
    sa.UniqueConstraint("message_id", "ordinal"),
    sa.Index("ix_part_carrier_message_id", "carrier", "message_id"),
)

answer = sa.Table(
    "answer",
    metadata,
    sa.Column("part_id", sa.String(32), sa.ForeignKey("part.id"), primary_key=True),
    _moment("at"),
    sa.Column("accepted", sa.Boolean, nullable=False),
    _text("body"),
    _code("channel", default=""),
    _moment("delivered_at", null=True),
    _text("delivered_to", default=""),
    sa.Index("ix_answer_channel_delivered_at", "channel", "delivered_at"),
)

pulled = sa.Table(
    "pulled",
    metadata,
    sa.Column("source", sa.String(80), primary_key=True),
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    _to("message", "message_id", null=True),
    _moment("at"),
    _text("refused", default=""),
)

voyage = sa.Table(
    "voyage",
    metadata,
    _id(primary_key=True),
    sa.Column("key", sa.String(160), nullable=False, unique=True),
    _code("mode"),
    _code("carrier"),
    _code("number"),
    _code("origin"),
    _code("destination"),
    sa.Column("departure", sa.DateTime, nullable=True),
    sa.Column("arrival", sa.DateTime, nullable=True),
    _moment("due_at", null=True),
    _code("direction"),
    _code("port"),
    sa.Column("scheduled_departure", sa.DateTime, nullable=True),
    _moment("leaves_at", null=True),
    _moment("departure_said_at", null=True),
    _moment("arrival_said_at", null=True),
    _flag("cancelled"),
    _flag("called_off"),
    sa.Index("ix_voyage_carrier_leaves_at", "carrier", "leaves_at"),
    sa.Index("ix_voyage_leaves_at", "leaves_at"),
    sa.Index("ix_voyage_port_due_at", "port", "due_at"),
    sa.Index("ix_voyage_due_at", "due_at"),
)

submission = sa.Table(
    "submission",
    metadata,
    sa.Column("part_id", sa.String(32), sa.ForeignKey("part.id"), primary_key=True),
    _to("voyage", "voyage_id", null=True, index=True),
    _code("message_type"),
    _code("function"),
    _code("action"),
    _text("series"),
    _text("sender", default=""),
    _moment("said_at"),
    _moment("received_at"),
    sa.Column("travellers", sa.Integer, nullable=False),
    _json("filled"),
)

booking = sa.Table(
    "booking",
    metadata,
    _id(primary_key=True),
    _to("part", "part_id", index=True),
    _to("voyage", "voyage_id", index=True),
    _code("locator"),
    _json("data"),
)

traveller = sa.Table(
    "traveller",
    metadata,
    _id(primary_key=True),
    _to("voyage", "voyage_id", null=True, index=True),
    _code("role"),
    _code("standing", default="expected"),
    _to("traveller", "joined_to", null=True, index=True),
    sa.Column("name_key", sa.String(200), nullable=False, server_default=""),
    sa.Column("due_for", sa.String(32), nullable=True, index=True),
    _text("family_name"),
    _text("given_names"),
    sa.Column("birth_date", sa.String(10), nullable=True),
    sa.Column("sex", sa.String(1), nullable=True),
    sa.Column("nationality", sa.String(3), nullable=True),
    sa.Column("residence", sa.String(3), nullable=True),
    _text("father_name", default=""),
    _text("birth_place", default=""),
    _code("embarkation", null=True),
    _code("debarkation", null=True),
    _text("booking_reference", null=True),
    _code("seat", null=True),
    _json("bags"),
    sa.Index("ix_traveller_name_key", "name_key", "birth_date"),
    sa.Index("ix_traveller_birth_date", "birth_date"),
)

document = sa.Table(
    "document",
    metadata,
    sa.Column("traveller_id", sa.String(32), sa.ForeignKey("traveller.id"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
    _code("type"),
    sa.Column("number", sa.Text, nullable=False, index=True),
    sa.Column("issuer", sa.String(3), nullable=True),
    sa.Column("expiry", sa.String(10), nullable=True),
)

record = sa.Table(
    "record",
    metadata,
    _id(primary_key=True),
    _to("part", "part_id", index=True),
    _to("traveller", "traveller_id", index=True),
    _to("voyage", "voyage_id", null=True, index=True),
    _to("booking", "booking_id", null=True),
    sa.Column("line", sa.Integer, nullable=False),
    _count("ordinal"),
    _json("marks", default="{}"),
    _json("data"),
)

crossing_report = sa.Table(
    "crossing_report",
    metadata,
    _id(primary_key=True),
    _to("part", "part_id", index=True),
    sa.Column("source", sa.String(80), nullable=False),
    sa.Column("reference", sa.String(80), nullable=False),
    # No foreign key: an announced crossing goes with its traveller when lists are joined anew.
    sa.Column("crossing_id", sa.String(32), nullable=True, index=True),
    sa.Column("line", sa.Integer, nullable=False),
    _count("ordinal"),
    _moment("said_at"),
    _json("data"),
    sa.Index("ix_crossing_report_reference", "source", "reference"),
)

person_link = sa.Table(
    "person_link",
    metadata,
    sa.Column("traveller_id", sa.String(32), sa.ForeignKey("traveller.id"), primary_key=True),
    sa.Column("person_id", sa.String(32), nullable=False, index=True),
    _to("traveller", "linked_to", null=True),
    sa.Column("confidence", sa.Float, nullable=False),
    _json("reason"),
    _text("by"),
    _moment("at"),
)

person_decision = sa.Table(
    "person_decision",
    metadata,
    _id(primary_key=True),
    _to("traveller", "traveller_id", index=True),
    _to("traveller", "other_id", index=True),
    sa.Column("same", sa.Boolean, nullable=False),
    _text("reason"),
    _text("by"),
    _moment("at"),
    _text("withdrawn_by", null=True),
    _moment("withdrawn_at", null=True),
)

crossing = sa.Table(
    "crossing",
    metadata,
    _id(primary_key=True),
    sa.Column(
        "traveller_id", sa.String(32), sa.ForeignKey("traveller.id"), nullable=True, unique=True
    ),
    _to("voyage", "voyage_id", null=True, index=True),
    _code("port"),
    _code("direction"),
    _code("state"),
    _code("lane"),
    _moment("at", null=True),
    sa.Index("ix_crossing_port_at", "port", "at"),
)

capture = sa.Table(
    "capture",
    metadata,
    _id(primary_key=True),
    _code("port"),
    _code("lane"),
    _code("direction"),
    _moment("at"),
    _to("crossing", "crossing_id", null=True),
    _to("picture", "picture_id", null=True, index=True),
    sa.Column("quality", sa.Float, nullable=False),
    sa.Column("verification", sa.Float, nullable=True),
    # No foreign key: a capture outlives the registration of the station that made it.
    sa.Column("station_id", sa.String(32), nullable=True),
    _moment("taken_at", null=True),
    sa.Column("frames", sa.Integer, nullable=False, server_default="1"),
    # SHA-256 of the frames, by which one that is sent twice is known.
    sa.Column("digest", sa.String(64), nullable=False, server_default=""),
    # What was answered, for whoever sends it again: identifiers and figures, no names.
    _json("answer", default="null"),
    sa.Index("ix_capture_digest", "digest"),
    sa.Index("ix_capture_at", "at"),
)

station = sa.Table(
    "station",
    metadata,
    _id(primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, index=True),
    _code("kind"),
    _code("port"),
    _code("lane"),
    _code("direction", null=True),
    sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
    _text("owner"),
    _moment("created_at"),
    _moment("revoked_at", null=True),
    _moment("heard_at", null=True),
    _json("heartbeat", default="{}"),
)

# --- watchlists and faces ---------------------------------------------------------------------

watchlist = sa.Table(
    "watchlist",
    metadata,
    _id(primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    _text("source"),
    _text("legal_basis"),
    _code("handling"),
    _code("handling_code", default=""),
    _text("instruction", default=""),
    # No foreign key: a list outlives the units it alerts, and then alerts those of the port.
    sa.Column("unit_id", sa.String(32), nullable=True),
    sa.Column("alerts_port", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("alert_rate", sa.Float, nullable=True),
    _moment("fetched_at", null=True),
    # The gallery of its entries' faces. No foreign key, for the column came later.
    sa.Column("gallery_id", sa.String(32), nullable=False, server_default="watchlist"),
    sa.Column("by_name", sa.Boolean, nullable=False, server_default=sa.true()),
    # The version applied last; "" for none. No foreign key, for versions refer to their list.
    sa.Column("applied_version", sa.String(32), nullable=False, server_default=""),
)

watchlist_version = sa.Table(
    "watchlist_version",
    metadata,
    _id(primary_key=True),
    _to("watchlist", "watchlist_id", index=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    _code("form"),
    _text("file_name"),
    sa.Column("digest", sa.String(64), nullable=False),
    _text("published"),
    _moment("fetched_at"),
    _code("state"),
    _count("added"),
    _count("changed"),
    _count("removed"),
    _count("same"),
    _json("problems"),
    _text("imported_by"),
    _moment("imported_at"),
    _text("decided_by", null=True),
    _moment("decided_at", null=True),
    _text("reason"),
    # The version that was applied last when this one was compared with the list; "" for none.
    sa.Column("basis", sa.String(32), nullable=False, server_default=""),
    sa.UniqueConstraint("watchlist_id", "ordinal"),
)

difference = sa.Table(
    "difference",
    metadata,
    sa.Column("version_id", sa.String(32), sa.ForeignKey("watchlist_version.id"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
    _code("kind"),
    # The entry that is changed or removed, or that an added one becomes.
    sa.Column("entry_id", sa.String(32), nullable=False, index=True),
    _text("name"),
    _json("before"),
    _json("after"),
)

watchlist_entry = sa.Table(
    "watchlist_entry",
    metadata,
    _id(primary_key=True),
    _to("watchlist", "watchlist_id"),
    _code("kind"),
    sa.Column("name", sa.Text, nullable=False),
    # All words by which it is found on the console (parakh.normalise.searching).
    _text("search", default=""),
    _json("names"),
    _json("birth_dates"),
    sa.Column("sex", sa.String(1), nullable=True),
    _json("nationalities"),
    _json("documents"),
    _json("weak_names", default="[]"),
    _json("father_names", default="[]"),
    _json("birth_places", default="[]"),
    _json("identifiers", default="[]"),
    sa.Column("source_id", sa.String(80), nullable=False, server_default=""),
    _text("reason"),
    _code("state"),
    _text("proposed_by"),
    _moment("proposed_at"),
    _text("decided_by", null=True),
    _moment("decided_at", null=True),
    _text("decision"),
    # Who had approved an entry that was retired, and why.
    _text("approved_by", null=True),
    _moment("approved_at", null=True),
    _text("approval", default=""),
    _moment("expires_at", null=True),
    _moment("review_at", null=True),
    _moment("swept_at", null=True),
    # The version of its list that brought it; none for an entry made by hand, which no version
    # takes away.
    _to("watchlist_version", "version_id", null=True, index=True),
    _to("sweep", "sweep_id", null=True, index=True),
    sa.Index("ix_watchlist_entry_state_swept_at", "state", "swept_at", "sweep_id"),
    sa.Index("ix_watchlist_entry_state_name", "state", "name"),
    sa.Index("ix_watchlist_entry_watchlist_id", "watchlist_id", "source_id"),
    sa.Index("ix_watchlist_entry_state_review_at", "state", "review_at"),
    sa.Index("ix_watchlist_entry_state_expires_at", "state", "expires_at"),
)

amendment = sa.Table(
    "amendment",
    metadata,
    _id(primary_key=True),
    _to("watchlist_entry", "entry_id", index=True),
    _json("before"),
    _json("after"),
    _text("reason"),
    _text("proposed_by"),
    _moment("proposed_at"),
    _code("state"),
    _text("decided_by", null=True),
    _moment("decided_at", null=True),
    _text("decision"),
    sa.Index("ix_amendment_state_proposed_at", "state", "proposed_at"),
)

sweep = sa.Table(
    "sweep",
    metadata,
    _id(primary_key=True),
    _moment("started_at"),
    _moment("moved_at"),
    _moment("finished_at", null=True),
    _count("entries"),
    # The first of its entries, by name, and all their lists, as they were when it began.
    _json("first_ids", default="[]"),
    _json("list_ids", default="[]"),
    # Travellers to screen when it began, and screened so far; the last one's identifier.
    _count("total"),
    _count("done"),
    sa.Column("cursor", sa.String(32), nullable=False, server_default=""),
    # The newest change of entries that its batches know.
    sa.Column("seq", sa.BigInteger, nullable=False, server_default="0"),
    _count("hits"),
    _count("alerts"),
    # Why its last try came to nothing; "" while it gets on.
    _text("failure", default=""),
    # Travellers who could not be screened, and are tried again.
    _count("unscreened"),
    sa.Index("ix_sweep_finished_at", "finished_at"),
)

sweep_unscreened = sa.Table(
    "sweep_unscreened",
    metadata,
    sa.Column("sweep_id", sa.String(32), sa.ForeignKey("sweep.id"), primary_key=True),
    # No foreign key: who is not on file any more need not be tried again.
    sa.Column("traveller_id", sa.String(32), primary_key=True),
)

redress = sa.Table(
    "redress",
    metadata,
    _id(primary_key=True),
    _to("watchlist_entry", "entry_id", index=True),
    sa.Column("entry_print", sa.String(64), nullable=False),
    _code("screener_id"),
    _text("family_name"),
    _text("given_names"),
    sa.Column("birth_date", sa.String(10), nullable=True),
    sa.Column("nationality", sa.String(3), nullable=True),
    _json("documents"),
    _to("picture", "picture_id", null=True),
    # No foreign key: the record outlives the hit that led to it.
    sa.Column("hit_id", sa.String(32), nullable=False, index=True),
    _text("reason"),
    _text("by"),
    _moment("at"),
    _text("withdrawn_by", null=True),
    _moment("withdrawn_at", null=True),
    _text("withdrawn_reason"),
    sa.Column("name_key", sa.String(200), nullable=False, server_default=""),
    _json("additions", default="[]"),
    sa.Index("ix_redress_at", "at"),
)

# The numbers of a record's documents, by which it is found.
redress_number = sa.Table(
    "redress_number",
    metadata,
    sa.Column("redress_id", sa.String(32), sa.ForeignKey("redress.id"), primary_key=True),
    sa.Column("number", sa.Text, primary_key=True),
    sa.Index("ix_redress_number_number", "number"),
)

calibration = sa.Table(
    "calibration",
    metadata,
    _id(primary_key=True),
    _moment("at"),
    _text("by"),
    _count("travellers"),
    # Thresholds and curves, by list and band of name frequency.
    _json("data"),
)

name_frequency = sa.Table(
    "name_frequency",
    metadata,
    sa.Column("token", sa.String(40), primary_key=True),
    sa.Column("bearers", sa.Integer, nullable=False),
)

picture = sa.Table(
    "picture",
    metadata,
    _id(primary_key=True),
    _code("owner_kind"),
    sa.Column("owner_id", sa.String(32), nullable=False),
    _code("media_type"),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    _moment("created_at"),
    _moment("expires_at", null=True),
    sa.Index("ix_picture_owner_id", "owner_id"),
    sa.Index("ix_picture_expires_at", "expires_at"),
)

gallery = sa.Table(
    "gallery",
    metadata,
    _id(primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    _code("kind"),
    _text("purpose"),
    _text("legal_basis"),
    sa.Column("retention_hours", sa.Integer, nullable=True),
    sa.Column("at_gates", sa.Boolean, nullable=False),
    _json("units"),
    _moment("erased_at", null=True),
)

template = sa.Table(
    "template",
    metadata,
    _id(primary_key=True),
    # The gallery's identifier.
    _code("gallery"),
    sa.Column("reference_id", sa.String(32), nullable=False),
    _text("model"),
    _to("picture", "picture_id", index=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    _moment("created_at"),
    _text("proposed_by"),
    _text("approved_by", null=True),
    sa.Index("ix_template_gallery_model", "gallery", "model"),
    sa.Index("ix_template_reference_id", "reference_id"),
)

# Faces of travellers, for the time around their crossing; sealed under their voyage's own key.
voyage_template = sa.Table(
    "voyage_template",
    metadata,
    _id(primary_key=True),
    _to("voyage", "voyage_id", index=True),
    _to("traveller", "traveller_id", index=True),
    _text("model"),
    _code("staged_from"),
    sa.Column("quality", sa.Float, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    _moment("created_at"),
    _text("staged_by"),
    _moment("expires_at"),
    sa.Index("ix_voyage_template_expires_at", "expires_at"),
)

twin = sa.Table(
    "twin",
    metadata,
    _id(primary_key=True),
    _to("gallery", "gallery_id", index=True),
    _to("watchlist_entry", "entry_id", index=True),
    _to("watchlist_entry", "other_id", index=True),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("threshold", sa.Float, nullable=False),
    _moment("found_at"),
    _code("state"),
    _text("decided_by", null=True),
    _moment("decided_at", null=True),
    _text("reason", default=""),
    sa.UniqueConstraint("entry_id", "other_id"),
)

change = sa.Table(
    "change",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    _code("kind"),
    sa.Column("ref_id", sa.String(32), nullable=False),
)

# --- screening and alerts ---------------------------------------------------------------------

assessment = sa.Table(
    "assessment",
    metadata,
    _id(primary_key=True),
    _code("subject_kind"),
    sa.Column("subject_id", sa.String(32), nullable=False),
    sa.Column("cause", sa.String(80), nullable=False),
    _moment("at"),
    _code("advice"),
    _json("results"),
    sa.UniqueConstraint("subject_id", "subject_kind", "cause"),
    sa.Index("ix_assessment_cause", "cause"),
)

hit = sa.Table(
    "hit",
    metadata,
    _id(primary_key=True),
    _code("subject_kind"),
    sa.Column("subject_id", sa.String(32), nullable=False),
    _code("target_kind"),
    sa.Column("target_id", sa.String(32), nullable=False, index=True),
    _text("screener"),
    _code("screener_id"),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("threshold", sa.Float, nullable=False),
    _json("sentence"),
    _json("evidence"),
    _code("state"),
    _text("decided_by", null=True),
    _moment("decided_at", null=True),
    _text("reason"),
    sa.Column("redress_id", sa.String(32), nullable=True, index=True),
    sa.UniqueConstraint(
        "subject_id", "subject_kind", "target_id", "target_kind", "screener_id", name="uq_hit_pair"
    ),
)

assessment_hit = sa.Table(
    "assessment_hit",
    metadata,
    sa.Column("assessment_id", sa.String(32), sa.ForeignKey("assessment.id"), primary_key=True),
    sa.Column("hit_id", sa.String(32), sa.ForeignKey("hit.id"), primary_key=True, index=True),
)

unit = sa.Table(
    "unit",
    metadata,
    _id(primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("central", sa.Boolean, nullable=False),
    _json("ports"),
)

alert = sa.Table(
    "alert",
    metadata,
    _id(primary_key=True),
    _to("unit", "unit_id"),
    _to("assessment", "assessment_id"),
    _code("subject_kind"),
    sa.Column("subject_id", sa.String(32), nullable=False),
    _code("advice"),
    _moment("at"),
    _code("state"),
    _text("acknowledged_by", null=True),
    _moment("acknowledged_at", null=True),
    _code("outcome", null=True),
    _text("outcome_note", null=True),
    _text("closed_by", null=True),
    _moment("closed_at", null=True),
    sa.UniqueConstraint("assessment_id", "unit_id"),
    sa.Index("ix_alert_unit_id_state", "unit_id", "state"),
    sa.Index("ix_alert_subject_id", "subject_id"),
)

wall_event = sa.Table(
    "wall_event",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    _to("unit", "unit_id"),
    _to("alert", "alert_id"),
    _code("kind"),
    _moment("at"),
)

# --- people, keys, and the trail --------------------------------------------------------------

user = sa.Table(
    "user_account",
    metadata,
    _id(primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    _text("display_name"),
    _text("password_hash"),
    _json("roles"),
    _json("units"),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    _moment("locked_until", null=True),
    _moment("created_at"),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    _to("user_account", "user_id", index=True),
    sa.Column("csrf", sa.String(64), nullable=False),
    _moment("created_at"),
    _moment("seen_at"),
)

api_key = sa.Table(
    "api_key",
    metadata,
    _id(primary_key=True),
    sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.String(80), nullable=False, index=True),
    _json("permissions"),
    _json("units"),
    _code("carrier", default=""),
    _text("owner", default=""),
    _moment("created_at"),
    _moment("revoked_at", null=True),
)

data_key = sa.Table(
    "data_key",
    metadata,
    sa.Column("purpose", sa.String(80), primary_key=True),
    sa.Column("master", sa.String(16), nullable=False),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    # The key before, wrapped, until all that it sealed is sealed under the new one.
    sa.Column("former", sa.LargeBinary, nullable=True),
)

sequence = sa.Table(
    "sequence",
    metadata,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    _moment("at"),
    _text("actor"),
    _code("action"),
    _code("subject_kind"),
    sa.Column("subject_id", sa.String(80), nullable=False),
    _code("purpose"),
    _text("detail"),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Index("ix_audit_subject_id", "subject_id"),
    sa.Index("ix_audit_actor", "actor"),
)

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("signature", sa.String(128), nullable=False),
)
