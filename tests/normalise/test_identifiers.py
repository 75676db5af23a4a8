import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.watchlist import IdentifierKind
from parakh.errors import Unreadable
from parakh.normalise.identifiers import read_air_waybill, read_identifier

K = IdentifierKind


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (K.IMO, "IMO 9074729", "9074729"),
        (K.IMO, "9074729", "9074729"),
        (K.MMSI, "123 456 789", "123456789"),
        (K.CALL_SIGN, "epae3", "EPAE3"),
        (K.AIRCRAFT_REGISTRATION, "EP-ZZZ", "EPZZZ"),
        (K.PLATE, "lea-12 345", "LEA12345"),
        (K.CHASSIS, "IM8GDM9AXKPO4278Q", "1M8GDM9AXKP042780"),
        (K.TAX, "800146749-7", "8001467497"),
    ],
)
def test_numbers(kind: IdentifierKind, text: str, value: str) -> None:
    assert read_identifier(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (K.IMO, "9074728"),
        (K.IMO, "IMO 15411"),
        (K.MMSI, "12345678"),
        (K.CHASSIS, "AB1"),
        (K.CHASSIS, "Ж" * 17),
        (K.PLATE, "--"),
        (K.TAX, "9" * 81),
    ],
)
def test_what_can_be_no_number(kind: IdentifierKind, text: str) -> None:
    with pytest.raises(Unreadable):
        read_identifier(kind, text)


@given(st.sampled_from(K), st.text(max_size=30))
def test_a_number_stays_as_it_is(kind: IdentifierKind, text: str) -> None:
    try:
        value = read_identifier(kind, text)
    except Unreadable:
        return
    assert read_identifier(kind, value) == value


@pytest.mark.parametrize("text", ["176-12345675", "17612345675", " 083-0000 0000", "125-10000001"])
def test_air_waybills_have_a_check_digit_modulus_seven(text: str) -> None:
    value = read_air_waybill(text)
    assert len(value) == 11
    assert int(value[3:10]) % 7 == int(value[10])


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("176-12345671", "check digit"),
        ("176-1234567", "eleven digits"),
        ("", "eleven"),
        ("ABC-12345675", "eleven"),
    ],
)
def test_other_numbers_are_no_air_waybills(text: str, cause: str) -> None:
    with pytest.raises(Unreadable, match=cause):
        read_air_waybill(text)


@given(st.integers(0, 999), st.integers(0, 9_999_999))
def test_every_serial_number_has_one_check_digit(airline: int, serial: int) -> None:
    right = [digit for digit in range(10) if _is_waybill(f"{airline:03}{serial:07}{digit}")]
    assert right == [serial % 7]


def _is_waybill(text: str) -> bool:
    try:
        read_air_waybill(text)
    except Unreadable:
        return False
    return True
