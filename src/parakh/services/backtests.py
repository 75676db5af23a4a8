"""Back-tests of rules over all retained history, in the background, with their progress."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
import structlog

from parakh.access import Actor, Permission, Purpose
from parakh.alert.route import units_for
from parakh.domain.alert import OutcomeKind
from parakh.domain.backtest import Backtest, BacktestState, Findings
from parakh.domain.hit import Kind
from parakh.domain.ids import new_id
from parakh.domain.rule import Scope
from parakh.domain.unit import Unit
from parakh.errors import Conflict, InvalidInput, ParakhError
from parakh.learn import backtest as learn
from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.rules.language import CompiledRule, compile_rule
from parakh.screen.rules.terms import Op, walk
from parakh.services.archive import archive_of
from parakh.services.background import Report
from parakh.services.centre import WORKER, Centre
from parakh.store import backtests as store
from parakh.store import people, rules
from parakh.store.archive import Archive, DayFile

LONGEST = timedelta(days=5 * 366)
FOUND = frozenset(
    {OutcomeKind.SEIZURE, OutcomeKind.PENALTY, OutcomeKind.ARREST, OutcomeKind.REFUSED}
)
UNKNOWN = frozenset({OutcomeKind.DATA_ERROR})
"""Outcomes that say nothing of whether a rule was right."""

_ROWS = 500_000
"""Rows that are read at a time."""

_log = structlog.get_logger()


class _Stopped(Exception):
    """Somebody stopped the back-test."""


def digest(text: str, subject: Kind, scope: Scope) -> str:
    """SHA-256 of what a back-test's result depends on."""
    told = json.dumps([text, subject.value, store.scope_data(scope)])
    return hashlib.sha256(told.encode()).hexdigest()


def start(
    centre: Centre,
    actor: Actor,
    text: str,
    subject: Kind,
    scope: Scope,
    since: date,
    until: date,
) -> str:
    """Asks for a back-test over the days from `since` on, before `until`; gives its identifier.

    They run one after the other. Raises RuleError for a text that is no rule, InvalidInput for days
    that are none.
    """
    actor.require(Permission.SEE_RULES)
    if not since < until <= since + LONGEST:
        raise InvalidInput("the last day must come after the first, by five years at most")
    _compiled(centre, text, subject)
    with centre.db.write(actor, Purpose.RULES) as tx:
        value = Backtest(
            id=new_id(),
            text=text,
            subject=subject,
            scope=scope,
            digest=digest(text, subject, scope),
            since=since,
            until=until,
            by=actor.name,
            asked_at=tx.at,
        )
        store.add(tx, value)
        tx.audit("backtest.asked", "backtest", value.id, since=str(since), until=str(until))
    begin(centre)
    return value.id


def get(centre: Centre, actor: Actor, backtest_id: str) -> Backtest:
    """A back-test and how far it is."""
    actor.require(Permission.SEE_RULES)
    with centre.db.read() as connection:
        return store.get(connection, backtest_id)


def newest(centre: Centre, actor: Actor, text: str, subject: Kind, scope: Scope) -> Backtest | None:
    """The newest back-test of exactly this rule."""
    actor.require(Permission.SEE_RULES)
    with centre.db.read() as connection:
        return store.newest(connection, digest(text, subject, scope))


def stop(centre: Centre, actor: Actor, backtest_id: str) -> None:
    """Ends a back-test; raises Conflict where it is over."""
    actor.require(Permission.SEE_RULES)
    with centre.db.write(actor, Purpose.RULES) as tx:
        if not store.end(tx, backtest_id, BacktestState.STOPPED):
            raise Conflict("the back-test is over")
        tx.audit("backtest.stopped", "backtest", backtest_id)


def begin(centre: Centre) -> bool:
    """Begins to work off those that wait, unless that is under way; the worker calls it too."""
    return centre.backtesting.start(lambda report: run_waiting(centre, report))


def run_waiting(centre: Centre, report: Report = lambda done, total: None) -> int:
    """Runs all that wait; gives how many."""
    done = 0
    while True:
        with centre.db.maintain() as connection:
            own = store.take(connection, centre.clock())
        if own is None:
            return done
        _run(centre, own, report)
        done += 1


