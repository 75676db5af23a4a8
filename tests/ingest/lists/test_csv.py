import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.message import Problem
from parakh.errors import Unreadable
from parakh.ingest import tabular
from parakh.ingest.lists import csv
from parakh.ingest.lists.csv import COLUMNS, read
from parakh.ingest.lists.declared import DeclaredEntry

HEADER = "list,kind,family_name,given_names,aliases,birth_date,nationality,document_number,reason"


def rows(*lines: str, header: str = HEADER) -> list[DeclaredEntry | Problem]:
    return list(read("\n".join((header, *lines)).encode()))


def test_rows() -> None:
    person, document = rows(
        'Wanted,,Khan,Mohd,"KHAN, MUHAMMAD | BABA",1980|1981-02,PAK|AFG,,"fraud, twice"',
        "Stolen,Document,,,,,,AB1,lost",
    )
    assert person == DeclaredEntry(
        line=2,
        list="Wanted",
        kind="person",
        family_name="Khan",
        given_names="Mohd",
        aliases=("KHAN, MUHAMMAD", "BABA"),
        birth_dates=("1980", "1981-02"),
        nationalities=("PAK", "AFG"),
        reason="fraud, twice",
    )
    assert document == DeclaredEntry(
        line=3, list="Stolen", kind="document", document_number="AB1", reason="lost"
    )


def test_other_kinds_than_persons() -> None:
    header = (
        "list,kind,family_name,weak_aliases,father_name,birth_place,identifiers,source_id,reason"
    )
    ship, car, person = rows(
        "Ships,vessel,Lark,,,,imo:9074729|MMSI: 123456789 :pk,7,smuggling",
        "Cars,vehicle,,,,,plate:LEA 123:PAK,8,stolen",
        "Wanted,person,Khan,Chota|Babu,Noor Khan,Swat|Dir,,9,x",
        header=header,
    )
    assert ship == DeclaredEntry(
        line=2,
        list="Ships",
        kind="vessel",
        family_name="Lark",
        identifiers=(("imo", "9074729", ""), ("mmsi", "123456789", "pk")),
        source_id="7",
        reason="smuggling",
    )
    assert isinstance(car, DeclaredEntry)
    assert car.identifiers == (("plate", "LEA 123", "PAK"),)
    assert isinstance(person, DeclaredEntry)
    assert person.weak_aliases == ("Chota", "Babu")
    assert (person.father_names, person.birth_places) == (("Noor Khan",), ("Swat", "Dir"))
    (long,) = rows(f"L,person,Khan,,,,,{'9' * 81},x", header=header)
    assert isinstance(long, Problem)
    assert long.cause.startswith("source_id: is longer")


@pytest.mark.parametrize(
    "data",
    [
        "reason;List;family_name\nx;Wanted;Khan\n",
        "\ufeffreason,list,family_name\r\nx,Wanted,Khan\r\n",
        'reason,list,family_name\n\n"x", Wanted ,Khan',
        "reason,list,family_name,expires\nx,Wanted,Khan",
    ],
)
def test_forms_of_the_file(data: str) -> None:
    (entry,) = read(data.encode())
    assert isinstance(entry, DeclaredEntry)
    assert (entry.list, entry.family_name, entry.reason) == ("Wanted", "Khan", "x")


@pytest.mark.parametrize(
    ("row", "column", "cause"),
    [
        (",,Khan,Ali,,,,,x", 1, "list: is empty"),
        ("Wanted,ship,Khan,Ali,,,,,x", 2, "kind: is none of"),
        ("Wanted,,,,,,,,x", 3, "family_name: a person without"),
        ("Stolen,document,,,,,,,x", 8, "document_number: is empty"),
        ("Wanted,,Khan,Ali,,,,,", 9, "reason: is empty"),
        ("Wanted,,Khan", 9, "reason: is empty"),
        ("Wanted,,Khan,Ali,,,,,x,y", 10, "more than 9 fields"),
        (f"Wanted,,{'K' * 10_001},Ali,,,,,x", 3, "family_name: longer"),
        ("Wanted,vessel,Lark,Ali,,,,,x", 4, "given_names: only a person"),
        ("Wanted,vehicle,,,,,,,x", 3, "family_name: a vehicle without"),
        ('Wanted,,"Kh"an,Ali,,,,,x', 1, "quotes or line ends"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_goes_on(row: str, column: int, cause: str) -> None:
    good = "Wanted,,Khan,Ali,,,,,x"
    first, problem, last = rows(good, row, good)
    assert isinstance(first, DeclaredEntry)
    assert isinstance(last, DeclaredEntry)
    assert last.line == 4
    assert isinstance(problem, Problem)
    assert (problem.line, problem.column) == (3, column)
    assert problem.cause.startswith(cause)


def test_lines_are_counted_over_line_ends_in_quotes() -> None:
    first, second = rows('W,,Khan,Ali,,,,,"a\nb\nc"', "W,,Shah,Ali,,,,,x")
    assert isinstance(first, DeclaredEntry)
    assert isinstance(second, DeclaredEntry)
    assert (first.line, second.line, first.reason) == (2, 5, "a\nb\nc")


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "lacks the columns list, reason"),
        (b"family_name\nKhan", "lacks the columns list, reason"),
        (b"list,reason,nmae\n", "unknown name: nmae;"),
        (b"list,reason,\n", r"unknown name: \(empty\);"),
        (b"list,reason,list\n", "column twice: list"),
        (b"list,reason\nW,\xff\n", "line 2 of the list is not UTF-8"),
        (b'"list,reason', "first line cannot be read"),
    ],
)
def test_files_of_another_form(data: bytes, cause: str) -> None:
    with pytest.raises(Unreadable, match=cause):
        list(read(data))


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    good = "W,,Khan,Ali,,,,,x"
    monkeypatch.setattr(tabular, "MAX_ROWS", 2)
    with pytest.raises(Unreadable, match="more than 2 rows"):
        rows(good, good, good, good)
    monkeypatch.setattr(tabular, "MAX_PROBLEMS", 0)
    _, last = rows("W", good)
    assert isinstance(last, Problem)
    assert "after 0 problems" in last.cause
    monkeypatch.setattr(tabular, "MAX_BYTES", 10)
    with pytest.raises(Unreadable, match="larger"):
        rows(good)


def test_the_documentation_names_every_column() -> None:
    assert csv.__doc__ is not None
    assert all(column in csv.__doc__ for column in COLUMNS)


@given(st.text())
def test_any_text_gives_entries_and_problems(text: str) -> None:
    for found in read(f"{HEADER}\n{text}".encode(errors="replace")):
        assert found.line >= 2
