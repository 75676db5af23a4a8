"""Rules on their way through everybody expected."""

import sqlalchemy as sa

from parakh.store.tables.columns import count, metadata, moment, own_id, text, to

rule_sweep = sa.Table(
    "rule_sweep",
    metadata,
    own_id(primary_key=True),
    to("rule_version", "version_id"),
    # Of the values of the named lists that it uses: with others it is another rule.
    sa.Column("lists_digest", sa.String(64), nullable=False),
    moment("started_at"),
    moment("moved_at"),
    moment("finished_at", null=True),
    # Travellers looked at so far, and the voyage of the last of them.
    count("done"),
    sa.Column("cursor", sa.String(32), nullable=False, server_default=""),
    count("hits"),
    count("alerts"),
    # Why its last try came to nothing; "" while it gets on.
    text("failure", default=""),
    sa.UniqueConstraint("version_id", "lists_digest"),
    sa.Index("ix_rule_sweep_finished_at", "finished_at"),
)
