"""Rosters: every hard rule holds in any solution, and what cannot be covered is said."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parakh.act import roster as act
from parakh.act.roster import Problem
from parakh.domain.examination import Examiner, Skill, Staffing, Terminal
from parakh.domain.roster import Duty, Leave, Shift, Wish
from parakh.services.roster_solver import solve

FIRST = date(2026, 11, 30)
MORNING, EVENING, NIGHT = range(3)


def day(number: int) -> date:
    """A day of the roster, from 0."""
    return FIRST + timedelta(days=number)


def examiner(name: str, *skills: Skill, hours: int = 48, terminals: str = "a") -> Examiner:
    """Somebody of terminal a."""
    return Examiner(
        id=name, name=name, terminal_ids=frozenset(terminals), skills=frozenset(skills),
        hours_a_week=hours,
    )  # fmt: skip


def duty(number: int, slot: int, who: str = "x", terminal: str = "a") -> Duty:
    """Somebody's duty on a day."""
    return Duty(day=day(number), slot=slot, terminal_id=terminal, examiner_id=who)


def problem(**more: object) -> Problem:
    """A week for examiner x, in which nothing is asked for."""
    days = tuple(day(n) for n in range(10))
    usual: dict[str, object] = {"days": days, "shifts": (), "examiners": (examiner("x"),)}
    return Problem(**(usual | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("duties", "told"),
    [
        ([duty(0, MORNING), duty(1, MORNING)], []),
        ([duty(0, MORNING), duty(0, NIGHT)], ["Two shifts a day."]),
        ([duty(0, NIGHT), duty(1, MORNING)], ["Less than 11 hours of rest before it."]),
        ([duty(0, NIGHT), duty(1, EVENING)], ["Less than 11 hours of rest before it."]),
        ([duty(0, NIGHT), duty(1, NIGHT)], []),
        ([duty(0, EVENING), duty(1, MORNING)], ["Less than 11 hours of rest before it."]),
        ([duty(0, EVENING), duty(1, EVENING)], []),
        ([duty(0, NIGHT), duty(2, MORNING)], []),
        ([duty(n, MORNING) for n in range(6)], []),
        (
            [duty(n, MORNING) for n in range(7)],
            ["More than 6 days running.", "More than 48 hours in seven days."],
        ),
        ([duty(0, MORNING, terminal="b")], ["He does not work at this terminal."]),
        ([duty(-1, MORNING)], ["The day is not in the roster."]),
    ],
)
def test_hard_rules(duties: list[Duty], told: list[str]) -> None:
    assert [str(own.text) for own in act.breaches(problem(), duties)] == told


def test_what_was_worked_before_counts() -> None:
    before = tuple(duty(n, MORNING) for n in range(-6, 0))
    found = act.breaches(problem(before=before), [duty(0, MORNING)])
    assert [str(own.text) for own in found] == [
        "More than 6 days running.",
        "More than 48 hours in seven days.",
    ]


def test_leave_is_kept() -> None:
    away = Leave(id="", examiner_id="x", since=day(2), until=day(3))
    (found,) = act.breaches(problem(leave=(away,)), [duty(3, MORNING), duty(4, MORNING)])
    assert (found.day, str(found.text)) == (day(3), "He is on leave.")


def test_what_cannot_be_covered_is_said_in_words() -> None:
    """Two need a trained examiner: one is on leave, the other cannot work day and night."""
    terminal = Terminal(
        id="a", name="East wharf", port="KHI", bays=1, a_shift=1,
        staffing=(
            Staffing(slot=MORNING, needed=1, skills=((Skill.FOOD, 1),)),
            Staffing(slot=NIGHT, needed=1, skills=((Skill.FOOD, 1),)),
        ),
    )  # fmt: skip
    days = (day(0),)
    asked = Problem(
        days=days,
        shifts=act.shifts_of([terminal], days),
        examiners=(
            examiner("one", Skill.FOOD),
            examiner("two", Skill.FOOD),
            examiner("three"),
        ),
        leave=(Leave(id="", examiner_id="two", since=day(0), until=day(0)),),
    )
    found = solve(asked, seconds=5, workers=1)
    (short,) = found.shortages
    assert (short.skill, short.lacking, short.able, short.away, short.proven) == (
        Skill.FOOD, 1, 2, 1, True,
    )  # fmt: skip
    assert str(act.said(short, "East wharf")) == (
        "East wharf: 1 trained for food lack; 2 are, and their rest, days running or hours forbid"
        " more."
    )


def test_wishes_are_met_and_nights_shared() -> None:
    days = tuple(day(n) for n in range(4))
    asked = Problem(
        days=days,
        shifts=tuple(Shift(terminal_id="a", day=one, slot=NIGHT, needed=1) for one in days),
        examiners=(examiner("x"), examiner("y")),
        wishes=(Wish(id="", examiner_id="x", day=day(0)),),
    )
    found = solve(asked, seconds=5, workers=1)
    assert (found.penalty, found.bound) == (0, 0)
    assert sum(own.examiner_id == "x" for own in found.duties) == 2
    assert duty(0, NIGHT, "x") not in found.duties


SKILLS = st.frozensets(st.sampled_from([Skill.FOOD, Skill.ARMS]), max_size=2)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Small ones, mostly with too few examiners."""
    days = tuple(day(n) for n in range(draw(st.integers(1, 9))))
    people = tuple(
        Examiner(
            id=f"e{n}",
            name=f"e{n}",
            terminal_ids=draw(st.frozensets(st.sampled_from("ab"), min_size=1)),
            skills=draw(SKILLS),
            hours_a_week=draw(st.sampled_from([8, 24, 48, 60])),
        )
        for n in range(draw(st.integers(1, 5)))
    )
    shifts = tuple(
        Shift(
            terminal_id=terminal,
            day=one,
            slot=slot,
            needed=draw(st.integers(0, 2)),
            skills=tuple((skill, 1) for skill in sorted(draw(SKILLS))),
        )
        for one, terminal, slot in product(days, "ab", range(3))
        if draw(st.booleans())
    )
    leave = tuple(
        Leave(id="", examiner_id=own.id, since=day(start), until=day(start + length))
        for own in people
        if draw(st.booleans())
        for start, length in [draw(st.tuples(st.integers(0, 8), st.integers(0, 2)))]
    )
    before = tuple(
        duty(-1 - n, draw(st.integers(0, 2)), own.id, min(own.terminal_ids))
        for own in people
        for n in range(draw(st.integers(0, 4)))
    )
    return Problem(
        days=days,
        shifts=shifts or (Shift(terminal_id="a", day=days[0], slot=0, needed=1),),
        examiners=people,
        leave=leave,
        before=tuple(own for own in before if not own.slot or own.day < day(-1)),
    )


@settings(max_examples=40, deadline=None)
@given(problems())
def test_every_hard_rule_holds_in_any_solution(asked: Problem) -> None:
    found = solve(asked, seconds=3, workers=1)
    assert act.breaches(asked, found.duties) == []
    lacking = act.lacking(asked, found.duties)
    told = {(own.shift, own.skill): own.lacking for own in found.shortages}
    assert told == dict(lacking), "all that is not covered is said"
    assert found.bound <= found.penalty == act.penalty(asked, found.duties)
    simple = act.greedy(asked)
    assert act.breaches(asked, simple) == []
    assert found.penalty <= act.penalty(asked, simple), "never worse than the simple one"


@settings(max_examples=40, deadline=None)
@given(problems())
def test_what_is_said_to_be_impossible_is(asked: Problem) -> None:
    """On so small problems as can be tried out in full: nothing is better covered."""
    small = Problem(
        days=asked.days[:2],
        shifts=tuple(own for own in asked.shifts if own.day in asked.days[:2])[:3],
        examiners=asked.examiners[:2],
        leave=asked.leave,
        before=asked.before,
    )
    if not small.shifts:
        return
    found = solve(small, seconds=3, workers=1)
    places = [None, *((own.terminal_id, own.slot) for own in small.shifts)]
    options = [
        [
            None if place is None else Duty(day=one, slot=place[1], terminal_id=place[0],
                                            examiner_id=own.id)
            for place in dict.fromkeys(places)
        ]
        for own in small.examiners
        for one in small.days
    ]  # fmt: skip
    least = min(
        sum(act.lacking(small, duties).values())
        for some in product(*options)
        for duties in [[own for own in some if own is not None]]
        if not act.breaches(small, duties)
    )
    assert sum(own.lacking for own in found.shortages) == least
