"""Voyages, their vetting lists, and all that is known of one traveller."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.alert.triage import HandlingOf, advise
from parakh.domain.delivery import Delivery, delivery
from parakh.domain.hit import (
    Advice,
    Hit,
    HitState,
    Kind,
    Ref,
    ResultState,
    ScreenerResult,
)
from parakh.domain.masking import hidden
from parakh.domain.traveller import Traveller
from parakh.domain.voyage import Crossing, Voyage
from parakh.services import masking
from parakh.services.assessing import handling_of
from parakh.services.centre import Centre
from parakh.store import assessments, carriers, travellers, voyage_templates


@dataclass(frozen=True, kw_only=True, slots=True)
class VoyageRow:
    """A voyage at a glance: announced and seen travellers, hits, and the most urgent advice.

    `delivery` says how it stands with a passenger list that a timetable lets us await; None where
    one came, or where none is awaited. A cancelled voyage is always that.
    """

    voyage: Voyage
    expected: int
    actual: int
    hits: int
    open_hits: int
    worst: Advice | None
    delivery: Delivery | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class VettingRow:
    """A traveller on a vetting list; `advice` follows from the hits as they stand now.

    It is None while the traveller waits to be screened. `staged`: his face is known.
    """

    traveller: Traveller
    crossing: Crossing | None
    advice: Advice | None
    hits: tuple[Hit, ...]
    failed: tuple[str, ...]
    staged: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class VoyageView:
    """A voyage with its vetting list, most urgent first; the faces of `staged` are known."""

    voyage: Voyage
    rows: tuple[VettingRow, ...]
    staged: int


def arrivals(centre: Centre, actor: Actor, since: datetime, until: datetime) -> list[VoyageRow]:
    """Voyages due in [since, until) at the actor's ports, earliest first."""
    actor.require(Permission.SEE_VOYAGES)
    ports = None if actor.everywhere else actor.ports
    with centre.db.read() as connection:
        found = travellers.voyages_between(connection, since, until, ports)
        ids = [voyage.id for voyage in found]
        counts = travellers.crossing_counts(connection, ids)
        hits = assessments.hits_by_voyage(connection, ids)
        given = assessments.advice_by_voyage(connection, ids)
        handling = handling_of(connection, chain.from_iterable(hits.values()))
        awaited = [own.id for own in found if own.scheduled_departure]
        listless = carriers.listless(connection, awaited)
    rows = [
        _row(
            voyage,
            counts.get(voyage.id, (0, 0)),
            hits.get(voyage.id, []),
            given.get(voyage.id, set()),
            handling,
        )
        for voyage in found
    ]
    due = timedelta(minutes=centre.settings.list_due_minutes)
    return [
        replace(row, delivery=delivery(row.voyage, None, centre.clock(), due))
        if row.voyage.cancelled or row.voyage.id in listless
        else row
        for row in rows
    ]


def voyage(centre: Centre, actor: Actor, voyage_id: str) -> VoyageView:
    """A voyage with its vetting list; a look that is audited."""
    actor.require(Permission.SEE_TRAVELLERS)
    with centre.db.read() as connection:
        found = travellers.get_voyage(connection, voyage_id)
        actor.require_port(found.port)
        staged = voyage_templates.staged_travellers(connection, voyage_id)
        declared = travellers.travellers_of_voyage(connection, voyage_id)
        rows = [
            replace(row, staged=row.traveller.id in staged)
            for row in shown_rows(centre, connection, actor, declared)
        ]
    centre.looked(actor, Purpose.VETTING, "voyage.viewed", "voyage", voyage_id)
    return VoyageView(voyage=found, rows=tuple(sorted(rows, key=_urgency)), staged=len(staged))


def shown_rows(
    centre: Centre, connection: sa.Connection, actor: Actor, declared: Sequence[Traveller]
) -> list[VettingRow]:
    """Travellers as `vetting_rows`, as far as the actor may read them: of a masked one the hits
    say only what became of them."""
    hide = masking.masked(centre, connection, actor, (own.id for own in declared))
    return [
        replace(
            row,
            traveller=hidden(row.traveller),
            hits=tuple(masking.hidden_hit(hit) for hit in row.hits),
        )
        if row.traveller.id in hide
        else row
        for row in vetting_rows(connection, declared)
    ]


def vetting_rows(connection: sa.Connection, declared: Sequence[Traveller]) -> list[VettingRow]:
    """Travellers with their crossings, hits, and the advice that follows."""
    refs = {own.id: Ref(kind=Kind.TRAVELLER, id=own.id) for own in declared}
    results = assessments.newest_results(connection, refs.values())
    hits = assessments.hits_of(connection, refs.values())
    crossings = travellers.crossings_of(connection, list(refs))
    handling = handling_of(connection, chain.from_iterable(hits.values()))
    return [
        _vetting_row(
            own, crossings.get(own.id), results.get(own.id), hits.get(refs[own.id], []), handling
        )
        for own in declared
    ]


def _vetting_row(
    own: Traveller,
    crossing: Crossing | None,
    results: Sequence[ScreenerResult] | None,
    hits: Sequence[Hit],
    handling: HandlingOf,
) -> VettingRow:
    failed = (r.screener for r in results or () if r.state is ResultState.FAILED)
    return VettingRow(
        traveller=own,
        crossing=crossing,
        advice=None if results is None else advise(results, hits, handling),
        hits=tuple(hits),
        failed=tuple(failed),
    )


def _row(
    of: Voyage,
    counts: tuple[int, int],
    hits: Sequence[Hit],
    given: set[Advice],
    handling: HandlingOf,
) -> VoyageRow:
    # Without hits the advice can only be what failed screeners or none at all left behind.
    advice = given & {Advice.PROCEED, Advice.INCOMPLETE}
    if hits:
        advice.add(advise((), hits, handling))
    return VoyageRow(
        voyage=of,
        expected=counts[0],
        actual=counts[1],
        hits=len(hits),
        open_hits=sum(hit.state is HitState.OPEN for hit in hits),
        worst=max(advice, key=lambda value: value.rank, default=None),
    )


def _urgency(row: VettingRow) -> tuple[int, int, float, str]:
    """Most urgent advice first, then more open hits, then stronger ones, then the name."""
    rank = row.advice.rank if row.advice else -1
    undecided = sum(hit.state is HitState.OPEN for hit in row.hits)
    return (
        -rank,
        -undecided,
        -max((hit.score for hit in row.hits), default=0.0),
        row.traveller.name.full,
    )
