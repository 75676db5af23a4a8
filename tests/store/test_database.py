import threading
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from parakh.access import Purpose, system_actor
from parakh.domain.unit import Unit
from parakh.store import people
from parakh.store.database import Database, next_value
from parakh.store.tables import audit, change, message, sequence, unit

ACTOR = system_actor("test")
UNIT = Unit(id="khi", name="Karachi airport", ports=frozenset({"KHI"}))
ADDED_BY_THE_TEST = ["unit.saved"]


def actions(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(sa.select(audit.c.action).order_by(audit.c.seq)).scalars())


def unit_ids(database: Database) -> list[str]:
    with database.read() as connection:
        return list(people.units(connection))


def test_what_is_written_is_there_with_its_audit_row(database: Database) -> None:
    with database.write(ACTOR, Purpose.ADMINISTRATION) as tx:
        people.save_unit(tx.connection, UNIT)
        tx.audit("unit.saved", "unit", UNIT.id)
    assert unit_ids(database) == ["khi"]
    assert actions(database) == ADDED_BY_THE_TEST


def write_without_audit(database: Database) -> None:
    with database.write(ACTOR, Purpose.ADMINISTRATION) as tx:
        people.save_unit(tx.connection, UNIT)


def write_and_fail(database: Database) -> None:
    with database.write(ACTOR, Purpose.ADMINISTRATION) as tx:
        people.save_unit(tx.connection, UNIT)
        tx.audit("unit.saved", "unit", UNIT.id)
        raise RuntimeError("without an audit record, or not, the error is seen")


@pytest.mark.parametrize("write", [write_without_audit, write_and_fail])
def test_a_write_that_fails_or_is_not_audited_leaves_nothing(
    database: Database, write: object
) -> None:
    assert callable(write)
    with pytest.raises(RuntimeError, match="without an audit record"):
        write(database)
    assert unit_ids(database) == []
    assert actions(database) == []


def test_what_is_left_to_the_end_runs_once_with_all_that_it_was_given(database: Database) -> None:
    ran: list[list[str]] = []

    def step(connection: sa.Connection, ids: Collection[str]) -> None:
        assert list(people.units(connection)) == ["khi"], "all else is done, nothing is committed"
        assert unit_ids(database) == []
        ran.append(sorted(ids))

    with database.write(ACTOR, Purpose.ADMINISTRATION) as tx:
        tx.at_end(step, ["b", "a"])
        tx.at_end(step, ["b", "c"])
        tx.at_end(step, [])
        people.save_unit(tx.connection, UNIT)
        tx.audit("unit.saved", "unit", UNIT.id)
    assert ran == [["a", "b", "c"]]
    assert unit_ids(database) == ["khi"]


def test_reading_keeps_nothing(database: Database) -> None:
    with database.read() as connection:
        people.save_unit(connection, UNIT)
    assert unit_ids(database) == []


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.read() as connection:
        assert not people.units(connection)
        with database.write(ACTOR, Purpose.ADMINISTRATION) as tx:
            people.save_unit(tx.connection, UNIT)
            tx.audit("unit.saved", "unit", UNIT.id)
        assert not people.units(connection)
    assert unit_ids(database) == ["khi"]


def test_numbers_have_no_gaps_and_come_in_order_of_commits(database: Database) -> None:
    """A reader that asks for all after N, while writers go on, never misses a number."""
    seen: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while True:
            last = done.is_set()
            with database.read() as connection:
                after = max(seen, default=0)
                query = sa.select(change.c.seq).where(change.c.seq > after).order_by(change.c.seq)
                seen.extend(connection.execute(query).scalars())
            if last:
                return

    def write(number: int) -> None:
        with database.write(ACTOR, Purpose.WATCHLIST) as tx:
            tx.changed("watchlist_entry", [f"{number}-{i}" for i in range(3)])
            tx.audit("entry.test", "watchlist_entry", str(number))

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(20)))
    done.set()
    watcher.join()
    assert seen == list(range(1, 61))
    verdict = database.verify_audit()
    assert (verdict.rows, verdict.findings) == (20, ())


def test_a_rolled_back_number_is_given_again(database: Database) -> None:
    def take_and_fail() -> None:
        with database.maintain() as connection:
            assert next_value(connection, "wall") == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take_and_fail()
    with database.maintain() as connection:
        assert next_value(connection, "wall", 5) == 5
    with database.read() as connection:
        query = sa.select(sequence.c.value).where(sequence.c.name == "wall")
        assert connection.execute(query).scalar_one() == 5


def test_nothing_changed_is_no_change(database: Database) -> None:
    with database.write(ACTOR, Purpose.WATCHLIST) as tx:
        tx.changed("watchlist_entry", [])
        tx.audit("entry.test", "watchlist_entry", "")
    with database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(change)).scalar_one() == 0


def test_a_long_subject_is_cut_alike_on_every_database(database: Database) -> None:
    with database.write(ACTOR, Purpose.AUDIT) as tx:
        tx.audit("audit.viewed", "audit", "x" * 500)
    assert actions(database) == ["audit.viewed"]
    assert database.verify_audit().findings == ()


def test_moments_come_back_in_utc_and_need_a_zone(database: Database) -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    row = {
        "id": "m",
        "digest": "d",
        "channel": "cli",
        "source_name": "f",
        "received_at": datetime(2026, 1, 1, 3, 30, 0, 123456, kolkata),
        "size": 1,
        "state": "received",
        "run": 1,
    }
    with database.maintain() as connection:
        connection.execute(message.insert().values(row))
        stored = connection.execute(sa.select(message.c.received_at)).scalar_one()
    assert stored.isoformat() == "2025-12-31T22:00:00.123456+00:00"
    naive = row | {"id": "n", "digest": "e", "received_at": datetime(2026, 1, 1)}  # noqa: DTZ001
    with (
        pytest.raises(sa.exc.StatementError, match="time zone"),
        database.maintain() as connection,
    ):
        connection.execute(message.insert().values(naive))


def test_references_are_enforced(database: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError), database.maintain() as connection:
        connection.exec_driver_sql(
            "INSERT INTO wall_event (seq, unit_id, alert_id, kind, at) "
            "VALUES (1, 'none', 'none', 'raised', '2026-01-01T00:00:00+00:00')"
        )


def test_errors_of_the_database_show_no_values(database: Database) -> None:
    with database.maintain() as connection:
        people.save_unit(connection, UNIT)
    with pytest.raises(sa.exc.IntegrityError) as caught, database.maintain() as connection:
        connection.execute(unit.insert().values(id="x", name=UNIT.name, central=False, ports=[]))
    assert "parameters hidden" in str(caught.value)
