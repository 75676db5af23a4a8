from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parakh.access import Purpose, system_actor
from parakh.domain.face import Template
from parakh.errors import Misconfigured, NotFound
from parakh.store import pictures
from parakh.store.database import Database
from parakh.store.keys import Keys
from parakh.store.tables import data_key, picture, template
from parakh.store.vault import Vault

ACTOR = system_actor("test")
SECRET = b"\xff\xd8 what a picture shows"


def save(database: Database, data: bytes = SECRET) -> str:
    with database.write(ACTOR, Purpose.WATCHLIST) as tx:
        picture_id = pictures.save_picture(
            tx,
            database.vault,
            owner_kind="watchlist_entry",
            owner_id="e",
            media_type="image/jpeg",
            data=data,
        )
        tx.audit("test", "picture", picture_id)
    return picture_id


def load(database: Database, picture_id: str, vault: Vault | None = None) -> bytes:
    with database.read() as connection:
        return pictures.load_picture(connection, vault or database.vault, picture_id)[0]


def sealed(database: Database, picture_id: str) -> bytes:
    with database.read() as connection:
        query = sa.select(picture.c.sealed).where(picture.c.id == picture_id)
        return bytes(connection.execute(query).scalar_one())


def put(database: Database, picture_id: str, data: bytes) -> None:
    with database.maintain() as connection:
        connection.execute(picture.update().where(picture.c.id == picture_id).values(sealed=data))


def test_a_picture_comes_back_and_lies_sealed(database: Database) -> None:
    picture_id = save(database)
    assert load(database, picture_id) == SECRET
    assert SECRET not in sealed(database, picture_id)
    assert load(database, picture_id, Vault(database.keys)) == SECRET, "after a restart too"


def test_no_two_seals_are_alike(database: Database) -> None:
    one, other = save(database), save(database)
    assert sealed(database, one) != sealed(database, other)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=300), context=st.text(max_size=40))
def test_any_bytes_come_back(centre: object, data: bytes, context: str) -> None:
    database: Database = centre.db  # type: ignore[attr-defined]
    with database.read() as connection:
        box = database.vault.seal(connection, "picture", context, data)
        assert database.vault.open(connection, "picture", context, box) == data


@pytest.mark.parametrize("place", [0, 11, 12, 20, -1])
def test_one_changed_bit_is_noticed(database: Database, place: int) -> None:
    picture_id = save(database)
    data = bytearray(sealed(database, picture_id))
    data[place] ^= 1
    put(database, picture_id, bytes(data))
    with pytest.raises(Misconfigured, match="altered"):
        load(database, picture_id)


@pytest.mark.parametrize("length", [0, 5, 12, 20])
def test_bytes_cut_off_are_noticed(database: Database, length: int) -> None:
    picture_id = save(database)
    put(database, picture_id, sealed(database, picture_id)[:length])
    with pytest.raises(Misconfigured, match="altered"):
        load(database, picture_id)


def test_swapped_rows_are_noticed(database: Database) -> None:
    one, other = save(database, b"one person"), save(database, b"another person")
    first, second = sealed(database, one), sealed(database, other)
    put(database, one, second)
    put(database, other, first)
    for picture_id in (one, other):
        with pytest.raises(Misconfigured, match="altered"):
            load(database, picture_id)


def test_a_wrong_key_opens_nothing(database: Database) -> None:
    picture_id = save(database)
    same_name = replace(Keys.generate(), master_id=database.keys.master_id)
    for keys, cause in ((same_name, "wrong key"), (Keys.generate(), "sealed under master key")):
        with pytest.raises(Misconfigured, match=cause):
            load(database, picture_id, Vault(keys))


def test_without_its_data_key_all_of_a_purpose_is_lost(database: Database) -> None:
    picture_id = save(database)
    with database.maintain() as connection:
        connection.execute(data_key.delete().where(data_key.c.purpose == "picture"))
    with pytest.raises(Misconfigured, match="is gone"):
        load(database, picture_id, Vault(database.keys))


def test_a_picture_under_another_purpose_cannot_be_opened(database: Database) -> None:
    picture_id = save(database)
    with database.read() as connection, pytest.raises(Misconfigured):
        database.vault.open(
            connection,
            pictures.gallery_purpose("watchlist"),
            picture_id,
            sealed(database, picture_id),
        )


def test_a_template_lies_sealed(database: Database) -> None:
    vector = bytes(range(256)) * 2
    with database.write(ACTOR, Purpose.WATCHLIST) as tx:
        picture_id = pictures.save_picture(
            tx,
            database.vault,
            owner_kind="watchlist_entry",
            owner_id="e",
            media_type="image/jpeg",
            data=SECRET,
        )
        value = Template(model="m@1", vector=vector)
        pictures.save_template(tx, database.vault, "watchlist", "e", picture_id, value)
        tx.audit("test", "picture", picture_id)
    with database.read() as connection:
        row = connection.execute(sa.select(template)).one()
        assert vector[:32] not in bytes(row.sealed)
        assert (
            database.vault.open(
                connection, pictures.gallery_purpose("watchlist"), row.id, row.sealed
            )
            == vector
        )
        assert list(pictures.templates(connection, database.vault, "m@1")) == []


def test_unknown_pictures_are_not_found(database: Database) -> None:
    with database.read() as connection:
        with pytest.raises(NotFound):
            pictures.picture_owner(connection, "none")
        with pytest.raises(NotFound):
            pictures.load_picture(connection, database.vault, "none")
