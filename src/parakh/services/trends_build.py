"""Keeps the counts of trends up to date, day by day of the history.

A day is counted anew as a whole when its file changed (crossings that closed, a subject that was
taken out) or when something was told late of anybody on it (a hit, a decision, an outcome). The
counts are written first and noted after, so that a crash in between counts the day once more in
place of the first time.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from time import monotonic

import polars as pl
import sqlalchemy as sa

from parakh.domain.hit import Kind
from parakh.domain.trend import Stream
from parakh.learn import trends_cells
from parakh.learn.trends_cells import Facts
from parakh.services.archive import archive_of
from parakh.services.background import Report
from parakh.services.centre import Centre
from parakh.services.goods_archive import THROUGH
from parakh.store import trend_facts
from parakh.store import trends as store
from parakh.store.archive import Archive, DayFile
from parakh.store.trend_cube import CELLS, KEPT, Cube
from parakh.store.trends import BuiltDay

KINDS = {Stream.TRAVELLERS: Kind.TRAVELLER, Stream.GOODS: Kind.CONSIGNMENT}
"""Streams that are counted from the history, and of whom it is."""

_VERSION = 1
"""Another number counts everything anew."""

_BY_IDS = 100_000
"""What became of as many subjects is asked for by their identifiers; of more, of all at once."""

_AT_A_TIME = timedelta(seconds=5)
"""So long the worker counts before it sees to other things."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """What one run did: days that were counted, rows that were read for it, and days left."""

    days: int = 0
    rows: int = 0
    left: int = 0


def cube_of(centre: Centre) -> Cube:
    """The counts of a centre."""
    return Cube(centre.settings.data_dir / "trends")


def work(centre: Centre) -> Built:
    """The worker's turn: some days, the oldest first."""
    return build(centre, within=_AT_A_TIME)


def build(
    centre: Centre,
    *,
    within: timedelta | None = None,
    report: Report = lambda done, total: None,
) -> Built:
    """Counts all days that changed, or as many as can be begun within a time."""
    until = None if within is None else monotonic() + within / timedelta(seconds=1)
    _note_late(centre)
    totals = [_build(centre, own, until, report) for own in KINDS]
    seized = _build_seizures(centre)
    return Built(
        days=sum(own.days for own in totals) + seized,
        rows=sum(own.rows for own in totals),
        left=sum(own.left for own in totals),
    )


# --- from the history ---------------------------------------------------------------------------


def _build(centre: Centre, stream: Stream, until: float | None, report: Report) -> Built:
    archive = archive_of(centre, KINDS[stream])
    paths = archive.paths()
    with centre.db.read() as connection:
        known = _standing(centre, connection, stream)
    _drop(centre, stream, known.keys() - paths.keys())
    told = {day: _stamp(centre, path) for day, path in paths.items()}
    due = sorted(day for day, stamp in told.items() if known.get(day) != stamp)
    done = rows = 0
    read = _facts_reader(centre, KINDS[stream])
    for days in _months(due):
        batch = []
        for day in days:
            file = DayFile(day=day, path=paths[day], rows=_count(paths[day]))
            batch.append((file, _cells(centre, stream, archive, file, read)))
            rows += file.rows
            done += 1
            report(done, len(due))
            if until is not None and monotonic() > until:
                break
        _keep(centre, stream, batch, told)
        if until is not None and monotonic() > until:
            break
    return Built(days=done, rows=rows, left=len(due) - done)


def _standing(centre: Centre, connection: sa.Connection, stream: Stream) -> dict[date, str]:
    """Days that are counted, and of what; none where somebody deleted the counts."""
    return store.stamps(connection, stream) if cube_of(centre).holds(stream) else {}


def _months(days: Sequence[date]) -> Iterator[list[date]]:
    """The days month by month: each file of the cube is written once for all of them."""
    for month in sorted({own.replace(day=1) for own in days}):
        yield [own for own in days if own.replace(day=1) == month]


def _stamp(centre: Centre, path: Path) -> str:
    """Of what a day is counted: another file, time zone or way of counting is another one."""
    stat = path.stat()
    return f"{stat.st_mtime_ns}.{stat.st_size}.{centre.settings.time_zone}.{_VERSION}"[:120]


def _count(path: Path) -> int:
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def _cells(
    centre: Centre,
    stream: Stream,
    archive: Archive,
    file: DayFile,
    read: Callable[[pl.LazyFrame, int], Facts],
) -> pl.DataFrame:
    rows, zone = archive.scan([file]), centre.settings.time_zone
    facts = read(rows, file.rows)
    if stream is Stream.TRAVELLERS:
        cells = trends_cells.travellers(rows, facts, zone, KEPT)
    else:
        cells = trends_cells.goods(rows, facts, zone)
    return cells.with_columns(source=pl.lit(file.day))


