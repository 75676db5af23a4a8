"""Thresholds of name screening from a rate of alerts that a list is allowed.

Of many travellers is measured how well each resembles the best entry of each list. From that follow
curves, list by list and for common, middling and rare names apart: what share of travellers would
be raised from which threshold on. The threshold in force is the lowest at which the share keeps to
the list's rate. It is a plug-in quantile of the scores of people who are not listed (the open-set
false positive identification rate of ISO/IEC 19795-1, for names instead of faces).

A rate is about travellers who are not listed. Those of whom an officer confirmed a hit are, so that
whoever makes the samples must leave that hit out. Whoever has the name and the birth date of an
entry is taken to be, until an officer decides: he is raised at any rate and counts in what is
raised, but not against the rate. Else a few listed men under way would raise the threshold over
those who are listed under another spelling.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import accumulate

from parakh.errors import InvalidInput
from parakh.learn.faces import Rate, wilson
from parakh.screen.calibration import STEP, Band, Calibration, highest, lowest
from parakh.screen.names import THRESHOLD

NEEDED = 3
"""So many travellers must be expected over the threshold before a rate is taken as measured: of
fewer, a single one more or less would move it by more than a third."""

Curves = Mapping[str, Mapping[Band, "Curve"]]
"""By list (identifier) and band."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One traveller: the band of his name, and the best score that he has with each list.

    Lists with which he has none, or none worth telling, may be left out.
    """

    band: Band
    best: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """How many of some travellers reach each threshold.

    Attributes:
        start: the lowest threshold; the others follow at distances of STEP.
        travellers: how many were measured.
        raised: how many of them score each threshold or more; never rises.
    """

    start: float
    travellers: int
    raised: tuple[int, ...]

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The thresholds, lowest first."""
        return _grid(self.start, len(self.raised))

    def raised_at(self, threshold: float) -> int:
        """How many a threshold raises; one between two points counts as the lower of them."""
        return self.raised[max(0, bisect_right(self.thresholds, threshold) - 1)]

    def below(self, top: float) -> "Curve":
        """The same without those whom every threshold up to `top` raises."""
        beyond = self.raised_at(top)
        return replace(self, raised=tuple(max(0, own - beyond) for own in self.raised))

    def lowest_for(self, rate: float) -> float:
        """The lowest threshold that raises at most this share of the travellers; 1 if none does."""
        allowed = int(rate * self.travellers + 1e-9)
        within = zip(self.thresholds, self.raised, strict=True)
        return next((own for own, raised in within if raised <= allowed), 1.0)

    @property
    def strictest(self) -> float:
        """The smallest rate that so many travellers can tell; 1 or more for next to none."""
        return NEEDED / self.travellers if self.travellers else float(NEEDED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """What was measured at one time.

    Attributes:
        by: who asked for it.
        screener: `id@version` of the screener; the scores of another are not comparable.
        population: persons by whom the frequency of names was counted.
        travellers: how many were screened.
    """

    id: str
    at: datetime
    by: str
    screener: str
    population: int
    travellers: int
    curves: Curves


class Basis(StrEnum):
    """What a threshold rests on."""

    STANDARD = "standard"
    BAND = "band"
    POOLED = "pooled"
    FEW = "few"


class Bound(StrEnum):
    """Why a threshold does not follow the rate any further."""

    LOWEST = "lowest"
    HIGHEST = "highest"


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """The threshold of one band of one list.

    Attributes:
        basis: STANDARD where the list has no rate of its own; BAND, if its travellers were enough;
            POOLED, if those of all bands had to be taken; FEW, if even these were too few, so that
            it is the standard threshold, or a higher one where already few travellers show a need.
        bound: the end of what may be set, if it was reached.
        travellers, raised: of the band, measured, and of these how many it raises.
        certain: how many of `raised` have so equal a name and birth date that any threshold does.
        rate: share raised, without these, with its 95% interval (Wilson); None without travellers.
    """

    threshold: float
    basis: Basis
    bound: Bound | None
    travellers: int
    raised: int
    certain: int
    rate: Rate | None


def curves(samples: Iterable[Sample], lists: Iterable[str]) -> dict[str, dict[Band, Curve]]:
    """The curves of some lists (identifiers); every sample counts for each of them."""
    start = lowest()
    grid = _grid(start, round((1.0 - start) / STEP))
    counts = {own: {band: [0] * len(grid) for band in Band} for own in lists}
    measured = dict.fromkeys(Band, 0)
    for sample in samples:
        measured[sample.band] += 1
        for own, score in sample.best.items():
            place = bisect_right(grid, score) - 1
            if place >= 0 and own in counts:
                counts[own][sample.band][place] += 1
    return {
        own: {
            band: Curve(start=start, travellers=measured[band], raised=_at_least(found))
            for band, found in bands.items()
        }
        for own, bands in counts.items()
    }


def settle(measured: Mapping[Band, Curve], rate: float | None) -> dict[Band, Setting]:
    """The threshold of each band that keeps to a rate (share of travellers), or the standard one.

    A stricter rate never gives a lower threshold. Raises InvalidInput for a rate that is no share.
    """
    if rate is not None and not 0 < rate <= 1:
        raise InvalidInput("a rate of alerts lies above 0 and is at most 1")
    pool = _pooled([curve.below(highest(band)) for band, curve in measured.items()])
    return {band: _setting(band, curve, pool, rate) for band, curve in measured.items()}


def calibration_of(measured: Curves, rates: Mapping[str, float | None]) -> Calibration:
    """The thresholds in force; lists without a rate or a curve keep the standard one."""
    return Calibration(
        thresholds={
            own: {band: value.threshold for band, value in settle(bands, rates[own]).items()}
            for own, bands in measured.items()
            if rates.get(own) is not None
        }
    )


def _setting(band: Band, curve: Curve, pool: Curve, rate: float | None) -> Setting:
    top = highest(band)
    own = curve.below(top)
    if rate is None:
        wanted, basis = THRESHOLD, Basis.STANDARD
    else:
        # Where a rate is stricter than can be told, what the strictest one needs is kept to.
        wanted, basis = own.lowest_for(max(rate, own.strictest)), Basis.BAND
        if rate < own.strictest:
            wanted = max(wanted, pool.lowest_for(max(rate, pool.strictest)))
            basis = Basis.POOLED
        if rate < pool.strictest:
            wanted, basis = max(wanted, THRESHOLD), Basis.FEW
    threshold = min(wanted, top)
    counted = own.raised_at(threshold)
    return Setting(
        threshold=threshold,
        basis=basis,
        bound=_bound(wanted, top, own.start) if rate is not None else None,
        travellers=own.travellers,
        raised=curve.raised_at(threshold),
        certain=curve.raised_at(top),
        rate=wilson(counted, own.travellers) if own.travellers else None,
    )


def _bound(wanted: float, top: float, low: float) -> Bound | None:
    if wanted >= top:
        return Bound.HIGHEST
    return Bound.LOWEST if wanted <= low else None


def _pooled(measured: Sequence[Curve]) -> Curve:
    return Curve(
        start=measured[0].start,
        travellers=sum(own.travellers for own in measured),
        raised=tuple(map(sum, zip(*(own.raised for own in measured), strict=True))),
    )


def _grid(start: float, points: int) -> tuple[float, ...]:
    return tuple(round(start + place * STEP, 3) for place in range(points))


def _at_least(counts: Sequence[int]) -> tuple[int, ...]:
    """How many lie at each place or behind it."""
    return tuple(accumulate(reversed(counts)))[::-1]
