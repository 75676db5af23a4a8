"""Faces of travellers, taken in before they cross: document portraits and register pictures.

Only the template is kept, under the voyage's own key, until some hours after the crossing; never
the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.gallery import StagedFrom
from parakh.domain.traveller import Traveller
from parakh.domain.voyage import Voyage
from parakh.errors import InvalidInput, NotFound, ParakhError
from parakh.normalise.documents import document_number
from parakh.services import portraits
from parakh.services.centre import Centre
from parakh.services.portraits import Portrait
from parakh.store import travellers, voyage_templates
from parakh.store.database import Tx

MOST_AT_ONCE = 50
SOURCES = (StagedFrom.DOCUMENT, StagedFrom.REGISTER)
"""Where a face may be staged from; one captured at a gate comes from there alone."""

RETENTION = timedelta(hours=12)
"""So long a traveller's face is held where his gallery says nothing."""

UNKNOWN_DUE = timedelta(days=2)
"""A voyage of which no time is known is expected within so long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Staged:
    """One picture of several: whose it was by document number, and what became of it.

    `cause` is "" where it was staged.
    """

    document: str
    traveller_id: str | None
    cause: str


def stage(
    centre: Centre,
    actor: Actor,
    voyage_id: str,
    traveller_id: str,
    picture: bytes,
    staged_from: StagedFrom,
) -> str:
    """Stages the face of a traveller, in the place of one from the same source; gives its id.

    Raises NotFound for who is not on the voyage, InvalidInput for a picture that is not fit and for
    a voyage that is over.
    """
    voyage = _voyage(centre, actor, voyage_id, staged_from)
    with centre.db.read() as connection:
        found = travellers.get_traveller(connection, traveller_id)
    if found.voyage_id != voyage_id:
        raise NotFound("there is no such traveller on this voyage")
    portrait = portraits.read(centre, picture)
    with centre.db.write(actor, Purpose.SCREENING) as tx:
        template_id = _keep(centre, tx, voyage, traveller_id, portrait, staged_from)
        tx.audit("face.staged", "traveller", traveller_id, voyage=voyage_id, source=staged_from)
    return template_id


def stage_many(
    centre: Centre,
    actor: Actor,
    voyage_id: str,
    shots: Sequence[tuple[str, bytes]],
    staged_from: StagedFrom,
) -> tuple[Staged, ...]:
    """Stages pictures by the document numbers of whom they show, in the same order.

    What cannot be used is told with its cause, and holds up none of the others.
    """
    if not 0 < len(shots) <= MOST_AT_ONCE:
        raise InvalidInput(f"one to {MOST_AT_ONCE} pictures are taken at once")
    voyage = _voyage(centre, actor, voyage_id, staged_from)
    with centre.db.read() as connection:
        bearers = _bearers(travellers.travellers_of_voyage(connection, voyage_id))
    done: list[Staged] = []
    fit: list[tuple[str, Portrait]] = []
    for number, content in shots:
        traveller_id = bearers.get(document_number(number))
        cause = "nobody on this voyage bears this document" if traveller_id is None else ""
        if traveller_id is not None:
            try:
                fit.append((traveller_id, portraits.read(centre, content)))
            except ParakhError as error:
                cause = str(error)
        done.append(Staged(document=number, traveller_id=traveller_id, cause=cause))
    with centre.db.write(actor, Purpose.SCREENING) as tx:
        for traveller_id, portrait in fit:
            _keep(centre, tx, voyage, traveller_id, portrait, staged_from)
        tx.audit("faces.staged", "voyage", voyage_id, staged=len(fit), refused=len(done) - len(fit))
    return tuple(done)


def ends_at(connection: sa.Connection, voyage: Voyage, now: datetime) -> datetime:
    """Until when the face of somebody expected on a voyage is held: so long after it is due."""
    return (voyage.due_at or now + UNKNOWN_DUE) + voyage_templates.retention(connection)


def _voyage(centre: Centre, actor: Actor, voyage_id: str, staged_from: StagedFrom) -> Voyage:
    actor.require(Permission.STAGE_FACES)
    if staged_from not in SOURCES:
        raise InvalidInput("a face is staged from a document or from a register")
    with centre.db.read() as connection:
        found = travellers.get_voyage(connection, voyage_id)
        actor.require_port(found.port)
        if ends_at(connection, found, centre.clock()) <= centre.clock():
            raise InvalidInput("the voyage is over: its travellers' faces are not held any more")
    return found


def _keep(
    centre: Centre,
    tx: Tx,
    voyage: Voyage,
    traveller_id: str,
    portrait: Portrait,
    staged_from: StagedFrom,
) -> str:
    voyage_templates.drop(tx, traveller_id, staged_from)
    return voyage_templates.save(
        tx,
        centre.db.vault,
        voyage_id=voyage.id,
        traveller_id=traveller_id,
        template=portrait.sample.template,
        quality=portrait.sample.quality.score,
        staged_from=staged_from,
        expires_at=ends_at(tx.connection, voyage, tx.at),
    )


def _bearers(declared: Sequence[Traveller]) -> dict[str, str]:
    return {document.number: own.id for own in declared for document in own.documents}
