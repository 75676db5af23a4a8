"""Screens what a message declared, and what a gate captured; stores assessments, raises alerts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import sqlalchemy as sa

from parakh.access import Purpose
from parakh.alert.route import units_for
from parakh.alert.triage import HandlingOf, advise
from parakh.domain.alert import Alert
from parakh.domain.hit import Assessment, Hit, HitState, Kind, Ref, ResultState
from parakh.domain.ids import new_id
from parakh.domain.message import Message, MessageState
from parakh.domain.traveller import Traveller
from parakh.domain.unit import Unit
from parakh.domain.watchlist import Handling
from parakh.normalise.assemble import traveller_of
from parakh.normalise.fold import Said, others
from parakh.screen.pipeline import Screened, merge, screen
from parakh.screen.screener import TravellerSubject
from parakh.services.centre import WORKER, Centre
from parakh.services.linking import link
from parakh.store import alerts, assessments, messages, people, records, travellers, watchlists
from parakh.store.database import Tx

STILL_CROSSING = timedelta(hours=12)
"""So long after a voyage was due, its travellers may still be on their way through the gate."""

SWEPT_AT_ONCE = 5000


def screen_message(centre: Centre, message: Message) -> bool:
    """Screens all that a parsed message told of; False when another worker was quicker."""
    with centre.db.read() as connection:
        subjects = _subjects(connection, message)
        besides = _others(connection, subjects)
        ports = _ports(connection, subjects)
    screened = _screened(centre, subjects, besides)
    with centre.db.write(WORKER, Purpose.SCREENING) as tx:
        if not messages.move(tx.connection, message, MessageState.SCREENED):
            tx.audit("message.left", "message", message.id, cause="another worker was quicker")
            return False
        linked = link(tx.connection, [own.ref.id for own in subjects], tx.at)
        done = assess(tx, screened, cause=f"{message.id}#{message.run}", ports=ports)
        tx.audit(
            "message.screened",
            "message",
            message.id,
            subjects=len(subjects),
            alerts=sum(len(own.alerts) for own in done),
            linked=linked,
        )
    centre.wall.notify()
    return True


def sweep(centre: Centre) -> int:
    """Screens everybody expected against entries that came into force; gives how many entries.

    The other direction of `screen_message`: who was announced before an entry was approved is
    found as well. After a crash, or while a screener fails, the entries stay to be swept.
    """
    with centre.db.read() as connection:
        entries = set(watchlists.unswept(connection, SWEPT_AT_ONCE))
        if not entries:
            return 0
        expected = travellers.expected_after(connection, centre.clock() - STILL_CROSSING)
        subjects = _as_subjects(connection, expected)
        besides = _others(connection, subjects)
        ports = _ports(connection, subjects)
    screened = _screened(centre, subjects, besides)
    if any(own.state is ResultState.FAILED for result in screened for own in result.results):
        raise RuntimeError("a screener failed, so that nobody can be said to be swept")
    screened = [own for own in screened if any(hit.target.id in entries for hit in own.hits)]
    with centre.db.write(WORKER, Purpose.SCREENING) as tx:
        watchlists.mark_swept(tx, entries)
        done = assess(tx, screened, cause=f"sweep:{new_id()}", ports=ports)
        tx.audit(
            "watchlist.swept",
            "watchlist",
            "",
            entries=len(entries),
            subjects=len(subjects),
            alerts=sum(len(own.alerts) for own in done),
        )
    centre.wall.notify()
    return len(entries)


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessed:
    """A stored assessment, and the alerts that it raised."""

    assessment: Assessment
    alerts: tuple[Alert, ...]


def assess(
    tx: Tx, screened: Sequence[Screened], *, cause: str, ports: dict[Ref, str]
) -> list[Assessed]:
    """Stores one assessment a subject, and alerts the units of its port to hits that are new.

    Hits that were raised before keep their identity and what a human decided on them. A hit is new
    until some unit was alerted to it, so that one raised while no unit was there is not lost.
    """
    connection = tx.connection
    refs = [own.subject.ref for own in screened]
    # Two messages about one person, screened at once, would both store the same hit.
    gone = travellers.lock(connection, [ref.id for ref in refs if ref.kind is Kind.TRAVELLER])
    # Who turned out to be another is screened as that one, by the message that joined them.
    screened = [own for own in screened if own.subject.ref.id not in gone]
    refs = [own.subject.ref for own in screened]
    known = assessments.hits_of(connection, refs)
    alerted = assessments.alerted(connection, refs)
    handling = handling_of(connection, [hit for own in screened for hit in own.hits])
    units = list(people.units(connection).values())
    made = []
    for own in screened:
        ref = own.subject.ref
        hits = [_with_history(hit, known.get(ref, [])) for hit in own.hits]
        made.append(
            Assessment(
                id=new_id(),
                subject=ref,
                cause=cause,
                at=tx.at,
                advice=advise(own.results, hits, handling),
                results=own.results,
                hits=tuple(hits),
            )
        )
    assessments.save_assessments(connection, made)
    done = []
    for assessment in made:
        fresh = any(
            hit.state is not HitState.CLEARED and hit.id not in alerted for hit in assessment.hits
        )
        port = ports.get(assessment.subject, "")
        raised = _raise(tx, assessment, port, units) if fresh else ()
        done.append(Assessed(assessment=assessment, alerts=tuple(raised)))
    return done


def handling_of(connection: sa.Connection, hits: Iterable[Hit]) -> HandlingOf:
    """How the lists behind hits are to be handled."""
    targets = {hit.target.id for hit in hits if hit.target.kind is Kind.WATCHLIST_ENTRY}
    lists = watchlists.lists(connection)
    found = {
        entry.id: lists[entry.watchlist_id].handling
        for entry in watchlists.entries_by_id(connection, targets).values()
    }
    return lambda hit: found.get(hit.target.id, Handling.INFORM)


def _subjects(connection: sa.Connection, message: Message) -> list[TravellerSubject]:
    return _as_subjects(connection, travellers.travellers_to_screen(connection, message.id))


def _as_subjects(connection: sa.Connection, told: Sequence[Traveller]) -> list[TravellerSubject]:
    voyages = travellers.voyages_by_id(connection, {own.voyage_id for own in told})
    return [
        TravellerSubject(
            ref=Ref(kind=Kind.TRAVELLER, id=own.id),
            traveller=own,
            voyage=voyages.get(own.voyage_id),
        )
        for own in told
    ]


def _others(
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


def _screened(
    centre: Centre,
    subjects: Sequence[TravellerSubject],
    besides: Sequence[TravellerSubject],
) -> list[Screened]:
    """One outcome a subject, of all as whom he was declared."""
    outcomes = screen(centre.traveller_screeners(), [*subjects, *besides])
    found = {own.subject.ref: own for own in outcomes[: len(subjects)]}
    for other in outcomes[len(subjects) :]:
        found[other.subject.ref] = merge(found[other.subject.ref], other)
    return list(found.values())


def _ports(connection: sa.Connection, subjects: Sequence[TravellerSubject]) -> dict[Ref, str]:
    """Our port of each voyage; of those who crossed without one, where they did."""
    alone = [own.ref.id for own in subjects if own.voyage is None]
    crossings = travellers.crossings_of(connection, alone)
    ports = {own.ref: own.voyage.port for own in subjects if own.voyage}
    return ports | {
        own.ref: crossings[own.ref.id].port for own in subjects if own.ref.id in crossings
    }


def _with_history(hit: Hit, before: Sequence[Hit]) -> Hit:
    """The hit under the identity and decision of the one that this screener raised earlier."""
    screener = hit.screener.partition("@")[0]
    for old in before:
        if old.target == hit.target and old.screener.partition("@")[0] == screener:
            return replace(
                hit,
                id=old.id,
                state=old.state,
                decided_by=old.decided_by,
                decided_at=old.decided_at,
                reason=old.reason,
            )
    return hit


def _raise(tx: Tx, assessment: Assessment, port: str, units: Sequence[Unit]) -> list[Alert]:
    raised = [
        Alert(
            id=new_id(),
            unit_id=unit.id,
            assessment_id=assessment.id,
            subject=assessment.subject,
            advice=assessment.advice,
            at=tx.at,
        )
        for unit in units_for(port, units)
    ]
    for alert in raised:
        alerts.add_alert(tx, alert)
        tx.audit("alert.raised", "alert", alert.id, unit=alert.unit_id, advice=alert.advice.value)
    return raised
