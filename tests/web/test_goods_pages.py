"""Pages of goods and transport units: what they show to whom, and what an address may ask for."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from tests.services.goods_kit import bill, box, enforce, importer, move, tell, tiles, unit

from parakh.access import Purpose
from parakh.domain.alert import OutcomeKind
from parakh.domain.consignment import Consignment
from parakh.domain.conveyance import ConveyanceKind, MovementKind
from parakh.domain.hit import Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.outcome import Commodity, Details, Money, OutcomeRecord, Seizure
from parakh.services import selectivity
from parakh.services.trail import TrailFilter, search
from parakh.store import alerts, examinations, goods_list, outcomes

OPENED = box(seal="S2", seal_at_loading="S1")


@pytest.fixture
def goods(stage: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Consignment, Consignment]:
    """A red consignment in a container that was opened, and a green one; none drawn by lot."""
    monkeypatch.setattr(selectivity, "drawn_number", lambda secret, key: 0.9)
    enforce(stage.centre, "containers.exists(c, c.seal_changed)", name="Opened on its way")
    red = bill(reference="REDBILL1", containers=(OPENED,))
    green = bill(
        reference="GREENBILL1",
        parties=(importer("BETA HOME", "7788990"),),
        items=(tiles(hs_code="640399", description="SHOES"),),
    )
    tell(stage.centre, red, green)
    return red, green


def rows(text: str) -> list[str]:
    """The numbers on the list, from its top."""
    return re.findall(r'data-key="o" href="/consignments/\w+">([^<]+)</a>', text)


def main(text: str) -> str:
    """The page's own part."""
    return text.partition("<main")[2]


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["REDBILL1", "GREENBILL1"]),
        ("?lane=red", ["REDBILL1"]),
        ("?lane=green", ["GREENBILL1"]),
        ("?lane=none", []),
        ("?text=beta+home", ["GREENBILL1"]),
        ("?text=csqu3054383", ["REDBILL1"]),
        ("?text=zarghun&lane=green", []),
        ("?chapter=64", ["GREENBILL1"]),
        ("?port=LHE", []),
        ("?direction=exit", []),
        ("?declared=yes", []),
        ("?shown=done", []),
        ("?page=9", []),
    ],
)
def test_an_address_asks_for_goods(browser: Any, query: str, shown: list[str]) -> None:
    answer = browser("targeting").get(f"/consignments{query}")
    assert answer.status_code == 200
    assert rows(answer.text) == shown


@pytest.mark.parametrize("query", ["lane=purple", "chapter=6", "direction=up", "shown=x", "page=0"])
def test_what_is_no_choice_is_refused_in_plain_words(browser: Any, query: str) -> None:
    answer = browser("targeting").get(f"/consignments?{query}")
    assert answer.status_code == 422
    assert "Traceback" not in answer.text


def test_the_list_goes_on_over_several_pages(stage: Any, browser: Any) -> None:
    tell(stage.centre, *(bill(reference=f"BILL{number}") for number in range(51)))
    mine = browser("targeting")
    first, second = (rows(mine.get(f"/consignments?page={number}").text) for number in (1, 2))
    assert (len(first), len(second)) == (50, 1)
    assert not set(first) & set(second)


def test_the_pulse_changes_with_the_list(
    stage: Any, browser: Any, goods: tuple[Consignment, Consignment]
) -> None:
    mine = browser("targeting")
    before = mine.get("/consignments/pulse").json()
    assert before == mine.get("/consignments/pulse").json()
    assert f'data-pulse="{before["pulse"]}"' in mine.get("/consignments").text
    form = {"lane": "yellow", "reason": "the office asked for it"}
    assert mine.post(f"/selectivity/lanes/{goods[1].id}", data=form).status_code == 303
    assert mine.get("/consignments/pulse").json() != before


