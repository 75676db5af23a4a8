"""Writes goods and the movements of units to the history that back-tests read."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import polars as pl
import sqlalchemy as sa

from parakh.access import Purpose
from parakh.domain.consignment import Consignment
from parakh.domain.conveyance import Conveyance
from parakh.domain.hit import Kind, Ref
from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.screener import ConsignmentSubject, UnitSubject
from parakh.services import goods_features
from parakh.services.centre import WORKER, Centre
from parakh.services.goods_screening import subjects_of
from parakh.store import consignments, conveyances
from parakh.store import goods_history as store
from parakh.store.archive import Archive
from parakh.store.batches import batches

THROUGH = timedelta(days=3)
"""So long after they were due, or told of, goods are through, and all movements of a day told."""

_AT_ONCE = 2_000

ArchiveOf = Callable[[Centre, Kind], Archive]


def close(centre: Centre, archive_of: ArchiveOf) -> int:
    """Writes the next consignments that are through, and the next day of movements; gives how many
    rows."""
    return _close_goods(centre, archive_of) + _close_moves(centre, archive_of)


def forget_counts(centre: Centre) -> int:
    """Deletes the counts of days that have had their time; gives how many."""
    before = centre.clock() - timedelta(days=centre.settings.delete_days)
    with centre.db.read() as connection:
        if not store.has_counts(connection, before.date()):
            return 0
    with centre.db.write(WORKER, Purpose.ADMINISTRATION) as tx:
        gone = store.expire(tx, before.date())
        tx.audit("goods_counts.expired", "history", Kind.CONSIGNMENT.value, rows=gone)
    return gone


def _close_goods(centre: Centre, archive_of: ArchiveOf) -> int:
    with centre.db.read() as connection:
        ids = store.unarchived(connection, centre.clock() - THROUGH, _AT_ONCE)
        told = list(consignments.by_ids(connection, ids).values())
        rows = _of_goods(centre, connection, [own for own in told if not own.cancelled])
    if not ids:
        return 0
    if len(rows):
        archive_of(centre, Kind.CONSIGNMENT).add(rows)
    with centre.db.write(WORKER, Purpose.RULES) as tx:
        store.mark_archived(tx, ids)
        tx.audit("history.written", "history", Kind.CONSIGNMENT.value, rows=len(rows))
    return len(rows)


def _close_moves(centre: Centre, archive_of: ArchiveOf) -> int:
    with centre.db.read() as connection:
        day = store.next_day_of_moves(connection, (centre.clock() - THROUGH).date())
        if day is None:
            return 0
        ids = store.moves_of(connection, day)
        frames = [_of_moves(centre, connection, some) for some in batches(ids, _AT_ONCE)]
    archive_of(centre, Kind.CONVEYANCE).add(pl.concat(frames))
    with centre.db.write(WORKER, Purpose.RULES) as tx:
        store.mark_day_of_moves(tx, day, len(ids))
        tx.audit("history.written", "history", Kind.CONVEYANCE.value, rows=len(ids), day=str(day))
    return len(ids)


def _of_goods(
    centre: Centre, connection: sa.Connection, told: Sequence[Consignment]
) -> pl.DataFrame:
    """As rules saw them last: what reads the time must answer as it did then."""
    screened = store.screened_at(connection, [own.id for own in told])
    by_moment: defaultdict[datetime, list[ConsignmentSubject]] = defaultdict(list)
    for own in subjects_of(connection, told):
        at = screened.get(own.ref.id) or own.consignment.due_at or centre.clock()
        by_moment[at].append(own)
    frames = [_rows(centre, connection, some, at) for at, some in sorted(by_moment.items())]
    return pl.concat(frames) if frames else pl.DataFrame()


def _rows(
    centre: Centre,
    connection: sa.Connection,
    subjects: Sequence[ConsignmentSubject],
    at: datetime,
) -> pl.DataFrame:
    needs = CATALOGUE.of(Kind.CONSIGNMENT).columns()
    home = centre.settings.country
    rows = goods_features.frame(
        connection, subjects, needs, at, home=home, tokeniser=centre.cargo.tokeniser
    )
    return rows.with_columns(
        _texts("subject_id", [own.ref.id for own in subjects]),
        _texts("port", [own.consignment.port for own in subjects]),
        _texts("direction", [own.consignment.direction.value for own in subjects]),
    )


def _of_moves(centre: Centre, connection: sa.Connection, ids: Sequence[str]) -> pl.DataFrame:
    moves = conveyances.movements_by_id(connection, ids)
    units: dict[str, Conveyance] = {}
    for some in batches(own.conveyance_id for own in moves):
        units |= conveyances.by_ids(connection, some)
    subjects = [
        UnitSubject(
            ref=Ref(kind=Kind.CONVEYANCE, id=own.conveyance_id),
            conveyance=units[own.conveyance_id],
            movement=own,
        )
        for own in moves
    ]
    needs, at = CATALOGUE.of(Kind.CONVEYANCE).columns(), max(own.at for own in moves)
    home = centre.settings.country
    rows = goods_features.frame(connection, subjects, needs, at, home=home)
    return rows.with_columns(
        _texts("subject_id", [own.conveyance_id for own in moves]),
        _texts("port", [own.port for own in moves]),
        _texts("direction", [own.direction.value if own.direction else None for own in moves]),
        pl.Series("at", [own.at for own in moves], dtype=rows.schema["at"]),
    )


def _texts(name: str, values: Sequence[str | None]) -> pl.Series:
    return pl.Series(name, values, dtype=pl.String)
