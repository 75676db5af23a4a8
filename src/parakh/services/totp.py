"""Codes of an authenticator app (TOTP, RFC 6238) and the recovery codes beside them.

Codes have six digits, by HMAC-SHA-1 over steps of 30 seconds: what every app understands. The code
of one step before and after is taken too, as RFC 6238, 5.2 allows for; each step's once only.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pyotp
import sqlalchemy as sa

from parakh.access import Actor, Purpose
from parakh.domain.sign_in import Method
from parakh.errors import Conflict, InvalidInput, SignInFailed
from parakh.services import accounts, second_factor, sessions
from parakh.services.centre import Centre
from parakh.services.sessions import Session, SignedIn
from parakh.store import factors, people
from parakh.store.database import Tx
from parakh.store.factors import Totp
from parakh.store.people import User

RECOVERY_CODES = 10
_STEP_SECONDS = 30
_DRIFT = 1
_SEALED_FOR = "second factors"
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_WRONG = "The code is wrong or was used, or the account is locked for a while."


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What an authenticator app is given: a key to type, and the same as an address for a QR code
    (`otpauth://`, as the apps agreed on)."""

    key: str
    address: str


def begin(centre: Centre, actor: Actor) -> Offer:
    """A new key for the actor's app; it is in force once `confirm` was given a code of it.

    Raises Conflict where one is in force: it is taken away first, with a code of it.
    """
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        user = people.get_user(tx.connection, actor.id)
        _require_none(tx.connection, user)
        vault = centre.db.vault
        vault.create_key(tx.connection, _SEALED_FOR)
        key = pyotp.random_base32()
        factors.put_totp(
            tx.connection,
            Totp(
                user_id=user.id,
                sealed=vault.seal(tx.connection, _SEALED_FOR, user.id, key.encode()),
                last_step=0,
                created_at=tx.at,
            ),
        )
        tx.audit("totp.begun", "user", user.id)
    return _offer(user, key)


def offer(centre: Centre, actor: Actor) -> Offer:
    """The key that waits for its first code; a new one where none does."""
    with centre.db.read() as connection:
        app = factors.get_totp(connection, actor.id)
        if app is not None and app.confirmed_at is None:
            return _offer(people.get_user(connection, actor.id), _key(centre, connection, app))
    return begin(centre, actor)


def confirm(centre: Centre, actor: Actor, code: str) -> tuple[str, ...]:
    """Puts the app in force by a first code; gives the recovery codes, which nobody sees again.

    Raises InvalidInput for a wrong code, Conflict where nothing waits for one.
    """
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        app = factors.get_totp(tx.connection, actor.id)
        if app is None or app.confirmed_at is not None:
            raise Conflict("no new app waits for its first code")
        if not _taken(centre, tx, app, code):
            raise InvalidInput(
                "the code is wrong: look whether the clock of your phone is right, and try the next"
            )
        factors.confirm_totp(tx.connection, actor.id, tx.at)
        codes = _new_recovery_codes(tx, actor.id)
        tx.audit("totp.confirmed", "user", actor.id)
    return codes


def renew_recovery_codes(centre: Centre, actor: Actor, code: str) -> tuple[str, ...]:
    """Ten new recovery codes in place of those before, for a code of the app."""
    _require_code(centre, actor, code)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        codes = _new_recovery_codes(tx, actor.id)
        tx.audit("totp.codes_renewed", "user", actor.id)
    return codes


def remove(centre: Centre, actor: Actor, code: str) -> None:
    """Takes the actor's own app and recovery codes away, for a code of the app.

    Raises SignInFailed for a wrong code, Conflict where his role needs a second factor and it is
    the last one.
    """
    _require_code(centre, actor, code)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        factors.drop_totp(tx.connection, actor.id)
        second_factor.require_one_left(tx, centre.settings, actor.id)
        tx.audit("totp.removed", "user", actor.id)


def finish_sign_in(centre: Centre, token: str, code: str) -> SignedIn:
    """The full session of a sign-in that waited for its code; a recovery code will do once.

    Raises SignInFailed for a wrong code, which counts towards the account's lock as a wrong
    password does, and for a sign-in that waits no more.
    """
    waiting = _waiting(centre, token)
    method = _method(centre, waiting.actor, code)
    with centre.db.write(waiting.actor, Purpose.ADMINISTRATION) as tx:
        # Again, now that nobody else writes: guesses made at once must not slip past the lock.
        known = people.credentials(tx.connection, waiting.user.name)
        if known is None or accounts.locked(centre, known):
            raise SignInFailed(_WRONG)
        people.set_failures(tx.connection, waiting.user.id, 0, None)
        return sessions.complete(centre, tx, token, method)


