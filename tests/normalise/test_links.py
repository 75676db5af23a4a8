"""By what a record links its traveller."""

from dataclasses import replace

import pytest

from parakh.domain.link import LinkKind
from parakh.ingest.records import (
    DeclaredAddress,
    DeclaredAgency,
    DeclaredBooking,
    DeclaredCheckIn,
    DeclaredContact,
    DeclaredDocument,
    DeclaredPayment,
    DeclaredSegment,
    DeclaredTraveller,
)
from parakh.normalise.links import ends_of

PLAIN = DeclaredTraveller(line=3, role="passenger", family_name="NOON", given_names="GULAB")
HOME = DeclaredAddress(street="12 Khalid St", city="Dubai", line=8)


def ends(
    declared: DeclaredTraveller = PLAIN,
    booking: DeclaredBooking | None = None,
    voyage_id: str = "v",
    carrier: str = "PK",
) -> list[tuple[str, str]]:
    found = ends_of(declared, booking, voyage_id=voyage_id, carrier=carrier, home="PAK")
    return [(own.kind.value, own.value) for own in found]


def document(number: str) -> DeclaredDocument:
    return DeclaredDocument(type="P", number=number, issuer="PAK")


def booked(**values: object) -> DeclaredBooking:
    return replace(DeclaredBooking(line=1), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        ({"documents": (document("PA-100 0001"),)}, [("document", "PA1000001")]),
        ({"documents": (document("12345"),)}, []),
        ({"documents": (document("00000000"),)}, []),
        ({"booking_reference": "abc123"}, [("booking", "v|ABC123")]),
        ({"unique_reference": "00F2 9931"}, [("reference", "unique_reference|PK|00F29931")]),
        ({"unique_reference": "12"}, []),
        (
            {"contacts": (DeclaredContact(kind="phone", value="0300 1234567"),)},
            [("phone", "+923001234567")],
        ),
        (
            {"contacts": (DeclaredContact(kind="other", value="noon@example.com"),)},
            [("email", "noon@example.com")],
        ),
        ({"addresses": (HOME,)}, [("address", "12 DUBAI KHALID STREET")]),
        (
            {"addresses": (HOME,), "father_name": "Noon, Ali"},
            [("address", "12 DUBAI KHALID STREET"), ("family", "ALI NOON|12 DUBAI KHALID STREET")],
        ),
        ({"father_name": "Ali"}, []),
    ],
)
def test_what_a_record_tells(declared: dict[str, object], found: list[tuple[str, str]]) -> None:
    assert ends(replace(PLAIN, **declared)) == found  # type: ignore[arg-type]


def test_without_a_voyage_a_locator_and_a_reference_link_nobody() -> None:
    declared = replace(PLAIN, booking_reference="ABC123", unique_reference="00F29931")
    assert ends(declared, voyage_id="", carrier="") == []


def test_what_stands_in_the_booking_is_everybodys_unless_it_names_somebody() -> None:
    booking = booked(
        contacts=(
            DeclaredContact(kind="phone", value="+97145551234"),
            DeclaredContact(kind="phone", value="+97145551299", traveller="2"),
        ),
        addresses=(HOME,),
        payments=(
            DeclaredPayment(kind="CC", line=9, account="411111XXXXXX1234", token="a" * 64),
            DeclaredPayment(kind="CC", line=9, account="X", token="b" * 64, traveller="2"),
        ),
    )
    shared = [("phone", "+97145551234"), ("address", "12 DUBAI KHALID STREET")]
    assert ends(replace(PLAIN, reference="1"), booking) == [*shared, ("payment", "a" * 64)]
    second = ends(replace(PLAIN, reference="2"), booking)
    assert ("phone", "+97145551299") in second
    assert ("payment", "b" * 64) in second


@pytest.mark.parametrize(
    ("payment", "found"),
    [
        ({"token": "f00"}, "f00"),
        ({"account": "411111XXXXXX1234", "expiry": "0728"}, "VI|411111XXXXXX1234|0728"),
        ({"account": "411111XXXXXX1234"}, None),
        ({"account": "XXXXXXXXXXXX1234", "expiry": "0728"}, None),
    ],
)
def test_a_card_is_known_by_its_token_or_by_its_bank_and_end(
    payment: dict[str, str], found: str | None
) -> None:
    own = DeclaredPayment(kind="CC", line=9, vendor="VI", **payment)  # type: ignore[arg-type]
    assert ends(booking=booked(payments=(own,))) == ([("payment", found)] if found else [])


def test_a_sponsor_is_reached_too() -> None:
    own = DeclaredPayment(
        kind="CC", line=9, payer_phone="00971 4 555 1234", payer_address="12 KHALID ST DUBAI"
    )
    assert ends(booking=booked(payments=(own,))) == [
        ("phone", "+97145551234"),
        ("address", "12 DUBAI KHALID STREET"),
    ]


def test_who_checked_in_side_by_side_shares_a_place() -> None:
    def of(sequence: str) -> set[tuple[str, str]]:
        leg = DeclaredSegment(
            line=1,
            carrier="PK",
            number="0214",
            departure="2611221825",
            check_ins=(DeclaredCheckIn(traveller="1", line=4, sequence=sequence),),
        )
        return set(ends(replace(PLAIN, reference="1"), booked(itinerary=(leg,))))

    assert of("41") & of("42") == {("co_travel", "PK|214|261122|41")}
    assert not of("41") & of("43")
    assert of("") == of("A7") == set()


@pytest.mark.parametrize(
    ("agency", "found"),
    [
        (DeclaredAgency(agency="12345678", office="DXB001", type="T"), "12345678|DXB001"),
        (DeclaredAgency(company="1A", office="DXB001", location="DXB"), "1A|DXB001|DXB"),
        (DeclaredAgency(agency="12345678", type="A"), None),
        (DeclaredAgency(location="DXB"), None),
    ],
)
def test_an_agency_is_one_unless_it_is_the_airline(
    agency: DeclaredAgency, found: str | None
) -> None:
    assert ends(booking=booked(agency=agency)) == ([("agency", found)] if found else [])


def test_a_number_without_a_country_is_taken_to_lie_in_the_agencys() -> None:
    agency = DeclaredAgency(agency="12345678", office="1", type="T", country="AE")
    contact = DeclaredContact(kind="phone", value="050 123 4567")
    found = ends(booking=booked(agency=agency, contacts=(contact,)))
    assert ("phone", "+971501234567") in found


def test_each_value_is_told_once_with_its_place() -> None:
    contacts = tuple(
        DeclaredContact(kind="phone", value=value, line=line)
        for line, value in ((5, "+92 300 1234567"), (6, "00923001234567"))
    )
    (own,) = ends_of(replace(PLAIN, contacts=contacts), None, voyage_id="", carrier="", home="")
    assert (own.kind, own.told, own.line) == (LinkKind.PHONE, "+92 300 1234567", 5)