def _facts_reader(centre: Centre, kind: Kind) -> Callable[[pl.LazyFrame, int], Facts]:
    """What became of the subjects of a file: asked for by their identifiers while they are few;
    else of all subjects, once."""
    whole: list[Facts] = []
    asked = 0

    def read(rows: pl.LazyFrame, count: int) -> Facts:
        nonlocal asked
        asked += count
        with centre.db.read() as connection:
            if not whole and asked <= _BY_IDS:
                ids = rows.select("subject_id").collect()["subject_id"].to_list()
                return trend_facts.facts(connection, kind, ids)
            if not whole:
                whole.append(trend_facts.facts(connection, kind))
        return whole[0]

    return read


def _keep(
    centre: Centre,
    stream: Stream,
    batch: Sequence[tuple[DayFile, pl.DataFrame]],
    told: dict[date, str],
) -> None:
    if not batch:
        return
    days = [file.day for file, _ in batch]
    cube_of(centre).replace(stream, days, pl.concat([cells for _, cells in batch]))
    with centre.db.maintain() as connection:
        built = [
            BuiltDay(stream=stream, day=file.day, stamp=told[file.day], rows=file.rows)
            for file, _ in batch
        ]
        store.note_built(connection, built, centre.clock())


def _drop(centre: Centre, stream: Stream, days: Collection[date]) -> None:
    """Takes days out whose file is gone: the history expired, or all of it was to be forgotten."""
    if not days:
        return
    cube_of(centre).replace(stream, days, pl.DataFrame(schema=CELLS))
    with centre.db.maintain() as connection:
        store.note_gone(connection, stream, days)


def _note_late(centre: Centre) -> None:
    """Marks the days of which something was told since the last time.

    The marks are moved in the same transaction: after a crash the same is found once more.
    """
    with centre.db.maintain() as connection:
        found, marks = trend_facts.late(connection, store.marks(connection), centre.clock())
        for stream, kind in KINDS.items():
            days = trend_facts.days_of(connection, kind, found[kind])
            store.note_stale(connection, stream, days)
        store.set_marks(connection, marks)


# --- seizures -----------------------------------------------------------------------------------


def _build_seizures(centre: Centre) -> int:
    """Counts seizures: they are few, so that all are read and days compared; gives how many days
    changed."""
    kept = timedelta(days=centre.settings.history_days)
    with centre.db.read() as connection:
        known = _standing(centre, connection, Stream.SEIZURES)
        rows = trend_facts.seizures(connection, centre.clock() - kept)
    told = rows.with_columns(
        source=pl.col("at").dt.date(),
        day=pl.col("at").dt.convert_time_zone(centre.settings.time_zone).dt.date(),
    )
    by_day = {day: own for (day,), own in told.group_by("source", maintain_order=True)}
    stamps = {day: _digest(own) for day, own in by_day.items()}
    due = sorted(day for day, stamp in stamps.items() if known.get(day) != stamp)
    if due:
        parts = [
            trends_cells.events(by_day[day], trend_facts.SEIZED).with_columns(source=pl.lit(day))
            for day in due
        ]
        cube_of(centre).replace(Stream.SEIZURES, due, pl.concat(parts))
        with centre.db.maintain() as connection:
            built = [
                BuiltDay(stream=Stream.SEIZURES, day=day, stamp=stamps[day], rows=len(by_day[day]))
                for day in due
            ]
            store.note_built(connection, built, centre.clock())
    _drop(centre, Stream.SEIZURES, known.keys() - stamps.keys())
    return len(due)


def _digest(rows: pl.DataFrame) -> str:
    lines = sorted(str(own) for own in rows.iter_rows())
    return f"{sha256(chr(10).join(lines).encode()).hexdigest()[:32]}.{_VERSION}"


_STILL_GROWING = {
    Stream.TRAVELLERS: timedelta(hours=18),
    Stream.GOODS: THROUGH + timedelta(hours=6),
    Stream.SEIZURES: timedelta(),
}
"""So long after a day is over its counts may still grow: people cross for hours after they were
due, and goods are through after days."""


def closed_until(centre: Centre, stream: Stream) -> date:
    """The first local day that may still grow."""
    return (centre.clock() - _STILL_GROWING[stream]).astimezone(centre.settings.zone).date()
