"""The goods list, one consignment, transport units, and what profiles and cases see of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.services.goods_kit import (
    NTN,
    bill,
    box,
    declared,
    enforce,
    importer,
    move,
    moved,
    tell,
    tiles,
    unit,
)

from parakh.access import Actor, Role, system_actor
from parakh.domain.case import PartyKind
from parakh.domain.conveyance import ConveyanceKind, Heading, MovementKind
from parakh.domain.goods_list import GoodsLine, GoodsWanted
from parakh.domain.hit import Advice, Kind
from parakh.domain.profile import EventKind, FactKind, ProfileKind
from parakh.domain.selectivity import Lane
from parakh.domain.voyage import Direction
from parakh.domain.watchlist import Handling
from parakh.errors import Forbidden, InvalidInput, NotFound
from parakh.services import (
    alerts,
    cases,
    consignments,
    conveyances,
    examinations,
    goods_list,
    profile_sources,
    profile_views,
    profiles,
    search,
    trail,
)
from parakh.services.cases import Opening
from parakh.services.centre import Centre
from parakh.services.profiles import NewProfile
from parakh.services.search_answers import Kind as AnswerKind
from parakh.services.trail import TrailFilter

ALL = GoodsWanted()
REFER = {"handling": Handling.REFER, "name": "refer"}

Acting = Callable[..., Actor]


def names(centre: Centre, actor: Actor, **wanted: str) -> list[str]:
    found = goods_list.listing(centre, actor, GoodsWanted.of(wanted))
    assert found.total >= len(found.lines)
    return [own.name for own in found.lines]


def lines(centre: Centre, actor: Actor) -> dict[str, GoodsLine]:
    return {own.name: own for own in goods_list.listing(centre, actor, ALL).lines}


def test_the_most_urgent_comes_first(any_centre: Centre, acting: Acting) -> None:
    enforce(any_centre, 'consignment.description == "GOLD"', **REFER)
    enforce(any_centre, 'consignment.description == "PHONES"', name="inspect")
    tell(any_centre, bill(reference="PLAIN"), bill(reference="WORST", description="GOLD"))
    tell(any_centre, bill(reference="BAD", description="PHONES"))
    officer = acting(Role.TARGETING)
    assert names(any_centre, officer)[:2] == ["WORST", "BAD"]
    found = lines(any_centre, officer)
    assert found["WORST"].advice is Advice.REFER
    assert found["WORST"].open_hits == 1
    assert found["PLAIN"].advice is Advice.PROCEED
    assert all(own.lane is not None for own in found.values())


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, {"K-1", "B-2", "B-3"}),
        ({"text": "zargh"}, {"K-1", "B-2"}),
        ({"text": "csqu3054383"}, {"B-3"}),
        ({"text": "NTN 99"}, set()),
        ({"text": "690721"}, {"K-1", "B-3"}),
        ({"port": "lhe"}, {"B-3"}),
        ({"chapter": "85"}, {"B-2"}),
        ({"chapter": "07"}, set()),
        ({"declared": "yes"}, {"K-1"}),
        ({"declared": "no"}, {"B-2", "B-3"}),
        ({"direction": "exit"}, {"B-3"}),
        ({"shown": "done"}, set()),
        ({"lane": "none"}, set()),
    ],
)
def test_filters(
    any_centre: Centre, acting: Acting, wanted: dict[str, str], expected: set[str]
) -> None:
    now = any_centre.clock()
    phones = tiles(hs_code="851713", description="PHONES")
    tell(
        any_centre,
        declared(now, reference="K-1"),
        bill(reference="B-2", items=(phones,)),
        bill(
            reference="B-3",
            port="LHE",
            direction=Direction.EXIT,
            containers=(box(),),
            parties=(importer("NEW NAME", "7"),),
        ),
    )
    assert set(names(any_centre, acting(Role.TARGETING), **wanted)) == expected


@pytest.mark.parametrize(
    "wanted",
    [{"lane": "pink"}, {"chapter": "8"}, {"shown": "x"}, {"direction": "up"}, {"declared": "1"}],
)
def test_a_filter_that_is_none_is_refused(wanted: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        GoodsWanted.of(wanted)


def test_everybody_sees_his_own_ports(any_centre: Centre, acting: Acting) -> None:
    tell(any_centre, bill(reference="HERE"), bill(reference="THERE", port="LHE"))
    with any_centre.db.read() as connection:
        there = goods_list.store.page(connection, ALL, {"LHE"}, offset=0, limit=1)[0]
    here = acting(Role.TARGETING, "KHI")
    assert names(any_centre, here) == ["HERE"]
    with pytest.raises(Forbidden):
        consignments.consignment(any_centre, here, there.consignment_id)
    for role in (Role.GATE, Role.AUDITOR, Role.EXAMINER):
        with pytest.raises(Forbidden):
            goods_list.listing(any_centre, acting(role, "KHI"), ALL)


def test_green_goods_leave_the_list_by_themselves(
    any_centre: Centre, acting: Acting, clock: Any
) -> None:
    officer = acting(Role.TARGETING)
    tell(any_centre, *(bill(reference=f"B-{number}") for number in range(40)))
    begun = lines(any_centre, officer)
    green = {name for name, own in begun.items() if own.lane is Lane.GREEN}
    assert green
    before = goods_list.pulse(any_centre, officer)
    clock.advance(days=4)
    goods_list.finish(any_centre)
    assert set(names(any_centre, officer)) == set(begun) - green
    assert set(names(any_centre, officer, shown="done")) == green
    assert goods_list.pulse(any_centre, officer) != before


def test_what_was_cancelled_leaves_at_once(any_centre: Centre, acting: Acting) -> None:
    own = bill(reference="GONE")
    tell(any_centre, own)
    tell(any_centre, bill(id=own.id, reference="GONE", cancelled=True))
    assert names(any_centre, acting(Role.TARGETING)) == []
    assert names(any_centre, acting(Role.TARGETING), shown="done") == ["GONE"]


def test_a_cleared_hit_and_an_order_show_at_once(
    any_centre: Centre, acting: Acting, docks: Callable[..., object]
) -> None:
    docks(any_centre)
    enforce(any_centre, 'consignment.description == "GOLD"', **REFER)
    own = bill(description="GOLD")
    tell(any_centre, own)
    officer = acting(Role.TARGETING)
    (row,) = alerts.list_alerts(any_centre, officer)[:1]
    assert row.who == own.reference
    assert row.thing is not None
    assert (row.thing.port, row.thing.owner) == ("KHI", "ZARGHUN TRADING")
    alerts.acknowledge(any_centre, officer, row.alert.id)
    alerts.decide(
        any_centre, officer, row.alert.id, row.hits[0].id, confirmed=False, reason="Known goods"
    )
    line = lines(any_centre, officer)[own.reference]
    assert (line.open_hits, line.advice) == (0, Advice.PROCEED)
    if line.order is None:
        examinations.order_by_hand(any_centre, officer, own.id, Lane.RED, "A tip from the port")
    assert lines(any_centre, officer)[own.reference].order is not None


def test_a_consignment_with_all_that_belongs_to_it(any_centre: Centre, acting: Acting) -> None:
    now = any_centre.clock()
    container = unit(any_centre, "CSQU3054383", ConveyanceKind.CONTAINER, None)
    move(any_centre, container, MovementKind.DISCHARGED, 50, port="KHI", seal="A1")
    move(any_centre, container, MovementKind.GATE_OUT, 2, port="KHI", seal="A2")
    earlier = bill(reference="EARLIER", containers=(box(),), parties=(importer("OTHER", "1"),))
    house = bill(reference="HOUSE", master_reference="MASTER")
    own = declared(now, "K-1")
    own = replace(own, reference="MASTER", containers=(box(seal="A2", seal_at_loading="A1"),))
    tell(any_centre, earlier, house, own, bill(reference="SAME IMPORTER"))
    officer = acting(Role.TARGETING)
    view = consignments.consignment(any_centre, officer, own.id)
    assert {one.consignment.reference for one in view.same_importer} == {"HOUSE", "SAME IMPORTER"}
    assert [one.consignment.reference for one in view.same_containers] == ["EARLIER"]
    assert [one.reference for one in view.under] == ["HOUSE"]
    assert view.parties[0].consignments == 3
    assert [one.kind for one in view.containers[0].movements] == [
        MovementKind.GATE_OUT,
        MovementKind.DISCHARGED,
    ]
    assert view.lane is not None
    rows = trail.search(any_centre, acting(Role.AUDITOR), TrailFilter(subject=own.id)).rows
    assert "consignment.viewed" in {one.action for one in rows}
    with pytest.raises(NotFound):
        consignments.consignment(any_centre, officer, "0" * 32)


def test_a_unit_with_where_it_stood_and_what_it_carried(any_centre: Centre, acting: Acting) -> None:
    container = unit(any_centre, "CSQU3054383", ConveyanceKind.CONTAINER, None)
    move(any_centre, container, MovementKind.DISCHARGED, 80, port="KHI", place="Berth 4")
    move(any_centre, container, MovementKind.GATE_OUT, 60, port="KHI", place="Gate 1")
    move(any_centre, container, MovementKind.GATE_IN, 40, port="LHE", place="Dry port")
    own = bill(containers=(box(),))
    tell(any_centre, own)
    officer = acting(Role.TARGETING)
    view = conveyances.conveyance(any_centre, officer, container.id)
    assert [(one.place, one.until is None) for one in view.stays] == [
        ("Dry port", True),
        ("Berth 4", False),
    ]
    assert view.stays[1].until is not None
    assert view.stays[1].until - view.stays[1].since == timedelta(hours=20)
    assert [one.consignment.id for one in view.carried] == [own.id]
    here = conveyances.conveyance(any_centre, acting(Role.TARGETING, "LHE"), container.id)
    assert ([one.place for one in here.movements], here.elsewhere) == (["Dry port"], 2)
    assert here.carried == ()


def test_units_are_found_by_a_part_of_their_number(any_centre: Centre, acting: Acting) -> None:
    truck = unit(any_centre)
    ship = unit(any_centre, "9074729", ConveyanceKind.VESSEL, "PAN", name="SEA LANTERN")
    move(any_centre, truck, MovementKind.SIGHTING, 3, heading=Heading.INLAND)
    officer = acting(Role.TARGETING)

    def found(text: str, kind: str = "") -> list[str]:
        rows = conveyances.find(any_centre, officer, text, kind)
        return [one.conveyance.identifier for one in rows]

    assert found("") == [truck.identifier, ship.identifier]
    assert found("4417") == [truck.identifier]
    assert found("lantern") == [ship.identifier]
    assert found("", "vessel") == [ship.identifier]
    assert found("nothing") == []


def test_a_profile_knows_what_bears_its_numbers(any_centre: Centre, acting: Acting) -> None:
    container = unit(any_centre, "CSQU3054383", ConveyanceKind.CONTAINER, None)
    move(any_centre, container, MovementKind.DISCHARGED, 5, port="KHI")
    own = bill(containers=(box(),))
    tell(any_centre, own)
    officer = acting(Role.TARGETING)
    firm = profile_sources.draft(any_centre, officer, Kind.ORGANISATION, f"{own.id}-0")
    assert (firm.kind, firm.title) == (ProfileKind.ORGANISATION, "ZARGHUN TRADING")
    assert NTN in {fact.value for fact in firm.facts if fact.kind is FactKind.IDENTIFIER}
    box_draft = profile_sources.draft(any_centre, officer, Kind.CONVEYANCE, container.id)
    assert box_draft.kind is ProfileKind.CONTAINER
    seen = {}
    for draft in (firm, box_draft):
        made = profiles.open_profile(
            any_centre,
            officer,
            NewProfile(
                kind=draft.kind,
                title=draft.title,
                suspicion="Undervalued goods",
                legal_basis="Customs Act, section 26",
                facts=draft.facts,
            ),
        )
        view = profile_views.view(any_centre, officer, made.id)
        seen[draft.kind] = {event.kind for event in view.events}
    assert EventKind.CONSIGNMENT in seen[ProfileKind.ORGANISATION]
    assert {EventKind.CONSIGNMENT, EventKind.MOVEMENT} <= seen[ProfileKind.CONTAINER]
    for wrong in (f"{own.id}-9", f"{own.id}-x", own.id):
        with pytest.raises(NotFound):
            profile_sources.draft(any_centre, officer, Kind.ORGANISATION, wrong)


def test_a_case_from_an_alert_on_a_unit_names_it(
    any_centre: Centre, acting: Acting, units: Callable[[Centre], None]
) -> None:
    units(any_centre)
    enforce(any_centre, 'conveyance.kind == "vehicle"', Kind.CONVEYANCE, handling=Handling.INSPECT)
    moved(any_centre, unit(any_centre), MovementKind.SIGHTING, heading=Heading.INLAND)
    officer = acting(Role.TARGETING)
    (row,) = alerts.list_alerts(any_centre, officer)
    assert row.who == "TKP4417"
    opened = cases.open_case(any_centre, officer, Opening(alert_ids=(row.alert.id,)))
    view = cases.view(any_centre, officer, opened.id)
    assert opened.title == "TKP4417"
    assert [(one.kind, one.label) for one in view.parties] == [(PartyKind.VEHICLE, "TKP4417")]


def test_an_empty_list(any_centre: Centre) -> None:
    goods_list.finish(any_centre)
    assert goods_list.listing(any_centre, system_actor("test"), ALL).lines == ()


def test_the_search_box_finds_goods_and_units(any_centre: Centre, acting: Acting) -> None:
    unit(any_centre, "CSQU3054383", ConveyanceKind.CONTAINER, None)
    own = replace(declared(any_centre.clock(), "KAPE-HC-77"), containers=(box(),))
    tell(any_centre, own, bill(reference="ELSEWHERE", port="LHE"))
    officer = acting(Role.TARGETING, "KHI")

    def found(text: str, kind: AnswerKind = AnswerKind.CONSIGNMENT) -> list[str]:
        groups = search.search(any_centre, officer, text).groups
        return [one.title for group in groups if group.kind is kind for one in group.answers]

    assert found("kape-hc-77") == ["KAPE-HC-77"]
    assert found("csqu 305438 3") == ["KAPE-HC-77"]
    assert found("csqu 305438 3", AnswerKind.CONVEYANCE) == ["CSQU3054383"]
    assert found("zarghun") == ["KAPE-HC-77"]
    assert found(NTN) == ["KAPE-HC-77"]
    assert found("ELSEWHERE") == []
    assert found("ka") == []
