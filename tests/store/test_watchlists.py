from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from parakh.access import Purpose, system_actor
from parakh.domain.dates import PartialDate
from parakh.domain.ids import new_id
from parakh.domain.listing import Difference, DifferenceKind, Version, VersionState
from parakh.domain.message import Problem, Severity
from parakh.domain.traveller import Document, DocumentType, PersonName, Sex
from parakh.domain.watchlist import (
    EntryKind,
    EntryState,
    Handling,
    Identifier,
    IdentifierKind,
    Watchlist,
    WatchlistEntry,
)
from parakh.errors import NotFound
from parakh.store import sweeps, versions, watchlists
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


def a_version(tx: Tx, **values: object) -> str:
    """A stored version of the list, by its identifier."""
    value = Version(
        id=new_id(),
        watchlist_id="w",
        ordinal=1,
        form="csv",
        file_name="list.csv",
        digest="0" * 64,
        published="",
        fetched_at=tx.at,
        state=VersionState.PENDING,
        added=1,
        changed=0,
        removed=0,
        same=0,
        problems=(Problem(line=2, column=1, segment="", cause="x", severity=Severity.WARNING),),
        imported_by="one",
        imported_at=tx.at,
    )
    value = replace(value, **values)  # type: ignore[arg-type]
    versions.save_version(tx, value)
    assert versions.get_version(tx.connection, value.id) == value
    return value.id


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
    assert watchlists.lists_changed_after(tx.connection, 0)
    assert not watchlists.lists_changed_after(tx.connection, watchlists.last_change(tx.connection))
    assert watchlists.changes_after(tx.connection, 0) == []


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
    version_id = a_version(tx)
    watchlists.add_rows(tx, watchlists.new_rows(values, version_id))
    watchlists.add_rows(tx, watchlists.new_rows([], version_id))
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
        ("_", None, []),
        ("a", EntryState.REJECTED, ["ABRO"]),
        ("Abro, Zulfiqár", None, ["ABRO"]),
        ("zulfiqar abro", None, ["ABRO"]),
        ("al faqir", None, ["ABRO"]),
        ("tabba", None, ["ABRO"]),
        ("عبرو", None, ["ABRO"]),
        ("qp-774 1203", None, ["ABRO"]),
        ("77-99", None, []),
        ("IMO 9074729", None, ["ABRO"]),
        ("imo9074729", None, ["ABRO"]),
        ("9074729", None, ["ABRO"]),
        ("leb 12-345", None, ["ABRO"]),
        ("QDi.430", None, ["ABRO"]),
        ("khan", None, []),
        ("%", None, []),
        ("", EntryState.REJECTED, ["ABRO"]),
        ("maz", EntryState.REJECTED, []),
    ],
)
def test_entries_are_searched_by_name_and_state(
    tx: Tx, text: str, state: EntryState | None, found: list[str]
) -> None:
    rejected = an_entry(
        tx,
        "ABRO",
        names=(
            PersonName(family="ABRO", given="ZULFIQAR"),
            PersonName(family="AL-FAQIR", given=""),
            PersonName(family="عبرو", given=""),
        ),
        weak_names=(PersonName(family="TABBA", given=""),),
        documents=(Document(type=DocumentType.PASSPORT, number="QP7741203"),),
        identifiers=(
            Identifier(kind=IdentifierKind.IMO, value="9074729"),
            Identifier(kind=IdentifierKind.PLATE, value="LEB12345"),
        ),
        source_id="QDi.430",
        state=EntryState.REJECTED,
    )
    watchlists.add_rows(
        tx, watchlists.new_rows([an_entry(tx, "ZARDARI_"), an_entry(tx), rejected], a_version(tx))
    )
    rows, total = watchlists.search_entries(
        tx.connection, system_actor("test"), state=state, text=text, offset=0, limit=2
    )
    assert [own.names[0].family for own in rows] == found[:2]
    assert total == len(found)


