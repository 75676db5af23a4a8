"""The trail under attack: by somebody who owns the database, but not the centre's keys."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Purpose, Role, system_actor
from parakh.errors import Forbidden, Misconfigured
from parakh.services import trail
from parakh.services.centre import Centre
from parakh.settings import Settings
from parakh.store import audit as store
from parakh.store.database import Database
from parakh.store.keys import Keys
from parakh.store.tables import audit, audit_head

ACTOR = system_actor("test")
ROWS = 8
DROP_TRIGGERS = {
    "sqlite": ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"),
    "postgresql": ("DROP TRIGGER audit_append_only ON audit",),
}


@pytest.fixture
def trailed(database: Database) -> Database:
    for number in range(ROWS):
        add(database, number)
    return database


def add(database: Database, number: int) -> None:
    with database.write(ACTOR, Purpose.VETTING) as tx:
        tx.audit("traveller.viewed", "traveller", f"id-{number}", note=f"Größe {number}")


def attack(database: Database, change: Callable[[sa.Connection], object]) -> None:
    with database.maintain() as connection:
        for statement in DROP_TRIGGERS[connection.dialect.name]:
            connection.exec_driver_sql(statement)
        change(connection)


def row(connection: sa.Connection, seq: int) -> dict[str, object]:
    return dict(connection.execute(sa.select(audit).where(audit.c.seq == seq)).one()._mapping)


def update(seq: int, **values: object) -> Callable[[sa.Connection], object]:
    return lambda connection: connection.execute(
        audit.update().where(audit.c.seq == seq).values(values)
    )


def remove(*seqs: int) -> Callable[[sa.Connection], object]:
    return lambda connection: connection.execute(audit.delete().where(audit.c.seq.in_(seqs)))


def rehash(seq: int) -> Callable[[sa.Connection], None]:
    """The clever change: the row's own hash is made to fit again."""

    def change(connection: sa.Connection) -> None:
        changed = row(connection, seq) | {"actor": "nobody"}
        changed["hash"] = store._hash(str(changed["previous"]), changed)
        connection.execute(audit.update().where(audit.c.seq == seq).values(changed))

    return change


def swap(one: int, other: int) -> Callable[[sa.Connection], None]:
    def change(connection: sa.Connection) -> None:
        first, second = row(connection, one), row(connection, other)
        connection.execute(audit.delete().where(audit.c.seq.in_((one, other))))
        connection.execute(audit.insert(), [first | {"seq": other}, second | {"seq": one}])

    return change


def append(connection: sa.Connection) -> None:
    last = row(connection, ROWS)
    new = last | {"seq": ROWS + 1, "previous": last["hash"]}
    new["hash"] = store._hash(str(new["previous"]), new)
    connection.execute(audit.insert().values(new))


def squeeze_in(connection: sa.Connection) -> None:
    """A row between 4 and 5; those behind it move on, each rehashed to follow the one before."""
    behind = [row(connection, seq) for seq in range(5, ROWS + 1)]
    connection.execute(audit.delete().where(audit.c.seq >= 5))
    previous = row(connection, 4)
    for seq, own in enumerate([behind[0] | {"actor": "forger"}, *behind], 5):
        moved = own | {"seq": seq, "previous": previous["hash"]}
        moved["hash"] = store._hash(str(moved["previous"]), moved)
        connection.execute(audit.insert().values(moved))
        previous = moved


def forge_head(connection: sa.Connection) -> None:
    """The last two rows go, and the head is put back to where they are not missed."""
    remove(ROWS, ROWS - 1)(connection)
    last = row(connection, ROWS - 2)
    connection.execute(audit_head.update().values(seq=last["seq"], hash=last["hash"]))


ATTACKS = {
    "a changed actor": (update(3, actor="somebody else"), {3}),
    "a changed detail": (update(4, detail="{}"), {4}),
    "a changed moment": (
        lambda c: update(5, at=row(c, 5)["at"] + timedelta(microseconds=1))(c),
        {5},
    ),
    "a changed hash": (update(6, hash="f" * 64), {6, 7}),
    "a changed row with a fitting hash": (rehash(4), {5}),
    "a changed last row with a fitting hash": (rehash(ROWS), {ROWS}),
    "a removed first row": (remove(1), {1}),
    "a removed middle row": (remove(4), {4}),
    "two removed rows": (remove(4, 6), {4, 6}),
    "the last rows removed": (remove(ROWS, ROWS - 1), {ROWS - 1}),
    "all rows removed": (lambda c: c.execute(audit.delete()), {1}),
    "swapped neighbours": (swap(3, 4), {3, 4}),
    "swapped rows far apart": (swap(2, 7), {2, 7}),
    "a row at the end": (append, {ROWS + 1}),
    "a row in the middle": (squeeze_in, {ROWS + 1}),
    "a forged head": (forge_head, {ROWS - 2}),
    "a head without a signature": (
        lambda c: c.execute(audit_head.update().values(signature="")),
        {ROWS},
    ),
    "a removed head": (lambda c: c.execute(audit_head.delete()), {ROWS}),
}


