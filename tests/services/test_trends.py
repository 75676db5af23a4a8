"""Trends: counted once, counted anew when late, watched, decided, and made into rules."""

import os
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from tests.conftest import NOON, SetClock

from parakh.access import Actor, Purpose, Role, system_actor
from parakh.domain.alert import OutcomeKind
from parakh.domain.backtest import BacktestState
from parakh.domain.enforcement import Place, SeizureRecord
from parakh.domain.ids import new_id
from parakh.domain.message import Channel, Source
from parakh.domain.outcome import Commodity, Seizure
from parakh.domain.trend import (
    Facet,
    Finding,
    FindingState,
    Measure,
    Pattern,
    SeriesKey,
    Stream,
)
from parakh.domain.trend_query import TrendQuery
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import (
    alerts,
    archive,
    intake,
    queue,
    reports,
    trends,
    trends_build,
    trends_rules,
    trends_watch,
)
from parakh.services.backtests import newest
from parakh.services.centre import Centre
from parakh.services.trends_words import outcome, plain_about, sentence
from parakh.settings import Settings
from parakh.simulate.columns import Columns, Surge
from parakh.store import enforcement
from parakh.store import rules as rule_store
from parakh.store import trends as store
from parakh.store.keys import Keys
from parakh.store.tables import hit, trend_day, trend_finding

SENDER = system_actor("test")
TODAY = NOON.date()
DAYS = 100
SURGE = Surge(route="IST–ISB", since=date(2026, 11, 16), factor=12)
WHY = "a fair was on in Karachi"


def asked(**values: str) -> TrendQuery:
    """A question of texts."""
    return TrendQuery.of_texts(values, TODAY)


@pytest.fixture
def boss(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.SUPERVISOR)


# --- a hundred days in columns ------------------------------------------------------------------


@pytest.fixture(scope="session")
def columns(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, keys: Keys) -> Path:
    """The data folder of a centre whose hundred days, with a surge, are counted and watched."""
    folder = tmp_path_factory.mktemp("trends") / "data"
    keys.save(folder / "keys.json")
    folder.chmod(0o700)
    shutil.copy(sqlite_template, folder / "parakh.db")
    settings = Settings(data_dir=folder)
    settings.drop_path.mkdir()
    made = Columns(surges=[SURGE])
    for back in range(DAYS, 0, -1):
        day = TODAY - timedelta(days=back)
        path = folder / "history" / "traveller" / f"{day:%Y}" / f"{day}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        made.day(day, 700).write_parquet(path)
    centre = Centre.open(settings, SetClock())
    trends_build.build(centre)
    trends_watch.work(centre)
    centre.close()
    return folder


@pytest.fixture
def year(columns: Path, tmp_path: Path, clock: SetClock) -> Any:
    """A copy of that centre."""
    folder = tmp_path / "data"
    shutil.copytree(columns, folder)
    made = Centre.open(Settings(data_dir=folder), clock)
    yield made
    made.close()


def test_the_page_tells_what_the_history_holds(year: Centre, boss: Actor) -> None:
    found = trends.dashboard(year, boss, asked(days="28", by="route"), most=9_999)
    rows = archive.archive_of(year)
    since = TODAY - timedelta(days=27)
    own = rows.scan(rows.days(since - timedelta(days=2), TODAY)).select(
        day=pl.col("crossing.at").dt.convert_time_zone("Asia/Karachi").dt.date()
    )
    counted = own.filter(pl.col("day") >= since).collect()["day"].value_counts()
    told = {one.day: one.counts.traffic for one in found.points or () if one.counts}
    assert {day: told[day] for day, _ in counted.iter_rows()} == dict(counted.iter_rows())
    assert found.total is not None
    assert found.total.traffic == sum(told.values())
    assert (
        sum(one.counts.traffic for one in found.rows)
        + (found.others.traffic if found.others else 0)
        == found.total.traffic
    )
    assert trends.dashboard(year, boss, asked(by="route"), most=5).more == len(found.rows) - 5
    # Of a route of few persons no row stands, and at least two are left out together.
    assert found.hidden > 1
    assert len(found.hours) == 7
    assert found.flows


