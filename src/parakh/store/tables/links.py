"""What travellers, goods, companies and vehicles may be linked by, as keyed tokens."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, metadata, own_id, text

link_end = sa.Table(
    "link_end",
    metadata,
    # A traveller's ends go with him, whoever deletes him.
    sa.Column(
        "traveller_id",
        sa.String(32),
        sa.ForeignKey("traveller.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("token", sa.LargeBinary(16), primary_key=True),
    code("kind"),
    # The person, or the traveller himself; `parakh.store.links.rehold` keeps it right.
    sa.Column("holder", sa.String(32), nullable=False),
    sa.Column("first_on", sa.Date, nullable=False),
    sa.Column("last_on", sa.Date, nullable=False),
    sa.Index("ix_link_end_token", "token", "holder"),
)

# The same of consignments, of companies that trade, and of vehicles and containers.
goods_end = sa.Table(
    "goods_end",
    metadata,
    # A consignment, a conveyance, or a company of `goods_company`.
    sa.Column("node", sa.String(32), primary_key=True),
    sa.Column("token", sa.LargeBinary(16), primary_key=True),
    code("kind"),
    sa.Column("first_on", sa.Date, nullable=False),
    sa.Column("last_on", sa.Date, nullable=False),
    sa.Index("ix_goods_end_token", "token", "node"),
)

# Companies as consignments name them; their identifiers are made of the keys of parties.
goods_company = sa.Table(
    "goods_company",
    metadata,
    own_id(primary_key=True),
    text("name"),
    sa.Column("identifier", sa.String(80), nullable=False, server_default=""),
)
