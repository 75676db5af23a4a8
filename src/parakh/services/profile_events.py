"""What happened to a profile and its members, found by query whenever somebody looks.

Nothing is copied into the profile: a hit that is cleared, a journey that is split off and an
outcome that is put right are so here too.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor
from parakh.domain.alert import Alert
from parakh.domain.hit import Hit, HitState, Kind, Ref
from parakh.domain.ids import made_at
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.profile import (
    Event,
    EventKind,
    Fact,
    FactKind,
    MemberKind,
    Profile,
    Step,
    StepKind,
)
from parakh.domain.voyage import Crossing, CrossingState, Voyage
from parakh.services import profile_goods
from parakh.services import profile_words as words
from parakh.store import assessments, goods_kin, profile_events, profiles, travellers
from parakh.store import profile_facts as facts_store
from parakh.store.profile_events import CaseHead

_REVIEW = N_("Its review is due")
_ENDS = N_("It ends on {date} unless it is kept")

SOON = timedelta(days=30)
"""That a profile ends is told so long before."""

BEFORE = timedelta(days=365)
"""So far back goods and movements of whatever bears a number of a profile are told."""

_FOLDERS = {
    Kind.TRAVELLER: "travellers",
    Kind.CONSIGNMENT: "consignments",
    Kind.CONVEYANCE: "conveyances",
}
"""Where the page of a hit's subject is."""

_ELSEWHERE = N_("Something at another port or unit")


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A profile's own rows: its head, and facts and steps with those of all merged into it."""

    head: Profile
    facts: Sequence[Fact]
    steps: Sequence[Step]

    def members(self, kind: MemberKind) -> list[str]:
        """Identifiers of members of a kind that hold."""
        return [
            own.value
            for own in self.facts
            if own.kind is FactKind.MEMBER and own.scheme == kind.value and own.holds
        ]


def known(connection: sa.Connection, lasting_id: str) -> Known:
    """The rows of a profile and all that were merged into it."""
    family = {own.id: own for own in profiles.family(connection, lasting_id)}
    ids = list(family)
    return Known(
        head=family[lasting_id],
        facts=tuple(facts_store.facts(connection, ids)),
        steps=tuple(facts_store.steps(connection, ids)),
    )


def events(connection: sa.Connection, own: Known, now: datetime) -> list[Event]:
    """Everything that happened until now, or is expected, the newest first."""
    ids = sorted(profiles.persons_members(connection, own.members(MemberKind.TRAVELLER)))
    refs = [Ref(kind=Kind.TRAVELLER, id=one) for one in ids]
    journeys = _journeys(connection, ids)
    alerts = profile_events.alerts_on(connection, ids)
    targets = [own.head.id, *own.members(MemberKind.WATCHLIST_ENTRY)]
    met = profile_events.hits_on_targets(connection, targets)
    hits = {hit.id: hit for some in assessments.hits_of(connection, refs).values() for hit in some}
    goods = profile_goods.goods(connection, own.facts, now - BEFORE)
    told = assessments.hits_of(connection, goods.refs).values()
    hits |= {hit.id: hit for some in told for hit in some if hit.target.kind is not Kind.MODEL}
    # Of whoever resembles a listed member nothing is known until a human confirms it.
    hits |= {
        hit.id: hit
        for hit in met
        if hit.state is HitState.CONFIRMED or hit.target.kind is Kind.PROFILE
    }
    others = {hit.subject.id for hit in hits.values() if hit.subject.kind is Kind.TRAVELLER}
    ports = {one: told.port for one, told in journeys.items()}
    ports |= {
        one: told.port for one, told in _journeys(connection, sorted(others - set(ids))).items()
    }
    of_goods = {hit.subject.id for hit in hits.values() if hit.subject.kind is Kind.CONSIGNMENT}
    ports |= goods_kin.ports_of(connection, of_goods)
    units = {hit.subject.id for hit in hits.values() if hit.subject.kind is Kind.CONVEYANCE}
    calls = goods_kin.ports_of_units(connection, units, now)
    ports |= {one: told[0] for one, told in calls.items()}
    cases = profile_events.cases_about(
        connection,
        cases=own.members(MemberKind.CASE),
        subjects=[own.head.id, *ids],
        alerts=[alert.id for alert in alerts],
    )
    opened = {(step.profile_id, step.at) for step in own.steps if step.kind is StepKind.OPENED}
    found = [
        *(event for told in journeys.values() if (event := _crossing(told))),
        *(event for hit in hits.values() for event in _of_hit(hit, ports)),
        *goods.events,
        *_of_alerts(alerts),
        *(event for case in cases for event in _of_case(case, alerts)),
        *(event for fact in own.facts for event in _of_fact(fact, opened)),
        *map(_of_step, own.steps),
        *_due(own.head, now),
    ]
    return sorted(found, key=lambda one: (one.at, one.key), reverse=True)


