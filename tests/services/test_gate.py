"""A face before the gate, with the real models and a portrait in the public domain."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import cv2
import numpy as np
import pytest
import sqlalchemy as sa

from parakh.access import Actor, Role, system_actor
from parakh.domain.face import PadState
from parakh.domain.hit import Advice, Kind, ResultState
from parakh.domain.message import Channel, Source
from parakh.domain.voyage import CrossingState, Direction
from parakh.errors import Forbidden, InvalidInput, Unreadable
from parakh.faces.extract import FaceEngine
from parakh.screen.faces import FaceScreener
from parakh.services import (
    alerts,
    dossier,
    gate,
    intake,
    listed_pictures,
    queue,
    trail,
    voyages,
    watchlists,
)
from parakh.services.centre import Centre
from parakh.services.gate_values import CaptureRequest, CrossingRequest
from parakh.store.tables import audit, capture, crossing, picture, template

SENDER = system_actor("test")
MRZ = "P<PAKMAZARI<<ZULFIQAR<<<<<<<<<<<<<<<<<<<<<<<\n"


def changed(data: bytes, change: Callable[[Any], Any]) -> bytes:
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    done, encoded = cv2.imencode(".png", change(pixels))
    assert done
    return bytes(encoded)


@pytest.fixture
def live(portrait: bytes) -> bytes:
    """The same face as a gate's camera might see it: turned, darker."""
    turn = cv2.getRotationMatrix2D((220, 120), 5, 1.05)
    return changed(portrait, lambda p: (cv2.warpAffine(p, turn, (512, 512)) * 0.85).astype("u1"))


@pytest.fixture
def empty_hall(portrait: bytes) -> bytes:
    """A picture without any face."""
    return changed(portrait, lambda p: p[380:, :200])


@pytest.fixture
def officer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.GATE, "KHI")


@pytest.fixture
def ready(face_centre: Centre, units: Any) -> Centre:
    units(face_centre)
    return face_centre


def request(live: bytes, **changes: Any) -> CaptureRequest:
    values = {"port": "KHI", "lane": "A1", "direction": Direction.ENTRY, "portrait": None}
    return CaptureRequest(frames=(live,), **(values | changes))


def zone(number: str) -> str:
    """A zone of two lines (ICAO 9303-4) with right check digits."""

    def digit(text: str) -> str:
        signs = enumerate(text.replace("<", "0"))
        return str(sum(int(sign, 36) * (7, 3, 1)[place % 3] for place, sign in signs) % 10)

    number = f"{number:<<9}"
    born, expires, rest = "800505", "300101", "<" * 14
    parts = (number, born, expires)
    filled = number + digit(number) + "PAK" + born + digit(born) + "M" + expires + digit(expires)
    composite = "".join(own + digit(own) for own in parts) + rest + "0"
    return MRZ + filled + rest + "0" + digit(composite)


def rows(centre: Centre, table: sa.Table) -> list[Any]:
    with centre.db.read() as connection:
        return list(connection.execute(sa.select(table)))


def expect(centre: Centre, data: bytes) -> None:
    intake.receive(centre, SENDER, data, Source(channel=Channel.CLI, name="list"))
    assert queue.drain(centre) == set()


def test_a_listed_face_raises_an_alert_and_its_picture_is_kept_for_a_while(
    ready: Centre, officer: Actor, enlist: Any, portrait: bytes, live: bytes, clock: Any
) -> None:
    entry = enlist(ready, portrait=portrait)
    answer = gate.capture(ready, officer, request(live))
    (found,) = answer.hits
    assert found.hit.screener == "face@2"
    assert found.hit.score >= found.hit.threshold
    assert found.hit.target.id == entry.id
    assert found.hit.subject.kind is Kind.CAPTURE
    assert answer.advice is Advice.COMPARE, "a face alone asks for a human comparison"
    assert "side by side" in str(answer.next_step)
    assert answer.pad.state is PadState.NOT_EVALUATED
    assert answer.quality.acceptable
    assert answer.milliseconds > 0
    assert {own.screener: own.state for own in answer.results} == {
        "face@2": ResultState.DONE,
        "name@2": ResultState.NOT_APPLICABLE,
        "document@1": ResultState.NOT_APPLICABLE,
        "profiles@1": ResultState.NOT_APPLICABLE,
        "links@1": ResultState.NOT_APPLICABLE,
        "currency@1": ResultState.NOT_APPLICABLE,
        "rules@1": ResultState.NOT_APPLICABLE,
    }
    (row,) = alerts.list_alerts(ready, officer)
    assert answer.alerts == (row.alert.id,)
    view = alerts.view(ready, officer, row.alert.id)
    (live_id,), (listed_id,) = view.pictures, view.hits[0].pictures
    kept, media = listed_pictures.picture(ready, officer, live_id)
    assert media == "image/jpeg"
    assert kept.startswith(b"\xff\xd8")
    listed_pictures.picture(ready, officer, listed_id)
    other = replace(officer, units=frozenset({"lhe"}))
    for picture_id in (live_id, listed_id):
        with pytest.raises(Forbidden):
            listed_pictures.picture(ready, other, picture_id)

    (sealed,) = [own.sealed for own in rows(ready, picture) if own.id == live_id]
    ready.db.close()
    files = list(ready.settings.data_dir.glob("parakh.db*"))
    assert any(bytes(sealed)[:200] in own.read_bytes() for own in files)
    clock.advance(days=ready.settings.hit_picture_days, seconds=-1)
    assert trail.housekeep(ready) == 0
    clock.advance(seconds=1)
    assert trail.housekeep(ready) == 1
    assert trail.housekeep(ready) == 0
    assert [own.id for own in rows(ready, picture)] == [listed_id]
    assert alerts.view(ready, officer, row.alert.id).pictures == ()
    with ready.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ready.db.close()
    for own in ready.settings.data_dir.glob("parakh.db*"):
        content = own.read_bytes()
        assert bytes(sealed)[:64] not in content, "deleted pictures leave no bytes behind"
        assert bytes(sealed)[-64:] not in content


