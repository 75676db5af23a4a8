"""Turns of linked systems, against a real server: nothing lost, nothing doubled."""

import base64
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.connectors.conftest import KEEPER
from tests.connectors.servers import ListHouse, OtherSide, PageHouse, Said
from tests.waiting import until

from parakh.access import Purpose, Role, system_actor
from parakh.connectors import line as lines
from parakh.connectors.signing import signature
from parakh.domain.channel import Channel as AlertChannel
from parakh.domain.channel import ChannelKind
from parakh.domain.connector import ConnectorKind, LinkState
from parakh.domain.ids import new_id
from parakh.domain.message import Channel, Source
from parakh.domain.phrase import phrase
from parakh.domain.selectivity import Basis, Lane, LaneDecision
from parakh.errors import Conflict, Forbidden
from parakh.services import connector_runs, connectors, delivery, inbox, intake, queue, versions
from parakh.services.centre import Centre
from parakh.services.connector_runs import Turn, turn
from parakh.services.connector_thread import Linker
from parakh.store import announcements, selectivity, tables
from parakh.store import connectors as store
from parakh.store.selectivity import NewLane

Link = Callable[..., None]
MAKER = system_actor("test")
CROSSINGS = 'kind = "crossings"\npath = "crossings"\nconfirm = "crossings/confirm"'


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waits between tries."""
    monkeypatch.setattr(lines, "jittered", lambda tries: 0.0)


def page(*references: str, **changed: Any) -> bytes:
    """A page of crossings."""
    crossing = {
        "action": "recorded",
        "at": "2026-11-22T09:00:00Z",
        "port": "KHI",
        "direction": "entry",
        "traveller": {"family_name": "NOON", "birth_date": "1971-01-01"},
    } | changed
    rows = [{"reference": own, **crossing} for own in references]
    document = {"format": "parakh-crossings/1", "source": "ibms", "crossings": rows}
    return json.dumps(document).encode()


def stored(centre: Centre) -> list[str]:
    """The names under which messages came."""
    with centre.db.read() as connection:
        rows = connection.execute(sa.select(tables.message).order_by(tables.message.c.id))
        return [row.source_name for row in rows if row.channel == Channel.LINK.value]


def standing(centre: Centre, name: str = "other") -> Any:
    with centre.db.read() as connection:
        return store.get(connection, name)


def done(centre: Centre, name: str = "other") -> Turn:
    """One turn, whatever it waits for."""
    with centre.db.maintain() as connection:
        store.update(connection, name, next_at=None)
    found = turn(centre, name)
    assert found is not None
    return found


def test_pages_are_stored_then_confirmed(
    any_centre: Centre, theirs: OtherSide, link: Link, clock: Any
) -> None:
    house = PageHouse(theirs, "/crossings")
    house.pages = [page("1", "2"), page("3")]
    link(any_centre, CROSSINGS)
    assert done(any_centre) == Turn(taken=2)
    assert house.confirmed == ["1", "2"]
    assert stored(any_centre) == ["other/1", "other/2"]
    queue.drain(any_centre)
    with any_centre.db.read() as connection:
        assert len(connection.execute(sa.select(tables.crossing)).all()) == 3
    assert turn(any_centre, "other") is None  # it is not due
    house.pages.append(page("4"))
    clock.advance(minutes=2)
    assert connector_runs.due(any_centre) == ["other"]
    assert turn(any_centre, "other") == Turn(taken=1)
    with any_centre.db.read() as connection:
        own = store.health(connection, clock())[0]
    assert (own.state, own.error_share, own.lag_seconds) == (LinkState.UP, 0.0, 0.0)


@pytest.mark.parametrize("dies_at", ["cursor", "confirm"])
def test_a_crash_doubles_nothing_and_loses_nothing(
    centre: Centre,
    theirs: OtherSide,
    link: Link,
    monkeypatch: pytest.MonkeyPatch,
    dies_at: str,
) -> None:
    house = PageHouse(theirs, "/crossings")
    house.pages = [page("1"), page("2")]
    link(centre, CROSSINGS)
    whole = connector_runs._remember

    def dying(*args: Any, **values: Any) -> None:
        if values.get(dies_at) in ("1", False):
            raise KeyboardInterrupt
        whole(*args, **values)

    monkeypatch.setattr(connector_runs, "_remember", dying)
    with pytest.raises(KeyboardInterrupt):
        turn(centre, "other")
    monkeypatch.undo()
    monkeypatch.setenv("THEIR_KEY", theirs.token)
    with centre.db.maintain() as connection:
        store.update(connection, "other", claimed_until=None)
    done(centre)
    assert stored(centre) == ["other/1", "other/2"]
    assert house.confirmed[-1] == "2"
    assert standing(centre).confirm is False


@pytest.mark.parametrize("fault", ["garbage", "html", "schema", "cut", "slow", "500", "elsewhere"])
def test_what_cannot_be_right_is_not_taken_in_and_comes_again(
    centre: Centre, theirs: OtherSide, link: Link, fault: str
) -> None:
    house = PageHouse(theirs, "/crossings")
    house.pages = [page("1")]
    link(centre, CROSSINGS, seconds=1 if fault == "slow" else 60)
    theirs.faults = [fault] * 3
    failed = done(centre)
    assert failed.error
    assert stored(centre) == []
    assert standing(centre).failures == 1
    theirs.faults = []
    assert done(centre) == Turn(taken=1)
    assert standing(centre).failures == 0


def test_a_page_whose_records_are_wrong_is_kept_with_what_is_wrong(
    centre: Centre, theirs: OtherSide, link: Link
) -> None:
    house = PageHouse(theirs, "/crossings")
    house.pages = [page("1", port="nowhere")]
    link(centre, CROSSINGS)
    assert done(centre).taken == 1
    queue.drain(centre)
    message = intake.list_messages(centre, MAKER).rows[0].message
    (_part, problems), *_ = intake.view(centre, MAKER, message.id).parts
    assert [own.problem.severity.value for own in problems] == ["error"]


def test_it_is_left_alone_as_long_as_it_asks(
    centre: Centre, theirs: OtherSide, link: Link, clock: Any
) -> None:
    PageHouse(theirs, "/crossings")
    link(centre, CROSSINGS)
    theirs.faults = ["later"]
    turn(centre, "other")
    assert standing(centre).next_at == clock() + timedelta(seconds=60)


def test_a_system_that_is_down_is_told_of_and_asked_ever_more_seldom(
    centre: Centre, link: Link, theirs: OtherSide, clock: Any
) -> None:
    link(centre, CROSSINGS)
    for minutes in (2, 4, 8, 15, 15):
        assert done(centre).error
        assert standing(centre).next_at == clock() + timedelta(minutes=minutes)
        theirs.server_close()
    with centre.db.read() as connection:
        assert store.health(connection, clock())[0].state is LinkState.DOWN
        told = connection.execute(sa.select(tables.announcement.c.what)).scalars().all()
    assert told == ["connector.down"]


def test_a_turn_that_shuts_the_breaker_has_failed(
    centre: Centre, link: Link, theirs: OtherSide
) -> None:
    link(centre, CROSSINGS)
    theirs.faults = ["500"] * 9
    assert [done(centre).error for _ in range(3)] == [
        "it answered 500",
        "it answered 500",
        "it failed again and again, and is left alone for a while",
    ]
    assert standing(centre).failures == 2


def test_declarations_and_carriers(
    centre: Centre, theirs: OtherSide, link: Link, declare: Callable[..., bytes], person: Any
) -> None:
    goods = PageHouse(theirs, "/goods")
    goods.pages = [
        b'{"format": "parakh-consignments/1", "source": "wb", "consignments": '
        b'[{"reference": "BL-1", "action": "recorded", "port": "KPQA"}]}'
    ]
    lists = PageHouse(theirs, "/lists", "application/edifact")
    lists.pages = [declare(person())]
    got: list[tuple[str, bytes]] = []

    def answered(asked: Any) -> Any:
        got.append((asked.headers["message-name"], asked.body))
        return Said(status=202)

    theirs.routes["POST", "/answers"] = answered
    link(centre, 'kind = "declarations"\npath = "goods"', name="wb")
    link(
        centre,
        'kind = "carrier"\ncarrier = "PK"\npath = "lists"\nanswers = "answers"',
        name="pia",
    )
    assert done(centre, "wb") == Turn(taken=1)
    assert done(centre, "pia") == Turn(taken=1)
    assert stored(centre) == ["wb/1", "pia/1"]
    queue.drain(centre)
    assert done(centre, "pia") == Turn(told=1)
    assert done(centre, "pia") == Turn()
    name, text = got[0]
    assert name.startswith("1.")
    assert name.endswith(".edi")
    assert b"CUSRES" in text


REST = """kind = "rest"
path = "weighings"
form = "parakh-movements/1"
items = "/data"
following = "/next"
[{name}.fields]
"/reference" = "/id"
"/action" = "=recorded"
"/kind" = "=weighed"
"/conveyance/kind" = "=vehicle"
"/conveyance/number" = "/plate"
"/at" = "/time"
"/place" = "=Hub"
"""


def test_any_system_by_a_table(centre: Centre, theirs: OtherSide, link: Link) -> None:
    rows = [{"id": str(n), "plate": f"LEA-{n}", "time": "2026-11-22T09:00:00Z"} for n in range(3)]

    def weighings(asked: Any) -> Any:
        at = int(asked.params.get("after", "0"))
        told = {"data": rows[at : at + 2], "next": min(at + 2, len(rows))}
        return Said(body=json.dumps(told).encode())

    theirs.routes["GET", "/weighings"] = weighings
    link(centre, REST.format(name="weigh"), name="weigh")
    assert done(centre, "weigh").taken == 2
    assert done(centre, "weigh") == Turn()
    queue.drain(centre)
    with centre.db.read() as connection:
        assert len(connection.execute(sa.select(tables.movement)).all()) == 3


def test_a_folder(centre: Centre, link: Link, tmp_path: Path) -> None:
    folder = tmp_path / "exchange"
    folder.mkdir()
    settled = time.time() - 60
    for name, data in (("a.json", page("1")), ("b.json", b"x" * (65 * 2**20)), (".c", b"hidden")):
        (folder / name).write_bytes(data)
        os.utime(folder / name, (settled, settled))
    (folder / "d.json").write_bytes(page("2"))  # it is being written to
    link(centre, f'kind = "folder"\nfolder = "{folder}"')
    assert done(centre) == Turn(taken=1)
    assert [own.name for own in (folder / "done").iterdir()] == ["a.json"]
    failed = sorted(own.name for own in (folder / "failed").iterdir())
    assert failed == ["b.json", "b.json.cause.txt"]
    assert (folder / "d.json").exists()
    assert stored(centre) == ["other/a.json"]


def test_nothing_is_asked_before_somebody_put_it_in_force(
    centre: Centre, theirs: OtherSide, link: Link, acting: Callable[..., Any]
) -> None:
    PageHouse(theirs, "/crossings")
    link(centre, CROSSINGS, on=False)
    assert turn(centre, "other") is None
    keeper, auditor = acting(Role.INTEGRATOR), acting(Role.AUDITOR)
    with pytest.raises(Forbidden):
        connectors.switch(centre, auditor, "other", on=True)
    with pytest.raises(Conflict):
        connectors.try_now(centre, keeper, "other")
    assert [own.href for own in inbox.waiting(centre, keeper)] == ["/connectors/other"]
    assert inbox.waiting(centre, auditor) == []
    assert connectors.test(centre, keeper, "other").good
    connectors.switch(centre, keeper, "other", on=True)
    assert connectors.run_now(centre, keeper, "other") == Turn()
    # Another address in the file: nobody agreed to it.
    path = centre.settings.connectors_path
    path.write_text(path.read_text().replace("/api", "/else"))
    with centre.db.maintain() as connection:
        store.update(connection, "other", next_at=None)
    asked = len(theirs.asked)
    turn(centre, "other")
    assert len(theirs.asked) == asked
    row = connectors.overview(centre, auditor).rows[0]
    assert row.standing is not None
    assert row.standing.asks
    assert row.health.state is LinkState.OFF
    assert row.health.kind is ConnectorKind.CROSSINGS


def test_a_key_that_is_sealed_here(centre: Centre, theirs: OtherSide, link: Link) -> None:
    PageHouse(theirs, "/crossings")
    link(centre, CROSSINGS)
    path = centre.settings.connectors_path
    path.write_text(path.read_text().replace('secret_env = "THEIR_KEY"\n', ""))
    centre.linked.declare()
    keeper = system_actor("test")
    connectors.switch(centre, keeper, "other", on=True)
    assert "it has no key" in connectors.test(centre, keeper, "other").cause
    connectors.set_secret(centre, keeper, "other", "wrong")
    assert connectors.test(centre, keeper, "other").cause == "it answered 401"
    connectors.set_secret(centre, keeper, "other", theirs.token)
    assert connectors.test(centre, keeper, "other").good
    view = connectors.view(centre, keeper, "other")
    assert view.sealed
    assert view.takes_key
    assert theirs.token not in str(view)
    with centre.db.read() as connection:
        sealed = store.sealed_secret(connection, "other")
    assert sealed is not None
    assert theirs.token.encode() not in sealed


LIST = b"""list,kind,family_name,given_names,reason
To inspect,person,TALPUR,GULAB,Carried gold
"""
SDN = b"""<sdnList><sdnEntry><uid>1</uid><firstName>Gulab</firstName><lastName>TALPUR</lastName>
<sdnType>Individual</sdnType></sdnEntry></sdnList>"""


def test_lanes_are_told_once_in_order_and_what_is_refused_is_left(
    docks: Callable[..., Any], centre: Centre, theirs: OtherSide, link: Link, clock: Any
) -> None:
    told: list[dict[str, Any]] = []

    def lanes(asked: Any) -> Any:
        body = asked.json
        if any(own["lane"] == "yellow" for own in body["lanes"]):
            return Said(status=422)
        told.extend(body["lanes"])
        return Said(status=202)

    theirs.routes["POST", "/lanes"] = lanes
    yard = docks(centre)
    link(centre, 'kind = "lanes"\npath = "lanes"', name="wb")
    for n, lane in enumerate((Lane.RED, Lane.YELLOW, Lane.GREEN), start=1):
        decide(yard, yard.arrive(f"BL-{n}"), lane)
    theirs.faults = ["cut"]  # nobody knows whether it came through: it is told again, by its key
    assert done(centre, "wb") == Turn(told=2, left=1)
    assert [own["lane"] for own in told] == ["red", "green"]
    first, again = theirs.asked[0].headers, theirs.asked[1].headers
    assert first["idempotency-key"] == again["idempotency-key"]
    assert done(centre, "wb") == Turn()

    theirs.faults = ["500"] * 3
    decide(yard, yard.arrive("BL-4"), Lane.RED)
    assert done(centre, "wb").error == "it answered 500"
    assert standing(centre, "wb").waiting == 1
    assert done(centre, "wb") == Turn(told=1)
    assert standing(centre, "wb").waiting == 0


def decide(yard: Any, goods: Any, lane: Lane) -> None:
    """Gives a consignment a lane, as selectivity does."""
    with yard.centre.db.write(MAKER, Purpose.GOODS) as tx:
        given = LaneDecision(
            id=new_id(), consignment_id=goods.id, ordinal=1, lane=lane, basis=Basis.RULE,
            sentence=phrase("Rule met"), at=tx.at, port="KHI", day=tx.at.date(),
        )  # fmt: skip
        selectivity.save_lanes(tx, [NewLane(decision=given, merit=None, facts="")])
        tx.audit("lane.given", "consignment", goods.id)


def test_webhooks_tell_of_operations_and_lanes(
    docks: Callable[..., Any], centre: Centre, theirs: OtherSide, link: Link
) -> None:
    key = base64.b64encode(b"k" * 32).decode()
    got: list[Any] = []

    def hook(asked: Any) -> Any:
        got.append(asked)
        return Said(status=204)

    theirs.routes["POST", "/hook"] = hook
    link(centre, 'kind = "webhook"\npath = "hook"\ntopics = ["lanes", "operations"]', name="hook")
    path = centre.settings.connectors_path
    path.write_text(path.read_text().replace('auth = "bearer"\nsecret_env = "THEIR_KEY"\n', ""))
    theirs.token = ""
    centre.linked.declare()
    connectors.switch(centre, MAKER, "hook", on=True)
    connectors.set_secret(centre, MAKER, "hook", f"whsec_{key}")
    yard = docks(centre)
    decide(yard, yard.arrive("BL-1"), Lane.RED)
    with centre.db.write(MAKER, Purpose.LINKED) as tx:
        announcements.add(tx, "operations", "gate.silent", {"port": "KHI"})
        tx.audit("gate.silent", "station", "1")
    assert done(centre, "hook") == Turn(told=2)
    assert [own.json["type"] for own in got] == ["lane.given", "gate.silent"]
    assert "sentence" not in got[0].json["data"]
    first = got[0].headers
    signed = signature(b"k" * 32, first["webhook-id"], int(first["webhook-timestamp"]), got[0].body)
    assert first["webhook-signature"] == signed


def test_a_list_is_fetched_when_it_changed_and_waits_for_a_person(
    any_centre: Centre, theirs: OtherSide, link: Link, enlist: Callable[..., Any],
    acting: Callable[..., Any],
) -> None:  # fmt: skip
    centre = any_centre
    entry = enlist(centre)
    house = ListHouse(theirs, "/list.csv", LIST)
    link(centre, 'kind = "watchlist"\npath = "list.csv"\nform = "csv"\nlist = "To inspect"')
    connectors.switch(centre, replace(acting(Role.INTEGRATOR), name="ali"), "other", on=True)
    assert done(centre) == Turn(taken=1)
    assert done(centre) == Turn()
    assert theirs.asked[-1].headers["if-none-match"]
    waiting = versions.waiting(centre, MAKER)
    assert len(waiting) == 1
    assert waiting[0].watchlist_id == entry.watchlist_id
    # Who put it in force answers for what it brings, and cannot approve it as well.
    chief = acting(Role.SUPERVISOR)
    assert versions.version(centre, chief, waiting[0].id).may_decide
    same = replace(chief, name="ali")
    assert not versions.version(centre, same, waiting[0].id).may_decide
    house.data = LIST + b"\n"
    theirs.faults = ["html"]
    assert "page" in done(centre).error


def test_a_published_list_that_leads_elsewhere(
    centre: Centre, theirs: OtherSide, link: Link, enlist: Callable[..., Any]
) -> None:
    enlist(centre)
    theirs.routes["GET", "/exports/SDN.XML"] = lambda _: Said(
        status=302, headers={"location": f"{theirs.url}/stored/SDN.XML"}
    )
    theirs.open_to["/stored/SDN.XML"] = lambda _: Said(body=SDN, kind="application/xml")
    text = 'kind = "watchlist"\npath = "exports/SDN.XML"\nform = "ofac-xml"\nlist = "To inspect"'
    link(centre, text)
    assert "302, which leads to 127.0.0.1" in done(centre).error
    path = centre.settings.connectors_path
    path.write_text(path.read_text().replace("path =", 'redirects = ["127.0.0.1"]\npath ='))
    centre.linked.declare()
    connectors.switch(centre, KEEPER, "other", on=True)
    assert done(centre) == Turn(taken=1)
    (version,) = versions.waiting(centre, MAKER)
    assert version.added == 1


def test_servers_of_files_and_channels_stand_beside_them(
    centre: Centre, link: Link, clock: Any, declare: Callable[..., bytes], person: Any,
    enlist: Callable[..., Any], units: Callable[[Centre], None],
) -> None:  # fmt: skip
    text = '[pia]\nurl = "sftp://parakh@sftp.example/out"\nkey_file = "k"\nknown_hosts = "h"\n'
    centre.settings.pull_path.write_text(text)
    centre.linked.follow()

    def states() -> dict[str, LinkState]:
        with centre.db.read() as connection:
            return {own.name: own.state for own in store.health(connection, clock())}

    connector_runs.visited(centre, "pia", "")
    assert states() == {"pia": LinkState.UP}
    for _ in range(3):
        connector_runs.visited(centre, "pia", "the connection broke")
    assert states() == {"pia": LinkState.DOWN}
    assert connector_runs.on(centre, "pia")
    assert "is not there" in connectors.test(centre, MAKER, "pia").cause
    connectors.switch(centre, MAKER, "pia", on=False)
    assert not connector_runs.on(centre, "pia")
    connectors.switch(centre, MAKER, "pia", on=True)
    assert connector_runs.on(centre, "pia")

    units(centre)
    hook = AlertChannel(
        id="", name="hook", kind=ChannelKind.WEBHOOK, address="https://hook.example/a"
    )
    delivery.save_channel(centre, MAKER, hook)
    assert states()["hook"] is LinkState.UP
    enlist(centre)
    listed = declare(person(family="MAZARI", given="ZULFIQAR", born="800505"))
    intake.receive(centre, MAKER, listed, Source(channel=Channel.DROP, name="l.edi"))
    queue.drain(centre)
    with centre.db.maintain() as connection:
        connection.execute(tables.dispatch.update().values(tries=1))
    assert states()["hook"] is LinkState.DOWN
    rows = connectors.overview(centre, MAKER).rows
    assert [(own.health.name, own.health.waiting > 0) for own in rows] == [
        ("hook", True),
        ("pia", False),
    ]


def test_the_worker_gives_turns(centre: Centre, theirs: OtherSide, link: Link) -> None:
    house = PageHouse(theirs, "/crossings")
    house.pages = [page("1")]
    link(centre, CROSSINGS)
    linker = Linker(centre)
    linker.start()
    until(lambda: standing(centre).level_at is not None)
    linker.halt()
    linker.join(60)
    assert house.confirmed == ["1"]
    assert not linker.is_alive()
