"""Voyages, their vetting lists, and all that is known of one traveller."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.alert.triage import HandlingOf, advise
from parakh.domain.alert import Alert
from parakh.domain.hit import (
    Advice,
    Assessment,
    Hit,
    HitState,
    Kind,
    Ref,
    ResultState,
    ScreenerResult,
)
from parakh.domain.traveller import Traveller
from parakh.domain.voyage import Crossing, Voyage
from parakh.services.centre import Centre
from parakh.services.screening import handling_of
from parakh.store import alerts, assessments, travellers
from parakh.store.travellers import SourceRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class VoyageRow:
    """A voyage at a glance: announced and seen travellers, hits, and the most urgent advice."""

    voyage: Voyage
    expected: int
    actual: int
    hits: int
    open_hits: int
    worst: Advice | None


@dataclass(frozen=True, kw_only=True, slots=True)
class VettingRow:
    """A traveller on a vetting list; `advice` follows from the hits as they stand now.

    It is None while the traveller waits to be screened.
    """

    traveller: Traveller
    crossing: Crossing | None
    advice: Advice | None
    hits: tuple[Hit, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class VoyageView:
    """A voyage with its vetting list, most urgent first."""

    voyage: Voyage
    rows: tuple[VettingRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TravellerView:
    """All that the centre knows of one traveller.

    `sources` tells what each message said, newest first; `assessments` likewise. `alerts` are those
    of the actor's units.
    """

    traveller: Traveller
    voyage: Voyage
    crossing: Crossing | None
    advice: Advice | None
    sources: tuple[SourceRecord, ...]
    assessments: tuple[Assessment, ...]
    hits: tuple[Hit, ...]
    alerts: tuple[Alert, ...]


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
    return [
        _row(
            voyage,
            counts.get(voyage.id, (0, 0)),
            hits.get(voyage.id, []),
            given.get(voyage.id, set()),
            handling,
        )
        for voyage in found
    ]


def voyage(centre: Centre, actor: Actor, voyage_id: str) -> VoyageView:
    """A voyage with its vetting list; a look that is audited."""
    actor.require(Permission.SEE_TRAVELLERS)
    with centre.db.read() as connection:
        found = travellers.get_voyage(connection, voyage_id)
        actor.require_port(found.port)
        rows = _rows(connection, found)
    centre.looked(actor, Purpose.VETTING, "voyage.viewed", "voyage", voyage_id)
    return VoyageView(voyage=found, rows=tuple(sorted(rows, key=_urgency)))


def traveller(
    centre: Centre, actor: Actor, traveller_id: str, purpose: Purpose = Purpose.VETTING
) -> TravellerView:
    """All that is known of a traveller; a look that is audited."""
    actor.require(Permission.SEE_TRAVELLERS)
    ref = Ref(kind=Kind.TRAVELLER, id=traveller_id)
    with centre.db.read() as connection:
        found = travellers.get_traveller(connection, traveller_id)
        own = travellers.get_voyage(connection, found.voyage_id)
        actor.require_port(own.port)
        given = assessments.assessments_of(connection, [ref]).get(ref, [])
        row = _vetting_rows(connection, [found])[0]
        view = TravellerView(
            traveller=found,
            voyage=own,
            crossing=row.crossing,
            advice=row.advice,
            sources=tuple(travellers.records_of(connection, traveller_id)),
            assessments=tuple(given),
            hits=tuple(assessments.hits_of(connection, [ref]).get(ref, [])),
            alerts=tuple(
                alert
                for alert in alerts.alerts_on(connection, ref)
                if actor.everywhere or alert.unit_id in actor.units
            ),
        )
    centre.looked(actor, purpose, "traveller.viewed", "traveller", traveller_id)
    return view


def _rows(connection: sa.Connection, of: Voyage) -> list[VettingRow]:
    return _vetting_rows(connection, travellers.travellers_of_voyage(connection, of.id))


def _vetting_rows(connection: sa.Connection, declared: Sequence[Traveller]) -> list[VettingRow]:
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
