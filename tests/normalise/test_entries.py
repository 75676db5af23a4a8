from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.message import Problem, Severity
from parakh.domain.traveller import DocumentType, PersonName, Sex
from parakh.domain.watchlist import (
    EntryKind,
    EntryState,
    Identifier,
    IdentifierKind,
    WatchlistEntry,
    entry_print,
)
from parakh.ingest.lists.declared import DeclaredEntry
from parakh.normalise.entries import faults, listed_entry, watchlist_entry

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ROW = DeclaredEntry(
    line=2,
    list="Stolen",
    kind="person",
    family_name="Khan",
    given_names="Mohd",
    aliases=("KHAN, MUHAMMAD", "Baba Jee", "KHAN, MOHD"),
    birth_dates=("1980-01-15", "1981"),
    sex="m",
    nationalities=("PK", "AFG"),
    document_type="P",
    document_number="ab-123",
    document_issuer="PAK",
    reason="wanted",
    expires="2027-01-31",
)


def test_entry() -> None:
    entry = watchlist_entry(ROW, "list1", "user1", NOW)
    assert isinstance(entry, WatchlistEntry)
    assert [str(name) for name in entry.names] == ["KHAN, MOHD", "KHAN, MUHAMMAD", "BABA JEE"]
    assert [str(date) for date in entry.birth_dates] == ["1980-01-15", "1981"]
    assert (entry.sex, entry.nationalities) == (Sex.MALE, ("PAK", "AFG"))
    (document,) = entry.documents
    assert (document.type, document.number, document.issuer) == (
        DocumentType.PASSPORT,
        "AB123",
        "PAK",
    )
    assert entry.expires_at == datetime(2027, 2, 1, tzinfo=UTC)
    assert (entry.kind, entry.state) == (EntryKind.PERSON, EntryState.PROPOSED)
    assert (entry.watchlist_id, entry.proposed_by, entry.proposed_at) == ("list1", "user1", NOW)
    assert entry.reason == "wanted"


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"birth_dates": ("1980-13",)}, "birth_date: the month"),
        ({"birth_dates": ("0000",)}, "birth_date: has no year"),
        ({"sex": "male"}, "sex: is not"),
        ({"nationalities": ("QQQ",)}, "nationality: 'QQQ'"),
        ({"document_issuer": "QQQ"}, "document_issuer: 'QQQ'"),
        ({"document_number": "--"}, "document_number:"),
        ({"expires": "soon"}, "expires:"),
        ({"family_name": "LNU", "given_names": "FNU", "aliases": ()}, "family_name:"),
    ],
)
def test_a_row_that_cannot_be_used(change: dict[str, object], cause: str) -> None:
    problem = watchlist_entry(replace(ROW, **change), "list1", "user1", NOW)  # type: ignore[arg-type]
    assert isinstance(problem, Problem)
    assert problem.line == 2
    assert problem.cause.startswith(cause)


def test_a_document_without_a_person() -> None:
    row = DeclaredEntry(line=3, list="Stolen", kind="document", document_number="X1", reason="lost")
    entry = watchlist_entry(row, "list1", "user1", NOW)
    assert isinstance(entry, WatchlistEntry)
    assert (entry.kind, entry.names, entry.expires_at) == (EntryKind.DOCUMENT, (), None)
    assert entry.documents[0].type is DocumentType.OTHER


SHIP = DeclaredEntry(
    line=4,
    list="Ships",
    kind="vessel",
    family_name="M/V Lark, of Zahedan",
    identifiers=(("imo", "IMO 9074729", "IRN"), ("mmsi", "123456789", "")),
    reason="smuggling",
)


def test_a_vessel_has_its_whole_name_and_its_numbers() -> None:
    entry = watchlist_entry(SHIP, "list1", "user1", NOW)
    assert isinstance(entry, WatchlistEntry)
    assert entry.names == (PersonName(family="M V LARK OF ZAHEDAN", given=""),)
    assert entry.identifiers == (
        Identifier(kind=IdentifierKind.IMO, value="9074729", country="IRN"),
        Identifier(kind=IdentifierKind.MMSI, value="123456789"),
    )


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"identifiers": (("imo", "9074728", ""),)}, "identifiers: imo: the check digit"),
        ({"identifiers": (("hull", "1", ""),)}, "identifiers: its kind"),
        ({"identifiers": (("mmsi", "123456789", "QQQ"),)}, "identifiers: "),
        ({"family_name": "", "identifiers": ()}, "family_name: neither a name"),
    ],
)
def test_a_vessel_that_cannot_be_used(change: dict[str, object], cause: str) -> None:
    problem = watchlist_entry(replace(SHIP, **change), "list1", "user1", NOW)  # type: ignore[arg-type]
    assert isinstance(problem, Problem)
    assert problem.cause.startswith(cause)


def test_further_fields() -> None:
    row = replace(
        ROW,
        weak_aliases=("Chota", "KHAN, MOHD"),
        father_names=("Noor  Khan",),
        birth_places=("Swat",),
        documents=(("I", "54400-1", ""),),
        source_id="77",
    )
    entry = watchlist_entry(row, "list1", "user1", NOW)
    assert isinstance(entry, WatchlistEntry)
    assert entry.weak_names == (PersonName(family="", given="CHOTA"),), "no name is there twice"
    assert (entry.father_names, entry.birth_places) == (("NOOR KHAN",), ("SWAT",))
    assert [own.number for own in entry.documents] == ["AB123", "544001"]
    assert entry.source_id == "77"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ()),
        (
            {"birth_dates": ("soon",), "nationalities": ("QQ9",), "sex": "K"},
            ("birth_date", "nationality", "sex"),
        ),
        ({"family_name": "", "given_names": "", "aliases": (), "sex": "K"}, ("family_name", "sex")),
        ({"kind": "document", "document_number": "--"}, ("document_number",)),
        (
            {"identifiers": (("imo", "1", ""), ("mmsi", "2", ""))},
            ("identifiers: imo", "identifiers: mmsi"),
        ),
        (
            {
                "kind": "vehicle",
                "family_name": "",
                "given_names": "",
                "aliases": (),
                "document_number": "",
                "identifiers": (("plate", "LEA4567", "QQ9"), ("chassis", "A", "")),
            },
            ("identifiers: plate", "identifiers: chassis"),
        ),
    ],
)
def test_every_fault_of_a_row_is_told(changes: dict[str, Any], found: tuple[str, ...]) -> None:
    told = faults(replace(ROW, **changes), NOW)
    assert sorted(cause.rpartition(": ")[0] for cause in told) == sorted(found)


