from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.consignment import BillKind
from parakh.domain.conveyance import ConveyanceKind
from parakh.domain.voyage import Direction, Mode
from parakh.ingest.goods_records import (
    DeclaredConsignment,
    DeclaredContainer,
    DeclaredDeclaration,
    DeclaredItem,
    DeclaredParty,
)
from parakh.normalise.goods import Told, key_of_bill, read
from parakh.normalise.goods_journey import voyage_of
from parakh.normalise.goods_values import Home
from parakh.normalise.plates import plate_forms

HOME = Home(country="PAK", currency="USD", zone=timezone(timedelta(hours=5)))
SAID = datetime(2026, 11, 20, 9, tzinfo=UTC)
LODGED = DeclaredDeclaration(reference="kape-1", office="kape", lodged_at="2026-11-19T07:00:00Z")


def rate(currency: str, on: date) -> Decimal | None:
    return Decimal("0.25") if currency == "AED" and on == date(2026, 11, 19) else None


def told(**values: Any) -> Told:
    declared = DeclaredConsignment(line=7, column=3, **{"reference": "TSTL1234567", **values})
    return read(declared, HOME, SAID, rate, plate_forms())


def causes(own: Told) -> list[tuple[int, str, str]]:
    return [(one.line, one.severity.value, one.cause) for one in own.problems]


def item(**values: Any) -> DeclaredItem:
    return DeclaredItem(**{"ordinal": 1, "line": 9, **values})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"loading_port": "AEJEA", "discharge_port": "PKKHI"}, (Direction.ENTRY, "PKKHI")),
        ({"loading_port": "PKKHI", "discharge_port": "AEJEA"}, (Direction.EXIT, "PKKHI")),
        ({"loading_port": "AEJEA", "discharge_port": "CNSHA"}, (Direction.TRANSIT, "")),
        (
            {"loading_port": "AEJEA", "discharge_port": "PKKHI",
             "route": ("AEJEA", "PKKHI", "AFKBL")},
            (Direction.TRANSIT, "PKKHI"),
        ),
        ({"direction": "exit", "port": "PKLHE"}, (Direction.EXIT, "PKLHE")),
        ({}, (Direction.ENTRY, "")),
        (
            {"mode": "air", "carrier": "EK", "number": "600", "origin": "AEDXB",
             "destination": "PKKHI"},
            (Direction.ENTRY, "KHI"),
        ),
    ],
)  # fmt: skip
def test_which_way_goods_go(values: dict[str, Any], expected: tuple[Direction, str]) -> None:
    own = told(**values).consignment
    assert (own.direction, own.port) == expected


def test_for_air_ports_are_named_as_flights_name_them() -> None:
    own = told(mode="air", carrier="EK", number="0600", departure="23", loading_port="AEDXB",
               discharge_port="PKKHI", origin="AEDXB", destination="PKKHI")  # fmt: skip
    assert (own.consignment.loading_port, own.consignment.discharge_port) == ("DXB", "KHI")
    assert own.journey is not None
    assert own.journey.departure == "2026-11-23"
    voyage, problems = voyage_of(own.journey, "PAK", SAID.date())
    assert (voyage.mode, voyage.name, voyage.origin) == (Mode.AIR, "EK600", "DXB")
    assert problems == ()


def test_a_voyage_without_ports_is_told_by_that_of_our_own_country() -> None:
    own = told(mode="sea", carrier="TSTL", number="9E", loading_port="CNSHA",
               discharge_port="PKKHI")  # fmt: skip
    assert own.journey is not None
    assert (own.journey.origin, own.journey.destination) == ("", "PKKHI")
    assert told(mode="sea", carrier="TSTL", number="9E", loading_port="CNSHA").journey is None


@pytest.mark.parametrize(
    ("values", "cause"),
    [
        ({"kind": "air_waybill", "reference": "176-12345671"}, "number: the check digit"),
        ({"kind": "air_waybill", "reference": "176-1234"}, "an air waybill has eleven digits"),
        ({"containers": (DeclaredContainer(number="CSQU3054384", line=9),)}, "container: the chec"),
        ({"items": (item(hs_code="1234567"),)}, "tariff code: a tariff code has six"),
        ({"items": (item(hs_code="770101"),)}, "there is no such chapter"),
        ({"discharge_port": "KARACHI"}, "port of discharge: is no known port"),
        (
            {"conveyance": "9074728", "conveyance_kind": "vessel"},
            "conveyance: the check digit of the IMO",
        ),
        (
            {"conveyance": "###", "conveyance_kind": "vehicle", "conveyance_country": "PAK"},
            "",
        ),
        (
            {"conveyance": "1!", "conveyance_kind": "vehicle", "conveyance_country": "PAK"},
            "conveyance: no plate of PAK is written so",
        ),
    ],
)
def test_a_wrong_number_is_kept_and_marked(values: dict[str, Any], cause: str) -> None:
    found = causes(told(**values))
    assert all(severity == "warning" for _, severity, _ in found)
    assert any(cause in text for _, _, text in found) if cause else not found


def test_wrong_numbers_stand_as_they_were_told() -> None:
    own = told(
        reference="176-1234",
        kind="air_waybill",
        containers=(DeclaredContainer(number="csqu 305438-4"),),
        items=(item(hs_code="12.34"),),
        conveyance="9074728",
        conveyance_kind="vessel",
    )
    assert own.consignment.reference == "1761234"
    assert own.consignment.containers[0].number == "CSQU3054384"
    assert own.consignment.items[0].hs_code == "1234"
    assert own.unit is not None
    assert (own.unit.kind, own.unit.identifier) == (ConveyanceKind.VESSEL, "9074728")


