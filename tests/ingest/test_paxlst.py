from typing import Any

import pytest

from parakh.domain.message import Problem, Severity
from parakh.ingest.reader import read
from parakh.ingest.records import DeclaredDocument, DeclaredTraveller, DeclaredVoyage
from parakh.ingest.submission import Submission

LEG = "TDT+20+PK214+++PK'LOC+125+DXB'DTM+189:2501011825:201'LOC+87+KHI'DTM+232:2501012135:201'"
PERSON = "NAD+FL+++KHAN:ALI'"


def parse(body: str, *, function: str = "745", tail: str = "CNT+42:1'") -> Submission:
    """The Submission of a message in which only `body` matters: one segment a line."""
    text = f"UNH+1+PAXLST:D:05B:UN'BGM+{function}'{body}{tail}"
    count = text.count("'") - text.count("?'") + 1
    text = f"UNB+UNOA:4+A+B+250101:0000+9'{text}UNT+{count}+1'UNZ+1+9'"
    return read(text.replace("'", "'\n").encode())[0]


def traveller(*segments: str) -> DeclaredTraveller:
    (found,) = parse(LEG + PERSON + "".join(segments)).travellers
    return found


def errors(submission: Submission) -> list[tuple[str, str]]:
    return [
        (problem.segment, problem.cause)
        for problem in submission.problems
        if problem.severity is Severity.ERROR
    ]


@pytest.mark.parametrize(
    ("what", "nad", "family", "given"),
    [
        ("two components", "NAD+FL+++KHAN:ALI'", "KHAN", "ALI"),
        ("three components", "NAD+FL+++KHAN:ALI:REZA'", "KHAN", "ALI REZA"),
        ("an empty third", "NAD+FL+++KHAN:ALI:'", "KHAN", "ALI"),
        ("family name only", "NAD+FL+++SUKARNO'", "SUKARNO", ""),
        ("given name only", "NAD+FL+++:PUTRI'", "", "PUTRI"),
        ("an address behind", "NAD+FL+++KHAN:ALI+1 MALL RD+LAHORE+PB+54000+PAK'", "KHAN", "ALI"),
        ("free text", "NAD+FL++KHAN:ALI'", "KHAN", "ALI"),
        ("as on a ticket", "NAD+FL+++KHAN/ALI REZA'", "KHAN", "ALI REZA"),
        ("in the place of the identifier", "NAD+FL+KHAN:ALI'", "KHAN", "ALI"),
        ("blanks around", "NAD+FL+++ KHAN : ALI '", "KHAN", "ALI"),
        ("released apostrophe", "NAD+FL+++O?'NEIL:JO'", "O'NEIL", "JO"),
        ("several words", "NAD+FL+++BIN SAEED AL ALI:HAMDAN'", "BIN SAEED AL ALI", "HAMDAN"),
    ],
)  # fmt: skip
def test_names(what: str, nad: str, family: str, given: str) -> None:
    (found,) = parse(LEG + nad).travellers
    assert (found.family_name, found.given_names) == (family, given)


@pytest.mark.parametrize(
    ("qualifier", "function", "role"),
    [
        ("FL", "745", "passenger"),
        ("FM", "745", "crew"),
        ("DDU", "745", "transit"),
        ("DDT", "745", "crew"),
        ("FM", "250", "crew"),
        ("FL", "250", "crew"),
        ("XX", "745", "passenger"),
        ("", "745", "passenger"),
    ],
)
def test_roles(qualifier: str, function: str, role: str) -> None:
    (found,) = parse(f"{LEG}NAD+{qualifier}+++KHAN:ALI'", function=function).travellers
    assert found.role == role


