"""Profiles as they are looked at: the list, and all of one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act import profiles as act
from parakh.act.profiles import Point
from parakh.domain.profile import (
    Event,
    Fact,
    FactKind,
    Profile,
    ProfileKind,
    ProfileState,
    names_of,
)
from parakh.services import agencies, profile_events, profile_retention
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.services.profile_sources import Member, members_shown
from parakh.services.profiles import lasting
from parakh.store import notices
from parakh.store import profile_facts as facts_store
from parakh.store import profiles as store

PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileRow:
    """A profile at a glance: names and numbers that hold, and the first picture."""

    profile: Profile
    names: tuple[str, ...]
    identifiers: tuple[Fact, ...]
    picture: str | None
    followed: bool

    def due(self, now: datetime) -> bool:
        """Whether its review or its end is near."""
        in_force = self.profile.state is ProfileState.IN_FORCE
        return (
            in_force
            and min(self.profile.review_at, self.profile.expires_at) <= now + profile_events.SOON
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfilePage:
    """A page of profiles, the last changed first, and how many there are in each state."""

    rows: tuple[ProfileRow, ...]
    total: int
    page: int
    pages: int
    counts: dict[ProfileState, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Association:
    """A tie to another profile; `outward` when it was told of this one."""

    fact: Fact
    other: Profile
    outward: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileView:
    """All of one profile.

    Attributes:
        facts: those that hold, of it and of all merged into it; what two tell is told once.
        withdrawn: facts that were taken back.
        merged: the profiles that became part of it.
        pictures: identifiers of those that are still there.
        events: everything that happened, the newest first, as the actor may see it.
        trend: risk by month, the oldest first.
        may_decide: whether the actor may be the second person who lets it come into force.
        may_check: whether he may be the second person behind some fact.
        elsewhere: how many events are of other ports and units.
        deleted_at: when it is deleted, for one that is over.
        agency: what the agency is called whose officer opened it.
    """

    row: ProfileRow
    facts: tuple[Fact, ...]
    withdrawn: tuple[Fact, ...]
    merged: tuple[Profile, ...]
    pictures: tuple[str, ...]
    associations: tuple[Association, ...]
    members: tuple[Member, ...]
    events: tuple[Event, ...]
    trend: tuple[Point, ...]
    may_decide: bool
    may_check: frozenset[str]
    elsewhere: int
    deleted_at: datetime | None
    agency: str

    @property
    def profile(self) -> Profile:
        """Its head."""
        return self.row.profile

    def told(self, kind: FactKind) -> list[Fact]:
        """Facts of one kind that hold."""
        return [own for own in self.facts if own.kind is kind]


# --- looks --------------------------------------------------------------------------------------


def listed(
    centre: Centre,
    actor: Actor,
    *,
    text: str = "",
    kind: ProfileKind | None = None,
    states: Sequence[ProfileState] = (),
    followed: bool = False,
    page: int = 1,
) -> ProfilePage:
    """A page of profiles by words, kind and state; with `followed`, of those the actor follows.

    A look that is audited.
    """
    actor.require(Permission.SEE_PROFILES)
    page = max(1, page)
    with centre.db.read() as connection:
        mine = notices.followed_by(connection, actor.id)
        found, total = store.search(
            connection,
            text=text,
            kind=kind,
            states=states,
            only=mine if followed else None,
            offset=(page - 1) * PAGE,
            limit=PAGE,
        )
        rows = _rows(connection, found, mine)
        counts = store.counts(connection)
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        tx.audit("profiles.listed", "profile", "all", searched=text[:200])
    return ProfilePage(
        rows=rows, total=total, page=page, pages=max(1, -(-total // PAGE)), counts=counts
    )


def view(centre: Centre, actor: Actor, profile_id: str) -> ProfileView:
    """One profile, or that into which it was merged; a look that is audited. Raises NotFound."""
    actor.require(Permission.SEE_PROFILES)
    with centre.db.read() as connection:
        found = _view(centre, connection, actor, lasting(connection, profile_id))
    centre.looked(actor, Purpose.PROFILE, "profile.viewed", "profile", found.profile.id)
    return found


def of_travellers(centre: Centre, actor: Actor, traveller_ids: Iterable[str]) -> list[Profile]:
    """Living profiles to which travellers belong; a look that is audited where there is one."""
    actor.require(Permission.SEE_PROFILES)
    with centre.db.read() as connection:
        ids = store.profiles_of_travellers(connection, traveller_ids).values()
        found = store.by_id(connection, {one for some in ids for one in some})
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        tx.audit("profiles.listed", "profile", "all", shown=sorted(found))
    return [found[own] for own in sorted(found)]


def last_legal_basis(centre: Centre, actor: Actor) -> str:
    """The legal basis of the profile that was opened last, for a form to begin with."""
    actor.require(Permission.KEEP_PROFILES)
    with centre.db.read() as connection:
        return store.last_legal_basis(connection)


# --- within -------------------------------------------------------------------------------------


def _rows(
    connection: sa.Connection, found: Sequence[Profile], followed: set[str]
) -> tuple[ProfileRow, ...]:
    facts: dict[str, list[Fact]] = {}
    for own in facts_store.facts(connection, [one.id for one in found]):
        if own.holds:
            facts.setdefault(own.profile_id, []).append(own)
    return tuple(
        _row(connection, own, facts.get(own.id, []), followed=own.id in followed) for own in found
    )


def _row(
    connection: sa.Connection, profile: Profile, facts: Sequence[Fact], *, followed: bool
) -> ProfileRow:
    held = [own.value for own in facts if own.kind is FactKind.PICTURE]
    there = facts_store.pictures_there(connection, held) if held else set()
    return ProfileRow(
        profile=profile,
        names=tuple(names_of(facts)),
        identifiers=tuple(own for own in facts if own.kind is FactKind.IDENTIFIER),
        picture=next((own for own in held if own in there), None),
        followed=followed,
    )


def _view(centre: Centre, connection: sa.Connection, actor: Actor, profile_id: str) -> ProfileView:
    now = centre.clock()
    family = {own.id: own for own in store.family(connection, profile_id)}
    profile = family[profile_id]
    known = profile_events.known(connection, profile_id)
    facts = _once([own for own in known.facts if own.holds], profile_id)
    found = profile_events.events(connection, known, now)
    shown = profile_events.shown_to(actor, found)
    held = [own.value for own in facts if own.kind is FactKind.PICTURE]
    there = facts_store.pictures_there(connection, held)
    reviews = actor.may(Permission.REVIEW_PROFILES) and actor.human
    return ProfileView(
        row=_row(
            connection,
            profile,
            facts,
            followed=notices.follows(connection, family, actor.id),
        ),
        facts=tuple(facts),
        withdrawn=tuple(own for own in known.facts if not own.holds),
        merged=tuple(own for own in family.values() if own.id != profile_id),
        pictures=tuple(own for own in held if own in there),
        associations=tuple(_associations(connection, family, facts)),
        members=tuple(members_shown(centre, connection, actor, facts)),
        events=tuple(shown),
        trend=act.trend(shown, now),
        may_decide=reviews and not same_person(connection, profile.opened_by, actor),
        may_check=frozenset(
            own.id
            for own in facts
            if reviews and own.checked_by is None and not same_person(connection, own.by, actor)
        ),
        elsewhere=sum(own != one for own, one in zip(found, shown, strict=True)),
        deleted_at=profile_retention.deleted_at(centre, connection, profile_id),
        agency=agencies.name_of(centre, connection, profile.agency),
    )


def _once(facts: Sequence[Fact], profile_id: str) -> list[Fact]:
    """Each thing once: as the profile itself tells it, or somebody checked it, if one did."""
    best: dict[tuple[str, str, str, str], Fact] = {}
    for own in sorted(
        facts, key=lambda one: (one.checked_by is None, one.profile_id != profile_id)
    ):
        best.setdefault(own.same, own)
    return sorted(best.values(), key=lambda own: own.id)


def _associations(
    connection: sa.Connection, family: dict[str, Profile], facts: Sequence[Fact]
) -> list[Association]:
    outward = [own for own in facts if own.kind is FactKind.ASSOCIATION]
    inward = facts_store.associations_to(connection, list(family))
    others = store.by_id(
        connection, {*(own.value for own in outward), *(own.profile_id for own in inward)}
    )
    at_last = store.by_id(connection, {own.lasting_id for own in others.values()})
    return [
        Association(fact=own, other=at_last[others[other].lasting_id], outward=out)
        for out, some in ((True, outward), (False, inward))
        for own in some
        if (other := own.value if out else own.profile_id) in others
        and others[other].lasting_id not in family
    ]
