"""Names compared word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.traveller import PersonName
from parakh.screen.comparison import Comparison, compare_names, cut_word
from parakh.screen.lexicon import name_tokens


def compared(one: str, other: str, cut: str = "") -> Comparison:
    ours, theirs = (name_tokens(PersonName(family="", given=text)) for text in (one, other))
    return compare_names(ours, theirs, lambda _: 3.0, cut=cut)


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [
        ("MUHAMMAD YOUSAF", "MOHD YUSUF", 0.95),
        ("YUSUF MUHAMMAD", "MUHAMMAD YUSUF", 1.0),
        ("SANAULLAH KHAN", "SANA ULLAH KHAN", 1.0),
        ("MANGALKHEL ZARGHUN", "ZARGHUN MANGAL KHEL", 0.95),
        ("HAJI ASAD KHAN ZARKARI", "ASAD KHAN ZARKARI", 1.0),
        ("ZARGHUN MANGALKHEL", "ZARGHUN WALI MANGALKHEL", 0.85),
        ("Z MANGALKHEL", "ZARGHUN MANGALKHEL", 0.85),
        ("СЕРГЕЙ МАНГАЛОВ", "SERGEY MANGALOV", 0.95),
        ("毛泽东", "MAO TSE TUNG", 0.85),
        ("آصف زرداری", "ASIF ZARDARI", 0.9),
    ],
)
def test_the_same_name(one: str, other: str, least: float) -> None:
    assert compared(one, other).alike >= least


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IMRAN KHAJA", "IMRAN KHATTAK"),
        ("TAHIR JALIL HABBUSH", "TAHIR JALIL TIKRITI"),
        ("KHAN", "BUTT"),
        ("HASAN ALI KHAN", "HUSSEIN ALI SHAH"),
    ],
)
def test_another_name(one: str, other: str) -> None:
    assert compared(one, other).alike < 0.8


def test_parts_say_what_met_what() -> None:
    found = compared("MOHD YUSUF ZARGHUN", "MUHAMMAD ZARGHUN BUTT")
    assert [(part.ours, part.theirs, part.met.rule) for part in found.parts] == [
        ("ZARGHUN", "ZARGHUN", "equal"),
        ("MOHD", "MUHAMMAD", "spelling"),
        ("YUSUF", "", "none"),
        ("", "BUTT", "none"),
    ]


def test_a_name_that_fills_the_machine_readable_zone_may_be_cut() -> None:
    name = PersonName(family="PAPANDROPOULOS", given="JONATHON ALEC STEPHANO")
    assert cut_word(name) == "STEPHANO"
    assert cut_word(PersonName(family="PAPANDROPOULOS", given="JONATHON")) == ""
    whole = ("JONATHON", "ALEC", "STEPHANOPULOS", "PAPANDROPOULOS")
    words = name_tokens(name)
    cut = compare_names(words, whole, lambda _: 3.0, cut="STEPHANO")
    assert "cut" in {part.met.rule for part in cut.parts}
    assert cut.alike > compare_names(words, whole, lambda _: 3.0).alike


WORDS = st.sampled_from(
    ["MUHAMMAD", "MOHD", "ALI", "ALY", "YUSUF", "YOUSAF", "KHAN", "ZARGHUN", "ZARGUN", "M", "BUTT",
     "MANGAL", "KHEL", "MANGALKHEL", "HASAN", "zrdary", "ZARDARI"]
)  # fmt: skip
NAMES = st.lists(WORDS, min_size=1, max_size=5, unique=True)


@given(NAMES, NAMES)
def test_it_does_not_matter_which_name_comes_first(one: list[str], other: list[str]) -> None:
    there = compare_names(one, other, lambda word: float(len(word)))
    back = compare_names(other, one, lambda word: float(len(word)))
    assert there.alike == pytest.approx(back.alike)
    assert there.rarity == pytest.approx(back.rarity)
    assert 0 <= there.alike <= 1 + 1e-9


@given(NAMES, NAMES)
def test_parts_add_up(one: list[str], other: list[str]) -> None:
    found = compare_names(one, other, lambda word: float(len(word)))
    if found.parts:
        assert sum(part.share for part in found.parts) == pytest.approx(1)
        added = sum(part.share * part.met.similarity for part in found.parts)
        assert max(0, added) == pytest.approx(found.alike)


@given(NAMES)
def test_a_name_is_like_itself(words: list[str]) -> None:
    assert compare_names(words, words, lambda word: float(len(word))).alike == pytest.approx(1)
