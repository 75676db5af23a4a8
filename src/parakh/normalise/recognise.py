"""What kind of thing somebody typed into the search box; most texts may be several."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from parakh.domain.traveller import is_number
from parakh.domain.watchlist import IdentifierKind
from parakh.errors import Unreadable
from parakh.normalise.contacts import read_email, read_phone
from parakh.normalise.documents import check_digit, document_number
from parakh.normalise.identifiers import read_container, read_identifier
from parakh.normalise.mrz import read_mrz
from parakh.normalise.names import comparison_form

LONGEST = 200
"""Characters of a text that are read."""


class Sought(StrEnum):
    """Kinds of thing that a text may name."""

    NAME = "name"
    NUMBER = "number"
    LOCATOR = "locator"
    FLIGHT = "flight"
    CONTAINER = "container"
    WAYBILL = "waybill"
    IMO = "imo"
    PHONE = "phone"
    EMAIL = "email"
    CASE = "case"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One thing that a text may name, and its value as it is stored.

    Values: of a name the words as typed; of a number letters and digits without signs; of a flight
    `PK304`, with `/2026-11-22` where a day was told; of a phone E.164; of a case its whole number.
    """

    kind: Sought
    value: str


_CASE = re.compile(r"(?:[A-Z]{1,5}[ \-]?)?(\d{4}-\d{6})")
_WAYBILL = re.compile(r"(\d{3})[ \-]?(\d{4})[ ]?(\d{4})")
_FLIGHT = re.compile(
    r"(?P<carrier>(?:[A-Z]{2}|[A-Z]\d|\d[A-Z]|[A-Z]{3})) ?-?0*(?P<number>[1-9]\d{0,3}[A-Z]?)"
    r"(?:[ /]+(?P<day>\d{4}-\d{2}-\d{2}))?"
)
_LOCATOR = re.compile(r"[A-Z0-9]{5,8}")
_MRZ_LINE = re.compile(r"[A-Z0-9<]{30}|[A-Z0-9<]{36}|[A-Z0-9<]{44}")
_PHONE = re.compile(r"\+?[\d\s.\-()/]{7,25}")


def recognise(text: str) -> tuple[Reading, ...]:
    """All things that a text may name, the surest first; empty for a text that names nothing.

    A text that proves itself (a check digit, an at-sign, a machine readable zone) is nothing else.
    Container: ISO 6346; air waybill: IATA Resolution 600a (serial number modulo 7); ship: IMO
    resolution A.1117(30); zone: ICAO 9303 parts 4 to 6; flight: IATA or ICAO designator and number.
    """
    shown = unicodedata.normalize("NFKC", text[:LONGEST]).strip()
    value = " ".join(shown.upper().split())
    if not value:
        return ()
    proven = tuple(_proven(shown, value))
    if proven:
        return proven
    return tuple(dict.fromkeys(_possible(value)))


def _proven(shown: str, value: str) -> Iterator[Reading]:
    if mail := read_email(value) if "@" in value else "":
        yield Reading(kind=Sought.EMAIL, value=mail)
    elif "<" in value:
        yield from _zone(shown)
    elif found := _CASE.fullmatch(value):
        yield Reading(kind=Sought.CASE, value=found[1])
    elif container := _container(value):
        yield Reading(kind=Sought.CONTAINER, value=container)
    elif value.startswith("+") and (phone := read_phone(value)):
        yield Reading(kind=Sought.PHONE, value=phone)
    elif value.startswith("IMO"):
        yield from _imo(value)


def _possible(value: str) -> Iterator[Reading]:
    compact = document_number(value)
    if found := _FLIGHT.fullmatch(value):
        day = f"/{found['day']}" if found["day"] else ""
        yield Reading(kind=Sought.FLIGHT, value=f"{found['carrier']}{found['number']}{day}")
    if (waybill := _WAYBILL.fullmatch(value)) and _is_waybill(waybill[2] + waybill[3]):
        yield Reading(kind=Sought.WAYBILL, value="".join(waybill.groups()))
    yield from _imo(value)
    if any(map(str.isdigit, compact)) and is_number(compact):
        yield Reading(kind=Sought.NUMBER, value=compact)
    if _LOCATOR.fullmatch(value) and is_number(value):
        yield Reading(kind=Sought.LOCATOR, value=value)
    if _PHONE.fullmatch(value) and is_number(compact):
        # Where it lies is for the centre to say: in its own country, if nowhere else.
        yield Reading(kind=Sought.PHONE, value=value)
    if any(sign.isalpha() for sign in comparison_form(value)) and not _is_code(compact):
        yield Reading(kind=Sought.NAME, value=value)


def _is_code(compact: str) -> bool:
    """Whether a word has more digits than a name can: `PA1000030`."""
    return sum(map(str.isdigit, compact)) > len(compact) // 3


def _container(value: str) -> str:
    try:
        return read_container(value)
    except Unreadable:
        return ""


def _imo(value: str) -> Iterator[Reading]:
    try:
        yield Reading(kind=Sought.IMO, value=read_identifier(IdentifierKind.IMO, value))
    except Unreadable:
        return


def _is_waybill(serial: str) -> bool:
    return int(serial[:7]) % 7 == int(serial[7])


def _zone(shown: str) -> Iterator[Reading]:
    """The number and the name in a machine readable zone, or in one line of it."""
    try:
        zone = read_mrz(shown.upper())
    except Unreadable:
        yield from _line("".join(shown.upper().split()))
        return
    yield Reading(kind=Sought.NUMBER, value=zone.number)
    if zone.name.full:
        yield Reading(kind=Sought.NAME, value=zone.name.full)


def _line(line: str) -> Iterator[Reading]:
    if not _MRZ_LINE.fullmatch(line):
        return
    # TD1: the number in the first line; TD2 and TD3: in the second (ICAO 9303-4, -5, -6).
    start = 5 if len(line) == 30 else 0
    number, digit = line[start : start + 9], line[start + 9]
    if number.strip("<") and digit == check_digit(number):
        yield Reading(kind=Sought.NUMBER, value=document_number(number))
    elif line[0] in "PVACI" and "<<" in line[5:]:
        family, _, given = line[5:].partition("<<")
        name = f"{given} {family}".replace("<", " ")
        yield Reading(kind=Sought.NAME, value=" ".join(name.split()))
