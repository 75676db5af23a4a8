"""The charts of an evaluation."""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from parakh.faces.drawing import BLUE, INK, ORANGE, Axis, Chart, Drawing, Point
from parakh.faces.figures import Figures
from parakh.learn.faces import FAILED, error_versus_discard

_NORMAL = NormalDist()
_DEVIATES = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5)
_PARTS = 128
_DISCARDED = tuple(part / 100 for part in range(0, 31))


def charts(figures: Figures) -> dict[str, Drawing]:
    """All charts that the data allow, by the name of their file."""
    made: dict[str, Drawing] = {}
    if len(figures.mated) and len(figures.strangers):
        made["det"] = det(figures)
        made["histogram"] = histogram(figures)
        made["discard"] = discard(figures)
    if len(figures.trial.mated) and len(figures.trial.non_mated):
        made["search"] = search_curve(figures)
    if figures.identification.cmc:
        made["cmc"] = cmc(figures)
    return made


def det(figures: Figures) -> Drawing:
    """Detection error trade-off: both error rates as the threshold moves, on normal deviates."""
    above = figures.strangers.reaching_steps()
    total, half = len(figures.strangers), len(above) // 2
    wanted = np.geomspace(1, total / 2, 400)
    edges = np.unique(len(above) - 1 - np.searchsorted(above[::-1], wanted, side="left"))
    rising = np.sort(figures.mated)
    missed = np.searchsorted(rising, edges / half - 1, side="left") / len(rising)
    least = max(1e-6, 1 / total)
    points = [
        (float(above[edge] / total), float(rate))
        for edge, rate in zip(edges, missed, strict=True)
        if above[edge] / total >= least
    ]
    chart = Chart(
        title="Detection error trade-off (DET)",
        across=_deviate("false match rate (FMR)", least),
        up=_deviate("false non-match rate, failures counted", max(1e-4, 0.5 / len(rising))),
    )
    chart.line(points, BLUE)
    own = figures.verification
    if own.fmr is not None and own.gfrr is not None:
        chart.dot(own.fmr.value, own.gfrr.value, f"installed threshold {own.threshold:.3f}", ORANGE)
    return chart.drawing


def histogram(figures: Figures) -> Drawing:
    """How scores of one person's pictures and of strangers' are spread."""
    strangers = figures.strangers.histogram(_PARTS) / len(figures.strangers)
    made = figures.mated[figures.mated > FAILED]
    edges = np.linspace(-1, 1, _PARTS + 1)
    mated = np.histogram(made, edges)[0] / max(1, len(made))
    ticks = _even(float(max(strangers.max(), mated.max())))
    top = ticks[-1]
    chart = Chart(
        title="Similarity of pictures of one person and of different persons",
        across=Axis(
            name="similarity (cosine)",
            place=lambda value: (value + 0.5) / 1.5,
            ticks=[(value / 10, f"{value / 10:.1f}") for value in range(-4, 11, 2)],
        ),
        up=Axis(
            name=f"share of comparisons in each step of {2 / _PARTS:.4f}",
            place=lambda value: value / top,
            ticks=[(tick, _percent(tick)) for tick in ticks],
        ),
    )

    def steps(shares: Sequence[float]) -> list[Point]:
        return [
            (float(edge), float(share))
            for number, share in enumerate(shares)
            for edge in (edges[number], edges[number + 1])
            if edge >= -0.5
        ]

    chart.line(steps(strangers.tolist()), ORANGE, dash=5)
    chart.line(steps(mated.tolist()), BLUE)
    own, search = figures.verification.threshold, figures.identification.threshold
    chart.mark(own, f"1:1, {own:.3f}", before=True)
    chart.mark(search, f"search, {search:.3f}")
    chart.key(
        [("one person", BLUE, 0), ("different persons", ORANGE, 5), ("installed threshold", INK, 4)]
    )
    return chart.drawing


def search_curve(figures: Figures) -> Drawing:
    """Misses against false alarms of searches, as the threshold moves."""
    trial, own = figures.trial, figures.identification
    falling = np.sort(trial.non_mated)[::-1]
    found = np.sort(np.where(trial.mated > trial.rival, trial.mated, np.float32(FAILED)))
    counts = np.unique(np.geomspace(1, max(1, len(falling) - 1), 200).astype(int))
    counts = counts[counts < len(falling)]
    missed = np.searchsorted(found, falling[counts], side="right") / len(found)
    points = [
        (float(count / len(falling)), float(rate))
        for count, rate in zip(counts, missed, strict=True)
    ]
    least = 10 ** math.floor(math.log10(max(min((y for _, y in points if y), default=0.01), 1e-5)))
    chart = Chart(
        title="Misses against false alarms in searches",
        across=_decades("false positive identification rate (FPIR)", 1 / len(falling)),
        up=_decades("false negative identification rate (FNIR), rank 1", least),
    )
    chart.line(points, BLUE)
    if own.fpir is not None and own.fnir is not None:
        chart.dot(
            own.fpir.value, own.fnir.value, f"installed threshold {own.threshold:.3f}", ORANGE
        )
    return chart.drawing


