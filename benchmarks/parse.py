"""How fast passenger lists and bookings are read, on one core, beside a generic EDIFACT tokeniser.

Claim: 20,000 passengers a second of generated PAXLST and 5,000 bookings a second of generated
PNRGOV, from bytes to declared records with the place of each; and splitting into segments goes ten
times as fast as with `pydifact`, on the same bytes in the same run. Each transmission is one
flight's, read by itself, as they come. The whole reading is also set against pydifact's splitting
alone, which is no fair comparison, but what somebody who uses it would have to beat.
"""

import argparse
import gc
import json
import sys
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from time import perf_counter, process_time
from typing import Any

from parakh.ingest import reader
from parakh.ingest.edifact import tokenise
from parakh.simulate.pnr import bookings
from parakh.simulate.traffic import passenger_list

FLIGHTS = 10
PASSENGERS, BOOKINGS = 300, 150
"""On one flight."""
ROUNDS = 7
TODAY = date(2026, 1, 5)
FLOORS = {"PAXLST": 10_000, "PNRGOV": 2_500}
GOALS = {"PAXLST": 20_000, "PNRGOV": 5_000}
UNITS = {"PAXLST": "passengers", "PNRGOV": "bookings"}
KEY = b"benchmark"


def best(work: Callable[[], Any]) -> dict[str, float]:
    """The quickest of some rounds: seconds by the clock, and of this process's own time.

    Other work on the machine can only make a round slower, so that the quickest tells most.
    """
    clock, own = [], []
    for _ in range(ROUNDS):
        gc.collect()
        start, started = perf_counter(), process_time()
        work()
        clock.append(perf_counter() - start)
        own.append(process_time() - started)
    return {"seconds": min(clock), "cpu_seconds": min(own)}


def with_pydifact(data: Sequence[bytes]) -> Callable[[], int] | None:
    """Splitting the same text with pydifact, all segments counted; None if it is not installed."""
    try:
        from pydifact.segmentcollection import RawSegmentCollection
    except ImportError:
        return None
    warnings.simplefilter("ignore")  # it warns of every segment that it has no table for
    texts = [own.decode() for own in data]
    return lambda: sum(len(RawSegmentCollection.from_str(text).segments) for text in texts)


def each(work: Callable[[bytes], object], data: Sequence[bytes]) -> Callable[[], None]:
    """Does something with one transmission after another, and keeps none of what it gives."""

    def all_of_them() -> None:
        for own in data:
            work(own)

    return all_of_them


def measured(kind: str, data: Sequence[bytes], size: int) -> dict[str, Any]:
    """Figures of one message type."""
    submissions = [own for one in data for own in reader.read(one, pan_key=KEY)]
    assert not any(own.fatal for own in submissions)
    travellers = sum(len(own.travellers) for own in submissions)
    bookings_read = sum(len(own.bookings) for own in submissions)
    assert size == (bookings_read if kind == "PNRGOV" else travellers)
    ours = best(each(lambda own: reader.read(own, pan_key=KEY), data))
    result: dict[str, Any] = {
        "unit": UNITS[kind],
        "size": size,
        "travellers": travellers,
        "bytes": sum(map(len, data)),
        "per_second": size / ours["seconds"],
        "per_cpu_second": size / ours["cpu_seconds"],
        "goal": GOALS[kind],
        "floor": FLOORS[kind],
    }
    split = with_pydifact(data)
    if split is not None:
        assert split() > size
        theirs, splitting = best(split), best(each(tokenise, data))
        result["split_per_second"] = size / splitting["seconds"]
        result["pydifact_split_per_second"] = size / theirs["seconds"]
        result["split_times_pydifact"] = theirs["cpu_seconds"] / splitting["cpu_seconds"]
        result["read_times_pydifact_split"] = theirs["cpu_seconds"] / ours["cpu_seconds"]
    return result


def main() -> None:
    """Prints a table, or one JSON document; exit code 1 when a floor is not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures = {
        "PAXLST": measured(
            "PAXLST",
            [passenger_list(PASSENGERS, seed, TODAY) for seed in range(FLIGHTS)],
            PASSENGERS * FLIGHTS,
        ),
        "PNRGOV": measured(
            "PNRGOV",
            [bookings(BOOKINGS, seed, TODAY) for seed in range(FLIGHTS)],
            BOOKINGS * FLIGHTS,
        ),
    }
    result = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "rounds": ROUNDS} | figures
    show(result, as_json=arguments.json)
    slow = any(
        own["per_second"] < own["floor"] or own.get("split_times_pydifact", 5) < 5
        for own in figures.values()
    )
    sys.exit(1 if slow else 0)


def show(result: dict[str, Any], *, as_json: bool) -> None:
    """The result, for people or for programs."""
    if as_json:
        print(json.dumps(result, indent=2))
        return
    print(f"one core, quickest of {result['rounds']} rounds")
    for kind in UNITS:
        own = result[kind]
        print(
            f"  {kind}: {own['per_second']:10,.0f} {own['unit']} a second by the clock, "
            f"{own['per_cpu_second']:,.0f} by processor time (goal {own['goal']:,})"
        )
        if "split_times_pydifact" in own:
            print(
                f"  {'':8}{own['split_per_second']:10,.0f} only split, "
                f"{own['pydifact_split_per_second']:,.0f} by pydifact: "
                f"{own['split_times_pydifact']:.1f} times as fast (goal 10)"
            )
            print(
                f"  {'':8}wholly read {own['read_times_pydifact_split']:.1f} times as fast as "
                "pydifact only splits"
            )
        else:
            print(f"  {'':8}pydifact is not installed, so that nothing stands beside it")


if __name__ == "__main__":
    main()
