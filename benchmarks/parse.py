"""How fast passenger lists and bookings are read, on one core, beside a generic EDIFACT tokeniser.

Claim: 20,000 passengers a second of generated PAXLST and 5,000 bookings a second of generated
PNRGOV, from bytes to declared records with the place of each, and ten times the speed at which
`pydifact` only splits the same bytes into segments, in the same run.
"""

import argparse
import gc
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from time import perf_counter, process_time
from typing import Any

from parakh.ingest import reader
from parakh.simulate.pnr import bookings
from parakh.simulate.traffic import passenger_list

PASSENGERS = 3_000
BOOKINGS = 1_500
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


def with_pydifact(data: bytes) -> Callable[[], int] | None:
    """Splitting the same text with pydifact, all segments counted; None if it is not installed."""
    try:
        from pydifact.segmentcollection import RawSegmentCollection
    except ImportError:
        return None
    text = data.decode()
    return lambda: len(RawSegmentCollection.from_str(text).segments)


def measured(kind: str, data: bytes, size: int) -> dict[str, Any]:
    """Figures of one message type."""
    submissions = reader.read(data, pan_key=KEY)
    (submission,) = submissions
    assert not submission.fatal
    read = len(submission.bookings if kind == "PNRGOV" else submission.travellers)
    assert read == size, (read, size)
    ours = best(lambda: reader.read(data, pan_key=KEY))
    result: dict[str, Any] = {
        "unit": UNITS[kind],
        "size": size,
        "travellers": len(submission.travellers),
        "bytes": len(data),
        "per_second": size / ours["seconds"],
        "per_cpu_second": size / ours["cpu_seconds"],
        "goal": GOALS[kind],
        "floor": FLOORS[kind],
    }
    split = with_pydifact(data)
    if split is not None:
        assert split() > size
        theirs = best(split)
        result["pydifact_tokens_per_second"] = size / theirs["seconds"]
        result["times_pydifact"] = theirs["cpu_seconds"] / ours["cpu_seconds"]
    return result


def main() -> None:
    """Prints a table, or one JSON document; exit code 1 when a floor is not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures = {
        "PAXLST": measured("PAXLST", passenger_list(PASSENGERS, 1, TODAY), PASSENGERS),
        "PNRGOV": measured("PNRGOV", bookings(BOOKINGS, 1, TODAY), BOOKINGS),
    }
    result = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "rounds": ROUNDS} | figures
    show(result, as_json=arguments.json)
    slow = any(
        own["per_second"] < own["floor"] or own.get("times_pydifact", 5) < 5
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
        if "times_pydifact" in own:
            print(
                f"  {'':8}{own['pydifact_tokens_per_second']:8,.0f} a second only split by "
                f"pydifact: we read {own['times_pydifact']:.1f} times as fast"
            )
        else:
            print(f"  {'':8}pydifact is not installed, so that nothing stands beside it")


if __name__ == "__main__":
    main()
