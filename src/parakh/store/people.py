"""Units, user accounts, sessions and API keys."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.access import Permission, Role
from parakh.domain.sign_in import Method, Stage
from parakh.domain.unit import Unit
from parakh.errors import NotFound
from parakh.store.tables import api_key, session, unit, user


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A person who may sign in."""

    id: str
    name: str
    display_name: str
    roles: frozenset[Role]
    units: frozenset[str]
    active: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """A user with what is needed to check a sign-in; never leaves the server."""

    user: User
    password_hash: str
    failures: int
    locked_until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredSession:
    """A signed-in browser; the token itself is never stored, only its SHA-256.

    `provider_session` is what an OpenID provider calls it, "" for one that no provider knows.
    """

    token_hash: str
    user_id: str
    csrf: str
    created_at: datetime
    seen_at: datetime
    stage: Stage = Stage.FULL
    method: Method = Method.PASSWORD
    browser: str = ""
    address: str = ""
    provider_session: str = ""

    @property
    def id(self) -> str:
        """What names it to persons; it opens nothing."""
        return self.token_hash[:16]


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKey:
    """A key by which another system calls; only its SHA-256 is stored.

    `carrier` is whose system that is, "" if no carrier's; `owner` the name of who answers for it.
    """

    id: str
    name: str
    permissions: frozenset[Permission]
    units: frozenset[str]
    created_at: datetime
    carrier: str = ""
    revoked_at: datetime | None = None
    owner: str = ""


def token_hash(token: str) -> str:
    """What is stored of a random token; 256 bits of randomness need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


# --- units ------------------------------------------------------------------------------------


def save_unit(connection: sa.Connection, value: Unit) -> None:
    """Adds a unit, or updates the one with its identifier."""
    columns = {
        "name": value.name,
        "central": value.central,
        "ports": sorted(value.ports),
        "alert_budget": value.alert_budget,
        "agency": value.agency,
        "region": value.region,
        "regional": value.regional,
    }
    done = connection.execute(unit.update().where(unit.c.id == value.id).values(columns))
    if done.rowcount == 0:
        connection.execute(unit.insert().values(id=value.id, **columns))


def units(connection: sa.Connection) -> dict[str, Unit]:
    """All units by identifier, in order of name."""
    rows = connection.execute(sa.select(unit).order_by(unit.c.name))
    return {
        row.id: Unit(
            id=row.id,
            name=row.name,
            ports=frozenset(row.ports),
            central=row.central,
            alert_budget=row.alert_budget,
            agency=row.agency,
            region=row.region,
            regional=row.regional,
        )
        for row in rows
    }


def unit_names(connection: sa.Connection, ids: Iterable[str]) -> list[str]:
    """What some units are called, in order of name."""
    query = sa.select(unit.c.name).where(unit.c.id.in_(sorted(ids))).order_by(unit.c.name)
    return list(connection.execute(query).scalars())


# --- users ------------------------------------------------------------------------------------


def add_user(
    connection: sa.Connection, value: User, password_hash: str, created_at: datetime
) -> None:
    """Adds a user; raises sqlalchemy.exc.IntegrityError when the name is taken."""
    connection.execute(
        user.insert().values(
            id=value.id,
            name=value.name,
            display_name=value.display_name,
            password_hash=password_hash,
            roles=sorted(role.value for role in value.roles),
            units=sorted(value.units),
            active=value.active,
            failures=0,
            created_at=created_at,
        )
    )


def users(connection: sa.Connection) -> list[User]:
    """All users in order of name."""
    return [_user(row) for row in connection.execute(sa.select(user).order_by(user.c.name))]


def update_user(connection: sa.Connection, value: User) -> None:
    """Stores a user's roles and units, and whether he may sign in."""
    connection.execute(
        user.update()
        .where(user.c.id == value.id)
        .values(
            roles=sorted(role.value for role in value.roles),
            units=sorted(value.units),
            active=value.active,
        )
    )


