"""Trends and reports on the pages and by the API."""

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest

from parakh.domain.ids import new_id
from parakh.domain.trend import Facet, Finding, Measure, Pattern, SeriesKey, Stream
from parakh.domain.trend_query import TrendQuery
from parakh.learn.trends_groups import Counts
from parakh.services import trends_build, trends_watch
from parakh.services.trends import Point
from parakh.simulate.columns import Columns
from parakh.web import trend_words
from parakh.web.trend_charts import heat, trend_chart

V1 = "/api/v1"


@pytest.fixture
def days(stage: Any) -> Any:
    """A centre with thirty days of crossings, and a finding at Karachi."""
    centre = stage.centre
    today, made = centre.local_now().date(), Columns()
    for back in range(30, 0, -1):
        day = today - timedelta(days=back)
        path = centre.settings.data_dir / f"history/traveller/{day:%Y}/{day}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        made.day(day, 400).write_parquet(path)
    trends_build.build(centre)
    key = SeriesKey(
        stream=Stream.TRAVELLERS,
        measure=Measure.HITS,
        facet=Facet.ROUTE,
        value="DXB–KHI",
        port="KHI",
    )
    own = Finding(
        id=new_id(),
        key=key,
        pattern=Pattern.SHIFT,
        day=today - timedelta(days=1),
        since=today - timedelta(days=4),
        span_days=7,
        observed=41,
        expected=11.2,
        low=8,
        high=15,
        p=1e-9,
        traffic=400,
        examined=5,
        found=3,
        first_at=centre.clock(),
        last_at=centre.clock(),
        expires_at=centre.clock() + trends_watch.LIFE,
    )
    trends_watch.keep(centre, [own])
    return own


def test_the_page_and_what_leads_from_it(days: Finding, browser: Any) -> None:
    own = browser("supervisor")
    page = own.get("/trends").text
    said = "DXB–KHI: 41 travellers with a hit this week where 8 to 15 are usual; 3 of 5 examined"
    assert said in page
    assert 'data-map="' in page
    assert "Dubai" not in page
    assert 'href="/arrivals?day=' in page
    assert "/trends?stream=travellers&amp;measure=traffic" in page
    picked = own.get("/trends?of=route&value=DXB–KHI&days=28").text
    assert "Nationality of document" in picked
    routes = own.get("/trends?by=issuer&port=KHI").text
    assert "/vetting?all=1&amp;port=KHI&amp;issuer=PAK" in routes
    assert "few persons" in routes
    # A code says what it stands for, and a day is written as the reader writes it.
    assert "<bdi>Pakistan</bdi>" in routes
    assert "KHI · Jinnah International Airport" in routes
    assert re.search(r'class="day" x="[^"]+" y="[^"]+">\d{1,2} [A-Z][a-z]{2}<', page)
    assert own.get("/trends?days=nothing").status_code == 422


def test_who_may_not_open_records_reads_why(days: Finding, browser: Any) -> None:
    page = browser("analyst").get("/trends").text
    assert "your account shows counts" in page
    assert "/vetting?" not in page


def test_a_finding_is_decided_and_becomes_a_rule(days: Finding, browser: Any) -> None:
    own = browser("supervisor")
    address = f"/trends/findings/{days.id}"
    step = own.post(f"{address}/decision", data={"decision": "acknowledged"})
    assert step.headers["location"] == "/trends?stream=travellers"
    assert "Being looked at" in own.get("/trends").text
    made = own.get(own.post(f"{address}/rule").headers["location"])
    assert "voyage.origin == &#34;DXB&#34;" in made.text
    assert "tried on the history" in made.text
    assert "Its rule" in own.get("/trends").text
    gone = {"decision": "dismissed", "reason": "a fair in Karachi"}
    own.post(f"{address}/decision", data=gone)
    assert "Nothing is out of its band" in own.get("/trends").text


def test_files(days: Finding, browser: Any) -> None:
    def rows(what: str, name: str = "supervisor") -> list[list[str]]:
        answer = browser(name).get(f"/trends/export.csv?what={what}&days=28&by=issuer")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    series, table = rows("series"), rows("table")
    assert series[0][:2] == ["day", "traffic"]
    assert len(series) == 29
    assert table[0][:2] == ["issuer", "traffic"]
    assert sum(int(one[1]) for one in table[1:]) == sum(int(one[1]) for one in series[1:])


def test_an_empty_centre(browser: Any) -> None:
    page = browser("supervisor").get("/trends").text
    assert "Nothing is counted yet" in page
    assert "No report was made yet" in browser("analyst").get("/reports").text


