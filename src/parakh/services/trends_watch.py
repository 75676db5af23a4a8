"""Watches the counts: once a day, every series against what is usual of it; keeps what it finds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from parakh.access import Purpose
from parakh.domain.ids import new_id
from parakh.domain.trend import (
    PERSONAL,
    Facet,
    Finding,
    FindingState,
    Measure,
    SeriesKey,
    Stream,
)
from parakh.learn.trends_calendar import names
from parakh.learn.trends_changes import Change, changes, told_once
from parakh.learn.trends_expect import Floats
from parakh.learn.trends_groups import Counts, grouped
from parakh.services.centre import WORKER, Centre
from parakh.services.trends_build import closed_until, cube_of
from parakh.store import trends as store
from parakh.store.trend_cube import Cube

LIFE = timedelta(days=14)
"""A finding is over when it was not found anew for so long."""

SILENCE = timedelta(days=28)
"""A series whose finding somebody dismissed is not told again for so long."""

_KEPT = timedelta(days=180)
_PAST = timedelta(days=3 * 364)
_LEAST = 5
_FALLING = 3.0

_WATCHED: dict[Stream, dict[Facet, tuple[Measure, ...]]] = {
    Stream.TRAVELLERS: {
        Facet.TOTAL: (Measure.TRAFFIC, Measure.HITS, Measure.FOUND),
        Facet.ROUTE: (Measure.TRAFFIC, Measure.HITS, Measure.FOUND),
        Facet.ISSUER: (Measure.TRAFFIC, Measure.HITS),
        Facet.CARRIER: (Measure.TRAFFIC, Measure.HITS),
        Facet.RULE: (Measure.HITS, Measure.FOUND),
        Facet.LIST: (Measure.HITS,),
    },
    Stream.GOODS: {
        Facet.TOTAL: (Measure.TRAFFIC, Measure.HITS, Measure.FOUND),
        Facet.ROUTE: (Measure.TRAFFIC, Measure.FOUND),
        Facet.CHAPTER: (Measure.TRAFFIC, Measure.HITS, Measure.FOUND),
        Facet.ORIGIN: (Measure.TRAFFIC, Measure.FOUND),
        Facet.RULE: (Measure.HITS,),
        Facet.LIST: (Measure.HITS,),
    },
    Stream.SEIZURES: {
        Facet.TOTAL: (Measure.TRAFFIC,),
        Facet.COMMODITY: (Measure.TRAFFIC,),
        Facet.CONCEALMENT: (Measure.TRAFFIC,),
        Facet.ROUTE: (Measure.TRAFFIC,),
    },
}
"""What is watched: by facet, the measures. Each group at each port is a series."""

_FALLS = frozenset({Facet.TOTAL, Facet.ROUTE, Facet.CARRIER, Facet.RULE})
"""Of these it is told, too, when there are fewer: a feed that broke, a route that moved."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """Series with their counts a day: rows in the order of the keys, columns the days from `first`
    to `last`."""

    keys: tuple[SeriesKey, ...]
    counts: Floats
    first: date
    last: date


def work(centre: Centre) -> int:
    """The worker's turn: each stream once for each new day that is closed; gives how many findings
    there are new."""
    new = sum(_watch(centre, own) for own in Stream)
    with centre.db.read() as connection:
        old = store.findings(connection, centre.clock(), all_states=True)
    if any(own.expires_at < centre.clock() - _KEPT for own in old):
        with centre.db.write(WORKER, Purpose.TRENDS) as tx:
            gone = store.expire(tx, tx.at - _KEPT)
            tx.audit("trend.forgotten", "trend", "", count=gone)
    return new


def _watch(centre: Centre, stream: Stream) -> int:
    last = closed_until(centre, stream) - timedelta(days=1)
    mark = f"watched.{stream.value}"
    with centre.db.read() as connection:
        if store.marks(connection).get(mark) == last.isoformat():
            return 0
    found = found_on(centre, stream, last)
    new = keep(centre, found)
    with centre.db.maintain() as connection:
        store.set_marks(connection, {mark: last.isoformat()})
    return new


# --- finding ------------------------------------------------------------------------------------


def found_on(centre: Centre, stream: Stream, last: date) -> list[Finding]:
    """What is out of line on a day of a stream; nothing is kept by this."""
    watched = series(cube_of(centre), stream, last)
    if not watched.keys:
        return []
    days = (watched.last - watched.first).days + 1
    weekdays = (np.arange(days) + watched.first.weekday()) % 7
    falls = np.array([_may_fall(own) for own in watched.keys])
    calendar = names(centre.settings.country, watched.first, days)
    out = changes(watched.counts, weekdays, calendar, falls=falls)
    places = [f"{own.measure}|{own.port}" for own in watched.keys]
    views = [own.facet.value for own in watched.keys]
    return [
        made
        for own in told_once(out, places, views)
        if (made := _finding(centre, watched, own)) is not None
    ]


def series(cube: Cube, stream: Stream, last: date) -> Watched:
    """The series of a stream up to a day, those that have anything to tell."""
    span = cube.days(stream)
    first = max(span[0], last - _PAST) if span else last
    keys: list[SeriesKey] = []
    parts: list[Floats] = []
    for facet, measures in _WATCHED[stream].items():
        cells = cube.cells(stream, facet, first, last + timedelta(days=1))
        sums = [pl.col(own.value).cast(pl.Int64).sum() for own in measures]
        told = cells.group_by("port", "value", "day").agg(*sums).collect()
        for measure in measures:
            own_keys, counts = _matrix(told, measure, first, last)
            kept = _telling(counts, facet in _FALLS)
            names_of = [own for own, keep in zip(own_keys, kept, strict=True) if keep]
            keys += [
                SeriesKey(stream=stream, measure=measure, facet=facet, value=value, port=port)
                for port, value in names_of
            ]
            parts.append(counts[kept])
    days = (last - first).days + 1
    joined = np.concatenate(parts) if parts else np.zeros((0, days))
    return Watched(keys=tuple(keys), counts=joined, first=first, last=last)


def _matrix(
    told: pl.DataFrame, measure: Measure, first: date, last: date
) -> tuple[list[tuple[str, str]], Floats]:
    some = told.filter(pl.col(measure.value) > 0)
    keys = some.select("port", "value").unique().sort("port", "value")
    placed = some.join(keys.with_row_index("row"), on=["port", "value"])
    counts = np.zeros((len(keys), (last - first).days + 1))
    columns = (placed["day"] - first).dt.total_days().to_numpy()
    counts[placed["row"].to_numpy(), columns] = placed[measure.value].to_numpy()
    return [(port, value) for port, value in keys.iter_rows()], counts


def _telling(counts: Floats, falls: bool) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Series that came in the last week at all, or were steady before."""
    now = counts[:, -7:].sum(axis=1) >= _LEAST
    steady = counts[:, -63:-7].mean(axis=1) >= _FALLING if counts.shape[1] > 63 else now
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = now | (steady if falls else now)
    return found


