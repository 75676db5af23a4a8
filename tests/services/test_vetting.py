import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Role, system_actor
from parakh.domain.alert import AlertState, OutcomeKind
from parakh.domain.hit import Advice
from parakh.domain.message import Channel, Source
from parakh.domain.vetting import Wanted
from parakh.domain.watchlist import Handling
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import (
    alerts,
    bulk_clearing,
    bulk_undo,
    dossier,
    intake,
    queue,
    vetting,
    voyages,
    watchlists,
)
from parakh.services.centre import Centre
from parakh.store import assessments, tables
from parakh.store import vetting as store

SENDER = system_actor("test")
EVERYBODY = Wanted()


def send(centre: Centre, data: bytes) -> None:
    intake.receive(centre, SENDER, data, Source(channel=Channel.CLI, name="x"))
    assert queue.drain(centre) == set()


@pytest.fixture
def loaded(
    any_centre: Centre, declare: Callable[..., bytes], person: Any, units: Any, enlist: Any
) -> Centre:
    """PK304 and PK306 to Karachi with hits of several kinds, PK9 to Lahore with nobody of note."""
    units(any_centre)
    enlist(any_centre, family="ABRO", given="X", born="", document="ZX0000001")
    enlist(any_centre, family="ELSE", born="", document="ZX0000002", handling=Handling.REFER)
    enlist(any_centre)
    enlist(any_centre, family="TALPUR", given="SHAHNAWAZ", born="1975-02-03")
    send(
        any_centre,
        declare(
            person(family="ZAIDI", document="PA1000010", seat="1A"),
            person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA1000030"),
            person(family="KHAN", document="ZX0000001", nationality="AFG"),
            person(family="SHAH", document="ZX0000002"),
        ),
    )
    send(
        any_centre,
        declare(
            person(family="TALPUR", given="SHAHNAWAZ", born="750203", document="PA1000040"),
            number="306",
        ),
    )
    send(any_centre, declare(person(document="PA1000050"), number="9", destination="LHE"))
    return any_centre


@pytest.fixture
def officer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.TARGETING, "KHI")


def names(page: vetting.VettingPage) -> list[str]:
    return [own.row.traveller.name.family for own in page.lines]


def one(centre: Centre, actor: Actor, family: str) -> vetting.Listed:
    found = vetting.listing(centre, actor, EVERYBODY).lines
    return next(own for own in found if own.row.traveller.name.family == family)


def test_the_worst_advice_of_all_voyages_comes_first(loaded: Centre, officer: Actor) -> None:
    page = vetting.listing(loaded, officer, EVERYBODY)
    assert names(page)[:2] == ["SHAH", "KHAN"]
    assert set(names(page)[2:4]) == {"MAZARI", "TALPUR"}
    assert names(page)[4:] == ["ZAIDI"]
    assert page.counts == {
        Advice.REFER: 1,
        Advice.INSPECT: 1,
        Advice.COMPARE: 2,
        Advice.PROCEED: 1,
    }
    assert (page.total, page.page, page.pages) == (5, 1, 1)
    # What the list keeps is what the page of the voyage works out.
    for own in page.lines:
        assert own.line.advice is own.row.advice
        assert own.line.news == {hit.id for hit in own.row.hits}


def test_everybody_at_the_centre_and_nobody_elsewhere(
    loaded: Centre, acting: Callable[..., Actor]
) -> None:
    everywhere = acting(Role.SUPERVISOR)
    assert vetting.listing(loaded, everywhere, EVERYBODY).total == 6
    assert names(vetting.listing(loaded, acting(Role.TARGETING, "LHE"), EVERYBODY)) == ["NOON"]
    assert vetting.listing(loaded, acting(Role.TARGETING, "ISB"), EVERYBODY).total == 0
    with pytest.raises(Forbidden):
        vetting.listing(loaded, acting(Role.GATE, "KHI"), EVERYBODY)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"text": "mazari"}, {"MAZARI"}),
        ({"text": "pa10000 zulf"}, {"MAZARI"}),
        ({"text": "pk306"}, {"TALPUR"}),
        ({"text": "nobody"}, set()),
        ({"advice": "refer"}, {"SHAH"}),
        ({"advice": "none"}, set()),
        ({"hours": "2"}, set()),
        ({"hours": "4", "advice": "refer"}, {"SHAH"}),
        ({"direction": "exit"}, set()),
        ({"direction": "entry", "issuer": "afg"}, {"KHAN"}),
        ({"carrier": "EK"}, set()),
        ({"port": "LHE"}, set()),
        ({"reason": "watchlist:list-refer"}, {"SHAH"}),
        ({"reason": "watchlist:list-inspect", "fresh": "1"}, {"KHAN", "MAZARI", "TALPUR"}),
    ],
)
def test_the_list_is_filtered(
    loaded: Centre, officer: Actor, wanted: dict[str, str], found: set[str]
) -> None:
    page = vetting.listing(loaded, officer, Wanted.of(wanted))
    assert set(names(page)) == found
    assert page.total == len(found)


