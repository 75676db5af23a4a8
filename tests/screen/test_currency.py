"""Patterns of currency declarations: split under the threshold, shared, out and never in."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest

from parakh.domain.currency import Carried, CurrencyDeclaration, Instrument
from parakh.domain.hit import Agreement, Kind, Ref
from parakh.domain.outcome import Money
from parakh.domain.traveller import PersonName, Traveller, TravellerRole
from parakh.domain.voyage import Direction
from parakh.screen.currency import CurrencyScreener, Known, Policy, patterns
from parakh.screen.screener import TravellerSubject

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLICY = Policy(threshold=Decimal(10_000), window=timedelta(days=30), currency="USD")
_NUMBERS = count()


def told(
    value: int | None,
    days_ago: float = 1,
    way: Direction = Direction.EXIT,
    family: str = "",
    who: str = "A1",
) -> CurrencyDeclaration:
    """A declaration of so much so long ago."""
    amount = Money(amount=Decimal(value or 1), currency="USD")
    worth = None if value is None else Decimal(value)
    return CurrencyDeclaration(
        id=f"d{next(_NUMBERS)}",
        source="S",
        reference="R",
        port="KHI",
        direction=way,
        at=NOW - timedelta(days=days_ago),
        name=PersonName(family="NOON", given="GULAB"),
        document_number=who,
        family=family,
        carried=(Carried(instrument=Instrument.CASH, money=amount, value=worth),),
    )


IN, OUT = Direction.ENTRY, Direction.EXIT


@pytest.mark.parametrize(
    ("own", "scores"),
    [
        ([], []),
        ([told(9500, 3), told(9500, 2)], []),
        ([told(9500, 9), told(9500, 5), told(9500, 2)], [0.875, 0.75]),
        ([told(9500, 9, IN), told(8000, 5, IN), told(100, 2, IN)], [0.75]),
        ([told(7000, 9, IN), told(7999, 5, IN), told(9500, 2, IN)], []),
        ([told(9500, 60, IN), told(9500, 5, IN), told(9500, 2, IN)], []),
        ([told(10_000, 9, IN), told(12_000, 5, IN), told(15_000, 2, IN)], []),
        ([told(None, 9, IN), told(9500, 5, IN), told(9500, 2, IN)], []),
        ([told(15_000, 200), told(15_000, 2)], [0.5]),
        ([told(15_000, 200), told(15_000, 100)], []),
        ([told(15_000, 200), told(15_000, 2), told(14_000, 50, IN)], []),
        ([told(40_000, 200), told(40_000, 9), told(40_000, 2), told(20_000, 50, IN)], [0.625]),
        ([told(40_000, 2)], []),
        ([told(15_000, 400), told(15_000, 2)], []),
    ],
    ids=[
        "none",
        "two are no pattern",
        "three just under",
        "two just under and a small one",
        "one just under",
        "over more than the window",
        "not under the threshold",
        "without a rate",
        "out again and again",
        "long ago",
        "half of it came in",
        "a good part came in",
        "once",
        "over more than a year",
    ],
)
def test_patterns(own: list[CurrencyDeclaration], scores: list[float]) -> None:
    own.sort(key=lambda one: one.at)
    found = patterns(Known(own=own, family=()), POLICY, NOW)
    assert [round(one.score, 3) for one in found] == scores


@pytest.mark.parametrize(
    ("family", "count_"),
    [
        ([told(9500, family="F", who="A2")], 1),
        ([told(9500, family="F", who="A1")], 0),
        ([told(9500, family="G", who="A2")], 0),
        ([told(9500, family="F", who="A2", days_ago=9)], 0),
        ([told(9500, 1, IN, family="F", who="A2")], 0),
        ([told(19_500, family="F", who="A2")], 0),
    ],
    ids=["of one form", "himself", "another form", "another journey", "the other way", "over it"],
)
def test_families(family: list[CurrencyDeclaration], count_: int) -> None:
    own = told(9000, family="F")
    found = patterns(Known(own=[own], family=[own, *family]), POLICY, NOW)
    assert len(found) == count_


class _Told:
    def __init__(self, *own: CurrencyDeclaration) -> None:
        self._own = own

    def known(self, subjects: object) -> dict[str, Known]:
        return {"t1": Known(own=self._own, family=())}


def _subject(kind: Kind = Kind.TRAVELLER) -> TravellerSubject:
    person = Traveller(
        id="t1",
        voyage_id="",
        role=TravellerRole.PASSENGER,
        name=PersonName(family="NOON", given="GULAB"),
    )
    return TravellerSubject(ref=Ref(kind=kind, id="t1"), traveller=person, voyage=None)


def test_a_hit_is_on_the_newest_of_the_surest_pattern_and_tells_each() -> None:
    own = (told(800, 20, IN), told(9500, 9), told(9000, 5), told(9900, 2))
    screener = CurrencyScreener(_Told(*own), POLICY, lambda: NOW)
    ((hit,),) = screener.screen([_subject()])
    assert hit.target == Ref(kind=Kind.CURRENCY, id=own[-1].id)
    assert (hit.score, hit.threshold) == (0.875, 0.5)
    assert [item.ours for item in hit.evidence] == [
        "800 USD",
        "9,500 USD",
        "9,000 USD",
        "9,900 USD",
    ]
    assert {item.agreement for item in hit.evidence} == {Agreement.AGREES}
    assert abs(sum(item.weight for item in hit.evidence) - hit.score) < 0.001


def test_who_is_not_on_file_is_not_screened() -> None:
    screener = CurrencyScreener(_Told(), POLICY, lambda: NOW)
    assert not screener.applies(_subject(Kind.CAPTURE))
    assert screener.screen([_subject()]) == [[]]
