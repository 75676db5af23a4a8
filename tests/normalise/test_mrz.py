from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.traveller import DocumentType, PersonName, Sex
from parakh.errors import Unreadable
from parakh.normalise.documents import check_digit
from parakh.normalise.mrz import MrzFormat, read_mrz

# The specimens of ICAO 9303 parts 4, 5, 6 and 7.
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD1 = (
    "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
)
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
MRV_A = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
MRV_B = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<"


@pytest.mark.parametrize(
    ("text", "form", "number", "nationality", "birth_date", "expiry", "optional"),
    [
        (TD3, MrzFormat.TD3, "L898902C3", "UTO", "740812", "120415", "ZE184226B"),
        (TD1, MrzFormat.TD1, "D23145890", "UTO", "740812", "120415", ""),
        (TD2, MrzFormat.TD2, "D23145890", "UTO", "740812", "120415", ""),
        (MRV_A, MrzFormat.MRV_A, "L8988901C", "XXX", "400907", "961210", "6ZE184226B"),
        (MRV_B, MrzFormat.MRV_B, "L8988901C", "XXX", "400907", "961210", ""),
    ],
)
def test_specimens(
    text: str,
    form: MrzFormat,
    number: str,
    nationality: str,
    birth_date: str,
    expiry: str,
    optional: str,
) -> None:
    mrz = read_mrz(text)
    assert mrz.problems == ()
    assert mrz.format is form
    assert mrz.issuer == "UTO"
    assert mrz.name == PersonName(family="ERIKSSON", given="ANNA MARIA")
    assert (mrz.number, mrz.nationality, mrz.sex) == (number, nationality, Sex.FEMALE)
    assert (mrz.birth_date, mrz.expiry, mrz.optional) == (birth_date, expiry, optional)
    assert not mrz.truncated
    assert read_mrz(text.replace("\n", "")) == mrz
    assert read_mrz(text.lower().replace("<", " <")) == mrz


def test_long_number_of_an_identity_card() -> None:
    mrz = read_mrz(
        "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<<<<<<<<<<<<<<"
    )
    assert mrz.number == "D23145890734"
    assert mrz.problems == ()


def test_document_of_a_zone() -> None:
    document = read_mrz(TD3).document(date(2026, 11, 22))
    assert (document.type, document.number, document.issuer, str(document.expiry)) == (
        DocumentType.PASSPORT,
        "L898902C3",
        "UTO",
        "2012-04-15",
    )


@pytest.mark.parametrize(
    ("text", "fields", "mended"),
    [
        (TD3.replace("L898902C3", "L8989O2C3"), ["number", "composite"], "L898902C3"),
        (TD3.replace("UTO7408122F", "UTO74O8122F"), ["birth_date", "composite"], "740812"),
        (TD3.replace("F1204159", "FI204159"), ["expiry", "composite"], "120415"),
        (TD3.replace("ZE184226B", "ZE184226A"), ["personal_number", "composite"], None),
        (TD3[:-1] + "1", ["composite"], None),
        (TD3.replace("ANNA", "ÄNNA"), ["characters"], None),
    ],
)
def test_problems_are_named(text: str, fields: list[str], mended: str | None) -> None:
    problems = read_mrz(text).problems
    assert [problem.field for problem in problems] == fields
    assert problems[0].mended == mended
    assert str(problems[0].cause)


def test_truncated_name() -> None:
    name = "P<UTONILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"
    assert read_mrz(name + TD3[44:]).truncated


@pytest.mark.parametrize("text", ["", "P<UTO", TD3[:-1], TD3 + "\n" + TD3, TD2 + "<", "hello"])
def test_other_texts_are_no_zone(text: str) -> None:
    with pytest.raises(Unreadable, match="machine readable zone"):
        read_mrz(text)


@dataclass(frozen=True)
class Zone:
    """A valid passport zone in the parts it was made of."""

    number: str
    birth_date: str
    expiry: str
    personal: str
    family: str
    given: str

    def text(self) -> str:
        first = f"P<PAK{self.family}<<{self.given}".ljust(44, "<")
        number = self.number.ljust(9, "<")
        number += check_digit(number)
        born = self.birth_date + check_digit(self.birth_date)
        until = self.expiry + check_digit(self.expiry)
        personal = self.personal.ljust(14, "<")
        personal += check_digit(personal)
        whole = check_digit(number + born + until + personal)
        return f"{first}\n{number}PAK{born}M{until}{personal}{whole}"


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SIGNS = LETTERS + "0123456789"
ZONES = st.builds(
    Zone,
    number=st.text(SIGNS, min_size=1, max_size=9),
    birth_date=st.dates().map(lambda day: day.strftime("%y%m%d")),
    expiry=st.dates().map(lambda day: day.strftime("%y%m%d")),
    personal=st.text(SIGNS, max_size=14),
    family=st.text(LETTERS, min_size=4, max_size=12),
    given=st.text("AEIOU", min_size=4, max_size=12),
)
CHECKED = [*range(45, 55), *range(58, 65), *range(66, 88)]


@given(ZONES)
def test_valid_zones_read_back(zone: Zone) -> None:
    mrz = read_mrz(zone.text())
    assert mrz.problems == ()
    assert (mrz.number, mrz.birth_date, mrz.expiry) == (zone.number, zone.birth_date, zone.expiry)
    assert mrz.optional == zone.personal
    assert mrz.issuer == mrz.nationality == "PAK"
    assert (mrz.name.family, mrz.name.given) == (zone.family, zone.given)


@given(ZONES, st.sampled_from(CHECKED), st.sampled_from(SIGNS + "<"))
def test_any_wrong_character_that_modulus_10_can_tell_is_noticed(
    zone: Zone, place: int, sign: str
) -> None:
    text = zone.text()
    if check_digit(text[place]) == check_digit(sign):
        return
    assert read_mrz(text[:place] + sign + text[place + 1 :]).problems


@given(st.text(max_size=100))
def test_any_text_is_a_zone_or_unreadable(text: str) -> None:
    with suppress(Unreadable):
        read_mrz(text)


@given(st.text(st.characters(categories=["Lu", "Nd", "Po"]), min_size=88, max_size=88))
def test_any_text_of_the_shape_is_read(text: str) -> None:
    with suppress(Unreadable):  # some letters have a capital of two letters
        assert read_mrz(text).format in (MrzFormat.TD3, MrzFormat.MRV_A)
