"""New and changed entries are screened against everybody on file: expected, present and past.

The other direction of `parakh.services.screening`. A sweep takes all entries that wait and goes in
batches from the newest traveller to the oldest, so that those who are still to come are reached
first. Each batch is one transaction with its assessments, alerts and the cursor: after a crash the
sweep goes on there and repeats nothing. The queue takes
messages before the next batch, for a while.

Where a batch fails, its travellers are screened one by one, so that one whom a screener cannot take
holds nobody else up; he is tried again from time to time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import structlog

from parakh.access import Actor, Permission, Purpose
from parakh.domain.hit import HitState, Ref, ResultState
from parakh.domain.ids import new_id
from parakh.domain.watchlist import WatchlistEntry
from parakh.screen.pipeline import Screened
from parakh.screen.screener import Screener, TravellerSubject
from parakh.services.assessing import assess
from parakh.services.centre import WORKER, Centre
from parakh.services.subjects import ports_now, screened, subjects_of, told_besides
from parakh.store import sweeps as store
from parakh.store import travellers, watchlists
from parakh.store.database import Tx
from parakh.store.sweeps import Sweep

_log = structlog.get_logger()

BATCH = 2000
"""Travellers in one transaction: so long, about a second, a new message may have to wait."""

AT_ONCE = 3
"""So many sweeps go side by side, the one that got least far first; later entries wait until one
of them ends, for each sweep reads every traveller."""

MOST_UNSCREENED = 20
"""When more of a batch cannot be screened, it is not for what they are: the whole batch waits."""

UNSCREENED = "unscreened"
"""Stands in `leave` for travellers who could not be screened."""

PAGE = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepPage:
    """A page of sweeps, newest first."""

    rows: tuple[Sweep, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """By what people know a sweep: the first of its entries, and the names of all its lists."""

    entries: tuple[WatchlistEntry, ...]
    lists: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """The travellers of one step of a sweep.

    Attributes:
        ids: identifiers of the travellers, newest first.
        cursor: the last of them; "" when nobody is left.
        seq: the newest change of entries at the time of reading.
        released: entries of the sweep that changed since its last batch.
    """

    sweep: Sweep
    ids: Sequence[str]
    cursor: str
    seq: int
    released: frozenset[str]


# --- work ---------------------------------------------------------------------------------------


def step(centre: Centre, leave: set[str] | None = None) -> bool:
    """Begins a sweep, or works one batch off; False when there is nothing to do.

    A sweep that fails says so, is put into `leave`, and the error is raised; others go on. It is
    tried again at the same place once the caller empties `leave`.
    """
    leave = set() if leave is None else leave
    if _screen_put_off(centre, leave):
        return True
    with centre.db.read() as connection:
        going = store.under_way(connection)
        # One that fails stands in nobody's way.
        new = sum(not own.failure for own in going) < AT_ONCE and store.waiting(connection)
    if new and _begin(centre):
        return True
    own = next((own for own in going if own.id not in leave), None)
    if own is None:
        return False
    try:
        _move(centre, own)
    except Exception as error:
        leave.add(own.id)
        _note_failure(centre, own, error)
        raise
    return True


def _begin(centre: Centre) -> bool:
    sweep_id = new_id()
    with centre.db.write(WORKER, Purpose.SCREENING) as tx:
        # Before the entries are taken: what changes in between is taken out by the first batch.
        seq = watchlists.last_change(tx.connection)
        taken = store.begin(tx, sweep_id, seq)
        tx.audit("sweep.begun", "sweep", sweep_id, entries=taken)
    centre.wall.notify()
    return taken > 0


def _move(centre: Centre, sweep: Sweep) -> None:
    batch = read_batch(centre, sweep)
    if batch is None:
        return
    put_off: list[str] = []
    try:
        found = screen_batch(centre, batch)
    except Exception:
        found, put_off = _one_by_one(centre, batch)
    keep_batch(centre, batch, found, put_off)


def read_batch(centre: Centre, sweep: Sweep) -> Batch | None:
    """The next travellers, and the entries of the sweep as they are now; None while these are
    still being indexed."""
    with centre.db.read() as connection:
        held = centre.swept.hold(connection, sweep)
        if held.todo:
            return None
        ids = store.travellers_before(connection, sweep.cursor, BATCH) if held.ids else []
    return Batch(
        sweep=sweep,
        ids=ids,
        cursor=ids[-1] if len(ids) == BATCH else "",
        seq=held.seq,
        released=held.released,
    )


def screen_batch(centre: Centre, batch: Batch) -> list[Screened]:
    """Those who have hits on the sweep's entries; raises RuntimeError if a screener failed."""
    return _hit(centre, centre.swept.screeners(batch.sweep.id), batch.ids)


