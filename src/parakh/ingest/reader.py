"""Splits a transmission into its messages and reads each with the mapper of its type."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from parakh.domain.message import Problem, Severity
from parakh.ingest import paxlst
from parakh.ingest.edifact import UNTERMINATED, Segment, tokenise
from parakh.ingest.records import Submission

Mapper = Callable[[Sequence[Segment], Submission, bool], Submission]
"""Fills a Submission from the segments UNH to UNT; the flag says that the data were cut off."""

MAPPERS: Mapping[str, Mapper] = {"PAXLST": paxlst.read}
"""Message type (UNH S009 0065) to its mapper."""

_ENVELOPE = frozenset(("UNA", "UNB", "UNG", "UNE", "UNZ"))
_CONTROL = _ENVELOPE | {"UNH", "UNT"}
_TRAILERS = frozenset(("UNT", "UNE", "UNZ"))


def read(data: bytes) -> tuple[Submission, ...]:
    """Reads every message of a transmission, in the order in which they stand; never raises.

    A range that cannot be read as a message becomes a fatal Submission with the message type "",
    so that nothing is lost; so does a transmission in which no message was found.
    """
    segments = tokenise(data)
    submissions = [_submission(run, ordinal) for ordinal, run in enumerate(_runs(segments), 1)]
    if not submissions:
        return (_nothing(data, segments),)
    outside: dict[int, list[Problem]] = {}
    for index, problem in _envelope_problems(segments, submissions):
        outside.setdefault(index, []).append(problem)
    for index, found in outside.items():
        owner = submissions[index]
        problems = sorted((*owner.problems, *found), key=lambda own: (own.line, own.column))
        submissions[index] = replace(owner, problems=tuple(problems))
    return tuple(submissions)


class _Run(NamedTuple):
    """The segments of one message; `cut` says that the data end without its trailer."""

    segments: Sequence[Segment]
    cut: bool


def _runs(segments: Sequence[Segment]) -> Iterator[_Run]:
    """Messages UNH to UNT, and runs of segments that stand in none."""
    begin: int | None = None
    enclosed = False
    at = 0
    marks = [index for index, segment in enumerate(segments) if segment.tag in _CONTROL]
    for mark in marks:
        if begin is None and _is_loose(segments[at:mark], enclosed):
            begin = at
        at = mark + 1
        tag = segments[mark].tag
        if tag == "UNT":
            yield _Run(segments[mark if begin is None else begin : at], cut=False)
            begin = None
            continue
        if begin is not None:
            yield _Run(segments[begin:mark], cut=tag not in _TRAILERS)
        begin = mark if tag == "UNH" else None
        enclosed = tag in ("UNB", "UNG", "UNH") or (enclosed and tag != "UNZ")
    if begin is not None or _is_loose(segments[at:], enclosed):
        yield _Run(segments[at if begin is None else begin :], cut=True)


def _is_loose(segments: Sequence[Segment], enclosed: bool) -> bool:
    """Whether segments outside a message are more than stray bytes around an interchange."""
    return bool(segments) and (enclosed or any(segment.tag for segment in segments))


def _submission(run: _Run, ordinal: int) -> Submission:
    header = run.segments[0]
    base = Submission(
        ordinal=ordinal,
        message_type="",
        version="",
        reference="",
        function="",
        line=header.line,
        start=header.start,
        end=run.segments[-1].end,
    )
    faults = tuple(_faults(run.segments))
    if header.tag != "UNH":
        cause = "These segments stand in no message: there is no UNH before them"
        return replace(base, problems=(header.problem(cause), *faults), fatal=True)
    base = replace(
        base,
        message_type=header.get(1, 0).upper(),
        version=_version(header),
        reference=header.get(0),
        problems=(*faults, *_trailer_problems(run)),
    )
    mapper = MAPPERS.get(base.message_type)
    if mapper is None:
        cause = (
            f"{_shown(base.message_type)} messages are not supported yet"
            if base.message_type
            else "UNH does not name the message type"
        )
        return replace(base, problems=(header.problem(cause), *base.problems), fatal=True)
    return mapper(run.segments, base, run.cut)


def _version(header: Segment) -> str:
    """`02B` of a UN directory (D:02B), or version and release of another agency (`11:1`)."""
    version, release = header.get(1, 1), header.get(1, 2)
    if version.upper() in ("D", "S"):
        return release.upper()
    return f"{version}:{release}".strip(":")


def _faults(segments: Sequence[Segment]) -> Iterator[Problem]:
    """What the tokeniser found wrong."""
    for segment in segments:
        if segment.fault:
            harmless = segment.fault != UNTERMINATED or segment.tag in _TRAILERS
            severity = Severity.WARNING if segment.tag and harmless else Severity.ERROR
            yield segment.problem(segment.fault, severity)


def _trailer_problems(run: _Run) -> Iterator[Problem]:
    header, trailer = run.segments[0], run.segments[-1]
    if trailer.tag != "UNT":
        cause = f"The message that begins in line {header.line} has no UNT"
        yield trailer.problem(cause, Severity.WARNING)
        return
    count = len([segment for segment in run.segments if segment.tag])
    if trailer.get(0) != str(count):
        cause = f"UNT counts {_shown(trailer.get(0))} segments; there are {count}"
        yield trailer.problem(cause, Severity.WARNING)
    if trailer.get(1) != header.get(0):
        cause = "The message reference in UNT is not the one in UNH"
        yield trailer.problem(cause, Severity.WARNING)


def _envelope_problems(
    segments: Sequence[Segment], submissions: Sequence[Submission]
) -> Iterator[tuple[int, Problem]]:
    """Problems outside the messages, each with the index of the message nearest before it."""
    starts = [submission.start for submission in submissions]
    index = -1
    owner = 0
    levels = {"UNZ": _Level("UNB", 4, "messages or groups"), "UNE": _Level("UNG", 4, "messages")}
    inside = 0
    for segment in [found for found in segments if found.tag in _CONTROL or found.fault]:
        while index + 1 < len(starts) and starts[index + 1] <= segment.start:
            index += 1
            inside = submissions[index].end
            for level in levels.values():
                level.messages += 1
        owner = max(index, 0)
        if segment.start >= inside:
            for problem in _faults([segment]):
                yield owner, replace(problem, severity=Severity.WARNING)
        if segment.tag == "UNB":
            if levels["UNZ"].open:
                yield owner, segment.problem("There is no UNZ before this UNB", Severity.WARNING)
            levels["UNZ"].start(segment)
            levels["UNE"].stop()
        elif segment.tag == "UNG":
            levels["UNE"].start(segment)
            levels["UNZ"].groups += 1
        elif segment.tag in levels:
            for cause in levels[segment.tag].end(segment):
                yield owner, segment.problem(cause, Severity.WARNING)
    if not any(segment.tag == "UNB" for segment in segments):
        yield 0, segments[0].problem("There is no UNB interchange header", Severity.WARNING)
    elif levels["UNZ"].open:
        yield owner, segments[-1].problem("There is no UNZ at the end", Severity.WARNING)


class _Level:
    """An interchange (UNB to UNZ) or a functional group (UNG to UNE) while it is open."""

    def __init__(self, head: str, reference: int, counted: str) -> None:
        self.head = head
        self.reference_at = reference
        self.counted = counted
        self.stop()

    def stop(self) -> None:
        self.open = False
        self.reference = ""
        self.messages = 0
        self.groups = 0

    def start(self, segment: Segment) -> None:
        self.stop()
        self.open = True
        self.reference = segment.get(self.reference_at)

    def end(self, segment: Segment) -> Iterator[str]:
        """What the trailer `segment` says that does not fit."""
        if not self.open:
            yield f"There is no {self.head} for this {segment.tag}"
        else:
            count = self.groups or self.messages
            if segment.get(0) != str(count):
                said = _shown(segment.get(0))
                yield f"{segment.tag} counts {said} {self.counted}; there are {count}"
            if segment.get(1) != self.reference:
                yield f"The reference in {segment.tag} is not the one in {self.head}"
        self.stop()


def _nothing(data: bytes, segments: Sequence[Segment]) -> Submission:
    """The one Submission of a transmission without any message."""
    first = segments[0] if segments else None
    if first is None:
        cause = "The transmission is empty"
    elif any(segment.tag in ("UNA", "UNB") for segment in segments):
        cause = "There is no message in this interchange"
    else:
        cause = "This is no UN/EDIFACT transmission: it has neither a UNB nor a UNH segment"
    line, column = (first.line, first.column) if first else (1, 1)
    problem = Problem(line=line, column=column, segment=first.tag if first else "", cause=cause)
    return Submission(
        ordinal=1,
        message_type="",
        version="",
        reference="",
        function="",
        line=line,
        start=0,
        end=len(data),
        problems=(problem,),
        fatal=True,
    )


def _shown(text: str) -> str:
    """A sender's short code, fit for a sentence."""
    return text[:12] if text.isascii() and text.isprintable() and text else "(unreadable)"