def identify(centre: Centre, name: str, password: str, code: Callable[[], str]) -> Actor:
    """The person behind a name, a password and, where he has a second factor, a code of his app.

    For whoever agrees to a step on somebody else's screen or at the command line; `code` is asked
    for only where it is needed. Raises SignInFailed; InvalidInput where a passkey is all he has,
    which cannot be shown there.
    """
    actor = accounts.identify(centre, name, password)
    with centre.db.read() as connection:
        app = factors.get_totp(connection, actor.id)
        has_factor = factors.has_factor(connection, actor.id)
    if app is not None and app.confirmed_at is not None:
        _method(centre, actor, code())
    elif has_factor:
        raise InvalidInput("a passkey cannot be shown here: set up an authenticator app too")
    return actor


# --- within -----------------------------------------------------------------------------------


def _waiting(centre: Centre, token: str) -> Session:
    found = sessions.unfinished(centre, token)
    if found is None:
        raise SignInFailed("This sign-in took too long: begin it again.")
    return found


def _method(centre: Centre, actor: Actor, code: str) -> Method:
    """By which of his codes somebody is known; raises SignInFailed, and counts it."""
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        found = _known_by(centre, tx, actor, code)
        tx.audit("second_factor.checked", "user", actor.id, method=found.value if found else "none")
    if found is None:
        with centre.db.read() as connection:
            known = people.credentials(connection, actor.name)
        accounts.count_failure(centre, known)
        raise SignInFailed(_WRONG)
    return found


def _known_by(centre: Centre, tx: Tx, actor: Actor, code: str) -> Method | None:
    known = people.credentials(tx.connection, actor.name)
    if known is None or accounts.locked(centre, known):
        return None
    app = factors.get_totp(tx.connection, actor.id)
    if app is None or app.confirmed_at is None:
        return None
    if _taken(centre, tx, app, code):
        return Method.CODE
    typed = "".join(char for char in code.lower() if char.isalnum())
    return Method.RECOVERY if factors.take_recovery_code(tx.connection, actor.id, typed) else None


def _require_code(centre: Centre, actor: Actor, code: str) -> None:
    _method(centre, actor, code)


def _taken(centre: Centre, tx: Tx, app: Totp, code: str) -> bool:
    """Whether a code is that of a step near now which was not used; it is used up then."""
    step = _step_of(_key(centre, tx.connection, app), code, tx.at)
    return step is not None and factors.take_step(tx.connection, app.user_id, step)


def _step_of(key: str, code: str, at: datetime) -> int | None:
    """The step near a moment of which a code is; None for any other text."""
    typed = code.replace(" ", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) == 6):
        return None
    app, now = pyotp.TOTP(key), int(at.timestamp()) // _STEP_SECONDS
    steps = range(now - _DRIFT, now + _DRIFT + 1)
    return next(
        (one for one in steps if secrets.compare_digest(app.generate_otp(one), typed)), None
    )


def _key(centre: Centre, connection: sa.Connection, app: Totp) -> str:
    return centre.db.vault.open(connection, _SEALED_FOR, app.user_id, app.sealed).decode()


def _offer(user: User, key: str) -> Offer:
    address = pyotp.TOTP(key).provisioning_uri(name=user.name, issuer_name="Parakh")
    return Offer(key=" ".join(key[at : at + 4] for at in range(0, len(key), 4)), address=address)


def _require_none(connection: sa.Connection, user: User) -> None:
    app = factors.get_totp(connection, user.id)
    if app is not None and app.confirmed_at is not None:
        raise Conflict("an app is in force already: remove it first")


def _new_recovery_codes(tx: Tx, user_id: str) -> tuple[str, ...]:
    """Ten codes of 80 bits each: beyond guessing, so that a plain hash of them is kept."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(16)) for _ in range(RECOVERY_CODES)]
    factors.put_recovery_codes(tx.connection, user_id, codes)
    return tuple("-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes)