def get_user(connection: sa.Connection, user_id: str) -> User:
    """One user; raises NotFound."""
    row = connection.execute(sa.select(user).where(user.c.id == user_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such user")
    return _user(row)


def credentials(connection: sa.Connection, name: str) -> Credentials | None:
    """What is needed to check a sign-in under this name."""
    row = connection.execute(sa.select(user).where(user.c.name == name)).one_or_none()
    if row is None:
        return None
    return Credentials(
        user=_user(row),
        password_hash=row.password_hash,
        failures=row.failures,
        locked_until=row.locked_until,
    )


def set_failures(
    connection: sa.Connection, user_id: str, failures: int, locked_until: datetime | None
) -> None:
    """Stores how many sign-ins failed in a row, and until when the account is locked."""
    connection.execute(
        user.update()
        .where(user.c.id == user_id)
        .values(failures=failures, locked_until=locked_until)
    )


def set_password(connection: sa.Connection, user_id: str, password_hash: str) -> None:
    """Stores a new password's hash, and opens the account again."""
    connection.execute(
        user.update()
        .where(user.c.id == user_id)
        .values(password_hash=password_hash, failures=0, locked_until=None)
    )


# --- sessions ---------------------------------------------------------------------------------


def add_session(connection: sa.Connection, value: StoredSession) -> None:
    """Adds a session."""
    connection.execute(session.insert().values(**asdict(value)))


def get_session(connection: sa.Connection, digest: str) -> StoredSession | None:
    """The session with this token's hash."""
    query = sa.select(session).where(session.c.token_hash == digest)
    row = connection.execute(query).one_or_none()
    return None if row is None else _stored_session(row)


def sessions_of(connection: sa.Connection, user_ids: Sequence[str]) -> list[StoredSession]:
    """All sessions of some users, the one last used first."""
    query = sa.select(session).where(session.c.user_id.in_(user_ids))
    return [
        _stored_session(row) for row in connection.execute(query.order_by(session.c.seen_at.desc()))
    ]


def touch_session(connection: sa.Connection, digest: str, seen_at: datetime) -> None:
    """Notes that a session was used."""
    connection.execute(
        session.update().where(session.c.token_hash == digest).values(seen_at=seen_at)
    )


def end_sessions(
    connection: sa.Connection,
    *,
    digest: str | None = None,
    user_id: str | None = None,
    provider_session: str | None = None,
) -> int:
    """Ends one session, or all of a user, or those that an OpenID provider calls so; how many."""
    if digest is not None:
        which = session.c.token_hash == digest
    elif user_id is not None:
        which = session.c.user_id == user_id
    else:
        which = session.c.provider_session == provider_session
    return connection.execute(session.delete().where(which)).rowcount


def end_provider_sessions(connection: sa.Connection, user_id: str) -> int:
    """Ends a user's sessions that an OpenID provider vouched for; how many."""
    which = (session.c.user_id == user_id) & (session.c.method == Method.PROVIDER)
    return connection.execute(session.delete().where(which)).rowcount


def expire_sessions(connection: sa.Connection, created: datetime, seen: datetime) -> int:
    """Deletes sessions made before `created` or last used before `seen`; gives how many."""
    over = (session.c.created_at < created) | (session.c.seen_at < seen)
    return connection.execute(session.delete().where(over)).rowcount


# --- API keys ---------------------------------------------------------------------------------


def add_api_key(connection: sa.Connection, value: ApiKey, digest: str) -> None:
    """Adds a key by its hash."""
    connection.execute(
        api_key.insert().values(
            id=value.id,
            key_hash=digest,
            name=value.name,
            permissions=_sorted(value.permissions),
            units=sorted(value.units),
            carrier=value.carrier,
            owner=value.owner,
            created_at=value.created_at,
        )
    )


def api_keys(connection: sa.Connection) -> list[ApiKey]:
    """All keys in order of name, revoked ones too."""
    query = sa.select(api_key).order_by(api_key.c.name, api_key.c.created_at)
    return [_api_key(row) for row in connection.execute(query)]


def api_key_by_hash(connection: sa.Connection, digest: str) -> ApiKey | None:
    """The key with this hash, revoked or not."""
    row = connection.execute(sa.select(api_key).where(api_key.c.key_hash == digest)).one_or_none()
    return None if row is None else _api_key(row)


def has_living_key(connection: sa.Connection, name: str) -> bool:
    """Whether a key of this name is in use."""
    query = sa.select(api_key.c.id).where(api_key.c.name == name, api_key.c.revoked_at.is_(None))
    return connection.execute(query).first() is not None


def owner_of_key(connection: sa.Connection, name: str) -> str:
    """Who answers for the newest key of a name; "" where nobody is known to."""
    query = sa.select(api_key.c.owner).where(api_key.c.name == name)
    found = connection.execute(query.order_by(api_key.c.created_at.desc()).limit(1))
    return found.scalar_one_or_none() or ""


def revoke_api_key(connection: sa.Connection, name: str, at: datetime) -> bool:
    """Ends a key's life; False when there is no such living key."""
    result = connection.execute(
        api_key.update()
        .where(api_key.c.name == name, api_key.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    return result.rowcount == 1


def _api_key(row: sa.Row[tuple[object, ...]]) -> ApiKey:
    columns = row._mapping
    return ApiKey(
        id=columns["id"],
        name=columns["name"],
        permissions=frozenset(Permission(value) for value in columns["permissions"]),
        units=frozenset(columns["units"]),
        created_at=columns["created_at"],
        carrier=columns["carrier"],
        owner=columns["owner"],
        revoked_at=columns["revoked_at"],
    )


def _stored_session(row: sa.Row[tuple[object, ...]]) -> StoredSession:
    columns = row._mapping
    return StoredSession(
        **{**columns, "stage": Stage(columns["stage"]), "method": Method(columns["method"])}
    )


def _sorted(values: Iterable[Permission]) -> list[str]:
    return sorted(value.value for value in values)


def _user(row: sa.Row[tuple[object, ...]]) -> User:
    columns = row._mapping
    return User(
        id=columns["id"],
        name=columns["name"],
        display_name=columns["display_name"],
        roles=frozenset(Role(value) for value in columns["roles"]),
        units=frozenset(columns["units"]),
        active=columns["active"],
    )
