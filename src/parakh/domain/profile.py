"""Profiles: what the centre knows of one suspected person, organisation or transport unit."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from parakh.domain.conveyance import ConveyanceKind
from parakh.domain.phrase import Phrase


class ProfileKind(StrEnum):
    """What a profile is about."""

    PERSON = "person"
    ORGANISATION = "organisation"
    VEHICLE = "vehicle"
    VESSEL = "vessel"
    CONTAINER = "container"
    AIRCRAFT = "aircraft"


class ProfileState(StrEnum):
    """A profile's life; from `proposed` only another person takes it into force."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    REJECTED = "rejected"
    CLOSED = "closed"
    EXPIRED = "expired"
    MERGED = "merged"

    def can_become(self, other: "ProfileState") -> bool:
        """Whether the step is allowed."""
        return other in _NEXT[self]

    @property
    def living(self) -> bool:
        """Whether facts can be added, and it can be merged and split."""
        return self in (ProfileState.PROPOSED, ProfileState.IN_FORCE)


_NEXT: dict[ProfileState, set[ProfileState]] = {
    ProfileState.PROPOSED: {
        ProfileState.IN_FORCE,
        ProfileState.REJECTED,
        ProfileState.CLOSED,
        ProfileState.MERGED,
    },
    ProfileState.IN_FORCE: {ProfileState.CLOSED, ProfileState.EXPIRED, ProfileState.MERGED},
    ProfileState.REJECTED: {ProfileState.PROPOSED},
    ProfileState.CLOSED: {ProfileState.PROPOSED},
    ProfileState.EXPIRED: {ProfileState.PROPOSED},
    # Undone, a merged one is again what it was before.
    ProfileState.MERGED: {ProfileState.PROPOSED, ProfileState.IN_FORCE},
}


class FactKind(StrEnum):
    """What a fact tells."""

    NAME = "name"
    IDENTIFIER = "identifier"
    BIRTH_DATE = "birth_date"
    NATIONALITY = "nationality"
    PICTURE = "picture"
    MEMBER = "member"
    ASSOCIATION = "association"
    NOTE = "note"


class NameKind(StrEnum):
    """How a name is borne."""

    PRIMARY = "primary"
    ALIAS = "alias"
    MAIDEN = "maiden"
    FORMER = "former"
    TRANSLITERATION = "transliteration"
    TRADE = "trade"


class Scheme(StrEnum):
    """By whose rules an identifier is made."""

    PASSPORT = "passport"
    IDENTITY_CARD = "identity_card"
    VISA = "visa"
    DOCUMENT = "document"
    PHONE = "phone"
    EMAIL = "email"
    PLATE = "plate"
    CHASSIS = "chassis"
    IMO = "imo"
    MMSI = "mmsi"
    CALL_SIGN = "call_sign"
    AIRCRAFT_REGISTRATION = "aircraft_registration"
    AIRCRAFT_SERIAL = "aircraft_serial"
    CONTAINER = "container"
    REGISTRATION = "registration"
    TAX = "tax"


UNIT_SCHEMES: dict[ConveyanceKind, Scheme] = {
    ConveyanceKind.VEHICLE: Scheme.PLATE,
    ConveyanceKind.VESSEL: Scheme.IMO,
    ConveyanceKind.AIRCRAFT: Scheme.AIRCRAFT_REGISTRATION,
    ConveyanceKind.CONTAINER: Scheme.CONTAINER,
}
"""By which numbers profiles bear each kind of transport unit."""


class MemberKind(StrEnum):
    """What belongs to a profile, so that all that happens to it flows in."""

    TRAVELLER = "traveller"
    WATCHLIST_ENTRY = "watchlist_entry"
    CASE = "case"


