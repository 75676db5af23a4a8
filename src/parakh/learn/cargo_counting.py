"""Counts of past consignments, for training: what each line would have known without its repeats.

A line that is learnt from must not see what became of itself, nor of the same consignment repeated:
a model that sees it learns to trust counts which it will not have for anything new. So counts leave
out the whole fold of a line, and repeats stand in one fold (GroupKFold by signature).
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from parakh.screen.cargo_features import (
    GROUPS,
    LEAST,
    REPEAT,
    STEP,
    Counts,
    Known,
    Spread,
    all_token,
    group_tokens,
    key_tokens,
    measures,
    steps,
    word_tokens,
)
from parakh.screen.cargo_lines import Lines, Numbers, Places, Tokens

FOLDS = 5

Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """Consignments with what became of them.

    Attributes:
        lines: in order of consignments.
        found: of each consignment 1, 0, or NaN where nobody looked.
    """

    lines: Lines
    found: Numbers

    def __len__(self) -> int:
        return len(self.found)

    @property
    def days(self) -> Numbers:
        """Of each consignment, days since 1970."""
        return self.lines.by_consignment(self.lines.numbers["day"])

    @property
    def looked_at(self) -> Flags:
        """Consignments of which it is known what became of them."""
        return ~np.isnan(self.found)

    @property
    def repeats(self) -> Tokens:
        """Of each consignment the signature of its first line: equal for the same one repeated."""
        starts = np.flatnonzero(np.diff(self.lines.owner, prepend=-1))
        return key_tokens(self.lines)[REPEAT][starts]

    def take(self, consignments: Flags) -> "Past":
        """Some of the consignments."""
        return Past(lines=self.lines.take(consignments), found=self.found[consignments])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rows:
    """What counting goes by, of each line (or of each word).

    Attributes:
        owner: its consignment.
        fit: whether it is counted.
        fold: which of the counted ones it must not see.
        found: as of its consignment.
    """

    owner: Places
    fit: Flags
    fold: Places
    found: Numbers

    def at(self, places: Places) -> "_Rows":
        return _Rows(
            owner=self.owner[places],
            fit=self.fit[places],
            fold=self.fold[places],
            found=self.found[places],
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Tallies:
    """What consignments add to the counts: by token, each once, in order of tokens."""

    tokens: Tokens
    seen: Numbers
    known: Numbers
    found: Numbers


def tallied(past: Past) -> Tallies:
    """What consignments add, values that stand in several lines of one counted once."""
    lines = past.lines
    told = [(own, lines.owner) for own in key_tokens(lines).values()]
    told += [(own, lines.owner[lines.word_line]) for own in word_tokens(lines)]
    told.append((np.full(len(past), all_token()), np.arange(len(past))))
    tokens = np.concatenate([own for own, _ in told])
    owners = np.concatenate([own for _, own in told])
    values, code = np.unique(tokens, return_inverse=True)
    first = _first(code, owners)
    code, found = code[first], past.found[owners[first]]

    def sums(weight: Numbers) -> Numbers:
        return np.bincount(code, weights=weight, minlength=len(values)).astype(np.float64)

    return Tallies(
        tokens=values,
        seen=sums(np.ones(len(code))),
        known=sums((~np.isnan(found)).astype(np.float64)),
        found=sums(np.nan_to_num(found)),
    )


def stepped(past: Past) -> dict[tuple[int, int], int]:
    """How many lines lie in each step of each group: by token (signed, as tables hold it) and
    step."""
    told, counts = measures(past.lines), Counter[tuple[int, int]]()
    for (measure, _), tokens in group_tokens(past.lines).items():
        known = ~np.isnan(told[measure])
        pairs = zip(
            tokens[known].view(np.int64).tolist(), steps(told[measure][known]).tolist(), strict=True
        )
        counts.update(pairs)
    return counts


def folds(past: Past, seed: int) -> Places:
    """A fold for each consignment, the same one for repeats."""
    _, place = np.unique(past.repeats, return_inverse=True)
    drawn = np.random.default_rng(seed).integers(0, FOLDS, len(past))
    return drawn[place]


def counted(past: Past, fit: Flags, seed: int) -> Known:
    """What each line knows of the consignments marked as `fit`: those of other folds if it is one
    of them itself, else all."""
    lines, owner = past.lines, past.lines.owner
    rows = _Rows(
        owner=owner, fit=fit[owner], fold=folds(past, seed)[owner], found=past.found[owner]
    )
    known = fit & past.looked_at
    return Known(
        counts={name: _counts(own, rows) for name, own in key_tokens(lines).items()},
        spreads=_spreads(lines, rows),
        words=_words(lines, rows),
        share=float(past.found[known].mean()) if known.any() else 0.0,
        total=float(fit.sum()),
    )


def _counts(tokens: Tokens, rows: _Rows) -> Counts:
    """Consignments, not lines: a value that stands in several lines of one counts once."""
    _, code = np.unique(tokens, return_inverse=True)
    counted = rows.fit & _first(code, rows.owner)
    looked_at = counted & ~np.isnan(rows.found)
    return Counts(
        seen=_sums(code, rows, counted.astype(np.float64)),
        known=_sums(code, rows, looked_at.astype(np.float64)),
        found=_sums(code, rows, np.where(looked_at, np.nan_to_num(rows.found), 0.0)),
    )


def _first(code: Places, owner: Places) -> Flags:
    """Whether it is the first line of its consignment with its value."""
    first = np.zeros(len(code), dtype=np.bool_)
    pairs = code * (int(owner[-1]) + 1 if len(owner) else 1) + owner
    first[np.unique(pairs, return_index=True)[1]] = True
    return first


def _sums(code: Places, rows: _Rows, weight: Numbers) -> Numbers:
    """Of each row, the sum of weights over rows with its value; for counted rows without those of
    its own fold."""
    size = int(code.max()) + 1 if len(code) else 0
    whole = np.bincount(code, weights=weight, minlength=size)[code]
    both = code * FOLDS + rows.fold
    own = np.bincount(both, weights=weight, minlength=size * FOLDS)[both]
    return np.where(rows.fit, whole - own, whole)


def _words(lines: Lines, rows: _Rows) -> tuple[Numbers, Numbers]:
    of_words = rows.at(lines.word_line)
    everywhere, here = (_counts(own, of_words).seen for own in word_tokens(lines))
    return everywhere, here


def _spreads(lines: Lines, rows: _Rows) -> dict[tuple[str, str], Spread]:
    told, found = measures(lines), {}
    for (measure, group), tokens in group_tokens(lines).items():
        if group in GROUPS:
            found[measure, group] = _spread(tokens, told[measure], rows.fit)
    return found


def _spread(tokens: Tokens, values: Numbers, fit: Flags) -> Spread:
    """Medians of the counted lines, in steps as the tables keep them."""
    known = fit & ~np.isnan(values)
    table = pl.DataFrame({"token": tokens[known], "step": steps(values[known])})
    medians = table.group_by("token").agg(
        pl.col("step").median().alias("median"), pl.len().cast(pl.Float64).alias("count")
    )
    asked = pl.DataFrame({"token": tokens}).join(
        medians, on="token", how="left", maintain_order="left"
    )
    count = asked["count"].fill_null(0.0).to_numpy()
    median = asked["median"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return Spread(
        median=np.where(count >= LEAST, (median + 0.5) * STEP, np.nan),
        below=np.full(len(values), np.nan),
        count=count,
    )
