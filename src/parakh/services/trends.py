"""Trends as somebody sees them: series with what is usual, tables, hours, flows, findings.

Nobody is named here: the counts are of groups, and groups of few persons are not shown. Whoever
does not work for a central unit sees the counts of his ports alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import reason_of, require_human
from parakh.domain.trend import (
    FACETS,
    MEASURES,
    PAIRS,
    PERSONAL,
    Facet,
    Finding,
    FindingState,
    Stream,
)
from parakh.domain.trend_query import TrendQuery
from parakh.errors import Conflict, Forbidden, NotFound
from parakh.learn.trends_calendar import names
from parakh.learn.trends_expect import expected
from parakh.learn.trends_groups import Counts, Groups, grouped, rounded
from parakh.normalise.codes import port
from parakh.services.centre import Centre
from parakh.services.trends_build import closed_until, cube_of
from parakh.services.trends_watch import visible
from parakh.store import posts, rules, trends, watchlists

MOST_ROWS = 200
MOST_FLOWS = 40
MOST_EXPORTED = 100_000
_PAST = timedelta(days=3 * 364)

_Usual = tuple[int | None, float | None, int | None]
"""Lowest, expected and highest count of a day."""

_NOTHING: _Usual = (None, None, None)

NEEDED: Mapping[Facet, Permission] = {
    Facet.RULE: Permission.SEE_RULES,
    Facet.LIST: Permission.SEE_WATCHLISTS,
}
"""Facets whose values are names that not everybody may read."""


RECORDS: Mapping[Stream, Permission] = {
    Stream.TRAVELLERS: Permission.VET_TRAVELLERS,
    Stream.GOODS: Permission.VET_GOODS,
    Stream.SEIZURES: Permission.SEE_ENFORCEMENT,
}
"""Who may see the records behind the counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One day of a series.

    Attributes:
        counts: None where they would tell of too few persons.
        before: of the same day of the period before; None where that is not told.
        low, expected, high: what is usual of the measure; None while the past is too short.
        holiday: its name, "" for an ordinary day.
        growing: the day may still grow.
    """

    day: date
    counts: Counts | None
    before: Counts | None
    low: int | None = None
    expected: float | None = None
    high: int | None = None
    holiday: str = ""
    growing: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One group of the table, and the same of the period before; None where that is not told."""

    value: str
    counts: Counts
    before: Counts | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Dashboard:
    """The answer to one question.

    Attributes:
        query: as it was answered: with a port that the actor may see.
        ports: those that he may choose.
        facets: by what he may part it.
        total, before: of the whole period and the one before; None where that is not told.
        points: one a day, None where the group asked for is of too few persons altogether.
        rows: the table, and how many `more` rows it has; `hidden` groups are in `others`, None
            where even that is not told.
        hours: counts of the measure by weekday (Monday first) and hour; None where not told.
        flows: routes with their counts, the largest first.
        first, last: the days that anything is counted of; None before the first.
        built_at: when the counts were made last.
        least: groups of fewer persons are not shown; 0 where all are.
        step: a day's counts of fewer persons are rounded to multiples of it before they are summed;
            0 where all are exact.
        names: of rules and lists that the rows are of.
    """

    query: TrendQuery
    ports: tuple[str, ...]
    facets: tuple[Facet, ...]
    total: Counts | None
    before: Counts | None
    points: tuple[Point, ...] | None
    rows: tuple[Row, ...]
    more: int
    hidden: int
    others: Counts | None
    hours: tuple[tuple[int | None, ...], ...]
    flows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    first: date | None
    last: date | None
    built_at: datetime | None
    least: int
    step: int
    names: Mapping[str, str]
    port_names: Mapping[str, str]


# --- looks --------------------------------------------------------------------------------------


