"""Figures of officers: one's own, and those of one's unit for who answers for it.

They are there to see who needs help, and how many a shift needs. Nobody is ranked: officers stand
in order of name, and no figure is set against another's. Every look is audited.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import require_human
from parakh.services.centre import Centre
from parakh.store import duty, people
from parakh.store import performance_officers as store

DAYS = 14
FEWEST = 5
"""Alerts from which a median is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfficerRow:
    """One officer's last days.

    Attributes:
        own: whether it is the viewer.
        shifts: on the roster; of officers without any, days on which they decided something.
        decisions: hits decided and alerts closed.
        handling: median time from taking an alert on to closing it; None of too few.
    """

    name: str
    title: str
    own: bool
    shifts: int
    decisions: int
    handling: timedelta | None

    @property
    def a_shift(self) -> float | None:
        """Decisions a shift."""
        return self.decisions / self.shifts if self.shifts else None


@dataclass(frozen=True, kw_only=True, slots=True)
class OfficersView:
    """Officers in order of name; `unit` when those of the viewer's units are among them."""

    rows: tuple[OfficerRow, ...]
    days: int
    unit: bool


def figures(centre: Centre, actor: Actor) -> OfficersView:
    """The viewer's own figures, and those of his units' officers where he answers for them."""
    actor.require(Permission.SEE_PERFORMANCE)
    require_human(actor)
    heads = actor.may(Permission.SEE_OFFICER_FIGURES)
    now = centre.clock()
    since = now - timedelta(days=DAYS)
    with centre.db.write(actor, Purpose.PERFORMANCE) as tx:
        shown = {
            user.name: user.display_name
            for user in people.users(tx.connection)
            if user.name == actor.name or (heads and user.active and user.units & actor.units)
        }
        names = sorted(shown)
        decided = store.decided(tx.connection, names, since, now)
        closed = store.closed(tx.connection, names, since, now)
        shifts = duty.shifts_between(tx.connection, since, now, None)
        tx.audit("officers.viewed", "user", actor.name, officers=names)
    rostered: dict[str, int] = {}
    for shift in shifts:
        rostered[shift.officer] = rostered.get(shift.officer, 0) + 1
    times = _times(closed)
    days = _days(centre, [*decided, *((by, at) for by, _, at in closed)])
    return OfficersView(
        rows=tuple(
            OfficerRow(
                name=name,
                title=shown[name],
                own=name == actor.name,
                shifts=rostered.get(name) or len(days.get(name, ())),
                decisions=sum(by == name for by, _ in decided)
                + sum(by == name for by, _, _ in closed),
                handling=_median(times.get(name, ())),
            )
            for name in names
        ),
        days=DAYS,
        unit=heads,
    )


def _times(
    closed: Sequence[tuple[str, datetime | None, datetime]],
) -> dict[str, list[timedelta]]:
    found: dict[str, list[timedelta]] = {}
    for by, begun, at in closed:
        if begun is not None:
            found.setdefault(by, []).append(at - begun)
    return found


def _days(centre: Centre, done: Sequence[tuple[str, datetime]]) -> Mapping[str, set[object]]:
    """The days on which each decided something, in the centre's time zone."""
    found: dict[str, set[object]] = {}
    for by, at in done:
        found.setdefault(by, set()).add(at.astimezone(centre.settings.zone).date())
    return found


def _median(times: Sequence[timedelta]) -> timedelta | None:
    if len(times) < FEWEST:
        return None
    return timedelta(seconds=median(own.total_seconds() for own in times))
