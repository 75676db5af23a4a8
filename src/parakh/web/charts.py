"""Places in drawings that pages make as SVG, because a policy forbids styles inside a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from parakh.domain.delivery import Delivery
from parakh.services.carriers import ToldVoyage
from parakh.store.carriers import Span

WIDTH, HEIGHT = 720, 220
_TOP, _ZERO, _NEVER = 12, 182, 208
"""From the top: the most shown, the departure, and voyages whose list never came."""

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
