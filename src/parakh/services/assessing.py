"""From hits to a stored assessment, and to the units that must know."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from parakh.alert.route import units_for
from parakh.alert.triage import HandlingOf, advise
from parakh.domain.alert import Alert
from parakh.domain.hit import Assessment, Hit, HitState, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.traveller import Traveller
from parakh.domain.unit import Unit
from parakh.domain.watchlist import Handling, Watchlist, WatchlistEntry
from parakh.screen.pipeline import Screened
from parakh.screen.screener import Subject, TravellerSubject
from parakh.services.clearing import Clearings, Raised
from parakh.store import alerts, assessments, people, travellers, watchlists
from parakh.store.database import Tx

SWEEP = "sweep:"
"""So begins the cause of an assessment against some entries only, whose results do not tell how
the subject's screening fared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessed:
    """A stored assessment, and the alerts that it raised."""

    assessment: Assessment
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """The entries behind hits, and their lists."""

    entries: Mapping[str, WatchlistEntry]
    lists: Mapping[str, Watchlist]

    @classmethod
    def of(cls, connection: sa.Connection, hits: Iterable[Hit]) -> "Listed":
        """Those of some hits."""
        targets = {hit.target.id for hit in hits if hit.target.kind is Kind.WATCHLIST_ENTRY}
        return cls(
            entries=watchlists.entries_by_id(connection, targets),
            lists=watchlists.lists(connection),
        )

    def watchlist(self, hit: Hit) -> Watchlist | None:
        """The list behind a hit, if it is on one."""
        entry = self.entries.get(hit.target.id)
        return None if entry is None else self.lists[entry.watchlist_id]

    def handling(self, hit: Hit) -> Handling:
        """How the list behind a hit is to be handled."""
        found = self.watchlist(hit)
        return found.handling if found else Handling.INFORM


def handling_of(connection: sa.Connection, hits: Iterable[Hit]) -> HandlingOf:
    """How the lists behind hits are to be handled."""
    return Listed.of(connection, hits).handling


def assess(
    tx: Tx,
    screened: Sequence[Screened],
    *,
    cause: str,
    ports: Mapping[Ref, str],
    shown: Container[str | None] = (),
) -> list[Assessed]:
    """Stores one assessment a subject, and alerts the units concerned to hits that are new.

    Hits that were raised before keep their identity and what a human decided on them; those on a
    person who was cleared of the same entry before are cleared by that decision (see
    `parakh.services.clearing`). A hit is new until some unit was alerted to it, so that one raised
    while no unit was there is not lost. `ports` is where each subject is; who is not in it left
    his port, so that the central units are told. `shown` are pictures, kept when somebody was
    cleared, that show the face before the gate. What a sweep found stands beside all that was known
    of the subject, so that it hides no failed screener and no stronger hit.
    """
    connection = tx.connection
    refs = [own.subject.ref for own in screened]
    # Two messages about one person, screened at once, would both store the same hit.
    gone = travellers.lock(connection, [ref.id for ref in refs if ref.kind is Kind.TRAVELLER])
    # Who turned out to be another is screened as that one, by the message that joined them.
    screened = [own for own in screened if own.subject.ref.id not in gone]
    known = assessments.hits_of(connection, [own.subject.ref for own in screened])
    all_hits = [hit for own in screened for hit in (*own.hits, *known.get(own.subject.ref, ()))]
    listed = Listed.of(connection, all_hits)
    hits = _with_decisions(tx, screened, known, listed, shown)
    results = {own.subject.ref: own.results for own in screened}
    if cause.startswith(SWEEP):
        earlier = assessments.newest_results(connection, results)
        results = {ref: earlier.get(ref.id) or own for ref, own in results.items()}
        hits = {ref: _beside(own, known.get(ref, ())) for ref, own in hits.items()}
    made = [
        Assessment(
            id=new_id(),
            subject=ref,
            cause=cause,
            at=tx.at,
            advice=advise(results[ref], own, listed.handling),
            results=results[ref],
            hits=tuple(own),
        )
        for ref, own in hits.items()
    ]
    assessments.save_assessments(connection, made)
    # Who was told of a hit that is open again was told that it was cleared, too.
    reopened = {hit.id for own in known.values() for hit in own if hit.state is HitState.CLEARED}
    alerted = assessments.alerted(connection, hits) - reopened
    units = list(people.units(connection).values())
    done = []
    for assessment in made:
        fresh = [
            hit
            for hit in assessment.hits
            if hit.state is not HitState.CLEARED and hit.id not in alerted
        ]
        told = _told(fresh, ports.get(assessment.subject, ""), listed, units)
        done.append(Assessed(assessment=assessment, alerts=_raise(tx, assessment, told)))
    return done


