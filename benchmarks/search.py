"""The search box: how long an answer takes with a million travellers on file.

Claim: with 1,000,000 travellers in the database, 99 of 100 questions of every kind (rare and common
names, misspelt ones, another script, nobody's, a document, a booking, a flight, a container) are
answered in under 300 ms, audit included, for the whole centre, for a region of four ports, and for
the officer of the smallest port, at which one traveller in a hundred comes.

With --database URL (empty, or of an earlier run with as many) instead of an embedded one of its
own.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, TextIO

import sqlalchemy as sa

from parakh import logs
from parakh.access import Actor, Permission
from parakh.domain.traveller import PersonName
from parakh.normalise.names import name_key
from parakh.services import search as service
from parakh.services.centre import Centre
from parakh.settings import Settings
from parakh.simulate.crowd import crowd
from parakh.store import search as store
from parakh.store import tables

TRAVELLERS = 1_000_000
A_VOYAGE = 200
SHARES = {"KHI": 40, "LHE": 24, "ISB": 16, "PEW": 7, "MUX": 4, "SKT": 3, "LYP": 2, "UET": 2,
          "GWD": 1, "TUK": 1}  # fmt: skip
"""Voyages of a hundred to each port."""

CHUNK = 20_000
EACH = 100
LONGEST_MS = 300
PERCENTILES = {"p50 ms": 0.5, "p95 ms": 0.95, "p99 ms": 0.99}
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def officer(*ports: str) -> Actor:
    """One of some ports, or of the whole centre."""
    return Actor(
        id="o",
        name="officer",
        permissions=frozenset(Permission) - ({Permission.EVERY_UNIT} if ports else set()),
        units=frozenset(own.lower() for own in ports),
        ports=frozenset(ports),
        central=not ports,
    )


OFFICERS = {
    "centre": officer(),
    "four ports": officer("LHE", "ISB", "SKT", "LYP"),
    "one port": officer("TUK"),
}

Rows = list[dict[str, Any]]


def fill(centre: Centre, count: int) -> list[PersonName]:
    """Puts so many travellers into the database; gives their names in order."""
    names = list(crowd(11, count))
    with centre.db.maintain() as connection:
        held = connection.execute(sa.select(sa.func.count()).select_from(tables.traveller))
        if held.scalar_one() == count:
            return names
        for start in range(0, -(-count // A_VOYAGE), CHUNK):
            rows = [voyage(place) for place in range(start, min(start + CHUNK, count // A_VOYAGE))]
            connection.execute(tables.voyage.insert(), rows)
    for start in range(0, count, CHUNK):
        some = range(start, min(start + CHUNK, count))
        with centre.db.maintain() as connection:
            connection.execute(tables.traveller.insert(), [person(at, names[at]) for at in some])
            connection.execute(tables.document.insert(), [passport(at) for at in some])
            connection.execute(tables.crossing.insert(), [crossing(at) for at in some])
            store.write(connection, {f"{at:032x}": names[at] for at in some})
    with centre.db.maintain() as connection:
        if not centre.db.embedded:
            connection.exec_driver_sql("ANALYZE")
    return names


def voyage(place: int) -> dict[str, Any]:
    """A voyage of the last half year."""
    due, port = NOW - timedelta(minutes=40 * (5_000 - place)), port_of(place)
    return {
        "id": f"v{place:031x}",
        "key": f"v{place}",
        "mode": "air",
        "carrier": "PK",
        "number": str(100 + place % 800),
        "origin": "DXB",
        "destination": port,
        "port": port,
        "direction": "entry",
        "due_at": due,
        "leaves_at": due - timedelta(hours=3),
    }


def person(at: int, name: PersonName) -> dict[str, Any]:
    """A traveller on the voyage of his turn."""
    return {
        "id": f"{at:032x}",
        "voyage_id": f"v{at // A_VOYAGE:031x}",
        "role": "passenger",
        "standing": "expected",
        "name_key": name_key(name),
        "family_name": name.family,
        "given_names": name.given,
        "birth_date": f"{1940 + at % 65}-{1 + at % 12:02}-{1 + at % 28:02}",
        "nationality": "PAK",
        "booking_reference": locator(at),
        "bags": [],
    }


def passport(at: int) -> dict[str, Any]:
    """His passport."""
    return {"traveller_id": f"{at:032x}", "ordinal": 0, "type": "P", "number": number(at)}


def crossing(at: int) -> dict[str, Any]:
    """His crossing."""
    place = at // A_VOYAGE
    return {
        "id": f"c{at:031x}",
        "traveller_id": f"{at:032x}",
        "voyage_id": f"v{place:031x}",
        "port": port_of(place),
        "direction": "entry",
        "state": "actual",
        "lane": "A1",
        "at": NOW - timedelta(minutes=40 * (5_000 - place)),
    }


def port_of(place: int) -> str:
    """The port of a voyage; those of one port are spread over all time."""
    return _PORTS[place * 37 % 100]


_PORTS = [port for port, share in SHARES.items() for _ in range(share)]


def number(at: int) -> str:
    """A passport's number."""
    return f"PX{at:07}"