def test_the_surge_is_found_and_said_once(year: Centre, boss: Actor) -> None:
    (own,) = trends.findings(year, boss)
    assert (own.key.facet, own.key.value, own.key.port) == (Facet.ROUTE, SURGE.route, "ISB")
    assert (own.pattern, own.state) == (Pattern.SHIFT, FindingState.OPEN)
    assert abs((own.since - SURGE.since).days) <= 1
    assert str(sentence(own, plain_about(own, {}))) == (
        f"IST–ISB: {own.observed} travellers this week where {own.low} to {own.high} are usual"
    )
    assert str(outcome(own)) == "none examined yet"
    assert trends_watch.work(year) == 0
    picked = trends.dashboard(year, boss, asked(of="route", value=SURGE.route))
    points = {one.day: one for one in picked.points or ()}
    day = points[own.day - timedelta(days=1)]
    assert day.counts is not None
    assert day.high is not None
    assert day.counts.traffic > day.high
    assert picked.facets[0] is Facet.ISSUER


def test_a_rule_is_drafted_once_and_tried(year: Centre, boss: Actor) -> None:
    (own,) = trends.findings(year, boss)
    made = trends_rules.draft(year, boss, own.id)
    year.backtesting.wait()
    assert made.text == 'voyage.origin == "IST" && voyage.destination == "ISB"'
    assert made.scope.ports == {"ISB"}
    assert f"{own.observed} travellers this week" in made.reason
    tried = newest(year, boss, made.text, made.subject, made.scope)
    assert tried is not None
    assert tried.state is BacktestState.DONE
    assert tried.findings is not None
    assert tried.findings.hits >= own.observed
    assert trends.finding(year, boss, own.id).rule_id == made.rule_id
    assert trends_rules.draft(year, boss, own.id).id == made.id


def test_a_finding_is_acknowledged_dismissed_and_over(
    year: Centre, boss: Actor, clock: SetClock
) -> None:
    (own,) = trends.findings(year, boss)
    seen = trends.decide(year, boss, own.id, FindingState.ACKNOWLEDGED, "")
    assert (seen.by, seen.state) == (boss.name, FindingState.ACKNOWLEDGED)
    with pytest.raises(InvalidInput):
        trends.decide(year, boss, own.id, FindingState.DISMISSED, "")
    with pytest.raises(Forbidden):
        trends.decide(year, system_actor("cli"), own.id, FindingState.DISMISSED, WHY)
    trends.decide(year, boss, own.id, FindingState.DISMISSED, WHY)
    assert trends.findings(year, boss) == []
    with pytest.raises(Conflict):
        trends.decide(year, boss, own.id, FindingState.ACKNOWLEDGED, "")
    # Found again, it is known, and stays dismissed; after four weeks it is told anew.
    again = replace(own, id=new_id(), last_at=clock.now + timedelta(days=1))
    assert trends_watch.keep(year, [again]) == 0
    assert trends.findings(year, boss) == []
    later = clock.now + trends_watch.SILENCE
    fresh = replace(own, id=new_id(), last_at=later, expires_at=later + trends_watch.LIFE)
    assert trends_watch.keep(year, [fresh]) == 1
    assert [one.id for one in trends.findings(year, boss)] == [fresh.id]
    clock.advance(days=60)
    assert trends.findings(year, boss) == []


def test_an_officer_sees_his_ports_alone(year: Centre, acting: Callable[..., Actor]) -> None:
    own = acting(Role.TARGETING, "KHI")
    found = trends.dashboard(year, own, asked(days="28"))
    assert found.ports == ("KHI",)
    assert [one.value for one in found.rows] == ["KHI"]
    assert found.findings == ()
    with pytest.raises(Forbidden, match="does not work at LHE"):
        trends.dashboard(year, own, asked(port="LHE"))
    with pytest.raises(Forbidden):
        trends.dashboard(year, acting(Role.GATE, "KHI"), asked())
    with pytest.raises(NotFound):
        trends.finding(year, own, trends.findings(year, acting(Role.SUPERVISOR))[0].id)


def test_lists_are_for_those_who_may_see_them(year: Centre, acting: Callable[..., Actor]) -> None:
    analyst = acting(Role.ANALYST)
    assert Facet.LIST not in trends.dashboard(year, analyst, asked()).facets
    with pytest.raises(Forbidden, match="counts by list"):
        trends.dashboard(year, analyst, asked(by="list"))


