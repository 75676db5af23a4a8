import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.watchlist import IdentifierKind
from parakh.errors import Unreadable
from parakh.normalise.identifiers import read_identifier

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
