"""Rosters of examiners: their hard rules, what makes one better, and a simple one to compare with.

Hard rules: nobody works at a terminal that is not his, twice on one day, on leave, after less than
eleven hours of rest, on more than six days running, or for more hours in any seven days than he
may. Rest and working time are those of Directive 2003/88/EC, articles 3, 5 and 6, as most labour
laws have them. What cannot be covered within these rules stays uncovered and is told; the rules
are never bent.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from parakh.domain.examination import Examiner, Skill, Terminal
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.roster import HOURS, NIGHT, SLOTS, Duty, Leave, Shift, Shortage, Wish

REST = 11
"""Hours at least between two duties."""

RUNNING = 6
"""Days that somebody works one after the other at most."""

WINDOW = 7
"""Days over which hours are counted, whichever they begin with."""

LACKING, SURPLUS, UNFAIR, UNWISHED = 1000, 4, 3, 2
"""Penalty of an examiner who is lacking, of one too many, of a night or weekend duty beyond
somebody's fair share, and of a wish that is not met."""

TOO_CLOSE = frozenset(
    (first, second)
    for first, begins in enumerate(SLOTS)
    for second, after in enumerate(SLOTS)
    if 24 + after - (begins + HOURS) < REST
)
"""Slots of two days, one after the other, between which there is too little rest."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What a roster is wanted for.

    Attributes:
        days: one after the other.
        before: duties of the `WINDOW` days before, which count for rest, running days and hours.
    """

    days: tuple[date, ...]
    shifts: tuple[Shift, ...]
    examiners: tuple[Examiner, ...]
    leave: tuple[Leave, ...] = ()
    wishes: tuple[Wish, ...] = ()
    before: tuple[Duty, ...] = ()

    @property
    def away(self) -> frozenset[tuple[str, date]]:
        """Examiners and days on which they are on leave."""
        return frozenset(
            (own.examiner_id, day)
            for own in self.leave
            for day in self.days
            if own.since <= day <= own.until
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Breach:
    """A hard rule that a roster breaks, by whom and on which day."""

    examiner_id: str
    day: date
    text: Phrase


def shifts_of(terminals: Iterable[Terminal], days: Sequence[date]) -> tuple[Shift, ...]:
    """The shifts that terminals need covered on some days."""
    return tuple(
        Shift(
            terminal_id=terminal.id,
            day=day,
            slot=own.slot,
            needed=own.needed,
            skills=own.skills,
        )
        for terminal in terminals
        for own in terminal.staffing
        for day in days
        if own.needed or own.skills
    )


# --- hard rules ---------------------------------------------------------------------------------


def breaches(problem: Problem, duties: Iterable[Duty]) -> list[Breach]:
    """Every hard rule that the duties break, those of `problem.before` counted in."""
    known = {own.id: own for own in problem.examiners}
    mine: defaultdict[str, list[Duty]] = defaultdict(list)
    for own in problem.before:
        mine[own.examiner_id].append(own)
    new = list(duties)
    found = [one for own in new for one in _alone(problem, known.get(own.examiner_id), own)]
    for own in new:
        mine[own.examiner_id].append(own)
    for examiner_id in sorted({own.examiner_id for own in new}):
        hours = known[examiner_id].hours_a_week if examiner_id in known else 0
        days = set(problem.days)
        found += [
            one for one in _together(examiner_id, sorted(mine[examiner_id]), hours)
            if one.day in days
        ]  # fmt: skip
    return found


def _alone(problem: Problem, examiner: Examiner | None, own: Duty) -> Iterator[Breach]:
    def breach(text: str) -> Breach:
        return Breach(examiner_id=own.examiner_id, day=own.day, text=phrase(text))

    if own.day not in problem.days:
        yield breach(N_("The day is not in the roster."))
    if examiner is None or own.terminal_id not in examiner.terminal_ids:
        yield breach(N_("He does not work at this terminal."))
    if (own.examiner_id, own.day) in problem.away:
        yield breach(N_("He is on leave."))


def _together(examiner_id: str, duties: Sequence[Duty], hours: int) -> Iterator[Breach]:
    """Rules about several days of one examiner, whose duties are in order of time."""
    by_day = {own.day: own for own in duties}
    for day, number in Counter(own.day for own in duties).items():
        if number > 1:
            yield Breach(examiner_id=examiner_id, day=day, text=phrase(N_("Two shifts a day.")))
    for day, own in by_day.items():
        next_day = by_day.get(day + _DAY)
        if next_day is not None and (own.slot, next_day.slot) in TOO_CLOSE:
            text = phrase(N_("Less than {hours} hours of rest before it."), hours=REST)
            yield Breach(examiner_id=examiner_id, day=day + _DAY, text=text)
        last = [day - n * _DAY for n in range(WINDOW)]
        worked = sum(one in by_day for one in last)
        if worked > RUNNING:
            text = phrase(N_("More than {days} days running."), days=RUNNING)
            yield Breach(examiner_id=examiner_id, day=day, text=text)
        if worked * HOURS > hours:
            text = phrase(N_("More than {hours} hours in seven days."), hours=hours)
            yield Breach(examiner_id=examiner_id, day=day, text=text)


# --- what is better -------------------------------------------------------------------------------


def shares(problem: Problem) -> dict[str, tuple[int, int]]:
    """Nights and weekend duties that are fair for each examiner, by the days on which he is there.

    Rounded up, so that all that is needed can be shared out.
    """
    nights = sum(own.needed for own in problem.shifts if own.slot == NIGHT)
    weekends = sum(own.needed for own in problem.shifts if is_weekend(own.day))
    away = problem.away
    there = {
        own.id: sum((own.id, day) not in away for day in problem.days) for own in problem.examiners
    }
    total = max(1, sum(there.values()))
    return {
        key: (ceil(nights * days / total), ceil(weekends * days / total))
        for key, days in there.items()
    }


def is_weekend(day: date) -> bool:
    """Saturday or Sunday."""
    return day.weekday() >= 5


def lacking(problem: Problem, duties: Iterable[Duty]) -> Counter[tuple[Shift, Skill | None]]:
    """How many examiners each shift lacks: of all (None), and of each skill that it asks for."""
    skills = {own.id: own.skills for own in problem.examiners}
    there: defaultdict[tuple[str, date, int], list[str]] = defaultdict(list)
    for own in duties:
        there[(own.terminal_id, own.day, own.slot)].append(own.examiner_id)
    found: Counter[tuple[Shift, Skill | None]] = Counter()
    for shift in problem.shifts:
        present = there[(shift.terminal_id, shift.day, shift.slot)]
        wanted = [(None, shift.needed), *shift.skills]
        for skill, number in wanted:
            able = sum(skill is None or skill in skills[own] for own in present)
            if able < number:
                found[(shift, skill)] = number - able
    return found


def penalty(problem: Problem, duties: Sequence[Duty]) -> float:
    """How far a roster is from covered, fair and wished for; 0 cannot be bettered."""
    short = sum(lacking(problem, duties).values())
    needed = {(o.terminal_id, o.day, o.slot): o.needed for o in problem.shifts}
    present = Counter((own.terminal_id, own.day, own.slot) for own in duties)
    surplus = sum(max(0, number - needed.get(key, 0)) for key, number in present.items())
    nights = Counter(own.examiner_id for own in duties if own.slot == NIGHT)
    weekends = Counter(own.examiner_id for own in duties if is_weekend(own.day))
    unfair = sum(
        max(0, nights[key] - share[0]) + max(0, weekends[key] - share[1])
        for key, share in shares(problem).items()
    )
    unwished = sum(_against(problem.wishes, own) for own in duties)
    return LACKING * short + SURPLUS * surplus + UNFAIR * unfair + UNWISHED * unwished


def against(wishes: Iterable[Wish]) -> frozenset[tuple[str, date, int]]:
    """Examiner, day and slot of every duty that somebody would rather not have."""
    return frozenset(
        (own.examiner_id, own.day, slot)
        for own in wishes
        for slot in (range(len(SLOTS)) if own.slot is None else (own.slot,))
    )


def _against(wishes: Iterable[Wish], own: Duty) -> bool:
    return any(
        (own.examiner_id, own.day) == (one.examiner_id, one.day) and one.slot in (None, own.slot)
        for one in wishes
    )


# --- told -----------------------------------------------------------------------------------------


def shortages(problem: Problem, duties: Sequence[Duty], *, proven: bool) -> tuple[Shortage, ...]:
    """What a roster leaves uncovered, with who could have been there."""
    found = []
    for (shift, skill), number in lacking(problem, duties).items():
        able = [
            own
            for own in problem.examiners
            if shift.terminal_id in own.terminal_ids and (skill is None or skill in own.skills)
        ]
        away = sum((own.id, shift.day) in problem.away for own in able)
        found.append(
            Shortage(
                shift=shift, skill=skill, lacking=number, able=len(able), away=away, proven=proven
            )
        )
    return tuple(sorted(found, key=lambda own: (own.shift.day, own.shift.slot)))


def said(own: Shortage, terminal: str) -> Phrase:
    """A shortage in words."""
    away = own.able - own.away < own.lacking
    if own.skill is None:
        text = N_("{terminal}: {lacking} lack; of {able} who work there, {away} are on leave.")
        tired = N_(
            "{terminal}: {lacking} lack; {able} work there, and their rest, days running or hours "
            "forbid more."
        )
    else:
        text = N_(
            "{terminal}: {lacking} trained for {skill} lack; of {able} who are, {away} are on "
            "leave."
        )
        tired = N_(
            "{terminal}: {lacking} trained for {skill} lack; {able} are, and their rest, days "
            "running or hours forbid more."
        )
    return phrase(
        text if away else tired,
        terminal=terminal,
        lacking=own.lacking,
        able=own.able,
        away=own.away,
        skill=own.skill.value.replace("_", " ") if own.skill else "",
    )


# --- a simple roster ------------------------------------------------------------------------------


def greedy(problem: Problem) -> list[Duty]:
    """A roster filled shift by shift in order of time with whoever worked least; for comparison.

    It keeps every hard rule, looks ahead at nothing, and takes back nothing.
    """
    made: list[Duty] = []
    mine: defaultdict[str, list[Duty]] = defaultdict(list)
    for own in problem.before:
        mine[own.examiner_id].append(own)
    unwished = against(problem.wishes)
    for shift in sorted(problem.shifts, key=lambda o: (o.day, o.slot, o.terminal_id)):
        for skill, number in [*shift.skills, (None, shift.needed)]:
            for _ in range(number - _present(problem, made, shift, skill)):
                duty = _cheapest(problem, shift, skill, mine, unwished)
                if duty is None:
                    break
                made.append(duty)
                mine[duty.examiner_id].append(duty)
    return made


def _present(problem: Problem, made: Iterable[Duty], shift: Shift, skill: Skill | None) -> int:
    skills = {own.id: own.skills for own in problem.examiners}
    return sum(
        (own.terminal_id, own.day, own.slot) == (shift.terminal_id, shift.day, shift.slot)
        and (skill is None or skill in skills[own.examiner_id])
        for own in made
    )


def _cheapest(
    problem: Problem,
    shift: Shift,
    skill: Skill | None,
    mine: dict[str, list[Duty]],
    unwished: frozenset[tuple[str, date, int]],
) -> Duty | None:
    """The duty of whoever can take it within the rules and has least to do."""
    able = []
    for own in problem.examiners:
        if skill is not None and skill not in own.skills:
            continue
        duty = Duty(
            day=shift.day, slot=shift.slot, terminal_id=shift.terminal_id, examiner_id=own.id
        )
        had = mine[own.id]
        if any(_alone(problem, own, duty)) or any(
            _together(own.id, sorted([*had, duty]), own.hours_a_week)
        ):
            continue
        able.append(((own.id, shift.day, shift.slot) in unwished, len(had), own.id, duty))
    return min(able)[3] if able else None
