"""What may be said of a profile, when the program proposes one, and how its risk is reckoned."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from parakh.access import Actor
from parakh.act.decisions import reason_of, require_human
from parakh.domain.dates import PartialDate
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.profile import (
    Event,
    Fact,
    FactKind,
    MemberKind,
    NameKind,
    Profile,
    ProfileState,
    Scheme,
    Tie,
)
from parakh.domain.traveller import is_number
from parakh.domain.watchlist import IdentifierKind
from parakh.errors import Conflict, InvalidInput, Unreadable
from parakh.normalise.codes import country
from parakh.normalise.documents import document_number
from parakh.normalise.identifiers import read_container, read_identifier

LONGEST = timedelta(days=5 * 366)
"""So far ahead the end of a profile may lie."""

USUAL = timedelta(days=365)
"""A profile ends after a year unless somebody says otherwise."""

REVIEW = timedelta(days=182)
"""A profile is looked at again after half a year."""

MOST_VALUE, MOST_TEXT = 400, 8000
"""Characters of a fact's value, and of what explains it."""


# --- facts ------------------------------------------------------------------------------------


SCHEMES: dict[FactKind, tuple[str, ...]] = {
    FactKind.NAME: tuple(own.value for own in NameKind),
    FactKind.IDENTIFIER: tuple(own.value for own in Scheme),
    FactKind.MEMBER: tuple(own.value for own in MemberKind),
    FactKind.ASSOCIATION: tuple(own.value for own in Tie),
}
"""Of what sorts facts are; of kinds that are not here there is one."""

DOCUMENTS = (Scheme.PASSPORT, Scheme.IDENTITY_CARD, Scheme.VISA, Scheme.DOCUMENT)


def tidied(fact: Fact) -> Fact:
    """The fact with its value as it is compared, such as a number without blanks.

    Raises InvalidInput where the value is none of its kind, or it lacks its source.
    """
    schemes = SCHEMES.get(fact.kind, ("",))
    if fact.scheme not in schemes:
        raise InvalidInput(f"say what sort of {fact.kind.value.replace('_', ' ')} it is")
    value = " ".join(fact.value.split()) if fact.kind is not FactKind.NOTE else fact.value.strip()
    if not value or len(value) > MOST_VALUE:
        raise InvalidInput(f"value: write 1 to {MOST_VALUE} characters")
    source, note = fact.source.strip(), fact.note.strip()
    if not source:
        raise InvalidInput("say from where this is known")
    if max(len(source), len(note)) > MOST_TEXT:
        raise InvalidInput("source and evidence: write less")
    return replace(
        fact,
        value=_READERS.get(fact.kind, _as_it_is)(fact.scheme, value),
        issuer=_country(fact.issuer),
        source=source,
        note=note,
        since=_date(fact.since),
        until=_date(fact.until),
    )


def _as_it_is(_: str, value: str) -> str:
    return value


def _name(_: str, value: str) -> str:
    return value.upper()


def _born(_: str, value: str) -> str:
    return _date(value)


def _nationality(_: str, value: str) -> str:
    return _country(value)


