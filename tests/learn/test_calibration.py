from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.phrase import phrase
from parakh.errors import InvalidInput
from parakh.learn.calibration import (
    Basis,
    Bound,
    Curve,
    Sample,
    Setting,
    calibration_of,
    curves,
    settle,
)
from parakh.screen.calibration import STEP, Band, band_of, highest, lowest
from parakh.screen.names import THRESHOLD, WEIGHTS, Match, alike_points, rarity_points

COMMON, MIDDLING, RARE = Band


def population(
    *shares: tuple[Band, int, float, int], silent: int = 0, lists: str = "L"
) -> dict[Band, Curve]:
    """Curves of so many travellers of a band, of whom some score so much with the list."""
    samples = [
        Sample(band=band, best={"L": score} if place < scoring else {})
        for band, many, score, scoring in shares
        for place in range(many)
    ]
    samples += [Sample(band=RARE, best={}) for _ in range(silent)]
    return curves(samples, [lists])[lists]


def settled(measured: dict[Band, Curve], rate: float | None, band: Band = COMMON) -> Setting:
    return settle(measured, rate)[band]


@pytest.mark.parametrize(
    ("rate", "threshold", "basis"),
    [
        (None, THRESHOLD, Basis.STANDARD),
        (0.01, 0.805, Basis.BAND),  # 10 of 1,000 may be raised; 10 score more than 0.80
        (0.02, 0.755, Basis.BAND),
        (0.05, lowest(), Basis.BAND),
    ],
)
def test_the_lowest_threshold_that_keeps_to_the_rate(
    rate: float | None, threshold: float, basis: Basis
) -> None:
    measured = population(
        (COMMON, 970, 0.0, 0),
        (COMMON, 10, 0.7501, 10),
        (COMMON, 10, 0.8001, 10),
        (COMMON, 10, 0.85, 10),
        silent=5000,
    )
    found = settled(measured, rate)
    assert (found.threshold, found.basis) == (threshold, basis)
    assert found.travellers == 1000
    assert found.rate is not None
    assert found.rate.low <= found.raised / 1000 <= found.rate.high


def test_common_names_pay_nothing_for_their_being_common() -> None:
    measured = population((COMMON, 1000, 0.83, 100), (RARE, 1000, 0.83, 1))
    found = settle(measured, 0.01)
    assert found[COMMON].threshold > 0.83 > found[RARE].threshold
    assert found[COMMON].raised == 0


def test_a_band_of_few_is_judged_with_all_others() -> None:
    measured = population((COMMON, 3000, 0.82, 30), (MIDDLING, 20, 0.0, 0))
    found = settle(measured, 0.001)
    assert found[MIDDLING].basis is Basis.POOLED
    assert found[MIDDLING].threshold == found[COMMON].threshold > 0.82
    assert found[COMMON].basis is Basis.BAND


def test_with_too_few_in_all_the_standard_threshold_stands() -> None:
    found = settle(population((COMMON, 100, 0.72, 10)), 0.001)
    assert {own.basis for own in found.values()} == {Basis.FEW}
    assert {own.threshold for own in found.values()} == {THRESHOLD}
    assert found[RARE].rate is None


def test_nobody_at_all() -> None:
    found = settle(curves([], ["L"])["L"], 0.01)
    assert {own.threshold for own in found.values()} == {THRESHOLD}


@pytest.mark.parametrize("band", list(Band))
def test_an_equal_name_with_an_equal_birth_date_is_raised_at_any_rate(band: Band) -> None:
    measured = population(*((own, 1000, highest(own) - 0.001, 900) for own in Band))
    found = settled(measured, 0.0001, band)
    assert (found.threshold, found.bound) == (highest(band), Bound.HIGHEST)
    for rarity in (0.0, 1.0, 2.9, 3.0, 4.0, 4.99, 5.0, 9.0):
        score = alike_points(1.0) + rarity_points(rarity) + WEIGHTS["birth_date.equal"]
        if band_of(rarity) is band:
            assert min(1.0, score) > found.threshold


