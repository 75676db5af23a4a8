"""Passenger lists, bookings and corrections of one flight, in every order."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Purpose, Role, system_actor
from parakh.domain.hit import HitState
from parakh.domain.message import Channel, MessageState, Source
from parakh.domain.traveller import Standing, Traveller
from parakh.domain.voyage import Direction
from parakh.errors import NotFound
from parakh.normalise.fold import Claim
from parakh.services import alerts, dossier, gate, intake, persons, queue, reading, voyages
from parakh.services.centre import Centre
from parakh.services.gate_values import CrossingRequest
from parakh.settings import Settings
from parakh.store import travellers
from parakh.store.tables import assessment, booking, record, submission, traveller, vetting

SENDER = system_actor("test")


def api(
    declare: Callable[..., bytes],
    *people: Any,
    sent: str = "261121:0000",
    bgm: str = "745",
    common: str = "",
) -> bytes:
    text = declare(*people).decode()
    text = text.replace("250101:0000", sent).replace("BGM+745'", f"BGM+{bgm}'")
    if common:
        text = text.replace("PAXLST:D:05B:UN:IATA'", f"PAXLST:D:05B:UN:IATA+{common}'")
    return text.encode()


def pnr(*bookings: str, sent: str = "261120:0000") -> bytes:
    body = "".join(bookings)
    segments = [
        "UNB+IATA:1+PK+PKNTC+" + sent + "+1++PNRGOV",
        "UNH+1+PNRGOV:11:1:IA",
        "MSG+:22",
        "ORG+PK:KHI",
        "TVL+221126:1700:221126:2000+DXB+KHI+PK+304",
        f"EQN+{len(bookings)}",
    ]
    return ("UNA:+.?*'" + "'".join(segments) + "'" + body + "UNT+9+1'UNZ+1+1'").encode()


def booked(
    locator: str,
    *names: tuple[str, str],
    status: str = "HK",
    docs: Iterable[str] = (),
    seat: str = "",
) -> str:
    segments = ["SRC", f"RCI+PK:{locator}::011126:0930", "DAT+700:011126:0930"]
    identities = list(docs)
    for number, (family, given) in enumerate(names, start=1):
        segments.append(f"TIF+{family}+{given}:A:{number}")
        segments += [f"SSR+DOCS:HK:1:PK:::::{own}" for own in identities[number - 1 : number]]
    segments.append("TVL+221126:1700:221126:2000+DXB+KHI+PK+304:Y")
    segments.append(f"RPI+{len(names)}+{status}")
    if seat:
        segments.append(f"SSR+SEAT:HK:1:PK:::DXB:KHI+{seat}::1")
    return "'".join(segments) + "'"


DOCS = "/P/PAK/PA1000001/PAK/01JAN71/M/31DEC30/NOON/GULAB"


def take(centre: Centre, *messages: bytes) -> list[str]:
    ids = []
    for number, data in enumerate(messages):
        source = Source(channel=Channel.CLI, name=f"{number}.edi")
        ids.append(intake.receive(centre, SENDER, data, source).message.id)
    assert queue.drain(centre) == set()
    return ids


def listed(centre: Centre) -> list[Traveller]:
    with centre.db.read() as connection:
        rows = connection.execute(sa.select(traveller.c.voyage_id).distinct()).scalars()
        found = [
            own for one in set(rows) for own in travellers.travellers_of_voyage(connection, one)
        ]
    return sorted(found, key=lambda own: (own.name.full, str(own.birth_date)))


def shape(centre: Centre) -> list[Traveller]:
    return [replace(own, id="", voyage_id="") for own in listed(centre)]


def test_a_list_and_a_booking_are_one_traveller_with_both_sources(
    any_centre: Centre, declare: Callable[..., bytes], person: Any, acting: Callable[..., Actor]
) -> None:
    noon = person()
    booking_text = booked("LOC123", ("NOON", "GULABMR"), docs=[DOCS.replace("71", "72")])
    take(any_centre, pnr(booking_text), api(declare, noon))
    (own,) = listed(any_centre)
    assert (own.booking_reference, str(own.birth_date)) == ("LOC123", "1971-01-01")
    officer = acting(Role.SUPERVISOR)
    view = dossier.traveller(any_centre, officer, own.id)
    born = next(value for value in view.values if value.attribute == "birth_date")
    assert [(told.value, told.claim) for told in born.told] == [
        ("1971-01-01", Claim.USED),
        ("1972-01-01", Claim.CONFLICTS),
    ]
    assert born.conflict
    (document,) = view.documents
    assert [kind.value for kind in document.kinds] == ["PAXLST", "PNRGOV"]
    assert document.differing == ()
    assert [one.booking.reference for one in view.bookings] == ["LOC123"]
    assert [step.kind.value for step in view.steps] == ["PAXLST", "PNRGOV"]
    row = voyages.voyage(any_centre, officer, own.voyage_id).rows
    assert len(row) == 1


def test_messages_in_any_order_and_any_number_come_to_the_same(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    noon, tarar = person(), person(family="TARAR", given="SANA", document="PA2", seat="2A")
    corrected = replace(noon, born="710102", seat="")
    messages = [
        pnr(booked("LOC123", ("NOON", "GULABMR"), ("TARAR", "SANAMRS")), sent="261118:0000"),
        pnr(booked("LOC123", ("NOON", "GULABMR"), docs=[DOCS]), sent="261119:0000"),
        api(declare, noon, tarar, sent="261120:0000"),
        api(declare, corrected, sent="261121:0000", bgm="745+CP"),
        api(declare, tarar, sent="261121:1200", bgm="745+XR"),
    ]
    take(any_centre, *messages)
    expected = shape(any_centre)
    gulab, sana = expected
    assert str(gulab.birth_date) == "1971-01-02"
    assert gulab.standing is Standing.EXPECTED
    assert sana.standing is Standing.CANCELLED
    ids = [own.id for own in listed(any_centre)]
    take(any_centre, *(data.replace(b"UNB+", b"\nUNB+") for data in reversed(messages)))
    assert shape(any_centre) == expected, "a repeat changes nothing"
    assert [own.id for own in listed(any_centre)] == ids


def test_who_is_just_being_screened_is_read_afterwards(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    """A correction of one, with a new time, while the other is screened: neither waits for what the
    other holds."""
    noon, tarar = person(), person(family="TARAR", given="SANA", document="PA2", seat="2A")
    take(any_centre, api(declare, noon, tarar, sent="261120:0000"))
    (screened,) = [own.id for own in listed(any_centre) if own.name.family == "TARAR"]
    later = api(declare, replace(noon, seat="9F"), tarar, sent="261121:0000", bgm="745+CP")
    source = Source(channel=Channel.CLI, name="later.edi")
    message = intake.receive(any_centre, SENDER, later, source).message
    with ThreadPoolExecutor(1) as pool:
        with any_centre.db.write(SENDER, Purpose.SCREENING) as tx:
            travellers.lock(tx.connection, [screened])
            read = pool.submit(reading.parse, any_centre, message)
            time.sleep(0.5)  # as long as it takes to read what it may
            tx.connection.execute(
                vetting.update().where(vetting.c.traveller_id == screened).values(urgency=1)
            )
            tx.audit("test", "traveller", screened)
        read.result(30)
    assert queue.drain(any_centre) == set()
    assert {own.seat for own in listed(any_centre)} == {"9F", "2A"}


def test_every_order_of_three_messages(
    tmp_path: Any, declare: Callable[..., bytes], person: Any
) -> None:
    noon = person()
    messages = [
        pnr(booked("LOC123", ("NOON", "GULABMR")), sent="261118:0000"),
        api(declare, noon, sent="261120:0000"),
        api(declare, replace(noon, document="PA777"), sent="261121:0000", bgm="745+CP"),
    ]
    found = []
    for number, order in enumerate(permutations(messages)):
        centre = Centre.create(Settings(data_dir=tmp_path / str(number)))
        for data in order:
            take(centre, data)
        found.append(shape(centre))
        centre.close()
    assert all(one == found[0] for one in found)
    assert [own.documents[0].number for own in found[0]] == ["PA777"]
    assert len(found[0]) == 1


def test_a_cancelled_booking_takes_its_travellers_back(
    any_centre: Centre, acting: Callable[..., Actor]
) -> None:
    two = (("NOON", "GULABMR"), ("TARAR", "SANAMRS"))
    take(any_centre, pnr(booked("LOC123", *two)))
    assert [own.standing for own in listed(any_centre)] == [Standing.EXPECTED] * 2
    take(any_centre, pnr(booked("LOC123", two[0]), sent="261120:0600"))
    assert [own.standing for own in listed(any_centre)] == [Standing.EXPECTED, Standing.CANCELLED]
    take(any_centre, pnr(booked("LOC123", two[0], status="HX"), sent="261120:1200"))
    assert [own.standing for own in listed(any_centre)] == [Standing.CANCELLED] * 2
    now = any_centre.clock()
    (row,) = voyages.arrivals(
        any_centre, acting(Role.SUPERVISOR), now - timedelta(days=1), now + timedelta(days=1)
    )
    assert row.expected == 0


def test_a_flight_is_cancelled_and_announced_again(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    take(any_centre, api(declare, person()))
    take(any_centre, api(declare, sent="261121:0600", bgm="745++1"))
    with any_centre.db.read() as connection:
        (own,) = listed(any_centre)
        assert own.standing is Standing.CANCELLED
        assert travellers.get_voyage(connection, own.voyage_id).cancelled
    take(any_centre, api(declare, person(), sent="261121:0900"))
    with any_centre.db.read() as connection:
        (own,) = listed(any_centre)
        assert own.standing is Standing.EXPECTED
        assert not travellers.get_voyage(connection, own.voyage_id).cancelled


def test_who_is_not_on_a_close_out_did_not_board(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    one, two, three = (
        person(family=name, document=f"PA{name}", seat=f"{n}A")
        for n, name in enumerate(("AZIZ", "BUTT", "CHEEMA"), start=1)
    )
    take(any_centre, api(declare, one, two, three))
    close = {"bgm": "266+CLOB", "sent": "261121:0600", "common": "CLOSE1"}
    take(any_centre, api(declare, one, **close), api(declare, two, **close))
    assert [own.standing for own in listed(any_centre)] == [
        Standing.BOARDED,
        Standing.BOARDED,
        Standing.NOT_BOARDED,
    ]


def test_a_replacement_takes_back_whom_it_leaves_out(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    one, two = person(), person(family="TARAR", document="PA2", seat="2A")
    take(any_centre, api(declare, one, two))
    take(any_centre, api(declare, two, sent="261121:0600", bgm="745++5"))
    assert [own.standing for own in listed(any_centre)] == [Standing.CANCELLED, Standing.EXPECTED]


def test_two_who_turn_out_to_be_one_keep_hits_decisions_and_the_crossing(
    any_centre: Centre,
    declare: Callable[..., bytes],
    person: Any,
    units: Any,
    enlist: Callable[..., Any],
    acting: Callable[..., Actor],
) -> None:
    units(any_centre)
    enlist(any_centre, family="NOON", given="GULAB", born="1971-01-01", document="PA1000001")
    take(any_centre, pnr(booked("LOC123", ("NOON", "G"))))
    take(any_centre, api(declare, replace(person(), seat="")))
    first, second = sorted(listed(any_centre), key=lambda own: own.id)
    officer = acting(Role.SUPERVISOR)
    view = dossier.traveller(any_centre, officer, second.id)
    for alert in view.alerts:
        alerts.acknowledge(any_centre, officer, alert.id)
    for hit in view.hits:
        alerts.decide(
            any_centre, officer, view.alerts[0].id, hit.id, confirmed=True, reason="it is he"
        )
    raised = len(view.alerts)
    request = CrossingRequest(
        document="PA1000001", port="KHI", lane="A1", direction=Direction.ENTRY,
        at=any_centre.clock(),
    )  # fmt: skip
    gate.cross(any_centre, SENDER, request)
    take(any_centre, pnr(booked("LOC123", ("NOON", "G"), docs=[DOCS]), sent="261120:0900"))
    (own,) = listed(any_centre)
    assert own.id == first.id
    joined = dossier.traveller(any_centre, officer, second.id)
    assert joined.traveller.id == first.id, "the old identifier leads on"
    assert {hit.state for hit in joined.hits} == {HitState.CONFIRMED}
    assert len(joined.alerts) == raised
    assert joined.crossing is not None
    assert joined.crossing.lane == "A1"


def test_every_earlier_state_can_be_seen(
    any_centre: Centre, declare: Callable[..., bytes], person: Any, acting: Callable[..., Actor]
) -> None:
    late = api(declare, replace(person(), born="710105"), sent="261119:0000", bgm="745+CP")
    first, second, third = (
        *take(any_centre, api(declare, replace(person(), born="710109"), sent="261118:0000")),
        *take(any_centre, api(declare, replace(person(), seat="9F"), sent="261120:0000")),
        *take(any_centre, late),
    )
    (own,) = listed(any_centre)
    officer = acting(Role.SUPERVISOR)
    now = dossier.traveller(any_centre, officer, own.id)
    assert str(now.traveller.birth_date) == "1971-01-01", "what came late was said early"
    assert [step.late for step in now.steps] == [True, False, False]
    assert now.steps[1].changed == (
        ("birth_date", "1971-01-09", "1971-01-01"),
        ("seat", "1A", "9F"),
    )
    then = dossier.traveller(any_centre, officer, own.id, as_of=first)
    assert (str(then.traveller.birth_date), then.traveller.seat) == ("1971-01-09", "1A")
    assert then.as_of is not None
    assert then.as_of.message_id == first
    assert dossier.traveller(any_centre, officer, own.id, as_of=third).traveller == now.traveller
    assert second in {step.message_id for step in now.steps}
    with pytest.raises(NotFound):
        dossier.traveller(any_centre, officer, own.id, as_of="none")


def test_read_again_nothing_is_doubled(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    ids = take(
        any_centre, pnr(booked("LOC123", ("NOON", "G"), docs=[DOCS])), api(declare, person())
    )
    before = listed(any_centre)

    def rows() -> list[int]:
        with any_centre.db.read() as connection:
            return [
                connection.execute(sa.select(sa.func.count()).select_from(own)).scalar_one()
                for own in (booking, record, submission, traveller)
            ]

    counted = rows()
    for message_id in ids:
        intake.rerun(any_centre, SENDER, message_id)
        assert queue.drain(any_centre) == set()
        assert listed(any_centre) == before
        assert rows() == counted


def test_what_a_part_says_of_its_voyage_is_kept(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    (message_id,) = take(any_centre, api(declare, person(), bgm="745+CP", common="REF1"))
    view = intake.view(any_centre, SENDER, message_id)
    assert view.message.state is MessageState.SCREENED
    ((part, _),) = view.parts
    assert (part.carrier, part.travellers) == ("PK", 1)
    assert part.envelope is not None
    assert part.envelope.sender == "PK"
    (own,) = listed(any_centre)
    with any_centre.db.read() as connection:
        row = connection.execute(sa.select(submission)).one()
    assert (row.voyage_id, row.action, row.travellers) == (own.voyage_id, "change", 1)
    assert (row.series, row.sender) == ("PK/REF1", "PK")
    assert row.filled["birth_date"] == 1
    assert row.said_at.isoformat() == "2026-11-21T00:00:00+00:00"


def test_a_list_of_another_carriers_voyage_is_marked(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    source = Source(channel=Channel.HTTP, name="key", carrier="EK")
    received = intake.receive(any_centre, SENDER, declare(person()), source).message
    assert queue.drain(any_centre) == set()
    ((part, (shown, *_)),) = intake.view(any_centre, SENDER, received.id).parts
    assert part.carrier == "PK"
    assert shown.problem.cause == "sent with the key of EK, about a voyage of PK"
    assert len(listed(any_centre)) == 1


def test_a_master_crew_list_is_taken_in_screened_and_changed(
    any_centre: Centre,
    declare: Callable[..., bytes],
    person: Any,
    units: Any,
    enlist: Callable[..., Any],
    acting: Callable[..., Actor],
) -> None:
    units(any_centre)
    enlist(any_centre, family="NOON", given="GULAB", born="1971-01-01", document="PA1000001")
    crew = person(), person(family="TARAR", document="PA2000002")

    def roster(*people: Any, action: str, sent: str) -> bytes:
        data = api(declare, *people, bgm=f"336+{action}", sent=sent)
        return data.replace(b"NAD+FL", b"NAD+FM")

    def members() -> list[tuple[str, Standing]]:
        with any_centre.db.read() as connection:
            rows = connection.execute(
                sa.select(traveller.c.id).where(
                    traveller.c.voyage_id.is_(None), traveller.c.joined_to.is_(None)
                )
            ).scalars()
            found = travellers.travellers_by_id(connection, list(rows))
        return sorted((own.name.family, own.standing) for own in found)

    first = take(any_centre, roster(*crew, action="G", sent="261101:0000"))
    assert members() == [("NOON", Standing.EXPECTED), ("TARAR", Standing.EXPECTED)]
    officer = acting(Role.SUPERVISOR)
    (row,) = alerts.list_alerts(any_centre, officer)
    assert row.traveller is not None
    view = dossier.traveller(any_centre, officer, row.traveller.id)
    assert view.voyage is None
    assert persons.history(any_centre, officer, row.traveller.id).rows is not None
    take(any_centre, roster(crew[1], action="H", sent="261105:0000"))
    assert members() == [("NOON", Standing.EXPECTED), ("TARAR", Standing.CANCELLED)]
    renamed = replace(crew[0], family="NOON-TIWANA")
    take(any_centre, roster(renamed, action="I", sent="261103:0000"))
    assert members() == [("NOON-TIWANA", Standing.EXPECTED), ("TARAR", Standing.CANCELLED)]
    intake.rerun(any_centre, SENDER, first[0])
    assert queue.drain(any_centre) == set()
    assert members() == [("NOON-TIWANA", Standing.EXPECTED), ("TARAR", Standing.CANCELLED)]


def test_a_flight_that_is_called_off_by_its_status(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    take(any_centre, api(declare, person()))
    take(any_centre, api(declare, sent="261121:0600", bgm="266+XF"))
    (own,) = listed(any_centre)
    assert own.standing is Standing.CANCELLED


def test_close_outs_sent_one_by_one_take_nobody_off_board(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    one, two, three = (
        person(family=name, document=f"PA{name}", seat=f"{n}A")
        for n, name in enumerate(("AZIZ", "BUTT", "CHEEMA"), start=1)
    )
    take(any_centre, api(declare, one, two, three))
    take(any_centre, api(declare, one, bgm="266+CLOB", sent="261121:0600"))
    take(any_centre, api(declare, two, bgm="266+CLOB", sent="261121:0601"))
    assert [own.standing for own in listed(any_centre)] == [
        Standing.BOARDED,
        Standing.BOARDED,
        Standing.NOT_BOARDED,
    ]


@pytest.mark.parametrize("bgm", ["745+XR", "745++1", "745+CP", "266+CLOB", "266+XF"])
def test_another_carriers_key_takes_nobody_back(
    any_centre: Centre, declare: Callable[..., bytes], person: Any, bgm: str
) -> None:
    take(any_centre, api(declare, person()))
    source = Source(channel=Channel.HTTP, name="key", carrier="EK")
    data = api(declare, person(born="690101"), bgm=bgm, sent="261121:0600")
    received = intake.receive(any_centre, SENDER, data, source).message
    assert queue.drain(any_centre) == set()
    view = intake.view(any_centre, SENDER, received.id)
    assert view.message.state is MessageState.QUARANTINED
    assert "only PK corrects" in str(view.parts[0][1])
    (own,) = listed(any_centre)
    assert (own.standing, str(own.birth_date)) == (Standing.EXPECTED, "1971-01-01")


def test_a_test_is_answered_and_not_taken_in(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    data = api(declare, person()).replace(b":0000+1'", b":0000+1++++++1'", 1)
    received = intake.receive(any_centre, SENDER, data, Source(channel=Channel.CLI, name="t"))
    assert queue.drain(any_centre) == set()
    view = intake.view(any_centre, SENDER, received.message.id)
    assert view.message.state is MessageState.SCREENED
    assert "marked as a test" in str(view.parts[0][1])
    assert listed(any_centre) == []


@pytest.mark.parametrize("late", [False, True])
def test_whoever_somebody_was_declared_as_is_screened(
    any_centre: Centre,
    declare: Callable[..., bytes],
    person: Any,
    units: Any,
    enlist: Callable[..., Any],
    acting: Callable[..., Actor],
    late: bool,
) -> None:
    units(any_centre)
    enlist(any_centre, family="MAZARI", document="BAD100001")
    messages = [
        api(declare, person(document="BAD100001"), sent="261120:0000"),
        api(declare, person(document="GOOD20002"), sent="261120:0100", bgm="745+CP"),
    ]
    take(any_centre, *(reversed(messages) if late else messages))
    (own,) = listed(any_centre)
    assert [document.number for document in own.documents] == ["GOOD20002"]
    view = dossier.traveller(any_centre, acting(Role.SUPERVISOR), own.id)
    assert [hit.screener.partition("@")[0] for hit in view.hits] == ["document"]
    assert len(view.alerts) == 1


def test_who_is_told_apart_later_is_screened_with_what_told_them_apart(
    any_centre: Centre, declare: Callable[..., bytes], person: Any, units: Any
) -> None:
    units(any_centre)
    take(any_centre, pnr(booked("LOC123", ("NOON", "GULABMR"), docs=[DOCS], seat="9F")))
    take(any_centre, api(declare, person(document="PB7777777", seat=""), sent="261121:0000"))
    with any_centre.db.read() as connection:
        unscreened = connection.execute(
            sa.select(traveller.c.id).where(
                traveller.c.joined_to.is_(None),
                ~sa.exists().where(assessment.c.subject_id == traveller.c.id),
            )
        ).all()
    assert unscreened == []


def test_a_program_that_fails_at_a_rerun_takes_nobody_away(
    any_centre: Centre,
    declare: Callable[..., bytes],
    person: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (message_id,) = take(any_centre, api(declare, person()))
    before = listed(any_centre)

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    for broken in ("assemble", "reader"):
        with monkeypatch.context() as patch:
            if broken == "reader":
                patch.setattr(reading.reader, "read", fail)
            else:
                patch.setattr(reading, "assemble", fail)
            intake.rerun(any_centre, SENDER, message_id)
            assert queue.drain(any_centre) == set()
        assert listed(any_centre) == before
        view = intake.view(any_centre, SENDER, message_id)
        assert view.message.state is MessageState.SCREENED
        assert "please report this" in str(view.parts[0][1][-1])
    with any_centre.db.read() as connection:
        assert len(travellers.crossings_of(connection, [before[0].id])) == 1


def test_equal_records_keep_their_own_identifiers_when_read_again(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    (message_id,) = take(any_centre, api(declare, person(), person()))
    before = [own.id for own in listed(any_centre)]
    assert len(before) == 2
    intake.rerun(any_centre, SENDER, message_id)
    assert queue.drain(any_centre) == set()
    assert sorted(own.id for own in listed(any_centre)) == sorted(before)


def test_a_booking_does_not_take_a_flights_times_away(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    untimed = pnr(booked("LOC123", ("NOON", "GULABMR"))).replace(
        b"TVL+221126:1700:221126:2000", b"TVL+221126"
    )
    for order in (lambda own: own, reversed):
        messages = [untimed, api(declare, person())]
        take(any_centre, *(data + b"\n" * len(messages) for data in order(messages)))
        with any_centre.db.read() as connection:
            voyage = travellers.get_voyage(connection, listed(any_centre)[0].voyage_id)
        assert voyage.departure is not None
        assert voyage.arrival is not None
        assert (voyage.departure.hour, voyage.arrival.hour) == (17, 20)


def test_who_boards_on_the_way_crosses_on_his_own_leg(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    data = api(declare, person(), person(family="TARAR", document="PA2")).decode()
    legs = "LOC+87+KHI'\nDTM+232:2611222000:201'\n"
    onward = (
        "TDT+20+PK304+++PK'\nLOC+125+KHI'\nDTM+189:2611222200:201'\nLOC+87+BKK'\n"
        "DTM+232:2611230400:201'\n"
    )
    assert legs in data
    text = data.replace(legs, legs + onward)
    head, _, tail = text.partition("NAD+FL+++TARAR")
    tail = tail.replace("LOC+178+DXB", "LOC+178+KHI").replace("LOC+179+KHI", "LOC+179+BKK")
    take(any_centre, (head + "NAD+FL+++TARAR" + tail).encode())
    with any_centre.db.read() as connection:
        found = listed(any_centre)
        routes = {
            own.name.family: travellers.get_voyage(connection, own.voyage_id) for own in found
        }
    assert (routes["NOON"].origin, routes["NOON"].direction) == ("DXB", Direction.ENTRY)
    assert (routes["TARAR"].destination, routes["TARAR"].direction) == ("BKK", Direction.EXIT)


def test_sources_that_differ_about_a_document_are_shown(
    any_centre: Centre, declare: Callable[..., bytes], person: Any, acting: Callable[..., Actor]
) -> None:
    listed_expiry = api(declare, person()).replace(b"+PA1000001'", b"+PA1000001'\nDTM+36:320101'")
    assert b"DTM+36" in listed_expiry
    other = booked("LOC123", ("NOON", "GULABMR"), docs=[DOCS.replace("31DEC30", "01JAN33")])
    take(any_centre, pnr(other), listed_expiry)
    (own,) = listed(any_centre)
    view = dossier.traveller(any_centre, acting(Role.SUPERVISOR), own.id)
    (document,) = view.documents
    assert [(name, kind.value, text) for name, kind, text in document.differing] == [
        ("expiry", "PNRGOV", "2033-01-01")
    ]
