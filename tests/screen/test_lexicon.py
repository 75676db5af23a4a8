import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.traveller import PersonName
from parakh.normalise.names import skeleton
from parakh.screen.lexicon import COMMON, EQUIVALENT, name_tokens, standard


def words(text: str) -> tuple[str, ...]:
    return name_tokens(PersonName(family="", given=text))


@pytest.mark.parametrize(
    "spellings",
    [
        ["ABDUL REHMAN", "ABDULREHMAN", "ABDURREHMAN", "ABD UR REHMAN", "Abd-ur-Rehman"],
        ["SANA ULLAH", "SANAULLAH"],
        ["ABDULLAH", "ABD ULLAH", "ABDUL LAH"],
        ["SALAH UD DIN", "SALAHUDDIN", "SALAHUDIN"],
        ["SAUD BIN FAHD", "SA'UD FAHD", "SAUD IBN FAHD"],
        ["ABDULAZIZ", "ABDUL AZIZ", "ABD EL AZIZ"],
    ],
)
def test_spellings_of_the_same_words(spellings: list[str]) -> None:
    assert len({words(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MARTIN", ("MARTIN",)),
        ("NICOLA BELLA", ("NICOLA", "BELLA")),
        ("AL", ("AL",)),
        ("", ()),
        ("محمد خان", ("MUHAMMAD", "KHAN")),
    ],
)
def test_words(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MUKHTAR", "MOKHTAAR"),
        ("YUSUF", "YOUSAF"),
        ("QASIM", "KASSEM"),
        ("ZULFIQAR", "ZOLFEKAR"),
        ("IMRAN", "AMRAAN"),
    ],
)
def test_skeletons(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


def test_groups() -> None:
    assert standard("MOHD") == standard("محمد") == "MUHAMMAD"
    assert standard("GULAB") == "GULAB"
    assert all(standard(word) == word for word in EQUIVALENT.values())
    assert all(standard(word) == word for word in COMMON)


@given(st.text(max_size=30))
def test_case_does_not_matter(text: str) -> None:
    assert words(text.upper()) == words(text)
