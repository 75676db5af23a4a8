"""Who has a second factor, and who needs one."""

from dataclasses import dataclass

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.sign_in import Method, Stage
from parakh.errors import Conflict
from parakh.services import sessions
from parakh.services.centre import Centre
from parakh.services.sessions import SignedIn
from parakh.settings import Settings
from parakh.store import factors, people
from parakh.store.database import Tx
from parakh.store.factors import Passkey
from parakh.store.people import User


@dataclass(frozen=True, kw_only=True, slots=True)
class Factors:
    """What somebody has for a second factor, as his own page shows it.

    `code` is whether an authenticator app is in force; `recovery_codes` how many are left.
    """

    code: bool
    recovery_codes: int
    passkeys: tuple[Passkey, ...]
    needed: bool
    has_password: bool


def needed_by(settings: Settings, user: User) -> bool:
    """Whether one of a user's roles needs a second factor."""
    return bool(user.roles & settings.roles_with_second_factor)


def stage_of(connection: sa.Connection, settings: Settings, user: User) -> Stage:
    """What a user has still to do once his password was right."""
    if factors.has_factor(connection, user.id):
        return Stage.SECOND
    return Stage.ENROL if needed_by(settings, user) else Stage.FULL


def own(centre: Centre, actor: Actor) -> Factors:
    """The actor's own second factors."""
    with centre.db.read() as connection:
        user = people.get_user(connection, actor.id)
        app = factors.get_totp(connection, user.id)
        known = people.credentials(connection, user.name)
        return Factors(
            code=app is not None and app.confirmed_at is not None,
            recovery_codes=factors.recovery_codes_left(connection, user.id),
            passkeys=tuple(factors.passkeys_of(connection, user.id)),
            needed=needed_by(centre.settings, user),
            has_password=bool(known and known.password_hash),
        )


def has_one(centre: Centre, actor: Actor) -> bool:
    """Whether the actor has a second factor in force."""
    with centre.db.read() as connection:
        return factors.has_factor(connection, actor.id)


def require_one_left(tx: Tx, settings: Settings, user_id: str) -> None:
    """Raises Conflict where a user who needs a second factor was left without one."""
    user = people.get_user(tx.connection, user_id)
    if needed_by(settings, user) and not factors.has_factor(tx.connection, user_id):
        raise Conflict("your role needs a second factor: make another one first")


def enrolled(centre: Centre, actor: Actor, token: str, method: Method) -> SignedIn:
    """The full session of somebody who just made the second factor that his role needs."""
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        if not factors.has_factor(tx.connection, actor.id):
            raise Conflict("make a second factor first")
        return sessions.complete(centre, tx, token, method)


def with_factor(centre: Centre, actor: Actor) -> set[str]:
    """Identifiers of all users who have a second factor."""
    actor.require(Permission.END_SESSIONS)
    with centre.db.read() as connection:
        return factors.with_factor(connection)
