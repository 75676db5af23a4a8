"""The goods list: one row a consignment."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, count, flag, metadata, moment, text

goods_line = sa.Table(
    "goods_line",
    metadata,
    sa.Column("consignment_id", sa.String(32), sa.ForeignKey("consignment.id"), primary_key=True),
    text("name"),
    text("party"),
    text("description"),
    text("chapters"),
    code("origin"),
    code("port"),
    code("direction"),
    code("mode", null=True),
    moment("due_at", null=True),
    flag("declared"),
    code("lane", null=True),
    code("basis", null=True),
    code("advice", null=True),
    count("open_hits"),
    sa.Column("score", sa.Float, nullable=True),
    # Hundredths of the centre's currency.
    sa.Column("duty", sa.BigInteger, nullable=True),
    code("order", null=True),
    text("search"),
    sa.Column("place", sa.Integer, nullable=False),
    moment("leaves_at", null=True),
    flag("done"),
    moment("changed_at"),
    sa.Index("ix_goods_line_done_place", "done", "place", "consignment_id"),
    sa.Index("ix_goods_line_port_done_place", "port", "done", "place", "consignment_id"),
    sa.Index("ix_goods_line_done_changed_at", "done", "changed_at"),
)