def _run(centre: Centre, own: Backtest, report: Report) -> None:
    try:
        findings = _findings(centre, own, report)
    except _Stopped:
        return
    except ParakhError as error:
        _end(centre, own, BacktestState.FAILED, failure=str(error))
    except Exception as error:
        _log.exception("back-test failed", backtest=own.id)
        _end(centre, own, BacktestState.FAILED, failure=type(error).__name__)
        raise
    else:
        _end(centre, own, BacktestState.DONE, findings=findings)


def _end(
    centre: Centre,
    own: Backtest,
    state: BacktestState,
    *,
    findings: Findings | None = None,
    failure: str = "",
) -> None:
    with centre.db.write(WORKER, Purpose.RULES) as tx:
        if store.end(tx, own.id, state, findings=findings, failure=failure):
            tx.audit(f"backtest.{state.value}", "backtest", own.id)


def _findings(centre: Centre, own: Backtest, report: Report) -> Findings:
    rule, archive = _compiled(centre, own.text, own.subject), archive_of(centre, own.subject)
    files = archive.days(own.since, own.until)
    if not files:
        raise InvalidInput("there is no history for these days")
    told = _tallied(centre, own, archive, rule, files, report)
    with centre.db.read() as connection:
        outcomes = store.outcomes(connection, own.subject)
        others = store.rule_hits(connection, own.subject)
        units = list(people.units(connection).values())
    days = learn.by_day(told.days, own.since, own.until)
    ports = learn.by_port(told.days)
    return Findings(
        subjects=int(told.days["subjects"].sum()),
        hits=int(told.days["hits"].sum()),
        undecided=int(told.days["undecided"].sum()),
        not_kept=_not_kept(rule),
        days=days,
        ports=ports,
        alerts_a_day=_alerts_a_day(ports, len(files), own.scope, units),
        overlaps=learn.overlaps(told.hits, others),
        precision=learn.precision(told.hits, outcomes, FOUND, UNKNOWN),
        examples=learn.examples(told.hits),
    )


def _tallied(
    centre: Centre,
    own: Backtest,
    archive: Archive,
    rule: CompiledRule,
    files: Sequence[DayFile],
    report: Report,
) -> learn.Tally:
    total, done, parts = sum(file.rows for file in files), 0, []
    # A rule for other agencies raises nothing here (see `parakh.services.live_rules`).
    here = own.scope.concerns(centre.settings.agency)
    matches = rule.matches if here else pl.lit(value=False)
    for some in _batches(files):
        with centre.db.maintain() as connection:
            if not store.progress(connection, own.id, done, total, centre.clock()):
                raise _Stopped
        report(done, total)
        parts.append(learn.tally(archive.scan(some), matches, own.scope))
        done += sum(file.rows for file in some)
    return learn.Tally.joined(parts)


def _batches(files: Sequence[DayFile]) -> list[list[DayFile]]:
    batches: list[list[DayFile]] = [[]]
    for file in files:
        if sum(own.rows for own in batches[-1]) >= _ROWS:
            batches.append([])
        batches[-1].append(file)
    return batches


def _compiled(centre: Centre, text: str, subject: Kind) -> CompiledRule:
    """The rule as the history is read; raises RuleError."""
    with centre.db.read() as connection:
        lists = rules.value_lists(connection)
    token = archive_of(centre, subject).token
    return compile_rule(text, CATALOGUE.of(subject), lists=lists, token=token)


def _not_kept(rule: CompiledRule) -> tuple[str, ...]:
    """What the rule speaks of and the history does not keep, so that it cannot be decided there."""
    found: set[str] = set()
    walk(rule.term, lambda own: found.add(own.source) if own.op is Op.UNDECIDED else None)
    return tuple(sorted(found - {""}))


def _alerts_a_day(
    ports: dict[str, int], days: int, scope: Scope, units: Sequence[Unit]
) -> dict[str, float]:
    """How many alerts a day each unit would have had."""
    totals: dict[str, float] = {}
    named = [own for own in units if own.id in scope.units]
    for port, hits in ports.items():
        for unit in named or units_for(port, units):
            totals[unit.id] = totals.get(unit.id, 0.0) + hits / days
    return totals
