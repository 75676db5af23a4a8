"""What a consignment's containers did by its voyage."""

from collections.abc import Iterator, Mapping

from parakh.domain.consignment import Consignment
from parakh.domain.conveyance import Movement, MovementKind
from parakh.domain.ids import new_id
from parakh.domain.voyage import Voyage
from parakh.store import boxes


def brought(own: Consignment) -> Iterator[tuple[str, str]]:
    """The voyage with each container that it brings or takes."""
    if own.voyage_id and not own.cancelled:
        for use in own.containers:
            yield own.voyage_id, use.number


def movements(
    own: Consignment, voyage: Voyage, units: Mapping[str, str]
) -> Iterator[tuple[str, Movement]]:
    """That the containers were loaded and discharged, as far as the voyage's times tell when."""
    leaves, comes = voyage.leaves_at, voyage.due_at if voyage.arrival else None
    told = (
        (MovementKind.LOADED, leaves if voyage.departure else None, own.loading_port),
        (MovementKind.DISCHARGED, comes, own.discharge_port),
    )
    for kind, at, place in told:
        if at is None or not place:
            continue
        for use in own.containers:
            value = Movement(
                id=new_id(),
                conveyance_id=units[use.number],
                kind=kind,
                at=at,
                place=place,
                port=own.port if place == own.port else "",
                direction=own.direction if place == own.port else None,
                gross_kg=use.gross_kg,
                empty=use.empty,
                seal=use.seal,
                consignment_id=own.id,
            )
            yield boxes.key_of(voyage.id, use.number, kind), value
