"""Pictures of entries: four eyes, and forgotten when the entry is over."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import system_actor
from parakh.domain.traveller import PersonName
from parakh.domain.watchlist import EntryKind, Handling, Watchlist, WatchlistEntry
from parakh.errors import Conflict, Forbidden
from parakh.services import listed_pictures, trail, watchlists
from parakh.services.centre import Centre
from parakh.store.tables import picture, template

ONE, TWO = system_actor("one"), system_actor("two")


def rows(centre: Centre, table: sa.Table) -> int:
    with centre.db.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def searched(centre: Centre, content: bytes) -> list[str]:
    centre.galleries.refresh()
    probe = centre.faces.samples(content)[0].template
    found = centre.galleries.search([probe], centre.galleries.at_gates(), limit=5)
    return [own.entry.id for own in found]


@pytest.fixture
def proposed(face_centre: Centre) -> WatchlistEntry:
    held = Watchlist(
        id="l", name="Wanted", source="Court", legal_basis="Act 1", handling=Handling.REFER
    )
    watchlists.add_list(face_centre, TWO, held)
    entry = WatchlistEntry(
        id="",
        watchlist_id=held.id,
        kind=EntryKind.PERSON,
        names=(PersonName(family="PORTRAIT", given="PUBLIC"),),
        reason="To be found",
    )
    return watchlists.propose(face_centre, ONE, entry)


def test_a_picture_of_an_entry_in_force_waits_for_another_person(
    face_centre: Centre, proposed: WatchlistEntry, portrait: bytes
) -> None:
    watchlists.decide(face_centre, TWO, proposed.id, approve=True, reason="checked")
    waiting = listed_pictures.add_portrait(face_centre, ONE, proposed.id, portrait)
    assert searched(face_centre, portrait) == []
    assert watchlists.entry(face_centre, TWO, proposed.id).waiting == (waiting,)
    assert watchlists.entry(face_centre, TWO, proposed.id).may_decide_waiting
    assert not watchlists.entry(face_centre, ONE, proposed.id).may_decide_waiting
    with pytest.raises(Forbidden, match="another person"):
        listed_pictures.decide_portrait(face_centre, ONE, proposed.id, waiting, approve=True)
    listed_pictures.decide_portrait(face_centre, TWO, proposed.id, waiting, approve=True)
    assert searched(face_centre, portrait) == [proposed.id]
    assert watchlists.entry(face_centre, TWO, proposed.id).waiting == ()
    with pytest.raises(Conflict):
        listed_pictures.decide_portrait(face_centre, TWO, proposed.id, waiting, approve=False)


def test_a_picture_by_the_one_who_approves_the_entry_waits_all_the_same(
    face_centre: Centre, proposed: WatchlistEntry, portrait: bytes
) -> None:
    listed_pictures.add_portrait(face_centre, TWO, proposed.id, portrait)
    watchlists.decide(face_centre, TWO, proposed.id, approve=True, reason="checked")
    assert searched(face_centre, portrait) == []


def test_a_rejected_picture_is_gone(
    face_centre: Centre, proposed: WatchlistEntry, portrait: bytes
) -> None:
    waiting = listed_pictures.add_portrait(face_centre, ONE, proposed.id, portrait)
    listed_pictures.decide_portrait(face_centre, TWO, proposed.id, waiting, approve=False)
    assert (rows(face_centre, picture), rows(face_centre, template)) == (0, 0)


@pytest.mark.parametrize("end", ["reject", "retire", "expire"])
def test_pictures_of_an_entry_that_is_over_are_forgotten(
    face_centre: Centre, clock: Any, proposed: WatchlistEntry, portrait: bytes, end: str
) -> None:
    listed_pictures.add_portrait(face_centre, ONE, proposed.id, portrait)
    if end == "reject":
        watchlists.decide(face_centre, TWO, proposed.id, approve=False, reason="not needed")
    else:
        watchlists.decide(face_centre, TWO, proposed.id, approve=True, reason="checked")
        assert searched(face_centre, portrait) == [proposed.id]
    if end == "retire":
        watchlists.retire(face_centre, TWO, proposed.id, "found")
    if end == "expire":
        clock.now += watchlists.LONGEST + timedelta(days=1)
        assert trail.housekeep(face_centre) == 1
    assert (rows(face_centre, picture), rows(face_centre, template)) == (0, 0)
    assert searched(face_centre, portrait) == []
    assert trail.housekeep(face_centre) == 0
    if end != "expire":
        with pytest.raises(Conflict):
            listed_pictures.add_portrait(face_centre, ONE, proposed.id, portrait)
