"""Seizure, suspect and company records as declared, checked and made comparable."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from parakh.domain.conveyance import ConveyanceKind
from parakh.domain.enforcement import (
    CompanyRecord,
    EnforcementRecord,
    Place,
    RecordKind,
    SeizureRecord,
    SuspectRecord,
)
from parakh.domain.outcome import Commodity, Concealment, Measure, Money, Seizure
from parakh.errors import Unreadable
from parakh.ingest.goods_records import DeclaredEnforcement
from parakh.normalise.dates import read_birth_date
from parakh.normalise.documents import document_number
from parakh.normalise.fields import BadField, checked, country, moment, number, one_of, required
from parakh.normalise.identifiers import read_container
from parakh.normalise.movements import conveyance_number
from parakh.normalise.names import read_name
from parakh.normalise.plates import Forms

Told = Mapping[str, Any]
_HUNDREDTH = Decimal("0.01")
_CURRENCY = re.compile(r"[A-Z]{3}")
_SIGNS = re.compile(r"[^A-Z0-9]")


def record(
    declared: DeclaredEnforcement, record_id: str, now: datetime, forms: Forms
) -> EnforcementRecord:
    """A declared record without its pictures; raises BadField for the first field that cannot be
    used."""
    source = required("source", declared.source, 60)
    reference = required("reference", declared.reference, 80)
    told = {name: own for name, own in declared.data.items() if own is not None}
    match RecordKind(declared.kind):
        case RecordKind.SEIZURE:
            return _seizure(told, record_id, source, reference, now, forms)
        case RecordKind.SUSPECT:
            return _suspect(told, record_id, source, reference, now)
        case RecordKind.COMPANY:
            return _company(told, record_id, source, reference, now)


def number_of(text: str) -> str:
    """A registration or transport number in capitals without blanks and signs."""
    return _SIGNS.sub("", text.upper())


def _seizure(
    told: Told, record_id: str, source: str, reference: str, now: datetime, forms: Forms
) -> SeizureRecord:
    unit = told.get("conveyance") or {}
    kind = unit.get("kind", "")
    number_told = _text(unit, "number")
    return SeizureRecord(
        id=record_id,
        source=source,
        reference=reference,
        at=moment("at", _text(told, "at"), now),
        place=_place(told.get("place") or {}),
        seizures=tuple(_goods(own) for own in told.get("goods") or ()),
        origin=_text(told, "origin").upper(),
        destination=_text(told, "destination").upper(),
        route=tuple(own.strip().upper() for own in told.get("route") or ()),
        conveyance_kind=kind,
        conveyance=_conveyance(kind, number_told, unit, forms) if number_told else "",
        container=checked("container", read_container, _text(told, "container"))
        if _text(told, "container")
        else "",
        concealment=Concealment(told.get("concealment") or Concealment.NOT_HIDDEN),
        concealment_note=_text(told, "concealment_note"),
        method=_text(told, "method"),
        suspects=_texts(told.get("suspects")),
        companies=_texts(told.get("companies")),
        consignment="".join(_text(told, "consignment").upper().split()),
        penalty=_money("penalty", told, "penalty", "penalty_currency"),
        summary=_text(told, "summary"),
    )


def _conveyance(kind: str, text: str, unit: Told, forms: Forms) -> str:
    """As conveyances are known; one that breaks the rules of its numbers is kept as it was told,
    for the record is of what was found, not of what should have been there."""
    try:
        return conveyance_number(
            ConveyanceKind(kind), text, country("country", _text(unit, "country")), forms
        )
    except Unreadable:
        return number_of(text)


def _place(told: Told) -> Place:
    latitude = _degrees("latitude", told, 90)
    longitude = _degrees("longitude", told, 180)
    if (latitude is None) != (longitude is None):
        raise BadField("place", "has one coordinate without the other")
    return Place(
        name=required("place", _text(told, "name"), 120),
        country=country("country", _text(told, "country")),
        latitude=latitude,
        longitude=longitude,
    )


def _degrees(field: str, told: Told, most: int) -> float | None:
    text = _text(told, field)
    if not text:
        return None
    found = float(text)
    if abs(found) > most:
        raise BadField(field, f"is not between -{most} and {most} degrees")
    return found


def _goods(told: Told) -> Seizure:
    return Seizure(
        commodity=one_of("commodity", Commodity, told["commodity"]),
        description=_text(told, "description"),
        quantity=number("quantity", _text(told, "quantity")),
        measure=Measure(told.get("measure") or Measure.KILOGRAM),
        value=_money("value", told, "value", "currency"),
    )


def _money(field: str, told: Told, amount: str, currency: str) -> Money | None:
    found = number(field, _text(told, amount))
    if found is None:
        return None
    code = _text(told, currency)
    if not _CURRENCY.fullmatch(code):
        raise BadField(currency, "is missing or no currency of ISO 4217")
    return Money(amount=found.quantize(_HUNDREDTH), currency=code)


def _suspect(
    told: Told, record_id: str, source: str, reference: str, now: datetime
) -> SuspectRecord:
    name = read_name(_text(told, "family_name"), _text(told, "given_names"))
    if not name.full:
        raise BadField("family_name", "is missing")
    born = checked(
        "birth_date", lambda text: read_birth_date(text, now.date()), _text(told, "birth_date")
    )
    return SuspectRecord(
        id=record_id,
        source=source,
        reference=reference,
        family_name=name.family,
        given_names=name.given,
        aliases=tuple(own.upper() for own in _texts(told.get("aliases"))),
        birth_date=str(born or ""),
        nationality=country("nationality", _text(told, "nationality")),
        documents=tuple(
            (
                own["type"],
                document_number(own["number"]),
                country("issuer", _text(own, "issuer")) or "",
            )
            for own in told.get("documents") or ()
        ),
        suspicion=_text(told, "suspicion"),
        reported_on=_day("reported_on", _text(told, "reported_on"), now),
    )


def _company(
    told: Told, record_id: str, source: str, reference: str, now: datetime
) -> CompanyRecord:
    return CompanyRecord(
        id=record_id,
        source=source,
        reference=reference,
        name=required("name", _text(told, "name"), 200).upper(),
        aliases=tuple(own.upper() for own in _texts(told.get("aliases"))),
        identifier=number_of(_text(told, "identifier")),
        country=country("country", _text(told, "country")),
        address=_text(told, "address"),
        role=_text(told, "role"),
        suspicion=_text(told, "suspicion"),
        reported_on=_day("reported_on", _text(told, "reported_on"), now),
    )


def _day(field: str, text: str, now: datetime) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise BadField(field, "is no date") from None
    if found > now.date():
        raise BadField(field, "lies in the future")
    return found


def _text(told: Told, name: str) -> str:
    return str(told.get(name) or "").strip()


def _texts(told: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(own.strip() for own in told or () if own.strip()))
