"""How often names are borne, what was measured of the name screener, and what is measured on."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from parakh.domain.hit import HitState, Kind
from parakh.domain.traveller import PersonName
from parakh.learn.calibration import Curve, Measurement, calibration_of, settle
from parakh.screen.calibration import STANDARD, Band, Calibration
from parakh.screen.frequency import Frequencies
from parakh.screen.watchlists import NameScreener
from parakh.store.batches import batches
from parakh.store.database import Tx
from parakh.store.tables import (
    calibration,
    change,
    crossing,
    hit,
    name_frequency,
    person_link,
    traveller,
    voyage,
    watchlist,
)

CHANGED = "calibration"
"""Kind of change that indexes of names follow."""

LONGEST_WORD = 40
"""Characters of a word that is counted; longer ones are borne by nobody else."""

_EVERYBODY = ""
"""Stands among the words for all persons together; no name has such a word."""


# --- what is in force -------------------------------------------------------------------------


def newest(connection: sa.Connection) -> Calibration:
    """The thresholds in force, as measured last and allowed by the lists now.

    The standard ones where the newest measurement is of another version of the screener.
    """
    found = measurement(connection)
    if found is None or found.screener != NameScreener.name:
        return STANDARD
    return calibration_of(found.curves, rates(connection))


def frequencies(connection: sa.Connection) -> Frequencies:
    """How often each word is borne."""
    rows = connection.execute(sa.select(name_frequency.c.token, name_frequency.c.bearers))
    bearers = {row.token: row.bearers for row in rows}
    persons = bearers.pop(_EVERYBODY, 0)
    return Frequencies(bearers=bearers, population=persons)


def changed_after(connection: sa.Connection, seq: int) -> bool:
    """Whether thresholds or frequencies changed after a change of this number."""
    query = sa.select(change.c.seq).where(change.c.kind == CHANGED, change.c.seq > seq).limit(1)
    return connection.execute(query).first() is not None


def measurement(connection: sa.Connection) -> Measurement | None:
    """What was measured last."""
    query = sa.select(calibration).order_by(calibration.c.at.desc(), calibration.c.id.desc())
    row = connection.execute(query.limit(1)).one_or_none()
    if row is None:
        return None
    return Measurement(
        id=row.id,
        at=row.at,
        by=row.by,
        screener=row.data["screener"],
        population=row.data["population"],
        travellers=row.travellers,
        curves={
            own: {Band(band): _curve(curve) for band, curve in bands.items()}
            for own, bands in row.data["curves"].items()
        },
    )


def rates(connection: sa.Connection) -> dict[str, float | None]:
    """The rate that each list (identifier) is allowed, None for the standard threshold."""
    query = sa.select(watchlist.c.id, watchlist.c.alert_rate)
    return {row.id: row.alert_rate for row in connection.execute(query)}


# --- storing ----------------------------------------------------------------------------------


def add(tx: Tx, value: Measurement) -> None:
    """Keeps a measurement, which is in force from then on."""
    tx.connection.execute(
        calibration.insert().values(
            id=value.id,
            at=value.at,
            by=value.by,
            travellers=value.travellers,
            data={
                "screener": value.screener,
                "population": value.population,
                "curves": {
                    own: {band.value: _told(curve) for band, curve in bands.items()}
                    for own, bands in value.curves.items()
                },
            },
        )
    )
    tx.changed(CHANGED, [value.id])


def replace_frequencies(tx: Tx, bearers: Mapping[str, int], population: int) -> None:
    """Puts counts into the place of those before; the caller says which words may be kept."""
    tx.connection.execute(name_frequency.delete())
    counts = {_EVERYBODY: population, **bearers}
    for some in batches(counts):
        rows = [{"token": token, "bearers": counts[token]} for token in some]
        tx.connection.execute(name_frequency.insert(), rows)
    tx.changed(CHANGED, ["frequencies"])


def falls(
    connection: sa.Connection, list_id: str, before: float | None, after: float | None
) -> bool:
    """Whether another rate lowers a threshold of a list."""
    found = measurement(connection)
    if before == after or found is None or found.screener != NameScreener.name:
        return False
    bands = found.curves.get(list_id)
    if not bands:
        return False
    old, new = settle(bands, before), settle(bands, after)
    return any(new[band].threshold < old[band].threshold for band in bands)


def rates_changed(tx: Tx) -> None:
    """Tells indexes in memory to take the thresholds in again: a list's rate is another."""
    tx.changed(CHANGED, ["rates"])


