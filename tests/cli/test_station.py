"""The station's program against a real centre that goes away, comes back, and refuses."""

import json
import os
import stat
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from parakh.access import system_actor
from parakh.cli import main, outbox, program, sender
from parakh.cli.outbox import Full, Outbox, Packed
from parakh.cli.program import Program
from parakh.cli.sender import Outcome, Reply, Sender, checked_address
from parakh.cli.station import read_keys
from parakh.domain.station import StationKind
from parakh.domain.voyage import Direction
from parakh.errors import Misconfigured
from parakh.services import gate, stations
from parakh.store.tables import capture

KEEPER = system_actor("test")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def packed(number: int = 1, **changes: Any) -> Packed:
    taken = NOW + timedelta(seconds=number)
    values = {"id": f"{number:032x}", "taken_at": taken.isoformat(), "frames": (b"one", b"two")}
    return Packed(**(values | {"document": "PA1", "portrait": b"three"} | changes))


# --- the queue --------------------------------------------------------------------------------


def test_what_was_queued_comes_out_in_order_as_it_went_in(tmp_path: Path) -> None:
    box = Outbox(tmp_path, "key")
    for number in (3, 1, 2):
        box.put(packed(number), NOW)
    box.put(packed(2), NOW)
    assert len(box) == 3
    again = Outbox(tmp_path, "key")
    assert [own for _, own in again.waiting()] == [packed(1), packed(2), packed(3)]
    for path, _ in again.waiting():
        again.done(path)
    assert list(tmp_path.iterdir()) == []


def test_the_queue_is_sealed_and_belongs_to_its_key_and_place(tmp_path: Path) -> None:
    box = Outbox(tmp_path, "key")
    box.put(packed(1), NOW)
    box.put(packed(2, portrait=None), NOW)
    first, second = sorted(tmp_path.iterdir())
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    for word in (b"one", b"three", b"PA1", packed(1).id.encode()):
        assert word not in first.read_bytes()
    first.write_bytes(second.read_bytes())  # a file in another's place
    assert [own.id for _, own in box.waiting()] == [packed(2).id]
    assert (box.unopened(), len(box)) == (1, 1)


def test_the_queue_is_bounded_and_says_so(tmp_path: Path) -> None:
    small = Outbox(tmp_path / "small", "key", most_bytes=600)
    small.put(packed(1), NOW)
    with pytest.raises(Full, match="check by hand"):
        small.put(packed(2, frames=(b"x" * 500,)), NOW)
    old = Outbox(tmp_path / "old", "key", oldest=timedelta(days=1))
    old.put(packed(1), NOW)
    old.put(packed(2), NOW + timedelta(hours=23))
    with pytest.raises(Full, match="longer than 1 days"):
        old.put(packed(3), NOW + timedelta(days=2))
    assert len(old) == 2


def test_a_file_half_written_in_a_crash_is_swept_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Outbox(tmp_path, "key")

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        box.put(packed(1), NOW)
    monkeypatch.undo()
    assert len(Outbox(tmp_path, "key")) == 0
    assert list(tmp_path.iterdir()) == []


