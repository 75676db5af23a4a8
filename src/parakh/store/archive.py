"""The history that back-tests read: Parquet files, one a day, without names and numbers.

A row is a subject as rules saw it when it crossed. Texts that point to somebody stand as keyed
tokens (`parakh.store.keys.Keys.token_key`): they can be compared and counted, and nobody can read
them or try them out. A file is replaced as a whole, so a crash leaves the one before.
"""

import fcntl
import hmac
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from parakh.screen.rules.catalogue import Attribute, Catalogue, Entity, Kept, Type

FIXED: Mapping[str, pl.DataType] = {
    "subject_id": pl.String(),
    "port": pl.String(),
    "direction": pl.String(),
    "at": pl.Datetime("us", "UTC"),
}
"""Columns of every row, beside those of the catalogue."""

_SUFFIX = ".parquet"


@dataclass(frozen=True, kw_only=True, slots=True)
class DayFile:
    """One day of the history (in UTC), and how many rows it has."""

    day: date
    path: Path
    rows: int


def kept(catalogue: Catalogue) -> Catalogue:
    """What of a catalogue stands in the history."""
    entities = []
    for entity in catalogue.entities:
        attributes = tuple(own for own in entity.attributes if own.kept is not Kept.NOT)
        if attributes:
            entities.append(replace(entity, attributes=attributes))
    return Catalogue(entities=tuple(entities))