@pytest.mark.parametrize(
    ("segment", "attribute", "value"),
    [
        ("ATT+2++M'", "sex", "M"),
        ("ATT+2++F'", "sex", "F"),
        ("ATT+2+X'", "sex", "X"),
        ("DTM+329:700602'", "birth_date", "700602"),
        ("DTM+329:19700602:102'", "birth_date", "19700602"),
        ("MEA+CT++:2'", "bag_count", 2),
        ("MEA+CT++2'", "bag_count", 2),
        ("MEA+WT++KGM:31'", "bag_weight", "31 KGM"),
        ("MEA+WT++31'", "bag_weight", "31"),
        ("FTX+BAG+++0214123456'", "bags", ("0214123456",)),
        ("FTX+BAG+++0214000098:3'", "bags", ("0214000098", "0214000099", "0214000100")),
        ("FTX+BAG+++PK0099:2'", "bags", ("PK0099", "PK0100")),
        ("FTX+BAG+++0214000098:500'", "bags", ("0214000098",)),
        ("FTX+BAG+++0214000098:0214000105'", "bags", ("0214000098", "0214000105")),
        ("FTX+BAG'", "bags", ()),
        ("LOC+178+DXB'", "embarkation", "DXB"),
        ("LOC+179+KHI'", "debarkation", "KHI"),
        ("LOC+174+ARE'", "residence", "ARE"),
        ("NAT+2+PAK'", "nationality", "PAK"),
        ("RFF+AVF:ABC123'", "booking_reference", "ABC123"),
        ("RFF+SEA:12A'", "seat", "12A"),
    ],
)
def test_attributes(segment: str, attribute: str, value: Any) -> None:
    found = traveller(segment)
    assert getattr(found, attribute) == value
    if value:
        assert found.lines[attribute] == found.line + 1


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ("DOC+P+AB1'DTM+36:300101'LOC+91+PAK'", [("P", "AB1", "PAK", "300101")]),
        ("DOC+P:110:111+AB1'LOC+91+PAK'DTM+36:300101'", [("P", "AB1", "PAK", "300101")]),
        ("DOC+P+AB1'", [("P", "AB1", "", "")]),
        ("DOC++AB1'DTM+36:300101'", [("", "AB1", "", "300101")]),
        ("DOC+P+AB1'LOC+91+'DTM+36:'", [("P", "AB1", "", "")]),
        ("DOC+P+AB1'LOC+91+PAK'DOC+V+99'LOC+91+GBR'",
         [("P", "AB1", "PAK", ""), ("V", "99", "GBR", "")]),
        ("DOC++'DTM+36:300101'LOC+91+PAK'", []),
        ("DOC+P+AB1'DOC++'DTM+36:300101'LOC+91+PAK'", [("P", "AB1", "", "")]),
        ("DOC+I+4210112345671'LOC+178+DXB'LOC+91+PAK'", [("I", "4210112345671", "PAK", "")]),
    ],
)  # fmt: skip
def test_documents(segments: str, expected: list[tuple[str, str, str, str]]) -> None:
    found = traveller(segments).documents
    assert [(d.type, d.number, d.issuer, d.expiry) for d in found] == expected


@pytest.mark.parametrize(
    ("what", "segments", "expected"),
    [
        ("one leg", LEG, [("PK", "214", "DXB", "KHI", True)]),
        (
            "carrier within the number only",
            LEG.replace("+++PK", ""),
            [("PK", "214", "DXB", "KHI", True)],
        ),
        (
            "arrival first",
            "TDT+20+PK1+++PK'LOC+87+KHI'LOC+125+DXB'",
            [("PK", "1", "DXB", "KHI", True)],
        ),
        (
            "legs before the border",
            "TDT+20+QR1+++QR'LOC+92+LHR'LOC+92+DOH'TDT+20+QR2+++QR'LOC+125+DOH'LOC+87+LHE'",
            [("QR", "1", "LHR", "DOH", False), ("QR", "2", "DOH", "LHE", True)],
        ),
        (
            "a leg after the border, in one TDT",
            "TDT+20+PK7+++PK'LOC+125+DXB'LOC+87+KHI'LOC+92+ISB'",
            [("PK", "7", "DXB", "KHI", True), ("PK", "7", "KHI", "ISB", False)],
        ),
        (
            "no leg marked",
            "TDT+20+PK1+++PK'LOC+92+KHI'LOC+92+LHE'TDT+20+PK2+++PK'LOC+92+LHE'LOC+92+LHR'",
            [("PK", "1", "KHI", "LHE", True), ("PK", "2", "LHE", "LHR", True)],
        ),
        (
            "code share with its own places",
            LEG + LEG.replace("PK214+++PK", "EK5214+++EK"),
            [("PK", "214", "DXB", "KHI", True), ("EK", "5214", "DXB", "KHI", False)],
        ),
        (
            "code share without places",
            LEG + "TDT+20+EK5214+++EK'",
            [("PK", "214", "DXB", "KHI", True), ("EK", "5214", "DXB", "KHI", False)],
        ),
        (
            "three-letter designator",
            LEG.replace("PK214+++PK", "PIA214"),
            [("PIA", "214", "DXB", "KHI", True)],
        ),
        (
            "digit in the designator",
            LEG.replace("PK214+++PK", "9P843"),
            [("9P", "843", "DXB", "KHI", True)],
        ),
        ("one port", "TDT+20+PK1+++PK'LOC+87+KHI'", [("PK", "1", "", "KHI", True)]),
    ],
)
def test_voyages(what: str, segments: str, expected: list[tuple[str, str, str, str, bool]]) -> None:
    found = parse(segments + PERSON)
    assert [
        (v.carrier, v.number, v.origin, v.destination, v.border) for v in found.voyages
    ] == expected
    assert not found.fatal


