"""Screens travellers of whose money more came to be known than when they were screened.

A declaration may be recognised, or valued, long after the message that told of its bearer: what it
says together with others must reach the units all the same.
"""

from parakh.access import Purpose
from parakh.services.assessing import assess
from parakh.services.centre import WORKER, Centre
from parakh.services.currency import DUE
from parakh.services.subjects import ports_now, screened, subjects_of, told_besides
from parakh.store import traveller_dues, travellers

AT_ONCE = 200


def screen_due(centre: Centre) -> int:
    """Screens travellers who wait for it; gives how many. For the worker's housekeeping."""
    with centre.db.read() as connection:
        waiting = travellers.travellers_to_screen(connection, DUE)[:AT_ONCE]
        subjects = subjects_of(connection, waiting)
        besides = told_besides(connection, subjects)
        ports = ports_now(connection, subjects, centre.clock())
    if not subjects:
        return 0
    found = screened(centre.expected_screeners(), subjects, besides)
    with centre.db.write(WORKER, Purpose.SCREENING) as tx:
        done = assess(tx, found, cause=DUE, ports=ports)
        traveller_dues.done(tx.connection, [own.ref.id for own in subjects], DUE)
        alerts = sum(len(own.alerts) for own in done)
        tx.audit("currency.screened", "traveller", "", count=len(subjects), alerts=alerts)
    centre.wall.notify()
    return len(subjects)
