"""Answers to carriers: made with what is stored of a message, and left where the carrier looks."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from parakh.access import Actor, Permission, Purpose, system_actor
from parakh.domain.message import Channel, Message, MessageState, Part
from parakh.errors import NotFound
from parakh.ingest import cusres
from parakh.ingest.submission import Submission
from parakh.services.centre import Centre
from parakh.services.files import write_whole
from parakh.store import answers, messages
from parakh.store.answers import DueAnswer, StoredAnswer
from parakh.store.database import Tx

_log = structlog.get_logger()
_POST = system_actor("answers")
_AT_ONCE = 200
_UNFIT = re.compile(r"[^\w.\- ]")
_TOO_LATE = "nobody: the message was read before answers were made"
_LONGEST_NAME = 90
"""Characters of a source's name that its answer's name keeps: 255 bytes must hold all of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageAnswers:
    """What a carrier is told of a message; `answers` is None until the message has been read."""

    message: Message
    answers: tuple[StoredAnswer, ...] | None

    @property
    def text(self) -> str:
        """All answers, one interchange after another."""
        return "".join(own.text for own in self.answers or ())


# --- making -----------------------------------------------------------------------------------


def answer(tx: Tx, message: Message, part: Part, submission: Submission) -> None:
    """Makes the answer to a part of a message, in the transaction that stores the part.

    So no message is ever read without its answers. `message` is as it was when its reading began.
    A message that is read again replaces an answer that nobody has got yet; one that was delivered
    stays, unless the verdict is another now: then the new one is delivered too. The answer to a
    part that an earlier reading made none for is kept and delivered to nobody: years later, after
    an upgrade, nobody waits for it.
    """
    made = cusres.answer(part, submission, message.run, tx.at)
    old = answers.get(tx.connection, part.id)
    if made is None:
        answers.drop(tx.connection, part.id)
    elif old is None or old.delivered_at is None or _differs(old, made):
        answers.save(
            tx.connection,
            part.id,
            message.source.channel,
            tx.at,
            accepted=made.accepted,
            text=made.text,
            settled=_TOO_LATE if old is None and message.run > 1 else "",
        )


def _differs(old: StoredAnswer, new: cusres.Answer) -> bool:
    return old.accepted != new.accepted or cusres.verdict(old.text) != cusres.verdict(new.text)


# --- looking ----------------------------------------------------------------------------------


def of_message(centre: Centre, actor: Actor, message_id: str) -> MessageAnswers:
    """What its sender is told of a message; a look that is audited.

    A carrier that asks with its own key has got it. Raises NotFound for a message of another
    carrier, and for one that is answered in another way, being no EDIFACT.
    """
    actor.require(Permission.SEE_MESSAGES)
    with centre.db.read() as connection:
        message = messages.get(connection, message_id)
        actor.require_carrier(message.source.carrier)
        found = answers.of_message(connection, message_id)
    if message.state is MessageState.RECEIVED and not found:
        return MessageAnswers(message=message, answers=None)
    if not found:
        raise NotFound("there is no answer to this message: it holds no message of EDIFACT")
    with centre.db.write(actor, Purpose.INTAKE) as tx:
        tx.audit("answer.viewed", "message", message_id, answers=len(found))
        if actor.carrier:
            for own in found:
                answers.delivered(tx.connection, own, tx.at, actor.name)
    return MessageAnswers(message=message, answers=found)


# --- delivering -------------------------------------------------------------------------------


def deliver(
    centre: Centre, channel: Channel, put: Callable[[str, bytes], None], source: str = ""
) -> int:
    """Delivers what waits for a channel by `put(name, data)`; gives how many answers.

    The name is the same whenever it is tried again, and `put` must replace a whole file at once: a
    crash between `put` and the note of it leads to the same file a second time, never to half of
    one or to none. Only sources whose name begins with `source` are looked at.
    """
    with centre.db.read() as connection:
        waiting = answers.due(connection, channel, _AT_ONCE, source)
    for own in waiting:
        name = file_name(own, source)
        put(name, own.answer.text.encode("ascii"))
        with centre.db.write(_POST, Purpose.INTAKE) as tx:
            to = f"{channel.value}:{source}{name}"
            done = answers.delivered(tx.connection, own.answer, tx.at, to)
            tx.audit("answer.delivered", "message", own.message_id, to=to, current=done)
    return len(waiting)


def deliver_dropped(centre: Centre) -> int:
    """Writes the answers to dropped files into `answers/` of the drop folder; gives how many."""
    if not centre.settings.drop_path.is_dir():
        return 0

    def put(name: str, data: bytes) -> None:
        write_whole(centre.settings.drop_path / "answers" / name, data)

    return deliver(centre, Channel.DROP, put)


def file_name(own: DueAnswer, source: str = "") -> str:
    """`NAME.DIGEST.ORDINAL.edi`: the file answered, the first 8 of its SHA-256, and its part.

    The digest keeps apart what came under one name on different days.
    """
    name = _UNFIT.sub("_", own.source_name.removeprefix(source))[:_LONGEST_NAME]
    return f"{name}.{own.digest[:8]}.{own.answer.ordinal}.edi"
