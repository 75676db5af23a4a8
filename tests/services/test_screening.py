from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from parakh.access import Actor, Purpose, Role, system_actor
from parakh.domain.alert import AlertState, OutcomeKind
from parakh.domain.hit import Advice, Hit, HitState, ResultState
from parakh.domain.message import Channel, Source
from parakh.domain.unit import Unit
from parakh.domain.watchlist import Handling
from parakh.errors import Forbidden
from parakh.screen.screener import Subject
from parakh.screen.watchlists import NameScreener
from parakh.services import accounts, alerts, dossier, intake, queue, voyages
from parakh.services.centre import Centre
from parakh.store import watchlists

SENDER = system_actor("test")
SOURCE = Source(channel=Channel.DROP, name="list.edi")


@pytest.fixture
def listed(person: Any) -> Any:
    return person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA7654321")


def take_in(centre: Centre, data: bytes) -> None:
    intake.receive(centre, SENDER, data, SOURCE)
    assert queue.drain(centre) == set()


def raised(centre: Centre, actor: Actor) -> list[alerts.AlertRow]:
    return alerts.list_alerts(centre, actor, list(AlertState))


@pytest.mark.parametrize(
    "case",
    [
        (Handling.INFORM, True, Advice.COMPARE),
        (Handling.INSPECT, True, Advice.INSPECT),
        (Handling.REFER, True, Advice.REFER),
        (Handling.REFER, False, Advice.COMPARE),
    ],
)
def test_a_listed_traveller_raises_an_alert_with_advice(
    any_centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    enlist: Any,
    acting: Any,
    case: tuple[Handling, bool, Advice],
) -> None:
    handling, with_document, advice = case
    units(any_centre)
    entry = enlist(any_centre, handling=handling, document=listed.document if with_document else "")
    take_in(any_centre, declare(listed))
    (row,) = raised(any_centre, acting(Role.TARGETING, "KHI"))
    assert row.alert.advice is advice
    assert row.traveller is not None
    assert row.traveller.name.family == "MAZARI"
    assert {hit.target.id for hit in row.hits} == {entry.id}
    assert {hit.screener for hit in row.hits} == (
        {"document@1", "name@2"} if with_document else {"name@2"}
    )
    for hit in row.hits:
        assert hit.score >= hit.threshold
        assert str(hit.sentence)
        assert hit.evidence


@pytest.mark.parametrize(
    ("route", "units_told"),
    [
        (("DXB", "KHI"), {"khi"}),
        (("LHE", "DXB"), {"lhe"}),
        (("DXB", "ISB"), {"ntc"}),
        (("DXB", "LHR"), {"ntc"}),
    ],
)
def test_the_units_of_the_port_are_told_else_the_central_one(
    centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    enlist: Any,
    route: tuple[str, str],
    units_told: set[str],
) -> None:
    units(centre)
    enlist(centre)
    take_in(centre, declare(listed, origin=route[0], destination=route[1]))
    assert {own.alert.unit_id for own in raised(centre, SENDER)} == units_told


def test_a_screener_that_fails_is_recorded_and_the_others_go_on(
    any_centre: Centre,
    declare: Callable[..., bytes],
    person: Any,
    listed: Any,
    units: Any,
    enlist: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_: NameScreener, subjects: Sequence[Subject]) -> list[list[Hit]]:
        raise ValueError(f"{len(subjects)} people, one is MAZARI")

    units(any_centre)
    enlist(any_centre, document=listed.document)
    monkeypatch.setattr(NameScreener, "screen", fail)
    take_in(any_centre, declare(person(), listed))
    (row,) = raised(any_centre, SENDER)
    assert [hit.screener for hit in row.hits] == ["document@1"]
    now = any_centre.clock()
    (voyage,) = voyages.arrivals(any_centre, SENDER, now, now.replace(day=now.day + 1))
    view = voyages.voyage(any_centre, SENDER, voyage.voyage.id)
    assert [own.advice for own in view.rows] == [Advice.INSPECT, Advice.INCOMPLETE]
    assert [own.failed for own in view.rows] == [("name@2",), ("name@2",)]
    shown = dossier.traveller(any_centre, SENDER, view.rows[1].traveller.id)
    results = {own.screener: own for own in shown.assessments[0].results}
    assert results["name@2"].state is ResultState.FAILED
    assert results["name@2"].error == "ValueError", "its text may be personal"
    assert results["document@1"].state is ResultState.DONE


