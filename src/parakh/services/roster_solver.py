"""Rosters by Google OR-Tools' CP-SAT: hard rules as constraints, coverage and fairness as penalty.

Coverage is no constraint but the dearest penalty. So there is always an answer, and where not all
can be covered it is the roster that lacks least, which says what is lacking. Whether no roster
could lack less is told by the solver's bound.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Timer
from time import perf_counter

from ortools.sat.python import cp_model

from parakh.act import roster as act
from parakh.act.roster import LACKING, SURPLUS, UNFAIR, UNWISHED, Problem
from parakh.domain.examination import Examiner
from parakh.domain.roster import HOURS, NIGHT, SLOTS, Duty, Shift, Shortage
from parakh.errors import InvalidInput

SECONDS = 20.0
"""That the solver may take; it ends at once when no roster can be better."""

PATIENCE = 5.0
"""Seconds after which the search ends when nothing better was found."""

WORKERS = 4
_DAY = timedelta(days=1)

_Places = dict[tuple[str, date, int, str], cp_model.IntVar]


@dataclass(frozen=True, kw_only=True, slots=True)
class Solution:
    """A roster; see `parakh.domain.roster.Roster` for penalty and bound."""

    duties: tuple[Duty, ...]
    penalty: float
    bound: float
    seconds: float
    shortages: tuple[Shortage, ...]


def solve(
    problem: Problem,
    *,
    seconds: float = SECONDS,
    workers: int = WORKERS,
    seed: int = 1,
) -> Solution:
    """The best roster that is found in the time; raises InvalidInput where nothing is asked for."""
    if not problem.shifts or not problem.examiners:
        raise InvalidInput("a roster needs terminals that say whom they need, and examiners")
    begun = perf_counter()
    model = _Model(problem)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    patience = _Patience(solver)
    status = solver.solve(model.model, patience)
    patience.end()
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise InvalidInput("no roster was found in the time: ask for fewer days at once")
    duties = tuple(sorted(own for own, var in model.duties() if solver.boolean_value(var)))
    penalty = act.penalty(problem, duties)
    bound = min(penalty, solver.best_objective_bound)
    short = sum(act.lacking(problem, duties).values())
    # The bound proves that so many are lacking in any roster.
    proven = bound > LACKING * (short - 1)
    return Solution(
        duties=duties,
        penalty=penalty,
        bound=bound,
        seconds=perf_counter() - begun,
        shortages=act.shortages(problem, duties, proven=proven),
    )


class _Patience(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]  # it has no types
    """Ends the search some time after the last roster that was better than those before."""

    def __init__(self, solver: cp_model.CpSolver) -> None:
        super().__init__()
        self._solver = solver
        self._timer: Timer | None = None

    def on_solution_callback(self) -> None:
        """Told of a better roster."""
        self.end()
        self._timer = Timer(PATIENCE, self._solver.stop_search)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        """Waits no more."""
        if self._timer is not None:
            self._timer.cancel()


class _Model:
    """One boolean for each examiner, day, slot and terminal that can be."""

    def __init__(self, problem: Problem) -> None:
        self.model = cp_model.CpModel()
        self._problem = problem
        self._places = self._make()
        self._works = self._by_slot()
        for examiner in problem.examiners:
            self._keep_rules(examiner)
        terms = [*self._coverage(), *self._fairness(), *self._wishes()]
        self.model.minimize(sum(terms))
        self._hint()

    def duties(self) -> list[tuple[Duty, cp_model.IntVar]]:
        """Each possible duty with its boolean."""
        return [
            (Duty(day=day, slot=slot, terminal_id=terminal, examiner_id=who), var)
            for (who, day, slot, terminal), var in self._places.items()
        ]

    def _make(self) -> _Places:
        away = self._problem.away
        return {
            (own.id, shift.day, shift.slot, shift.terminal_id): self.model.new_bool_var("")
            for shift in self._problem.shifts
            for own in self._problem.examiners
            if shift.terminal_id in own.terminal_ids and (own.id, shift.day) not in away
        }

    def _by_slot(self) -> dict[tuple[str, date, int], list[cp_model.IntVar]]:
        found: defaultdict[tuple[str, date, int], list[cp_model.IntVar]] = defaultdict(list)
        for (who, day, slot, _), var in self._places.items():
            found[(who, day, slot)].append(var)
        return found

    def _on(self, who: str, day: date, slots: range | tuple[int, ...]) -> list[cp_model.IntVar]:
        return [var for slot in slots for var in self._works.get((who, day, slot), ())]

    def _keep_rules(self, own: Examiner) -> None:
        every = range(len(SLOTS))
        before = {one.day: one.slot for one in self._problem.before if one.examiner_id == own.id}
        for day in self._problem.days:
            today = self._on(own.id, day, every)
            self.model.add(sum(today) <= 1)
            self._rest(own.id, day, before)
            week = [day - n * _DAY for n in range(act.WINDOW)]
            had = sum(one in before for one in week if one < self._problem.days[0])
            most = min(act.RUNNING, own.hours_a_week // HOURS) - had
            planned = [var for one in week for var in self._on(own.id, one, every)]
            # What was published before may be over the limit already: then nothing is added.
            self.model.add(sum(planned) <= max(0, most))

    def _rest(self, who: str, day: date, before: dict[date, int]) -> None:
        last = day - _DAY
        for first, second in act.TOO_CLOSE:
            later = self._on(who, day, (second,))
            if last < self._problem.days[0]:
                if before.get(last) == first:
                    self.model.add(sum(later) == 0)
            else:
                self.model.add(sum(self._on(who, last, (first,)) + later) <= 1)

    # --- what it costs ----------------------------------------------------------------------

    def _coverage(self) -> list[cp_model.LinearExpr]:
        skills = {own.id: own.skills for own in self._problem.examiners}
        terms: list[cp_model.LinearExpr] = []
        for shift in self._problem.shifts:
            there = self._there(shift)
            for skill, number in [(None, shift.needed), *shift.skills]:
                able = [var for who, var in there if skill is None or skill in skills[who]]
                lacking = self.model.new_int_var(0, number, "")
                self.model.add(sum(able) + lacking >= number)
                terms.append(LACKING * lacking)
            surplus = self.model.new_int_var(0, len(there), "")
            self.model.add(sum(var for _, var in there) - shift.needed <= surplus)
            terms.append(SURPLUS * surplus)
        return terms

    def _there(self, shift: Shift) -> list[tuple[str, cp_model.IntVar]]:
        return [
            (own.id, self._places[key])
            for own in self._problem.examiners
            if (key := (own.id, shift.day, shift.slot, shift.terminal_id)) in self._places
        ]

    def _fairness(self) -> list[cp_model.LinearExpr]:
        terms: list[cp_model.LinearExpr] = []
        for who, (nights, weekends) in act.shares(self._problem).items():
            on_nights = [v for (w, _, slot, _), v in self._places.items()
                         if w == who and slot == NIGHT]  # fmt: skip
            on_weekends = [v for (w, day, _, _), v in self._places.items()
                           if w == who and act.is_weekend(day)]  # fmt: skip
            for told, share in ((on_nights, nights), (on_weekends, weekends)):
                over = self.model.new_int_var(0, len(self._problem.days), "")
                self.model.add(sum(told) - share <= over)
                terms.append(UNFAIR * over)
        return terms

    def _wishes(self) -> list[cp_model.LinearExpr]:
        unwished = act.against(self._problem.wishes)
        return [
            UNWISHED * var
            for (who, day, slot, _), var in self._places.items()
            if (who, day, slot) in unwished
        ]

    def _hint(self) -> None:
        """The simple roster as a start, so that there always is one."""
        planned = set(act.greedy(self._problem))
        for duty, var in self.duties():
            self.model.add_hint(var, duty in planned)
