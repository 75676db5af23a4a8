"""Rosters: how long one takes, how far it is from the best there can be, and from a simple one.

Claim: 60 examiners, 14 days, 3 shifts a day at three terminals, with skills, leave and wishes, are
solved in under 30 s, and every hard rule holds.

Beside it, on the same problem: a roster filled shift by shift with whoever worked least.
"""

import argparse
import json
from datetime import date, timedelta
from random import Random
from typing import Any

from parakh.act import roster as act
from parakh.act.roster import Problem
from parakh.domain.examination import Examiner, Skill, Staffing, Terminal
from parakh.domain.roster import Leave, Wish
from parakh.services.roster_solver import solve

FIRST = date(2026, 11, 30)
GOAL_SECONDS = 30


def terminals() -> list[Terminal]:
    """Three, that need 33 examiners a day together."""
    food, dangerous = Skill.FOOD, Skill.DANGEROUS
    needs = {"a": (6, 5, 4), "b": (5, 4, 3), "c": (3, 2, 1)}
    return [
        Terminal(
            id=key, name=f"Terminal {key.upper()}", port="PKKHI", bays=6, a_shift=30,
            staffing=tuple(
                Staffing(
                    slot=slot,
                    needed=needed,
                    skills=((food, 1), (dangerous, 1)) if needed > 1 else (),
                )
                for slot, needed in enumerate(needed_in)
            ),
        )
        for key, needed_in in needs.items()
    ]  # fmt: skip


def problem(examiners: int, days: int, seed: int) -> Problem:
    """Examiners of one or two terminals with up to three skills; every fourth has some leave."""
    random = Random(seed)
    span = tuple(FIRST + timedelta(days=n) for n in range(days))
    people = [
        Examiner(
            id=f"e{n:02}",
            name=f"examiner{n:02}",
            terminal_ids=frozenset(random.sample("abc", random.choice((1, 1, 2)))),
            skills=frozenset(random.sample(list(Skill), random.choice((1, 2, 3))))
            | ({Skill.FOOD} if n % 3 == 0 else set())
            | ({Skill.DANGEROUS} if n % 3 == 1 else set()),
            hours_a_week=random.choice((40, 48)),
        )
        for n in range(examiners)
    ]
    leave = []
    for own in people[::4]:
        since = random.choice(span)
        leave.append(
            Leave(
                id=own.id,
                examiner_id=own.id,
                since=since,
                until=since + timedelta(days=random.randrange(1, 6)),
            )
        )
    wishes = [
        Wish(id=f"{own.id}{n}", examiner_id=own.id, day=random.choice(span),
             slot=random.choice((None, 0, 1, 2)))
        for own in people
        for n in range(2)
    ]  # fmt: skip
    return Problem(
        days=span,
        shifts=act.shifts_of(terminals(), span),
        examiners=tuple(people),
        leave=tuple(leave),
        wishes=tuple(wishes),
    )


def measure(examiners: int, days: int, seed: int, seconds: float) -> dict[str, Any]:
    """One problem, solved and filled."""
    asked = problem(examiners, days, seed)
    found = solve(asked, seconds=seconds)
    simple = act.greedy(asked)
    return {
        "seed": seed,
        "examiners": examiners,
        "days": days,
        "shifts": len(asked.shifts),
        "duties": len(found.duties),
        "seconds": round(found.seconds, 2),
        "penalty": found.penalty,
        "bound": found.bound,
        "lacking": sum(own.lacking for own in found.shortages),
        "broken_rules": len(act.breaches(asked, found.duties)),
        "greedy_penalty": act.penalty(asked, simple),
        "greedy_lacking": sum(act.lacking(asked, simple).values()),
        "greedy_broken_rules": len(act.breaches(asked, simple)),
    }


def main() -> None:
    """Prints a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examiners", type=int, default=60)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=25.0, help="that the solver may take")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows = [measure(given.examiners, given.days, n, given.seconds) for n in range(given.seeds)]
    slowest = max(row["seconds"] for row in rows)
    if given.json:
        print(json.dumps({"runs": rows, "slowest_seconds": slowest, "goal": GOAL_SECONDS}))
        return
    print("seed  duties  seconds  penalty  bound  lacking  broken | greedy: penalty lacking broken")
    for row in rows:
        print(
            f"{row['seed']:4}  {row['duties']:6}  {row['seconds']:7.1f}  {row['penalty']:7.0f}  "
            f"{row['bound']:5.0f}  {row['lacking']:7}  {row['broken_rules']:6} | "
            f"{row['greedy_penalty']:15.0f} {row['greedy_lacking']:7} "
            f"{row['greedy_broken_rules']:6}"
        )
    print(f"slowest {slowest:.1f} s; goal {GOAL_SECONDS} s")


if __name__ == "__main__":
    main()
