from dataclasses import replace
from datetime import date

import pytest

from parakh.domain.message import Severity
from parakh.domain.traveller import DocumentType, Sex, TravellerRole
from parakh.domain.voyage import Direction, Mode
from parakh.ingest.records import DeclaredDocument, DeclaredTraveller, DeclaredVoyage
from parakh.ingest.submission import Submission
from parakh.normalise.assemble import Assembled, assemble, voyage_key

TODAY = date(2026, 11, 22)
LEG = DeclaredVoyage(
    line=5,
    mode="air",
    carrier="pk",
    number="0204A",
    origin="DXB",
    destination="KHI",
    departure="2611220800",
    arrival="2611221130",
)
ALI = DeclaredTraveller(
    line=10,
    role="passenger",
    family_name="Khan",
    given_names="ALIMR",
    birth_date="800115",
    sex="M",
    nationality="PAK",
    residence="ARE",
    embarkation="dxb",
    debarkation="KHI",
    booking_reference="ab12cd",
    seat="014C",
    bags=("PK123456", " "),
    documents=(
        DeclaredDocument(type="V", number="999", issuer="ARE"),
        DeclaredDocument(type="P", number="ab 123-456", issuer="PAK", expiry="301231", line=14),
    ),
    lines={"birth_date": 12, "sex": 11, "nationality": 13},
)


def submission(
    *travellers: DeclaredTraveller, voyages: tuple[DeclaredVoyage, ...] = (LEG,)
) -> Submission:
    return Submission(
        ordinal=1,
        message_type="PAXLST",
        version="D:05B",
        reference="1",
        function="745",
        line=2,
        start=0,
        end=1,
        voyages=voyages,
        travellers=travellers,
    )


def assembled(*travellers: DeclaredTraveller, **more: tuple[DeclaredVoyage, ...]) -> Assembled:
    return assemble(submission(*travellers, **more), "PAK", TODAY)


def test_a_whole_list() -> None:
    found = assembled(ALI)
    assert found.problems == ()
    (voyage,) = found.voyages
    assert (voyage.mode, voyage.name, voyage.direction) == (Mode.AIR, "PK204A", Direction.ENTRY)
    assert voyage.due_at is not None
    assert voyage.due_at.isoformat() == "2026-11-22T06:30:00+00:00"
    assert voyage_key(voyage) == "air:PK:204A:DXB:KHI:2026-11-22"
    (one,) = found.travellers
    traveller = one.traveller
    assert traveller.voyage_id == found.border == voyage.id
    assert str(traveller.name) == "KHAN, ALI"
    assert str(traveller.birth_date) == "1980-01-15"
    assert (traveller.role, traveller.sex) == (TravellerRole.PASSENGER, Sex.MALE)
    assert (traveller.nationality, traveller.residence) == ("PAK", "ARE")
    assert (traveller.embarkation, traveller.debarkation) == ("DXB", "KHI")
    assert (traveller.booking_reference, traveller.seat) == ("AB12CD", "14C")
    assert traveller.bags == ("PK123456",)
    visa, passport = traveller.documents
    assert (visa.type, passport.type) == (DocumentType.VISA, DocumentType.PASSPORT)
    assert (passport.number, passport.issuer, str(passport.expiry)) == (
        "AB123456",
        "PAK",
        "2030-12-31",
    )
    assert one.declared == ALI
    assert one.marks.passports == ("PAK:AB123456",)
    assert (one.marks.family, one.marks.given, one.marks.seat) == ("KHAN", "ALI", "14C")


@pytest.mark.parametrize(
    ("father", "place", "read"),
    [
        ("Gul  Khan", "Dera Ismail\tKhan, KPK", ("GUL KHAN", "DERA ISMAIL KHAN KPK")),
        ("XXX", "unknown", ("", "")),
        ("گل خان", "کوئٹہ\0", ("گل خان", "کوئٹہ")),
        ("", "", ("", "")),
    ],
)
def test_father_and_place_of_birth_are_tidied(
    father: str, place: str, read: tuple[str, str]
) -> None:
    (one,) = assembled(replace(ALI, father_name=father, birth_place=place)).travellers
    assert (one.traveller.father_name, one.traveller.birth_place) == read


