"""Rates of exchange, by which amounts are told in the centre's currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import sqlalchemy as sa

from parakh.store.database import Tx, insert_of
from parakh.store.tables import currency_rate

STALE = timedelta(days=31)
"""An older rate than this says nothing of a day: customs valuation wants the one of the period
(WTO Agreement on customs valuation, article 9)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """`rate` units of the centre's currency for one of `currency` (ISO 4217), from a day on."""

    currency: str
    on: date
    rate: Decimal


def rate(connection: sa.Connection, currency: str, on: date) -> Decimal | None:
    """Units of the centre's currency for one of another, by the newest rate at or before a day;
    None where none of the last 31 days is known."""
    own = currency_rate.c
    query = (
        sa.select(own.rate)
        .where(own.currency == currency, own.on <= on, own.on >= on - STALE)
        .order_by(own.on.desc())
        .limit(1)
    )
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else Decimal(found)


def put(tx: Tx, rates: Sequence[Rate]) -> list[Rate]:
    """Adds rates, or corrects those of a day that were known; gives those that are new or other."""
    known = _known(tx.connection, rates)
    changed = [own for own in rates if known.get((own.currency, own.on)) != own.rate]
    rows = [{"currency": own.currency, "on": own.on, "rate": str(own.rate)} for own in changed]
    if rows:
        statement = insert_of(tx.connection)(currency_rate)
        statement = statement.on_conflict_do_update(
            index_elements=["currency", "on"], set_={"rate": statement.excluded.rate}
        )
        tx.connection.execute(statement, rows)
    return changed


def _known(connection: sa.Connection, rates: Sequence[Rate]) -> dict[tuple[str, date], Decimal]:
    if not rates:
        return {}
    own, days = currency_rate.c, [one.on for one in rates]
    query = sa.select(currency_rate).where(own.on >= min(days), own.on <= max(days))
    return {(row.currency, row.on): Decimal(row.rate) for row in connection.execute(query)}


def newest(connection: sa.Connection) -> list[Rate]:
    """The newest rate of each currency."""
    own = currency_rate.c
    last = sa.select(own.currency, sa.func.max(own.on).label("on")).group_by(own.currency)
    chosen = last.subquery()
    query = (
        sa.select(currency_rate)
        .join(chosen, (chosen.c.currency == own.currency) & (chosen.c.on == own.on))
        .order_by(own.currency)
    )
    return [
        Rate(currency=row.currency, on=row.on, rate=Decimal(row.rate))
        for row in connection.execute(query)
    ]
