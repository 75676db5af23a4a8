"""Single values of a PAXLST: a person's name, bag tags, and whether a text can be a date."""

import re
from functools import lru_cache

from parakh.ingest.edifact import Segment

_MAX_SERIES = 99
"""A bag-tag series longer than this is a mistake of the sender."""

_TAG_SERIES = re.compile(r"(.*?)(\d{1,18})", re.DOTALL)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


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
