"""A link may lead from a passenger to a company, to its goods, to a container."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from tests.services.goods_kit import bill, box, importer, moved, tell, unit

from parakh.access import Actor, Role
from parakh.domain.conveyance import MovementKind
from parakh.domain.link import LinkKind
from parakh.domain.voyage import Direction
from parakh.services import links
from parakh.services.centre import Centre
from parakh.services.links import Asked, LinksView
from parakh.store.tables import goods_end, link_end, traveller

PHONE = "+92 300 1234567"
CNIC = "3520112345671"


@pytest.fixture
def passenger(any_centre: Centre) -> str:
    """Somebody who came with a telephone number, and showed a document."""
    from parakh.domain.link import End

    today = any_centre.clock().date()
    ends = (
        End(kind=LinkKind.PHONE, value="+923001234567", told=PHONE),
        End(kind=LinkKind.DOCUMENT, value=CNIC, told=CNIC),
    )
    with any_centre.db.maintain() as connection:
        connection.execute(
            traveller.insert().values(
                id="t" * 32, role="passenger", family_name="NOON", given_names="GULAB", bags=[]
            )
        )
        connection.execute(
            link_end.insert(),
            [
                {
                    "traveller_id": "t" * 32, "token": any_centre.link_tokens.of(own),
                    "kind": own.kind.value, "holder": "t" * 32, "first_on": today,
                    "last_on": today,
                }
                for own in ends
            ],
        )  # fmt: skip
    return "t" * 32


@pytest.fixture
def officer(acting: Callable[..., Actor]) -> Actor:
    return replace(acting(Role.TARGETING), central=True)


def seen(view: LinksView) -> dict[str, int]:
    """What each node is called, and how far away it is."""
    names = {
        node: node.thing.name if node.thing else str(node.traveller and node.traveller.name.family)
        for node in view.nodes
    }
    return {name: node.hops for node, name in names.items()}


def test_a_path_leads_from_a_passenger_to_a_container(
    any_centre: Centre, passenger: str, officer: Actor
) -> None:
    own = bill(parties=(importer(phone=PHONE),), containers=(box(),))
    other = bill(parties=(importer("INDUS FOODS", "7788990"),), containers=(box(),))
    tell(any_centre, own, other)
    view = links.around(any_centre, officer, passenger, Asked(hops=3))
    assert seen(view) == {"NOON": 0, "ZARGHUN TRADING": 1, own.name: 2, other.name: 3}
    kinds = {value.kind for value in view.values}
    assert kinds == {LinkKind.PHONE, LinkKind.CONSIGNEE, LinkKind.VEHICLE}
    shared = next(value for value in view.values if value.kind is LinkKind.CONSIGNEE)
    told = links.evidence(any_centre, officer, passenger, shared.token)
    assert {one.name for one in told.things} == {"ZARGHUN TRADING", own.name}


def test_who_may_not_see_goods_is_told_that_there_is_something(
    any_centre: Centre, passenger: str, officer: Actor
) -> None:
    tell(any_centre, bill(parties=(importer(phone=PHONE),)))
    from parakh.access import Permission

    blind = replace(officer, permissions=officer.permissions - {Permission.SEE_GOODS})
    view = links.around(any_centre, blind, passenger, Asked(hops=2))
    assert view.unseen == len(view.nodes) - 1 > 0


def test_a_driver_is_linked_with_his_truck_and_what_it_brings(
    any_centre: Centre, passenger: str, officer: Actor
) -> None:
    truck = unit(any_centre)
    own = bill(conveyance_id=truck.id)
    tell(any_centre, own)
    moved(any_centre, truck, MovementKind.CROSSING, direction=Direction.ENTRY, driver=CNIC)
    view = links.around(any_centre, officer, passenger, Asked(hops=2))
    assert seen(view) == {"NOON": 0, "TKP4417": 1, own.name: 2}


def test_a_correction_takes_links_back(any_centre: Centre) -> None:
    own = bill(containers=(box(),))
    tell(any_centre, own)
    before = _ends(any_centre, own.id)
    tell(any_centre, replace(own, containers=()))
    assert len(before) - len(_ends(any_centre, own.id)) == 1
    tell(any_centre, replace(own, cancelled=True))
    assert _ends(any_centre, own.id) == set()


def test_links_of_goods_are_rebuilt(any_centre: Centre) -> None:
    own = bill(containers=(box(),))
    tell(any_centre, own)
    before = _ends(any_centre, own.id)
    with any_centre.db.maintain() as connection:
        connection.execute(goods_end.delete())
    links.rebuild(any_centre)
    assert _ends(any_centre, own.id) == before != set()


def test_whoever_is_linked_with_a_confirmed_consignment_is_a_target(
    any_centre: Centre, passenger: str, officer: Actor, monkeypatch: Any
) -> None:
    own = bill(parties=(importer(phone=PHONE),))
    tell(any_centre, own)
    company = links.around(any_centre, officer, passenger, Asked(hops=1)).nodes[1].holder
    monkeypatch.setattr("parakh.store.goods_kin.bearers", lambda *_: {"4455667": "p" * 32})
    found = links.around(any_centre, officer, passenger, Asked(hops=1))
    assert [node.suspect for node in found.nodes if node.holder == company] == [True]


def _ends(centre: Centre, node: str) -> set[bytes]:
    with centre.db.read() as connection:
        query = sa.select(goods_end.c.token).where(goods_end.c.node == node)
        return set(connection.execute(query).scalars())