def _may_fall(own: SeriesKey) -> bool:
    return own.facet in _FALLS and own.measure is not Measure.FOUND


def _finding(centre: Centre, watched: Watched, own: Change) -> Finding | None:
    """None for a group of too few persons, and for what nobody said ("" as a value)."""
    key = watched.keys[own.row]
    if not key.value and key.facet is not Facet.TOTAL:
        return None
    since = watched.last - timedelta(days=own.span_days - 1)
    counts = counts_of(centre, key, since, watched.last + timedelta(days=1))
    if counts is None:
        return None
    now = centre.clock()
    return Finding(
        id=new_id(),
        key=key,
        pattern=own.pattern,
        day=watched.last,
        since=watched.last - timedelta(days=own.since_back),
        span_days=own.span_days,
        observed=own.observed,
        expected=own.expected,
        low=own.low,
        high=own.high,
        p=own.p,
        traffic=counts.traffic,
        examined=counts.examined,
        found=counts.found,
        first_at=now,
        last_at=now,
        expires_at=now + LIFE,
    )


def counts_of(centre: Centre, key: SeriesKey, since: date, until: date) -> Counts | None:
    """What was counted of one series; None where it is of too few persons to be told."""
    value = None if key.facet is Facet.TOTAL else key.value
    cells = cube_of(centre).cells(key.stream, key.facet, since, until, value)
    if key.port:
        cells = cells.filter(pl.col("port") == key.port)
    least = centre.settings.trend_least if key.stream in PERSONAL else 0
    found = grouped(cells.with_columns(value=pl.lit("")), least)
    if not found.shown:
        return None if found.hidden else Counts()
    return found.shown[0].counts


# --- keeping ------------------------------------------------------------------------------------


def keep(centre: Centre, found: Sequence[Finding]) -> int:
    """Keeps findings; what is known already goes on under its identifier, with what was said of
    it. Gives how many are new."""
    if not found:
        return 0
    with centre.db.write(WORKER, Purpose.TRENDS) as tx:
        known = store.newest_of(tx.connection, (own.key for own in found))
        new = 0
        for own in found:
            before = known.get(str(own.key))
            went_on = before is not None and _goes_on(before, own)
            store.put(tx, _joined(before, own) if before and went_on else own)
            new += not went_on
        tx.audit("trend.watched", "trend", found[0].key.stream.value, found=len(found), new=new)
    return new


def _goes_on(before: Finding, now: Finding) -> bool:
    if before.rising is not now.rising:
        return False
    if before.state is FindingState.DISMISSED and before.decided_at is not None:
        return now.last_at < before.decided_at + SILENCE
    return before.state is not FindingState.OVER and before.expires_at > now.last_at


def _joined(before: Finding, now: Finding) -> Finding:
    return replace(
        now,
        id=before.id,
        since=min(before.since, now.since),
        state=before.state,
        reason=before.reason,
        by=before.by,
        decided_at=before.decided_at,
        first_at=before.first_at,
        rule_id=before.rule_id,
    )


def visible(found: Iterable[Finding], ports: frozenset[str] | None) -> list[Finding]:
    """Those of some ports; None for all. What is of no port is for those who see all."""
    return [own for own in found if ports is None or own.key.port in ports]
