"""Listed names as their bearers' documents might have them: seven kinds of change.

Made from a list's own entries by rules and tables of this module alone. None of them is shared with
`parakh.screen.lexicon`, so that what the lexicon knows is not what it is examined in: spellings of
one name come from the list's own aliases and, where given, from a table of variants.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from rapidfuzz.distance import JaroWinkler

from parakh.domain.traveller import PersonName
from parakh.domain.watchlist import WatchlistEntry
from parakh.normalise.names import comparison_form
from parakh.normalise.scripts import latin

KINDS = (
    "transliteration",
    "typing error",
    "dropped middle name",
    "joined or split",
    "honorific or short form",
    "order",
    "truncation",
)

ZONE = 39
"""Characters that a passport's machine readable zone has for the name (ICAO 9303-4, 4.2.2)."""

LEAST_ALIKE = 0.72
"""Jaro-Winkler similarity from which a variant is taken as another spelling; tables of variants,
and lists of aliases, have words in them that are no spelling of each other."""

_HONOURS = ("HAJI", "SYED", "DR", "SHEIKH", "MULLAH", "ENGR", "HAFIZ", "QARI", "COL")
_SHORT = {"MUHAMMAD": "MD", "MOHAMMAD": "MOHD", "MOHAMMED": "MUHD", "MOHAMED": "MD",
          "ABDUL": "ABD", "ALEXANDER": "ALEX", "VLADIMIR": "V", "JOSE": "J"}  # fmt: skip
_NEAR = {
    "A": "SQZ", "B": "VNG", "C": "XVD", "D": "SFE", "E": "WRD", "F": "DGR", "G": "FHT", "H": "GJY",
    "I": "UOK", "J": "HKU", "K": "JLI", "L": "KOP", "M": "NJ", "N": "BMH", "O": "IPL", "P": "OL",
    "Q": "WA", "R": "ETF", "S": "ADW", "T": "RYG", "U": "YIJ", "V": "CBF", "W": "QES", "X": "ZCS",
    "Y": "TUH", "Z": "XAS",
}  # fmt: skip
"""Keys beside a key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A listed person's name as changed; `entry` is the place of the entry in the list."""

    kind: str
    entry: int
    name: PersonName


Variants = Mapping[str, Sequence[str]]
"""A word, in capitals, to other spellings of it."""


def variants_of(groups: Sequence[Sequence[str]]) -> Variants:
    """Groups of spellings as a table; words that are hardly alike are not taken for each other."""
    found: dict[str, list[str]] = {}
    for words in groups:
        spelled = [word.upper() for word in words if len(word) > 2]
        for word in spelled:
            others = [
                own
                for own in spelled
                if own != word and JaroWinkler.similarity(own, word) >= LEAST_ALIKE
            ]
            if others:
                found.setdefault(word, []).extend(others)
    return found


def cases(
    entries: Sequence[WatchlistEntry], variants: Variants, each: int, seed: int
) -> list[Case]:
    """At most `each` cases a kind, of entries with a birth date, drawn at random by the seed."""
    found = []
    for kind in KINDS:
        rng = Random(f"{seed}/{kind}")  # noqa: S311  (cases, no secrets)
        found += list(_of_kind(kind, entries, variants, each, rng))
    return found


def _of_kind(
    kind: str, entries: Sequence[WatchlistEntry], variants: Variants, each: int, rng: Random
) -> Iterator[Case]:
    places = [place for place, entry in enumerate(entries) if entry.birth_dates]
    rng.shuffle(places)
    made = 0
    for place in places:
        if made == each:
            return
        name = _changed(kind, entries[place], variants, rng)
        if name is not None:
            made += 1
            yield Case(kind=kind, entry=place, name=name)