def test_a_list_that_is_handled_otherwise_changes_the_advice(
    loaded: Centre, officer: Actor, acting: Callable[..., Actor]
) -> None:
    supervisor = acting(Role.SUPERVISOR)
    (own,) = [one for one in watchlists.lists(loaded, supervisor) if one[0].id == "list-refer"]
    watchlists.add_list(loaded, supervisor, replace(own[0], handling=Handling.INFORM))
    assert one(loaded, officer, "SHAH").line.advice is Advice.COMPARE


def test_every_look_is_audited(loaded: Centre, officer: Actor) -> None:
    shown = vetting.listing(loaded, officer, Wanted.of({"text": "mazari"})).lines
    with loaded.db.read() as connection:
        row = connection.execute(
            sa.select(tables.audit).where(tables.audit.c.action == "vetting.viewed")
        ).one()
    assert (row.actor, row.purpose) == (officer.name, "vetting")
    assert shown[0].line.traveller_id in row.detail
    assert "mazari" in row.detail


def test_the_list_is_parted(loaded: Centre, officer: Actor) -> None:
    def groups(by: str) -> list[tuple[str, int, int]]:
        page = vetting.listing(loaded, officer, Wanted.of({"group": by}))
        assert page.lines == ()
        for own in page.groups:
            again = vetting.listing(loaded, officer, own.wanted)
            assert again.total == own.count
            assert again.lines == own.lines
        return [(own.name, own.count, own.news) for own in page.groups]

    assert groups("port") == [("KHI", 5, 4)]
    assert [own[1:] for own in groups("voyage")] == [(4, 3), (1, 1)]
    assert [own[1:] for own in groups("advice")] == [(1, 1), (1, 1), (2, 2), (1, 0)]
    assert groups("reason") == [("To refer", 1, 1), ("To inspect", 3, 3)]


def test_a_look_takes_the_news_away_and_new_evidence_brings_it_back(
    loaded: Centre, officer: Actor, enlist: Any
) -> None:
    before = one(loaded, officer, "MAZARI")
    dossier.traveller(loaded, officer, before.line.traveller_id)
    seen = one(loaded, officer, "MAZARI").line
    assert (seen.news, seen.looked_by) == (frozenset(), officer.name)
    enlist(loaded, family="MAZARI", handling=Handling.REFER)
    assert len(one(loaded, officer, "MAZARI").line.news) == 1
    # The other is as he was, and stands behind him now.
    assert names(vetting.listing(loaded, officer, EVERYBODY))[2:4] == ["MAZARI", "TALPUR"]


def test_who_is_settled_stands_last_of_his_advice_until_that_is_taken_back(
    loaded: Centre, officer: Actor, acting: Callable[..., Actor], clock: Any
) -> None:
    own = next(o for o in vetting.listing(loaded, officer, EVERYBODY).lines[2:4])
    family, traveller_id = own.row.traveller.name.family, own.line.traveller_id
    before = vetting.pulse(loaded, officer)
    clock.advance(minutes=1)
    assert vetting.settle(loaded, officer, [traveller_id, "unknown"]) == [traveller_id]
    assert vetting.pulse(loaded, officer) != before
    assert names(vetting.listing(loaded, officer, EVERYBODY))[3] == family
    assert one(loaded, officer, family).line.settled_by == officer.name
    vetting.unsettle(loaded, officer, [traveller_id])
    assert one(loaded, officer, family).line.settled_by == ""
    with pytest.raises(Forbidden):
        vetting.settle(loaded, acting(Role.TARGETING, "LHE"), [traveller_id])
    with pytest.raises(Forbidden):
        vetting.settle(loaded, SENDER, [traveller_id])


def crossed(action: str, at: str) -> bytes:
    """A report of an immigration system on the traveller MAZARI."""
    report = {
        "reference": "R1",
        "action": action,
        "at": at,
        "port": "KHI",
        "lane": "A3",
        "direction": "entry",
        "traveller": {
            "family_name": "MAZARI",
            "given_names": "ZULFIQAR",
            "birth_date": "1980-05-05",
            "sex": "M",
            "nationality": "PAK",
        },
        "documents": [{"type": "P", "number": "PA1000030", "issuer": "PAK"}],
    }
    document = {"format": "parakh-crossings/1", "source": "IBMS", "crossings": [report]}
    return json.dumps(document).encode()


