"""Names in other scripts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.normalise.names import comparison_form
from parakh.normalise.scripts import latin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ALI KHAN", "ALI KHAN"),
        ("Сергей Лавров", "SERGEI LAVROV"),
        ("Жұмабек Қасымов", "ZHUMABEK QASYMOV"),
        ("Ελένη Παπαδοπούλου", "ELENI PAPADOPOULOU"),
        ("Գագիկ", "GAGIK"),
        ("გიორგი", "GIORGI"),
        ("آصف زرداری", "asf zrdary"),
        ("محمد بن سلمان", "mhmd bn slman"),
        ("דוד", "dwd"),
        ("王小明", "WANG XIAOMING"),
        ("欧阳娜娜", "OUYANG NANA"),
        ("弗拉基米尔·普京", "FULAJIMIER PUJING"),
        ("김영남", "KIM YEONGNAM"),
        ("ዐቢይ", "ዐቢይ"),
    ],
)
def test_latin(text: str, expected: str) -> None:
    assert latin(comparison_form(text)) == expected


@given(st.text(max_size=30))
def test_any_text_is_taken_and_nothing_changes_a_second_time(text: str) -> None:
    once = latin(comparison_form(text))
    assert latin(once) == once
