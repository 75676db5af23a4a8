"""The vetting list: who is expected on any voyage, and in which order officers look at them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum

from parakh.domain.hit import Advice
from parakh.domain.voyage import Direction
from parakh.errors import InvalidInput

HOUR = timedelta(hours=1)
STILL_COMING = 4
"""Hours after a voyage was due for which its travellers stay on the list: whoever has not come by
then would stand in the way of those who are still to come."""

NO_HOUR = 9_999_999
"""The hour of a voyage that nobody gave a time for: after all others."""

LEAST_RISE = 0.01
"""By so many points a score must have risen for its evidence to be new."""


class Grouping(StrEnum):
    """By what the list is parted."""

    VOYAGE = "voyage"
    PORT = "port"
    ADVICE = "advice"
    REASON = "reason"


def urgency(advice: Advice | None) -> int:
    """0 for the most urgent advice; who waits to be screened comes after all others."""
    return len(Advice) if advice is None else len(Advice) - 1 - advice.rank


def advice_of(urgent: int) -> Advice | None:
    """The advice of an urgency."""
    return None if urgent == len(Advice) else list(Advice)[len(Advice) - 1 - urgent]


def hour_of(moment: datetime | None) -> int:
    """Whole hours of Unix time until a moment; NO_HOUR for none."""
    return NO_HOUR if moment is None else int(moment.timestamp()) // 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why somebody is to be looked at: the list, rule or profile (`kind`) behind a hit."""

    kind: str
    id: str

    def __str__(self) -> str:
        """As in an address: `watchlist:0192…`."""
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Reason | None":
        """The other way; None for an empty text, raises InvalidInput for any other."""
        kind, colon, ref_id = text.partition(":")
        if not text:
            return None
        if not colon or not kind or not ref_id:
            raise InvalidInput("a reason is a kind and an identifier, parted by a colon")
        return cls(kind=kind, id=ref_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One expected traveller as the vetting list keeps him.

    Attributes:
        issuer: who issued his first document, else his nationality; None if neither is told.
        search: the words by which he is found, as they are compared.
        due_at: when his voyage touches our port (UTC).
        told: his open hits, by identifier, with their scores.
        seen: the same as somebody looked at it last.
        reasons: the lists, rules and profiles behind those hits.
        settled_by: who said that there is nothing new to him; "" for nobody, or once there is.
        changed_at: when anything of it changed last, what officers saw and said of it included.
    """

    traveller_id: str
    voyage_id: str
    port: str
    direction: Direction
    carrier: str
    issuer: str | None
    search: str
    due_at: datetime | None
    called_off: bool
    advice: Advice | None
    told: Mapping[str, float]
    seen: Mapping[str, float] = field(default_factory=dict)
    reasons: frozenset[Reason] = frozenset()
    looked_by: str = ""
    looked_at: datetime | None = None
    settled_by: str = ""
    settled_at: datetime | None = None
    changed_at: datetime

    @property
    def news(self) -> frozenset[str]:
        """The hits that came, or rose, since somebody looked last."""
        return frozenset(
            own
            for own, score in self.told.items()
            if own not in self.seen or score > self.seen[own] + LEAST_RISE
        )

    def now(self, fresh: "Line") -> "Line":
        """What is known anew, with what officers saw and said of it before.

        What was cleared since is forgotten, so that it is new when it comes again. Who was settled
        stays so until there is something new, or more urgent advice.
        """
        seen = {own: score for own, score in self.seen.items() if own in fresh.told}
        value = replace(fresh, seen=seen, looked_by=self.looked_by, looked_at=self.looked_at)
        if self.settled_by and not value.news and urgency(fresh.advice) >= urgency(self.advice):
            value = replace(value, settled_by=self.settled_by, settled_at=self.settled_at)
        if (self.told, self.advice) == (fresh.told, fresh.advice):
            value = replace(value, changed_at=self.changed_at)
        return value

    def looked(self, by: str, at: datetime) -> "Line":
        """Once somebody looked at all that is told."""
        return replace(self, seen=dict(self.told), looked_by=by, looked_at=at, changed_at=at)

    def settled(self, by: str, at: datetime) -> "Line":
        """Once somebody said that nothing is new: the last of his advice until something is."""
        return replace(self.looked(by, at), settled_by=by, settled_at=at)

    def unsettled(self, at: datetime) -> "Line":
        """Once that was taken back."""
        return replace(self, settled_by="", settled_at=None, changed_at=at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Whom an officer wants to see, and how; what is empty asks for everybody.

    Attributes:
        text: words of names, document numbers, booking locators or seats; all must be there.
        hours: due within so many; 0 for any time.
        carrier: an IATA or ICAO designator.
        issuer: ISO 3166-1 alpha-3 of the document.
        reason: a list or rule.
        fresh: only those with something new.
    """

    text: str = ""
    voyage: str = ""
    port: str = ""
    direction: str = ""
    hours: int = 0
    advice: str = ""
    reason: str = ""
    carrier: str = ""
    issuer: str = ""
    fresh: bool = False
    group: str = ""

    @classmethod
    def of(cls, values: Mapping[str, object]) -> "Wanted":
        """From texts, as in an address or a saved view; raises InvalidInput for what is none."""
        texts = {own.name: str(values.get(own.name) or "").strip()[:200] for own in fields(cls)}
        hours = texts["hours"] or "0"
        if not (hours.isascii() and hours.isdigit() and int(hours) <= 8760):
            raise InvalidInput("hours: write a whole number")
        _one_of("direction", texts["direction"], list(Direction))
        _one_of("advice", texts["advice"], [*Advice, "none"])
        _one_of("group", texts["group"], list(Grouping))
        Reason.parse(texts["reason"])
        return cls(
            text=texts["text"],
            voyage=texts["voyage"],
            port=texts["port"].upper(),
            direction=texts["direction"],
            hours=int(hours),
            advice=texts["advice"],
            reason=texts["reason"],
            carrier=texts["carrier"].upper(),
            issuer=texts["issuer"].upper(),
            fresh=texts["fresh"] in ("1", "true", "True", "on"),
            group=texts["group"],
        )

    def query(self) -> dict[str, str]:
        """The same as texts, without what is empty."""
        found = {own.name: getattr(self, own.name) for own in fields(self)}
        return {
            name: "1" if value is True else str(value) for name, value in found.items() if value
        }

    def but(self, **values: str) -> dict[str, str]:
        """The texts with some of them others, and without what becomes empty."""
        return {name: value for name, value in (self.query() | values).items() if value}


def _one_of(name: str, value: str, known: list[str] | list[Direction] | list[Grouping]) -> None:
    if value and value not in known:
        raise InvalidInput(f"{name}: there is no such choice")


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedView:
    """A filter that somebody kept under a name; with `unit_id` it is shared with that unit."""

    id: str
    name: str
    by: str
    unit_id: str | None
    wanted: Wanted
    made_at: datetime
