"""Names of persons as carriers and documents write them, made comparable.

`read_name` tidies a name without changing its script or spelling; `comparison_form` gives the text
that screening compares. Both give the same again when applied to their own result.
"""

import re
import unicodedata
from functools import lru_cache

from parakh.domain.traveller import PersonName

_SIGNS = str.maketrans(
    dict.fromkeys("‘’‛`´ʻʼʹʾʿ＇′", "'") | dict.fromkeys("‐‑‒–—―−﹣－", "-")
    | dict.fromkeys("<.,;:/\\_|", " ") | {"\u0640": None}
)  # fmt: skip
"""Quotes and dashes to one sign each, separators to blanks, the Arabic lengthening stroke out."""

_NO_NAME = frozenset({"-", "FNU", "LNU", "NFN", "NLN", "XXX", "UNK", "UNKNOWN"})
"""What is written where somebody has no such name (first, last name unknown)."""

_TITLES = frozenset(
    {"MR", "MRS", "MS", "MISS", "MSTR", "MASTER", "MISTER", "DR", "PROF", "CHD", "INF"}
)

_GLUED = ("MSTR", "MISS", "MRS", "MR")
"""Titles that airlines write onto the last given name. MS and DR are not taken off, because too
many names end so (SHAMS, ADAMS, BADR)."""

_NAMES_LIKE_TITLES = frozenset({"AAMR", "SHAMR", "THAMR"})
"""Given names of which the last letters are no title (shorter ones keep them by their length)."""

_PLAIN = re.compile("[A-Za-z ]*")
"""Names that have nothing to be changed but their case: nearly all, so that it pays to ask."""

_MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670]")
_LETTERS = str.maketrans(
    {"Ø": "O", "Æ": "AE", "Œ": "OE", "Đ": "D", "Ð": "D", "Þ": "TH", "Ł": "L", "Ħ": "H", "Ŧ": "T",
     "Ə": "A", "Ŋ": "N", "Ɓ": "B", "Ɗ": "D", "Ƙ": "K", "'": None,
     "ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ۃ": "ه", "ہ": "ه", "ھ": "ه"}
)  # fmt: skip
"""Latin letters that Unicode does not decompose (ICAO 9303-3, section 6, table A), and letters that
Arabic, Persian and Urdu keyboards write with different code points."""


_UNTOLD = frozenset(
    {"MUHAMMAD", "MOHAMMAD", "MOHAMMED", "MUHAMMED", "MOHAMED", "MOHAMAD", "MOHD", "MUHD", "MD"}
    | {"AL", "EL", "BIN", "BINT", "BINTI", "IBN", "DE", "DA", "VAN", "VON", "DER"}
)
"""Words that are written or left out at will, so that a key must not depend on them."""

KEY_LENGTH = 200

_SOUNDS = (
    ("SCH", "S"), ("TCH", "C"), ("KH", "K"), ("GH", "G"), ("SH", "S"), ("CH", "C"), ("PH", "F"),
    ("TH", "T"), ("DH", "D"), ("BH", "B"), ("ZH", "Z"), ("DJ", "J"), ("CK", "K"), ("Q", "K"),
    ("X", "KS"), ("V", "W"),
)  # fmt: skip
_SILENT = str.maketrans("", "", "AEIOUYH")
_DOUBLE = re.compile(r"(.)\1+")


def read_name(family: str, given: str) -> PersonName:
    """The name in upper case, without titles, fillers, and marks for "no such name"."""
    return PersonName(family=_named(_tidy(family)), given=_named(_without_titles(_tidy(given))))


def comparison_form(text: str) -> str:
    """The text for comparing: ASCII letters for Latin ones, no vowel signs of Arabic script, words
    parted by one blank; other scripts are kept.

    Hyphens part words and apostrophes join them (`AL-SA'UD` becomes `AL SAUD`).
    """
    if _PLAIN.fullmatch(text):
        return " ".join(text.upper().split())
    value = unicodedata.normalize("NFKD", _tidy(text))
    value = _MARKS.sub("", value).upper().translate(_LETTERS)
    value = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", value)))
    words = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in value)
    return " ".join(words.split())


@lru_cache(maxsize=65536)
def name_key(name: PersonName) -> str:
    """A key by which spellings of one name are found, at most KEY_LENGTH characters long.

    The skeletons of the name's words in order of the alphabet, each once, parted by blanks, without
    words that are written or left out at will: `KHAN, MOHD AKHTAR` and `MUHAMMAD AKHTER KHAN` give
    `AKTR KN`. A name of such words only keeps them. Equal keys are no evidence: they say where to
    look.
    """
    words = comparison_form(name.full).split()
    told = [word for word in words if word not in _UNTOLD] or words
    return " ".join(sorted({skeleton(word) for word in told}))[:KEY_LENGTH].rstrip()


@lru_cache(maxsize=131_072)
def skeleton(token: str) -> str:
    """The consonants that a name keeps in most spellings: `MUKHTAR` and `MOKHTAAR` give `MKTR`.

    A leading vowel stays as `A` and a leading H or Y as it is. Other scripts are unchanged.
    """
    if not token.isascii():
        return token
    sounds = _DOUBLE.sub(r"\1", token)
    for spelled, heard in _SOUNDS:
        sounds = sounds.replace(spelled, heard)
    start = "A" if sounds[:1] in tuple("AEIOU") else sounds[:1]
    return start + sounds[1:].translate(_SILENT)


def _tidy(text: str) -> str:
    """Upper case, one form of each sign, single blanks; invisible signs are removed."""
    value = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())
    value = "".join(sign for sign in value if sign.isspace() or not _invisible(sign))
    return " ".join(value.translate(_SIGNS).split())


def _invisible(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cf")


def _named(text: str) -> str:
    return "" if text in _NO_NAME else text


def _without_titles(given: str) -> str:
    words = given.split()
    while len(words) > 1 and words[0] in _TITLES:
        words.pop(0)
    while words:
        if len(words) > 1 and words[-1] in _TITLES:
            words.pop()
            continue
        shorter = _unglued(words[-1])
        if shorter == words[-1]:
            break
        words[-1] = shorter
    return " ".join(words)


def _unglued(word: str) -> str:
    """The word without a title written onto it, if at least three letters of a name are left."""
    if word in _NAMES_LIKE_TITLES:
        return word
    for title in _GLUED:
        if word.endswith(title) and len(word) - len(title) >= 3:
            return word.removesuffix(title)
    return word
