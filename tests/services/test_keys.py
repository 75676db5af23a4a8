"""Keys are replaced and destroyed while others work, and a crash in between loses nothing."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Purpose, Role, system_actor
from parakh.domain.face import Template
from parakh.domain.gallery import VOYAGE_GALLERY, WATCHLIST_GALLERY
from parakh.errors import Conflict, Forbidden, InvalidInput, Misconfigured
from parakh.services import keys
from parakh.services.centre import Centre
from parakh.services.keys import Erasure
from parakh.settings import Settings
from parakh.store import galleries, pictures
from parakh.store.database import Database
from parakh.store.keys import Keys
from parakh.store.pictures import gallery_purpose
from parakh.store.tables import data_key, picture, template

ACTOR = system_actor("test")
PURPOSE = gallery_purpose(WATCHLIST_GALLERY)


def put(centre: Centre, entry_id: str, vector: bytes) -> None:
    with centre.db.write(ACTOR, Purpose.WATCHLIST) as tx:
        shown = pictures.save_picture(
            tx,
            centre.db.vault,
            owner_kind="watchlist_entry",
            owner_id=entry_id,
            media_type="image/jpeg",
            data=b"seen",
        )
        value = Template(model="m@1", vector=vector)
        pictures.save_template(tx, centre.db.vault, WATCHLIST_GALLERY, entry_id, shown, value)
        tx.audit("test", "watchlist_entry", entry_id)


def held(database: Database, entry: Any) -> list[bytes]:
    with database.read() as connection:
        return [
            own.template.vector
            for own in pictures.living_templates(
                connection, database.vault, "m@1", WATCHLIST_GALLERY
            )
        ]


def key_row(centre: Centre, purpose: str = PURPOSE) -> Any:
    with centre.db.read() as connection:
        return connection.execute(sa.select(data_key).where(data_key.c.purpose == purpose)).one()


def test_a_rotated_key_opens_everything_and_the_old_one_nothing(
    any_centre: Centre, enlist: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_AT_ONCE", 2)
    entry = enlist(any_centre)
    vectors = [bytes([place]) * 8 for place in range(5)]
    for vector in vectors:
        put(any_centre, entry.id, vector)
    before = key_row(any_centre)
    other = Database(any_centre.settings.url, any_centre.db.keys, any_centre.clock)
    assert held(other, entry) == vectors
    told: list[tuple[int, int]] = []
    assert keys.rotate(any_centre, ACTOR, WATCHLIST_GALLERY, lambda *own: told.append(own)) == 5
    assert told == [(0, 5), (2, 5), (4, 5), (5, 5)]
    after = key_row(any_centre)
    assert after.former is None
    assert after.wrapped != before.wrapped
    assert held(any_centre.db, entry) == held(other, entry) == vectors, "in other processes too"
    with any_centre.db.maintain() as connection:
        connection.execute(
            data_key.update().where(data_key.c.purpose == PURPOSE).values(wrapped=before.wrapped)
        )
    with pytest.raises(Misconfigured, match="wrong key"):
        held(any_centre.db, entry)
    other.close()


def test_a_rotation_that_was_cut_off_is_gone_on_with(
    any_centre: Centre, enlist: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_AT_ONCE", 2)
    entry = enlist(any_centre)
    vectors = [bytes([place]) * 8 for place in range(5)]
    for vector in vectors:
        put(any_centre, entry.id, vector)

    def killed(done: int, total: int) -> None:
        if done == 2:
            raise SystemExit

    with pytest.raises(SystemExit):
        keys.rotate(any_centre, ACTOR, WATCHLIST_GALLERY, killed)
    begun = key_row(any_centre)
    assert begun.former is not None
    assert held(any_centre.db, entry) == vectors, "half is sealed under either key"
    put(any_centre, entry.id, b"new" * 3)
    keys.rotate(any_centre, ACTOR, WATCHLIST_GALLERY)
    after = key_row(any_centre)
    assert (after.former, after.wrapped) == (None, begun.wrapped)
    assert held(any_centre.db, entry) == [*vectors, b"new" * 3]


def test_erasing_takes_a_reason_and_two_persons(any_centre: Centre, acting: Any) -> None:
    one = acting(Role.SUPERVISOR)
    other = acting(Role.SUPERVISOR, "KHI")
    for second, reason, refused, said in (
        (one, "over", Forbidden, "you cannot be the second person"),
        (acting(Role.AUDITOR), "over", Forbidden, "auditor.* cannot be the second person"),
        (ACTOR, "over", Forbidden, "not a program"),
        (other, " ", InvalidInput, "reason"),
    ):
        with pytest.raises(refused, match=said):
            keys.erase(any_centre, one, second, WATCHLIST_GALLERY, reason)
    with pytest.raises(Forbidden):
        keys.erase(any_centre, acting(Role.TARGETING), other, WATCHLIST_GALLERY, "over")
    with pytest.raises(InvalidInput, match="second person's name, password or code is wrong"):
        keys.second_person(any_centre, "nobody", "guessed")


def test_an_erased_gallery_holds_nothing_and_can_be_used_again(
    any_centre: Centre, enlist: Any, acting: Any
) -> None:
    entry = enlist(any_centre)
    put(any_centre, entry.id, b"vector" * 4)
    before = key_row(any_centre)
    with any_centre.db.read() as connection:
        row = connection.execute(sa.select(template)).one()
    folder = any_centre.settings.data_dir / "galleries"
    folder.mkdir()
    (folder / f"{WATCHLIST_GALLERY}.sealed").write_bytes(b"x")
    (folder / "other.sealed").write_bytes(b"x")
    one, second = acting(Role.SUPERVISOR), acting(Role.SUPERVISOR, "KHI")
    done = keys.erase(any_centre, one, second, WATCHLIST_GALLERY, "a court ordered it")
    assert (done.templates, done.pictures, done.files) == (1, 1, 1)
    assert [path.name for path in folder.iterdir()] == ["other.sealed"]
    assert keys.erasure(any_centre, one, WATCHLIST_GALLERY) == Erasure(
        at=any_centre.clock(), by=one.name, second=second.name, reason="a court ordered it"
    )
    assert keys.erasure(any_centre, one, VOYAGE_GALLERY) is None
    with any_centre.db.read() as connection:
        for table in (template, picture):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0
        assert galleries.get(connection, WATCHLIST_GALLERY).erased_at == any_centre.clock()
        assert galleries.changed_after(connection, 0)
        with pytest.raises(Misconfigured, match="wrong key"):
            any_centre.db.vault.open(connection, PURPOSE, row.id, row.sealed)
    assert key_row(any_centre).wrapped != before.wrapped
    put(any_centre, entry.id, b"again" * 4)
    assert held(any_centre.db, entry) == [b"again" * 4]


def test_what_was_erased_is_nowhere_on_disk(centre: Centre, enlist: Any, acting: Any) -> None:
    entry = enlist(centre)
    put(centre, entry.id, b"vector" * 20)
    wrapped = key_row(centre).wrapped
    with centre.db.read() as connection:
        sealed = connection.execute(sa.select(template.c.sealed)).scalar_one()
    one, second = acting(Role.SUPERVISOR), acting(Role.SUPERVISOR, "KHI")
    keys.erase(centre, one, second, WATCHLIST_GALLERY, "over")
    files = [path for path in centre.settings.data_dir.rglob("*") if path.is_file()]
    left = b"".join(path.read_bytes() for path in files)
    assert not [
        own for own in (wrapped[:16], wrapped[-16:], sealed[:16], sealed[-16:]) if own in left
    ]


def test_the_voyages_have_no_key_to_rotate(any_centre: Centre) -> None:
    with pytest.raises(Conflict, match="key of its own"):
        keys.rotate(any_centre, ACTOR, "voyages")


# --- the master key ---------------------------------------------------------------------------


def reopened(centre: Centre) -> Centre:
    settings = Settings(data_dir=centre.settings.data_dir, database_url=centre.settings.url)
    return Centre.open(settings, centre.clock)


def test_a_new_master_key_opens_everything_here_and_in_running_processes(
    any_centre: Centre, enlist: Any
) -> None:
    entry = enlist(any_centre)
    put(any_centre, entry.id, b"vector")
    running = reopened(any_centre)
    old = Keys.load(any_centre.settings.keys_path)
    count, kept = keys.rotate_master(any_centre, ACTOR)
    new = Keys.load(any_centre.settings.keys_path)
    assert count == 5
    assert new.master != old.master
    assert new.former is None
    assert new.pan_key == old.pan_key, "card tokens stay comparable"
    assert new.audit.private_bytes_raw() == old.audit.private_bytes_raw()
    assert Keys.load(kept).master == old.master
    assert kept.stat().st_mode & 0o777 == 0o600
    for one in (any_centre, running, fresh := reopened(any_centre)):
        assert held(one.db, entry) == [b"vector"]
    with running.db.maintain() as connection:
        running.db.vault.create_key(connection, "voyage:1")
    with fresh.db.read() as connection:
        sealed = fresh.db.vault.seal(connection, "voyage:1", "c", b"x")
        assert running.db.vault.open(connection, "voyage:1", "c", sealed) == b"x"
    running.close()
    fresh.close()
    assert keys.rotate_master(any_centre, ACTOR)[0] == 6
    assert held(any_centre.db, entry) == [b"vector"]
    assert Keys.load(any_centre.settings.keys_path).pan_key == old.pan_key


@pytest.mark.parametrize("step", ["before", "after"])
def test_a_master_rotation_that_was_cut_off_is_gone_on_with(
    any_centre: Centre, enlist: Any, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = enlist(any_centre)
    put(any_centre, entry.id, b"vector")
    vault = any_centre.db.vault
    done = vault.rewrap

    def killed(connection: sa.Connection) -> int:
        if step == "after":
            monkeypatch.setattr(Keys, "settled", lambda _: killed_now())
            return done(connection)
        raise SystemExit

    monkeypatch.setattr(vault, "rewrap", killed)
    with pytest.raises(SystemExit):
        keys.rotate_master(any_centre, ACTOR)
    monkeypatch.undo()
    assert Keys.load(any_centre.settings.keys_path).former is not None
    again = reopened(any_centre)
    assert held(again.db, entry) == [b"vector"]
    keys.rotate_master(again, ACTOR)
    left = Keys.load(any_centre.settings.keys_path)
    assert left.former is None
    assert held(any_centre.db, entry) == [b"vector"]
    assert len(copies(any_centre.settings.data_dir)) == 1
    again.close()


def killed_now() -> Keys:
    raise SystemExit


def copies(folder: Path) -> list[Path]:
    return list(folder.glob("keys.json.*"))
