"""The index in memory follows the database without a restart."""

from dataclasses import replace
from typing import Any

import pytest

from parakh.access import Purpose, system_actor
from parakh.domain.traveller import PersonName
from parakh.domain.watchlist import EntryState
from parakh.screen.calibration import STANDARD
from parakh.services import mirror
from parakh.services.centre import Centre
from parakh.services.mirror import Names
from parakh.store import calibration, watchlists

ACTOR = system_actor("test")
NAME = PersonName(family="MAZARI", given="ZULFIQAR")


def test_entries_are_followed_as_they_come_change_and_go(centre: Centre, enlist: Any) -> None:
    names = Names(centre.db)
    names.refresh()
    assert len(names.index) == 0
    entry = enlist(centre, document="A1234567")
    names.refresh()
    moment = centre.clock()
    assert [own.entry.id for own in names.index.with_number("A1234567", moment)] == [entry.id]
    with centre.db.write(ACTOR, Purpose.WATCHLIST) as tx:
        watchlists.save_entry(tx, replace(entry, documents=()))
        tx.audit("test.changed", "watchlist_entry", entry.id)
    names.refresh()
    assert names.index.with_number("A1234567", moment) == []
    assert len(names.index) == 1
    with centre.db.write(ACTOR, Purpose.WATCHLIST) as tx:
        watchlists.save_entry(tx, replace(entry, state=EntryState.RETIRED))
        tx.audit("test.retired", "watchlist_entry", entry.id)
    names.refresh()
    assert len(names.index) == 0


def test_settings_of_a_list_are_followed_without_its_entries(
    any_centre: Centre, enlist: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = enlist(any_centre, document="A1234567")
    names = Names(any_centre.db)
    names.refresh()
    with any_centre.db.write(ACTOR, Purpose.WATCHLIST) as tx:
        own = watchlists.lists(tx.connection)[entry.watchlist_id]
        watchlists.save_list(tx, replace(own, name="Renamed"))
        tx.audit("test.changed", "watchlist", own.id)
    monkeypatch.setattr(Names, "_take_in", lambda *_: 1 / 0)
    names.refresh()
    (found,) = names.index.with_number("A1234567", any_centre.clock())
    assert found.watchlist.name == "Renamed"
    assert len(names.index) == 1


def test_frequencies_are_followed(centre: Centre, enlist: Any) -> None:
    enlist(centre)
    names = Names(centre.db)
    names.refresh()
    rare = names.index.rarity(NAME)
    assert names.index.calibration == STANDARD
    with centre.db.write(ACTOR, Purpose.ADMINISTRATION) as tx:
        calibration.replace_frequencies(tx, {"MAZARI": 40_000, "ZULFIQAR": 30_000}, 100_000)
        tx.audit("test.counted", "calibration", "")
    assert names.index.rarity(NAME) == rare
    names.refresh()
    assert names.index.rarity(NAME) < 1.0 < rare
    fresh = Names(centre.db)
    fresh.refresh()
    assert fresh.index.rarity(NAME) == pytest.approx(names.index.rarity(NAME))


def test_a_large_index_is_kept_out_of_the_way_of_garbage_collection(
    centre: Centre, enlist: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    enlist(centre)
    frozen: list[bool] = []
    monkeypatch.setattr(mirror, "LARGE", 1)
    monkeypatch.setattr(mirror.gc, "freeze", lambda: frozen.append(True))
    Names(centre.db).refresh()
    assert frozen == [True]
