"""Sessions of signed-in browsers: how they begin, who has which, how they end."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose, permissions_of
from parakh.domain.sign_in import Method, Stage
from parakh.errors import Forbidden, InvalidInput, NotFound
from parakh.services.centre import Centre
from parakh.store import agencies, people
from parakh.store.database import Tx
from parakh.store.people import StoredSession, User, token_hash

UNFINISHED = timedelta(minutes=10)
"""So long a sign-in may wait for its second factor."""

_TOUCH = timedelta(minutes=1)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Came:
    """Where a sign-in came from: the browser's name, and as much of the address as is kept."""

    browser: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A signed-in browser: who it is, the token against forged requests, and when it ends.

    Attributes:
        id: names the session on the person's own page; opens nothing.
        stage: whether the sign-in is complete; nothing opens before.
        method: by what the person was known.
    """

    id: str
    actor: Actor
    user: User
    csrf: str
    expires_at: datetime
    stage: Stage = Stage.FULL
    method: Method = Method.PASSWORD


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """A new session and its secret token, which only the browser keeps."""

    token: str
    session: Session


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionRow:
    """One session in a list of them."""

    id: str
    browser: str
    address: str
    method: Method
    created_at: datetime
    seen_at: datetime
    own: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonRow:
    """A user, his living sessions and what he has for a second factor."""

    user: User
    sessions: tuple[SessionRow, ...]


def came_from(user_agent: str, address: str) -> Came:
    """What is kept of a browser and its address: its kind, and the network without the machine.

    Of an IPv4 address the first two bytes stay, of an IPv6 one the first 48 bits: enough to know
    one's own place again.
    """
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    told = " · ".join(part for part in (browser, system) if part)
    return Came(browser=told, address=_shortened(address))


# --- for those who sign somebody in -----------------------------------------------------------


def start(
    centre: Centre,
    tx: Tx,
    user: User,
    *,
    stage: Stage,
    method: Method,
    came: Came,
    provider_session: str = "",
) -> SignedIn:
    """A new session within a transaction; notes it in the audit."""
    token = secrets.token_urlsafe(32)
    stored = StoredSession(
        token_hash=token_hash(token),
        user_id=user.id,
        csrf=secrets.token_urlsafe(32),
        created_at=tx.at,
        seen_at=tx.at,
        stage=stage,
        method=method,
        browser=came.browser[:80],
        address=came.address[:64],
        provider_session=provider_session[:255],
    )
    people.add_session(tx.connection, stored)
    action = "session.started" if stage is Stage.FULL else "session.begun"
    tx.audit(action, "user", user.id, method=method.value)
    return SignedIn(token=token, session=_session(centre, tx.connection, stored, user))


def complete(centre: Centre, tx: Tx, token: str, method: Method) -> SignedIn:
    """The full session in place of one that waited; raises NotFound if it waits no more.

    It gets a token of its own, so that whoever saw the first one has nothing.
    """
    digest = token_hash(token)
    stored = people.get_session(tx.connection, digest)
    if stored is None or stored.stage is Stage.FULL:
        raise NotFound("this sign-in is over: begin it again")
    if people.end_sessions(tx.connection, digest=digest) != 1:
        raise NotFound("this sign-in is over: begin it again")
    user = people.get_user(tx.connection, stored.user_id)
    return start(
        centre,
        tx,
        user,
        stage=Stage.FULL,
        method=method,
        came=Came(browser=stored.browser, address=stored.address),
        provider_session=stored.provider_session,
    )


# --- for every request ------------------------------------------------------------------------


def find(centre: Centre, token: str, *, touch: bool = True) -> Session | None:
    """The living session of a token; None when there is none, it ended, or it is not complete.

    With `touch` it counts as used; what a page does by itself in the background must not, or the
    desk that somebody left would never be signed out.
    """
    found = _living(centre, token)
    if found is None or found[0].stage is not Stage.FULL:
        return None
    stored, made = found
    now = centre.clock()
    if touch and now - stored.seen_at > _TOUCH:
        # Not audited: it tells no more than the request that is audited for what it does.
        with centre.db.maintain() as connection:
            people.touch_session(connection, stored.token_hash, now)
    return made


def unfinished(centre: Centre, token: str) -> Session | None:
    """The sign-in of a token that waits for its second factor; None for any other."""
    found = _living(centre, token)
    return None if found is None or found[0].stage is Stage.FULL else found[1]


def sign_out(centre: Centre, actor: Actor, token: str) -> None:
    """Ends a session."""
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        people.end_sessions(tx.connection, digest=token_hash(token))
        tx.audit("session.ended", "user", actor.id)


# --- seen and ended by persons ----------------------------------------------------------------


def own_sessions(centre: Centre, actor: Actor, present_id: str = "") -> list[SessionRow]:
    """The actor's own living sessions, the one last used first; `present_id` marks this one."""
    with centre.db.read() as connection:
        found = people.sessions_of(connection, [actor.id])
    return [_row(own, present_id) for own in found if not _ended(centre, own) and _full(own)]


def end_own(centre: Centre, actor: Actor, session_id: str) -> None:
    """Ends one of the actor's own sessions; raises NotFound when there is no such one."""
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        _end_one(tx, actor.id, session_id)
        tx.audit("session.ended", "user", actor.id, session=session_id)