def dashboard(
    centre: Centre, actor: Actor, query: TrendQuery, *, most: int = MOST_ROWS
) -> Dashboard:
    """Everything that the page shows, with so many rows at most; raises Forbidden for a port or
    facet that is not the actor's."""
    own = _allowed(centre, actor, query)
    reader = _Reader(centre, actor, own)
    span = cube_of(centre).days(own.stream)
    with centre.db.read() as connection:
        built_at = trends.built_at(connection, own.stream)
        known = _names(connection, actor)
        named = port_names(connection, reader.ports())
    whole, whole_before = reader.whole(own.since, own.until), reader.whole(*reader.past)
    table, table_before = reader.table(own.since, own.until), reader.table(*reader.past)
    before = {one.value: one.counts for one in table_before.shown}
    rows = tuple(
        Row(value=one.value, counts=one.counts, before=before.get(one.value))
        for one in table.shown[:most]
    )
    return Dashboard(
        query=own,
        ports=reader.ports(),
        facets=tuple(one for one in own.choices if _may_part(actor, one)),
        total=whole,
        before=whole_before,
        points=None if whole is None else reader.points(),
        rows=rows,
        more=max(0, len(table.shown) - most),
        hidden=table.hidden,
        others=table.others,
        hours=reader.hours(),
        flows=reader.flows(),
        findings=tuple(findings(centre, actor, own.stream)),
        first=span[0] if span else None,
        last=span[1] if span else None,
        built_at=built_at,
        least=reader.least,
        step=reader.step,
        names=known,
        port_names=named,
    )


def findings(centre: Centre, actor: Actor, stream: Stream | None = None) -> list[Finding]:
    """What changed and is not over, at the actor's ports; the open ones first."""
    actor.require(Permission.SEE_TRENDS)
    with centre.db.read() as connection:
        found = trends.findings(connection, centre.clock(), stream=stream)
    return [own for own in visible(found, _ports_of(actor)) if _may_part(actor, own.key.facet)]


def finding(centre: Centre, actor: Actor, finding_id: str) -> Finding:
    """One finding; raises NotFound, also for one of a port that is not the actor's."""
    actor.require(Permission.SEE_TRENDS)
    with centre.db.read() as connection:
        own = trends.get(connection, finding_id)
    if not visible([own], _ports_of(actor)) or not _may_part(actor, own.key.facet):
        raise NotFound("there is no such finding")
    return own


def exported(centre: Centre, actor: Actor, query: TrendQuery) -> Dashboard:
    """The same as the dashboard, for a file; audited, because it leaves the centre."""
    made = dashboard(centre, actor, query, most=MOST_EXPORTED)
    with centre.db.write(actor, Purpose.TRENDS) as tx:
        tx.audit("trend.exported", "trend", made.query.stream.value, **made.query.texts())
    return made


# --- steps --------------------------------------------------------------------------------------


def decide(
    centre: Centre, actor: Actor, finding_id: str, state: FindingState, reason: str
) -> Finding:
    """Acknowledges a finding, or dismisses it with a reason; a dismissed series is not told again
    for four weeks. Raises NotFound, Conflict for one that is over, InvalidInput."""
    if state not in (FindingState.ACKNOWLEDGED, FindingState.DISMISSED):
        raise Conflict("a finding is acknowledged or dismissed")
    require_human(actor)
    finding(centre, actor, finding_id)
    told = reason_of(reason) if state is FindingState.DISMISSED else reason.strip()[:2000]
    with centre.db.write(actor, Purpose.TRENDS) as tx:
        own = trends.get(tx.connection, finding_id, lock=True)
        if own.expires_at <= tx.at or own.state is FindingState.DISMISSED:
            raise Conflict("the finding is over")
        made = replace(own, state=state, reason=told, by=actor.name, decided_at=tx.at)
        trends.put(tx, made)
        tx.audit(f"trend.{state.value}", "trend", finding_id, series=str(own.key), reason=told)
    return made


# --- within -------------------------------------------------------------------------------------