def _told(value: Curve) -> dict[str, Any]:
    return {"start": value.start, "travellers": value.travellers, "raised": list(value.raised)}


def _curve(data: Mapping[str, Any]) -> Curve:
    return Curve(start=data["start"], travellers=data["travellers"], raised=tuple(data["raised"]))


# --- what is measured on ----------------------------------------------------------------------


def names(connection: sa.Connection, after: str, limit: int) -> list[tuple[str, PersonName]]:
    """One name for each person, that of his first journey, in order of the travellers' identifiers
    and from behind one of them."""
    linked = person_link.alias()
    query = (
        sa.select(traveller.c.id, traveller.c.family_name, traveller.c.given_names)
        .outerjoin(linked, linked.c.traveller_id == traveller.c.id)
        .where(traveller.c.id > after, traveller.c.joined_to.is_(None))
        .where(sa.or_(linked.c.person_id.is_(None), linked.c.person_id == traveller.c.id))
        .order_by(traveller.c.id)
        .limit(limit)
    )
    return [
        (row.id, PersonName(family=row.family_name, given=row.given_names))
        for row in connection.execute(query)
    ]


def population(connection: sa.Connection) -> int:
    """How many persons are known."""
    linked = person_link.alias()
    query = (
        sa.select(sa.func.count())
        .select_from(traveller)
        .outerjoin(linked, linked.c.traveller_id == traveller.c.id)
        .where(traveller.c.joined_to.is_(None))
        .where(sa.or_(linked.c.person_id.is_(None), linked.c.person_id == traveller.c.id))
    )
    return int(connection.execute(query).scalar_one())


def recent(connection: sa.Connection, most: int) -> list[str]:
    """The newest traveller of each of the persons seen last, newest first."""
    person = sa.func.coalesce(person_link.c.person_id, traveller.c.id)
    own = sa.func.max(traveller.c.id)
    query = (
        sa.select(own)
        .select_from(traveller)
        .outerjoin(person_link, person_link.c.traveller_id == traveller.c.id)
        .where(traveller.c.joined_to.is_(None))
        .group_by(person)
        .order_by(own.desc())
        .limit(most)
    )
    return list(connection.execute(query).scalars())


def confirmed(connection: sa.Connection, ids: Sequence[str]) -> set[tuple[str, str]]:
    """Travellers, and entries of whom a human confirmed on any journey that they are one."""
    own, other = person_link.alias(), person_link.alias()
    certain = (
        (hit.c.subject_kind == Kind.TRAVELLER.value)
        & (hit.c.target_kind == Kind.WATCHLIST_ENTRY.value)
        & (hit.c.state == HitState.CONFIRMED.value)
    )
    found: set[tuple[str, str]] = set()
    for some in batches(ids):
        alone = sa.select(hit.c.subject_id, hit.c.target_id).where(
            hit.c.subject_id.in_(some), certain
        )
        linked = (
            sa.select(own.c.traveller_id, hit.c.target_id)
            .join(other, other.c.person_id == own.c.person_id)
            .join(hit, hit.c.subject_id == other.c.traveller_id)
            .where(own.c.traveller_id.in_(some), certain)
        )
        found.update((row[0], row[1]) for row in connection.execute(alone.union(linked)))
    return found


def daily_traffic(connection: sa.Connection, now: datetime, span: timedelta) -> float:
    """Travellers a day who crossed, or were due, in the span that ends now; of a shorter one where
    the centre has not worked so long, but of a day at least."""
    at = sa.func.coalesce(crossing.c.at, voyage.c.due_at)
    query = (
        sa.select(sa.func.count(), sa.func.min(at))
        .select_from(crossing)
        .outerjoin(voyage, voyage.c.id == crossing.c.voyage_id)
        .where(at > now - span, at <= now)
    )
    count, first = connection.execute(query).one()
    days: float = max(1.0, (now - first) / timedelta(days=1)) if count else 1.0
    return float(count) / days
