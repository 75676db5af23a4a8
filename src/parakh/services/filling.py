"""Fills, for records from before they were kept, the words of names and the vetting list."""

from dataclasses import dataclass

from parakh.access import Actor, Purpose
from parakh.services import expected
from parakh.services.assessing import handling_of
from parakh.services.centre import Centre
from parakh.store import search, vetting

AT_ONCE = 2_000
"""Travellers whose words are written in one transaction, so that nobody waits long for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """Travellers whose words were written, and voyages of which somebody came onto the list."""

    travellers: int
    voyages: int


def fill(centre: Centre, actor: Actor) -> Filled:
    """Writes what is missing, in short transactions, beside a centre that works.

    It may be stopped at any time, and run again; what is there already is left alone.
    """
    return Filled(travellers=_names(centre, actor), voyages=_lists(centre, actor))


def _names(centre: Centre, actor: Actor) -> int:
    after, written = "", 0
    while True:
        with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
            found = search.unwritten(tx.connection, after, AT_ONCE)
            search.write_names(tx.connection, dict(found))
            tx.audit("search.filled", "traveller", "", count=len(found))
        if not found:
            return written
        written += len(found)
        after = found[-1][0]


def _lists(centre: Centre, actor: Actor) -> int:
    with centre.db.read() as connection:
        voyages = vetting.voyages_astray(connection, centre.clock())
    for voyage_id in voyages:
        with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
            expected.follow_voyage(tx, voyage_id, handling_of)
            tx.audit("vetting.filled", "voyage", voyage_id)
    return len(voyages)
