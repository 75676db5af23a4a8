"""The data that `parakh evaluate names` measures with, and its figures as a table."""

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

from parakh.cli.centre import progress_bar
from parakh.domain.dates import PartialDate
from parakh.domain.traveller import PersonName, Traveller, TravellerRole
from parakh.domain.watchlist import WatchlistEntry
from parakh.errors import InvalidInput
from parakh.ingest.lists.declared import DeclaredEntry
from parakh.ingest.lists.formats import FORMS
from parakh.learn import names
from parakh.learn.name_cases import variants_of
from parakh.normalise.assemble import traveller_of
from parakh.normalise.entries import listed_entry
from parakh.simulate.names import STOCKS
from parakh.simulate.people import Route, born_between, passengers

_ROUTE = Route(
    origin="DXB",
    destination="KHI",
    country="PAK",
    nations=dict.fromkeys(STOCKS, 4) | {"PAK": 45, "AFG": 8},
    feeders=("JED",),
    bag_prefix="0000",
)
"""Whoever comes to a gate of the simulation's country."""

_LISTS = (("ofac-csv", "ofac/sdn.csv"), ("un-xml", "un/*.xml"), ("eu-csv", "eu/*.csv"))


def pairs(path: Path) -> dict[str, Any]:
    """Precision, recall and F1 on a CSV of labelled pairs."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        needed = {"schema", "name1", "name2", "is_match"}
        if not needed <= set(rows.fieldnames or ()):
            raise InvalidInput(f"{path.name} lacks one of the columns {', '.join(sorted(needed))}")
        labelled = [
            names.LabelledPair(
                person=row["schema"] == "Person",
                one=row["name1"],
                other=row["name2"],
                same=row["is_match"].strip().lower() == "true",
            )
            for row in rows
        ]
    return names.evaluate_pairs(labelled)


def lists(
    folder: Path, variants: Path | None, *, each: int, travellers: int, seed: int
) -> dict[str, Any]:
    """Recall on the persons of lists, beside peers."""
    listed = names.persons_of(_entries(folder))
    if not listed:
        raise InvalidInput(f"{folder} has no list with persons: {', '.join(f for _, f in _LISTS)}")
    groups = json.loads(variants.read_text("utf-8"))["test"] if variants else []
    asked = names.ListEvaluation(
        listed=listed,
        others=_others(listed, travellers, seed),
        variants=variants_of(groups),
        each=each,
        seed=seed,
    )
    with progress_bar("Comparing") as progress:
        return names.evaluate_list(asked, progress)


def _entries(folder: Path) -> Iterator[WatchlistEntry]:
    now = datetime.now(UTC)
    for form, pattern in _LISTS:
        for path in sorted(folder.glob(pattern)):
            for found in FORMS[form].read(path):
                if isinstance(found, DeclaredEntry):
                    entry, _ = listed_entry(found, form, "evaluation", now)
                    if entry is not None:
                        yield entry


def _others(listed: Sequence[WatchlistEntry], count: int, seed: int) -> list[Traveller]:
    """People who are not listed: three in four invented travellers, and one in four with the given
    names of one listed person and the family name of another, whose names are as rare as theirs."""
    rng, today = Random(seed), date(2026, 1, 1)  # noqa: S311  (no secrets)
    named = [own for own in listed if own.names[0].family and own.names[0].given]
    crossed = [_crossed(rng, named, today) for _ in range(count // 4)]
    invented = passengers(rng, _ROUTE, count - len(crossed), today)
    return [traveller_of(own.declared(), "", today) for own in invented] + crossed


def _crossed(rng: Random, listed: Sequence[WatchlistEntry], today: date) -> Traveller:
    one, other = rng.sample(listed, 2)
    born = born_between(rng, today, 19, 75)
    return Traveller(
        id="",
        voyage_id="",
        role=TravellerRole.PASSENGER,
        name=PersonName(family=other.names[0].family, given=one.names[0].given),
        birth_date=PartialDate.of(born),
        nationality=next(iter(other.nationalities), None),
        sex=one.sex,
    )


def table(result: dict[str, Any]) -> str:
    """The figures for a terminal."""
    if "person" in result:
        return "\n".join(
            f"{kind:<13} F1 {own['f1']:.3f}  precision {own['precision']:.3f}  "
            f"recall {own['recall']:.3f}  at {own['threshold']}  ({own['pairs']} pairs)"
            for kind, own in result.items()
        )
    lines = [f"{result['listed']} listed, {result['others']} others; cases: {result['cases']}"]
    for born in ("with birth date", "without birth date"):
        for name, rates in result[born].items():
            for rate, own in rates.items():
                each = "  ".join(f"{recall:.3f}" for recall in own["recall"].values())
                lines.append(f"{born:<19}{name:<34}{rate:>5}  mean {own['mean']:.3f}  {each}")
    return "\n".join(lines)
