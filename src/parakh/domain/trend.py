"""Trends: what is counted day by day, in how many ways, and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum


class Stream(StrEnum):
    """What is counted."""

    TRAVELLERS = "travellers"
    GOODS = "goods"
    SEIZURES = "seizures"


class Measure(StrEnum):
    """What is counted of each: all that came, those with a hit, with a hit that a human confirmed,
    those examined (an outcome stands), and those on whom something was found."""

    TRAFFIC = "traffic"
    HITS = "hits"
    CONFIRMED = "confirmed"
    EXAMINED = "examined"
    FOUND = "found"


class Facet(StrEnum):
    """By what counts are parted.

    ISSUER is who issued the travel document (ISO 3166-1 alpha-3), ORIGIN the country of origin of
    goods, ROUTE the port of departure and that of arrival with a dash between, CHAPTER the chapter
    of the Harmonized System. ROUTE_ISSUER and CHAPTER_ORIGIN are pairs: their values are parted by
    a space.
    """

    TOTAL = "total"
    PORT = "port"
    ROUTE = "route"
    ISSUER = "issuer"
    CARRIER = "carrier"
    LANE = "lane"
    HOUR = "hour"
    WEEKDAY = "weekday"
    MONTH = "month"
    RULE = "rule"
    LIST = "list"
    CHAPTER = "chapter"
    ORIGIN = "origin"
    COMMODITY = "commodity"
    CONCEALMENT = "concealment"
    METHOD = "method"
    ROUTE_ISSUER = "route_issuer"
    CHAPTER_ORIGIN = "chapter_origin"


F = Facet

FACETS: Mapping[Stream, tuple[Facet, ...]] = {
    Stream.TRAVELLERS: (
        F.PORT, F.ROUTE, F.ISSUER, F.CARRIER, F.LANE, F.HOUR, F.WEEKDAY, F.MONTH, F.RULE, F.LIST,
    ),
    Stream.GOODS: (
        F.PORT, F.ROUTE, F.CHAPTER, F.ORIGIN, F.CARRIER, F.LANE, F.WEEKDAY, F.MONTH, F.RULE,
        F.LIST,
    ),
    Stream.SEIZURES: (
        F.PORT, F.COMMODITY, F.CONCEALMENT, F.ROUTE, F.CHAPTER, F.METHOD, F.WEEKDAY, F.MONTH,
    ),
}  # fmt: skip
"""By what each stream is shown."""

PAIRS: Mapping[Facet, tuple[Facet, Facet]] = {
    Facet.ROUTE: (Facet.ROUTE_ISSUER, Facet.ISSUER),
    Facet.CHAPTER: (Facet.CHAPTER_ORIGIN, Facet.ORIGIN),
}
"""Under one value of a facet: the pair that is read, and the facet that its second half is of."""

MEASURES: Mapping[Stream, tuple[Measure, ...]] = {
    Stream.TRAVELLERS: tuple(Measure),
    Stream.GOODS: tuple(Measure),
    Stream.SEIZURES: (Measure.TRAFFIC,),
}
"""What is counted of each stream."""

PERSONAL = frozenset({Stream.TRAVELLERS})
"""Streams that count persons, so that small groups are not shown."""


class Pattern(StrEnum):
    """What sort of change it is: one day out of line, or a new level since some day."""

    SPIKE = "spike"
    SHIFT = "shift"


class FindingState(StrEnum):
    """What somebody said of a finding; nobody looks at one that is over."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    DISMISSED = "dismissed"
    OVER = "over"


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesKey:
    """One series of counts a day; `port` is "" for all ports."""

    stream: Stream
    measure: Measure
    facet: Facet
    value: str = ""
    port: str = ""

    def __str__(self) -> str:
        """As it stands in the database, at most 200 characters."""
        parts = (self.stream, self.measure, self.facet, self.port, self.value)
        return "|".join(str(own) for own in parts)[:200]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A series that left its band.

    Attributes:
        day: the last day that was looked at; `since` the first of the change.
        span_days: over how many days, ending with `day`, it was counted: 1 for a spike, 7 else.
        observed: counted in these days; `low` to `high` are usual, `expected` in the middle.
        p: how rarely chance alone does so (one-sided); all findings of a day together are held to
            a false discovery rate.
        traffic: how many came in these days, of which `examined` were examined and on `found`
            something was found.
        rule_id: the rule that was drafted from it; "" for none.
    """

    id: str
    key: SeriesKey
    pattern: Pattern
    day: date
    since: date
    span_days: int
    observed: int
    expected: float
    low: int
    high: int
    p: float
    traffic: int = 0
    examined: int = 0
    found: int = 0
    state: FindingState = FindingState.OPEN
    reason: str = ""
    by: str = ""
    decided_at: datetime | None = None
    first_at: datetime
    last_at: datetime
    expires_at: datetime
    rule_id: str = ""

    @property
    def rising(self) -> bool:
        """Whether there are more than usual, not fewer."""
        return self.observed > self.expected

    @property
    def ratio(self) -> float:
        """How many times as many as expected."""
        return self.observed / max(self.expected, 0.5)


class ReportKind(StrEnum):
    """What time a report tells of."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A report that was made; `content` are its figures as they were then, from which it is set.

    It tells of the days from `since` on, before `until`.
    """

    id: str
    kind: ReportKind
    since: date
    until: date
    made_at: datetime
    made_by: str
    content: Mapping[str, object] = field(default_factory=dict)

    @property
    def last(self) -> date:
        """The last day of which it tells."""
        return self.until - timedelta(days=1)

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"parakh-{self.kind.value}-{self.since.isoformat()}.pdf"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportPlan:
    """To whom reports of a kind are mailed, by address; made all the same where nobody is named."""

    kind: ReportKind
    active: bool
    addresses: tuple[str, ...]
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailing:
    """A report on its way to one address; `sent_at` is None until the mail server took it."""

    report_id: str
    address: str
    tries: int
    next_at: datetime | None
    sent_at: datetime | None
    error: str
