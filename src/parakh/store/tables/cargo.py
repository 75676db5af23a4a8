"""The cargo model: its versions, its scores, and what is counted and learnt of consignments.

Fields of a consignment stand here as keyed tokens only (see `parakh.screen.cargo_lines`).
"""

import sqlalchemy as sa

from parakh.store.tables.columns import code, count, json, metadata, moment, own_id, text, to

cargo_model = sa.Table(
    "cargo_model",
    metadata,
    own_id(primary_key=True),
    # N of `cargo@N`.
    sa.Column("number", sa.Integer, nullable=False, unique=True),
    code("state"),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date, nullable=False),
    count("rows"),
    count("found"),
    json("features"),
    json("figures"),
    # Share found by score on held-out consignments, and how features lay then, for the drift.
    json("reliability"),
    json("reference"),
    sa.Column("threshold", sa.Float, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    text("note", default=""),
    code("trained_by"),
    moment("trained_at"),
    code("decided_by", null=True),
    moment("decided_at", null=True),
    text("decision", default=""),
    sa.Index("ix_cargo_model_state", "state"),
)

cargo_score = sa.Table(
    "cargo_score",
    metadata,
    sa.Column("consignment_id", sa.String(32), primary_key=True),
    to("cargo_model", "model_id"),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("base", sa.Float, nullable=False),
    sa.Column("revenue", sa.Float, nullable=True),
    json("contributions"),
    # What the drift is told by: the model's inputs, as 32-bit numbers.
    sa.Column("inputs", sa.LargeBinary, nullable=False, server_default=""),
    moment("at"),
    sa.Index("ix_cargo_score_model_id_at", "model_id", "at"),
)

# One row for each consignment that was counted; what is counted again is taken away first.
cargo_row = sa.Table(
    "cargo_row",
    metadata,
    # The consignment, or the file's name for one that was brought by a file.
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("day", sa.Date, nullable=False),
    # Whether something was found; null while nobody looked.
    sa.Column("found", sa.Boolean, nullable=True),
    sa.Column("lines", sa.LargeBinary, nullable=False),
    moment("counted_at"),
    sa.Index("ix_cargo_row_day", "day"),
)

# How often a value, or values together, was declared, looked at and found.
cargo_tally = sa.Table(
    "cargo_tally",
    metadata,
    sa.Column("token", sa.BigInteger, primary_key=True, autoincrement=False),
    count("seen"),
    count("known"),
    count("found"),
)

# Values a kilogram, in steps of about 5%, of one code and origin.
cargo_price = sa.Table(
    "cargo_price",
    metadata,
    sa.Column("token", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
    count("seen"),
)
