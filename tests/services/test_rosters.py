"""Rosters: made, changed within the rules, published, and asked who is on shift."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from parakh.domain.examination import Staffing
from parakh.domain.roster import RosterState
from parakh.domain.selectivity import Lane
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.services import (
    examination_draws,
    examination_places,
    rosters,
)
from parakh.services.centre import Centre
from parakh.store import rosters as store


@pytest.fixture
def yard(any_centre: Centre, docks: Callable[..., Any]) -> Any:
    """The docks, whose terminal needs one examiner each morning."""
    made = docks(any_centre)
    staffed = replace(made.terminal, staffing=(Staffing(slot=0, needed=1),))
    examination_places.save_terminal(any_centre, made.planner, staffed)
    return made


def test_a_roster_is_made_changed_and_published(yard: Any) -> None:
    today = yard.centre.clock().date()
    made = rosters.make(yard.centre, yard.planner, today, 3)
    assert (made.state, made.penalty, made.bound) == (RosterState.DRAFT, 0, 0)
    view = rosters.view(yard.centre, yard.planner, made.id)
    assert sum(duty is not None for row in view.rows for duty in row.duties) == 3
    with pytest.raises(Forbidden):
        rosters.view(yard.centre, yard.officer, made.id)
    first = next(row for row in view.rows if row.duties[0] is not None)
    tomorrow, night = today + timedelta(days=1), (yard.terminal.id, 2)
    rosters.change(yard.centre, yard.planner, made.id, first.examiner.id, tomorrow, None)
    changed = rosters.change(yard.centre, yard.planner, made.id, first.examiner.id, today, night)
    assert changed.shortages
    with pytest.raises(Conflict, match="Less than 11 hours"):
        rosters.change(
            yard.centre, yard.planner, made.id, first.examiner.id, tomorrow, (yard.terminal.id, 0)
        )
    published = rosters.publish(yard.centre, yard.planner, made.id)
    assert published.state is RosterState.PUBLISHED
    with pytest.raises(Conflict):
        rosters.discard(yard.centre, yard.planner, made.id)
    assert rosters.view(yard.centre, yard.officer, made.id).roster == published


def test_a_later_roster_replaces_the_days_of_an_earlier(yard: Any) -> None:
    today = yard.centre.clock().date()
    first = rosters.make(yard.centre, yard.planner, today, 3)
    rosters.publish(yard.centre, yard.planner, first.id)
    second = rosters.make(yard.centre, yard.planner, today + timedelta(days=2), 2)
    rosters.publish(yard.centre, yard.planner, second.id)
    with yard.centre.db.read() as connection:
        assert len(store.duties(connection, first.id)) == 2
        assert len(store.published(connection, today, today + timedelta(days=9))) == 4


def test_leave_that_came_later_keeps_a_draft_from_being_published(yard: Any) -> None:
    today = yard.centre.clock().date()
    made = rosters.make(yard.centre, yard.planner, today, 1)
    view = rosters.view(yard.centre, yard.planner, made.id)
    own = next(row for row in view.rows if row.duties[0] is not None).examiner
    examination_places.add_leave(yard.centre, yard.planner, own.id, today, today, "ill")
    ((_, broken),) = rosters.view(yard.centre, yard.planner, made.id).breaches
    assert str(broken.text) == "He is on leave."
    with pytest.raises(Conflict, match="on leave"):
        rosters.publish(yard.centre, yard.planner, made.id)


def test_only_those_on_shift_are_drawn(yard: Any, clock: Any) -> None:
    """Noon in UTC is the evening shift in Karachi: nobody works then by this roster."""
    today = yard.centre.clock().date()
    made = rosters.make(yard.centre, yard.planner, today, 2)
    rosters.publish(yard.centre, yard.planner, made.id)
    goods = yard.arrive("BL1")
    yard.lane(goods, Lane.YELLOW)
    assert examination_draws.assign_due(yard.centre) == 0
    clock.advance(hours=15)
    assert examination_draws.assign_due(yard.centre) == 1
    view = rosters.view(yard.centre, yard.planner, made.id)
    on_shift = next(row.examiner.name for row in view.rows if row.duties[1] is not None)
    assert yard.order_of(goods).assigned_to == on_shift


def test_what_cannot_be_asked_for(yard: Any) -> None:
    today = yard.centre.clock().date()
    for days in (0, 29):
        with pytest.raises(InvalidInput):
            rosters.make(yard.centre, yard.planner, today, days)
    for day in (date.min, date.max):
        with pytest.raises(InvalidInput, match="of today"):
            rosters.make(yard.centre, yard.planner, day, 1)
    with pytest.raises(Forbidden):
        rosters.make(yard.centre, yard.officer, today, 1)
    with pytest.raises(Forbidden):
        examination_places.wish(yard.centre, yard.planner, today, None)
    ali = yard.examiner("ali")
    examination_places.wish(yard.centre, ali, today, 0)
    (own,) = [
        row
        for row in examination_places.examiners(yard.centre, yard.planner)
        if row.examiner.name == "ali"
    ]
    assert [one.slot for one in own.wishes] == [0]
