"""The cargo model: what became of past consignments, learnt in two stages, and calibrated.

First stage: a consignment that repeats an earlier one (`parakh.screen.cargo_features.SIGNATURE`) is
judged by what became of that. Second stage, the mean of two in log odds: trees (LightGBM; Ke 2017)
on shares of findings by importer, code, origin and so on, counted without a line's own repeats, and
effects of such values that add up (`parakh.learn.cargo_effects`). The second stage stands in for
`repeat` consignments of the first, so that one repeat tells little, and many tell all; how many
that is, is chosen by what later consignments bear out. At last scores are set to the shares in
which something was found among later consignments (isotonic regression; Zadrozny 2002).
"""

import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import lightgbm as lgb
import numpy as np
import orjson
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from scipy.stats import rankdata

from parakh.errors import Unreadable
from parakh.learn.cargo_counting import Flags, Past, counted
from parakh.learn.cargo_effects import Effects, learn_effects
from parakh.learn.cargo_shapley import Shapley
from parakh.screen.cargo_features import (
    KEYS,
    REPEAT,
    Counts,
    Known,
    Matrix,
    feature_names,
    features,
    share,
)
from parakh.screen.cargo_lines import Lines, Numbers

SEEDS = 4
"""How often each kind of trees is learnt, with other folds each time; the mean is the score."""

SURE = 3.0
"""Standard errors by which a key must tell findings apart to be looked at."""

REPEATS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)
"""What the second stage may stand in for."""

_FORMAT = 2
_CLIP = 1e-4
_COMMON: Mapping[str, Any] = {
    "objective": "binary",
    "min_data_in_leaf": 50,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "learning_rate": 0.06,
    "lambda_l2": 5.0,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
KINDS: Sequence[tuple[Mapping[str, Any], int]] = (
    ({"num_leaves": 4, "max_depth": 2}, 80),
    ({"num_leaves": 8, "max_depth": 3, "extra_trees": True}, 120),
    ({"num_leaves": 12, "max_depth": 4, "extra_trees": True}, 150),
)
"""Very small trees, and some whose splits are drawn by chance (Geurts 2006), with how many of each;
none has more splits than `parakh.learn.cargo_shapley.MOST_SPLITS`."""


@dataclass(frozen=True, kw_only=True)
class CargoModel:
    """A model; `score` needs what is known before (see `parakh.screen.cargo_features.Known`).

    Attributes:
        keys: what of `KEYS` it looks at.
        trees: the boosters, whose mean is one half of the score in log odds.
        effects: what values add to the other half.
        repeat: how many repeats weigh as much as the second stage.
        knots: raw scores with the shares that they are set to, both rising.
    """

    keys: tuple[str, ...]
    trees: tuple[lgb.Booster, ...]
    effects: Effects
    repeat: float = 1.0
    knots: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))

    @property
    def features(self) -> tuple[str, ...]:
        """What it looks at, by name, in the order of its inputs."""
        return (*feature_names(self.keys), *(f"effect:{own}" for own in self.effects.topics))

    def inputs(self, lines: Lines, known: Known) -> Matrix:
        """Of each line, what the trees look at, and what each topic of the effects adds."""
        return np.hstack([features(lines, known, self.keys), self.effects.added(lines)])

    def fresh(self, inputs: Matrix) -> Numbers:
        """What trees and effects say of each line, as a share: their mean in log odds."""
        seen, added = self._parted(inputs)
        trees = np.zeros(len(inputs))
        for own in self.trees:
            trees += np.asarray(own.predict(seen, raw_score=True, num_threads=1))
        effects = self.effects.start + added.sum(axis=1)
        return _share((trees / len(self.trees) + effects) / 2)

    def _parted(self, inputs: Matrix) -> tuple[Matrix, Matrix]:
        width = inputs.shape[1] - len(self.effects.topics)
        return inputs[:, :width], inputs[:, width:]

    def raw(self, inputs: Matrix, known: Known) -> Numbers:
        """What both stages say of each line, before it is calibrated."""
        return self.repeated(self.fresh(inputs), known)

    def repeated(self, fresh: Numbers, known: Known) -> Numbers:
        """The first stage on top of what the trees say."""
        return with_repeats(fresh, known.counts[REPEAT], self.repeat)

    def calibrated(self, raw: Numbers) -> Numbers:
        """The shares that raw scores stand for; in the same order, without ties among others."""
        at, shares = np.asarray(self.knots).T
        found: Numbers = 0.999 * np.interp(raw, at, shares) + 0.001 * raw
        return found

    def contributions(self, inputs: Matrix) -> tuple[Matrix, float]:
        """What each input adds in log odds, of each line, and what is there before any does.

        Exact Shapley values of the trees (see `parakh.learn.cargo_shapley`), and of the effects,
        which add up: each less its mean.
        """
        seen, added = self._parted(inputs)
        usual = self.effects.usual
        base = (self._shapley.base + self.effects.start + float(usual.sum())) / 2
        return np.hstack([self._shapley.values(seen), added - usual]) / 2, base

    @cached_property
    def _shapley(self) -> Shapley:
        return Shapley.of(self.trees)

    def to_bytes(self) -> bytes:
        """The model as one text of JSON, compressed; it holds counts of nobody."""
        content = {
            "format": _FORMAT,
            "keys": self.keys,
            "trees": [own.model_to_string() for own in self.trees],
            "effects": self.effects.content(),
            "repeat": self.repeat,
            "knots": self.knots,
        }
        return zlib.compress(orjson.dumps(content), 6)

    @classmethod
    def from_bytes(cls, data: bytes) -> "CargoModel":
        """Reads a model back; raises Unreadable for what is none."""
        try:
            content = orjson.loads(zlib.decompress(data))
            if content["format"] != _FORMAT or not set(content["keys"]) <= set(KEYS):
                raise Unreadable("the model was trained by another version: train it again")
            return cls(
                keys=tuple(content["keys"]),
                trees=tuple(lgb.Booster(model_str=own) for own in content["trees"]),
                effects=Effects.of(content["effects"]),
                repeat=float(content["repeat"]),
                knots=tuple((float(at), float(share)) for at, share in content["knots"]),
            )
        except (zlib.error, ValueError, KeyError, TypeError, lgb.basic.LightGBMError) as error:
            raise Unreadable("these bytes are no cargo model") from error


