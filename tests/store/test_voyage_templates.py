"""Templates of travellers: sealed per voyage, and gone for good when their time is over."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from parakh.access import Purpose, system_actor
from parakh.domain.face import Template
from parakh.domain.gallery import StagedFrom
from parakh.errors import Misconfigured
from parakh.services import trail
from parakh.services.centre import Centre
from parakh.store import voyage_templates
from parakh.store.database import Database
from parakh.store.tables import data_key, traveller, voyage_template
from parakh.store.voyage_templates import voyage_purpose

ACTOR = system_actor("test")
MODEL = "m@1"
HELD = timedelta(hours=2)


def vector(seed: int) -> bytes:
    values = np.random.default_rng(seed).normal(size=128).astype("<f4")
    return (values / np.linalg.norm(values)).astype("<f4").tobytes()


@pytest.fixture
def board(delivered: Callable[..., str]) -> Callable[..., list[str]]:
    """Puts so many travellers on a new voyage; gives its identifier and theirs."""

    def add(database: Database, count: int = 1) -> list[str]:
        voyage_id = delivered(database, lead=None)
        ids = [voyage_id]
        with database.maintain() as connection:
            for place in range(count):
                own = f"{place:02d}{voyage_id[2:]}"
                connection.execute(
                    traveller.insert().values(
                        id=own,
                        voyage_id=voyage_id,
                        role="passenger",
                        family_name="NOON",
                        given_names="",
                        bags=[],
                    )
                )
                ids.append(own)
        return ids

    return add


def save(database: Database, voyage_id: str, traveller_id: str, seed: int = 1, **more: Any) -> str:
    values = {
        "template": Template(model=MODEL, vector=vector(seed)),
        "quality": 0.9,
        "staged_from": StagedFrom.DOCUMENT,
        "expires_at": database.clock() + HELD,
    } | more
    with database.write(ACTOR, Purpose.SCREENING) as tx:
        made = voyage_templates.save(
            tx, database.vault, voyage_id=voyage_id, traveller_id=traveller_id, **values
        )
        tx.audit("test", "traveller", traveller_id)
    return made


def staged(database: Database, *voyage_ids: str, model: str = MODEL) -> dict[str, bytes]:
    with database.read() as connection:
        found = voyage_templates.of_voyages(connection, database.vault, voyage_ids, {model})
        return {own.traveller_id: own.template.vector for own in found}


def purposes(database: Database) -> set[str]:
    with database.read() as connection:
        held = connection.execute(sa.select(data_key.c.purpose)).scalars()
        return {own for own in held if own.startswith("voyage:")}


def expire(database: Database) -> int:
    with database.write(ACTOR, Purpose.ADMINISTRATION) as tx:
        gone = voyage_templates.expire(tx)
        tx.audit("test", "voyage", "")
    return gone


def test_templates_come_back_by_voyage_and_model(database: Database, board: Any) -> None:
    first, one, two = board(database, 2)
    second, three = board(database)
    for voyage_id, own, seed in ((first, one, 1), (first, two, 2), (second, three, 3)):
        save(database, voyage_id, own, seed)
    other = Template(model="n@1", vector=vector(9))
    save(database, first, one, template=other, staged_from=StagedFrom.REGISTER)
    assert staged(database, first) == {one: vector(1), two: vector(2)}
    assert staged(database, first, second).keys() == {one, two, three}
    assert staged(database, first, model="n@1") == {one: vector(9)}
    assert staged(database) == {}
    with database.read() as connection:
        assert voyage_templates.staged_travellers(connection, first) == {
            one: {StagedFrom.DOCUMENT, StagedFrom.REGISTER},
            two: {StagedFrom.DOCUMENT},
        }
        assert voyage_templates.changes_after(connection, 0) == {first, second}


def test_each_voyage_has_a_key_of_its_own(database: Database, board: Any) -> None:
    first, one = board(database)
    second, two = board(database)
    save(database, first, one)
    save(database, second, two)
    assert purposes(database) == {voyage_purpose(first), voyage_purpose(second)}
    with database.read() as connection:
        row = connection.execute(
            sa.select(voyage_template).where(voyage_template.c.voyage_id == first)
        ).one()
        assert vector(1)[:32] not in row.sealed
        with pytest.raises(Misconfigured):
            database.vault.open(connection, voyage_purpose(second), row.id, row.sealed)


def test_whose_record_was_joined_to_anothers_is_found_as_that_other(
    database: Database, board: Any
) -> None:
    voyage_id, one, two = board(database, 2)
    save(database, voyage_id, one)
    with database.maintain() as connection:
        connection.execute(traveller.update().where(traveller.c.id == one).values(joined_to=two))
    assert staged(database, voyage_id) == {two: vector(1)}


def test_what_has_had_its_time_goes_and_the_last_takes_the_key(
    database: Database, board: Any, clock: Any
) -> None:
    voyage_id, one, two = board(database, 2)
    save(database, voyage_id, one)
    save(database, voyage_id, two)
    with database.write(ACTOR, Purpose.GATE) as tx:
        voyage_templates.set_expiry(tx, two, tx.at + 2 * HELD)
        tx.audit("test", "traveller", two)
    assert expire(database) == 0
    clock.advance(hours=2)
    assert expire(database) == 1
    assert staged(database, voyage_id).keys() == {two}
    assert purposes(database) == {voyage_purpose(voyage_id)}
    clock.advance(hours=2)
    assert expire(database) == 1
    assert purposes(database) == set()
    save(database, voyage_id, one)
    assert staged(database, voyage_id).keys() == {one}, "a later capture makes a new key"


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_nothing_of_an_expired_template_is_left_on_disk(
    centre: Centre, board: Any, clock: Any
) -> None:
    voyage_id, one = board(centre.db)
    save(centre.db, voyage_id, one)
    with centre.db.read() as connection:
        sealed = connection.execute(sa.select(voyage_template.c.sealed)).scalar_one()
        purpose = data_key.c.purpose == voyage_purpose(voyage_id)
        wrapped = connection.execute(sa.select(data_key.c.wrapped).where(purpose)).scalar_one()
    before = on_disk(centre.settings.data_dir)
    assert sealed in before, "the proof would prove nothing"
    assert wrapped in before
    clock.advance(days=3)
    assert trail.housekeep(centre) == 1
    after = on_disk(centre.settings.data_dir)
    pieces = [sealed[start : start + 16] for start in range(0, len(sealed), 16)]
    for secret in (*pieces, wrapped[:16], wrapped[-16:], vector(1)[:16]):
        assert secret not in after


def test_on_either_database_nothing_opens_what_was_sealed(
    any_centre: Centre, board: Any, clock: Any
) -> None:
    database = any_centre.db
    voyage_id, one = board(database)
    made = save(database, voyage_id, one)
    with database.read() as connection:
        sealed = connection.execute(sa.select(voyage_template.c.sealed)).scalar_one()
    clock.advance(days=3)
    assert trail.housekeep(any_centre) == 1
    assert trail.housekeep(any_centre) == 0
    with database.read() as connection, pytest.raises(Misconfigured, match="is gone"):
        database.vault.open(connection, voyage_purpose(voyage_id), made, sealed)
