"""Deletes movements, currency declarations and enforcement records once their time is over.

Who declared currency, drove a lorry or was a party to goods follows the clock of travellers, and so
do the rows that the cargo model learns from; where things were, and what other posts reported, that
of the history.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Purpose
from parakh.services import cargo_history
from parakh.services.centre import WORKER, Centre
from parakh.store import cargo_history as cargo_store
from parakh.store import goods_retention as store
from parakh.store.database import Tx

_AT_ONCE = 500

_Due = Callable[[sa.Connection, datetime, int], list[str]]
_Forget = Callable[[Tx, Sequence[str]], None]


def forget_due(centre: Centre) -> int:
    """Deletes the next that are due of each kind; called again until it gives 0, it is through."""
    now, settings = centre.clock(), centre.settings
    persons = now - timedelta(days=settings.delete_days)
    history = now - timedelta(days=settings.history_days)
    works: tuple[tuple[str, datetime, _Due, _Forget], ...] = (
        ("consignment", persons, store.consignments_due, store.forget_parties),
        ("cargo_row", persons, _rows_due, cargo_history.forget),
        ("currency", persons, store.declarations_due, store.forget_declarations),
        ("movement", history, store.movements_due, store.forget_movements),
        ("driver", persons, store.drivers_due, store.forget_drivers),
        ("enforcement", history, store.records_due, store.forget_records),
    )
    return sum(_forget(centre, *work) for work in works)


def _rows_due(connection: sa.Connection, before: datetime, most: int) -> list[str]:
    return cargo_store.rows_due(connection, before.date(), most)


def _forget(centre: Centre, kind: str, before: datetime, due: _Due, forget: _Forget) -> int:
    with centre.db.read() as connection:
        ids = due(connection, before, _AT_ONCE)
    if ids:
        with centre.db.write(WORKER, Purpose.ADMINISTRATION) as tx:
            forget(tx, ids)
            tx.audit(f"{kind}.forgotten", kind, "", count=len(ids))
    return len(ids)
