"""What rules see of goods and units, against what was told."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from tests.services.goods_kit import (
    SENDER,
    bill,
    box,
    declared,
    importer,
    move,
    tell,
    tiles,
    unit,
)

from parakh.access import Purpose
from parakh.domain.consignment import Consignment, Party, PartyRole
from parakh.domain.conveyance import Conveyance, ConveyanceKind, Heading, Movement, MovementKind
from parakh.domain.hit import Kind, Ref
from parakh.domain.voyage import Direction
from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.rules.attributes_goods import GOODS
from parakh.screen.screener import UnitSubject
from parakh.services import goods_features, goods_history
from parakh.services import goods_features_consignments as rows
from parakh.services import goods_features_units as units
from parakh.services.centre import Centre
from parakh.services.goods_facts import GoodsFacts, UnitFacts
from parakh.services.goods_screening import subjects_of
from parakh.store import consignments, conveyances, examinations

CROSSING, SIGHTING = MovementKind.CROSSING, MovementKind.SIGHTING
CONTAINER = ConveyanceKind.CONTAINER


def seen(centre: Centre, own: Consignment, *needs: str) -> dict[str, Any]:
    """What rules see of a consignment as it is on file."""
    with centre.db.read() as connection:
        told = list(consignments.by_ids(connection, [own.id]).values())
        subjects = subjects_of(connection, told)
        frame = goods_features.frame(connection, subjects, needs, centre.clock(), home="PAK")
    (row,) = frame.to_dicts()
    return row


def party(centre: Centre, own: Consignment) -> dict[str, Any]:
    return dict(seen(centre, own, "parties")["parties"][0])


def of_unit(centre: Centre, own: Conveyance, *, at_move: bool = True) -> dict[str, Any]:
    """What rules see of a unit after its newest movement."""
    needs = CATALOGUE.of(Kind.CONVEYANCE).columns()
    with centre.db.read() as connection:
        since = centre.clock() - timedelta(days=400)
        moves = conveyances.movements(connection, [own.id], since).get(own.id, [])
        newest: Movement | None = moves[0] if moves and at_move else None
        subject = UnitSubject(
            ref=Ref(kind=Kind.CONVEYANCE, id=own.id),
            conveyance=conveyances.get(connection, own.id),
            movement=newest,
        )
        frame = goods_features.frame(connection, [subject], needs, centre.clock(), home="PAK")
    row = frame.to_dicts()[0]
    return {name.removeprefix("conveyance."): value for name, value in row.items()}


def found(centre: Centre, monkeypatch: pytest.MonkeyPatch, **told: bool) -> None:
    """Outcomes, as examinations tell of them; keys are identifiers of consignments."""
    monkeypatch.setattr(examinations, "found", lambda *_: told)
    monkeypatch.setattr(examinations, "found_of", lambda *_: told)
    with centre.db.write(SENDER, Purpose.SCREENING) as tx:
        goods_history.learn(tx)
        tx.audit("test", "history", "")


# --- consignments -------------------------------------------------------------------------------


def test_every_column_is_there_and_nothing_is_made_up(any_centre: Centre) -> None:
    own = bill()
    tell(any_centre, own)
    known = CATALOGUE.of(Kind.CONSIGNMENT)
    row = seen(any_centre, own, *known.columns())
    assert set(row) == {"at", *known.columns()}
    assert (row["consignment.origin"], row["consignment.items"]) == ("CHN", 1)
    assert row["consignment.value_per_kg"] is None, "the whole has no mass"
    assert row["items"][0]["value_per_kg"] == 2.0
    assert row["consignment.route"] == ["CNSHA", "AEJEA", "PKKHI"]
    assert row["declaration.reference"] is None
    assert row["conveyance.kind"] is None
    assert row["consignment.risk"] is None


def test_rules_are_offered_nothing_that_can_never_be_known(centre: Centre, clock: Any) -> None:
    truck = unit(centre)
    move(centre, truck, CROSSING, 5)
    move(centre, truck, SIGHTING, 1)
    own = declared(clock(), containers=(box(),))
    tell(centre, own)
    with centre.db.read() as connection:
        goods = GoodsFacts(connection, subjects_of(connection, [own]), clock(), "PAK", {}, None)
        moves = UnitFacts(connection, [truck], clock(), "PAK")
        moved = moves.movements_of(truck.id)[0]
        told = {
            "consignment": rows.consignment(own, goods),
            "items": rows.items(own, goods)[0],
            "declaration": rows.declaration(own, goods),
            "parties": rows.parties(own, goods)[0],
            "containers": rows.containers(own, goods)[0],
            "conveyance": units.conveyance(truck, moves, clock()),
            "movement": units.movement(moved),
            "sightings": units.sightings(truck, moves, clock())[0],
        }
    offered = {one.name: {own.name for own in one.attributes} for one in GOODS}
    assert {name: set(row) for name, row in told.items()} == offered


def test_a_declaration_is_told_by_its_own_words(any_centre: Centre, clock: Any) -> None:
    own = declared(clock(), due_at=clock() + timedelta(hours=36))
    tell(any_centre, own)
    row = seen(any_centre, own, "declaration.office", "declaration.hours_before_arrival")
    assert row["declaration.office"] == "KAPE"
    assert row["declaration.hours_before_arrival"] == 36


def test_a_partys_past_are_its_consignments_of_earlier_days(any_centre: Centre, clock: Any) -> None:
    first, beside = bill(), bill()
    tell(any_centre, first, beside)
    assert party(any_centre, first)["first_time"] is True
    assert party(any_centre, beside)["consignments_365d"] == 0, "of the same day"
    clock.advance(days=10)
    later = bill()
    tell(any_centre, later)
    told = party(any_centre, later)
    assert (told["first_time"], told["days_known"], told["consignments_365d"]) == (False, 10, 2)
    assert party(any_centre, first)["first_time"] is True, "when it came"
    clock.advance(days=400)
    old = bill()
    tell(any_centre, old)
    told = party(any_centre, old)
    assert (told["days_known"], told["consignments_365d"]) == (410, 0)


def test_another_role_or_number_is_another_past(any_centre: Centre, clock: Any) -> None:
    tell(any_centre, bill())
    clock.advance(days=1)
    others = (
        Party(role=PartyRole.CONSIGNEE, name="ZARGHUN TRADING", identifier="4455667"),
        importer(number="9988776"),
    )
    for one in others:
        own = bill(parties=(one,))
        tell(any_centre, own)
        assert party(any_centre, own)["first_time"] is True


def test_a_correction_takes_back_what_was_counted(any_centre: Centre, clock: Any) -> None:
    own = bill()
    tell(any_centre, own)
    tell(any_centre, Consignment(**{**_fields(own), "parties": (importer(number="9988776"),)}))
    clock.advance(days=1)
    before, after = bill(), bill(parties=(importer(number="9988776"),))
    tell(any_centre, before, after)
    assert party(any_centre, before)["consignments_365d"] == 0
    assert party(any_centre, after)["consignments_365d"] == 1


def test_what_was_cancelled_counts_no_more(any_centre: Centre, clock: Any) -> None:
    own = bill()
    tell(any_centre, own)
    tell(any_centre, Consignment(**{**_fields(own), "cancelled": True}))
    clock.advance(days=1)
    later = bill()
    tell(any_centre, later)
    assert party(any_centre, later)["first_time"] is True


def test_findings_are_learnt_once_and_corrected(
    any_centre: Centre, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = bill(), bill()
    tell(any_centre, one, two)
    clock.advance(days=1)
    later = bill()
    tell(any_centre, later)
    found(any_centre, monkeypatch, **{one.id: True, two.id: False})
    found(any_centre, monkeypatch, **{one.id: True, two.id: False})
    told = party(any_centre, later)
    assert (told["examined_365d"], told["found_365d"]) == (2, 1)
    told = party(any_centre, one)
    assert (told["examined_365d"], told["found_365d"]) == (1, 0), "without its own"
    found(any_centre, monkeypatch, **{one.id: False, two.id: False})
    told = party(any_centre, later)
    assert (told["examined_365d"], told["found_365d"]) == (2, 0)


@pytest.mark.parametrize(
    ("value", "ratio"), [(1000, 0.5), (2000, 1.0), (4000, 2.0)], ids=["half", "usual", "double"]
)
def test_a_value_is_held_against_the_median_of_code_and_origin(
    any_centre: Centre, value: int, ratio: float
) -> None:
    tell(any_centre, *(bill(items=(tiles(2000),)) for _ in range(11)))
    own = bill(items=(tiles(value),))
    tell(any_centre, own)
    told = seen(any_centre, own, "items")["items"][0]["value_to_median"]
    assert told == pytest.approx(ratio, rel=0.05)


def test_few_values_have_no_median(any_centre: Centre) -> None:
    tell(any_centre, *(bill() for _ in range(9)))
    own = bill(items=(tiles(10, origin="IND"), tiles(10, ordinal=2)))
    tell(any_centre, own)
    told = [item["value_to_median"] for item in seen(any_centre, own, "items")["items"]]
    assert told[0] is None
    assert told[1] is not None, "ten with its own"


@pytest.mark.parametrize(
    ("route", "unusual"),
    [(("CNSHA", "AEJEA", "PKKHI"), False), (("CNSHA", "CYLMS", "PKKHI"), True), ((), None)],
)
def test_a_way_that_hardly_any_such_goods_took(
    any_centre: Centre, route: tuple[str, ...], unusual: bool | None
) -> None:
    tell(any_centre, *(bill() for _ in range(60)))
    own = bill(route=route)
    tell(any_centre, own)
    assert seen(any_centre, own, "consignment.route_unusual") == {
        "at": any_centre.clock(),
        "consignment.route_unusual": unusual,
    }


@pytest.mark.parametrize(
    ("code", "needed"), [("930690", True), ("690721", False), ("93", None), ("", None)]
)
def test_goods_that_need_a_licence(any_centre: Centre, code: str, needed: bool | None) -> None:
    own = bill(items=(tiles(hs_code=code),))
    tell(any_centre, own)
    assert seen(any_centre, own, "items")["items"][0]["licence_required"] is needed


def test_containers_that_several_bills_share(any_centre: Centre) -> None:
    one, two = bill(containers=(box(),)), bill(containers=(box(),))
    alone = bill(containers=(box("MSKU1234565"),))
    tell(any_centre, one, two, alone)
    assert seen(any_centre, one, "containers")["containers"][0]["shared"] is True
    assert seen(any_centre, alone, "containers")["containers"][0]["shared"] is False


def test_a_finding_speaks_of_what_shares_its_containers(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = bill(containers=(box(), box("MSKU1234565")))
    same, beside = bill(containers=(box(),)), bill(containers=(box("MSKU1234565"),))
    other = bill(containers=(box("TGHU7654326"),))
    tell(any_centre, bad, same, beside, other)
    found(any_centre, monkeypatch, **{bad.id: True})

    def told(own: Consignment) -> tuple[bool, float]:
        first = seen(any_centre, own, "containers")["containers"][0]
        return first["co_loaded_found"], first["findings_365d"]

    assert told(same) == told(beside) == (True, 1)
    assert told(bad) == (False, 1)
    assert told(other) == (False, 0)


@pytest.mark.parametrize(
    ("loading", "now", "changed"), [("A1", "A1", False), ("A1", "B2", True), ("A1", "", None)]
)
def test_a_seal_as_the_bill_tells_it(
    any_centre: Centre, loading: str, now: str, changed: bool | None
) -> None:
    own = bill(containers=(box(seal_at_loading=loading, seal=now),))
    tell(any_centre, own)
    assert seen(any_centre, own, "containers")["containers"][0]["seal_changed"] is changed


def test_a_seal_that_the_terminal_saw_changed(any_centre: Centre) -> None:
    own = bill(containers=(box(seal_at_loading="A1"),))
    tell(any_centre, own)
    container = unit(any_centre, "CSQU3054383", CONTAINER, None)
    move(any_centre, container, MovementKind.DISCHARGED, 50, seal="A1")
    assert seen(any_centre, own, "containers")["containers"][0]["seal_changed"] is False
    move(any_centre, container, MovementKind.GATE_OUT, 2, seal="B2")
    told = seen(any_centre, own, "containers")["containers"][0]
    assert told["seal_changed"] is True
    assert told["days_in_port"] == 2


# --- units --------------------------------------------------------------------------------------


def test_a_truck_that_was_never_seen_before(any_centre: Centre) -> None:
    truck = unit(any_centre)
    move(any_centre, truck, CROSSING, 0, direction=Direction.ENTRY, gross_kg=9000.0, driver="X1")
    row = of_unit(any_centre, truck)
    assert row["movement.kind"] == "crossing"
    assert row["movement.direction"] == "entry"
    assert (row["first_time"], row["foreign"], row["crossings_30d"]) == (True, True, 0)
    assert (row["gross_kg"], row["last_gross_kg"]) == (9000, None)
    assert row["hours_since_last"] is None
    assert row["drivers_90d"] == 1


def test_a_truck_that_comes_again(any_centre: Centre) -> None:
    truck = unit(any_centre)
    move(any_centre, truck, CROSSING, 2000, direction=Direction.ENTRY, driver="X0")
    move(any_centre, truck, CROSSING, 200, direction=Direction.ENTRY, driver="X1")
    move(any_centre, truck, CROSSING, 30, direction=Direction.EXIT, empty=True, gross_kg=9000.0)
    move(any_centre, truck, CROSSING, 6, direction=Direction.ENTRY, gross_kg=15000.0, driver="X2")
    row = of_unit(any_centre, truck)
    assert (row["first_time"], row["crossings_30d"], row["hours_since_last"]) == (False, 2, 24)
    assert (row["last_empty"], row["empty"]) == (True, None)
    assert (row["gross_kg"], row["last_gross_kg"]) == (15000, 9000)
    assert row["drivers_90d"] == 3
    assert row["goods_declared"] is False


def test_a_crossing_of_long_ago_is_known(any_centre: Centre) -> None:
    truck = unit(any_centre)
    move(any_centre, truck, CROSSING, 24 * 100, direction=Direction.EXIT)
    move(any_centre, truck, CROSSING, 0, direction=Direction.ENTRY)
    row = of_unit(any_centre, truck)
    assert (row["first_time"], row["hours_since_last"]) == (False, 2400)


def test_goods_that_are_declared_on_a_truck(any_centre: Centre, clock: Any) -> None:
    truck = unit(any_centre)
    tell(any_centre, bill(conveyance_id=truck.id, due_at=clock() + timedelta(hours=5)))
    move(any_centre, truck, CROSSING, 0, direction=Direction.ENTRY)
    assert of_unit(any_centre, truck)["goods_declared"] is True
    other = unit(any_centre, "LES9911", country="PAK")
    move(any_centre, other, CROSSING, 0, direction=Direction.ENTRY)
    assert of_unit(any_centre, other)["goods_declared"] is False


@pytest.mark.parametrize(
    ("crossed", "unseen"),
    [((), True), ((Direction.ENTRY,), False), ((Direction.ENTRY, Direction.EXIT), True)],
)
def test_a_truck_that_is_seen_inland(
    any_centre: Centre, crossed: tuple[Direction, ...], unseen: bool
) -> None:
    truck = unit(any_centre)
    for place, way in enumerate(crossed):
        move(any_centre, truck, CROSSING, 100 - place, direction=way)
    assert of_unit(any_centre, truck)["seen_without_crossing"] is False
    move(any_centre, truck, SIGHTING, 1, heading=Heading.INLAND, place="KOHAT")
    row = of_unit(any_centre, truck)
    assert row["seen_without_crossing"] is unseen
    assert [own["place"] for own in row["sightings"]] == ["KOHAT"]
    assert row["sightings"][0]["direction"] == "inland"


def test_a_container_in_port(any_centre: Centre, clock: Any) -> None:
    container = unit(any_centre, "CSQU3054383", CONTAINER, None)
    move(any_centre, container, MovementKind.DISCHARGED, 24 * 20, seal="A1")
    row = of_unit(any_centre, container, at_move=False)
    assert (row["days_in_port"], row["seal_changed"], row["foreign"]) == (20, None, None)
    move(any_centre, container, MovementKind.GATE_OUT, 24 * 2, seal="B2")
    clock.advance(days=3)
    row = of_unit(any_centre, container)
    assert (row["days_in_port"], row["seal_changed"]) == (18, True)
    assert row["co_loaded_found"] is False


def test_a_description_is_held_against_what_is_usual_in_its_heading(any_centre: Centre) -> None:
    tell(any_centre, *(bill(items=(tiles(),)) for _ in range(30)))
    tell(
        any_centre,
        *(
            bill(items=(tiles(hs_code="8517130000", description="MOBILE PHONES"),))
            for _ in range(30)
        ),
    )
    odd = bill(items=(tiles(description="MOBILE PHONES"), tiles(ordinal=2)))
    tell(any_centre, odd)
    source = any_centre.rules.source
    with any_centre.db.read() as connection:
        subjects = subjects_of(connection, [odd])
    (row,) = source.frame(subjects, ["items"]).to_dicts()
    assert [own["description_fits"] for own in row["items"]] == [False, True]
    assert seen(any_centre, odd, "items")["items"][0]["description_fits"] is None, "nobody counts"


def test_what_came_later_does_not_count(any_centre: Centre) -> None:
    truck = unit(any_centre)
    move(any_centre, truck, CROSSING, 50, direction=Direction.ENTRY)
    with any_centre.db.read() as connection:
        moves = conveyances.movements(connection, [truck.id], any_centre.clock() - timedelta(9))
        move(any_centre, truck, SIGHTING, 1)
        subject = UnitSubject(
            ref=Ref(kind=Kind.CONVEYANCE, id=truck.id),
            conveyance=truck,
            movement=moves[truck.id][0],
        )
    with any_centre.db.read() as connection:
        row = goods_features.frame(connection, [subject], ["sightings"], any_centre.clock())
    assert row["sightings"].to_list() == [[]]


def test_numbers_are_plain_numbers(any_centre: Centre) -> None:
    own = bill(items=(tiles(), tiles(ordinal=2, duty=Decimal("12.50"))))
    tell(any_centre, own)
    with any_centre.db.read() as connection:
        subjects = subjects_of(connection, [own])
        frame = goods_features.frame(
            connection, subjects, ["consignment.value", "consignment.duty"], any_centre.clock()
        )
    assert frame.schema["consignment.value"] == pl.Float64
    assert frame.row(0)[1:] == (12.5, 4000.0)


def _fields(own: Consignment) -> dict[str, Any]:
    return {name: getattr(own, name) for name in Consignment.__slots__}
