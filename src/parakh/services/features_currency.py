"""What rules see of the currency that persons declared.

Of somebody who declared nothing the sums are 0, unless the centre never took in any declaration:
then nobody knows.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from parakh.domain.currency import CurrencyDeclaration
from parakh.domain.voyage import Direction
from parakh.screen.currency import JOURNEY, YEAR, Known, total
from parakh.screen.screener import TravellerSubject
from parakh.services.currency_people import known_of
from parakh.services.feature_facts import Facts, Row
from parakh.store import currency as store

_MONTH = timedelta(days=30)
_DAY = timedelta(days=1)
_NONE = Known(own=(), family=())


def sums(facts: Facts) -> list[Row]:
    """What each person, and his family with him, declared lately."""
    known = _known(facts)
    return [
        {} if known is None or not facts.on_file(own) else _sums(facts, own, known)
        for own in facts.subjects
    ]


def declarations(facts: Facts) -> list[list[Row] | None]:
    """Each declaration of a person's last year, an amount a row, the newest first."""
    known = _known(facts)
    return [
        None
        if known is None or not facts.on_file(own)
        else [
            row
            for one in reversed(_until(known.get(own.ref.id, _NONE).own, facts.at))
            for row in _amounts(one, facts.at)
        ]
        for own in facts.subjects
    ]


def _known(facts: Facts) -> dict[str, Known] | None:
    ids = [own.ref.id for own in facts.subjects if facts.on_file(own)]
    found = known_of(facts.connection, ids, facts.at - YEAR)
    return found if found or store.any_told(facts.connection) else None


def _sums(facts: Facts, subject: TravellerSubject, known: dict[str, Known]) -> Row:
    mine = known.get(subject.ref.id, _NONE)
    year = _until(mine.own, facts.at)
    month = [own for own in year if own.at > facts.at - _MONTH]
    kin = [own for own in _until(mine.family, facts.at) if own.at > facts.at - _MONTH]
    everybody = {own.id: own for own in (*month, *kin)}
    moment = facts.moment_of(subject) or facts.at
    now = [own for own in year if abs(own.at - moment) <= JOURNEY]
    out = total(own for own in year if own.direction is Direction.EXIT)
    came = total(own for own in year if own.direction is Direction.ENTRY)
    return {
        "declarations_30d": float(len(month)),
        "value_30d": float(total(month)),
        "largest_30d": float(max((own.value or Decimal(0) for own in month), default=Decimal(0))),
        "declared_value": float(total(now)),
        "family_value_30d": float(total(everybody.values())),
        "out_not_in_365d": float(max(out - came, Decimal(0))),
    }


def _until(told: Sequence[CurrencyDeclaration], at: datetime) -> list[CurrencyDeclaration]:
    return [own for own in told if own.at <= at]


def _amounts(own: CurrencyDeclaration, at: datetime) -> list[Row]:
    return [
        {
            "at": own.at,
            "days_ago": (at - own.at) / _DAY,
            "direction": own.direction.value,
            "currency": one.money.currency,
            "amount": float(one.money.amount),
            "value": None if one.value is None else float(one.value),
            "instrument": one.instrument.value,
            "source": own.origin or None,
        }
        for one in own.carried
    ]