def test_entries_of_a_version_are_changed_and_retired(tx: Tx) -> None:
    version_id = a_version(tx)
    first, second, hand = (
        an_entry(tx, family, state=EntryState.APPROVED) for family in ("ABRO", "KHAN", "SHAH")
    )
    watchlists.add_rows(tx, watchlists.new_rows([first, second], version_id))
    watchlists.save_entry(tx, hand)
    assert sweeps.begin(tx, "s", 0) == 3
    sweeps.finish(tx, "s")
    assert dict(watchlists.in_force(tx.connection, "w")) == {
        first: version_id, second: version_id, hand: None,
    }  # fmt: skip
    told, silent = replace(first, sex=Sex.FEMALE), replace(second, reason="another")
    watchlists.change_entries(tx, [told, silent], {told.id})
    watchlists.change_entries(tx, [], set())
    assert watchlists.get_entry(tx.connection, first.id) == told
    assert watchlists.get_entry(tx.connection, second.id) == silent
    assert sweeps.begin(tx, "t", 0) == 1
    assert sweeps.entries_of(tx.connection, "t") == [first.id]
    watchlists.review_list(tx, "w", tx.at + timedelta(days=365))
    reviews = {own.id: own.review_at for own, _ in watchlists.in_force(tx.connection, "w")}
    assert reviews == {first.id: tx.at + timedelta(days=365)} | {
        second.id: tx.at + timedelta(days=365), hand.id: None,
    }  # fmt: skip
    before = watchlists.last_change(tx.connection)
    watchlists.retire_entries(tx, [first.id], "gone")
    assert watchlists.changes_after(tx.connection, before) == [(before + 1, first.id)]
    assert watchlists.get_entry(tx.connection, first.id).state is EntryState.RETIRED
    assert watchlists.decision_reason(tx.connection, first.id) == "gone"
    assert watchlists.approval(tx.connection, second.id) is None


def test_who_approved_an_entry_outlasts_its_retirement(tx: Tx) -> None:
    approved = an_entry(tx, state=EntryState.APPROVED, decided_by="two", decided_at=tx.at)
    watchlists.save_entry(tx, approved, "the file was checked")
    watchlists.retire_entries(tx, [approved.id], "gone")
    assert watchlists.approval(tx.connection, approved.id) == watchlists.Approval(
        by="two", at=tx.at, reason="the file was checked"
    )


def test_versions_and_their_differences_come_back(tx: Tx) -> None:
    first = a_version(tx)
    second = a_version(tx, ordinal=2)
    assert [own.id for own in versions.versions_of(tx.connection, "w")] == [second, first]
    assert {own.id for own in versions.pending(tx.connection)} == {first, second}
    decided = replace(
        versions.get_version(tx.connection, second),
        state=VersionState.APPLIED, decided_by="two", decided_at=tx.at, reason="checked",
    )  # fmt: skip
    versions.save_version(tx, decided)
    assert versions.get_version(tx.connection, second) == decided
    assert [own.id for own in versions.pending(tx.connection)] == [first]
    entry = an_entry(tx)
    told = [
        Difference(
            ordinal=place, kind=kind, entry_id=entry.id, name="x", before=before, after=after
        )
        for place, (kind, before, after) in enumerate(
            (
                (DifferenceKind.ADDED, None, entry),
                (DifferenceKind.CHANGED, entry, replace(entry, sex=None)),
                (DifferenceKind.REMOVED, entry, None),
            ),
            1,
        )
    ]
    versions.add_differences(tx, first, told)
    assert versions.differences(tx.connection, first) == told
    assert versions.differences(tx.connection, first, DifferenceKind.CHANGED) == told[1:2]
    assert versions.differences(tx.connection, first, offset=1, limit=1) == told[1:2]
    assert list(versions.batches(tx.connection, first)) == [told]
    assert [own.field for own in told[1].fields] == ["sex"]
    with pytest.raises(NotFound):
        versions.get_version(tx.connection, "none")
