"""Single values of a PAXLST: a person's name, bag tags, and whether a text can be a date."""

import re
from functools import lru_cache

from parakh.ingest.edifact import Segment
from parakh.ingest.records import DeclaredAddress, DeclaredContact

_MAX_SERIES = 99
"""A bag-tag series longer than this is a mistake of the sender."""

_TAG_SERIES = re.compile(r"(.*?)(\d{1,18})", re.DOTALL)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


_CONTACTS = {"TE": "phone", "AL": "phone", "EM": "email", "FX": "fax"}
"""COM 3155: telephone, mobile telephone, e-mail, fax."""

_ACTIONS = {
    "CP": "change",
    "XR": "cancel",
    "RP": "reduction",
    "CL": "close",
    "CLOB": "boarded",
    "CLNB": "not boarded",
    "XF": "cancel flight",
    "CF": "change flight",
    "CC": "change",
    "BC": "change",
    "EC": "change",
    "FC": "change",
}
"""BGM C106 1004, as the implementation guide and the United States' use it: change, cancelled
reservation and reduction of a party for passengers; close, cancelled and changed flight for its
status; a change of crew. Other codes of crews (A to F) tell the kind of flight only."""

_MASTER_CREW_ACTIONS = {"H": "cancel", "I": "change"}
"""The same of a master crew list: G adds, H deletes, I changes."""

_FUNCTIONS = {"1": "cancel", "3": "cancel", "4": "change", "5": "replace", "36": "change"}
"""BGM 1225: cancellation, deletion, change, replacement; 9 is an original, 2 an addition to it."""

_PARTS = {"C": "first", "F": "final"}

CREW_LIST = "250"
"""BGM 1001: the crew of a voyage."""

MASTER_CREW = "336"
"""BGM 1001: all who may fly as a carrier's crew, on no flight in particular."""


def action_of(segment: Segment) -> str:
    """What a BGM says is to be done with the list: its document number, else its function code."""
    actions = _MASTER_CREW_ACTIONS if segment.get(0) == MASTER_CREW else _ACTIONS
    return actions.get(segment.get(1).upper(), "") or _FUNCTIONS.get(segment.get(2), "")


def transfer(header: Segment) -> tuple[int | None, str]:
    """UNH S010: place among the messages of one list, and `first` or `final`."""
    number = header.get(3)
    sequence = int(number) if number.isdecimal() and len(number) <= 3 else None
    return sequence, _PARTS.get(header.get(3, 1).upper(), "")


def contacts_of(segment: Segment) -> list[DeclaredContact]:
    """The contacts of a COM: `number:TE` each."""
    return [
        DeclaredContact(
            kind=_CONTACTS.get(element[1].strip().upper() if len(element) > 1 else "", "other"),
            value=element[0].strip(),
            line=segment.line,
        )
        for element in segment.elements
        if element[0].strip()
    ]


def party_address(segment: Segment) -> DeclaredAddress | None:
    """The address behind a person's name in NAD; None if there is none."""
    street = " ".join(part.strip() for part in segment.elements[4] if part.strip())
    get = segment.get
    if not any((street, get(5), get(6), get(7), get(8))):
        return None
    return DeclaredAddress(
        street=street,
        city=get(5),
        region=get(6) or get(6, 3),
        postal_code=get(7),
        country=get(8),
        line=segment.line,
    )


def place_of_birth(segment: Segment) -> str:
    """Town and region of a LOC+180; its country stands in the place itself."""
    get = segment.get
    parts = (get(1, 3), get(2, 3) or get(2), get(3, 3) or get(3))
    return ", ".join(part for part in parts if part)


def party_name(segment: Segment) -> tuple[str, str]:
    """Family name and given names of a NAD.

    They stand in C080 (party name) as components, else in C058 (free text) or, wrongly, in C082;
    a single component may hold both with a slash between, as on a ticket.
    """
    elements = segment.elements
    for index in (3, 2, 1):
        if len(elements) <= index:
            continue
        parts = [part.strip() for part in elements[index]]
        if not any(parts):
            continue
        family, given = parts[0], " ".join(part for part in parts[1:] if part)
        if not given and "/" in family:
            family, _, given = family.partition("/")
            given = given.replace("/", " ")
        return family.strip(), given.strip()
    return "", ""


def bag_tags(segment: Segment) -> tuple[list[str], bool]:
    """The tag numbers of an FTX+BAG; `number:count` is a series that begins with that number."""
    if len(segment.elements) <= 3:
        return [], True
    tags = [part.strip() for part in segment.elements[3] if part.strip()]
    if len(tags) != 2 or not (tags[1].isdecimal() and len(tags[1]) <= 3):
        return tags, True
    series = _TAG_SERIES.fullmatch(tags[0])
    count = int(tags[1])
    if series is None or not 1 <= count <= _MAX_SERIES:
        return tags[:1], False
    prefix, digits = series.groups()
    numbers = range(int(digits), int(digits) + count)
    return [f"{prefix}{number:0{len(digits)}d}" for number in numbers], True


@lru_cache(maxsize=4096)
def may_be_date(value: str, *, time: bool) -> bool:
    """Whether the text can be a date (YYMMDD and longer, parts unknown), or a date and time."""
    text = value.strip().upper().replace("-", "")
    digits = text.replace("<", "0").replace("X", "0")
    if not (digits.isascii() and digits.isdecimal()):
        return False
    if time:
        if len(text) not in (6, 8, 10, 12, 14) or text != digits:
            return False
        day, clock = (digits, "") if len(text) in (6, 8) else _split_time(digits)
        return _is_day(day, partial=False) and _is_clock(clock)
    if len(digits) == 6 and int(digits[2:4]) > 12:
        return digits[:2] in ("19", "20") and 1 <= int(digits[4:]) <= 12
    return len(digits) in (2, 4) or (len(digits) in (6, 8) and _is_day(digits, partial=True))


def _split_time(digits: str) -> tuple[str, str]:
    """YYMMDD and HHMM, CCYYMMDD and HHMM, or CCYYMMDD and HHMMSS."""
    length = 6 if len(digits) == 10 else 8
    return digits[:length], digits[length:]


def _is_day(digits: str, *, partial: bool) -> bool:
    month, day = int(digits[-4:-2]), int(digits[-2:])
    if not month:
        return partial
    return month <= 12 and (0 if partial else 1) <= day <= _DAYS[month - 1]


def _is_clock(digits: str) -> bool:
    return not digits or (int(digits[:2]) <= 24 and int(digits[2:4]) <= 59)
