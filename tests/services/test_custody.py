"""Nobody is enrolled twice unawares; who looks alike waits for a supervisor's decision."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Permission, Purpose, Role, system_actor
from parakh.domain.gallery import WATCHLIST_GALLERY, GalleryKind, TwinState
from parakh.domain.traveller import PersonName
from parakh.domain.watchlist import EntryState
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import custody, face_search, listed_pictures, reenrolment, twins, watchlists
from parakh.services.centre import Centre
from parakh.services.custody import Enrolment
from parakh.services.face_search import FaceQuestion
from parakh.store import galleries, pictures, template_upkeep
from parakh.store.tables import audit, picture, template, twin

PROGRAM = system_actor("test")


def enrolment(list_id: str, *shots: bytes, **more: Any) -> Enrolment:
    values: dict[str, Any] = {
        "name": PersonName(family="NOON", given="GULAB"),
        "number": f"P-{len(shots)}-{shots[0].decode()}",
        "place": "Karachi Central",
        "note": "FIR 12/26",
    } | more
    return Enrolment(watchlist_id=list_id, pictures=shots, **values)


@pytest.fixture
def officer(acting: Any) -> Any:
    return acting(Role.CUSTODY, "KHI")


@pytest.fixture
def chief(acting: Any) -> Any:
    return acting(Role.SUPERVISOR)


def test_a_person_is_searched_enrolled_approved_and_released(
    drawn_centre: Centre, prison: Any, officer: Any, chief: Any
) -> None:
    centre, own = drawn_centre, prison(drawn_centre)
    value = enrolment(own.id, b"1", b"1.1")
    alike = custody.look(centre, officer, value)
    assert (alike.found, alike.persons) == ((), 0)
    made = custody.enrol(centre, officer, value)
    assert made.reason == "Karachi Central; FIR 12/26"
    assert made.expires_at == centre.clock() + timedelta(days=30)
    view = custody.person(centre, officer, made.id)
    assert (len(view.row.pictures), len(view.waiting), view.twins) == (2, 2, ())
    watchlists.decide(centre, chief, made.id, approve=True, reason="seen")
    assert custody.look(centre, officer, enrolment(own.id, b"2")).persons == 1
    data, _ = listed_pictures.picture(centre, officer, view.row.pictures[0])
    assert data == b"1"
    assert custody.enrolled(centre, officer, text="p-2").total == 1
    assert custody.enrolled(centre, officer, text="noon").total == 1
    assert custody.enrolled(centre, officer, text="nobody").total == 0
    with pytest.raises(InvalidInput):
        custody.release(centre, officer, made.id, " ")
    ended = custody.release(centre, officer, made.id, "court order of today")
    assert ended.state is EntryState.RETIRED
    with centre.db.read() as connection:
        for table in (picture, template):
            assert connection.execute(sa.select(table)).all() == []
    assert custody.enrolled(centre, officer).total == 0


def test_whoever_is_enrolled_is_shown_before_and_noted_after(
    drawn_centre: Centre, prison: Any, officer: Any, chief: Any
) -> None:
    centre, own = drawn_centre, prison(drawn_centre)
    first = custody.enrol(centre, officer, enrolment(own.id, b"1"))
    again = enrolment(own.id, b"1.1", name=PersonName(family="MALIK", given="SAJID"))
    waiting = custody.look(centre, officer, again)
    assert [found.match.entry.id for found in waiting.found] == [first.id], "though unapproved"
    watchlists.decide(centre, chief, first.id, approve=True, reason="seen")
    alike = custody.look(centre, officer, again)
    (found,) = alike.found
    assert found.match.entry.id == first.id
    assert found.match.score >= alike.threshold
    assert found.picture_id is not None
    with pytest.raises(Conflict, match="compare them first"):
        custody.enrol(centre, officer, again)
    second = custody.enrol(centre, officer, again, frozenset({first.id}))
    (pair,) = custody.person(centre, officer, second.id).twins
    assert (pair.twin.entry_id, pair.twin.other_id) == (second.id, first.id)
    assert pair.twin.state is TwinState.OPEN
    assert custody.person(centre, officer, first.id).twins == (pair,)
    with pytest.raises(Forbidden):
        twins.decide(centre, officer, pair.twin.id, same=True, reason="same mole")
    with pytest.raises(Forbidden, match="human"):
        twins.decide(centre, PROGRAM, pair.twin.id, same=True, reason="same mole")
    with pytest.raises(InvalidInput):
        twins.decide(centre, chief, pair.twin.id, same=True, reason=" ")
    done = twins.decide(centre, chief, pair.twin.id, same=True, reason="same mole")
    assert (done.state, done.decided_by, done.reason) == (TwinState.SAME, chief.name, "same mole")
    with pytest.raises(Conflict):
        twins.decide(centre, chief, pair.twin.id, same=False, reason="no")
    assert twins.of_entry(centre, chief, first.id)[0].twin.state is TwinState.SAME
    assert twins.of_gallery(centre, chief, own.gallery_id) == ()


@pytest.mark.parametrize(
    ("values", "cause"),
    [
        ({"number": " "}, "number"),
        ({"number": "x" * 81}, "number"),
        ({"note": " "}, "paper"),
        ({"place": ""}, "held"),
        ({"pictures": ()}, "one to 5"),
        ({"pictures": (b"1",) * 6}, "one to 5"),
        ({"pictures": (b"1", b"nothing")}, "picture 2: no face"),
        ({"pictures": (b"1", b"2")}, "picture 2 does not show the person"),
        ({"watchlist_id": "none"}, "choose a list"),
    ],
)
def test_what_an_enrolment_needs(
    drawn_centre: Centre, prison: Any, officer: Any, values: dict[str, Any], cause: str
) -> None:
    value = replace(enrolment(prison(drawn_centre).id, b"1"), **values)
    with pytest.raises(InvalidInput, match=cause):
        custody.enrol(drawn_centre, officer, value)


def test_an_unknown_person_is_enrolled_by_number_and_a_number_once(
    drawn_centre: Centre, prison: Any, officer: Any
) -> None:
    own = prison(drawn_centre)
    made = custody.enrol(drawn_centre, officer, enrolment(own.id, b"1", name=None, number="7"))
    assert made.names == ()
    with pytest.raises(Conflict, match="number"):
        custody.enrol(drawn_centre, officer, enrolment(own.id, b"2", number="7"))


def test_a_missing_person_is_found_when_a_detainee_is_enrolled(
    drawn_centre: Centre, prison: Any, officer: Any, chief: Any
) -> None:
    missing = prison(drawn_centre, GalleryKind.MISSING)
    held = prison(drawn_centre)
    child = custody.enrol(drawn_centre, officer, enrolment(missing.id, b"1", place=""))
    watchlists.decide(drawn_centre, chief, child.id, approve=True, reason="seen")
    (found,) = custody.look(drawn_centre, officer, enrolment(held.id, b"1.3")).found
    assert found.match.gallery.kind is GalleryKind.MISSING


def test_a_gallery_of_another_unit_is_closed(
    drawn_centre: Centre, prison: Any, officer: Any, acting: Any, units: Any
) -> None:
    units(drawn_centre)
    own = prison(drawn_centre, units=frozenset({"lhe"}))
    other = acting(Role.CUSTODY, "LHE")
    made = custody.enrol(drawn_centre, other, enrolment(own.id, b"1"))
    assert [place.watchlist.id for place in custody.places(drawn_centre, other)] == [own.id]
    assert custody.places(drawn_centre, officer) == []
    assert custody.enrolled(drawn_centre, officer).total == 0
    picture_id = custody.person(drawn_centre, other, made.id).row.pictures[0]
    for step in (
        lambda: custody.person(drawn_centre, officer, made.id),
        lambda: custody.enrol(drawn_centre, officer, enrolment(own.id, b"2")),
        lambda: custody.release(drawn_centre, officer, made.id, "over"),
        lambda: listed_pictures.picture(drawn_centre, officer, picture_id),
        lambda: listed_pictures.picture(drawn_centre, acting(Role.TARGETING, "KHI"), picture_id),
        lambda: twins.of_gallery(drawn_centre, officer, own.gallery_id),
        lambda: reenrolment.unfit(drawn_centre, officer, own.gallery_id),
        lambda: listed_pictures.add_portrait(
            drawn_centre, acting(Role.TARGETING, "KHI"), made.id, b"1.1"
        ),
        lambda: custody.enrolled(drawn_centre, acting(Role.TARGETING)),
    ):
        with pytest.raises(Forbidden):
            step()


def test_faces_of_a_closed_gallery_are_shown_to_nobody_else(
    drawn_centre: Centre, prison: Any, acting: Any, units: Any, officer: Any, chief: Any
) -> None:
    units(drawn_centre)
    centre, own = drawn_centre, prison(drawn_centre, units=frozenset({"khi"}))
    one = custody.enrol(centre, officer, enrolment(own.id, b"1"))
    two = custody.enrol(centre, officer, enrolment(own.id, b"1.1", number="2"), frozenset({one.id}))
    (pair,) = twins.of_gallery(centre, officer, own.gallery_id)
    for role, ports, shown, pairs in (
        (Role.TARGETING, ("LHE",), 0, 0),
        (Role.TARGETING, ("KHI",), 1, 1),
        (Role.AUDITOR, (), 1, 1),
    ):
        actor = acting(role, *ports)
        assert len(watchlists.entry(centre, actor, two.id).row.pictures) == shown
        rows = watchlists.entries(centre, actor).rows
        assert [len(row.pictures) for row in rows] == [shown] * 2
        assert len(twins.of_entry(centre, actor, one.id)) == pairs
    elsewhere = replace(
        acting(Role.SUPERVISOR, "LHE"), permissions=frozenset({Permission.DECIDE_TWINS})
    )
    with pytest.raises(Forbidden, match="not open"):
        twins.decide(centre, elsewhere, pair.twin.id, same=True, reason="same mole")
    assert twins.decide(centre, chief, pair.twin.id, same=True, reason="same mole")


@pytest.fixture
def two_prisons(drawn_centre: Centre, prison: Any, units: Any) -> tuple[Any, Any]:
    """Lists whose galleries are open to one unit each."""
    units(drawn_centre)
    return (
        prison(drawn_centre, units=frozenset({"khi"})),
        prison(drawn_centre, GalleryKind.MISSING, units=frozenset({"lhe"})),
    )


def test_one_person_in_two_prisons_is_noted_and_not_shown(
    drawn_centre: Centre, two_prisons: Any, acting: Any, officer: Any, chief: Any
) -> None:
    centre, (here, there) = drawn_centre, two_prisons
    other = acting(Role.CUSTODY, "LHE")
    first = custody.enrol(centre, officer, enrolment(here.id, b"1"))
    again = enrolment(there.id, b"1.1", name=PersonName(family="MALIK", given="SAJID"))
    alike = custody.look(centre, other, again)
    assert (alike.found, alike.near, alike.persons, alike.elsewhere) == ((), (), 0, True)
    assert not custody.look(centre, other, enrolment(there.id, b"2")).elsewhere
    second = custody.enrol(centre, other, again)
    view = custody.person(centre, other, second.id)
    assert (view.twins, view.elsewhere) == ((), True)
    for gallery_id, actor in ((here.gallery_id, officer), (there.gallery_id, other)):
        assert twins.of_gallery(centre, actor, gallery_id) == ()
        (pair,) = twins.of_gallery(centre, chief, gallery_id)
        assert {pair.twin.entry_id, pair.twin.other_id} == {first.id, second.id}
    with centre.db.read() as connection:
        assert galleries.open_twins(connection) == {here.gallery_id: 1, there.gallery_id: 1}
    twins.decide(centre, chief, pair.twin.id, same=False, reason="brothers")
    assert not custody.person(centre, other, second.id).elsewhere


def test_all_prisons_are_looked_through_together(
    drawn_centre: Centre, two_prisons: Any, acting: Any, officer: Any, chief: Any, enlist: Any
) -> None:
    centre, (here, there) = drawn_centre, two_prisons
    enlist(centre, portrait=b"1.3")  # on a watchlist, which is compared with itself alone
    one = custody.enrol(centre, officer, enrolment(here.id, b"1"))
    other = acting(Role.CUSTODY, "LHE")
    two = custody.enrol(centre, other, enrolment(there.id, b"1.1"))
    with centre.db.maintain() as connection:
        connection.execute(twin.delete())  # as if enrolled before both were compared
    assert twins.sweep_when_due(centre)
    centre.matching.wait()
    assert not twins.sweep_when_due(centre), "all galleries are done at once"
    (pair,) = twins.of_gallery(centre, chief, here.gallery_id)
    assert {pair.twin.entry_id, pair.twin.other_id} == {one.id, two.id}
    done = twins.sweep(centre, chief, WATCHLIST_GALLERY)
    assert (done.templates, done.pairs) == (1, 0)


def test_an_ordinary_entry_is_no_detainee(drawn_centre: Centre, enlist: Any, officer: Any) -> None:
    entry = enlist(drawn_centre)
    with pytest.raises(NotFound):
        custody.person(drawn_centre, officer, entry.id)


# --- the whole gallery ------------------------------------------------------------------------


def test_everybody_is_compared_with_everybody_once(
    drawn_centre: Centre, prison: Any, officer: Any, chief: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twins, "BLOCK", 3)
    centre, own = drawn_centre, prison(drawn_centre)
    made = [
        custody.enrol(centre, officer, enrolment(own.id, str(place).encode())) for place in range(7)
    ]
    with centre.db.write(officer, Purpose.WATCHLIST) as tx:
        for place, content in ((0, b"5.1"), (6, b"6.1")):
            listed_pictures.enrol_picture(
                centre, tx, made[place].id, custody.portraits.read(centre, content)
            )
        tx.audit("test", "watchlist_entry", "")
    told: list[tuple[int, int]] = []
    done = twins.sweep(centre, chief, own.gallery_id, lambda *now: told.append(now))
    assert (done.templates, done.pairs, done.new) == (9, 1, 1)
    assert told[-1] == (6, 6)
    (pair,) = twins.of_gallery(centre, chief, own.gallery_id)
    assert {pair.twin.entry_id, pair.twin.other_id} == {made[0].id, made[5].id}
    assert twins.sweep(centre, chief, own.gallery_id).new == 0
    twins.decide(centre, chief, pair.twin.id, same=False, reason="brothers")
    assert twins.sweep(centre, chief, own.gallery_id).new == 0
    assert twins.of_gallery(centre, chief, own.gallery_id) == ()
    with centre.db.read() as connection:
        assert connection.execute(sa.select(twin.c.state)).scalars().all() == ["different"]
        assert galleries.open_twins(connection) == {}


def test_the_worker_looks_through_them_once_a_day(
    drawn_centre: Centre, prison: Any, officer: Any, clock: Any
) -> None:
    own = prison(drawn_centre)
    for content in (b"1", b"2"):
        assert not twins.sweep_when_due(drawn_centre), "one person alone has no twin"
        custody.enrol(drawn_centre, officer, enrolment(own.id, content))
    assert twins.sweep_when_due(drawn_centre)
    drawn_centre.matching.wait()
    assert not twins.sweep_when_due(drawn_centre)
    clock.advance(days=1)
    assert twins.sweep_when_due(drawn_centre)
    drawn_centre.matching.wait()


# --- by hand ----------------------------------------------------------------------------------


def test_a_face_is_searched_by_hand_with_a_reason_in_the_trail(
    drawn_centre: Centre, prison: Any, officer: Any, chief: Any, enlist: Any
) -> None:
    centre, own = drawn_centre, prison(drawn_centre)
    listed = enlist(centre, portrait=b"1.1")
    held = custody.enrol(centre, officer, enrolment(own.id, b"1"))
    watchlists.decide(centre, chief, held.id, approve=True, reason="seen")

    def ask(*ids: str, reason: str = "a letter", actor: Any = officer) -> set[str]:
        question = FaceQuestion(galleries=frozenset(ids), purpose=Purpose.VETTING, reason=reason)
        answer = face_search.search(centre, actor, b"1.2", question)
        return {one.match.entry.id for one in answer.found}

    assert ask() == {listed.id, held.id}
    assert ask(own.gallery_id) == {held.id}
    with pytest.raises(InvalidInput, match="why"):
        ask(reason=" ")
    with pytest.raises(NotFound):
        ask("none")
    with centre.db.read() as connection:
        rows = connection.execute(sa.select(audit).where(audit.c.action == "face.searched")).all()
        assert len(rows) == 3, "two galleries, then one"
        assert "a letter" in rows[0].detail
    compared = face_search.verify(centre, officer, b"1", b"1.1", Purpose.VETTING, "a letter")
    assert compared.match


# --- another model ----------------------------------------------------------------------------


def as_if_by(centre: Centre, model: str) -> None:
    with centre.db.maintain() as connection:
        connection.execute(template.update().values(model=model))


def models(centre: Centre) -> dict[str, int]:
    with centre.db.read() as connection:
        count = sa.select(template.c.model, sa.func.count()).group_by(template.c.model)
        return dict(connection.execute(count).all())


def test_everybody_is_enrolled_again_and_the_unfit_are_named(
    drawn_centre: Centre, prison: Any, officer: Any, chief: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reenrolment, "AT_ONCE", 2)
    centre, own = drawn_centre, prison(drawn_centre)
    made = [
        custody.enrol(centre, officer, enrolment(own.id, str(place).encode())) for place in range(5)
    ]
    watchlists.decide(centre, chief, made[0].id, approve=True, reason="seen")
    as_if_by(centre, "old@1")
    read = custody.portraits.read

    def worse(centre: Centre, content: bytes) -> Any:
        if content == b"3":
            raise InvalidInput("too dark")
        return read(centre, content)

    monkeypatch.setattr(custody.portraits, "read", worse)
    new = centre.faces.model_id

    def killed(done: int, total: int) -> None:
        if done == 2:
            raise SystemExit

    with pytest.raises(SystemExit):
        reenrolment.reenrol(centre, chief, killed)
    assert models(centre) == {"old@1": 5, new: 2}, "the old ones stay until all is done"
    done = reenrolment.reenrol(centre, chief)
    assert (done.done, done.unfit, done.dropped) == (2, 1, 4)
    assert models(centre) == {"old@1": 1, new: 4}
    (unfit,) = reenrolment.unfit(centre, chief, own.gallery_id)
    assert (unfit.row.entry.id, unfit.cause) == (made[3].id, "too dark")
    with centre.db.read() as connection:
        approved = connection.execute(
            sa.select(template.c.approved_by).where(template.c.reference_id == made[0].id)
        ).scalar_one()
    assert approved == chief.name
    centre.galleries.refresh()
    assert centre.galleries.size([own.gallery_id]) == 1
    assert not reenrolment.begin_when_due(centre), "what is known to be unfit is not tried again"


def test_the_worker_begins_by_itself(drawn_centre: Centre, prison: Any, officer: Any) -> None:
    assert not reenrolment.begin_when_due(drawn_centre)
    custody.enrol(drawn_centre, officer, enrolment(prison(drawn_centre).id, b"1"))
    assert not reenrolment.begin_when_due(drawn_centre)
    as_if_by(drawn_centre, "old@1")
    assert reenrolment.begin_when_due(drawn_centre)
    drawn_centre.reenrolling.wait()
    assert models(drawn_centre) == {drawn_centre.faces.model_id: 1}
    assert not reenrolment.begin_when_due(drawn_centre)


def test_what_happens_to_a_picture_while_it_is_read_again_stays(
    drawn_centre: Centre, prison: Any, officer: Any, chief: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre, own = drawn_centre, prison(drawn_centre)
    approved, released = (
        custody.enrol(centre, officer, enrolment(own.id, content)) for content in (b"1", b"2")
    )
    as_if_by(centre, "old@1")
    read = custody.portraits.read

    def slow(centre: Centre, content: bytes) -> Any:
        if content == b"1":
            watchlists.decide(centre, chief, approved.id, approve=True, reason="seen")
        else:
            custody.release(centre, officer, released.id, "court order")
        return read(centre, content)

    monkeypatch.setattr(custody.portraits, "read", slow)
    done = reenrolment.reenrol(centre, chief)
    assert (done.done, done.unfit, done.dropped) == (1, 0, 1)
    with centre.db.read() as connection:
        rows = connection.execute(sa.select(template)).all()
    assert [(row.reference_id, row.model, row.approved_by) for row in rows] == [
        (approved.id, centre.faces.model_id, chief.name)
    ]
    centre.galleries.refresh()
    assert centre.galleries.size([own.gallery_id]) == 1


@pytest.mark.parametrize("first", ["approval", "renewal"])
def test_an_approval_and_a_renewal_at_once_wait_for_each_other(
    first: str, drawn_centre: Centre, prison: Any, officer: Any, chief: Any
) -> None:
    centre, own = drawn_centre, prison(drawn_centre)
    made = custody.enrol(centre, officer, enrolment(own.id, b"1"))
    as_if_by(centre, "old@1")
    with centre.db.read() as connection:
        (stale,) = template_upkeep.stale(connection, {centre.faces.model_id})
    values = custody.portraits.read(centre, b"1").templates

    def renew(tx: Any) -> None:
        template_upkeep.renew_templates(tx, centre.db.vault, {stale.picture_id: values})
        tx.audit("test", "watchlist_entry", "")

    def approve(tx: Any) -> None:
        pictures.approve_templates(tx, made.id)
        tx.audit("test", "watchlist_entry", "")

    def run(step: Any) -> None:
        with centre.db.write(chief, Purpose.WATCHLIST) as tx:
            step(tx)

    one, other = (approve, renew) if first == "approval" else (renew, approve)
    later = threading.Thread(target=run, args=(other,))
    with centre.db.write(chief, Purpose.WATCHLIST) as tx:
        one(tx)
        later.start()
        later.join(0.3)
        assert later.is_alive(), "it waits"
    later.join(10)
    with centre.db.read() as connection:
        rows = connection.execute(sa.select(template.c.approved_by)).scalars().all()
    assert rows == [chief.name] * 2