def alert_again(tx: Tx, refs: Sequence[Ref], *, cause: str, ports: Mapping[Ref, str]) -> int:
    """Alerts the units of hits that are open once more; gives the number of alerts.

    A new assessment of each subject is stored, of the hits that it has.
    """
    connection = tx.connection
    hits = assessments.hits_of(connection, refs)
    listed = Listed.of(connection, [hit for own in hits.values() for hit in own])
    results = assessments.newest_results(connection, refs)
    units = list(people.units(connection).values())
    raised = 0
    for ref in refs:
        own = hits.get(ref, [])
        assessment = Assessment(
            id=new_id(),
            subject=ref,
            cause=cause,
            at=tx.at,
            advice=advise(results.get(ref.id, ()), own, listed.handling),
            results=results.get(ref.id, ()),
            hits=tuple(own),
        )
        assessments.save_assessments(connection, [assessment])
        still_open = [hit for hit in own if hit.state is HitState.OPEN]
        raised += len(_raise(tx, assessment, _told(still_open, ports.get(ref, ""), listed, units)))
    return raised


def _with_decisions(
    tx: Tx,
    screened: Sequence[Screened],
    known: Mapping[Ref, Sequence[Hit]],
    listed: Listed,
    shown: Container[str | None],
) -> dict[Ref, list[Hit]]:
    """The hits of each subject, with what was decided on them or on the person before."""
    found = {
        own.subject.ref: [_raised(own, hit, known.get(own.subject.ref, ())) for hit in own.hits]
        for own in screened
    }
    raised = [one for own in found.values() for one in own]
    clearings = Clearings(tx.connection, raised, listed.entries, shown)
    return {ref: [_settled(tx, one, clearings) for one in own] for ref, own in found.items()}


def _settled(tx: Tx, raised: Raised, clearings: Clearings) -> Hit:
    hit, now = raised.hit, clearings.settled(raised)
    changed = (now.state, now.redress_id) != (hit.state, hit.redress_id)
    if changed and raised.before and not assessments.restate(tx.connection, now):
        return assessments.get_hit(tx.connection, hit.id)
    if changed and now.redress_id:
        tx.audit("hit.cleared_before", "hit", now.id, redress=now.redress_id)
    elif changed:
        tx.audit("hit.reopened", "hit", now.id)
    return now


def _raised(screened: Screened, hit: Hit, known: Sequence[Hit]) -> Raised:
    """A hit under the identity and decision of the one that this screener raised earlier."""
    person = _traveller(screened.subject)
    told = _traveller(screened.besides.get(hit.id)) or person
    screener = hit.screener.partition("@")[0]
    for old in known:
        if old.target == hit.target and old.screener.partition("@")[0] == screener:
            now = replace(
                hit,
                id=old.id,
                state=old.state,
                decided_by=old.decided_by,
                decided_at=old.decided_at,
                reason=old.reason,
                redress_id=old.redress_id,
            )
            return Raised(hit=now, before=old, person=person, told=told)
    return Raised(hit=hit, before=None, person=person, told=told)


def _traveller(subject: Subject | None) -> Traveller | None:
    return subject.traveller if isinstance(subject, TravellerSubject) else None


def _beside(hits: Sequence[Hit], known: Sequence[Hit]) -> list[Hit]:
    """Hits, and those that were known and were not raised again."""
    again = {own.id for own in hits}
    return [*hits, *(own for own in known if own.id not in again)]


def _told(hits: Sequence[Hit], port: str, listed: Listed, units: Sequence[Unit]) -> list[Unit]:
    """The units of the lists behind hits; nobody without a hit."""
    if not hits:
        return []
    lists = [found for hit in hits if (found := listed.watchlist(hit))]
    return units_for(port, units, lists)


def _raise(tx: Tx, assessment: Assessment, units: Sequence[Unit]) -> tuple[Alert, ...]:
    raised = tuple(
        Alert(
            id=new_id(),
            unit_id=unit.id,
            assessment_id=assessment.id,
            subject=assessment.subject,
            advice=assessment.advice,
            at=tx.at,
        )
        for unit in units
    )
    for alert in raised:
        alerts.add_alert(tx, alert)
        tx.audit("alert.raised", "alert", alert.id, unit=alert.unit_id, advice=alert.advice.value)
    return raised
