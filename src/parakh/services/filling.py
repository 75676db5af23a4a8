"""Fills, for records from before they were kept, words of names, the vetting list, outcomes, and
counts of what rules found."""

from dataclasses import dataclass

from parakh.access import Actor, Purpose
from parakh.services import expected
from parakh.services.assessing import handling_of
from parakh.services.centre import Centre
from parakh.store import outcomes, rule_hits, search, vetting

AT_ONCE = 2_000
"""Travellers or alerts of which one transaction writes, so that nobody waits long for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """Travellers whose words were written, voyages of which somebody came onto the list, alerts
    whose outcome was written, and hits of rules that were counted."""

    travellers: int
    voyages: int
    outcomes: int
    rule_hits: int


def fill(centre: Centre, actor: Actor) -> Filled:
    """Writes what is missing, in short transactions, beside a centre that works.

    It may be stopped at any time, and run again; what is there already is left alone.
    """
    return Filled(
        travellers=_names(centre, actor),
        voyages=_lists(centre, actor),
        outcomes=_outcomes(centre, actor),
        rule_hits=_rule_hits(centre, actor),
    )


def _names(centre: Centre, actor: Actor) -> int:
    after, written = "", 0
    while True:
        with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
            found = search.unwritten(tx.connection, after, AT_ONCE)
            search.write(tx.connection, dict(found))
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


def _outcomes(centre: Centre, actor: Actor) -> int:
    written = 0
    while True:
        with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
            count = outcomes.fill(tx, AT_ONCE)
            tx.audit("outcome.filled", "alert", "", count=count)
        if not count:
            return written
        written += count


def _rule_hits(centre: Centre, actor: Actor) -> int:
    counted = 0
    while True:
        with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
            found = rule_hits.uncounted(tx.connection, AT_ONCE)
            rule_hits.count(tx, found)
            tx.audit("rule.hits_counted", "rule", "", count=len(found))
        if not found:
            return counted
        counted += len(found)
