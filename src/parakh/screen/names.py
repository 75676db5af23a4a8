"""How alike two names are, and what else speaks for or against one person being the other.

All that counts stands in `WEIGHTS`. A name counts by its likeness, word by word, and by how rare
its words are, so that a common name alone raises nothing; birth date, nationality, sex, the
father's name, the place of birth and documents add or subtract, and none of them rules anybody out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from parakh.domain.dates import PartialDate
from parakh.domain.hit import Agreement, Evidence
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.traveller import PersonName, Sex, Traveller
from parakh.domain.watchlist import Watchlist, WatchlistEntry
from parakh.screen.comparison import Comparison, Rarity, compare_names, cut_word
from parakh.screen.lexicon import name_tokens, written
from parakh.screen.tokens import RULES

WEIGHTS = {
    "name.alike": 0.60,
    "name.rare": 0.20,
    "name.weak": -0.15,
    "birth_date.equal": 0.30,
    "birth_date.swapped": 0.20,
    "birth_date.equal_month": 0.18,
    "birth_date.new_year": 0.12,
    "birth_date.digit": 0.12,
    "birth_date.equal_year": 0.10,
    "birth_date.differs": -0.25,
    "nationality.equal": 0.05,
    "nationality.differs": -0.05,
    "sex.equal": 0.02,
    "sex.differs": -0.10,
    "father_name.equal": 0.10,
    "father_name.differs": -0.10,
    "birth_place.equal": 0.06,
    "birth_place.differs": -0.02,
    "document.equal": 0.25,
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

LEAST_RELATED = 0.85
"""Likeness from which a father's name, or a word of a place, agrees."""

_NOTES = {
    "name.equal": N_("The names are equal"),
    "name.spelled": N_("The names are spelled differently but may be the same"),
    "name.partly": N_("A part of the names agrees"),
    "name.rare": N_("How rare the words are that agree: {common} is common, {rare} is rare"),
    "name.common": N_("The words that agree are common, and add nothing ({rare} is rare)"),
    "name.weak": N_("The list itself calls this alias weak"),
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
    "father_name.equal": N_("The fathers' names agree"),
    "father_name.differs": N_("The fathers' names differ"),
    "birth_place.equal": N_("The places of birth agree"),
    "birth_place.differs": N_("The places of birth differ, or are told otherwise"),
    "document.equal": N_("A document number is equal"),
}

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

_WEAK = {
    "same": N_(
        "{name} resembles {listed}, which the list {list} calls a weak alias, and has the same "
        "birth date"
    ),
    "similar": N_(
        "{name} resembles {listed}, which the list {list} calls a weak alias, and has a similar "
        "birth date"
    ),
    "differs": N_(
        "{name} resembles {listed}, which the list {list} calls a weak alias, but the birth dates "
        "differ"
    ),
    "unknown": N_(
        "{name} resembles {listed}, which the list {list} calls a weak alias; a birth date is not "
        "known"
    ),
}
"""The same for names that the list itself calls weak."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A traveller compared with a listed person: 0 to 1, why in one sentence, and all evidence.

    `rarity` is that of the traveller's whole name, by which a threshold is chosen.
    """

    score: float
    sentence: Phrase
    evidence: tuple[Evidence, ...]
    rarity: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPerson:
    """An entry, its list, and the words of each of its names, the weak ones last."""

    entry: WatchlistEntry
    watchlist: Watchlist
    words: tuple[tuple[str, ...], ...]


class _Best(NamedTuple):
    """The listed name that speaks most for a traveller; ordered by points."""

    points: float
    strong: bool
    place: int
    compared: Comparison


def alike_points(alike: float) -> float:
    """Points for a likeness of names."""
    return WEIGHTS["name.alike"] * _ramp(alike, LEAST_ALIKE, 1.0)


def rarity_points(rarity: float) -> float:
    """Points for the rarity of what agrees."""
    return WEIGHTS["name.rare"] * _ramp(rarity, COMMONPLACE, RARE)


def _ramp(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))


def match(
    traveller: Traveller, ours: Sequence[str], listed: ListedPerson, rarity: Rarity
) -> Match | None:
    """Compares a traveller, whose name has the words `ours`, with the name of a listed person that
    is most alike; None if no word is alike.
    """
    best = _best(traveller.name, ours, listed, rarity)
    if best is None or not best.compared.alike:
        return None
    entry = listed.entry
    name = (*entry.names, *entry.weak_names)[best.place]
    words = listed.words[best.place]
    equal = sorted(ours) == sorted(words)
    birth = compare_birth_dates(traveller.birth_date, entry.birth_dates)
    evidence = (
        *_name_evidence(traveller.name, name, best, ours, words),
        _evidence(birth, _listing([traveller.birth_date]), _listing(entry.birth_dates)),
        *_person_evidence(traveller, entry),
        *_further_evidence(traveller, entry, rarity),
    )
    return Match(
        score=min(1.0, max(0.0, sum(item.weight for item in evidence))),
        evidence=evidence,
        rarity=sum(map(rarity, ours)),
        sentence=phrase(
            _sentence(equal, birth, strong=best.strong),
            name=traveller.name,
            listed=name,
            list=listed.watchlist.name,
        ),
    )


def _best(
    name: PersonName, ours: Sequence[str], listed: ListedPerson, rarity: Rarity
) -> _Best | None:
    cut = cut_word(name)
    strong = len(listed.entry.names)
    found = []
    for place, words in enumerate(listed.words):
        compared = compare_names(ours, words, rarity, cut=cut)
        points = name_points(compared) + (0.0 if place < strong else WEIGHTS["name.weak"])
        found.append(_Best(points, place < strong, -place, compared))
    if not found:
        return None
    best = max(found, key=lambda own: own[:3])
    return best._replace(place=-best.place)


