"""Back-tests of a rule over ten million crossings.

Claim: one rule over ten million crossings of a year in 20 seconds and under 4 GB on two cores,
findings included. Beside it, in the same run: reading the columns that the rule needs from the same
files and nothing else, which is the limit; and the same rule a row at a time by the Rust evaluator
of CEL, over some of the rows.

The history is made up: 365 days of crossings with the columns of the catalogue, those filled that
the rules ask for. The database holds a thousand outcomes and ten thousand hits of other rules.
"""

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any

import numpy as np
import polars as pl

from parakh import logs
from parakh.access import system_actor
from parakh.clock import utc_now
from parakh.domain.backtest import BacktestState
from parakh.domain.hit import Kind
from parakh.domain.rule import Scope
from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.rules.language import compile_rule
from parakh.services import archive, backtests
from parakh.services.centre import Centre
from parakh.settings import Settings
from parakh.store.archive import FIXED, kept
from parakh.store.tables import alert, assessment, hit, unit

ROWS = 10_000_000
DAYS = 365
FIRST = date(2025, 11, 1)
ACTOR = system_actor("bench")
RULES = {
    "comparisons": 'traveller.age < 30.0 && voyage.origin in ["DXB", "AUH", "DOH"] && '
    "booking.days_before_departure < 3.0",
    "history": "history.crossings_30d > 4.0 && !history.first_time && "
    "traveller.co_travellers == 0.0",
    "of several": 'payments.exists(p, p.kind == "CA" && p.amount > 1000.0) && '
    'documents.exists(d, d.issuer == "PAK")',
}
PLAIN = "comparisons"
"""The rule that the row-at-a-time peer is asked for too."""