def test_an_untouched_trail_is_whole(trailed: Database) -> None:
    verdict = trailed.verify_audit()
    assert verdict.findings == ()
    assert verdict.rows == ROWS
    with trailed.read() as connection:
        assert store.head(connection)[:2] == (ROWS, verdict.head)


def test_rows_are_chained(trailed: Database) -> None:
    with trailed.read() as connection:
        rows = [row(connection, seq) for seq in range(1, ROWS + 1)]
    assert rows[0]["previous"] == store.ORIGIN
    assert [own["previous"] for own in rows[1:]] == [own["hash"] for own in rows[:-1]]


@pytest.mark.parametrize("name", ATTACKS)
def test_verification_names_what_was_done(trailed: Database, name: str) -> None:
    change, named = ATTACKS[name]
    attack(trailed, change)
    findings = trailed.verify_audit().findings
    assert named <= {found.seq for found in findings}, findings
    # Rows far from the place are not accused with it.
    assert {found.seq for found in findings} <= {s + d for s in named for d in (0, 1)}, findings
    # The program signs a new head with each record; that must not make a forged one good. Where a
    # forged row stands in the next one's place, or the head is gone, nothing can be written at all.
    with suppress(sa.exc.IntegrityError, Misconfigured):
        add(trailed, ROWS)
    assert trailed.verify_audit().findings


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "DELETE FROM audit WHERE seq = 2"],
)
def test_the_database_refuses_changes(trailed: Database, statement: str) -> None:
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        trailed.maintain() as connection,
    ):
        connection.exec_driver_sql(statement)
    assert trailed.verify_audit().findings == ()


def test_a_signature_of_another_centre_does_not_count(trailed: Database) -> None:
    with trailed.read() as connection:
        verdict = store.verify(connection, Keys.generate().audit)
    assert [found.cause for found in verdict.findings] == [
        "the head's signature is not this centre's"
    ]


def test_search_finds_by_each_condition(trailed: Database) -> None:
    def found(**conditions: object) -> list[int]:
        wanted = {"actor": "", "action": "", "subject": "", "between": (None, None)} | conditions
        with trailed.read() as connection:
            rows, total = store.search(connection, offset=0, limit=3, **wanted)  # type: ignore[arg-type]
        assert len(rows) == min(total, 3)
        return [own.seq for own in rows]

    now = trailed.clock()
    assert found() == [8, 7, 6]
    assert found(subject="id-2") == [3]
    assert found(actor="system:test", action="traveller.") == [8, 7, 6]
    assert found(action="%") == []
    assert found(between=(now, None)) == [8, 7, 6]
    assert found(between=(None, now)) == []


# --- checkpoints beside the database ----------------------------------------------------------


def test_a_checkpoint_gives_away_a_database_put_back(centre: Centre) -> None:
    data = centre.settings.data_dir
    add(centre.db, 1)
    centre.db.close()
    shutil.copy(data / "parakh.db", data / "old.db")
    add(centre.db, 2)
    assert trail.checkpoint(centre)
    assert not trail.checkpoint(centre), "the head did not move"
    centre.close()
    for stale in data.glob("parakh.db*"):
        stale.unlink()
    (data / "old.db").rename(data / "parakh.db")
    back = Centre.open(Settings(data_dir=data), centre.clock)
    assert back.db.verify_audit().findings == (), "in itself the old state is sound"
    (found,) = trail.verify(back, ACTOR).findings
    assert found.seq == 2
    assert "checkpoint" in found.cause
    add(back.db, 3)
    (found,) = trail.verify(back, ACTOR).findings
    assert found.cause == "is not what it was when a checkpoint was made of it"
    back.close()


def test_a_checkpoint_file_that_cannot_be_read_is_itself_a_finding(centre: Centre) -> None:
    add(centre.db, 1)
    trail.checkpoint(centre)
    path = centre.settings.data_dir / "audit-checkpoints.jsonl"
    path.write_text(path.read_text() + '{"seq": 7, "ha')
    (found,) = trail.verify(centre, ACTOR).findings
    assert "line 2 of the checkpoint file" in found.cause
    assert trail.checkpoint(centre), "the program goes on"


def test_only_auditors_see_the_trail(centre: Centre, acting: Callable[..., Actor]) -> None:
    auditor, officer = acting(Role.AUDITOR), acting(Role.TARGETING)
    assert trail.verify(centre, auditor).findings == ()
    page = trail.search(centre, auditor, trail.TrailFilter(action="audit."))
    assert [own.action for own in page.rows] == ["audit.verified"]
    with pytest.raises(Forbidden):
        trail.verify(centre, officer)
    with pytest.raises(Forbidden):
        trail.search(centre, officer)