class Archive:
    """The files of one kind of subject.

    Several processes may write; one waits for the other. Raises OSError where the folder cannot be
    written.
    """

    def __init__(
        self,
        folder: Path,
        key: bytes,
        catalogue: Catalogue,
        alone: Sequence[str] = ("subject_id",),
    ) -> None:
        """`alone` are the columns by which a row of a day is told from the others."""
        self._folder = folder
        self._alone_by = alone
        self._key = key
        self._catalogue = kept(catalogue)
        self._schema = dict(FIXED) | self._catalogue.schema(self._catalogue.columns())

    @property
    def columns(self) -> frozenset[str]:
        """Columns of the catalogue that are kept."""
        return frozenset(self._schema) - frozenset(FIXED)

    def token(self, column: str, text: str) -> str:
        """What stands for a text of a column (`traveller.family_name`, `documents.number`)."""
        return hmac.digest(self._key, f"{column}\0{text}".encode(), "sha256")[:16].hex()

    def add(self, rows: pl.DataFrame) -> None:
        """Writes rows to the files of their days, in place of those of the same subjects.

        `rows` has the columns of `FIXED` and all those of the catalogue that are kept, in clear.
        """
        told = self._tokenised(rows.select(self._selection()))
        with self._alone():
            for (day,), own in told.group_by(pl.col("at").dt.date()):
                self._merge(self._path(day), own)

    def days(self, since: date, until: date) -> list[DayFile]:
        """The files from a day on, before another, in order."""
        return [own for own in self._files() if since <= own.day < until]

    def paths(self) -> dict[date, Path]:
        """All files by their day, unopened."""
        return {date.fromisoformat(own.stem): own for own in self._folder.glob(f"*/*{_SUFFIX}")}

    def scan(self, files: Sequence[DayFile]) -> pl.LazyFrame:
        """Rows of some files; what was not known yet when one was written is null."""
        return pl.scan_parquet(
            [own.path for own in files],
            schema=self._schema,
            missing_columns="insert",
            extra_columns="ignore",
            cast_options=pl.ScanCastOptions(
                missing_struct_fields="insert", extra_struct_fields="ignore"
            ),
        )

    def expire(self, before: date) -> int:
        """Deletes the days before one; gives how many rows went."""
        with self._alone():
            over = [own for own in self._files() if own.day < before]
            for own in over:
                own.path.unlink()
        return sum(own.rows for own in over)

    def forget(self, subject_ids: Collection[str]) -> int:
        """Takes subjects out of all files; gives how many rows went."""
        gone, wanted = 0, list(subject_ids)
        with self._alone():
            for own in self._files():
                rows = pl.read_parquet(own.path)
                left = rows.filter(~pl.col("subject_id").is_in(wanted))
                if len(left) < len(rows):
                    gone += len(rows) - len(left)
                    self._replace(own.path, left)
        return gone

    # --- within -------------------------------------------------------------------------------

    def _selection(self) -> list[pl.Expr]:
        """The columns that are kept, and of structs the fields."""
        many = {own.name: own for own in self._catalogue.entities if own.many}
        return [
            _fields(many[name]) if name in many else pl.col(name).cast(dtype)
            for name, dtype in self._schema.items()
        ]

    def _tokenised(self, rows: pl.DataFrame) -> pl.DataFrame:
        columns = []
        for entity in self._catalogue.entities:
            secret = [own for own in entity.attributes if own.kept is Kept.TOKEN]
            if entity.many:
                columns += [self._structs(rows[entity.name], entity, secret)] if secret else []
            else:
                columns += [self._texts(rows[f"{entity.name}.{own.name}"], own) for own in secret]
        return rows.with_columns(columns)

    def _texts(self, column: pl.Series, attribute: Attribute) -> pl.Series:
        _require_text(attribute)
        told = self._tokens(column.name, column.explode() if attribute.many else column)
        if attribute.many:
            return column.list.eval(_replaced(pl.element(), told))
        return column.replace_strict(told, default=None, return_dtype=pl.String)

    def _structs(self, column: pl.Series, entity: Entity, secret: list[Attribute]) -> pl.Series:
        single = column.explode().drop_nulls()
        fields = []
        for attribute in secret:
            _require_text(attribute)
            values = single.struct.field(attribute.name)
            told = self._tokens(
                f"{entity.name}.{attribute.name}", values.explode() if attribute.many else values
            )
            field = pl.element().struct.field(attribute.name)
            changed = _replaced(pl.element() if attribute.many else field, told)
            fields.append(field.list.eval(changed) if attribute.many else changed)
        return column.list.eval(pl.element().struct.with_fields(fields))

    def _tokens(self, column: str, values: pl.Series) -> dict[str, str]:
        return {text: self.token(column, text) for text in values.drop_nulls().unique()}

    def _merge(self, path: Path, rows: pl.DataFrame) -> None:
        if path.exists():
            known = self.scan([DayFile(day=date.min, path=path, rows=0)]).collect()
            rows = pl.concat([known, rows])
        rows = rows.unique(self._alone_by, keep="last", maintain_order=True)
        self._replace(path, rows)

    def _replace(self, path: Path, rows: pl.DataFrame) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if rows.is_empty():
            path.unlink(missing_ok=True)
            return
        beside = path.with_suffix(".tmp")
        with beside.open("wb") as file:
            rows.write_parquet(file, compression="zstd", row_group_size=1 << 17)
        beside.replace(path)

    def _path(self, day: date) -> Path:
        return self._folder / f"{day:%Y}" / f"{day.isoformat()}{_SUFFIX}"

    def _files(self) -> Iterator[DayFile]:
        for path in sorted(self._folder.glob(f"*/*{_SUFFIX}")):
            rows = pl.scan_parquet(path).select(pl.len()).collect().item()
            yield DayFile(day=date.fromisoformat(path.stem), path=path, rows=rows)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _fields(entity: Entity) -> pl.Expr:
    fields = [pl.element().struct.field(own.name).cast(own.dtype) for own in entity.attributes]
    return pl.col(entity.name).list.eval(pl.struct(fields))


def _replaced(values: pl.Expr, told: Mapping[str, str]) -> pl.Expr:
    return values.replace_strict(told, default=None, return_dtype=pl.String)


def _require_text(attribute: Attribute) -> None:
    if attribute.type is not Type.TEXT:
        raise TypeError(f"{attribute.name}: only texts can stand as tokens")
