"""From hits to a stored assessment, and to the units that must know."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import sqlalchemy as sa

from parakh.alert.triage import HandlingOf, advise, alerts
from parakh.domain.alert import Alert
from parakh.domain.hit import Assessment, Hit, HitState, Kind, Ref
from parakh.domain.ids import new_id
from parakh.screen.pipeline import Screened
from parakh.services import expected
from parakh.services.clearing import Clearings, Raised
from parakh.services.clearing_parts import known_as
from parakh.services.raising import Raising
from parakh.services.targets import Targets
from parakh.store import assessments, goods_history, rule_hits, travellers
from parakh.store.database import Tx

SWEEP = "sweep:"
"""So begins the cause of an assessment against some entries only, whose results do not tell how
the subject's screening fared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessed:
    """A stored assessment, and the alerts that it raised."""

    assessment: Assessment
    alerts: tuple[Alert, ...]


def handling_of(connection: sa.Connection, hits: Iterable[Hit]) -> HandlingOf:
    """How what stands behind hits (lists, rules, lookouts) is to be handled."""
    return Targets.of(connection, hits).handling


def assess(
    tx: Tx,
    screened: Sequence[Screened],
    *,
    cause: str,
    ports: Mapping[Ref, str],
    lanes: Mapping[Ref, str] = MappingProxyType({}),
    shown: Container[str | None] = (),
) -> list[Assessed]:
    """Stores one assessment a subject, and alerts the units concerned to hits that are new.

    Hits that were raised before keep their identity and what a human decided on them; those on a
    person who was cleared of the same entry before are cleared by that decision (see
    `parakh.services.clearing`). A hit is new until some unit was alerted to it, so that one raised
    while no unit was there is not lost. `ports` is where each subject is; who is not in it left
    his port, so that the central units are told; `lanes` is the lane of who is at one. `shown` are
    pictures, kept when somebody was cleared, that show the face before the gate. What a sweep found
    stands beside all that was known of the subject, so that it hides no failed screener and no
    stronger hit.
    """
    connection = tx.connection
    refs = [own.subject.ref for own in screened]
    # Two messages about one person, screened at once, would both store the same hit.
    gone = travellers.lock(connection, [ref.id for ref in refs if ref.kind is Kind.TRAVELLER])
    goods_history.lock(connection, refs)
    # Who turned out to be another is screened as that one, by the message that joined them.
    screened = [own for own in screened if own.subject.ref.id not in gone]
    known = assessments.hits_of(connection, [own.subject.ref for own in screened])
    all_hits = [hit for own in screened for hit in (*own.hits, *known.get(own.subject.ref, ()))]
    targets = Targets.of(connection, all_hits)
    hits = _with_decisions(tx, screened, known, targets, shown)
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
            advice=advise(results[ref], own, targets.handling),
            results=results[ref],
            hits=tuple(own),
        )
        for ref, own in hits.items()
    ]
    assessments.save_assessments(connection, made)
    rule_hits.follow(tx, (hit for own in made for hit in own.hits))
    expected.follow(tx, [ref.id for ref in hits if ref.kind is Kind.TRAVELLER], handling_of)
    # Who was told of a hit that is open again was told that it was cleared, too.
    reopened = {hit.id for own in known.values() for hit in own if hit.state is HitState.CLEARED}
    alerted = assessments.alerted(connection, hits) - reopened
    raising = Raising(tx)
    done = []
    for assessment in made:
        fresh = [hit for hit in assessment.hits if alerts(hit) and hit.id not in alerted]
        port = ports.get(assessment.subject, "")
        lane = lanes.get(assessment.subject, "")
        raised = raising.raise_for(assessment, fresh, targets, port, lane)
        done.append(Assessed(assessment=assessment, alerts=raised))
    return done


def alert_again(tx: Tx, refs: Sequence[Ref], *, cause: str, ports: Mapping[Ref, str]) -> int:
    """Alerts the units of hits that are open once more; gives the number of alerts.

    A new assessment of each subject is stored, of the hits that it has.
    """
    connection = tx.connection
    hits = assessments.hits_of(connection, refs)
    targets = Targets.of(connection, [hit for own in hits.values() for hit in own])
    results = assessments.newest_results(connection, refs)
    raising = Raising(tx)
    raised = 0
    for ref in refs:
        own = hits.get(ref, [])
        assessment = Assessment(
            id=new_id(),
            subject=ref,
            cause=cause,
            at=tx.at,
            advice=advise(results.get(ref.id, ()), own, targets.handling),
            results=results.get(ref.id, ()),
            hits=tuple(own),
        )
        assessments.save_assessments(connection, [assessment])
        rule_hits.follow(tx, own)
        still_open = [hit for hit in own if hit.state is HitState.OPEN]
        port = ports.get(ref, "")
        raised += len(raising.raise_for(assessment, still_open, targets, port, lane=""))
    expected.follow(tx, [ref.id for ref in refs if ref.kind is Kind.TRAVELLER], handling_of)
    return raised


def _with_decisions(
    tx: Tx,
    screened: Sequence[Screened],
    known: Mapping[Ref, Sequence[Hit]],
    targets: Targets,
    shown: Container[str | None],
) -> dict[Ref, list[Hit]]:
    """The hits of each subject, with what was decided on them or on the person before."""
    found = {
        own.subject.ref: [_raised(own, hit, known.get(own.subject.ref, ())) for hit in own.hits]
        for own in screened
    }
    raised = [one for own in found.values() for one in own]
    clearings = Clearings(tx.connection, raised, targets.entries, shown)
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
    person = known_as(hit, screened.subject)
    told = known_as(hit, screened.besides.get(hit.id)) or person
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


def _beside(hits: Sequence[Hit], known: Sequence[Hit]) -> list[Hit]:
    """Hits, and those that were known and were not raised again."""
    again = {own.id for own in hits}
    return [*hits, *(own for own in known if own.id not in again)]
