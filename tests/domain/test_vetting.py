from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parakh.domain.hit import Advice
from parakh.domain.vetting import (
    NO_HOUR,
    Line,
    Reason,
    Wanted,
    advice_of,
    hour_of,
    urgency,
)
from parakh.domain.voyage import Direction
from parakh.errors import InvalidInput

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LINE = Line(
    traveller_id="t",
    voyage_id="v",
    port="KHI",
    direction=Direction.ENTRY,
    carrier="PK",
    issuer="PAK",
    search="NOON",
    due_at=NOW,
    called_off=False,
    advice=Advice.COMPARE,
    told={"a": 0.8},
    changed_at=NOW,
)


def test_the_worst_advice_is_the_most_urgent_and_who_waits_comes_last() -> None:
    ordered = sorted([None, *Advice], key=urgency)
    assert ordered == [*reversed(Advice), None]
    assert [advice_of(urgency(own)) for own in ordered] == ordered


def test_hours_are_whole_and_an_unknown_time_is_after_all_others() -> None:
    assert hour_of(NOW) == hour_of(NOW + timedelta(minutes=59)) == hour_of(NOW.replace(hour=11)) + 1
    assert hour_of(None) == NO_HOUR > hour_of(NOW + timedelta(days=36_500))


@pytest.mark.parametrize(
    ("seen", "told", "news"),
    [
        ({}, {}, set()),
        ({}, {"a": 0.8}, {"a"}),
        ({"a": 0.8}, {"a": 0.8}, set()),
        ({"a": 0.8}, {"a": 0.805}, set()),
        ({"a": 0.8}, {"a": 0.9}, {"a"}),
        ({"a": 0.8}, {"a": 0.7, "b": 0.7}, {"b"}),
    ],
)
def test_new_is_what_came_or_rose_since_somebody_looked(
    seen: dict[str, float], told: dict[str, float], news: set[str]
) -> None:
    assert replace(LINE, seen=seen, told=told).news == news


def test_what_was_cleared_and_comes_again_is_new() -> None:
    looked = LINE.looked("officer", NOW)
    cleared = looked.now(replace(LINE, told={}))
    assert cleared.seen == {}
    assert cleared.looked_by == "officer"
    assert cleared.now(LINE).news == {"a"}


def test_who_was_settled_stays_so_until_there_is_something_new_or_more_urgent() -> None:
    settled = LINE.settled("officer", NOW)
    assert not settled.news
    later = NOW + timedelta(hours=1)
    same = settled.now(replace(LINE, changed_at=later))
    assert same.settled_by == "officer"
    assert same.changed_at == NOW
    assert settled.now(replace(LINE, advice=Advice.PROCEED)).settled_by == "officer"
    assert settled.now(replace(LINE, told={"a": 0.8, "b": 0.9})).settled_by == ""
    assert settled.now(replace(LINE, advice=Advice.REFER, changed_at=later)).changed_at == later
    assert settled.now(replace(LINE, advice=Advice.REFER)).settled_by == ""
    assert settled.unsettled(NOW) == LINE.looked("officer", NOW)


def test_a_filter_is_the_same_from_its_own_texts() -> None:
    texts = {
        "text": "noon pa1",
        "port": "khi",
        "direction": "entry",
        "hours": "6",
        "advice": "refer",
        "reason": "watchlist:l1",
        "carrier": "pk",
        "issuer": "pak",
        "fresh": "1",
        "group": "voyage",
    }
    wanted = Wanted.of(texts)
    assert (wanted.port, wanted.hours, wanted.fresh) == ("KHI", 6, True)
    assert Wanted.of(wanted.query()) == wanted
    assert Wanted.of({}) == Wanted()
    assert Wanted().query() == {}
    assert wanted.but(group="", advice="none")["advice"] == "none"
    assert "group" not in wanted.but(group="")


@pytest.mark.parametrize(
    "texts",
    [
        {"hours": "x"},
        {"hours": "-1"},
        {"hours": "9999"},
        {"direction": "up"},
        {"advice": "worst"},
        {"group": "colour"},
        {"reason": "watchlist"},
        {"reason": ":1"},
    ],
)
def test_what_is_no_choice_is_refused(texts: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        Wanted.of(texts)


def test_a_reason_is_the_same_from_its_own_text() -> None:
    assert Reason.parse("") is None
    own = Reason(kind="rule", id="r1")
    assert Reason.parse(str(own)) == own