def name_points(compared: Comparison) -> float:
    """What names alone add to a score, for their likeness and their rarity."""
    return alike_points(compared.alike) + rarity_points(compared.rarity)


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
    ours: PersonName,
    theirs: PersonName,
    best: _Best,
    words: Sequence[str],
    listed: Sequence[str],
) -> Iterable[Evidence]:
    """The names, the words that met and those that did not, and how rare those are that did.

    The words' weights add up to the points for likeness.
    """
    compared = best.compared
    equal = sorted(words) == sorted(listed)
    note = "name.equal" if equal else "name.spelled" if compared.alike >= 0.8 else "name.partly"
    yield Evidence(
        attribute="name",
        ours=str(ours),
        theirs=str(theirs),
        agreement=Agreement.AGREES if equal else Agreement.SIMILAR,
        weight=0.0,
        note=phrase(_NOTES[note]),
    )
    yield from _word_evidence(compared, written(ours), written(theirs))
    yield Evidence(
        attribute="name_rarity",
        ours=f"{compared.rarity:.1f}",
        theirs="",
        agreement=Agreement.AGREES if rarity_points(compared.rarity) else Agreement.SIMILAR,
        weight=rarity_points(compared.rarity),
        note=phrase(
            _NOTES["name.rare" if rarity_points(compared.rarity) else "name.common"],
            common=COMMONPLACE,
            rare=RARE,
        ),
    )
    if not best.strong:
        yield _evidence("name.weak", "", str(theirs), attribute="weak_alias")


def _word_evidence(
    compared: Comparison, ours: Mapping[str, str], theirs: Mapping[str, str]
) -> Iterable[Evidence]:
    whole = alike_points(compared.alike)
    lost = WEIGHTS["name.alike"] / (1 - LEAST_ALIKE)
    for part in compared.parts:
        met = part.met
        # A part gives its share of all points, less what its unlikeness takes away.
        weight = WEIGHTS["name.alike"] * part.share - lost * part.share * (1 - met.similarity)
        yield Evidence(
            attribute="name.word",
            ours=_as_written(part.ours, ours),
            theirs=_as_written(part.theirs, theirs),
            agreement=_word_agreement(met.similarity),
            weight=weight if whole else 0.0,
            note=phrase(RULES[met.rule], letters=met.letters, of=met.of),
        )


def _as_written(word: str, written: Mapping[str, str]) -> str:
    """A word as it was compared, and as it stands where that is another script."""
    return f"{word} ({written[word]})" if word in written else word


def _word_agreement(similarity: float) -> Agreement:
    if similarity == 1:
        return Agreement.AGREES
    return Agreement.SIMILAR if similarity else Agreement.DIFFERS


def _person_evidence(traveller: Traveller, entry: WatchlistEntry) -> Iterable[Evidence]:
    """What most messages and entries tell; nothing where neither does."""
    if traveller.nationality or entry.nationalities:
        nationality = _compare_nationality(traveller.nationality, entry.nationalities)
        yield _evidence(nationality, traveller.nationality or "", _listing(entry.nationalities))
    if traveller.sex or entry.sex:
        sex = _compare_sex(traveller.sex, entry.sex)
        yield _evidence(sex, traveller.sex or "", entry.sex or "")


def _further_evidence(
    traveller: Traveller, entry: WatchlistEntry, rarity: Rarity
) -> Iterable[Evidence]:
    """What few messages and few entries tell; nothing where either does not."""
    if traveller.father_name and entry.father_names:
        relation = _compare_fathers(traveller.father_name, entry.father_names, rarity)
        yield _evidence(relation, traveller.father_name, _listing(entry.father_names))
    if traveller.birth_place and entry.birth_places:
        relation = _compare_places(traveller.birth_place, entry.birth_places)
        yield _evidence(relation, traveller.birth_place, _listing(entry.birth_places))
    numbers = {own.number for own in traveller.documents} & {own.number for own in entry.documents}
    if numbers:
        number = min(numbers)
        yield _evidence("document.equal", number, number)


def _compare_fathers(ours: str, theirs: Iterable[str], rarity: Rarity) -> str:
    words = _words(ours)
    alike = max(compare_names(words, _words(other), rarity).alike for other in theirs)
    return "father_name.equal" if alike >= LEAST_RELATED else "father_name.differs"


def _compare_places(ours: str, theirs: Iterable[str]) -> str:
    words = _words(ours)
    for other in theirs:
        parts = compare_names(words, _words(other), lambda _: 1.0).parts
        if any(part.met.similarity >= LEAST_RELATED for part in parts):
            return "birth_place.equal"
    return "birth_place.differs"


def _words(text: str) -> tuple[str, ...]:
    return name_tokens(PersonName(family="", given=text))


def _evidence(relation: str, ours: str, theirs: str, attribute: str = "") -> Evidence:
    weight = WEIGHTS.get(relation, 0.0)
    return Evidence(
        attribute=attribute or relation.partition(".")[0],
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


def _sentence(equal: bool, birth: str, *, strong: bool) -> str:
    """The template of the sentence for the officer."""
    weight = WEIGHTS.get(birth, 0.0)
    told = "unknown" if not weight else "similar" if weight > 0 else "differs"
    if birth == "birth_date.equal":
        told = "same"
    return _SENTENCES[told][equal] if strong else _WEAK[told]


def _listing(values: Iterable[object]) -> str:
    return ", ".join(str(value) for value in values if value is not None)
