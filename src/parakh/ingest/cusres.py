"""Answers to carriers: CUSRES for a passenger list, ACKRES for bookings.

Sources: the WCO/IATA/ICAO API guidelines, appendix IIB (CUSRES implementation guide), over UNTDID
D.02B and later; the IATA PADIS EDIFACT implementation guide for PNRGOV (ACKRES, its MSG and ERC
segments); ISO 9735-1 for headers, releases and repertoires.

CUSRES: BGM 1001 is `312`, acknowledgement, where no data were lost, else `962`, response (`132`,
unsolicited, is never sent). RFF+TN, the sender's transaction reference, or RFF+ACW, the reference
of his interchange. Group 3, the flight: RFF+AF, DTM+189 and +232, LOC+125 and +87, as declared.
Group 4, once a problem: ERP (1049 section, 1052 segment, 1054 line), ERC, FTX+AAO.

ACKRES: MSG with the function of the message received and 4343 `3`, processed, or `7`, not
processed; then ERC+118, system unable to process, and an IFT a problem.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from parakh.domain.message import Envelope, Part, PartState, Problem, Severity
from parakh.ingest import declarations
from parakh.ingest.records import DeclaredVoyage
from parakh.ingest.submission import Submission

OURS = "PARAKH"
"""Our identification where a carrier addressed nobody; UNB 0010 must not be empty."""

MOST_PROBLEMS = 99
"""Group 4 may occur so often (UNTDID, CUSRES, group 4); the last then counts those left out."""

REJECTED, DATA_LOST, NOTED = "REJECTED", "ERROR", "WARNING"
"""ERC 9321 of a CUSRES, in our own list (3055 `ZZZ`): the guidelines leave the codes to agreement.
For the message as a whole; where something could not be used; where nothing was lost."""

_MOST_TEXT = 350  # FTX 4440 takes 512, IFT 4440 less in older systems
_UNKNOWN = "UNKNOWN"
_SYNTAX = re.compile(r"[A-Z]{3}[A-Z0-9]:\d")
_UPPER_ONLY = frozenset(("UNOA", "IATA"))
"""Level A, which has no lower case (ISO 9735-1 annex A)."""

_OUTSIDE = re.compile(r"[^ A-Za-z0-9.,\-()/=!\"%&*;<>'+:?]")
"""What levels A and B lack; other levels have all of B, so nothing else is ever written."""

_FORMATS = {6: "101", 8: "102", 10: "201", 12: "203"}
"""DTM 2379 by the number of digits: YYMMDD, CCYYMMDD, YYMMDDHHMM, CCYYMMDDHHMM."""

_SERVICE = frozenset(("", "UNA", "UNB", "UNG", "UNH", "UNT", "UNE", "UNZ"))
_DIRECTORY = re.compile(r"(?:0[2-9]|[1-9]\d)[AB]")
_PADIS = re.compile(r"\d{1,3}:\d{1,3}")
_VERDICT = re.compile(r"'((?:BGM|MSG)\+[^']*)'")

Element = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a carrier is told of one message.

    Attributes:
        accepted: whether the message was taken in, if need be without what was wrong in it.
        text: one whole interchange, in ASCII; it holds no personal data.
    """

    accepted: bool
    text: str


def answer(part: Part, submission: Submission, run: int, at: datetime) -> Answer | None:
    """The answer to a part as it was read in this `run` at this moment (UTC); None for no EDIFACT.

    `part` holds the verdict, `submission` what the sender calls his flight and his references.
    """
    if part.message_type == declarations.MESSAGE_TYPE or (
        part.envelope is None and part.message_type not in ("PAXLST", "PNRGOV", "")
    ):
        return None
    if part.message_type == "PNRGOV":
        text = ackres(part, submission, run, at)
    else:
        text = cusres(part, submission, run, at)
    return Answer(accepted=part.state is PartState.READ, text=text)


def verdict(text: str) -> str:
    """The segment of an answer that says how it went; equal for equal verdicts."""
    found = _VERDICT.search(text)
    return found[1] if found else ""


def cusres(part: Part, submission: Submission, run: int, at: datetime) -> str:
    """A customs response as one interchange."""
    out = _Interchange(part, run, at)
    release = part.version if _DIRECTORY.fullmatch(part.version) else "05B"
    out.open("CUSRES", ("D", release, "UN", "IATA"), submission.common_reference)
    lost = part.state is not PartState.READ or any(
        own.severity is Severity.ERROR for own in part.problems
    )
    out.add("BGM", "962" if lost else "312")
    if submission.transaction:
        out.add("RFF", ("TN", submission.transaction))
    elif out.envelope.reference:
        out.add("RFF", ("ACW", out.envelope.reference))
    for voyage in [own for own in submission.voyages if own.border][:1]:
        _flight(out, voyage)
    if part.state is not PartState.READ:
        _problem(out, "1", REJECTED, "The message could not be used and must be sent again")
    first = submission.travellers[0].line if submission.travellers else None
    for problem in _told(part.problems):
        heading = problem.segment in _SERVICE or first is None or problem.line < first
        line = str(problem.line) if problem.line < 10**6 else ""  # 1054 is n..6
        section = ("1" if heading else "2", problem.segment, line)
        code = DATA_LOST if problem.severity is Severity.ERROR else NOTED
        _problem(out, section, code, f"{_place(problem)}: {problem.cause}")
    return out.close()