def test_tables_compared_tell_no_more_than_rounded_days(
    year: Centre, boss: Actor, acting: Callable[..., Actor]
) -> None:
    def traffic(who: Actor, days: int, **values: str) -> int:
        since = str(TODAY - timedelta(days=days))
        until = str(TODAY - timedelta(days=2))
        found = trends.dashboard(year, who, asked(since=since, until=until, **values))
        assert found.step == (0 if who is boss else 5)
        assert found.total is not None
        return found.total.traffic

    analyst = acting(Role.ANALYST)
    for values in ({}, {"port": "ISB"}, {"of": "issuer", "value": "GBR"}):
        told = [traffic(analyst, days, **values) for days in (30, 29)]
        day = TODAY - timedelta(days=30)
        alone = trends.dashboard(
            year, analyst, asked(since=str(day), until=str(day), **values)
        ).total
        assert alone is None or alone.traffic == told[0] - told[1]
        assert told[0] == pytest.approx(traffic(boss, 30, **values), rel=0.35)
    goods = trends.dashboard(year, analyst, asked(stream="goods"))
    assert goods.step == 0, "goods are no persons"


@pytest.mark.parametrize(
    "values",
    [
        {"by": "weekday"},
        {"by": "month", "days": "91"},
        {"by": "hour", "port": "ISB"},
        {"of": "issuer", "value": "GBR", "by": "weekday"},
        {"direction": "entry", "measure": "hits"},
        {"stream": "goods"},
        {"stream": "seizures", "by": "commodity"},
        {"since": "2020-01-01", "until": "2020-02-01"},
    ],
)
def test_other_questions(year: Centre, boss: Actor, values: dict[str, str]) -> None:
    found = trends.dashboard(year, boss, asked(**values))
    assert len(found.points or ()) == found.query.days
    whole = sum(one.counts.traffic for one in found.rows)
    assert found.total is not None
    if found.others is not None:
        assert whole + found.others.traffic == found.total.traffic


def test_a_group_of_few_persons_is_not_shown(year: Centre, boss: Actor) -> None:
    nobody = trends.dashboard(year, boss, asked(of="issuer", value="ZZZ"))
    assert nobody.total is not None
    assert nobody.total.traffic == 0
    day = TODAY - timedelta(days=2)
    cells = trends_build.cube_of(year).cells(
        Stream.TRAVELLERS, Facet.ISSUER, day, day + timedelta(days=1)
    )
    few = cells.group_by("value").agg(pl.col("traffic").sum()).collect()
    small = few.filter(pl.col("traffic") == 1)["value"].to_list()[0]
    query = asked(of="issuer", value=small, since=str(day), until=str(day))
    told = trends.dashboard(year, boss, query)
    assert (told.total, told.points) == (None, None)


def test_who_is_taken_out_of_the_history_is_counted_no_more(year: Centre, boss: Actor) -> None:
    own = archive.archive_of(year)
    day = TODAY - timedelta(days=9)
    gone = own.scan(own.days(day, day + timedelta(days=1))).select("subject_id").head(30).collect()

    def total() -> int:
        found = trends.dashboard(year, boss, asked(days="91")).total
        assert found is not None
        return found.traffic

    before = total()
    assert own.forget(gone["subject_id"].to_list()) == 30
    assert trends_build.build(year).days == 1
    assert total() == before - 30
    for path in list(own.paths().values())[:3]:
        path.unlink()
    trends_build.build(year)
    with year.db.read() as connection:
        assert len(store.stamps(connection, Stream.TRAVELLERS)) == DAYS - 3
    assert trends_build.build(year).days == 0