@pytest.mark.parametrize(
    ("mode", "expected"), [("", "air"), ("4", "air"), ("1", "sea"), ("2", "rail"), ("30", "road")]
)
def test_modes(mode: str, expected: str) -> None:
    (voyage,) = parse(LEG.replace("+++PK", f"+{mode}++PK")).voyages
    assert voyage.mode == expected
    assert voyage == DeclaredVoyage(
        line=4,
        mode=expected,
        carrier="PK",
        number="214",
        origin="DXB",
        destination="KHI",
        departure="2501011825",
        arrival="2501012135",
    )


@pytest.mark.parametrize(
    ("what", "body", "tail", "cause"),
    [
        ("no TDT", PERSON, "CNT+42:1'", "No TDT gives"),
        ("no number", LEG.replace("PK214", ""), "CNT+42:0'", "No TDT gives"),
        ("no port", "TDT+20+PK214+++PK'" + PERSON, "CNT+42:1'", "No TDT gives"),
    ],
)
def test_what_makes_a_list_fatal(what: str, body: str, tail: str, cause: str) -> None:
    found = parse(body, tail=tail)
    assert found.fatal
    assert any(text.startswith(cause) for _, text in errors(found))


def test_a_list_without_bgm_is_fatal() -> None:
    data = f"UNB+UNOA:4+A+B+C+9'UNH+1+PAXLST:D:05B:UN'{LEG}{PERSON}CNT+42:1'UNT+9+1'UNZ+1+9'"
    (found,) = read(data.encode())
    assert found.fatal
    assert len(found.travellers) == 1


def test_a_nil_list_is_fine() -> None:
    found = parse(LEG, tail="CNT+42:0'")
    assert (found.fatal, found.travellers, found.problems) == (False, (), ())


@pytest.mark.parametrize(
    ("what", "body", "problem"),
    [
        ("no such month", PERSON + "DTM+329:991332'",
         (10, 1, "DTM", "The value cannot be a date", "error")),
        ("no such day", PERSON + "DTM+329:990231'",
         (10, 1, "DTM", "The value cannot be a date", "error")),
        ("no digits", PERSON + "DTM+329:JANUARY'",
         (10, 1, "DTM", "The value cannot be a date", "error")),
        ("a bad expiry", PERSON + "DOC+P+1'DTM+36:300199'",
         (11, 1, "DTM", "The value cannot be a date", "error")),
        ("no name", "NAD+FL'", (9, 1, "NAD", "This person has no name", "error")),
        ("empty DOC", PERSON + "DOC++'",
         (10, 1, "DOC", "DOC gives no document number and is left out", "warning")),
        ("expiry without DOC", PERSON + "DTM+36:300101'",
         (10, 1, "DTM", "DTM+36 stands before any DOC", "error")),
        ("issuer without DOC", PERSON + "LOC+91+PAK'",
         (10, 1, "LOC", "LOC+91 stands before any DOC", "error")),
        ("sex before any person", "ATT+2++M'" + PERSON,
         (9, 1, "ATT", "ATT stands before any person", "error")),
        ("nationality before any person", "NAT+2+PAK'" + PERSON,
         (9, 1, "NAT", "NAT stands before any person", "error")),
        ("document before any person", "DOC+P+1'" + PERSON,
         (9, 1, "DOC", "DOC stands before any person", "error")),
        ("unknown segment", PERSON + "LIN+1'",
         (10, 1, "LIN", "This is no segment of a PAXLST message", "error")),
        ("damaged NAD", "NAB+FL+++KHAN:ALI'",
         (9, 1, "NAB", "This is no PAXLST segment; it was read as the NAD of a person", "error")),
        ("unknown party", "NAD+XX+++KHAN:ALI'",
         (9, 1, "NAD", "NAD does not say what this party is (FL, FM, DDU, DDT);"
          " read as a passenger", "warning")),
        ("bags are no number", PERSON + "MEA+CT++:TWO'",
         (10, 1, "MEA", "The number of bags is no number", "error")),
        ("too long a series", PERSON + "FTX+BAG+++0214000001:500'",
         (10, 1, "FTX", "The bag tags are no series of at most 99", "warning")),
    ],
)  # fmt: skip
def test_problems_in_a_person(what: str, body: str, problem: tuple[Any, ...]) -> None:
    found = parse(LEG + body)
    line, column, segment, cause, severity = problem
    assert not found.fatal
    assert len(found.travellers) == 1
    assert found.problems == (
        Problem(
            line=line, column=column, segment=segment, cause=cause, severity=Severity(severity)
        ),
    )


