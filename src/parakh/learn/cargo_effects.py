"""What values of a consignment say alone and together, as effects that add up in log odds.

Logistic regression with a penalty on every effect (le Cessie and van Houwelingen 1992): a value
that rarely came moves the score little, one that came often as much as its findings bear out, and
what several values share is told once. Trees on shares of findings see each crossing by itself and
cut it at thresholds; effects weigh all crossings at the same time. Their errors differ, so that the
mean of both ranks new consignments better than either. Amounts count by steps, and by the same
steps shifted by half, so that like amounts are alike wherever a step ends.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import LinearOperator, cg
from scipy.special import expit

from parakh.learn.cargo_counting import Flags, Past, folds
from parakh.screen.cargo_features import KEYS, Counts, Matrix, measures
from parakh.screen.cargo_lines import Lines, Numbers, Places, Tokens, distinct

FINE, WIDE = 0.8, 1.6
"""Steps of amounts, in natural logarithms: to 2.2 and to 5 times as much."""

AMOUNTS: Mapping[str, tuple[float, float]] = {
    "fine": (FINE, 0.0),
    "fine'": (FINE, FINE / 2),
    "wide": (WIDE, 0.0),
    "wide'": (WIDE, WIDE / 2),
}
"""Width of the steps, and by how much they are shifted."""

_BOTH_FINE, _BOTH_WIDE = ("fine", "fine'"), ("wide", "wide'")

CROSSES: Mapping[str, Sequence[tuple[str, ...]]] = {
    "hs2": [("hs2",)],
    "hs4": [("hs4",)],
    "hs6": [("hs6",)],
    "hs10": [("hs10",)],
    "transit": [("transit",)],
    "rest": [("rest",)],
    "rest+hs2": [("rest", "hs2")],
    "origin+departure": [("origin", "departure")],
    "origin+rate": [("origin", "rate_step")],
    "rate+regime": [("rate_step", "regime")],
    "hs4+origin": [("hs4", "origin")],
    "hs4+rate": [("hs4", "rate_step")],
    "hs4+regime": [("hs4", "regime")],
    "hs10+rate": [("hs10", "rate_step")],
    "hs10+departure": [("hs10", "departure")],
    "hs4+origin+departure+regime": [("hs4", "origin", "departure", "regime")],
    "hs10+origin+departure+duty": [("hs10", "origin", "departure", "regime", "rate_step")],
    "amount": [(own,) for own in _BOTH_WIDE],
    "hs2+amount": [("hs2", own) for own in _BOTH_WIDE],
    "origin+amount": [("origin", own) for own in _BOTH_WIDE],
    "rate+regime+amount": [("rate_step", "regime", own) for own in _BOTH_WIDE],
    "hs4+amount": [("hs4", "mass")],
    "hs10+amount": [("hs10", own) for own in _BOTH_FINE],
    "hs10+origin+amount": [("hs10", "origin", own) for own in _BOTH_FINE],
}
"""What goods and their way are told by, as topics, with the fields of each: of amounts, both
steps."""

PARTIES = frozenset(
    ("importer", "exporter", "agent", "carrier", "importer+hs2", "importer+origin",
     "importer+exporter", "agent+hs4", "office", "procedure", "kind", "use", "payment", "mode",
     "proof")
)  # fmt: skip
"""Keys of who brings them and how, which are told by effects where they tell findings apart."""

PENALTIES = (15.0, 50.0, 150.0)
"""What the penalty is chosen from; an effect is drawn to none as by four times so many consignments
of which half were found."""

LEAST = 3
"""A value counts from so many different consignments on."""

_ROUNDS, _CLOSE = 8, 1e-3
_OVER_ZERO = 1000.0
_NUMBERS = ("usual", "values", "known", "found")


@dataclass(frozen=True, kw_only=True)
class Effects:
    """What values add to the log odds.

    Attributes:
        topics: columns of `added`, in order.
        start: log odds before any value is known.
        usual: mean of what each topic added in training.
        tokens: what stands for the values, rising, each with what it adds in `values`, and of how
            many consignments learnt from it was known what became of them, and found.
    """

    topics: tuple[str, ...]
    start: float
    usual: Numbers
    tokens: Tokens
    values: Numbers
    known: Numbers
    found: Numbers

    def added(self, lines: Lines) -> Matrix:
        """What each topic (column) adds of each line (row); 0 for values that are new."""
        told = np.zeros((len(lines), len(self.topics)))
        values = np.append(self.values, 0.0)
        for place, (_, tokens) in enumerate(_told(lines, self.topics)):
            for own in tokens:
                told[:, place] += values[self._places(own)]
        return told

    def counts(self, lines: Lines) -> dict[str, Counts]:
        """By topic, how often the values of each line were known in training, and found; of amounts
        by the first of both steps."""
        known, found = np.append(self.known, 0.0), np.append(self.found, 0.0)
        told = {}
        for topic, (tokens, *_) in _told(lines, self.topics):
            places = self._places(tokens)
            told[topic] = Counts(seen=known[places], known=known[places], found=found[places])
        return told

    def _places(self, tokens: Tokens) -> Places:
        """Where tokens stand; behind the last where they are new."""
        places = np.searchsorted(self.tokens, tokens)
        inside = np.minimum(places, max(0, len(self.tokens) - 1))
        known = self.tokens[inside] == tokens if len(self.tokens) else False
        return np.where(known, places, len(self.tokens))

    def content(self) -> dict[str, Any]:
        """As values of JSON."""
        return {
            "topics": self.topics,
            "start": self.start,
            "tokens": self.tokens.tolist(),
            **{name: getattr(self, name).tolist() for name in _NUMBERS},
        }

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """From values of JSON; raises KeyError, TypeError or ValueError for others."""
        if not set(content["topics"]) <= {*CROSSES, *PARTIES}:
            raise ValueError("topics of another version")
        usual, values, known, found = (np.asarray(content[own], np.float64) for own in _NUMBERS)
        return cls(
            topics=tuple(content["topics"]),
            start=float(content["start"]),
            usual=usual,
            tokens=np.asarray(content["tokens"], np.uint64),
            values=values,
            known=known,
            found=found,
        )


def learn_effects(past: Past, fit: Flags, keys: Sequence[str], weights: Numbers) -> Effects:
    """Learns of the consignments marked as `fit` of which it is known what became.

    `keys` are those of `KEYS` that tell findings apart; `weights`, of each line, sum up to one over
    a consignment and its repeats. The penalty is the one of `PENALTIES` under which some of them
    are told best by the others.
    """
    rows = (fit & past.looked_at)[past.lines.owner]
    topics = (*CROSSES, *(own for own in keys if own in PARTIES))
    told = [own[rows] for _, tokens in _told(past.lines, topics) for own in tokens]
    learnt = _Learnt.of(told, past.found[past.lines.owner][rows], weights[rows])
    kept = folds(past, seed=0)[past.lines.owner][rows] > 0
    start, values = learnt.solved(min(PENALTIES, key=lambda own: learnt.loss(own, kept)))
    effects = Effects(
        topics=topics,
        start=start,
        usual=np.zeros(len(topics)),
        tokens=learnt.tokens,
        values=values,
        known=learnt.columns.T @ np.ones(len(learnt.found)),
        found=learnt.columns.T @ learnt.found,
    )
    usual = np.average(effects.added(past.lines)[rows], axis=0, weights=learnt.weights)
    return replace(effects, usual=usual)


@dataclass(frozen=True, kw_only=True)
class _Learnt:
    """Lines with what became of them.

    Attributes:
        columns: 1 where a line (row) has a value (column).
        tokens: of the columns, rising.
    """

    columns: sp.csr_array
    tokens: Tokens
    found: Numbers
    weights: Numbers

    @classmethod
    def of(cls, told: Sequence[Tokens], found: Numbers, weights: Numbers) -> Self:
        """Of tokens by crossing; those of fewer than `LEAST` consignments are left out."""
        lines = np.tile(np.arange(len(found)), len(told))
        tokens, place = np.unique(np.concatenate(told), return_inverse=True)
        enough = np.bincount(place, np.tile(weights, len(told))) > LEAST - _CLOSE
        kept, column = enough[place], np.cumsum(enough) - 1
        where = (lines[kept], column[place[kept]])
        shape = (len(found), int(enough.sum()))
        columns = sp.coo_array((np.ones(int(kept.sum())), where), shape=shape).tocsr()
        return cls(columns=columns, tokens=tokens[enough], found=found, weights=weights)

    def take(self, rows: Flags) -> "_Learnt":
        """Some of the lines."""
        return replace(
            self, columns=self.columns[rows], found=self.found[rows], weights=self.weights[rows]
        )

    def loss(self, penalty: float, kept: Flags) -> float:
        """How ill lines are told by those marked as `kept`: mean logarithmic loss."""
        start, values = self.take(kept).solved(penalty)
        left = self.take(~kept)
        odds = start + left.columns @ values
        return float(left.weights @ np.logaddexp(0, np.where(left.found > 0, -odds, odds)))

    def solved(self, penalty: float) -> tuple[float, Numbers]:
        """Log odds before any value is known, and what each adds: Newton's method, each step by
        conjugate gradients, for there are some ten thousand values."""
        size = self.columns.shape[1]
        hits = np.clip(self.weights @ self.found, 0.5, None)
        start = float(np.log(hits / np.clip(self.weights.sum() - hits, 0.5, None)))
        values = np.zeros(size)
        for _ in range(_ROUNDS):
            share = expit(start + self.columns @ values)
            slope = self.columns.T @ (self.weights * (self.found - share)) - penalty * values
            bend = self.weights * share * (1 - share)

            def product(step: Numbers, bend: Numbers = bend) -> Numbers:
                told: Numbers = self.columns.T @ (bend * (self.columns @ step)) + penalty * step
                return told

            operator = LinearOperator((size, size), matvec=product, dtype=np.float64)
            step, _ = cg(operator, slope, rtol=_CLOSE, maxiter=200)
            values += step
            share = expit(start + self.columns @ values)
            start += float(
                self.weights @ (self.found - share) / (self.weights @ (share * (1 - share)))
            )
            if not len(step) or np.abs(step).max() < _CLOSE:
                break
        return start, values


# --- values ------------------------------------------------------------------------------------


def _told(lines: Lines, topics: Sequence[str]) -> Iterator[tuple[str, list[Tokens]]]:
    """By topic, what stands for the values of each line."""
    fields = {**lines.tokens, **stepped(lines)}
    for topic in topics:
        crossings = CROSSES.get(topic) or [KEYS[topic]]
        yield (
            topic,
            [
                distinct(*(fields[own] for own in crossing), salt=_salt(crossing))
                for crossing in crossings
            ],
        )


def stepped(lines: Lines) -> dict[str, Tokens]:
    """Numbers as tokens: in which step they lie, 0 where they are untold."""
    mass = measures(lines)["mass"]
    told = {name: np.floor((mass + by) / width) for name, (width, by) in AMOUNTS.items()}
    told |= {name: lines.numbers[name] for name in ("transit", "rest")}
    return {
        name: np.where(np.isnan(own), 0, np.nan_to_num(own) + _OVER_ZERO).astype(np.uint64)
        for name, own in told.items()
    }


def _salt(crossing: tuple[str, ...]) -> int:
    return zlib.crc32("+".join(crossing).encode()) << 20 | len(crossing)