@pytest.mark.parametrize(
    ("change", "line", "cause", "severity"),
    [
        ({"birth_date": "801315"}, 12, "birth date: the month", Severity.ERROR),
        ({"sex": "Q"}, 11, "sex: 'Q'", Severity.ERROR),
        ({"nationality": "QQQ"}, 13, "nationality: 'QQQ'", Severity.ERROR),
        ({"residence": "q"}, 10, "residence: 'Q'", Severity.ERROR),
        ({"residence": "SHAH"}, 10, "residence: what stands there is no known", Severity.ERROR),
        ({"sex": "SHAH"}, 11, "sex: what stands there", Severity.ERROR),
        ({"family_name": "LNU", "given_names": "FNU"}, 10, "without any name", Severity.ERROR),
        ({"role": "stowaway"}, 10, "the role", Severity.WARNING),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(
    change: dict[str, str], line: int, cause: str, severity: Severity
) -> None:
    found = assembled(replace(ALI, **change), ALI)  # type: ignore[arg-type]
    problem = found.problems[0]
    assert "SHAH" not in problem.cause
    assert (problem.line, problem.severity) == (line, severity)
    assert problem.cause.startswith((cause, f"a traveller {cause}"))
    assert len(found.travellers) == 2


@pytest.mark.parametrize(
    ("document", "line", "cause", "kept"),
    [
        (DeclaredDocument(type="P", number=" - ", line=7), 7, "without a number", 0),
        (DeclaredDocument(type="P", number="A1", issuer="QQQ"), 10, "issuer of a document", 1),
        (DeclaredDocument(type="P", number="A1", expiry="301301", line=7), 7, "expiry:", 1),
    ],
)
def test_problems_of_documents(
    document: DeclaredDocument, line: int, cause: str, kept: int
) -> None:
    found = assembled(replace(ALI, documents=(document,)))
    (problem,) = found.problems
    assert problem.line == line
    assert cause in problem.cause
    assert len(found.travellers[0].traveller.documents) == kept


@pytest.mark.parametrize(
    ("legs", "border", "direction"),
    [
        ([("DXB", "KHI", True)], 0, Direction.ENTRY),
        ([("KHI", "DXB", True)], 0, Direction.EXIT),
        ([("YVR", "JFK", True)], 0, Direction.TRANSIT),
        ([("KHI", "ISB", True)], 0, Direction.TRANSIT),
        ([("LHR", "DXB", False), ("DXB", "KHI", True), ("KHI", "ISB", False)], 1, Direction.ENTRY),
        ([("LHR", "DXB", True), ("DXB", "KHI", False)], 1, Direction.ENTRY),
        ([("LHR", "DXB", False), ("DXB", "KHI", False)], 1, Direction.ENTRY),
        ([("ISB", "KHI", True), ("KHI", "DXB", True)], 1, Direction.EXIT),
        ([("YVR", "JFK", True), ("JFK", "MIA", False)], 0, Direction.TRANSIT),
        ([("YVR", "YYZ", False), ("JFK", "MIA", False)], 1, Direction.TRANSIT),
        ([("AEDXB", "PKKHI", True)], 0, Direction.ENTRY),
    ],
)
def test_leg_of_the_border(
    legs: list[tuple[str, str, bool]], border: int, direction: Direction
) -> None:
    voyages = tuple(
        replace(LEG, origin=origin, destination=destination, border=flag, arrival="")
        for origin, destination, flag in legs
    )
    found = assembled(ALI, voyages=voyages)
    assert found.border == found.voyages[border].id
    assert found.voyages[border].direction is direction


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"departure": "261322"}, "departure: the month"),
        ({"arrival": "x"}, "arrival: a date and time"),
        ({"arrival": "2611220900", "departure": "2611221000"}, "arrival lies before"),
        ({"destination": "QQ9"}, "port: 'QQ9' is no known port"),
        ({"destination": "SHAHNAWAZ"}, "port: what stands there is no known port"),
        ({"mode": "9"}, "mode of transport"),
    ],
)
def test_problems_of_a_voyage(change: dict[str, str], cause: str) -> None:
    found = assembled(ALI, voyages=(replace(LEG, **change),))  # type: ignore[arg-type]
    assert cause in found.problems[0].cause
    assert found.problems[0].line == 5
    assert len(found.travellers) == 1


def test_nobody_without_a_voyage() -> None:
    found = assembled(ALI, voyages=())
    assert found.travellers == ()
    assert [problem.line for problem in found.problems] == [2]


def test_who_stands_twice_in_a_list_is_kept_twice_and_reported() -> None:
    twin = replace(ALI, documents=(), line=20)
    found = assembled(ALI, twin, replace(twin, line=30), replace(ALI, line=40))
    assert len(found.travellers) == 4
    assert [(problem.line, problem.severity) for problem in found.problems] == [
        (30, Severity.WARNING),
        (40, Severity.WARNING),
    ]


@pytest.mark.parametrize(
    ("departure", "arrival", "day"),
    [("2611222300", "261123", "2026-11-22"), ("", "261123", "to 2026-11-23"), ("", "", "")],
)
def test_day_of_a_voyage_key(departure: str, arrival: str, day: str) -> None:
    found = assembled(voyages=(replace(LEG, departure=departure, arrival=arrival),))
    assert voyage_key(found.voyages[0]) == f"air:PK:204A:DXB:KHI:{day}"


def test_causes_hold_no_personal_data() -> None:
    wrong = replace(
        ALI, birth_date="999999", documents=(DeclaredDocument(type="P", number="Z9Z9"),)
    )
    causes = " ".join(problem.cause for problem in assembled(wrong, wrong).problems)
    assert not any(value in causes for value in ("KHAN", "Khan", "999999", "Z9Z9"))
