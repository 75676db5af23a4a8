from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.dates import PartialDate
from parakh.domain.hit import Agreement
from parakh.domain.traveller import PersonName, Sex, Traveller, TravellerRole
from parakh.domain.watchlist import (
    EntryKind,
    EntryState,
    Handling,
    Watchlist,
    WatchlistEntry,
)
from parakh.screen.lexicon import EQUIVALENT, name_tokens
from parakh.screen.names import (
    THRESHOLD,
    ListedPerson,
    Match,
    compare_birth_dates,
    match,
)
from parakh.screen.retrieval import NameIndex

WATCHLIST = Watchlist(
    id="w", name="Wanted", source="police", legal_basis="law", handling=Handling.INFORM
)
TRAVELLER = Traveller(
    id="t", voyage_id="v", role=TravellerRole.PASSENGER, name=PersonName(family="", given="")
)
ENTRY = WatchlistEntry(
    id="e", watchlist_id="w", kind=EntryKind.PERSON, names=(), state=EntryState.APPROVED
)


def person(text: str) -> PersonName:
    given_names, _, family = text.rpartition(" ")
    return PersonName(family=family, given=given_names)


def compared(traveller: Traveller, entry: WatchlistEntry) -> Match | None:
    words = tuple(name_tokens(name) for name in (*entry.names, *entry.weak_names))
    index = NameIndex()
    index.put(0, words, entry.birth_dates)
    listed = ListedPerson(entry=entry, watchlist=WATCHLIST, words=words)
    return match(traveller, name_tokens(traveller.name), listed, index.rarity)


def score(ours: str, theirs: str, ours_born: str = "", theirs_born: str = "", **more: str) -> float:
    """Score of two persons; `more` holds nationality and sex of either (ours_sex, ...)."""
    found = compared(
        replace(
            TRAVELLER,
            name=person(ours),
            birth_date=PartialDate.parse(ours_born) if ours_born else None,
            nationality=more.get("ours_nationality"),
            sex=Sex(more["ours_sex"]) if "ours_sex" in more else None,
        ),
        replace(
            ENTRY,
            names=(person(theirs),),
            birth_dates=(PartialDate.parse(theirs_born),) if theirs_born else (),
            nationalities=(more["theirs_nationality"],) if "theirs_nationality" in more else (),
            sex=Sex(more["theirs_sex"]) if "theirs_sex" in more else None,
        ),
    )
    return found.score if found else 0.0


NAME = "ZARGHUN MANGALKHEL"
COMMON_NAME = "MUHAMMAD ALI"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (NAME, NAME),
        (NAME, "MANGALKHEL ZARGHUN"),
        (NAME, "ZARGHOON MANGAL KHEL"),
        (NAME, "ZARGUN MANGALKHIL"),
        ("MOHD YUSUF", "MUHAMMAD YOUSAF"),
        ("MUHAMMAD YUSUF", "MUHAMMAD YUSUF KHAN"),
        ("SANA ULLAH", "SANAULLAH"),
        ("ABDURREHMAN GILANI", "ABDUL RAHMAN JILANI"),
        (COMMON_NAME, "MD ALI"),
        ("احمد خان", "AHMED KHAN"),
    ],
)
def test_another_spelling_with_the_same_birth_date_is_a_hit(ours: str, theirs: str) -> None:
    assert score(ours, theirs, "1980-03-15", "1980-03-15") >= THRESHOLD


@pytest.mark.parametrize(
    ("ours_born", "theirs_born"),
    [("", ""), ("1980-03-15", ""), ("1980-03-15", "1971-09-02"), ("1980-03-15", "1980"),
     ("1980-03-15", "1983-04-19")],
)  # fmt: skip
def test_a_common_name_alone_is_no_hit(ours_born: str, theirs_born: str) -> None:
    more = {"ours_nationality": "PAK", "theirs_nationality": "PAK", "ours_sex": "M"}
    found = score(COMMON_NAME, COMMON_NAME, ours_born, theirs_born, theirs_sex="M", **more)
    assert found < THRESHOLD


def test_a_rare_name_alone_is_a_hit_unless_the_birth_date_differs() -> None:
    assert score(NAME, NAME, ours_nationality="AFG", theirs_nationality="AFG") >= THRESHOLD
    assert score(NAME, NAME, "1980-03-15", "1950-07-21") < THRESHOLD


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("IMRAN BUTT", "RIZWAN BUTT"), ("ALI KHAN", "ZARGHUN KHAN"), ("YUSUF BAIG", "YUSUF KHAN")],
)
def test_other_people_with_the_same_birth_date_are_no_hit(ours: str, theirs: str) -> None:
    more = {"ours_nationality": "PAK", "theirs_nationality": "PAK"}
    assert score(ours, theirs, "1980-03-15", "1980-03-15", **more) < THRESHOLD


@pytest.mark.parametrize(
    ("ours", "theirs", "relation"),
    [
        ("1980-03-15", ["1980-03-15"], "equal"),
        ("1980-03-15", ["1970-01-02", "1980-03-15"], "equal"),
        ("1980-03-12", ["1980-12-03"], "swapped"),
        ("1980-03-15", ["1980-03-16"], "digit"),
        ("1980-03-15", ["1930-03-15"], "digit"),
        ("1980-03-15", ["1980"], "equal_year"),
        ("1980", ["1980-03-15"], "equal_year"),
        ("1980-03-15", ["1980-03"], "equal_month"),
        ("1980-03-15", ["1980-04"], "differs"),
        ("1980-01-01", ["1980-01-01"], "new_year"),
        ("1980-01-01", ["1980-05-07"], "equal_year"),
        ("1980-03-15", ["1981"], "differs"),
        ("1980-03-15", ["1981-07-22"], "differs"),
        ("1980-03-15", [], "unknown"),
    ],
)
def test_birth_dates(ours: str, theirs: list[str], relation: str) -> None:
    listed = [PartialDate.parse(text) for text in theirs]
    assert compare_birth_dates(PartialDate.parse(ours), listed) == f"birth_date.{relation}"


