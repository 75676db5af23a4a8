"""Rates of exchange: imported from a table; what they change is valued again."""

import re
from dataclasses import dataclass
from datetime import date

from parakh.access import Actor, Purpose
from parakh.domain.message import Problem
from parakh.errors import InvalidInput, Unreadable
from parakh.ingest import tabular
from parakh.ingest.tabular import Form, Row
from parakh.normalise.fields import number
from parakh.services import revaluing
from parakh.services.centre import Centre
from parakh.services.revaluing import Waiting
from parakh.store import rates as store
from parakh.store.rates import Rate

COLUMNS = ("currency", "on", "rate")
_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """How many rates were taken in, how much waits to be valued again, what was wrong."""

    rates: int
    waiting: Waiting
    problems: tuple[Problem, ...]


def import_rates(centre: Centre, actor: Actor, data: bytes) -> Imported:
    """Takes in a table `currency,on,rate`: units of the centre's currency for one of another.

    What was valued by other rates, or could not be, is valued again by the worker (see
    `parakh.services.revaluing`). Raises InvalidInput when it is no such table. A row that is none
    is left out and named.
    """
    found: list[Rate] = []
    problems: list[Problem] = []
    try:
        for own in tabular.read(data, FORM):
            if isinstance(own, Problem):
                problems.append(own)
            elif own.currency == centre.settings.currency:
                cause = "the centre's own currency has no rate"
                problems.append(Problem(line=1, column=1, segment="currency", cause=cause))
            else:
                found.append(own)
    except Unreadable as error:
        raise InvalidInput(str(error)) from error
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        changed = store.put(tx, found)
        revaluing.mark(tx, changed)
        tx.audit("rates.imported", "rate", "all", count=len(found), changed=len(changed))
    return Imported(rates=len(found), waiting=revaluing.waiting(centre), problems=tuple(problems))


def _rate(row: Row) -> Rate | Problem:
    told = row.fields
    if not _CODE.fullmatch(told["currency"].upper()):
        return row.problem("currency", "is no currency of ISO 4217")
    try:
        on = date.fromisoformat(told["on"])
    except ValueError:
        return row.problem("on", "is not written YYYY-MM-DD")
    try:
        value = number("rate", told["rate"])
    except Unreadable as error:
        return row.problem("rate", str(error))
    if not value:
        return row.problem("rate", "must be more than 0")
    return Rate(currency=told["currency"].upper(), on=on, rate=value)


FORM: Form[Rate] = Form(name="rates", columns=COLUMNS, required=COLUMNS, make=_rate)
"""Of the table of rates."""