def test_a_cleared_hit_stays_cleared_and_raises_nothing_again(
    any_centre: Centre,
    declare: Callable[..., bytes],
    person: Any,
    listed: Any,
    units: Any,
    enlist: Any,
    acting: Any,
) -> None:
    units(any_centre)
    enlist(any_centre)
    officer = acting(Role.TARGETING, "KHI")
    take_in(any_centre, declare(listed))
    (row,) = raised(any_centre, officer)
    alerts.acknowledge(any_centre, officer, row.alert.id)
    alerts.decide(
        any_centre, officer, row.alert.id, row.hits[0].id, confirmed=False, reason="another man"
    )
    alerts.close(any_centre, officer, row.alert.id, OutcomeKind.FALSE_MATCH, "")
    take_in(any_centre, declare(listed, person()))
    (same,) = raised(any_centre, officer)
    assert same.alert.id == row.alert.id
    (hit,) = same.hits
    assert (hit.id, hit.state, hit.reason) == (row.hits[0].id, HitState.CLEARED, "another man")
    assert row.traveller is not None
    view = dossier.traveller(any_centre, officer, row.traveller.id)
    assert view.advice is Advice.PROCEED
    assert len(view.assessments) == 2
    assert len(view.sources) == 2


def test_a_new_hit_on_a_known_traveller_raises_a_new_alert(
    any_centre: Centre,
    declare: Callable[..., bytes],
    person: Any,
    listed: Any,
    units: Any,
    enlist: Any,
) -> None:
    units(any_centre)
    enlist(any_centre)
    take_in(any_centre, declare(listed))
    enlist(any_centre, family="ELSE", given="SOMEBODY", born="", document=listed.document)
    found = raised(any_centre, SENDER)
    assert len(found) == 2, "who is expected is found without being announced again"
    assert {hit.screener for own in found for hit in own.hits} == {"name@2", "document@1"}
    take_in(any_centre, declare(listed, person()))
    assert len(raised(any_centre, SENDER)) == 2


@pytest.mark.parametrize(
    "case",
    [
        ("anf", True, {"anf", "khi"}),
        ("anf", False, {"anf"}),
        ("retired", False, {"khi"}),
        (None, False, {"khi"}),
    ],
)
def test_a_list_alerts_its_own_unit(
    centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    enlist: Any,
    acting: Any,
    case: tuple[str | None, bool, set[str]],
) -> None:
    unit_id, port, told = case
    units(centre)
    accounts.add_unit(centre, SENDER, Unit(id="anf", name="Narcotics"))
    entry = enlist(centre)
    with centre.db.write(SENDER, Purpose.WATCHLIST) as tx:
        own = watchlists.lists(tx.connection)[entry.watchlist_id]
        watchlists.save_list(tx, replace(own, unit_id=unit_id, alerts_port=port))
        tx.audit("watchlist.saved", "watchlist", own.id)
    take_in(centre, declare(listed))
    assert {own.alert.unit_id for own in raised(centre, SENDER)} == told
    (alert, *_) = raised(centre, SENDER)
    stranger = acting(Role.TARGETING, "LHE")
    with pytest.raises(Forbidden):
        dossier.traveller(centre, stranger, alert.alert.subject.id)
    # Whom a unit is alerted to, its officers may see, whether they work at his port or not.
    officer = replace(stranger, units=frozenset({alert.alert.unit_id}))
    shown = dossier.traveller(centre, officer, alert.alert.subject.id)
    assert shown.traveller.name.family == "MAZARI"


def test_two_lists_alert_the_units_of_both_with_the_most_urgent_advice(
    centre: Centre, declare: Callable[..., bytes], listed: Any, units: Any, enlist: Any
) -> None:
    units(centre)
    accounts.add_unit(centre, SENDER, Unit(id="anf", name="Narcotics"))
    enlist(centre, handling=Handling.INFORM)
    grave = enlist(centre, handling=Handling.REFER, document=listed.document)
    with centre.db.write(SENDER, Purpose.WATCHLIST) as tx:
        own = watchlists.lists(tx.connection)[grave.watchlist_id]
        watchlists.save_list(tx, replace(own, unit_id="anf", alerts_port=False))
        tx.audit("watchlist.saved", "watchlist", own.id)
    take_in(centre, declare(listed))
    rows = raised(centre, SENDER)
    assert {own.alert.unit_id for own in rows} == {"anf", "khi"}
    assert {own.alert.advice for own in rows} == {Advice.REFER}
