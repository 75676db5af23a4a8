"""What messages said of movements, currency and enforcement, and which of it holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from parakh.domain.ids import new_id
from parakh.domain.message import Problem, Severity
from parakh.store import goods_records
from parakh.store.database import Tx
from parakh.store.goods_records import GoodsRecord, Said


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One record of a part, fit to be kept: by what it is corrected, and the declared record."""

    key: str
    line: int
    data: Any


def note(
    tx: Tx, kind: Said, part_id: str, said_at: datetime, told: Sequence[Told]
) -> list[GoodsRecord]:
    """Keeps what a part said; gives, for each key that it named, the record that holds now: the one
    that was said last."""
    known = goods_records.of_keys(tx.connection, kind, [own.key for own in told])
    subjects = {own.key: own.subject_id for own in known}
    for own in told:
        subjects.setdefault(own.key, new_id())
    fresh = [
        GoodsRecord(
            part_id=part_id,
            kind=kind,
            key=own.key,
            subject_id=subjects[own.key],
            line=own.line,
            ordinal=ordinal,
            said_at=said_at,
            data=own.data,
        )
        for ordinal, own in enumerate(told)
    ]
    goods_records.add(tx, fresh)
    newest: dict[str, GoodsRecord] = {}
    for record in sorted((*known, *fresh), key=lambda one: one.order):
        newest[record.key] = record
    return list(newest.values())


def left(tx: Tx, kind: Said, ids: Iterable[str]) -> dict[str, GoodsRecord | None]:
    """Of subjects, part of whose records were forgotten, the record that holds now; None where
    none is left."""
    found: dict[str, GoodsRecord | None] = dict.fromkeys(ids)
    for own in goods_records.of_subjects(tx.connection, kind, found):
        found[own.subject_id] = own
    return found


def problem(
    line: int, column: int, field: str, cause: str, severity: Severity = Severity.ERROR
) -> Problem:
    """What was wrong with a field of a record."""
    return Problem(line=line, column=column, segment=field, cause=cause, severity=severity)
