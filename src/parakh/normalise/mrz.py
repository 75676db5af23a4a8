"""Machine readable zones of travel documents (ICAO 9303 parts 3 to 7).

A wrong check digit is no error here: readers err, and forgers do. It is named in `problems`, so
that an officer can look at the document again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.traveller import Document, DocumentType, PersonName, Sex
from parakh.errors import Unreadable
from parakh.normalise.codes import country
from parakh.normalise.dates import read_expiry
from parakh.normalise.documents import check_digit, document_number, document_type
from parakh.normalise.names import read_name

ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")


class MrzFormat(StrEnum):
    """Sizes of machine readable zones: TD1 3 x 30, TD2 and MRV-B 2 x 36, TD3 and MRV-A 2 x 44."""

    TD1 = "TD1"
    TD2 = "TD2"
    TD3 = "TD3"
    MRV_A = "MRV-A"
    MRV_B = "MRV-B"


@dataclass(frozen=True, kw_only=True, slots=True)
class MrzProblem:
    """What is wrong with one field of a zone.

    Attributes:
        field: `number`, `birth_date`, `expiry`, `personal_number`, `composite` or `characters`.
        cause: the sentence for the officer.
        mended: the field as it would be right if one letter and one digit that look alike (O and 0,
            I and 1, B and 8, S and 5, Z and 2) had been mixed up; None if no such change, or more
            than one, would do.
    """

    field: str
    cause: Phrase
    mended: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Mrz:
    """A zone as read. `birth_date` and `expiry` are YYMMDD as printed, with `<` where not known.

    Attributes:
        issuer, nationality: alpha-3 or ICAO codes; None if the code is not known.
        truncated: the name fills its field, so that its end may have been cut.
        optional: the optional data, or the personal number of a passport, without fillers.
    """

    format: MrzFormat
    code: str
    issuer: str | None
    number: str
    name: PersonName
    truncated: bool
    nationality: str | None
    birth_date: str
    sex: Sex
    expiry: str
    optional: str
    problems: tuple[MrzProblem, ...] = ()

    @property
    def type(self) -> DocumentType:
        """The kind of document."""
        return document_type(self.code)

    def document(self, today: date) -> Document:
        """The document as a domain value; raises Unreadable if its expiry is no date."""
        return Document(
            type=self.type,
            number=self.number,
            issuer=self.issuer,
            expiry=read_expiry(self.expiry, today),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fields:
    """The fields of any format as they stand, and the text that the composite digit covers."""

    format: MrzFormat
    code: str
    issuer: str
    number: str
    number_digit: str
    name: str
    nationality: str
    birth_date: str
    birth_digit: str
    sex: str
    expiry: str
    expiry_digit: str
    optional: str
    personal_digit: str = ""
    composite: str = ""
    composite_digit: str = ""


_SHAPES = {
    (3, 30): (MrzFormat.TD1, MrzFormat.TD1),
    (2, 36): (MrzFormat.TD2, MrzFormat.MRV_B),
    (2, 44): (MrzFormat.TD3, MrzFormat.MRV_A),
}
"""Lines and their length to the format of documents and that of visas."""

_LENGTHS = {lines * length: length for lines, length in _SHAPES}

_WRONG_DIGIT = {
    "number": N_("The check digit of the document number is wrong"),
    "birth_date": N_("The check digit of the birth date is wrong"),
    "expiry": N_("The check digit of the date of expiry is wrong"),
    "personal_number": N_("The check digit of the personal number is wrong"),
    "composite": N_("The check digit of the whole zone is wrong"),
}
_STRANGE = N_("The zone has characters other than A-Z, 0-9 and <")

_ALIKE = {
    "O": "0", "D": "0", "Q": "0", "I": "1", "Z": "2", "S": "5", "B": "8",
    "0": "ODQ", "1": "I", "2": "Z", "5": "S", "8": "B",
}  # fmt: skip
"""Characters that readers mix up. G and 6 have the same value modulo 10, so no digit tells them."""


def read_mrz(text: str) -> Mrz:
    """Reads a zone given as lines, or all in one line; blanks are dropped, letters made large.

    Check digits catch every single wrong character except one whose value differs by a multiple of
    10 (such as 6 and G), which is in the nature of modulus 10. Raises Unreadable if the number of
    lines and their length are of none of the five formats.
    """
    lines = _lines(text)
    shape = _SHAPES.get((len(lines), len(lines[0])))
    if shape is None or len({len(line) for line in lines}) > 1:
        raise Unreadable("not a machine readable zone: its lines are not 3 x 30, 2 x 36 or 2 x 44")
    problems = []
    if not ALPHABET.issuperset("".join(lines)):
        problems.append(MrzProblem(field="characters", cause=phrase(_STRANGE)))
        lines = ["".join(sign if sign in ALPHABET else "<" for sign in line) for line in lines]
    form = shape[lines[0].startswith("V")]
    fields = _td1(lines) if form is MrzFormat.TD1 else _two_lines(form, lines)
    problems.extend(_problems(fields))
    family, _, given = fields.name.partition("<<")
    return Mrz(
        format=form,
        code=fields.code.strip("<"),
        issuer=country(fields.issuer),
        number=document_number(fields.number),
        name=read_name(family, given),
        truncated=not fields.name.endswith("<"),
        nationality=country(fields.nationality),
        birth_date=fields.birth_date,
        sex=Sex(fields.sex) if fields.sex in ("M", "F") else Sex.UNSPECIFIED,
        expiry=fields.expiry,
        optional=fields.optional.strip("<"),
        problems=tuple(problems),
    )


def _lines(text: str) -> list[str]:
    lines = ["".join(line.split()).upper() for line in text.splitlines()]
    lines = [line for line in lines if line] or [""]
    length = _LENGTHS.get(len(lines[0])) if len(lines) == 1 else None
    if length is None:
        return lines
    return [lines[0][start : start + length] for start in range(0, len(lines[0]), length)]


def _td1(lines: list[str]) -> _Fields:
    """ICAO 9303-5, clause 4.2.2."""
    first, second, third = lines
    number, digit, optional = _long_number(first[5:14], first[14], first[15:30])
    return _Fields(
        format=MrzFormat.TD1,
        code=first[:2],
        issuer=first[2:5],
        number=number,
        number_digit=digit,
        name=third,
        nationality=second[15:18],
        birth_date=second[:6],
        birth_digit=second[6],
        sex=second[7],
        expiry=second[8:14],
        expiry_digit=second[14],
        optional=optional + second[18:29],
        composite=first[5:30] + second[:7] + second[8:15] + second[18:29],
        composite_digit=second[29],
    )


def _two_lines(form: MrzFormat, lines: list[str]) -> _Fields:
    """ICAO 9303-4, clause 4.2.2 (TD3); 9303-6 (TD2); 9303-7 (MRV-A, MRV-B; no composite digit)."""
    first, second = lines
    number, digit, optional = second[:9], second[9], second[28:]
    personal = composite = last = ""
    if form is MrzFormat.TD3:
        personal, optional = second[42], second[28:42]
    elif form is MrzFormat.TD2:
        number, digit, optional = _long_number(number, digit, second[28:35])
    if form in (MrzFormat.TD2, MrzFormat.TD3):
        composite, last = second[:10] + second[13:20] + second[21:-1], second[-1]
    return _Fields(
        format=form,
        code=first[:2],
        issuer=first[2:5],
        number=number,
        number_digit=digit,
        name=first[5:],
        nationality=second[10:13],
        birth_date=second[13:19],
        birth_digit=second[19],
        sex=second[20],
        expiry=second[21:27],
        expiry_digit=second[27],
        optional=optional,
        personal_digit=personal,
        composite=composite,
        composite_digit=last,
    )


def _long_number(number: str, digit: str, optional: str) -> tuple[str, str, str]:
    """Number, check digit and rest; a long number runs on in the optional data (9303-5, 4.2.2)."""
    rest, _, remaining = optional.partition("<")
    if digit != "<" or len(rest) < 2:
        return number, digit, optional
    return number + rest[:-1], rest[-1], remaining


def _problems(fields: _Fields) -> Iterator[MrzProblem]:
    yield from _check("number", fields.number, fields.number_digit)
    yield from _check("birth_date", fields.birth_date, fields.birth_digit)
    yield from _check("expiry", fields.expiry, fields.expiry_digit)
    # 9303-4, clause 4.2.2.2: the digit of an empty personal number may be left out.
    if fields.personal_digit and (fields.optional.strip("<") or fields.personal_digit != "<"):
        yield from _check("personal_number", fields.optional, fields.personal_digit)
    if fields.composite:
        yield from _check("composite", fields.composite, fields.composite_digit)


def _check(field: str, value: str, digit: str) -> Iterator[MrzProblem]:
    if check_digit(value) == digit and _possible(field, value):
        return
    mended = None
    if field != "composite":
        found = {
            new
            for new, last in _look_alikes(value, digit)
            if check_digit(new) == last and _possible(field, new)
        }
        mended = found.pop() if len(found) == 1 else None
    yield MrzProblem(field=field, cause=phrase(_WRONG_DIGIT[field]), mended=mended)


def _possible(field: str, value: str) -> bool:
    """Whether the characters are of the kind that the field takes."""
    return field not in ("birth_date", "expiry") or value.replace("<", "0").isdigit()


def _look_alikes(value: str, digit: str) -> Iterator[tuple[str, str]]:
    """Field and check digit with one character put in place of one that looks like it."""
    whole = value + digit
    for place, sign in enumerate(whole):
        for other in _ALIKE.get(sign, ""):
            changed = whole[:place] + other + whole[place + 1 :]
            yield changed[:-1], changed[-1]
