"""Air waybills as text: Cargo-IMP messages FWB (air waybill) and FHL (house waybills).

IATA Cargo Interchange Message Procedures, FWB versions 9 to 17 and FHL versions 2 to 5. A message
is made of lines; each begins with a word of two or three letters, or goes on the one before with a
slant. A file may hold any number of messages, with a telex heading before each.
"""

import re
from bisect import bisect_right

from parakh.domain.message import Problem
from parakh.ingest.submission import Submission
from parakh.ingest.waybills_air import AirWaybill
from parakh.ingest.waybills_house import HouseWaybills
from parakh.ingest.waybills_lines import lines_of

_BEGIN = re.compile(r"^[ \t]*(FWB|FHL)/([0-9]{1,2})[ \t]*\r?$", re.MULTILINE)
_HEADING = re.compile(rb"(?m)^[ \t]*(?:FWB|FHL)/[0-9]{1,2}[ \t]*\r?$")


def is_cargo_imp(head: bytes) -> bool:
    """Whether a transmission that begins so has a Cargo-IMP message in it."""
    return _HEADING.search(head) is not None


def read(data: bytes) -> tuple[Submission, ...]:
    """Reads every message of a transmission, in their order; never raises."""
    encoding = "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        # One character is then one byte, so that offsets stay right.
        encoding = "latin-1"
        text = data.decode(encoding)
    begins = [match.start() for match in _BEGIN.finditer(text)]
    lines = [match.start() for match in re.finditer(r"^", text, re.MULTILINE)]
    found = []
    at, before = 0, 0
    for ordinal, begin in enumerate(begins, 1):
        end = begins[ordinal] if ordinal < len(begins) else len(text)
        at += len(text[before:begin].encode(encoding))
        size = len(text[begin:end].encode(encoding))
        line = bisect_right(lines, begin)
        found.append(_message(text[begin:end], ordinal, line, at, at + size))
        at, before = at + size, end
    return tuple(found)


def _message(text: str, ordinal: int, line: int, start: int, end: int) -> Submission:
    kind, _, version = text.split("\n", 1)[0].strip().partition("/")
    reading = HouseWaybills() if kind == "FHL" else AirWaybill()
    for own in lines_of(text, line):
        reading.take(own)
    goods = reading.finished()
    if not goods and not reading.problems:
        cause = "The message names no air waybill"
        reading.problems.append(Problem(line=line, column=1, segment=kind, cause=cause))
    return Submission(
        ordinal=ordinal,
        message_type=kind,
        version=version,
        reference="",
        function="",
        line=line,
        start=start,
        end=end,
        goods=tuple(goods),
        problems=tuple(sorted(reading.problems, key=lambda own: own.line)),
        unmapped=tuple(reading.unmapped),
        fatal=not goods,
    )