# --- the address ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("https://centre.example/", "https://centre.example"),
        (" https://centre.example:8443/ntc ", "https://centre.example:8443/ntc"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_addresses_that_are_taken(address: str, base: str) -> None:
    assert checked_address(address) == base


@pytest.mark.parametrize(
    "address",
    [
        "http://centre.example",
        "http://10.0.0.1",
        "http://localhost.example",
        "ftp://centre.example",
        "file:///etc/passwd",
        "centre.example",
        "",
        "https://name:word@centre.example",
        "https://centre.example/?x=1",
    ],
)
def test_addresses_that_are_refused(address: str) -> None:
    with pytest.raises(Misconfigured):
        checked_address(address)


def test_the_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("parakh_station_x\n")
    path.chmod(0o640)
    with pytest.raises(Misconfigured, match="chmod 600"):
        read_keys(path)
    path.chmod(0o600)
    assert read_keys(path) == ["parakh_station_x"]
    path.write_text("parakh_station_y\nparakh_station_x\n")
    assert read_keys(path) == ["parakh_station_y", "parakh_station_x"]
    for text in ("", "something else", "parakh_station_x\nsomething else"):
        path.write_text(text)
        with pytest.raises(Misconfigured, match="no station's key"):
            read_keys(path)


# --- against a real centre --------------------------------------------------------------------


class Steady:
    """A clock of seconds that goes on when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A station's disk, and its program, which can be started anew."""

    def __init__(self, address: str, key: str, folder: Path) -> None:
        self.watch, self.spool = folder / "watch", folder / "spool"
        self.watch.mkdir()
        self.address, self.key, self.steady = address, key, Steady()
        self.said: list[str] = []
        self.start()

    def start(self, **bounds: Any) -> Program:
        self.box = Outbox(self.spool, self.key, **bounds)
        self.program = Program(
            Sender(self.address, self.key, seconds=120),
            self.box,
            watch=self.watch,
            say=self.said.append,
            steady=self.steady,
        )
        return self.program

    def drop(self, name: str, *frames: bytes, **meta: Any) -> Path:
        folder = self.watch / name
        folder.mkdir()
        for number, data in enumerate(frames):
            (folder / f"frame{number}.png").write_bytes(data)
        (folder / "meta.json").write_text(json.dumps(meta))
        return folder

    def answer(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.watch / name / "answer.json").read_text())
        return found


@pytest.fixture
def desk(stage: Any, serving: Any, tmp_path: Path) -> Desk:
    key = stations.register(
        stage.centre,
        KEEPER,
        name="e-gate 1",
        kind=StationKind.GATE,
        port="KHI",
        lane="A1",
        direction=Direction.ENTRY,
    )
    return Desk(serving.address, key, tmp_path)


def recorded(stage: Any) -> list[Any]:
    with stage.centre.db.read() as connection:
        return list(connection.execute(sa.select(capture).order_by(capture.c.taken_at)))


def test_a_capture_is_answered_beside_its_frames(desk: Desk, stage: Any, portrait: bytes) -> None:
    folder = desk.drop("a", portrait, portrait, document="PA100000304")
    assert desk.program.step()
    told = desk.answer("a")
    assert told["state"] == "answered"
    assert told["answer"]["advice"] == "proceed"
    assert told["answer"]["traveller"]["name"]["family"] == "NOON"
    assert [path.name for path in folder.iterdir()] == ["answer.json"]
    (row,) = recorded(stage)
    assert (row.port, row.lane, row.frames) == ("KHI", "A1", 2)
    assert not desk.program.step(), "nothing is left to do"


def test_an_unreachable_centre_queues_and_is_made_up_for(
    desk: Desk, stage: Any, serving: Any, portrait: bytes
) -> None:
    serving.stop()
    moments = [f"2026-11-22T0{hour}:00:00+00:00" for hour in (1, 2)]
    for name, moment in zip("ab", moments, strict=True):
        desk.drop(name, portrait + name.encode(), taken_at=moment)
    desk.program.step()
    assert [desk.answer(name)["waiting"] for name in "ab"] == [1, 2]
    assert desk.answer("b")["say"] == "Check this person by hand."
    assert not list(desk.watch.rglob("frame*")), "what waits is sealed, and nowhere else"
    assert not desk.program.reached
    desk.start()  # the station is switched off and on
    desk.steady.now += 100
    desk.program.step()
    serving.start()
    assert not desk.program.step(), "it waits before it tries again"
    desk.steady.now += 100
    assert desk.program.step()
    assert desk.program.step()
    assert not desk.program.step()
    assert list(desk.spool.iterdir()) == []
    rows = recorded(stage)
    assert [row.taken_at.isoformat() for row in rows] == moments
    assert {desk.answer(name)["state"] for name in "ab"} == {"answered"}
    assert "the centre is reached again" in desk.said


