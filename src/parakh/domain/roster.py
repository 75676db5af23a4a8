"""Rosters of examiners: shifts that need covering, leave, wishes, and who works when.

A day has three slots of eight hours, which begin at 6, 14 and 22 by the centre's clock; the night
belongs to the day on which it begins.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from parakh.domain.examination import Skill

SLOTS = (6, 14, 22)
"""Hour at which each slot begins."""

HOURS = 8
"""Of one slot."""

NIGHT = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """A stretch of work at a terminal on one day, and how many examiners it needs.

    `skills` are how many of them must have each training.
    """

    terminal_id: str
    day: date
    slot: int
    needed: int
    skills: tuple[tuple[Skill, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    """Days on which an examiner does not work, both included."""

    id: str
    examiner_id: str
    since: date
    until: date
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """That an examiner would rather be free on a day; `slot` is None for the whole of it."""

    id: str
    examiner_id: str
    day: date
    slot: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Duty:
    """That an examiner works at a terminal, on a day, in a slot."""

    day: date
    slot: int
    terminal_id: str
    examiner_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortage:
    """A shift that cannot be covered: `skill` is None where it lacks anybody at all.

    Attributes:
        lacking: how many are missing.
        able: examiners of the terminal who have the skill; `away` of them are on leave that day.
        proven: whether no roster could do better, rather than that none was found in the time.
    """

    shift: Shift
    skill: Skill | None
    lacking: int
    able: int
    away: int
    proven: bool


class RosterState(StrEnum):
    """A roster's life: whoever is on shift is told by published ones alone."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DISCARDED = "discarded"


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    """Who works when over some days.

    Attributes:
        since, until: both included.
        penalty, bound: how far it is from fair and wished for, and the least that any roster of
            these days could have; equal for one that cannot be bettered.
        greedy: the penalty of a roster filled day by day, for comparison.
        seconds: that the solver took.
        shortages: what it leaves uncovered.
    """

    id: str
    since: date
    until: date
    state: RosterState
    made_by: str
    made_at: datetime
    penalty: float
    bound: float
    greedy: float
    seconds: float
    shortages: tuple[Shortage, ...] = ()
    published_by: str | None = None
    published_at: datetime | None = None
