"""Goods and currency are valued again once rates of exchange change.

Rates often come after the messages of their day. What an import touches is marked in its own
transaction: goods priced in one of its currencies, and declarations that carry it, of the days for
which its rates hold. The worker then takes them in batches, each in one transaction, the newest
first; what changes thereby is screened again as if a message had told of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from parakh.access import Purpose
from parakh.domain.ids import new_id
from parakh.services import currency, goods_consignments, goods_screening
from parakh.services.centre import WORKER, Centre
from parakh.store import currency as declarations
from parakh.store import goods_dues
from parakh.store.database import Tx
from parakh.store.rates import STALE, Rate

AT_ONCE = 200
"""Consignments in one transaction."""

_RATES, _VALUED = "rates", "rates-valued"
"""For what consignments wait in place of a message: to be valued, then to be screened."""

_DAY = timedelta(days=1)
"""Days of rates are the centre's own, moments are UTC: they lie less than a day apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """How much waits to be valued again, or to be screened for it."""

    consignments: int
    declarations: int


def mark(tx: Tx, changed: Iterable[Rate]) -> None:
    """Lets all wait that was valued, or could not be, by other rates than these."""
    spans: dict[str, tuple[datetime, datetime]] = {}
    for own in changed:
        day = datetime.combine(own.on, time.min, UTC)
        since, until = spans.get(own.currency, (day - _DAY, day))
        spans[own.currency] = (min(since, day - _DAY), max(until, day + STALE + 2 * _DAY))
    for code, (since, until) in spans.items():
        goods_dues.mark_priced(tx, code, since, until, _RATES)
        declarations.mark_to_value(tx, code, since, until)


def waiting(centre: Centre) -> Waiting:
    """How much is still to do."""
    with centre.db.read() as connection:
        return Waiting(
            consignments=sum(goods_dues.count(connection, own) for own in (_RATES, _VALUED)),
            declarations=declarations.count_to_value(connection),
        )


def work(centre: Centre) -> int:
    """Values the next again, and screens goods that are others now; gives how many it took. For the
    worker, every few seconds."""
    return _value_goods(centre) + _screen_goods(centre) + currency.value_again(centre)


def _value_goods(centre: Centre) -> int:
    with centre.db.read() as connection:
        if not goods_dues.due(connection, _RATES, 1):
            return 0
    with centre.db.write(WORKER, Purpose.GOODS) as tx:
        ids = goods_dues.due(tx.connection, _RATES, AT_ONCE)
        goods_consignments.value_again(tx, centre, ids, _VALUED)
        goods_dues.wait_no_more(tx, ids, _RATES)
        tx.audit("goods.valued", "consignment", "", count=len(ids))
    return len(ids)


def _screen_goods(centre: Centre) -> int:
    with centre.db.read() as connection:
        goods = goods_screening.screen(centre, connection, _VALUED)
    if not goods.consignments:
        return 0
    with centre.db.write(WORKER, Purpose.SCREENING) as tx:
        done = goods_screening.settle(tx, centre, goods, f"{_RATES}:{new_id()}")
        alerts = sum(len(own.alerts) for own in done)
        tx.audit("goods.screened_again", "consignment", "", count=len(done), alerts=alerts)
    centre.wall.notify()
    return len(goods.consignments)
