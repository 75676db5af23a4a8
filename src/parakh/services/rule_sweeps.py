"""A rule that comes into force is held against everybody and all goods that are still to come.

So is one whose named lists changed. Persons go voyage by voyage, goods by their identifiers, and
units that moved lately by theirs; each batch is one transaction with its assessments, alerts and
the cursor, so that after a crash it goes on there and repeats nothing. Who or what is announced
later meets the rule with the message that announces it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Purpose
from parakh.domain.hit import HitState, Kind, Ref, ResultState
from parakh.domain.ids import new_id
from parakh.domain.vetting import HOUR, STILL_COMING
from parakh.domain.voyage import CrossingState
from parakh.screen.pipeline import Screened, screen
from parakh.screen.rules.screener import LiveRule, RuleScreener, RuleSubject
from parakh.screen.screener import TravellerSubject, UnitSubject
from parakh.services import goods_screening
from parakh.services.assessing import SWEEP, assess
from parakh.services.centre import WORKER, Centre
from parakh.services.subjects import ports_now, screened, subjects_of, told_besides
from parakh.store import consignments, conveyances, travellers
from parakh.store import rule_sweeps as store
from parakh.store.database import Tx
from parakh.store.rule_sweeps import RuleSweep

BATCH = 5
"""Voyages in one transaction: some 1,500 travellers, for whom a new message may have to wait."""


GOODS_BATCH = 1000
"""Consignments, or units, in one transaction."""

LATELY = timedelta(days=7)
"""Units that moved within so long are held against a new rule."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Going:
    """A sweep, and its rule as it is compiled now."""

    sweep: RuleSweep
    rule: LiveRule

    @property
    def kind(self) -> Kind:
        """What the rule is about."""
        return self.rule.version.subject


@dataclass(frozen=True, kw_only=True, slots=True)
class _Batch:
    """The subjects of one step; `cursor` is the last voyage, consignment or unit, "" when none is
    left.

    Attributes:
        besides: the same travellers as they were declared besides.
        ports: of goods and units, where somebody must see to them.
    """

    subjects: Sequence[RuleSubject]
    besides: Sequence[TravellerSubject] = ()
    cursor: str
    ports: Mapping[Ref, str] = field(default_factory=dict)


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
    first = min(going, key=lambda own: (own.kind, own.sweep.cursor))
    cursor = first.sweep.cursor
    same = [own for own in going if (own.kind, own.sweep.cursor) == (first.kind, cursor)]
    _move(centre, same, leave)
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
    batch = _read(centre, going[0].sweep, going[0].kind)
    screener = RuleScreener([own.rule for own in going], centre.rules.source)
    found = _screened(screener, batch)
    failed = _failed(found)
    broken = [own for own in going if own.rule.name in failed or screener.name in failed]
    leave.update(own.sweep.id for own in broken)
    hit = [own for own in found if own.hits]
    subjects = [own.subject for own in hit if isinstance(own.subject, TravellerSubject)]
    with centre.db.read() as connection:
        ports = {**ports_now(connection, subjects, centre.clock()), **batch.ports}
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


def _screened(screener: RuleScreener, batch: _Batch) -> list[Screened]:
    persons = [own for own in batch.subjects if isinstance(own, TravellerSubject)]
    if persons:
        return screened([screener], persons, batch.besides)
    return screen([screener], batch.subjects)


def _read(centre: Centre, sweep: RuleSweep, kind: Kind) -> _Batch:
    with centre.db.read() as connection:
        match kind:
            case Kind.CONSIGNMENT:
                return _goods(connection, sweep, centre.clock())
            case Kind.CONVEYANCE:
                return _units(connection, sweep, centre.clock())
        return _travellers(connection, sweep, centre.clock())


def _travellers(connection: sa.Connection, sweep: RuleSweep, now: datetime) -> _Batch:
    voyages = store.voyages_after(connection, sweep.cursor, now - STILL_COMING * HOUR, BATCH)
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


def _goods(connection: sa.Connection, sweep: RuleSweep, now: datetime) -> _Batch:
    since = now - STILL_COMING * HOUR
    ids = store.consignments_after(connection, sweep.cursor, since, GOODS_BATCH)
    told = consignments.by_ids(connection, ids)
    subjects = goods_screening.subjects_of(connection, list(told.values()))
    return _Batch(
        subjects=subjects,
        cursor=ids[-1] if len(ids) == GOODS_BATCH else "",
        ports=goods_screening.ports_of(subjects, ()),
    )


def _units(connection: sa.Connection, sweep: RuleSweep, now: datetime) -> _Batch:
    ids = store.units_after(connection, sweep.cursor, now - LATELY, GOODS_BATCH)
    moves = conveyances.movements(connection, ids, now - LATELY)
    units = conveyances.by_ids(connection, ids)
    subjects = [
        UnitSubject(
            ref=Ref(kind=Kind.CONVEYANCE, id=key), conveyance=units[key], movement=moves[key][0]
        )
        for key in ids
    ]
    return _Batch(
        subjects=subjects,
        cursor=ids[-1] if len(ids) == GOODS_BATCH else "",
        ports=goods_screening.ports_of((), subjects),
    )


def _came(subject: TravellerSubject) -> bool:
    """Whether somebody was seen at a gate already."""
    return subject.crossing is not None and subject.crossing.state is CrossingState.ACTUAL
