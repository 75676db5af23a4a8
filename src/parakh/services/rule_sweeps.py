"""A rule that comes into force is held against everybody who is still to come.

So is one whose named lists changed. It goes voyage by voyage; each batch is one transaction with
its assessments, alerts and the cursor, so that after a crash it goes on there and repeats nothing.
Who is announced later meets the rule with the message that announces him.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from parakh.access import Purpose
from parakh.domain.hit import HitState, Ref, ResultState
from parakh.domain.ids import new_id
from parakh.domain.vetting import HOUR, STILL_COMING
from parakh.domain.voyage import CrossingState
from parakh.screen.pipeline import Screened
from parakh.screen.rules.screener import LiveRule, RuleScreener
from parakh.screen.screener import TravellerSubject
from parakh.services.assessing import SWEEP, assess
from parakh.services.centre import WORKER, Centre
from parakh.services.subjects import ports_now, screened, subjects_of, told_besides
from parakh.store import rule_sweeps as store
from parakh.store import travellers
from parakh.store.database import Tx
from parakh.store.rule_sweeps import RuleSweep

BATCH = 5
"""Voyages in one transaction: some 1,500 travellers, for whom a new message may have to wait."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Going:
    """A sweep, and its rule as it is compiled now."""

    sweep: RuleSweep
    rule: LiveRule


@dataclass(frozen=True, kw_only=True, slots=True)
class _Batch:
    """The travellers of one step; `cursor` is the last voyage, "" when none is left."""

    subjects: Sequence[TravellerSubject]
    besides: Sequence[TravellerSubject]
    cursor: str


def step(centre: Centre, leave: set[str]) -> bool:
    """Begins sweeps, or works one batch off; False when there is nothing to do.

    Those that have come equally far go together, so that travellers are read once for all of them.
    A sweep whose rule breaks says so, and is put into `leave`; the others go on.
    """
    rules = {
        (own.version.id, own.lists_digest): own
        for own in centre.rules.current()
        if own.compiled is not None
    }
    with centre.db.read() as connection:
        under_way = store.under_way(connection)
        new = rules.keys() - store.known(connection)
    if new:
        _begin(centre, sorted(new))
        return True
    over = [own for own in under_way if (own.version_id, own.lists_digest) not in rules]
    if over:
        _drop(centre, over)
        return True
    going = [
        _Going(sweep=own, rule=rules[own.version_id, own.lists_digest])
        for own in under_way
        if own.id not in leave
    ]
    if not going:
        return False
    cursor = min(own.sweep.cursor for own in going)
    _move(centre, [own for own in going if own.sweep.cursor == cursor], leave)
    return True


def _begin(centre: Centre, new: Iterable[tuple[str, str]]) -> None:
    with centre.db.write(WORKER, Purpose.SCREENING) as tx:
        for version_id, digest in new:
            sweep_id = new_id()
            begun = store.begin(tx, sweep_id, version_id, digest)
            tx.audit("rule_sweep.begun", "rule_sweep", sweep_id, version=version_id, new=begun)


def _drop(centre: Centre, over: Iterable[RuleSweep]) -> None:
    """Ends sweeps of rules that are not in force any more, or whose lists changed."""
    with centre.db.write(WORKER, Purpose.SCREENING) as tx:
        for own in over:
            store.drop(tx, own.id)
            tx.audit("rule_sweep.dropped", "rule_sweep", own.id, version=own.version_id)


def _move(centre: Centre, going: Sequence[_Going], leave: set[str]) -> None:
    batch = _read(centre, going[0].sweep)
    screener = RuleScreener([own.rule for own in going], centre.rules.source)
    found = screened([screener], batch.subjects, batch.besides)
    failed = _failed(found)
    broken = [own for own in going if own.rule.name in failed or screener.name in failed]
    leave.update(own.sweep.id for own in broken)
    hit = [own for own in found if own.hits]
    subjects = [own.subject for own in hit if isinstance(own.subject, TravellerSubject)]
    with centre.db.read() as connection:
        ports = ports_now(connection, subjects, centre.clock())
    with centre.db.write(WORKER, Purpose.SCREENING) as tx:
        for own in broken:
            error = failed.get(own.rule.name) or failed[screener.name]
            store.fail(tx, own.sweep.id, error)
            tx.audit("rule_sweep.failed", "rule_sweep", own.sweep.id, cause=error)
        done = len(batch.subjects)
        moved = [
            own
            for own in going
            if own not in broken and store.advance(tx, own.sweep, cursor=batch.cursor, done=done)
        ]
        if moved:
            _raise(tx, moved, hit, ports, batch)
        else:
            tx.audit("rule_sweep.left", "rule_sweep", going[0].sweep.id)
    centre.wall.notify()


def _raise(
    tx: Tx,
    moved: Sequence[_Going],
    found: Iterable[Screened],
    ports: Mapping[Ref, str],
    batch: _Batch,
) -> None:
    """Stores the hits of the rules that moved on, and alerts units."""
    mine = {own.rule.version.rule_id for own in moved}
    kept = [
        replace(own, hits=tuple(hit for hit in own.hits if hit.target.id in mine)) for own in found
    ]
    hit = [own for own in kept if own.hits]
    # With the batch: a traveller whose voyage changes meanwhile may be met by two of them.
    sweep = moved[0].sweep
    done = assess(tx, hit, cause=f"{SWEEP}{sweep.id}:{sweep.cursor}", ports=ports)
    for own in moved:
        told = [
            len(one.alerts)
            for one in done
            for hit in one.assessment.hits
            if hit.target.id == own.rule.version.rule_id
            and hit.state is HitState.OPEN
            and one.alerts
        ]
        store.found(tx, own.sweep.id, hits=len(told), alerts=sum(told))
        action = "rule_sweep.moved" if batch.cursor else "rule_sweep.finished"
        count = len(batch.subjects)
        tx.audit(action, "rule_sweep", own.sweep.id, travellers=count, alerts=sum(told))


def _failed(found: Iterable[Screened]) -> dict[str, str]:
    """What failed, with the kind of error."""
    return {
        result.screener: result.error
        for own in found
        for result in own.results
        if result.state is ResultState.FAILED
    }


def _read(centre: Centre, sweep: RuleSweep) -> _Batch:
    since = centre.clock() - STILL_COMING * HOUR
    with centre.db.read() as connection:
        voyages = store.voyages_after(connection, sweep.cursor, since, BATCH)
        told = [
            own
            for voyage_id in voyages
            for own in travellers.travellers_of_voyage(connection, voyage_id)
            if own.standing.comes
        ]
        subjects = [own for own in subjects_of(connection, told) if not _came(own)]
        besides = told_besides(connection, subjects)
    cursor = voyages[-1] if len(voyages) == BATCH else ""
    return _Batch(subjects=subjects, besides=besides, cursor=cursor)


def _came(subject: TravellerSubject) -> bool:
    """Whether somebody was seen at a gate already."""
    return subject.crossing is not None and subject.crossing.state is CrossingState.ACTUAL