def with_repeats(fresh: Numbers, repeats: Counts, weight: float) -> Numbers:
    """Shares of findings among repeats, to which the second stage adds so many consignments."""
    shares: Numbers = (repeats.found + weight * fresh) / (repeats.known + weight)
    return shares


# --- learning ---------------------------------------------------------------------------------


def learn(past: Past, fit: Flags, threads: int) -> CargoModel:
    """Learns trees and effects of the consignments marked as `fit`, as far as it is known what
    became of them.

    It is not calibrated, and `repeat` is as by default (see `settle`).
    """
    keys: tuple[str, ...] = ()
    rows = (fit & past.looked_at)[past.lines.owner]
    target = past.found[past.lines.owner][rows]
    weight = _weights(past, fit, 0.5)[rows]
    asked: list[tuple[Matrix, int, Mapping[str, Any], int]] = []
    for seed in range(SEEDS):
        known = counted(past, fit, seed)
        keys = keys or telling(known, past, fit)
        inputs = features(past.lines, known, keys)[rows]
        asked += [(inputs, seed, params, rounds) for params, rounds in KINDS]

    def booster(own: tuple[Matrix, int, Mapping[str, Any], int]) -> lgb.Booster:
        inputs, seed, params, rounds = own
        # One thread each: those of one booster wait for one another in a loop after each split, and
        # on a machine with other work that takes ten times as long as doing it alone.
        given = {**_COMMON, **params, "seed": seed, "num_threads": 1}
        return lgb.train(given, lgb.Dataset(inputs, target, weight=weight), rounds)

    with ThreadPoolExecutor(threads) as pool:
        effects = pool.submit(learn_effects, past, fit, keys, _weights(past, fit, 1.0))
        trees = tuple(pool.map(booster, asked))
        return CargoModel(keys=keys, trees=trees, effects=effects.result())


