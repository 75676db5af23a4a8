from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ingest.goods_samples import FHL, FWB

from parakh.ingest.goods_records import DeclaredConsignment
from parakh.ingest.reader import read
from parakh.ingest.waybills import is_cargo_imp
from parakh.ingest.waybills_lines import waybill_values


def waybills(data: bytes) -> list[DeclaredConsignment]:
    found = [goods for own in read(data) for goods in own.goods]
    assert all(isinstance(own, DeclaredConsignment) for own in found)
    return [own for own in found if isinstance(own, DeclaredConsignment)]


def test_an_air_waybill_is_read() -> None:
    (own,) = waybills(FWB)
    assert (own.reference, own.kind, own.mode) == ("176-12345675", "air_waybill", "air")
    assert (own.loading_port, own.discharge_port, own.route) == ("DXB", "KHI", ("DXB", "KHI"))
    assert (own.packages, own.gross_kg, own.description) == ("12", "340.5", "MOBILE PHONES")
    assert (own.carrier, own.number, own.departure) == ("EK", "600", "2026-11-23")
    assert (own.origin, own.destination) == ("DXB", "KHI")
    (item,) = own.items
    assert (item.hs_code, item.origin) == ("851713", "CN")
    assert (item.price, item.currency) == ("12500.00", "USD")


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (0, ("exporter", "GULF PHONES LLC", "DEIRA, DUBAI", "AE", "97141234567")),
        (1, ("consignee", "KARACHI MOBILE", "SADDAR, KARACHI", "PK", "92211234567")),
        (2, ("agent", "FAST CARGO", "DUBAI", "", "")),
    ],
)
def test_its_parties(place: int, expected: tuple[str, ...]) -> None:
    own = waybills(FWB)[0].parties[place]
    assert (own.role, own.name, own.address, own.country, own.phone) == expected


def test_what_no_field_takes_is_listed() -> None:
    (submission,) = read(FWB)
    assert [(own.segment, own.line) for own in submission.unmapped] == [("PPD", 25)]
    assert (submission.message_type, submission.version, submission.line) == ("FWB", "16", 3)
    assert FWB[submission.start : submission.end].startswith(b"FWB/16\n176-")


def test_house_waybills_of_one_message() -> None:
    first, second = waybills(FHL)
    assert (first.reference, first.kind) == ("HAWB001", "house_bill")
    assert first.master_reference == second.master_reference == "176-12345675"
    assert first.description == "PHONES USED WITHOUT BATTERIES"
    assert [item.hs_code for item in first.items] == ["851713", "850780"]
    assert first.items[0].price == "4289.68"
    assert [party.role for party in first.parties] == ["exporter", "consignee"]
    # Pounds are turned into kilograms.
    assert (second.packages, second.gross_kg[:7]) == ("2", "45.3592")
    assert second.description == "CABLES"


def test_several_messages_of_one_file_are_parts_of_their_own() -> None:
    data = FWB.replace(b"\n", b"\r\n") + FHL
    parts = read(data)
    assert [own.message_type for own in parts] == ["FWB", "FHL"]
    assert parts[0].end == parts[1].start
    assert data[parts[1].start :] == FHL
    assert [own.ordinal for own in parts] == [1, 2]


@pytest.mark.parametrize(
    ("data", "line", "cause"),
    [
        (b"FWB/16\nnothing\n", 1, "names no air waybill"),
        (b"FHL/4\nMBI/176-12345675DXBKHI/T12K340.5\nHBS//DXBKHI/1/K1/1/X\n", 3, "no number of a"),
        (b"FHL/4\nMBI/1\nHBS/H1/DXBKHI/1/K1/1/X\n", 2, "no number of an air waybill"),
        (FWB.replace(b"EK600", b"E"), 5, "The flight cannot be read"),
        (FWB.replace(b"21NOV26", b"31NOV26"), 26, "There is no such day"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(data: bytes, line: int, cause: str) -> None:
    told = [(own.line, own.cause) for part in read(data) for own in part.problems]
    assert any(own[0] == line and cause in own[1] for own in told), told


def test_a_message_without_a_waybill_is_fatal_and_the_others_go_on() -> None:
    assert [own.fatal for own in read(b"FWB/16\nX\n" + FHL)] == [True, False]


def test_a_flight_is_told_only_where_all_legs_have_one() -> None:
    (own,) = waybills(FWB.replace(b"RTG/KHIEK", b"RTG/MCTWY/KHIWY"))
    assert (own.carrier, own.route) == ("", ("DXB", "MCT", "KHI"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("176-12345675DXBKHI/T12K340.5", ("176-12345675", "12", "340.5")),
        ("17612345675DXBKHI/P3L10", ("176-12345675", "3", "4.53592370")),
        ("176-1234567DXBKHI/T1K1", None),
        ("", None),
    ],
)
def test_the_first_line_of_a_waybill(text: str, expected: Any) -> None:
    values = waybill_values(text)
    told = values and (values["reference"], values["packages"], values["gross_kg"])
    assert told == expected


@given(st.data())
def test_no_damage_raises_and_offsets_cover_the_messages(data: st.DataObject) -> None:
    lines = data.draw(st.lists(st.sampled_from((FWB + FHL).split(b"\n")), max_size=50))
    odd = data.draw(st.text(max_size=20)).encode("utf-8", "replace")
    whole = b"\n".join([b"FWB/16", *lines, odd])
    assert is_cargo_imp(whole)
    parts = read(whole)
    assert parts
    assert parts[-1].end == len(whole)
    count = whole.count(b"\n") + 1
    for part in parts:
        assert whole[part.start : part.end].lstrip(b" \t")[:4] in (b"FWB/", b"FHL/")
        assert all(1 <= own.line <= count for own in (*part.problems, *part.goods))
