"""All of a case as its page shows it: values, and how they are put together."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from parakh.access import Actor, Permission
from parakh.domain.alert import Alert, AlertState
from parakh.domain.case import (
    Attachment,
    Case,
    CaseState,
    Event,
    Handover,
    Note,
    Party,
    Section,
    Share,
    Task,
)
from parakh.domain.hit import Hit, HitState, Kind, Ref
from parakh.domain.masking import MASKED_NAME
from parakh.domain.outcome import OutcomeRecord
from parakh.domain.phrase import N_, phrase
from parakh.domain.traveller import Traveller
from parakh.domain.unit import Unit
from parakh.services import alerted, masking
from parakh.services.alerted import Thing, things
from parakh.services.centre import Centre
from parakh.store import alerts, assessments, case_parts, outcomes, people, persons, travellers
from parakh.store import cases as store
from parakh.store.case_parts import Figures
from parakh.store.cases import Reach, Shared

T = TypeVar("T")

MOST_PROPOSED = 10
"""Cases with something in common that a case's page names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseRow:
    """A case as a list shows it."""

    case: Case
    unit: Unit
    figures: Figures


@dataclass(frozen=True, kw_only=True, slots=True)
class CasePage:
    """A page of cases: the most urgent live ones first, then those that changed last."""

    rows: tuple[CaseRow, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseAlert:
    """An alert in a case: whom it is about, why it was raised, and what came of it.

    `outcomes` are all that were recorded, corrected ones too, oldest first; `thing` is what an
    alert on goods or a transport unit is about.
    """

    alert: Alert
    unit: Unit
    traveller: Traveller | None
    hits: tuple[Hit, ...]
    outcomes: tuple[OutcomeRecord, ...]
    mine: bool
    thing: Thing | None = None

    @property
    def who(self) -> str:
        """The name of the traveller, or the number of the goods or the unit; "" for a stranger."""
        return alerted.who(self.traveller, self.thing)


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """Another case that the viewer may see: why it belongs here, or what both have in common."""

    case: Case
    reason: str
    shared: tuple[Shared, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseView:
    """All of a case that somebody may see.

    Attributes:
        sections: what he may see of it; all unless it was handed over to his unit.
        may_work: whether he may write in it; `may_hand_over` whether he may give it away.
        parties: those that were taken out too.
        timeline: newest first.
        related: by hand; `proposed` by what they have in common.
        people: sign-in names of whoever may be given a task.
    """

    case: Case
    unit: Unit
    sections: frozenset[Section]
    may_work: bool
    may_reopen: bool
    may_hand_over: bool
    parties: tuple[Party, ...] = ()
    alerts: tuple[CaseAlert, ...] = ()
    outcomes: tuple[OutcomeRecord, ...] = ()
    tasks: tuple[Task, ...] = ()
    notes: tuple[Note, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    timeline: tuple[Event, ...] = ()
    shares: tuple[Share, ...] = ()
    handovers: tuple[Handover, ...] = ()
    related: tuple[Related, ...] = ()
    proposed: tuple[Related, ...] = ()
    people: tuple[str, ...] = ()
    units: dict[str, Unit] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertCases:
    """What an alert's page shows of cases: those with it, and what else could go into one.

    Attributes:
        others: open alerts of the actor's units on the same person, this one not among them.
        live: cases with this person, into which the alert may be put.
        outcomes: the alert's own, corrected ones too, oldest first.
    """

    alert: Alert
    cases: tuple[Case, ...]
    others: tuple[CaseAlert, ...]
    live: tuple[Case, ...]
    outcomes: tuple[OutcomeRecord, ...]


def case_alerts(
    centre: Centre, connection: sa.Connection, actor: Actor, ids: Collection[str]
) -> list[CaseAlert]:
    """Alerts with whom they are about and what came of them, newest first; masked travellers are
    shown as such, and nothing of their hits but what became of them."""
    found = [alerts.get_alert(connection, own) for own in ids]
    hits = assessments.hits_by_assessment(connection, [own.assessment_id for own in found])
    ids_of = [own.subject.id for own in found if own.subject.kind is Kind.TRAVELLER]
    known = travellers.travellers_by_id(connection, ids_of)
    who = {own.id: own for own in masking.shown(centre, connection, actor, known)}
    hide = masking.masked(centre, connection, actor, who)
    told: defaultdict[str | None, list[OutcomeRecord]] = defaultdict(list)
    for record in outcomes.of_alerts(connection, ids):
        told[record.alert_id].append(record)
    units = people.units(connection)
    about = things(connection, [own.subject for own in found])
    rows = [
        CaseAlert(
            alert=masking.hidden_alert(own) if own.subject.id in hide else own,
            unit=units[own.unit_id],
            traveller=who.get(own.subject.id),
            hits=tuple(
                masking.hidden_hit(hit) if own.subject.id in hide else hit
                for hit in masking.shown_hits(
                    centre, connection, actor, hits.get(own.assessment_id, ())
                )
            ),
            outcomes=tuple(
                replace(one, note="") if own.subject.id in hide else one for one in told[own.id]
            ),
            mine=actor.everywhere or own.unit_id in actor.units,
            thing=about.get(own.subject.id),
        )
        for own in found
    ]
    return sorted(rows, key=lambda own: own.alert.id, reverse=True)


def whole(centre: Centre, connection: sa.Connection, actor: Actor, reach: Reach) -> CaseView:
    """A case as far as it is in reach."""
    case, at = reach.case, centre.clock()
    units = people.units(connection)
    given = reach.sections
    own_alerts = case_alerts(centre, connection, actor, store.alerts_of(connection, case.id))
    works = reach.works and actor.may(Permission.WORK_CASES) and actor.human
    shown = CaseView(
        case=case,
        unit=units[case.unit_id],
        sections=given,
        may_work=works and case.state is not CaseState.CLOSED,
        may_reopen=works and case.state is CaseState.CLOSED,
        may_hand_over=works and actor.may(Permission.HAND_OVER_CASES),
        parties=_if(
            Section.PARTIES in given,
            _parties(centre, connection, actor, case_parts.parties(connection, case.id)),
        ),
        alerts=_if(Section.ALERTS in given, own_alerts),
        outcomes=_if(Section.OUTCOMES in given, outcomes.of_case(connection, case.id)),
        tasks=_if(Section.TASKS in given, case_parts.tasks(connection, case.id)),
        notes=_if(Section.NOTES in given, case_parts.notes(connection, case.id)),
        attachments=_if(Section.ATTACHMENTS in given, case_parts.attachments(connection, case.id)),
        timeline=_if(
            Section.TIMELINE in given, timeline(connection, case_parts.events(connection, case.id),
                                                own_alerts)
        ),
        handovers=tuple(
            own
            for own in case_parts.handovers(connection, case.id)
            if reach.works or (own.unit_id in actor.units and own.holds(at))
        ),
        units=units,
    )  # fmt: skip
    return _with_work(connection, actor, shown, at) if reach.works else shown


def _parties(
    centre: Centre, connection: sa.Connection, actor: Actor, found: Sequence[Party]
) -> tuple[Party, ...]:
    """Parties as the actor may read them: of a closed case, some are masked by now."""
    hide = masking.masked(centre, connection, actor, {own.ref_id for own in found} - {""})
    return tuple(
        replace(own, label=str(MASKED_NAME)) if own.ref_id in hide else own for own in found
    )


def _with_work(connection: sa.Connection, actor: Actor, shown: CaseView, at: datetime) -> CaseView:
    """What those who work on a case see besides: who else does, and what belongs to it."""
    case_id = shown.case.id
    by_hand = store.related(connection, case_id)
    shared: defaultdict[str, list[Shared]] = defaultdict(list)
    for own in store.sharing_keys(connection, case_id):
        if own.case_id not in by_hand:
            shared[own.case_id].append(own)
    seen = {own.id: own for own in store.by_id(connection, actor, [*by_hand, *shared], at)}
    return replace(
        shown,
        shares=tuple(store.shares_of(connection, case_id)),
        related=tuple(
            Related(case=seen[other], reason=reason)
            for other, reason in by_hand.items()
            if other in seen
        ),
        proposed=tuple(
            Related(case=seen[other], reason="", shared=tuple(own))
            for other, own in shared.items()
            if other in seen
        )[:MOST_PROPOSED],
        people=tuple(sorted(own.name for own in people.users(connection) if own.active)),
    )


def open_alerts(
    centre: Centre, connection: sa.Connection, actor: Actor, ids: Collection[str], but: str
) -> list[CaseAlert]:
    """Alerts of the actor's units on some travellers that are not closed, but for one."""
    found = {
        own.id
        for traveller_id in ids
        for own in alerts.alerts_on(connection, Ref(kind=Kind.TRAVELLER, id=traveller_id))
        if own.state is not AlertState.CLOSED and own.id != but
    }
    return [own for own in case_alerts(centre, connection, actor, found) if own.mine]


def same_person(connection: sa.Connection, traveller_id: str) -> set[str]:
    """The journeys of a traveller's person, this one among them."""
    person = persons.persons_of(connection, [traveller_id])
    return {traveller_id, *persons.members_of(connection, person.values())}


def timeline(
    connection: sa.Connection, events: Iterable[Event], found: Sequence[CaseAlert]
) -> tuple[Event, ...]:
    """What was done in the case, what became of its alerts, and where its travellers crossed;
    newest first."""
    told = [*events, *(event for own in found for event in _of_alert(own))]
    who = {own.traveller.id: str(own.traveller.name) for own in found if own.traveller}
    for traveller_id, crossing in travellers.crossings_of(connection, list(who)).items():
        if crossing.at is not None:
            sentence = phrase(
                N_("{name} crossed at {port}"), name=who[traveller_id], port=crossing.port
            )
            told.append(Event(at=crossing.at, by="", kind="crossed", sentence=sentence))
    return tuple(sorted(told, key=lambda own: own.at)[::-1])


def _of_alert(own: CaseAlert) -> Iterator[Event]:
    alert, who = own.alert, own.who or "?"
    raised = phrase(N_("An alert on {name} was raised for {unit}"), name=who, unit=own.unit.name)
    yield Event(at=alert.at, by="", kind="alert_raised", sentence=raised)
    for hit in own.hits:
        if hit.decided_at is not None:
            template = (
                N_("The hit on {name} was confirmed: {reason}")
                if hit.state is HitState.CONFIRMED
                else N_("The hit on {name} was cleared: {reason}")
            )
            sentence = phrase(template, name=who, reason=hit.reason)
            yield Event(
                at=hit.decided_at, by=hit.decided_by or "", kind="hit_decided", sentence=sentence
            )
    for told in own.outcomes:
        template = (
            N_("The outcome of the alert on {name} was corrected: {reason}")
            if told.corrects
            else N_("The alert on {name} was closed")
        )
        sentence = phrase(template, name=who, reason=told.reason)
        yield Event(at=told.at, by=told.by, kind="alert_closed", sentence=sentence)


def _if(given: bool, found: Iterable[T]) -> tuple[T, ...]:
    return tuple(found) if given else ()
