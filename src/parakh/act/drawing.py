"""Who examines what: drawn among those on shift who fit, so that nobody chooses his own.

A number is drawn for each who fits: HMAC-SHA256 (RFC 2104) over the order, the assignment's place
and his name, under a secret of the centre. So nobody can tell beforehand whom it will be, and
afterwards the centre can show that the draw was as it says.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Sequence

from parakh.domain.examination import Assignment, Examiner, Order, Ticket
from parakh.domain.phrase import N_, Phrase, phrase

_BITS = 53


def fits(examiner: Examiner, order: Order, parties: Collection[str]) -> bool:
    """Whether somebody may examine a consignment: he has the skills, has nothing to do with its
    parties (by their numbers), and did not order it himself."""
    return (
        order.needs <= examiner.skills
        and examiner.conflicts.isdisjoint(parties)
        and examiner.name != order.ordered_by
    )


def drawn(
    key: bytes, order_id: str, ordinal: int, fit: Iterable[tuple[str, int]]
) -> tuple[Ticket, ...]:
    """The tickets of examiners, given with what they have in hand; the first one wins.

    Whoever has least in hand comes first; of equals the smaller number.
    """
    tickets = [
        Ticket(examiner=name, load=load, number=number(key, order_id, ordinal, name))
        for name, load in fit
    ]
    return tuple(sorted(tickets, key=lambda own: (own.load, own.number)))


def number(key: bytes, order_id: str, ordinal: int, examiner: str) -> float:
    """What is drawn for one of them, in [0, 1)."""
    told = f"{order_id}\0{ordinal}\0{examiner}".encode()
    digest = hmac.digest(key, told, hashlib.sha256)
    drawn_bits: int = int.from_bytes(digest[:8], "big") >> (64 - _BITS)
    return drawn_bits / float(1 << _BITS)


def holds(key: bytes, own: Assignment) -> bool:
    """Whether a draw was as it says; True for an examiner whom a planner named."""
    if own.by:
        return True
    again = drawn(key, own.order_id, own.ordinal, [(one.examiner, one.load) for one in own.tickets])
    return bool(again) and again == own.tickets and again[0].examiner == own.examiner


def why_none(order: Order, parties: Collection[str], on_shift: Sequence[Examiner]) -> Phrase:
    """Why nobody can be drawn."""
    if not on_shift:
        return phrase(N_("No examiner is on shift here."))
    trained = [own for own in on_shift if order.needs <= own.skills]
    if not trained:
        needed = ", ".join(sorted(own.value.replace("_", " ") for own in order.needs))
        return phrase(N_("Nobody on shift is trained for: {skills}."), skills=needed)
    if not any(own.conflicts.isdisjoint(parties) for own in trained):
        return phrase(N_("Everybody on shift who is trained has a conflict of interest."))
    return phrase(N_("Whoever could examine it refused it, or ordered it."))
