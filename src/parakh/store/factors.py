"""Second factors, what was begun with a browser, identities at a provider, and resets."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from parakh.errors import NotFound
from parakh.store.people import token_hash
from parakh.store.tables import (
    factor_reset,
    handshake,
    passkey,
    provider_identity,
    recovery_code,
    totp,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Totp:
    """Somebody's authenticator: its secret, sealed, and the last step of which a code was taken.

    `confirmed_at` is None until a first code showed that the app holds the secret.
    """

    user_id: str
    sealed: bytes
    last_step: int
    created_at: datetime
    confirmed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Passkey:
    """A WebAuthn credential of somebody; the private key never leaves his authenticator.

    Attributes:
        credential_id: as the authenticator names it, base64url.
        public_key: COSE_Key (RFC 9052).
        sign_count: as the authenticator told it last; 0 where it keeps none.
    """

    id: str
    credential_id: str
    user_id: str
    name: str
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    created_at: datetime
    used_at: datetime | None = None


class ResetState(StrEnum):
    """What became of a wish to take somebody's second factors away."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class FactorReset:
    """Somebody's wish that a user's second factors be taken away, and what was decided."""

    id: str
    user_id: str
    reason: str
    asked_by: str
    asked_at: datetime
    state: ResetState = ResetState.OPEN
    decided_by: str = ""
    decided_at: datetime | None = None
    decision: str = ""


# --- authenticators ---------------------------------------------------------------------------


def get_totp(connection: sa.Connection, user_id: str) -> Totp | None:
    """Somebody's authenticator, confirmed or not."""
    row = connection.execute(sa.select(totp).where(totp.c.user_id == user_id)).one_or_none()
    return None if row is None else Totp(**row._mapping)


def put_totp(connection: sa.Connection, value: Totp) -> None:
    """Stores somebody's authenticator in place of any before."""
    connection.execute(totp.delete().where(totp.c.user_id == value.user_id))
    connection.execute(totp.insert().values(**asdict(value)))


def take_step(connection: sa.Connection, user_id: str, step: int) -> bool:
    """Notes that the code of a step was taken; False when it or a later one was before."""
    done = connection.execute(
        totp.update()
        .where(totp.c.user_id == user_id, totp.c.last_step < step)
        .values(last_step=step)
    )
    return done.rowcount == 1


def confirm_totp(connection: sa.Connection, user_id: str, at: datetime) -> None:
    """Puts somebody's authenticator in force."""
    connection.execute(totp.update().where(totp.c.user_id == user_id).values(confirmed_at=at))


def drop_totp(connection: sa.Connection, user_id: str) -> int:
    """Takes somebody's authenticator and recovery codes away; how many authenticators."""
    connection.execute(recovery_code.delete().where(recovery_code.c.user_id == user_id))
    return connection.execute(totp.delete().where(totp.c.user_id == user_id)).rowcount


def put_recovery_codes(connection: sa.Connection, user_id: str, codes: Sequence[str]) -> None:
    """Stores the hashes of new recovery codes in place of those before."""
    connection.execute(recovery_code.delete().where(recovery_code.c.user_id == user_id))
    rows = [{"user_id": user_id, "code_hash": token_hash(code)} for code in codes]
    connection.execute(recovery_code.insert(), rows)


def take_recovery_code(connection: sa.Connection, user_id: str, code: str) -> bool:
    """Uses a recovery code up; False when there is no such one."""
    own = (recovery_code.c.user_id == user_id) & (recovery_code.c.code_hash == token_hash(code))
    return connection.execute(recovery_code.delete().where(own)).rowcount == 1


def recovery_codes_left(connection: sa.Connection, user_id: str) -> int:
    """How many recovery codes somebody still has."""
    query = sa.select(sa.func.count()).where(recovery_code.c.user_id == user_id)
    return connection.execute(query).scalar_one()


# --- passkeys ---------------------------------------------------------------------------------


def add_passkey(connection: sa.Connection, value: Passkey) -> None:
    """Adds a passkey; raises sqlalchemy.exc.IntegrityError for a credential that is known."""
    columns = asdict(value) | {"transports": list(value.transports)}
    connection.execute(passkey.insert().values(**columns))


def passkeys_of(connection: sa.Connection, user_id: str) -> list[Passkey]:
    """Somebody's passkeys, the oldest first."""
    query = sa.select(passkey).where(passkey.c.user_id == user_id).order_by(passkey.c.created_at)
    return [_passkey(row) for row in connection.execute(query)]


