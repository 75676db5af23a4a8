import pytest

from parakh.errors import Unreadable
from parakh.normalise.hs_codes import CHAPTERS, check_tariff_code, tariff_code


def test_there_are_ninety_six_chapters_with_short_names() -> None:
    assert len(CHAPTERS) == 96
    assert "77" not in CHAPTERS
    assert sorted(CHAPTERS) == list(CHAPTERS)
    assert all(len(name) <= 45 for name in CHAPTERS.values())


@pytest.mark.parametrize("text", ["690721", "6907.21", "6907 21 00", "0106.11.00.10", "99010000"])
def test_codes_of_six_eight_and_ten_figures_are_right(text: str) -> None:
    check_tariff_code(text)


@pytest.mark.parametrize("text", ["", "6907", "69072", "6907211", "77010100", "00011100", "69A721"])
def test_other_codes_are_none(text: str) -> None:
    with pytest.raises(Unreadable):
        check_tariff_code(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("6907.21", "690721"), (" 69 07-21 ", "690721"), ("69a721", "69A721"), ("1" * 14, "1" * 10)],
)
def test_a_code_is_kept_without_signs(text: str, kept: str) -> None:
    assert tariff_code(text) == kept