def history(folder: Path, rows: int) -> Callable[[], int]:
    """Writes a history, a file a day, and gives how many bytes it takes."""
    schema = dict(FIXED) | kept(CATALOGUE.of(Kind.TRAVELLER)).schema(
        kept(CATALOGUE.of(Kind.TRAVELLER)).columns()
    )
    each = -(-rows // DAYS)
    for number in range(DAYS):
        count = min(each, rows - number * each)
        day = FIRST + timedelta(days=number)
        path = folder / f"{day:%Y}" / f"{day.isoformat()}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame = day_of(number, day, count)
        missing = [
            pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in schema.items()
            if name not in frame.columns
        ]
        whole = frame.with_columns(missing).select(*schema)
        whole.write_parquet(path, compression="zstd", row_group_size=1 << 17)
    return lambda: sum(path.stat().st_size for path in folder.rglob("*.parquet"))


def day_of(number: int, day: date, count: int) -> pl.DataFrame:
    """A day's crossings."""
    random = np.random.default_rng(number)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    seconds = random.integers(0, 86_400, count)
    ports = np.array(["KHI", "LHE", "ISB", "PEW", "SKT", "MUX"])
    origins = np.array(["DXB", "AUH", "DOH", "JED", "LHR", "IST", "KUL", "BKK", "PEK", "JFK"])
    issuers = np.array(["PAK", "ARE", "SAU", "GBR", "CHN"])
    columns: dict[str, Any] = {
        "subject_id": [f"{number:04x}{place:028x}" for place in range(count)],
        "port": ports[random.integers(0, len(ports), count)],
        "direction": np.where(random.random(count) < 0.5, "entry", "exit"),
        "traveller.age": random.integers(0, 90, count).astype(float),
        "traveller.nationality": issuers[random.integers(0, len(issuers), count)],
        "traveller.co_travellers": random.poisson(1.2, count).astype(float),
        "voyage.origin": origins[random.integers(0, len(origins), count)],
        "booking.days_before_departure": random.exponential(30, count).round(),
        "history.crossings_30d": random.poisson(1.5, count).astype(float),
        "history.first_time": random.random(count) < 0.4,
    }
    frame = pl.DataFrame(columns).with_columns(
        (pl.lit(start) + pl.duration(seconds=pl.Series(seconds)))
        .dt.cast_time_unit("us")
        .dt.convert_time_zone("UTC")
        .alias("at"),
        booking_known=pl.Series(random.random(count) < 0.9),
    )
    frame = frame.with_columns(
        pl.when("booking_known").then(pl.col("booking.days_before_departure"))
    ).drop("booking_known")
    return frame.with_columns(structs(random, count, issuers))


def structs(random: Any, count: int, issuers: Any) -> list[pl.Series]:
    """One document and one payment each."""
    schema = CATALOGUE.of(Kind.TRAVELLER).schema(["documents", "payments"])
    history_schema = kept(CATALOGUE.of(Kind.TRAVELLER)).schema(["documents", "payments"])
    values = {
        "documents": {"type": np.full(count, "P"), "issuer": issuers[random.integers(0, 5, count)]},
        "payments": {
            "kind": np.where(random.random(count) < 0.1, "CA", "CC"),
            "amount": random.exponential(500, count).round(2),
        },
    }
    found = []
    for name, given in values.items():
        fields = [
            pl.Series(field.name, given[field.name]).cast(field.dtype)
            if field.name in given
            else pl.repeat(None, count, dtype=field.dtype, eager=True).alias(field.name)
            for field in history_schema[name].inner.fields  # type: ignore[attr-defined]
        ]
        own = pl.DataFrame(fields).to_struct(name)
        found.append(own.reshape((count, 1)).arr.to_list().alias(name))
    assert set(schema) == set(history_schema)
    return found


def known(centre: Centre, rows: int) -> None:
    """Outcomes and hits of other rules, on subjects of the history."""
    random = np.random.default_rng(7)
    each = -(-rows // DAYS)

    def subject() -> str:
        return f"{random.integers(0, DAYS):04x}{random.integers(0, each):028x}"

    now = utc_now()
    with centre.db.maintain() as connection:
        connection.execute(unit.insert().values(id="u", name="Unit", central=True, ports=["KHI"]))
        for number in range(1_000):
            own = subject()
            key = f"{number:032x}"
            connection.execute(
                assessment.insert().values(
                    id=key,
                    subject_kind="traveller",
                    subject_id=own,
                    cause=key,
                    at=now,
                    advice="inspect",
                    results=[],
                )
            )
            connection.execute(
                alert.insert().values(
                    id=key,
                    unit_id="u",
                    assessment_id=key,
                    subject_kind="traveller",
                    subject_id=own,
                    advice="inspect",
                    at=now,
                    state="closed",
                    outcome="penalty" if number % 3 == 0 else "nothing_found",
                )
            )
        connection.execute(
            hit.insert(),
            [
                {
                    "id": f"{number:032x}",
                    "subject_kind": "traveller",
                    "subject_id": f"{number % DAYS:04x}{number // DAYS:028x}",
                    "target_kind": "rule",
                    "target_id": f"{number % 20:032x}",
                    "screener": "rules@1",
                    "screener_id": "rules",
                    "score": 1.0,
                    "threshold": 1.0,
                    "sentence": {},
                    "evidence": [],
                    "state": "open",
                    "reason": "",
                }
                for number in range(10_000)
            ],
        )


class Peak:
    """The most memory that this process held while something ran, in bytes."""

    def __init__(self) -> None:
        self.most = 0
        self._halt = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._halt.set()
        self._thread.join()

    def _watch(self) -> None:
        page = resource.getpagesize()
        while not self._halt.wait(0.02):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            self.most = max(self.most, pages * page)


def tried(centre: Centre, text: str) -> dict[str, Any]:
    """One back-test, start to findings."""
    start = perf_counter()
    with Peak() as peak:
        own_id = backtests.start(
            centre, ACTOR, text, Kind.TRAVELLER, Scope(), FIRST, FIRST + timedelta(days=DAYS)
        )
        while not (found := backtests.get(centre, ACTOR, own_id)).state.over:
            sleep(0.05)
    assert found.state is BacktestState.DONE, found.failure
    assert found.findings is not None
    return {
        "seconds": perf_counter() - start,
        "peak_gb": peak.most / 2**30,
        "subjects": found.findings.subjects,
        "hits": found.findings.hits,
        "undecided": found.findings.undecided,
    }


def read_alone(centre: Centre, text: str) -> float:
    """Seconds to read the columns that a rule needs, and to do nothing with them."""
    own = archive.archive_of(centre)
    rule = compile_rule(text, CATALOGUE.of(Kind.TRAVELLER), token=own.token)
    files = own.days(FIRST, FIRST + timedelta(days=DAYS))
    needs = ["subject_id", "port", "at", *sorted(rule.needs)]
    start = perf_counter()
    for first in range(0, len(files), 18):
        own.scan(files[first : first + 18]).select(needs).collect()
    return perf_counter() - start


def row_by_row(centre: Centre, text: str, rows: int) -> float | None:
    """Rows a second of the Rust CEL evaluator; None where it is not installed."""
    try:
        import cel
    except ImportError:
        return None
    own = archive.archive_of(centre)
    rule = compile_rule(text, CATALOGUE.of(Kind.TRAVELLER), token=own.token)
    files = own.days(FIRST, FIRST + timedelta(days=DAYS))[:2]
    frame = own.scan(files).select(sorted(rule.needs)).drop_nulls().head(rows).collect()
    contexts = []
    for row in frame.iter_rows(named=True):
        told: dict[str, dict[str, Any]] = {}
        for name, value in row.items():
            entity, _, attribute = name.partition(".")
            told.setdefault(entity, {})[attribute] = value
        contexts.append(told)
    program = cel.compile(text)
    start = perf_counter()
    for context in contexts:
        program.execute(context)
    return len(contexts) / (perf_counter() - start)


def main() -> None:
    """Prints a table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    logs.configure("ERROR")
    folder = Path(tempfile.mkdtemp(prefix="parakh-backtest-"))
    try:
        result = measure(folder, arguments.rows, arguments.rounds)
    finally:
        shutil.rmtree(folder)
    if arguments.json:
        print(json.dumps(result, indent=2))
    else:
        show(result)


def measure(folder: Path, rows: int, rounds: int) -> dict[str, Any]:
    """All figures."""
    centre = Centre.create(Settings(data_dir=folder / "var"))
    print(f"writing a history of {rows:,} crossings …", file=sys.stderr)
    start = perf_counter()
    size = history(folder / "var" / "history" / Kind.TRAVELLER.value, rows)()
    written = perf_counter() - start
    known(centre, rows)
    rules = {}
    for name, text in RULES.items():
        runs = [tried(centre, text) for _ in range(rounds)]
        rules[name] = {
            **runs[-1],
            "seconds": median(own["seconds"] for own in runs),
            "peak_gb": max(own["peak_gb"] for own in runs),
            "read_alone_s": median(read_alone(centre, text) for _ in range(rounds)),
            "text": text,
        }
    speed = row_by_row(centre, RULES[PLAIN], 20_000)
    centre.close()
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": len(os.sched_getaffinity(0)),
        "rows": rows,
        "bytes_per_row": size / rows,
        "written_s": written,
        "rules": rules,
        "cel_rows_per_second": speed,
    }


def show(result: dict[str, Any]) -> None:
    """A table for people."""
    rows = result["rows"]
    print(
        f"{rows:,} crossings in {DAYS} days, {result['bytes_per_row']:.0f} bytes each on disk, "
        f"{result['cores']} cores"
    )
    print(
        f"  {'rule':14} {'seconds':>8} {'reading':>8} {'peak GB':>8} {'hits':>10} {'undecided':>10}"
    )
    for name, own in result["rules"].items():
        print(
            f"  {name:14} {own['seconds']:8.1f} {own['read_alone_s']:8.1f} {own['peak_gb']:8.2f} "
            f"{own['hits']:10,} {own['undecided']:10,}"
        )
    speed = result["cel_rows_per_second"]
    if speed:
        ours = rows / result["rules"][PLAIN]["seconds"]
        print(
            f"  '{PLAIN}', a row at a time by the Rust CEL evaluator: {speed:,.0f} rows a second, "
            f"{rows / speed:,.0f} s in all (ours {ours / speed:.0f} times as fast)"
        )
    print("  goal 20 s (floor 60), under 4 GB")


if __name__ == "__main__":
    main()
