"""Who follows a profile is told when something new happens; each event once."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose, system_actor
from parakh.act.decisions import require_human
from parakh.domain.hit import Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.profile import Event
from parakh.services import accounts, profile_events
from parakh.services.centre import Centre
from parakh.services.profiles import lasting
from parakh.store import notices as store
from parakh.store import posts, profiles
from parakh.store.notices import Notice

MOST_SHOWN = 200

LATE = timedelta(days=7)
"""What the centre comes to know later than this after it happened raises no notice: registers of
the border are read days later, and nobody needs years of them told."""

KEPT = timedelta(days=90)
"""A notice that was read is deleted after this."""

SECONDS = 2.0
"""So long the worker looks for news at a time."""

_TELLER = system_actor("notices")


def follow(centre: Centre, actor: Actor, profile_id: str, *, on: bool) -> None:
    """The actor is told from now on of what happens to a profile, or no more."""
    actor.require(Permission.SEE_PROFILES)
    require_human(actor)
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        at_last = lasting(tx.connection, profile_id)
        if on:
            store.follow(tx, at_last, actor.id)
        else:
            for own in profiles.family(tx.connection, at_last):
                store.unfollow(tx, own.id, actor.id)
        tx.audit("profile.followed" if on else "profile.unfollowed", "profile", at_last)


def unread(centre: Centre, actor: Actor) -> int:
    """How many notices wait for the actor; it tells nothing of what happened."""
    if not actor.may(Permission.SEE_PROFILES):
        return 0
    with centre.db.read() as connection:
        return store.unread(connection, actor.id)


def listed(centre: Centre, actor: Actor) -> list[tuple[Notice, str]]:
    """The actor's notices with the titles of their profiles, or the names of their posts: new ones
    first, then the newest.

    A look that is audited.
    """
    actor.require(Permission.SEE_PROFILES)
    with centre.db.read() as connection:
        found = store.of_user(connection, actor.id, MOST_SHOWN)
        about = profiles.by_id(connection, {own.subject.id for own in found})
        named = posts.posts(connection)
    if found:
        with centre.db.write(actor, Purpose.PROFILE) as tx:
            tx.audit("notices.viewed", "profile", "all", profiles=sorted(about))
    titles = {key: own.title for key, own in about.items()}
    titles |= {key: own.name for key, own in named.items()}
    return [(own, titles.get(own.subject.id, "")) for own in found]


def read(centre: Centre, actor: Actor, notice_id: str | None = None) -> None:
    """Marks one notice of the actor's, or all, as read."""
    actor.require(Permission.SEE_PROFILES)
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        count = store.read(tx, actor.id, None if notice_id is None else [notice_id])
        tx.audit("notices.read", "notice", notice_id or "all", count=count)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """How many notices were given, and the profile at which the time was over; "" when all had
    their turn."""

    count: int
    last: str


def tell(centre: Centre, after: str = "", seconds: float = SECONDS) -> Told:
    """Tells followers what is new since they follow; for the worker.

    Followed profiles have their turn in order of their identifiers, those behind `after`; after so
    many seconds the rest waits for the next call, for the worker's queue must not. What somebody
    did himself, and what is of a port or unit that he does not see, he is not told.
    """
    until, last, made = time.monotonic() + seconds, "", list[Notice]()
    users = accounts.actors(centre)
    with centre.db.read() as connection:
        followed = store.followed(connection)
        for profile_id in sorted(own for own in followed if own > after):
            made += _notices(centre, connection, profile_id, followed[profile_id], users)
            if time.monotonic() > until:
                last = profile_id
                break
    if made:
        with centre.db.write(_TELLER, Purpose.PROFILE) as tx:
            store.add(tx, made)
            tx.audit("notices.told", "notice", "all", count=len(made))
        centre.wall.notify()
    return Told(count=len(made), last=last)


def forget(centre: Centre) -> int:
    """Deletes notices that were read long ago; for the worker's housekeeping."""
    with centre.db.maintain() as connection:
        return store.forget(connection, centre.clock() - KEPT)


def _notices(
    centre: Centre,
    connection: sa.Connection,
    profile_id: str,
    followers: Mapping[str, datetime],
    users: Mapping[str, Actor],
) -> list[Notice]:
    """What is new to the followers of one profile."""
    now = centre.clock()
    known = profile_events.known(connection, profile_id)
    events = [
        own for own in profile_events.events(connection, known, now) if own.known_at > now - LATE
    ]
    told = store.told(connection, profile_id) if events else set()
    return [
        _notice(profile_id, user_id, event)
        for user_id, since in followers.items()
        if (actor := users.get(user_id)) is not None and actor.may(Permission.SEE_PROFILES)
        for event in events
        if event.known_at > since
        and event.source != actor.name
        and (user_id, event.key) not in told
        and profile_events.may_see(actor, event)
    ]


def _notice(profile_id: str, user_id: str, event: Event) -> Notice:
    return Notice(
        id=new_id(),
        user_id=user_id,
        subject=Ref(kind=Kind.PROFILE, id=profile_id),
        key=event.key,
        kind=event.kind.value,
        text=event.text,
        path=event.path or f"/profiles/{profile_id}",
        at=event.known_at,
    )
