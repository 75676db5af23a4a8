"""Keeps the vetting list: who is expected stands on it, with what his hits say now.

Called within the transaction that changed anything of it, so that the list never lags behind.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain

import sqlalchemy as sa

from parakh.alert.triage import HandlingOf, advise
from parakh.domain.hit import Advice, Hit, HitState, Kind, Ref
from parakh.domain.traveller import Traveller
from parakh.domain.vetting import Line, Reason
from parakh.domain.voyage import Crossing, CrossingState, Voyage
from parakh.normalise.searching import searched
from parakh.store import assessments, travellers, watchlists
from parakh.store import vetting as store
from parakh.store.database import Database, Tx

Handlings = Callable[[sa.Connection, Iterable[Hit]], HandlingOf]
"""Gives how the lists and rules behind hits are to be handled."""

AT_ONCE = 500
"""Travellers whose lines are made together."""


def follow(tx: Tx, ids: Collection[str], handling_of: Handlings) -> None:
    """Makes the lines of some travellers anew; who is not expected leaves the list."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        made = _lines(tx, some, handling_of)
        known = store.lines(tx.connection, some)
        store.remove(tx.connection, known.keys() - made.keys())
        now = [known[key].now(own) if key in known else own for key, own in made.items()]
        store.put(tx.connection, [own for own in now if own != known.get(own.traveller_id)])


def follow_voyage(tx: Tx, voyage_id: str, handling_of: Handlings) -> None:
    """The same of all who are expected on a voyage since just now, or not any more."""
    follow(tx, store.astray(tx.connection, voyage_id), handling_of)


def looked(database: Database, traveller_id: str, by: str) -> None:
    """Notes that somebody saw all that is told of a traveller: nothing of it is new any more."""
    with database.read() as connection:
        known = store.lines(connection, [traveller_id]).get(traveller_id)
    if known is None or not known.news:
        return
    with database.maintain() as connection:
        known = store.lines(connection, [traveller_id]).get(traveller_id)
        if known is not None:
            store.put(connection, [known.looked(by, database.clock())])


def _lines(tx: Tx, ids: Sequence[str], handling_of: Handlings) -> dict[str, Line]:
    """The lines of those who are expected, without what officers saw of them."""
    connection = tx.connection
    crossings = travellers.crossings_of(connection, ids)
    coming = [
        own
        for own in travellers.travellers_by_id(connection, ids)
        if _expected(own, crossings.get(own.id))
    ]
    voyages = travellers.voyages_by_id(connection, {own.voyage_id for own in coming})
    refs = {own.id: Ref(kind=Kind.TRAVELLER, id=own.id) for own in coming}
    hits = assessments.hits_of(connection, refs.values())
    results = assessments.newest_results(connection, refs.values())
    handling = handling_of(connection, chain.from_iterable(hits.values()))
    entries = {
        own.target.id
        for told in hits.values()
        for own in told
        if own.target.kind is Kind.WATCHLIST_ENTRY
    }
    lists = {
        key: own.watchlist_id
        for key, own in (watchlists.entries_by_id(connection, entries) if entries else {}).items()
    }
    found = {}
    for own in coming:
        told = hits.get(refs[own.id], [])
        advice = advise(results[own.id], told, handling) if own.id in results else None
        at = (voyages[own.voyage_id], crossings[own.id])
        found[own.id] = _line(tx, own, *at, advice, told, lists)
    return found


def _expected(own: Traveller, crossing: Crossing | None) -> bool:
    if crossing is None or crossing.state is not CrossingState.EXPECTED:
        return False
    return bool(own.voyage_id) and own.standing.comes


def _line(
    tx: Tx,
    own: Traveller,
    voyage: Voyage,
    crossing: Crossing,
    advice: Advice | None,
    hits: Sequence[Hit],
    lists: Mapping[str, str],
) -> Line:
    standing = [hit for hit in hits if hit.state is not HitState.CLEARED]
    numbers = [document.number for document in own.documents]
    words = (own.name.full, *numbers, own.booking_reference or "", own.seat or "", voyage.name)
    return Line(
        traveller_id=own.id,
        voyage_id=voyage.id,
        port=voyage.port,
        direction=crossing.direction,
        carrier=voyage.carrier,
        issuer=next((doc.issuer for doc in own.documents if doc.issuer), own.nationality),
        search=searched(words),
        due_at=voyage.due_at,
        called_off=voyage.cancelled,
        advice=advice,
        told={hit.id: round(hit.score, 3) for hit in standing if hit.state is HitState.OPEN},
        reasons=frozenset(filter(None, (_reason(hit, lists) for hit in standing))),
        changed_at=tx.at,
    )


def _reason(hit: Hit, lists: Mapping[str, str]) -> Reason | None:
    """The list behind a hit on an entry, else what it met; None for an entry that is gone."""
    if hit.target.kind is not Kind.WATCHLIST_ENTRY:
        return Reason(kind=hit.target.kind.value, id=hit.target.id)
    list_id = lists.get(hit.target.id)
    return None if list_id is None else Reason(kind="watchlist", id=list_id)
