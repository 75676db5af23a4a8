"""How well the cargo model ranks, on three tracks, beside peers and a draw by chance.

The public data set repeats itself: most rows of its last quarter repeat the goods, places, duty and
mass of an earlier one, label included, so that a table of what was seen does as well on all rows as
any model. So figures are told of all rows (full), of those that repeat nothing (novel), and of all
rows by a model from which all that they repeat was withheld (cold).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from parakh.learn.cargo import known_of, learn, settle
from parakh.learn.cargo_counting import Flags, Past
from parakh.learn.cargo_table import together
from parakh.learn.resampling import Resampling
from parakh.screen.cargo_features import measures
from parakh.screen.cargo_lines import FIELDS, Numbers

SHARES = (1, 2, 5, 10)
"""Shares of consignments that are looked at, in per cent."""

Figures = dict[str, float]
Intervals = dict[str, tuple[float, float]]
Ranking = Callable[[Past, Flags], Numbers]
"""Given all consignments and those to learn from, a score of each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Track:
    """Figures on one track: `p@5` is the share found of the 5% with the highest scores, `r@10` the
    share of all that was found which is among 10%; `rev@10` the share of all that is due on
    findings which is among the 10% with the highest scores times duty.

    Attributes:
        rows, found: how many are ranked, and in how many of them something was found.
        intervals: 95%, by drawing signatures with replacement, for repeats are not independent.
    """

    rows: int
    found: int
    figures: Figures
    intervals: Intervals


def figures(found: Numbers, scores: Numbers, revenue: Numbers, weight: Numbers) -> Figures:
    """Precision, recall and revenue at shares of consignments, each counting so many times."""
    order = np.argsort(-scores, kind="stable")
    weight_given, weight, hit = weight, weight[order], (found * weight)[order]
    reached = np.cumsum(weight)
    total = float(reached[-1]) if len(reached) else 0.0

    def among(share: int, values: Numbers) -> float:
        end = max(1, int(np.searchsorted(reached, total * share / 100, side="right")))
        return float(values[:end].sum())

    told = {f"p@{own}": among(own, hit) / max(1e-9, among(own, weight)) for own in SHARES}
    told["r@10"] = among(10, hit) / max(1e-9, float(hit.sum()))
    told["rev@10"] = _money(found, scores, revenue, weight_given)
    return told


def _money(found: Numbers, scores: Numbers, revenue: Numbers, weight: Numbers) -> float:
    """Share of all that is due on findings which is among the 10% with most to expect."""
    order = np.argsort(-scores * revenue, kind="stable")
    reached = np.cumsum(weight[order])
    money = (found * revenue * weight)[order]
    end = int(np.searchsorted(reached, reached[-1] * 0.1, side="right")) if len(reached) else 0
    return float(money[:end].sum()) / max(1e-9, float(money.sum()))


def track(past: Past, scores: Numbers, ranked: Flags, revenue: Numbers) -> Track:
    """The figures of some consignments by their scores, with intervals."""
    found, own, worth = past.found[ranked], scores[ranked], revenue[ranked]
    _, place = np.unique(past.repeats[ranked], return_inverse=True)
    draws = Resampling(int(place.max()) + 1 if len(place) else 0)
    told = [figures(found, own, worth, draw[place].astype(np.float64)) for draw in draws.weights]
    return Track(
        rows=len(found),
        found=int(found.sum()),
        figures=figures(found, own, worth, np.ones(len(found))),
        intervals={
            name: _middle(np.asarray([own[name] for own in told])) for name in (told or [{}])[0]
        },
    )


def _middle(draws: Numbers) -> tuple[float, float]:
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """Consignments to learn from, to choose by, and to tell figures of.

    `past` holds all of them in this order; `train`, `valid` and `test` mark each.
    """

    past: Past
    train: Flags
    valid: Flags
    test: Flags

    @classmethod
    def of(cls, train: Past, valid: Past, test: Past) -> "Split":
        """Of three tables."""
        part = np.repeat([0, 1, 2], [len(train), len(valid), len(test)])
        return cls(
            past=together(train, valid, test), train=part == 0, valid=part == 1, test=part == 2
        )

    @property
    def learnt(self) -> Flags:
        """All that comes before the test."""
        return self.train | self.valid

    @property
    def novel(self) -> Flags:
        """Test rows that repeat nothing that was learnt from."""
        repeats = self.past.repeats
        return self.test & ~np.isin(repeats, repeats[self.learnt])

    @property
    def withheld(self) -> Flags:
        """What may be learnt from when all that the test repeats is withheld."""
        repeats = self.past.repeats
        return self.learnt & ~np.isin(repeats, repeats[self.test])


def two_stages(split: Split, threads: int) -> Ranking:
    """The project's model: settled on the valid part by trees of the train part, then learnt of
    whatever it may be."""
    first = learn(split.past, split.train, threads)
    settled = settle(first, split.past, split.train, split.valid)

    def ranked(past: Past, fit: Flags) -> Numbers:
        model = learn(past, fit, threads)
        whole = replace(model, repeat=settled.repeat, knots=settled.knots)
        known, inputs = known_of(whole, past, fit)
        return past.lines.by_consignment(whole.raw(inputs, known))

    return ranked


def plain_lightgbm(threads: int) -> Ranking:
    """LightGBM as it comes: every field as a number of its own, and the measures."""
    import lightgbm as lgb

    def ranked(past: Past, fit: Flags) -> Numbers:
        inputs = _plain(past)
        given = {"objective": "binary", "verbosity": -1, "num_threads": threads}
        model = lgb.train(given, lgb.Dataset(inputs[fit], past.found[fit]))
        return np.asarray(model.predict(inputs))

    return ranked


def plain_xgboost(threads: int) -> Ranking:
    """XGBoost as it comes, on the same; raises ModuleNotFoundError where it is not installed."""
    import xgboost as xgb

    def ranked(past: Past, fit: Flags) -> Numbers:
        inputs = _plain(past)
        given = {"objective": "binary:logistic", "nthread": threads}
        model = xgb.train(given, xgb.DMatrix(inputs[fit], past.found[fit]), 100)
        return np.asarray(model.predict(xgb.DMatrix(inputs)), dtype=np.float64)

    return ranked


def by_chance(past: Past, fit: Flags) -> Numbers:
    """A draw."""
    return np.random.default_rng(len(past)).random(len(past))


def _plain(past: Past) -> Numbers:
    """Of tables with one line a declaration."""
    lines = past.lines
    coded = [np.unique(lines.tokens[own], return_inverse=True)[1] for own in FIELDS]
    return np.column_stack([*coded, *measures(lines).values(), lines.numbers["rate"]])


def evaluate(split: Split, ranking: Ranking) -> Mapping[str, Track]:
    """The three tracks of one way to rank."""
    past = split.past
    revenue = np.nan_to_num(past.lines.numbers["duty"])
    whole = ranking(past, split.learnt)
    return {
        "full": track(past, whole, split.test, revenue),
        "novel": track(past, whole, split.novel, revenue),
        "cold": track(past, ranking(past, split.withheld), split.test, revenue),
    }
