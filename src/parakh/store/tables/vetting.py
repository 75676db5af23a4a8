"""The vetting list with its saved views, and the words by which travellers are found."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, flag, json, metadata, moment, own_id, text, to

vetting = sa.Table(
    "vetting",
    metadata,
    sa.Column("traveller_id", sa.String(32), sa.ForeignKey("traveller.id"), primary_key=True),
    to("voyage", "voyage_id"),
    code("port"),
    code("direction"),
    code("carrier"),
    sa.Column("issuer", sa.String(3), nullable=True),
    text("search"),
    moment("due_at", null=True),
    flag("called_off"),
    # The order of the list, each from small to large (see `parakh.domain.vetting`): urgency of the
    # advice, whether somebody settled it, the hour it is due, how much is new (below zero).
    sa.Column("urgency", sa.SmallInteger, nullable=False),
    flag("settled"),
    sa.Column("due_hour", sa.Integer, nullable=False),
    sa.Column("news", sa.SmallInteger, nullable=False),
    json("told"),
    json("seen"),
    text("looked_by"),
    moment("looked_at", null=True),
    text("settled_by"),
    moment("settled_at", null=True),
    moment("changed_at"),
    # They hold all that a page's filter and counts of the whole list ask for.
    sa.Index(
        "ix_vetting_order",
        "urgency",
        "settled",
        "due_hour",
        "news",
        "traveller_id",
        "port",
        "called_off",
    ),
    sa.Index(
        "ix_vetting_port_order",
        "port",
        "urgency",
        "settled",
        "due_hour",
        "news",
        "traveller_id",
        "called_off",
    ),
    sa.Index("ix_vetting_port_changed_at", "port", "changed_at"),
    sa.Index("ix_vetting_voyage_id_urgency", "voyage_id", "urgency"),
)

vetting_reason = sa.Table(
    "vetting_reason",
    metadata,
    sa.Column(
        "traveller_id", sa.String(32), sa.ForeignKey("vetting.traveller_id"), primary_key=True
    ),
    sa.Column("kind", sa.String(40), primary_key=True),
    # A list, a rule or a profile.
    sa.Column("ref_id", sa.String(32), primary_key=True),
    sa.Index("ix_vetting_reason_kind_ref_id", "kind", "ref_id", "traveller_id"),
)

vetting_view = sa.Table(
    "vetting_view",
    metadata,
    own_id(primary_key=True),
    text("name"),
    text("by"),
    to("unit", "unit_id", null=True, index=True),
    json("wanted"),
    moment("made_at"),
    sa.Index("ix_vetting_view_by", "by"),
)

# The view with which somebody begins.
vetting_default = sa.Table(
    "vetting_default",
    metadata,
    sa.Column("by", sa.String(80), primary_key=True),
    to("vetting_view", "view_id", index=True),
)

# Every word of travellers' names, and the keys under which words like it are looked for.
search_word = sa.Table(
    "search_word",
    metadata,
    sa.Column("word", sa.String(40), primary_key=True),
    sqlite_with_rowid=False,
)

search_key = sa.Table(
    "search_key",
    metadata,
    sa.Column("key", sa.String(48), primary_key=True),
    sa.Column("word", sa.String(40), primary_key=True),
    sqlite_with_rowid=False,
)

# Who bears a word, with the ports at which he is expected or was seen ("" if there is none).
search_bearer = sa.Table(
    "search_bearer",
    metadata,
    sa.Column("word", sa.String(40), primary_key=True),
    sa.Column("traveller_id", sa.String(32), sa.ForeignKey("traveller.id"), primary_key=True),
    sa.Column("port", sa.String(40), primary_key=True),
    sa.Index("ix_search_bearer_port_word_traveller_id", "port", "word", "traveller_id"),
    sa.Index("ix_search_bearer_traveller_id", "traveller_id"),
    sqlite_with_rowid=False,
)
