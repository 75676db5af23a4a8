"""A database of the first schema, with travellers, hits and alerts, becomes one of the newest."""

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from parakh.access import system_actor
from parakh.ingest.reader import read
from parakh.normalise.assemble import assemble, voyage_key
from parakh.services import queue
from parakh.services.centre import Centre
from parakh.settings import Settings
from parakh.store import schema, watchlists
from parakh.store.codec import DECLARED
from parakh.store.database import Database
from parakh.store.keys import Keys

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


NAMED = '[{"family": "ABRO", "given": "SASSUI"}, {"family": "عبرو", "given": ""}]'


def first_schema(database: Database) -> None:
    config = Config()
    folder = Path(schema.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    with database.engine.execution_options(parakh_write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")


def add(connection: sa.Connection, name: str, /, **values: object) -> None:
    columns = ", ".join(values)
    marks = ", ".join(f":{key}" for key in values)
    connection.execute(sa.text(f'INSERT INTO "{name}" ({columns}) VALUES ({marks})'), values)  # noqa: S608  (names of this test)


def taken_in(connection: sa.Connection, number: int, body: bytes) -> None:
    """A list as the first program stored it, each traveller with one hit and one alert."""
    (submission,) = read(body)
    found = assemble(submission, "PAK", NOON.date())
    (voyage,) = found.voyages
    at, mid, pid = NOON.isoformat(sep=" "), f"m{number}", f"p{number}"
    add(connection, "message", id=mid, digest=sha256(body).hexdigest(), channel="cli",
        source_name="f", received_at=at, size=len(body), state="screened", run=1)  # fmt: skip
    add(connection, "message_body", message_id=mid, body=body)
    add(connection, "part", id=pid, message_id=mid, ordinal=1, message_type="PAXLST",
        version="05B", reference="1", line=3, state="read", problems="[]")  # fmt: skip
    add(connection, "voyage", id=f"v{number}", key=voyage_key(voyage), mode="air", carrier="PK",
        number=voyage.number, origin="DXB", destination="KHI", departure="2026-11-22 17:00:00",
        arrival="2026-11-22 20:00:00", due_at=at, direction="entry", port="KHI")  # fmt: skip
    for place, own in enumerate(found.travellers):
        tid = f"t{number}{place}"
        add(connection, "traveller", id=tid, voyage_id=f"v{number}", key=str(place),
            role="passenger", family_name=own.traveller.name.family,
            given_names=own.traveller.name.given, bags="[]")  # fmt: skip
        add(connection, "record", id=f"r{number}{9 - place}", part_id=pid, traveller_id=tid,
            line=own.declared.line, data=json.dumps(DECLARED.dump(own.declared)))  # fmt: skip
        add(connection, "crossing", id=f"c{number}{place}", traveller_id=tid,
            voyage_id=f"v{number}", port="KHI", direction="entry", state="expected",
            lane="")  # fmt: skip
        add(connection, "assessment", id=f"a{number}{place}", subject_kind="traveller",
            subject_id=tid, cause=f"{mid}#1", at=at, advice="inspect", results="[]")  # fmt: skip


def test_entries_of_before_are_found_and_say_who_approved_them(empty_database_url: str) -> None:
    at = NOON.isoformat(sep=" ")
    with closing(Database(empty_database_url, Keys.generate())) as database:
        first_schema(database)
        with database.engine.execution_options(parakh_write=True).begin() as connection:
            add(connection, "watchlist", id="w", name="Wanted", source="police",
                legal_basis="§ 1", handling="refer")  # fmt: skip
            for entry_id, state in (("e1", "approved"), ("e2", "retired")):
                add(connection, "watchlist_entry", id=entry_id, watchlist_id="w", kind="person",
                    name="ABRO, SASSUI", nationalities="[]", birth_dates="[]", reason="fraud",
                    names=NAMED,
                    documents='[{"type": "P", "number": "QP7741203"}]', state=state,
                    proposed_by="one", proposed_at=at, decided_by="three", decided_at=at,
                    decision="over")  # fmt: skip
            for seq, action in enumerate(("entry.approved", "entry.retired"), 1):
                add(connection, "audit", seq=seq, at=at, actor="two", action=action,
                    subject_kind="watchlist_entry", subject_id="e2", purpose="watchlist",
                    detail="{}", previous="", hash="")  # fmt: skip
        schema.upgrade(database)
        with database.read() as connection:
            for text in ("sassui", "عبرو", "qp-7741203"):
                found = watchlists.search_entries(
                    connection, system_actor("test"), state=None, text=text, offset=0, limit=5
                )
                assert found[1] == 2
            assert watchlists.approval(connection, "e1") is None
            told = watchlists.approval(connection, "e2")
    assert told == watchlists.Approval(by="two", at=NOON, reason="")


def test_what_was_taken_in_before_keeps_its_identity(
    empty_database_url: str, tmp_path: Path, declare: Callable[..., bytes], person: Any
) -> None:
    keys = Keys.generate()
    folder = tmp_path / "data"
    folder.mkdir()
    keys.save(folder / "keys.json")
    database = Database(empty_database_url, keys)
    first_schema(database)
    people = [person(family=f"FAMILY{n}", document=f"PA100000{n}") for n in "ABC"]
    one_line = declare(*people, number="305").replace(b"\n", b"")
    with database.engine.execution_options(parakh_write=True).begin() as connection:
        taken_in(connection, 1, declare(*people))
        taken_in(connection, 2, one_line)
    schema.upgrade(database)
    database.close()
    centre = Centre.open(Settings(data_dir=folder, database_url=empty_database_url))
    assert queue.drain(centre) == set()
    with centre.db.read() as connection:
        rows = connection.execute(
            sa.text("SELECT id, family_name, voyage_id, standing FROM traveller ORDER BY id")
        ).all()
        crossings = connection.execute(sa.text("SELECT count(*) FROM crossing")).scalar_one()
        assessed = connection.execute(
            sa.text("SELECT count(DISTINCT subject_id) FROM assessment")
        ).scalar_one()
        sealed = connection.execute(sa.text("SELECT sealed FROM message_body")).scalars().all()
    centre.close()
    assert [tuple(row) for row in rows] == [
        (f"t{number}{place}", f"FAMILY{name}", f"v{number}", "expected")
        for number in (1, 2)
        for place, name in enumerate("ABC")
    ]
    assert (crossings, assessed) == (6, 6)
    assert all(sealed)
