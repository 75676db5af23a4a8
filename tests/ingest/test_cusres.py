"""Answers to carriers, read back with the project's own tokeniser."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.message import Envelope, Part, PartState, Problem, Severity
from parakh.ingest import reader
from parakh.ingest.cusres import MOST_PROBLEMS, answer, verdict
from parakh.ingest.edifact import Segment, Tokeniser
from parakh.ingest.records import DeclaredTraveller, DeclaredVoyage
from parakh.ingest.submission import Submission

AT = datetime(2026, 11, 22, 21, 5, tzinfo=UTC)
HEADERS = Envelope(
    syntax="UNOA:4",
    sender="PK:ZZ",
    recipient="PKNTC:ZZ",
    sent="261122:2100",
    reference="000001",
    group="77",
)
FLIGHT = DeclaredVoyage(
    line=6,
    mode="air",
    carrier="PK",
    number="214",
    origin="DXB",
    destination="KHI",
    departure="2611221700",
    arrival="2611222000",
)
LOST = Problem(line=12, column=5, segment="DTM", cause="There is no 31st of June")
NOTED = Problem(line=30, column=1, segment="UNT", cause="It counts 9", severity=Severity.WARNING)


def part(**changes: Any) -> Part:
    values: dict[str, Any] = {
        "id": "p1",
        "message_id": "m1",
        "ordinal": 1,
        "message_type": "PAXLST",
        "version": "05B",
        "reference": "PAX001",
        "line": 3,
        "state": PartState.READ,
        "carrier": "PK",
        "envelope": HEADERS,
    }
    return Part(**values | changes)


def submission(**changes: Any) -> Submission:
    traveller = DeclaredTraveller(line=10, role="passenger", family_name="NOON", given_names="A")
    values: dict[str, Any] = {
        "ordinal": 1,
        "message_type": "PAXLST",
        "version": "05B",
        "reference": "PAX001",
        "function": "745",
        "line": 3,
        "start": 0,
        "end": 1,
        "transaction": "BART34567890",
        "voyages": (FLIGHT,),
        "travellers": (traveller,),
    }
    return Submission(**values | changes)


def read(text: str) -> list[Segment]:
    """The segments after UNA; none may have a fault."""
    una, *segments = Tokeniser().feed(text.encode("ascii"))
    assert una.tag == "UNA"
    assert not [own.fault for own in segments if own.fault]
    return segments


def told(a_part: Part, a_submission: Submission, run: int = 1) -> list[Segment]:
    made = answer(a_part, a_submission, run, AT)
    assert made is not None
    return read(made.text)


def lines(segments: list[Segment]) -> list[str]:
    return ["+".join([own.tag, *(":".join(parts) for parts in own.elements)]) for own in segments]


def test_a_whole_list_is_acknowledged() -> None:
    segments = told(part(), submission())
    control = segments[0].get(4)
    assert lines(segments) == [
        f"UNB+UNOA:4+PKNTC:ZZ+PK:ZZ+261122:2105+{control}",
        f"UNG+CUSRES+PKNTC:ZZ+PK:ZZ+261122:2105+{control}+UN+D:05B",
        "UNH+PAX001+CUSRES:D:05B:UN:IATA",
        "BGM+312",
        "RFF+TN:BART34567890",
        "RFF+AF:PK214",
        "DTM+189:2611221700:201",
        "DTM+232:2611222000:201",
        "LOC+125+DXB",
        "LOC+87+KHI",
        "UNT+9+PAX001",
        f"UNE+1+{control}",
        f"UNZ+1+{control}",
    ]
    assert 0 < len(control) <= 14


def test_each_problem_is_told_with_segment_position_and_cause() -> None:
    found = lines(told(part(problems=(NOTED, LOST)), submission()))
    assert "BGM+962" in found
    assert found[found.index("ERP+2:DTM:12") :][:6] == [
        "ERP+2:DTM:12",
        "ERC+ERROR::ZZZ",
        "FTX+AAO+++LINE 12, COLUMN 5: THERE IS NO 31ST OF JUNE",
        "ERP+1:UNT:30",
        "ERC+WARNING::ZZZ",
        "FTX+AAO+++LINE 30, COLUMN 1: IT COUNTS 9",
    ]


def test_warnings_alone_are_an_acknowledgement() -> None:
    found = lines(told(part(problems=(NOTED,)), submission()))
    assert "BGM+312" in found
    assert "ERC+WARNING::ZZZ" in found


def test_a_quarantined_list_is_rejected_as_a_whole() -> None:
    quarantined = part(state=PartState.QUARANTINED, problems=(LOST,))
    made = answer(quarantined, submission(travellers=()), 1, AT)
    assert made is not None
    assert not made.accepted
    found = lines(read(made.text))
    assert found[found.index("ERP+1") :][:2] == ["ERP+1", "ERC+REJECTED::ZZZ"]
    assert "ERP+1:DTM:12" in found


PNRGOV = {"message_type": "PNRGOV", "version": "11:1"}


def test_bookings_are_acknowledged_by_ackres() -> None:
    of_bookings = replace(HEADERS, syntax="IATA:1", sender="PK", recipient="PKNTC")
    segments = told(
        part(**PNRGOV, envelope=of_bookings),
        submission(**PNRGOV, function="141", common_reference="PK214/221126/1700"),
    )
    control = segments[0].get(4)
    assert lines(segments) == [
        f"UNB+IATA:1+PKNTC+PK+261122:2105+{control}",
        f"UNG+ACKRES+PKNTC+PK+261122:2105+{control}+IA+11:1",
        "UNH+PAX001+ACKRES:11:1:IA+PK214/221126/1700",
        "MSG+:141+3",
        "UNT+3+PAX001",
        f"UNE+1+{control}",
        f"UNZ+1+{control}",
    ]


def test_bookings_that_cannot_be_used_are_refused_by_ackres() -> None:
    refused = part(**PNRGOV, state=PartState.QUARANTINED, problems=(LOST,))
    found = lines(told(refused, submission(**PNRGOV, function="")))
    assert found[3:6] == [
        "MSG+:22+7",
        "ERC+118",
        "IFT+3+LINE 12, COLUMN 5, DTM: THERE IS NO 31ST OF JUNE",
    ]


CASES = [
    (replace(HEADERS, test=True), 0, "UNB+UNOA:4+PKNTC:ZZ+PK:ZZ+261122:2105+{control}++++++1"),
    (
        replace(HEADERS, sent="20261122:2100"),
        0,
        "UNB+UNOA:4+PKNTC:ZZ+PK:ZZ+20261122:2105+{control}",
    ),
    (replace(HEADERS, recipient="", group=""), 0, "UNB+UNOA:4+PARAKH+PK:ZZ+261122:2105+{control}"),
    (replace(HEADERS, group=""), 1, "UNH+PAX001+CUSRES:D:05B:UN:IATA"),
    (replace(HEADERS, syntax="nonsense"), 0, "UNB+UNOA:4+PKNTC:ZZ+PK:ZZ+261122:2105+{control}"),
    (replace(HEADERS, sender=":"), 0, "UNB+UNOA:4+PKNTC:ZZ+PK+261122:2105+{control}"),
    (None, 0, "UNB+UNOA:4+PARAKH+PK+261122:2105+{control}"),
]


@pytest.mark.parametrize(("envelope", "place", "line"), CASES)
def test_the_envelope_mirrors_what_came(envelope: Envelope | None, place: int, line: str) -> None:
    segments = told(part(envelope=envelope), submission())
    assert lines(segments)[place] == line.format(control=segments[0].get(4))


def test_without_a_transaction_the_interchange_is_named() -> None:
    assert "RFF+ACW:000001" in lines(told(part(), submission(transaction="")))


@pytest.mark.parametrize(
    ("said", "written"),
    [("02B", "02B"), ("12A", "12A"), ("01A", "05B"), ("", "05B"), ("17:1", "05B")],
)
def test_the_directory_is_the_senders_if_it_knows_the_message(said: str, written: str) -> None:
    assert f"UNH+PAX001+CUSRES:D:{written}:UN:IATA" in lines(told(part(version=said), submission()))


def test_what_is_no_edifact_gets_no_answer() -> None:
    other = part(message_type="CROSSINGS", envelope=None)
    assert answer(other, submission(), 1, AT) is None


def test_long_answers_count_what_they_leave_out() -> None:
    many = tuple(replace(LOST, line=number) for number in range(10, 400))
    segments = told(part(problems=many), submission())
    assert sum(own.tag == "ERP" for own in segments) == MOST_PROBLEMS
    assert "292 MORE ARE NOT LISTED HERE" in segments[-4].get(3)


def test_every_run_has_a_control_reference_of_its_own() -> None:
    first, again, other = (told(part(), submission(), run)[0].get(4) for run in (1, 1, 2))
    assert first == again != other
    assert told(part(id="p2"), submission())[0].get(4) != first


def test_level_b_keeps_lower_case() -> None:
    lower = part(envelope=replace(HEADERS, syntax="UNOB:1"), problems=(LOST,))
    assert "FTX+AAO+++Line 12, column 5: There is no 31st of June" in lines(
        told(lower, submission())
    )


def test_the_verdict_tells_answers_apart() -> None:
    texts = [
        answer(a_part, submission(), run, AT)
        for a_part, run in ((part(), 1), (part(problems=(LOST,)), 1), (part(), 2))
    ]
    whole, lost, again = (verdict(own.text) for own in texts if own)
    assert (whole, lost) == ("BGM+312", "BGM+962")
    assert whole == again
    assert verdict("nonsense") == ""


ODD = st.text(max_size=40)


@given(
    cause=ODD,
    reference=ODD,
    sender=ODD,
    transaction=ODD,
    number=ODD,
    port=ODD,
    syntax=st.sampled_from(["UNOA:4", "UNOB:4", "UNOC:3", "IATA:1", "IATB:1", "UNOY:4"]),
)
def test_any_text_is_written_so_that_it_reads_back(
    cause: str,
    reference: str,
    sender: str,
    transaction: str,
    number: str,
    port: str,
    syntax: str,
) -> None:
    odd = part(
        reference=reference,
        envelope=replace(HEADERS, sender=sender, syntax=syntax),
        problems=(replace(LOST, cause=cause),),
    )
    voyage = replace(FLIGHT, number=number, origin=port)
    segments = told(odd, submission(transaction=transaction, voyages=(voyage,)))
    tags = [own.tag for own in segments]
    assert (tags[:3], tags[-3:]) == (["UNB", "UNG", "UNH"], ["UNT", "UNE", "UNZ"])
    assert int(segments[-3].get(0)) == len(segments) - 4
    assert segments[-3].get(1) == segments[2].get(0)
    assert segments[tags.index("ERC")].get(0) == "ERROR"


def test_the_reader_takes_an_answer_for_one_sound_message() -> None:
    made = answer(part(problems=(LOST,)), submission(), 1, AT)
    assert made is not None
    (found,) = reader.read(made.text.encode())
    assert found.message_type == "CUSRES"
    assert [own.cause for own in found.problems] == ["CUSRES messages are not supported yet"]
