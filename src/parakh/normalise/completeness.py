"""How much of what a carrier must tell of each traveller it told, in values that can be used.

The attributes are the data elements of the WCO/IATA/ICAO Guidelines on Advance Passenger
Information ("Data to be captured and transmitted"): those of the travel document's machine readable
zone are required, the others wanted.
"""

from collections.abc import Callable, Iterator, Sequence

from parakh.domain.traveller import DocumentType
from parakh.errors import Unreadable
from parakh.ingest.records import DeclaredDocument, DeclaredTraveller
from parakh.normalise.codes import country, port_country
from parakh.normalise.dates import read_datetime
from parakh.normalise.documents import document_number, document_type
from parakh.normalise.names import read_name

REQUIRED = (
    "family_name",
    "birth_date",
    "sex",
    "nationality",
    "document_number",
    "document_type",
    "document_issuer",
    "document_expiry",
)
"""Who has all of these is complete. Given names are not among them: some people have one name."""

WANTED = ("given_names", "embarkation", "debarkation")

OF_PASSENGERS = ("booking_reference", "seat")
"""Wanted of passengers; a crew has neither."""

ATTRIBUTES = (*REQUIRED, *WANTED, *OF_PASSENGERS)

COMPLETE = "complete"
"""How many have every required value."""

PASSENGERS = "passengers"
"""How many are no crew: of so many the values in OF_PASSENGERS are wanted."""

_SEXES = frozenset({"M", "F", "X", "U", "<"})


def filled(declared: Sequence[DeclaredTraveller]) -> dict[str, int]:
    """How many travellers have each attribute of ATTRIBUTES with a usable value.

    Two counts more are under COMPLETE and PASSENGERS. A date is usable when it has a year, a month
    and a day of the calendar, a country and a port when they are known. Of several documents the
    one that tells most counts; a visa is none.
    """
    counts = dict.fromkeys((*ATTRIBUTES, COMPLETE, PASSENGERS), 0)
    for traveller in declared:
        told = set(_told(traveller))
        for name in told:
            counts[name] += 1
        counts[COMPLETE] += told.issuperset(REQUIRED)
        counts[PASSENGERS] += traveller.role != "crew"
    return counts


def _told(traveller: DeclaredTraveller) -> Iterator[str]:
    name = read_name(traveller.family_name, traveller.given_names)
    values: dict[str, object] = {
        "family_name": name.family or name.given,
        "given_names": name.family and name.given,
        "birth_date": _is_date(traveller.birth_date),
        "sex": traveller.sex.strip().upper() in _SEXES,
        "nationality": country(traveller.nationality),
        "embarkation": port_country(traveller.embarkation),
        "debarkation": port_country(traveller.debarkation),
    }
    if traveller.role != "crew":
        values["booking_reference"] = traveller.booking_reference.strip()
        values["seat"] = traveller.seat.strip("0 ")
    yield from (attribute for attribute, value in values.items() if value)
    yield from max(map(_of_document, traveller.documents), key=len, default=())


_DOCUMENT: tuple[tuple[str, Callable[[DeclaredDocument], object]], ...] = (
    ("document_number", lambda own: document_number(own.number)),
    ("document_type", lambda own: own.type.strip()),
    ("document_issuer", lambda own: country(own.issuer)),
    ("document_expiry", lambda own: _is_date(own.expiry)),
)


def _of_document(document: DeclaredDocument) -> list[str]:
    """What is usable of a document; nothing of a visa, which is no travel document."""
    if document_type(document.type) is DocumentType.VISA:
        return []
    return [name for name, value in _DOCUMENT if value(document)]


def _is_date(text: str) -> bool:
    # Two-digit years need no century here: which one is meant makes no day of the calendar another.
    try:
        return read_datetime(text) is not None
    except Unreadable:
        return False