class _Reader:
    """Reads the cube for one question."""

    def __init__(self, centre: Centre, actor: Actor, query: TrendQuery) -> None:
        self._centre, self._query = centre, query
        self._cube = cube_of(centre)
        self._mine = _ports_of(actor)
        self.least = centre.settings.trend_least if query.stream in PERSONAL else 0
        # Whoever may see the persons themselves learns nothing new by comparing tables.
        self.step = 0 if actor.may(RECORDS[query.stream]) else self.least
        self.past = query.since - timedelta(days=query.days), query.since

    def whole(self, since: date, until: date) -> Counts | None:
        """Of all days together; None for too few persons."""
        cells = self._cells(self._query.of, since, until).with_columns(value=pl.lit(""))
        found = grouped(cells, self.least)
        if found.shown:
            return found.shown[0].counts
        return None if found.hidden else Counts()

    def ports(self) -> tuple[str, ...]:
        """Ports of which anything was counted within a year, those of the actor."""
        since = self._query.until - timedelta(days=366)
        cells = self._cube.cells(
            self._query.stream, Facet.TOTAL, since, self._query.until + timedelta(days=366)
        )
        known = cells.select(pl.col("port").unique()).collect()["port"].to_list()
        return tuple(sorted(own for own in known if own and self._sees(own)))

    def table(self, since: date, until: date) -> Groups:
        """The period parted by the facet asked for."""
        by, query = self._query.by, self._query
        if by is Facet.PORT:
            cells = self._cells(query.of, since, until).with_columns(value=pl.col("port"))
        elif by is Facet.WEEKDAY:
            weekday = pl.col("day").dt.weekday().cast(pl.String)
            cells = self._cells(query.of, since, until).with_columns(value=weekday)
        elif by is Facet.MONTH:
            month = pl.col("day").dt.strftime("%Y-%m")
            cells = self._cells(query.of, since, until).with_columns(value=month)
        elif query.picked:
            second = pl.col("value").str.slice(len(query.value) + 1)
            pair = PAIRS[query.of][0]
            cells = self._cells(pair, since, until).with_columns(value=second)
        else:
            cells = self._cells(by, since, until)
        return grouped(cells, self.least)

    def points(self) -> tuple[Point, ...]:
        """A point a day, with the band that was to be expected."""
        query = self._query
        days = [query.since + timedelta(days=own) for own in range(query.days)]
        now, before = self._by_day(query.since, query.until), self._by_day(*self.past)
        band = self._band(days)
        holidays = names(self._centre.settings.country, query.since, query.days)
        closed = closed_until(self._centre, query.stream)
        return tuple(
            Point(
                day=day,
                counts=now.get(day, Counts()),
                before=before.get(day - timedelta(days=query.days), Counts()),
                low=band[place][0],
                expected=band[place][1],
                high=band[place][2],
                holiday=holidays[place],
                growing=day >= closed,
            )
            for place, day in enumerate(days)
        )

    def hours(self) -> tuple[tuple[int | None, ...], ...]:
        """By weekday and hour; nothing where hours are not counted."""
        query = self._query
        if query.picked or Facet.HOUR not in FACETS[query.stream]:
            return ()
        weekday = pl.col("day").dt.weekday().cast(pl.String)
        key = pl.concat_str(weekday, "value", separator=" ")
        cells = self._cells(Facet.HOUR, query.since, query.until).with_columns(value=key)
        found = grouped(cells, self.least)
        told = {own.value: own.counts.of(query.measure) for own in found.shown}
        nothing = None if found.hidden else 0
        return tuple(
            tuple(told.get(f"{weekday} {hour:02}", nothing) for hour in range(24))
            for weekday in range(1, 8)
        )

    def flows(self) -> tuple[Row, ...]:
        """The largest routes, for the map."""
        query = self._query
        if query.picked and query.of is not Facet.ROUTE:
            return ()
        cells = self._cells(Facet.ROUTE, query.since, query.until)
        shown = [own for own in grouped(cells, self.least).shown if own.value]
        if query.picked:
            shown = [own for own in shown if own.value == query.value]
        shown.sort(key=lambda own: -own.counts.of(query.measure))
        return tuple(
            Row(value=own.value, counts=own.counts, before=None)
            for own in shown[:MOST_FLOWS]
            if own.counts.of(query.measure)
        )

    # --- parts ----------------------------------------------------------------------------------

    def _sees(self, port: str) -> bool:
        return self._mine is None or port in self._mine

    def _cells(self, facet: Facet, since: date, until: date) -> pl.LazyFrame:
        query = self._query
        value = query.value if facet is not Facet.TOTAL and query.picked else None
        found = self._cube.cells(query.stream, facet, since, until, value)
        if query.port:
            found = found.filter(pl.col("port") == query.port)
        elif self._mine is not None:
            found = found.filter(pl.col("port").is_in(sorted(self._mine)))
        if query.direction:
            found = found.filter(pl.col("direction") == query.direction)
        if not self.step:
            return found
        secret = self._centre.db.keys.token_key("trend rounding")
        return rounded(found, self.step, int.from_bytes(secret[:8]))

    def _by_day(self, since: date, until: date) -> dict[date, Counts | None]:
        """Days on which anybody came; None for those that are not told."""
        cells = self._cells(self._query.of, since, until)
        present = cells.select(pl.col("day").unique()).collect()["day"].to_list()
        keyed = cells.with_columns(value=pl.col("day").cast(pl.String))
        told: dict[date, Counts | None] = dict.fromkeys(present)
        for own in grouped(keyed, self.least).shown:
            told[date.fromisoformat(own.value)] = own.counts
        return told

    def _band(self, days: list[date]) -> list[_Usual]:
        """What was to be expected on each day of the measure."""
        query = self._query
        cells = self._cells(query.of, query.since - _PAST, query.until)
        sums = cells.group_by("day").agg(pl.col(query.measure.value).cast(pl.Int64).sum())
        told: dict[date, int] = dict(sums.collect().iter_rows())
        if not told:
            return [_NOTHING] * len(days)
        begun = min(*told, query.since)
        count = (query.until - begun).days
        counts = np.array(
            [[told.get(begun + timedelta(days=own), 0) for own in range(count)]], dtype=float
        )
        weekdays = (np.arange(count) + begun.weekday()) % 7
        holidays = names(self._centre.settings.country, begun, count)
        found = expected(counts, weekdays, holidays, [(day - begun).days for day in days])
        low, high = found.band()
        bands = zip(low[0], found.mean[0], high[0], strict=True)
        return [
            (int(least), round(float(mean), 1), int(most)) if np.isfinite(mean) else _NOTHING
            for least, mean, most in bands
        ]


