"""The two steps by which a masked traveller may be seen again."""

from dataclasses import replace
from datetime import datetime, timedelta

from parakh.access import Actor
from parakh.act.decisions import reason_of, require_human
from parakh.domain.ids import new_id
from parakh.domain.masking import Unmasking, UnmaskingState
from parakh.errors import Conflict

SHOWN_FOR = timedelta(days=3)
"""So long a granted request holds."""


def ask(traveller_id: str, reason: str, actor: Actor, at: datetime) -> Unmasking:
    """A request; raises InvalidInput without a reason, Forbidden for a program."""
    require_human(actor)
    return Unmasking(
        id=new_id(),
        traveller_id=traveller_id,
        reason=reason_of(reason),
        asked_by=actor.name,
        asked_at=at,
    )


def decide(
    asked: Unmasking, *, granted: bool, decision: str, actor: Actor, at: datetime
) -> Unmasking:
    """Grants or refuses a request; raises Conflict where that was done."""
    require_human(actor)
    if asked.state is not UnmaskingState.ASKED:
        raise Conflict(f"the request was {asked.state.value} already, by {asked.decided_by}")
    return replace(
        asked,
        state=UnmaskingState.GRANTED if granted else UnmaskingState.REFUSED,
        decided_by=actor.name,
        decided_at=at,
        decision=reason_of(decision),
        until=at + SHOWN_FOR if granted else None,
    )
