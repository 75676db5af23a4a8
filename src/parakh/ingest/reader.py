"""Splits a transmission into its messages and reads each with the mapper of its type."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from typing import BinaryIO, NamedTuple

from parakh.domain.message import Envelope, Problem, Severity
from parakh.ingest import cuscar, cusdec, goods, paxlst, pnrgov
from parakh.ingest.cards import CardCutter, may_hold
from parakh.ingest.edifact import UNTERMINATED, Segment, Tokeniser, uncollected
from parakh.ingest.paxlst_values import transfer
from parakh.ingest.submission import Hidden, Submission
from parakh.ingest.windows import WINDOW, windows

Mapper = Callable[[Sequence[Segment], Submission, bool, CardCutter], Submission]
"""Fills a Submission from the segments UNH to UNT; the flag says that the data were cut off.
Card numbers are cut already in the segments of bookings; the cutter knows them."""

MAPPERS: Mapping[str, Mapper] = {
    "PAXLST": lambda segments, base, cut, _: paxlst.read(segments, base, cut),
    "PNRGOV": pnrgov.read,
    "CUSCAR": lambda segments, base, cut, _: cuscar.read(segments, base, cut),
    "CUSDEC": lambda segments, base, cut, _: cusdec.read(segments, base, cut),
}
"""Message type (UNH S009 0065) to its mapper."""

_TYPICAL: Mapping[str, frozenset[str]] = {
    "PAXLST": frozenset(("BGM", "TDT", "NAD", "CNT")),
    "PNRGOV": frozenset(("SRC", "TVL", "TIF", "RCI", "EQN")),
    "CUSCAR": frozenset(("CNI", "GID", "SGP")),
    "CUSDEC": frozenset(("CST", "UNS", "TAX")),
}
"""Two of these together, and no message of another kind is meant."""

_ENVELOPE = frozenset(("UNA", "UNB", "UNG", "UNE", "UNZ"))
_CONTROL = _ENVELOPE | {"UNH", "UNT"}
_MAY_BE_EMPTY = frozenset(("SRC", "DAT", "ORG"))
_TRAILERS = frozenset(("UNT", "UNE", "UNZ"))
_SHORT = re.compile(r"[A-Z0-9]{1,6}")
_TESTS = frozenset(("1", "2", "3", "4"))
"""UNB 0035: a test of the whole, of its syntax only, and an echo asked for or given."""


def read(data: bytes, *, pan_key: bytes = b"") -> tuple[Submission, ...]:
    """Reads every message of a transmission, in the order in which they stand; never raises.

    A range that cannot be read as a message becomes a fatal Submission with the message type "",
    so that nothing is lost; so does a transmission in which no message was found. Card numbers in
    bookings are cut to their first six and last four digits; `pan_key` is the secret of the tokens
    by which one card can be told again (HMAC-SHA256), and without it there are none.
    """
    return tuple(stream(BytesIO(data), pan_key=pan_key))


def stream(file: BinaryIO, *, pan_key: bytes = b"", window: int = WINDOW) -> Iterator[Submission]:
    """As `read`, message by message: memory is bounded by `window` bytes or the longest message."""
    head = file.read(goods.HEAD)
    known = goods.reader_of(head)
    if known is not None:
        yield from known(head + file.read())
        return
    if file.seekable():
        file.seek(-len(head), 1)
        head = b""
    walk = _Walk(pan_key)
    for data in windows(file, window, head):
        with uncollected():
            done = walk.take(data)
        yield from done
    yield walk.end()


class _Walk:
    """Reads window after window; a Submission is held until nothing can be added to it."""

    def __init__(self, pan_key: bytes) -> None:
        self._pan_key = pan_key
        self._tokeniser = Tokeniser()
        self._envelope = _Envelope()
        self._runs = _Runs()
        self._ordinal = 0
        self._held: Submission | None = None
        self._found: list[Problem] = []
        self._first: Segment | None = None
        self._last: Segment | None = None
        self._size = 0

    def take(self, data: bytes) -> list[Submission]:
        """The submissions that are complete once this window is read."""
        segments = self._tokeniser.feed(data)
        self._size += len(data)
        done: list[Submission] = []
        if not segments:
            return done
        self._first = self._first or segments[0]
        self._last = segments[-1]
        # One look at each segment: most are neither of the envelope nor odd in any way.
        marked = [
            index
            for index, own in enumerate(segments)
            if not own.elements or own.fault or own.tag in _CONTROL
        ]
        submissions = list(self._submissions(data, segments, marked))
        found: dict[int, list[Problem]] = {}
        special = [segments[index] for index in marked]
        for index, problem in self._envelope.problems(special, submissions):
            found.setdefault(index, []).append(problem)
        self._found += found.pop(-1, []) if submissions else found.get(-1, []) + found.get(0, [])
        for index, submission in enumerate(submissions):
            if self._held is not None:
                done.append(self._done(self._held))
            self._held = submission
            self._found += found.get(index, [])
            if submission.ordinal == 1 and not self._envelope.opened_first:
                cause = "There is no UNB interchange header"
                self._found.append(self._first.problem(cause, Severity.WARNING))
        return done

    def end(self) -> Submission:
        """The last submission."""
        if self._held is None:
            return _nothing(self._size, self._first, bare=not self._envelope.opened)
        if self._envelope.open and self._last is not None:
            cause = "There is no UNZ at the end"
            self._found.append(self._last.problem(cause, Severity.WARNING))
        return self._done(self._held)

    def _submissions(
        self, data: bytes, segments: Sequence[Segment], marked: Sequence[int]
    ) -> Iterator[Submission]:
        base = self._size - len(data)
        for run in self._runs.of(segments, marked):
            self._ordinal += 1
            first, last = run.segments[0].start - base, run.segments[-1].end - base
            characters = self._tokeniser.characters(run.segments[0].start)
            yield _submission(run, self._ordinal, data[first:last], characters, self._pan_key)

    def _done(self, submission: Submission) -> Submission:
        found, self._found = self._found, []
        if not found:
            return submission
        problems = sorted((*submission.problems, *found), key=lambda own: (own.line, own.column))
        return replace(submission, problems=tuple(problems))


class _Run(NamedTuple):
    """The segments of one message; `cut` says that the data end without its trailer.

    `odd` are those of them that are empty, faulty, or none.
    """

    segments: Sequence[Segment]
    odd: Sequence[Segment]
    cut: bool
    envelope: Envelope | None


class _Runs:
    """Cuts segments into messages UNH to UNT, and runs of segments that stand in none.

    It remembers from window to window whether an interchange is open, and its headers.
    """

    def __init__(self) -> None:
        self._enclosed = False
        self._envelope: Envelope | None = None

    def of(self, segments: Sequence[Segment], marked: Sequence[int]) -> Iterator[_Run]:
        """The runs of one window; `marked` are the places of service segments and odd ones."""
        begin: int | None = None
        at = 0
        odd: list[Segment] = []
        for mark in marked:
            segment = segments[mark]
            tag = segment.tag
            if segment.fault or not segment.elements:
                odd.append(segment)
            if tag not in _CONTROL:
                continue
            before = [own for own in odd if own is not segment]
            if begin is None and _is_loose(segments[at:mark], self._enclosed):
                begin = at
            at = mark + 1
            if tag == "UNT":
                run = segments[mark if begin is None else begin : at]
                yield self._run(run, odd, cut=False)
                begin, odd = None, []
                continue
            if begin is not None:
                yield self._run(segments[begin:mark], before, cut=tag not in _TRAILERS)
            odd = [own for own in odd if own is segment]
            begin = mark if tag == "UNH" else None
            self._enclosed = tag in ("UNB", "UNG", "UNH") or (self._enclosed and tag != "UNZ")
            self._envelope = _headers(self._envelope, segment)
        if begin is not None or _is_loose(segments[at:], self._enclosed):
            yield self._run(segments[at if begin is None else begin :], odd, cut=True)

    def _run(self, segments: Sequence[Segment], odd: Sequence[Segment], *, cut: bool) -> _Run:
        start = segments[0].start
        own = [segment for segment in odd if segment.start >= start]
        return _Run(segments, odd=own, cut=cut, envelope=self._envelope)


def _headers(before: Envelope | None, segment: Segment) -> Envelope | None:
    """The headers that hold after a service segment; `before` are those that held until then."""
    get = segment.get
    match segment.tag:
        case "UNB":
            return Envelope(
                syntax=f"{get(0)}:{get(0, 1)}".strip(":"),
                sender=f"{get(1)}:{get(1, 1)}".strip(":"),
                recipient=f"{get(2)}:{get(2, 1)}".strip(":"),
                sent=f"{get(3)}:{get(3, 1)}".strip(":"),
                reference=get(4),
                test=get(10) in _TESTS,
            )
        case "UNG":
            return replace(before or Envelope(), group=get(4))
        case "UNE":
            return before and replace(before, group="")
        case "UNZ":
            return None
    return before


def _is_loose(segments: Sequence[Segment], enclosed: bool) -> bool:
    """Whether segments outside a message are more than stray bytes around an interchange."""
    return bool(segments) and (enclosed or any(segment.tag for segment in segments))


def _submission(
    run: _Run, ordinal: int, data: bytes, characters: str, pan_key: bytes
) -> Submission:
    """One message; `data` are its bytes."""
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
        envelope=run.envelope,
        characters=characters,
    )
    faults = tuple(_faults(run.odd))
    if header.tag != "UNH":
        cause = "These segments stand in no message: there is no UNH before them"
        base = replace(base, problems=(header.problem(cause), *faults))
        return _guessed(run, base, data, pan_key)
    sequence, part = transfer(header)
    base = replace(
        base,
        common_reference=header.get(2),
        sequence=sequence,
        part=part,
        message_type=header.get(1, 0).upper(),
        version=_version(header),
        reference=header.get(0),
        problems=(*faults, *_trailer_problems(run)),
    )
    if base.message_type in MAPPERS:
        return _mapped(base.message_type, run, base, data, pan_key)
    cause = (
        f"{_shown(base.message_type)} messages are not supported yet"
        if base.message_type
        else "UNH does not name the message type"
    )
    base = replace(base, problems=(header.problem(cause), *base.problems))
    return _guessed(run, base, data, pan_key)


def _mapped(kind: str, run: _Run, base: Submission, data: bytes, pan_key: bytes) -> Submission:
    cards = CardCutter(pan_key)
    cuts = kind == "PNRGOV"
    segments = cards.segments(run.segments, data) if cuts else run.segments
    return MAPPERS[kind](segments, base, run.cut, cards)


def _guessed(run: _Run, base: Submission, data: bytes, pan_key: bytes) -> Submission:
    """A message that does not say what it is: read as what its segments look like, but fatal."""
    tags = {segment.tag for segment in run.segments}
    kinds = [kind for kind, typical in _TYPICAL.items() if len(tags & typical) > 1]
    if kinds:
        base = _mapped(kinds[0], run, base, data, pan_key)
    elif not base.message_type and may_hold(data):
        base = replace(base, hidden=(Hidden(base.start, base.end, "bytes"),))
    return replace(base, fatal=True)


def _version(header: Segment) -> str:
    """`02B` of a UN directory (D:02B), or version and release of another agency (`11:1`)."""
    version, release = header.get(1, 1), header.get(1, 2)
    if version.upper() in ("D", "S"):
        return release.upper()
    return f"{version}:{release}".strip(":")


def _faults(segments: Sequence[Segment]) -> Iterator[Problem]:
    """What the tokeniser found wrong, and segments that hold nothing."""
    for segment in segments:
        if not segment.elements and segment.tag and segment.tag not in _MAY_BE_EMPTY:
            yield segment.problem("This segment is empty", Severity.WARNING)
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
    count = len(run.segments) - sum(not segment.tag for segment in run.odd)
    if trailer.get(0) != str(count):
        cause = f"UNT counts {_shown(trailer.get(0))} segments; there are {count}"
        yield trailer.problem(cause, Severity.WARNING)
    if trailer.get(1) != header.get(0):
        cause = "The message reference in UNT is not the one in UNH"
        yield trailer.problem(cause, Severity.WARNING)


class _Envelope:
    """Watches the service segments around the messages, window by window.

    Attributes:
        opened: whether a UNA or UNB was seen; `opened_first` whether before the first message.
    """

    def __init__(self) -> None:
        self.opened = False
        self.opened_first = False
        self._begun = False
        self._inside = 0
        self._interchange = _Level("UNB", 4, "messages or groups")
        self._levels = {"UNZ": self._interchange, "UNE": _Level("UNG", 4, "messages")}

    @property
    def open(self) -> bool:
        """Whether an interchange still lacks its UNZ."""
        return self._interchange.open

    def problems(
        self, segments: Sequence[Segment], submissions: Sequence[Submission]
    ) -> Iterator[tuple[int, Problem]]:
        """Problems outside the messages, each with the index of the message nearest before it.

        `segments` are the service segments, and those that are odd in some way.

        -1 is the message before this window; before the very first, that one is meant.
        """
        index = -1
        for segment in segments:
            if segment.tag not in _CONTROL and not segment.fault:
                continue
            while index + 1 < len(submissions) and submissions[index + 1].start <= segment.start:
                index += 1
                self._inside = submissions[index].end
                self._begun = True
                for level in self._levels.values():
                    level.messages += 1
            owner = index if self._begun else 0
            if segment.start >= self._inside:
                for problem in _faults([segment]):
                    yield owner, replace(problem, severity=Severity.WARNING)
            for cause in self._causes(segment):
                yield owner, segment.problem(cause, Severity.WARNING)

    def _causes(self, segment: Segment) -> Iterator[str]:
        tag, groups = segment.tag, self._levels["UNE"]
        if tag in ("UNA", "UNB"):
            self.opened = True
        if tag == "UNB":
            self.opened_first |= not self._begun
            if self.open:
                yield "There is no UNZ before this UNB"
            self._interchange.start(segment)
            groups.stop()
        elif tag == "UNG":
            groups.start(segment)
            self._interchange.groups += 1
        elif tag in self._levels:
            if tag == "UNZ" and groups.open:
                yield "There is no UNE before this UNZ"
                groups.stop()
            yield from self._levels[tag].end(segment)


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


def _nothing(size: int, first: Segment | None, *, bare: bool) -> Submission:
    """The one Submission of a transmission without any message; `bare` if it has no UNA or UNB."""
    if first is None:
        cause = "The transmission is empty"
    elif bare:
        cause = "This is no UN/EDIFACT transmission: it has neither a UNB nor a UNH segment"
    else:
        cause = "There is no message in this interchange"
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
        end=size,
        hidden=(Hidden(0, size, "bytes"),),
        problems=(problem,),
        fatal=True,
    )


def _shown(text: str) -> str:
    """A type or a count (elements 0065, 0074 and 0036) for a sentence; what is longer is none."""
    return text if _SHORT.fullmatch(text) else "(unreadable)"