def test_evidence_adds_up_and_every_item_has_a_note() -> None:
    found = compared(
        replace(
            TRAVELLER,
            name=person("MOHD YUSUF"),
            birth_date=PartialDate.parse("1980-03-15"),
            nationality="PAK",
            sex=Sex.MALE,
        ),
        replace(
            ENTRY,
            names=(person("SOMEBODY ELSE"), person("MUHAMMAD YOUSAF")),
            birth_dates=(PartialDate.parse("1980-03-15"),),
            nationalities=("AFG",),
        ),
    )
    assert found is not None
    assert found.score == pytest.approx(sum(item.weight for item in found.evidence))
    assert [
        (item.ours, item.theirs, item.agreement)
        for item in found.evidence
        if item.attribute == "name.word"
    ] == [
        ("MOHD", "MUHAMMAD", Agreement.SIMILAR),
        ("YUSUF", "YOUSAF", Agreement.SIMILAR),
    ]
    rest = [item for item in found.evidence if item.attribute != "name.word"]
    assert {item.attribute: item.agreement for item in rest} == {
        "name": Agreement.SIMILAR,
        "name_rarity": Agreement.SIMILAR,
        "birth_date": Agreement.AGREES,
        "nationality": Agreement.DIFFERS,
        "sex": Agreement.UNKNOWN,
    }
    assert found.evidence[0].theirs == "YOUSAF, MUHAMMAD"
    assert all(str(item.note) for item in found.evidence)
    assert str(found.sentence) == (
        "YUSUF, MOHD resembles YOUSAF, MUHAMMAD on the list Wanted and has the same birth date"
    )


WORDS = st.sampled_from(
    ["MUHAMMAD", "MOHD", "ALI", "ALY", "YUSUF", "YOUSAF", "KHAN", "ZARGHUN", "ZARGUN", "M", "BUTT"]
)
NAMES = st.lists(WORDS, min_size=1, max_size=4)
DATES = st.dates().map(lambda day: str(PartialDate.of(day))) | st.sampled_from(["", "1980"])


@given(NAMES, NAMES, DATES, DATES)
def test_case_and_accents_do_not_matter(
    one: list[str], other: list[str], born: str, listed: str
) -> None:
    ours, theirs = " ".join(one), " ".join(other)
    plain = score(ours, theirs, born, listed)
    assert score(ours.lower().replace("a", "á"), theirs, born, listed) == plain


@given(NAMES, NAMES, st.dates().map(PartialDate.of), st.sampled_from(["M", "F"]))
def test_evidence_that_agrees_never_lowers_a_score(
    one: list[str], other: list[str], born: PartialDate, sex: str
) -> None:
    ours, theirs = " ".join(one), " ".join(other)
    steps = [
        score(ours, theirs),
        score(ours, theirs, str(born), str(born)),
        score(ours, theirs, str(born), str(born), ours_sex=sex, theirs_sex=sex),
        score(
            ours, theirs, str(born), str(born), ours_sex=sex, theirs_sex=sex,
            ours_nationality="PAK", theirs_nationality="PAK",
        ),
    ]  # fmt: skip
    assert steps == sorted(steps)


@given(NAMES)
def test_a_word_said_twice_never_raises_a_score(words: list[str]) -> None:
    text = " ".join(words)
    assert score(f"{text} {words[0]}", "MUHAMMAD KHAN") <= score(text, "MUHAMMAD KHAN") + 1e-9


IN_ARABIC = st.sampled_from(sorted(word for word in EQUIVALENT if not word.isascii()))


@given(st.lists(IN_ARABIC, min_size=1, max_size=3, unique=True), NAMES)
def test_the_script_of_known_names_does_not_matter(words: list[str], listed: list[str]) -> None:
    latin = " ".join(EQUIVALENT[word] for word in words)
    other = " ".join(listed)
    assert score(" ".join(words), other) == score(latin, other)
    assert score(other, " ".join(words)) == score(other, latin)


CYRILLIC = str.maketrans("ABVGDEZIKLMNOPRSTUF", "АБВГДЕЗИКЛМНОПРСТУФ")


@given(st.lists(st.text("ABVGDEZIKLMNOPRSTUF", min_size=3, max_size=9), min_size=1, max_size=3))
def test_a_name_written_letter_by_letter_in_cyrillic_is_the_same(words: list[str]) -> None:
    text = " ".join(words)
    assert score(text.translate(CYRILLIC), text) == score(text, text)


def test_words_of_another_script_are_shown_as_they_stand() -> None:
    found = compared(
        replace(TRAVELLER, name=person("محمد زرغون")),
        replace(ENTRY, names=(person("MUHAMMAD ZARGHUN"),)),
    )
    assert found is not None
    words = [item.ours for item in found.evidence if item.attribute == "name.word"]
    assert words == ["MUHAMMAD (محمد)", "zrghwn (زرغون)"]


def test_a_weak_alias_is_called_so() -> None:
    entry = replace(ENTRY, names=(person("SOMEBODY ELSE"),), weak_names=(person(NAME),))
    found = compared(replace(TRAVELLER, name=person(NAME)), entry)
    assert found is not None
    assert "weak alias" in str(found.sentence)
    assert "weak_alias" in {item.attribute for item in found.evidence}
    assert found.score < THRESHOLD
