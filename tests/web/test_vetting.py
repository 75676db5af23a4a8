"""The vetting list as its officer sees it, and as programs do."""

import csv
import io
import re
from typing import Any

import pytest

from parakh.services import alerts, vetting
from parakh.web.tables import as_csv

REASON = "Other persons of that name"


def lines(text: str) -> list[str]:
    return re.findall(r'<tr id="vet-(\w+)"', text)


def test_the_list_is_ranked_and_says_why_and_what_is_new(browser: Any) -> None:
    text = browser("targeting").get("/vetting").text
    assert len(lines(text)) == 11
    assert "MAZARI, ZULFIQAR" in text
    assert "1 new" in text
    assert re.search(r"in [23] h", text)


def test_the_list_is_filtered_and_parted(browser: Any) -> None:
    own = browser("targeting")
    assert len(lines(own.get("/vetting?text=mazari").text)) == 1
    assert "Nobody fits the filter" in own.get("/vetting?text=nobody").text
    text = own.get("/vetting?group=voyage").text
    assert len(lines(text)) == 5
    assert "All 11 travellers" in text
    assert own.get("/vetting?advice=worst").status_code == 422


def test_a_saved_view_opens_the_list(browser: Any) -> None:
    own = browser("targeting")
    form = {"name": "Compare", "begin": "true", "back": "advice=compare&hours=8"}
    made = own.post("/vetting/views", data=form)
    assert made.status_code == 303
    assert "advice=compare" in made.headers["location"]
    begun = own.client.get("/vetting", follow_redirects=False)
    assert begun.status_code == 303
    assert "hours=8" in begun.headers["location"]
    text = own.get("/vetting?all=1").text
    assert ">Compare</a>" in text
    view_id = re.search(r"/vetting/views/(\w{32})/remove", text)
    assert view_id is not None
    assert own.post("/vetting/views/begin", data={}).status_code == 303
    assert own.client.get("/vetting", follow_redirects=False).status_code == 200
    own.post(f"/vetting/views/{view_id[1]}/remove")
    assert ">Compare</a>" not in own.get("/vetting").text


def test_hits_are_cleared_together_and_what_is_left_is_told(browser: Any, stage: Any) -> None:
    own = browser("targeting")
    found = vetting.listing(stage.centre, stage.actor("targeting"), vetting.Wanted()).lines
    hit = [one for one in found if one.line.told]
    ids = [one.line.traveller_id for one in hit]
    form = {"traveller": ids, "reason": REASON, "outcome": "false_match", "back": "hours=8"}
    done = own.post("/vetting/clear", data=form)
    assert done.status_code == 200
    assert "1 hit is cleared, 1 alert is closed" in done.text
    assert "decide on it by itself" in done.text
    assert own.post("/vetting/clear", data={"reason": REASON}).status_code == 422
    short = own.post("/vetting/clear", data={"traveller": ids, "reason": "x"})
    assert short.status_code == 422


def test_nothing_new_is_marked_and_taken_back(browser: Any, ids: dict[str, str]) -> None:
    own = browser("targeting")
    form = {"traveller": [ids["traveller"]], "back": "text=mazari"}
    marked = own.post("/vetting/settle", data=form)
    assert marked.headers["location"] == "/vetting?all=1&text=mazari"
    assert "Nothing new, says" in own.get(marked.headers["location"]).text
    own.post("/vetting/unsettle", data=form)
    assert "Nothing new, says" not in own.get("/vetting").text


def test_the_pulse_is_another_once_something_changed(
    browser: Any, stage: Any, ids: dict[str, str]
) -> None:
    own = browser("targeting")
    before = own.get("/vetting/pulse").json()["pulse"]
    assert f'data-pulse="{before}"' in own.get("/vetting").text.replace("&#43;", "+")
    alerts.view(stage.centre, stage.actor("targeting"), ids["alert"])
    assert own.get("/vetting/pulse").json()["pulse"] != before


