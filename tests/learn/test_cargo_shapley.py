"""Exact Shapley values: the same as LightGBM's own, and as adding inputs in all orders gives."""

from itertools import permutations
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest

from parakh.errors import Unreadable
from parakh.learn.cargo_shapley import MOST_SPLITS, Shapley
from parakh.screen.cargo_features import Matrix

ROWS, INPUTS = 2000, 6


def _table(untold: float, seed: int = 0) -> Matrix:
    rng = np.random.default_rng(seed)
    told: Matrix = rng.normal(size=(ROWS, INPUTS))
    told[rng.random(told.shape) < untold] = np.nan
    return told


def _booster(inputs: Matrix, rounds: int = 20, **given: Any) -> lgb.Booster:
    target = (np.nan_to_num(inputs[:, 0] * inputs[:, 1]) + inputs[:, 2] > 0).astype(np.float64)
    told = {"objective": "binary", "verbosity": -1, "num_threads": 1, "min_data_in_leaf": 20}
    return lgb.train(told | given, lgb.Dataset(inputs, target), rounds)


@pytest.mark.parametrize("untold", [0.0, 0.3])
@pytest.mark.parametrize(
    "given",
    [
        {"num_leaves": 2},
        {"num_leaves": 4, "max_depth": 2},
        {"num_leaves": 8, "max_depth": 3, "extra_trees": True},
        {"num_leaves": 13, "extra_trees": True},
        {"num_leaves": 5, "feature_fraction": 0.2},  # ways that pass one input several times
    ],
)
def test_it_gives_what_walking_the_trees_gives(untold: float, given: dict[str, Any]) -> None:
    boosters = [_booster(_table(untold), seed=seed, **given) for seed in range(2)]
    asked = _table(0.2, seed=1)  # inputs untold that were told in training, too
    values = Shapley.of(boosters)
    walked = np.mean([own.predict(asked, pred_contrib=True) for own in boosters], axis=0)
    assert np.allclose(values.values(asked), walked[:, :-1], atol=1e-12)
    assert values.base == pytest.approx(walked[0, -1], abs=1e-12)


def test_they_sum_up_to_what_the_trees_say() -> None:
    inputs = _table(0.1)
    booster = _booster(inputs, num_leaves=8)
    values = Shapley.of([booster])
    said = np.asarray(booster.predict(inputs, raw_score=True))
    assert np.allclose(values.values(inputs).sum(axis=1) + values.base, said)


def test_they_are_the_mean_over_all_orders() -> None:
    """One tree of two splits by hand: what a set of inputs says is the mean over the rest."""
    top = _node(0, 0.0, 10, _leaf(1.0, 4), _node(1, 0.0, 6, _leaf(2.0, 2), _leaf(5.0, 4)))
    values = Shapley.of([_Made(top)])
    inner = {True: 5.0, False: 2.0, None: (2 * 2.0 + 4 * 5.0) / 6}

    def says(first: bool | None, second: bool | None) -> float:
        told = {True: inner[second], False: 1.0}
        return told[first] if first is not None else 0.4 * 1.0 + 0.6 * inner[second]

    for line in ((1.0, 1.0), (1.0, -1.0), (-1.0, 1.0)):
        added = [0.0, 0.0]
        for order in permutations((0, 1)):
            known: list[bool | None] = [None, None]
            for own in order:
                before = says(*known)
                known[own] = line[own] > 0
                added[own] += (says(*known) - before) / 2
        assert np.allclose(values.values(np.asarray([line]))[0], added)


def test_a_tree_without_splits_adds_nothing() -> None:
    values = Shapley.of([_Made(_leaf(0.5, 10))])
    assert values.base == 0.5
    assert not values.values(np.zeros((3, 2))).any()


def test_other_trees_are_refused() -> None:
    inputs = _table(0.0)
    with pytest.raises(Unreadable, match="splits"):
        Shapley.of([_booster(inputs, num_leaves=MOST_SPLITS + 3)])
    by_value = _node(0, 0.0, 2, _leaf(1.0, 1), _leaf(2.0, 1)) | {"decision_type": "=="}
    with pytest.raises(Unreadable, match="numbers"):
        Shapley.of([_Made(by_value)])


class _Made:
    """Stands for a booster of one tree."""

    def __init__(self, top: dict[str, Any]) -> None:
        self._top = top

    def dump_model(self) -> dict[str, Any]:
        return {"tree_info": [{"tree_structure": self._top}]}


def _leaf(value: float, lines: int) -> dict[str, Any]:
    return {"leaf_value": value, "leaf_count": lines}


def _node(
    feature: int, threshold: float, lines: int, left: dict[str, Any], right: dict[str, Any]
) -> dict[str, Any]:
    return {
        "split_feature": feature,
        "threshold": threshold,
        "decision_type": "<=",
        "missing_type": "None",
        "default_left": True,
        "internal_count": lines,
        "left_child": left,
        "right_child": right,
    }