class Tie(StrEnum):
    """How two profiles belong together; read from the first to the second."""

    RELATIVE = "relative"
    ASSOCIATE = "associate"
    TRAVELS_WITH = "travels_with"
    WORKS_FOR = "works_for"
    OWNS = "owns"
    USES = "uses"
    PAYS_FOR = "pays_for"
    SAME_ADDRESS = "same_address"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One thing that is known of a profile, with its source, and who told it when.

    Attributes:
        profile_id: the profile that it was told of; one that was merged keeps its own.
        scheme: of what sort it is within its kind: a NameKind, Scheme, MemberKind or Tie; "" for
            the others.
        value: the name, number, date, country, text; the identifier of the picture, the member or
            the other profile.
        issuer: the country (alpha-3) that issued an identifier, "" where it is not known.
        note: evidence, in words.
        source: from where it is known.
        since, until: ISO 8601, to the precision that is known; "" for unknown.
        checked_by: the second person, without whom nobody is screened against it.
        withdrawn_by: who took it back.
    """

    id: str
    profile_id: str
    kind: FactKind
    scheme: str = ""
    value: str
    issuer: str = ""
    note: str = ""
    source: str
    since: str = ""
    until: str = ""
    by: str = ""
    at: datetime | None = None
    checked_by: str | None = None
    checked_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawal: str = ""

    @property
    def holds(self) -> bool:
        """Whether it was not taken back."""
        return self.withdrawn_at is None

    @property
    def same(self) -> tuple[str, str, str, str]:
        """Equal for two facts that tell one thing."""
        return (self.kind.value, self.scheme, self.value, self.issuer)


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """The head of a profile; its facts are told apart.

    Attributes:
        title: by what officers call it.
        suspicion: what it is suspected of, and why.
        legal_basis: the law that allows to keep it.
        alert_when_seen: whether a member's journey raises a hit by itself.
        reasons: why the program proposed it; none for an officer's.
        agency: whose officer opened it; "" for the agency whose centre this is.
        decided_by: the second person, who let it come into force or rejected it.
        decision: his reason.
        expires_at: after this moment it is not in force any more.
        review_at: by then somebody must have looked whether it is still needed.
        merged_into: the profile that it became part of; None for one that stands by itself.
        before: the state it had before it was merged.
        lasting_id: the profile to which its links lead: its own, or that it was merged into at
            last.
    """

    id: str
    kind: ProfileKind
    title: str
    state: ProfileState = ProfileState.PROPOSED
    suspicion: str = ""
    legal_basis: str = ""
    alert_when_seen: bool = False
    reasons: tuple[Phrase, ...] = ()
    opened_by: str
    opened_at: datetime
    agency: str = ""
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str = ""
    expires_at: datetime
    review_at: datetime
    merged_into: str | None = None
    before: ProfileState | None = None
    lasting_id: str

    def in_force_at(self, moment: datetime) -> bool:
        """Whether it holds at a moment."""
        return self.state is ProfileState.IN_FORCE and moment < self.expires_at


class StepKind(StrEnum):
    """What was done to a profile as a whole."""

    OPENED = "opened"
    APPROVED = "approved"
    REJECTED = "rejected"
    EDITED = "edited"
    KEPT = "kept"
    CLOSED = "closed"
    EXPIRED = "expired"
    REOPENED = "reopened"
    MERGED = "merged"
    UNMERGED = "unmerged"
    SPLIT = "split"
    ALERT_ON = "alert_on"
    ALERT_OFF = "alert_off"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing that was done to a profile; `other_id` is the profile merged with or split off."""

    id: str
    profile_id: str
    kind: StepKind
    by: str
    at: datetime
    note: str = ""
    other_id: str = ""


class EventKind(StrEnum):
    """What a timeline shows; the order is that of the filter."""

    CROSSING = "crossing"
    CONSIGNMENT = "consignment"
    MOVEMENT = "movement"
    EXAMINATION = "examination"
    HIT = "hit"
    ALERT = "alert"
    OUTCOME = "outcome"
    CASE = "case"
    EDIT = "edit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened to a profile or its members.

    Attributes:
        key: equal for the same event, whenever it is looked at.
        at: when it happened, or is due.
        known_at: when the centre came to know it.
        text: what happened.
        mark: as what it counts for the risk (see `parakh.act.profiles.WEIGHTS`); "" for nothing.
        source: from where it is known: a screener, an officer, a gate.
        path: the page that shows it, "" where there is none.
        port, unit_id: whose it is: others see that something is there, and not what.
        only_for: sign-in names of those who alone may see it; none for everybody.
    """

    key: str
    kind: EventKind
    at: datetime
    known_at: datetime
    text: Phrase
    mark: str = ""
    source: str = ""
    note: str = ""
    path: str = ""
    port: str = ""
    unit_id: str = ""
    only_for: frozenset[str] = frozenset()


def names_of(facts: Iterable[Fact]) -> list[str]:
    """The names that hold, the primary one first."""
    told = [own for own in facts if own.kind is FactKind.NAME and own.holds]
    told.sort(key=lambda own: own.scheme != NameKind.PRIMARY.value)
    return list(dict.fromkeys(own.value for own in told))


def profile_print(facts: Iterable[Fact]) -> str:
    """A digest (SHA-256, hexadecimal) of all that somebody is screened against of a profile.

    Its numbers and its travellers, as far as they hold and a second person checked them, in
    whatever order; not the journeys that its travellers make later.
    """
    member = MemberKind.TRAVELLER.value
    told = {
        own.same
        for own in facts
        if own.holds
        and own.checked_by is not None
        and (own.kind is FactKind.IDENTIFIER or (own.kind, own.scheme) == (FactKind.MEMBER, member))
    }
    text = json.dumps(sorted(told), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
