"""A simulated day at thirty posts."""

from datetime import UTC, datetime, timedelta
from random import Random

from parakh.domain.post import PostKind
from parakh.simulate.posts import SITES, Fault, passages

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TORKHAM = next(own for own in SITES if own.post.name == "Torkham")


def test_the_same_day_for_the_same_seed() -> None:
    first, again = (list(passages(Random(7), TORKHAM, NOON, NOON + DAY, UTC)) for _ in range(2))
    assert first == again
    assert all(NOON <= own.at < NOON + DAY for own in first)
    assert {own.lane for own in first} == set(TORKHAM.lanes)


def test_land_crossings_sleep_at_night() -> None:
    hours = [own.at.hour for own in passages(Random(7), TORKHAM, NOON, NOON + DAY, UTC)]
    assert sum(10 <= own < 14 for own in hours) > 8 * sum(own < 4 for own in hours)


def test_a_broken_camera_takes_no_picture_and_glare_spoils_many() -> None:
    late = NOON + timedelta(hours=4)
    dark = Fault(post="PKPEW", lane="1", since=NOON, until=late, camera=True)
    glare = Fault(post="PKPEW", lane="2", since=NOON, until=late, camera=False)
    found = list(passages(Random(7), TORKHAM, NOON, late, UTC, (dark, glare)))
    shots = {lane: [own.shot for own in found if own.lane == lane] for lane in TORKHAM.lanes}
    assert set(shots["1"]) == {None}
    again = {lane: sum(own.again for own in mine if own) for lane, mine in shots.items()}
    assert again["2"] > 3 * again["3"]


def test_every_kind_of_post_is_there() -> None:
    assert {own.post.kind for own in SITES} == set(PostKind)
    airports = [own for own in SITES if own.post.kind is PostKind.AIRPORT]
    assert {lane[0] for own in airports for lane in own.lanes} == {"A", "D"}
