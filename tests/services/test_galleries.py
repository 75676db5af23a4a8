"""Galleries say what they are for; lists may move between them; faces end when theirs says so."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Role, system_actor
from parakh.domain.gallery import VOYAGE_GALLERY, WATCHLIST_GALLERY, Gallery, GalleryKind
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import galleries, listed_pictures, trail, watchlists
from parakh.services.centre import Centre
from parakh.services.mirror import Names
from parakh.store import galleries as store
from parakh.store import pictures
from parakh.store.tables import audit, template

MAKER = system_actor("second")
GALLERY = Gallery(
    id="",
    name="Prisoners",
    kind=GalleryKind.CUSTODY,
    purpose="Knowing who is held",
    legal_basis="Prisons Act",
    retention=timedelta(days=30),
)


def test_every_centre_begins_with_two_that_lack_their_legal_basis(any_centre: Centre) -> None:
    rows = {row.gallery.id: row for row in galleries.overview(any_centre, MAKER)}
    assert rows.keys() == {WATCHLIST_GALLERY, VOYAGE_GALLERY}
    assert rows[VOYAGE_GALLERY].gallery.retention == timedelta(hours=12)
    assert not rows[VOYAGE_GALLERY].open
    for row in rows.values():
        assert [str(one) for one in row.warnings] == ["No legal basis is stated."]
        assert row.key_since is None


def test_one_is_added_with_a_key_and_changed_with_its_past_in_the_trail(
    any_centre: Centre, acting: Any, units: Any
) -> None:
    units(any_centre)
    keeper = acting(Role.SUPERVISOR)
    made = galleries.add(any_centre, keeper, GALLERY)
    view = galleries.view(any_centre, keeper, made.id)
    assert view.row.gallery == replace(GALLERY, id=made.id)
    assert view.row.key_since == any_centre.clock()
    assert view.row.warnings == ()
    with any_centre.db.read() as connection:
        any_centre.db.vault.seal(connection, f"gallery:{made.id}", "c", b"x")
    changed = replace(made, purpose="More", units=frozenset({"khi"}), at_gates=False)
    assert galleries.save(any_centre, keeper, changed) == changed
    with any_centre.db.read() as connection:
        detail = connection.execute(
            sa.select(audit.c.detail).where(audit.c.action == "gallery.saved")
        ).scalar_one()
    for part in ('"purpose": ["Knowing who is held", "More"]', '"units": ["", "khi"]'):
        assert part in detail


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"name": " "}, InvalidInput),
        ({"name": "x" * 81}, InvalidInput),
        ({"name": "Watchlists"}, Conflict),
        ({"purpose": " "}, InvalidInput),
        ({"legal_basis": ""}, InvalidInput),
        ({"kind": GalleryKind.VOYAGES}, InvalidInput),
        ({"retention": timedelta(minutes=1)}, InvalidInput),
        ({"retention": timedelta(days=4000)}, InvalidInput),
        ({"units": frozenset({"nowhere"})}, InvalidInput),
    ],
)
def test_what_it_must_say(any_centre: Centre, values: dict[str, Any], refused: Any) -> None:
    with pytest.raises(refused):
        galleries.add(any_centre, MAKER, replace(GALLERY, **values))


def test_who_may(any_centre: Centre, acting: Any) -> None:
    for role in (Role.TARGETING, Role.AUDITOR, Role.CUSTODY):
        assert galleries.overview(any_centre, acting(role))
        with pytest.raises(Forbidden):
            galleries.add(any_centre, acting(role), GALLERY)
    with pytest.raises(Forbidden):
        galleries.overview(any_centre, acting(Role.GATE))
    with pytest.raises(NotFound):
        galleries.save(any_centre, acting(Role.SUPERVISOR), replace(GALLERY, id="none"))


def test_only_open_ones_may_be_searched(any_centre: Centre, acting: Any, units: Any) -> None:
    units(any_centre)
    made = galleries.add(any_centre, MAKER, replace(GALLERY, units=frozenset({"khi"})))
    officer, other = acting(Role.CUSTODY, "KHI"), acting(Role.CUSTODY, "LHE")
    assert {own.id for own in galleries.open_to(any_centre, officer)} == {
        WATCHLIST_GALLERY,
        made.id,
    }
    assert {own.id for own in galleries.open_to(any_centre, other)} == {WATCHLIST_GALLERY}
    with any_centre.db.read() as connection:
        galleries.require_open(connection, officer, made.id)
        galleries.require_open(connection, acting(Role.SUPERVISOR), made.id)
        with pytest.raises(Forbidden, match="not open"):
            galleries.require_open(connection, other, made.id)
        with pytest.raises(InvalidInput):
            galleries.require_open(connection, officer, VOYAGE_GALLERY)


def test_a_list_takes_its_templates_to_another_gallery(drawn_centre: Centre, enlist: Any) -> None:
    entry = enlist(drawn_centre, portrait=b"1")
    made = galleries.add(drawn_centre, MAKER, GALLERY)
    own = watchlists.get_list(drawn_centre, MAKER, entry.watchlist_id)
    for wrong in (VOYAGE_GALLERY, "none"):
        with pytest.raises(InvalidInput, match="choose the gallery"):
            watchlists.add_list(drawn_centre, MAKER, replace(own, gallery_id=wrong))
    watchlists.add_list(drawn_centre, MAKER, replace(own, gallery_id=made.id))
    model = drawn_centre.faces.model_id
    with drawn_centre.db.read() as connection:
        assert connection.execute(sa.select(template.c.gallery)).scalars().all() == [made.id]
        (stored,) = pictures.templates(connection, drawn_centre.db.vault, model)
    assert (stored.gallery_id, stored.entry_id) == (made.id, entry.id)
    held = galleries.view(drawn_centre, MAKER, made.id)
    assert (held.row.held.persons, held.row.held.by_model) == (1, {model: 1})
    assert held.lists == {own.id: own.name}
    drawn_centre.galleries.refresh()
    assert drawn_centre.galleries.size([made.id]) == 1


def test_a_list_of_faces_alone_raises_nobody_by_name(any_centre: Centre, enlist: Any) -> None:
    entry = enlist(any_centre, document="A1234567")
    names = Names(any_centre.db)
    names.refresh()
    assert len(names.index) == 1
    own = watchlists.get_list(any_centre, MAKER, entry.watchlist_id)
    for by_name, count in ((False, 0), (True, 1)):
        watchlists.add_list(any_centre, MAKER, replace(own, by_name=by_name))
        names.refresh()
        assert len(names.index) == count
        fresh = Names(any_centre.db)
        fresh.refresh()
        assert len(fresh.index) == count


def test_whoever_was_held_long_enough_goes(
    drawn_centre: Centre, enlist: Any, prison: Any, clock: Any
) -> None:
    own = prison(drawn_centre, retention=timedelta(days=30))
    entry = enlist(drawn_centre, portrait=b"1")
    moved = watchlists.get_list(drawn_centre, MAKER, entry.watchlist_id)
    moved = replace(moved, gallery_id=own.gallery_id, by_name=False)
    watchlists.add_list(drawn_centre, MAKER, moved)
    clock.advance(days=29)
    assert trail.housekeep(drawn_centre) == 0
    clock.advance(days=1)
    assert trail.housekeep(drawn_centre) == 1
    with drawn_centre.db.read() as connection:
        assert connection.execute(sa.select(template)).all() == []
    view = watchlists.entry(drawn_centre, MAKER, entry.id)
    assert view.row.entry.expires_at == clock()
    assert trail.housekeep(drawn_centre) == 0


def test_names_outlive_the_faces_that_were_held_long_enough(
    drawn_centre: Centre, enlist: Any, clock: Any
) -> None:
    centre = drawn_centre
    with centre.db.read() as connection:
        own = store.get(connection, WATCHLIST_GALLERY)
    galleries.save(centre, MAKER, replace(own, retention=timedelta(days=30), legal_basis="Act"))
    nameless, pictured = enlist(centre, document="PX1"), enlist(centre, portrait=b"1")
    assert pictured.expires_at == clock() + watchlists.LONGEST, "a name is not held for its face"
    clock.advance(days=20)
    listed_pictures.add_portrait(centre, system_actor("first"), pictured.id, b"1.1")
    clock.advance(days=10)
    assert trail.housekeep(centre) == 1
    for entry, left in ((nameless, 0), (pictured, 1)):
        row = watchlists.entry(centre, MAKER, entry.id).row
        assert row.entry.listed_at(clock())
        assert len(row.pictures) == left
    with centre.db.read() as connection:
        assert len(connection.execute(sa.select(template)).all()) == 1
        told = sa.select(audit.c.subject_id).where(audit.c.action == "entry.face_held_too_long")
        assert connection.execute(told).scalars().all() == [pictured.id]
    assert trail.housekeep(centre) == 0
    names = Names(centre.db)
    names.refresh()
    assert len(names.index) == 2