def test_who_has_weak_names_only_is_known_by_them() -> None:
    row = replace(ROW, family_name="FNU", given_names="", aliases=(), weak_aliases=("Chota",))
    entry = watchlist_entry(row, "list1", "user1", NOW)
    assert isinstance(entry, WatchlistEntry)
    assert (entry.names, entry.weak_names) == ((PersonName(family="", given="CHOTA"),), ())


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"birth_dates": ("1981", "soon")}, "birth_date: is no date"),
        ({"sex": "unknown"}, "sex: is not"),
        ({"nationalities": ("Atlantis", "AFG")}, "nationality: what stands there"),
        ({"document_issuer": "Atlantis"}, "document_issuer: what stands there"),
        ({"documents": (("P", "none given at all", ""),)}, "document_number: the text has no"),
        ({"identifiers": (("imo", "1", ""),)}, "identifiers: imo: an IMO number"),
        ({"expires": "soon"}, "expires:"),
    ],
)
def test_a_foreign_entry_is_kept_without_its_bad_field(
    change: dict[str, object], cause: str
) -> None:
    entry, problems = listed_entry(replace(ROW, **change), "list1", "user1", NOW)  # type: ignore[arg-type]
    assert entry is not None
    assert entry.names
    (problem,) = problems
    assert problem.cause.startswith(cause)
    assert (problem.severity, problem.line) == (Severity.WARNING, 2)


def test_a_foreign_entry_is_read_with_tolerance() -> None:
    row = replace(
        ROW,
        birth_dates=("circa 03 Mar 1961", "1970 to 1971"),
        sex="Male",
        nationalities=("Pakistani/Afghan",),
        document_number="",
        documents=(
            ("P", "Iraqi passport No. 284158 (expires 21.8.2005)", ""),
            ("P", "RL 0235074", "Lebanon"),
            ("I", "tazkira number 4414", ""),
        ),
        identifiers=(("tax", "77-1 (Colombia)", ""), ("registration", "(OGRN) 12", "Medellin")),
    )
    entry, problems = listed_entry(row, "list1", "user1", NOW)
    assert problems == ()
    assert entry is not None
    assert [str(date) for date in entry.birth_dates] == ["1961", "1970", "1971"]
    assert (entry.sex, entry.nationalities) == (Sex.MALE, ("PAK", "AFG"))
    assert [(own.number, own.issuer) for own in entry.documents] == [
        ("284158", "IRQ"), ("RL0235074", "LBN"), ("4414", None),
    ]  # fmt: skip
    assert [(own.value, own.country) for own in entry.identifiers] == [("771", "COL"), ("12", None)]


def test_a_foreign_entry_without_anything_to_find_it_by_is_told() -> None:
    entry, (problem,) = listed_entry(
        replace(ROW, family_name="-", given_names="", aliases=()), "list1", "user1", NOW
    )
    assert entry is None
    assert problem.severity is Severity.ERROR


@given(st.text(), st.text(), st.text())
def test_any_foreign_text(name: str, number: str, born: str) -> None:
    row = replace(
        ROW,
        family_name=name,
        birth_dates=(born,),
        nationalities=(born, name),
        documents=(("P", number, name),),
        identifiers=(("tax", number, born), ("imo", born, "")),
    )
    entry, problems = listed_entry(row, "list1", "user1", NOW)
    assert entry is not None
    assert all(own.line == 2 for own in problems)


def test_the_print_is_of_what_an_entry_is_matched_by() -> None:
    first = watchlist_entry(ROW, "list1", "user1", NOW)
    again = watchlist_entry(
        replace(
            ROW,
            reason="another",
            expires="",
            nationalities=("AFG", "PK"),
            aliases=("Baba Jee", "KHAN, MUHAMMAD"),
        ),
        "list2",
        "user2",
        NOW,
    )
    other = watchlist_entry(replace(ROW, birth_dates=("1980-01-15",)), "list1", "user1", NOW)
    assert isinstance(first, WatchlistEntry)
    assert isinstance(again, WatchlistEntry)
    assert isinstance(other, WatchlistEntry)
    assert entry_print(first) == entry_print(again) != entry_print(other)
    assert len(entry_print(first)) == 64


@pytest.mark.parametrize(
    ("zone", "end"),
    [
        ("UTC", "2027-02-01T00:00:00+00:00"),
        ("Asia/Karachi", "2027-01-31T19:00:00+00:00"),
        ("America/Lima", "2027-02-01T05:00:00+00:00"),
    ],
)
def test_a_last_day_is_one_of_the_zone_in_which_now_is_told(zone: str, end: str) -> None:
    entry = watchlist_entry(ROW, "own", "officer", NOW.astimezone(ZoneInfo(zone)))
    assert not isinstance(entry, Problem)
    assert entry.expires_at == datetime.fromisoformat(end)
