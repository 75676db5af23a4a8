"""Counts by day that trends are shown from: Parquet files, one a facet and month.

A row is a cell: how many of one group came on one local day, and what became of them. A cell knows
the day of the history that it was made of (`source`), so that this day is put in anew as a whole
when anything of it changes: nothing is counted twice after a crash, and nothing stays of whoever
was taken out. A file is replaced as a whole.

`persons` is what small groups are known by (see `parakh.learn.trends_groups`): the 32-bit tokens of
the persons of a small cell, null for one of at least `KEPT` different persons.
"""

import fcntl
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from parakh.domain.trend import Facet, Measure, Stream

KEPT = 20
"""A cell of as many persons needs no list of them: no centre may ask for larger groups."""

CELLS: dict[str, pl.DataType] = {
    "facet": pl.String(),
    "value": pl.String(),
    "port": pl.String(),
    "direction": pl.String(),
    "day": pl.Date(),
    "source": pl.Date(),
    "persons": pl.List(pl.UInt32()),
    **{own.value: pl.UInt32() for own in Measure},
}
"""Columns of cells; in the files the facet is the folder's name."""

_STORED = {name: dtype for name, dtype in CELLS.items() if name != "facet"}
_BEFORE, _AFTER = timedelta(days=45), timedelta(days=3)
"""A day of the history holds crossings of later days: it is that of the last screening before
them; and of the day before, where clocks differ."""


class Cube:
    """The counts of one centre. Several processes may write; one waits for the other.

    Raises OSError where the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def replace(self, stream: Stream, sources: Collection[date], cells: pl.DataFrame) -> None:
        """Puts the cells of some days of the history in place of what stood of them."""
        with self._alone():
            for month in sorted({own.replace(day=1) for own in sources}):
                days = [own for own in sources if own.replace(day=1) == month]
                mine = cells.filter(pl.col("source").is_in(days))
                for facet in self._facets(stream) | set(mine["facet"].unique()):
                    own = mine.filter(pl.col("facet") == facet).select(*_STORED)
                    self._merge(self._path(stream, facet, month), days, own)

    def cells(
        self, stream: Stream, facet: Facet, since: date, until: date, value: str | None = None
    ) -> pl.LazyFrame:
        """Cells of the local days from `since` on, before `until`; of one value, or all.

        Of a pair, `value` is the first half.
        """
        paths = self._paths(stream, facet, since, until)
        if not paths:
            return pl.LazyFrame(schema=_STORED)
        found = pl.scan_parquet(paths, schema=_STORED).filter(
            pl.col("day") >= since, pl.col("day") < until
        )
        if value is None:
            return found
        if facet in (Facet.ROUTE_ISSUER, Facet.CHAPTER_ORIGIN):
            return found.filter(pl.col("value").str.starts_with(f"{value} "))
        return found.filter(pl.col("value") == value)

    def days(self, stream: Stream) -> tuple[date, date] | None:
        """The first and the last local day with any cell; None where there is none."""
        paths = sorted((self._folder / stream / Facet.TOTAL).glob("*.parquet"))
        if not paths:
            return None
        span = (
            pl.scan_parquet([paths[0], paths[-1], *paths[1:3], *paths[-3:-1]], schema=_STORED)
            .select(first=pl.col("day").min(), last=pl.col("day").max())
            .collect()
        )
        first, last = span.row(0)
        return None if first is None else (first, last)

    def holds(self, stream: Stream) -> bool:
        """Whether anything of a stream was counted, and is still there."""
        return (self._folder / stream).is_dir()

    def size(self) -> int:
        """Bytes on disk."""
        return sum(own.stat().st_size for own in self._folder.rglob("*.parquet"))

    # --- within -------------------------------------------------------------------------------

    def _facets(self, stream: Stream) -> set[str]:
        folder = self._folder / stream
        return {own.name for own in folder.iterdir() if own.is_dir()} if folder.exists() else set()

    def _paths(self, stream: Stream, facet: Facet, since: date, until: date) -> list[Path]:
        first = (since - _BEFORE).replace(day=1) if since.year > 1 else since
        last = until + _AFTER if until.year < date.max.year else until
        folder = self._folder / stream / facet
        return [own for own in sorted(folder.glob("*.parquet")) if _within(own.stem, first, last)]

    def _path(self, stream: Stream, facet: str, month: date) -> Path:
        return self._folder / stream / facet / f"{month:%Y-%m}.parquet"

    def _merge(self, path: Path, sources: Sequence[date], cells: pl.DataFrame) -> None:
        if path.exists():
            kept = pl.read_parquet(path).filter(~pl.col("source").is_in(sources))
            cells = pl.concat([kept, cells])
        if cells.is_empty():
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_suffix(".tmp")
        # In the order in which pages ask: by value, so that one value's rows lie together.
        ordered = cells.sort("value", "day", "port", "direction")
        ordered.write_parquet(beside, compression="zstd", row_group_size=1 << 15)
        beside.replace(path)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _within(month: str, first: date, last: date) -> bool:
    begun = date.fromisoformat(f"{month}-01")
    return first <= begun < last
