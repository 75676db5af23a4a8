"""Trends over a hundred million crossings.

Claim: counts are built from the history in columns at more than 300,000 rows a second on two cores;
the page of trends opens under 1 s (p95), one group of it under 2 s, with under 4 GB of memory.
Beside it, in the same run, the physical limit: reading the same columns of the same files and
grouping once by day, in Polars and nothing else, which is what each page would cost without counts.

The history is made up (`parakh.simulate.columns`): a year of thirty posts in the files that history
is kept in, a day each, with a route that grows fourfold near the end, which must be found. Ten
thousand hits and a thousand outcomes stand in the database. A page is the function behind it: all
that it shows, for a question that nobody asked before in this process (cold: also not read by it).
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
from itertools import product
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, sleep
from typing import Any

import polars as pl

from parakh import logs
from parakh.access import system_actor
from parakh.clock import utc_now
from parakh.domain.hit import Kind
from parakh.domain.trend import Facet, Measure
from parakh.domain.trend_query import TrendQuery
from parakh.learn.trends_calendar import holidays_of
from parakh.screen.rules.attributes import CATALOGUE
from parakh.services import trends, trends_build, trends_watch
from parakh.services.centre import Centre
from parakh.settings import Settings
from parakh.simulate.columns import Columns, Surge, in_layout
from parakh.store.archive import FIXED, kept
from parakh.store.tables import hit

ROWS = 100_000_000
DAYS = 365
LAST = date(2026, 11, 20)
SURGE = Surge(route="KBL–PEW", since=LAST - timedelta(days=6), factor=4.0)
ACTOR = system_actor("bench")


class Peak:
    """The most memory that this process held while it ran, in GB."""

    def __enter__(self) -> "Peak":
        self._stop = threading.Event()
        self.gb = 0.0
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.is_set():
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            self.gb = max(self.gb, pages * resource.getpagesize() / 1e9)
            sleep(0.05)


def history(folder: Path, rows: int) -> tuple[int, list[str]]:
    """Writes the history, a file a day; gives how many rows, and some of the subjects in it."""
    catalogue = kept(CATALOGUE.of(Kind.TRAVELLER))
    schema = dict(FIXED) | catalogue.schema(catalogue.columns())
    columns, total, subjects = Columns(surges=[SURGE]), 0, []
    for number in range(DAYS):
        day = LAST - timedelta(days=DAYS - 1 - number)
        told = columns.day(day, rows / DAYS, holiday=day in holidays_of("PAK", day.year))
        path = folder / f"{day:%Y}" / f"{day.isoformat()}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = in_layout(told, schema)
        whole.write_parquet(path, compression="zstd", row_group_size=1 << 17)
        total += len(told)
        subjects += told["subject_id"].head(28).to_list()
        if number % 30 == 0:
            print(f"  {day} {total:,} rows", file=sys.stderr)
    return total, subjects


def known(centre: Centre, subjects: list[str]) -> None:
    """Hits of some of the subjects; some are confirmed."""
    rows: list[dict[str, object]] = [
        {
            "id": f"{place:032x}",
            "subject_kind": "traveller",
            "subject_id": own,
            "target_kind": "rule",
            "target_id": f"{place % 20:032x}",
            "screener": "rules@1",
            "screener_id": "rules",
            "score": 1.0,
            "threshold": 1.0,
            "sentence": {"template": "", "values": {}},
            "evidence": [],
            "state": "confirmed" if place % 9 == 0 else "open",
            "reason": "",
        }
        for place, own in enumerate(subjects[:10_000])
    ]
    with centre.db.maintain() as connection:
        connection.execute(hit.insert(), rows)


def questions() -> list[TrendQuery]:
    """What people ask: spans, measures, ports and facets, all different."""
    spans, facets = (28, 91, 364), (Facet.PORT, Facet.ROUTE, Facet.ISSUER, Facet.CARRIER)
    asked = []
    for span, facet, port in product(spans, facets, ("", "KHI", "PKTRK")):
        measure = Measure.HITS if port == "KHI" else Measure.TRAFFIC
        since = LAST + timedelta(days=1) - timedelta(days=span)
        asked.append(
            TrendQuery(since=since, until=LAST + timedelta(days=1), by=facet, port=port,
                       measure=measure)
        )  # fmt: skip
    return asked


def groups() -> list[TrendQuery]:
    """Drilled down: one route, nationality or carrier alone."""
    picked = [(Facet.ROUTE, SURGE.route), (Facet.ROUTE, "DXB–KHI"), (Facet.ISSUER, "GBR"),
              (Facet.CARRIER, "EK"), (Facet.ISSUER, "PAK"), (Facet.ROUTE, "ISB–JED")]  # fmt: skip
    asked = []
    for span, (facet, value) in product((28, 91, 364), picked):
        since = LAST + timedelta(days=1) - timedelta(days=span)
        draft = TrendQuery(since=since, until=LAST + timedelta(days=1), of=facet, value=value)
        asked.append(
            TrendQuery(since=draft.since, until=draft.until, of=facet, value=value,
                       by=draft.choices[0])
        )  # fmt: skip
    return asked


def timed(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def cpu(work: Callable[[], object]) -> float:
    """Seconds of processor time that something takes, on all cores together."""
    start = process_time()
    work()
    return process_time() - start


def p95(values: list[float]) -> float:
    """The value that 95% stay under."""
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


def forget_files(folder: Path) -> None:
    """Drops the counts from the page cache, so that the next page reads the disk."""
    for path in folder.rglob("*.parquet"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def scanned(folder: Path) -> float:
    """The limit without counts: the columns of one table, read and grouped once."""
    files = sorted(folder.glob("*/*.parquet"))
    first = pl.col("documents").list.first().struct
    return timed(
        lambda: (
            pl.scan_parquet(files)
            .group_by("port", pl.col("crossing.at").dt.date(), first.field("issuer"))
            .agg(pl.len())
            .collect(engine="streaming")
        )
    )


def measure(folder: Path, rows: int) -> dict[str, Any]:
    """All figures."""
    data = folder / "var"
    now = datetime(LAST.year, LAST.month, LAST.day, 20, tzinfo=UTC) + timedelta(days=1)
    centre = Centre.create(Settings(data_dir=data), lambda: now)
    own_history = data / "history" / Kind.TRAVELLER.value
    print(f"writing a history of about {rows:,} crossings …", file=sys.stderr)
    start = perf_counter()
    total, subjects = history(own_history, rows)
    written = perf_counter() - start
    size = sum(path.stat().st_size for path in own_history.rglob("*.parquet"))
    known(centre, subjects)
    print("counting …", file=sys.stderr)
    with Peak() as building:
        begun = process_time()
        built = timed(lambda: trends_build.build(centre))
        build_cpu = process_time() - begun
    again = timed(lambda: trends_build.build(centre))
    cube = trends_build.cube_of(centre)
    with Peak() as watching:
        watched = timed(lambda: trends_watch.work(centre))
    found = [str(own.key) for own in trends.findings(centre, ACTOR)]
    asked, drilled = questions(), groups()
    with Peak() as looking:
        cold = []
        for own in asked[::4]:
            forget_files(data / "trends")
            cold.append(timed(lambda own=own: trends.dashboard(centre, ACTOR, own)))  # type: ignore[misc]
        warm = [timed(lambda own=own: trends.dashboard(centre, ACTOR, own)) for own in asked]  # type: ignore[misc]
        drill = [timed(lambda own=own: trends.dashboard(centre, ACTOR, own)) for own in drilled]  # type: ignore[misc]
    used = [cpu(lambda own=own: trends.dashboard(centre, ACTOR, own)) for own in asked]  # type: ignore[misc]
    late = _late_day(centre, own_history)
    limit = scanned(own_history)
    centre.close()
    return {
        "at": utc_now().isoformat(timespec="seconds"),
        "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0],
        "rows": total,
        "history_gb": size / 1e9,
        "written_s": written,
        "build_s": built,
        "build_rows_per_s": total / built,
        "build_cpu_s": build_cpu,
        "open_cpu_p95_s": p95(used),
        "nothing_new_s": again,
        "one_day_anew_s": late,
        "cube_mb": cube.size() / 1e6,
        "watch_s": watched,
        "findings": found,
        "surge_found": any(SURGE.route in own for own in found),
        "open_cold_p95_s": p95(cold),
        "open_p50_s": median(warm),
        "open_p95_s": p95(warm),
        "drill_p95_s": p95(drill),
        "scan_alone_s": limit,
        "peak_gb": {"build": building.gb, "watch": watching.gb, "pages": looking.gb},
    }


def _late_day(centre: Centre, folder: Path) -> float:
    """Seconds to count one day anew, as after a late outcome."""
    path = sorted(folder.glob("*/*.parquet"))[-10]
    os.utime(path)
    return timed(lambda: trends_build.build(centre))


def show(result: dict[str, Any]) -> None:
    """A table for people."""
    rows = result["rows"]
    print(
        f"{rows:,} crossings of {DAYS} days at thirty posts, {result['history_gb']:.1f} GB, "
        f"{result['cores']} cores, load {result['load']:.1f}"
    )
    lines = (
        ("history written", "written_s", ""),
        ("counts built", "build_s", f"{result['build_rows_per_s']:,.0f} rows/s"),
        ("  of the processors", "build_cpu_s", ""),
        ("nothing new", "nothing_new_s", ""),
        ("one day counted anew", "one_day_anew_s", ""),
        ("all series watched", "watch_s", f"{len(result['findings'])} findings, the planted one "
         + ("among them" if result["surge_found"] else "NOT among them")),
        ("page opens, median", "open_p50_s", ""),
        ("page opens, p95", "open_p95_s", "goal 1 s"),
        ("  of the processors", "open_cpu_p95_s", ""),
        ("page opens from disk, p95", "open_cold_p95_s", "goal 1 s"),
        ("one group alone, p95", "drill_p95_s", "goal 2 s"),
        ("the columns scanned once", "scan_alone_s", "the limit without counts"),
    )  # fmt: skip
    for name, key, more in lines:
        print(f"  {name:28} {result[key]:9.3f} s  {more}")
    peaks = ", ".join(f"{name} {gb:.2f} GB" for name, gb in result["peak_gb"].items())
    print(f"  memory at most: {peaks} (goal 4 GB); counts on disk {result['cube_mb']:.0f} MB")


def main() -> None:
    """Prints a table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--rows", type=int, default=ROWS)
    arguments = parser.parse_args()
    logs.configure("ERROR")
    folder = Path(tempfile.mkdtemp(prefix="parakh-trends-"))
    try:
        result = measure(folder, arguments.rows)
    finally:
        shutil.rmtree(folder)
    if arguments.json:
        print(json.dumps(result, indent=2))
    else:
        show(result)


if __name__ == "__main__":
    main()
