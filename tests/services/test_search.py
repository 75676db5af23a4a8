from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Purpose, Role, system_actor
from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import Advice
from parakh.domain.message import Channel, Source
from parakh.domain.traveller import PersonName, Traveller, TravellerRole
from parakh.domain.voyage import Crossing, CrossingState, Direction
from parakh.errors import Forbidden, InvalidInput
from parakh.services import alerts, filling, intake, outcomes, queue, search
from parakh.services.centre import Centre
from parakh.services.outcomes import Correction
from parakh.services.search_answers import Kind
from parakh.store import outcomes as recorded
from parakh.store import search as store
from parakh.store import tables, travellers, vetting
from parakh.store.database import Database

SENDER = system_actor("test")


def send(centre: Centre, data: bytes) -> None:
    intake.receive(centre, SENDER, data, Source(channel=Channel.CLI, name="x"))
    assert queue.drain(centre) == set()


@pytest.fixture
def loaded(any_centre: Centre, declare: Callable[..., bytes], person: Any, enlist: Any) -> Centre:
    """People of several scripts and spellings to Karachi, one of them also to Lahore."""
    enlist(any_centre, document="ZX0000001")
    send(
        any_centre,
        declare(
            person(family="KHAN", given="MOHAMMAD AKHTAR", document="PA1000001"),
            person(family="NOORZAI", given="ABDURREHMAN", document="PA1000002", born="850101"),
            person(family="SHEVCHENKO", given="OLEKSANDR", document="PA1000003", born="860101"),
            person(family="BROWN", given="MARGARET", document="PA1000004", born="870101"),
        ),
    )
    send(
        any_centre,
        declare(
            person(family="KHAN", given="MUHAMMAD AKHTER", document="PA1000001"),
            person(family="KHAN", given="GULAB", document="PA1000006", born="660606"),
            number="9",
            destination="LHE",
        ),
    )
    return any_centre


@pytest.fixture
def officer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.TARGETING)


def titles(found: search.Found, kind: Kind = Kind.TRAVELLER) -> list[str]:
    groups = [own for own in found.groups if own.kind is kind]
    return [own.title for group in groups for own in group.answers]


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("mohd akhtar khan", "KHAN, MOHAMMAD AKHTAR"),
        ("KHAN, Muhammed Akhtar", "KHAN, MOHAMMAD AKHTAR"),
        ("akhtar", "KHAN, MOHAMMAD AKHTAR"),
        ("محمد اختر خان", "KHAN, MUHAMMAD AKHTER"),
        ("akhtr khan", "KHAN, MUHAMMAD AKHTER"),
        ("abdul rehman noorzai", "NOORZAI, ABDURREHMAN"),
        ("Noorzay", "NOORZAI, ABDURREHMAN"),
        ("Олександр Шевченко", "SHEVCHENKO, OLEKSANDR"),
        ("Aleksandr Shevchenko", "SHEVCHENKO, OLEKSANDR"),
        ("peggy brown", "BROWN, MARGARET"),
        ("Margaret Braun Smith", "BROWN, MARGARET"),
        ("PA1000002", "NOORZAI, ABDURREHMAN"),
        ("pa 1000-002", "NOORZAI, ABDURREHMAN"),
    ],
)
def test_a_person_is_found_in_any_spelling(
    loaded: Centre, officer: Actor, text: str, best: str
) -> None:
    assert titles(search.search(loaded, officer, text))[:1] == [best]


def test_journeys_of_one_person_are_one_answer(loaded: Centre, officer: Actor) -> None:
    found = titles(search.search(loaded, officer, "khan"))
    assert sorted(own[:8] for own in found) == ["KHAN, GU", "KHAN, MU"]


