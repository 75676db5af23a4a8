"""From facts and policy to lane: draws that can be made again, places that go to the best."""

import hashlib
import hmac
import random
from datetime import date
from itertools import pairwise
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.phrase import phrase
from parakh.domain.selectivity import Basis, Lane, Policy
from parakh.screen.selectivity import (
    Claim,
    Facts,
    Room,
    admitted,
    commitment,
    draw_key,
    drawn_number,
    kept,
    lanes,
)

SECRET = bytes(range(32))
POLICY = Policy(id="p", port="", random_share=0.05, red_from=0.5, yellow_from=0.3, blue_from=0.2)
DAY = date(2026, 11, 22)


def claim(lane: Lane = Lane.RED, merit: float = 0.5, *, must: bool = False) -> Claim:
    return Claim(
        lane=lane,
        basis=Basis.RULE,
        basis_id="rule",
        merit=merit,
        sentence=phrase("A rule fits"),
        must=must,
    )


def facts(name: str = "a", **more: object) -> Facts:
    return Facts(id=name, model="cargo@1", **more)  # type: ignore[arg-type]


# --- the draw -----------------------------------------------------------------------------------


def test_the_key_of_a_draw_cannot_be_read_in_two_ways() -> None:
    assert draw_key("k", "D-1", DAY) == '["k","D-1","2026-11-22"]'
    assert draw_key('k","D', "1", DAY) != draw_key("k", 'D","1', DAY)


def test_a_draw_can_be_made_again_by_hand() -> None:
    key = draw_key("k", "D-1", DAY)
    digest = hmac.new(SECRET, key.encode(), hashlib.sha256).hexdigest()
    by_hand = int(digest[:16], 16) // 2**11 / 2**53
    assert drawn_number(SECRET, key) == by_hand
    assert commitment(SECRET) == hashlib.sha256(SECRET).hexdigest()


@given(st.binary(min_size=32, max_size=32), st.text())
def test_a_draw_lies_in_the_interval(secret: bytes, key: str) -> None:
    number = drawn_number(secret, key.encode("utf-8", "replace").decode())
    assert 0 <= number < 1
    assert number == float(repr(number))


def test_draws_are_even() -> None:
    numbers = [drawn_number(SECRET, draw_key(str(at), "", DAY)) for at in range(20_000)]
    for share in (0.01, 0.05, 0.5):
        drawn = sum(own < share for own in numbers) / len(numbers)
        assert drawn == pytest.approx(share, abs=4 * (share * (1 - share) / 20_000) ** 0.5)


# --- one consignment ----------------------------------------------------------------------------

CASES = [
    ({}, Lane.GREEN, Basis.ORDINARY, None),
    ({"score": 0.6}, Lane.RED, Basis.MODEL, None),
    ({"score": 0.5}, Lane.RED, Basis.MODEL, None),
    ({"score": 0.49}, Lane.YELLOW, Basis.MODEL, None),
    ({"score": 0.2}, Lane.BLUE, Basis.MODEL, None),
    ({"score": 0.19}, Lane.GREEN, Basis.ORDINARY, None),
    ({"claims": (claim(Lane.YELLOW),)}, Lane.YELLOW, Basis.RULE, None),
    ({"claims": (claim(Lane.YELLOW, 0.9),), "score": 0.6}, Lane.RED, Basis.MODEL, None),
    ({"claims": (claim(merit=0.4),), "score": 0.6}, Lane.RED, Basis.MODEL, None),
    ({"claims": (claim(merit=0.7),), "score": 0.6}, Lane.RED, Basis.RULE, None),
    ({"trusted": "SOHRAB", "score": 0.9}, Lane.GREEN, Basis.TRUSTED, None),
    ({"trusted": "SOHRAB", "claims": (claim(),)}, Lane.RED, Basis.RULE, None),
    ({"trusted": "SOHRAB", "drawn": True}, Lane.RED, Basis.RANDOM, None),
    ({"drawn": True, "claims": (claim(must=True),)}, Lane.RED, Basis.RANDOM, None),
]


@pytest.mark.parametrize(("known", "lane", "basis", "squeezed"), CASES)
def test_the_lane_of_one(
    known: dict[str, object], lane: Lane, basis: Basis, squeezed: Lane | None
) -> None:
    (found,) = lanes([facts(**known)], POLICY, Room())
    assert (found.lane, found.basis, found.squeezed) == (lane, basis, squeezed)


FULL = [
    ({"score": 0.6}, Lane.BLUE, Lane.RED),
    ({"score": 0.4}, Lane.BLUE, Lane.YELLOW),
    ({"score": 0.2}, Lane.BLUE, None),
    ({"drawn": True}, Lane.RED, None),
    ({"claims": (claim(must=True),)}, Lane.RED, None),
    ({"score": 0.6, "holds": Lane.RED}, Lane.RED, None),
    ({"score": 0.4, "holds": Lane.YELLOW}, Lane.YELLOW, None),
]


@pytest.mark.parametrize(("known", "lane", "squeezed"), FULL)
def test_the_lane_of_one_where_no_place_is_left(
    known: dict[str, object], lane: Lane, squeezed: Lane | None
) -> None:
    (found,) = lanes([facts(**known)], POLICY, Room(red=0, yellow=0))
    assert (found.lane, found.squeezed) == (lane, squeezed)


def test_without_a_model_in_the_policy_a_score_gives_no_lane() -> None:
    (found,) = lanes([facts(score=1.0)], Policy(id="p", port=""), Room())
    assert found.lane is Lane.GREEN