def test_a_face_that_matches_nothing_leaves_neither_picture_nor_template(
    ready: Centre, officer: Actor, live: bytes
) -> None:
    answer = gate.capture(ready, officer, request(live))
    assert answer.advice is Advice.PROCEED
    assert answer.hits == answer.alerts == ()
    assert rows(ready, picture) == rows(ready, template) == []
    (made,) = rows(ready, capture)
    assert (made.picture_id, made.verification) == (None, None)
    (crossed,) = rows(ready, crossing)
    assert (crossed.state, crossed.traveller_id) == ("actual", None)
    assert [own.action for own in rows(ready, audit)][-1] == "gate.captured"


def test_an_unfit_picture_leaves_nothing_at_all(
    ready: Centre, officer: Actor, portrait: bytes, empty_hall: bytes
) -> None:
    dark = changed(portrait, lambda p: (p * 0.04).astype("u1"))
    tiny = changed(portrait, lambda p: cv2.resize(p, (96, 96), interpolation=cv2.INTER_AREA))
    before = [len(rows(ready, table)) for table in (audit,)]
    for data in (empty_hall, dark, tiny):
        answer = gate.capture(ready, officer, request(data))
        assert answer.capture_id is None
        assert not answer.quality.acceptable
        assert answer.advice is Advice.INCOMPLETE
        assert "again" in str(answer.next_step)
    for table in (picture, template, capture, crossing):
        assert rows(ready, table) == [], table.name
    assert [len(rows(ready, table)) for table in (audit,)] == before
    for data in (b"", b"no picture", portrait[:100]):
        with pytest.raises(Unreadable):
            gate.capture(ready, officer, request(data))


def test_a_document_turns_the_expected_crossing_into_an_actual_one(
    ready: Centre,
    officer: Actor,
    declare: Callable[..., bytes],
    person: Any,
    live: bytes,
    clock: Any,
) -> None:
    expect(ready, declare(person(), person(given="SAFIA", document="PA2")))
    clock.advance(hours=3)
    answer = gate.capture(ready, officer, request(live, document=" pa 100-0001 "))
    assert answer.traveller is not None
    assert answer.traveller.name.given == "GULAB"
    assert answer.voyage is not None
    assert answer.voyage.name == "PK304"
    states = {own.traveller_id: own.state for own in rows(ready, crossing)}
    assert states.pop(answer.traveller.id) == "actual"
    assert set(states.values()) == {"expected"}
    seen = dossier.traveller(ready, officer, answer.traveller.id)
    assert seen.crossing is not None
    assert seen.crossing.state is CrossingState.ACTUAL
    assert (seen.crossing.at, seen.crossing.lane) == (clock(), "A1")
    assert len(seen.assessments) == 2


def test_a_document_expected_elsewhere_or_long_ago_is_nobody_here(
    ready: Centre,
    officer: Actor,
    declare: Callable[..., bytes],
    person: Any,
    live: bytes,
    clock: Any,
) -> None:
    expect(ready, declare(person(document="PA1"), destination="LHE"))
    expect(ready, declare(person(document="PA2"), number="9"))
    assert gate.capture(ready, officer, request(live, document="PA1")).traveller is None
    assert gate.capture(ready, officer, request(live, document="PA2")).traveller
    clock.advance(days=3)
    assert gate.capture(ready, officer, request(live, document="PA2")).traveller is None