def _changed(
    kind: str, entry: WatchlistEntry, variants: Variants, rng: Random
) -> PersonName | None:
    """The entry's name after a change of this kind; None if it cannot have one."""
    if kind == "transliteration":
        return _transliterated(entry, variants, rng)
    words = latin(comparison_form(entry.names[0].full)).split()
    if kind == "truncation":
        return _truncated(entry.names[0])
    changed = _CHANGES[kind](words, rng)
    if changed is None or changed == words:
        return None
    return PersonName(family=changed[-1], given=" ".join(changed[:-1]))


def _transliterated(entry: WatchlistEntry, variants: Variants, rng: Random) -> PersonName | None:
    """An alias of the entry that spells the same words otherwise, or words out of the table."""
    words = latin(comparison_form(entry.names[0].full)).split()
    aliases = [
        alias
        for alias in entry.names[1:]
        if _spelled_otherwise(words, latin(comparison_form(alias.full)).split())
    ]
    if aliases:
        return rng.choice(aliases)
    changed = [rng.choice(variants[word]) if word in variants else word for word in words]
    if changed == words:
        return None
    return PersonName(family=changed[-1], given=" ".join(changed[:-1]))


def _spelled_otherwise(words: Sequence[str], others: Sequence[str]) -> bool:
    pairs = list(zip(sorted(words), sorted(others), strict=False))
    return (
        len(words) == len(others) > 1
        and sorted(words) != sorted(others)
        and all(JaroWinkler.similarity(*pair) >= LEAST_ALIKE for pair in pairs)
    )


def _truncated(name: PersonName) -> PersonName | None:
    """As the machine readable zone ends it; None for a name that fits."""
    family, given = (latin(comparison_form(text)) for text in (name.family, name.given))
    room = ZONE - len(family) - 2
    if not family or len(given) <= room or room < 1:
        return None
    return PersonName(family=family, given=given[:room].strip())


def _typed(words: list[str], rng: Random) -> list[str] | None:
    """One slip in one word: another key, a letter too many or too few, or two the wrong way."""
    long = [place for place, word in enumerate(words) if len(word) >= 4 and word.isascii()]
    if not long:
        return None
    place = rng.choice(long)
    word = words[place]
    at = rng.randrange(len(word) - 1)
    slip = rng.choice(("key", "more", "fewer", "turned"))
    if slip == "key":
        word = word[:at] + rng.choice(_NEAR.get(word[at], "E")) + word[at + 1 :]
    elif slip == "more":
        word = word[:at] + word[at] + word[at:]
    elif slip == "fewer":
        word = word[:at] + word[at + 1 :]
    else:
        word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return [*words[:place], word, *words[place + 1 :]]


def _dropped(words: list[str], rng: Random) -> list[str] | None:
    if len(words) < 3:
        return None
    place = rng.randrange(1, len(words) - 1)
    return words[:place] + words[place + 1 :]


def _joined(words: list[str], rng: Random) -> list[str] | None:
    """Two neighbours as one word, or a long word as two."""
    long = [place for place, word in enumerate(words) if len(word) >= 7]
    if long and rng.random() < 0.5:
        place = rng.choice(long)
        at = rng.randrange(3, len(words[place]) - 2)
        return [*words[:place], words[place][:at], words[place][at:], *words[place + 1 :]]
    if len(words) < 3:
        return None
    place = rng.randrange(len(words) - 1)
    return [*words[:place], words[place] + words[place + 1], *words[place + 2 :]]


def _honoured(words: list[str], rng: Random) -> list[str] | None:
    """A short form where the name has one, else a title before it."""
    if len(words) < 2:
        return None
    short = [_SHORT.get(word, word) for word in words]
    return short if short != words else [rng.choice(_HONOURS), *words]


def _ordered(words: list[str], rng: Random) -> list[str] | None:
    if len(words) < 2:
        return None
    at = rng.randrange(1, len(words))
    return words[at:] + words[:at]


_CHANGES: Mapping[str, Callable[[list[str], Random], list[str] | None]] = {
    "typing error": _typed,
    "dropped middle name": _dropped,
    "joined or split": _joined,
    "honorific or short form": _honoured,
    "order": _ordered,
}
