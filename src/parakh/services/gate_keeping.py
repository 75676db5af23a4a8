"""What a gate leaves behind: the crossing, a picture for comparison, a template for some hours."""

from dataclasses import replace
from datetime import timedelta

from parakh.domain.face import FaceSample
from parakh.domain.gallery import StagedFrom
from parakh.domain.hit import Hit, HitState, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.voyage import Crossing, CrossingState
from parakh.faces.picture import Picture
from parakh.services import portraits
from parakh.services.bearers import Bearer, Place, Verified
from parakh.services.centre import Centre
from parakh.store import alerts, pictures, travellers, vetting, voyage_templates
from parakh.store.database import Tx


def record_crossing(tx: Tx, bearer: Bearer, place: Place, lane: str) -> Crossing:
    """The announced crossing, now seen; or one that nobody announced.

    What was taken first stays: a second capture of the same person changes neither lane nor moment,
    unless it was taken before and came late.
    """
    crossing = _as_it_is(tx, bearer) or Crossing(
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
        vetting.remove(tx.connection, [crossing.traveller_id])
        alerts.redraw(tx, Ref(kind=Kind.TRAVELLER, id=crossing.traveller_id))
    return seen


def as_made(bearer: Bearer, place: Place, lane: str) -> Crossing:
    """The crossing as it is being made, for those who screen by it; it is not on file yet."""
    known = bearer.crossing or Crossing(
        id=new_id(),
        traveller_id=None,
        voyage_id=None,
        port=place.port,
        direction=place.direction,
        state=CrossingState.EXPECTED,
    )
    if known.state is CrossingState.ACTUAL:
        return known
    return replace(known, state=CrossingState.ACTUAL, lane=lane, at=place.at)


def _as_it_is(tx: Tx, bearer: Bearer) -> Crossing | None:
    """The announced crossing now: another capture may have met it since it was looked up."""
    if bearer.crossing is None or bearer.crossing.traveller_id is None:
        return bearer.crossing
    travellers.lock(tx.connection, [bearer.crossing.traveller_id])
    return travellers.get_crossing(tx.connection, bearer.crossing.id) or bearer.crossing


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
    verified: Verified,
) -> None:
    """Holds a verified traveller's live template for the hours after his crossing, and what was
    staged of him before no longer than that.

    Only a face that matched all it was compared with: any other would be known by a name that is
    not its own, and changes nothing of what is held.
    """
    traveller, voyage = bearer.traveller, bearer.voyage
    if traveller is None or voyage is None or crossing.at is None or not verified.sound:
        return
    ends = crossing.at + voyage_templates.retention(tx.connection)
    voyage_templates.set_expiry(tx, traveller.id, ends)
    if verified.comparison is None or ends <= tx.at:
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
