"""How alike two words of names are, and under which keys like words are found.

The words are those of `parakh.screen.lexicon.name_tokens`: Latin capitals, or small letters for a
word out of a script that writes few vowels.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from parakh.domain.phrase import N_
from parakh.normalise.names import skeleton
from parakh.screen.lexicon import LEADING, NICKNAMES, TRAILING, is_name, standard
from parakh.screen.romanised import chinese_readings

RULES = {
    "equal": N_("the same word"),
    "spelling": N_("known spellings of one name"),
    "romanisation": N_("the same sounds, written otherwise"),
    "vowels": N_("the same consonants, other vowels"),
    "script": N_("the consonants agree; the other script writes few vowels"),
    "chinese": N_("two ways to write one Chinese reading"),
    "nickname": N_("a short or familiar form"),
    "initial": N_("an initial"),
    "initials": N_("the initials of the words"),
    "typing": N_("a slip of {letters} of {of} letters"),
    "joined": N_("written apart and together"),
    "cut": N_("cut off where the machine readable zone ends"),
    "none": N_("no counterpart"),
}
"""By what rule two words met, as the officer reads it."""

SIMILARITY = {
    "equal": 1.0,
    "spelling": 0.97,
    "romanisation": 0.95,
    "script": 0.92,
    "chinese": 0.90,
    "nickname": 0.85,
    "initial": 0.75,
}
"""What a rule is worth. `vowels` and `typing` go by how many letters differ."""

_VOWELS = (0.94, 0.88, 0.80, 0.68)
"""What words with the same consonants are worth, by how many vowels differ."""

_LETTERS_TYPED = (0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3)
"""How many letters may differ, by the length of the longer word; the last for all longer ones."""


class TokenMatch(NamedTuple):
    """Likeness of two words, 0 to 1, by a rule of RULES; `letters` of `of` differ by that rule."""

    similarity: float
    rule: str
    letters: int = 0
    of: int = 0


DIFFERENT = TokenMatch(0.0, "none")

LEAST_JOINED = 0.88
"""Likeness of words written together to one, from which they are taken for it."""

LOST_BY_JOINING = 0.03

LEAST_BARE = 3
"""Letters that a word must have left without its particle."""


@lru_cache(maxsize=262_144)
def similarity(one: str, other: str) -> TokenMatch:
    """How alike two words are; the order of the two does not matter."""
    if one == other:
        return TokenMatch(1.0, "equal")
    if one > other:
        return similarity(other, one)
    if len(one) == 1 or len(other) == 1:
        return _by("initial") if one[0].upper() == other[0].upper() else DIFFERENT
    ours, theirs = standard(one), standard(other)
    if ours == theirs:
        return _by("spelling")
    return max(_candidates(one, other, ours, theirs))


def _by(rule: str) -> TokenMatch:
    return TokenMatch(SIMILARITY[rule], rule)


def _familiar(one: str, other: str) -> bool:
    return bool(NICKNAMES.get(one, frozenset()) & NICKNAMES.get(other, frozenset()))


def _candidates(one: str, other: str, ours: str, theirs: str) -> list[TokenMatch]:
    found = [_by("nickname") if _familiar(ours, theirs) else DIFFERENT]
    if is_name(ours) and is_name(theirs):
        # Two names that are both known, and known to be different, are no slip of each other.
        return found
    if one[0].islower() or other[0].islower():
        found.append(_across_scripts(one, other))
        return found
    if folded(one) == folded(other):
        found.append(_by("romanisation"))
    elif len(one) >= 4 and _classes(one) == _classes(other):
        found.append(TokenMatch(0.84, "romanisation", 1))
    elif chinese_readings(one) & chinese_readings(other):
        found.append(_by("chinese"))
    found += (_vowels(one, other), _typing(one, other), _with_particle(one, other))
    return found


def _with_particle(one: str, other: str) -> TokenMatch:
    """Of words of which one has a particle or title written onto it that the other lacks."""
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    for bare in without_particle(longer):
        if abs(len(bare) - len(shorter)) <= 1:
            met = similarity(bare, shorter)
            if met.similarity >= LEAST_JOINED:
                return TokenMatch(met.similarity - LOST_BY_JOINING, "joined")
    return DIFFERENT


@lru_cache(maxsize=131_072)
def without_particle(word: str) -> tuple[str, ...]:
    """What is left of a word without the particle or title that may be written onto it; empty for
    a word that has none. Some names begin like a particle, so that this is no more than a way to
    look."""
    bare = [word.removeprefix(own) for own in LEADING if word.startswith(own)]
    bare += [word.removesuffix(own) for own in TRAILING if word.endswith(own)]
    return tuple(own for own in bare if len(own) >= LEAST_BARE)


def _across_scripts(one: str, other: str) -> TokenMatch:
    """Of words of which one lacks its vowels."""
    ours, theirs = bones(one), bones(other)
    if ours == theirs and (len(ours) >= 2 or one[0].upper() == other[0].upper()):
        return _by("script") if len(ours) >= 2 else TokenMatch(0.7, "script")
    if min(len(ours), len(theirs)) >= 4 and OSA.distance(ours, theirs, score_cutoff=1) <= 1:
        return TokenMatch(0.75, "script", 1)
    return DIFFERENT


def _vowels(one: str, other: str) -> TokenMatch:
    """Of words with the same consonants: the more vowels differ, the less alike."""
    ours = skeleton(one)
    if ours != skeleton(other) or len(ours) < 2:
        return DIFFERENT
    letters = OSA.distance(coarse(one), coarse(other))
    if letters >= len(_VOWELS):
        return DIFFERENT
    # Of short words the vowels say as much as the consonants: DALE, DULY.
    value = _VOWELS[letters] - (0.10 if len(ours) == 2 else 0.0)
    return TokenMatch(value, "vowels", letters)


def _typing(one: str, other: str) -> TokenMatch:
    """Of words that differ by a few letters, as typed or as heard, whichever is nearer."""
    as_typed = _slips(_unleet(one), _unleet(other))
    as_heard = _slips(folded(one), folded(other))
    if as_heard.similarity > 0:
        as_heard = as_heard._replace(similarity=as_heard.similarity - 0.03)
    return max(as_typed, as_heard)


def _slips(one: str, other: str) -> TokenMatch:
    longer, shorter = max(len(one), len(other)), min(len(one), len(other))
    most = _LETTERS_TYPED[min(longer, len(_LETTERS_TYPED) - 1)]
    if longer - shorter > most or shorter < 3:
        return DIFFERENT
    letters = OSA.distance(one, other, score_cutoff=most)
    if letters > most:
        return DIFFERENT
    value = 1 - 0.9 * letters / longer
    if one[:1] != other[:1]:
        value -= 0.10
    if not letters:
        return TokenMatch(0.97, "typing")
    return TokenMatch(max(value, 0.0), "typing", letters, longer)


_LEET = str.maketrans("013456789", "OIEASGTBG")


def _unleet(word: str) -> str:
    """Digits within a word as the letters they look like; a number stays."""
    return word if word.isalpha() or word.isdigit() else word.translate(_LEET)


_FOLDS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"^(?:AL|EL|UL)(?=[BCDFGHJKLMNPQRSTVWXYZ]\w{3})", ""),
        (r"DZH|DJ", "J"),
        (r"TSCH|TCH|TSH|CZ", "CH"),
        (r"SCH|SZ", "SH"),
        (r"OU(?=[LMNRSZ])|OO|OU|UU", "U"),
        (r"(?<=[AEO])(?:Y|J|I)(?![AEOU])", "I"),
        (r"EE|IE(?![AOU]|$)|IJ|IY|YY|II|IO(?=U)", "I"),
        (r"E[IY]", "AI"),
        (r"KH|CK|Q|C(?![HEIY])|G?HK", "K"),
        (r"C(?=[EIY])", "S"),
        (r"GH", "G"),
        (r"PH", "F"),
        (r"TH", "T"),
        (r"DH", "D"),
        (r"BH", "B"),
        (r"ZH", "J"),
        (r"X", "KS"),
        (r"W", "V"),
        (r"(?<=[OE])FF$", "V"),
        (r"Y", "I"),
        (r"(?<=[AEIOU])H(?![AEIOU])", ""),
        (r"(.)\1+", r"\1"),
    )
)
"""Ways of writing one sound, in this order, brought to one."""

_DOUBLED = re.compile(r"(.)\1+")
_COARSE = str.maketrans("EO", "AU")


@lru_cache(maxsize=131_072)
def folded(word: str) -> str:
    """A word as it sounds, roughly: romanisations of one name mostly fold alike."""
    value = _unleet(word).upper()
    for pattern, to in _FOLDS:
        value = pattern.sub(to, value)
    return value or word


_HALF_VOWELS = str.maketrans("", "", "WVYH")
_CLASSES = str.maketrans("EOGZPT", "AUKSBD")


@lru_cache(maxsize=131_072)
def _classes(word: str) -> str:
    """The folded word with sounds as one that many languages, and ears, take for each other."""
    return _DOUBLED.sub(r"\1", folded(word).translate(_CLASSES))


@lru_cache(maxsize=131_072)
def coarse(word: str) -> str:
    """The folded word with E as A and O as U, which Arabic, Persian and Urdu do not tell apart."""
    return _DOUBLED.sub(r"\1", folded(word).translate(_COARSE))


@lru_cache(maxsize=131_072)
def bones(word: str) -> str:
    """The consonants without W, Y and H, which stand for vowels in scripts that lack them."""
    consonants = skeleton(word.upper())
    return consonants.translate(_HALF_VOWELS) or consonants


@lru_cache(maxsize=32_768)
def keys(token: str) -> tuple[str, ...]:
    """Under which a word is found; words that are alike share at least one.

    The first sign tells one sort of key from another: `=` the group of spellings, `~` the
    consonants, `-` what is left without one letter (Mor and Fraenkel 1982), `*` what is left of the
    consonants without one, `+` a nickname's names, `%` Chinese readings.
    """
    own = standard(token)
    found = [f"={own}"]
    if len(token) == 1:
        return tuple(found)
    bare = bones(token)
    found.append(f"~{bare}")
    for own in without_particle(token):
        found += [f"={standard(own)}", f"~{bones(own)}"]
    found += [f"+{name}" for name in sorted(NICKNAMES.get(own, ()))]
    found += [f"%{reading}" for reading in sorted(chinese_readings(token))]
    # As heard and as written, for a slip may change how a word is heard.
    for spelled in dict.fromkeys((folded(token), token)):
        if len(spelled) >= 3:
            found += [f"-{rest}" for rest in sorted({spelled, *_rests(spelled)})]
    if len(bare) >= 4:
        found += [f"*{rest}" for rest in sorted({bare, *_rests(bare)})]
    return tuple(dict.fromkeys(found))


def _rests(text: str) -> set[str]:
    """What is left of a text when one sign is taken out."""
    return {text[:place] + text[place + 1 :] for place in range(len(text))}
