"""What somebody asks the trends: a period, a port, what is counted and by what it is parted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from parakh.domain.trend import FACETS, MEASURES, PAIRS, Facet, Measure, Stream
from parakh.errors import InvalidInput

T = TypeVar("T", bound=StrEnum)

SPANS = (7, 28, 91, 182, 364)
"""Days that the page offers; whole weeks, so that no weekday comes oftener than another."""

LONGEST = timedelta(days=5 * 366)
_LONGEST_VALUE = 120
_UNDER_ONE = (Facet.PORT, Facet.WEEKDAY, Facet.MONTH)
"""By what the counts of one value can be parted besides its pair: what stands on every cell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrendQuery:
    """One question.

    Attributes:
        since, until: the local days asked for, `until` not among them.
        port, direction: "" for all.
        by: by what the table is parted.
        of, value: one group alone, such as ROUTE and `DXB–KHI`; TOTAL and "" for all.
    """

    stream: Stream = Stream.TRAVELLERS
    measure: Measure = Measure.TRAFFIC
    since: date
    until: date
    port: str = ""
    direction: str = ""
    by: Facet = Facet.PORT
    of: Facet = Facet.TOTAL
    value: str = ""

    @property
    def days(self) -> int:
        """How many days are asked for."""
        return (self.until - self.since).days

    @property
    def picked(self) -> bool:
        """Whether one group alone is asked for."""
        return self.of is not Facet.TOTAL

    @property
    def choices(self) -> tuple[Facet, ...]:
        """By what it can be parted."""
        if not self.picked:
            return FACETS[self.stream]
        pair = PAIRS.get(self.of)
        return (*((pair[1],) if pair else ()), *_UNDER_ONE)

    @classmethod
    def of_texts(cls, values: Mapping[str, str], today: date) -> "TrendQuery":
        """From texts, as in an address; raises InvalidInput for what is none."""
        stream = _one_of("stream", values, Stream, Stream.TRAVELLERS)
        measure = _one_of("measure", values, Measure, Measure.TRAFFIC)
        if measure not in MEASURES[stream]:
            measure = Measure.TRAFFIC
        since, until = _days(values, today)
        group, value = _group(values, stream)
        draft = cls(
            stream=stream,
            measure=measure,
            since=since,
            until=until,
            port=_short("port", values, 10).upper(),
            direction=_direction(values),
            of=group,
            value=value,
        )
        return _parted(draft, values)

    def texts(self, **others: object) -> dict[str, str]:
        """The same as texts, without what is empty, and with some of them changed."""
        told: dict[str, object] = {
            "stream": self.stream.value,
            "measure": self.measure.value,
            "since": self.since.isoformat(),
            "until": (self.until - timedelta(days=1)).isoformat(),
            "port": self.port,
            "direction": self.direction,
            "by": self.by.value,
            "of": self.of.value if self.picked else "",
            "value": self.value,
        }
        return {name: str(own) for name, own in (told | others).items() if own not in ("", None)}


def _parted(draft: TrendQuery, values: Mapping[str, str]) -> TrendQuery:
    wish = _one_of("by", values, Facet, draft.choices[0])
    return replace(draft, by=wish if wish in draft.choices else draft.choices[0])


def _group(values: Mapping[str, str], stream: Stream) -> tuple[Facet, str]:
    facet = _one_of("of", values, Facet, Facet.TOTAL)
    value = values.get("value", "").strip()
    if len(value) > _LONGEST_VALUE or "\0" in value:
        raise InvalidInput("value: too long")
    stored = facet in FACETS[stream] and facet not in _UNDER_ONE
    return (facet, value) if stored and value else (Facet.TOTAL, "")


def _days(values: Mapping[str, str], today: date) -> tuple[date, date]:
    """The days named, else the last so many (28), today included."""
    last = _day("until", values, today)
    count = values.get("days", "").strip() or "28"
    if not (count.isascii() and count.isdigit() and 1 <= int(count) <= LONGEST.days):
        raise InvalidInput("days: write a whole number, up to five years")
    first = _day("since", values, last - timedelta(days=int(count) - 1))
    if not first <= last < first + LONGEST:
        raise InvalidInput("the last day must not come before the first, nor five years after it")
    return first, last + timedelta(days=1)


def _day(name: str, values: Mapping[str, str], default: date) -> date:
    text = values.get(name, "").strip()
    if not text:
        return default
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{name}: that is not a day: write YYYY-MM-DD") from None
    if not 1990 <= day.year < 2200:
        raise InvalidInput(f"{name}: that day lies before 1990 or after 2199")
    return day


def _direction(values: Mapping[str, str]) -> str:
    told = values.get("direction", "").strip()
    if told not in ("", "entry", "exit", "transit"):
        raise InvalidInput("direction: entry, exit or transit")
    return told


def _short(name: str, values: Mapping[str, str], most: int) -> str:
    told = values.get(name, "").strip()
    if len(told) > most or not told.isprintable():
        raise InvalidInput(f"{name}: at most {most} letters")
    return told


def _one_of(name: str, values: Mapping[str, str], kind: type[T], default: T) -> T:
    told = values.get(name, "").strip()
    if not told:
        return default
    try:
        return kind(told)
    except ValueError:
        raise InvalidInput(f"{name}: one of {', '.join(own.value for own in kind)}") from None
