"""Sign-in, sessions, users and units."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from parakh.access import (
    Actor,
    Permission,
    Purpose,
    Role,
    permissions_of,
    system_actor,
)
from parakh.domain.ids import new_id
from parakh.domain.unit import Unit
from parakh.errors import Conflict, InvalidInput, NotFound, SignInFailed
from parakh.services.centre import Centre
from parakh.store import people
from parakh.store.database import Tx
from parakh.store.people import Credentials, StoredSession, User, token_hash

MINIMUM_PASSWORD = 12
_TOUCH = timedelta(minutes=1)
_DOOR = system_actor("sign-in")
_FAILED = "The name or the password is wrong, or the account is locked for a while."


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A signed-in browser: who it is, the token against forged requests, and when it ends."""

    actor: Actor
    user: User
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """A new session and its secret token, which only the browser keeps."""

    token: str
    session: Session


# --- sign-in ----------------------------------------------------------------------------------


def sign_in(centre: Centre, name: str, password: str) -> SignedIn:
    """Starts a session; raises SignInFailed, with one text for every cause.

    A wrong name costs as much time as a wrong password. Too many failures in a row lock the
    account for a while; the right password does not open a locked account.
    """
    user = _checked(centre, name, password)
    actor = _actor(centre, user)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        # Again, now that nobody else writes: guesses made at once must not slip past the lock.
        current = people.credentials(tx.connection, user.name)
        if current is None or _locked(centre, current):
            raise SignInFailed(_FAILED)
        people.set_failures(tx.connection, user.id, 0, None)
        tx.audit("session.started", "user", user.id)
        return _new_session(centre, tx.connection, user, actor)


def identify(centre: Centre, name: str, password: str) -> Actor:
    """The person behind a name and a password, without a session; raises SignInFailed."""
    return _actor(centre, _checked(centre, name, password))


def sign_out(centre: Centre, actor: Actor, token: str) -> None:
    """Ends a session."""
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        people.end_sessions(tx.connection, digest=token_hash(token))
        tx.audit("session.ended", "user", actor.id)


def session(centre: Centre, token: str, *, touch: bool = True) -> Session | None:
    """The living session of a token; None when there is none, or it ended.

    With `touch` it counts as used; what a page does by itself in the background must not, or the
    desk that somebody left would never be signed out.
    """
    digest = token_hash(token)
    with centre.db.read() as connection:
        stored = people.get_session(connection, digest)
        if stored is None or _ended(centre, stored):
            return None
        user = people.get_user(connection, stored.user_id)
    if not user.active:
        return None
    now = centre.clock()
    if touch and now - stored.seen_at > _TOUCH:
        # Not audited: it tells no more than the request that is audited for what it does.
        with centre.db.maintain() as connection:
            people.touch_session(connection, digest, now)
    return _session(centre, stored, user, _actor(centre, user))


def change_password(centre: Centre, actor: Actor, old: str, new: str) -> SignedIn:
    """Sets a new password, ends all the user's sessions, and starts a fresh one."""
    with centre.db.read() as connection:
        user = people.get_user(connection, actor.id)
        known = people.credentials(connection, user.name)
    if known is None or _locked(centre, known) or not _matches(known.password_hash, old):
        _count_failure(centre, known)
        raise SignInFailed("The present password is wrong.")
    hashed = _hash(new)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        people.set_password(tx.connection, user.id, hashed)
        people.end_sessions(tx.connection, user_id=user.id)
        tx.audit("password.changed", "user", user.id)
        return _new_session(centre, tx.connection, user, actor)


# --- users, units -----------------------------------------------------------------------------


def add_user(
    centre: Centre,
    actor: Actor,
    *,
    name: str,
    display_name: str,
    roles: frozenset[Role],
    units: frozenset[str],
    password: str,
) -> User:
    """Adds a user; `units` are identifiers. Raises Conflict when the name is taken."""
    actor.require(Permission.MANAGE_USERS)
    user = User(
        id=new_id(),
        name=_user_name(name),
        display_name=display_name.strip() or name,
        roles=roles,
        units=units,
    )
    if not roles:
        raise InvalidInput("a user needs at least one role")
    hashed = _hash(password)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        known_units(tx.connection, units)
        if people.credentials(tx.connection, user.name) is not None:
            raise Conflict(f"there is a user {user.name} already")
        people.add_user(tx.connection, user, hashed, tx.at)
        tx.audit("user.added", "user", user.id, name=user.name, roles=sorted(roles))
    return user


def change_user(
    centre: Centre,
    actor: Actor,
    name: str,
    *,
    roles: frozenset[Role] | None = None,
    units: frozenset[str] | None = None,
    active: bool | None = None,
) -> User:
    """Changes a user's roles or units, closes his account or opens it; what is None stays.

    His sessions end, so that no old permission lives on. Raises NotFound.
    """
    actor.require(Permission.MANAGE_USERS)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        known = people.credentials(tx.connection, _user_name(name))
        if known is None:
            raise NotFound(f"there is no user {name}")
        if roles is not None and not roles:
            raise InvalidInput("a user needs at least one role")
        known_units(tx.connection, units or frozenset())
        user = replace(
            known.user,
            roles=known.user.roles if roles is None else roles,
            units=known.user.units if units is None else units,
            active=known.user.active if active is None else active,
        )
        people.update_user(tx.connection, user)
        people.end_sessions(tx.connection, user_id=user.id)
        tx.audit(
            "user.changed",
            "user",
            user.id,
            roles=sorted(user.roles),
            units=sorted(user.units),
            active=user.active,
        )
    return user


