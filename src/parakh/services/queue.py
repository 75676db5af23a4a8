"""The work queue: the message table itself, worked off one step at a time."""

import time
from collections.abc import Callable

import structlog

from parakh import tracing
from parakh.domain.message import Message, MessageState
from parakh.services import reading, rule_sweeps, screening, sweeps
from parakh.services.centre import Centre
from parakh.store import messages
from parakh.store.lease import claim

_log = structlog.get_logger()
SWEEP_AFTER = 10.0
"""Seconds for which messages may keep sweeps waiting; then one batch goes between them."""

_STEPS: tuple[tuple[MessageState, str, Callable[[Centre, Message], bool]], ...] = (
    (MessageState.PARSED, "message.screen", screening.screen_message),
    (MessageState.RECEIVED, "message.parse", reading.parse),
)
"""What is nearest its end goes first, so that an alert waits for no newcomer."""


def step(centre: Centre, leave: set[str]) -> bool:
    """Takes one message one state on, else a sweep one batch; False when there is nothing to do.

    A message or sweep whose step fails is put into `leave` and stays in its state, to be tried
    again when the caller empties `leave`; the queue goes on with the others.
    """
    if time.monotonic() - centre.swept_at >= SWEEP_AFTER and _sweep(centre, leave):
        return True
    for state, name, work in _STEPS:
        with claim(centre.db, state, leave) as message:
            if message is None:
                continue
            try:
                with tracing.span(name, message.trace, run=message.run):
                    work(centre, message)
            except Exception:
                _log.exception("step failed", message=message.id, state=state.value)
                leave.add(message.id)
            return True
    return _sweep(centre, leave)


def _sweep(centre: Centre, leave: set[str]) -> bool:
    try:
        return sweeps.step(centre, leave) or rule_sweeps.step(centre, leave)
    except Exception:
        _log.exception("sweep failed")
        return True
    finally:
        centre.swept_at = time.monotonic()


def drain(centre: Centre) -> set[str]:
    """Works until nothing is left; gives the messages and sweeps whose step failed."""
    failed: set[str] = set()
    while step(centre, failed):
        pass
    return failed


def waiting(centre: Centre) -> int:
    """How many messages are not finished."""
    with centre.db.read() as connection:
        return messages.waiting(connection)
