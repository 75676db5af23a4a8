"""How alike two names are, and what else speaks for or against one person being the other.

All that counts stands in `WEIGHTS`. A name counts by its likeness and by how rare its words are,
so that a common name alone raises nothing; birth date, nationality and sex add or subtract, and
none of them rules anybody out.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import JaroWinkler

from parakh.domain.dates import PartialDate
from parakh.domain.hit import Agreement, Evidence
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.traveller import PersonName, Sex, Traveller
from parakh.domain.watchlist import Watchlist, WatchlistEntry
from parakh.normalise.names import skeleton
from parakh.screen.lexicon import standard

WEIGHTS = {
    "name.alike": 0.60,
    "name.rare": 0.20,
    "birth_date.equal": 0.30,
    "birth_date.swapped": 0.20,
    "birth_date.equal_month": 0.15,
    "birth_date.new_year": 0.12,
    "birth_date.digit": 0.12,
    "birth_date.equal_year": 0.05,
    "birth_date.differs": -0.25,
    "nationality.equal": 0.05,
    "nationality.differs": -0.05,
    "sex.equal": 0.02,
    "sex.differs": -0.10,
}
"""Points of the score. `name.alike` is given whole for equal names and not at all from a likeness
of LEAST_ALIKE down; `name.rare` whole from RARE on, not at all from COMMONPLACE down."""

THRESHOLD = 0.78
"""Over what a common name gives with nationality and sex (0.67, and 0.72 with the year of birth),
under what a rare one gives alone (0.80)."""

LEAST_ALIKE = 0.50
COMMONPLACE = 2.5
RARE = 5.5
"""How rare a name is: the sum of -log10 of the shares of people who bear each of its words. 5.5
means one in 300,000, were the words independent."""

LONGER_SIDE = 0.25
"""How much the words count that only the longer of two names has; the shorter side has the rest.
Lists give more names (of father, tribe) than passports do, and passports drop middle names."""

SAME_GROUP = 0.97
SAME_CONSONANTS = 0.90
INITIAL = 0.60
LEAST_TOKEN = 0.84
LEAST_SPELLED = 0.70
"""Under a Jaro-Winkler similarity of LEAST_TOKEN two words are different words; from there to 1
they count from LEAST_SPELLED to 1."""

Rarity = Callable[[str], float]
"""Gives -log10 of the share of people who bear a word."""

_NOTES = {
    "name.equal": N_("The names are equal"),
    "name.spelled": N_("The names are spelled differently but may be the same"),
    "name.partly": N_("A part of the names agrees"),
    "name.rare": N_("How rare the words are that agree: {common} is common, {rare} is rare"),
    "birth_date.equal": N_("The birth dates are equal"),
    "birth_date.swapped": N_("The birth dates are equal if day and month are swapped"),
    "birth_date.equal_month": N_("Year and month of birth are equal; a day is not known"),
    "birth_date.new_year": N_("Both are 1 January of one year, often written for an unknown day"),
    "birth_date.digit": N_("The birth dates differ in one digit"),
    "birth_date.equal_year": N_("The years of birth are equal; the rest is not known"),
    "birth_date.differs": N_("The birth dates differ"),
    "birth_date.unknown": N_("A birth date is not known"),
    "nationality.equal": N_("The nationalities are equal"),
    "nationality.differs": N_("The nationalities differ"),
    "nationality.unknown": N_("A nationality is not known"),
    "sex.equal": N_("The sex is equal"),
    "sex.differs": N_("The sex differs"),
    "sex.unknown": N_("A sex is not known"),
}


class NameLikeness(NamedTuple):
    """How two names compare; ordered by what the names alone add to a score.

    Attributes:
        points: for likeness and rarity together.
        alike: 0 (nothing in common) to 1 (every word of either has its like in the other).
        rarity: of the words that agree, each counted as far as it does.
    """

    points: float
    alike: float
    rarity: float


_SENTENCES = {
    "same": (
        N_("{name} resembles {listed} on the list {list} and has the same birth date"),
        N_("{name} has the name and the birth date of {listed} on the list {list}"),
    ),
    "similar": (
        N_("{name} resembles {listed} on the list {list} and has a similar birth date"),
        N_("{name} has the name of {listed} on the list {list} and a similar birth date"),
    ),
    "differs": (
        N_("{name} resembles {listed} on the list {list}, but the birth dates differ"),
        N_("{name} has the name of {listed} on the list {list}, but the birth dates differ"),
    ),
    "unknown": (
        N_("{name} resembles {listed} on the list {list}; a birth date is not known"),
        N_("{name} has the name of {listed} on the list {list}; a birth date is not known"),
    ),
}
"""By what the birth date says: for names that resemble each other, and for equal ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A traveller compared with a listed person: 0 to 1, why in one sentence, and all evidence."""

    score: float
    sentence: Phrase
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPerson:
    """An entry, its list, and the words of each of its names."""

    entry: WatchlistEntry
    watchlist: Watchlist
    words: tuple[tuple[str, ...], ...]


def alike_points(alike: float) -> float:
    """Points for a likeness of names."""
    return WEIGHTS["name.alike"] * _ramp(alike, LEAST_ALIKE, 1.0)


def rarity_points(rarity: float) -> float:
    """Points for the rarity of what agrees."""
    return WEIGHTS["name.rare"] * _ramp(rarity, COMMONPLACE, RARE)


def _ramp(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))


@lru_cache(maxsize=262_144)
def token_similarity(one: str, other: str) -> float:
    """0 for different words to 1 for the same; the order of the two does not matter.

    Spellings of one group (`MOHD`, `MUHAMMAD`) and words with the same consonants count as alike;
    others by Jaro-Winkler. Words of three letters or fewer have too little to be compared loosely.
    """
    if one == other:
        return 1.0
    if one > other:
        # Jaro-Winkler may depend on the order where letters are transposed.
        return token_similarity(other, one)
    if standard(one) == standard(other):
        return SAME_GROUP
    if min(len(one), len(other)) <= 3:
        return _short_similarity(one, other)
    near = JaroWinkler.similarity(one, other)
    similarity = LEAST_SPELLED + (1 - LEAST_SPELLED) * _ramp(near, LEAST_TOKEN, 1.0)
    if skeleton(one) == skeleton(other) and len(skeleton(one)) >= 3:
        return max(SAME_CONSONANTS, similarity)
    return similarity if near >= LEAST_TOKEN else 0.0


def _short_similarity(one: str, other: str) -> float:
    """For words of which one has three letters or fewer: an initial, or other vowels only."""
    if one[0] != other[0]:
        return 0.0
    if min(len(one), len(other)) == 1:
        return INITIAL
    near = skeleton(one) == skeleton(other) and abs(len(one) - len(other)) <= 1
    return SAME_CONSONANTS if near else 0.0


def name_likeness(ours: Sequence[str], theirs: Sequence[str], rarity: Rarity) -> NameLikeness:
    """Compares two names given as words (see `name_tokens`); the order of words does not matter.

    Every word meets at most one of the other name, the most alike pairs first. Words count by
    their rarity.
    """
    pairs = sorted(
        (
            (similarity, mine, yours)
            for mine, word in enumerate(ours)
            for yours, other in enumerate(theirs)
            if (similarity := token_similarity(word, other))
        ),
        reverse=True,
    )
    met_ours: dict[int, float] = {}
    met_theirs: dict[int, float] = {}
    for similarity, mine, yours in pairs:
        if mine not in met_ours and yours not in met_theirs:
            met_ours[mine] = met_theirs[yours] = similarity
    one, rare_one = _covered(ours, met_ours, rarity)
    other, rare_other = _covered(theirs, met_theirs, rarity)
    alike = (1 - LONGER_SIDE) * max(one, other) + LONGER_SIDE * min(one, other)
    rare = min(rare_one, rare_other)
    return NameLikeness(alike_points(alike) + rarity_points(rare), alike, rare)


def _covered(words: Sequence[str], met: dict[int, float], rarity: Rarity) -> tuple[float, float]:
    """Share of a name's weight that has its like in the other, and the rarity of that share."""
    weights = [rarity(word) for word in words]
    covered = sum(weights[place] * similarity for place, similarity in met.items())
    total = sum(weights)
    return (covered / total if total else 0.0), covered


