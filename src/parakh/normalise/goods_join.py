"""One consignment from what several messages say of it: its bill, and its declaration."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from parakh.domain.consignment import Consignment, ContainerUse, Party
from parakh.normalise.goods import with_totals

T = TypeVar("T")


def join(bills: Sequence[Consignment], declarations: Sequence[Consignment]) -> Consignment:
    """What bills (the newest first) and declarations say together; at least one is there.

    Of the transport the bill is believed, of the goods the declaration: its items stand where it
    has some. Parties and containers of both are kept. Of one value told twice the newer one holds.
    """
    carried, goods = [*bills, *declarations], [*declarations, *bills]
    base = carried[0]
    if len(carried) == 1:
        return base
    joined = replace(
        base,
        reference=_first(carried, lambda own: own.reference, ""),
        kind=_first(carried, lambda own: own.kind, None),
        master_reference=_first(carried, lambda own: own.master_reference, ""),
        mode=_first(carried, lambda own: own.mode, None),
        direction=next((own.direction for own in carried if own.port), base.direction),
        port=_first(carried, lambda own: own.port, ""),
        voyage_id=_first(carried, lambda own: own.voyage_id, None),
        conveyance_id=_first(carried, lambda own: own.conveyance_id, None),
        loading_port=_first(carried, lambda own: own.loading_port, ""),
        discharge_port=_first(carried, lambda own: own.discharge_port, ""),
        route=_first(carried, lambda own: own.route, ()),
        due_at=_first(carried, lambda own: own.due_at, None),
        export_country=_first(goods, lambda own: own.export_country, None),
        packages=_first(goods, lambda own: own.packages, None),
        gross_kg=_first(goods, lambda own: own.gross_kg, None),
        description=_first(goods, lambda own: own.description, ""),
        declaration=_first(goods, lambda own: own.declaration, None),
        items=_first(goods, lambda own: own.items, ()),
        parties=tuple(_parties(goods)),
        containers=tuple(_containers(carried)),
    )
    return with_totals(joined)


def _first(values: Iterable[Consignment], told: Callable[[Consignment], T], nothing: T) -> T:
    return next((value for own in values if (value := told(own))), nothing)


def _parties(values: Iterable[Consignment]) -> Iterator[Party]:
    """All parties, each once in each of its roles."""
    seen = set()
    for party in (party for own in values for party in own.parties):
        same = (party.role, party.identifier or party.name)
        if same not in seen:
            seen.add(same)
            yield party


def _containers(values: Sequence[Consignment]) -> Iterator[ContainerUse]:
    """All containers. The seal is the one that was told last; an earlier other one is the seal at
    loading, unless that is told: by this a container shows that was opened on its way."""
    uses: dict[str, list[ContainerUse]] = {}
    for use in (use for own in values for use in own.containers):
        uses.setdefault(use.number, []).append(use)
    for same in uses.values():
        newest = same[0]
        seals = [use.seal for use in same if use.seal]
        loading = [use.seal_at_loading for use in same if use.seal_at_loading]
        yield replace(
            newest,
            type=newest.type or next((use.type for use in same if use.type), ""),
            seal=seals[0] if seals else "",
            seal_at_loading=(loading or [seal for seal in seals[::-1] if seal != seals[0]] or [""])[
                0
            ],
            empty=_told([use.empty for use in same]),
            gross_kg=_told([use.gross_kg for use in same]),
            shared=_told([use.shared for use in same]),
        )


def _others(seals: Sequence[str]) -> list[str]:
    """Seals other than the newest, the oldest first."""
    return [seal for seal in seals[::-1] if seal != seals[0]]


def _told(values: Sequence[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)
