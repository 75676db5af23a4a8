"""How well a rule does: what became of its hits, how that moves, and when it is worn out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from parakh.domain.phrase import N_, Phrase, phrase
from parakh.learn.faces import Rate, wilson

MONTH, BASE = timedelta(days=30), timedelta(days=90)
"""What is looked at, and what it is held against."""

LEAST_BASE = timedelta(days=30)
"""A rule that is younger has nothing to be held against."""

QUIET = timedelta(days=90)
FLOOR, ENOUGH = 0.05, 30
"""A rule is worn out when, after so many outcomes, its share of findings is surely lower."""

WEEKS = 26

_WEEK = timedelta(days=7)
_Z = 1.959963984540054
_SILENT = N_("It raised no hit in {days} days.")
_POOR = N_(
    "Of {decided} whom it raised and who were looked into, {found} had a finding: surely fewer than"
    " {high}% of all."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DayCount:
    """What became of a version's hits of one day.

    Attributes:
        number: of the version.
        decided: hits on whom an officer closed an alert, with an outcome that says something.
        found: those of them that were not cleared, and where something was found.
    """

    number: int
    day: date
    hits: int
    confirmed: int
    cleared: int
    decided: int
    found: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """Sums of hits and what became of them, as in `DayCount`."""

    hits: int = 0
    confirmed: int = 0
    cleared: int = 0
    decided: int = 0
    found: int = 0

    @property
    def open(self) -> int:
        """Hits on which nobody decided yet."""
        return self.hits - self.confirmed - self.cleared

    @property
    def precision(self) -> Rate | None:
        """Found of decided, with its interval of 95%; None where nothing was decided."""
        return wilson(self.found, self.decided) if self.decided else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """Hits of the week that begins on a Monday, and how many of them had a finding."""

    start: date
    hits: int
    found: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """Hits of the last 30 days, and the band in which 95 of 100 such months lie.

    `expected` follows from the days before. The band is that of a Poisson count given another
    (Krishnamoorthy and Peng, J. Statist. Plann. Inference 141, 2011, joint sampling).
    """

    hits: int
    expected: float
    low: float
    high: float

    @property
    def moved(self) -> bool:
        """Whether the rule raises more or fewer than is expected."""
        return not self.low <= self.hits <= self.high


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What became of a rule's hits, of all and by version; `last` is the day of the newest."""

    whole: Quality
    versions: dict[int, Quality]
    last: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """A rule's hits over time: by week, in order, and how the last month stands out."""

    weeks: tuple[Week, ...]
    drift: Drift | None


def record(days: Sequence[DayCount]) -> Record:
    """What became of a rule's hits."""
    numbers = sorted({own.number for own in days})
    return Record(
        whole=summed(days),
        versions={
            number: summed(own for own in days if own.number == number) for number in numbers
        },
        last=max((own.day for own in days), default=None),
    )


def trend(days: Sequence[DayCount], since: date | None, today: date) -> Trend:
    """A rule's hits over time; `since` is when the version in force began, None for none."""
    return Trend(weeks=_weeks(days, today), drift=_drift(days, since, today))


def summed(days: Iterable[DayCount]) -> Quality:
    """All of them together."""
    known = list(days)
    return Quality(
        hits=sum(own.hits for own in known),
        confirmed=sum(own.confirmed for own in known),
        cleared=sum(own.cleared for own in known),
        decided=sum(own.decided for own in known),
        found=sum(own.found for own in known),
    )


def worn_out(value: Record, number: int, since: date | None, today: date) -> Phrase | None:
    """Why a rule whose version is in force `since` a day should be retired; None where nothing
    speaks for it, or none is in force."""
    if since is None:
        return None
    newest = max(since, value.last or since)
    if today - newest >= QUIET:
        return phrase(_SILENT, days=(today - newest).days)
    own = value.versions.get(number, Quality())
    if own.decided >= ENOUGH and own.precision is not None and own.precision.high < FLOOR:
        high = f"{100 * own.precision.high:.1f}"
        return phrase(_POOR, decided=own.decided, found=own.found, high=high)
    return None


def _weeks(days: Sequence[DayCount], today: date) -> tuple[Week, ...]:
    last = today - timedelta(days=today.weekday())
    starts = [last - _WEEK * back for back in reversed(range(WEEKS))]
    told = {start: [0, 0] for start in starts}
    for own in days:
        sums = told.get(own.day - timedelta(days=own.day.weekday()))
        if sums is not None:
            sums[0] += own.hits
            sums[1] += own.found
    return tuple(Week(start=start, hits=hits, found=found) for start, (hits, found) in told.items())


def _drift(days: Sequence[DayCount], since: date | None, today: date) -> Drift | None:
    month = today - MONTH
    if since is None or month - since < LEAST_BASE:
        return None
    base = max(since, month - BASE)
    before = sum(own.hits for own in days if base < own.day <= month)
    now = sum(own.hits for own in days if month < own.day <= today)
    ratio = MONTH / (month - base)
    expected = before * ratio
    middle = expected + ratio * _Z * _Z / 2
    half = _Z * sqrt(expected * (1 + ratio) + (ratio * _Z / 2) ** 2)
    return Drift(hits=now, expected=expected, low=max(0.0, middle - half), high=middle + half)
