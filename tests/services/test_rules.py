"""Rules are written, tried, approved by another person, and measured by what their hits became."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Purpose, Role, system_actor
from parakh.act.rules import Draft
from parakh.domain.alert import OutcomeKind
from parakh.domain.backtest import Backtest, BacktestState, Findings, Precision
from parakh.domain.hit import HitState, Kind
from parakh.domain.ids import new_id
from parakh.domain.rule import RuleState, RuleVersion, Scope
from parakh.domain.value_list import ValueKind
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.screen.rules.language import RuleError
from parakh.services import accounts, backtests, rule_review, rules, value_lists
from parakh.services.centre import Centre
from parakh.services.rules import Standing
from parakh.store import backtests as tests
from parakh.store import rule_hits, tables
from parakh.store import rules as store
from parakh.store.archive import Archive
from parakh.store.tables import alert, assessment, assessment_hit, audit, change, hit

DRAFT = Draft(name="Young", text="traveller.age < 25", reason="Couriers are young")
WHY = "looked at it closely"


@pytest.fixture
def writer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.TARGETING, "KHI")


@pytest.fixture
def boss(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.SUPERVISOR)


@pytest.fixture
def post(any_centre: Centre, units: Any, monkeypatch: pytest.MonkeyPatch) -> Centre:
    """A centre with units, and with a history of which only its existence matters."""
    units(any_centre)
    monkeypatch.setattr(Archive, "days", lambda *_: ["a day"])
    return any_centre


def tried(
    centre: Centre,
    own: RuleVersion,
    state: BacktestState = BacktestState.DONE,
    not_kept: tuple[str, ...] = (),
    days: tuple[int, int] = (90, 0),
    **daily: float,
) -> str:
    """A back-test of a version that is over, `days` ago, with alerts a day by unit."""
    today = centre.clock().date()
    findings = Findings(
        subjects=100,
        hits=5,
        undecided=2,
        not_kept=not_kept,
        days=(),
        ports={},
        alerts_a_day=daily,
        overlaps=(),
        precision=Precision(decided=0, found=0, low=0.0, high=1.0),
        examples=("nobody",),
    )
    value = Backtest(
        id=new_id(),
        text=own.text,
        subject=own.subject,
        scope=own.scope,
        digest=backtests.digest(own.text, own.subject, own.scope),
        since=today - timedelta(days=days[0]),
        until=today - timedelta(days=days[1]),
        by="somebody",
        asked_at=centre.clock(),
    )
    with centre.db.write(system_actor("test"), Purpose.RULES) as tx:
        tests.add(tx, value)
        tests.end(tx, value.id, state, findings=findings if state is BacktestState.DONE else None)
        tx.audit("test", "backtest", value.id)
    return value.id


def approved(
    centre: Centre, writer: Actor, boss: Actor, draft: Draft = DRAFT, rule_id: str = ""
) -> RuleVersion:
    """A version in force."""
    if rule_id:
        made = rules.revise(centre, writer, rule_id, draft)
    else:
        made = rules.write(centre, writer, draft)
    tried(centre, made)
    rule_review.submit(centre, writer, made.id)
    return rule_review.approve(centre, boss, made.id, WHY)


def raised(
    centre: Centre,
    rule_id: str,
    *,
    number: int = 1,
    state: HitState = HitState.OPEN,
    outcome: OutcomeKind | None = None,
    hours: float = 0.0,
    subject: str = "",
) -> str:
    """A hit of a rule, `hours` ago, with an alert that ended so; gives the subject."""
    own, made, subject = new_id(), new_id(), subject or new_id()
    at = centre.clock() - timedelta(hours=hours)
    with centre.db.maintain() as connection:
        connection.execute(
            assessment.insert().values(
                id=made,
                subject_kind="traveller",
                subject_id=subject,
                cause=made,
                at=at,
                advice="inspect",
                results=[],
            )
        )
        connection.execute(
            hit.insert().values(
                id=own,
                subject_kind="traveller",
                subject_id=subject,
                target_kind="rule",
                target_id=rule_id,
                screener=f"rules@{number}",
                screener_id="rules",
                score=1.0,
                threshold=1.0,
                sentence={"template": "young"},
                evidence=[],
                state=state.value,
                reason="",
            )
        )
        connection.execute(assessment_hit.insert().values(assessment_id=made, hit_id=own))
        told = new_id()
        connection.execute(
            alert.insert().values(
                id=told,
                unit_id="khi",
                assessment_id=made,
                subject_kind="traveller",
                subject_id=subject,
                advice="inspect",
                at=at,
                state="closed" if outcome else "new",
                outcome=outcome and outcome.value,
            )
        )
        if outcome:
            closed(connection, told, outcome, at)
    counted(centre)
    return subject


def counted(centre: Centre) -> None:
    """Counts hits of rules that were written past the services."""
    with centre.db.write(system_actor("test"), Purpose.RULES) as tx:
        query = sa.select(hit.c.id).where(hit.c.target_kind == "rule")
        rule_hits.count(tx, list(tx.connection.execute(query).scalars()))
        tx.audit("test", "test", "")


def closed(connection: sa.Connection, alert_id: str, kind: OutcomeKind, at: datetime) -> None:
    """The outcome of an alert."""
    connection.execute(
        tables.outcome.insert().values(
            id=new_id(), alert_id=alert_id, kind=kind.value, note="", legal_reference="",
            place="", by="somebody", at=at, reason="",
        )
    )  # fmt: skip


def told(centre: Centre, action: str) -> list[str]:
    """The details of what was done, as the audit trail has them."""
    with centre.db.read() as connection:
        return list(
            connection.execute(sa.select(audit.c.detail).where(audit.c.action == action)).scalars()
        )


# --- writing ----------------------------------------------------------------------------------


def test_a_draft_is_kept_changed_and_given_to_review(post: Centre, writer: Actor) -> None:
    made = rules.write(post, writer, DRAFT)
    assert (made.label, made.state, made.authors) == (
        "Young@1",
        RuleState.DRAFT,
        frozenset({writer.name}),
    )
    again = rules.revise(post, writer, made.rule_id, replace(DRAFT, priority=1, name="Other"))
    assert (again.id, again.number, again.priority, again.name) == (made.id, 1, 1, "Young")
    waits = rule_review.submit(post, writer, made.id)
    assert [own.id for own in rule_review.waiting(post, writer)] == [waits.id]
    with pytest.raises(Conflict, match="in review"):
        rules.revise(post, writer, made.rule_id, DRAFT)
    assert "Young@1" in told(post, "rule.submitted")[0]


def test_a_draft_that_somebody_changed_meanwhile_is_not_overwritten(
    post: Centre, writer: Actor, clock: Any
) -> None:
    made = rules.write(post, writer, DRAFT)
    clock.advance(minutes=1)
    rules.revise(post, writer, made.rule_id, DRAFT, seen=made.written_at)
    with pytest.raises(Conflict, match="meanwhile"):
        rules.revise(post, writer, made.rule_id, DRAFT, seen=made.written_at)


def test_names_are_taken_once(post: Centre, writer: Actor) -> None:
    rules.write(post, writer, DRAFT)
    with pytest.raises(Conflict, match="Young"):
        rules.write(post, writer, replace(DRAFT, name=" Young  "))


@pytest.mark.parametrize("text", ["traveller.agee < 25", "traveller.age <", "1 + 1"])
def test_a_text_that_is_no_rule_is_refused_with_the_place(
    post: Centre, writer: Actor, text: str
) -> None:
    found = rules.check(post, writer, text, Kind.TRAVELLER)
    assert found.problems
    assert found.problems[0].line == 1
    with pytest.raises(RuleError):
        rules.write(post, writer, replace(DRAFT, text=text))


def test_a_text_that_may_stand_tells_what_it_needs(post: Centre, writer: Actor) -> None:
    found = rules.check(post, writer, DRAFT.text, Kind.TRAVELLER)
    assert (found.problems, found.needs) == ((), frozenset({"traveller.age"}))


@pytest.mark.parametrize("role", [Role.GATE, Role.CUSTODY, Role.AUDITOR])
def test_who_may_not_write(post: Centre, acting: Any, role: Role) -> None:
    with pytest.raises(Forbidden):
        rules.write(post, acting(role, "KHI"), DRAFT)


# --- reviewing --------------------------------------------------------------------------------


def test_another_person_approves_and_it_is_in_force(
    post: Centre, writer: Actor, boss: Actor
) -> None:
    made = approved(post, writer, boss)
    with post.db.read() as connection:
        (held,) = store.in_force(connection, post.clock())
        assert store.get_version(connection, made.id) == held == made
        assert store.versions_by_rule(connection, [made.rule_id]) == {made.rule_id: [made]}
        kinds = connection.execute(
            sa.select(change.c.kind).where(change.c.ref_id == made.rule_id)
        ).scalars()
        assert set(kinds) == {"rule"}
    assert (held.reviewed_by, held.review, held.over_budget) == (boss.name, WHY, "")


def test_nobody_approves_what_he_wrote_a_part_of(post: Centre, writer: Actor, boss: Actor) -> None:
    made = rules.write(post, boss, DRAFT)
    rules.revise(post, writer, made.rule_id, replace(DRAFT, text="traveller.age < 24"))
    tried(post, rules.version(post, boss, made.id))
    rule_review.submit(post, writer, made.id)
    with pytest.raises(Forbidden, match="another person"):
        rule_review.approve(post, boss, made.id, WHY)
    with pytest.raises(Forbidden):
        rule_review.approve(post, writer, made.id, WHY)
    with pytest.raises(Forbidden, match="human"):
        rule_review.approve(post, system_actor("worker"), made.id, WHY)


def test_only_what_was_tried_is_approved(
    post: Centre, writer: Actor, boss: Actor, clock: Any
) -> None:
    made = rules.write(post, writer, DRAFT)
    rule_review.submit(post, writer, made.id)
    with pytest.raises(Conflict, match="try it on the history first"):
        rule_review.approve(post, boss, made.id, WHY)
    tried(post, replace(made, text="traveller.age < 26"))
    tried(post, replace(made, scope=Scope(ports=frozenset({"LHE"}))))
    assert not rule_review.view(post, boss, made.id).readiness.ready
    tried(post, made)
    assert rule_review.view(post, boss, made.id).readiness.ready
    clock.advance(days=31)
    assert not rule_review.view(post, boss, made.id).readiness.ready
    tried(post, made, BacktestState.FAILED)
    with pytest.raises(Conflict):
        rule_review.approve(post, boss, made.id, WHY)


def test_values_that_a_named_list_gains_or_loses_ask_for_another_back_test(
    post: Centre, writer: Actor, boss: Actor, clock: Any
) -> None:
    own_id = value_lists.add(post, writer, "sought", ValueKind.DOCUMENT, "Of a seizure").id
    other = value_lists.add(post, writer, "sought_elsewhere", ValueKind.DOCUMENT, "Another").id
    value_lists.put(post, writer, own_id, ["AB1", "AB2"], note="Case 7")
    clock.advance(hours=1)
    text = 'documents.exists(d, in_list(d.number, "sought"))'
    made = rules.write(post, writer, replace(DRAFT, text=text))

    def ready() -> bool:
        clock.advance(hours=1)
        return rule_review.view(post, boss, made.id).readiness.ready

    tried(post, made)
    value_lists.put(post, writer, other, ["ZZ9"], note="Case 8")
    assert ready(), "it does not name that list"
    value_lists.put(post, writer, own_id, ["AB3"], note="Case 9")
    assert not ready()
    assert rule_review.view(post, boss, made.id).readiness.changed_lists == ("sought",)
    rule_review.submit(post, writer, made.id)
    with pytest.raises(Conflict, match="changed since"):
        rule_review.approve(post, boss, made.id, WHY)
    tried(post, made)
    assert ready()
    value_lists.remove(post, writer, own_id, "AB1")
    assert not ready()


@pytest.mark.parametrize(
    ("days", "first", "ready"),
    [
        ((30, 0), 400, True),
        ((29, 0), 400, False),
        ((90, 1), 400, False),
        ((2, 0), 400, False),
        ((10, 0), 10, True),
        ((9, 0), 10, False),
    ],
)
def test_a_back_test_over_chosen_days_does_not_speak_for_a_rule(
    post: Centre,
    writer: Actor,
    boss: Actor,
    monkeypatch: pytest.MonkeyPatch,
    days: tuple[int, int],
    first: int,
    ready: bool,
) -> None:
    oldest = post.clock().date() - timedelta(days=first)
    monkeypatch.setattr(Archive, "days", lambda _, since, until: ["day"] * (oldest < until))
    made = rules.write(post, writer, DRAFT)
    tried(post, made, days=days)
    assert rule_review.view(post, boss, made.id).readiness.ready is ready
    rule_review.submit(post, writer, made.id)
    if not ready:
        with pytest.raises(Conflict, match="30 days"):
            rule_review.approve(post, boss, made.id, WHY)


def test_without_a_history_somebody_says_why_it_may_stand(
    post: Centre, writer: Actor, boss: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Archive, "days", lambda *_: [])
    made = rules.write(post, writer, DRAFT)
    rule_review.submit(post, writer, made.id)
    ready = rule_review.view(post, boss, made.id).readiness
    assert "no history" in str(ready.doubt)
    with pytest.raises(InvalidInput, match="say why"):
        rule_review.approve(post, boss, made.id, WHY)
    done = rule_review.approve(post, boss, made.id, WHY, over_budget="The centre is new")
    assert done.over_budget == "The centre is new"


def test_what_the_history_does_not_keep_needs_a_reason_too(
    post: Centre, writer: Actor, boss: Actor
) -> None:
    made = rules.write(post, writer, DRAFT)
    tried(post, made, not_kept=("traveller.father_name",))
    rule_review.submit(post, writer, made.id)
    with pytest.raises(InvalidInput, match="does not keep traveller"):
        rule_review.approve(post, boss, made.id, WHY)
    rule_review.approve(post, boss, made.id, WHY, over_budget="one man is sought")


def test_a_rule_over_the_budget_needs_a_reason(post: Centre, writer: Actor, boss: Actor) -> None:
    rule_review.set_budgets(post, boss, {"khi": 10})
    made = rules.write(post, writer, DRAFT)
    tried(post, made, khi=12.5, lhe=400.0)
    rule_review.submit(post, writer, made.id)
    (over,) = rule_review.view(post, boss, made.id).readiness.overruns
    assert (over.unit.id, over.alerts_a_day, over.budget) == ("khi", 12.5, 10)
    with pytest.raises(InvalidInput, match="can see to 10"):
        rule_review.approve(post, boss, made.id, WHY)
    plain = replace(boss, permissions=boss.permissions - {"exceed_budgets"})
    with pytest.raises(Forbidden, match="can see to 10"):
        rule_review.approve(post, plain, made.id, WHY, over_budget="a tip of the neighbours")
    done = rule_review.approve(post, boss, made.id, WHY, over_budget="a tip of the neighbours")
    assert done.over_budget == "a tip of the neighbours"
    assert "a tip of the neighbours" in told(post, "rule.approved")[0]


def test_budgets(post: Centre, boss: Actor, writer: Actor) -> None:
    rule_review.set_budgets(post, boss, {"khi": 10, "lhe": None})
    found = accounts.units(post)
    assert (found["khi"].alert_budget, found["lhe"].alert_budget) == (10, None)
    assert found["khi"].ports == {"KHI"}
    for wrong in ({"nowhere": 1}, {"khi": 0}, {"khi": 100_001}):
        with pytest.raises(InvalidInput):
            rule_review.set_budgets(post, boss, wrong)
    with pytest.raises(Forbidden):
        rule_review.set_budgets(post, writer, {"khi": 1})


def test_sent_back_taken_back_and_rejected(post: Centre, writer: Actor, boss: Actor) -> None:
    made = rules.write(post, writer, DRAFT)
    rule_review.submit(post, writer, made.id)
    back = rule_review.send_back(post, boss, made.id, "too many would be stopped")
    assert (back.state, back.review) == (RuleState.DRAFT, "too many would be stopped")
    waits = rule_review.submit(post, writer, made.id)
    assert waits.review == ""
    assert rule_review.send_back(post, writer, made.id, "found a mistake").state == "draft"
    rule_review.submit(post, writer, made.id)
    with pytest.raises(Forbidden):
        rule_review.reject(post, writer, made.id, WHY)
    assert rule_review.reject(post, boss, made.id, WHY).state is RuleState.REJECTED
    assert rules.revise(post, writer, made.rule_id, DRAFT).number == 2


def test_the_next_version_takes_the_place_of_the_one_before(
    post: Centre, writer: Actor, boss: Actor, clock: Any
) -> None:
    first = approved(post, writer, boss)
    clock.advance(days=1)
    later = post.clock() + timedelta(days=2)
    draft = replace(DRAFT, text="traveller.age < 20", active_from=later)
    second = approved(post, writer, boss, draft, first.rule_id)
    assert (second.number, second.active_from) == (2, later)

    def held() -> list[str]:
        with post.db.read() as connection:
            return [own.label for own in store.in_force(connection, post.clock())]

    assert held() == ["Young@1"]
    with post.db.read() as connection:
        assert store.next_turn(connection, post.clock()) == later
    clock.advance(days=2)
    assert held() == ["Young@2"]
    found = rules.compare(post, writer, first.id, second.id)
    assert [own.same for own in found.lines] == [False]
    assert rule_review.view(post, boss, first.id).comparison is not None


def test_versions_of_different_rules_are_not_compared(post: Centre, writer: Actor) -> None:
    one = rules.write(post, writer, DRAFT)
    other = rules.write(post, writer, replace(DRAFT, name="Old"))
    with pytest.raises(NotFound):
        rules.compare(post, writer, one.id, other.id)


def test_retired_it_raises_nothing_more(post: Centre, writer: Actor, boss: Actor) -> None:
    made = approved(post, writer, boss)
    with pytest.raises(Forbidden):
        rule_review.retire(post, writer, made.rule_id, WHY)
    with pytest.raises(Forbidden, match="human"):
        rule_review.retire(post, system_actor("worker"), made.rule_id, WHY)
    (done,) = rule_review.retire(post, boss, made.rule_id, WHY)
    assert (done.state, done.retirement) == (RuleState.RETIRED, WHY)
    with post.db.read() as connection:
        assert store.in_force(connection, post.clock()) == []
    with pytest.raises(Conflict):
        rule_review.retire(post, boss, made.rule_id, WHY)


def test_a_draft_is_given_up(post: Centre, writer: Actor) -> None:
    made = rules.write(post, writer, DRAFT)
    done = rule_review.discard(post, writer, made.id, "never mind")
    assert (done.state, done.active_until) == (RuleState.RETIRED, None)
    with pytest.raises(Conflict, match="no draft"):
        rule_review.discard(post, writer, made.id, "never mind")


# --- how it does ------------------------------------------------------------------------------


def test_what_became_of_its_hits(post: Centre, writer: Actor, boss: Actor) -> None:
    made = approved(post, writer, boss)
    sure, off, seizure = HitState.CONFIRMED, HitState.CLEARED, OutcomeKind.SEIZURE
    known = [
        (sure, seizure),
        (sure, OutcomeKind.NOTHING_FOUND),
        (off, seizure),
        (off, OutcomeKind.DATA_ERROR),
        (HitState.OPEN, None),
    ]
    for state, outcome in known:
        raised(post, made.rule_id, state=state, outcome=outcome)
    raised(post, made.rule_id, number=2, hours=30)
    raised(post, "another")
    row = rules.rules(post, writer).rows[0]
    whole = row.record.whole
    assert (whole.hits, whole.confirmed, whole.cleared, whole.open) == (6, 2, 2, 2)
    assert (whole.decided, whole.found) == (3, 1), "a cleared hit found nothing"
    assert {number: own.hits for number, own in row.record.versions.items()} == {1: 5, 2: 1}
    assert row.record.last == post.clock().date()


def test_a_subject_with_several_alerts_counts_once_by_the_best(
    post: Centre, writer: Actor, boss: Actor
) -> None:
    made = approved(post, writer, boss)
    subject = raised(post, made.rule_id, outcome=OutcomeKind.NOTHING_FOUND)
    with post.db.maintain() as connection:
        (own,) = connection.execute(sa.select(hit.c.id).where(hit.c.subject_id == subject)).one()
        before = connection.execute(sa.select(assessment)).one()._mapping
        later = dict(before) | {"id": new_id(), "cause": "again"}
        connection.execute(assessment.insert().values(later))
        connection.execute(assessment_hit.insert().values(assessment_id=later["id"], hit_id=own))
        row = dict(connection.execute(sa.select(alert)).one()._mapping)
        row |= {"id": new_id(), "assessment_id": later["id"], "outcome": "penalty"}
        connection.execute(alert.insert().values(row))
        closed(connection, row["id"], OutcomeKind.PENALTY, row["at"])
    counted(post)
    whole = rules.rules(post, writer).rows[0].record.whole
    assert (whole.hits, whole.decided, whole.found) == (1, 1, 1)


def test_a_rule_without_hits_is_proposed_for_retirement(
    post: Centre, writer: Actor, boss: Actor, clock: Any
) -> None:
    made = approved(post, writer, boss)
    clock.advance(days=89)
    assert rules.rules(post, writer, worn_out=True).rows == ()
    clock.advance(days=1)
    (row,) = rules.rules(post, writer, worn_out=True).rows
    assert str(row.worn_out) == "It raised no hit in 90 days."
    raised(post, made.rule_id)
    assert rules.rules(post, writer, worn_out=True).rows == ()


def test_newest_hits_name_only_whom_the_actor_may_see(stage: Any, ids: dict[str, str]) -> None:
    centre, writer, boss = stage.centre, stage.actor("targeting"), stage.actor("supervisor")
    made = rules.write(centre, writer, DRAFT)
    raised(centre, made.rule_id, subject=ids["traveller"])
    (shown,) = rules.rule(centre, boss, made.rule_id).hits
    assert shown.traveller is not None
    assert told(centre, "rule.viewed") == ["{}"]
    for who in ("analyst", "auditor", "lahore"):
        (hidden,) = rules.rule(centre, stage.actor(who), made.rule_id).hits
        assert hidden.traveller is None
    assert len(told(centre, "rule.viewed")) == 1


def test_examples_of_a_back_test_are_for_those_who_may_see_travellers(
    stage: Any, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    centre = stage.centre
    made = rules.write(centre, stage.actor("targeting"), DRAFT)
    own_id = tried(centre, made)
    real = backtests.get(centre, stage.actor("analyst"), own_id)
    assert real.findings is not None
    with_him = replace(real, findings=replace(real.findings, examples=(ids["traveller"], "gone")))
    monkeypatch.setattr(backtests, "get", lambda *_: with_him)
    seen = rules.trial(centre, stage.actor("supervisor"), own_id)
    assert [own.id for own in seen.examples] == [ids["traveller"]]
    assert rules.trial(centre, stage.actor("analyst"), own_id).examples == ()
    assert len(told(centre, "backtest.viewed")) == 1


# --- the list ---------------------------------------------------------------------------------


def test_the_list_by_standing_text_port_and_unit(
    post: Centre, writer: Actor, boss: Actor, clock: Any
) -> None:
    lahore = Scope(ports=frozenset({"LHE"}), units=frozenset({"lhe"}))
    approved(post, writer, boss, replace(DRAFT, name="Urgent", priority=1, scope=lahore))
    own = approved(post, writer, boss)
    rules.revise(post, writer, own.rule_id, replace(DRAFT, reason="Another reason"))
    soon = post.clock() + timedelta(days=1)
    approved(post, writer, boss, replace(DRAFT, name="Soon", active_from=soon))
    waits = rules.write(post, writer, replace(DRAFT, name="Waits"))
    rule_review.submit(post, writer, waits.id)
    gone = rules.write(post, writer, replace(DRAFT, name="Gone"))
    rule_review.discard(post, writer, gone.id, "never mind")

    def names(**wanted: Any) -> list[str]:
        return [row.version.name for row in rules.rules(post, writer, **wanted).rows]

    assert names() == ["Urgent", "Young", "Soon", "Waits", "Gone"]
    assert names(standing=Standing.IN_FORCE) == ["Urgent", "Young"]
    assert names(standing=Standing.DRAFT) == ["Young"], "its next version is one"
    assert names(standing=Standing.OVER) == ["Gone"]
    assert names(text="COURIERS") == names()
    assert names(text="urg") == ["Urgent"]
    assert names(port="lhe") == names()
    assert "Urgent" not in names(port="KHI")
    assert "Urgent" not in names(unit_id="khi")
    page = rules.rules(post, writer)
    assert page.counts == {
        Standing.IN_FORCE: 2,
        Standing.COMING: 1,
        Standing.IN_REVIEW: 1,
        Standing.DRAFT: 1,
        Standing.OVER: 1,
    }
    clock.advance(days=2)
    assert names(standing=Standing.IN_FORCE) == ["Urgent", "Soon", "Young"]


def test_a_rule_that_there_is_not(post: Centre, writer: Actor) -> None:
    for ask in (rules.rule, rules.version, rules.base, rule_review.view):
        with pytest.raises(NotFound):
            ask(post, writer, "nothing")