@pytest.mark.parametrize(
    ("what", "legs", "segment", "cause"),
    [
        ("bad time", LEG.replace("2501011825", "2513011825"), "DTM", "The value cannot be a date"),
        ("bad hour", LEG.replace("2501011825", "2501012575"), "DTM", "The value cannot be a date"),
        ("half a leg", "TDT+20+PK1+++PK'LOC+87+KHI'", "LOC", "Only one LOC gives a port"),
        ("time before place", "TDT+20+PK1+++PK'DTM+189:2501011825'" + LEG[18:], "DTM",
         "DTM stands before any LOC"),
        ("TDT after a person", LEG + PERSON + LEG.replace("214", "215"), "TDT", "TDT stands after"),
    ],
)  # fmt: skip
def test_problems_in_a_leg(what: str, legs: str, segment: str, cause: str) -> None:
    ((tag, text),) = errors(parse(legs))
    assert tag == segment
    assert text.startswith(cause)


@pytest.mark.parametrize(
    "value", ["700602", "19700602", "700000", "1970", "197006", "000000", "70XXXX", "7006<<"]
)
def test_partial_birth_dates_are_no_problem(value: str) -> None:
    assert parse(f"{LEG}{PERSON}DTM+329:{value}'").problems == ()


@pytest.mark.parametrize(
    ("tail", "cause"),
    [
        ("CNT+42:7'", "CNT gives 7 passengers; the list names 1"),
        ("CNT+41:1'", "CNT gives 1 crew members; the list names 0"),
        ("CNT+3:1'", "CNT does not say what it counts (41 crew members, 42 passengers)"),
        ("CNT+42:MANY'", "CNT gives an unknown number of passengers; the list names 1"),
        ("", "There is no CNT control total"),
    ],
)
def test_control_totals_are_warnings(tail: str, cause: str) -> None:
    (problem,) = parse(LEG + PERSON, tail=tail).problems
    assert (problem.cause, problem.severity) == (cause, Severity.WARNING)


def test_a_lost_nad_does_not_spoil_the_person_before() -> None:
    first = PERSON + "ATT+2++M'DTM+329:700602'LOC+178+DXB'DOC+P+AB1'LOC+91+PAK'"
    found = parse(LEG + first + "ATT+2++F'DTM+329:800101'DOC+P+CD2'", tail="CNT+42:2'")
    one, two = found.travellers
    assert (one.sex, one.birth_date, [d.number for d in one.documents]) == ("M", "700602", ["AB1"])
    assert (two.family_name, two.sex, two.birth_date) == ("", "F", "800101")
    assert two.documents == (DeclaredDocument(type="P", number="CD2", line=17, lines={}),)
    assert errors(found) == [
        ("ATT", "A NAD is missing before this: it begins another person"),
        ("ATT", "This person has no name"),
    ]


