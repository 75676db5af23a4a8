"""Goods, units and what is known of them, as officers of one port see them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from tests.services.goods_kit import NTN, bill, box, enforce, move, moved, tell, unit

from parakh.access import Actor, Role
from parakh.domain.conveyance import ConveyanceKind, MovementKind
from parakh.domain.hit import Kind
from parakh.domain.profile import EventKind, Fact, FactKind, ProfileKind
from parakh.domain.watchlist import Handling
from parakh.services import consignments, conveyances, profile_views, profiles
from parakh.services.centre import Centre
from parakh.services.profiles import NewProfile
from parakh.store.tables import alert

Acting = Callable[..., Actor]


def test_goods_of_the_same_parties_at_other_ports_are_counted_and_not_shown(
    any_centre: Centre, acting: Acting
) -> None:
    own = bill(reference="MINE", master_reference="MASTER1", containers=(box(),))
    other = bill(reference="THEIRS", port="LHE", master_reference="MASTER1", containers=(box(),))
    crate = unit(any_centre, "CSQU3054383", ConveyanceKind.CONTAINER, None)
    tell(any_centre, own, other)
    move(any_centre, crate, MovementKind.GATE_IN, 2, place="LAHORE DRY PORT", port="LHE")
    move(any_centre, crate, MovementKind.GATE_IN, 1, place="KARACHI", port="KHI")
    officer = acting(Role.TARGETING, "KHI")
    shown = consignments.consignment(any_centre, officer, own.id)
    assert [one.reference for one in shown.under] == []
    assert [one.consignment.reference for one in shown.same_importer] == []
    assert [one.consignment.reference for one in shown.same_containers] == []
    assert [one.place for known in shown.containers for one in known.movements] == ["KARACHI"]
    central = consignments.consignment(any_centre, acting(Role.SUPERVISOR), own.id)
    assert [one.reference for one in central.under] == ["THEIRS"]


def test_the_port_to_which_a_vehicle_brings_goods_is_told_of_it(
    any_centre: Centre, units: Callable[[Centre], None]
) -> None:
    units(any_centre)
    truck = unit(any_centre)
    enforce(any_centre, 'conveyance.identifier == "TKP4417"', Kind.CONVEYANCE,
            handling=Handling.REFER)  # fmt: skip
    tell(any_centre, bill(conveyance_id=truck.id))
    with any_centre.db.read() as connection:
        query = sa.select(alert.c.subject_kind, alert.c.unit_id)
        assert sorted(map(tuple, connection.execute(query))) == [("conveyance", "khi")]


CALLS: tuple[tuple[str, Sequence[tuple[MovementKind, float, str]], str, set[str]], ...] = (
    ("nowhere", [], "", {"KHI", "LHE"}),
    ("once", [(MovementKind.CROSSING, 5, "KHI")], "", {"KHI"}),
    ("left", [(MovementKind.CROSSING, 5, "KHI"), (MovementKind.GATE_IN, 2, "LHE")], "", {"LHE"}),
    ("next", [(MovementKind.CROSSING, 5, "KHI"), (MovementKind.GATE_IN, -2, "LHE")], "",
     {"KHI", "LHE"}),
    ("goods", [(MovementKind.CROSSING, 5, "KHI")], "LHE", {"KHI", "LHE"}),
    ("inland", [(MovementKind.CROSSING, 5, "KHI"), (MovementKind.SIGHTING, 1, "")], "",
     {"KHI", "LHE"}),
    ("abroad", [(MovementKind.CROSSING, 5, "KHI"), (MovementKind.LOADED, 1, "")], "", {"KHI"}),
)  # fmt: skip


def test_hits_on_a_unit_are_for_where_it_called_last_or_calls_next(
    any_centre: Centre, acting: Acting
) -> None:
    enforce(any_centre, 'conveyance.kind == "vehicle"', Kind.CONVEYANCE)
    due_at = any_centre.clock() + timedelta(hours=4)
    for name, moves, goods_at, ports in CALLS:
        truck = unit(any_centre, name.upper())
        moved(any_centre, truck, MovementKind.WEIGHED, 99)
        for kind, hours, port in moves:
            move(any_centre, truck, kind, hours, port=port)
        if goods_at:
            tell(any_centre, bill(conveyance_id=truck.id, port=goods_at, due_at=due_at))
        for own in ("KHI", "LHE"):
            view = conveyances.conveyance(any_centre, acting(Role.TARGETING, own), truck.id)
            seen = (len(view.hits), view.hits_elsewhere)
            assert seen == ((1, 0) if own in ports else (0, 1)), (name, own)
        view = conveyances.conveyance(any_centre, acting(Role.SUPERVISOR), truck.id)
        assert (len(view.hits), view.hits_elsewhere) == (1, 0)


def test_a_hit_of_a_profile_on_goods_is_their_ports_however_old_they_are(
    any_centre: Centre, acting: Acting, units: Callable[[Centre], None]
) -> None:
    units(any_centre)
    own = bill(port="LHE")
    officer = acting(Role.TARGETING)
    told = Fact(
        id="", profile_id="", kind=FactKind.IDENTIFIER, scheme="tax", value=NTN, source="file"
    )
    made = profiles.open_profile(
        any_centre,
        officer,
        NewProfile(
            kind=ProfileKind.ORGANISATION,
            title="ZARGHUN TRADING",
            suspicion="Undervalued goods",
            legal_basis="Customs Act, section 26",
            facts=(told,),
            alert_when_seen=True,
        ),
    )
    supervisor = acting(Role.SUPERVISOR)
    profiles.decide(any_centre, supervisor, made.id, approve=True, reason="the file was read")
    tell(any_centre, own)
    any_centre.clock.advance(days=300)  # type: ignore[attr-defined]

    def texts(actor: Actor) -> list[str]:
        view = profile_views.view(any_centre, actor, made.id)
        return [str(one.text) for one in view.events if one.kind is EventKind.HIT]

    any_centre.clock.advance(days=66)  # type: ignore[attr-defined]
    assert texts(officer) == ["4455667 belongs to the profile ZARGHUN TRADING"]
    assert texts(acting(Role.TARGETING, "KHI")) == ["Something at another port or unit"]


def test_goods_that_were_taken_back_do_not_count_for_their_party(
    any_centre: Centre, acting: Acting
) -> None:
    first, other = bill(reference="FIRST"), bill(reference="OTHER")
    tell(any_centre, first, other)
    tell(any_centre, replace(other, cancelled=True))
    view = consignments.consignment(any_centre, acting(Role.TARGETING), first.id)
    (party,) = view.parties
    assert (party.consignments, party.examined, party.found) == (1, 0, 0)
