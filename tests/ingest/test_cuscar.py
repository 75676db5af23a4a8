from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ingest.goods_samples import MANIFEST, edifact

from parakh.domain.message import Severity
from parakh.ingest.goods_records import DeclaredConsignment
from parakh.ingest.reader import read
from parakh.ingest.submission import Submission


def manifest(body: str = MANIFEST) -> Submission:
    (submission,) = read(edifact("CUSCAR", body))
    return submission


def bills(submission: Submission) -> list[DeclaredConsignment]:
    found = [own for own in submission.goods if isinstance(own, DeclaredConsignment)]
    assert len(found) == len(submission.goods)
    return found


def causes(submission: Submission) -> list[tuple[int, str, str]]:
    return [(own.line, own.segment, own.cause) for own in submission.problems]


@pytest.mark.parametrize(
    ("take", "expected"),
    [
        (lambda own: own.reference, "TSTL1234567"),
        (lambda own: own.kind, "master_bill"),
        (lambda own: (own.mode, own.carrier, own.number), ("sea", "TSTL", "0915E")),
        (lambda own: (own.origin, own.destination), ("AEJEA", "PKKHI")),
        (lambda own: (own.departure, own.arrival), ("202611180600", "202611231400")),
        (
            lambda own: (own.conveyance_kind, own.conveyance, own.conveyance_name),
            ("vessel", "9074729", "TEST SHIP"),
        ),
        (lambda own: own.conveyance_country, "PA"),
        (lambda own: (own.loading_port, own.discharge_port), ("AEJEA", "PKKHI")),
        (lambda own: own.route, ("CNSHA", "AEJEA", "PKKHI")),
        (lambda own: [party.role for party in own.parties], ["exporter", "consignee", "carrier"]),
        (lambda own: own.parties[0].address, "12 HARBOUR ROAD, SHANGHAI"),
        (
            lambda own: (own.parties[1].identifier, own.parties[1].phone),
            ("1234567-8", "0092211234"),
        ),
        (lambda own: own.parties[1].email, "a@example.org"),
        (lambda own: own.items[0].description, "CERAMIC TILES GLAZED"),
        (lambda own: (own.items[0].hs_code, own.items[0].packages), ("690721", "240")),
        (lambda own: (own.items[0].gross_kg, own.items[0].price), ("18400", "5000")),
        (lambda own: own.items[0].currency, "USD"),
        (lambda own: own.containers[0].number, "CSQU3054383"),
        (lambda own: (own.containers[0].type, own.containers[0].seal), ("22G1", "S12345")),
        (lambda own: (own.containers[0].gross_kg, own.containers[0].empty), ("21400", "no")),
        (lambda own: own.containers[0].shared, "yes"),
    ],
)
def test_a_bill_is_read(take: Callable[[DeclaredConsignment], Any], expected: Any) -> None:
    assert take(bills(manifest())[0]) == expected


def test_a_house_bill_knows_its_master_and_is_read_however_its_sender_writes() -> None:
    house = bills(manifest())[1]
    assert (house.reference, house.kind) == ("HOUSE0001", "house_bill")
    assert house.master_reference == "TSTL1234567"
    # A whole name and address in C058, a mass in tonnes with a comma and without 6313.
    assert (house.parties[0].name, house.parties[0].address) == ("KARIM BROTHERS", "SHOP 4, LAHORE")
    assert float(house.items[0].gross_kg) == 1200


def test_what_no_field_takes_is_listed_with_its_place() -> None:
    submission = manifest()
    (own,) = submission.unmapped
    assert (own.segment, own.line, own.column) == ("PCI", 30, 1)
    assert submission.problems == ()
    assert not submission.fatal


@pytest.mark.parametrize(
    ("references", "header", "expected"),
    [
        ("RFF+BM:B1", "", ("B1", "master_bill", "")),
        ("RFF+MB:M1", "", ("M1", "master_bill", "")),
        ("RFF+BM:B1\nRFF+MB:M1", "", ("B1", "house_bill", "M1")),
        ("RFF+BM:B1\nRFF+MB:B1", "", ("B1", "master_bill", "")),
        ("RFF+AWB:176-12345675", "", ("176-12345675", "air_waybill", "")),
        ("RFF+HWB:H1\nRFF+MWB:176-12345675", "", ("H1", "house_bill", "176-12345675")),
        ("RFF+BM:B1", "RFF+MB:M1", ("B1", "house_bill", "M1")),
        ("RFF+HWB:H1", "RFF+AWB:176-12345675", ("H1", "house_bill", "176-12345675")),
    ],
)
def test_which_number_a_bill_has(
    references: str, header: str, expected: tuple[str, str, str]
) -> None:
    body = f"BGM+85+1+9\n{header}\nTDT+20+1+1\nLOC+60+PKKHI\nCNI+1\n{references}"
    (own,) = bills(manifest(body))
    assert (own.reference, own.kind, own.master_reference) == expected


