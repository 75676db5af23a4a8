"""The life of a rule's version: what it must say, its steps, and two versions side by side."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.access import Role, system_actor
from parakh.act import rules
from parakh.act.rules import Draft
from parakh.domain.hit import Kind
from parakh.domain.rule import RuleState, RuleVersion, Scope
from parakh.domain.unit import Unit
from parakh.domain.voyage import Direction
from parakh.errors import Conflict, Forbidden, InvalidInput

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
UNITS = {"khi": Unit(id="khi", name="Karachi", alert_budget=10)}
DRAFT = Draft(name="Young", text="traveller.age < 25", reason="Couriers are young")


def version(**values: Any) -> RuleVersion:
    made = rules.written(DRAFT, "v1", "r", 1, "aisha", NOON)
    return replace(made, **values)


def test_texts_are_tidied_and_line_ends_are_one_kind() -> None:
    told = replace(DRAFT, name="  Young \n men ", text=" a &&\r\n b \n")
    made = rules.tidied(told, UNITS)
    assert (made.name, made.text) == ("Young men", "a &&\n b")


@pytest.mark.parametrize(
    ("values", "cause"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"text": ""}, "text"),
        ({"text": "x" * 8193}, "text"),
        ({"reason": ""}, "reason"),
        ({"instruction": "x" * 2001}, "instruction"),
        ({"subject": Kind.CASE}, "cannot be about"),
        ({"priority": 0}, "priority"),
        ({"priority": 6}, "priority"),
        ({"active_from": NOON, "active_until": NOON}, "end after"),
        ({"scope": Scope(units=frozenset({"nowhere"}))}, "no unit"),
        ({"scope": Scope(ports=frozenset({" "}))}, "scope"),
        ({"scope": Scope(agencies=frozenset({"x" * 81}))}, "scope"),
    ],
)
def test_what_it_must_say(values: dict[str, Any], cause: str) -> None:
    with pytest.raises(InvalidInput, match=cause):
        rules.tidied(replace(DRAFT, **values), UNITS)


def test_all_who_wrote_a_part_are_remembered() -> None:
    again = rules.revised(version(), replace(DRAFT, text="true"), "bilal", NOON + DAY)
    assert (again.written_by, again.authors) == ("bilal", {"aisha", "bilal"})
    with pytest.raises(Conflict, match="in review"):
        rules.revised(rules.submitted(again), DRAFT, "aisha", NOON)


@pytest.mark.parametrize(
    ("state", "to", "allowed"),
    [
        (RuleState.IN_REVIEW, RuleState.APPROVED, True),
        (RuleState.IN_REVIEW, RuleState.DRAFT, True),
        (RuleState.IN_REVIEW, RuleState.REJECTED, True),
        (RuleState.DRAFT, RuleState.APPROVED, False),
        (RuleState.APPROVED, RuleState.REJECTED, False),
        (RuleState.REJECTED, RuleState.DRAFT, False),
        (RuleState.RETIRED, RuleState.APPROVED, False),
    ],
)
def test_steps_of_a_review(state: RuleState, to: RuleState, allowed: bool, acting: Any) -> None:
    own, actor = version(state=state), acting(Role.SUPERVISOR)
    if not allowed:
        with pytest.raises(Conflict):
            rules.reviewed(own, to, "looked at it", actor, NOON)
        return
    done = rules.reviewed(own, to, " looked at it ", actor, NOON)
    assert (done.state, done.review, done.reviewed_by) == (to, "looked at it", actor.name)


def test_a_review_needs_a_human_a_reason_and_a_day_that_is_not_over(acting: Any) -> None:
    own, actor = version(state=RuleState.IN_REVIEW), acting(Role.SUPERVISOR)
    with pytest.raises(Forbidden):
        rules.reviewed(own, RuleState.APPROVED, "looked", system_actor("x"), NOON)
    with pytest.raises(InvalidInput):
        rules.reviewed(own, RuleState.APPROVED, "ok", actor, NOON)
    over = replace(own, active_until=NOON)
    with pytest.raises(Conflict, match="last day"):
        rules.reviewed(over, RuleState.APPROVED, "looked at it", actor, NOON)


@pytest.mark.parametrize(
    ("start", "begins"), [(None, NOON), (NOON - DAY, NOON), (NOON + DAY, NOON + DAY)]
)
def test_it_begins_at_its_approval_or_later(start: Any, begins: datetime, acting: Any) -> None:
    own = version(state=RuleState.IN_REVIEW, active_from=start)
    done = rules.reviewed(own, RuleState.APPROVED, "looked at it", acting(Role.SUPERVISOR), NOON)
    assert done.active_from == begins


def test_the_one_before_ends_where_the_next_begins() -> None:
    new = version(id="v2", state=RuleState.APPROVED, active_from=NOON + DAY)
    before = [
        version(state=RuleState.APPROVED, active_from=NOON - DAY),
        version(id="v0", state=RuleState.APPROVED, active_until=NOON),
        version(id="vr", state=RuleState.REJECTED),
    ]
    (cut,) = rules.superseded([new, *before], new)
    assert (cut.id, cut.active_until) == ("v1", NOON + DAY)
    assert cut.in_force(NOON)
    assert not cut.in_force(NOON + DAY)


def test_retired_it_ends_now_at_the_latest(acting: Any) -> None:
    actor = acting(Role.SUPERVISOR)
    held = version(state=RuleState.APPROVED, active_until=NOON + DAY)
    done = rules.retired(held, "worn out", actor, NOON)
    assert (done.active_until, done.retirement) == (NOON, "worn out")
    assert rules.retired(version(), "never mind", actor, NOON).active_until is None
    with pytest.raises(Conflict):
        rules.retired(done, "again", actor, NOON)
    with pytest.raises(Forbidden):
        rules.retired(held, "worn out", system_actor("worker"), NOON)


def test_units_over_their_budgets_the_worst_first() -> None:
    units = UNITS | {
        "lhe": Unit(id="lhe", name="Lahore", alert_budget=1),
        "ntc": Unit(id="ntc", name="Centre"),
    }
    told = {"khi": 12.0, "lhe": 9.0, "ntc": 1000.0, "gone": 5.0}
    assert [own.unit.id for own in rules.overruns(told, units)] == ["lhe", "khi"]
    assert rules.overruns({"khi": 10.0}, units) == ()


def test_versions_side_by_side() -> None:
    old = version(text="a\nb\nc", priority=3)
    scope = Scope(directions=frozenset({Direction.ENTRY}))
    new = version(text="a\nx\nc\nd", priority=1, scope=scope)
    found = rules.compared(old, new)
    assert found.fields == ("priority", "directions")
    told = [(own.left, own.before, own.right, own.after, own.same) for own in found.lines]
    assert told == [
        (1, "a", 1, "a", True),
        (2, "b", 2, "x", False),
        (3, "c", 3, "c", True),
        (None, "", 4, "d", False),
    ]


@pytest.mark.parametrize(
    ("before", "after", "gone", "come"),
    [
        ("traveller.age < 25", "traveller.age < 20", ["25"], ["20"]),
        ("a && b", "a && b", [], []),
        ("a && b", "a || b", ["&&"], ["||"]),
        ("a", "a && b", [], [" && b"]),
        ("", "a", [], ["a"]),
    ],
)
def test_the_words_that_changed_are_marked(
    before: str, after: str, gone: list[str], come: list[str]
) -> None:
    line = rules.Line(left=1, before=before, right=1, after=after)
    assert [own.text for own in line.parts_before if not own.same] == gone
    assert [own.text for own in line.parts_after if not own.same] == come


@given(st.text("ab .<", max_size=20), st.text("ab .<", max_size=20))
def test_parts_make_up_their_lines(before: str, after: str) -> None:
    line = rules.Line(left=1, before=before, right=1, after=after)
    assert "".join(own.text for own in line.parts_before) == before
    assert "".join(own.text for own in line.parts_after) == after
    kept = [
        [own.text for own in side if own.same] for side in (line.parts_before, line.parts_after)
    ]
    assert kept[0] == kept[1]


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_both_texts_can_be_read_off_the_comparison(before: list[str], after: list[str]) -> None:
    old, new = version(text="\n".join(before)), version(text="\n".join(after))
    lines = rules.compared(old, new).lines
    assert [own.before for own in lines if own.left] == before
    assert [own.after for own in lines if own.right] == after
    numbers = [own.left for own in lines if own.left]
    assert numbers == list(range(1, len(before) + 1))