def test_the_zone_of_somebody_unannounced_is_screened(
    ready: Centre, officer: Actor, enlist: Any, live: bytes
) -> None:
    enlist(ready, document="ZX9876543")
    answer = gate.capture(ready, officer, request(live, document=zone("ZX9876543")))
    assert {own.hit.screener for own in answer.hits} == {"name@2", "document@1"}
    assert answer.advice is Advice.INSPECT
    assert answer.notes == ()
    assert len(answer.alerts) == 1
    assert answer.traveller is not None
    assert answer.traveller.name.family == "MAZARI"
    assert rows(ready, picture) == [], "no face hit, no picture"
    wrong = zone("ZX9876543").replace("800505", "800506")
    noted = gate.capture(ready, officer, request(live, document=wrong))
    assert noted.notes
    with pytest.raises(InvalidInput, match="machine readable zone"):
        gate.capture(ready, officer, request(live, document="P<PAK"))


def test_the_documents_portrait_is_compared(
    ready: Centre,
    officer: Actor,
    portrait: bytes,
    live: bytes,
    empty_hall: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    same = gate.capture(ready, officer, request(live, portrait=portrait))
    assert same.verification is not None
    assert same.verification.match
    assert same.advice is Advice.PROCEED
    unfit = gate.capture(ready, officer, request(live, portrait=empty_hall))
    assert unfit.verification is None
    assert "no face" in str(unfit.notes[0])
    assert unfit.advice is Advice.PROCEED

    compare = FaceEngine.compare

    def unlike(engine: FaceEngine, one: Any, other: Any, seconds: Any) -> Any:
        return replace(compare(engine, one, other, seconds), score=0.05)

    monkeypatch.setattr(FaceEngine, "compare", unlike)
    other = gate.capture(ready, officer, request(live, portrait=portrait))
    assert other.verification is not None
    assert not other.verification.match
    assert other.advice is Advice.COMPARE
    assert "does not match" in str(other.next_step)
    assert rows(ready, picture) == []


def test_a_face_search_that_fails_says_so(
    ready: Centre, officer: Actor, live: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(FaceScreener, "screen", fail)
    answer = gate.capture(ready, officer, request(live))
    assert answer.advice is Advice.INCOMPLETE
    assert "by hand" in str(answer.next_step)


def test_a_retired_face_is_found_no_more(
    ready: Centre, officer: Actor, enlist: Any, portrait: bytes, live: bytes
) -> None:
    entry = enlist(ready, portrait=portrait)
    assert gate.capture(ready, officer, request(live)).hits
    watchlists.retire(ready, system_actor("second"), entry.id, "the case is closed")
    assert gate.capture(ready, officer, request(live)).hits == ()


def test_an_unfit_portrait_cannot_be_enrolled(
    ready: Centre, enlist: Any, empty_hall: bytes
) -> None:
    with pytest.raises(InvalidInput, match="no face"):
        enlist(ready, portrait=empty_hall)
    assert rows(ready, template) == []


def test_gates_work_at_their_own_port_only(
    centre: Centre, officer: Actor, acting: Callable[..., Actor], live: bytes
) -> None:
    elsewhere = CrossingRequest(
        document="PA1", port="LHE", lane="", direction=Direction.ENTRY, at=centre.clock()
    )
    with pytest.raises(Forbidden, match="LHE"):
        gate.capture(centre, officer, request(live, port="LHE"))
    with pytest.raises(Forbidden, match="LHE"):
        gate.cross(centre, officer, elsewhere)
    for role in (Role.TARGETING, Role.ANALYST, Role.AUDITOR, Role.INTEGRATOR):
        with pytest.raises(Forbidden):
            gate.capture(centre, acting(role), request(live))
        with pytest.raises(Forbidden):
            gate.cross(centre, acting(role), elsewhere)
    assert rows(centre, crossing) == []


def test_a_crossing_of_another_system_is_recorded_once(
    any_centre: Centre,
    officer: Actor,
    declare: Callable[..., bytes],
    person: Any,
    units: Any,
    clock: Any,
) -> None:
    units(any_centre)
    expect(any_centre, declare(person()))
    now = clock()
    seen = CrossingRequest(
        document="PA1000001", port="KHI", lane="B2", direction=Direction.ENTRY, at=now
    )
    with pytest.raises(InvalidInput, match="future"):
        gate.cross(any_centre, officer, replace(seen, at=now + timedelta(seconds=1)))
    first = gate.cross(any_centre, officer, seen)
    assert (first.state, first.lane, first.at) == (CrossingState.ACTUAL, "B2", now)
    assert first.traveller_id is not None
    clock.advance(minutes=5)
    again = gate.cross(any_centre, officer, replace(seen, lane="C3", at=clock()))
    assert again == first
    unknown = gate.cross(any_centre, officer, replace(seen, document="NOBODY"))
    assert (unknown.traveller_id, unknown.voyage_id) == (None, None)
    (arrival,) = voyages.arrivals(any_centre, officer, now, now + timedelta(days=1))
    assert (arrival.expected, arrival.actual) == (1, 1)
