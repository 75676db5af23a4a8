"""Masks travellers who crossed long ago, and lets two persons see one of them again.

What is masked is not read out by any page, answer or file of the centre. It still stands in the
database until its time is over, so that a new hit, or two persons who find it needed, bring it
back. Whoever is of interest now (a confirmed hit, an open alert) is not masked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act import masking as act
from parakh.domain.alert import Alert
from parakh.domain.hit import Hit
from parakh.domain.masking import (
    MASKED_NAME,
    Unmasking,
    UnmaskingState,
    hidden,
    named,
    without_names,
)
from parakh.domain.phrase import Phrase
from parakh.domain.traveller import Traveller
from parakh.errors import Conflict, Forbidden, NotFound
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.services.subjects import ports_of, subjects_of
from parakh.store import masking as store
from parakh.store import travellers

PAGE = 50

_SAYS_NOTHING = Phrase(template="{text}", values={"text": MASKED_NAME.family})


@dataclass(frozen=True, kw_only=True, slots=True)
class Requests:
    """A page of requests, the newest first."""

    rows: tuple[Unmasking, ...]
    total: int
    page: int
    pages: int


def masked(centre: Centre, connection: sa.Connection, actor: Actor, ids: Iterable[str]) -> set[str]:
    """Those of some travellers whom the actor may not read."""
    before = centre.clock() - timedelta(days=centre.settings.mask_days)
    found = store.crossed_before(connection, set(ids), before)
    return found - store.open_to(connection, actor.name, centre.clock()) if found else found


def shown(
    centre: Centre, connection: sa.Connection, actor: Actor, found: Sequence[Traveller]
) -> list[Traveller]:
    """Travellers as the actor may read them."""
    hide = masked(centre, connection, actor, (own.id for own in found))
    return [hidden(own) if own.id in hide else own for own in found]


def hidden_hit(own: Hit) -> Hit:
    """A hit on a masked traveller: that it was raised and what became of it, but not by what."""
    return replace(own, sentence=_SAYS_NOTHING, evidence=(), reason="")


def hidden_alert(own: Alert) -> Alert:
    """An alert on a masked traveller: what came of it, but not what an officer wrote of him."""
    if own.outcome is None:
        return own
    return replace(own, outcome=replace(own.outcome, note=""))


def shown_hits(
    centre: Centre, connection: sa.Connection, actor: Actor, hits: Iterable[Hit]
) -> list[Hit]:
    """Hits without the names of those others along a link whom the actor may not read."""
    found = list(hits)
    others = frozenset[str]().union(*map(named, found))
    hide = masked(centre, connection, actor, others) if others else set()
    return [without_names(own, hide) for own in found] if hide else found


def require_shown(
    centre: Centre, connection: sa.Connection, actor: Actor, ids: Iterable[str]
) -> None:
    """Raises Forbidden where the actor may not read one of some travellers.

    Who stands in an open case or in a profile in force is masked for nobody: one person alone must
    not put a masked traveller there.
    """
    if masked(centre, connection, actor, ids):
        raise Forbidden("the traveller is masked: ask to see him first")


def about(connection: sa.Connection, actor: Actor, traveller_id: str) -> Unmasking | None:
    """The actor's newest request about a traveller."""
    mine = (
        own for own in store.of_travellers(connection, [traveller_id]) if own.asked_by == actor.name
    )
    return next(mine, None)


def ask(centre: Centre, actor: Actor, traveller_id: str, reason: str) -> Unmasking:
    """Asks to see a masked traveller; raises Conflict where he is not, or it was asked already."""
    actor.require(Permission.ASK_TO_UNMASK)
    with centre.db.write(actor, Purpose.VETTING) as tx:
        own = travellers.lasting_id(tx.connection, traveller_id)
        _require_port(tx.connection, actor, own)
        if own not in masked(centre, tx.connection, actor, [own]):
            raise Conflict("this traveller is not masked")
        before = about(tx.connection, actor, own)
        if before is not None and before.state is UnmaskingState.ASKED:
            raise Conflict("you asked already, and nobody has decided yet")
        value = act.ask(own, reason, actor, tx.at)
        store.save(tx, value)
        tx.audit("unmasking.asked", "traveller", own, request=value.id, reason=value.reason)
    return value


def decide(
    centre: Centre, actor: Actor, request_id: str, *, granted: bool, decision: str
) -> Unmasking:
    """Grants or refuses somebody else's request; raises Forbidden for one's own."""
    actor.require(Permission.UNMASK)
    with centre.db.write(actor, Purpose.VETTING) as tx:
        asked = store.get(tx.connection, request_id, lock=True)
        if same_person(tx.connection, asked.asked_by, actor):
            raise Forbidden("another person decides on what you asked for")
        value = act.decide(asked, granted=granted, decision=decision, actor=actor, at=tx.at)
        store.save(tx, value)
        action = f"unmasking.{value.state.value}"
        tx.audit(action, "traveller", value.traveller_id, request=value.id, reason=value.decision)
    return value


def requests(centre: Centre, actor: Actor, *, asked_only: bool = False, page: int = 1) -> Requests:
    """Requests to see masked travellers; they name nobody who is masked."""
    actor.require(Permission.UNMASK)
    page = max(1, page)
    with centre.db.read() as connection:
        rows, total = store.requests(
            connection, asked_only=asked_only, offset=(page - 1) * PAGE, limit=PAGE
        )
    pages = max(1, -(-total // PAGE))
    return Requests(rows=tuple(rows), total=total, page=page, pages=pages)


def _require_port(connection: sa.Connection, actor: Actor, traveller_id: str) -> None:
    found = travellers.travellers_by_id(connection, [traveller_id])
    if not found:
        raise NotFound("there is no such traveller")
    for port in ports_of(connection, subjects_of(connection, found)).values():
        actor.require_port(port)
