"""A model with its figures, as held-out consignments bear them out, and how its inputs lay then.

What is held out is the last part in time: a model is asked about the future, so that figures on
rows drawn at random would be too good (Tashman 2000).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from parakh.learn.cargo import CargoModel, knots_of, known_of, learn, settle
from parakh.learn.cargo_counting import Flags, Past
from parakh.learn.cargo_drift import Bins, bins_of
from parakh.learn.cargo_evaluation import figures
from parakh.screen.cargo_features import REPEAT, Known
from parakh.screen.cargo_lines import Numbers

HELD_OUT = 0.2
"""Share of consignments, the last ones, by which a model is judged and calibrated."""

LOOKED_AT = 0.05
"""A hit is raised from the score on that so many of the held-out consignments reach."""

RELIABILITY = 10
"""So many parts, of equal numbers, in which scores are held against what was found."""

_FEWEST = 20
"""Consignments below which a track has no figures."""


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A model that learnt of everything, with what held-out consignments said of it.

    Attributes:
        figures: by track (`all`, `seen` before, `new_importer`, `new_code`): rows, found, and
            precision and recall as in `parakh.learn.cargo_evaluation`.
        reliability: mean score, share found and number, of consignments in order of score.
        threshold: score from which a hit is raised.
        bins: how inputs and scores lay.
    """

    model: CargoModel
    figures: Mapping[str, Mapping[str, float]]
    reliability: tuple[tuple[float, float, int], ...]
    threshold: float
    bins: Mapping[str, Bins]


def train(past: Past, threads: int) -> Trained:
    """Learns of the earlier part, is judged by the later one, and learns of all at last."""
    later = held_out(past)
    judged = settle(learn(past, ~later, threads), past, ~later, later)
    known, inputs = known_of(judged, past, ~later)
    raw = past.lines.by_consignment(judged.raw(inputs, known))
    looked_at = later & past.looked_at
    scores = judged.calibrated(raw)
    whole = learn(past, np.ones(len(past), dtype=np.bool_), threads)
    lines = later[past.lines.owner]
    bins = {name: bins_of(inputs[lines, own]) for own, name in enumerate(judged.features)}
    return Trained(
        model=replace(whole, repeat=judged.repeat, knots=judged.knots),
        figures=_tracks(past, known, scores, looked_at),
        reliability=reliability(raw[looked_at], past.found[looked_at]),
        threshold=float(np.quantile(scores[later], 1 - LOOKED_AT)),
        bins={**bins, "score": bins_of(scores[later])},
    )


def held_out(past: Past) -> Flags:
    """The last consignments, by the day: those of one day stand on one side."""
    days = past.days
    first = np.quantile(days[past.looked_at], 1 - HELD_OUT)
    later: Flags = days >= max(float(first), float(days.min()) + 1)
    return later


def reliability(raw: Numbers, found: Numbers) -> tuple[tuple[float, float, int], ...]:
    """What calibrated scores say against what was found: each half by the knots of the other, for
    knots would bear themselves out."""
    half = np.arange(len(raw)) % 2 == 0
    scores = np.zeros(len(raw))
    for mine in (half, ~half):
        at, shares = np.asarray(knots_of(raw[~mine], found[~mine])).T
        scores[mine] = np.interp(raw[mine], at, shares)
    order = np.argsort(scores, kind="stable")
    return tuple(
        (float(scores[part].mean()), float(found[part].mean()), len(part))
        for part in np.array_split(order, min(RELIABILITY, len(order)))
    )


def _tracks(
    past: Past, known: Known, scores: Numbers, looked_at: Flags
) -> dict[str, dict[str, float]]:
    starts = np.flatnonzero(np.diff(past.lines.owner, prepend=-1))

    def unseen(key: str) -> Flags:
        new: Flags = known.counts[key].seen[starts] == 0
        return new

    tracks = {
        "all": looked_at,
        "seen": looked_at & ~unseen(REPEAT),
        "new_importer": looked_at & unseen("importer"),
        "new_code": looked_at & unseen("hs10"),
    }
    duty = np.bincount(
        past.lines.owner, weights=np.nan_to_num(past.lines.numbers["duty"]), minlength=len(past)
    )
    told = {}
    for name, rows in tracks.items():
        if rows.sum() >= _FEWEST:
            found = past.found[rows]
            told[name] = {
                "rows": float(len(found)),
                "found": float(found.sum()),
                **figures(found, scores[rows], duty[rows], np.ones(len(found))),
            }
    return told
