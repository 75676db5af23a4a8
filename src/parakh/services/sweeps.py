"""New and changed entries are screened against everybody on file: expected, present and past.

The other direction of `parakh.services.screening`. A sweep takes all entries that wait and goes in
batches from the newest traveller to the oldest, so that those who are still to come are reached
first. Each batch is one transaction with its assessments, alerts and the cursor: after a crash the
sweep goes on there and repeats nothing. The queue takes messages before the next batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from parakh.access import Actor, Permission, Purpose
from parakh.domain.hit import HitState, ResultState
from parakh.domain.ids import new_id
from parakh.screen.pipeline import Screened
from parakh.screen.screener import TravellerSubject
from parakh.services.assessing import assess
from parakh.services.centre import WORKER, Centre
from parakh.services.subjects import ports_now, screened, subjects_of, told_besides
from parakh.store import sweeps as store
from parakh.store import travellers, watchlists
from parakh.store.sweeps import Sweep

BATCH = 2000
"""Travellers in one transaction: so long, about a second, a new message may have to wait."""

AT_ONCE = 3
"""So many sweeps go side by side, the one that got least far first; later entries wait until one
of them ends, for each sweep reads every traveller."""

PAGE = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepPage:
    """A page of sweeps, newest first."""

    rows: tuple[Sweep, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """The travellers of one step of a sweep.

    Attributes:
        count: how many there are.
        cursor: the last of them; "" when nobody is left.
        seq: the newest change of entries at the time of reading.
        released: entries of the sweep that changed since its last batch.
        besides: the same travellers as they were declared besides.
    """

    sweep: Sweep
    count: int
    cursor: str
    seq: int
    released: frozenset[str]
    subjects: Sequence[TravellerSubject]
    besides: Sequence[TravellerSubject]


# --- work ---------------------------------------------------------------------------------------


def step(centre: Centre) -> bool:
    """Begins a sweep, or works one batch off; False when there is nothing to do.

    Raises RuntimeError when a screener failed: nobody can be said to be swept then. The sweep says
    so, and goes on at the same place when it is tried again.
    """
    with centre.db.read() as connection:
        going = store.under_way(connection)
        new = len(going) < AT_ONCE and store.waiting(connection)
    if new and _begin(centre):
        return True
    if not going:
        return False
    try:
        batch = read_batch(centre, going[0])
        keep_batch(centre, batch, screen_batch(centre, batch))
    except Exception as error:
        _note_failure(centre, going[0], error)
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


def read_batch(centre: Centre, sweep: Sweep) -> Batch:
    """The next travellers, and the entries of the sweep as they are now."""
    with centre.db.read() as connection:
        seq = watchlists.last_change(connection)
        changed = {entry_id for _, entry_id in watchlists.changes_after(connection, sweep.seq)}
        mine = store.entries_of(connection, sweep.id)
        held = [own for own in mine if own not in changed]
        centre.swept.hold(connection, sweep.id, held)
        ids = store.travellers_before(connection, sweep.cursor, BATCH) if held else []
        told = travellers.between(connection, ids[-1], ids[0]) if ids else []
        subjects = subjects_of(connection, told)
        besides = told_besides(connection, subjects)
    return Batch(
        sweep=sweep,
        count=len(ids),
        cursor=ids[-1] if len(ids) == BATCH else "",
        seq=seq,
        released=frozenset(changed.intersection(mine)),
        subjects=subjects,
        besides=besides,
    )


def screen_batch(centre: Centre, batch: Batch) -> list[Screened]:
    """Those who have hits on the sweep's entries; raises RuntimeError if a screener failed."""
    screeners = centre.swept.screeners(batch.sweep.id)
    found = screened(screeners, batch.subjects, batch.besides)
    failed = {
        f"{result.screener}: {result.error}"
        for own in found
        for result in own.results
        if result.state is ResultState.FAILED
    }
    if failed:
        raise RuntimeError("; ".join(sorted(failed)))
    return [own for own in found if own.hits]


def keep_batch(centre: Centre, batch: Batch, found: Sequence[Screened]) -> None:
    """Stores what a batch came to, alerts units, and moves the sweep on; all of it or nothing."""
    sweep = batch.sweep
    with centre.db.read() as connection:
        hit = [own.subject for own in found if isinstance(own.subject, TravellerSubject)]
        ports = ports_now(connection, hit, centre.clock())
    with centre.db.write(WORKER, Purpose.SCREENING) as tx:
        if not store.advance(tx, sweep, cursor=batch.cursor, seq=batch.seq, done=batch.count):
            tx.audit("sweep.left", "sweep", sweep.id, cause="another worker was quicker")
            return
        raised = assess(tx, found, cause=f"sweep:{sweep.id}", ports=ports)
        alerts = sum(len(own.alerts) for own in raised)
        alerted = [hit for own in raised for hit in own.assessment.hits if own.alerts]
        hits = sum(hit.state is HitState.OPEN for hit in alerted)
        store.found(tx, sweep.id, hits=hits, alerts=alerts)
        store.release(tx, sweep.id, batch.released)
        if not batch.cursor:
            store.finish(tx, sweep.id)
        tx.audit(
            "sweep.moved" if batch.cursor else "sweep.finished",
            "sweep",
            sweep.id,
            travellers=batch.count,
            alerts=alerts,
        )
    centre.wall.notify()


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
