"""Faces of travellers are staged by traveller and by document, and only their templates kept."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Role, system_actor
from parakh.domain.gallery import StagedFrom
from parakh.domain.message import Channel, Source
from parakh.errors import Forbidden, InvalidInput, NotFound
from parakh.services import intake, queue, staging, voyages
from parakh.services.centre import Centre
from parakh.store.tables import picture, traveller, voyage, voyage_template

MAKER = system_actor("test")
DOCUMENT = StagedFrom.DOCUMENT


@pytest.fixture
def boarded(drawn_centre: Centre, declare: Any, person: Any, units: Any) -> dict[str, str]:
    """A voyage with two travellers: their identifiers by document number, and the voyage's."""
    units(drawn_centre)
    message = declare(person(), person(family="MALIK", document="PA1000002"))
    intake.receive(drawn_centre, MAKER, message, Source(channel=Channel.CLI, name="a.edi"))
    queue.drain(drawn_centre)
    with drawn_centre.db.read() as connection:
        found = connection.execute(sa.select(traveller.c.id, traveller.c.family_name)).all()
        voyage_id = connection.execute(sa.select(voyage.c.id)).scalar_one()
    by_name = {row.family_name: row.id for row in found}
    return {"voyage": voyage_id, "PA1000001": by_name["NOON"], "PA1000002": by_name["MALIK"]}


def rows(centre: Centre) -> list[Any]:
    with centre.db.read() as connection:
        assert connection.execute(sa.select(picture)).all() == [], "no picture is kept"
        return list(connection.execute(sa.select(voyage_template).order_by("id")))


def test_a_face_is_staged_in_the_place_of_the_one_before(
    drawn_centre: Centre, boarded: dict[str, str], acting: Any
) -> None:
    actor, own, voyage_id = acting(Role.SUPERVISOR), boarded["PA1000001"], boarded["voyage"]
    staging.stage(drawn_centre, actor, voyage_id, own, b"1", DOCUMENT)
    staging.stage(drawn_centre, actor, voyage_id, own, b"1.1", DOCUMENT)
    staging.stage(drawn_centre, actor, voyage_id, own, b"1.2", StagedFrom.REGISTER)
    found = rows(drawn_centre)
    assert [row.staged_from for row in found] == ["document", "register"]
    with drawn_centre.db.read() as connection:
        due = connection.execute(sa.select(voyage.c.due_at)).scalar_one()
    assert {row.expires_at for row in found} == {due + timedelta(hours=12)}
    assert voyages.voyage(drawn_centre, actor, voyage_id).staged == 1


def test_many_are_staged_by_document_and_none_holds_the_others_up(
    drawn_centre: Centre, boarded: dict[str, str]
) -> None:
    shots = [("pa 1000001", b"1"), ("PA1000002", b"nothing"), ("X", b"3")]
    done = staging.stage_many(drawn_centre, MAKER, boarded["voyage"], shots, StagedFrom.REGISTER)
    assert [(one.document, one.traveller_id, one.cause) for one in done] == [
        ("pa 1000001", boarded["PA1000001"], ""),
        ("PA1000002", boarded["PA1000002"], "no face was found in the picture"),
        ("X", None, "nobody on this voyage bears this document"),
    ]
    assert [row.traveller_id for row in rows(drawn_centre)] == [boarded["PA1000001"]]


def test_what_is_refused(
    drawn_centre: Centre, boarded: dict[str, str], acting: Any, clock: Any
) -> None:
    voyage_id, own = boarded["voyage"], boarded["PA1000001"]

    def stage(*, actor: Any = MAKER, who: str = own, source: StagedFrom = DOCUMENT) -> str:
        return staging.stage(drawn_centre, actor, voyage_id, who, b"1", source)

    with pytest.raises(Forbidden):
        stage(actor=acting(Role.TARGETING))
    with pytest.raises(NotFound):
        stage(who="none")
    with pytest.raises(InvalidInput, match="register"):
        stage(source=StagedFrom.CAPTURE)
    for count in (0, 51):
        with pytest.raises(InvalidInput, match="one to 50"):
            staging.stage_many(drawn_centre, MAKER, voyage_id, [("A", b"1")] * count, DOCUMENT)
    clock.advance(days=1)
    with pytest.raises(InvalidInput, match="over"):
        stage()
