"""Earlier crossings that the simulated border reports fit together, and tell their stories."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from parakh.ingest import reader
from parakh.simulate.pasts import STORIES, Trip, past
from parakh.simulate.people import Route, passengers

TODAY = date(2026, 3, 10)
LEAVES = datetime(2026, 3, 10, 13, 25, tzinfo=UTC)
ROUTE = Route(
    origin="DXB",
    destination="KHI",
    country="PAK",
    nations={"PAK": 70, "ARE": 30},
    feeders=("JFK",),
    bag_prefix="0214",
)


def trips(size: int = 200) -> list[Trip]:
    return [
        Trip(person=own, flight=flight, leaves=LEAVES, enters=flight != "PK757")
        for number, flight in enumerate(("PK214", "SV726", "PK757"))
        for own in passengers(Random(number), ROUTE, size, TODAY)
    ]


def test_the_same_arguments_give_the_same_bytes() -> None:
    first, second = (past(Random(1), trips(), "x")[0] for _ in range(2))
    assert first == second
    (submission,) = reader.read(first)
    assert not submission.problems
    assert len(submission.crossings) > 100


def test_nobody_goes_twice_without_coming_back_but_those_of_whom_a_story_tells() -> None:
    data, told = past(Random(1), trips(), "x")
    stories = {own.person.documents[0].number for own in told}
    by_person: dict[str, list[tuple[str, str]]] = {}
    for row in json.loads(data)["crossings"]:
        numbers = {one["number"] for one in row["documents"]}
        if stories.isdisjoint(numbers):
            key = f"{row['traveller']['family_name']} {row['traveller']['given_names']}"
            by_person.setdefault(key + row["traveller"]["birth_date"], []).append(
                (row["at"], row["direction"])
            )
    for rows in by_person.values():
        ways = [way for _, way in sorted(rows)]
        assert all(one != then for one, then in pairwise(ways))
    assert max(len(rows) for rows in by_person.values()) > 2


@pytest.mark.parametrize("story", STORIES, ids=lambda own: own.rule)
def test_each_story_is_told_of_somebody_who_travels_alone(story: object) -> None:
    own_trips = trips()
    data, told = past(Random(2), own_trips, "x")
    (own,) = [one for one in told if one.story is story]
    number = own.person.documents[0].number
    rows = [
        row
        for row in json.loads(data)["crossings"]
        if any(one["number"] == number for one in row["documents"])
    ]
    assert [
        (LEAVES - datetime.fromisoformat(row["at"]), row["port"], row["direction"]) for row in rows
    ] == [(one.before, one.port, one.direction) for one in own.story.passages]
    assert sum(one.person.booking == own.person.booking for one in own_trips) == 1
    assert all(timedelta(0) < LEAVES - datetime.fromisoformat(row["at"]) for row in rows)
