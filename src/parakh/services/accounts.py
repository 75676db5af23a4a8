"""Sign-in by password, users and units."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose, Role, system_actor
from parakh.domain.ids import new_id
from parakh.domain.sign_in import Method, Stage
from parakh.domain.unit import Unit
from parakh.errors import Conflict, InvalidInput, NotFound, SignInFailed
from parakh.services import passwords, second_factor, sessions
from parakh.services.centre import Centre
from parakh.services.sessions import Came, SignedIn
from parakh.store import agencies, people
from parakh.store.database import Tx
from parakh.store.people import Credentials, User

_NOWHERE = Came()
_DOOR = system_actor("sign-in")
_FAILED = "The name or the password is wrong, or the account is locked for a while."


# --- sign-in ----------------------------------------------------------------------------------


def sign_in(centre: Centre, name: str, password: str, came: Came = _NOWHERE) -> SignedIn:
    """Starts a session; raises SignInFailed, with one text for every cause.

    It waits for a second factor where the person has one, or for him to make one where his role
    needs one. A wrong name costs as much time as a wrong password. Too many failures in a row lock
    the account for a while; the right password does not open a locked account.
    """
    user = _checked(centre, name, password)
    with centre.db.write(sessions.actor_of_user(centre, user), Purpose.ADMINISTRATION) as tx:
        # Again, now that nobody else writes: guesses made at once must not slip past the lock.
        current = people.credentials(tx.connection, user.name)
        if current is None or locked(centre, current):
            raise SignInFailed(_FAILED)
        stage = second_factor.stage_of(tx.connection, centre.settings, user)
        if stage is not Stage.SECOND:
            # Wrong codes count on until a right one: the password alone must not forgive them.
            people.set_failures(tx.connection, user.id, 0, None)
        return sessions.start(centre, tx, user, stage=stage, method=Method.PASSWORD, came=came)


def identify(centre: Centre, name: str, password: str) -> Actor:
    """The person behind a name and a password, without a session; raises SignInFailed."""
    return sessions.actor_of_user(centre, _checked(centre, name, password))


def change_password(
    centre: Centre, actor: Actor, old: str, new: str, came: Came = _NOWHERE
) -> SignedIn:
    """Sets a new password, ends all the user's sessions, and starts a fresh one."""
    with centre.db.read() as connection:
        user = people.get_user(connection, actor.id)
        known = people.credentials(connection, user.name)
    if known is None or locked(centre, known) or not passwords.matches(known.password_hash, old):
        count_failure(centre, known)
        raise SignInFailed("The present password is wrong.")
    hashed = passwords.hashed(new, _own_words(centre, user.name, user.display_name))
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        people.set_password(tx.connection, user.id, hashed)
        people.end_sessions(tx.connection, user_id=user.id)
        tx.audit("password.changed", "user", user.id)
        return sessions.start(centre, tx, user, stage=Stage.FULL, method=Method.PASSWORD, came=came)


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
        name=user_name(name),
        display_name=display_name.strip() or name,
        roles=roles,
        units=units,
    )
    if not roles:
        raise InvalidInput("a user needs at least one role")
    hashed = passwords.hashed(password, _own_words(centre, user.name, user.display_name))
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
        known = people.credentials(tx.connection, user_name(name))
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
    hashed = passwords.hashed(password, _own_words(centre, name))
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        known = people.credentials(tx.connection, user_name(name))
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


def actors(centre: Centre) -> dict[str, Actor]:
    """Everybody whose account is active, by its identifier, as the services know him."""
    with centre.db.read() as connection:
        found = people.users(connection)
    return {own.id: sessions.actor_of_user(centre, own) for own in found if own.active}


# --- within -----------------------------------------------------------------------------------


def _checked(centre: Centre, name: str, password: str) -> User:
    """The user of this name, if the password is right and the account open."""
    with centre.db.read() as connection:
        known = people.credentials(connection, name.strip().lower())
    # Whoever signs in elsewhere has no password here; that takes as long to say.
    stored = (known.password_hash if known else "") or passwords.no_hash()
    right = passwords.matches(stored, password)
    if known is None or not known.user.active or locked(centre, known) or not right:
        count_failure(centre, known)
        raise SignInFailed(_FAILED)
    return known.user


def locked(centre: Centre, known: Credentials) -> bool:
    """Whether an account is locked by failures now."""
    return known.locked_until is not None and centre.clock() < known.locked_until


def count_failure(centre: Centre, known: Credentials | None) -> None:
    """Counts one wrong password or code; too many in a row lock the account for a while."""
    with centre.db.write(_DOOR, Purpose.ADMINISTRATION) as tx:
        if known is None:
            # What was typed is not kept: people type passwords into the name field.
            tx.audit("sign_in.failed", "user", "", known=False)
            return
        current = people.credentials(tx.connection, known.user.name) or known
        shut = locked(centre, current)
        if not shut:
            # Failures while locked do not count, or one typo afterwards would lock again.
            shut = _fail(centre, tx, current)
        tx.audit("sign_in.failed", "user", known.user.id, locked=shut)


def _fail(centre: Centre, tx: Tx, current: Credentials) -> bool:
    """Counts one failure; whether the account is locked now."""
    settings, failures = centre.settings, current.failures + 1
    shut = failures >= settings.lockout_failures
    until = tx.at + timedelta(minutes=settings.lockout_minutes) if shut else None
    people.set_failures(tx.connection, current.user.id, 0 if shut else failures, until)
    return shut


def _own_words(centre: Centre, *names: str) -> tuple[str, ...]:
    """What a guesser tries first for somebody: his names, and whose centre it is."""
    return (*names, centre.settings.agency)


def known_units(connection: sa.Connection, units: frozenset[str]) -> None:
    """Raises InvalidInput for identifiers of units that are none, or of two agencies' units."""
    every = people.units(connection)
    unknown = units - every.keys()
    if unknown:
        raise InvalidInput(f"there is no unit {', '.join(sorted(unknown))}")
    agencies.require_one_agency(every, units)


def user_name(text: str) -> str:
    """A sign-in name as it is kept; raises InvalidInput for what cannot be one."""
    name = text.strip().lower()
    if not name or len(name) > 80 or not all(c.isalnum() or c in "._-@" for c in name):
        raise InvalidInput("a sign-in name has letters, digits, dots, dashes, at most 80")
    return name
