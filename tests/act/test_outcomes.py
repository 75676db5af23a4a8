"""What an outcome must say, and what it says to those who learn."""

from decimal import Decimal

import pytest

from parakh.act.outcomes import checked, found
from parakh.domain.alert import OutcomeKind as Kind
from parakh.domain.hit import HitState
from parakh.domain.outcome import Commodity, Details, Measure, Money, Seizure
from parakh.errors import InvalidInput

GOLD = Seizure(commodity=Commodity.GOLD, quantity=Decimal("2.0004"))
CONFIRMED, CLEARED, OPEN = HitState.CONFIRMED, HitState.CLEARED, HitState.OPEN


def rupees(amount: str, currency: str = "pkr ") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def test_what_was_seized_is_tidied() -> None:
    own = Seizure(commodity=Commodity.IVORY, quantity=Decimal("7"), measure=Measure.PIECE,
                  description=" tusks ", value=rupees("1200.005"))  # fmt: skip
    told = checked(Kind.SEIZURE, [CONFIRMED], Details(seizures=(GOLD, own), place=" belly hold "))
    gold, ivory = told.seizures
    assert (gold.quantity, gold.chapter) == (Decimal("2.000"), 71)
    assert (ivory.chapter, ivory.description) == (5, "tusks")
    assert ivory.value == Money(amount=Decimal("1200.00"), currency="PKR")
    assert told.place == "belly hold"


def test_an_officer_names_another_chapter() -> None:
    own = Seizure(commodity=Commodity.OTHER, quantity=Decimal(1), chapter=64)
    (told,) = checked(Kind.SEIZURE, [], Details(seizures=(own,))).seizures
    assert told.chapter == 64


def test_currency_needs_its_value_only() -> None:
    own = Seizure(commodity=Commodity.CURRENCY, value=rupees("30000", "USD"))
    (told,) = checked(Kind.SEIZURE, [], Details(seizures=(own,))).seizures
    assert (told.quantity, told.chapter) == (None, 49)


@pytest.mark.parametrize(
    ("kind", "states", "details", "cause"),
    [
        (Kind.SEIZURE, [CONFIRMED], Details(), "what was seized"),
        (Kind.FALSE_MATCH, [CONFIRMED], Details(), "false match"),
        (Kind.NOTHING_FOUND, [], Details(seizures=(GOLD,)), "goods were seized"),
        (Kind.DATA_ERROR, [], Details(penalty=rupees("5")), "penalty was imposed"),
        (Kind.SEIZURE, [], Details(seizures=(GOLD,) * 51), "at most 50"),
        (Kind.SEIZURE, [], Details(seizures=(Seizure(commodity=Commodity.GOLD),)), "the quantity"),
        (Kind.SEIZURE, [], Details(seizures=(Seizure(commodity=Commodity.CURRENCY),)), "quantity"),
        (Kind.PENALTY, [], Details(penalty=rupees("5", "rupees")), "currency of three letters"),
        (Kind.PENALTY, [], Details(penalty=rupees("0")), "more than nothing"),
        (Kind.PENALTY, [], Details(penalty=rupees("NaN")), "more than nothing"),
        (Kind.PENALTY, [], Details(penalty=rupees("0.001")), "at least 0.01"),
        (Kind.PENALTY, [], Details(penalty=rupees("1e13")), "million million"),
        (Kind.ARREST, [], Details(place="x" * 301), "more than 300"),
        (
            Kind.SEIZURE,
            [],
            Details(
                seizures=(Seizure(commodity=Commodity.OTHER, quantity=Decimal(1), chapter=99),)
            ),
            "1 to 97",
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    kind: Kind, states: list[HitState], details: Details, cause: str
) -> None:
    with pytest.raises(InvalidInput, match=cause):
        checked(kind, states, details)


@pytest.mark.parametrize(
    ("kinds", "state", "expected"),
    [
        ({Kind.SEIZURE}, CONFIRMED, True),
        ({Kind.REFUSED}, OPEN, True),
        ({Kind.NOTHING_FOUND}, CONFIRMED, False),
        ({Kind.NOTHING_FOUND, Kind.ARREST}, CONFIRMED, True),
        ({Kind.SEIZURE}, CLEARED, False),
        ({Kind.DATA_ERROR}, CONFIRMED, None),
        ({Kind.DATA_ERROR, Kind.NOTHING_FOUND}, CONFIRMED, False),
        ({Kind.FALSE_MATCH}, CLEARED, False),
    ],
)
def test_whether_something_was_found(
    kinds: set[Kind], state: HitState, expected: bool | None
) -> None:
    assert found(kinds, state) is expected
