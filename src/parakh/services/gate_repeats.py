"""Captures that are sent again, and answered as before."""

from datetime import timedelta

import sqlalchemy as sa

from parakh.access import Actor, Purpose
from parakh.domain.capture import CaptureAnswer
from parakh.domain.hit import Kind, Ref
from parakh.errors import Conflict
from parakh.services.alerts import OPEN, hit_views
from parakh.services.bearers import Bearer
from parakh.services.centre import Centre
from parakh.services.gate_values import CaptureRequest, GateAnswer
from parakh.store import alerts, assessments, travellers
from parakh.store import captures as captures_store

SAME_FRAMES = timedelta(minutes=10)
"""The same frames, bit by bit, from one station within this time are one capture sent twice; an
officer who uploads a file again wants to know anew."""


def answered_before(
    centre: Centre, actor: Actor, request: CaptureRequest, digest: str, late: timedelta | None
) -> GateAnswer | None:
    """The answer that a capture got when it came first; None for a new one.

    `digest` is that of its frames, place and document. Raises Conflict when a capture with other
    ones, or of another station, has its identifier.
    """
    with centre.db.read() as connection:
        since = centre.clock() - SAME_FRAMES
        known = captures_store.known(connection, request.id, request.station_id, digest, since)
        if known is None or known.answer is None:
            return None
        if (known.station_id, known.digest) != (request.station_id, digest):
            raise Conflict("another capture has this identifier: choose a new one")
        answer = known.answer
        found = _of_subject(connection, answer)
        hits = assessments.hits_of(connection, [answer.subject]).get(answer.subject, [])
        results = assessments.newest_results(connection, [answer.subject])
        again = GateAnswer(
            capture_id=known.id,
            quality=answer.quality,
            pad=answer.pad,
            verification=answer.verification,
            advice=answer.advice,
            next_step=answer.next_step,
            notes=answer.notes,
            traveller=found.traveller,
            voyage=found.voyage,
            hits=hit_views(connection, hits),
            results=results.get(answer.subject.id, ()),
            alerts=open_alerts(connection, actor, answer.subject),
            frames=answer.frames,
            identified=answer.identified,
            duplicate=True,
            late=late,
        )
    centre.looked(actor, Purpose.GATE, "gate.answered_again", answer.subject.kind, known.id)
    return again


def _of_subject(connection: sa.Connection, answer: CaptureAnswer) -> Bearer:
    if answer.subject.kind is not Kind.TRAVELLER:
        return Bearer()
    own = travellers.lasting_id(connection, answer.subject.id)
    persons = travellers.travellers_by_id(connection, [own])
    voyages = travellers.voyages_by_id(connection, [answer.voyage_id] if answer.voyage_id else [])
    return Bearer(
        traveller=persons[0] if persons else None, voyage=next(iter(voyages.values()), None)
    )


def open_alerts(connection: sa.Connection, actor: Actor, subject: Ref) -> tuple[str, ...]:
    """The open alerts of the actor's units on a subject."""
    return tuple(
        alert.id
        for alert in alerts.alerts_on(connection, subject)
        if alert.state in OPEN and (actor.everywhere or alert.unit_id in actor.units)
    )