def test_a_crash_between_counting_and_noting_counts_nothing_twice(
    year: Centre, boss: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = trends.dashboard(year, boss, asked(days="28")).total
    path = sorted(archive.archive_of(year).paths().values())[-5]
    os.utime(path)
    with monkeypatch.context() as patched:
        patched.setattr(store, "note_built", _crash)
        with pytest.raises(RuntimeError, match="the lights went out"):
            trends_build.build(year)
    assert trends_build.build(year).days == 1
    assert trends.dashboard(year, boss, asked(days="28")).total == before


def _crash(*_: object) -> None:
    raise RuntimeError("the lights went out")


@pytest.mark.parametrize(
    ("stream", "facet", "value", "text"),
    [
        (Stream.TRAVELLERS, Facet.ISSUER, "AFG", 'documents.exists(d, d.issuer == "AFG")'),
        (Stream.TRAVELLERS, Facet.CARRIER, "PK", 'voyage.carrier == "PK"'),
        (Stream.TRAVELLERS, Facet.CARRIER, '"', 'voyage.carrier == "\\""'),
        (Stream.TRAVELLERS, Facet.TOTAL, "", None),
        (Stream.TRAVELLERS, Facet.RULE, "r1", None),
        (Stream.GOODS, Facet.CHAPTER, "69", 'items.exists(i, i.chapter == "69")'),
        (Stream.GOODS, Facet.ORIGIN, "CHN", 'consignment.origin == "CHN"'),
        (Stream.GOODS, Facet.ROUTE, "CNSHA–PKKHI", 'consignment.loading_port == "CNSHA" && '
         'consignment.discharge_port == "PKKHI"'),
        (Stream.SEIZURES, Facet.COMMODITY, "tobacco", 'items.exists(i, i.chapter == "24")'),
        (Stream.SEIZURES, Facet.COMMODITY, "waste", None),
        (Stream.SEIZURES, Facet.ROUTE, "AFG–PAK", 'consignment.origin == "AFG"'),
    ],
)  # fmt: skip
def test_rules_of_findings(
    centre: Centre, boss: Actor, stream: Stream, facet: Facet, value: str, text: str | None
) -> None:
    own = finding(SeriesKey(stream=stream, measure=Measure.TRAFFIC, facet=facet, value=value))
    trends_watch.keep(centre, [own])
    if text is None:
        with pytest.raises(Conflict):
            trends_rules.draft(centre, boss, own.id)
        return
    assert trends_rules.draft(centre, boss, own.id).text == text
    centre.backtesting.wait()


def test_of_two_who_draft_at_once_one_does(
    any_centre: Centre, boss: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = SeriesKey(
        stream=Stream.TRAVELLERS, measure=Measure.TRAFFIC, facet=Facet.ISSUER, value="AFG"
    )
    own = finding(key)
    trends_watch.keep(any_centre, [own])
    condition, both = trends_rules.condition, threading.Barrier(2)

    def together(found: Finding) -> Any:
        both.wait()
        return condition(found)

    monkeypatch.setattr(trends_rules, "condition", together)

    def draft(number: int) -> bool:
        try:
            trends_rules.draft(any_centre, replace(boss, name=f"boss{number}"), own.id)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(draft, range(2))) == [False, True]
    any_centre.backtesting.wait()
    with any_centre.db.read() as connection:
        assert len(rule_store.names(connection)) == 1


def finding(key: SeriesKey) -> Finding:
    """A finding of a series."""
    return Finding(
        id=new_id(),
        key=key,
        pattern=Pattern.SHIFT,
        day=TODAY,
        since=TODAY,
        span_days=7,
        observed=41,
        expected=11,
        low=8,
        high=15,
        p=1e-9,
        examined=5,
        found=3,
        first_at=NOON,
        last_at=NOON,
        expires_at=NOON + trends_watch.LIFE,
    )


# --- what the database tells, on either one -----------------------------------------------------


@pytest.fixture
def flight(any_centre: Centre, declare: Any, person: Any, units: Any, enlist: Any) -> Centre:
    """A flight of nine, one of whom is on a list."""
    units(any_centre)
    enlist(any_centre, document="PA0000")
    people = [
        person(document=f"PA000{place}", given=f"N{place}", born=f"7{place}0101")
        for place in range(9)
    ]
    source = Source(channel=Channel.CLI, name="304.edi")
    intake.receive(any_centre, SENDER, declare(*people), source)
    queue.drain(any_centre)
    return any_centre


def test_a_flight_is_counted_and_what_is_told_late_of_it(
    flight: Centre, boss: Actor, clock: SetClock
) -> None:
    clock.advance(days=1)
    while archive.close(flight):
        pass
    assert trends_build.build(flight).rows == 9

    def counted() -> tuple[int, ...]:
        day = TrendQuery.of_texts({"days": "7"}, clock.now.date())
        own = trends.dashboard(flight, boss, day).total
        assert own is not None
        return tuple(own.of(one) for one in Measure)

    assert counted() == (9, 1, 0, 0, 0)
    (row,) = alerts.list_alerts(flight, boss)
    clock.advance(hours=1)
    alerts.acknowledge(flight, boss, row.alert.id)
    for one in row.hits:
        alerts.decide(flight, boss, row.alert.id, one.id, confirmed=True, reason=WHY)
    alerts.close(flight, boss, row.alert.id, OutcomeKind.ARREST, WHY)
    assert trends_build.build(flight).days == 1
    assert counted() == (9, 1, 1, 1, 1)
    by_list = TrendQuery.of_texts({"days": "7", "by": "list"}, clock.now.date())
    found = trends.dashboard(flight, boss, by_list)
    # One listed person is a group that is not shown.
    assert (found.rows, found.hidden, found.others) == ((), 1, None)
    with flight.db.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(hit)).scalar_one() >= 1
        assert store.built_at(connection, Stream.TRAVELLERS) == clock.now


