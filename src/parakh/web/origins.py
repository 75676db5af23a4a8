"""For each value of a traveller: what was declared for it, in which message, on which line."""

from collections.abc import Iterator
from dataclasses import dataclass

from parakh.services.voyages import TravellerView
from parakh.store.travellers import SourceRecord

ATTRIBUTES = (
    "family_name",
    "given_names",
    "birth_date",
    "sex",
    "nationality",
    "residence",
    "embarkation",
    "debarkation",
    "booking_reference",
    "seat",
    "bags",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What one message said: the text as declared, and its place."""

    text: str
    message_id: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A value as the centre holds it, and everything that was declared for it, newest first."""

    attribute: str
    value: str
    told: tuple[Told, ...]


def values_of(view: TravellerView) -> list[Value]:
    """Every attribute that is known or was declared."""
    traveller = view.traveller
    held = {name: getattr(traveller, name, None) for name in ATTRIBUTES} | {
        "family_name": traveller.name.family,
        "given_names": traveller.name.given,
        "bags": ", ".join(traveller.bags),
    }
    values = [
        Value(
            attribute=name,
            value=str(held[name] or ""),
            told=tuple(_told(view.sources, name)),
        )
        for name in ATTRIBUTES
    ]
    return [value for value in values if value.value or value.told]


def _told(sources: tuple[SourceRecord, ...], name: str) -> Iterator[Told]:
    for source in sources:
        declared = getattr(source.declared, name)
        text = ", ".join(declared) if isinstance(declared, tuple) else str(declared)
        if text:
            line = source.declared.lines.get(name, source.line)
            yield Told(text=text, message_id=source.message_id, line=line)
