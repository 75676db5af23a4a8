"""How posts perform: figures of a lane that can be added up, and how a post stands at a moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from parakh.domain.phrase import N_
from parakh.domain.sketch import NOTHING, Sketch

BUCKET = timedelta(minutes=5)
"""Figures are kept by so much time."""

IDLE = timedelta(minutes=3)
"""A lane at which nobody crossed for so long was idle: that time is nobody's handling time."""

FEWEST_TIMES = 12
"""Handling times from which a quantile is told."""

WAITS = timedelta(hours=3)
"""Whoever has not crossed so long after his voyage was due is not taken to wait any more: he did
not come, or nobody recorded him."""

FEED_WORDS = {
    "PAXLST": N_("Passenger lists"),
    "PNRGOV": N_("Bookings"),
    "CROSSINGS": N_("Crossings"),
    "CUSCAR": N_("Cargo manifests"),
    "CUSDEC": N_("Goods declarations"),
    "CONSIGNMENTS": N_("Goods declarations"),
    "MOVEMENTS": N_("Movements of vehicles and containers"),
    "CURRENCY": N_("Currency declarations"),
    "ENFORCEMENT": N_("Enforcement records"),
}
"""What the messages of a feed are, by their type."""

_UNREAD = N_("Unreadable messages")


def bucket_of(moment: datetime) -> datetime:
    """The beginning of the five minutes in which a moment lies (UTC)."""
    own = moment.astimezone(UTC).replace(second=0, microsecond=0)
    return own - timedelta(minutes=own.minute % 5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What happened in some time at a lane, or at all lanes of a post.

    Attributes:
        crossings: travellers who crossed; `entries` of them entered.
        times: handling times: from one crossing to the next at the same lane, while it is busy.
            Over a busy time this is the mean service time S = B/C (Denning and Buzen: The
            Operational Analysis of Queueing Network Models, ACM Computing Surveys 10(3), 1978,
            section 3).
        tries: pictures that a gate answered; `unfit` of them showed no face fit to search by.
        captures: pictures with a fit face; `compared` of them were held against a document's
            portrait (1:1), and `matched` of those reached the threshold.
        hits: of those who crossed then; people `confirmed` or `cleared` some of them since.
    """

    crossings: int = 0
    entries: int = 0
    times: Sketch = NOTHING
    tries: int = 0
    unfit: int = 0
    captures: int = 0
    compared: int = 0
    matched: int = 0
    hits: int = 0
    confirmed: int = 0
    cleared: int = 0

    @classmethod
    def sum(cls, several: Iterable["Counts"]) -> "Counts":
        """All of it together."""
        own = list(several)
        return cls(
            crossings=sum(one.crossings for one in own),
            entries=sum(one.entries for one in own),
            times=Sketch.sum(one.times for one in own),
            tries=sum(one.tries for one in own),
            unfit=sum(one.unfit for one in own),
            captures=sum(one.captures for one in own),
            compared=sum(one.compared for one in own),
            matched=sum(one.matched for one in own),
            hits=sum(one.hits for one in own),
            confirmed=sum(one.confirmed for one in own),
            cleared=sum(one.cleared for one in own),
        )

    def handling(self, share: float) -> float | None:
        """Seconds that this share of the handling times does not exceed; None of too few."""
        return self.times.quantile(share) if self.times.count >= FEWEST_TIMES else None

    @property
    def capture_rate(self) -> float | None:
        """Fit pictures of all that were answered."""
        return 1 - self.unfit / self.tries if self.tries else None

    @property
    def match_rate(self) -> float | None:
        """Faces that match their document, of those compared."""
        return self.matched / self.compared if self.compared else None

    @property
    def confirmation_rate(self) -> float | None:
        """Confirmed hits of those that were decided."""
        decided = self.confirmed + self.cleared
        return self.confirmed / decided if decided else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """Five minutes of a lane, from `at` on."""

    at: datetime
    post: str
    lane: str
    counts: Counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a post stands at a moment.

    Attributes:
        announced: passengers of voyages that were due within three hours; where it is 0, nothing
            is known of a queue.
        waiting: those of them who have not crossed.
        waiting_since: when the first of those voyages was due.
        alerts_late: of the open ones, those past their service level.
        stations_late: they are heard, but captures wait in them; `stations_down` are not heard, or
            their camera does not work.
        drawn: consignments that chance drew for examination in the week up to yesterday;
            `drawn_done` of them were examined.
    """

    at: datetime
    post: str
    announced: int = 0
    waiting: int = 0
    waiting_since: datetime | None = None
    alerts_open: int = 0
    alerts_late: int = 0
    stations_up: int = 0
    stations_late: int = 0
    stations_down: int = 0
    drawn: int = 0
    drawn_done: int = 0

    @property
    def drawn_share(self) -> float | None:
        """Examined, of those drawn by chance."""
        return self.drawn_done / self.drawn if self.drawn else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """How a source of messages stands at a moment.

    Attributes:
        name: the carrier, if one sends it, and what it sends.
        posts: ports that its messages of the last day were about.
        last_at: when its latest message came.
        usual: nineteen of twenty gaps between its messages are shorter; None before there were
            enough in a week to say.
        messages: of the last day; `failed` of them could not be read, in whole or in part.
    """

    at: datetime
    name: str
    posts: tuple[str, ...] = ()
    last_at: datetime | None = None
    usual: timedelta | None = None
    messages: int = 0
    failed: int = 0

    @property
    def what(self) -> str:
        """What its messages are, in English; what nobody could read is of no type."""
        return FEED_WORDS.get(self.name.rpartition(" ")[2], _UNREAD)

    @property
    def sender(self) -> str:
        """Who sends them: a carrier's designator, or the name of a system; "" where it has none."""
        return self.name.rpartition(" ")[0]

    @property
    def lag(self) -> timedelta | None:
        """How long nothing came."""
        return None if self.last_at is None else self.at - self.last_at

    @property
    def error_share(self) -> float | None:
        """Messages that could not be read, of all."""
        return self.failed / self.messages if self.messages else None
