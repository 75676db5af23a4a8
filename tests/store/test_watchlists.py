from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from parakh.access import Purpose, system_actor
from parakh.domain.dates import PartialDate
from parakh.domain.ids import new_id
from parakh.domain.traveller import Document, DocumentType, PersonName, Sex
from parakh.domain.watchlist import EntryKind, EntryState, Handling, Watchlist, WatchlistEntry
from parakh.errors import NotFound
from parakh.store import watchlists
from parakh.store.database import Database, Tx

WANTED = Watchlist(
    id="w", name="Wanted", source="police", legal_basis="§ 1", handling=Handling.REFER
)


def an_entry(tx: Tx, family: str = "MAZARI", **values: object) -> WatchlistEntry:
    value = WatchlistEntry(
        id=new_id(),
        watchlist_id="w",
        kind=EntryKind.PERSON,
        names=(
            PersonName(family=family, given="ZULFIQAR"),
            PersonName(family="مزاری", given=""),
        ),
        birth_dates=(PartialDate(year=1980), PartialDate(year=1981, month=2, day=28)),
        sex=Sex.MALE,
        nationalities=("PAK", "AFG"),
        documents=(Document(type=DocumentType.IDENTITY_CARD, number="4210"),),
        reason="carried currency",
        proposed_by="one",
        proposed_at=tx.at,
        expires_at=tx.at + timedelta(days=9),
    )
    return replace(value, **values)  # type: ignore[arg-type]


@pytest.fixture
def tx(database: Database) -> Iterator[Tx]:
    with database.write(system_actor("test"), Purpose.WATCHLIST) as own:
        watchlists.save_list(own, WANTED)
        yield own
        own.audit("test", "test", "")


def test_lists_come_back_and_are_updated(tx: Tx) -> None:
    other = replace(WANTED, id="o", name="Arms", handling=Handling.INFORM)
    watchlists.save_list(tx, other)
    changed = replace(WANTED, legal_basis="§ 2")
    watchlists.save_list(tx, changed)
    assert list(watchlists.lists(tx.connection).values()) == [other, changed]


def test_an_entry_comes_back_and_is_decided_on(tx: Tx) -> None:
    value = an_entry(tx)
    watchlists.save_entry(tx, value)
    assert watchlists.get_entry(tx.connection, value.id) == value
    approved = replace(value, state=EntryState.APPROVED, decided_by="two", decided_at=tx.at)
    watchlists.save_entry(tx, approved, "the file was checked")
    assert watchlists.get_entry(tx.connection, value.id) == approved
    assert watchlists.decision_reason(tx.connection, value.id) == "the file was checked"
    assert watchlists.entry_counts(tx.connection) == {"w": 1}
    assert list(watchlists.screened_entries(tx.connection)) == [approved]
    assert watchlists.changes_after(tx.connection, 0) == [(1, value.id), (2, value.id)]
    with pytest.raises(NotFound):
        watchlists.get_entry(tx.connection, "none")


def test_many_entries_at_once_are_told_to_the_indexes(tx: Tx) -> None:
    document = an_entry(tx, names=(), kind=EntryKind.DOCUMENT, sex=None, birth_dates=())
    values = [an_entry(tx), document, an_entry(tx, "ABRO")]
    watchlists.add_entries(tx, values)
    watchlists.add_entries(tx, [])
    assert watchlists.entries_by_id(tx.connection, [own.id for own in values]) == {
        own.id: own for own in values
    }
    assert watchlists.changes_after(tx.connection, 1) == [(2, document.id), (3, values[2].id)]
    assert watchlists.last_change(tx.connection) == 3
    assert list(watchlists.screened_entries(tx.connection)) == []


@pytest.mark.parametrize(
    ("text", "state", "found"),
    [
        ("", None, ["ABRO", "MAZARI", "ZARDARI_"]),
        ("zar", None, ["MAZARI", "ZARDARI_"]),
        ("_", None, ["ZARDARI_"]),
        ("%", None, []),
        ("", EntryState.REJECTED, ["ABRO"]),
        ("maz", EntryState.REJECTED, []),
    ],
)
def test_entries_are_searched_by_name_and_state(
    tx: Tx, text: str, state: EntryState | None, found: list[str]
) -> None:
    rejected = an_entry(tx, "ABRO", state=EntryState.REJECTED)
    watchlists.add_entries(tx, [an_entry(tx, "ZARDARI_"), an_entry(tx), rejected])
    rows, total = watchlists.search_entries(
        tx.connection, state=state, text=text, offset=0, limit=2
    )
    assert [own.names[0].family for own in rows] == found[:2]
    assert total == len(found)
