import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.waiting import until

from parakh import worker
from parakh.access import system_actor
from parakh.domain.message import MessageState
from parakh.errors import InvalidInput
from parakh.services import files, intake, queue, reading, trail
from parakh.services.centre import Centre
from parakh.worker import Worker, sweep

SENDER = system_actor("test")


@pytest.fixture
def drop(centre: Centre) -> Callable[..., Path]:
    """Puts a file into the drop folder, written to an hour ago."""

    def put(name: str, data: bytes = b"no list", age: float = 3600) -> Path:
        path = centre.settings.drop_path / name
        path.write_bytes(data)
        then = time.time() - age
        os.utime(path, (then, then))
        return path

    return put


def names(folder: Path) -> list[str]:
    return sorted(own.name for own in folder.iterdir()) if folder.exists() else []


def total(centre: Centre) -> int:
    return intake.list_messages(centre, SENDER).total


def test_a_settled_file_is_taken_in_and_moved(centre: Centre, drop: Callable[..., Path]) -> None:
    path = drop("pk304.edi", b"x")
    assert sweep(centre, set()) == 1
    assert names(path.parent) == ["done"]
    assert (path.parent / "done" / "pk304.edi").read_bytes() == b"x"
    (row,) = intake.list_messages(centre, SENDER).rows
    assert (row.message.source.channel.value, row.message.source.name) == ("drop", "pk304.edi")
    assert sweep(centre, set()) == 0


@pytest.mark.parametrize("name", [".hidden", "list.part", "list.tmp", "list.filepart"])
def test_unfinished_files_are_left(centre: Centre, drop: Callable[..., Path], name: str) -> None:
    drop(name)
    (centre.settings.drop_path / "folder").mkdir()
    assert sweep(centre, set()) == 0
    assert total(centre) == 0


def test_a_file_that_is_still_written_is_left(centre: Centre, drop: Callable[..., Path]) -> None:
    drop("now.edi", age=0)
    assert sweep(centre, set()) == 0


def test_a_refused_file_lies_beside_its_cause(
    centre: Centre, drop: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Centre, size: int) -> None:
        raise InvalidInput(f"{size} bytes are too many")

    monkeypatch.setattr(intake, "check_size", refuse)
    for data in (b"one", b"three"):
        path = drop("big.edi", data)
        assert sweep(centre, set()) == 1
    refused = path.parent / "refused"
    assert names(refused) == [
        "big-2.edi",
        "big-2.edi.cause.txt",
        "big.edi",
        "big.edi.cause.txt",
    ]
    assert (refused / "big-2.edi.cause.txt").read_text() == "5 bytes are too many\n"
    assert total(centre) == 0


def test_no_file_is_lost_when_names_are_alike(centre: Centre, drop: Callable[..., Path]) -> None:
    for number in range(3):
        path = drop("list.edi", bytes([number]))
        sweep(centre, set())
    assert names(path.parent / "done") == ["list-2.edi", "list-3.edi", "list.edi"]
    assert total(centre) == 3


