"""Grounding: orders stand where the policy puts them, and say why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from parakh.act import grounding
from parakh.act.checklists import ALL, GROUPS, groups_of, needs_of
from parakh.domain.examination import Facts, First, Order, OrderState, Skill
from parakh.domain.phrase import phrase
from parakh.domain.selectivity import Lane
from parakh.errors import InvalidInput

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
USUAL = grounding.usual("t", NOW)


def order(name: str, *, items: int = 1, chapters: str = "84", score: float | None = None,
          waits: float = 0) -> Order:  # fmt: skip
    """An order that waits for so many hours."""
    return Order(
        id=name,
        consignment_id=name,
        consignment=name,
        terminal_id="t",
        lane=Lane.RED,
        state=OrderState.ORDERED,
        facts=Facts(items=items, chapters=frozenset(chapters.split()), score=score),
        reason=phrase("Rule met"),
        ordered_by="x",
        ordered_at=NOW - timedelta(hours=waits),
    )


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([order("many", items=3), order("one")], ["one", "many"]),
        ([order("pump"), order("fruit", chapters="08")], ["fruit", "pump"]),
        ([order("fruit", chapters="08", items=2), order("pump")], ["pump", "fruit"]),
        ([order("new"), order("old", waits=5)], ["old", "new"]),
        ([order("a", waits=1), order("b", waits=3, score=0.1), order("c", score=0.9)],
         ["c", "b", "a"]),
        ([order("one", waits=47), order("many", items=9, waits=48)], ["many", "one"]),
        ([order("b", waits=1), order("a", waits=2)], ["a", "b"]),
    ],
)  # fmt: skip
def test_the_usual_policy(orders: list[Order], expected: list[str]) -> None:
    assert [own.order.id for own in grounding.queue(orders, USUAL, NOW)] == expected


def test_another_policy() -> None:
    risk = replace(USUAL, order=(First.RISK,))
    orders = [order("one", score=0.1), order("many", items=9, score=0.2), order("unscored")]
    found = grounding.queue(orders, risk, NOW)
    assert [own.order.id for own in found] == ["many", "one", "unscored"]
    assert [str(own.why[0]) for own in found] == ["Risk 20%", "Risk 10%", "Risk not scored"]


def test_whoever_waits_too_long_is_told_so() -> None:
    (found,) = grounding.queue([order("old", waits=60)], USUAL, NOW)
    assert [str(own) for own in found.why] == [
        "It waits for 60 hours, longer than the 48 that anybody should."
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"order": ()},
        {"order": (First.RISK, First.RISK)},
        {"perishable": frozenset({"7"})},
        {"waiting_step": 0},
        {"longest_wait": 3},
        {"reason": "no"},
    ],
)
def test_policies_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        grounding.checked(replace(USUAL, **({"reason": "as agreed"} | wrong)))


def test_every_chapter_has_one_group_and_every_point_its_own_name() -> None:
    for chapter in (*range(1, 77), *range(78, 98)):  # 77 is kept for later use
        assert len(groups_of({f"{chapter:02}"})) == 1
    assert len(ALL) == sum(len(own.points) for own in GROUPS) + 13
    assert needs_of({"08", "93", ""}) == {Skill.FOOD, Skill.ARMS}
