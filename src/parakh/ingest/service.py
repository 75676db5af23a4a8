"""The service characters of each interchange in a transmission, as UNA gives them or UNB uses them.

A transmission may hold several interchanges with different ones (ISO 9735-1, clause 7).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

BLANK = " \t\r\n\x00\x1a"
BOM = "\u00ef\u00bb\u00bf"
_CHARSETS = {
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
    "UNOL": "iso8859-15",
}
"""ISO 9735-1 annex A, 0001: the character sets that are neither ASCII, Latin-1 nor UTF-8."""

_HEAD = re.compile(
    r"UNB *(?P<element>[^A-Z0-9 \t\r\n\x00\x1a])(?P<syntax>[A-Z]{3}[A-Z0-9])"
    r"(?P<component>[^A-Z0-9 \t\r\n\x00\x1a])"
)
_UNA = re.compile(r"UNA([^A-Z0-9]{4,6})[ \t\r\n\x00]*\Z")
_WHOLE_UNA = re.compile(rf"(?:{BOM})?[ \t\r\n\x00\x1a]*UNA([^A-Z0-9]{{6}})")
_BARE_HEADER = re.compile(r"UNH *(?P<element>[^A-Z0-9 \t\r\n\x00\x1a])")
_TERMINATOR = re.compile(r"([^A-Z0-9 \t\r\n\x00]|(?<=\S)\r?\n)[ \t\r\n\x00]*+UN[GH] *[^A-Z0-9 ]")
"""Each run of blanks is looked at once, here and below, or hostile input would take hours."""


class Service(NamedTuple):
    """The service characters of one interchange (UNA); `release` is empty where there is none."""

    component: str = ":"
    element: str = "+"
    release: str = "?"
    terminator: str = "'"


class Chunk(NamedTuple):
    """A run of the text under one set of service characters; `body` is where its UNA ends."""

    start: int
    una: str
    body: int
    end: int
    service: Service
    charset: str
    fault: str


def chunks(upper: str, before: "Chunk | None") -> Iterator[Chunk]:
    """The interchanges in the text, which is given in upper case; it may begin amid `before`."""
    heads = [(_una_before(upper, head.start()), head) for head in _HEAD.finditer(upper)]
    starts = [una.start() if una else head.start() for una, head in heads]
    first = starts[0] if starts else len(upper)
    if before is not None and first > 0:
        yield before._replace(start=0, una="", body=0, end=first, fault="")
    elif first > 0:
        yield _headless(upper, first)
    ends = [*starts[1:], len(upper)]
    for (una, head), start, end in zip(heads, starts, ends, strict=False):
        service, fault, characters = _service(una[1] if una else "", head, upper, end)
        charset = _CHARSETS.get(head["syntax"], "")
        body = start + 3 + len(characters) if una else start
        yield Chunk(start, characters, body, end, service, charset, fault)


def _una_before(upper: str, offset: int) -> re.Match[str] | None:
    """The UNA right before a UNB; between them there is at most a little padding."""
    return _UNA.search(upper, max(0, offset - 32), offset)


def _headless(text: str, end: int) -> Chunk:
    """What stands before the first UNB, or a whole file without one."""
    una = _WHOLE_UNA.match(text, 0, end)
    service = _of_una(una[1]) if una else None
    if una and service and service.terminator not in BLANK:
        return Chunk(una.start(1) - 3, una[1], una.end(), end, service, "", "")
    header = _BARE_HEADER.search(text, 0, end)
    service = Service(element=header["element"]) if header else Service()
    body = len(BOM) if text.startswith(BOM) else 0
    return Chunk(0, "", min(body, end), end, service, "", "")


def _service(una: str, head: re.Match[str], text: str, end: int) -> tuple[Service, str, str]:
    """The service characters, what is wrong with the UNA, and those of its characters that count.

    Some senders leave one of its six characters out; a sixth that is then a line break is none
    if the UNB line ends in the fifth.
    """
    inferred = _terminator(head, text, end)
    if not una:
        release = "" if inferred == "?" else "?"
        return Service(head["component"], head["element"], release, inferred), "", ""
    service = _of_una(una)
    cut = una[-1] in "\r\n" and una[-2] == inferred
    if service is not None and service.element == head["element"] and not cut:
        return service, "", una
    short = una.rstrip(BLANK)
    service = Service(head["component"], head["element"], _release(short), inferred)
    fault = "The UNA segment does not hold six service characters; they were told from the UNB"
    return service, fault, short


def _terminator(head: re.Match[str], text: str, end: int) -> str:
    """The character before the first UNG or UNH, if it can be the terminator, else the usual one.

    A line break is believed only where the usual terminator does not occur.
    """
    found = _TERMINATOR.search(text, head.end(), end)
    if found is None or found[1] in (head["element"], head["component"]):
        return "'"
    if found[1][-1] == "\n" and text.find("'", head.end(), end) >= 0:
        return "'"
    return found[1][-1]


def _of_una(una: str) -> Service | None:
    """The service characters as UNA gives them; None if they cannot be what is meant."""
    if len(una) != 6:
        return None
    component, element, release, terminator = una[0], una[1], una[3], una[5]
    if len({component, element, terminator}) < 3 or {component, element} & set(BLANK):
        return None
    if release in (" ", component, element, terminator):
        release = ""
    return Service(component, element, release, terminator)


def _release(una: str) -> str:
    return "\\" if "\\" in una[2:] else "?"