def test_a_file_that_cannot_be_read_stops_no_other(
    centre: Centre, drop: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = files.read_plain

    def fail_on_one(path: Path, check: Any) -> bytes:
        if path.name == "a.edi":
            raise PermissionError(path)
        return read(path, check)

    monkeypatch.setattr(files, "read_plain", fail_on_one)
    drop("a.edi", b"a")
    drop("b.edi", b"b")
    assert sweep(centre, set()) == 1
    assert names(centre.settings.drop_path) == ["a.edi", "done"]


def test_a_link_is_not_taken_in(centre: Centre, drop: Callable[..., Path]) -> None:
    secret = drop("../keys.txt", b"secret")
    (centre.settings.drop_path / "link.edi").symlink_to(secret)
    assert sweep(centre, set()) == 0
    assert total(centre) == 0
    assert names(centre.settings.drop_path) == ["link.edi"]


def test_a_file_that_becomes_a_link_while_it_is_looked_at_is_left(
    centre: Centre, drop: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (centre.settings.drop_path / "link.edi").symlink_to(drop("../keys.txt", b"secret"))
    monkeypatch.setattr(worker, "_settled", lambda path: path.name == "link.edi")
    left: set[str] = set()
    assert sweep(centre, left) == 0
    assert (total(centre), left) == (0, {"link.edi"})


def test_a_link_in_place_of_a_folder_takes_no_file_away(
    centre: Centre, drop: Callable[..., Path]
) -> None:
    elsewhere = centre.settings.data_dir
    (centre.settings.drop_path / "done").symlink_to(elsewhere)
    drop("settings.toml", b"x")
    assert sweep(centre, set()) == 0
    assert not (elsewhere / "settings.toml").exists()
    assert total(centre) == 1


def test_without_a_drop_folder_there_is_nothing_to_do(centre: Centre) -> None:
    centre.settings.drop_path.rmdir()
    assert sweep(centre, set()) == 0


@pytest.fixture
def working(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(worker, "RETRY_SECONDS", 0.2)
    thread = Worker(centre)
    yield thread
    if thread.is_alive():
        thread.halt()


def test_the_worker_screens_what_is_dropped(
    centre: Centre,
    drop: Callable[..., Path],
    working: Worker,
    declare: Callable[..., bytes],
    person: Any,
) -> None:
    drop("pk304.edi", declare(person()))
    drop("broken.edi", b"no list")
    working.start()
    until(lambda: total(centre) == 2 and queue.waiting(centre) == 0)
    working.halt()
    assert not working.is_alive()
    states = {own.message.state for own in intake.list_messages(centre, SENDER).rows}
    assert states == {MessageState.SCREENED, MessageState.QUARANTINED}
    assert (centre.settings.data_dir / "audit-checkpoints.jsonl").exists()
    assert trail.verify(centre, SENDER).findings == ()


def test_the_worker_tries_again_what_failed(
    centre: Centre,
    drop: Callable[..., Path],
    working: Worker,
    declare: Callable[..., bytes],
    person: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assemble, failures = reading.assemble, iter(range(2))

    def fail_twice(*own: Any) -> Any:
        if next(failures, None) is not None:
            raise MemoryError
        return assemble(*own)

    monkeypatch.setattr(reading, "assemble", fail_twice)
    drop("pk304.edi", declare(person()))
    working.start()
    until(lambda: total(centre) == 1 and queue.waiting(centre) == 0)
    assert next(failures, None) is None


def test_housekeeping_that_fails_or_lasts_holds_no_message_up(
    centre: Centre,
    drop: Callable[..., Path],
    working: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, over = threading.Event(), threading.Event()

    def fail(_: Centre) -> None:
        raise OSError("the disk is full")

    def last(_: Centre) -> None:
        begun.set()
        over.wait(30)

    monkeypatch.setattr(worker, "HOUSEKEEPING", (fail, last))
    drop("x.edi")
    working.start()
    until(begun.is_set)
    until(lambda: total(centre) == 1 and queue.waiting(centre) == 0)
    over.set()


def test_the_worker_answers_what_is_dropped(
    centre: Centre,
    drop: Callable[..., Path],
    working: Worker,
    declare: Callable[..., bytes],
    person: Any,
) -> None:
    path = drop("pk304.edi", declare(person()))
    working.start()
    until(lambda: bool(names(path.parent / "answers")))
    working.halt()
    (name,) = names(path.parent / "answers")
    assert name.startswith("pk304.edi.")
    assert "BGM+312'" in (path.parent / "answers" / name).read_text()


def test_a_place_for_answers_that_cannot_be_written_to_stops_no_queue(
    centre: Centre,
    drop: Callable[..., Path],
    working: Worker,
    declare: Callable[..., bytes],
    person: Any,
) -> None:
    blocked = centre.settings.drop_path / "answers"
    blocked.write_text("a file, no folder")
    drop("one.edi", declare(person()))
    drop("two.edi", declare(person(), number="306"))
    working.start()
    until(lambda: total(centre) == 2 and queue.waiting(centre) == 0)
    blocked.unlink(missing_ok=True)
    until(lambda: len(names(blocked)) >= 2)
    working.halt()


def test_alerts_that_cannot_be_watched_or_sent_stop_no_queue(
    centre: Centre,
    drop: Callable[..., Path],
    working: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def broken(_: Centre) -> int:
        asked.append(1)
        raise RuntimeError("no room")

    monkeypatch.setattr(worker.escalating, "escalate_due", broken)
    monkeypatch.setattr(worker.handovers, "settle_ended", broken)
    monkeypatch.setattr(worker.delivery_post, "step", broken)
    path = drop("a.edi", b"x")
    working.start()
    until(lambda: "done" in names(path.parent) and len(asked) >= 3)