def locator(at: int) -> str:
    """A booking's locator, shared by some."""
    return f"Q{at // 3:X}".ljust(6, "Z")[:6]


def questions(names: Sequence[PersonName]) -> dict[str, Callable[[Random], str]]:
    """A text of each kind, made with a random number."""

    def any_name(random: Random) -> PersonName:
        return names[random.randrange(len(names))]

    def slip(random: Random) -> str:
        text = any_name(random).full
        place = random.randrange(1, len(text) - 1)
        return text[:place] + random.choice("AEIRSTN") + text[place + 1 :]

    def one(*texts: str) -> Callable[[Random], str]:
        return lambda random: random.choice(texts)

    return {
        "whole name": lambda random: any_name(random).full,
        "whole name, a slip": slip,
        "family name": lambda random: any_name(random).family,
        "common words": one("Muhammad Ali", "mohd khan", "syed ali shah", "abdul rahman"),
        "one common word": one("Khan", "Muhammad", "Ahmed", "Li", "Singh"),
        "common with rare": lambda random: f"muhammad {any_name(random).family}",
        "another script": one("محمد علی خان", "احمد حسن", "عبدالرحمن", "Мухаммад Хан"),
        "nobody's": one("Qwertzuiop Brxlfgh", "Xyzzy Plugh"),
        "document": lambda random: number(random.randrange(len(names))),
        "booking": lambda random: locator(random.randrange(len(names))),
        "flight": lambda random: f"PK{100 + random.randrange(800)}",
        "phone, container, nothing": one("+923001234567", "CSQU3054383", "ZZ99999999"),
    }


def measure(centre: Centre, names: Sequence[PersonName]) -> Iterator[tuple[str, dict[str, float]]]:
    """Milliseconds of each kind of question of each officer, asked many times."""
    service.search(centre, OFFICERS["centre"], "warm up")
    for title, ask in questions(names).items():
        for who, actor in OFFICERS.items():
            random = Random(3)
            taken, found = [], 0
            for _ in range(EACH):
                text = ask(random)
                began = perf_counter()
                groups = service.search(centre, actor, text).groups
                taken.append((perf_counter() - began) * 1000)
                found += bool(groups)
            yield f"{title}, {who}", told(taken) | {"answered": found / EACH}


def told(taken: Sequence[float]) -> dict[str, float]:
    """Percentiles of some milliseconds."""
    ordered = sorted(taken)
    at = {name: ordered[int(share * (len(ordered) - 1))] for name, share in PERCENTILES.items()}
    return at | {"max ms": ordered[-1]}


def main() -> int:
    """Prints a table; with --json one JSON document, and the table on standard error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--travellers", type=int, default=TRAVELLERS)
    parser.add_argument("--database", default="")
    arguments = parser.parse_args()
    logs.configure("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "var", database_url=arguments.database)
        centre = Centre.create(settings, lambda: NOW)
        began = perf_counter()
        names = fill(centre, arguments.travellers)
        filled = perf_counter() - began
        figures = dict(measure(centre, names))
        centre.close()
    result = {"travellers": arguments.travellers, "filled s": filled, "questions": figures}
    show(result, sys.stderr if arguments.json else sys.stdout)
    if arguments.json:
        print(json.dumps(result, indent=2))
    return 0 if all(own["p99 ms"] < LONGEST_MS for own in figures.values()) else 1


def show(result: dict[str, Any], out: TextIO) -> None:
    """The figures as a table."""
    print(f"{result['travellers']:,} travellers, filled in {result['filled s']:.0f} s", file=out)
    columns = (*PERCENTILES, "max ms")
    print(f"{'question':36}" + "".join(f"{own:>9}" for own in columns) + " answered", file=out)
    for name, own in result["questions"].items():
        figures = "".join(f"{own[column]:9.1f}" for column in columns)
        print(f"{name:36}{figures} {own['answered']:8.0%}", file=out)


if __name__ == "__main__":
    sys.exit(main())