def _one_by_one(centre: Centre, batch: Batch) -> tuple[list[Screened], list[str]]:
    """Those who have hits, and those who cannot be screened; raises when too many cannot."""
    screeners = centre.swept.screeners(batch.sweep.id)
    found: list[Screened] = []
    put_off: list[str] = []
    for traveller_id in batch.ids:
        try:
            found += _hit(centre, screeners, [traveller_id])
        except Exception:
            put_off.append(traveller_id)
            if len(put_off) > MOST_UNSCREENED:
                raise
    return found, put_off


def _hit(centre: Centre, screeners: Sequence[Screener], ids: Sequence[str]) -> list[Screened]:
    """Those of some travellers, newest first, who have hits; raises RuntimeError if a screener
    failed: nobody can be said to be swept then."""
    with centre.db.read() as connection:
        told = travellers.between(connection, ids[-1], ids[0]) if ids else []
        subjects = subjects_of(connection, told)
        besides = told_besides(connection, subjects)
    found = screened(screeners, subjects, besides)
    failed = {
        f"{result.screener}: {result.error}"
        for own in found
        for result in own.results
        if result.state is ResultState.FAILED
    }
    if failed:
        raise RuntimeError("; ".join(sorted(failed)))
    return [own for own in found if own.hits]


def _screen_put_off(centre: Centre, leave: set[str]) -> bool:
    """Tries those again who could not be screened, against all entries; whether somebody could."""
    if UNSCREENED in leave:
        return False
    with centre.db.read() as connection:
        waiting = store.unscreened(connection, BATCH)
    caught_up = 0
    for sweep_id, traveller_id in waiting:
        try:
            found = _hit(centre, centre.traveller_screeners(), [traveller_id])
        except Exception as error:
            leave.add(UNSCREENED)
            _log.warning("still not screened", sweep=sweep_id, cause=type(error).__name__)
            continue
        _catch_up(centre, sweep_id, traveller_id, found)
        caught_up += 1
    return caught_up > 0


def _catch_up(centre: Centre, sweep_id: str, traveller_id: str, found: Sequence[Screened]) -> None:
    ports = _ports(centre, found)
    with centre.db.write(WORKER, Purpose.SCREENING) as tx:
        mine = store.caught_up(tx, sweep_id, traveller_id)
        _raise(tx, sweep_id, found if mine else (), ports)
        tx.audit("sweep.caught_up", "sweep", sweep_id, travellers=int(mine))
    centre.wall.notify()


def keep_batch(
    centre: Centre, batch: Batch, found: Sequence[Screened], put_off: Sequence[str] = ()
) -> None:
    """Stores what a batch came to, alerts units, and moves the sweep on; all of it or nothing.

    Those who are `put_off` could not be screened, and are tried again.
    """
    sweep = batch.sweep
    ports = _ports(centre, found)
    with centre.db.write(WORKER, Purpose.SCREENING) as tx:
        done = len(batch.ids) - len(put_off)
        if not store.advance(tx, sweep, cursor=batch.cursor, seq=batch.seq, done=done):
            tx.audit("sweep.left", "sweep", sweep.id, cause="another worker was quicker")
            return
        alerts = _raise(tx, sweep.id, found, ports)
        if put_off:
            store.put_off(tx, sweep.id, put_off)
        store.release(tx, sweep.id, batch.released)
        if not batch.cursor:
            store.finish(tx, sweep.id)
        tx.audit(
            "sweep.moved" if batch.cursor else "sweep.finished",
            "sweep",
            sweep.id,
            travellers=done,
            alerts=alerts,
            unscreened=len(put_off),
        )
    centre.wall.notify()


