"""Exact Shapley values of small trees, looked up in tables that are worked out once.

A tree of a few splits sends a line one of few ways: each split to the left or to the right. For
every such answer of all its splits a table holds what each input adds to what the tree says, so
that a line costs a look-up a tree, where walking the tree for each line (Lundberg 2020, TreeSHAP,
with covers as the trees counted them in training) takes some thirty times as long for the same
values.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import factorial, prod
from typing import Any, Self

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from parakh.errors import Unreadable
from parakh.screen.cargo_features import Matrix
from parakh.screen.cargo_lines import Numbers

MOST_SPLITS = 12
"""A table has 2 to the power of splits rows; a tree with more than so many is refused."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Split:
    """Lines whose input is over the threshold go right, and those without one as `untold` says."""

    feature: int
    threshold: float
    untold_right: bool

    def right(self, columns: Matrix) -> NDArray[np.bool_]:
        own = columns[self.feature]
        over: NDArray[np.bool_] = own > self.threshold
        return over | np.isnan(own) if self.untold_right else over


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    """One split on the way to a leaf: which, to what side, and the share that goes there."""

    split: int
    feature: int
    right: bool
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tree:
    """Splits, and by input what it adds for each way of answering them (bit n: split n, right)."""

    splits: tuple[_Split, ...]
    added: Mapping[int, Numbers]
    base: float


class Shapley:
    """What each input adds to the mean of some boosters, in log odds."""

    def __init__(self, trees: Sequence[_Tree], boosters: int) -> None:
        self._trees = trees
        self._boosters = max(1, boosters)
        self.base = sum(own.base for own in trees) / self._boosters
        """What is said before any input is known."""

    @classmethod
    def of(cls, boosters: Sequence[lgb.Booster]) -> Self:
        """Of boosters of regression trees on numbers; raises Unreadable for others, and for trees
        of more than `MOST_SPLITS` splits."""
        told = [tree for own in boosters for tree in own.dump_model()["tree_info"]]
        return cls([_tree(own["tree_structure"]) for own in told], len(boosters))

    def values(self, inputs: Matrix) -> Matrix:
        """What each input (column) of each line (row) adds; with `base` they sum up to the mean."""
        columns = np.ascontiguousarray(inputs.T)
        told = np.zeros(columns.shape)
        for own in self._trees:
            way = np.zeros(len(inputs), dtype=np.intp)
            for place, split in enumerate(own.splits):
                way += split.right(columns).astype(np.intp) << place
            for feature, added in own.added.items():
                told[feature] += added[way]
        return told.T / self._boosters


# --- the table of one tree --------------------------------------------------------------------


def _tree(top: Mapping[str, Any]) -> _Tree:
    splits: list[_Split] = []
    leaves = list(_leaves(top, (), splits))
    if len(splits) > MOST_SPLITS:
        raise Unreadable(f"a tree has {len(splits)} splits: more than {MOST_SPLITS}")
    ways = np.arange(1 << len(splits))
    added = {own.feature: np.zeros(len(ways)) for own in splits}
    for value, steps in leaves:
        _add(added, value, steps, ways)
    base = sum(value * prod(own.share for own in steps) for value, steps in leaves)
    return _Tree(splits=tuple(splits), added=added, base=base)


def _leaves(
    node: Mapping[str, Any], way: tuple[_Step, ...], splits: list[_Split]
) -> Iterator[tuple[float, tuple[_Step, ...]]]:
    """Each leaf's value and the way to it; puts the splits passed into `splits`."""
    if "split_feature" not in node:
        yield float(node["leaf_value"]), way
        return
    place, split = len(splits), _split(node)
    splits.append(split)
    for right, side in enumerate(("left_child", "right_child")):
        share = _lines(node[side]) / _lines(node)
        step = _Step(split=place, feature=split.feature, right=bool(right), share=share)
        yield from _leaves(node[side], (*way, step), splits)


def _split(node: Mapping[str, Any]) -> _Split:
    if node["decision_type"] != "<=" or node["missing_type"] not in ("None", "NaN"):
        raise Unreadable("a tree splits by something else than numbers")
    threshold = float(node["threshold"])
    # LightGBM takes an untold number for 0 where none was untold in training.
    left = node["default_left"] if node["missing_type"] == "NaN" else threshold >= 0
    return _Split(feature=node["split_feature"], threshold=threshold, untold_right=not left)


def _lines(node: Mapping[str, Any]) -> float:
    return float(node["internal_count"] if "split_feature" in node else node["leaf_count"])


def _add(
    added: Mapping[int, Numbers], value: float, steps: Sequence[_Step], ways: NDArray[np.int64]
) -> None:
    """What the inputs on the way to one leaf add by it.

    Known inputs let a line reach the leaf or not, unknown ones let through the share that passed in
    training; so what an input adds is a sum over the numbers of others that are known.
    """
    features = list(dict.fromkeys(own.feature for own in steps))
    reach, share = {}, {}
    for feature in features:
        own = [step for step in steps if step.feature == feature]
        met = [((ways >> step.split) & 1) == step.right for step in own]
        reach[feature] = np.logical_and.reduce(met).astype(np.float64)
        share[feature] = prod(step.share for step in own)
    for feature in features:
        others = [(reach[own], share[own]) for own in features if own != feature]
        added[feature] += value * (reach[feature] - share[feature]) * _weighed(others, len(ways))


def _weighed(others: Iterable[tuple[Numbers, float]], ways: int) -> Numbers:
    """Mean over all orders (Shapley 1953) of the share that gets through the inputs known then."""
    by_number = [np.ones(ways)]
    for reach, share in others:
        fewer, more = [own * share for own in by_number], [own * reach for own in by_number]
        by_number = [
            fewer[0],
            *(a + b for a, b in zip(fewer[1:], more[:-1], strict=True)),
            more[-1],
        ]
    last = len(by_number) - 1
    weights = [
        factorial(own) * factorial(last - own) / factorial(last + 1) for own in range(last + 1)
    ]
    told: Numbers = sum(
        (own * weight for own, weight in zip(by_number, weights, strict=True)), np.zeros(ways)
    )
    return told
