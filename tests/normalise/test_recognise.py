import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.normalise.recognise import Reading, Sought, recognise

ZONE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
"""The specimen of ICAO 9303-4, appendix B."""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ""),
        ("   ", ""),
        ("Mohd. Akhtar Khan", "name:MOHD. AKHTAR KHAN"),
        ("محمد علی", "name:محمد علی"),
        ("CSQU3054383", "container:CSQU3054383"),
        ("csqu 305438-3", "container:CSQU3054383"),
        ("020-12345675", "waybill:02012345675 number:02012345675 phone:020-12345675"),
        ("020-12345674", "number:02012345674 phone:020-12345674"),
        ("pk 304", "flight:PK304 number:PK304"),
        ("PK0304/2026-11-22", "flight:PK304/2026-11-22 number:PK030420261122"),
        ("PK304", "flight:PK304 number:PK304 locator:PK304"),
        ("2026-000012", "case:2026-000012"),
        ("case 2026-000012", "case:2026-000012"),
        ("imo 9074729", "imo:9074729"),
        ("9074729", "imo:9074729 number:9074729 locator:9074729 phone:9074729"),
        ("IMO 9074728", "number:IMO9074728"),
        ("PA1000030", "number:PA1000030"),
        ("QX7T2M", "number:QX7T2M locator:QX7T2M name:QX7T2M"),
        ("KHANAM", "locator:KHANAM name:KHANAM"),
        ("ab-1234", "flight:AB1234 number:AB1234"),
        ("Gulab.Noon@Example.ORG", "email:gulab.noon@example.org"),
        ("+92 300 1234567", "phone:+923001234567"),
        ("0300-1234567", "number:03001234567 phone:0300-1234567"),
        ("00000000", ""),
        (ZONE, "number:L898902C3 name:ANNA MARIA ERIKSSON"),
        (ZONE.replace("\n", ""), "number:L898902C3 name:ANNA MARIA ERIKSSON"),
        (ZONE.split("\n")[1], "number:L898902C3"),
        (ZONE.split("\n", maxsplit=1)[0], "name:ANNA MARIA ERIKSSON"),
        ("I<UTOD231458907<<<<<<<<<<<<<<<", "number:D23145890"),
        ("<<<<", ""),
    ],
)
def test_a_text_is_known_for_what_it_may_be(text: str, found: str) -> None:
    told = " ".join(f"{own.kind}:{own.value}" for own in recognise(text))
    assert told == found


@given(st.text(max_size=300))
def test_any_text_may_be_typed(text: str) -> None:
    found = recognise(text)
    assert len(set(found)) == len(found)
    assert all(own.value for own in found)


@given(st.from_regex(r"[A-Z]{2}[0-9]{7}", fullmatch=True))
def test_a_document_number_is_found_with_any_signs_in_it(number: str) -> None:
    for text in (
        number,
        f"{number[:2]} {number[2:]}",
        number.lower(),
        f"{number[:5]}-{number[5:]}",
    ):
        kinds = {own.kind: own.value for own in recognise(text)}
        if len(set(number)) > 1:
            assert kinds.get(Sought.NUMBER) == number


def test_a_reading_is_what_it_says() -> None:
    assert recognise("PA1000030") == (Reading(kind=Sought.NUMBER, value="PA1000030"),)
