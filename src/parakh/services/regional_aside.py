"""What the centre above refused: set aside here with its reason, while all else goes on.

The row of the audit trail that it belongs to goes up without it. Somebody sends it again, once what
was wrong there is mended, or drops it with a reason.
"""

from collections.abc import Sequence
from dataclasses import replace

from parakh.access import Actor, Permission, Purpose, system_actor
from parakh.act.decisions import reason_of
from parakh.errors import Conflict
from parakh.services import regional_telling as telling
from parakh.services.centre import Centre
from parakh.services.regional_values import Told
from parakh.store import audit
from parakh.store import regional as store
from parakh.store.regional import Aside, AsideState

_LINK = system_actor("centre-link")
_GONE = "it is not here any more"


def listed(centre: Centre, actor: Actor) -> tuple[Aside, ...]:
    """What was set aside and is not settled, the oldest first."""
    actor.require(Permission.SEE_AGENCIES)
    with centre.db.read() as connection:
        found = store.asides(connection).values()
    return tuple(own for own in found if own.state not in (AsideState.SENT, AsideState.DROPPED))


def send_again(centre: Centre, actor: Actor, seq: int) -> Aside:
    """Lets the link send it again; raises Conflict unless it lies here."""
    return _decided(centre, actor, seq, AsideState.AGAIN, "")


def drop(centre: Centre, actor: Actor, seq: int, reason: str) -> Aside:
    """Gives it up, with a reason that goes up in its stead; raises Conflict unless it lies here."""
    return _decided(centre, actor, seq, AsideState.DROPPING, reason_of(reason))


def _decided(centre: Centre, actor: Actor, seq: int, state: AsideState, said: str) -> Aside:
    actor.require(Permission.KEEP_AGENCIES)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        old = store.aside(tx, seq)
        if old.state is not AsideState.ASIDE:
            raise Conflict("somebody decided on this already")
        new = replace(old, state=state, by=actor.name, decided_at=tx.at, decision=said)
        store.put_aside(tx.connection, new)
        tx.audit(f"link.{state.value}", "link", str(seq), reason=said)
    return new


# --- for the link -------------------------------------------------------------------------------


def lay(centre: Centre, event: Told, reason: str) -> None:
    """Sets aside what belongs to a row, which was refused."""
    with centre.db.write(_LINK, Purpose.LINKED) as tx:
        own = Aside(
            seq=int(event["seq"]), action=event["action"], subject_id=event["subject_id"],
            reason=reason, at=tx.at,
        )  # fmt: skip
        store.put_aside(tx.connection, own)
        tx.audit("link.set_aside", "link", str(own.seq), of=own.action, reason=reason)


def decided(centre: Centre) -> Sequence[tuple[Aside, Told]]:
    """What is to go up, with its event: whole, or with the reason for which it was dropped."""
    found = []
    with centre.db.read() as connection:
        for own in store.asides(connection).values():
            if own.state not in (AsideState.AGAIN, AsideState.DROPPING):
                continue
            (row,) = audit.after(connection, own.seq - 1, 1)
            event = telling.bare(row)
            if own.state is AsideState.DROPPING:
                found.append((own, event | {"dropped": own.decision}))
            else:
                rest = telling.belonging(centre, connection, row)
                found.append((own, event | (rest or {"dropped": _GONE})))
    return found


def settle(centre: Centre, own: Aside) -> None:
    """Notes that the centre above knows."""
    sent = own.state is AsideState.AGAIN
    state = AsideState.SENT if sent else AsideState.DROPPED
    with centre.db.maintain() as connection:
        store.put_aside(connection, replace(own, state=state))


def refused_again(centre: Centre, own: Aside, reason: str) -> None:
    """Lets it lie, with what the centre above says now."""
    with centre.db.maintain() as connection:
        store.put_aside(connection, replace(own, state=AsideState.ASIDE, reason=reason))
