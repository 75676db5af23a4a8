from pathlib import Path

import pytest

from parakh.errors import Misconfigured, Unreadable
from parakh.normalise.plates import check_plate, plate, plate_forms


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("abc-123", "ABC123"),
        (" LEA 17 1234 ", "LEA171234"),
        ("", ""),
        ("-", ""),
        ("x" * 30, "X" * 20),
    ],
)
def test_a_plate_in_the_form_by_which_it_is_known(text: str, form: str) -> None:
    assert plate(text) == form


@pytest.mark.parametrize(
    ("value", "country"),
    [("ABC123", "PAK"), ("LEA171234", "PAK"), ("34AB1234", "TUR"), ("ÖZ99", "DEU"),
     ("ANYTHING1", "AFG"), ("1", None)],
)  # fmt: skip
def test_plates_that_their_country_gives(value: str, country: str | None) -> None:
    check_plate(value, country, plate_forms())


@pytest.mark.parametrize(("value", "country"), [("1", "PAK"), ("ABC", "TUR"), ("", None)])
def test_plates_that_no_country_gives(value: str, country: str | None) -> None:
    with pytest.raises(Unreadable):
        check_plate(value, country, plate_forms())


def test_a_file_of_ones_own_adds_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "plates.toml"
    path.write_text('AFG = ["[0-9]{5}"]\nPAK = ["X[0-9]"]\n')
    forms = plate_forms(path)
    check_plate("12345", "AFG", forms)
    check_plate("X1", "PAK", forms)
    check_plate("34AB1234", "TUR", forms)
    with pytest.raises(Unreadable, match="no plate of AFG"):
        check_plate("ANYTHING1", "AFG", forms)


@pytest.mark.parametrize("text", ["PAK = [", 'PAK = ["["]', "PAK = 1"])
def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plates.toml"
    path.write_text(text)
    with pytest.raises(Misconfigured, match="cannot be read"):
        plate_forms(path)