def _ports(centre: Centre, found: Sequence[Screened]) -> dict[Ref, str]:
    hit = [own.subject for own in found if isinstance(own.subject, TravellerSubject)]
    with centre.db.read() as connection:
        return ports_now(connection, hit, centre.clock())


def _raise(tx: Tx, sweep_id: str, found: Sequence[Screened], ports: dict[Ref, str]) -> int:
    """Stores hits with their assessments, and alerts units; gives the number of alerts."""
    raised = assess(tx, found, cause=f"sweep:{sweep_id}", ports=ports)
    alerts = sum(len(own.alerts) for own in raised)
    alerted = [hit for own in raised for hit in own.assessment.hits if own.alerts]
    hits = sum(hit.state is HitState.OPEN for hit in alerted)
    store.found(tx, sweep_id, hits=hits, alerts=alerts)
    return alerts


def _note_failure(centre: Centre, sweep: Sweep, error: Exception) -> None:
    """Once for each cause; of other errors only the kind, for their text may be personal."""
    failure = str(error) if type(error) is RuntimeError else type(error).__name__
    if failure != sweep.failure:
        with centre.db.write(WORKER, Purpose.SCREENING) as tx:
            store.fail(tx, sweep.id, failure)
            tx.audit("sweep.failed", "sweep", sweep.id, cause=failure)
        centre.wall.notify()


# --- looks --------------------------------------------------------------------------------------


def history(centre: Centre, actor: Actor, *, page: int = 1) -> SweepPage:
    """Sweeps, newest first."""
    actor.require(Permission.SEE_WATCHLISTS)
    page = max(1, page)
    with centre.db.read() as connection:
        found, total = store.newest(connection, offset=(page - 1) * PAGE, limit=PAGE)
    return SweepPage(rows=tuple(found), total=total, page=page, pages=max(1, -(-total // PAGE)))


def told(centre: Centre, actor: Actor, rows: Iterable[Sweep]) -> dict[str, Told]:
    """Of which entries and lists sweeps were, by their identifiers; a look that is audited."""
    actor.require(Permission.SEE_WATCHLISTS)
    rows = list(rows)
    with centre.db.read() as connection:
        lists = watchlists.lists(connection)
        entries = watchlists.entries_by_id(
            connection, (one for own in rows for one in own.first_ids)
        )
    centre.looked(actor, Purpose.WATCHLIST, "sweeps.viewed", "sweep", "")
    return {
        own.id: Told(
            entries=tuple(entries[one] for one in own.first_ids),
            lists=tuple(sorted(lists[one].name for one in own.list_ids)),
        )
        for own in rows
    }


def get(centre: Centre, actor: Actor, sweep_id: str) -> Sweep:
    """One sweep; raises NotFound."""
    actor.require(Permission.SEE_WATCHLISTS)
    with centre.db.read() as connection:
        return store.get(connection, sweep_id)


def under_way(centre: Centre, actor: Actor) -> list[Sweep]:
    """Sweeps that are not finished."""
    actor.require(Permission.SEE_WATCHLISTS)
    with centre.db.read() as connection:
        return store.under_way(connection)


def of_entry(centre: Centre, actor: Actor, entry_id: str) -> Sweep | None:
    """The newest sweep that took an entry; None while it waits for one, or never was in force."""
    actor.require(Permission.SEE_WATCHLISTS)
    with centre.db.read() as connection:
        return store.of_entry(connection, entry_id)
