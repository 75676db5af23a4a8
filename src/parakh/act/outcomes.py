"""What an outcome must say, and what follows from it for those who learn."""

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import HitState
from parakh.domain.outcome import CHAPTERS, FOUND, SILENT, Commodity, Details, Money, Seizure
from parakh.errors import InvalidInput

MOST_SEIZURES = 50
LONGEST = 300
MOST = Decimal(10) ** 12
_CURRENCY = re.compile(r"[A-Z]{3}")


def checked(kind: OutcomeKind, states: Iterable[HitState], details: Details) -> Details:
    """The details, tidied; raises InvalidInput and says what is missing or does not fit.

    A seizure names what was seized and how much of it; only a seizure does. `states` are those of
    the hits behind the outcome.
    """
    if kind is OutcomeKind.FALSE_MATCH and HitState.CONFIRMED in states:
        raise InvalidInput("a false match cannot have a confirmed hit")
    if kind is OutcomeKind.SEIZURE and not details.seizures:
        raise InvalidInput("say what was seized: the kind of goods and the quantity")
    if details.seizures and kind not in FOUND:
        raise InvalidInput("goods were seized, so that the outcome is another one")
    if details.penalty is not None and kind not in FOUND:
        raise InvalidInput("a penalty was imposed, so that the outcome is another one")
    if len(details.seizures) > MOST_SEIZURES:
        raise InvalidInput(f"at most {MOST_SEIZURES} kinds of goods stand in one outcome")
    return replace(
        details,
        seizures=tuple(_seizure(own) for own in details.seizures),
        penalty=_money(details.penalty, "the penalty"),
        legal_reference=_short(details.legal_reference, "the legal reference"),
        place=_short(details.place, "the place"),
    )


def found(kinds: Iterable[OutcomeKind], state: HitState) -> bool | None:
    """Whether something was found behind a hit, by all outcomes that stand; None if unknown."""
    if state is HitState.CLEARED:
        return False
    telling = set(kinds) - SILENT
    return bool(telling & FOUND) if telling else None


def _seizure(own: Seizure) -> Seizure:
    if own.quantity is None and not (own.commodity is Commodity.CURRENCY and own.value):
        raise InvalidInput("give the quantity that was seized; of currency its value will do")
    quantity = None if own.quantity is None else _amount(own.quantity, "the quantity", "0.001")
    if own.chapter is not None and not 1 <= own.chapter <= 97:
        raise InvalidInput("chapters of the Harmonized System go from 1 to 97")
    return replace(
        own,
        description=_short(own.description, "the description"),
        quantity=quantity,
        value=_money(own.value, "the value"),
        chapter=own.chapter or CHAPTERS.get(own.commodity),
    )


def _money(value: Money | None, what: str) -> Money | None:
    if value is None:
        return None
    currency = value.currency.strip().upper()
    if not _CURRENCY.fullmatch(currency):
        raise InvalidInput(f"{what} needs a currency of three letters (ISO 4217)")
    return Money(amount=_amount(value.amount, what, "0.01"), currency=currency)


def _amount(value: Decimal, what: str, step: str) -> Decimal:
    if not value.is_finite() or not 0 < value < MOST:
        raise InvalidInput(f"{what} is more than nothing and less than a million million")
    rounded = value.quantize(Decimal(step))
    if not rounded:
        raise InvalidInput(f"{what} is at least {step}")
    return rounded


def _short(text: str, what: str) -> str:
    tidy = text.strip()
    if len(tidy) > LONGEST:
        raise InvalidInput(f"{what} has more than {LONGEST} characters")
    return tidy
