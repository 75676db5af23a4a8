"""How declared goods travel: mode, voyage, ports, direction, and what carries them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from parakh.domain.consignment import BillKind
from parakh.domain.conveyance import ConveyanceKind
from parakh.domain.message import Problem, Severity
from parakh.domain.voyage import Direction, Mode, Voyage
from parakh.domain.watchlist import IdentifierKind
from parakh.errors import Unreadable
from parakh.ingest.goods_records import DeclaredConsignment
from parakh.ingest.records import DeclaredVoyage
from parakh.ingest.submission import Submission
from parakh.normalise.assemble import assemble
from parakh.normalise.codes import port_country
from parakh.normalise.goods_values import Home, Notes, capitals, day_near, is_port, port_code
from parakh.normalise.identifiers import read_identifier
from parakh.normalise.plates import Forms, check_plate, plate

_PORTS = {"loading_port": "port of loading", "discharge_port": "port of discharge"}
_MODES = {own.value: own for own in Mode}
_DIRECTIONS = {own.value: own for own in Direction}
_UNITS = {own.value: own for own in ConveyanceKind}


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """The conveyance that a record names, by which it is found."""

    kind: ConveyanceKind
    identifier: str
    country: str | None
    name: str


def voyage_of(
    journey: DeclaredVoyage, home: str, today: date
) -> tuple[Voyage, tuple[Problem, ...]]:
    """The voyage that a record names, as passenger lists would, so that both find one voyage by its
    natural key; and what is wrong with it."""
    base = Submission(
        ordinal=1, message_type="", version="", reference="", function="", line=journey.line,
        start=0, end=0, voyages=(journey,),
    )  # fmt: skip
    found = assemble(base, home, today)
    return found.voyages[0], found.problems


def line_of(own: DeclaredConsignment, name: str) -> int:
    """The line on which a value stands, else that of the record."""
    return own.lines.get(name, own.line)


def mode_of(own: DeclaredConsignment, notes: Notes) -> Mode | None:
    """The mode as told; an air waybill goes by air."""
    if not own.mode:
        return Mode.AIR if own.kind == BillKind.AIR_WAYBILL else None
    mode = _MODES.get(own.mode.lower())
    if mode is None:
        notes.add(own.line, "the mode of transport is not known", Severity.WARNING)
    return mode


def journey_of(
    own: DeclaredConsignment, mode: Mode | None, said_at: datetime, home: Home
) -> DeclaredVoyage | None:
    """The voyage, if a number is told and a port or day by which it can be found."""
    if mode is None or not (own.number or own.carrier):
        return None
    air = mode is Mode.AIR
    origin, destination = port_code(own.origin, air=air), port_code(own.destination, air=air)
    if not (origin or destination):
        # The port of our own country is the same for all goods that come or go with it there.
        loading, discharge = (
            port_code(one, air=air) for one in (own.loading_port, own.discharge_port)
        )
        destination = discharge if port_country(discharge) == home.country else ""
        origin = loading if not destination and port_country(loading) == home.country else ""
    if not (origin or destination):
        return None
    return DeclaredVoyage(
        line=own.lines.get("voyage", own.line) if own.lines else own.line,
        mode=mode.value,
        carrier=own.carrier,
        number=own.number,
        origin=origin,
        destination=destination,
        departure=day_near(own.departure, said_at.date()),
        arrival=day_near(own.arrival, said_at.date()),
    )


def ports_of(own: DeclaredConsignment, mode: Mode | None, notes: Notes) -> tuple[str, str]:
    """Ports of loading and of discharge, as voyages name ports."""
    found = []
    for name, what in (
        ("loading_port", "port of loading"),
        ("discharge_port", "port of discharge"),
    ):
        code = port_code(getattr(own, name), air=mode is Mode.AIR)
        if code and not is_port(code):
            notes.add(line_of(own, name), f"{what}: is no known port", Severity.WARNING)
        found.append(code)
    return found[0], found[1]


def direction_of(
    own: DeclaredConsignment,
    loading: str,
    discharge: str,
    journey: DeclaredVoyage | None,
    home: Home,
) -> Direction:
    """Which way goods go: as told, else by their own ports, else by those of their voyage.

    Goods that go on to another country from our port are in transit.
    """
    if own.direction in _DIRECTIONS:
        return _DIRECTIONS[own.direction]
    for origin, destination in _ends(loading, discharge, journey):
        comes = port_country(origin) == home.country
        goes = port_country(destination) == home.country
        last = port_country(port_code(own.route[-1], air=False)) if own.route else None
        if goes and not comes:
            onward = last is not None and last != home.country
            return Direction.TRANSIT if onward else Direction.ENTRY
        if comes and not goes:
            return Direction.EXIT
        if destination and origin and not (comes or goes):
            return Direction.TRANSIT
    return Direction.ENTRY


def _ends(
    loading: str, discharge: str, journey: DeclaredVoyage | None
) -> Iterator[tuple[str, str]]:
    yield loading, discharge
    if journey is not None:
        yield journey.origin, journey.destination


def home_port_of(
    own: DeclaredConsignment,
    mode: Mode | None,
    loading: str,
    discharge: str,
    journey: DeclaredVoyage | None,
    home: Home,
) -> str:
    """The port of our own country: as told, else of the goods, else of the voyage."""
    told = port_code(own.port, air=mode is Mode.AIR)
    if told:
        return told
    for origin, destination in _ends(loading, discharge, journey):
        for code in (destination, origin):
            if code and port_country(code) == home.country:
                return code
    return ""


def unit_of(own: DeclaredConsignment, forms: Forms, notes: Notes) -> Unit | None:
    """The vessel, aircraft or vehicle; a vessel that is told by its name alone is none."""
    kind = _UNITS.get(own.conveyance_kind)
    if kind is None or not plate(own.conveyance):
        return None
    land = notes.country(own.line, "country of the conveyance", own.conveyance_country)
    return Unit(
        kind=kind,
        identifier=_unit_number(own, kind, land, forms, notes),
        country=land,
        name=capitals(own.conveyance_name),
    )


def _unit_number(
    own: DeclaredConsignment, kind: ConveyanceKind, land: str | None, forms: Forms, notes: Notes
) -> str:
    value = plate(own.conveyance)
    try:
        if kind is ConveyanceKind.VESSEL:
            return read_identifier(IdentifierKind.IMO, own.conveyance)
        if kind is ConveyanceKind.VEHICLE:
            check_plate(value, land, forms)
    except Unreadable as error:
        notes.add(own.line, f"conveyance: {error}", Severity.WARNING)
    return value
