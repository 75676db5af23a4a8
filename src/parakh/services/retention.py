"""Deletes what tells who travelled, once its time is over."""

from datetime import timedelta

from parakh.access import Purpose
from parakh.services.archive import archive_of
from parakh.services.centre import WORKER, Centre
from parakh.store import retention as store

_AT_ONCE = 500


def forget_due(centre: Centre) -> int:
    """Deletes the next who are due, or the text of messages that told of nobody else.

    Gives how many travellers or messages. Called again until that is none, it is through. The
    history of back-tests goes first, so that a crash in between leaves nobody in it.
    """
    before = centre.clock() - timedelta(days=centre.settings.delete_days)
    with centre.db.read() as connection:
        ids = store.due(connection, before, _AT_ONCE)
        over = [] if ids else store.messages_due(connection, before, _AT_ONCE)
    if not (ids or over):
        return 0
    if ids:
        archive_of(centre).forget(ids)
    with centre.db.write(WORKER, Purpose.ADMINISTRATION) as tx:
        if ids:
            store.forget(tx, ids)
            tx.audit("travellers.forgotten", "traveller", "", count=len(ids))
        else:
            store.forget_messages(tx, over)
            tx.audit("messages.forgotten", "message", "", count=len(over))
    centre.db.scrub()
    return len(ids) + len(over)