def test_another_port_sees_neither_list_nor_page(
    browser: Any, goods: tuple[Consignment, Consignment]
) -> None:
    lahore = browser("lahore")
    assert rows(lahore.get("/consignments").text) == []
    assert lahore.get(f"/consignments/{goods[0].id}").status_code == 403
    assert lahore.get(f"/api/v1/consignments/{goods[0].id}").status_code == 403
    assert lahore.get("/api/v1/consignments").json()["total"] == 0


@pytest.mark.parametrize("path", ["/consignments/nothing", "/conveyances/nothing"])
def test_what_is_not_there_is_not_found(browser: Any, path: str) -> None:
    assert browser("targeting").get(path).status_code == 404
    assert browser("targeting").get(f"/api/v1{path}").status_code == 404


def test_a_consignment_says_why_it_is_red(
    stage: Any, browser: Any, goods: tuple[Consignment, Consignment]
) -> None:
    red, green = goods
    text = browser("targeting").get(f"/consignments/{red.id}").text
    for told in (
        "Red lane",
        "Opened on its way",
        "another seal on loading: S1",
        "ZARGHUN TRADING",
        "none examined",
        "Open the order",
        "690721",
    ):
        assert told in text
    assert "another seal" not in browser("targeting").get(f"/consignments/{green.id}").text
    looked = search(stage.centre, stage.actor("auditor"), TrailFilter(action="consignment.viewed"))
    assert {own.subject_id for own in looked.rows} == {red.id, green.id}


@pytest.mark.parametrize(
    ("currency", "shown"), [("USD", False), ("EUR", True)], ids=["the centre's", "another"]
)
def test_a_price_in_another_currency_is_shown_beside(
    stage: Any, browser: Any, currency: str, shown: bool
) -> None:
    price = Money(amount=Decimal("1850.5"), currency=currency)
    own = bill(items=(tiles(price=price),))
    tell(stage.centre, own)
    text = browser("targeting").get(f"/consignments/{own.id}").text
    assert "2,000.00 USD" in text
    assert (f"1,850.50 {currency}" in text) is shown


def test_names_from_outside_are_text(stage: Any, browser: Any) -> None:
    own = bill(
        reference="<b>BILL",
        parties=(importer("<script>alert(1)</script>"),),
        items=(tiles(description='"><img src=x onerror=alert(1)>'),),
    )
    tell(stage.centre, own)
    mine = browser("targeting")
    for path in ("/consignments", f"/consignments/{own.id}"):
        text = main(mine.get(path).text)
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<b>BILL" not in text


@pytest.mark.parametrize("role", ["targeting", "analyst", "examiner"])
def test_nobody_is_offered_what_he_may_not_do(
    browser: Any, goods: tuple[Consignment, Consignment], role: str
) -> None:
    mine = browser(role)
    answer = mine.get(f"/consignments/{goods[0].id}")
    assert answer.status_code == 200
    page = main(answer.text)
    links = {
        own for own in re.findall(r'href="(/[^"#]*)"', unescape(page)) if "lookouts/new" not in own
    }
    assert {path: mine.get(path).status_code for path in links} == dict.fromkeys(links, 200)
    officer = role == "targeting"
    assert ("Open a profile" in page) is officer
    lane = mine.get(f"/selectivity/lanes/{goods[0].id}").text
    assert ("Route it to another lane" in lane) is officer


def test_a_unit_tells_what_is_only_expected(stage: Any, browser: Any) -> None:
    own = unit(stage.centre, "CSQU3054383", ConveyanceKind.CONTAINER, None)
    move(stage.centre, own, MovementKind.DISCHARGED, -5, place="KARACHI", port="KHI")
    text = browser("targeting").get(f"/conveyances/{own.id}").text
    assert "expected" in text
    assert "It has stood at" not in text
    move(stage.centre, own, MovementKind.GATE_IN, 9, place="QASIM", port="KHI")
    text = browser("targeting").get(f"/conveyances/{own.id}").text
    assert "It has stood at QASIM for" in text