def test_seizures_are_counted_and_corrected(
    any_centre: Centre, boss: Actor, clock: SetClock
) -> None:
    def put(commodity: Commodity) -> None:
        own = SeizureRecord(
            id="s1".rjust(32, "0"),
            source="Post",
            reference="1",
            at=clock.now.astimezone(UTC),
            place=Place(name="Torkham"),
            seizures=(Seizure(commodity=commodity),),
            origin="AFG",
            destination="PAK",
        )
        with any_centre.db.write(SENDER, Purpose.ENFORCEMENT) as tx:
            enforcement.put(tx, "seizure|Post|1", own)
            tx.audit("test", "enforcement", "")

    def counted() -> list[tuple[str, int]]:
        query = asked(stream="seizures", by="commodity", days="7")
        rows = trends.dashboard(any_centre, boss, query).rows
        return [(own.value, own.counts.traffic) for own in rows]

    put(Commodity.GOLD)
    trends_build.build(any_centre)
    assert counted() == [("gold", 1)]
    put(Commodity.TOBACCO)
    trends_build.build(any_centre)
    assert counted() == [("tobacco", 1)]
    shutil.rmtree(any_centre.settings.data_dir / "trends")
    trends_build.build(any_centre)
    assert counted() == [("tobacco", 1)], "counts that were deleted are made again"
    route = trends.dashboard(any_centre, boss, asked(stream="seizures", by="route", days="7"))
    assert [own.value for own in route.rows] == ["AFG–PAK"]
    with any_centre.db.write(SENDER, Purpose.ENFORCEMENT) as tx:
        enforcement.drop(tx, ["s1".rjust(32, "0")])
        tx.audit("test", "enforcement", "")
    trends_build.build(any_centre)
    assert counted() == []


def test_findings_at_rest(any_centre: Centre, boss: Actor, clock: SetClock) -> None:
    key = SeriesKey(
        stream=Stream.GOODS, measure=Measure.TRAFFIC, facet=Facet.ORIGIN, value="CHN", port="KHI"
    )
    own = finding(key)
    assert trends_watch.keep(any_centre, [own]) == 1
    more = replace(own, id=new_id(), observed=50, last_at=NOON + timedelta(days=1))
    assert trends_watch.keep(any_centre, [more]) == 0
    (told,) = trends.findings(any_centre, boss, Stream.GOODS)
    assert (told.id, told.observed, told.first_at) == (own.id, 50, own.first_at)
    assert trends.findings(any_centre, boss, Stream.SEIZURES) == []
    clock.advance(days=400)
    trends_watch.work(any_centre)
    with any_centre.db.read() as connection:
        left = sa.select(sa.func.count()).select_from(trend_finding)
        assert connection.execute(left).scalar_one() == 0


def test_a_report_tells_nothing_of_lists(centre: Centre) -> None:
    told = [
        finding(
            SeriesKey(
                stream=Stream.TRAVELLERS, measure=Measure.HITS, facet=facet, value="x", port="KHI"
            )
        )
        for facet in (Facet.LIST, Facet.CARRIER)
    ]
    trends_watch.keep(centre, told)
    days = told[0].since, told[0].day + timedelta(days=1)
    assert len(reports.gathered(centre, *days)["findings"]) == 1  # type: ignore[arg-type]


def test_an_empty_centre(centre: Centre, boss: Actor) -> None:
    assert trends_build.work(centre).days == 0
    assert trends_watch.work(centre) == 0
    found = trends.dashboard(centre, boss, asked())
    assert (found.first, found.rows, found.flows, found.built_at) == (None, (), (), None)
    assert found.total is not None
    assert found.total.traffic == 0
    with centre.db.read() as connection:
        assert connection.execute(sa.select(trend_day)).all() == []