def test_who_was_seen_leaves_the_list_and_comes_back_when_that_is_taken_back(
    loaded: Centre, officer: Actor, clock: Any
) -> None:
    before = one(loaded, officer, "MAZARI").line
    clock.advance(minutes=1)
    send(loaded, crossed("recorded", "2026-11-22T16:30:00+05:00"))
    assert "MAZARI" not in names(vetting.listing(loaded, officer, EVERYBODY))
    clock.advance(minutes=1)
    send(loaded, crossed("cancelled", "2026-11-22T16:30:00+05:00"))
    again = one(loaded, officer, "MAZARI").line
    assert (again.advice, again.told) == (before.advice, before.told)


def test_a_voyage_that_is_over_or_called_off_is_not_on_the_list(
    loaded: Centre, officer: Actor, clock: Any
) -> None:
    with loaded.db.maintain() as connection:
        connection.execute(
            tables.voyage.update().where(tables.voyage.c.number == "306").values(called_off=True)
        )
        ids = list(connection.execute(sa.select(tables.voyage.c.id)).scalars())
        store.follow_voyages(connection, ids)
    assert "TALPUR" not in names(vetting.listing(loaded, officer, EVERYBODY))
    clock.advance(hours=6)
    assert vetting.listing(loaded, officer, EVERYBODY).total == 4
    clock.advance(hours=3)
    assert vetting.listing(loaded, officer, EVERYBODY).total == 0
    clock.advance(days=4)
    with loaded.db.maintain() as connection:
        assert store.forget(connection, clock()) == 6
        assert store.forget(connection, clock()) == 0


def test_bulk_clearing_is_a_decision_on_each_and_leaves_what_needs_a_look(
    loaded: Centre, officer: Actor
) -> None:
    lines = vetting.listing(loaded, officer, EVERYBODY).lines
    ids = [own.line.traveller_id for own in lines]
    done = bulk_clearing.clear(
        loaded, officer, ids, "other persons of that name", OutcomeKind.FALSE_MATCH
    )
    assert len(done.hits) == 2
    assert len(done.closed) == 2
    assert {own.traveller_id for own in done.left} == set(ids[:2])
    assert all("document" in str(own.cause) for own in done.left)
    after = vetting.listing(loaded, officer, EVERYBODY)
    assert after.counts[Advice.PROCEED] == 3
    assert Advice.COMPARE not in after.counts
    cleared = [hit for own in after.lines for hit in own.row.hits if hit.id in done.hits]
    assert {(hit.decided_by, hit.reason) for hit in cleared} == {
        (officer.name, "other persons of that name")
    }
    closed = alerts.list_alerts(loaded, officer, [AlertState.CLOSED])
    assert {own.alert.id for own in closed} == set(done.closed)
    with loaded.db.read() as connection:
        made = connection.execute(sa.select(sa.func.count()).select_from(tables.redress))
        assert made.scalar_one() == 2


@pytest.mark.parametrize("outcome", [None, OutcomeKind.FALSE_MATCH])
def test_a_bulk_clearing_is_taken_back_by_who_cleared_and_soon(
    loaded: Centre,
    officer: Actor,
    outcome: OutcomeKind | None,
    clock: Any,
) -> None:
    assert bulk_undo.undoable(loaded, officer) is None
    ids = [own.line.traveller_id for own in vetting.listing(loaded, officer, EVERYBODY).lines]
    done = bulk_clearing.clear(loaded, officer, ids, "other persons of that name", outcome)
    clock.advance(minutes=9)
    found = bulk_undo.undoable(loaded, officer)
    assert found is not None
    assert set(found.hits) == set(done.hits)
    assert bulk_undo.undoable(loaded, replace(officer, name="another")) is None
    with pytest.raises(Conflict):
        bulk_undo.undo(loaded, replace(officer, name="another"))
    assert set(bulk_undo.undo(loaded, officer)) == set(done.hits)
    with loaded.db.read() as connection:
        assert {own.state.value for own in assessments.hits_by_id(connection, done.hits)} == {
            "open"
        }
        withdrawn = sa.select(tables.redress.c.withdrawn_by).distinct()
        assert list(connection.execute(withdrawn).scalars()) == [officer.name]
    told = [
        hit.id
        for row in alerts.list_alerts(loaded, officer)
        for hit in row.hits
        if hit.state.value == "open"
    ]
    assert set(done.hits) <= set(told), "an alert that is not closed tells of each"
    assert bulk_undo.undoable(loaded, officer) is None
    with pytest.raises(Conflict, match="nothing left"):
        bulk_undo.undo(loaded, officer)


