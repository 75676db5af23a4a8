"""Travellers as subjects of screening: their voyages, their ports, as whom else they were told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.domain.hit import Kind, Ref
from parakh.domain.traveller import Traveller
from parakh.domain.voyage import Crossing, CrossingState, Voyage
from parakh.normalise.assemble import traveller_of
from parakh.normalise.fold import Said, others
from parakh.screen.pipeline import Screened, merge, screen
from parakh.screen.screener import Screener, TravellerSubject
from parakh.store import records, travellers

STILL_CROSSING = timedelta(hours=12)
"""So long after a voyage was due, its travellers may still be on their way through the gate."""

STILL_IN_THE_HALL = timedelta(hours=1)
"""So long after somebody was seen at a gate, the units of the port may still find him there."""


def subjects_of(connection: sa.Connection, told: Sequence[Traveller]) -> list[TravellerSubject]:
    """Travellers with their voyages and crossings."""
    voyages = travellers.voyages_by_id(connection, {own.voyage_id for own in told})
    crossings = travellers.crossings_of(connection, [own.id for own in told])
    return [
        TravellerSubject(
            ref=Ref(kind=Kind.TRAVELLER, id=own.id),
            traveller=own,
            voyage=voyages.get(own.voyage_id),
            crossing=crossings.get(own.id),
        )
        for own in told
    ]


def told_besides(
    connection: sa.Connection, subjects: Sequence[TravellerSubject]
) -> list[TravellerSubject]:
    """The same subjects as they were declared besides, so that no order of messages, and no
    correction, hides somebody from a screener."""
    told = records.differing(connection, [own.ref.id for own in subjects])
    found = []
    for own in subjects:
        said = [
            Said(
                statement=source.statement,
                value=traveller_of(source.declared, "", source.received_at.date()),
            )
            for source in told.get(own.ref.id, ())
        ]
        found += [replace(own, traveller=other) for other in others(own.traveller, said)]
    return found


def screened(
    screeners: Sequence[Screener],
    subjects: Sequence[TravellerSubject],
    besides: Sequence[TravellerSubject],
) -> list[Screened]:
    """One outcome a subject, of all as whom he was declared."""
    outcomes = screen(screeners, [*subjects, *besides])
    found = {own.subject.ref: own for own in outcomes[: len(subjects)]}
    for other in outcomes[len(subjects) :]:
        found[other.subject.ref] = merge(found[other.subject.ref], other)
    return list(found.values())


def ports_of(connection: sa.Connection, subjects: Sequence[TravellerSubject]) -> dict[Ref, str]:
    """Our port of each voyage; of those who crossed without one, where they did."""
    alone = [own.ref.id for own in subjects if own.voyage is None]
    crossings = travellers.crossings_of(connection, alone)
    ports = {own.ref: own.voyage.port for own in subjects if own.voyage}
    return ports | {
        own.ref: crossings[own.ref.id].port for own in subjects if own.ref.id in crossings
    }


def ports_now(
    connection: sa.Connection, subjects: Sequence[TravellerSubject], at: datetime
) -> dict[Ref, str]:
    """The same, without those who left their port already: only the central units can act there."""
    crossings = travellers.crossings_of(connection, [own.ref.id for own in subjects])
    here = [own for own in subjects if not gone(own.voyage, crossings.get(own.ref.id), at)]
    return ports_of(connection, here)


def gone(voyage: Voyage | None, crossing: Crossing | None, at: datetime) -> bool:
    """Whether a traveller is not to be found at his port any more."""
    if crossing is not None and crossing.state is CrossingState.ACTUAL and crossing.at is not None:
        return crossing.at < at - STILL_IN_THE_HALL
    if voyage is None:
        return True
    return voyage.due_at is not None and voyage.due_at <= at - STILL_CROSSING
