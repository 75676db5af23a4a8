"""Movements of conveyances as declared, checked and made comparable."""

from dataclasses import dataclass
from datetime import datetime

from parakh.domain.conveyance import ConveyanceKind, Heading, MovementKind
from parakh.domain.voyage import Direction
from parakh.domain.watchlist import IdentifierKind
from parakh.ingest.goods_records import DeclaredMovement
from parakh.normalise.documents import document_number
from parakh.normalise.fields import (
    BadField,
    bounded,
    checked,
    country,
    flag,
    moment,
    number,
    one_of,
    required,
)
from parakh.normalise.identifiers import read_container, read_identifier
from parakh.normalise.plates import Forms, check_plate, plate

HEAVIEST_KG = 1_000_000
"""No conveyance that is weighed at a post has more."""

_AIRCRAFT = IdentifierKind.AIRCRAFT_REGISTRATION


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """A movement with what it tells of the conveyance, before either is looked up on file.

    `consignment` is the number of a transport document or declaration, without blanks.
    """

    kind: MovementKind
    conveyance_kind: ConveyanceKind
    identifier: str
    country: str | None
    name: str
    at: datetime
    place: str
    port: str
    direction: Direction | None
    heading: Heading | None
    gross_kg: float | None
    empty: bool | None
    seal: str
    consignment: str
    driver: str


def conveyance_number(kind: ConveyanceKind, text: str, country: str | None, forms: Forms) -> str:
    """The number by which a conveyance is known; raises Unreadable if it cannot be one.

    Containers by ISO 6346, vessels by their IMO number, vehicles by the forms of plates of their
    country, aircraft by their registration mark.
    """
    match kind:
        case ConveyanceKind.CONTAINER:
            return read_container(text)
        case ConveyanceKind.VESSEL:
            return read_identifier(IdentifierKind.IMO, text)
        case ConveyanceKind.AIRCRAFT:
            return read_identifier(_AIRCRAFT, text)
        case ConveyanceKind.VEHICLE:
            value = plate(text)
            check_plate(value, country, forms)
            return value


def moved(declared: DeclaredMovement, now: datetime, forms: Forms) -> Moved:
    """A declared movement; raises BadField for the first field that cannot be used."""
    kind = one_of("kind", MovementKind, declared.kind)
    unit = one_of("conveyance_kind", ConveyanceKind, declared.conveyance_kind)
    of = country("country", declared.country)
    gross = number("gross_kg", declared.gross_kg)
    if gross is not None and gross > HEAVIEST_KG:
        raise BadField("gross_kg", "is out of range")
    return Moved(
        kind=kind,
        conveyance_kind=unit,
        identifier=checked(
            "conveyance",
            lambda text: conveyance_number(unit, text, of, forms),
            required("conveyance", declared.conveyance, 40),
        ),
        country=None if unit is ConveyanceKind.CONTAINER else of,
        name=bounded("conveyance_name", declared.conveyance_name, 80).upper(),
        at=moment("at", declared.at, now),
        place=required("place", declared.place, 80),
        port=bounded("port", declared.port, 5).upper(),
        direction=one_of("direction", Direction, declared.direction)
        if declared.direction
        else None,
        heading=one_of("heading", Heading, declared.heading) if declared.heading else None,
        gross_kg=None if gross is None else float(gross),
        empty=flag("empty", declared.empty),
        seal=document_number(bounded("seal", declared.seal, 40)),
        consignment="".join(bounded("consignment", declared.consignment, 60).upper().split()),
        driver=document_number(bounded("driver", declared.driver, 40)),
    )
