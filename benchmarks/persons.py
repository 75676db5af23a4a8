"""Who is this: how well travellers of different voyages are linked, and how long a list takes.

Claim: on invented journeys with known truth (renewed passports, changed names and spellings,
mistyped birth dates; twins, fathers and sons, namesakes and borrowed passports) at least 98 of 100
links are right and 95 of 100 are found; 300 travellers are linked with 100,000 others in SQLite
within half a second.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, TextIO

from parakh.normalise.assemble import traveller_of
from parakh.screen.grouping import group, near
from parakh.screen.persons import MAY_BE, Identity
from parakh.services import linking
from parakh.services.centre import Centre
from parakh.settings import Settings
from parakh.simulate.journeys import appearances
from parakh.store import travellers

TODAY = date(2026, 11, 1)
SEEDS = (1, 2, 3)
PERSONS = 5_000
STORED = 35_000
"""Persons in the store; they make about 100,000 journeys."""

LIST = 300
ROUNDS = 7


def pairs(count: int) -> int:
    """How many pairs there are of so many."""
    return count * (count - 1) // 2


def accuracy(seed: int) -> dict[str, float]:
    """Shares of pairs of journeys: of those linked which are right, of one person's which are."""
    identities: dict[str, Identity] = {}
    truth: dict[str, int] = {}
    for place, own in enumerate(appearances(seed, PERSONS, TODAY)):
        value = traveller_of(own.person.declared(), "", TODAY)
        key = f"{place:06d}"
        truth[key] = own.truth
        identities[key] = Identity.made(
            name=value.name,
            birth_date=value.birth_date,
            sex=value.sex,
            nationality=value.nationality,
            documents=value.documents,
        )
    persons = [[link.traveller_id for link in links] for links in group(identities)]
    person = {own: place for place, members in enumerate(persons) for own in members}
    linked = sum(pairs(len(members)) for members in persons)
    right = sum(
        pairs(count)
        for members in persons
        for count in Counter(truth[own] for own in members).values()
    )
    true = sum(pairs(count) for count in Counter(truth.values()).values())
    # What an officer finds on the page: linked, or offered for some journey of either person.
    offered = {
        frozenset((person.get(own, own), person.get(other, other)))
        for own, others in near(identities, identities, MAY_BE).items()
        for other in others
    }
    by_truth: dict[int, list[str]] = {}
    for own, who in truth.items():
        by_truth.setdefault(who, []).append(own)
    shown = sum(
        frozenset((person.get(one, one), person.get(other, other))) in offered
        or person.get(one, one) == person.get(other, other)
        for members in by_truth.values()
        for one, other in combinations(members, 2)
    )
    return {
        "journeys": len(identities),
        "persons": len(by_truth),
        "precision": right / linked,
        "recall": right / true,
        "recall with those offered": shown / true,
    }


def speed() -> dict[str, float]:
    """Milliseconds of linking a list of new travellers within a transaction."""
    values = [
        traveller_of(own.person.declared(), "", TODAY) for own in appearances(9, STORED, TODAY)
    ]
    with tempfile.TemporaryDirectory() as folder:
        centre = Centre.create(Settings(data_dir=Path(folder) / "var"))
        taken = []
        old = values[: -LIST * ROUNDS]
        with centre.db.maintain() as connection:
            for start in range(0, len(old), 5_000):
                travellers.save_travellers(connection, old[start : start + 5_000])
        for turn in range(ROUNDS):
            new = values[len(old) + turn * LIST :][:LIST]
            with centre.db.maintain() as connection:
                travellers.save_travellers(connection, new)
                start_at = perf_counter()
                linking.link(connection, [own.id for own in new], datetime.now(UTC))
                taken.append((perf_counter() - start_at) * 1000)
        centre.close()
    return {"stored": len(old), "list": LIST, "median ms": median(taken), "worst ms": max(taken)}


def main() -> int:
    """Prints a table; with --json one JSON document, and the table on standard error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures: dict[str, Any] = {
        **{f"seed {seed}": accuracy(seed) for seed in SEEDS},
        "speed": speed(),
    }
    show(figures, sys.stderr if arguments.json else sys.stdout)
    if arguments.json:
        print(json.dumps(figures, indent=2))
    right = all(
        figures[f"seed {seed}"]["precision"] >= 0.98 and figures[f"seed {seed}"]["recall"] >= 0.95
        for seed in SEEDS
    )
    return 0 if right and figures["speed"]["median ms"] <= 500 else 1


def show(figures: dict[str, Any], out: TextIO) -> None:
    """The figures as a table."""
    for name, values in figures.items():
        print(name, file=out)
        for what, value in values.items():
            shown = f"{value:.4f}" if isinstance(value, float) and value <= 1 else f"{value:,.0f}"
            print(f"  {what:28} {shown:>10}", file=out)


if __name__ == "__main__":
    sys.exit(main())
