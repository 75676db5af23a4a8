import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Role, system_actor
from parakh.domain.message import Channel, Message, MessageState, PartState, Source
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.ingest import reader
from parakh.services import intake, queue, reading
from parakh.services.centre import Centre
from parakh.store.tables import alert, assessment, crossing, hit, message, part, record, traveller

SENDER = system_actor("test")
SOURCE = Source(channel=Channel.CLI, name="pk304.edi")
BROKEN_PART = (
    "UNH+2+PAXLST:D:05B:UN:IATA'\nBGM+250'\nTDT+20'\nNAD+FM+++SECRETLY:BROKEN'\nUNT+5+2'\n"
)


def take_in(centre: Centre, data: bytes, source: Source = SOURCE) -> Message:
    received = intake.receive(centre, SENDER, data, source)
    assert queue.drain(centre) == set()
    return intake.view(centre, SENDER, received.message.id).message


def count(centre: Centre, table: sa.Table) -> int:
    with centre.db.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def ids(centre: Centre, table: sa.Table) -> set[str]:
    with centre.db.read() as connection:
        return set(connection.execute(sa.select(table.c.id)).scalars())


def with_broken_part(data: bytes) -> bytes:
    text = data.decode()
    return text.replace("UNZ+1", f"{BROKEN_PART}UNZ+2").encode()