_PHONE = re.compile(r"\+?[0-9]{5,15}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _identifier(scheme: str, value: str) -> str:
    try:
        return _number(Scheme(scheme), value)
    except Unreadable as error:
        raise InvalidInput(f"number: {error}") from error


def _number(scheme: Scheme, value: str) -> str:
    if scheme in DOCUMENTS:
        number = document_number(value)
        if not is_number(number):
            raise Unreadable("a document number has four letters or digits at least")
        return number
    if scheme is Scheme.CONTAINER:
        return read_container(value)
    if scheme is Scheme.PHONE:
        # ITU-T E.164, clause 6.1: fifteen digits at most.
        number = re.sub(r"[\s().\-/]", "", value)
        if not _PHONE.fullmatch(number):
            raise Unreadable("a telephone number has 5 to 15 digits")
        return number
    if scheme is Scheme.EMAIL:
        if not _EMAIL.fullmatch(value):
            raise Unreadable("an e-mail address has an @ and a domain")
        return value.lower()
    return read_identifier(IdentifierKind(scheme.value), value)


_READERS: dict[FactKind, Callable[[str, str], str]] = {
    FactKind.NAME: _name,
    FactKind.IDENTIFIER: _identifier,
    FactKind.BIRTH_DATE: _born,
    FactKind.NATIONALITY: _nationality,
}


def _country(text: str) -> str:
    if not text.strip():
        return ""
    found = country(text.strip())
    if found is None:
        raise InvalidInput("country: write a code of ISO 3166-1, such as PAK")
    return found


def _date(text: str) -> str:
    try:
        return str(PartialDate.parse(text.strip())) if text.strip() else ""
    except ValueError as error:
        raise InvalidInput("date: write YYYY, YYYY-MM or YYYY-MM-DD") from error


# --- steps ------------------------------------------------------------------------------------


def ends(wanted: datetime | None, now: datetime) -> datetime:
    """When a profile ends; raises InvalidInput if that is past, or too far ahead."""
    end = wanted or now + USUAL
    if not now < end <= now + LONGEST:
        raise InvalidInput("the end must lie in the future, within five years")
    return end


def review_date(now: datetime, expires_at: datetime) -> datetime:
    """By when somebody must look at a profile again: in half a year, or when it ends."""
    return min(now + REVIEW, expires_at)


def move(old: Profile, to: ProfileState, actor: Actor, reason: str, at: datetime) -> Profile:
    """The profile in another state, by whoever may; raises Conflict if its state forbids that."""
    require_human(actor)
    reason = reason_of(reason)
    if not old.state.can_become(to):
        raise Conflict(f"the profile is {old.state.value.replace('_', ' ')} already")
    return replace(old, state=to, decided_by=actor.name, decided_at=at, decision=reason)


# --- risk over time ---------------------------------------------------------------------------


WEIGHTS = {
    "seizure": 10.0,
    "arrest": 10.0,
    "penalty": 6.0,
    "refused": 4.0,
    "hit_confirmed": 3.0,
    "case": 2.0,
    "alert": 1.0,
    "nothing_found": -1.0,
    "false_match": -3.0,
}
"""Points of what happened, on its day; what is not here counts nothing. A hit that waits for a
decision counts as its alert does; a search that found nothing takes that alert back."""

HALF_LIFE = timedelta(days=180)
"""After so long what happened counts half."""

MONTHS = 24
"""So many months are shown at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What one event adds to the risk of a month: its points, faded."""

    event: Event
    points: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """The risk at the end of a month, or now for the month that runs; never under 0.

    `month` is its first day (UTC); `parts` are what made it, the weightiest first.
    """

    month: datetime
    at: datetime
    score: float
    parts: tuple[Part, ...]

    @property
    def fresh(self) -> tuple[Part, ...]:
        """What happened in this month itself."""
        return tuple(own for own in self.parts if own.event.at >= self.month)


def trend(events: Iterable[Event], now: datetime) -> tuple[Point, ...]:
    """The risk by month, oldest first, from the first event that counts (or MONTHS ago) to now.

    A score is the sum of WEIGHTS, each halved every HALF_LIFE since it happened.
    """
    counted = sorted(
        (own for own in events if own.mark in WEIGHTS and own.at <= now), key=lambda own: own.at
    )
    if not counted:
        return ()
    month, points = max(_month(counted[0].at), _back(_month(now), MONTHS - 1)), []
    while month <= now:
        until = _back(month, -1)
        points.append(_point(counted, month, min(until, now)))
        month = until
    return tuple(points)


def _point(events: Sequence[Event], month: datetime, at: datetime) -> Point:
    parts = [
        Part(event=own, points=WEIGHTS[own.mark] * 0.5 ** ((at - own.at) / HALF_LIFE))
        for own in events
        if own.at <= at
    ]
    parts.sort(key=lambda own: -abs(own.points))
    score = max(0.0, sum(own.points for own in parts))
    return Point(month=month, at=at, score=score, parts=tuple(parts))


def _month(at: datetime) -> datetime:
    day = at.astimezone(UTC)
    return datetime(day.year, day.month, 1, tzinfo=UTC)


def _back(month: datetime, months: int) -> datetime:
    number = month.year * 12 + month.month - 1 - months
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


# --- what the program proposes ----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """Something found out about one journey of a person.

    `mark` is one of WEIGHTS; `journey` the traveller's, `case_id` the case's identifier, "" for
    none.
    """

    mark: str
    at: datetime
    journey: str = ""
    case_id: str = ""


LOOK_BACK = timedelta(days=730)
"""Older incidents lead to no proposal."""

JOURNEYS, CASES = 2, 2
"""From so many journeys with a confirmed hit, or cases, on a profile is proposed."""

_GRAVE = {
    "seizure": N_("Journeys on which goods were seized from him: {count}"),
    "arrest": N_("Journeys on which he was arrested: {count}"),
}
_HITS = N_("Journeys on which hits on him were confirmed: {count}")
_CASES = N_("Cases about him: {count}")
_NEWEST = N_("The last of it happened on {date}")


def reasons_to_propose(incidents: Collection[Incident], now: datetime) -> tuple[Phrase, ...]:
    """Why a person needs a profile; nothing where he does not.

    One seizure or arrest is enough; confirmed hits count by journeys, for several lists may tell of
    one thing.
    """
    recent = [own for own in incidents if own.at >= now - LOOK_BACK]
    journeys: defaultdict[str, set[str]] = defaultdict(set)
    for own in recent:
        journeys[own.mark].add(own.journey)
    cases = {own.case_id for own in recent if own.case_id}
    found = [
        phrase(template, count=len(journeys[mark]))
        for mark, template in _GRAVE.items()
        if journeys[mark]
    ]
    if len(journeys["hit_confirmed"]) >= JOURNEYS:
        found.append(phrase(_HITS, count=len(journeys["hit_confirmed"])))
    if len(cases) >= CASES:
        found.append(phrase(_CASES, count=len(cases)))
    if found:
        newest = max(own.at for own in recent)
        found.append(phrase(_NEWEST, date=newest.astimezone(UTC).date().isoformat()))
    return tuple(found)
