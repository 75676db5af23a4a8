"""Currency declarations as declared, checked and made comparable."""

import re
from datetime import datetime
from decimal import Decimal

from parakh.domain.currency import Carried, CurrencyDeclaration, Instrument
from parakh.domain.outcome import Money
from parakh.domain.traveller import SHORTEST_PROOF, is_number
from parakh.domain.voyage import Direction
from parakh.ingest.goods_records import DeclaredAmount, DeclaredCurrency
from parakh.normalise.dates import read_birth_date
from parakh.normalise.documents import document_number
from parakh.normalise.fields import (
    BadField,
    bounded,
    checked,
    country,
    moment,
    number,
    one_of,
    required,
)
from parakh.normalise.names import comparison_form, read_name

_CURRENCY = re.compile(r"[A-Z]{3}")
_HUNDREDTH = Decimal("0.01")
_KEY = 200


def declaration(
    declared: DeclaredCurrency, declaration_id: str, now: datetime
) -> CurrencyDeclaration:
    """A declared currency declaration; amounts have no value in the centre's currency yet.

    Raises BadField for the first field that cannot be used.
    """
    at = moment("at", declared.at, now)
    family = bounded("family_name", declared.family_name, 150)
    given = bounded("given_names", declared.given_names, 150)
    if not (family or given):
        raise BadField("family_name", "is missing")
    if not declared.amounts:
        raise BadField("amounts", "is missing")
    return CurrencyDeclaration(
        id=declaration_id,
        source=required("source", declared.source, 60),
        reference=required("reference", declared.reference, 80),
        port=bounded("port", declared.port, 5).upper(),
        direction=one_of("direction", Direction, declared.direction),
        at=at,
        name=read_name(family, given),
        birth_date=checked(
            "birth_date", lambda text: read_birth_date(text, now.date()), declared.birth_date
        ),
        nationality=country("nationality", declared.nationality),
        document_number=document_number(bounded("document_number", declared.document_number, 40)),
        document_issuer=country("document_issuer", declared.document_issuer),
        booking_reference=bounded("booking_reference", declared.booking_reference, 12).upper(),
        family=bounded("family", declared.family, 80),
        carried=tuple(_carried(own) for own in declared.amounts),
        origin=bounded("origin", declared.origin, 500),
        purpose=bounded("purpose", declared.purpose, 500),
        owner=bounded("owner", declared.owner, 200).upper(),
        recipient=bounded("recipient", declared.recipient, 200).upper(),
    )


def bearer_key(own: CurrencyDeclaration) -> str:
    """Equal for the declarations of one person, as far as they tell who he is: his document's
    number, else the words of his name in the order of the alphabet and his birth date."""
    if is_number(own.document_number, SHORTEST_PROOF):
        return f"document:{own.document_number}"
    words = " ".join(sorted(comparison_form(own.name.full).split()))
    return f"name:{own.birth_date or ''}:{words}"[:_KEY]


def _carried(declared: DeclaredAmount) -> Carried:
    amount = number("amount", declared.amount)
    if amount is None:
        raise BadField("amount", "is missing")
    code = declared.currency.strip().upper()
    if not _CURRENCY.fullmatch(code):
        raise BadField("currency", "is no currency of ISO 4217")
    return Carried(
        instrument=one_of("instrument", Instrument, declared.instrument),
        money=Money(amount=amount.quantize(_HUNDREDTH), currency=code),
    )