def test_after_ten_minutes_a_bulk_clearing_stays(
    loaded: Centre, officer: Actor, clock: Any
) -> None:
    ids = [own.line.traveller_id for own in vetting.listing(loaded, officer, EVERYBODY).lines]
    bulk_clearing.clear(loaded, officer, ids, "other persons of that name")
    clock.advance(minutes=11)
    assert bulk_undo.undoable(loaded, officer) is None


def test_bulk_clearing_leaves_what_somebody_else_works_on(
    loaded: Centre, officer: Actor, acting: Callable[..., Actor]
) -> None:
    other = replace(officer, name="another")
    own = one(loaded, officer, "MAZARI")
    row = next(
        row
        for row in alerts.list_alerts(loaded, other)
        if row.traveller and row.traveller.id == own.line.traveller_id
    )
    alerts.acknowledge(loaded, other, row.alert.id)
    done = bulk_clearing.clear(loaded, officer, [own.line.traveller_id], "not the same man")
    assert done.hits == ()
    assert "another is working on it" in str(done.left[0].cause)
    stranger = replace(officer, units=frozenset({"customs"}))
    done = bulk_clearing.clear(loaded, stranger, [own.line.traveller_id], "not the same man")
    assert "No alert" in str(done.left[0].cause)
    for wrong, error in (
        ((officer, [], "a good reason"), InvalidInput),
        ((officer, [own.line.traveller_id], " x "), InvalidInput),
        ((officer, ["unknown"], "a good reason"), NotFound),
        ((acting(Role.TARGETING, "LHE"), [own.line.traveller_id], "a good reason"), Forbidden),
        ((SENDER, [own.line.traveller_id], "a good reason"), Forbidden),
    ):
        with pytest.raises(error):
            bulk_clearing.clear(loaded, *wrong)


def test_views_are_ones_own_or_shared_with_a_unit(
    loaded: Centre, officer: Actor, acting: Callable[..., Actor]
) -> None:
    wanted = Wanted.of({"advice": "refer", "hours": "6"})
    mine = vetting.save_view(loaded, officer, " Worst ", wanted)
    ours = vetting.save_view(loaded, officer, "Ours", wanted, unit_id="khi")
    assert (mine.name, mine.wanted) == ("Worst", wanted)
    colleague = replace(officer, name="colleague")
    assert [own.id for own in vetting.views(loaded, officer)[0]] == [ours.id, mine.id]
    assert [own.id for own in vetting.views(loaded, colleague)[0]] == [ours.id]
    assert vetting.views(loaded, acting(Role.TARGETING, "LHE"))[0] == []
    vetting.begin_with(loaded, colleague, ours.id)
    assert vetting.views(loaded, colleague)[1] == ours.id
    assert vetting.views(loaded, officer)[1] is None
    with pytest.raises(Forbidden):
        vetting.begin_with(loaded, colleague, mine.id)
    with pytest.raises(Forbidden):
        vetting.remove_view(loaded, colleague, ours.id)
    vetting.remove_view(loaded, officer, ours.id)
    assert vetting.views(loaded, colleague) == ([], None)
    vetting.begin_with(loaded, officer, mine.id)
    vetting.begin_with(loaded, officer, None)
    assert vetting.views(loaded, officer)[1] is None
    for name, unit, error in (
        ("", None, InvalidInput),
        ("x" * 61, None, InvalidInput),
        ("x", "none", NotFound),
        ("x", "lhe", Forbidden),
    ):
        with pytest.raises(error):
            vetting.save_view(loaded, officer, name, wanted, unit_id=unit)


def test_only_who_may_takes_a_page_out(
    loaded: Centre, officer: Actor, acting: Callable[..., Actor]
) -> None:
    with pytest.raises(Forbidden):
        vetting.export(loaded, officer, EVERYBODY)
    taken = vetting.export(loaded, acting(Role.SUPERVISOR, "KHI"), Wanted.of({"advice": "refer"}))
    assert [own.row.traveller.name.family for own in taken] == ["SHAH"]


def test_the_arrivals_page_agrees_with_the_list(loaded: Centre, officer: Actor) -> None:
    now = loaded.clock()
    rows = voyages.arrivals(loaded, officer, now - timedelta(days=1), now + timedelta(days=1))
    assert sum(own.expected for own in rows) == vetting.listing(loaded, officer, EVERYBODY).total
