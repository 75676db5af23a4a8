"""Capture stations: their keys, their place, their heartbeat, their captures."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Permission, Role
from parakh.domain.face import PadState
from parakh.domain.station import SILENT_AFTER, StationKind
from parakh.domain.voyage import Direction
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import api_keys, presence, stations
from parakh.services.centre import Centre
from parakh.services.stations import Sent
from parakh.store.tables import audit, capture, station


@pytest.fixture
def keeper(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.SUPERVISOR, "KHI")


@pytest.fixture
def ready(any_centre: Centre, units: Any) -> Centre:
    units(any_centre)
    return any_centre


def added(centre: Centre, keeper: Actor, **changes: Any) -> tuple[str, Actor]:
    values = {"name": "e-gate 1", "kind": StationKind.GATE, "port": "KHI", "lane": "A1"}
    values["direction"] = Direction.ENTRY
    key = stations.register(centre, keeper, **(values | changes))
    actor = stations.bearer(centre, key)
    assert actor is not None
    return key, actor


def actions(centre: Centre) -> list[str]:
    with centre.db.read() as connection:
        return list(connection.execute(sa.select(audit.c.action).order_by(audit.c.seq)).scalars())


def test_a_station_is_known_by_its_key_and_may_send_captures_only(
    ready: Centre, keeper: Actor
) -> None:
    key, actor = added(ready, keeper)
    assert actor.permissions == {Permission.USE_GATE}
    assert actor.ports == {"KHI"}
    assert actor.name == "station:e-gate 1"
    assert not actor.human
    assert not actor.everywhere
    (row,) = stations.every(ready, keeper)
    assert row.station.owner == keeper.name
    assert row.silent
    with ready.db.read() as connection:
        stored = connection.execute(sa.select(station)).one()
    assert key not in str(stored)
    assert stations.bearer(ready, key + "x") is None
    assert api_keys.bearer(ready, key) is None
    assert "station.added" in actions(ready)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"port": "XXX"}, "no unit works at the port XXX"),
        ({"name": " "}, "1 to 80"),
        ({"name": "a\0b"}, "1 to 80"),
        ({"lane": ""}, "a gate stands at a lane"),
        ({"kind": StationKind.DESK, "lane": " "}, "a desk stands at a lane"),
        ({"lane": "x" * 21}, "at most 20"),
        ({"direction": Direction.TRANSIT}, "entry, exit, or both"),
    ],
)
def test_what_cannot_be_registered(
    ready: Centre, keeper: Actor, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        added(ready, keeper, **changes)


def test_a_name_is_taken_until_its_station_is_revoked(ready: Centre, keeper: Actor) -> None:
    key, actor = added(ready, keeper)
    with pytest.raises(Conflict):
        added(ready, keeper)
    stations.revoke(ready, keeper, actor.station)
    assert stations.bearer(ready, key) is None
    with pytest.raises(Conflict, match="revoked"):
        stations.revoke(ready, keeper, actor.station)
    with pytest.raises(Conflict, match="revoked"):
        stations.rekey(ready, keeper, actor.station)
    with pytest.raises(NotFound):
        stations.named(ready, keeper, "e-gate 1")
    added(ready, keeper)
    assert [row.station.revoked_at is None for row in stations.every(ready, keeper)] == [
        True,
        False,
    ]


def test_a_new_key_ends_the_one_before(ready: Centre, keeper: Actor) -> None:
    key, actor = added(ready, keeper)
    other = stations.rekey(ready, keeper, stations.named(ready, keeper, "e-gate 1"))
    assert stations.bearer(ready, key) is None
    found = stations.bearer(ready, other)
    assert found is not None
    assert found.station == actor.station
    assert "station.rekeyed" in actions(ready)


def test_who_may_see_and_keep_stations(ready: Centre, keeper: Actor, acting: Any) -> None:
    _, actor = added(ready, keeper)
    officer, auditor = acting(Role.GATE, "KHI"), acting(Role.AUDITOR, "KHI")
    elsewhere = acting(Role.INTEGRATOR, "LHE")
    with pytest.raises(Forbidden):
        stations.every(ready, officer)
    assert stations.every(ready, elsewhere) == []
    assert len(stations.every(ready, auditor)) == 1
    for one in (officer, auditor, actor, elsewhere):
        with pytest.raises(Forbidden):
            added(ready, one, name="another")
        with pytest.raises(Forbidden):
            stations.revoke(ready, one, actor.station)
        with pytest.raises(Forbidden):
            stations.rekey(ready, one, actor.station)


def test_a_heartbeat_is_kept_and_a_silent_station_shown(
    ready: Centre, keeper: Actor, clock: Any
) -> None:
    _, actor = added(ready, keeper)
    ahead = clock() + timedelta(seconds=7)
    own = stations.hear(ready, actor, at=ahead, software="gate 3", camera=False, waiting=4)
    assert own.lane == "A1"
    (row,) = stations.every(ready, keeper)
    said = row.station.heard
    assert said is not None
    assert (said.software, said.camera, said.waiting) == ("gate 3", False, 4)
    assert said.clock_offset == 7.0
    assert said.at == clock()
    assert not row.silent
    clock.advance(seconds=SILENT_AFTER.total_seconds() + 1)
    assert stations.every(ready, keeper)[0].silent
    with pytest.raises(Forbidden):
        stations.hear(ready, keeper, at=ahead)


# --- captures ---------------------------------------------------------------------------------


@pytest.fixture
def facing(face_centre: Centre, units: Any) -> Centre:
    units(face_centre)
    return face_centre


def captures(centre: Centre) -> list[Any]:
    with centre.db.read() as connection:
        return list(connection.execute(sa.select(capture)))


def test_a_capture_is_brought_to_the_stations_own_place_and_counted(
    facing: Centre, keeper: Actor, portrait: bytes, clock: Any
) -> None:
    _, actor = added(facing, keeper)
    answer = stations.capture(facing, actor, Sent(frames=(portrait,), id="a" * 32))
    (row,) = captures(facing)
    assert (row.port, row.lane, row.direction) == ("KHI", "A1", "entry")
    assert row.station_id == actor.station
    assert answer.capture_id == row.id == "a" * 32
    stations.capture(facing, actor, Sent(frames=(_grey(portrait),)))
    (shown,) = stations.every(facing, keeper)
    assert (shown.tally.captures, shown.tally.unfit) == (2, 1)
    assert shown.tally.last_at == clock()
    assert shown.unfit_share == 0.5
    clock.advance(days=1)
    (shown,) = stations.every(facing, keeper)
    assert (shown.tally.captures, shown.unfit_share) == (0, None)
    assert shown.tally.last_at is not None


def _grey(portrait: bytes) -> bytes:
    import cv2
    import numpy as np

    pixels = cv2.imdecode(np.frombuffer(portrait, np.uint8), cv2.IMREAD_COLOR)
    return bytes(cv2.imencode(".png", np.full_like(pixels, 120))[1])


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"port": "LHE"}, Forbidden, "another port"),
        ({"lane": "B2"}, Forbidden, "another lane"),
        ({"direction": Direction.EXIT}, Forbidden, "another direction"),
        ({"frames": ()}, InvalidInput, "1 to 8 frames"),
        ({"frames": (b"x",) * 9}, InvalidInput, "1 to 8 frames"),
        ({"id": "A" * 32}, InvalidInput, "32 digits"),
        ({"challenge": "x.y"}, InvalidInput, "not given to you"),
    ],
)
def test_what_a_station_may_not_send(
    ready: Centre, keeper: Actor, changes: dict[str, Any], error: type[Exception], said: str
) -> None:
    _, actor = added(ready, keeper)
    with pytest.raises(error, match=said):
        stations.capture(ready, actor, Sent(**({"frames": (b"x",)} | changes)))


def test_a_handheld_names_lane_and_direction(
    facing: Centre, keeper: Actor, portrait: bytes
) -> None:
    _, actor = added(facing, keeper, name="handheld", kind=StationKind.HANDHELD)
    with pytest.raises(InvalidInput, match="direction is missing"):
        stations.capture(facing, actor, Sent(frames=(portrait,)))
    sent = Sent(frames=(portrait,), lane="hall", direction=Direction.EXIT)
    stations.capture(facing, actor, sent)
    (row,) = captures(facing)
    assert (row.port, row.lane, row.direction) == ("KHI", "hall", "exit")


def test_an_answer_is_given_again_to_its_sender_alone(
    facing: Centre, keeper: Actor, portrait: bytes, acting: Any
) -> None:
    _, actor = added(facing, keeper)
    _, other = added(facing, keeper, name="e-gate 2")
    stations.capture(facing, actor, Sent(frames=(portrait,), id="a" * 32))
    found, told = stations.stored_answer(facing, actor, "a" * 32)
    assert found.id == "a" * 32
    assert told.quality.acceptable
    assert stations.stored_answer(facing, acting(Role.GATE, "KHI"), "a" * 32)
    for stranger in (other, acting(Role.GATE, "LHE")):
        with pytest.raises(NotFound):
            stations.stored_answer(facing, stranger, "a" * 32)
    with pytest.raises(NotFound):
        stations.stored_answer(facing, actor, "b" * 32)


# --- active checks ----------------------------------------------------------------------------


def test_a_challenge_is_for_one_actor_and_one_short_while(
    facing: Centre, keeper: Actor, portrait: bytes, clock: Any
) -> None:
    _, actor = added(facing, keeper)
    _, other = added(facing, keeper, name="e-gate 2")
    issued = presence.issue(facing, actor)
    frames = (portrait,) * len(issued.challenge.steps)
    times = tuple(step.at for step in issued.challenge.steps)
    with pytest.raises(InvalidInput, match="not given to you"):
        presence.check(facing, other, issued.token, frames, times)
    body, _, signature = issued.token.partition(".")
    for forged in (f"{body}.{signature[:-2]}", f"{body}x.{signature}", "", ".", body):
        with pytest.raises(InvalidInput, match="not given to you"):
            presence.check(facing, actor, forged, frames, times)
    early = presence.check(facing, actor, issued.token, frames, times)
    assert early.state is PadState.NOT_EVALUATED
    assert early.reason is presence.TOO_SOON
    clock.advance(seconds=times[-1] + 1)
    still = presence.check(facing, actor, issued.token, frames, times)
    assert still.state is PadState.ATTACK, "a picture does not move"
    clock.advance(minutes=2)
    late = presence.check(facing, actor, issued.token, frames, times)
    assert late.state is PadState.NOT_EVALUATED
    assert late.reason is presence.EXPIRED


def test_a_challenge_is_good_for_one_capture(
    facing: Centre, keeper: Actor, portrait: bytes, clock: Any
) -> None:
    _, actor = added(facing, keeper)
    issued = presence.issue(facing, actor)
    clock.advance(seconds=issued.challenge.steps[-1].at + 1)
    sent = Sent(
        frames=(portrait,) * len(issued.challenge.steps),
        challenge=issued.token,
        times=tuple(step.at for step in issued.challenge.steps),
    )
    answer = stations.capture(facing, actor, sent)
    assert answer.capture_id == issued.capture_id
    assert answer.pad.state is PadState.ATTACK
    stations.capture(facing, actor, sent)
    assert len(captures(facing)) == 1
    with pytest.raises(InvalidInput, match="for another capture"):
        stations.capture(
            facing, actor, Sent(frames=(portrait,), challenge=issued.token, id="c" * 32)
        )


def test_a_clock_that_is_ahead_loses_no_capture_and_is_told(
    facing: Centre, keeper: Actor, portrait: bytes, clock: Any
) -> None:
    _, actor = added(facing, keeper)
    ahead = Sent(frames=(portrait,), taken_at=clock() + timedelta(days=2))
    answer = stations.capture(facing, actor, ahead)
    assert any("clock of the sender" in str(note) for note in answer.notes)
    slightly = Sent(frames=(_grey(portrait),), taken_at=clock() + timedelta(seconds=20))
    assert not any("clock" in str(note) for note in stations.capture(facing, actor, slightly).notes)
