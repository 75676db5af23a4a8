"""What carriers should have sent by now and did not: the missing-submission monitor."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from parakh.access import Actor, Permission
from parakh.domain.delivery import Awaited
from parakh.domain.voyage import Voyage
from parakh.services.centre import Centre
from parakh.store import carriers

PAST = timedelta(hours=24)
"""What is missing is told of for so long after the departure; then it is in the figures only."""

PAGE = 15


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """A scheduled voyage of which something did not come; `due_at` is when it was due.

    `awaited` has the list before the bookings, and `due_at` is that of the first of them.
    """

    voyage: Voyage
    awaited: tuple[Awaited, ...]
    due_at: datetime
    departed: bool
    arrived: bool

    @property
    def listless(self) -> bool:
        """Whether its passenger list did not come."""
        return Awaited.LIST in self.awaited


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingPage:
    """A page of what is missing."""

    rows: tuple[Missing, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Monitor:
    """What is missing now, the most urgent first; `watched` is how many voyages were looked at."""

    rows: tuple[Missing, ...]
    watched: int

    def page(self, number: int) -> MissingPage:
        """So many rows as a page shows."""
        pages = max(1, -(-len(self.rows) // PAGE))
        number = min(number, pages)
        return MissingPage(
            rows=self.rows[(number - 1) * PAGE : number * PAGE],
            total=len(self.rows),
            page=number,
            pages=pages,
        )


def monitor(centre: Centre, actor: Actor) -> Monitor:
    """What scheduled voyages at the actor's ports lack now, the most urgent first.

    First those without a list that have left and did not reach our border yet, then those about to
    leave, then those that are here; last those that lack their bookings only, which are of no use
    any more once the voyage is here. A carrier's own system sees its own.
    """
    actor.require(Permission.SEE_VOYAGES)
    now, ports, due = centre.clock(), ports_of(actor), _due(centre)
    lacking: dict[str, list[Awaited]] = {}
    voyages: dict[str, Voyage] = {}
    with centre.db.read() as connection:
        for awaited, before in due.items():
            for own in carriers.missing(connection, awaited, now - PAST, now + before, ports):
                lacking.setdefault(own.id, []).append(awaited)
                voyages[own.id] = own
        furthest = now + max(due.values())
        watched = carriers.count_scheduled(connection, now - PAST, furthest, ports)
    found = [_missing(voyages[key], what, due[what[0]], now) for key, what in lacking.items()]
    found = [
        own
        for own in found
        if (own.listless or not own.arrived) and actor.carrier in ("", own.voyage.carrier)
    ]
    return Monitor(rows=tuple(sorted(found, key=_urgency)), watched=watched)


def ports_of(actor: Actor) -> frozenset[str] | None:
    """The ports whose voyages are in view; None for all."""
    return None if actor.everywhere else actor.ports


def _due(centre: Centre) -> dict[Awaited, timedelta]:
    """What is awaited of a scheduled voyage, and how long before its departure."""
    settings = centre.settings
    due = {Awaited.LIST: timedelta(minutes=settings.list_due_minutes)}
    if settings.bookings_due_hours:
        due[Awaited.BOOKINGS] = timedelta(hours=settings.bookings_due_hours)
    return due


def _missing(own: Voyage, awaited: list[Awaited], due: timedelta, now: datetime) -> Missing:
    assert own.leaves_at is not None  # noqa: S101  (it was found by it)
    return Missing(
        voyage=own,
        awaited=tuple(awaited),
        due_at=own.leaves_at - due,
        departed=own.leaves_at <= now,
        arrived=(own.due_at or own.leaves_at) <= now,
    )


def _urgency(own: Missing) -> tuple[bool, int, datetime, str]:
    rank = 2 if own.arrived else 0 if own.departed else 1
    return not own.listless, rank, own.due_at, own.voyage.id
