"""A shared record as lines to read: what it is about, and the parts that were shared, no more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from parakh.access import Actor
from parakh.domain.case import Section
from parakh.domain.hit import Hit
from parakh.domain.outcome import OutcomeRecord
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.profile import Fact, FactKind, MemberKind, NameKind, Scheme
from parakh.domain.sharing import Part, RecordKind, Share
from parakh.domain.traveller import Traveller
from parakh.services import cases_view, masking
from parakh.services.cases_view import CaseAlert, CaseView
from parakh.services.centre import Centre
from parakh.store import cases, profile_facts, profiles, travellers
from parakh.store.cases import Reach

Text = str | Phrase | StrEnum | datetime
"""What a line says: a datum as it is, a sentence, a word of the program, or a moment."""

_SECTIONS = {
    Part.PARTIES: Section.PARTIES,
    Part.ALERTS: Section.ALERTS,
    Part.OUTCOMES: Section.OUTCOMES,
    Part.TASKS: Section.TASKS,
    Part.NOTES: Section.NOTES,
    Part.TIMELINE: Section.TIMELINE,
}
_NOT_TOLD = frozenset({FactKind.PICTURE, FactKind.MEMBER, FactKind.ASSOCIATION})
"""Facts that lead to other records, which were not shared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line: a label, what it says, and by the way whatever else belongs to it."""

    label: Text
    text: Text
    more: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedPart:
    """One part that was shared, with its lines."""

    part: Part
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedRecord:
    """A record as its receiver reads it; `about` tells what it is."""

    title: str
    about: tuple[Line, ...]
    parts: tuple[SharedPart, ...]


def record(centre: Centre, connection: sa.Connection, actor: Actor, own: Share) -> SharedRecord:
    """What a share shows now; raises NotFound where the record is gone."""
    if own.kind is RecordKind.ALERT:
        return _alert(centre, connection, actor, own)
    if own.kind is RecordKind.PROFILE:
        return _profile(centre, connection, actor, own)
    return _case(centre, connection, actor, own)


def alert_title(centre: Centre, connection: sa.Connection, actor: Actor, alert_id: str) -> str:
    """Whom or what an alert is about."""
    (own,) = cases_view.case_alerts(centre, connection, actor, [alert_id])
    return own.who


# --- alerts -------------------------------------------------------------------------------------


def _alert(centre: Centre, connection: sa.Connection, actor: Actor, own: Share) -> SharedRecord:
    (found,) = cases_view.case_alerts(centre, connection, actor, [own.ref_id])
    about = [Line(label=phrase(N_("Raised")), text=found.alert.at, more=(found.alert.advice,))]
    if found.traveller is not None:
        about += _person(found.traveller)
    elif found.thing is not None:
        about.append(Line(label=found.thing.party, text=found.thing.name,
                          more=(found.thing.detail,)))  # fmt: skip
    lines = {
        Part.REASONS: [_hit(hit) for hit in found.hits],
        Part.JOURNEYS: _journeys(connection, [found.traveller] if found.traveller else []),
        Part.OUTCOMES: [_outcome(one) for one in found.outcomes],
    }
    return SharedRecord(title=found.who, about=tuple(about), parts=_chosen(own, lines))


def _person(own: Traveller) -> list[Line]:
    lines = [Line(label=phrase(N_("Name")), text=str(own.name))]
    if own.birth_date is not None:
        lines.append(Line(label=phrase(N_("Born")), text=str(own.birth_date)))
    if own.nationality:
        lines.append(Line(label=phrase(N_("Nationality")), text=own.nationality))
    return lines + [
        Line(label=one.type, text=one.number, more=(one.issuer,) if one.issuer else ())
        for one in own.documents
    ]


def _hit(own: Hit) -> Line:
    why = (own.reason,) if own.reason else ()
    return Line(label=own.state, text=own.sentence, more=why)


def _outcome(own: OutcomeRecord) -> Line:
    note = (own.note,) if own.note else ()
    seized = tuple(one.commodity for one in own.details.seizures)
    return Line(label=own.at, text=own.kind, more=(*seized, *note))


def _journeys(connection: sa.Connection, found: Sequence[Traveller]) -> list[Line]:
    """The voyages and crossings of some travellers, the newest first."""
    voyages = travellers.voyages_by_id(connection, {own.voyage_id for own in found})
    crossings = travellers.crossings_of(connection, [own.id for own in found])
    lines = []
    for own in sorted(found, key=lambda one: one.id, reverse=True):
        voyage, crossing = voyages.get(own.voyage_id), crossings.get(own.id)
        if voyage is not None:
            way = f"{voyage.name} {voyage.origin} → {voyage.destination}"
            lines.append(Line(label=voyage.direction, text=way, more=_moment(voyage.due_at)))
        if crossing is not None and crossing.at is not None:
            port = phrase(N_("Crossed at {port}"), port=crossing.port)
            lines.append(Line(label=crossing.direction, text=port, more=(crossing.at,)))
    return lines


def _moment(at: datetime | None) -> tuple[Text, ...]:
    return () if at is None else (at,)


# --- profiles -----------------------------------------------------------------------------------


def _profile(centre: Centre, connection: sa.Connection, actor: Actor, own: Share) -> SharedRecord:
    head = profiles.get(connection, own.ref_id)
    lasting = profiles.get(connection, head.lasting_id)
    family = [one.id for one in profiles.family(connection, head.lasting_id)]
    facts = [one for one in profile_facts.facts(connection, family) if one.holds]
    about = (
        Line(label=phrase(N_("Profile of")), text=lasting.kind),
        Line(label=phrase(N_("State")), text=lasting.state, more=(lasting.expires_at,)),
    )
    lines = {
        Part.REASONS: _suspicion(lasting.suspicion, lasting.legal_basis, lasting.reasons),
        Part.FACTS: [_fact(one) for one in facts if one.kind not in _NOT_TOLD],
        Part.JOURNEYS: _journeys(connection, _members(centre, connection, actor, facts)),
    }
    return SharedRecord(title=lasting.title, about=about, parts=_chosen(own, lines))


def _suspicion(suspicion: str, basis: str, reasons: Iterable[Phrase]) -> list[Line]:
    lines = [
        Line(label=phrase(N_("Suspicion")), text=suspicion),
        Line(label=phrase(N_("Legal basis")), text=basis),
    ]
    return lines + [Line(label=phrase(N_("Proposed because")), text=one) for one in reasons]


def _fact(own: Fact) -> Line:
    label: Text = own.kind
    if own.kind is FactKind.NAME and own.scheme:
        label = NameKind(own.scheme)
    elif own.kind is FactKind.IDENTIFIER and own.scheme:
        label = Scheme(own.scheme)
    more = [own.issuer, own.note, own.source]
    return Line(label=label, text=own.value, more=tuple(one for one in more if one))


def _members(
    centre: Centre, connection: sa.Connection, actor: Actor, facts: Iterable[Fact]
) -> list[Traveller]:
    ids = [
        own.value
        for own in facts
        if own.kind is FactKind.MEMBER and own.scheme == MemberKind.TRAVELLER
    ]
    hide = masking.masked(centre, connection, actor, ids)
    kept = [one for one in ids if one not in hide]
    return travellers.travellers_by_id(connection, kept)


# --- cases --------------------------------------------------------------------------------------


def _case(centre: Centre, connection: sa.Connection, actor: Actor, own: Share) -> SharedRecord:
    given = frozenset(_SECTIONS[part] for part in own.sections)
    head = cases.get(connection, own.ref_id)
    shown = cases_view.whole(
        centre, connection, actor, Reach(case=head, sections=given, works=False)
    )
    about = (
        Line(label=phrase(N_("Number")), text=head.number, more=(head.state, head.priority)),
        Line(label=phrase(N_("Opened")), text=head.opened_at, more=(head.agency,)),
    )
    return SharedRecord(title=head.title, about=about, parts=_chosen(own, _case_lines(shown)))


def _case_lines(shown: CaseView) -> dict[Part, list[Line]]:
    return {
        Part.PARTIES: [
            Line(label=own.kind, text=own.label, more=(own.role,))
            for own in shown.parties
            if own.removed_at is None
        ],
        Part.ALERTS: [_alert_line(own) for own in shown.alerts],
        Part.OUTCOMES: [_outcome(own) for own in shown.outcomes],
        Part.TASKS: [
            Line(label=phrase(N_("Task")), text=own.title, more=_moment(own.done_at))
            for own in shown.tasks
        ],
        Part.NOTES: [Line(label=own.at, text=own.text) for own in shown.notes],
        Part.TIMELINE: [Line(label=own.at, text=own.sentence) for own in shown.timeline],
    }


def _alert_line(own: CaseAlert) -> Line:
    return Line(label=own.alert.at, text=own.who, more=tuple(one.sentence for one in own.hits))


def _chosen(own: Share, lines: dict[Part, list[Line]]) -> tuple[SharedPart, ...]:
    return tuple(
        SharedPart(part=part, lines=tuple(found))
        for part, found in lines.items()
        if part in own.sections
    )
