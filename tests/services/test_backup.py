"""Backups: taken under load, restored on an empty machine, and refused when anything is wrong."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import system_actor
from parakh.domain.ids import new_id
from parakh.domain.message import Channel, Source
from parakh.errors import Conflict, InvalidInput, Misconfigured, Unreadable
from parakh.services import backup, backup_restore, intake, queue, telemetry, trail
from parakh.services.centre import Centre
from parakh.settings import Settings
from parakh.store import audit, snapshot
from parakh.store.sealed_stream import Identity

OWN, KEEPER = Identity.generate(), Identity.generate()
OPERATOR = system_actor("cli:test")


@pytest.fixture
def empty_place(any_centre: Centre, tmp_path: Path, request: Any) -> Iterator[Settings]:
    """A machine with nothing on it, and an empty database of the same kind."""
    folder = tmp_path / "elsewhere"
    if any_centre.db.embedded:
        yield Settings(data_dir=folder)
        return
    server = request.getfixturevalue("postgresql_server")
    name = new_id()
    yield Settings(data_dir=folder, database_url=server.create(name))
    server.drop(name)


@contextmanager
def load(centre: Centre) -> Iterator[Callable[[], int]]:
    """Lets messages pour in and be worked off meanwhile; gives how many were acknowledged."""
    stop, sent = threading.Event(), []

    def send() -> None:
        while not stop.is_set():
            data = b"no list, but bytes: %d" % len(sent)
            source = Source(channel=Channel.DROP, name="a.edi")
            sent.append(intake.receive(centre, OPERATOR, data, source))

    def work() -> None:
        while not stop.is_set():
            queue.step(centre, set())

    threads = [threading.Thread(target=own) for own in (send, work)]
    for own in threads:
        own.start()
    try:
        yield lambda: len(sent)
    finally:
        stop.set()
        for own in threads:
            own.join()


def wait(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came true")


def counted(centre: Centre) -> dict[str, int]:
    with centre.db.read() as connection:
        return snapshot.describe(connection).counts


def test_taken_under_load_and_restored_on_an_empty_machine(
    any_centre: Centre, empty_place: Settings, tmp_path: Path
) -> None:
    data = any_centre.settings.data_dir
    (data / "history" / "crossing").mkdir(parents=True)
    (data / "history" / "crossing" / "2026-11-21.parquet").write_bytes(b"PAR1")
    (data / "pull.toml").write_text("[a]\n")
    trail.checkpoint(any_centre)
    with load(any_centre) as sent:
        wait(lambda: sent() > 5)
        made = backup.create(any_centre, OPERATOR, tmp_path, lock=OWN.recipient)
        before = sent()
        wait(lambda: sent() > before + 5)
    assert made.manifest.counts["message"] > 5
    assert made.manifest.counts["message"] < counted(any_centre)["message"]
    assert backup.verify(made.path, OWN) == made.manifest

    done = backup_restore.restore(
        made.path, empty_place, OPERATOR, opener=OWN, clock=any_centre.clock
    )
    assert done.audit_rows == made.manifest.audit_seq
    centre = Centre.open(empty_place, any_centre.clock)
    with closing(centre):
        found = counted(centre)
        assert found.pop("audit") == made.manifest.counts["audit"] + 1  # that it was restored
        assert found == {k: v for k, v in made.manifest.counts.items() if k != "audit"}
        assert trail.verify(centre, OPERATOR).findings == ()
        # It works on: what waited is worked off, new messages come in, and the trail goes on.
        assert not queue.drain(centre)
        source = Source(channel=Channel.DROP, name="b.edi")
        assert intake.receive(centre, OPERATOR, b"after", source).new
        assert trail.verify(centre, OPERATOR).findings == ()
    assert (empty_place.data_dir / "history/crossing/2026-11-21.parquet").read_bytes() == b"PAR1"
    assert (empty_place.data_dir / "pull.toml").read_text() == "[a]\n"
    assert empty_place.keys_path.stat().st_mode & 0o777 == 0o600


@pytest.fixture
def made(centre: Centre, tmp_path: Path) -> backup.Made:
    intake.receive(centre, OPERATOR, b"x", Source(channel=Channel.DROP, name="a.edi"))
    (tmp_path / "to").mkdir()
    return backup.create(
        centre, OPERATOR, tmp_path / "to", lock=OWN.recipient, keys_lock=KEEPER.recipient
    )


def test_files_that_settings_name_are_in_it(centre: Centre, tmp_path: Path) -> None:
    named = {name: tmp_path / f"{name}.toml" for name in ("connectors_file", "oidc_file")}
    for path in named.values():
        path.write_text("")
    centre.settings = centre.settings.model_copy(update=named)
    made = backup.create(centre, OPERATOR, tmp_path / "one", lock=OWN.recipient)
    kept = {own.name for own in made.manifest.parts}
    assert {f"settings/{name}/{path.name}" for name, path in named.items()} <= kept


def test_nothing_personal_and_no_key_stands_in_the_clear(made: backup.Made, centre: Centre) -> None:
    content = made.path.read_bytes()
    assert b"SQLite format" not in content
    assert centre.db.keys.master not in content
    assert made.path.stat().st_mode & 0o777 == 0o600
    left = [own.name for own in (*made.path.parent.iterdir(), *centre.settings.data_dir.iterdir())]
    assert not [name for name in left if name.startswith(".")]


def test_a_backup_is_audited(made: backup.Made, centre: Centre) -> None:
    with centre.db.read() as connection:
        (detail,) = audit.details(connection, "backup.created", ["backup"])
    assert made.path.name in detail
    assert b"parakh_backup_last_timestamp_seconds" in telemetry.exposition(centre)


def test_keys_are_for_their_keeper_alone(made: backup.Made, tmp_path: Path) -> None:
    place = Settings(data_dir=tmp_path / "new")
    assert backup.verify(made.path, OWN) == made.manifest
    with pytest.raises(Unreadable, match="another key"):
        backup_restore.restore(made.path, place, OPERATOR, opener=OWN)
    place = Settings(data_dir=tmp_path / "newer")
    backup_restore.restore(made.path, place, OPERATOR, opener=OWN, keys_opener=KEEPER)


def test_a_broken_backup_changes_nothing(made: backup.Made, tmp_path: Path) -> None:
    content = bytearray(made.path.read_bytes())
    content[len(content) // 2] ^= 1
    made.path.write_bytes(content)
    place = Settings(data_dir=tmp_path / "new")
    with pytest.raises(Unreadable, match="altered or cut off"):
        backup_restore.restore(made.path, place, OPERATOR, opener=OWN)
    assert not place.data_dir.exists()


def test_what_is_there_is_not_overwritten(made: backup.Made, centre: Centre) -> None:
    with pytest.raises(Conflict, match="not empty"):
        backup_restore.restore(made.path, centre.settings, OPERATOR, opener=OWN)


def test_a_backup_whose_counts_are_wrong_is_refused(
    made: backup.Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = snapshot.describe

    def one_less(connection: sa.Connection) -> snapshot.Described:
        found = described(connection)
        found.counts["message"] -= 1
        return found

    monkeypatch.setattr(snapshot, "describe", one_less)
    place = Settings(data_dir=tmp_path / "new")
    with pytest.raises(Unreadable, match="missing or too many in message"):
        backup_restore.restore(made.path, place, OPERATOR, opener=OWN, keys_opener=KEEPER)


def test_so_many_stay(centre: Centre, clock: Any, tmp_path: Path) -> None:
    names = []
    for _ in range(4):
        clock.advance(days=1)
        names.append(
            backup.create(centre, OPERATOR, tmp_path, lock=OWN.recipient, keep=2).path.name
        )
    assert sorted(own.name for own in tmp_path.glob(f"*{backup.SUFFIX}")) == names[2:]


def test_a_file_is_never_overwritten(centre: Centre, tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_bytes(b"")
    with pytest.raises(Misconfigured, match="there already"):
        backup.create(centre, OPERATOR, path, lock=OWN.recipient)
    with pytest.raises(InvalidInput, match="give a folder"):
        backup.create(centre, OPERATOR, tmp_path / "two", lock=OWN.recipient, keep=3)