def test_those_taken_for_the_listed_do_not_push_others_out() -> None:
    measured = population((RARE, 970, 0.0, 0), (RARE, 30, 1.0, 30))
    found = settled(measured, 0.01, RARE)
    assert found.threshold == lowest()
    assert (found.raised, found.certain) == (30, 30)
    assert found.rate is not None
    assert found.rate.value == 0


@pytest.mark.parametrize("band", list(Band))
def test_no_rate_raises_common_names_alone(band: Band) -> None:
    measured = population(*((own, 1000, 0.5, 10) for own in Band))
    found = settled(measured, 1.0, band)
    assert (found.threshold, found.bound) == (lowest(), Bound.LOWEST)
    common = alike_points(1.0) + WEIGHTS["nationality.equal"] + WEIGHTS["sex.equal"]
    assert common < lowest() < THRESHOLD


@pytest.mark.parametrize("rate", [0.0, -0.1, 1.1])
def test_what_is_no_rate_is_refused(rate: float) -> None:
    with pytest.raises(InvalidInput):
        settle(population((COMMON, 10, 0.8, 1)), rate)


def test_only_lists_with_a_rate_have_thresholds_of_their_own() -> None:
    score = highest(COMMON) - 0.001
    samples = [Sample(band=COMMON, best={"a": score, "b": score})] * 400
    measured = curves(samples, ["a", "b", "c"])
    found = calibration_of(measured, {"a": 0.01, "b": None})
    assert set(found.thresholds) == {"a"}
    common = Match(score=0.8, sentence=phrase(""), evidence=(), rarity=1.0)
    assert found.threshold("a", common) == highest(COMMON)
    assert found.threshold("b", common) == THRESHOLD
    assert found.threshold("of another day", common) == THRESHOLD


# --- properties ---------------------------------------------------------------------------------

SCORES = st.floats(min_value=0.0, max_value=1.0)
SAMPLES = st.lists(
    st.builds(
        lambda band, score: Sample(band=band, best={"L": score}), st.sampled_from(Band), SCORES
    ),
    max_size=120,
)
RATES = st.floats(min_value=1e-6, max_value=1.0)


@given(SAMPLES, RATES, RATES)
def test_a_stricter_rate_never_lowers_a_threshold(
    samples: list[Sample], one: float, other: float
) -> None:
    measured = curves(samples, ["L"])["L"]
    strict, loose = settle(measured, min(one, other)), settle(measured, max(one, other))
    for band in Band:
        assert strict[band].threshold >= loose[band].threshold


@given(SAMPLES, RATES, st.randoms(use_true_random=False))
def test_the_order_of_travellers_means_nothing(
    samples: list[Sample], rate: float, random: Random
) -> None:
    mixed = list(samples)
    random.shuffle(mixed)
    assert settle(curves(samples, ["L"])["L"], rate) == settle(curves(mixed, ["L"])["L"], rate)


@given(SAMPLES, RATES)
def test_the_rate_is_kept_to_where_it_can_be(samples: list[Sample], rate: float) -> None:
    for band, found in settle(curves(samples, ["L"])["L"], rate).items():
        assert lowest() <= found.threshold <= highest(band)
        own = [sample.best["L"] for sample in samples if sample.band is band]
        assert found.raised == sum(score >= found.threshold for score in own)
        assert found.certain == sum(score >= highest(band) for score in own)
        if found.basis is Basis.BAND:
            assert found.raised - found.certain <= rate * found.travellers + 1e-6


@given(SAMPLES)
def test_a_curve_counts_and_never_rises(samples: list[Sample]) -> None:
    for band, curve in curves(samples, ["L"])["L"].items():
        own = [sample.best["L"] for sample in samples if sample.band is band]
        assert curve.travellers == len(own)
        assert list(curve.raised) == sorted(curve.raised, reverse=True)
        for threshold, raised in zip(curve.thresholds, curve.raised, strict=True):
            assert raised == sum(score >= threshold for score in own)
            assert threshold == pytest.approx(round(threshold / STEP) * STEP)
