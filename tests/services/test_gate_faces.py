"""Bursts, captures sent twice or late, and travellers who are found by their staged faces."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import sqlalchemy as sa

from parakh.access import Actor, Purpose, Role, system_actor
from parakh.domain.face import PadResult, PadState, Template
from parakh.domain.gallery import StagedFrom
from parakh.domain.hit import Advice
from parakh.domain.message import Channel, Source
from parakh.domain.traveller import Traveller
from parakh.domain.voyage import Direction
from parakh.errors import Conflict, InvalidInput
from parakh.services import gate, intake, queue, trail
from parakh.services.centre import Centre
from parakh.services.gate_values import CaptureRequest
from parakh.simulate.chips import dg2
from parakh.store import travellers, voyage_templates
from parakh.store.tables import capture, crossing, data_key, voyage, voyage_template

SENDER = system_actor("test")
ID = uuid.UUID(int=7).hex


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
def officer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.GATE, "KHI")


@pytest.fixture
def ready(any_centre: Centre, model_cache: Path, units: Any) -> Centre:
    """A centre on either kind of database that recognises faces."""
    any_centre.models_path.symlink_to(model_cache)
    units(any_centre)
    return any_centre


@pytest.fixture
def expected(
    ready: Centre, declare: Callable[..., bytes], person: Any, clock: Any
) -> tuple[Traveller, Traveller]:
    """GULAB with the document PA1000001 and SAFIA with PA2, of one flight that is due now."""
    data = declare(person(), person(given="SAFIA", document="PA2"))
    intake.receive(ready, SENDER, data, Source(channel=Channel.CLI, name="list"))
    assert queue.drain(ready) == set()
    clock.advance(hours=3)
    with ready.db.read() as connection:
        (one,) = travellers.with_document(connection, "PA1000001")
        (other,) = travellers.with_document(connection, "PA2")
    return one, other


def request(*frames: bytes, **changes: Any) -> CaptureRequest:
    values = {"port": "KHI", "lane": "A1", "direction": Direction.ENTRY, "portrait": None}
    return CaptureRequest(frames=frames, **(values | changes))


def rows(centre: Centre, table: sa.Table) -> list[Any]:
    with centre.db.read() as connection:
        return list(connection.execute(sa.select(table)))


def stage(centre: Centre, whose: Traveller, template: Template) -> None:
    with centre.db.write(SENDER, Purpose.GATE) as tx:
        voyage_templates.save(
            tx,
            centre.db.vault,
            voyage_id=whose.voyage_id,
            traveller_id=whose.id,
            template=template,
            quality=1.0,
            staged_from=StagedFrom.DOCUMENT,
            expires_at=tx.at + timedelta(hours=20),
        )
        tx.audit("test", "test", whose.id)


def face(centre: Centre, picture: bytes) -> Template:
    return centre.faces.samples(picture)[0].template


def test_of_a_burst_each_frame_is_judged_and_one_capture_recorded(
    ready: Centre, officer: Actor, portrait: bytes, live: bytes
) -> None:
    dark = changed(portrait, lambda p: (p * 0.03).astype("u1"))
    answer = gate.capture(ready, officer, request(dark, live, portrait, b"broken"))
    assert [note.used for note in answer.frames] == [False, True, True, False]
    assert all(note.quality.reasons for note in answer.frames if not note.used)
    (made,) = rows(ready, capture)
    assert made.frames == 4
    assert len(rows(ready, crossing)) == 1


def test_a_capture_sent_twice_is_recorded_once_and_answered_twice(
    ready: Centre, officer: Actor, live: bytes, enlist: Any, portrait: bytes
) -> None:
    enlist(ready, portrait=portrait)
    first = gate.capture(ready, officer, request(live, id=ID))
    assert not first.duplicate
    again = gate.capture(ready, officer, request(live, id=ID))
    assert again.duplicate
    assert len(rows(ready, capture)) == len(rows(ready, crossing)) == 1
    for name in ("capture_id", "quality", "advice", "next_step", "alerts", "frames", "results"):
        assert getattr(again, name) == getattr(first, name), name
    assert [own.hit.id for own in again.hits] == [own.hit.id for own in first.hits]
    other = replace(officer, ports=frozenset({"LHE"}), units=frozenset({"lhe"}))
    with pytest.raises(Conflict, match="identifier"):
        gate.capture(ready, other, request(live, id=ID, port="LHE"))


def test_the_same_bits_from_a_station_are_one_capture_and_from_an_officer_two(
    ready: Centre, officer: Actor, live: bytes, clock: Any
) -> None:
    gate.capture(ready, officer, request(live, station_id="s1"))
    assert gate.capture(ready, officer, request(live, station_id="s1")).duplicate
    assert not gate.capture(ready, officer, request(live, station_id="s1", lane="B2")).duplicate
    clock.advance(minutes=11)
    assert not gate.capture(ready, officer, request(live, station_id="s1")).duplicate
    assert not gate.capture(ready, officer, request(live)).duplicate
    assert not gate.capture(ready, officer, request(live)).duplicate
    assert len(rows(ready, capture)) == 5


def test_a_late_capture_is_recorded_at_the_moment_it_was_taken(
    ready: Centre,
    officer: Actor,
    expected: tuple[Traveller, Traveller],
    live: bytes,
    clock: Any,
) -> None:
    taken = clock() - timedelta(minutes=40)
    answer = gate.capture(ready, officer, request(live, document="PA1000001", taken_at=taken))
    assert answer.late == timedelta(minutes=40)
    (made,) = [own for own in rows(ready, crossing) if own.traveller_id == expected[0].id]
    assert (made.state, made.at) == ("actual", taken)
    earlier = taken - timedelta(minutes=5)
    gate.capture(ready, officer, request(live, document="PA1000001", taken_at=earlier))
    later = gate.capture(ready, officer, request(live, document="PA1000001", lane="Z9"))
    assert later.late is None
    (made,) = [own for own in rows(ready, crossing) if own.traveller_id == expected[0].id]
    assert (made.at, made.lane) == (earlier, "A1"), "what was taken first stays"


@pytest.mark.parametrize(
    ("offset", "cause"), [({"days": -8}, "older than 7 days"), ({"minutes": 3}, "in the future")]
)
def test_a_moment_that_cannot_be_is_refused(
    ready: Centre, officer: Actor, live: bytes, clock: Any, offset: dict[str, int], cause: str
) -> None:
    with pytest.raises(InvalidInput, match=cause):
        gate.capture(ready, officer, request(live, taken_at=clock() + timedelta(**offset)))


def test_without_a_document_the_staged_face_tells_who_it_is(
    ready: Centre,
    officer: Actor,
    expected: tuple[Traveller, Traveller],
    portrait: bytes,
    live: bytes,
) -> None:
    stage(ready, expected[0], face(ready, portrait))
    answer = gate.capture(ready, officer, request(live))
    assert answer.traveller is not None
    assert answer.traveller.id == expected[0].id
    assert answer.identified is not None
    assert answer.identified.comparison.match
    assert answer.advice is Advice.PROCEED
    (made,) = [own for own in rows(ready, crossing) if own.traveller_id == expected[0].id]
    assert made.state == "actual"
    (held,) = rows(ready, voyage_template)
    assert held.expires_at == made.at + timedelta(hours=12), "held no longer than it is needed"


def test_a_face_that_is_staged_for_another_than_the_document_names_is_told(
    ready: Centre,
    officer: Actor,
    expected: tuple[Traveller, Traveller],
    portrait: bytes,
    live: bytes,
) -> None:
    stage(ready, expected[0], face(ready, portrait))
    answer = gate.capture(ready, officer, request(live, document="PA2"))
    assert answer.traveller is not None
    assert answer.traveller.id == expected[1].id, "the document says who it is"
    assert answer.identified is not None
    assert not answer.identified.agrees
    assert "another traveller" in str(answer.notes[0])
    assert answer.advice is Advice.COMPARE


def test_two_who_look_alike_are_not_told_apart_by_their_faces(
    ready: Centre,
    officer: Actor,
    expected: tuple[Traveller, Traveller],
    portrait: bytes,
    live: bytes,
) -> None:
    for own in expected:
        stage(ready, own, face(ready, portrait))
    answer = gate.capture(ready, officer, request(live))
    assert answer.traveller is None
    assert answer.identified is not None
    assert not answer.identified.sole
    assert "two expected travellers" in str(answer.notes[0])


def test_with_a_document_the_staged_face_is_compared(
    ready: Centre,
    officer: Actor,
    expected: tuple[Traveller, Traveller],
    portrait: bytes,
    live: bytes,
) -> None:
    stage(ready, expected[0], face(ready, portrait))
    answer = gate.capture(ready, officer, request(live, document="PA1000001"))
    assert answer.verification is not None
    assert answer.verification.match
    vector = np.frombuffer(face(ready, portrait).vector, "<f4")
    stranger = np.roll(vector, 1).astype("<f4").tobytes()
    stage(ready, expected[1], Template(model=ready.faces.model_id, vector=stranger))
    unlike = gate.capture(ready, officer, request(live, document="PA2"))
    assert unlike.verification is not None
    assert not unlike.verification.match
    assert unlike.advice is Advice.COMPARE


def test_a_verified_face_is_held_for_the_hours_after_the_crossing_and_then_gone(
    ready: Centre,
    officer: Actor,
    expected: tuple[Traveller, Traveller],
    portrait: bytes,
    live: bytes,
    clock: Any,
) -> None:
    pixels = cv2.imdecode(np.frombuffer(portrait, np.uint8), cv2.IMREAD_COLOR)
    chip = dg2(bytes(cv2.imencode(".jpg", pixels)[1]), size=(512, 512))
    gate.capture(ready, officer, request(live, document="PA1000001", portrait=chip))
    (held,) = rows(ready, voyage_template)
    assert (held.traveller_id, held.staged_from) == (expected[0].id, "capture")
    customs = gate.capture(ready, officer, request(portrait, lane="customs"))
    assert customs.traveller is not None
    assert customs.traveller.id == expected[0].id
    clock.advance(hours=12, minutes=1)
    trail.housekeep(ready)
    assert rows(ready, voyage_template) == []
    purposes = [own.purpose for own in rows(ready, data_key)]
    assert not [own for own in purposes if own.startswith("voyage:")], "its key is destroyed"
    assert gate.capture(ready, officer, request(portrait, lane="customs")).traveller is None


def test_a_face_that_does_not_match_its_document_is_not_held(
    ready: Centre,
    officer: Actor,
    expected: tuple[Traveller, Traveller],
    live: bytes,
    portrait: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(type(ready.faces), "verify_threshold", 0.99999)
    answer = gate.capture(ready, officer, request(live, document="PA1000001", portrait=portrait))
    assert answer.verification is not None
    assert not answer.verification.match
    gate.capture(ready, officer, request(live, document="PA2"))
    assert rows(ready, voyage_template) == []


def test_a_check_that_speaks_against_a_living_person_asks_for_a_look(
    ready: Centre, officer: Actor, live: bytes
) -> None:
    active = PadResult(state=PadState.ATTACK, method="turn", score=0.1, threshold=0.5)
    answer = gate.capture(ready, officer, request(live, active=active))
    assert answer.pad == active
    assert answer.advice is Advice.COMPARE
    assert "turn" in str(answer.notes[0])
    fine = PadResult(state=PadState.BONA_FIDE, method="turn", score=0.9, threshold=0.5)
    assert gate.capture(ready, officer, request(live, active=fine)).advice is Advice.PROCEED


def test_an_identifier_with_other_frames_is_refused(
    ready: Centre, officer: Actor, live: bytes, portrait: bytes
) -> None:
    gate.capture(ready, officer, request(live, id=ID))
    with pytest.raises(Conflict, match="identifier"):
        gate.capture(ready, officer, request(portrait, id=ID))
    with pytest.raises(Conflict, match="identifier"):
        gate.capture(ready, officer, request(live, id=ID, station_id="s1"))


def test_another_station_or_direction_is_another_capture(
    ready: Centre, officer: Actor, live: bytes
) -> None:
    assert not gate.capture(ready, officer, request(live, station_id="s1")).duplicate
    assert not gate.capture(ready, officer, request(live, station_id="s2")).duplicate
    leaving = request(live, station_id="s1", direction=Direction.EXIT)
    assert not gate.capture(ready, officer, leaving).duplicate


def test_equal_captures_of_a_station_at_once_are_one(
    ready: Centre, officer: Actor, live: bytes
) -> None:
    gate.capture(ready, officer, request(live))
    with ThreadPoolExecutor(4) as pool:
        done = list(
            pool.map(lambda _: gate.capture(ready, officer, request(live, station_id="s1")), "abcd")
        )
    assert sorted(own.duplicate for own in done) == [False, True, True, True]
    assert len({own.capture_id for own in done}) == 1
    assert len(rows(ready, capture)) == len(rows(ready, crossing)) == 2


def test_a_portrait_of_ones_own_does_not_outweigh_the_staged_face(
    ready: Centre,
    officer: Actor,
    expected: tuple[Traveller, Traveller],
    portrait: bytes,
    live: bytes,
) -> None:
    vector = np.frombuffer(face(ready, portrait).vector, "<f4")
    stranger = np.roll(vector, 1).astype("<f4").tobytes()
    stage(ready, expected[0], Template(model=ready.faces.model_id, vector=stranger))
    held = rows(ready, voyage_template)
    answer = gate.capture(ready, officer, request(live, document="PA1000001", portrait=portrait))
    assert answer.verification is not None
    assert not answer.verification.match
    assert answer.advice is Advice.COMPARE
    assert "staged for this traveller" in str(answer.next_step)
    assert rows(ready, voyage_template) == held, "nothing of what is held changes"


def test_a_document_that_crossed_before_is_told_unless_the_face_is_his(
    ready: Centre,
    officer: Actor,
    expected: tuple[Traveller, Traveller],
    portrait: bytes,
    live: bytes,
    clock: Any,
) -> None:
    first = gate.capture(ready, officer, request(live, document="PA1000001", portrait=portrait))
    assert first.notes == ()
    clock.advance(hours=1)
    assert gate.capture(ready, officer, request(live, document="PA1000001")).notes == ()
    gate.capture(ready, officer, request(live, document="PA2"))
    clock.advance(hours=1)
    again = gate.capture(ready, officer, request(portrait, document="PA2", lane="B"))
    assert any("crossed already" in str(note) for note in again.notes)


def test_what_is_past_its_time_is_not_searched_before_housekeeping(
    ready: Centre,
    officer: Actor,
    expected: tuple[Traveller, Traveller],
    portrait: bytes,
    live: bytes,
    clock: Any,
) -> None:
    stage(ready, expected[0], face(ready, portrait))
    assert gate.capture(ready, officer, request(live)).traveller is not None
    clock.advance(hours=12)
    assert gate.capture(ready, officer, request(live)).traveller is None


def test_the_time_of_a_staged_face_follows_the_voyage_and_the_crossing(
    ready: Centre,
    expected: tuple[Traveller, Traveller],
    portrait: bytes,
    clock: Any,
) -> None:
    for own in expected:
        stage(ready, own, face(ready, portrait))
    due = clock() + timedelta(hours=14)
    with ready.db.maintain() as connection:
        connection.execute(
            voyage.update().where(voyage.c.id == expected[0].voyage_id).values(due_at=due)
        )
        connection.execute(
            crossing.update()
            .where(crossing.c.traveller_id == expected[1].id)
            .values(state="actual", at=clock())
        )
    trail.housekeep(ready)
    ends = {own.traveller_id: own.expires_at for own in rows(ready, voyage_template)}
    hours = timedelta(hours=12)
    assert ends == {expected[0].id: due + hours, expected[1].id: clock() + hours}