def telling(known: Known, past: Past, fit: Flags) -> tuple[str, ...]:
    """The keys whose share of findings tells consignments apart, among those of other folds.

    What does not would only be noise to the trees. Repeats are not independent, so that the
    standard error goes by how many different consignments there are.
    """
    rows = (fit & past.looked_at)[past.lines.owner]
    found = past.found[past.lines.owner][rows] > 0
    different = len(np.unique(past.repeats[fit & past.looked_at]))
    most = _error(found, different) * SURE
    return tuple(
        name for name in KEYS if _area(share(known.counts[name], known.share)[rows], found) > most
    )


def settle(model: CargoModel, past: Past, fit: Flags, later: Flags) -> CargoModel:
    """Chooses `repeat` by, and calibrates a model on, later consignments than it learnt from."""
    known, inputs = known_of(model, past, fit)
    looked_at = later & past.looked_at
    found = past.found[looked_at]
    fresh = model.fresh(inputs)

    def loss(weight: float) -> float:
        raw = with_repeats(fresh, known.counts[REPEAT], weight)
        told = np.clip(past.lines.by_consignment(raw)[looked_at], _CLIP, 1 - _CLIP)
        return float(-np.mean(found * np.log(told) + (1 - found) * np.log(1 - told)))

    chosen = replace(model, repeat=min(REPEATS, key=loss))
    raw = past.lines.by_consignment(chosen.raw(inputs, known))[looked_at]
    return replace(chosen, knots=knots_of(raw, found))


def known_of(model: CargoModel, past: Past, fit: Flags) -> tuple[Known, Matrix]:
    """What all lines know of the consignments marked as `fit`, and the model's inputs."""
    known = counted(past, fit, seed=0)
    return known, model.inputs(past.lines, known)


def knots_of(raw: Numbers, found: Numbers) -> tuple[tuple[float, float], ...]:
    """Raw scores with the share found at each, never falling: where isotonic regression steps."""
    if len(raw) == 0:
        return ((0.0, 0.0), (1.0, 1.0))
    order = np.argsort(raw, kind="stable")
    steps = isotonic_regression(found[order])
    at: NDArray[np.float64] = raw[order]
    middles = [
        (float(at[start:end].mean()), float(np.clip(steps.x[start], _CLIP, 1 - _CLIP)))
        for start, end in zip(steps.blocks[:-1], steps.blocks[1:], strict=True)
    ]
    return tuple(middles)


def _weights(past: Past, fit: Flags, power: float) -> Numbers:
    """Of each line: one over a power of how often its consignment is repeated, and over how many
    lines it has."""
    counted_in = fit & past.looked_at
    _, place = np.unique(past.repeats, return_inverse=True)
    times = np.bincount(place, weights=counted_in.astype(np.float64))[place]
    lines = np.bincount(past.lines.owner, minlength=len(past))
    weights: Numbers = np.maximum(times, 1) ** -power / np.maximum(lines, 1)
    return weights[past.lines.owner]


def _area(values: Numbers, found: Flags) -> float:
    """Area under the curve of true over false alarms, less the half of chance."""
    ones, zeros = int(found.sum()), int((~found).sum())
    if not ones or not zeros:
        return 0.0
    ranks = float(rankdata(values)[found].sum())
    return (ranks - ones * (ones + 1) / 2) / (ones * zeros) - 0.5


def _error(found: Flags, different: int) -> float:
    """Standard error of that area when nothing is told apart (Mann and Whitney 1947)."""
    ones = max(1.0, different * float(found.mean())) if len(found) else 1.0
    zeros = max(1.0, different - ones)
    return float(np.sqrt((ones + zeros + 1) / (12 * ones * zeros)))


def _share(odds: Numbers) -> Numbers:
    shares: Numbers = 1 / (1 + np.exp(-odds))
    return shares
