"""Single values of a PNRGOV: dates and times, and the texts of special services (SSR)."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from parakh.ingest.edifact import Segment
from parakh.ingest.records import DeclaredAddress, DeclaredBag, DeclaredContact, DeclaredDocument

_MONTHS = {
    "JAN": "01",
    "FEB": "02",
    "MAR": "03",
    "APR": "04",
    "MAY": "05",
    "JUN": "06",
    "JUL": "07",
    "AUG": "08",
    "SEP": "09",
    "OCT": "10",
    "NOV": "11",
    "DEC": "12",
}
_NAMED = re.compile(r"(\d{1,2})([A-Z]{3})(\d{2}|\d{4})")
_CONTACT = re.compile(r"\bCTC([A-Z])?\b[ /]*(.*)", re.DOTALL | re.ASCII)
"""A letter that is no ASCII ends no word, so that it is found alike whatever the character set."""

_KINDS = {"E": "email", "F": "fax", "A": "other"}
"""Fourth letter of CTCx: e-mail, fax, address; the others are telephones."""

_TYPES = {
    "A": "ADT",
    "ADT": "ADT",
    "C": "CHD",
    "CH": "CHD",
    "CHD": "CHD",
    "CNN": "CHD",
    "IN": "INF",
    "INF": "INF",
    "INS": "INF",
    "IS": "INF",
}
_BORN = re.compile(r"(?:^|[ /])(\d[^ /]*)")
_IDENTITIES = {"PP": "P", "NI": "I", "ID": "I", "CN": "O", "DL": "O"}
_MAX_TAGS = 99
_DIGITS = re.compile(r"(.*?)(\d{1,18})", re.DOTALL)


_PADDING = ("",) * 8


def padded(element: Sequence[str]) -> list[str]:
    """The components without surrounding blanks, and eight empty ones behind them."""
    return [*map(str.strip, element), *_PADDING]


def parts_of(segment: Segment, element: int) -> list[str]:
    """One element as `padded` gives it; quicker than to get several components one by one."""
    elements = segment.elements
    return padded(elements[element]) if element < len(elements) else [*_PADDING]


def traveller_type(code: str) -> str:
    """`ADT`, `CHD` or `INF` of the code in TIF 6353; "" for any other."""
    return _TYPES.get(code.upper(), "")


@lru_cache(maxsize=4096)
def moment(date: str, time: str = "") -> str:
    """`YYMMDDHHMM` of DDMMYY and HHMM, shorter if the time is missing.

    What is written otherwise is given back as it stands.
    """
    if len(date) == 8 and date.isdecimal():
        date = date[:4] + date[6:]
    if len(date) != 6 or not date.isdecimal():
        return f"{date}{time}"
    return f"{date[4:]}{date[2:4]}{date[:2]}{time[:4]}"


@lru_cache(maxsize=32768)
def named_date(text: str) -> str:
    """`YYMMDD` (or CCYYMMDD) of 12JUL64 (or 12JUL1964); other texts as they stand."""
    match = _NAMED.fullmatch(text)
    if match is None or match[2] not in _MONTHS:
        return text
    return f"{match[3]}{_MONTHS[match[2]]}{int(match[1]):02d}"


class Service(NamedTuple):
    """An SSR: what it says, and for whom (`details`: datum and traveller reference each)."""

    code: str
    status: str
    quantity: int | None
    carrier: str
    origin: str
    destination: str
    text: str
    details: tuple[tuple[str, str], ...]

    @property
    def travellers(self) -> tuple[str, ...]:
        """The references of the travellers it is for; empty if it does not tell."""
        details = self.details
        return tuple([reference for _, reference in details if reference]) if details else ()


def read_service(segment: Segment) -> Service:
    """An SSR segment: C334 first, then one detail for each traveller or seat."""
    elements = segment.elements
    head = elements[0] if elements else ()
    code, status, quantity, carrier, _, _, origin, destination, *_ = padded(head)
    details: tuple[tuple[str, str], ...] = ()
    if len(elements) > 1:
        found = [padded(detail) for detail in elements[1:] if detail != ("",)]
        details = tuple([(detail[0], detail[2]) for detail in found])
    text = "".join(head[8:]).strip() if len(head) > 8 else ""
    number = whole(quantity) if quantity else None
    return Service(code.upper(), status, number, carrier, origin, destination, text, details)


class Identity(NamedTuple):
    """What a DOCS text says of a person; `infant` if it is that of a child on his lap."""

    document: DeclaredDocument | None
    family: str
    given: str
    birth_date: str
    sex: str
    nationality: str
    infant: bool


def read_docs(text: str, line: int) -> Identity:
    """`/type/issuer/number/nationality/birth date/sex/expiry/family/given/middle` (AIRIMP)."""
    parts = [*map(str.strip, text.split("/"))]
    if 0 < len(parts[0]) <= 2:
        parts.insert(0, "")
    if len(parts) < 11:
        parts += [""] * (11 - len(parts))
    _, kind, issuer, number, nationality, born, sex, expiry, family, given, middle = parts[:11]
    document = None
    if number:
        document = DeclaredDocument(
            type=kind,
            number=number,
            issuer=issuer,
            expiry=named_date(expiry.upper()),
            line=line,
            lines={"issuer": line, "expiry": line},
        )
    sex, name = sex.upper(), f"{given} {middle}".strip()
    birth_date, infant = named_date(born.upper()), sex in ("MI", "FI")
    return Identity(document, family, name, birth_date, sex[:1], nationality, infant)


def read_doco(text: str, line: int) -> tuple[str, DeclaredDocument | None]:
    """Place of birth, and the visa (type V) or other number, of
    `/birth place/type/number/place of issue/date of issue/country`."""
    parts = [part.strip() for part in text.removeprefix("/").split("/")]
    parts += [""] * (6 - len(parts))
    place, kind, number, issued_at, issued, country = parts[:6]
    if not number:
        return place, None
    document = DeclaredDocument(
        type=kind,
        number=number,
        issuer=country,
        issued=named_date(issued.upper()),
        issued_at=issued_at,
        line=line,
        lines={"issuer": line},
    )
    return place, document


def read_doca(text: str, traveller: str, line: int) -> DeclaredAddress:
    """`/R residence or D destination/country/street/city/region/postal code`."""
    parts = [part.strip() for part in text.removeprefix("/").split("/")]
    parts += [""] * (6 - len(parts))
    purpose, country, street, city, region, postal_code = parts[:6]
    return DeclaredAddress(
        purpose=purpose,
        street=street,
        city=city,
        region=region,
        country=country,
        postal_code=postal_code,
        traveller=traveller,
        line=line,
    )


def read_foid(text: str, line: int) -> DeclaredDocument | None:
    """A form of identification: PP passport, NI or ID identity card, DL licence, CN; else None."""
    value = text.removeprefix("/").strip()
    kind, number = _IDENTITIES.get(value[:2].upper(), ""), value[2:].strip(" -/")
    if not kind or not number:
        return None
    return DeclaredDocument(type=kind, number=number, line=line)


def read_inft(text: str) -> tuple[str, str, str]:
    """Family name, given names and birth date of an infant.

    Systems write `FAMILY/GIVEN/10AUG11`, `FAMILY/GIVEN 10AUG11`, `FAMILY/GIVEN/MSTR/10AUG11`, and
    the number of a traveller behind it (`10AUG11/P1`): no name begins with a digit, a date does.
    """
    match = _BORN.search(text)
    name = text[: match.start()] if match else text
    family, *given = (part.strip() for part in name.strip(" /").split("/"))
    return family, " ".join(filter(None, given)), named_date(match[1].upper()) if match else ""


def read_contact(text: str, traveller: str, line: int) -> DeclaredContact | None:
    """The contact in `CTCE NAME//DOMAIN.COM` or `CTC 555 1234`; None if there is none.

    In e-mail addresses AIRIMP writes `//` for @, `..` for an underscore and `./` for a hyphen.
    """
    match = _CONTACT.search(text)
    if match is None or not match[2].strip():
        return None
    kind = _KINDS.get(match[1] or "", "phone")
    return contact(kind, match[2], traveller, line)


def before_contact(text: str) -> int:
    """How many characters of a remark stand before the contact it gives; all if it gives none."""
    match = _CONTACT.search(text)
    return len(text) if match is None or not match[2].strip() else match.start()


def contact(kind: str, value: str, traveller: str, line: int) -> DeclaredContact:
    """A contact whose value was written as AIRIMP has it."""
    value = value.strip().removeprefix("/") if kind == "phone" else value.strip()
    if kind == "email":
        value = value.replace("//", "@").replace("..", "_").replace("./", "-")
    return DeclaredContact(kind=kind, value=value, traveller=traveller, line=line)


def service_contact_kind(code: str) -> str:
    """Kind of contact of an SSR CTCx."""
    return _KINDS.get(code[3:4], "phone")


def whole(text: str) -> int | None:
    """A small whole number, or None."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else None


def bags_of(segment: Segment, traveller: str) -> list[DeclaredBag]:
    """The bag tags of a TBD: `carrier:first tag:how many in sequence:destination` each."""
    bags: list[DeclaredBag] = []
    for element in segment.elements[2:]:
        parts = padded(element)
        carrier, first = parts[0], parts[1]
        match = _DIGITS.fullmatch(first)
        if match is None or carrier in ("HP", "MP"):
            continue
        prefix, digits = match[1], match[2]
        if carrier.isdecimal() and len(first) < 10:
            prefix = carrier + prefix
        count = min(whole(parts[2]) or 1, _MAX_TAGS)
        bags += [
            DeclaredBag(
                tag=f"{prefix}{int(digits) + step:0{len(digits)}d}",
                carrier=carrier,
                destination=parts[3] or parts[4],
                traveller=traveller,
            )
            for step in range(count)
        ]
    return bags