def test_a_traveller_is_shown_with_his_advice_and_an_open_alert(
    any_centre: Centre, declare: Any, person: Any, enlist: Any, units: Any, acting: Any
) -> None:
    units(any_centre)
    enlist(any_centre, document="PA1000001")
    send(any_centre, declare(person(family="KHAN", document="PA1000001")))

    def answer(role: Role, *ports: str) -> tuple[Advice | None, bool]:
        found = search.search(any_centre, acting(role, *ports), "PA1000001")
        (own,) = next(own for own in found.groups if own.kind is Kind.TRAVELLER).answers
        return own.advice, bool(own.alert_id)

    assert answer(Role.TARGETING) == (Advice.INSPECT, True)
    assert answer(Role.TARGETING, "KHI") == (Advice.INSPECT, True)
    officer = acting(Role.TARGETING)
    for row in alerts.list_alerts(any_centre, officer):
        alerts.acknowledge(any_centre, officer, row.alert.id)
        for hit in row.hits:
            alerts.decide(
                any_centre, officer, row.alert.id, hit.id, confirmed=False, reason="another man"
            )
        alerts.close(any_centre, officer, row.alert.id, OutcomeKind.FALSE_MATCH, "")
    assert answer(Role.TARGETING)[1] is False


def test_nobody_is_found_who_is_not_meant(loaded: Centre, officer: Actor) -> None:
    for text in ("", "  ", "<<<", "Wong", "PA9999999", "+92 300 1234567"):
        assert search.search(loaded, officer, text).groups == ()


def test_a_unit_finds_those_of_its_ports(loaded: Centre, acting: Callable[..., Actor]) -> None:
    lahore = acting(Role.TARGETING, "LHE")
    assert titles(search.search(loaded, lahore, "akhtar khan"))[:1] == ["KHAN, MUHAMMAD AKHTER"]
    assert titles(search.search(loaded, lahore, "noorzai")) == []
    assert titles(search.search(loaded, lahore, "PA1000002")) == []
    assert titles(search.search(loaded, lahore, "PK304"), Kind.VOYAGE) == []
    assert titles(search.search(loaded, lahore, "PK9"), Kind.VOYAGE) == ["PK9"]


def test_voyages_and_entries_are_found_too(loaded: Centre, officer: Actor) -> None:
    for text in ("pk304", "PK 0304/2026-11-22"):
        assert titles(search.search(loaded, officer, text), Kind.VOYAGE) == ["PK304"]
    assert search.search(loaded, officer, "PK304/2026-11-25").groups == ()
    for text in ("zulfikar mazari", "ZX0000001"):
        assert titles(search.search(loaded, officer, text), Kind.ENTRY) == ["MAZARI, ZULFIQAR"]


def test_what_somebody_may_not_see_he_does_not_find(
    loaded: Centre, acting: Callable[..., Actor]
) -> None:
    gate = acting(Role.GATE, "KHI")
    assert [own.kind for own in search.search(loaded, gate, "mazari").groups] == []
    with pytest.raises(Forbidden):
        search.search(loaded, acting(Role.ANALYST), "mazari")
    with pytest.raises(InvalidInput):
        search.search(loaded, gate, "x" * 201)


def test_who_crossed_long_ago_is_not_found(loaded: Centre, officer: Actor, clock: Any) -> None:
    assert titles(search.search(loaded, officer, "noorzai"))
    clock.advance(days=loaded.settings.mask_days + 2)
    assert titles(search.search(loaded, officer, "noorzai")) == []
    assert titles(search.search(loaded, officer, "PA1000002")) == []


def test_every_search_is_audited_with_what_it_found(
    loaded: Centre, officer: Actor, acting: Callable[..., Actor]
) -> None:
    found = search.search(loaded, officer, "noorzai", why="letter 7")
    search.search(loaded, acting(Role.GATE, "KHI"), "noorzai")
    with loaded.db.read() as connection:
        rows = connection.execute(
            sa.select(tables.audit)
            .where(tables.audit.c.action == "search.made")
            .order_by(tables.audit.c.seq)
        ).all()
    assert [own.purpose for own in rows] == ["vetting", "gate"]
    for told in (found.groups[0].answers[0].id, "noorzai", "letter 7"):
        assert told in rows[0].detail


def test_all_of_one_kind_are_shown_when_asked_for(
    any_centre: Centre, officer: Actor, declare: Callable[..., bytes], person: Any
) -> None:
    people = [
        person(family="DURRANI", given=f"PERSON{'ABCDEFGHIJ'[at]}", document=f"QA100000{at}")
        for at in range(9)
    ]
    send(any_centre, declare(*people))
    (few,) = search.search(any_centre, officer, "durrani").groups
    assert (len(few.answers), few.more) == (search.FEW, True)
    (whole,) = search.search(any_centre, officer, "durrani", kind=Kind.TRAVELLER).groups
    assert (len(whole.answers), whole.more) == (9, False)
    assert search.search(any_centre, officer, "durrani", kind=Kind.VOYAGE).groups == ()