def test_a_bill_may_be_named_by_its_cni_alone() -> None:
    (own,) = bills(manifest("BGM+85+1+9\nTDT+20+1+1\nLOC+60+PKKHI\nCNI+1+B77"))
    assert own.reference == "B77"


@pytest.mark.parametrize(
    ("body", "line", "cause"),
    [
        ("BGM+85+1+9\nCNI+1\nGID+1+2", 5, "has no number"),
        ("BGM+85+1+9\nGID+1+2\nCNI+1\nRFF+BM:B1", 4 + 1, "GID stands before any CNI"),
        ("BGM+85+1+9\nCNT+11:7\nCNI+1\nRFF+BM:B1\nGID+1+5", 5, "the bills have 5"),
        ("BGM+85+1+9\nCNI+1\nRFF+BM:B1\nGID+1\nMEA+AAE+G+KGM:1O0", 8, "The mass is no number"),
        ("BGM+85+1+9\nCNI+1\nRFF+BM:B1\nMOA+40:5\nGID+1\nGID+2", 5, "cannot be given to one"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(body: str, line: int, cause: str) -> None:
    told = causes(manifest(body))
    assert any(own[0] == line and cause in own[2] for own in told), told


def test_a_bill_without_a_number_is_left_out_and_the_others_go_on() -> None:
    submission = manifest("BGM+85+1+9\nCNI+1\nGID+1\nCNI+2\nRFF+BM:B2")
    assert [own.reference for own in bills(submission)] == ["B2"]
    assert not submission.fatal


@pytest.mark.parametrize(
    ("body", "cut", "cause"),
    [
        ("CNI+1\nRFF+BM:B1", False, "There is no BGM"),
        ("BGM+85+1+9\nCNI+1\nCNI+2", False, "No bill of the manifest has a number"),
        ("BGM+85+1+9\nCNI+1\nRFF+BM:B1", True, "bills may be missing"),
    ],
)
def test_a_manifest_that_cannot_be_trusted_is_fatal(body: str, cut: bool, cause: str) -> None:
    data = edifact("CUSCAR", body)
    if cut:
        data = data[: data.index(b"UNT+")]
    (submission,) = read(data)
    assert submission.fatal
    assert any(cause in own[2] for own in causes(submission))


@pytest.mark.parametrize(
    ("function", "action"), [("9", "add"), ("2", "add"), ("4", "replace"), ("5", "replace"),
                             ("1", "cancel"), ("3", "cancel")],
)  # fmt: skip
def test_a_message_says_what_to_do(function: str, action: str) -> None:
    (own,) = bills(manifest(f"BGM+85+1+{function}\nCNI+1\nRFF+BM:B1"))
    assert own.action == action


def test_a_flight_and_a_time_apart_from_its_date() -> None:
    body = """BGM+85+1+9
    TDT+20+EK600+4
    LOC+125+DXB
    DTM+136:20261123:102
    DTM+136:0210:401
    LOC+87+KHI
    CNI+1
    RFF+AWB:176-12345675"""
    (own,) = bills(manifest(body))
    assert (own.mode, own.carrier, own.number) == ("air", "EK", "600")
    assert own.departure == "202611230210"


@given(st.data())
def test_no_damage_raises_and_places_stay_within_the_file(data: st.DataObject) -> None:
    lines = [line for line in MANIFEST.strip().splitlines() if line]
    kept = data.draw(st.lists(st.sampled_from(lines), max_size=60))
    odd = data.draw(st.text(st.characters(codec="ascii", exclude_characters="\x00'"), max_size=30))
    body = "\n".join([*kept, odd])
    whole = edifact("CUSCAR", body)
    count = whole.count(b"\n") + 1
    for submission in read(whole):
        assert all(1 <= own.line <= count and own.column >= 1 for own in submission.problems)
        assert all(1 <= own.line <= count for own in submission.goods)
        wrong = [own for own in submission.problems if own.severity is Severity.ERROR]
        assert not submission.fatal or wrong
