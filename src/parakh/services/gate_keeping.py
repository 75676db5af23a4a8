"""What a gate leaves behind: the crossing, a picture for comparison, a template for some hours."""

from dataclasses import replace
from datetime import timedelta

from parakh.domain.face import Comparison, FaceSample
from parakh.domain.gallery import VOYAGE_GALLERY, StagedFrom
from parakh.domain.hit import Hit, HitState, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.voyage import Crossing, CrossingState
from parakh.faces.picture import Picture
from parakh.services import portraits
from parakh.services.bearers import Bearer, Place
from parakh.services.centre import Centre
from parakh.store import alerts, galleries, pictures, travellers, voyage_templates
from parakh.store.database import Tx

RETENTION = timedelta(hours=12)
"""Of a traveller's template after his crossing, where the gallery says nothing."""


def record_crossing(tx: Tx, bearer: Bearer, place: Place, lane: str) -> Crossing:
    """The announced crossing, now seen; or one that nobody announced.

    What was taken first stays: a second capture of the same person changes neither lane nor moment,
    unless it was taken before and came late.
    """
    crossing = bearer.crossing or Crossing(
        id=new_id(),
        traveller_id=None,
        voyage_id=None,
        port=place.port,
        direction=place.direction,
        state=CrossingState.ACTUAL,
    )
    known = bearer.crossing is not None and crossing.state is CrossingState.ACTUAL
    if known and (crossing.at is None or crossing.at <= place.at):
        return crossing
    seen = replace(crossing, state=CrossingState.ACTUAL, lane=lane, at=place.at)
    travellers.save_crossing(tx.connection, seen)
    if crossing.traveller_id is not None:
        alerts.redraw(tx, Ref(kind=Kind.TRAVELLER, id=crossing.traveller_id))
    return seen


def by_face(hits: tuple[Hit, ...]) -> bool:
    """Whether a face hit stands that no human cleared."""
    return any(
        hit.screener.startswith("face@") and hit.state is not HitState.CLEARED for hit in hits
    )


def keep_picture(centre: Centre, tx: Tx, capture_id: str, picture: Picture) -> str:
    """Keeps the live picture behind a face hit for a while, for comparison side by side."""
    return pictures.save_picture(
        tx,
        centre.db.vault,
        owner_kind=Kind.CAPTURE,
        owner_id=capture_id,
        media_type="image/jpeg",
        data=portraits.kept(picture),
        expires_at=tx.at + timedelta(days=centre.settings.hit_picture_days),
    )


def stage_live(
    centre: Centre,
    tx: Tx,
    bearer: Bearer,
    crossing: Crossing,
    live: FaceSample,
    compared: Comparison | None,
) -> None:
    """Holds a verified traveller's live template for the hours after his crossing, and no longer
    what was staged of him before.

    Only a face that matched its document: any other would be known by a name that is not its own.
    """
    traveller, voyage = bearer.traveller, bearer.voyage
    if traveller is None or voyage is None or crossing.at is None:
        return
    policy = galleries.get(tx.connection, VOYAGE_GALLERY)
    ends = crossing.at + (policy.retention or RETENTION)
    voyage_templates.set_expiry(tx, traveller.id, ends)
    if compared is None or not compared.match or ends <= tx.at:
        return
    voyage_templates.drop(tx, traveller.id, StagedFrom.CAPTURE)
    voyage_templates.save(
        tx,
        centre.db.vault,
        voyage_id=voyage.id,
        traveller_id=traveller.id,
        template=live.template,
        quality=live.quality.score,
        staged_from=StagedFrom.CAPTURE,
        expires_at=ends,
    )