# --- the words of names -------------------------------------------------------------------------


def saved(database: Database, own_id: str, family: str, given: str = "") -> None:
    name = PersonName(family=family, given=given)
    own = Traveller(id=own_id, voyage_id="", role=TravellerRole.PASSENGER, name=name)
    with database.maintain() as connection:
        travellers.save_travellers(connection, [own])


def bearers(database: Database, name: str) -> list[str]:
    with database.read() as connection:
        return store.named(connection, PersonName(family="", given=name), None, limit=10)


def test_words_follow_a_name_that_changes(database: Database) -> None:
    saved(database, "1", "NOORZAI", "GUL")
    assert bearers(database, "noorzai") == ["1"]
    saved(database, "1", "DURRANI", "GUL")
    assert bearers(database, "noorzai") == []
    assert bearers(database, "durrani gul") == ["1"]
    with database.maintain() as connection:
        store.forget(connection, ["1"])
    assert bearers(database, "durrani") == []


def test_who_bears_all_words_comes_before_who_lacks_one(database: Database) -> None:
    saved(database, "1", "NOORZAI", "GUL AHMED")
    saved(database, "2", "NOORZAI", "WALI")
    saved(database, "3", "ACHAKZAI", "WALI")
    assert bearers(database, "ahmed noorzai") == ["1", "2"]
    assert bearers(database, "wali noorzai") == ["2", "1", "3"]
    assert bearers(database, "wali unheardof") == ["3", "2"]


def at_port(database: Database, own_id: str, port: str, *, voyage: str = "") -> None:
    """Somebody was seen at a port; with `voyage` his list says that he comes to that one."""
    with database.maintain() as connection:
        if voyage:
            connection.execute(
                tables.voyage.insert().values(
                    id=own_id,
                    key=own_id,
                    mode="air",
                    carrier="PK",
                    number="1",
                    origin="DXB",
                    destination=voyage,
                    port=voyage,
                    direction="entry",
                )
            )
            update = tables.traveller.update().where(tables.traveller.c.id == own_id)
            connection.execute(update.values(voyage_id=own_id))
            store.place(connection, own_id, voyage)
        travellers.save_crossing(
            connection,
            Crossing(
                id=f"c{own_id}", traveller_id=own_id, voyage_id=None, port=port,
                direction=Direction.ENTRY, state=CrossingState.ACTUAL,
            ),
        )  # fmt: skip


def at(database: Database, name: str, *ports: str, limit: int = 10) -> list[str]:
    with database.read() as connection:
        return store.named(connection, PersonName(family="", given=name), ports, limit=limit)


def test_a_port_finds_whom_it_saw_and_whom_it_expects(database: Database) -> None:
    saved(database, "1", "NOORZAI", "GUL")
    assert at(database, "noorzai", "KHI") == []
    at_port(database, "1", "KHI", voyage="LHE")
    for ports in (("KHI",), ("LHE",), ("KHI", "LHE"), ("ISB", "KHI", "LHE")):
        assert at(database, "noorzai", *ports) == ["1"]
    assert at(database, "noorzai", "ISB") == []
    assert at(database, "noorzai") == []
    assert bearers(database, "noorzai") == ["1"]
    saved(database, "1", "DURRANI")
    assert (at(database, "durrani", "KHI"), at(database, "noorzai", "KHI")) == (["1"], [])


def test_a_port_that_does_not_hold_any_more_shows_nobody(database: Database) -> None:
    saved(database, "1", "NOORZAI", "GUL")
    at_port(database, "1", "KHI")
    with database.maintain() as connection:
        connection.execute(tables.crossing.delete())
    assert at(database, "noorzai", "KHI") == []


def test_who_turned_out_to_be_another_is_not_found(database: Database) -> None:
    saved(database, "1", "NOORZAI", "GUL")
    saved(database, "2", "NOORZAI", "GUL")
    with database.maintain() as connection:
        travellers.mark_joined(connection, "1", "2")
    assert bearers(database, "noorzai gul") == ["2"]


