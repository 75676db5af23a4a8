"""Which units are told of an alert, and how soon they must see to it: what supervisors decide."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from parakh.domain.hit import Advice


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """The circumstances of an alert: where and when its subject is, and how urgent it is."""

    port: str
    lane: str
    advice: Advice
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A routing rule. What is empty fits everything.

    Attributes:
        position: rules are read from the lowest.
        goes_on: whether the rules after it are read as well; else it is the last one read.
        lists, rules: identifiers of watchlists and targeting rules; a hit fits by either.
        weekdays: 0 (Monday) to 6. A span past midnight belongs to the day on which it began.
        since, until: local time of day in `zone`, the end not included; both or none. Past
            midnight where the end is the earlier one.
        units: identifiers of those who are told.
        on_duty: only those of them of whom somebody is on duty; where there is none, the rule does
            not fit.
    """

    id: str
    position: int
    name: str
    units: tuple[str, ...]
    zone: str
    ports: frozenset[str] = frozenset()
    lanes: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    advice: frozenset[Advice] = frozenset()
    weekdays: frozenset[int] = frozenset()
    since: time | None = None
    until: time | None = None
    on_duty: bool = False
    goes_on: bool = False
    active: bool = True

    def suits(self, occasion: Occasion) -> bool:
        """Whether it fits the circumstances, whatever was hit."""
        return (
            self.active
            and (not self.ports or occasion.port in self.ports)
            and (not self.lanes or occasion.lane in self.lanes)
            and (not self.advice or occasion.advice in self.advice)
            and self._on(occasion.at)
        )

    def _on(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.zone))
        day = local.weekday()
        if self.since is not None and self.until is not None:
            now = local.time().replace(tzinfo=None)
            if self.since < self.until:
                within = self.since <= now < self.until
            else:
                within = now >= self.since or now < self.until
                day = day if now >= self.since else (day - 1) % 7
            if not within:
                return False
        return not self.weekdays or day in self.weekdays


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceLevel:
    """How soon an alert must be acknowledged and closed, counted from when it was raised.

    Attributes:
        unit_id, advice: of which alerts; None for all.
        escalate_to: the unit that is told when a time passes; None for those of the supervisors
            who are on duty then, else the central ones.
    """

    id: str
    unit_id: str | None = None
    advice: Advice | None = None
    acknowledge: timedelta | None = None
    close: timedelta | None = None
    escalate_to: str | None = None


def level_for(levels: Iterable[ServiceLevel], unit_id: str, advice: Advice) -> ServiceLevel | None:
    """The level that says most of such an alert: of its unit before its advice; None for none."""
    fitting = [
        own for own in levels if own.unit_id in (None, unit_id) and own.advice in (None, advice)
    ]
    return max(
        fitting,
        key=lambda own: (own.unit_id is not None, own.advice is not None),
        default=None,
    )