def end_others(centre: Centre, actor: Actor, present_id: str) -> int:
    """Ends all of the actor's sessions but the present one; gives how many."""
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        ended = [
            own for own in people.sessions_of(tx.connection, [actor.id]) if own.id != present_id
        ]
        for own in ended:
            people.end_sessions(tx.connection, digest=own.token_hash)
        tx.audit("session.ended", "user", actor.id, others=len(ended))
    return len(ended)


def people_signed_in(centre: Centre, actor: Actor) -> list[PersonRow]:
    """Every user with his living sessions, by name; a look that is audited."""
    actor.require(Permission.END_SESSIONS)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        found = people.users(tx.connection)
        living: dict[str, list[SessionRow]] = {}
        for own in people.sessions_of(tx.connection, [user.id for user in found]):
            if not _ended(centre, own) and _full(own):
                living.setdefault(own.user_id, []).append(_row(own, ""))
        tx.audit("sessions.viewed", "user", "all", people=len(found))
    return [PersonRow(user=user, sessions=tuple(living.get(user.id, ()))) for user in found]


def of_user(centre: Centre, actor: Actor, name: str) -> list[SessionRow]:
    """The living sessions of a user by his name; an audited look. Raises NotFound."""
    actor.require(Permission.END_SESSIONS)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        known = people.credentials(tx.connection, name.strip().lower())
        if known is None:
            raise NotFound(f"there is no user {name}")
        tx.audit("sessions.viewed", "user", known.user.id)
        found = people.sessions_of(tx.connection, [known.user.id])
    return [_row(own, "") for own in found if not _ended(centre, own) and _full(own)]


def end_all_of(centre: Centre, actor: Actor, name: str, reason: str) -> int:
    """Ends every session of somebody else, with a reason; gives how many.

    Raises NotFound for an unknown name, InvalidInput without a reason, Forbidden for oneself: one's
    own sessions end on one's own page.
    """
    actor.require(Permission.END_SESSIONS)
    if not reason.strip():
        raise InvalidInput("give a reason")
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        known = people.credentials(tx.connection, name.strip().lower())
        if known is None:
            raise NotFound(f"there is no user {name}")
        if known.user.id == actor.id:
            raise Forbidden("end your own sessions on your account's page")
        ended = people.end_sessions(tx.connection, user_id=known.user.id)
        tx.audit(
            "sessions.ended_by_other", "user", known.user.id, sessions=ended, reason=reason.strip()
        )
    return ended


# --- within -----------------------------------------------------------------------------------


def actor_of_user(centre: Centre, user: User) -> Actor:
    """A user as the services know him."""
    with centre.db.read() as connection:
        return actor_of(connection, user)


def actor_of(connection: sa.Connection, user: User) -> Actor:
    """The same, within a transaction."""
    permissions = permissions_of(user.roles)
    seat = agencies.seat(connection, user.units, permissions)
    return Actor(
        id=user.id,
        name=user.name,
        permissions=permissions,
        units=seat.units,
        ports=seat.ports,
        central=seat.central,
        agency=seat.agency,
        kind=seat.kind,
        region=seat.region,
    )


def _living(centre: Centre, token: str) -> tuple[StoredSession, Session] | None:
    with centre.db.read() as connection:
        stored = people.get_session(connection, token_hash(token))
        if stored is None or _ended(centre, stored):
            return None
        user = people.get_user(connection, stored.user_id)
        return (stored, _session(centre, connection, stored, user)) if user.active else None


def _session(
    centre: Centre, connection: sa.Connection, stored: StoredSession, user: User
) -> Session:
    return Session(
        id=stored.id,
        actor=actor_of(connection, user),
        user=user,
        csrf=stored.csrf,
        expires_at=stored.created_at + timedelta(hours=centre.settings.session_hours),
        stage=stored.stage,
        method=stored.method,
    )


def _end_one(tx: Tx, user_id: str, session_id: str) -> None:
    for own in people.sessions_of(tx.connection, [user_id]):
        if own.id == session_id:
            people.end_sessions(tx.connection, digest=own.token_hash)
            return
    raise NotFound("there is no such session any more")


def _ended(centre: Centre, stored: StoredSession) -> bool:
    settings, now = centre.settings, centre.clock()
    if not _full(stored) and now - stored.created_at >= UNFINISHED:
        return True
    return now - stored.created_at >= timedelta(
        hours=settings.session_hours
    ) or now - stored.seen_at >= timedelta(minutes=settings.session_idle_minutes)


def _full(stored: StoredSession) -> bool:
    return stored.stage is Stage.FULL


def _row(stored: StoredSession, present_id: str) -> SessionRow:
    return SessionRow(
        id=stored.id,
        browser=stored.browser,
        address=stored.address,
        method=stored.method,
        created_at=stored.created_at,
        seen_at=stored.seen_at,
        own=stored.id == present_id,
    )


def _shortened(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if found.version == 4:
        return re.sub(r"\.\d+\.\d+$", ".*.*", str(found))
    return ":".join(found.exploded.split(":")[:3]) + "::*"
