"""Troubles: operational alerts, about a post, a device or a feed, and never about a person."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from parakh.domain.ids import new_id
from parakh.domain.phrase import Phrase


class TroubleKind(StrEnum):
    """What can be wrong."""

    CAMERA_DOWN = "camera_down"
    STATION_SILENT = "station_silent"
    STATION_BEHIND = "station_behind"
    QUEUE = "queue"
    HANDLING = "handling"
    UNFIT = "unfit"
    MATCHING = "matching"
    FEED_LATE = "feed_late"
    FEED_ERRORS = "feed_errors"
    LINK_DOWN = "link_down"
    ALERTS_LATE = "alerts_late"
    RANDOM_SHARE = "random_share"


class TroubleState(StrEnum):
    """How it stands with a trouble; what begins is told to nobody until it lasts."""

    BEGINNING = "beginning"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """When a figure is a trouble.

    Attributes:
        value: from here on it is one; with `under`, below it.
        better: it is over once the figure is past this share of the limit on the good side, so
            that a figure at its limit does not raise an alert a minute.
        lasts: it must last so long before it is told.
        least: it is not told of fewer cases than this.
        severe: whether travellers or goods go through unseen, or stand still.
    """

    value: float
    better: float = 1.0
    under: bool = False
    lasts: timedelta = timedelta(0)
    least: int = 0
    severe: bool = False

    def breached(self, value: float) -> bool:
        """Whether a figure is beyond it."""
        return value < self.value if self.under else value >= self.value

    def recovered(self, value: float) -> bool:
        """Whether it is well on the good side again."""
        edge = self.value * self.better
        return value >= edge if self.under else value < edge


CLEARS_AFTER = timedelta(minutes=1)
"""A trouble is over once it has been better for so long without a break."""

LIMITS: Mapping[TroubleKind, Limit] = {
    # Minutes without a picture, without a word, without a message beyond what is usual.
    TroubleKind.CAMERA_DOWN: Limit(value=2, severe=True),
    TroubleKind.STATION_SILENT: Limit(value=4, severe=True),
    TroubleKind.FEED_LATE: Limit(value=30),
    # Captures that wait in a station; travellers who wait.
    TroubleKind.STATION_BEHIND: Limit(value=20, better=0.5, lasts=timedelta(minutes=2)),
    TroubleKind.QUEUE: Limit(value=150, better=0.8, lasts=timedelta(minutes=2), severe=True),
    # Seconds of the 95th percentile.
    TroubleKind.HANDLING: Limit(value=150, better=0.9, lasts=timedelta(minutes=5), least=12),
    # Percent.
    TroubleKind.UNFIT: Limit(value=25, better=0.8, lasts=timedelta(minutes=5), least=20),
    TroubleKind.MATCHING: Limit(
        value=85, better=1.03, under=True, lasts=timedelta(minutes=5), least=12
    ),
    TroubleKind.FEED_ERRORS: Limit(value=10, better=0.8, least=10),
    # 1 while a linked system does not answer.
    TroubleKind.LINK_DOWN: Limit(value=1, lasts=timedelta(minutes=2)),
    TroubleKind.ALERTS_LATE: Limit(value=1, lasts=timedelta(minutes=2)),
    TroubleKind.RANDOM_SHARE: Limit(value=90, better=1.03, under=True, least=5),
}
"""What holds where nobody set another limit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """What a trouble is about: kind and post, with a lane, a station or a feed where it has one."""

    kind: TroubleKind
    post: str
    lane: str = ""
    subject: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A figure that has a limit.

    Attributes:
        cases: of how many cases it is made; None where that does not matter.
        since: since when it is as it is, where that is known.
    """

    key: Key
    value: float
    sentence: Phrase
    cases: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """A figure beyond its limit, from its beginning to its end.

    Attributes:
        sentence: what is wrong, without how long.
        value, threshold: the latest figure, and the limit that it is beyond.
        since: when it began; `opened_at` when it was told.
        better_since: since when it has been better without a break.
    """

    id: str
    key: Key
    state: TroubleState
    sentence: Phrase
    value: float
    threshold: float
    since: datetime
    opened_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    note: str = ""
    better_since: datetime | None = None
    cleared_at: datetime | None = None

    def acknowledged(self, by: str, at: datetime, note: str) -> "Trouble":
        """The same, which somebody sees to from now on."""
        return replace(
            self,
            state=TroubleState.ACKNOWLEDGED,
            acknowledged_by=by,
            acknowledged_at=at,
            note=note,
        )

    @property
    def severe(self) -> bool:
        """Whether travellers or goods go through unseen, or stand still."""
        return LIMITS[self.key.kind].severe


def follow(
    known: Trouble | None, reading: Reading | None, limit: Limit, now: datetime
) -> Trouble | None:
    """What becomes of a trouble with a new figure of what it is about.

    `known` is the one that is not cleared, `reading` None where nothing can be measured any more
    (a station that was revoked), which ends it. None where there is none.
    """
    counts = reading is not None and (reading.cases is None or reading.cases >= limit.least)
    if reading is None or not counts:
        return None if known is None else _better(known, known.value, now)
    if known is None:
        return _begun(reading, limit, now) if limit.breached(reading.value) else None
    if limit.recovered(reading.value):
        return _better(known, reading.value, now)
    worse = replace(
        known,
        value=reading.value,
        threshold=limit.value,
        sentence=reading.sentence,
        better_since=None,
    )
    if known.state is TroubleState.BEGINNING and not limit.breached(reading.value):
        return _better(known, reading.value, now)
    return _told(worse, limit, now)


def _begun(reading: Reading, limit: Limit, now: datetime) -> Trouble:
    begun = Trouble(
        id=new_id(),
        key=reading.key,
        state=TroubleState.BEGINNING,
        sentence=reading.sentence,
        value=reading.value,
        threshold=limit.value,
        since=reading.since or now,
    )
    return _told(begun, limit, now)


def _told(own: Trouble, limit: Limit, now: datetime) -> Trouble:
    if own.state is not TroubleState.BEGINNING or now - own.since < limit.lasts:
        return own
    return replace(own, state=TroubleState.OPEN, opened_at=now)


def _better(own: Trouble, value: float, now: datetime) -> Trouble:
    since = own.better_since or now
    calm = replace(own, value=value, better_since=since)
    # What was told to nobody ends at once.
    if own.state is TroubleState.BEGINNING or now - since >= CLEARS_AFTER:
        return replace(calm, state=TroubleState.CLEARED, cleared_at=now)
    return calm
