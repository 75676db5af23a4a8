"""Rules: looked at with how well they do, compared, checked and written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act import rules as act
from parakh.act.rules import Comparison, Draft
from parakh.domain.backtest import Backtest
from parakh.domain.hit import Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.phrase import Phrase
from parakh.domain.rule import RuleState, RuleVersion
from parakh.domain.traveller import Traveller
from parakh.domain.unit import Unit
from parakh.errors import Conflict, NotFound
from parakh.learn import rule_quality as learn
from parakh.learn.rule_quality import DayCount, Record, Trend
from parakh.screen.rules import editing
from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.rules.editing import Candidate, Help
from parakh.screen.rules.language import CompiledRule, RuleError, compile_rule
from parakh.screen.rules.problems import Problem
from parakh.services import backtests, masking
from parakh.services.alerted import Thing, visible_things
from parakh.services.centre import Centre
from parakh.services.subjects import ports_of, subjects_of
from parakh.store import backtests as tests
from parakh.store import people, rule_hits, rule_sweeps, travellers
from parakh.store import rules as store
from parakh.store.database import Tx
from parakh.store.rule_hits import RuleHit
from parakh.store.rule_sweeps import RuleSweep

PAGE = 50
NEWEST_HITS = 20

_OPEN = (RuleState.DRAFT, RuleState.IN_REVIEW)


class Standing(StrEnum):
    """How a rule stands now: by its version in force, else by what is nearest to being so."""

    IN_FORCE = "in_force"
    COMING = "coming"
    IN_REVIEW = "in_review"
    DRAFT = "draft"
    OVER = "over"


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleRow:
    """A rule at a glance.

    Attributes:
        version: the one in force, else the newest.
        open: the version that is being written or reviewed; None where there is none.
        worn_out: why it should be retired; None where nothing speaks for it.
    """

    version: RuleVersion
    open: RuleVersion | None
    standing: Standing
    record: Record
    worn_out: Phrase | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RulePage:
    """A page of rules, and how many there are of each standing."""

    rows: tuple[RuleRow, ...]
    total: int
    page: int
    pages: int
    counts: dict[Standing, int]
    worn_out: int
    units: dict[str, Unit]


@dataclass(frozen=True, kw_only=True, slots=True)
class HitRow:
    """A hit of a rule; `traveller` is None for somebody whom the actor may not see, and for goods
    and units, which are told by `thing` to those who may see them."""

    hit: RuleHit
    traveller: Traveller | None
    thing: Thing | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleView:
    """All of one rule.

    Attributes:
        versions: the newest first.
        hits: the newest.
        tried: the newest back-test of the version shown.
        swept: how that version was held against everybody who was still to come.
    """

    row: RuleRow
    trend: Trend
    versions: tuple[RuleVersion, ...]
    hits: tuple[HitRow, ...]
    tried: Backtest | None
    swept: RuleSweep | None
    units: dict[str, Unit]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """A back-test; `examples` and `things` (goods, units) are those whom the actor may see, `names`
    those of other rules."""

    backtest: Backtest
    examples: tuple[Traveller, ...]
    things: tuple[Thing, ...]
    names: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """Whether a text is a rule: what is wrong with it, else what it needs to know."""

    problems: tuple[Problem, ...] = ()
    needs: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()


# --- looks ------------------------------------------------------------------------------------


def rules(
    centre: Centre,
    actor: Actor,
    *,
    standing: Standing | None = None,
    text: str = "",
    port: str = "",
    unit_id: str = "",
    worn_out: bool = False,
    page: int = 1,
) -> RulePage:
    """A page of rules: those in force first, then by priority and name.

    `text` is a part of a name, reason or condition; with a port or a unit those that hold there.
    """
    actor.require(Permission.SEE_RULES)
    now, page, text = centre.clock(), max(1, page), text.strip().lower()
    with centre.db.read() as connection:
        counts = rule_hits.totals(connection)
        rows = [
            _row(versions, counts.get(rule_id, ()), now)
            for rule_id, versions in store.versions_by_rule(connection).items()
        ]
        units = people.units(connection)
    order = list(Standing)
    rows.sort(key=lambda row: (order.index(row.standing), row.version.priority, row.version.name))
    found = [
        row
        for row in rows
        if (standing is None or row.standing is standing or _open_is(row, standing))
        and (not worn_out or row.worn_out is not None)
        and _holds(row.version, text, port.strip().upper(), unit_id)
    ]
    return RulePage(
        rows=tuple(found[(page - 1) * PAGE : page * PAGE]),
        total=len(found),
        page=page,
        pages=max(1, -(-len(found) // PAGE)),
        counts={
            own: sum(row.standing is own or _open_is(row, own) for row in rows) for own in Standing
        },
        worn_out=sum(row.worn_out is not None for row in rows),
        units=units,
    )


def rule(centre: Centre, actor: Actor, rule_id: str) -> RuleView:
    """One rule with all versions and its newest hits; a look that is audited where these name
    travellers. Raises NotFound."""
    actor.require(Permission.SEE_RULES)
    with centre.db.read() as connection:
        versions = store.versions_of(connection, rule_id)
        now, days = centre.clock(), rule_hits.days(connection, rule_id)
        row = _row(versions, days, now)
        hits = _hits(centre, connection, actor, rule_hits.newest(connection, rule_id, NEWEST_HITS))
        shown = row.version
        tried = tests.newest(connection, backtests.digest(shown.text, shown.subject, shown.scope))
        swept = rule_sweeps.newest(connection, shown.id)
        units = people.units(connection)
    if any(own.traveller is not None or own.thing is not None for own in hits):
        centre.looked(actor, Purpose.RULES, "rule.viewed", "rule", rule_id)
    return RuleView(
        row=row,
        trend=learn.trend(days, _since(versions, now), now.date()),
        versions=tuple(versions),
        hits=hits,
        tried=tried,
        swept=swept,
        units=units,
    )


def version(centre: Centre, actor: Actor, version_id: str) -> RuleVersion:
    """One version; raises NotFound."""
    actor.require(Permission.SEE_RULES)
    with centre.db.read() as connection:
        return store.get_version(connection, version_id)


def base(centre: Centre, actor: Actor, rule_id: str) -> RuleVersion:
    """The version from which somebody writes on: the open one, else that in force, else the newest;
    raises NotFound."""
    actor.require(Permission.SEE_RULES)
    with centre.db.read() as connection:
        versions = store.versions_of(connection, rule_id)
    if versions[0].state in _OPEN:
        return versions[0]
    return next((own for own in versions if own.in_force(centre.clock())), versions[0])


def names(centre: Centre, actor: Actor) -> dict[str, str]:
    """The names of all rules by identifier, in order of name."""
    actor.require(Permission.SEE_RULES)
    with centre.db.read() as connection:
        return store.names(connection)


def compare(centre: Centre, actor: Actor, old_id: str, new_id: str) -> Comparison:
    """Two versions of one rule side by side; raises NotFound where they are not."""
    old, new = version(centre, actor, old_id), version(centre, actor, new_id)
    if old.rule_id != new.rule_id:
        raise NotFound("these are not versions of one rule")
    return act.compared(old, new)


def trial(centre: Centre, actor: Actor, backtest_id: str) -> Trial:
    """A back-test with its examples; a look that is audited where it names any."""
    own = backtests.get(centre, actor, backtest_id)
    told = own.findings.examples if own.findings else ()
    with centre.db.read() as connection:
        seen = visible(centre, connection, actor, told) if _of_persons(own.subject) else {}
        refs = [Ref(kind=own.subject, id=one) for one in told]
        things = visible_things(connection, actor, refs)
        known = store.names(connection)
    if seen or things:
        centre.looked(actor, Purpose.RULES, "backtest.viewed", "backtest", backtest_id)
    shown = tuple(seen[one] for one in told if one in seen)
    goods = tuple(things[one] for one in told if one in things)
    return Trial(backtest=own, examples=shown, things=goods, names=known)


def check(centre: Centre, actor: Actor, text: str, subject: Kind) -> Checked:
    """Whether a text is a rule about such a subject."""
    actor.require(Permission.SEE_RULES)
    with centre.db.read() as connection:
        try:
            found = compiled(connection, text, subject)
        except RuleError as error:
            return Checked(problems=error.problems)
    return Checked(needs=found.needs, lists=found.lists)


def complete(
    centre: Centre, actor: Actor, text: str, offset: int, subject: Kind
) -> tuple[Candidate, ...]:
    """What can stand at a place of a text that is being written."""
    actor.require(Permission.SEE_RULES)
    with centre.db.read() as connection:
        lists = sorted(store.value_lists(connection))
    return editing.complete(text, offset, CATALOGUE.of(subject), lists)


def describe(centre: Centre, actor: Actor, text: str, offset: int, subject: Kind) -> Help | None:
    """What stands at a place of a text; None where that is nothing to be explained."""
    actor.require(Permission.SEE_RULES)
    return editing.describe(text, offset, CATALOGUE.of(subject))


def compiled(connection: sa.Connection, text: str, subject: Kind) -> CompiledRule:
    """A text as it would run; raises RuleError where it cannot."""
    return compile_rule(text, CATALOGUE.of(subject), lists=store.value_lists(connection))


# --- writing ----------------------------------------------------------------------------------


def write(centre: Centre, actor: Actor, draft: Draft) -> RuleVersion:
    """Writes a new rule, as a draft.

    Raises InvalidInput for what cannot be used, RuleError for a text that is no rule (attributes
    that no rule may use among the reasons), Conflict for a name that is taken.
    """
    actor.require(Permission.WRITE_RULES)
    with centre.db.write(actor, Purpose.RULES) as tx:
        return write_within(tx, draft)


def write_within(tx: Tx, draft: Draft) -> RuleVersion:
    """The same, within a transaction of somebody who may write rules."""
    own = _tidied(tx, draft)
    if store.by_name(tx.connection, own.name) is not None:
        raise Conflict(f"there is a rule {own.name} already")
    rule_id = new_id()
    store.add_rule(tx, rule_id, own.name, own.subject)
    made = act.written(own, new_id(), rule_id, 1, tx.actor.name, tx.at)
    store.save(tx, made)
    tx.audit("rule.written", "rule", rule_id, version=made.label)
    return made


def revise(
    centre: Centre, actor: Actor, rule_id: str, draft: Draft, *, seen: datetime | None = None
) -> RuleVersion:
    """Changes the draft of a rule, or begins its next version; name and subject stay.

    `seen` is when the draft that the actor had before him was written. Raises as `write` does, and
    Conflict while a version waits for review, or when somebody changed the draft meanwhile.
    """
    actor.require(Permission.WRITE_RULES)
    with centre.db.write(actor, Purpose.RULES) as tx:
        store.lock(tx.connection, rule_id)
        versions = store.versions_of(tx.connection, rule_id)
        newest = versions[0]
        own = _tidied(tx, replace(draft, name=newest.name, subject=newest.subject))
        if newest.state in _OPEN:
            if seen is not None and seen != newest.written_at:
                raise Conflict(f"{newest.written_by} changed the draft meanwhile: look at it again")
            made = act.revised(newest, own, actor.name, tx.at)
        else:
            number = newest.number + 1
            made = act.written(own, new_id(), rule_id, number, actor.name, tx.at)
        store.save(tx, made)
        tx.audit("rule.revised", "rule", rule_id, version=made.label)
    return made


# --- within -----------------------------------------------------------------------------------


def _tidied(tx: Tx, draft: Draft) -> Draft:
    own = act.tidied(draft, people.units(tx.connection))
    compiled(tx.connection, own.text, own.subject)
    return own


def _row(versions: list[RuleVersion], days: Sequence[DayCount], now: datetime) -> RuleRow:
    held = next((own for own in versions if own.in_force(now)), None)
    shown, newest = held or versions[0], versions[0]
    record = learn.record(days)
    return RuleRow(
        version=shown,
        open=newest if newest.state in _OPEN else None,
        standing=_standing(versions, held, now),
        record=record,
        worn_out=learn.worn_out(record, shown.number, _since(versions, now), now.date()),
    )


def _since(versions: Iterable[RuleVersion], now: datetime) -> date | None:
    """Since when a version is in force; None where none is."""
    held = next((own for own in versions if own.in_force(now)), None)
    return (held.active_from or held.written_at).date() if held else None


def _standing(versions: Iterable[RuleVersion], held: RuleVersion | None, now: datetime) -> Standing:
    if held is not None:
        return Standing.IN_FORCE
    states = {own.state for own in versions}
    if any(own.in_force(max(now, own.active_from or now)) for own in versions):
        return Standing.COMING
    if RuleState.IN_REVIEW in states:
        return Standing.IN_REVIEW
    return Standing.DRAFT if RuleState.DRAFT in states else Standing.OVER


def _open_is(row: RuleRow, standing: Standing) -> bool:
    """Whether the next version of a rule waits so."""
    return row.open is not None and row.open.state.value == standing.value


def _holds(version: RuleVersion, text: str, port: str, unit_id: str) -> bool:
    scope = version.scope
    told = f"{version.name}\n{version.reason}\n{version.text}".lower()
    return (
        text in told
        and (not port or not scope.ports or port in scope.ports)
        and (not unit_id or not scope.units or unit_id in scope.units)
    )


def _hits(
    centre: Centre, connection: sa.Connection, actor: Actor, found: Sequence[RuleHit]
) -> tuple[HitRow, ...]:
    persons = [own.subject.id for own in found if _of_persons(own.subject.kind)]
    seen = visible(centre, connection, actor, persons)
    things = visible_things(connection, actor, [own.subject for own in found])
    return tuple(
        HitRow(hit=own, traveller=seen.get(own.subject.id), thing=things.get(own.subject.id))
        for own in found
    )


def _of_persons(kind: Kind) -> bool:
    return kind is Kind.TRAVELLER


def visible(
    centre: Centre, connection: sa.Connection, actor: Actor, traveller_ids: Sequence[str]
) -> dict[str, Traveller]:
    """Of some travellers those whom the actor may see, by identifier, as he may read them."""
    if not actor.may(Permission.SEE_TRAVELLERS):
        return {}
    known = subjects_of(connection, travellers.travellers_by_id(connection, list(traveller_ids)))
    ports = {} if actor.everywhere else ports_of(connection, known)
    mine = [own.traveller for own in known if actor.everywhere or ports.get(own.ref) in actor.ports]
    return {own.id: own for own in masking.shown(centre, connection, actor, mine)}
