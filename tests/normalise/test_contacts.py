"""Telephone numbers, e-mail and postal addresses as messages write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.normalise.contacts import read_address, read_email, read_phone


@pytest.mark.parametrize(
    ("text", "home", "number"),
    [
        ("+92 300 1234567", "", "+923001234567"),
        ("M+923001234567", "", "+923001234567"),
        ("00923001234567", "", "+923001234567"),
        ("0300-1234567", "PAK", "+923001234567"),
        ("3001234567", "PK", "+923001234567"),
        ("923001234567", "PAK", "+923001234567"),
        ("KHI 92 21 1234567-H", "PAK", "+92211234567"),
        ("+44 (0)20 7946 0958", "", "+442079460958"),
        ("00971 4 555 1234", "PAK", "+97145551234"),
        ("TEL 021.1234567 EXT 5", "PAK", "+92211234567"),
        ("050 123 4567", "AE", "+971501234567"),
        ("+1 212 555 0100", "", "+12125550100"),
        ("+८", "", ""),
        ("0300-1234567", "", ""),
        ("0000000000", "PAK", ""),
        ("+923333333333", "", ""),
        ("1234", "PAK", ""),
        ("+999123456789", "", ""),
        ("+9230012345678901234", "", ""),
        ("SENT BY AGENT", "PAK", ""),
        ("", "PAK", ""),
    ],
)
def test_a_phone_number_in_international_form(text: str, home: str, number: str) -> None:
    assert read_phone(text, home) == number


@given(st.text(max_size=40), st.sampled_from(["", "PAK", "AE", "XX"]))
def test_a_phone_number_is_e164_or_nothing(text: str, home: str) -> None:
    number = read_phone(text, home)
    assert number == "" or (number[0] == "+" and number[1:].isascii() and number[1:].isdecimal())
    assert read_phone(number, home) == number


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("G.Noon@Example.COM", "g.noon@example.com"),
        ("MAILTO:A@B.CO", "a@b.co"),
        ("no address", ""),
        ("a@b", ""),
        ("@example.com", ""),
        (f"{'a' * 300}@example.com", ""),
    ],
)
def test_an_email_address_in_lower_case(text: str, address: str) -> None:
    assert read_email(text) == address


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("H.No 12, Khalid St.", "Dubai"), ("12 KHALID STREET DUBAI",)),
        (("Street 4, Sector F-8", "Islamabad"), ("F 8 SEC", "ISLAMABAD", "ST 4")),
        (("Flat 3, 18 Mall Rd", "Lahore", "54000"), ("18 MALL ROAD APT 3", "LAHORE 54000")),
    ],
)
def test_an_address_however_it_is_written(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert read_address(*one) == read_address(*other) != ""


@pytest.mark.parametrize("text", ["", "DUBAI", "DUBAI 12", "KHALID STREET DUBAI", "House No 5"])
def test_what_names_no_house_is_no_address(text: str) -> None:
    assert read_address(text) == ""
