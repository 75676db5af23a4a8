from dataclasses import replace
from datetime import UTC, datetime

import pytest

from parakh.domain.message import Problem
from parakh.domain.traveller import DocumentType, Sex
from parakh.domain.watchlist import EntryKind, EntryState, WatchlistEntry
from parakh.ingest.lists.csv import DeclaredEntry
from parakh.normalise.entries import watchlist_entry

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