def test_what_no_field_takes_is_listed() -> None:
    found = parse(
        "RFF+TN:X1'RFF+TN:X2'NAD+MS+++HELPDESK'COM+123:TE'QTY+1:2'"
        + LEG
        + PERSON
        + "GEI+4+999'LOC+91+GBR'LOC+23+KHI'RFF+ZZZ:7'NAT+2+PAK'DOC+P+1'DTM+137:200101'CPI+1'"
    )
    assert [item.text for item in found.unmapped] == [
        "RFF+TN:X2",
        "QTY+1:2",
        "GEI+4+999",
        "LOC+91+GBR",
        "LOC+23+KHI",
        "RFF+ZZZ:7",
        "DTM+137:200101",
        "CPI+1",
    ]
    assert [(item.line, item.column) for item in found.unmapped][:2] == [(5, 1), (8, 1)]


def test_who_reports_and_how_to_reach_him() -> None:
    found = parse("RFF+TN:X1:::2'NAD+MS+++HELPDESK'COM+0123:TE+0456:FX+A@B.PK:EM'" + LEG + PERSON)
    assert (found.transaction, found.reporter) == ("X1", "HELPDESK")
    assert [(own.kind, own.value) for own in found.contacts] == [
        ("phone", "0123"),
        ("fax", "0456"),
        ("email", "A@B.PK"),
    ]
    assert found.unmapped == ()


@pytest.mark.parametrize(
    ("segments", "attribute", "value"),
    [
        ("LOC+180+PAK:::LAHORE'", "birth_place", "LAHORE"),
        ("LOC+180+PAK:::LAHORE'", "birth_country", "PAK"),
        ("LOC+180+USA+:::AMBER HILL+:::TX'", "birth_place", "AMBER HILL, TX"),
        ("LOC+22+KHI'", "clearance", "KHI"),
        ("RFF+ABO:ABC1'", "unique_reference", "ABC1"),
        ("RFF+AEA:R77'", "agency_reference", "R77"),
        ("RFF+CR:C9'", "customer_reference", "C9"),
        ("EMP+1+CR1:110:111'", "occupation", "CR1"),
        ("GEI+4+173'", "verified", True),
        ("GEI+4+174'", "verified", False),
        ("NAT+2+PAK'NAT+2+GBR'NAT+2+GBR'", "other_nationalities", ("GBR",)),
    ],
)
def test_parts_that_few_senders_give(segments: str, attribute: str, value: Any) -> None:
    assert getattr(traveller(segments), attribute) == value


def test_contacts_and_address_of_a_person() -> None:
    nad = "NAD+FL+++KHAN:ALI+1 MALL RD+LAHORE+PB+54000+PAK'COM+0300:TE'"
    (found,) = parse(LEG + nad).travellers
    (address,) = found.addresses
    assert (address.street, address.city, address.region, address.postal_code, address.country) == (
        "1 MALL RD",
        "LAHORE",
        "PB",
        "54000",
        "PAK",
    )
    assert [(own.kind, own.value) for own in found.contacts] == [("phone", "0300")]


def test_a_document_has_a_date_of_issue() -> None:
    (document,) = traveller("DOC+P+AB1'DTM+36:300101'DTM+182:200101'").documents
    assert (document.issued, document.expiry) == ("200101", "300101")


@pytest.mark.parametrize(
    ("bgm", "function", "action"),
    [
        ("745", "745", ""),
        ("745+CP", "745", "change"),
        ("745+XR", "745", "cancel"),
        ("745+RP", "745", "reduction"),
        ("266+CLOB", "266", "boarded"),
        ("266+CLNB", "266", "not boarded"),
        ("745++9", "745", ""),
        ("250++5", "250", "replace"),
        ("250+X7+1", "250", "cancel"),
        ("745++3", "745", "cancel"),
        ("745++2", "745", ""),
        ("745+cp", "745", "change"),
        ("745+CP:1:2", "745", "change"),
        ("745+A77+4", "745", "change"),
        ("655", "655", ""),
        ("266+CL", "266", "close"),
        ("266+XF", "266", "cancel flight"),
        ("266+CF", "266", "change flight"),
        ("250+C", "250", ""),
        ("250+CC", "250", "change"),
        ("250+BC", "250", "change"),
        ("250+A", "250", ""),
        ("336+G", "336", ""),
        ("336+H", "336", "cancel"),
        ("336+I", "336", "change"),
        ("745+G", "745", ""),
    ],
)
def test_what_is_to_be_done_with_a_list(bgm: str, function: str, action: str) -> None:
    found = parse(LEG + PERSON, function=bgm)
    assert (found.function, found.action) == (function, action)


