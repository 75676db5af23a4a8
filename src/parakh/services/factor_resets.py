"""Taking somebody's second factors away when he lost them: one asks, another approves."""

from dataclasses import replace

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import require_human
from parakh.domain.ids import new_id
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.store import factors, people
from parakh.store.database import Tx
from parakh.store.factors import FactorReset, ResetState


def ask(centre: Centre, actor: Actor, name: str, reason: str) -> FactorReset:
    """Asks that a user's second factors be taken away; nothing changes until another approves.

    Raises NotFound for an unknown name, Conflict where he has none or it was asked already,
    Forbidden for oneself, InvalidInput without a reason.
    """
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        return _asked(tx, name, reason)


def decide(
    centre: Centre, actor: Actor, reset_id: str, *, approve: bool, reason: str
) -> FactorReset:
    """Takes the second factors away and ends the user's sessions, or refuses.

    Who needs a second factor makes a new one when he signs in next. Raises Forbidden for whoever
    asked for it and for whose factors they are, Conflict where it is decided already.
    """
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        asked = factors.get_reset(tx.connection, reset_id)
        return _decided(tx, asked, actor, approve=approve, reason=reason)


def reset_by_two(
    centre: Centre, actor: Actor, second: Actor, name: str, reason: str
) -> FactorReset:
    """Asks and approves in one go, where both persons are at the command line.

    Raises as `ask` and `decide` do; nothing is kept of it then.
    """
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        asked = _asked(tx, name, reason)
        return _decided(tx, asked, second, approve=True, reason=reason)


def _asked(tx: Tx, name: str, reason: str) -> FactorReset:
    tx.actor.require(Permission.MANAGE_USERS)
    if not reason.strip():
        raise InvalidInput("give a reason")
    known = people.credentials(tx.connection, name.strip().lower())
    if known is None:
        raise NotFound(f"there is no user {name}")
    if same_person(tx.connection, known.user.name, tx.actor):
        raise Forbidden("somebody else has to ask for it")
    if not factors.has_factor(tx.connection, known.user.id):
        raise Conflict(f"{known.user.name} has no second factor")
    if any(own.user_id == known.user.id for own in factors.open_resets(tx.connection)):
        raise Conflict("somebody asked for it already: another person decides")
    made = FactorReset(
        id=new_id(),
        user_id=known.user.id,
        reason=reason.strip(),
        asked_by=tx.actor.name,
        asked_at=tx.at,
    )
    factors.save_reset(tx.connection, made)
    tx.audit("factor_reset.asked", "user", made.user_id, request=made.id, reason=made.reason)
    return made


def _decided(tx: Tx, asked: FactorReset, by: Actor, *, approve: bool, reason: str) -> FactorReset:
    by.require(Permission.END_SESSIONS)
    require_human(by)
    if not reason.strip():
        raise InvalidInput("give a reason")
    if same_person(tx.connection, asked.asked_by, by) or asked.user_id == by.id:
        raise Forbidden("another person has to decide on it")
    if asked.state is not ResetState.OPEN:
        raise Conflict(f"the request is {asked.state.value} already")
    made = replace(
        asked,
        state=ResetState.APPROVED if approve else ResetState.REFUSED,
        decided_by=by.name,
        decided_at=tx.at,
        decision=reason.strip(),
    )
    factors.save_reset(tx.connection, made)
    if approve:
        factors.drop_totp(tx.connection, asked.user_id)
        factors.drop_passkeys(tx.connection, asked.user_id)
        people.end_sessions(tx.connection, user_id=asked.user_id)
    tx.audit(
        f"factor_reset.{made.state.value}",
        "user",
        asked.user_id,
        request=asked.id,
        by=by.name,
        reason=made.decision,
    )
    return made
