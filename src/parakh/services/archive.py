"""Writes the history that back-tests read, as crossings close and goods are through, and lets it
expire.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl
import sqlalchemy as sa

from parakh.access import Purpose
from parakh.act.rules import SUBJECTS
from parakh.domain.hit import Kind
from parakh.domain.voyage import Direction
from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.screener import TravellerSubject
from parakh.services import features, goods_archive
from parakh.services.centre import WORKER, Centre
from parakh.services.subjects import STILL_CROSSING, subjects_of
from parakh.store import backtests, travellers
from parakh.store.archive import Archive

_VOYAGES = 20
_ALONE = 2_000


def archive_of(centre: Centre, kind: Kind = Kind.TRAVELLER) -> Archive:
    """The history of one kind of subject. A unit has a row for each movement."""
    return Archive(
        centre.settings.data_dir / "history" / kind.value,
        centre.db.keys.token_key("history"),
        CATALOGUE.of(kind),
        ("subject_id", "at") if kind is Kind.CONVEYANCE else ("subject_id",),
    )


def close(centre: Centre) -> int:
    """Writes the next voyages that are over, and crossings without one, consignments that are
    through, and a day of movements; gives how many rows.

    Written first and noted after: a crash in between writes the same rows again, in place of the
    first.
    """
    return _close_crossings(centre) + goods_archive.close(centre, archive_of)


def _close_crossings(centre: Centre) -> int:
    before = centre.clock() - STILL_CROSSING
    with centre.db.read() as connection:
        voyages = backtests.unarchived_voyages(connection, before, _VOYAGES)
        alone = backtests.unarchived_alone(connection, before, _ALONE)
        if not (voyages or alone):
            return 0
        frames, counts = [], []
        for voyage_id in voyages:
            rows = _of_voyage(connection, voyage_id)
            counts.append((voyage_id, len(rows)))
            frames += [rows] if len(rows) else []
        for crossing_id, traveller_id, at in alone:
            rows = _of_crossing(connection, traveller_id, at)
            counts.append((crossing_id, len(rows)))
            frames += [rows] if len(rows) else []
    if frames:
        archive_of(centre).add(pl.concat(frames))
    with centre.db.write(WORKER, Purpose.RULES) as tx:
        backtests.mark_archived(tx, counts)
        written = sum(count for _, count in counts)
        tx.audit("history.written", "history", "", rows=written, voyages=len(voyages))
    return written


def expire(centre: Centre) -> int:
    """Deletes the days that are older than the history is kept, and counts of goods that have had
    their time; gives how many rows of the history."""
    goods_archive.forget_counts(centre)
    kept = timedelta(days=centre.settings.history_days)
    before = (centre.clock() - kept).date()
    gone = sum(archive_of(centre, own).expire(before) for own in SUBJECTS)
    if gone:
        with centre.db.write(WORKER, Purpose.ADMINISTRATION) as tx:
            tx.audit("history.expired", "history", "", rows=gone)
    return gone


def first_day(centre: Centre) -> date | None:
    """The oldest day of the history."""
    found = archive_of(centre).days(date.min, date.max)
    return found[0].day if found else None


def _of_voyage(connection: sa.Connection, voyage_id: str) -> pl.DataFrame:
    voyage = travellers.get_voyage(connection, voyage_id)
    came = [
        own for own in travellers.travellers_of_voyage(connection, voyage_id) if own.standing.comes
    ]
    if not came or voyage.due_at is None:
        return pl.DataFrame()
    # As rules saw them last before they came: what reads the time must answer as it did then.
    ids = [own.id for own in came]
    at = backtests.screened_at(connection, ids, voyage.due_at) or voyage.due_at
    return _rows(connection, subjects_of(connection, came), voyage.port, voyage.direction, at)


def _of_crossing(connection: sa.Connection, traveller_id: str, at: datetime) -> pl.DataFrame:
    own = travellers.get_traveller(connection, traveller_id)
    crossing = travellers.crossings_of(connection, [traveller_id])[traveller_id]
    return _rows(connection, subjects_of(connection, [own]), crossing.port, crossing.direction, at)


def _rows(
    connection: sa.Connection,
    subjects: Sequence[TravellerSubject],
    port: str,
    direction: Direction,
    at: datetime,
) -> pl.DataFrame:
    needs = CATALOGUE.of(Kind.TRAVELLER).columns()
    return features.frame(connection, subjects, needs, at).with_columns(
        pl.Series("subject_id", [own.ref.id for own in subjects], dtype=pl.String),
        port=pl.lit(port),
        direction=pl.lit(direction.value),
    )
