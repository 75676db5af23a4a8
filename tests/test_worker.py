import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parakh import worker
from parakh.access import system_actor
from parakh.domain.message import MessageState
from parakh.errors import InvalidInput
from parakh.services import intake, queue, trail
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
    receive = intake.receive_file

    def fail_on_one(own: Centre, actor: Any, path: Path, source: Any) -> Any:
        if path.name == "a.edi":
            raise PermissionError(path)
        return receive(own, actor, path, source)

    monkeypatch.setattr(intake, "receive_file", fail_on_one)
    drop("a.edi", b"a")
    drop("b.edi", b"b")
    assert sweep(centre, set()) == 1
    assert names(centre.settings.drop_path) == ["a.edi", "done"]


def test_without_a_drop_folder_there_is_nothing_to_do(centre: Centre) -> None:
    centre.settings.drop_path.rmdir()
    assert sweep(centre, set()) == 0


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


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
    assemble, failures = intake.assemble, iter(range(2))

    def fail_twice(*own: Any) -> Any:
        if next(failures, None) is not None:
            raise MemoryError
        return assemble(*own)

    monkeypatch.setattr(intake, "assemble", fail_twice)
    drop("pk304.edi", declare(person()))
    working.start()
    until(lambda: total(centre) == 1 and queue.waiting(centre) == 0)
    assert next(failures, None) is None


def test_housekeeping_that_fails_does_not_stop_the_queue(
    centre: Centre,
    drop: Callable[..., Path],
    working: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []

    def fail(_: Centre) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("the disk is full")

    monkeypatch.setattr(trail, "checkpoint", fail)
    drop("x.edi")
    working.start()
    until(lambda: total(centre) == 1 and queue.waiting(centre) == 0)
    assert calls == [1]
