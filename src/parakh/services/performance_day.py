"""A past day of the control room, to be played: from when to when, and what went wrong in it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from parakh.access import Actor, Permission
from parakh.domain.performance import BUCKET, bucket_of
from parakh.domain.post import Post
from parakh.domain.trouble import Trouble
from parakh.errors import InvalidInput
from parakh.services import posts
from parakh.services.centre import Centre
from parakh.services.performance_troubles import as_seen, sees
from parakh.store import performance as store
from parakh.store import troubles

MOST_INCIDENTS = 500
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """Something that went wrong on a day.

    Attributes:
        post: where; None for a feed or a linked system.
        first: whole minutes from the day's beginning to when the screen told it; 0 for what was
            wrong already.
        last: the same for its end, or the day's.
    """

    trouble: Trouble
    post: Post | None
    first: int
    last: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PlayedDay:
    """The moments [since, since + minutes], whole fives, and what went wrong then, in order."""

    since: datetime
    minutes: int
    incidents: tuple[Incident, ...]


def played(centre: Centre, actor: Actor, day: date | None = None) -> PlayedDay:
    """A day by the centre's calendar as far as it has come, or the last 24 hours.

    Raises InvalidInput for a day that has not begun.
    """
    actor.require(Permission.SEE_PERFORMANCE)
    since, until = _span(centre.clock(), centre.settings.zone, day)
    with centre.db.read() as connection:
        known = posts.known(connection)
        feeds = store.feeds(connection, until - BUCKET, until + BUCKET)
        found = troubles.during(connection, since, until, MOST_INCIDENTS)
    seen = [as_seen(actor, own) for own in found if sees(actor, own, feeds)]
    return PlayedDay(
        since=since,
        minutes=(until - since) // _MINUTE,
        incidents=tuple(
            _incident(own, known.get(own.key.post, (None, False))[0], since, until) for own in seen
        ),
    )


def _span(now: datetime, zone: ZoneInfo, day: date | None) -> tuple[datetime, datetime]:
    latest = bucket_of(now)
    if day is None:
        return latest - timedelta(days=1), latest
    begins, ends = (
        datetime.combine(own, datetime.min.time(), zone).astimezone(now.tzinfo)
        for own in (day, day + timedelta(days=1))
    )
    if begins > now:
        raise InvalidInput("nobody can see how posts will perform")
    return begins, min(ends - BUCKET, latest)


def _incident(own: Trouble, post: Post | None, since: datetime, until: datetime) -> Incident:
    # As `troubles.at` has it: told at its opening, gone at its end.
    opened = max(own.opened_at or own.since, since)
    first = -((since - opened) // _MINUTE)
    last = (min(own.cleared_at or until, until) - since) // _MINUTE
    return Incident(trouble=own, post=post, first=first, last=max(last, first))