def match(
    traveller: Traveller, ours: Sequence[str], listed: ListedPerson, rarity: Rarity
) -> Match | None:
    """Compares a traveller, whose name has the words `ours`, with the name of a listed person that
    is most alike; None if no word is alike.
    """
    likeness, place = max(
        (name_likeness(ours, words, rarity), place) for place, words in enumerate(listed.words)
    )
    if not likeness.alike:
        return None
    entry, name = listed.entry, listed.entry.names[place]
    equal = sorted(ours) == sorted(listed.words[place])
    birth = compare_birth_dates(traveller.birth_date, entry.birth_dates)
    nationality = _compare_nationality(traveller.nationality, entry.nationalities)
    sex = _compare_sex(traveller.sex, entry.sex)
    evidence = (
        *_name_evidence(traveller.name, name, likeness, equal),
        _evidence(birth, _listing([traveller.birth_date]), _listing(entry.birth_dates)),
        _evidence(nationality, traveller.nationality or "", _listing(entry.nationalities)),
        _evidence(sex, traveller.sex or "", entry.sex or ""),
    )
    score = min(1.0, max(0.0, sum(item.weight for item in evidence)))
    return Match(
        score=score,
        evidence=evidence,
        sentence=phrase(
            _sentence(equal, birth), name=traveller.name, listed=name, list=listed.watchlist.name
        ),
    )


