"""Watchlists, their versions and entries, sweeps, redress, calibration."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, count, json, metadata, moment, own_id, text, to

watchlist = sa.Table(
    "watchlist",
    metadata,
    own_id(primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    text("source"),
    text("legal_basis"),
    code("handling"),
    code("handling_code", default=""),
    text("instruction", default=""),
    # No foreign key: a list outlives the units it alerts, and then alerts those of the port.
    sa.Column("unit_id", sa.String(32), nullable=True),
    sa.Column("alerts_port", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("alert_rate", sa.Float, nullable=True),
    moment("fetched_at", null=True),
    # The gallery of its entries' faces. No foreign key, for the column came later.
    sa.Column("gallery_id", sa.String(32), nullable=False, server_default="watchlist"),
    sa.Column("by_name", sa.Boolean, nullable=False, server_default=sa.true()),
    # The version applied last; "" for none. No foreign key, for versions refer to their list.
    sa.Column("applied_version", sa.String(32), nullable=False, server_default=""),
)

watchlist_version = sa.Table(
    "watchlist_version",
    metadata,
    own_id(primary_key=True),
    to("watchlist", "watchlist_id", index=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    code("form"),
    text("file_name"),
    sa.Column("digest", sa.String(64), nullable=False),
    text("published"),
    moment("fetched_at"),
    code("state"),
    count("added"),
    count("changed"),
    count("removed"),
    count("same"),
    json("problems"),
    text("imported_by"),
    moment("imported_at"),
    text("decided_by", null=True),
    moment("decided_at", null=True),
    text("reason"),
    # The version that was applied last when this one was compared with the list; "" for none.
    sa.Column("basis", sa.String(32), nullable=False, server_default=""),
    sa.UniqueConstraint("watchlist_id", "ordinal"),
)

difference = sa.Table(
    "difference",
    metadata,
    sa.Column("version_id", sa.String(32), sa.ForeignKey("watchlist_version.id"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
    code("kind"),
    # The entry that is changed or removed, or that an added one becomes.
    sa.Column("entry_id", sa.String(32), nullable=False, index=True),
    text("name"),
    json("before"),
    json("after"),
)

watchlist_entry = sa.Table(
    "watchlist_entry",
    metadata,
    own_id(primary_key=True),
    to("watchlist", "watchlist_id"),
    code("kind"),
    sa.Column("name", sa.Text, nullable=False),
    # All words by which it is found on the console (parakh.normalise.searching).
    text("search", default=""),
    json("names"),
    json("birth_dates"),
    sa.Column("sex", sa.String(1), nullable=True),
    json("nationalities"),
    json("documents"),
    json("weak_names", default="[]"),
    json("father_names", default="[]"),
    json("birth_places", default="[]"),
    json("identifiers", default="[]"),
    sa.Column("source_id", sa.String(80), nullable=False, server_default=""),
    text("reason"),
    code("state"),
    text("proposed_by"),
    moment("proposed_at"),
    text("decided_by", null=True),
    moment("decided_at", null=True),
    text("decision"),
    # Who had approved an entry that was retired, and why.
    text("approved_by", null=True),
    moment("approved_at", null=True),
    text("approval", default=""),
    moment("expires_at", null=True),
    moment("review_at", null=True),
    moment("swept_at", null=True),
    # The version of its list that brought it; none for an entry made by hand, which no version
    # takes away.
    to("watchlist_version", "version_id", null=True, index=True),
    to("sweep", "sweep_id", null=True, index=True),
    sa.Index("ix_watchlist_entry_state_swept_at", "state", "swept_at", "sweep_id"),
    sa.Index("ix_watchlist_entry_state_name", "state", "name"),
    sa.Index("ix_watchlist_entry_watchlist_id", "watchlist_id", "source_id"),
    sa.Index("ix_watchlist_entry_state_review_at", "state", "review_at"),
    sa.Index("ix_watchlist_entry_state_expires_at", "state", "expires_at"),
)

amendment = sa.Table(
    "amendment",
    metadata,
    own_id(primary_key=True),
    to("watchlist_entry", "entry_id", index=True),
    json("before"),
    json("after"),
    text("reason"),
    text("proposed_by"),
    moment("proposed_at"),
    code("state"),
    text("decided_by", null=True),
    moment("decided_at", null=True),
    text("decision"),
    sa.Index("ix_amendment_state_proposed_at", "state", "proposed_at"),
)

sweep = sa.Table(
    "sweep",
    metadata,
    own_id(primary_key=True),
    moment("started_at"),
    moment("moved_at"),
    moment("finished_at", null=True),
    count("entries"),
    # The first of its entries, by name, and all their lists, as they were when it began.
    json("first_ids", default="[]"),
    json("list_ids", default="[]"),
    # Travellers to screen when it began, and screened so far; the last one's identifier.
    count("total"),
    count("done"),
    sa.Column("cursor", sa.String(32), nullable=False, server_default=""),
    # The newest change of entries that its batches know.
    sa.Column("seq", sa.BigInteger, nullable=False, server_default="0"),
    count("hits"),
    count("alerts"),
    # Why its last try came to nothing; "" while it gets on.
    text("failure", default=""),
    # Travellers who could not be screened, and are tried again.
    count("unscreened"),
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
    own_id(primary_key=True),
    # What he was cleared of: a listed one, or else belonging to a profile.
    to("watchlist_entry", "entry_id", null=True, index=True),
    to("profile", "profile_id", null=True, index=True),
    # Of either.
    sa.Column("entry_print", sa.String(64), nullable=False),
    code("screener_id"),
    # By what the hit came about, as far as that tells more than the print.
    json("reasons", default="[]"),
    text("family_name"),
    text("given_names"),
    sa.Column("birth_date", sa.String(10), nullable=True),
    sa.Column("nationality", sa.String(3), nullable=True),
    json("documents"),
    to("picture", "picture_id", null=True),
    # No foreign key: the record outlives the hit that led to it.
    sa.Column("hit_id", sa.String(32), nullable=False, index=True),
    text("reason"),
    text("by"),
    moment("at"),
    text("withdrawn_by", null=True),
    moment("withdrawn_at", null=True),
    text("withdrawn_reason"),
    sa.Column("name_key", sa.String(200), nullable=False, server_default=""),
    json("additions", default="[]"),
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
    own_id(primary_key=True),
    moment("at"),
    text("by"),
    count("travellers"),
    # Thresholds and curves, by list and band of name frequency.
    json("data"),
)

name_frequency = sa.Table(
    "name_frequency",
    metadata,
    sa.Column("token", sa.String(40), primary_key=True),
    sa.Column("bearers", sa.Integer, nullable=False),
)
