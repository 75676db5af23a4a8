from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parakh.domain.delivery import Delivery
from parakh.domain.voyage import Direction, Mode, Voyage
from parakh.learn.calibration import Sample, curves
from parakh.screen.calibration import Band, lowest
from parakh.services.carriers import ToldVoyage
from parakh.store.carriers import Span
from parakh.web.charts import HEIGHT, WIDTH, CurveChart, curve_chart, lead_chart

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPAN = Span(since=NOON - 24 * HOUR, until=NOON, due=HOUR)


def told(
    lead: float | None, *, ago: float = 12.0, state: Delivery = Delivery.ON_TIME
) -> ToldVoyage:
    leaves_at = NOON - ago * HOUR
    voyage = Voyage(
        id="v", mode=Mode.AIR, carrier="PK", number="1", origin="DXB", destination="KHI",
        departure=None, arrival=None, due_at=None, direction=Direction.ENTRY, leaves_at=leaves_at,
    )  # fmt: skip
    received_at = None if lead is None else leaves_at - lead * HOUR
    return ToldVoyage(voyage=voyage, received_at=received_at, state=state)


def test_without_voyages_there_is_the_line_only() -> None:
    chart = lead_chart([], SPAN)
    assert chart.dots == ()
    assert chart.due_y < chart.zero_y
    assert [hours for hours, _ in chart.ticks] == [1, 2]


def test_time_goes_right_and_earlier_lists_stand_higher() -> None:
    early, late = lead_chart([told(1.5, ago=20), told(0.5, ago=4)], SPAN).dots
    assert early.x < late.x
    assert early.y < late.y
    assert (early.over, late.over) == (False, False)


@pytest.mark.parametrize("lead", [None, -100.0, -1.0, 0.0, 1.0, 100.0])
@pytest.mark.parametrize("ago", [0.0, 24.0])
def test_every_voyage_is_within_the_drawing(lead: float | None, ago: float) -> None:
    (dot,) = lead_chart([told(lead, ago=ago)], SPAN).dots
    assert 0 < dot.x < WIDTH
    assert 0 < dot.y < HEIGHT


def test_one_very_early_list_does_not_flatten_the_others() -> None:
    *usual, far = lead_chart([*(told(2) for _ in range(19)), told(200)], SPAN).dots
    assert far.over
    assert far.y == usual[0].y
    assert not usual[0].over


def test_a_voyage_without_a_list_stands_below_departure() -> None:
    chart = lead_chart([told(None, state=Delivery.MISSING)], SPAN)
    assert chart.dots[0].y == chart.never_y > chart.zero_y


def test_cancelled_voyages_are_left_out() -> None:
    assert lead_chart([replace(told(None), state=Delivery.CANCELLED)], SPAN).dots == ()


@pytest.mark.parametrize("lead", [1, 5, 11, 30, 100, 400])
def test_there_are_few_ticks(lead: int) -> None:
    assert 1 <= len(lead_chart([told(lead)], SPAN).ticks) <= 5


def drawn(
    *scores: float, silent: int = 0, threshold: float = 0.9, rate: float | None = None
) -> CurveChart:
    samples = [Sample(band=Band.RARE, best={"L": score}) for score in scores]
    samples += [Sample(band=Band.RARE, best={})] * silent
    return curve_chart(curves(samples, ["L"])["L"], dict.fromkeys(Band, threshold), rate)


def test_a_curve_falls_to_the_right_and_ends_where_nobody_is_raised() -> None:
    chart = drawn(0.75, 0.85, 0.95, silent=997, threshold=0.80, rate=0.01)
    (line,) = chart.lines
    heights = [float(own.partition("H")[0]) for own in line.path.split("V")[1:]]
    assert heights == sorted(heights)
    assert heights[-1] == chart.none_y
    assert line.path.endswith(f"H{WIDTH}")
    assert 0 < line.x < WIDTH
    assert chart.rate_y is not None
    assert chart.rate_y < line.y < chart.none_y, "two in a thousand are fewer than one in a hundred"


@pytest.mark.parametrize(("people", "decades"), [(10, 1), (11, 2), (1000, 3), (20_000, 5)])
def test_powers_of_ten_reach_down_to_one_traveller(people: int, decades: int) -> None:
    chart = drawn(0.95, silent=people - 1)
    assert [share for share, _ in chart.decades] == [10.0**-n for n in range(decades + 1)]
    heights = [y for _, y in chart.decades]
    assert heights == sorted(heights)
    assert 0 < heights[0] < heights[-1] < chart.none_y < chart.height


def test_a_stricter_rate_than_can_be_measured_is_still_within_the_drawing() -> None:
    chart = drawn(0.8, silent=9, rate=1e-6)
    assert chart.rate_y is not None
    assert 0 < chart.rate_y < chart.none_y


def test_those_taken_for_listed_are_not_drawn_for_no_rate_counts_them() -> None:
    chart = drawn(*[1.0] * 500, 0.8, silent=499, threshold=0.75, rate=0.01)
    (line,) = chart.lines
    assert chart.rate_y is not None
    assert chart.rate_y < line.y, "one in a thousand lies below one in a hundred"


def test_bands_of_nobody_have_no_line() -> None:
    assert [line.band for line in drawn(0.8).lines] == [Band.RARE]
    assert [own for own, _ in drawn(0.8).ticks][-1] == 1.0
    assert drawn(0.8).ticks[0][0] >= lowest()
