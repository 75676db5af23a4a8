"""The cargo model: what it learns, what it does not learn by heart, and how it is kept."""

from dataclasses import replace

import numpy as np
import pytest
from tests.learn.cargo_kit import START, TOKENISER, consignment, past

from parakh.errors import Unreadable
from parakh.learn.cargo import CargoModel, knots_of, known_of, learn, settle, telling
from parakh.learn.cargo_card import held_out, reliability, train
from parakh.learn.cargo_counting import Past, counted, folds, stepped, tallied
from parakh.learn.cargo_drift import FAR, bins_of, index
from parakh.learn.cargo_effects import Effects
from parakh.learn.cargo_table import together
from parakh.screen.cargo_features import KEYS, REPEAT
from parakh.screen.cargo_lines import FIELDS, joined, pack
from parakh.screen.rules.attributes import CATALOGUE

_NOTHING: list[float] = []
_NONE = Effects.of(
    {
        "topics": _NOTHING,
        "start": 0.0,
        "usual": _NOTHING,
        "tokens": _NOTHING,
        "values": _NOTHING,
        "known": _NOTHING,
        "found": _NOTHING,
    }
)


@pytest.fixture(scope="module")
def year() -> Past:
    return past(1500)


def _of(*told: tuple[int, float, float]) -> Past:
    """Consignments by importer, kilograms, and what became of them."""
    rows = [consignment(n, importer=own, kg=kg) for n, (own, kg, _) in enumerate(told)]
    lines = joined([pack(own, TOKENISER, START) for own in rows])
    return Past(lines=lines, found=np.asarray([found for _, _, found in told], dtype=np.float64))


def test_a_line_does_not_see_what_became_of_itself_and_its_repeats() -> None:
    own = _of((1, 10, 1), (1, 10, 1), (1, 10, 1), (2, 10, 1))
    known = counted(own, np.ones(4, dtype=np.bool_), seed=0)
    assert known.counts["importer"].known.tolist() == [0, 0, 0, 0]


def test_what_is_not_learnt_from_sees_all_that_is() -> None:
    own = _of((1, 10, 1), (1, 20, 0), (1, 30, np.nan), (1, 40, 1))
    fit = np.asarray([True, True, True, False])
    counts = counted(own, fit, seed=0).counts["importer"]
    assert (counts.seen[3], counts.known[3], counts.found[3]) == (3, 2, 1)


def test_repeats_stand_in_one_fold(year: Past) -> None:
    both = together(year, year)
    drawn = folds(both, seed=3)
    assert (drawn[: len(year)] == drawn[len(year) :]).all()


def test_a_value_in_several_lines_of_a_consignment_counts_once() -> None:
    item = consignment(1).items[0]
    two = consignment(1, items=(item, replace(item, ordinal=2, net_kg=5.0)))
    own = Past(lines=joined([pack(two, TOKENISER, START)]), found=np.asarray([1.0]))
    assert tallied(own).seen.max() == 1
    assert sum(stepped(own).values()) > len(stepped(own))  # two lines in one group's step of duty


def test_keys_that_tell_nothing_are_left_out(year: Past) -> None:
    fit = np.ones(len(year), dtype=np.bool_)
    keys = telling(counted(year, fit, 0), year, fit)
    assert "importer" in keys
    assert "office" not in keys


def test_it_ranks_what_it_has_not_seen(year: Past) -> None:
    made = train(year, threads=1)
    assert made.figures["all"]["p@10"] > 2.5 * year.found.mean()
    assert 0 < made.threshold < 1
    assert sum(count for _, _, count in made.reliability) == made.figures["all"]["rows"]


def test_one_seed_gives_one_model(year: Past) -> None:
    fit = ~held_out(year)
    assert learn(year, fit, 1).to_bytes() == learn(year, fit, 1).to_bytes()


def test_it_can_be_read_back(year: Past) -> None:
    later = held_out(year)
    model = settle(learn(year, ~later, 1), year, ~later, later)
    again = CargoModel.from_bytes(model.to_bytes())
    known, inputs = known_of(model, year, ~later)
    assert (again.raw(inputs, known) == model.raw(inputs, known)).all()
    assert again.knots == model.knots


@pytest.mark.parametrize("data", [b"", b"nonsense", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        CargoModel.from_bytes(data)


def test_contributions_add_up_to_what_the_trees_say(year: Past) -> None:
    model = learn(year, np.ones(len(year), dtype=np.bool_), 1)
    _, inputs = known_of(model, year, np.ones(len(year), dtype=np.bool_))
    weights, base = model.contributions(inputs)
    odds = weights.sum(axis=1) + base
    assert np.allclose(1 / (1 + np.exp(-odds)), model.fresh(inputs))


def test_many_repeats_outweigh_the_trees(year: Past) -> None:
    again = together(*[year] * 6)
    fit = np.arange(len(again)) < 5 * len(year)
    model = settle(learn(again, fit, 1), again, fit, ~fit)
    known, inputs = known_of(model, again, fit)
    raw = model.raw(inputs, known)[~fit]
    found = year.found == 1  # two may be alike in all but what became of them
    assert np.quantile(raw[found], 0.02) > np.quantile(raw[~found], 0.98)


def test_calibrated_scores_never_fall_where_raw_ones_rise() -> None:
    rng = np.random.default_rng(0)
    raw = rng.random(500)
    found = (rng.random(500) < raw**2).astype(np.float64)
    model = CargoModel(keys=(), trees=(), effects=_NONE, knots=knots_of(raw, found))
    told = model.calibrated(np.linspace(0, 1, 200))
    assert (np.diff(told) > 0).all()
    assert abs(model.calibrated(np.asarray([0.5]))[0] - 0.25) < 0.15


def test_reliability_is_told_by_the_other_half() -> None:
    rng = np.random.default_rng(0)
    raw = rng.random(2000)
    told = reliability(raw, (rng.random(2000) < raw / 2).astype(np.float64))
    assert sum(count for _, _, count in told) == 2000
    assert all(abs(score - found) < 0.1 for score, found, _ in told)


def test_the_index_tells_what_moved() -> None:
    rng = np.random.default_rng(0)
    then = bins_of(rng.normal(size=5000))
    assert index(then, rng.normal(size=5000)) < 0.02
    assert index(then, rng.normal(1, 1, size=5000)) > FAR
    assert index(then, np.full(100, np.nan)) > FAR


def test_nothing_of_a_person_is_looked_at() -> None:
    protected = {own.name for entity in CATALOGUE.entities for own in entity.attributes
                 if own.protected}  # fmt: skip
    named = {word for own in (*FIELDS, *KEYS, REPEAT) for word in own.split("+")}
    assert protected
    assert not protected & named
    assert not {"nationality", "birth_date", "sex", "name"} & named
