"""Places in drawings that pages make as SVG, because a policy forbids styles inside a page."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from parakh.act.profiles import Point
from parakh.domain.delivery import Delivery
from parakh.learn.calibration import Curve
from parakh.screen.calibration import Band, highest
from parakh.services.carriers import ToldVoyage
from parakh.store.carriers import Span

WIDTH, HEIGHT = 720, 220
_CURVE_HEIGHT, _DECADE, _NONE = 300, 262, 288
"""Of curves: the whole, the lowest decade shown, and thresholds that raise nobody at all."""
_TOP, _ZERO, _NEVER = 12, 182, 208
"""From the top: the most shown, the departure, and voyages whose list never came."""

_RISK_ZERO, _LEAST_RISK = 152, 4.0
"""From the top: no risk. The least that the scale shows, so that a small risk looks small."""

_RISK_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_HOUR = timedelta(hours=1)
_STEPS = (1, 2, 3, 6, 12, 24, 48)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """One voyage: how long before its departure the list came; `over` is more than is shown."""

    x: float
    y: float
    over: bool
    told: ToldVoyage


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadChart:
    """When lists came, voyage by voyage: time of departure to the right, lead upwards.

    `due_y` is the line below which a list is late, `ticks` are hours before departure.
    """

    dots: tuple[Dot, ...]
    due_y: float
    ticks: tuple[tuple[int, float], ...]
    width: int = WIDTH
    height: int = HEIGHT
    zero_y: float = _ZERO
    never_y: float = _NEVER


def lead_chart(points: Sequence[ToldVoyage], span: Span) -> LeadChart:
    """The chart of some voyages that left in a span; cancelled ones are left out."""
    shown = [own for own in points if own.state is not Delivery.CANCELLED]
    leads = sorted(own.lead for own in shown if own.lead is not None)
    usual = leads[len(leads) * 9 // 10] if leads else span.due
    most = max(usual, 2 * span.due, _HOUR)

    def height(lead: timedelta) -> float:
        return round(_ZERO - (_ZERO - _TOP) * min(1.0, lead / most), 1)

    step = next((step for step in _STEPS if most / _HOUR / step <= 4), 2 * _STEPS[-1])
    return LeadChart(
        dots=tuple(_dot(own, span, height(own.lead or timedelta()), most) for own in shown),
        due_y=height(span.due),
        ticks=tuple((n, height(n * _HOUR)) for n in range(step, int(most / _HOUR) + 1, step)),
    )


def _dot(own: ToldVoyage, span: Span, y: float, most: timedelta) -> Dot:
    assert own.voyage.leaves_at is not None  # noqa: S101  (it was found by it)
    along = (own.voyage.leaves_at - span.since) / (span.until - span.since)
    lead = own.lead
    return Dot(
        x=round(8 + (WIDTH - 16) * along, 1),
        y=_NEVER if lead is None else min(y, _NEVER - 8),
        over=lead is not None and lead > most,
        told=own,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class CurveLine:
    """One band: its steps as the data of an SVG path, and where its threshold lies on them."""

    band: Band
    path: str
    x: float
    y: float
    threshold: float


@dataclass(frozen=True, kw_only=True, slots=True)
class CurveChart:
    """Share of travellers raised, of those who are not taken for listed (upwards, by powers of
    ten), against threshold (to the right).

    `decades` are shares with their heights, `ticks` thresholds with their places; `rate_y` is the
    share that is allowed, None where nothing is set. What raises nobody stands at `none_y`.
    """

    lines: tuple[CurveLine, ...]
    decades: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[float, float], ...]
    rate_y: float | None
    width: int = WIDTH
    height: int = _CURVE_HEIGHT
    none_y: float = _NONE


def curve_chart(
    curves: Mapping[Band, Curve], thresholds: Mapping[Band, float], rate: float | None
) -> CurveChart:
    """The chart of a list's curves (at least one), with the thresholds that a rate gives.

    Bands in which nobody was measured are left out; so are those whom any threshold raises, for
    the rate does not count them.
    """
    shown = {band: own.below(highest(band)) for band, own in curves.items() if own.travellers}
    shares = [own.raised_at(1.0) or 1 for own in shown.values()]
    least = min(
        [part / own.travellers for part, own in zip(shares, shown.values(), strict=True)]
        + [rate or 1.0, 0.1]
    )
    decades = math.ceil(-math.log10(least) - 1e-9)
    start = next(iter(curves.values())).start

    def across(threshold: float) -> float:
        return round(WIDTH * (threshold - start) / (1 - start), 1)

    def height(share: float) -> float:
        if share <= 0:
            return _NONE
        return round(_TOP - (_DECADE - _TOP) * math.log10(share) / decades, 1)

    lines = []
    for band, own in shown.items():
        heights = [height(raised / own.travellers) for raised in own.raised]
        ends = [across(threshold) for threshold in (*own.thresholds[1:], 1.0)]
        steps = "".join(f"V{y:g}H{x:g}" for y, x in zip(heights, ends, strict=True))
        at = thresholds[band]
        lines.append(
            CurveLine(
                band=band,
                path=f"M0 {heights[0]:g}{steps}",
                x=across(at),
                y=height(own.raised_at(at) / own.travellers),
                threshold=at,
            )
        )
    first = math.ceil(start * 20 - 1e-9)
    return CurveChart(
        lines=tuple(lines),
        decades=tuple((10.0**-n, height(10.0**-n)) for n in range(decades + 1)),
        ticks=tuple((n / 20, across(n / 20)) for n in range(first, 21)),
        rate_y=None if rate is None else height(rate),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskDot:
    """The risk at the end of one month; `key` (`2026-03`) names the list of what made it."""

    x: float
    y: float
    key: str
    point: Point


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskChart:
    """Risk of a profile (upwards) by month (to the right); `ticks` are points with heights.

    `path` is the line, `area` what is under it; a single month has no line.
    """

    dots: tuple[RiskDot, ...]
    path: str
    area: str
    ticks: tuple[tuple[int, float], ...]
    width: int = WIDTH
    height: int = 180
    zero_y: float = _RISK_ZERO


def risk_chart(points: Sequence[Point]) -> RiskChart:
    """The chart of a profile's risk (see `parakh.act.profiles.trend`)."""
    most = max([own.score for own in points] + [_LEAST_RISK])
    step = next((own for own in _RISK_STEPS if most / own <= 4), _RISK_STEPS[-1])

    def height(score: float) -> float:
        return round(_RISK_ZERO - (_RISK_ZERO - _TOP) * score / most, 1)

    across = (WIDTH - 16) / max(1, len(points) - 1)
    dots = tuple(
        RiskDot(
            x=round(8 + place * across, 1),
            y=height(own.score),
            key=f"{own.month:%Y-%m}",
            point=own,
        )
        for place, own in enumerate(points)
    )
    line = " L".join(f"{own.x:g} {own.y:g}" for own in dots)
    ends = f"L{dots[-1].x:g} {_RISK_ZERO:g} L{dots[0].x:g} {_RISK_ZERO:g} Z" if dots else ""
    return RiskChart(
        dots=dots,
        path=f"M{line}" if len(dots) > 1 else "",
        area=f"M{line} {ends}" if len(dots) > 1 else "",
        ticks=tuple((n, height(n)) for n in range(step, int(most) + 1, step)),
    )
