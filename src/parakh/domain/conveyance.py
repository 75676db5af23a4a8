"""Conveyances (transport units) and where they were: crossings, sightings, moves in a port."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from parakh.domain.voyage import Direction


class ConveyanceKind(StrEnum):
    """What carries goods or persons."""

    VEHICLE = "vehicle"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    CONTAINER = "container"


@dataclass(frozen=True, kw_only=True, slots=True)
class Conveyance:
    """One vehicle, vessel, aircraft or container.

    Attributes:
        identifier: the plate, IMO number, registration mark or container number that it is known
            by, as `parakh.normalise.identifiers` writes it; unique among its kind and country.
        country: of registration or flag (alpha-3), where it is known; None for containers.
        name: of a vessel, in capitals.
    """

    id: str
    kind: ConveyanceKind
    identifier: str
    country: str | None = None
    name: str = ""


class MovementKind(StrEnum):
    """What a conveyance did, or where it was seen."""

    CROSSING = "crossing"
    SIGHTING = "sighting"
    LOADED = "loaded"
    DISCHARGED = "discharged"
    GATE_IN = "gate_in"
    GATE_OUT = "gate_out"
    WEIGHED = "weighed"


class Heading(StrEnum):
    """Where a vehicle that was seen inland was going."""

    INLAND = "inland"
    BORDER = "border"


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """One place and time of a conveyance, as one source told it.

    Attributes:
        place: the post, terminal or port, by the name that its source gives it.
        port: of the centre, for what happened at one; "" inland.
        direction: of a crossing; `heading` of a sighting.
        gross_kg: weighed mass with load; None where it was not weighed.
        empty: whether it was declared or seen empty.
        seal: number of the seal that it bore.
        goods: number of the bill or declaration of what it carried, as told; "" if untold.
        consignment_id: the same goods among consignments, once they are known.
        driver: number of the document of who brought it, in capitals; "" if untold.
        traveller_id: the same person among travellers, where he was recognised.
        picture_id: a picture of it, among pictures.
    """

    id: str
    conveyance_id: str
    kind: MovementKind
    at: datetime
    place: str
    port: str = ""
    direction: Direction | None = None
    heading: Heading | None = None
    gross_kg: float | None = None
    empty: bool | None = None
    seal: str = ""
    goods: str = ""
    consignment_id: str | None = None
    driver: str = ""
    traveller_id: str | None = None
    picture_id: str | None = None
