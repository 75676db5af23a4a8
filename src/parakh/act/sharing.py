"""The steps with a share, and what each needs."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from parakh.access import Actor
from parakh.act.cases import LONGEST_TITLE, text_of
from parakh.act.decisions import reason_of, require_human
from parakh.domain.ids import new_id
from parakh.domain.sharing import (
    PARTS,
    Part,
    RecordKind,
    RequestState,
    Share,
    ShareRequest,
    ShareState,
)
from parakh.errors import Conflict, Forbidden, InvalidInput

LONGEST = timedelta(days=366)
"""So long a share lasts at most; whoever still needs it then asks again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """With whom something is shared, what of it, why it may be, and how it may be used.

    `unit_id` is a unit of the agency; "" for its liaison officers alone.
    """

    agency: str
    unit_id: str = ""
    sections: frozenset[Part]
    legal_basis: str
    conditions: str
    expires_at: datetime
    may_pass_on: bool = False


def give(kind: RecordKind, ref_id: str, terms: Terms, actor: Actor, at: datetime) -> Share:
    """A new share in the name of the actor's agency.

    One for an agency without a unit here leaves the centre, so that it waits for a second person.
    Raises InvalidInput where it says too little, or lasts too long.
    """
    require_human(actor)
    if terms.agency == actor.agency:
        raise InvalidInput("that is one's own agency")
    if not terms.sections or terms.sections - set(PARTS[kind]):
        raise InvalidInput(f"say what is shared: {', '.join(PARTS[kind])}")
    if not at < terms.expires_at <= at + LONGEST:
        raise InvalidInput("a share ends later than now, and within a year")
    return Share(
        id=new_id(),
        kind=kind,
        ref_id=ref_id,
        from_agency=actor.agency,
        agency=terms.agency,
        unit_id=terms.unit_id or None,
        sections=terms.sections,
        legal_basis=text_of(terms.legal_basis, "the legal basis", most=2000, least=5),
        conditions=text_of(terms.conditions, "the conditions", most=2000, least=5),
        may_pass_on=terms.may_pass_on,
        expires_at=terms.expires_at,
        state=ShareState.IN_FORCE if terms.unit_id else ShareState.WAITING,
        by=actor.name,
        at=at,
    )


def pass_on(parent: Share, terms: Terms, actor: Actor, at: datetime) -> Share:
    """A share of what one received, within the terms of that one; it goes no further."""
    if not parent.may_pass_on:
        raise Forbidden("the conditions do not allow to share it further")
    if not parent.acknowledged_by:
        raise Conflict("accept the conditions first")
    if terms.agency == parent.from_agency:
        raise InvalidInput("it came from that agency")
    if terms.sections - parent.sections or terms.expires_at > parent.expires_at:
        raise InvalidInput("no more, and no longer, than was shared with oneself")
    made = give(parent.kind, parent.ref_id, replace(terms, may_pass_on=False), actor, at)
    return replace(made, parent_id=parent.id)


def decide(own: Share, *, approve: bool, reason: str, actor: Actor, at: datetime) -> Share:
    """The share with a second person's word; raises Conflict unless it waits for one."""
    require_human(actor)
    if own.state is not ShareState.WAITING:
        raise Conflict("nothing waits to be decided here")
    return replace(
        own,
        state=ShareState.IN_FORCE if approve else ShareState.REFUSED,
        decided_by=actor.name,
        decided_at=at,
        decision=reason_of(reason),
    )


def acknowledge(own: Share, reference: str, actor: Actor, at: datetime) -> Share:
    """The share whose conditions somebody accepts; raises Conflict the second time."""
    require_human(actor)
    if own.acknowledged_by:
        raise Conflict(f"{own.acknowledged_by} accepted the conditions already")
    tidy = text_of(reference, "the reference", most=LONGEST_TITLE, least=0)
    return replace(own, acknowledged_by=actor.name, acknowledged_at=at, reference=tidy)


def end(own: Share, reason: str, actor: Actor, at: datetime) -> Share:
    """The share, taken back; raises Conflict where it gives nothing already."""
    require_human(actor)
    if own.state in (ShareState.ENDED, ShareState.REFUSED):
        raise Conflict("it is not shared any more")
    return replace(
        own,
        state=ShareState.ENDED,
        ended_by=actor.name,
        ended_at=at,
        ending=reason_of(reason),
    )


def ask(
    asked_agency: str, kind: RecordKind, about: str, reason: str, actor: Actor, at: datetime
) -> ShareRequest:
    """A request in the name of the actor's agency."""
    require_human(actor)
    if asked_agency == actor.agency:
        raise InvalidInput("that is one's own agency")
    return ShareRequest(
        id=new_id(),
        agency=actor.agency,
        asked_agency=asked_agency,
        kind=kind,
        about=text_of(about, "what is wanted", most=LONGEST_TITLE, least=3),
        reason=reason_of(text_of(reason, "the reason", most=2000)),
        by=actor.name,
        at=at,
    )


def answer(
    own: ShareRequest, reason: str, share_id: str | None, actor: Actor, at: datetime
) -> ShareRequest:
    """The request, granted with a share or refused; raises Conflict where it was answered."""
    require_human(actor)
    if own.state is not RequestState.OPEN:
        raise Conflict(f"{own.answered_by} answered it already")
    return replace(
        own,
        state=RequestState.GRANTED if share_id else RequestState.REFUSED,
        answered_by=actor.name,
        answered_at=at,
        answer=reason_of(reason),
        share_id=share_id,
    )
