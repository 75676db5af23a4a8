"""Screens what a message declared; stores assessments, raises alerts."""

from parakh.access import Purpose
from parakh.domain.message import Message, MessageState
from parakh.services import goods_screening
from parakh.services.assessing import assess
from parakh.services.centre import WORKER, Centre
from parakh.services.linking import link
from parakh.services.subjects import ports_of, screened, subjects_of, told_besides
from parakh.store import messages, travellers


def screen_message(centre: Centre, message: Message) -> bool:
    """Screens all that a parsed message told of; False when another worker was quicker."""
    with centre.db.read() as connection:
        told = [own.id for own in travellers.travellers_to_screen(connection, message.id)]
    if told:
        # First, and by itself: rules and links go by what is known of the whole person.
        with centre.db.write(WORKER, Purpose.SCREENING) as tx:
            linked = link(tx.connection, told, tx.at)
            tx.audit("message.linked", "message", message.id, linked=linked)
    with centre.db.read() as connection:
        subjects = subjects_of(connection, travellers.travellers_to_screen(connection, message.id))
        besides = told_besides(connection, subjects)
        ports = ports_of(connection, subjects)
        goods = goods_screening.screen(centre, connection, message.id)
    found = screened(centre.expected_screeners(), subjects, besides)
    with centre.db.write(WORKER, Purpose.SCREENING) as tx:
        if not messages.move(tx.connection, message, MessageState.SCREENED):
            tx.audit("message.left", "message", message.id, cause="another worker was quicker")
            return False
        cause = f"{message.id}#{message.run}"
        done = assess(tx, found, cause=cause, ports=ports)
        done += goods_screening.settle(tx, centre, goods, cause)
        tx.audit(
            "message.screened",
            "message",
            message.id,
            subjects=len(subjects) + len(goods.found),
            alerts=sum(len(own.alerts) for own in done),
        )
    centre.wall.notify()
    return True