def cmc(figures: Figures) -> Drawing:
    """Share of searches whose person is among the first candidates, without a threshold."""
    shares = figures.identification.cmc
    floor = math.floor(shares[0] * 50) / 50 - 0.02
    floor = max(0.0, floor)
    steps = [floor + (1 - floor) * part / 4 for part in range(5)]
    chart = Chart(
        title="Cumulative match characteristic (CMC)",
        across=Axis(
            name="rank",
            place=lambda value: (value - 1) / (len(shares) - 1),
            ticks=[(rank, str(rank)) for rank in (1, 5, 10, 15, 20)],
        ),
        up=Axis(
            name="share of searches found up to this rank",
            place=lambda value: (value - floor) / (1 - floor),
            ticks=[(value, f"{value:.1%}") for value in steps],
        ),
    )
    chart.line([(rank, share) for rank, share in enumerate(shares, start=1)], BLUE)
    return chart.drawing


def discard(figures: Figures) -> Drawing:
    """Misses when the comparisons with the poorest pictures are left out."""
    made = figures.mated > FAILED
    rows = figures.mated_rows[made]
    quality = figures.done.quality[rows].min(axis=1)
    own = figures.verification
    limits = [(f"installed threshold {own.threshold:.3f}", own.threshold, BLUE, 0.0)]
    strict = own.tar.get(1e-4)
    if strict is not None:
        limits.append(
            (f"threshold of FMR 0.01%, {strict.threshold:.3f}", strict.threshold, ORANGE, 5.0)
        )
    curves = [
        (words, error_versus_discard(figures.mated[made], quality, limit, _DISCARDED), colour, dash)
        for words, limit, colour, dash in limits
        if made.any()
    ]
    ticks = _even(max((max(rates) for _, rates, _, _ in curves), default=0.0) or 0.01)
    chart = Chart(
        title="Error versus discard: does the quality score tell which comparisons fail?",
        across=Axis(
            name="share of mated comparisons left out, poorest first",
            place=lambda value: value / _DISCARDED[-1],
            ticks=[(part / 100, f"{part}%") for part in range(0, 31, 5)],
        ),
        up=Axis(
            name="false non-match rate of the rest",
            place=lambda value: value / ticks[-1],
            ticks=[(tick, _percent(tick)) for tick in ticks],
        ),
    )
    for _, rates, colour, dash in curves:
        chart.line(list(zip(_DISCARDED, rates, strict=True)), colour, dash=dash)
    chart.key([(words, colour, dash) for words, _, colour, dash in curves])
    return chart.drawing


def _deviate(name: str, least: float) -> Axis:
    least = min(least, 0.1)
    low, high = _NORMAL.inv_cdf(least), _NORMAL.inv_cdf(0.5)

    def place(value: float) -> float:
        inside = min(0.5, max(least, value))
        return (_NORMAL.inv_cdf(inside) - low) / (high - low)

    ticks = [(value, _percent(value)) for value in _DEVIATES]
    return Axis(name=name, place=place, ticks=[own for own in ticks if own[0] >= least])


def _even(top: float) -> list[float]:
    """Round values from 0 to the first one that is not below `top`, at most six."""
    unit = 10 ** math.floor(math.log10(top))
    step = next(own * unit / 10 for own in (2, 5, 10, 20, 50) if own * unit / 10 * 5 >= top)
    return [number * step for number in range(math.ceil(top / step - 1e-9) + 1)]


def _percent(value: float) -> str:
    """A share in percent without needless noughts."""
    return f"{value * 100:.6f}".rstrip("0").rstrip(".") + "%"


def _decades(name: str, least: float) -> Axis:
    span = -math.log10(least)

    def place(value: float) -> float:
        return 1 + math.log10(max(value, least)) / span if span else 1.0

    powers = range(math.floor(-span + 1e-9), 1)
    ticks = [(10.0**power, _percent(10.0**power)) for power in powers]
    return Axis(name=name, place=place, ticks=[own for own in ticks if own[0] >= least * 0.999])
