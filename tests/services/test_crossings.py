"""Crossings from immigration systems: announced or not, corrected, taken back, repeated."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Role, system_actor
from parakh.domain.alert import AlertState
from parakh.domain.message import Channel, MessageState, Source
from parakh.domain.voyage import Crossing, CrossingState, Direction
from parakh.services import alerts, dossier, intake, persons, queue
from parakh.services import crossings as service
from parakh.services.centre import Centre
from parakh.store import travellers
from parakh.store.tables import crossing, crossing_report, part, traveller

SENDER = system_actor("test")
AT = "2026-11-22T16:30:00+05:00"
SEEN = datetime(2026, 11, 22, 11, 30, tzinfo=UTC)
NOON: dict[str, Any] = {
    "reference": "R1",
    "action": "recorded",
    "at": AT,
    "port": "KHI",
    "lane": "A3",
    "direction": "entry",
    "traveller": {
        "family_name": "NOON",
        "given_names": "GULAB",
        "birth_date": "1971-01-01",
        "sex": "M",
        "nationality": "PAK",
    },
    "documents": [{"type": "P", "number": "PA1000001", "issuer": "PAK"}],
}


@pytest.fixture
def report(any_centre: Centre) -> Callable[..., MessageState]:
    """Sends crossings as one message, a minute after the last; each as NOON with some changes."""
    numbers: Iterator[int] = iter(range(1000))

    def send(*changes: dict[str, Any], repeat: bool = False) -> MessageState:
        rows = [NOON | change for change in changes]
        document = {"format": "parakh-crossings/1", "source": "IBMS", "crossings": rows}
        data = json.dumps(document).encode() + b" " * (0 if repeat else next(numbers))
        any_centre.clock.advance(minutes=1)  # type: ignore[attr-defined]
        source = Source(channel=Channel.DROP, name="crossings.json")
        received = intake.receive(any_centre, SENDER, data, source)
        assert queue.drain(any_centre) == set()
        return state(any_centre, received.message.id)

    return send


@pytest.fixture
def announce(any_centre: Centre, declare: Callable[..., bytes], person: Any) -> Callable[..., None]:
    def send(number: str = "304", **values: str) -> None:
        source = Source(channel=Channel.CLI, name=f"{number}.edi")
        intake.receive(any_centre, SENDER, declare(person(**values), number=number), source)
        queue.drain(any_centre)

    return send


def state(centre: Centre, message_id: str) -> MessageState:
    rows = intake.list_messages(centre, SENDER).rows
    return next(row.message.state for row in rows if row.message.id == message_id)


def crossings(centre: Centre) -> list[Crossing]:
    with centre.db.read() as connection:
        found = travellers.crossings_of(connection, everybody(centre))
    return list(found.values())


def everybody(centre: Centre) -> list[str]:
    with centre.db.read() as connection:
        return list(connection.execute(sa.select(traveller.c.id)).scalars())


def count(centre: Centre, table: sa.Table) -> int:
    with centre.db.read() as connection:
        query = sa.select(sa.func.count()).select_from(table)
        return int(connection.execute(query).scalar_one())


def test_an_announced_traveller_is_seen(
    any_centre: Centre, announce: Callable[..., None], report: Callable[..., MessageState]
) -> None:
    announce()
    assert report({}) is MessageState.SCREENED
    (own,) = crossings(any_centre)
    assert (own.state, own.lane, own.at) == (CrossingState.ACTUAL, "A3", SEEN)
    assert own.voyage_id is not None
    view = dossier.traveller(any_centre, SENDER, everybody(any_centre)[0])
    assert {source.statement.kind.value for source in view.sources} == {"PAXLST", "CROSSINGS"}
    before = count(any_centre, traveller), count(any_centre, crossing)
    report({})
    report({})
    assert (count(any_centre, traveller), count(any_centre, crossing)) == before


def test_what_the_border_knows_of_father_and_birth_joins_the_lists_word(
    any_centre: Centre, announce: Callable[..., None], report: Callable[..., MessageState]
) -> None:
    announce()
    own = {"father_name": "Sher  Noon", "birth_place": "Bannu, KPK"}
    report({"traveller": NOON["traveller"] | own})
    (mine,) = everybody(any_centre)
    view = dossier.traveller(any_centre, SENDER, mine)
    assert (view.traveller.father_name, view.traveller.birth_place) == ("SHER NOON", "BANNU KPK")
    values = {value.attribute: value for value in view.values}
    assert values["father_name"].value == "SHER NOON"
    (told,) = values["birth_place"].told
    assert (told.text, told.kind.value) == ("Bannu, KPK", "CROSSINGS")


@pytest.mark.parametrize(
    "change",
    [
        {"documents": []},
        {"documents": [{"type": "P", "number": "ZZ9999999", "issuer": "PAK"}]},
        {"documents": [], "traveller": NOON["traveller"] | {"given_names": "GUL AAB"}},
    ],
)
def test_without_the_document_name_and_birth_date_tell_who_it_was(
    any_centre: Centre,
    announce: Callable[..., None],
    report: Callable[..., MessageState],
    change: dict[str, Any],
) -> None:
    announce(given="GULAAB" if "traveller" not in change else "GUL AB")
    report(change)
    assert [own.state for own in crossings(any_centre)] == [CrossingState.ACTUAL]


@pytest.mark.parametrize(
    "change",
    [
        {"direction": "exit"},
        {"port": "LHE"},
        {"at": "2026-11-17T00:00:00Z"},
        {"documents": [], "traveller": NOON["traveller"] | {"birth_date": "1971"}},
    ],
)
def test_who_was_not_announced_for_this_is_a_traveller_without_a_voyage(
    any_centre: Centre,
    announce: Callable[..., None],
    report: Callable[..., MessageState],
    change: dict[str, Any],
) -> None:
    announce()
    report(change)
    expected, seen = sorted(crossings(any_centre), key=lambda own: own.voyage_id is None)
    assert expected.state is CrossingState.EXPECTED
    assert seen.state is CrossingState.ACTUAL
    assert seen.voyage_id is None


def test_who_was_not_announced_is_screened_linked_and_shown(
    any_centre: Centre,
    announce: Callable[..., None],
    report: Callable[..., MessageState],
    units: Callable[[Centre], None],
    enlist: Callable[..., Any],
    acting: Callable[..., Actor],
) -> None:
    units(any_centre)
    announce("305")
    enlist(any_centre, family="NOON", given="GULAB", born="1971-01-01", document="PA1000001")
    report({"direction": "exit", "port": "LHE", "at": "2026-11-20T10:00:00Z"})
    lahore = acting(Role.TARGETING, "LHE")
    (row,) = alerts.list_alerts(any_centre, lahore)
    assert row.traveller is not None
    assert row.voyage is None
    assert row.crossing is not None
    assert row.crossing.direction is Direction.EXIT
    view = dossier.traveller(any_centre, lahore, row.traveller.id)
    assert view.voyage is None
    assert view.alerts[0].state is AlertState.NEW
    history = persons.history(any_centre, acting(Role.SUPERVISOR), row.traveller.id)
    assert [own.journey.port for own in history.rows] == ["KHI", "LHE"]
    assert history.rows[0].confidence > 0.99


@pytest.mark.parametrize(
    ("voyage", "seen"),
    [
        ({"carrier": "PK", "number": "0304", "date": "2026-11-22"}, True),
        ({"carrier": "PK", "number": "306", "date": "2026-11-22"}, False),
        ({"carrier": "PK", "number": "304", "date": "2026-11-20"}, False),
    ],
)
def test_a_report_that_names_a_voyage_means_no_other(
    any_centre: Centre,
    announce: Callable[..., None],
    report: Callable[..., MessageState],
    voyage: dict[str, str],
    seen: bool,
) -> None:
    announce()
    report({"voyage": voyage})
    states = sorted((own.voyage_id is not None, own.state) for own in crossings(any_centre))
    alone = [(False, CrossingState.ACTUAL), (True, CrossingState.EXPECTED)]
    assert states == ([(True, CrossingState.ACTUAL)] if seen else alone)


def test_nobody_arrives_by_a_voyage_that_has_not_left(
    any_centre: Centre, announce: Callable[..., None], report: Callable[..., MessageState]
) -> None:
    announce()
    report({"at": "2026-11-22T04:00:00Z"})
    assert [own.state for own in crossings(any_centre) if own.voyage_id] == [CrossingState.EXPECTED]


def test_a_crossing_in_the_future_is_named_and_left_out(
    any_centre: Centre, report: Callable[..., MessageState]
) -> None:
    report({"at": "2027-11-22T04:00:00Z"})
    assert crossings(any_centre) == []
    with any_centre.db.read() as connection:
        (problems,) = connection.execute(sa.select(part.c.problems)).scalars()
    assert "future" in str(problems)


def test_a_list_that_comes_after_its_traveller_knows_him(
    any_centre: Centre,
    announce: Callable[..., None],
    report: Callable[..., MessageState],
    units: Callable[[Centre], None],
    enlist: Callable[..., Any],
) -> None:
    units(any_centre)
    enlist(any_centre, family="NOON", given="GULAB", born="1971-01-01", document="PA1000001")
    report({})
    (alone,) = everybody(any_centre)
    raised = dossier.traveller(any_centre, SENDER, alone).alerts
    assert raised
    announce()
    (own,) = crossings(any_centre)
    assert (own.state, own.lane, own.at) == (CrossingState.ACTUAL, "A3", SEEN)
    view = dossier.traveller(any_centre, SENDER, alone)
    assert view.traveller.id == own.traveller_id != alone
    assert view.voyage is not None
    assert view.alerts == tuple(replace(one, subject=view.alerts[0].subject) for one in raised)
    assert {source.statement.kind.value for source in view.sources} == {"PAXLST", "CROSSINGS"}
    report({"action": "cancelled"})
    assert [one.state for one in crossings(any_centre)] == [CrossingState.EXPECTED]


def test_a_whole_list_that_comes_late_is_joined_once(
    any_centre: Centre,
    declare: Callable[..., bytes],
    person: Any,
    report: Callable[..., MessageState],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [f"FAMILY{first}{second}" for first in "ABCD" for second in "ABCDE"]
    report(
        *(
            {
                "reference": name,
                "traveller": NOON["traveller"] | {"family_name": name},
                "documents": [{"type": "P", "number": f"PX{name}", "issuer": "PAK"}],
            }
            for name in names
        )
    )
    joins: list[str] = []
    rejoin = service.rejoin

    def counted(tx: Any, scope: Any, *rest: Any) -> None:
        joins.append(scope.voyage_id)
        rejoin(tx, scope, *rest)

    monkeypatch.setattr(service, "rejoin", counted)
    listed = [person(family=name, document=f"PX{name}") for name in names]
    source = Source(channel=Channel.CLI, name="late.edi")
    intake.receive(any_centre, SENDER, declare(*listed), source)
    assert queue.drain(any_centre) == set()
    assert len(joins) == 1
    found = crossings(any_centre)
    assert len(found) == len(names)
    assert {(own.state, own.voyage_id is None) for own in found} == {(CrossingState.ACTUAL, False)}


def test_a_report_is_corrected_by_its_reference(
    any_centre: Centre, announce: Callable[..., None], report: Callable[..., MessageState]
) -> None:
    report({})
    report({"lane": "B1", "at": "2026-11-22T16:31:00+05:00"})
    (own,) = crossings(any_centre)
    assert (own.lane, own.at) == ("B1", SEEN.replace(minute=31))
    report({"traveller": {"family_name": "NOONARI"}})
    (own,) = crossings(any_centre)
    view = dossier.traveller(any_centre, SENDER, own.traveller_id or "")
    assert view.traveller.name.family == "NOONARI"
    assert count(any_centre, traveller) == 1
    announce()
    report({"lane": "C1"})
    seen = [own for own in crossings(any_centre) if own.state is CrossingState.ACTUAL]
    assert [(own.lane, own.voyage_id is None) for own in seen] == [("C1", False)]
    assert count(any_centre, crossing_report) == 4


def test_a_report_can_be_taken_back(
    any_centre: Centre, announce: Callable[..., None], report: Callable[..., MessageState]
) -> None:
    announce()
    report({}, {"reference": "R2", "documents": [], "traveller": {"family_name": "BARI"}})
    assert {own.state for own in crossings(any_centre)} == {CrossingState.ACTUAL}
    report({"action": "cancelled"}, {"reference": "R2", "action": "cancelled"})
    (own,) = crossings(any_centre)
    assert (own.state, own.at, own.lane) == (CrossingState.EXPECTED, None, "")
    report({"action": "cancelled", "reference": "R9"})
    report({})
    assert [own.state for own in crossings(any_centre)] == [CrossingState.ACTUAL]


def test_what_two_desks_reported_stays_when_one_takes_it_back(
    any_centre: Centre, announce: Callable[..., None], report: Callable[..., MessageState]
) -> None:
    announce()
    report({}, {"reference": "R2", "at": "2026-11-22T16:40:00+05:00", "lane": "A4"})
    (own,) = crossings(any_centre)
    assert (own.lane, own.at) == ("A3", SEEN)
    report({"action": "cancelled"})
    (own,) = crossings(any_centre)
    assert (own.lane, own.at) == ("A4", SEEN.replace(minute=40))


def test_an_older_report_read_again_does_not_overwrite_a_newer(
    any_centre: Centre, announce: Callable[..., None], report: Callable[..., MessageState]
) -> None:
    announce()
    report({})
    report({"lane": "B1"})
    report({"reference": "R2", "documents": [], "traveller": {"family_name": "BARI"}})
    before = sorted(map(repr, crossings(any_centre)))
    for row in intake.list_messages(any_centre, SENDER).rows:
        intake.rerun(any_centre, SENDER, row.message.id)
        queue.drain(any_centre)
        assert sorted(map(repr, crossings(any_centre))) == before
    assert count(any_centre, crossing_report) == 3


def test_bad_elements_are_told_and_the_others_stored(
    any_centre: Centre, report: Callable[..., MessageState]
) -> None:
    assert report({}, {"port": "?"}) is MessageState.SCREENED
    message = intake.list_messages(any_centre, SENDER).rows[0].message
    ((part, shown),) = intake.view(any_centre, SENDER, message.id).parts
    assert part.message_type == "CROSSINGS"
    assert "$.crossings[1].port" in shown[0].problem.cause
    assert len(crossings(any_centre)) == 1


def test_a_transmission_of_nothing_usable_waits_in_quarantine(
    any_centre: Centre, report: Callable[..., MessageState]
) -> None:
    source = Source(channel=Channel.HTTP, name="x")
    received = intake.receive(any_centre, SENDER, b'{"format": "x"}', source)
    queue.drain(any_centre)
    assert state(any_centre, received.message.id) is MessageState.QUARANTINED
    assert report() is MessageState.SCREENED