def shown_to(actor: Actor, found: Iterable[Event]) -> list[Event]:
    """The events as somebody may see them: of what is another unit's, that there is something."""
    return [own if may_see(actor, own) else _blind(own) for own in found]


def may_see(actor: Actor, event: Event) -> bool:
    """Whether an event is of the actor's ports and units, and not for others alone."""
    if event.only_for:
        return actor.name in event.only_for
    if actor.everywhere:
        return True
    here = not event.port or event.port in actor.ports
    return here and (not event.unit_id or event.unit_id in actor.units)


def _blind(event: Event) -> Event:
    return replace(event, text=phrase(_ELSEWHERE), source="", note="", path="")


# --- journeys ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class _Journey:
    """A traveller of a profile with what is known of his crossing."""

    traveller_id: str
    voyage: Voyage | None
    crossing: Crossing | None

    @property
    def port(self) -> str:
        if self.crossing is not None:
            return self.crossing.port
        return self.voyage.port if self.voyage else ""


def _journeys(connection: sa.Connection, ids: Sequence[str]) -> dict[str, _Journey]:
    found = travellers.travellers_by_id(connection, ids)
    voyages = travellers.voyages_by_id(connection, {own.voyage_id for own in found})
    crossings = travellers.crossings_of(connection, ids)
    return {
        own.id: _Journey(
            traveller_id=own.id,
            voyage=voyages.get(own.voyage_id),
            crossing=crossings.get(own.id),
        )
        for own in found
    }


def _crossing(own: _Journey) -> Event | None:
    if own.crossing is None:
        return None
    seen = own.crossing.state is CrossingState.ACTUAL and own.crossing.at is not None
    at = own.crossing.at if seen else own.voyage.due_at if own.voyage else None
    if at is None:
        return None
    templates = words.SEEN if seen else words.EXPECTED
    made = made_at(own.crossing.id)
    return Event(
        key=f"crossing:{own.traveller_id}:{'seen' if seen else 'expected'}",
        kind=EventKind.CROSSING,
        at=at,
        known_at=max(at, made) if seen else made,
        text=phrase(
            templates[own.crossing.direction],
            port=own.port,
            voyage=own.voyage.name if own.voyage else "–",
        ),
        source=own.crossing.lane,
        path=f"/travellers/{own.traveller_id}",
        port=own.port,
    )


# --- hits, alerts, outcomes -------------------------------------------------------------------


def _of_hit(hit: Hit, ports: Mapping[str, str]) -> list[Event]:
    made = made_at(hit.id)
    folder = _FOLDERS.get(hit.subject.kind)
    path = f"/{folder}/{hit.subject.id}" if folder else ""
    raised = Event(
        key=f"hit:{hit.id}",
        kind=EventKind.HIT,
        at=made,
        known_at=made,
        text=hit.sentence,
        source=hit.screener,
        path=path,
        port=ports.get(hit.subject.id, ""),
    )
    if hit.decided_at is None or hit.state is HitState.OPEN:
        return [raised]
    decided = replace(
        raised,
        key=f"hit:{hit.id}:{hit.state.value}",
        at=hit.decided_at,
        known_at=hit.decided_at,
        text=phrase(words.DECIDED[hit.state]),
        mark="hit_confirmed" if hit.state is HitState.CONFIRMED else "",
        source=hit.decided_by or "",
        note=hit.reason,
    )
    return [raised, decided]