def compare_birth_dates(ours: PartialDate | None, theirs: Iterable[PartialDate]) -> str:
    """The relation of a birth date to those listed, the one that speaks most for it.

    Gives the name of its weight in WEIGHTS, or `birth_date.unknown`.
    """
    listed = tuple(theirs)
    if ours is None or not listed:
        return "birth_date.unknown"
    relations = (_compare_dates(ours, date) for date in listed)
    return max(relations, key=lambda relation: WEIGHTS[relation])


def _compare_dates(one: PartialDate, other: PartialDate) -> str:
    if one == other and one.day is not None:
        return "birth_date.new_year" if _new_year(one) else "birth_date.equal"
    if one.day is None or other.day is None or _new_year(one) or _new_year(other):
        return _compare_known_parts(one, other)
    if one.year == other.year and (one.month, one.day) == (other.day, other.month):
        return "birth_date.swapped"
    if sum(a != b for a, b in zip(str(one), str(other), strict=True)) == 1:
        return "birth_date.digit"
    return "birth_date.differs"


def _compare_known_parts(one: PartialDate, other: PartialDate) -> str:
    """Of dates of which one lacks a part, or is a 1 January, which may stand for "not known"."""
    if one.year != other.year:
        return "birth_date.differs"
    if one.month is None or other.month is None or _new_year(one) or _new_year(other):
        return "birth_date.equal_year"
    return "birth_date.equal_month" if one.month == other.month else "birth_date.differs"


def _new_year(date: PartialDate) -> bool:
    return date.month == 1 and date.day == 1


def _compare_nationality(ours: str | None, theirs: Sequence[str]) -> str:
    if ours is None or not theirs:
        return "nationality.unknown"
    return "nationality.equal" if ours in theirs else "nationality.differs"


def _compare_sex(ours: Sex | None, theirs: Sex | None) -> str:
    if ours in (None, Sex.UNSPECIFIED) or theirs in (None, Sex.UNSPECIFIED):
        return "sex.unknown"
    return "sex.equal" if ours is theirs else "sex.differs"


def _name_evidence(
    ours: PersonName, theirs: PersonName, likeness: NameLikeness, equal: bool
) -> tuple[Evidence, Evidence]:
    note = "name.equal" if equal else "name.spelled" if likeness.alike >= 0.8 else "name.partly"
    alike = Evidence(
        attribute="name",
        ours=str(ours),
        theirs=str(theirs),
        agreement=Agreement.AGREES if equal else Agreement.SIMILAR,
        weight=alike_points(likeness.alike),
        note=phrase(_NOTES[note]),
    )
    rare = Evidence(
        attribute="name_rarity",
        ours=f"{likeness.rarity:.1f}",
        theirs="",
        agreement=Agreement.AGREES if rarity_points(likeness.rarity) else Agreement.UNKNOWN,
        weight=rarity_points(likeness.rarity),
        note=phrase(_NOTES["name.rare"], common=COMMONPLACE, rare=RARE),
    )
    return alike, rare


def _evidence(relation: str, ours: str, theirs: str) -> Evidence:
    weight = WEIGHTS.get(relation, 0.0)
    return Evidence(
        attribute=relation.partition(".")[0],
        ours=ours,
        theirs=theirs,
        agreement=_agreement(relation, weight),
        weight=weight,
        note=phrase(_NOTES[relation]),
    )


def _agreement(relation: str, weight: float) -> Agreement:
    if not weight:
        return Agreement.UNKNOWN
    if weight < 0:
        return Agreement.DIFFERS
    return Agreement.AGREES if relation.endswith(".equal") else Agreement.SIMILAR


def _sentence(equal: bool, birth: str) -> str:
    """The template of the sentence for the officer."""
    weight = WEIGHTS.get(birth, 0.0)
    if birth == "birth_date.equal":
        return _SENTENCES["same"][equal]
    return _SENTENCES["unknown" if not weight else "similar" if weight > 0 else "differs"][equal]


def _listing(values: Iterable[object]) -> str:
    return ", ".join(str(value) for value in values if value is not None)
