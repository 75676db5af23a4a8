"""Likeness of words, and the keys by which like words are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.screen.tokens import DIFFERENT, RULES, keys, similarity


@pytest.mark.parametrize(
    ("one", "other", "rule", "least"),
    [
        ("YUSUF", "YUSUF", "equal", 1.0),
        ("MOHD", "MUHAMMAD", "spelling", 0.95),
        ("SERHII", "SERGEY", "spelling", 0.95),
        ("GULZAR", "GULZAAR", "romanisation", 0.93),
        ("NOORZAI", "NURZAY", "romanisation", 0.93),
        ("QAHTANI", "ALQAHTANI", "joined", 0.93),
        ("LADEN", "BINLADEN", "joined", 0.93),
        ("ZIA", "ZIAUL", "joined", 0.93),
        ("HEKMATYAR", "HEKMATYER", "vowels", 0.9),
        ("LADEN", "LADIN", "vowels", 0.85),
        ("QADHAFI", "GADDAFI", "romanisation", 0.8),
        ("zrdary", "ZARDARI", "script", 0.9),
        ("ZEDONG", "TSETUNG", "chinese", 0.9),
        ("CHEUNG", "ZHANG", "chinese", 0.9),
        ("BILL", "WILLIAM", "nickname", 0.8),
        ("JUAN", "IVAN", "nickname", 0.8),
        ("M", "MUHAMMAD", "initial", 0.7),
        ("KAMRAN", "KAMARN", "vowels", 0.84),
        ("BRKIC", "BRMIC", "typing", 0.8),
        ("LUAKSHENKO", "LUKASHENKO", "typing", 0.9),
        ("SECH1N", "SECHIN", "typing", 0.9),
    ],
)
def test_words_that_are_alike(one: str, other: str, rule: str, least: float) -> None:
    met = similarity(one, other)
    assert met.rule == rule
    assert met.similarity >= least


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HASAN", "HUSSEIN"),
        ("JAMAL", "JAMIL"),
        ("IMRAN", "RIZWAN"),
        ("AZA", "ANA"),
        ("M", "ALI"),
        ("DULAIMI", "TIKRITI"),
        ("LINDENBERG", "LINDEMANN"),
        ("zrdary", "GILANI"),
    ],
)
def test_words_that_are_not(one: str, other: str) -> None:
    assert similarity(one, other) is DIFFERENT


WORDS = st.text("ABDEHIKLMORSUYZ", min_size=1, max_size=9)


@given(WORDS, WORDS)
def test_likeness_of_words_is_symmetric(one: str, other: str) -> None:
    met = similarity(one, other)
    assert met == similarity(other, one)
    assert 0 <= met.similarity <= 1
    assert met.rule in RULES


NAMES = st.sampled_from(
    ["ZARGHUN", "MANGALKHEL", "KAMRAN", "HEKMATYAR", "SHEVCHENKO", "LINDEMANN", "BARAKZAI",
     "TURGUT", "PAPADOPOULOS", "QAHTANI", "NKUNDA", "RODRIGUEZ", "WARRAICH", "DOSTUM",
     "GULBUDDIN", "SOOMRO"]
)  # fmt: skip


@given(NAMES, st.data())
def test_a_name_with_one_slip_is_found_if_it_is_alike(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    other = word[:place] + letter + word[place + data.draw(st.integers(0, 1)) :]
    if similarity(word, other).similarity >= 0.8:
        assert set(keys(word)) & set(keys(other))
