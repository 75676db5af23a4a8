"""A face searched by hand: who is compared, who is shown, and what the trail says of it."""

from typing import Any

import sqlalchemy as sa

from parakh.access import Purpose, Role
from parakh.domain.gallery import WATCHLIST_GALLERY
from parakh.domain.traveller import PersonName
from parakh.services import custody, face_search, trail
from parakh.services.centre import Centre
from parakh.services.custody import Enrolment
from parakh.services.face_search import FaceAnswer, FaceQuestion
from parakh.services.trail import TrailFilter
from parakh.store.tables import audit

EVERY = FaceQuestion(galleries=frozenset(), purpose=Purpose.WATCHLIST, reason="a letter")


def enrol(centre: Centre, officer: Any, list_id: str, picture: bytes) -> str:
    value = Enrolment(
        watchlist_id=list_id,
        name=PersonName(family="NOON", given="GULAB"),
        number=picture.decode(),
        place="Karachi Central",
        note="FIR 12/26",
        pictures=(picture,),
    )
    return custody.enrol(centre, officer, value).id


def found(answer: FaceAnswer) -> list[str]:
    return [own.match.entry.id for own in answer.found]


def test_who_waits_for_approval_is_found_and_counted(
    drawn_centre: Centre, prison: Any, acting: Any
) -> None:
    officer, listed = acting(Role.CUSTODY, "KHI"), prison(drawn_centre)
    made = enrol(drawn_centre, officer, listed.id, b"1")
    enrol(drawn_centre, officer, listed.id, b"2")
    answer = face_search.search(drawn_centre, officer, b"1.1", EVERY)
    assert found(answer) == [made]
    assert answer.found[0].waits
    assert (answer.persons, answer.waiting, sum(answer.sizes)) == (2, 2, 0)
    nobody = face_search.search(drawn_centre, officer, b"3", EVERY)
    assert (found(nobody), nobody.near) == ([], ()), "a stranger is not near"


def test_each_gallery_that_was_searched_has_a_row_of_its_own(
    drawn_centre: Centre, prison: Any, acting: Any, enlist: Any
) -> None:
    officer, listed = acting(Role.CUSTODY, "KHI"), prison(drawn_centre)
    entry = enlist(drawn_centre, portrait=b"1")
    held = enrol(drawn_centre, officer, listed.id, b"1.1")
    assert set(found(face_search.search(drawn_centre, officer, b"1.2", EVERY))) == {entry.id, held}
    with drawn_centre.db.read() as connection:
        rows = connection.execute(sa.select(audit).where(audit.c.action == "face.searched")).all()
    said = {row.subject_id: row.detail for row in rows}
    assert {listed.gallery_id, WATCHLIST_GALLERY} <= said.keys()
    assert len(rows) == len(said)
    assert held in said[listed.gallery_id]
    assert entry.id not in said[listed.gallery_id]
    assert all("a letter" in detail for detail in said.values())
    wanted = TrailFilter(action="face.", subject=listed.gallery_id)
    assert trail.search(drawn_centre, acting(Role.AUDITOR), wanted, 1).total == 1
