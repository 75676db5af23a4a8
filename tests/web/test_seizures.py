"""Pages of currency and of seizures: what they show, and what the map is told."""

import json
import re
from html import unescape
from typing import Any

import pytest

from parakh.access import system_actor
from parakh.domain.message import Channel, Source
from parakh.services import intake, queue
from parakh.services.enforcement_views import Spot
from parakh.web.maps import MapPoint, MapRoute, map_data

SENDER = system_actor("test")
_SEIZURE: dict[str, Any] = {
    "reference": "S1",
    "action": "recorded",
    "at": "2026-11-20T08:00:00Z",
    "place": {"name": "Port <b>Qasim</b>", "country": "PAK", "latitude": 24.78, "longitude": 67.35},
    "goods": [{"commodity": "heroin", "quantity": 12.5}],
    "origin": "AFG",
    "destination": "DEU",
    "route": ["PKKHI"],
    "suspects": ["P1"],
}


def _send(stage: Any, name: str, **lists: Any) -> None:
    document = {"format": f"parakh-{name}/1", "source": "ANF", **lists}
    source = Source(channel=Channel.DROP, name=f"{name}.json")
    intake.receive(stage.centre, SENDER, json.dumps(document).encode(), source)
    assert queue.drain(stage.centre) == set()


@pytest.fixture
def reported(stage: Any) -> None:
    suspect = {"reference": "P1", "action": "recorded", "family_name": "MARWAT", "suspicion": "X"}
    company = {"reference": "F1", "action": "recorded", "name": "ZARGHUN TRADING"}
    _send(stage, "enforcement", seizures=[_SEIZURE], suspects=[suspect], companies=[company])


def _path(text: str, word: str) -> str:
    found = re.search(r'href="(/seizures/[0-9a-z]+)">(?:(?!</a>).)*' + word, text)
    assert found is not None
    return found[1]


@pytest.mark.usefixtures("reported")
def test_seizures_stand_in_a_table_and_on_a_map(browser: Any) -> None:
    text = browser("supervisor").get("/seizures").text
    assert "Port &lt;b&gt;Qasim&lt;/b&gt;" in text
    told = re.search(r'data-map="([^"]+)"', text)
    assert told is not None
    shown = json.loads(unescape(told[1]))
    (point,) = shown["points"]
    assert (point["at"], point["look"]) == ([67.35, 24.78], "place")
    assert point["title"].endswith("Heroin")
    (route,) = shown["routes"]
    assert [own.get("country") for own in route["stops"]] == ["004", None, "276"]
    assert browser("supervisor").get(point["href"]).status_code == 200


@pytest.mark.usefixtures("reported")
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?commodity=heroin", True),
        ("?commodity=gold", False),
        ("?commodity=nothing", True),
        ("?since=2026-11-20&until=2026-11-20", True),
        ("?until=2026-11-01", False),
        ("?text=qasim&route=AFG", True),
    ],
)
def test_filters(browser: Any, query: str, shown: bool) -> None:
    text = browser("supervisor").get(f"/seizures{query}").text
    assert ("Qasim" in text) is shown


@pytest.mark.usefixtures("reported")
def test_suspects_and_companies_lead_to_a_profile(browser: Any) -> None:
    chief = browser("supervisor")
    suspect = _path(chief.get("/seizures?kind=suspect").text, "MARWAT")
    page = chief.get(suspect).text
    assert "/profiles/new?origin=enforcement" in page
    record = suspect.rpartition("/")[2]
    form = chief.get(f"/profiles/new?origin=enforcement&id={record}")
    assert form.status_code == 200
    assert "MARWAT" in form.text
    assert "ZARGHUN" in chief.get("/seizures?kind=company").text
    assert "/profiles/new" not in browser("analyst").get(suspect).text


def test_currency_is_summed_up(stage: Any, browser: Any) -> None:
    rows = [
        {
            "reference": f"C{number}",
            "action": "recorded",
            "port": "KHI",
            "direction": "exit",
            "at": stage.centre.clock().isoformat(),
            "traveller": {"family_name": "MIR", "document_number": "PB2000002"},
            "origin": "salary",
            "amounts": [{"instrument": "cash", "amount": 9500, "currency": "USD"}],
        }
        for number in range(3)
    ]
    _send(stage, "currency", declarations=rows)
    listing = browser("supervisor").get("/currency").text
    assert "each time under 10,000 USD, together 28,500 USD" in listing
    path = re.search(r'href="(/currency/[0-9a-z]+)"', listing)
    assert path is not None
    page = browser("supervisor").get(path[1]).text
    assert "28,500 USD" in page
    assert (
        browser("supervisor").get("/currency?asking=true&direction=exit&days=7").status_code == 200
    )


def test_a_map_of_nothing_is_none() -> None:
    assert map_data([], []) == ""
    unknown = MapRoute(spots=(Spot(name="NOWHERE"), Spot(name="PAK", country="PAK")), title="x")
    assert map_data([], [unknown]) == ""
    point = MapPoint(latitude=1.0, longitude=2.0, title="x")
    assert json.loads(map_data([point], [unknown]))["routes"] == []