@pytest.mark.parametrize(("common", "scanned"), [(0, 1_000), (0, 4), (3, 4), (1_000, 1_000)])
def test_common_words_find_the_newest_at_each_port(
    database: Database, monkeypatch: pytest.MonkeyPatch, common: int, scanned: int
) -> None:
    monkeypatch.setattr(store, "COMMON", common)
    monkeypatch.setattr(store, "MOST_SCANNED", scanned)
    for place in range(8):
        given = ("MUHAMMAD", "MOHAMMED")[place % 2]
        saved(database, str(place), "KHAN" if place < 6 else "SHAH", given)
        at_port(database, str(place), ("KHI", "LHE", "ISB")[place % 3])
    assert set(at(database, "muhammad khan", "KHI", "LHE")[:4]) == {"0", "1", "3", "4"}
    assert set(at(database, "muhammad khan", "ISB")[:2]) == {"2", "5"}
    assert set(at(database, "mohammed shah", "KHI", "LHE", "ISB")[:2]) == {"6", "7"}
    assert at(database, "muhammad", "KHI", limit=1) == ["6"]


def test_what_older_versions_did_not_keep_is_filled_in(
    loaded: Centre, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with loaded.db.maintain() as connection:
        for table in (
            tables.search_bearer,
            tables.search_key,
            tables.search_word,
            tables.vetting_reason,
            tables.vetting,
        ):
            connection.execute(table.delete())
    assert titles(search.search(loaded, officer, "noorzai")) == []
    monkeypatch.setattr(filling, "AT_ONCE", 4)
    done = filling.fill(loaded, SENDER)
    assert (done.travellers, done.voyages) == (6, 2)
    assert titles(search.search(loaded, officer, "noorzai")) == ["NOORZAI, ABDURREHMAN"]
    with loaded.db.write(SENDER, Purpose.INTAKE) as tx:
        assert len(vetting.lines(tx.connection, _everybody(tx.connection))) == 6
        tx.audit("test", "test", "")
    again = filling.fill(loaded, SENDER)
    assert (again.travellers, again.voyages) == (0, 0)


def test_alerts_that_were_closed_before_get_their_outcomes(
    loaded: Centre, acting: Any, units: Any, enlist: Any, declare: Callable[..., bytes],
    person: Any, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    units(loaded)
    papers = [f"ZX000010{place}" for place in range(3)]
    for number in papers:
        enlist(loaded, document=number)
    send(loaded, declare(*(person(document=own, given=own[-1]) for own in papers), number="777"))
    with loaded.db.maintain() as connection:
        old = {"state": "closed", "outcome": "seizure", "outcome_note": "gold", "closed_by": "Sana"}
        connection.execute(tables.alert.update().values(**old, closed_at=loaded.clock()))
        ids = set(connection.execute(sa.select(tables.alert.c.id)).scalars())
    monkeypatch.setattr(filling, "AT_ONCE", 2)
    assert len(ids) == 3
    assert filling.fill(loaded, SENDER).outcomes == 3
    assert filling.fill(loaded, SENDER).outcomes == 0, "what is there is left alone"
    with loaded.db.read() as connection:
        made = recorded.of_alerts(connection, ids)
        assert len(recorded.labels(connection, loaded.clock())) == 3
    assert {(own.kind, own.note, own.by, own.at) for own in made} == {
        (OutcomeKind.SEIZURE, "gold", "Sana", loaded.clock())
    }
    mended = Correction(kind=OutcomeKind.NOTHING_FOUND, note="", reason="it was brass")
    outcomes.correct(loaded, acting(Role.SUPERVISOR), made[0].id, mended)


def _everybody(connection: sa.Connection) -> list[str]:
    return list(connection.execute(sa.select(tables.traveller.c.id)).scalars())


def test_time_is_told_of_what_was_found(loaded: Centre, officer: Actor) -> None:
    (group,) = search.search(loaded, officer, "noorzai").groups
    due = group.answers[0].at
    assert due is not None
    assert abs(due - loaded.clock()) < timedelta(days=1)