def ackres(part: Part, submission: Submission, run: int, at: datetime) -> str:
    """An acknowledgement of a PNRGOV as one interchange."""
    out = _Interchange(part, run, at)
    version = part.version if _PADIS.fullmatch(part.version) else "11:1"
    out.open("ACKRES", (*version.split(":"), "IA"), submission.common_reference)
    processed = part.state is PartState.READ
    function = submission.function if submission.function.isdigit() else "22"
    out.add("MSG", ("", function), "3" if processed else "7")
    told = _told(part.problems)
    if told and not processed:
        out.add("ERC", "118")
    for problem in told:
        tag = f", {problem.segment}" if problem.segment else ""
        out.add("IFT", "3", f"{_place(problem)}{tag}: {problem.cause}"[:_MOST_TEXT])
    return out.close()


def _flight(out: "_Interchange", voyage: DeclaredVoyage) -> None:
    out.add("RFF", ("AF", f"{voyage.carrier}{voyage.number}"))
    for qualifier, moment in (("189", voyage.departure), ("232", voyage.arrival)):
        if moment.isdigit() and len(moment) in _FORMATS:
            out.add("DTM", (qualifier, moment, _FORMATS[len(moment)]))
    for qualifier, port in (("125", voyage.origin), ("87", voyage.destination)):
        if port:
            out.add("LOC", qualifier, port)


def _problem(out: "_Interchange", section: str | Element, code: str, text: str) -> None:
    out.add("ERP", section)
    out.add("ERC", (code, "", "ZZZ"))
    out.add("FTX", "AAO", "", "", text[:_MOST_TEXT])


def _told(problems: Sequence[Problem]) -> Sequence[Problem]:
    """As many problems as an answer takes, errors first; the last then counts the others."""
    ordered = sorted(problems, key=lambda own: own.severity is not Severity.ERROR)
    if len(ordered) <= MOST_PROBLEMS:
        return ordered
    kept = ordered[: MOST_PROBLEMS - 1]
    cause = f"{len(ordered) - len(kept)} more are not listed here"
    return [*kept, Problem(line=kept[-1].line, column=1, segment="", cause=cause)]


def _place(problem: Problem) -> str:
    return f"Line {problem.line}, column {problem.column}"


class _Interchange:
    """Writes one message into an interchange that mirrors the one received (ISO 9735-1).

    Sender and recipient change places with their qualifiers; syntax, group and test flag stay. The
    control reference is new for each run of each part, and the same whenever it is made again.
    """

    def __init__(self, part: Part, run: int, at: datetime) -> None:
        self.envelope = part.envelope or Envelope()
        syntax = self.envelope.syntax.upper()
        self._syntax = syntax if _SYNTAX.fullmatch(syntax) else "UNOA:4"
        self._upper = self._syntax[:4] in _UPPER_ONLY
        self._reference = _control_reference(part.id, run)
        self._message = self._fit(part.reference)[:14] or "1"
        whole_year = len(self.envelope.sent.partition(":")[0]) == 8
        self._at = (at.strftime("%Y%m%d" if whole_year else "%y%m%d"), at.strftime("%H%M"))
        self._group: list[Element] = []
        self._segments: list[str] = []
        self._begun = 0
        self._partners = (
            _party(self.envelope.recipient, OURS),
            _party(self.envelope.sender, part.carrier or _UNKNOWN),
        )

    def open(self, kind: str, version: Element, common_reference: str) -> None:
        """Writes the headers; `version` is version, release, agency, and its own code if any."""
        ours, theirs = self._partners
        test = ("",) * 5 + ("1",) if self.envelope.test else ()
        head = (tuple(self._syntax.split(":")), ours, theirs, self._at, self._reference)
        self.add("UNB", *head, *test)
        if self.envelope.group:
            directory, agency = version[:2], version[2]
            self.add("UNG", kind, ours, theirs, self._at, self._reference, agency, directory)
        self._begun = len(self._segments)
        self.add("UNH", self._message, (kind, *version), common_reference[:35])

    def add(self, tag: str, *elements: str | Element) -> None:
        """Writes a segment; empty components and elements at its end are left out."""
        written = [self._element(own) for own in elements]
        while written and not written[-1]:
            written.pop()
        self._segments.append("+".join([tag, *written]))

    def close(self) -> str:
        """Writes the trailers, and gives the whole text."""
        self.add("UNT", str(len(self._segments) - self._begun + 1), self._message)
        if self.envelope.group:
            self.add("UNE", "1", self._reference)
        self.add("UNZ", "1", self._reference)
        return "UNA:+.? '" + "".join(f"{own}'" for own in self._segments)

    def _element(self, element: str | Element) -> str:
        components = (element,) if isinstance(element, str) else element
        written = [_released(self._fit(own)) for own in components]
        while written and not written[-1]:
            written.pop()
        return ":".join(written)

    def _fit(self, text: str) -> str:
        """The text in the repertoire of the syntax."""
        plain = unicodedata.normalize("NFKD", text.replace("–", "-").replace("’", "'"))
        plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
        plain = _OUTSIDE.sub(" ", plain)
        return (plain.upper() if self._upper else plain).strip()


def _released(text: str) -> str:
    return re.sub(r"([?'+:])", r"?\1", text)


def _party(text: str, otherwise: str) -> Element:
    """Identification and qualifier (UNB S002, S003)."""
    name, _, qualifier = text.partition(":")
    return (name, qualifier) if name.strip() else (otherwise,)


def _control_reference(part_id: str, run: int) -> str:
    """UNB 0020 in 14 characters: 70 bits, so that no two answers share one."""
    digest = hashlib.sha256(f"{part_id}:{run}".encode()).digest()
    return base64.b32encode(digest)[:14].decode()


def segments(text: str) -> Iterator[str]:
    """The segments of an answer one by one, for showing it on lines of their own."""
    yield from (own for own in re.findall(r"(?:[^'?]|\?.)*'", text.removeprefix("UNA:+.? '")))
