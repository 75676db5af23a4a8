"""How a rule comes into force and goes out of it: tried on the history, two persons, budgets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act import rules as act
from parakh.act.decisions import reason_of
from parakh.act.rules import Comparison, Overrun
from parakh.domain.backtest import Backtest, BacktestState, Findings
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.rule import RuleState, RuleVersion
from parakh.domain.unit import Unit
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.services import backtests, rules, value_lists
from parakh.services.archive import archive_of
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.store import backtests as tests
from parakh.store import people
from parakh.store import rules as store
from parakh.store.database import Tx

GOOD_FOR = timedelta(days=30)
"""So long a back-test speaks for a rule."""

LEAST_SPAN = timedelta(days=30)
"""So far back it must reach, or to the first day of a shorter history: whoever chooses the days
chooses how many alerts a day come of them."""

LEAST_BUDGET, MOST_BUDGET = 1, 100_000

_NO_HISTORY = N_("There is no history yet on which it could be tried.")
_NOT_KEPT = N_(
    "The history does not keep {names}, so how often it will raise somebody is not known."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Readiness:
    """What stands between a version and its approval.

    Attributes:
        tried: the newest back-test of exactly this text, subject and scope.
        fresh: whether that is done, not too old, reaches over enough of the history, and was tried
            with the values that the named lists have now.
        changed_lists: named lists whose values changed since it was asked for.
        doubt: why the history cannot tell how often it raises somebody; None where it can.
        overruns: units that it would give more alerts a day than they can see to.
    """

    tried: Backtest | None
    fresh: bool
    changed_lists: tuple[str, ...]
    doubt: Phrase | None
    overruns: tuple[Overrun, ...]

    @property
    def ready(self) -> bool:
        """Whether somebody may approve it at all."""
        return self.fresh or self.doubt is not None

    @property
    def exceeds(self) -> bool:
        """Whether the approval needs a reason of somebody who may exceed budgets."""
        return bool(self.overruns) or self.doubt is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewView:
    """A version before its reviewer.

    Attributes:
        comparison: with the version in force; None for the first.
        own: whether the actor wrote a part of it, so that another person must approve.
    """

    version: RuleVersion
    comparison: Comparison | None
    readiness: Readiness
    own: bool
    units: dict[str, Unit]


# --- looks ------------------------------------------------------------------------------------


def view(centre: Centre, actor: Actor, version_id: str) -> ReviewView:
    """A version with all that its reviewer needs; raises NotFound."""
    actor.require(Permission.SEE_RULES)
    with centre.db.read() as connection:
        found = store.get_version(connection, version_id)
        others = store.versions_of(connection, found.rule_id)
        held = next((own for own in others if own.in_force(centre.clock())), None)
        return ReviewView(
            version=found,
            comparison=act.compared(held, found) if held and held.id != found.id else None,
            readiness=readiness(centre, connection, found),
            own=_wrote(connection, found, actor),
            units=people.units(connection),
        )


def waiting(centre: Centre, actor: Actor) -> list[RuleVersion]:
    """The versions that wait for a review, the oldest first."""
    actor.require(Permission.SEE_RULES)
    with centre.db.read() as connection:
        return store.waiting(connection)


def readiness(centre: Centre, connection: sa.Connection, version: RuleVersion) -> Readiness:
    """What stands between a version and its approval."""
    digest = backtests.digest(version.text, version.subject, version.scope)
    tried = tests.newest(connection, digest)
    changed = value_lists.changed_since(connection, version.text, tried.asked_at) if tried else ()
    fresh = not changed and _fresh(tried, centre)
    findings = tried.findings if tried is not None and fresh else None
    units = people.units(connection)
    return Readiness(
        tried=tried,
        fresh=fresh,
        changed_lists=changed,
        doubt=_doubt(centre, version, findings),
        overruns=act.overruns(findings.alerts_a_day, units) if findings else (),
    )


# --- steps ------------------------------------------------------------------------------------


def submit(centre: Centre, actor: Actor, version_id: str) -> RuleVersion:
    """Gives a draft to another person to be reviewed; raises Conflict, RuleError."""
    actor.require(Permission.WRITE_RULES)
    with centre.db.write(actor, Purpose.RULES) as tx:
        old = _locked(tx, version_id)
        rules.compiled(tx.connection, old.text, old.subject)
        new = act.submitted(old)
        return _stored(tx, new, "rule.submitted")


def send_back(centre: Centre, actor: Actor, version_id: str, review: str) -> RuleVersion:
    """Gives a version back to be changed; whoever wrote it may take it back himself.

    Raises Conflict for a version that does not wait for review, InvalidInput without a reason.
    """
    with centre.db.write(actor, Purpose.RULES) as tx:
        old = _locked(tx, version_id)
        mine = _wrote(tx.connection, old, actor)
        actor.require(Permission.WRITE_RULES if mine else Permission.REVIEW_RULES)
        new = act.reviewed(old, RuleState.DRAFT, review, actor, tx.at)
        return _stored(tx, new, "rule.sent_back", reason=new.review)


def reject(centre: Centre, actor: Actor, version_id: str, review: str) -> RuleVersion:
    """Ends a version that waits for review; raises as `send_back` does."""
    actor.require(Permission.REVIEW_RULES)
    with centre.db.write(actor, Purpose.RULES) as tx:
        new = act.reviewed(_locked(tx, version_id), RuleState.REJECTED, review, actor, tx.at)
        return _stored(tx, new, "rule.rejected", reason=new.review)


def approve(
    centre: Centre, actor: Actor, version_id: str, review: str, *, over_budget: str = ""
) -> RuleVersion:
    """Puts a version in force from its start on; the one before ends there.

    It must have been tried on the history. `over_budget` says why it may raise more alerts than a
    unit's budget, or goes untried because no history tells of it.

    Raises Forbidden for whoever wrote a part of it, for a program, and over a budget for whoever
    may not exceed it; Conflict where it was not tried, or does not wait for review; InvalidInput
    without a reason; RuleError where it is no rule any more.
    """
    actor.require(Permission.REVIEW_RULES)
    with centre.db.write(actor, Purpose.RULES) as tx:
        old = _locked(tx, version_id)
        if _wrote(tx.connection, old, actor):
            raise Forbidden("you wrote a part of this version: another person must approve it")
        new = act.reviewed(old, RuleState.APPROVED, review, actor, tx.at)
        rules.compiled(tx.connection, old.text, old.subject)
        ready = readiness(centre, tx.connection, old)
        if not ready.ready:
            raise Conflict(
                "try it on the history first: its back-test is missing, not done, older than "
                f"{GOOD_FOR.days} days, or does not reach over {LEAST_SPAN.days} days (or all of a "
                "shorter history) up to the day when it was asked for, or values of a list that it "
                "names changed since"
            )
        new = replace(new, over_budget=_allowed(actor, ready, over_budget))
        for own in act.superseded(store.versions_of(tx.connection, new.rule_id), new):
            store.save(tx, own)
        return _stored(
            tx,
            new,
            "rule.approved",
            reason=new.review,
            over_budget=new.over_budget,
            backtest=ready.tried.id if ready.tried and ready.fresh else "",
            units=[own.unit.id for own in ready.overruns],
        )


def discard(centre: Centre, actor: Actor, version_id: str, reason: str) -> RuleVersion:
    """Gives a draft up; raises Conflict for what is none, InvalidInput without a reason."""
    actor.require(Permission.WRITE_RULES)
    with centre.db.write(actor, Purpose.RULES) as tx:
        old = _locked(tx, version_id)
        if old.state is not RuleState.DRAFT:
            raise Conflict(f"{old.label} is no draft")
        new = act.retired(old, reason, actor, tx.at)
        return _stored(tx, new, "rule.discarded", reason=new.retirement)


def retire(centre: Centre, actor: Actor, rule_id: str, reason: str) -> list[RuleVersion]:
    """Takes a rule out of force, those of its versions that are still to come too.

    Raises Conflict where none is, InvalidInput without a reason, Forbidden for a program.
    """
    actor.require(Permission.REVIEW_RULES)
    with centre.db.write(actor, Purpose.RULES) as tx:
        store.lock(tx.connection, rule_id)
        held = [
            own
            for own in store.versions_of(tx.connection, rule_id)
            if own.state is RuleState.APPROVED
            and (own.active_until is None or own.active_until > tx.at)
        ]
        if not held:
            raise Conflict("no version of it is in force, or will be")
        return [
            _stored(tx, new, "rule.retired", reason=new.retirement)
            for new in (act.retired(own, reason, actor, tx.at) for own in held)
        ]


def try_out(centre: Centre, actor: Actor, version_id: str, since: date, until: date) -> str:
    """Asks for a back-test of a version; see `parakh.services.backtests.start`."""
    own = rules.version(centre, actor, version_id)
    return backtests.start(centre, actor, own.text, own.subject, own.scope, since, until)


def set_budgets(centre: Centre, actor: Actor, budgets: Mapping[str, int | None]) -> None:
    """Says how many alerts a day units can see to; None for as many as there are.

    Raises InvalidInput for a unit that there is not, or a number out of bounds.
    """
    actor.require(Permission.EXCEED_BUDGETS)
    with centre.db.write(actor, Purpose.RULES) as tx:
        units = people.units(tx.connection)
        for unit_id, budget in budgets.items():
            if unit_id not in units:
                raise InvalidInput(f"there is no unit {unit_id}")
            if budget is not None and not LEAST_BUDGET <= budget <= MOST_BUDGET:
                raise InvalidInput(f"alerts a day: {LEAST_BUDGET} to {MOST_BUDGET:,}")
            old = units[unit_id]
            if old.alert_budget != budget:
                people.save_unit(tx.connection, replace(old, alert_budget=budget))
            tx.audit("unit.budget", "unit", unit_id, before=old.alert_budget, after=budget)


# --- within -----------------------------------------------------------------------------------


def _locked(tx: Tx, version_id: str) -> RuleVersion:
    store.lock(tx.connection, store.get_version(tx.connection, version_id).rule_id)
    return store.get_version(tx.connection, version_id)


def _stored(tx: Tx, value: RuleVersion, action: str, **detail: object) -> RuleVersion:
    store.save(tx, value)
    tx.audit(action, "rule", value.rule_id, version=value.label, **detail)
    return value


def _wrote(connection: sa.Connection, version: RuleVersion, actor: Actor) -> bool:
    return any(same_person(connection, name, actor) for name in version.authors)


def _fresh(tried: Backtest | None, centre: Centre) -> bool:
    return (
        tried is not None
        and tried.state is BacktestState.DONE
        and tried.finished_at is not None
        and centre.clock() - tried.finished_at <= GOOD_FOR
        and _reaches(tried, centre)
    )


def _reaches(tried: Backtest, centre: Centre) -> bool:
    asked = tried.asked_at.date()
    if tried.until < asked:
        return False
    wanted = asked - LEAST_SPAN
    kept = archive_of(centre, tried.subject)
    return tried.since <= wanted or not kept.days(wanted, tried.since)


def _doubt(centre: Centre, version: RuleVersion, findings: Findings | None) -> Phrase | None:
    if findings is not None:
        told = ", ".join(findings.not_kept)
        return phrase(_NOT_KEPT, names=told) if findings.not_kept else None
    kept = archive_of(centre, version.subject).days(date.min, date.max)
    return None if kept else phrase(_NO_HISTORY)


def _allowed(actor: Actor, ready: Readiness, reason: str) -> str:
    if not ready.exceeds:
        return ""
    if not actor.may(Permission.EXCEED_BUDGETS):
        raise Forbidden(f"{actor.name} may not approve it: {_why(ready)}")
    if not reason.strip():
        raise InvalidInput(f"say why it may stand all the same: {_why(ready)}")
    return reason_of(reason)


def _why(ready: Readiness) -> str:
    told = (
        f"{own.unit.name} would get {own.alerts_a_day:.1f} alerts a day and can see to {own.budget}"
        for own in ready.overruns
    )
    return "; ".join([*told, *([str(ready.doubt)] if ready.doubt else [])])