def test_a_list_goes_from_bytes_to_assessments(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    data = declare(person(), person(given="SAFIA", document="PA1000002"))
    received = intake.receive(any_centre, SENDER, data, SOURCE)
    assert received.new
    assert received.message.digest == hashlib.sha256(data).hexdigest()
    assert received.message.state is MessageState.RECEIVED
    assert queue.waiting(any_centre) == 1
    assert queue.drain(any_centre) == set()
    view = intake.view(any_centre, SENDER, received.message.id)
    assert view.message.state is MessageState.SCREENED
    assert [(own.message_type, own.version, own.state) for own, _ in view.parts] == [
        ("PAXLST", "05B", PartState.READ)
    ]
    assert view.travellers == 2
    for table in (traveller, crossing, record, assessment):
        assert count(any_centre, table) == 2, table.name
    assert intake.raw(any_centre, SENDER, received.message.id) == data
    assert queue.waiting(any_centre) == 0


def test_the_same_bytes_twice_are_one_message(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    data = declare(person())
    first = take_in(any_centre, data)
    second = intake.receive(any_centre, SENDER, data, replace(SOURCE, name="again.edi"))
    assert not second.new
    assert second.message == first
    assert count(any_centre, message) == 1


def test_the_same_bytes_at_the_same_time_are_one_message(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    data = declare(person())
    start = threading.Barrier(4)

    def send(_: int) -> intake.Received:
        start.wait()
        return intake.receive(any_centre, SENDER, data, SOURCE)

    with ThreadPoolExecutor(4) as pool:
        received = list(pool.map(send, range(4)))
    assert sum(own.new for own in received) == 1
    assert len({own.message.id for own in received}) == 1
    assert any_centre.db.verify_audit().findings == ()


def test_a_list_sent_again_with_other_bytes_changes_nobody(
    any_centre: Centre,
    declare: Callable[..., bytes],
    person: Any,
    units: Any,
    enlist: Any,
) -> None:
    units(any_centre)
    enlist(any_centre)
    listed = person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA7")
    take_in(any_centre, declare(listed, person()))
    before = {table: ids(any_centre, table) for table in (traveller, crossing, hit, alert)}
    assert [len(own) for own in before.values()] == [2, 2, 1, 1]
    take_in(any_centre, declare(person(seat="9C"), listed))
    for table, known in before.items():
        assert ids(any_centre, table) == known, table.name
    assert count(any_centre, message) == 2
    assert count(any_centre, assessment) == 4


def test_good_parts_go_on_beside_a_quarantined_one(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    data = with_broken_part(declare(person()))
    value = take_in(any_centre, data)
    assert value.state is MessageState.SCREENED
    view = intake.view(any_centre, SENDER, value.id)
    assert [own.state for own, _ in view.parts] == [PartState.READ, PartState.QUARANTINED]
    assert view.travellers == 1
    quarantined = intake.list_messages(any_centre, SENDER, quarantined=True)
    assert [(own.message.id, own.quarantined) for own in quarantined.rows] == [(value.id, 1)]
    (shown, *_) = [own for own in view.parts[1][1] if own.excerpt]
    header = "UNH+2+PAXLST:D:05B:UN:IATA'"
    broken = data.decode().split("\n").index(header) + 1
    assert shown.place == f"pk304.edi:{broken}:1"
    (marked,) = [line for line in shown.excerpt if line.marked]
    assert (marked.number, marked.text) == (broken, header)
    assert [line.number for line in shown.excerpt] == list(range(broken - 2, broken + 3))


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"hello", b"\xff\xfe" * 50, b"UNB+", b"UNA:+.? 'UNB+UNOA:4+A+B'UNZ+0'"],
    ids=["empty", "nul", "text", "no encoding", "cut off", "no message"],
)
def test_what_is_no_list_is_quarantined_with_a_cause(any_centre: Centre, data: bytes) -> None:
    value = take_in(any_centre, data)
    assert value.state is MessageState.QUARANTINED
    view = intake.view(any_centre, SENDER, value.id)
    assert view.parts[0][0].problems
    assert intake.raw(any_centre, SENDER, value.id) == data


HOSTILE = {
    "a long message type": ("PAXLST:D:05B", f"{'X' * 500}:D:05B"),
    "a long directory": ("PAXLST:D:05B", f"PAXLST:D:{'9' * 500}"),
    "a long message reference": ("UNH+1+", f"UNH+{'R' * 500}+"),
    "a long flight number": ("PK304", f"PK{'3' * 500}"),
    "a long port": ("LOC+87+KHI", f"LOC+87+{'K' * 500}"),
    "a long place": ("LOC+178+DXB", f"LOC+178+{'D' * 5000}"),
    "a long seat": ("SEA:1A", f"SEA:{'1' * 500}"),
    "a long name": ("NOON", "N" * 5000),
    "a long document number": ("PA1000001", "9" * 5000),
    "a long nationality": ("NAT+2+PAK", f"NAT+2+{'P' * 500}"),
    "NUL in a name": ("NOON", "NO\0ON"),
    "NUL in a seat": ("SEA:1A", "SEA:1\0A"),
    "NUL in a flight number": ("PK304", "PK3\x0004"),
    "NUL in a reference": ("UNH+1+", "UNH+1\x001+"),
    "NUL in a place": ("LOC+178+DXB", "LOC+178+D\0XB"),
    "NUL in a document number": ("PA1000001", "PA1\x00000001"),
    "a far year": ("DTM+232:2611222000:201", "DTM+232:99991231235959:204"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_value_of_a_sender_stops_the_queue(
    any_centre: Centre, declare: Callable[..., bytes], person: Any, name: str
) -> None:
    old, new = HOSTILE[name]
    text = declare(person()).decode()
    assert old in text
    value = take_in(any_centre, text.replace(old, new).encode())
    assert value.state in (MessageState.SCREENED, MessageState.QUARANTINED)


def test_too_large_is_refused_unread(centre: Centre) -> None:
    limit = centre.settings.max_message_bytes
    intake.check_size(centre, limit)
    with pytest.raises(InvalidInput, match="at most"):
        intake.receive(centre, SENDER, bytes(limit + 1), SOURCE)
    assert count(centre, message) == 0


def test_a_reader_that_raises_quarantines(
    any_centre: Centre,
    declare: Callable[..., bytes],
    person: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_: bytes, **__: bytes) -> None:
        raise LookupError("MAZARI, born 1980")

    data = declare(person())
    with monkeypatch.context() as patch:
        patch.setattr(reader, "read", fail)
        value = take_in(any_centre, data)
    assert value.state is MessageState.QUARANTINED
    view = intake.view(any_centre, SENDER, value.id)
    (problem,) = view.parts[0][0].problems
    assert "LookupError" in problem.cause
    assert "MAZARI" not in problem.cause
    again = intake.rerun(any_centre, SENDER, value.id)
    assert (again.state, again.run) == (MessageState.RECEIVED, 2)
    queue.drain(any_centre)
    view = intake.view(any_centre, SENDER, value.id)
    assert view.message.state is MessageState.SCREENED
    assert [own.state for own, _ in view.parts] == [PartState.READ]


def test_a_rerun_leaves_no_part_of_the_earlier_run(
    any_centre: Centre,
    declare: Callable[..., bytes],
    person: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = declare(person())
    two = reader.read(with_broken_part(data))
    with monkeypatch.context() as patch:
        patch.setattr(reader, "read", lambda _, **__: two)
        value = take_in(any_centre, data)
    assert count(any_centre, part) == 2
    intake.rerun(any_centre, SENDER, value.id)
    queue.drain(any_centre)
    assert count(any_centre, part) == 1
    assert intake.list_messages(any_centre, SENDER, quarantined=True).total == 0


def test_only_a_finished_message_is_read_again(
    centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    received = intake.receive(centre, SENDER, declare(person()), SOURCE)
    with pytest.raises(Conflict, match="wait until"):
        intake.rerun(centre, SENDER, received.message.id)
    queue.drain(centre)
    before = count(centre, traveller)
    intake.rerun(centre, SENDER, received.message.id)
    queue.drain(centre)
    assert count(centre, traveller) == before
    with pytest.raises(NotFound):
        intake.rerun(centre, SENDER, "none")


def test_a_corrected_text_is_a_message_of_its_own(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    data = with_broken_part(declare(person()))
    value = take_in(any_centre, data)
    mended = intake.correct(any_centre, SENDER, value.id, declare(person(), number="305"))
    assert mended.new
    assert mended.message.corrects == value.id
    assert mended.message.source == replace(SOURCE, channel=Channel.HTTP)
    assert intake.raw(any_centre, SENDER, value.id) == data, "what was received stays"
    with pytest.raises(NotFound):
        intake.correct(any_centre, SENDER, "none", b"")


def test_a_step_that_fails_leaves_the_message_and_goes_on_with_others(
    any_centre: Centre,
    declare: Callable[..., bytes],
    person: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = intake.receive(any_centre, SENDER, declare(person()), SOURCE).message
    good = intake.receive(any_centre, SENDER, declare(person(), number="9"), SOURCE).message
    assemble = reading.assemble

    def fail_on_one(submission: Any, *rest: Any) -> Any:
        if submission.voyages[0].number == "304":
            raise MemoryError
        return assemble(submission, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(reading, "assemble", fail_on_one)
        assert queue.drain(any_centre) == {bad.id}
    states = {own: intake.view(any_centre, SENDER, own).message.state for own in (bad.id, good.id)}
    assert states == {bad.id: MessageState.RECEIVED, good.id: MessageState.SCREENED}
    assert queue.drain(any_centre) == set(), "and it is tried again"
    assert intake.view(any_centre, SENDER, bad.id).message.state is MessageState.SCREENED


def test_who_was_slower_changes_nothing(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    received = intake.receive(any_centre, SENDER, declare(person()), SOURCE).message
    assert reading.parse(any_centre, received)
    rows = count(any_centre, record)
    assert not reading.parse(any_centre, received)
    assert count(any_centre, record) == rows


@pytest.mark.parametrize("role", Role)
def test_each_role_does_with_messages_what_it_may(
    centre: Centre, acting: Callable[..., Actor], role: Role
) -> None:
    sends = role in {Role.TARGETING, Role.SUPERVISOR, Role.INTEGRATOR}
    reruns = role in {Role.SUPERVISOR, Role.INTEGRATOR}
    sees = role not in {Role.GATE, Role.CUSTODY, Role.EXAMINER, Role.LIAISON}
    known = intake.receive(centre, SENDER, b"x", SOURCE).message.id
    queue.drain(centre)
    actor = acting(role)
    for may, act in (
        (sends, lambda: intake.receive(centre, actor, b"y", SOURCE)),
        (sees, lambda: intake.view(centre, actor, known)),
        (sees, lambda: intake.list_messages(centre, actor)),
        (reruns, lambda: intake.correct(centre, actor, known, b"z")),
        (reruns, lambda: intake.raw(centre, actor, known)),
        (reruns, lambda: intake.rerun(centre, actor, known)),
    ):
        if may:
            act()
        else:
            with pytest.raises(Forbidden):
                act()


def test_bookings_wait_in_quarantine_until_they_can_be_joined(
    centre: Centre, units: Callable[[Centre], None]
) -> None:
    units(centre)
    data = b"UNB+IATA:1+6X+KR+150410:1200+1'UNH+1+PNRGOV:11:1:IA+X'MSG+:22'UNT+3+1'UNZ+1+1'"
    received = intake.receive(centre, SENDER, data, SOURCE)
    assert queue.drain(centre) == set()
    ((part, problems),) = intake.view(centre, SENDER, received.message.id).parts
    assert part.state is PartState.QUARANTINED
    assert part.message_type == "PNRGOV"
    assert problems