def reset_password(centre: Centre, actor: Actor, name: str, password: str) -> None:
    """Sets a user's password for him, ends his sessions, and opens a locked account."""
    actor.require(Permission.MANAGE_USERS)
    hashed = _hash(password)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        known = people.credentials(tx.connection, _user_name(name))
        if known is None:
            raise NotFound(f"there is no user {name}")
        people.set_password(tx.connection, known.user.id, hashed)
        people.end_sessions(tx.connection, user_id=known.user.id)
        tx.audit("password.reset", "user", known.user.id)


def users(centre: Centre, actor: Actor) -> list[User]:
    """All users."""
    actor.require(Permission.MANAGE_USERS)
    with centre.db.read() as connection:
        return people.users(connection)


def add_unit(centre: Centre, actor: Actor, value: Unit) -> None:
    """Adds a unit, or changes the one with its identifier."""
    actor.require(Permission.MANAGE_USERS)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        known = people.units(tx.connection).values()
        if any(own.name == value.name and own.id != value.id for own in known):
            raise Conflict(f"there is a unit {value.name} already")
        people.save_unit(tx.connection, value)
        tx.audit("unit.saved", "unit", value.id, name=value.name, ports=sorted(value.ports))


def units(centre: Centre) -> dict[str, Unit]:
    """All units by identifier."""
    with centre.db.read() as connection:
        return people.units(connection)


# --- within -----------------------------------------------------------------------------------


def _checked(centre: Centre, name: str, password: str) -> User:
    """The user of this name, if the password is right and the account open."""
    with centre.db.read() as connection:
        known = people.credentials(connection, name.strip().lower())
    right = _matches(known.password_hash if known else _no_hash(), password)
    if known is None or not known.user.active or _locked(centre, known) or not right:
        _count_failure(centre, known)
        raise SignInFailed(_FAILED)
    return known.user


def _new_session(centre: Centre, connection: sa.Connection, user: User, actor: Actor) -> SignedIn:
    token, now = secrets.token_urlsafe(32), centre.clock()
    stored = StoredSession(
        token_hash=token_hash(token),
        user_id=user.id,
        csrf=secrets.token_urlsafe(32),
        created_at=now,
        seen_at=now,
    )
    people.add_session(connection, stored)
    return SignedIn(token=token, session=_session(centre, stored, user, actor))


def _session(centre: Centre, stored: StoredSession, user: User, actor: Actor) -> Session:
    return Session(
        actor=actor,
        user=user,
        csrf=stored.csrf,
        expires_at=stored.created_at + timedelta(hours=centre.settings.session_hours),
    )


def actors(centre: Centre) -> dict[str, Actor]:
    """Everybody whose account is active, by its identifier, as the services know him."""
    with centre.db.read() as connection:
        found = people.users(connection)
    return {own.id: _actor(centre, own) for own in found if own.active}


def _actor(centre: Centre, user: User) -> Actor:
    own = [unit for unit in units(centre).values() if unit.id in user.units]
    return Actor(
        id=user.id,
        name=user.name,
        permissions=permissions_of(user.roles),
        units=user.units,
        ports=frozenset().union(*(unit.ports for unit in own)),
        central=any(unit.central for unit in own),
    )


def _ended(centre: Centre, stored: StoredSession) -> bool:
    settings, now = centre.settings, centre.clock()
    return now - stored.created_at >= timedelta(
        hours=settings.session_hours
    ) or now - stored.seen_at >= timedelta(minutes=settings.session_idle_minutes)


def _locked(centre: Centre, known: Credentials) -> bool:
    return known.locked_until is not None and centre.clock() < known.locked_until


def _count_failure(centre: Centre, known: Credentials | None) -> None:
    with centre.db.write(_DOOR, Purpose.ADMINISTRATION) as tx:
        if known is None:
            # What was typed is not kept: people type passwords into the name field.
            tx.audit("sign_in.failed", "user", "", known=False)
            return
        current = people.credentials(tx.connection, known.user.name) or known
        locked = _locked(centre, current)
        if not locked:
            # Failures while locked do not count, or one typo afterwards would lock again.
            locked = _fail(centre, tx, current)
        tx.audit("sign_in.failed", "user", known.user.id, locked=locked)


def _fail(centre: Centre, tx: Tx, current: Credentials) -> bool:
    """Counts one failure; whether the account is locked now."""
    settings, failures = centre.settings, current.failures + 1
    locked = failures >= settings.lockout_failures
    until = tx.at + timedelta(minutes=settings.lockout_minutes) if locked else None
    people.set_failures(tx.connection, current.user.id, 0 if locked else failures, until)
    return locked


def _hasher() -> PasswordHasher:
    return PasswordHasher()


def _hash(password: str) -> str:
    if len(password) < MINIMUM_PASSWORD:
        raise InvalidInput(f"a password needs at least {MINIMUM_PASSWORD} characters")
    return _hasher().hash(password)


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher().verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _no_hash() -> str:
    """A hash that nothing matches, so that an unknown name takes as long as a known one."""
    return _hasher().hash(secrets.token_urlsafe(32))


def known_units(connection: sa.Connection, units: frozenset[str]) -> None:
    """Raises InvalidInput for identifiers of units that are none."""
    unknown = units - people.units(connection).keys()
    if unknown:
        raise InvalidInput(f"there is no unit {', '.join(sorted(unknown))}")


def _user_name(text: str) -> str:
    name = text.strip().lower()
    if not name or len(name) > 80 or not all(c.isalnum() or c in "._-@" for c in name):
        raise InvalidInput("a sign-in name has letters, digits, dots, dashes, at most 80")
    return name
