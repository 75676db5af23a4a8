"""Passenger and crew lists: the UN/EDIFACT message PAXLST, directories 02B, 05B and later.

Segment groups and qualifiers follow the WCO/IATA/ICAO "Passenger List Message (PAXLST)
Implementation Guide", versions 2 to 6, and the departures from it that are seen in practice.
Each value is taken from where it stood, as text; `parakh.normalise` interprets it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from parakh.domain.message import Problem, Severity
from parakh.ingest.edifact import Segment
from parakh.ingest.paxlst_legs import Leg, voyages
from parakh.ingest.paxlst_parts import Document, Person
from parakh.ingest.paxlst_values import (
    CREW_LIST,
    MASTER_CREW,
    action_of,
    bag_tags,
    contacts_of,
    may_be_date,
    party_address,
    party_name,
    place_of_birth,
)
from parakh.ingest.records import DeclaredContact, DeclaredTraveller
from parakh.ingest.submission import Submission, Unmapped

_CREW_LISTS = frozenset((CREW_LIST, MASTER_CREW))
_FUNCTIONS = _CREW_LISTS | {"745", "266", "655"}
"""BGM 1001: passengers 745, crew 250, master crew 336, flight close-out 266, gate pass 655."""

_ROLES = {"FL": "passenger", "FM": "crew", "DDU": "transit", "DDT": "crew"}
"""NAD 3035 of a person: passenger, crew, passenger and crew in transit."""

_PERSON_PLACES = {
    "178": "embarkation",
    "179": "debarkation",
    "174": "residence",
    "22": "clearance",
}
_PERSON_REFERENCES = {
    "AVF": "booking_reference",
    "SEA": "seat",
    "ABO": "unique_reference",
    "AEA": "agency_reference",
    "CR": "customer_reference",
}
_VERIFIED = {"173": True, "174": False}
"""GEI+4, 7365: whether the data were checked against the document."""

_DOCUMENT_DATES = {"36": "expiry", "182": "issued"}
_HEADER_PARTIES = frozenset(("MS", "MR", "ZZZ", "CA", "AG"))
_UNMAPPED_TAGS = frozenset(("CPI", "QTY", "CTA", "HAN", "AUT", "UNS", "POC"))
"""Segments that the directories allow in a PAXLST and that no field takes."""


def read(segments: Sequence[Segment], base: Submission, cut: bool) -> Submission:
    """Fills `base` from one message, UNH to UNT.

    It is fatal, which means that the list cannot be used as a whole, when it has no BGM, when no
    leg has a number and a port, or when it is `cut` off before its control total, so that persons
    may be missing from it. Anything else costs at most the value that it concerns. A master crew
    list is for no voyage, and has none.
    """
    reading = _Reading()
    reading.run(segments)
    master = reading.function == MASTER_CREW
    legs, leg_problems = voyages([] if master else reading.legs)
    problems = [*reading.problems, *leg_problems]
    fatal = []
    header = segments[0]
    if not reading.function_seen:
        fatal.append(header.problem("There is no BGM: the list does not say what it is for"))
    if not master and not any(leg.number and (leg.origin or leg.destination) for leg in legs):
        fatal.append(header.problem("No TDT gives a flight or voyage number with a port"))
    if cut and not reading.totalled:
        cause = "The list ends before its control total and its UNT; persons may be missing"
        fatal.append(segments[-1].problem(cause))
    elif not reading.totalled and (base.part == "final" or base.sequence is None):
        problems.append(segments[-1].problem("There is no CNT control total", Severity.WARNING))
    problems += reading.total_problems()
    return replace(
        base,
        function=reading.function,
        action=reading.action,
        transaction=reading.transaction,
        reporter=reading.reporter,
        contacts=tuple(reading.contacts),
        voyages=legs,
        travellers=tuple(reading.travellers),
        problems=tuple(sorted((*base.problems, *problems, *fatal), key=_place)),
        unmapped=tuple(reading.unmapped),
        fatal=bool(fatal),
    )


def _place(problem: Problem) -> tuple[int, int]:
    return problem.line, problem.column


class _Reading:
    """Walks over the segments of one message; each method takes the segments of one tag."""

    def __init__(self) -> None:
        self.function = ""
        self.function_seen = False
        self.action = ""
        self.transaction = ""
        self.reporter = ""
        self.contacts: list[DeclaredContact] = []
        self.legs: list[Leg] = []
        self.travellers: list[DeclaredTraveller] = []
        self.problems: list[Problem] = []
        self.unmapped: list[Unmapped] = []
        self.totals: list[tuple[Segment, str, str]] = []
        self._in_legs = False
        self._reporting = False
        self._person: Person | None = None
        self._document: Document | None = None

    @property
    def totalled(self) -> bool:
        """Whether the list came to its control total."""
        return bool(self.totals)

    def run(self, segments: Iterable[Segment]) -> None:
        """Reads all segments."""
        takers = _TAKERS
        for segment in segments:
            taker = takers.get(segment.tag)
            if taker is not None:
                taker(self, segment)
            elif segment.tag not in ("UNH", "UNT"):
                self._other(segment)
        self._close_person()

    def total_problems(self) -> Iterable[Problem]:
        """Control totals that do not fit what was read."""
        crew = sum(1 for traveller in self.travellers if traveller.role == "crew")
        counted = {"41": crew, "42": len(self.travellers) - crew}
        names = {"41": "crew members", "42": "passengers"}
        for segment, qualifier, value in self.totals:
            if qualifier not in counted:
                cause = "CNT does not say what it counts (41 crew members, 42 passengers)"
                yield segment.problem(cause, Severity.WARNING)
            elif not value.isdecimal() or int(value[:9]) != counted[qualifier]:
                there = counted[qualifier]
                said = value if value.isdecimal() and len(value) < 7 else "an unknown number of"
                cause = f"CNT gives {said} {names[qualifier]}; the list names {there}"
                yield segment.problem(cause, Severity.WARNING)

    def _bgm(self, segment: Segment) -> None:
        self.function_seen = True
        self.function = segment.get(0)
        self.action = action_of(segment)
        if self.function not in _FUNCTIONS:
            cause = "BGM does not name a known kind of list"
            self._report(segment, cause, Severity.WARNING)

    def _nad(self, segment: Segment) -> None:
        qualifier = segment.get(0).upper()
        self._close_person()
        self._reporting = qualifier == "MS" and not self.reporter
        if self._reporting:
            self.reporter = " ".join(part for part in party_name(segment) if part)
            return
        if qualifier not in _ROLES and (qualifier in _HEADER_PARTIES or not self.legs):
            self._leave(segment)
            return
        role = _ROLES.get(qualifier, "passenger")
        if qualifier not in _ROLES:
            cause = "NAD does not say what this party is (FL, FM, DDU, DDT); read as a passenger"
            self._report(segment, cause, Severity.WARNING)
        self._open_person(segment, party_name(segment), role)
        if self._person is not None and len(segment.elements) > 4:
            self._person.address = party_address(segment)

    def _open_person(self, segment: Segment, name: tuple[str, str], role: str) -> None:
        if self.function in _CREW_LISTS:
            role = "crew"
        self._close_person()
        self._in_legs = False
        family, given = name
        if not (family or given):
            self._report(segment, "This person has no name")
        values = {"line": segment.line, "role": role, "family_name": family, "given_names": given}
        lines = {"family_name": segment.line, "given_names": segment.line}
        self._person = Person(values, lines)

    def _close_person(self) -> None:
        if self._person is not None:
            self.travellers.append(self._person.declared())
        self._person = self._document = None

    def _com(self, segment: Segment) -> None:
        if self._person is not None:
            self._person.contacts += contacts_of(segment)
        elif self._reporting and not self.legs:
            self.contacts += contacts_of(segment)
        else:
            self._leave(segment)

    def _gei(self, segment: Segment) -> None:
        verified = _VERIFIED.get(segment.get(1))
        if (
            self._person is None
            or verified is None
            or segment.get(0) != "4"
            or "verified" in self._person.values
        ):
            self._leave(segment)
        else:
            self._person.values["verified"] = verified
            self._person.lines["verified"] = segment.line

    def _emp(self, segment: Segment) -> None:
        if self._person is None:
            self._leave(segment)
        else:
            self._take(self._person, "occupation", segment.get(1) or segment.get(2), segment)

    def _tdt(self, segment: Segment) -> None:
        if self._person is not None or self.travellers:
            self._report(segment, "TDT stands after the first person; it belongs before")
        self._close_person()
        self._in_legs = True
        self.legs.append(Leg(segment))
        if self.function == MASTER_CREW:
            self._leave(segment)

    def _loc(self, segment: Segment) -> None:
        qualifier = segment.get(0)
        place = segment.get(1) or segment.get(1, 3)
        person, document = self._person, self._document
        if document is not None and qualifier == "91":
            self._take(document, "issuer", place, segment)
        elif person is not None:
            name = _PERSON_PLACES.get(qualifier)
            person.settled = person.settled or name is not None or qualifier == "180"
            if name is not None:
                self._take(person, name, place, segment)
            elif qualifier == "180":
                self._take(person, "birth_country", segment.get(1), segment)
                self._take(person, "birth_place", place_of_birth(segment), segment)
            elif qualifier == "91" and place:
                self._report(segment, "LOC+91 stands before any DOC")
                self._leave(segment)
            else:
                self._leave(segment)
        elif not (self._in_legs and self.legs[-1].add_place(segment, qualifier, place)):
            self._leave(segment)

    def _dtm(self, segment: Segment) -> None:
        qualifier, value = segment.get(0), segment.get(0, 1)
        person, document = self._person, self._document
        if qualifier == "329" and self._expect_person(segment, "birth_date"):
            self._take_date(self._person, "birth_date", value, segment)
        elif qualifier in _DOCUMENT_DATES and document is not None:
            self._take_date(document, _DOCUMENT_DATES[qualifier], value, segment)
        elif person is None and qualifier in ("189", "232") and self._in_legs:
            self._check_date(segment, value, time=True)
            if not self.legs[-1].add_time(qualifier, value):
                self._report(segment, "DTM stands before any LOC of its leg")
        else:
            if qualifier == "36":
                self._report(segment, "DTM+36 stands before any DOC")
            self._leave(segment)

    def _att(self, segment: Segment) -> None:
        if segment.get(0) == "2" and self._expect_person(segment, "sex"):
            self._take(self._person, "sex", segment.get(2) or segment.get(1), segment)
        else:
            self._leave(segment)

    def _expect_person(self, segment: Segment, attribute: str) -> bool:
        """Whether a person is open for a value that begins a person's group.

        A second such value, after other parts of the group, means that a NAD was lost: the rest
        must not be mixed with the person before it, so a person without a name is opened.
        """
        person = self._person
        if person is None:
            self._report(segment, f"{segment.tag} stands before any person")
        elif attribute in person.values and person.settled:
            self._report(segment, "A NAD is missing before this: it begins another person")
            self._open_person(segment, ("", ""), person.values["role"])
        return person is not None

    def _mea(self, segment: Segment) -> None:
        person, kind = self._person, segment.get(0)
        value = segment.get(2, 1) or segment.get(2)
        if person is None or kind not in ("CT", "WT"):
            self._leave(segment)
        elif kind == "WT":
            weight = f"{segment.get(2, 1)} {segment.get(2)}".strip()
            self._take(person, "bag_weight", weight, segment)
        elif value.isdecimal() and len(value) <= 3:
            self._take(person, "bag_count", int(value), segment)
        elif value:
            self._report(segment, "The number of bags is no number")

    def _ftx(self, segment: Segment) -> None:
        if self._person is None or segment.get(0) != "BAG":
            self._leave(segment)
            return
        self._person.lines.setdefault("bags", segment.line)
        tags, understood = bag_tags(segment)
        self._person.bags += tags
        if not understood:
            self._report(segment, "The bag tags are no series of at most 99", Severity.WARNING)

    def _nat(self, segment: Segment) -> None:
        if self._person is None:
            self._report(segment, "NAT stands before any person")
            self._leave(segment)
        else:
            self._person.settled = True
            nation, person = segment.get(1), self._person
            first = person.values.get("nationality", nation)
            if nation and nation != first and nation not in person.nationalities:
                person.nationalities.append(nation)
            self._take(person, "nationality", first, segment)

    def _rff(self, segment: Segment) -> None:
        name = _PERSON_REFERENCES.get(segment.get(0))
        if self._person is None and segment.get(0) == "TN" and not self.transaction:
            self.transaction = segment.get(0, 1)
        elif self._person is None or name is None:
            self._leave(segment)
        else:
            self._person.settled = True
            self._take(self._person, name, segment.get(0, 1), segment)

    def _doc(self, segment: Segment) -> None:
        if self._person is None:
            self._report(segment, "DOC stands before any person")
            self._leave(segment)
            return
        self._person.settled = True
        number = segment.get(1)
        if not number:
            cause = "DOC gives no document number and is left out"
            self._report(segment, cause, Severity.WARNING)
        values = {"type": segment.get(0), "number": number, "line": segment.line}
        self._document = Document(values)
        self._person.documents.append(self._document)

    def _cnt(self, segment: Segment) -> None:
        self._close_person()
        self._in_legs = False
        self.totals.append((segment, segment.get(0), segment.get(0, 1)))

    def _other(self, segment: Segment) -> None:
        """A segment that no field takes; one with a spoilt tag may still open a person."""
        if segment.tag in _UNMAPPED_TAGS:
            self._leave(segment)
        elif segment.get(0).upper() in _ROLES and any(party_name(segment)):
            self._report(segment, "This is no PAXLST segment; it was read as the NAD of a person")
            self._nad(segment)
        else:
            if segment.tag:
                self._report(segment, "This is no segment of a PAXLST message")
            self._leave(segment)

    def _take(
        self, target: Person | Document | None, name: str, value: str | int, segment: Segment
    ) -> bool:
        """Sets a value once; what a sender gives a second time is listed as unmapped."""
        if target is None or value == "":
            return False
        if name in target.values:
            if target.values[name] != value:
                self._leave(segment)
            return False
        target.values[name] = value
        target.lines[name] = segment.line
        return True

    def _take_date(
        self, target: Person | Document | None, name: str, value: str, segment: Segment
    ) -> None:
        if self._take(target, name, value, segment):
            self._check_date(segment, value, time=False)

    def _check_date(self, segment: Segment, value: str, *, time: bool) -> None:
        if value and not may_be_date(value, time=time):
            what = "a date and time" if time else "a date"
            self._report(segment, f"The value cannot be {what}")

    def _leave(self, segment: Segment) -> None:
        text = "+".join((segment.tag, *(":".join(element) for element in segment.elements)))
        self.unmapped.append(
            Unmapped(line=segment.line, column=segment.column, segment=segment.tag, text=text)
        )

    def _report(self, segment: Segment, cause: str, severity: Severity = Severity.ERROR) -> None:
        self.problems.append(segment.problem(cause, severity))


_TAKERS: dict[str, Callable[[_Reading, Segment], None]] = {
    tag: getattr(_Reading, f"_{tag.lower()}")
    for tag in (
        *("BGM", "NAD", "TDT", "LOC", "DTM", "ATT", "MEA", "FTX", "NAT", "RFF", "DOC", "CNT"),
        *("COM", "GEI", "EMP"),
    )
}
"""The segments that are read; each by the method of its name."""