def test_movements_elsewhere_are_counted_and_not_told(stage: Any, browser: Any) -> None:
    own = unit(stage.centre)
    move(stage.centre, own, MovementKind.GATE_IN, 3, place="SUST", port="KHI")
    text = browser("lahore").get(f"/conveyances/{own.id}").text
    assert "SUST" not in text
    assert "only at ports that are not yours" in text
    move(stage.centre, own, MovementKind.GATE_OUT, 2, place="LAHORE", port="LHE")
    text = browser("lahore").get(f"/conveyances/{own.id}").text
    assert "LAHORE" in text
    assert "1 more at another port" in text
    assert "SUST" not in browser("lahore").get("/conveyances").text
    assert "LAHORE" in browser("supervisor").get("/conveyances").text


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 2), ("?text=kp44", 1), ("?kind=vessel", 1), ("?kind=rocket", 2), ("?text=nothing", 0)],
)
def test_units_are_found(stage: Any, browser: Any, query: str, count: int) -> None:
    unit(stage.centre)
    unit(stage.centre, "9074729", ConveyanceKind.VESSEL, "PAN", "SEA STAR")
    text = browser("targeting").get(f"/conveyances{query}").text
    assert text.count('data-href="/conveyances/') == count


def test_an_alert_tells_what_the_examination_came_to(
    stage: Any, browser: Any, goods: tuple[Consignment, Consignment]
) -> None:
    with stage.centre.db.read() as connection:
        (order,) = examinations.orders_of(connection, [goods[0].id])[goods[0].id]
        (own,) = alerts.alerts_on(connection, Ref(kind=Kind.CONSIGNMENT, id=goods[0].id))
    mine = browser("targeting")
    assert "no report yet" in mine.get(f"/alerts/{own.id}").text
    with stage.centre.db.write(stage.actor("supervisor"), Purpose.EXAMINATION) as tx:
        told = OutcomeRecord(
            id=new_id(), kind=OutcomeKind.SEIZURE, note="Behind the third row", by="examiner",
            at=tx.at, examination_id=order.id,
            details=Details(seizures=(Seizure(commodity=Commodity.TOBACCO),)),
        )  # fmt: skip
        outcomes.add(tx, told)
        tx.audit("test", "outcome", told.id)
    text = mine.get(f"/alerts/{own.id}").text
    assert all(word in text for word in ("Behind the third row", "examiner", "Tobacco"))
    assert f'href="/examinations/orders/{order.id}"' in text
    (examined,) = mine.get(f"/api/v1/alerts/{own.id}").json()["examined"]
    assert [one["kind"] for one in examined["outcomes"]] == ["seizure"]


def test_what_left_the_list_by_itself_is_still_found(
    stage: Any, browser: Any, goods: tuple[Consignment, Consignment]
) -> None:
    with stage.centre.db.maintain() as connection:
        goods_list.finish(connection, stage.centre.clock() + timedelta(days=9))
    mine = browser("targeting")
    assert rows(mine.get("/consignments").text) == ["REDBILL1"]
    assert rows(mine.get("/consignments?shown=done").text) == ["GREENBILL1"]


def test_programs_are_told_the_same(browser: Any, goods: tuple[Consignment, Consignment]) -> None:
    def mine(path: str) -> Any:
        return browser("targeting").get(f"/api/v1{path}").json()

    page = mine("/consignments?lane=red")
    (line,) = page["lines"]
    assert (line["name"], line["lane"], line["order"]) == ("REDBILL1", "red", "ordered")
    view = mine(f"/consignments/{goods[0].id}")
    assert [own["lane"] for own in view["lanes"]] == ["red"]
    assert view["consignment"]["containers"][0]["seal_at_loading"] == "S1"
    assert view["found"] is None
    assert view["hits"][0]["screener"].startswith("rules@")
    assert mine("/conveyances") == []
