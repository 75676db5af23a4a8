"""What every form of watchlist file is read to: entries as they stand in it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from parakh.domain.message import Problem, Severity

MOST_TOLD = 120
"""Characters by which a problem names an entry."""

_MARKER = re.compile(r"(?:^|[\s,;.\"“])\(?[a-z]\)\s")
"""Of an enumeration such as `(a) Kabul, (b) Herat` or `a) 1960 b) 1962`."""

_FATHER = re.compile(r"father['’`´]?s name(?:\s+is|\s*:)?\s+([^.;,()\[\]\n]{3,80})", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredEntry:
    """One entry as it stands, blanks around values removed; `line` is its first, from 1.

    Attributes:
        list: the name of the watchlist; "" in forms that hold one list only.
        kind: a value of `parakh.domain.watchlist.EntryKind`.
        family_name: of whatever is no person, the whole name.
        aliases, weak_aliases: `FAMILY, GIVEN` each, or whole names.
        documents: type code, number and issuer each, beside the one of the `document_` fields.
        identifiers: kind (`IdentifierKind`), value and country each.
        source_id: the source's own, lasting identifier; "" where it has none.
        header: the columns of the table, where it is one of Parakh's own form.
    """

    line: int
    list: str
    kind: str
    family_name: str = ""
    given_names: str = ""
    aliases: tuple[str, ...] = ()
    weak_aliases: tuple[str, ...] = ()
    birth_dates: tuple[str, ...] = ()
    sex: str = ""
    nationalities: tuple[str, ...] = ()
    father_names: tuple[str, ...] = ()
    birth_places: tuple[str, ...] = ()
    document_type: str = ""
    document_number: str = ""
    document_issuer: str = ""
    documents: tuple[tuple[str, str, str], ...] = ()
    identifiers: tuple[tuple[str, str, str], ...] = ()
    source_id: str = ""
    reason: str = ""
    expires: str = ""
    header: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def told(self) -> str:
        """By what somebody finds it in the file: its number there, and its name or document."""
        names = f"{self.family_name}, {self.given_names}".strip(", ")
        number = self.document_number or next((own[1] for own in self.documents), "")
        return f"{self.source_id} {names or number}".strip()[:MOST_TOLD]

    def column(self, name: str) -> int:
        """Place of a column in the table, from 1; 1 where there is no table."""
        return self.header.index(name) + 1 if name in self.header else 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """When the publisher says that the file was made, as he says it."""

    text: str


Found = DeclaredEntry | Problem | Published


def warning(line: int, cause: str, *, file: str = "") -> Problem:
    """Something that cost no entry."""
    return Problem(line=line, column=1, segment=file, cause=cause, severity=Severity.WARNING)


def error(line: int, cause: str, *, column: int = 1, file: str = "") -> Problem:
    """Something that cost an entry."""
    return Problem(line=line, column=column, segment=file, cause=cause)


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """The values that are not empty, each once, blanks around and within them made single."""
    tidy = (" ".join(value.split()) for value in values)
    return tuple(dict.fromkeys(value for value in tidy if value))


def told(*parts: tuple[str, Iterable[str]]) -> str:
    """Labelled texts as one paragraph: `Programme: SDGT. Title: Colonel.`; empty ones are left
    out."""
    lines = []
    for label, texts in parts:
        text = "; ".join(distinct(texts)).rstrip(". ")
        if text:
            lines.append(f"{label}: {text}." if label else f"{text}.")
    return " ".join(lines)


def enumerated(text: str) -> tuple[str, ...]:
    """The parts of an enumeration by letters in brackets, or the text as one part."""
    value = " ".join(text.split()).strip('"“” ')
    parts = _MARKER.split(f" {value}") if len(_MARKER.findall(f" {value}")) > 1 else [value]
    return distinct(part.strip(' ,;."“”') for part in parts)


def fathers(text: str) -> tuple[str, ...]:
    """Fathers' names that a remark tells: `Father's name is Noor Muhammad.`"""
    return distinct(found.strip() for found in _FATHER.findall(text))


_OTHERWISE = re.compile(
    r"(\S+)\s*\((?:a\.k\.a\.|also|or|alternatively)\s*:?\s*([^()]*)\)", re.IGNORECASE
)


def split_capitals(name: str) -> tuple[str, str]:
    """Family name and given names of `BEN ALI Zine` or `Igor GIRKIN`, where capitals tell.

    A name that is written in one way throughout stays whole, as given names: where the family's
    name stands depends on the country.
    """
    words = name.split()
    families = [word for word in words if _capitals(word)]
    if not families or len(families) == len(words):
        return "", " ".join(words)
    return " ".join(families), " ".join(word for word in words if not _capitals(word))


def spellings(name: str) -> tuple[str, ...]:
    """The spellings in one field: each script's own, and `Naim (a.k.a. Naeem) HASSAN` twice."""
    found = _OTHERWISE.search(name)
    if found is None:
        return by_script(name)
    rest = name[: found.start()], name[found.end() :]
    others = [found[1], *re.split(r"[,;/]| or ", found[2])]
    return distinct(
        spelling
        for other in others[:12]
        if other.strip()
        for spelling in by_script(f"{rest[0]}{other.strip()}{rest[1]}")
    )


def by_script(name: str) -> tuple[str, ...]:
    """A name that stands in Latin letters and in other ones, as two names."""
    words = [word.strip("()/") for word in name.split()]
    latin = [word for word in words if not _foreign(word)]
    foreign = [word for word in words if _foreign(word)]
    return distinct([" ".join(latin), " ".join(foreign)])


def _capitals(word: str) -> bool:
    return word.isupper() and sum(sign.isalpha() for sign in word) > 1


def _foreign(word: str) -> bool:
    return any(
        sign.isalpha() and ord(sign) > 0x24F and not 0x1E00 <= ord(sign) <= 0x1EFF for sign in word
    )