def _of_alerts(alerts: Sequence[Alert]) -> list[Event]:
    """Several units may have been told of one thing, and each closes its own: it counts once."""
    found: list[Event] = []
    counted: set[tuple[str, str]] = set()

    def once(what: str, mark: str) -> str:
        new = (what, mark) not in counted
        counted.add((what, mark))
        return mark if new else ""

    for own in alerts:
        raised = Event(
            key=f"alert:{own.id}",
            kind=EventKind.ALERT,
            at=own.at,
            known_at=own.at,
            text=phrase(words.RAISED),
            mark=once(own.assessment_id, "alert"),
            path=f"/alerts/{own.id}",
            unit_id=own.unit_id,
        )
        found.append(raised)
        if own.outcome is not None:
            found.append(
                replace(
                    raised,
                    key=f"outcome:{own.id}:{own.outcome.kind.value}",
                    kind=EventKind.OUTCOME,
                    at=own.outcome.at,
                    known_at=own.outcome.at,
                    text=phrase(words.CLOSED[own.outcome.kind]),
                    mark=once(own.assessment_id, own.outcome.kind.value),
                    source=own.outcome.by,
                    note=own.outcome.note,
                )
            )
    return found


def _of_case(case: CaseHead, alerts: Sequence[Alert]) -> list[Event]:
    """An outcome that an alert of the case tells too counts there."""
    opened = Event(
        key=f"case:{case.id}",
        kind=EventKind.CASE,
        at=case.opened_at,
        known_at=case.opened_at,
        text=phrase(words.CASE, number=case.number, title=case.title),
        mark="case",
        source=case.opened_by,
        path=f"/cases/{case.id}",
        unit_id=case.unit_id,
        only_for=case.only_for,
    )
    told = {own.outcome.kind for own in alerts if own.id in case.alert_ids and own.outcome}
    return [
        opened,
        *(
            replace(
                opened,
                key=f"outcome:{outcome_id}",
                kind=EventKind.OUTCOME,
                at=own.at,
                known_at=own.at,
                text=phrase(words.CLOSED[own.kind]),
                mark="" if own.kind in told else own.kind.value,
                source=own.by,
                note=own.note,
            )
            for outcome_id, own in case.outcomes
        ),
    ]


# --- what officers wrote ----------------------------------------------------------------------


def _of_fact(fact: Fact, opened: Container[tuple[str, datetime]]) -> list[Event]:
    """What a profile told when it was opened is no news of its own."""
    at = fact.at or made_at(fact.id)
    added = Event(
        key=f"fact:{fact.id}",
        kind=EventKind.EDIT,
        at=at,
        known_at=at,
        text=_fact_text(words.TOLD[fact.kind], fact),
        source=fact.by,
        note=fact.source,
    )
    told = [] if (fact.profile_id, at) in opened else [added]
    if fact.withdrawn_at is None:
        return told
    gone = replace(
        added,
        key=f"fact:{fact.id}:withdrawn",
        at=fact.withdrawn_at,
        known_at=fact.withdrawn_at,
        text=_fact_text(words.TAKEN_BACK[fact.kind], fact),
        source=fact.withdrawn_by or "",
        note=fact.withdrawal,
    )
    return [*told, gone]


def _fact_text(template: str, fact: Fact) -> Phrase:
    return phrase(template, value=fact.value) if "{value}" in template else phrase(template)


def _of_step(step: Step) -> Event:
    return Event(
        key=f"step:{step.id}",
        kind=EventKind.EDIT,
        at=step.at,
        known_at=step.at,
        text=phrase(words.STEPS[step.kind]),
        source=step.by,
        note=step.note,
        path=f"/profiles/{step.other_id}" if step.other_id else "",
    )


def _due(head: Profile, now: datetime) -> list[Event]:
    """That somebody has to review a profile in force, and that it ends soon."""
    if not head.in_force_at(now):
        return []
    soon = head.expires_at - SOON
    return [
        Event(
            key=f"{what}:{head.id}:{moment:%Y%m%d}",
            kind=EventKind.EDIT,
            at=moment,
            known_at=moment,
            text=phrase(template, date=head.expires_at.date().isoformat()),
            path=f"/profiles/{head.id}",
        )
        for what, moment, template in (
            ("review", head.review_at, _REVIEW),
            ("ends", soon, _ENDS),
        )
        if moment <= now
    ]
