"""Whether the model's inputs and scores moved, and whether reports still bear it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from parakh.access import Actor, Permission
from parakh.domain.cargo import ModelCard
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.learn.cargo_drift import FAR, Bins, index
from parakh.learn.faces import Rate, wilson
from parakh.screen.cargo_lines import Numbers
from parakh.services.centre import Centre
from parakh.store import cargo as store
from parakh.store import examinations
from parakh.store.cargo import Scored

RECENT = timedelta(days=30)
WEEKS = 12
MOST = 50_000
"""Scores that are looked at, the newest."""

ENOUGH, ENOUGH_REPORTS = 100, 30
"""Scores, and reports, from which something is told."""

_WEEK = timedelta(days=7)
_SCORE = "score"
_MOVED = N_("Scores lie otherwise than when it was trained (index {index}, bound {bound}).")
_INPUTS = N_("What it looks at moved far: {count} inputs, the farthest by {index} (index).")
_POOR = N_(
    "Of {reported} consignments over its threshold that were examined, {found} had a finding:"
    " surely fewer than the {expected}% that held-out ones promised."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """Scores of the week that begins on a day: how many, and how far they moved (None for too
    few)."""

    start: date
    scores: int
    moved: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """How a model fares since it is in force.

    Attributes:
        scores: how many there are of the last 30 days.
        moved: index of the scores; None for too few.
        inputs: by name, those that moved, the farthest first.
        precision: share found among examined consignments over the threshold; None for too few.
        weeks: oldest first.
        notices: what somebody should see to.
    """

    scores: int
    moved: float | None
    inputs: Mapping[str, float]
    precision: Rate | None
    reported: int
    weeks: tuple[Week, ...]
    notices: tuple[Phrase, ...]


def drift(centre: Centre, actor: Actor, card: ModelCard) -> Drift:
    """How a model's inputs, scores and precision moved; figures only, of nobody."""
    actor.require(Permission.SEE_MODELS)
    now = centre.clock()
    with centre.db.read() as connection:
        told = store.scored(connection, card.id, now - WEEKS * _WEEK, now + _WEEK, MOST)
        then = _bins(store.reference(connection, card.id))
        over = [own.consignment_id for own in told if own.score >= card.threshold]
        found = examinations.found_of(connection, over)
    recent = [own for own in told if own.at >= now - RECENT]
    enough = len(recent) >= ENOUGH
    moved = index(then[_SCORE], _scores(recent)) if enough else None
    inputs = _inputs(card, then, recent) if enough else {}
    hits = sum(found.values())
    precision = wilson(hits, len(found)) if len(found) >= ENOUGH_REPORTS else None
    return Drift(
        scores=len(recent),
        moved=moved,
        inputs=inputs,
        precision=precision,
        reported=len(found),
        weeks=_weeks(then[_SCORE], told, now),
        notices=tuple(_notices(card, moved, inputs, precision, len(found), hits)),
    )


def _bins(reference: Mapping[str, Mapping[str, Sequence[float]]]) -> dict[str, Bins]:
    return {
        name: Bins(edges=tuple(own["edges"]), shares=tuple(own["shares"]))
        for name, own in reference.items()
    }


def _scores(told: Sequence[Scored]) -> Numbers:
    return np.asarray([own.score for own in told], dtype=np.float64)


def _inputs(card: ModelCard, then: Mapping[str, Bins], told: Sequence[Scored]) -> dict[str, float]:
    width = len(card.features)
    rows = [own.inputs for own in told if len(own.inputs) == width]
    table = np.asarray(rows, dtype=np.float64)
    if not len(table):
        return {}
    far = {
        # Scores keep 32 bits; a value on an edge must not fall under it by rounding.
        name: index(then[name], np.round(table[:, own], 6))
        for own, name in enumerate(card.features)
        if name in then
    }
    return dict(sorted(far.items(), key=lambda own: -own[1]))


def _weeks(then: Bins, told: Sequence[Scored], now: datetime) -> tuple[Week, ...]:
    monday = (now - timedelta(days=now.weekday())).date()
    starts = [monday - _WEEK * back for back in reversed(range(WEEKS))]
    weeks = []
    for start in starts:
        own = [one for one in told if start <= one.at.date() < start + _WEEK]
        moved = index(then, _scores(own)) if len(own) >= ENOUGH else None
        weeks.append(Week(start=start, scores=len(own), moved=moved))
    return tuple(weeks)


def _notices(
    card: ModelCard,
    moved: float | None,
    inputs: Mapping[str, float],
    precision: Rate | None,
    reported: int,
    found: int,
) -> list[Phrase]:
    told = []
    if moved is not None and moved >= FAR:
        told.append(phrase(_MOVED, index=f"{moved:.2f}", bound=f"{FAR:g}"))
    far = [own for own in inputs.values() if own >= FAR]
    if far:
        told.append(phrase(_INPUTS, count=len(far), index=f"{far[0]:.2f}"))
    promised = card.figures.get("all", {}).get("p@5")
    if precision is not None and promised is not None and precision.high < promised:
        expected = f"{100 * promised:.0f}"
        told.append(phrase(_POOR, reported=reported, found=found, expected=expected))
    return told
