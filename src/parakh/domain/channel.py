"""Ways to tell a unit of its alerts beside the wall, and what became of each telling."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from parakh.domain.hit import Advice


class ChannelKind(StrEnum):
    """How a channel reaches somebody."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class Detail(StrEnum):
    """How much a channel may say: no personal data, or whom the alert is about and why."""

    LINK = "link"
    REASONS = "reasons"


class Occurrence(StrEnum):
    """What a channel tells of."""

    RAISED = "raised"
    ESCALATED = "escalated"
    TROUBLE = "trouble"


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """A way to tell of alerts.

    Attributes:
        address: e-mail addresses parted by commas, or the webhook's URL.
        unit_id: of which unit's alerts it tells; None for all.
        least: the least urgent advice that it tells of.
        tells: what it tells of.
        detail: how much it may say.
        language: in which it speaks (ISO 639-1); what programs read stays as it is.
    """

    id: str
    name: str
    kind: ChannelKind
    address: str
    unit_id: str | None = None
    least: Advice = Advice.COMPARE
    tells: frozenset[Occurrence] = frozenset(Occurrence)
    detail: Detail = Detail.LINK
    active: bool = True
    language: str = "en"

    def wants(self, unit_id: str, advice: Advice, what: Occurrence) -> bool:
        """Whether it tells of such an alert."""
        return (
            self.active
            and self.unit_id in (None, unit_id)
            and advice.rank >= self.least.rank
            and what in self.tells
        )

    def wants_trouble(self, units: Collection[str]) -> bool:
        """Whether it tells of an operational alert that is these units' matter."""
        told = Occurrence.TROUBLE in self.tells
        return self.active and told and (self.unit_id is None or self.unit_id in units)


class DispatchState(StrEnum):
    """How it stands with one telling. What is dead is tried again only when a human says so."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispatch:
    """One telling of one alert (or trouble) by one channel; its identifier is the idempotency key.

    Attributes:
        tries: how often it was tried in vain since it was made or sent again.
        next_at: when it is tried next.
        error: why the last try came to nothing; names no person.
    """

    id: str
    channel_id: str
    alert_id: str
    what: Occurrence
    made_at: datetime
    state: DispatchState = DispatchState.WAITING
    tries: int = 0
    next_at: datetime
    error: str = ""
    done_at: datetime | None = None


MOST_TRIES = 9
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(hours=1)


def wait_after(tries: int) -> timedelta | None:
    """How long after so many tries in vain the next one is made: three times longer each time, an
    hour at most, over three hours and a half in all; None when it is given up."""
    if tries >= MOST_TRIES:
        return None
    return min(FIRST_WAIT * int(3 ** (tries - 1)), LONGEST_WAIT)