def passkey_by_credential(connection: sa.Connection, credential_id: str) -> Passkey | None:
    """The passkey that an authenticator calls so."""
    query = sa.select(passkey).where(passkey.c.credential_id == credential_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _passkey(row)


def use_passkey(connection: sa.Connection, value: Passkey, sign_count: int, at: datetime) -> bool:
    """Notes a use; False when another one was noted since `value` was read."""
    done = connection.execute(
        passkey.update()
        .where(passkey.c.id == value.id, passkey.c.sign_count == value.sign_count)
        .values(sign_count=sign_count, used_at=at)
    )
    return done.rowcount == 1


def drop_passkeys(connection: sa.Connection, user_id: str, passkey_id: str | None = None) -> int:
    """Takes one of somebody's passkeys away, or all; how many."""
    which = passkey.c.user_id == user_id
    if passkey_id is not None:
        which &= passkey.c.id == passkey_id
    return connection.execute(passkey.delete().where(which)).rowcount


def with_factor(connection: sa.Connection) -> set[str]:
    """Identifiers of the users who have a second factor."""
    apps = sa.select(totp.c.user_id).where(totp.c.confirmed_at.is_not(None))
    both = apps.union(sa.select(passkey.c.user_id))
    return set(connection.execute(both).scalars())


def has_factor(connection: sa.Connection, user_id: str) -> bool:
    """Whether somebody has an authenticator in force, or a passkey."""
    app = sa.select(totp.c.user_id).where(
        totp.c.user_id == user_id, totp.c.confirmed_at.is_not(None)
    )
    key = sa.select(passkey.c.user_id).where(passkey.c.user_id == user_id)
    return connection.execute(app.union(key)).first() is not None


# --- begun with a browser ---------------------------------------------------------------------


def begin(
    connection: sa.Connection,
    token: str,
    kind: str,
    detail: Mapping[str, str],
    until: datetime,
    *,
    now: datetime,
) -> None:
    """Notes what was begun, by the secret that must come back; what is over is forgotten."""
    connection.execute(handshake.delete().where(handshake.c.expires_at < now))
    connection.execute(
        handshake.insert().values(
            token_hash=token_hash(token), kind=kind, detail=dict(detail), expires_at=until
        )
    )


def finish(
    connection: sa.Connection, token: str, kind: str, now: datetime
) -> dict[str, str] | None:
    """What was begun under a secret, which is worth nothing afterwards; None if there is none."""
    own = (handshake.c.token_hash == token_hash(token)) & (handshake.c.kind == kind)
    row = connection.execute(handshake.delete().where(own).returning(handshake)).one_or_none()
    if row is None or row.expires_at < now:
        return None
    found: dict[str, str] = row.detail
    return found


# --- at a provider ----------------------------------------------------------------------------


def user_of_identity(connection: sa.Connection, issuer: str, subject: str) -> str | None:
    """The identifier of the user whom a provider calls so."""
    query = sa.select(provider_identity.c.user_id).where(
        provider_identity.c.issuer == issuer, provider_identity.c.subject == subject
    )
    return connection.execute(query).scalar_one_or_none()


def add_identity(
    connection: sa.Connection, issuer: str, subject: str, user_id: str, at: datetime
) -> None:
    """Notes what a provider calls a user."""
    connection.execute(
        provider_identity.insert().values(
            issuer=issuer, subject=subject, user_id=user_id, created_at=at
        )
    )


# --- resets -----------------------------------------------------------------------------------


def save_reset(connection: sa.Connection, value: FactorReset) -> None:
    """Adds a wish, or stores what was decided on it."""
    columns: dict[str, Any] = asdict(value)
    done = connection.execute(
        factor_reset.update().where(factor_reset.c.id == value.id).values(columns)
    )
    if done.rowcount == 0:
        connection.execute(factor_reset.insert().values(columns))


def get_reset(connection: sa.Connection, reset_id: str) -> FactorReset:
    """One wish, locked until the transaction ends; raises NotFound."""
    query = sa.select(factor_reset).where(factor_reset.c.id == reset_id).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("there is no such request")
    return _reset(row)


def open_resets(connection: sa.Connection) -> list[FactorReset]:
    """All wishes that wait, the oldest first."""
    query = sa.select(factor_reset).where(factor_reset.c.state == ResetState.OPEN)
    return [_reset(row) for row in connection.execute(query.order_by(factor_reset.c.asked_at))]


def _passkey(row: sa.Row[tuple[object, ...]]) -> Passkey:
    columns = row._mapping
    return Passkey(**{**columns, "transports": tuple(columns["transports"])})


def _reset(row: sa.Row[tuple[object, ...]]) -> FactorReset:
    found = FactorReset(**row._mapping)
    return replace(found, state=ResetState(found.state))
