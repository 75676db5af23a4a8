"""What travellers may be linked by, as keyed tokens."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, metadata

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