@pytest.mark.parametrize(
    ("values", "line", "cause"),
    [
        ({"gross_kg": "12,5"}, 7, "gross mass: is no number"),
        ({"packages": "-3"}, 7, "packages: is no number"),
        ({"packages": "99999999999"}, 7, "packages: is no number, or too large"),
        ({"items": (item(value="1e40"),)}, 9, "customs value: is no number, or too large"),
        ({"items": (item(origin="ZQ"),)}, 9, "country of origin: 'ZQ' is no known country code"),
        ({"items": (item(price="1", currency="$"),)}, 9, "is no code of a currency"),
        ({"declaration": DeclaredDeclaration(reference="1", office="A", lodged_at="yesterday")}, 7,
         "date of lodging: is no date and time"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_left_out(
    values: dict[str, Any], line: int, cause: str
) -> None:
    found = causes(told(**values))
    assert any(at == line and cause in text for at, _, text in found), found


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"price": "10", "currency": "USD"}, Decimal(10)),
        ({"price": "10", "currency": "AED"}, Decimal("2.5")),
        ({"price": "10", "currency": "EUR"}, None),
        ({"price": "10", "currency": "EUR", "value": "11.005"}, Decimal("11.00")),
        ({"price": "10"}, Decimal(10)),
        ({}, None),
    ],
)
def test_the_customs_value_of_an_item(values: dict[str, str], expected: Decimal | None) -> None:
    lodged = DeclaredDeclaration(
        reference="1", office="A", lodged_at="2026-11-19T07:00:00Z", currency="USD"
    )
    (found,) = told(items=(item(**values),), declaration=lodged).consignment.items
    assert found.value == expected


def test_a_declaration_has_the_moment_of_its_own_zone() -> None:
    local = DeclaredDeclaration(reference="1", office="a", lodged_at="202611190200")
    own = told(declaration=local).consignment.declaration
    assert own is not None
    assert own.lodged_at == datetime(2026, 11, 18, 21, tzinfo=UTC)
    untold = told(declaration=DeclaredDeclaration(reference="1", office="a", lodged_at=""))
    assert untold.consignment.declaration is not None
    assert untold.consignment.declaration.lodged_at == SAID


def test_parties_stand_once_in_each_role() -> None:
    twice = DeclaredParty(role="consignee", name="Ali  Traders", identifier="12-3", country="pk")
    own = told(parties=(twice, twice, DeclaredParty(role="notify", name="Ali Traders"),
                        DeclaredParty(role="agent", name=""),
                        DeclaredParty(role="uncle", name="Ali")))  # fmt: skip
    assert [(one.role.value, one.name, one.identifier) for one in own.consignment.parties] == [
        ("consignee", "ALI TRADERS", "123"),
        ("notify", "ALI TRADERS", ""),
    ]
    assert [cause for _, _, cause in causes(own)] == ["the role of a party is not known"]


def test_the_whole_is_told_by_its_items_where_it_does_not_tell_itself() -> None:
    items = (
        item(packages="2", gross_kg="10", description="Tiles"),
        item(ordinal=2, packages="3", description="Glue"),
    )
    own = told(items=items).consignment
    assert (own.packages, own.gross_kg, own.description) == (5, None, "TILES; GLUE")


@pytest.mark.parametrize(
    ("values", "key", "bill_key"),
    [
        ({}, "bill:TSTL1234567", "bill:TSTL1234567"),
        ({"declaration": LODGED}, "declaration:KAPE:KAPE-1", "bill:TSTL1234567"),
        ({"declaration": LODGED, "reference": ""}, "declaration:KAPE:KAPE-1", ""),
    ],
)
def test_by_what_a_record_is_known(values: dict[str, Any], key: str, bill_key: str) -> None:
    own = told(**values)
    assert (own.key, own.bill_key) == (key, bill_key)


@pytest.mark.parametrize(
    ("reference", "kind", "master", "key"),
    [
        ("1001", BillKind.HOUSE_BILL, "M1", "bill:M1/1001"),
        ("HAWB001", BillKind.HOUSE_BILL, "M1", "bill:HAWB001"),
        ("1001", BillKind.MASTER_BILL, "", "bill:1001"),
        ("", None, "M1", ""),
    ],
)
def test_short_numbers_of_house_bills_are_told_apart_by_their_masters(
    reference: str, kind: BillKind | None, master: str, key: str
) -> None:
    assert key_of_bill(reference, kind, master) == key


_TEXT = st.text(max_size=12)


_FIELDS = (
    "action", "reference", "kind", "master_reference", "direction", "mode", "carrier", "number",
    "departure", "arrival", "origin", "destination", "conveyance_kind", "conveyance", "port",
    "loading_port", "discharge_port", "packages", "gross_kg",
)  # fmt: skip
_ITEMS = st.builds(item, hs_code=_TEXT, origin=_TEXT, price=_TEXT, value=_TEXT, rate=_TEXT)
_LODGED = st.builds(
    DeclaredDeclaration, reference=_TEXT, office=_TEXT, lodged_at=_TEXT, documents=st.just(())
)


@given(
    values=st.dictionaries(st.sampled_from(_FIELDS), _TEXT),
    goods=st.lists(_ITEMS, max_size=2),
    lodged=st.none() | _LODGED,
)
def test_nothing_that_is_declared_raises(
    values: dict[str, Any], goods: list[DeclaredItem], lodged: DeclaredDeclaration | None
) -> None:
    own = told(items=tuple(goods), declaration=lodged, **values)
    assert all(one.line in (7, 9) for one in own.problems)
    assert all(len(one.hs_code) <= 10 for one in own.consignment.items)
    if own.journey is not None:
        voyage_of(own.journey, "PAK", SAID.date())
