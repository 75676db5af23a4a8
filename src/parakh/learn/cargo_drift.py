"""Whether what a model looks at, and what it says, still lies as when it was trained.

Told by the population stability index (Siddiqi, Credit Risk Scorecards, 2006): the sum over bins of
(now - then) ln(now / then). Under 0.1 little moved, from 0.25 on so much that the model should be
looked at.
"""

from dataclasses import dataclass

import numpy as np

from parakh.screen.cargo_lines import Numbers

MOVED, FAR = 0.1, 0.25
"""Indexes from which something moved, and moved far."""

_BINS = 10
_LEAST = 1e-3
"""A share stands for at least so much, so that an empty bin does not decide alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bins:
    """How values lay: edges between bins, and the share in each; the last one is of values that
    are not known."""

    edges: tuple[float, ...]
    shares: tuple[float, ...]


def bins_of(values: Numbers) -> Bins:
    """Ten bins of equal numbers, fewer where values repeat."""
    known = values[~np.isnan(values)]
    parts = np.linspace(0, 1, _BINS + 1)[1:-1]
    edges: Numbers = np.unique(np.quantile(known, parts)) if len(known) else known
    return Bins(edges=tuple(edges.tolist()), shares=tuple(_shares(values, edges).tolist()))


def index(then: Bins, values: Numbers) -> float:
    """How far values moved from where they lay; 0 for the same."""
    if not len(values):
        return 0.0
    before = np.maximum(np.asarray(then.shares), _LEAST)
    now = np.maximum(_shares(values, np.asarray(then.edges)), _LEAST)
    return float(np.sum((now - before) * np.log(now / before)))


def _shares(values: Numbers, edges: Numbers) -> Numbers:
    known = ~np.isnan(values)
    place = np.where(known, np.searchsorted(edges, values, side="right"), len(edges) + 1)
    shares: Numbers = np.bincount(place, minlength=len(edges) + 2) / max(1, len(values))
    return shares
