"""Chinese names in Latin letters."""

import pytest

from parakh.screen.romanised import chinese_readings


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ZEDONG", "TSETUNG"),
        ("XIAOPING", "HSIAOPING"),
        ("ZHANG", "CHEUNG"),
        ("CHEN", "TAN"),
        ("QIAN", "CHIEN"),
        ("XUE", "HSUEH"),
        ("JIANGUO", "CHIENKUO"),
    ],
)
def test_ways_to_write_one_reading(one: str, other: str) -> None:
    assert chinese_readings(one) & chinese_readings(other)


@pytest.mark.parametrize(("one", "other"), [("WANG", "ZHANG"), ("XIAOPING", "XIAOMING")])
def test_other_readings(one: str, other: str) -> None:
    assert chinese_readings(one)
    assert not chinese_readings(one) & chinese_readings(other)


@pytest.mark.parametrize("word", ["", "A", "KHAN", "ZARDARI", "SCHMIDT", "zrdary", "X" * 40])
def test_words_that_are_no_chinese(word: str) -> None:
    assert chinese_readings(word) == frozenset()