def test_what_is_sent_twice_is_recorded_once(
    desk: Desk, stage: Any, portrait: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.drop("a", portrait)

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(desk.program, "_answer", crash)  # after the answer, before it is kept
    with pytest.raises(KeyboardInterrupt):
        desk.program.step()
    assert len(recorded(stage)) == 1
    desk.start().step()
    assert desk.answer("a")["state"] == "answered"
    assert len(recorded(stage)) == 1


CRASHES = ["_sent", "_queue", "_answer", "_tidy", "put", "erase", "write_json"]


@pytest.mark.parametrize("point", CRASHES)
@pytest.mark.parametrize("after", [False, True])
def test_no_crash_loses_a_capture(
    desk: Desk,
    stage: Any,
    serving: Any,
    portrait: bytes,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
    *,
    after: bool,
) -> None:
    serving.stop()
    owner: Any = {"put": desk.box, "erase": program, "write_json": program}
    holder = owner.get(point, desk.program)
    real = getattr(holder, point)

    def crash(*arguments: Any, **named: Any) -> None:
        if after:
            real(*arguments, **named)
        raise KeyboardInterrupt

    desk.drop("a", portrait)
    monkeypatch.setattr(holder, point, crash)
    with pytest.raises(KeyboardInterrupt):
        desk.program.step()
    monkeypatch.undo()
    serving.start()
    desk.start()
    while desk.program.step():
        pass
    assert len(recorded(stage)) == 1
    assert list(desk.spool.iterdir()) == []
    assert [path.name for path in (desk.watch / "a").iterdir()] == ["answer.json"]
    assert desk.answer("a")["state"] == "answered"


@pytest.mark.parametrize(
    ("frames", "meta", "said"),
    [
        ((), {}, "0 frames, not 1 to 8"),
        ((b"x",) * 9, {}, "9 frames, not 1 to 8"),
        ((b"no picture",), {}, "422"),
        ((b"x",), {"direction": "exit"}, "registered for another direction"),
        ((b"x",), {"taken_at": "yesterday"}, "no moment of ISO 8601"),
        ((b"x",), {"taken_at": "2026-01-01T00:00:00"}, "time zone"),
        ((b"x",), {"lines": 1}, "unknown members lines"),
        ((b"x",), {"id": "short"}, "32 digits"),
        ((b"x",), {"id": "../../x"}, "32 digits"),
    ],
)
def test_what_is_refused_is_said_and_not_tried_again(
    desk: Desk, frames: tuple[bytes, ...], meta: dict[str, Any], said: str
) -> None:
    desk.drop("a", *frames, **meta)
    desk.program.step()
    told = desk.answer("a")
    assert told["state"] == "refused"
    assert said in told["detail"]
    assert not desk.program.step()


def test_a_full_queue_refuses_clearly(desk: Desk, serving: Any, portrait: bytes) -> None:
    serving.stop()
    desk.start(most_bytes=100)
    desk.drop("a", portrait)
    desk.program.step()
    told = desk.answer("a")
    assert told["state"] == "refused"
    assert "at most 100 are kept" in told["detail"]
    assert told["say"] == "Check this person by hand."


def test_a_revoked_key_loses_nothing(desk: Desk, stage: Any, portrait: bytes) -> None:
    stations.revoke(stage.centre, KEEPER, stations.named(stage.centre, KEEPER, "e-gate 1"))
    desk.drop("a", portrait)
    desk.program.step()
    assert desk.answer("a")["state"] == "queued"
    assert any("401" in line for line in desk.said)


def test_a_capture_that_is_refused_later_is_set_aside_and_the_rest_goes_on(
    desk: Desk, stage: Any, serving: Any, portrait: bytes
) -> None:
    serving.stop()
    desk.drop("a", b"no picture")
    desk.drop("b", portrait)
    desk.program.step()
    serving.start()
    desk.steady.now += 100
    while desk.program.step():
        pass
    assert desk.box.refused() == 1
    assert len(desk.box) == 0
    assert len(recorded(stage)) == 1
    assert desk.answer("a")["state"] == "refused"


class Centre:
    """A centre that fails over some captures, or over all, and answers the others."""

    def __init__(self, *poison: str) -> None:
        self.poison, self.all_fail = set(poison), False
        self.sent: list[str] = []

    def capture(self, one: Packed) -> Reply:
        self.sent.append(one.id)
        if self.all_fail or one.id in self.poison:
            return Reply(outcome=Outcome.STUMBLED, status=500, detail="500: oh")
        return Reply(outcome=Outcome.ANSWERED, status=200, body={"advice": "proceed"})


class Lone(Desk):
    """A station whose centre is made up."""

    def __init__(self, folder: Path, *poison: str) -> None:
        super().__init__("http://127.0.0.1:9", "key", folder)
        self.centre = Centre(*poison)
        self.begin()

    def begin(self, **values: Any) -> Program:
        sender: Any = self.centre
        watched: dict[str, Any] = {"watch": self.watch, "say": self.said.append}
        self.program = Program(sender, self.box, steady=self.steady, **watched, **values)
        return self.program

    def work(self, seconds: float, every: float = 1.0) -> None:
        until = self.steady.now + seconds
        while self.steady.now < until:
            while self.program.step():
                pass
            self.steady.now += every


BAD = "b" * 32


def test_one_that_the_centre_fails_over_holds_up_nobody(tmp_path: Path) -> None:
    desk = Lone(tmp_path, BAD)
    desk.drop("bad", b"x", id=BAD)
    desk.program.step()
    assert desk.answer("bad")["state"] == "queued"
    for number in range(60):
        desk.drop(f"c{number}", b"x")
        desk.work(10)
        assert desk.answer(f"c{number}")["state"] == "answered"
    assert desk.program.reached
    assert 3 <= desk.centre.sent.count(BAD) <= 6, "it alone waits, longer from one try to the next"


def test_one_that_it_always_fails_over_is_set_aside(tmp_path: Path) -> None:
    desk = Lone(tmp_path, BAD)
    desk.drop("bad", b"x", id=BAD)
    for number in range(40):
        desk.drop(f"c{number}", b"x")
        desk.work(600, every=5)
    assert (len(desk.box), desk.box.refused()) == (0, 1)
    assert program.MOST_STUMBLES < desk.centre.sent.count(BAD) < 25
    assert desk.answer("bad") | {"taken_at": ""} == {
        "id": BAD,
        "taken_at": "",
        "state": "refused",
        "detail": "500: oh",
        "say": "Check this person by hand.",
    }


def test_a_centre_that_fails_over_all_loses_nothing_and_is_spared(tmp_path: Path) -> None:
    desk = Lone(tmp_path)
    desk.centre.all_fail = True
    for number in range(20):
        desk.drop(f"c{number}", b"x")
    desk.work(12 * 3600, every=10)
    assert len(desk.box) == 20
    assert len(desk.centre.sent) < 1200, "one of the queue a minute"
    desk.centre.all_fail = False
    desk.work(150)
    assert (len(desk.box), desk.box.refused()) == (0, 0)
    assert {desk.answer(f"c{number}")["state"] for number in range(20)} == {"answered"}


@pytest.mark.parametrize("status", [500, 502, 503, 401, 422])
def test_what_a_status_means(status: int) -> None:
    wanted = {500: Outcome.STUMBLED, 422: Outcome.REFUSED}.get(status, Outcome.UNREACHED)
    assert sender._refusal(status) is wanted


# --- folders that are used again --------------------------------------------------------------


def test_a_folder_used_again_is_another_capture(tmp_path: Path) -> None:
    desk = Lone(tmp_path)
    folder = desk.drop("lane", b"one")
    desk.program.step()
    first = desk.answer("lane")
    (folder / "frame0.png").write_bytes(b"two")
    (folder / "meta.json").write_text("{}")
    desk.program.step()
    second = desk.answer("lane")
    assert [first["id"], second["id"]] == desk.centre.sent
    assert first["id"] != second["id"]
    assert [path.name for path in folder.iterdir()] == ["answer.json"]


def test_the_former_answer_is_gone_before_the_next_capture_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Lone(tmp_path)
    folder = desk.drop("lane", b"one")
    desk.program.step()
    (folder / "frame0.png").write_bytes(b"two")
    (folder / "meta.json").write_text("{}")

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(desk.program, "_sent", crash)
    with pytest.raises(KeyboardInterrupt):
        desk.program.step()
    assert not (folder / "answer.json").exists()
    assert (folder / "frame0.png").read_bytes() == b"two"


def test_the_answer_is_shown_when_the_folder_is_the_cameras_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Lone(tmp_path)
    folder = desk.drop("lane", b"one", b"two")
    seen = []

    def watched(path: Path) -> None:
        seen.append((folder / "answer.json").exists())
        outbox.erase(path)

    monkeypatch.setattr(program, "erase", watched)
    desk.program.step()
    assert seen == [False, False]
    assert desk.answer("lane")["state"] == "answered"


def test_what_comes_late_is_not_told_to_the_next_person(tmp_path: Path) -> None:
    desk = Lone(tmp_path, BAD)
    folder = desk.drop("lane", b"one", id=BAD)
    desk.program.step()
    (folder / "frame0.png").write_bytes(b"two")
    (folder / "meta.json").write_text("{}")
    desk.program.step()
    second = desk.answer("lane")
    desk.centre.poison.clear()
    desk.work(120)
    assert desk.centre.sent.count(BAD) == 2
    assert len(desk.box) == 0
    assert desk.answer("lane") == second


# --- keys that are replaced, and captures that grow old ---------------------------------------


def test_what_waits_outlives_a_new_key(tmp_path: Path) -> None:
    said: list[str] = []
    Outbox(tmp_path, "old").put(packed(1), NOW)
    box = Outbox(tmp_path, "new", say=said.append)
    box.put(packed(2), NOW)
    assert [own for _, own in box.waiting()] == [packed(2)]
    assert (box.unopened(), box.refused()) == (1, 0)
    assert "on a further line of the key file" in said[0]
    again = Outbox(tmp_path, "new", former=["other", "old"])
    assert [own for _, own in again.waiting()] == [packed(1), packed(2)]
    assert again.unopened() == 0


def test_nothing_is_kept_longer_than_the_centre_could_take_it(tmp_path: Path) -> None:
    assert outbox.KEPT == gate.LATEST
    Outbox(tmp_path, "old").put(packed(1), NOW)
    box = Outbox(tmp_path, "key")
    for number in (2, 3, 4):
        box.put(packed(number, taken_at=(NOW + timedelta(days=number)).isoformat()), NOW)
    second, _, _ = (path for path, _ in box.waiting())
    box.set_aside(second)
    box.put(packed(5, taken_at=(NOW + timedelta(hours=1)).isoformat()), NOW + timedelta(hours=1))
    assert box.expire(NOW + timedelta(days=7)) == []
    assert (len(box), box.refused(), box.unopened()) == (3, 1, 1)
    gone = box.expire(NOW + timedelta(days=7, seconds=1))
    assert [own.id for own in gone] == [packed(3).id, packed(4).id]
    assert (len(box), box.refused(), box.unopened()) == (1, 0, 0)


def test_what_grew_too_old_is_said_in_its_folder(tmp_path: Path) -> None:
    desk = Lone(tmp_path, BAD)
    desk.drop("bad", b"x", id=BAD)
    desk.program.step()
    week = datetime.now(UTC) + timedelta(days=7, minutes=1)
    desk.begin(clock=lambda: week).step()
    assert list(desk.spool.iterdir()) == []
    told = desk.answer("bad")
    assert (told["state"], told["detail"]) == ("refused", "not sent within 7 days, and erased")


def test_what_was_refused_makes_room_for_what_waits(tmp_path: Path) -> None:
    box = Outbox(tmp_path, "key", most_bytes=1000)
    box.put(packed(1, frames=(b"x" * 500,)), NOW)
    with pytest.raises(Full):
        box.put(packed(2, frames=(b"x" * 500,)), NOW)
    ((path, _),) = box.waiting()
    box.set_aside(path)
    box.put(packed(2, frames=(b"x" * 500,)), NOW)
    assert (len(box), box.refused()) == (1, 0)


def test_waiting_grows_from_one_try_to_the_next(tmp_path: Path) -> None:
    steady = Steady()
    box = Outbox(tmp_path, "key")
    box.put(packed(1), NOW)
    own = Program(Sender("http://127.0.0.1:9", "key", seconds=1), box, steady=steady)
    waits = []
    for _ in range(8):
        steady.now = max(steady.now, own._again_at)
        own.step()
        waits.append(own._again_at - steady.now)
    assert waits[0] < waits[3] < waits[6]
    assert waits[-1] <= program.LONGEST_WAIT * 1.2


def test_heartbeats_say_how_the_station_is(desk: Desk, stage: Any, tmp_path: Path) -> None:
    touched = tmp_path / "camera"
    desk.program._camera = touched
    stop = threading.Event()
    stop.set()
    desk.program.beat_on(stop)
    (row,) = stations.every(stage.centre, KEEPER)
    assert row.station.heard is not None
    assert row.station.heard.software.startswith("parakh station ")
    assert not row.station.heard.camera
    assert abs(row.station.heard.clock_offset) < 60
    touched.touch()
    assert desk.program.beat().outcome is Outcome.ANSWERED
    assert stations.every(stage.centre, KEEPER)[0].station.heard.camera


def test_a_redirection_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    handler = sender._NoRedirects()
    assert handler.redirect_request(None, None, 302, "", {}, "https://elsewhere.example") is None


# --- the register on the command line ---------------------------------------------------------


@pytest.fixture
def verb(stage: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setenv("PARAKH_DATA_DIR", str(stage.centre.settings.data_dir))

    def run(*words: str) -> Any:
        return CliRunner().invoke(main, ["station", *words])

    return run


def test_stations_from_the_command_line(verb: Callable[..., Any], stage: Any) -> None:
    made = verb("add", "desk 2", "--kind", "desk", "--port", "khi", "--lane", "B2")
    assert made.exit_code == 0, made.output
    key = made.stdout.strip()
    assert stations.bearer(stage.centre, key) is not None
    (row,) = json.loads(verb("list", "--json").stdout)
    assert (row["name"], row["port"], row["lane"], row["state"]) == (
        "desk 2",
        "KHI",
        "B2",
        "never heard",
    )
    heard = stations.bearer(stage.centre, key)
    assert heard is not None
    stations.hear(stage.centre, heard, at=stage.centre.clock(), camera=False, waiting=3)
    assert "3 waiting, camera fails, clock +0.0 s" in verb("list").stdout
    other = verb("rekey", "desk 2").stdout.strip()
    assert stations.bearer(stage.centre, key) is None
    assert stations.bearer(stage.centre, other) is not None
    assert "desk 2" in verb("list", "--port", "KHI").stdout
    assert verb("list", "--port", "LHE").stdout == ""
    assert verb("revoke", "desk 2").stdout == "revoked\n"
    assert stations.bearer(stage.centre, other) is None
    assert verb("revoke", "desk 2").exit_code == 1
    assert verb("add", "x", "--kind", "desk", "--port", "XXX").exit_code == 2


def test_a_new_key_goes_into_a_file_of_its_own(
    verb: Callable[..., Any], stage: Any, tmp_path: Path
) -> None:
    path, words = tmp_path / "station.key", ("desk 3", "--kind", "desk", "--port", "KHI")
    refused = verb("add", *words, "--out", str(path))
    assert refused.exit_code == 2, "a desk stands at a lane"
    assert not path.exists()
    made = verb("add", *words, "--lane", "B3", "--out", str(path))
    assert (made.exit_code, made.stdout) == (0, "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (key,) = read_keys(path)
    assert stations.bearer(stage.centre, key) is not None
    again = verb("rekey", "desk 3", "--out", str(path))
    assert "File exists" in again.output
    assert stations.bearer(stage.centre, key) is not None, "no key was lost"


def test_the_program_refuses_a_plain_address(verb: Callable[..., Any], tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("parakh_station_x")
    key.chmod(0o600)
    words = ("run", "--key-file", str(key), "--spool", str(tmp_path / "spool"))
    done = verb(*words, "--centre", "http://centre.example")
    assert done.exit_code == 2
    assert "https only" in done.output


def test_writing_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "answer.json"
    outbox.write_json(path, {"state": "queued"})

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", crash)
    with pytest.raises(KeyboardInterrupt):
        outbox.write_json(path, {"state": "answered"})
    assert json.loads(path.read_text()) == {"state": "queued"}
