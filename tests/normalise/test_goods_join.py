from datetime import UTC, datetime
from typing import Any

from parakh.domain.consignment import (
    BillKind,
    Consignment,
    ContainerUse,
    Declaration,
    Item,
    Party,
    PartyRole,
)
from parakh.domain.voyage import Direction, Mode
from parakh.normalise.goods_join import join

AT = datetime(2026, 11, 19, 7, tzinfo=UTC)


def party(role: PartyRole, name: str) -> Party:
    return Party(role=role, name=name)


def bill(**values: Any) -> Consignment:
    told: dict[str, Any] = {
        "id": "",
        "reference": "B1",
        "kind": BillKind.MASTER_BILL,
        "mode": Mode.SEA,
        "port": "PKKHI",
        "items": (Item(ordinal=1, description="GOODS", packages=3),),
        "parties": (party(PartyRole.CONSIGNEE, "ALI"), party(PartyRole.CARRIER, "LINE")),
        "containers": (ContainerUse(number="CSQU3054383", type="22G1", seal="S1", gross_kg=9.0),),
    }
    return Consignment(**told | values)


def declared(**values: Any) -> Consignment:
    told: dict[str, Any] = {
        "id": "",
        "reference": "B1",
        "declaration": Declaration(reference="D1", office="KAPE", lodged_at=AT),
        "items": (Item(ordinal=1, hs_code="690721", description="TILES"),),
        "parties": (party(PartyRole.IMPORTER, "ALI"), party(PartyRole.CONSIGNEE, "ALI")),
    }
    return Consignment(**told | values)


def test_one_alone_stays_as_it_is() -> None:
    assert join([bill()], []) == bill()
    assert join([], [declared()]) == declared()


def test_of_the_goods_the_declaration_is_believed_and_of_the_way_the_bill() -> None:
    own = join([bill()], [declared(port="", direction=Direction.EXIT)])
    assert (own.port, own.mode, own.kind) == ("PKKHI", Mode.SEA, BillKind.MASTER_BILL)
    assert own.direction is Direction.ENTRY
    assert own.declaration == declared().declaration
    assert [item.hs_code for item in own.items] == ["690721"]
    assert [(one.role.value, one.name) for one in own.parties] == [
        ("importer", "ALI"),
        ("consignee", "ALI"),
        ("carrier", "LINE"),
    ]
    assert own.containers == bill().containers


def test_a_declaration_without_items_leaves_those_of_the_bill() -> None:
    assert join([bill()], [declared(items=())]).items == bill().items


def test_another_seal_than_at_first_is_seen() -> None:
    later = (ContainerUse(number="CSQU3054383", seal="S2", empty=False),)
    (own,) = join([bill(containers=later), bill()], []).containers
    assert (own.seal, own.seal_at_loading) == ("S2", "S1")
    assert (own.type, own.gross_kg, own.empty) == ("22G1", 9.0, False)


def test_the_newest_bill_holds_and_older_ones_fill_in() -> None:
    own = join([bill(port="", description="NEW"), bill(port="PKLHE", description="OLD")], [])
    assert (own.port, own.description) == ("PKLHE", "NEW")