def test_a_page_is_taken_out_as_csv_by_who_may(browser: Any) -> None:
    assert browser("targeting").get("/vetting/export.csv").status_code == 403
    answer = browser("supervisor").get("/vetting/export.csv?text=mazari")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["MAZARI, ZULFIQAR"]
    assert "attachment" in answer.headers["content-disposition"]


def test_a_cell_is_no_formula() -> None:
    text = as_csv(["a", "b"], [["=1+1", "@x"], ["plain", '"quoted", with\nall']]).decode(
        "utf-8-sig"
    )
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["a", "b"],
        ["'=1+1", "'@x"],
        ["plain", '"quoted", with\nall'],
    ]


def test_programs_read_the_list_and_keep_views(browser: Any, ids: dict[str, str]) -> None:
    own = browser("targeting")
    page = own.get("/api/v1/vetting?text=mazari").json()
    assert (page["total"], len(page["lines"])) == (1, 1)
    assert page["lines"][0]["news"] == [ids["hit"]]
    parted = own.get("/api/v1/vetting?group=reason").json()
    group = parted["groups"][0]
    again = own.get("/api/v1/vetting", params=clean(group["wanted"])).json()
    assert again["total"] == group["count"]
    assert own.get("/api/v1/vetting?colour=red").status_code == 422
    made = own.post("/api/v1/vetting/views", json={"name": "All", "wanted": {"hours": 4}})
    assert made.status_code == 201
    view_id = made.json()["id"]
    begin = own.client.put(
        "/api/v1/vetting/views/begin", json={"view_id": view_id}, headers={"x-csrf-token": own.csrf}
    )
    assert begin.status_code == 204
    (view,) = own.get("/api/v1/vetting/views").json()
    assert (view["begin"], view["wanted"]["hours"]) == (True, 4)
    gone = own.client.delete(f"/api/v1/vetting/views/{view_id}", headers={"x-csrf-token": own.csrf})
    assert gone.status_code == 204
    body = {"travellers": [ids["traveller"]]}
    assert own.post("/api/v1/vetting/settled", json=body).json() == [ids["traveller"]]
    assert own.post("/api/v1/vetting/unsettled", json=body).json() == [ids["traveller"]]
    cleared = own.post("/api/v1/vetting/clearings", json=body | {"reason": REASON}).json()
    assert cleared["hits"] == [ids["hit"]]


def clean(wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value not in (None, "", False, 0)}


# --- search -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("zulfikar mazari", "MAZARI, ZULFIQAR"),
        ("pk304", "PK304"),
    ],
)
def test_the_box_finds_what_was_typed(browser: Any, text: str, title: str) -> None:
    own = browser("targeting")
    assert 'action="/search"' in own.get("/arrivals").text
    page = own.get("/search", params={"q": text}).text
    assert title in page
    assert "Taken as:" in page
    found = own.get("/api/v1/search", params={"q": text}).json()
    assert title in [one["title"] for group in found["groups"] for one in group["answers"]]


def test_every_answer_leads_somewhere(browser: Any) -> None:
    own = browser("supervisor")
    page = own.get("/search", params={"q": "mazari"}).text
    paths = re.findall(r'<li data-href="([^"]+)"', page)
    assert {path.split("/")[1] for path in paths} == {"travellers", "watchlist"}
    assert {own.get(path).status_code for path in paths} == {200}


def test_all_of_one_kind_and_nothing_at_all(browser: Any) -> None:
    own = browser("targeting")
    assert "Answers of every kind" in own.get("/search?q=mazari&kind=traveller").text
    assert "Nothing was found" in own.get("/search?q=Xyzzy").text
    assert "names nothing" in own.get("/search", params={"q": "<<<"}).text
    assert "Nothing was found" not in own.get("/search").text
    assert own.get("/search?q=" + "x" * 3000).status_code == 422
