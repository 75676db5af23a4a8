"""Drawings of the cargo model: scores against what was found, and how far scores moved."""

from collections.abc import Sequence
from dataclasses import dataclass

from parakh.learn.cargo_drift import FAR
from parakh.services.cargo_drift import Week

_SIDE, _TOP = 240, 8
_WIDTH, _HEIGHT = 720, 160


@dataclass(frozen=True, kw_only=True, slots=True)
class ReliabilityDot:
    """Some consignments with alike scores: `score` is their mean, `found` the share found."""

    x: float
    y: float
    score: float
    found: float
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReliabilityChart:
    """Share found (upwards) against score (to the right), both to the same scale; the diagonal is
    where a score means what it says."""

    dots: tuple[ReliabilityDot, ...]
    path: str
    ticks: tuple[tuple[float, float], ...]
    side: int = _SIDE


def reliability_chart(told: Sequence[tuple[float, float, int]]) -> ReliabilityChart:
    """The chart of a card's reliability."""
    most = max([0.1, *(own for score, found, _ in told for own in (score, found))])
    step = 0.1 if most > 0.25 else 0.05

    def along(share: float) -> float:
        return round(_SIDE * share / most, 1)

    dots = tuple(
        ReliabilityDot(
            x=along(score), y=round(_SIDE - along(found), 1), score=score, found=found, count=count
        )
        for score, found, count in told
    )
    return ReliabilityChart(
        dots=dots,
        path="M" + " L".join(f"{own.x:g} {own.y:g}" for own in dots) if dots else "",
        ticks=tuple((step * n, along(step * n)) for n in range(1, int(most / step + 1e-9) + 1)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftBar:
    """A week, and how far scores moved in it; `far` when past the bound."""

    x: float
    width: float
    y: float
    height: float
    far: bool
    week: Week


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftChart:
    """Index by week; `bound_y` is the height of the bound."""

    bars: tuple[DriftBar, ...]
    bound_y: float
    width: int = _WIDTH
    height: int = _HEIGHT


def drift_chart(weeks: Sequence[Week]) -> DriftChart:
    """The chart of a model's weeks; those with too few scores have no bar."""
    most = max([FAR * 1.6, *(own.moved for own in weeks if own.moved is not None)])
    across = _WIDTH / max(1, len(weeks))

    def tall(value: float) -> float:
        return round((_HEIGHT - _TOP) * value / most, 1)

    bars = [
        DriftBar(
            x=round(across * (place + 0.15), 1),
            width=round(across * 0.7, 1),
            y=round(_HEIGHT - max(1.0, tall(own.moved)), 1),
            height=max(1.0, tall(own.moved)),
            far=own.moved >= FAR,
            week=own,
        )
        for place, own in enumerate(weeks)
        if own.moved is not None
    ]
    return DriftChart(bars=tuple(bars), bound_y=round(_HEIGHT - tall(FAR), 1))
