"""Answers to carriers: made with the parts, delivered once, replaced only while nobody has them."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from parakh.access import Actor, Permission, system_actor
from parakh.domain.message import Channel, Message, Source
from parakh.errors import NotFound
from parakh.ingest import cusres, reader
from parakh.services import answers, intake, queue, trail
from parakh.services.centre import Centre
from parakh.store import answers as stored
from parakh.store import tables
from parakh.worker import sweep

MAKER = system_actor("test")
Declare = Callable[..., bytes]


def take(centre: Centre, data: bytes, channel: Channel = Channel.DROP, name: str = "a.edi") -> str:
    """Takes a message in and reads it; gives its identifier."""
    source = Source(channel=channel, name=name)
    message = intake.receive(centre, MAKER, data, source).message
    queue.drain(centre)
    return message.id


def told(centre: Centre, message_id: str) -> tuple[stored.StoredAnswer, ...]:
    with centre.db.read() as connection:
        return stored.of_message(connection, message_id)


def again(centre: Centre, message_id: str) -> None:
    intake.rerun(centre, MAKER, message_id)
    queue.drain(centre)


def test_every_part_has_its_answer_once_it_is_read(
    any_centre: Centre, declare: Declare, person: Any
) -> None:
    message_id = take(any_centre, declare(person()))
    (own,) = told(any_centre, message_id)
    assert own.accepted
    assert cusres.verdict(own.text) == "BGM+312"
    assert "RFF+AF:PK304'DTM+189:2611221700:201'DTM+232:2611222000:201'LOC+125+DXB'" in own.text


def test_what_cannot_be_read_at_all_is_answered_too(any_centre: Centre) -> None:
    (own,) = told(any_centre, take(any_centre, b"this is no list"))
    assert not own.accepted
    assert cusres.verdict(own.text) == "BGM+962"
    assert "ERC+REJECTED::ZZZ'" in own.text


def test_several_interchanges_get_one_answer_each(
    any_centre: Centre, declare: Declare, person: Any
) -> None:
    data = declare(person()) + declare(person(), number="306") + b"UNB+UNOA:4+PK+X+1:1+7'UNH+1'"
    made = told(any_centre, take(any_centre, data))
    assert [own.ordinal for own in made] == [1, 2, 3]
    assert [own.accepted for own in made] == [True, True, False]
    controls = {reader.read(own.text.encode())[0].envelope for own in made}
    assert len({own.reference for own in controls if own}) == 3


def test_no_personal_data_is_in_an_answer(
    any_centre: Centre, declare: Declare, person: Any
) -> None:
    data = declare(person(family="NOON", given="ASLAM", document="AB1234567"))
    damaged = data.replace(b"DTM+329:", b"DTM+329:99")
    (own,) = told(any_centre, take(any_centre, damaged))
    for secret in ("NOON", "ASLAM", "AB1234567"):
        assert secret not in own.text


def test_an_answer_that_nobody_has_got_is_replaced(
    any_centre: Centre, declare: Declare, person: Any
) -> None:
    message_id = take(any_centre, declare(person()))
    (first,) = told(any_centre, message_id)
    again(any_centre, message_id)
    (second,) = told(any_centre, message_id)
    assert first.text != second.text, "its control reference is new"
    assert second.delivered_at is None


def test_old_messages_that_are_read_again_after_an_upgrade_are_not_answered_years_late(
    any_centre: Centre, clock: Any, declare: Declare, person: Any
) -> None:
    message_id = take(any_centre, declare(person()) + declare(person(), number="306"))
    with any_centre.db.maintain() as connection:
        connection.execute(tables.answer.delete())  # as if taken in before there were answers
    clock.advance(hours=24 * 400)
    again(any_centre, message_id)
    made = told(any_centre, message_id)
    assert [own.delivered_to.partition(":")[0] for own in made] == ["nobody", "nobody"]
    assert answers.deliver_dropped(any_centre) == 0
    assert "BGM+312'" in answers.of_message(any_centre, MAKER, message_id).text


def test_a_delivered_answer_stays_unless_the_verdict_changed(
    centre: Centre, declare: Declare, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = take(centre, declare(person()))
    assert answers.deliver_dropped(centre) == 1
    (first,) = told(centre, message_id)
    assert first.delivered_at is not None
    again(centre, message_id)
    assert told(centre, message_id) == (first,)
    assert answers.deliver_dropped(centre) == 0

    read = reader.read

    def refuse(data: bytes, **options: Any) -> Any:
        return tuple(replace(own, fatal=True) for own in read(data, **options))

    with monkeypatch.context() as patch:
        patch.setattr(reader, "read", refuse)
        again(centre, message_id)
    (second,) = told(centre, message_id)
    assert (first.accepted, second.accepted) == (True, False)
    assert second.delivered_at is None
    assert answers.deliver_dropped(centre) == 1


def test_answers_to_dropped_files_lie_in_the_drop_folder(
    centre: Centre, declare: Declare, person: Any
) -> None:
    message_id = take(centre, declare(person()), name="pk 304.edi")
    assert answers.deliver_dropped(centre) == 1
    (path,) = (centre.settings.drop_path / "answers").iterdir()
    (own,) = told(centre, message_id)
    digest = _message(centre, message_id).digest
    assert path.name == f"pk 304.edi.{digest[:8]}.1.edi"
    assert path.read_text() == own.text
    assert own.delivered_to == f"drop:{path.name}"
    assert answers.deliver_dropped(centre) == 0
    path.unlink()
    assert answers.deliver_dropped(centre) == 0, "it is delivered once"
    assert sweep(centre, set()) == 0, "answers are not taken for messages"


def _message(centre: Centre, message_id: str) -> Message:
    return answers.of_message(centre, MAKER, message_id).message


def test_a_crash_before_the_note_delivers_the_same_file_again(
    centre: Centre, declare: Declare, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(centre, declare(person()))

    def crash(*_: Any) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(stored, "delivered", crash)
        with pytest.raises(KeyboardInterrupt):
            answers.deliver_dropped(centre)
    folder = centre.settings.drop_path / "answers"
    (before,) = [(own.name, own.read_bytes()) for own in folder.iterdir()]
    assert answers.deliver_dropped(centre) == 1
    (after,) = [(own.name, own.read_bytes()) for own in folder.iterdir()]
    assert before == after


def test_an_answer_that_was_replaced_while_it_was_delivered_is_delivered_again(
    any_centre: Centre, declare: Declare, person: Any, clock: Any
) -> None:
    message_id = take(any_centre, declare(person()))
    seen: list[bytes] = []

    def put(_: str, data: bytes) -> None:
        if not seen:
            clock.advance(minutes=1)
            again(any_centre, message_id)
        seen.append(data)

    assert answers.deliver(any_centre, Channel.DROP, put) == 1
    assert answers.deliver(any_centre, Channel.DROP, put) == 1
    assert answers.deliver(any_centre, Channel.DROP, put) == 0
    assert seen[0] != seen[1] == told(any_centre, message_id)[0].text.encode()


@pytest.mark.parametrize("channel", [Channel.HTTP, Channel.CLI, Channel.SFTP])
def test_only_dropped_files_are_answered_in_the_drop_folder(
    centre: Centre, declare: Declare, person: Any, channel: Channel
) -> None:
    take(centre, declare(person()), channel)
    assert answers.deliver_dropped(centre) == 0
    assert not (centre.settings.drop_path / "answers").exists()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("../../etc/passwd", ".._.._etc_passwd.ab.2.edi"),
        ("قائمة.edi", "قائمة.edi.ab.2.edi"),
        ("n" * 255, f"{'n' * 90}.ab.2.edi"),
        ("ق" * 255, f"{'ق' * 90}.ab.2.edi"),
    ],
)
def test_answers_have_names_that_every_folder_takes(source: str, name: str, centre: Centre) -> None:
    own = stored.StoredAnswer(
        part_id="p", ordinal=2, at=centre.clock(), accepted=True, text="UNA:+.? '"
    )
    due = stored.DueAnswer(answer=own, message_id="m", digest="ab", source_name=source)
    made = answers.file_name(due)
    assert made == name
    assert len(f".{made}.tmp".encode()) <= 255


def test_a_carrier_has_got_what_it_fetched(centre: Centre, declare: Declare, person: Any) -> None:
    carrier = Actor(
        id="k",
        name="key:pia",
        permissions=frozenset({Permission.SEE_MESSAGES, Permission.SEND_MESSAGES}),
        carrier="PK",
        human=False,
    )
    source = Source(channel=Channel.HTTP, name="a.edi", carrier="PK")
    message = intake.receive(centre, carrier, declare(person()), source).message
    assert answers.of_message(centre, carrier, message.id).answers is None
    queue.drain(centre)
    found = answers.of_message(centre, MAKER, message.id)
    assert told(centre, message.id)[0].delivered_at is None, "an officer looked"
    assert answers.of_message(centre, carrier, message.id).text == found.text
    assert told(centre, message.id)[0].delivered_to == "key:pia"
    wanted = trail.TrailFilter(action="answer.viewed")
    assert trail.search(centre, MAKER, wanted).total == 2
    with pytest.raises(NotFound):
        answers.of_message(centre, MAKER, "nothing")


def test_the_sweep_and_the_post_work_together(
    centre: Centre, declare: Declare, person: Any
) -> None:
    path: Path = centre.settings.drop_path / "pk304.edi"
    path.write_bytes(declare(person()))
    then = time.time() - 60
    os.utime(path, (then, then))
    assert sweep(centre, set()) == 1
    queue.drain(centre)
    assert answers.deliver_dropped(centre) == 1
    assert sorted(own.name for own in path.parent.iterdir()) == ["answers", "done"]