def test_those_who_go_first_take_the_places_of_the_others() -> None:
    known = [facts("a", score=0.9), facts("b", drawn=True), facts("c", claims=(claim(must=True),))]
    found = lanes(known, POLICY, Room(red=2))
    assert [own.lane for own in found] == [Lane.YELLOW, Lane.RED, Lane.RED]
    assert found[0].squeezed is Lane.RED


# --- places -------------------------------------------------------------------------------------


def test_places_are_kept_for_those_who_go_first() -> None:
    assert kept(Room(later=0, first=0.5)) == 0
    assert kept(Room(later=1000, first=0.05)) == 67  # P(Poisson(50) > 67) = 0.9%
    assert kept(Room(later=100_000, first=0.05)) == 5165
    assert [kept(Room(later=own, first=0.01)) for own in (1, 2, 100)] == [0, 1, 4]
    red = Room(red=68, later=1000, first=0.05)
    found = lanes([facts(str(at), score=0.9) for at in range(5)], POLICY, red)
    assert [own.lane for own in found].count(Lane.RED) == 1


PLACES = [
    ([0.9, 0.8, 0.7], 2, 0, [], 2),
    ([0.9, 0.8, 0.7], 0, 0, [], 0),
    ([0.9, 0.8, 0.7], -3, 0, [], 0),
    # Ten are expected, half of them better than 0.5: nothing is given away to less.
    ([0.9, 0.4], 3, 10, [0.0] * 5 + [0.6] * 5, 1),
    ([0.9, 0.4], 9, 10, [0.0] * 5 + [0.6] * 5, 2),
    ([0.7, 0.7], 1, 10, [0.7] * 10, 1),
]


@pytest.mark.parametrize(("merits", "places", "later", "known", "count"), PLACES)
def test_who_gets_a_place(
    merits: list[float], places: int, later: float, known: list[float], count: int
) -> None:
    assert admitted(merits, places, later, known) == count


@given(
    st.lists(st.floats(0, 1)),
    st.integers(-5, 50),
    st.floats(0, 1e6),
    st.lists(st.floats(0, 1)),
    st.floats(0, 100),
)
def test_no_place_is_given_that_is_not_there(
    merits: list[float], places: int, later: float, known: list[float], spare: float
) -> None:
    merits.sort(reverse=True)
    count = admitted(merits, places, later, sorted(known), spare)
    assert 0 <= count <= max(0, min(places, len(merits)))


@given(st.lists(st.floats(0, 1), max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_the_better_one_has_the_better_lane(scores: list[float], red: int, yellow: int) -> None:
    known = [facts(str(at), score=score) for at, score in enumerate(scores)]
    found = lanes(known, POLICY, Room(red=red, yellow=yellow))
    lanes_found = [own.lane for own in found]
    assert lanes_found.count(Lane.RED) <= red
    assert lanes_found.count(Lane.YELLOW) <= yellow
    ranked = sorted(zip(scores, found, strict=True), key=lambda pair: -pair[0])
    for (_, better), (_, worse) in pairwise(ranked):
        assert better.lane.rank >= worse.lane.rank


# --- whole days ---------------------------------------------------------------------------------


def whole_day(seed: int, count: int, most: int, share: float, wrong: float) -> tuple[int, float]:
    """Red lanes of a day that comes bit by bit, and what the model's picks are worth against those
    of somebody who knew the whole day beforehand. `wrong` is by how much too many are expected."""
    chance = random.Random(seed)
    before = [chance.betavariate(1, 6) for _ in range(2000)]
    usual = sorted(own if own >= 0.2 else 0.0 for own in before)
    policy = Policy(id="p", port="", red_a_day=most, random_share=share, red_from=0.2)
    used, worth, came, scores, drawn = 0, 0.0, 0, [], 0
    while came < count:
        size = min(count - came, chance.choice([1, 1, 1, 5, 40]))
        came += size
        some = [
            facts(str(at), score=chance.betavariate(1, 6), drawn=chance.random() < share)
            for at in range(size)
        ]
        later = (count - came) * wrong
        room = Room(red=most - used, later=later, first=share, wanted_red=usual)
        for own, value in zip(some, lanes(some, policy, room), strict=True):
            used += value.lane is Lane.RED
            drawn += value.basis is Basis.RANDOM
            if value.lane is Lane.RED and value.basis is Basis.MODEL:
                assert used <= most or wrong == 0, "targeting never passes the capacity"
                worth += own.score or 0.0
        scores += [own.score or 0.0 for own in some if not own.drawn]
    best = sorted((own for own in scores if own >= 0.2), reverse=True)
    return used, worth / sum(best[: most - drawn])


def test_the_capacity_holds_and_the_best_are_taken() -> None:
    days = [whole_day(seed, 2000, 120, 0.02, 1.0) for seed in range(25)]
    assert sum(used > 120 for used, _ in days) <= 1, "by those drawn, on one day of a hundred"
    assert max(used for used, _ in days) <= 123
    assert min(used for used, _ in days) >= 117
    assert mean(share for _, share in days) > 0.97


@pytest.mark.parametrize("wrong", [0.7, 1.4])
def test_a_wrong_forecast_costs_little(wrong: float) -> None:
    days = [whole_day(seed, 1000, 100, 0.01, wrong) for seed in range(15)]
    assert max(used for used, _ in days) <= 101
    assert mean(share for _, share in days) > 0.95


def test_first_come_first_served_passes_the_capacity_and_takes_worse() -> None:
    days = [whole_day(seed, 2000, 120, 0.02, 0.0) for seed in range(10)]
    assert min(used for used, _ in days) > 130, "nothing is kept for those drawn later"
    assert mean(share for _, share in days) < 0.92
