"""What was found, as a form of the console sends it: goods, penalty, law and place."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Form

from parakh.domain.alert import OutcomeKind
from parakh.domain.outcome import Commodity, Concealment, Details, Measure, Money, Seizure
from parakh.errors import InvalidInput

E = TypeVar("E", bound=StrEnum)

ROWS = 4
"""Kinds of goods that a form has lines for; the API takes more."""

OFFERED: dict[str, Any] = {
    "outcomes": list(OutcomeKind),
    "commodities": list(Commodity),
    "measures": list(Measure),
    "concealments": list(Concealment),
    "goods_rows": ROWS,
}
"""What the form of an outcome offers; its template is `outcome_macros.html`."""

_Texts = Annotated[list[str], Form(max_length=ROWS)]
_Text = Annotated[str, Form(max_length=400)]


def _form_details(
    commodity: _Texts = [],  # noqa: B006  (never changed)
    description: _Texts = [],  # noqa: B006
    quantity: _Texts = [],  # noqa: B006
    measure: _Texts = [],  # noqa: B006
    value: _Texts = [],  # noqa: B006
    value_currency: _Texts = [],  # noqa: B006
    chapter: _Texts = [],  # noqa: B006
    concealment: _Texts = [],  # noqa: B006
) -> tuple[Seizure, ...]:
    columns = (commodity, description, quantity, measure, value, value_currency, chapter,
               concealment)  # fmt: skip
    found = (_seizure([own[row] if row < len(own) else "" for own in columns])
             for row in range(ROWS))  # fmt: skip
    return tuple(own for own in found if own is not None)


def _details(
    seizures: Annotated[tuple[Seizure, ...], Depends(_form_details)],
    penalty: _Text = "",
    penalty_currency: _Text = "",
    legal_reference: _Text = "",
    place: _Text = "",
) -> Details:
    return Details(
        seizures=seizures,
        penalty=_money(penalty, penalty_currency, "the penalty"),
        legal_reference=legal_reference,
        place=place,
    )


Found = Annotated[Details, Depends(_details)]
"""The details of an outcome as a handler's argument; lines that name no goods are left out."""


def _seizure(row: Sequence[str]) -> Seizure | None:
    commodity, description, quantity, measure, value, currency, chapter, concealment = (
        own.strip() for own in row
    )
    if not commodity:
        if description or quantity or value:
            raise InvalidInput("choose the kind of goods that were seized")
        return None
    return Seizure(
        commodity=_one_of(Commodity, commodity),
        description=description,
        quantity=_number(quantity, "the quantity") if quantity else None,
        measure=_one_of(Measure, measure or Measure.KILOGRAM),
        value=_money(value, currency, "the value"),
        chapter=int(_number(chapter, "the chapter")) if chapter else None,
        concealment=_one_of(Concealment, concealment or Concealment.NOT_HIDDEN),
    )


def _money(amount: str, currency: str, what: str) -> Money | None:
    if not amount.strip():
        return None
    return Money(amount=_number(amount, what), currency=currency)


def _number(text: str, what: str) -> Decimal:
    try:
        found = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise InvalidInput(f"{what} is not a number")
    return found


def _one_of(kind: type[E], text: str) -> E:
    try:
        return kind(text)
    except ValueError:
        raise InvalidInput("choose one of the values that the form offers") from None