def test_a_master_crew_list_is_for_no_voyage() -> None:
    head = (
        "RFF+TN:SK1:::1'NAD+MS+++DESK'TDT+20+SK01MCL+++SK'LOC+188+XXX'DTM+554:2501010000:201'"
        "LOC+172+TST'DTM+554:2501010000:201'"
    )
    crew = (
        "NAD+FM+++BERG:EVA'ATT+2++F'DTM+329:800120'LOC+174+SWE'EMP+1+CR2:110:111'NAT+2+SWE'"
        "DOC+P:110:111+AB1'LOC+91+SWE'"
    )
    found = parse(head + crew, function="336+I", tail="CNT+41:1'")
    assert (found.fatal, found.problems, found.voyages) == (False, (), ())
    (member,) = found.travellers
    assert (member.role, member.family_name, member.occupation) == ("crew", "BERG", "CR2")
    assert [item.segment for item in found.unmapped] == ["TDT", "LOC", "DTM", "LOC", "DTM"]


@pytest.mark.parametrize("code", ["CL", "XF", "CF"])
def test_a_flight_status_needs_no_persons(code: str) -> None:
    found = parse(LEG, function=f"266+{code}", tail="CNT+42:0'")
    assert (found.fatal, found.travellers, found.problems) == (False, (), ())
    assert found.voyages[0].number == "214"


@pytest.mark.parametrize("kind", ["P", "PT", "PS", "PD", "PO", "V", "I", "A", "C", "AC", "IP", "F"])
def test_every_kind_of_document_with_a_visa_beside_it(kind: str) -> None:
    found = traveller(
        f"DOC+{kind}:110:111+AB1'DTM+36:300101'DTM+182:200101'LOC+91+PAK'"
        "DOC+V:110:111+V99'DTM+36:270101'LOC+91+GBR'"
    ).documents
    assert [(own.type, own.number, own.issuer, own.issued, own.expiry) for own in found] == [
        (kind, "AB1", "PAK", "200101", "300101"),
        ("V", "V99", "GBR", "", "270101"),
    ]


def test_a_progressive_flight_names_its_ports_for_each_person() -> None:
    legs = (
        "TDT+20+PK9+++PK'LOC+92+LHR'DTM+189:2501010100:201'LOC+92+DXB'DTM+232:2501010800:201'"
        "TDT+20+PK9+++PK'LOC+125+DXB'DTM+189:2501010900:201'LOC+87+KHI'DTM+232:2501011200:201'"
    )
    people = (
        "NAD+FL+++KHAN:ALI'LOC+178+LHR'LOC+179+KHI'LOC+22+KHI'"
        "NAD+DDU+++SHAH:AMNA'LOC+178+DXB'LOC+179+SIN'"
    )
    found = parse(legs + people, tail="CNT+42:2'")
    assert [(own.origin, own.destination, own.border) for own in found.voyages] == [
        ("LHR", "DXB", False),
        ("DXB", "KHI", True),
    ]
    assert [(own.role, own.embarkation, own.debarkation) for own in found.travellers] == [
        ("passenger", "LHR", "KHI"),
        ("transit", "DXB", "SIN"),
    ]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("header", "sequence", "part", "warned"),
    [
        ("UNH+1+PAXLST:D:05B:UN+REF+1:C'", 1, "first", False),
        ("UNH+1+PAXLST:D:05B:UN+REF+02'", 2, "", False),
        ("UNH+1+PAXLST:D:05B:UN+REF+3:F'", 3, "final", True),
    ],
)
def test_parts_of_one_list(header: str, sequence: int, part: str, warned: bool) -> None:
    text = f"UNB+UNOA:4+A+B+C+9'{header}BGM+745'{LEG}{PERSON}UNT+9+1'UNZ+1+9'"
    (found,) = read(text.encode())
    assert (found.common_reference, found.sequence, found.part) == ("REF", sequence, part)
    assert bool(found.problems) == warned
