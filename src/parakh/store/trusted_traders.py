"""Trusted traders and what was asked and decided about them."""

from collections.abc import Iterable
from dataclasses import asdict

import sqlalchemy as sa

from parakh.domain.selectivity import TrustedTrader
from parakh.errors import NotFound
from parakh.store.batches import batches
from parakh.store.database import Tx
from parakh.store.tables import trusted_trader


def save(tx: Tx, value: TrustedTrader) -> None:
    """Adds a trader, or updates the one with its identifier."""
    columns = asdict(value) | {"roles": sorted(value.roles)}
    del columns["id"]
    same = trusted_trader.update().where(trusted_trader.c.id == value.id)
    if tx.connection.execute(same.values(columns)).rowcount == 0:
        tx.connection.execute(trusted_trader.insert().values(id=value.id, **columns))


def get(connection: sa.Connection, trader_id: str, *, lock: bool = False) -> TrustedTrader:
    """One trader; raises NotFound. With `lock` other writers wait until the end (PostgreSQL)."""
    query = sa.select(trusted_trader).where(trusted_trader.c.id == trader_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("there is no such trusted trader")
    return _trader(row)


def by_identifier(
    connection: sa.Connection, identifiers: Iterable[str]
) -> dict[str, list[TrustedTrader]]:
    """All that was ever proposed under numbers, the newest first, by number."""
    found: dict[str, list[TrustedTrader]] = {}
    for some in batches(identifiers):
        query = (
            sa.select(trusted_trader)
            .where(trusted_trader.c.identifier.in_(some))
            .order_by(trusted_trader.c.proposed_at.desc(), trusted_trader.c.id)
        )
        for row in connection.execute(query):
            found.setdefault(row.identifier, []).append(_trader(row))
    return found


def traders(connection: sa.Connection, text: str = "") -> list[TrustedTrader]:
    """All traders with a part of a name or number, the newest first."""
    query = sa.select(trusted_trader).order_by(
        trusted_trader.c.proposed_at.desc(), trusted_trader.c.id
    )
    if text:
        named = sa.func.upper(trusted_trader.c.name).contains(text.upper(), autoescape=True)
        numbered = trusted_trader.c.identifier.contains(text.upper(), autoescape=True)
        query = query.where(named | numbered)
    return [_trader(row) for row in connection.execute(query)]


def _trader(row: sa.Row[tuple[object, ...]]) -> TrustedTrader:
    own = dict(row._mapping)
    return TrustedTrader(**own | {"roles": frozenset(own["roles"])})