def _ports_of(actor: Actor) -> frozenset[str] | None:
    """The ports whose counts somebody sees; None for all."""
    return None if actor.everywhere else actor.ports


def _may_part(actor: Actor, facet: Facet) -> bool:
    return facet not in NEEDED or actor.may(NEEDED[facet])


def _allowed(centre: Centre, actor: Actor, query: TrendQuery) -> TrendQuery:
    actor.require(Permission.SEE_TRENDS)
    if query.port:
        actor.require_port(query.port)
    for facet in (query.by, query.of):
        if not _may_part(actor, facet):
            raise Forbidden(f"{actor.name} may not see counts by {facet.value}")
    if query.measure not in MEASURES[query.stream]:
        raise Conflict(f"{query.measure.value} is not counted of {query.stream.value}")
    return query


def port_names(connection: sa.Connection, codes: Iterable[str]) -> dict[str, str]:
    """The names of posts, and for ports of which none is kept those of the table of airports."""
    known = {code: own for code in codes if (own := port(code)) and own.name != code}
    kept = {code: own.name for code, own in posts.posts(connection).items()}
    return {code: own.name for code, own in known.items()} | kept


def _names(connection: sa.Connection, actor: Actor) -> dict[str, str]:
    known = dict(rules.names(connection)) if actor.may(Permission.SEE_RULES) else {}
    if actor.may(Permission.SEE_WATCHLISTS):
        known |= {own.id: own.name for own in watchlists.lists(connection).values()}
    return known
