"""From the bytes of a passenger list to committed assessments, with the time of each stage.

Claim: 300 passengers against 10,000 listed names in under 2 seconds, everything committed to disk.
Beside it, in the same run: a brute-force rapidfuzz comparison of the same names (what a list
without an index costs), and how long this disk takes for the bare commits (the physical limit).
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

from rapidfuzz import fuzz, process

from parakh import logs
from parakh.access import Purpose, system_actor
from parakh.domain.message import Channel, Source
from parakh.domain.unit import Unit
from parakh.ingest import reader
from parakh.normalise.assemble import assemble
from parakh.services import accounts, imports, intake, reading, screening
from parakh.services.centre import Centre
from parakh.services.demonstration import INVENTED
from parakh.settings import Settings
from parakh.simulate import traffic
from parakh.simulate.lists import listed_persons, write_csv
from parakh.store import messages

PASSENGERS = 300
LISTED = 10_000
ROUNDS = 5
TODAY = date(2026, 1, 5)
GTAS_PER_SECOND = 6.5
"""Passengers a second a thread against GTAS's fuzzy list, as measured for docs/peers."""


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that `work` took, and what it gave."""
    start = perf_counter()
    result = work()
    return perf_counter() - start, result


def prepared(folder: Path) -> Centre:
    """A centre with one unit and the watchlist."""
    centre = Centre.create(Settings(data_dir=folder / "var"))
    one, two = system_actor("one"), system_actor("two")
    accounts.add_unit(centre, one, Unit(id="u", name="Unit", ports=frozenset({"KHI"})))
    path = folder / "watchlist.csv"
    rows = listed_persons(Random(3), LISTED * 12 // 10, TODAY)
    people = [row for row in rows if row.kind == "person"][:LISTED]
    write_csv(path, [replace(row, expires="") for row in people])
    done = imports.import_csv(centre, one, path, approver=two, new_list=INVENTED)
    assert sum(own.added for own in done) == LISTED, done
    return centre


def one_round(centre: Centre, seed: int) -> dict[str, float]:
    """Milliseconds of each stage for one new list."""
    data = traffic.passenger_list(PASSENGERS, seed, TODAY)
    source = Source(channel=Channel.CLI, name=f"{seed}.edi")
    receive, received = timed(lambda: intake.receive(centre, system_actor("b"), data, source))
    read, submissions = timed(lambda: reader.read(data))
    make, _ = timed(lambda: [assemble(own, "PAK", TODAY) for own in submissions])
    parse, _ = timed(lambda: reading.parse(centre, received.message))
    with centre.db.read() as connection:
        message = messages.get(connection, received.message.id)
    screen, _ = timed(lambda: screening.screen_message(centre, message))
    stages = {
        "receive and store": receive,
        "read (EDIFACT)": read,
        "normalise": make,
        "store records": parse - read - make,
        "screen, alert, commit": screen,
    }
    whole = {"total": receive + parse + screen}
    return {name: seconds * 1000 for name, seconds in (stages | whole).items()}


def brute_force(centre: Centre) -> float:
    """Milliseconds to compare 300 names with 10,000 by rapidfuzz's token_sort_ratio, one core."""
    names = traffic.passenger_list(PASSENGERS, 1, TODAY)
    ours = [f"{t.given_names} {t.family_name}" for s in reader.read(names) for t in s.travellers]
    rows = listed_persons(Random(3), LISTED, TODAY)
    theirs = [f"{row.given_names} {row.family_name}" for row in rows]
    seconds, _ = timed(
        lambda: process.cdist(ours, theirs, scorer=fuzz.token_sort_ratio, score_cutoff=80)
    )
    return seconds * 1000


def commits(centre: Centre) -> float:
    """Milliseconds of the three commits alone that a message needs, on this disk."""

    def three() -> None:
        for _ in range(3):
            with centre.db.write(system_actor("bench"), Purpose.ADMINISTRATION) as tx:
                tx.audit("bench.commit", "bench", "")

    return median(timed(three)[0] for _ in range(5)) * 1000


def main() -> None:
    """Prints a table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    logs.configure("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        centre = prepared(Path(folder))
        build, _ = timed(centre.names.refresh)
        first = one_round(centre, 100)
        rounds = [one_round(centre, 101 + i) for i in range(ROUNDS)]
        stages = {name: median(own[name] for own in rounds) for name in first}
        result = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "passengers": PASSENGERS,
            "listed": LISTED,
            "index_build_ms": build * 1000,
            "first_ms": first["total"],
            "median_ms": stages,
            "passengers_per_second": PASSENGERS / stages["total"] * 1000,
            "commits_only_ms": commits(centre),
            "brute_force_names_only_ms": brute_force(centre),
            "gtas_ms": PASSENGERS / GTAS_PER_SECOND * 1000,
        }
        centre.close()
    show(result, as_json=arguments.json)
    sys.exit(0 if result["first_ms"] < 2000 else 1)


def show(result: dict[str, Any], *, as_json: bool) -> None:
    """The result, for people or for programs."""
    if as_json:
        print(json.dumps(result, indent=2))
        return
    print(f"{PASSENGERS} passengers against {LISTED:,} listed names (median of {ROUNDS})")
    for name, ms in result["median_ms"].items():
        print(f"  {name:28} {ms:10.1f} ms")
    print(f"  {'first list after a start':28} {result['first_ms']:10.1f} ms")
    print(f"  {'building the index, once':28} {result['index_build_ms']:10.1f} ms")
    print("beside it")
    print(f"  {'three bare commits':28} {result['commits_only_ms']:10.1f} ms   (this disk's limit)")
    print(
        f"  {'brute force, names only':28} {result['brute_force_names_only_ms']:10.1f} ms   "
        "(rapidfuzz token_sort_ratio)"
    )
    print(f"  {'GTAS, one thread':28} {result['gtas_ms']:10.1f} ms   (at its measured 6.5/s)")
    print(f"{result['passengers_per_second']:,.0f} passengers a second")


if __name__ == "__main__":
    main()
