"""Profiles with their facts and steps, and who belongs to those in force."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa

from parakh.clock import utc_now
from parakh.domain.phrase import Phrase
from parakh.domain.profile import (
    FactKind,
    MemberKind,
    Profile,
    ProfileKind,
    ProfileState,
)
from parakh.errors import NotFound
from parakh.normalise.searching import searched, wanted_words
from parakh.store import persons
from parakh.store.batches import batches
from parakh.store.codec import Codec
from parakh.store.database import Tx
from parakh.store.tables import (
    change,
    person_link,
    profile,
    profile_fact,
    profile_step,
    traveller,
)

PROFILE_CHANGED = "profile"
"""Under this word the `change` table tells what screeners must take in again."""
_REASONS: Codec[tuple[Phrase, ...]] = Codec(tuple[Phrase, ...])


# --- profiles ---------------------------------------------------------------------------------


def save(tx: Tx, value: Profile) -> None:
    """Adds a profile, or updates the one with its identifier, and tells the screeners."""
    columns = {
        "kind": value.kind.value,
        "title": value.title,
        "search": searched([value.title]),
        "state": value.state.value,
        "suspicion": value.suspicion,
        "legal_basis": value.legal_basis,
        "alert_when_seen": value.alert_when_seen,
        "reasons": _REASONS.dump(value.reasons),
        "opened_by": value.opened_by,
        "opened_at": value.opened_at,
        "agency": value.agency,
        "decided_by": value.decided_by,
        "decided_at": value.decided_at,
        "decision": value.decision,
        "expires_at": value.expires_at,
        "review_at": value.review_at,
        "merged_into": value.merged_into,
        "before": value.before and value.before.value,
        "lasting_id": value.lasting_id,
        "changed_at": tx.at,
    }
    done = tx.connection.execute(profile.update().where(profile.c.id == value.id).values(columns))
    if done.rowcount == 0:
        tx.connection.execute(profile.insert().values(id=value.id, **columns))
    tx.changed(PROFILE_CHANGED, [value.id])


def get(connection: sa.Connection, profile_id: str, *, lock: bool = False) -> Profile:
    """One profile; raises NotFound. With `lock` other writers wait until the end (PostgreSQL)."""
    query = sa.select(profile).where(profile.c.id == profile_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("there is no such profile")
    return _profile(row)


def by_id(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Profile]:
    """Profiles by their identifiers, as far as they are there."""
    query = sa.select(profile).where(profile.c.id.in_(set(ids)))
    return {row.id: _profile(row) for row in connection.execute(query)}


def family(connection: sa.Connection, lasting_id: str) -> list[Profile]:
    """A profile and all that were merged into it, oldest first."""
    query = sa.select(profile).where(profile.c.lasting_id == lasting_id).order_by(profile.c.id)
    return [_profile(row) for row in connection.execute(query)]


def search(
    connection: sa.Connection,
    *,
    text: str = "",
    kind: ProfileKind | None = None,
    states: Collection[ProfileState] = (),
    only: Collection[str] | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[Profile], int]:
    """A page of profiles, the last changed first, and how many there are in all.

    Every word of `text` stands in the title, or in a name or number that holds, of the profile or
    of one merged into it. `only` are the identifiers among which is looked.
    """
    where = [profile.c.state != ProfileState.MERGED.value]
    if kind is not None:
        where.append(profile.c.kind == kind.value)
    if states:
        where.append(profile.c.state.in_([own.value for own in states]))
    if only is not None:
        where.append(profile.c.id.in_(list(only)))
    own = profile.alias()
    for word in wanted_words(text):
        told = (
            sa.select(own.c.lasting_id)
            .join(profile_fact, profile_fact.c.profile_id == own.c.id)
            .where(
                profile_fact.c.withdrawn_at.is_(None),
                profile_fact.c.search.contains(word, autoescape=True),
            )
        )
        titled = profile.c.search.contains(word, autoescape=True)
        where.append(titled | profile.c.id.in_(told))
    found = sa.select(profile).where(*where)
    total = connection.execute(sa.select(sa.func.count()).select_from(found.subquery()))
    newest = found.order_by(profile.c.changed_at.desc(), profile.c.id.desc())
    rows = connection.execute(newest.offset(offset).limit(limit))
    return [_profile(row) for row in rows], int(total.scalar_one())


def counts(connection: sa.Connection) -> dict[ProfileState, int]:
    """How many profiles are in each state."""
    query = sa.select(profile.c.state, sa.func.count()).group_by(profile.c.state)
    return {ProfileState(state): int(n) for state, n in connection.execute(query)}


def due(connection: sa.Connection, moment: datetime) -> tuple[list[Profile], list[Profile]]:
    """Profiles in force that end before a moment, and those whose review is due by then."""
    living = profile.c.state == ProfileState.IN_FORCE.value
    ends = sa.select(profile).where(living, profile.c.expires_at <= moment)
    reviews = sa.select(profile).where(
        living, profile.c.expires_at > moment, profile.c.review_at <= moment
    )
    return (
        [_profile(row) for row in connection.execute(ends)],
        [_profile(row) for row in connection.execute(reviews)],
    )


def last_legal_basis(connection: sa.Connection) -> str:
    """The legal basis of the profile that was opened last; "" where there is none."""
    query = sa.select(profile.c.legal_basis).order_by(profile.c.id.desc()).limit(1)
    return str(connection.execute(query).scalar_one_or_none() or "")


def watched(connection: sa.Connection, moment: datetime) -> list[Profile]:
    """Profiles in force at a moment whose members raise hits."""
    query = sa.select(profile).where(
        profile.c.state == ProfileState.IN_FORCE.value,
        profile.c.expires_at > moment,
        profile.c.alert_when_seen.is_(True),
    )
    return [_profile(row) for row in connection.execute(query)]


def relead(tx: Tx, ids: Iterable[str], lasting_id: str) -> None:
    """Lets the links of some profiles lead to another."""
    tx.connection.execute(
        profile.update().where(profile.c.id.in_(list(ids))).values(lasting_id=lasting_id)
    )


def last_change(connection: sa.Connection) -> int:
    """The number of the newest change of any profile; -1 when there was none."""
    query = sa.select(sa.func.max(change.c.seq)).where(change.c.kind == PROFILE_CHANGED)
    seq = connection.execute(query).scalar_one()
    return -1 if seq is None else int(seq)


def last_ended(connection: sa.Connection, traveller_ids: Collection[str]) -> datetime | None:
    """When the last profile with one of some travellers as a member was rejected or ended."""
    over = (ProfileState.REJECTED.value, ProfileState.CLOSED.value, ProfileState.EXPIRED.value)
    query = (
        sa.select(sa.func.max(profile_step.c.at, type_=profile_step.c.at.type))
        .join(profile, profile.c.id == profile_step.c.profile_id)
        .join(profile_fact, profile_fact.c.profile_id == profile.c.id)
        .where(
            profile.c.state.in_(over),
            profile_step.c.kind.in_(over),
            profile_fact.c.kind == FactKind.MEMBER.value,
            profile_fact.c.value.in_(list(traveller_ids)),
        )
    )
    found: datetime | None = connection.execute(query).scalar_one()
    return found


# --- members ----------------------------------------------------------------------------------


def members(
    connection: sa.Connection,
    kind: MemberKind,
    values: Collection[str] | None = None,
    *,
    at: datetime | None = None,
) -> dict[str, list[str]]:
    """The profiles of members of a kind; of some members, or (None) of all.

    With `at`, of profiles in force at that moment, by facts that a second person checked; else of
    those that are proposed or in force, by all facts that hold.
    """
    own = profile.alias()
    lasting = profile.alias()
    where = [
        profile_fact.c.kind == FactKind.MEMBER.value,
        profile_fact.c.scheme == kind.value,
        profile_fact.c.withdrawn_at.is_(None),
    ]
    if at is None:
        states = [ProfileState.PROPOSED.value, ProfileState.IN_FORCE.value]
        where.append(lasting.c.state.in_(states))
    else:
        where += [
            profile_fact.c.checked_by.is_not(None),
            lasting.c.state == ProfileState.IN_FORCE.value,
            lasting.c.expires_at > at,
        ]
    query = (
        sa.select(profile_fact.c.value, lasting.c.id)
        .join(own, own.c.id == profile_fact.c.profile_id)
        .join(lasting, lasting.c.id == own.c.lasting_id)
        .where(*where)
        .order_by(profile_fact.c.id)
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    for some in [None] if values is None else batches(values):
        here = query if some is None else query.where(profile_fact.c.value.in_(some))
        for value, profile_id in connection.execute(here):
            if profile_id not in found[value]:
                found[value].append(profile_id)
    return dict(found)


def profiles_of_travellers(
    connection: sa.Connection, traveller_ids: Iterable[str], *, at: datetime | None = None
) -> dict[str, list[str]]:
    """The profiles to which travellers belong, as themselves or as journeys of one person; `at` as
    in `members`."""
    wanted = set(traveller_ids)
    alike = _alike(connection, wanted)
    named = members(connection, MemberKind.TRAVELLER, set(alike), at=at)
    found: dict[str, list[str]] = {}
    for other, profiles in named.items():
        for own in alike[other]:
            known = found.setdefault(own, [])
            known += [one for one in profiles if one not in known]
    return found


def confirmed_travellers(
    connection: sa.Connection,
    traveller_ids: Collection[str] | None = None,
    *,
    at: datetime | None = None,
) -> dict[str, str]:
    """Travellers who belong to a profile in force (checked by a second person), with the profile.

    All journeys of a member's person belong to it. Of some travellers, or (None) of all. `at` is
    the moment at which the profile is in force; now if it is left out. Of several profiles the
    oldest is told.
    """
    moment = at if at is not None else utc_now()
    if traveller_ids is None:
        named = members(connection, MemberKind.TRAVELLER, at=moment)
        everybody = set(named) | persons_members(connection, named)
        found = profiles_of_travellers(connection, everybody, at=moment)
    else:
        found = profiles_of_travellers(connection, traveller_ids, at=moment)
    return {own: min(profiles) for own, profiles in found.items() if profiles}


def persons_members(connection: sa.Connection, ids: Iterable[str]) -> set[str]:
    """Some travellers, and all journeys of the persons they are; without who was joined to another,
    who is told as that one."""
    known = set(ids)
    lasting = _lasting(connection, known)
    everybody = {lasting.get(own, own) for own in known}
    linked = persons.persons_of(connection, everybody)
    return everybody | _linked(connection, linked.values()).keys()


def _alike(connection: sa.Connection, wanted: set[str]) -> dict[str, set[str]]:
    """For each traveller who is one with any of those wanted, with which of them."""
    lasting = _lasting(connection, wanted)
    now = {own: lasting.get(own, own) for own in wanted}
    person = persons.persons_of(connection, now.values())
    others = _linked(connection, person.values())
    by_person: defaultdict[str, set[str]] = defaultdict(set)
    for own, at_last in now.items():
        by_person[person.get(at_last, at_last)].add(own)
    alike: defaultdict[str, set[str]] = defaultdict(set)
    for own, at_last in now.items():
        alike[own].add(own)
        alike[at_last] |= by_person[person.get(at_last, at_last)]
    for other, person_id in others.items():
        alike[other] |= by_person[person_id]
    for some in batches(alike):
        joined = sa.select(traveller.c.id, traveller.c.joined_to).where(
            traveller.c.joined_to.in_(some)
        )
        for row in connection.execute(joined).all():
            alike[row.id] |= alike[row.joined_to]
    return alike


def _linked(connection: sa.Connection, person_ids: Iterable[str]) -> dict[str, str]:
    """The person of each traveller of some persons, by one index."""
    found: dict[str, str] = {}
    for some in batches(person_ids):
        query = sa.select(person_link.c.traveller_id, person_link.c.person_id).where(
            person_link.c.person_id.in_(some)
        )
        found.update((row.traveller_id, row.person_id) for row in connection.execute(query))
    return found


def _lasting(connection: sa.Connection, ids: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in batches(ids):
        query = sa.select(traveller.c.id, traveller.c.joined_to).where(
            traveller.c.id.in_(some), traveller.c.joined_to.is_not(None)
        )
        found.update((row.id, row.joined_to) for row in connection.execute(query))
    return found


# --- rows and values --------------------------------------------------------------------------


def _profile(row: sa.Row[tuple[object, ...]]) -> Profile:
    columns = dict(row._mapping)
    for gone in ("search", "changed_at"):
        del columns[gone]
    before = columns["before"]
    return Profile(
        **{
            **columns,
            "kind": ProfileKind(columns["kind"]),
            "state": ProfileState(columns["state"]),
            "reasons": _REASONS.load(columns["reasons"]),
            "before": None if before is None else ProfileState(before),
        }
    )
