"""Currency declarations, and the rates by which they are counted."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, flag, json, metadata, moment, own_id, text, to

currency_declaration = sa.Table(
    "currency_declaration",
    metadata,
    own_id(primary_key=True),
    # Source and its own reference; said again, it is corrected.
    sa.Column("key", sa.String(160), nullable=False, unique=True),
    sa.Column("source", sa.String(60), nullable=False),
    sa.Column("reference", sa.String(80), nullable=False),
    code("port"),
    code("direction"),
    moment("at"),
    text("family_name"),
    text("given_names"),
    sa.Column("birth_date", sa.String(10), nullable=True),
    sa.Column("nationality", sa.String(3), nullable=True),
    sa.Column("document_number", sa.String(40), nullable=False, index=True),
    sa.Column("document_issuer", sa.String(3), nullable=True),
    to("traveller", "traveller_id", null=True, index=True),
    code("booking_reference"),
    sa.Column("family", sa.String(80), nullable=False, index=True),
    # Each `parakh.domain.currency.Carried`, with amounts as text: SQLite has no decimal numbers.
    json("carried"),
    # Hundredths of the centre's currency; null where one of the amounts has no rate.
    sa.Column("value", sa.BigInteger, nullable=True),
    text("origin"),
    text("purpose"),
    text("owner"),
    text("recipient"),
    flag("cancelled"),
    # Equal for one person's declarations: his number, else his name and birth date.
    sa.Column("bearer_key", sa.String(200), nullable=False, index=True),
    # Why it asks for attention: templates with values, the gravest first; and how much it does.
    json("reasons", default="[]"),
    sa.Column("attention", sa.Integer, nullable=False, server_default="0"),
    moment("known_at"),
    # Whether a rate changed since it was valued.
    flag("value_due"),
    sa.Index("ix_currency_declaration_at", "at"),
    sa.Index("ix_currency_declaration_value_due", "value_due"),
    sa.Index("ix_currency_declaration_attention_at", "attention", "at"),
)

currency_rate = sa.Table(
    "currency_rate",
    metadata,
    sa.Column("currency", sa.String(3), primary_key=True),
    sa.Column("on", sa.Date, primary_key=True),
    # Units of the centre's currency for one, as written.
    sa.Column("rate", sa.String(40), nullable=False),
)