def test_reports(days: Finding, browser: Any) -> None:
    own = browser("supervisor")
    form = {"active": "true", "addresses": "a@example.org\nb@example.org"}
    own.post("/reports/plans/weekly", data=form)
    assert "The reports are planned." in own.get("/reports").text
    own.post("/reports", data={"kind": "weekly"})
    assert "a@example.org" in own.get("/reports").text
    assert "a@example.org" not in browser("auditor").get("/reports").text
    (told,) = own.get(f"{V1}/reports").json()
    answer = own.get(f"/reports/{told['id']}.pdf")
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["content-type"] == "application/pdf"
    assert own.get(f"{V1}/reports/{told['id']}/pdf").content.startswith(b"%PDF")


def test_the_api_tells_the_same(days: Finding, browser: Any) -> None:
    own = browser("supervisor")
    told = own.get(f"{V1}/trends?days=7&by=route&port=KHI").json()
    assert len(told["points"]) == 7
    assert told["total"]["traffic"] == sum(
        one["counts"]["traffic"] for one in (*told["rows"], {"counts": told["others"]})
        if one["counts"]
    )  # fmt: skip
    (found,) = own.get(f"{V1}/trends/findings").json()
    assert found["sentence"]["text"].startswith("DXB–KHI: 41 travellers")
    body = {"state": "dismissed", "reason": "a fair in Karachi"}
    own.post(f"{V1}/trends/findings/{days.id}/decision", json=body)
    assert own.get(f"{V1}/trends/findings").json() == []


# --- parts --------------------------------------------------------------------------------------

TODAY = date(2026, 11, 23)


def asked(**values: str) -> TrendQuery:
    """A question of texts."""
    return TrendQuery.of_texts(values, TODAY)


@pytest.mark.parametrize(
    ("values", "by", "value", "address"),
    [
        ({}, Facet.PORT, "KHI", "/vetting?all=1&port=KHI"),
        ({"port": "KHI"}, Facet.ISSUER, "AFG", "/vetting?all=1&port=KHI&issuer=AFG"),
        ({}, Facet.RULE, "r1", "/vetting?all=1&reason=rule%3Ar1"),
        ({}, Facet.LIST, "l1", "/vetting?all=1&reason=watchlist%3Al1"),
        ({}, Facet.ROUTE, "DXB–KHI", "/vetting?all=1&port=KHI"),
        ({}, Facet.HOUR, "03", ""),
        ({"of": "carrier", "value": "PK"}, Facet.PORT, "KHI", "/vetting?all=1&port=KHI&carrier=PK"),
        ({"stream": "goods"}, Facet.LANE, "red", "/consignments?lane=red"),
        ({"stream": "goods"}, Facet.CHAPTER, "69", ""),
        ({"stream": "seizures", "days": "7"}, Facet.COMMODITY, "gold",
         "/seizures?kind=seizure&since=2026-11-17&until=2026-11-23&commodity=gold"),
        ({"stream": "seizures", "days": "7"}, Facet.CHAPTER, "71", ""),
    ],
)  # fmt: skip
def test_records_behind_counts(values: dict[str, str], by: Facet, value: str, address: str) -> None:
    assert trend_words.records(asked(**values), by, value) == address


@pytest.mark.parametrize(
    ("facet", "value", "said"),
    [
        (Facet.WEEKDAY, "1", "Monday"),
        (Facet.MONTH, "2026-11", "November 2026"),
        (Facet.HOUR, "03", "03:00"),
        (Facet.COMMODITY, "gold", "Gold"),
        (Facet.LANE, "red", "Red lane"),
        (Facet.RULE, "r1", "Couriers"),
        (Facet.ROUTE, "DXB–KHI", "DXB–KHI"),
        (Facet.ISSUER, "", "not told"),
    ],
)
def test_values_in_words(facet: Facet, value: str, said: str) -> None:
    assert trend_words.value_word(facet, value, {"r1": "Couriers"}, Stream.GOODS) == said


def test_charts() -> None:
    day = date(2026, 11, 1)
    points = [
        Point(day=day, counts=Counts(traffic=12), before=None, low=3, expected=5.0, high=9),
        Point(day=day, counts=None, before=Counts(traffic=4), low=3, expected=5.0, high=9),
        Point(day=day, counts=Counts(traffic=40), before=Counts(), growing=True),
    ]
    chart = trend_chart(points, Measure.TRAFFIC)
    assert [own.out for own in chart.days] == [True, False, False]
    assert [own.count for own in chart.days] == [12, None, 40]
    assert chart.ticks[-1][0] == 40
    assert chart.band.startswith("M")
    assert trend_chart([], Measure.TRAFFIC).days == ()
    cells = heat([[0, 9, None]])
    assert [own.shade for own in cells] == [0, 9, 0]
