"""Weighs many listed names at once against a traveller's, at least as high as comparing them does.

The formulas are those of `parakh.screen.comparison` and `parakh.screen.names`, in arrays; where a
word could meet several of the other name it counts with the most alike, whether or not that one is
taken already.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from parakh.domain.dates import PartialDate
from parakh.screen import organisations
from parakh.screen.comparison import (
    LEAST_WEIGHT,
    LONGER_SIDE,
    MOST_WEIGHT,
)
from parakh.screen.multimap import once
from parakh.screen.names import COMMONPLACE, LEAST_ALIKE, RARE, WEIGHTS
from parakh.screen.segments import Ints, Names
from parakh.screen.tokens import LOST_BY_JOINING, SIMILARITY
from parakh.screen.vocabulary import Floats, Ids, Vocabulary

Codes = NDArray[np.uint16]

_ONE_DIGIT = np.array(
    [digit * 10**place for place in range(8) for digit in range(1, 10)], dtype=np.int32
)
"""Differences of dates written YYYYMMDD that differ in one digit; some others have them too."""


class Formula(NamedTuple):
    """How likeness and rarity of a name make points.

    Attributes:
        alike, rare: the most points for either.
        commonplace, rare_from: rarities between which the points for it grow from none to all.
        longer_side: what the side of which less agrees counts for in the likeness.
        least_weight, most_weight: bounds of what a word counts for in the likeness, by its rarity.
        birth_date: whether birth dates count.
    """

    alike: float
    rare: float
    commonplace: float
    rare_from: float
    longer_side: float
    least_weight: float
    most_weight: float
    birth_date: bool


PERSONS = Formula(
    alike=WEIGHTS["name.alike"],
    rare=WEIGHTS["name.rare"],
    commonplace=COMMONPLACE,
    rare_from=RARE,
    longer_side=LONGER_SIDE,
    least_weight=LEAST_WEIGHT,
    most_weight=MOST_WEIGHT,
    birth_date=True,
)

BODIES = Formula(
    alike=organisations.WEIGHTS["name.alike"],
    rare=organisations.WEIGHTS["name.rare"],
    commonplace=0.0,
    rare_from=organisations.RARE,
    longer_side=organisations.LONGER_SIDE,
    least_weight=1.0,
    most_weight=1.0,
    birth_date=False,
)
"""For organisations and vessels; their generic words count for a little less than here."""


class Asked(NamedTuple):
    """The words of a name, with all listed words that are like any of them.

    Attributes:
        counts, rarities: what its words count for in likeness, and how rare they are.
        ids: of listed words, ascending.
        alike: of each of its words, a row, to each of `ids`, from the second column on; nothing in
            the first.
        initials: of its words that are no more, their place and letter.
        groups: of the listed words that find names, for each of its words, the most alike first.
    """

    counts: Floats
    rarities: Floats
    ids: Ids
    alike: Floats
    initials: tuple[tuple[int, int], ...]
    groups: tuple[Ids, ...]


def asked(vocabulary: Vocabulary, words: Sequence[str], cut: str, formula: Formula) -> Asked:
    """Looks the words of a name up; `cut` is one that may lack its end."""
    found = [
        (place, *vocabulary.similar(word, cut=word == cut)[:2]) for place, word in enumerate(words)
    ]
    for place in range(len(words) - 1):
        listed, near = vocabulary.written_as(words[place] + words[place + 1])
        if len(listed):
            found += [(place, listed, near), (place + 1, listed, near)]
    for place, word in enumerate(words):
        for apart in vocabulary.written_apart(word):
            alike = np.full(len(apart), 1 - LOST_BY_JOINING, dtype=np.float32)
            found.append((place, apart, alike))
    group = vocabulary.group.array
    groups = tuple(group[listed[np.argsort(-near)]] for _, listed, near in found)
    for place, word in enumerate(words):
        initial = vocabulary.id_of(word[0])
        if initial is not None:
            equal = 1.0 if len(word) == 1 else SIMILARITY["initial"]
            alone = np.array([initial], dtype=np.int32), np.array([equal], dtype=np.float32)
            found.append((place, *alone))
    ids = once(np.concatenate([listed for _, listed, _ in found]))
    table = np.zeros((len(words), len(ids) + 1), dtype=np.float32)
    for place, listed, near in found:
        columns = np.searchsorted(ids, listed) + 1
        table[place, columns] = np.maximum(table[place, columns], near)
    rarities = np.array([vocabulary.rarity(word) for word in words], dtype=np.float32)
    return Asked(
        counts=np.clip(rarities, formula.least_weight, formula.most_weight),
        rarities=rarities,
        ids=ids,
        alike=table,
        initials=tuple((i, ord(word.upper())) for i, word in enumerate(words) if len(word) == 1),
        groups=groups,
    )


def name_points(
    own: Asked,
    vocabulary: Vocabulary,
    names: Names,
    places: Ints,
    codes: Codes,
    formula: Formula,
) -> Floats:
    """The most that each name can add to a score, for likeness and rarity.

    `codes` has a zero for each word of the vocabulary; it is given back as it was.
    """
    ids, begins = names.words_of(places)
    codes[own.ids] = np.arange(1, len(own.ids) + 1, dtype=np.uint16)
    alike = own.alike.take(codes[ids], axis=1)
    codes[own.ids] = 0
    for place, letter in own.initials:
        same = vocabulary.letter.array[ids] == letter
        np.maximum(alike[place], SIMILARITY["initial"] * same, out=alike[place])
    met = np.maximum.reduceat(alike, begins, axis=1)
    best = alike.max(axis=0)
    rarities = vocabulary.weights(ids)
    counts = np.clip(rarities, formula.least_weight, formula.most_weight)
    ours = own.counts @ met / own.counts.sum()
    theirs = np.add.reduceat(counts * best, begins) / np.add.reduceat(counts, begins)
    rare = np.minimum(own.rarities @ met, np.add.reduceat(rarities * best, begins))
    high, low = np.maximum(ours, theirs), np.minimum(ours, theirs)
    likeness = (1 - formula.longer_side) * high + formula.longer_side * low
    points = formula.alike * _ramp(likeness, LEAST_ALIKE, 1.0)
    points += formula.rare * _ramp(rare, formula.commonplace, formula.rare_from)
    return np.where(likeness > 0, points, np.float32(-1))


def birth_points(date: PartialDate | None, names: Names, places: Ints) -> Floats:
    """What the birth dates add for each name, or a little more."""
    points = np.zeros(len(places), dtype=np.float32)
    if date is None:
        return points
    dates, begins = names.dates_of(places)
    told = np.flatnonzero(np.diff(np.append(begins, len(dates))))
    if len(told):
        points[told] = np.maximum.reduceat(_date_points(date, dates), begins[told])
    return points


def packed(date: PartialDate) -> int:
    """A date as the number YYYYMMDD, with 00 for what is not known."""
    return date.year * 10_000 + (date.month or 0) * 100 + (date.day or 0)


def _date_points(date: PartialDate, theirs: Ints) -> Floats:
    ours, own_month, own_day = packed(date), date.month or 0, date.day or 0
    month, day = theirs // 100 % 100, theirs % 100
    same_year = theirs // 10_000 == date.year
    own_new = (own_month, own_day) == (1, 1)
    new_year = (month == 1) & (day == 1) | own_new
    partly = (day == 0) | (own_day == 0) | new_year
    untold = (month == 0) | (own_month == 0) | new_year
    cases = (
        ((theirs == ours) & (own_day > 0), "new_year" if own_new else "equal"),
        (partly & same_year & untold, "equal_year"),
        (partly & same_year & (month == own_month), "equal_month"),
        (partly, "differs"),
        (same_year & (month == own_day) & (day == own_month), "swapped"),
        ((np.abs(theirs - ours)[:, None] == _ONE_DIGIT).any(axis=1), "digit"),
    )
    points: Floats = np.select(
        [holds for holds, _ in cases],
        [np.float32(WEIGHTS[f"birth_date.{case}"]) for _, case in cases],
        np.float32(WEIGHTS["birth_date.differs"]),
    )
    return points


def _ramp(values: Floats, low: float, high: float) -> Floats:
    share: Floats = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    return share
