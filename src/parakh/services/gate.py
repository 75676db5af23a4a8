"""A face at a gate: quality, the document's portrait (1:1), the galleries (1:N), the crossing.

A live picture that matches nothing is never stored. Its template is held only where it was verified
as an announced traveller's, under his voyage's key and for the hours around his crossing.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter

from parakh.access import Actor, Permission, Purpose
from parakh.domain.capture import CaptureAnswer
from parakh.domain.face import (
    NO_PAD_CHECK,
    FaceSample,
    PadResult,
    PadState,
    Template,
)
from parakh.domain.hit import Advice, Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.voyage import Crossing, CrossingState
from parakh.errors import Conflict, InvalidInput
from parakh.faces.burst import Burst, read_burst
from parakh.normalise.documents import document_number
from parakh.screen.pipeline import Screened, merge, screen
from parakh.screen.screener import FaceSubject, TravellerSubject
from parakh.services import bearers
from parakh.services.alerts import hit_views
from parakh.services.assessing import SWEEP, Assessed, assess
from parakh.services.bearers import Bearer, Place, Verified
from parakh.services.centre import Centre
from parakh.services.clearing import kept_pictures
from parakh.services.gate_keeping import as_made, by_face, keep_picture, record_crossing, stage_live
from parakh.services.gate_repeats import SAME_FRAMES, answered_before, open_alerts
from parakh.services.gate_values import CaptureRequest, CrossingRequest, GateAnswer
from parakh.store import assessments
from parakh.store import captures as captures_store
from parakh.store.captures import Capture
from parakh.store.database import Tx

NEXT = {
    Advice.PROCEED: N_("Nothing was found. You decide."),
    Advice.INCOMPLETE: N_("A check failed. Check this person by hand."),
    Advice.COMPARE: N_("Compare this person with the record side by side, then decide."),
    Advice.INSPECT: N_("Ask this person to a second inspection."),
    Advice.REFER: N_("Call the competent unit before this person goes on."),
}
LATE = timedelta(minutes=1)
"""A capture that comes so long after it was taken is called late."""

AGAIN = timedelta(minutes=10)
"""Whoever is seen again within this time is taken for the same person at the same gate."""

LATEST = timedelta(days=7)
"""Captures that are older are refused: nobody can act on them, and clocks are wrong."""

_AGAIN = N_("{reason}. Take the picture again.")
_NOT_ALIKE = N_(
    "The face does not match the document's portrait "
    "(similarity {score}, {threshold} is needed). Compare the two yourself."
)
_NOT_STAGED = N_(
    "The face does not match the one that was staged for this traveller "
    "(similarity {score}, {threshold} is needed). Compare the two yourself."
)
_SEEN = N_("With this document somebody crossed already: {at} UTC, lane {lane}.")
_ATTACK = N_(
    "The check for presentation attacks ({method}) speaks against a living person. Look closely."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Taken:
    """A capture that is being answered: the request, when, where, and its frames' digest."""

    request: CaptureRequest
    id: str
    digest: str
    place: Place
    late: timedelta | None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Seen:
    """What was found out about a face before anything is written."""

    burst: Burst
    live: FaceSample
    probes: tuple[Template, ...]
    bearer: Bearer
    verified: Verified
    screened: Screened
    shown: frozenset[str]

    @property
    def ref(self) -> Ref:
        """Who was screened: the announced traveller, or the capture."""
        return self.screened.subject.ref


def cross(centre: Centre, actor: Actor, request: CrossingRequest) -> Crossing:
    """Records a crossing without a picture.

    Of an announced traveller who was seen already, the crossing is given back as it is. Raises
    InvalidInput for a moment in the future, Forbidden for another unit's port.
    """
    actor.require(Permission.USE_GATE)
    actor.require_port(request.port)
    if request.at > centre.clock():
        raise InvalidInput("a crossing cannot lie in the future")
    place = Place(port=request.port, direction=request.direction, at=request.at)
    bearer = bearers.expected(centre, document_number(request.document), place)
    if bearer.crossing is not None and bearer.crossing.state is CrossingState.ACTUAL:
        return bearer.crossing
    screened = _by_rules(centre, bearer, place, request.lane)
    with centre.db.write(actor, Purpose.GATE) as tx:
        crossing = record_crossing(tx, bearer, place, request.lane)
        if screened is not None and screened.hits:
            ref = screened.subject.ref
            # By rules alone, as a sweep is: what else is known of him stands beside it.
            cause = f"{SWEEP}{crossing.id}"
            assess(tx, [screened], cause=cause, ports={ref: place.port}, lanes={ref: request.lane})
        tx.audit("crossing.recorded", "crossing", crossing.id, lane=request.lane)
    centre.wall.notify()
    return crossing


def _by_rules(centre: Centre, bearer: Bearer, place: Place, lane: str) -> Screened | None:
    """What rules say of somebody announced who crosses; some look at when and where."""
    if bearer.traveller is None:
        return None
    subject = TravellerSubject(
        ref=Ref(kind=Kind.TRAVELLER, id=bearer.traveller.id),
        traveller=bearer.traveller,
        voyage=bearer.voyage,
        crossing=as_made(bearer, place, lane),
    )
    return screen([centre.rules], [subject])[0]


def capture(centre: Centre, actor: Actor, request: CaptureRequest) -> GateAnswer:
    """Answers one capture; records the crossing, and alerts the port's units to new hits.

    One that was answered before (the same identifier, or the same frames of one station within ten
    minutes) is answered again and recorded once.

    Raises Unreadable for what is no picture, InvalidInput for a document that is neither a number
    nor a zone and for a moment that cannot be, Forbidden for another unit's port, Conflict for the
    identifier of somebody else's capture.
    """
    started = perf_counter()
    actor.require(Permission.USE_GATE)
    actor.require_port(request.port)
    taken = _take(centre, request)
    answer = answered_before(centre, actor, request, taken.digest, taken.late)
    if answer is None:
        burst = read_burst(centre.faces, request.frames)
        if burst.live is None or burst.face is None or not burst.live.quality.acceptable:
            answer = _again(taken, burst)
        else:
            probes = centre.probes(burst.picture, burst.face, burst.live)
            answer = _search(centre, actor, taken, burst, burst.live, probes)
    return replace(answer, milliseconds=(perf_counter() - started) * 1000)


def _take(centre: Centre, request: CaptureRequest) -> _Taken:
    now = centre.clock()
    at = request.taken_at or now
    if at > now + LATE:
        raise InvalidInput("the capture was taken in the future: set the clock of its sender")
    if now - at > LATEST:
        raise InvalidInput(f"the capture is older than {LATEST.days} days")
    digest = hashlib.sha256()
    for own in (*request.frames, request.portrait or b""):
        digest.update(hashlib.sha256(own).digest())
    place = (request.port, request.lane, request.direction.value, request.document.strip())
    digest.update("\n".join(place).encode())
    return _Taken(
        request=request,
        id=request.id or new_id(),
        digest=digest.hexdigest(),
        place=Place(port=request.port, direction=request.direction, at=min(at, now)),
        late=now - at if now - at >= LATE else None,
    )


def _again(taken: _Taken, burst: Burst) -> GateAnswer:
    quality = burst.quality
    return GateAnswer(
        capture_id=None,
        quality=quality,
        pad=_pad(taken, burst),
        verification=None,
        advice=Advice.INCOMPLETE,
        next_step=phrase(_AGAIN, reason=quality.reasons[0]),
        frames=burst.frames,
        late=taken.late,
    )


def _search(
    centre: Centre,
    actor: Actor,
    taken: _Taken,
    burst: Burst,
    live: FaceSample,
    probes: tuple[Template, ...],
) -> GateAnswer:
    request = taken.request
    bearer = bearers.by_document(centre, request.document, taken.place)
    bearer = bearers.by_face(centre, bearer, probes, taken.place)
    screened = _screen(centre, bearer, _subject(bearer, taken.id), probes, taken)
    seen = _Seen(
        burst=burst,
        live=live,
        probes=probes,
        bearer=bearer,
        verified=bearers.verify(centre, bearer, live, probes, request.portrait),
        screened=screened,
        shown=_kept_of(centre, bearer, screened.hits, live),
    )
    with centre.db.write(actor, Purpose.GATE) as tx:
        own = _capture(taken, seen, tx.at)
        if captures_store.claim(tx.connection, own, tx.at - SAME_FRAMES):
            answer = _record(centre, tx, actor, taken, seen)
        else:
            # Sent twice at once: whoever came first records it.
            tx.audit("gate.repeated", "capture", taken.id)
            answer = None
    centre.wall.notify()
    answer = answer or answered_before(centre, actor, request, taken.digest, taken.late)
    if answer is None:
        raise Conflict("another capture has this identifier")
    return answer


def _record(centre: Centre, tx: Tx, actor: Actor, taken: _Taken, seen: _Seen) -> GateAnswer:
    ref = seen.ref
    done = _assess(tx, taken, seen)
    # After it, for whoever withdraws redress takes its record first and the wall's events last.
    crossing = record_crossing(tx, seen.bearer, taken.place, taken.request.lane)
    # Without a new alert nobody would see the picture, so that it must not be kept.
    alerted = bool(done.alerts) and by_face(done.assessment.hits)
    picture_id = keep_picture(centre, tx, taken.id, seen.burst.picture) if alerted else None
    stage_live(centre, tx, seen.bearer, crossing, seen.live, seen.verified)
    answer = _answer(taken, seen, done.assessment.advice)
    own = _capture(taken, seen, tx.at)
    captures_store.complete(
        tx.connection,
        replace(own, crossing_id=crossing.id, picture_id=picture_id, answer=answer),
    )
    waiting = open_alerts(tx.connection, actor, ref)
    known = assessments.hits_of(tx.connection, [ref]).get(ref, [])
    views = hit_views(tx.connection, known)
    tx.audit("gate.captured", ref.kind, ref.id, capture=taken.id, lane=taken.request.lane)
    return GateAnswer(
        capture_id=taken.id,
        quality=answer.quality,
        pad=answer.pad,
        verification=answer.verification,
        advice=answer.advice,
        next_step=answer.next_step,
        notes=answer.notes,
        traveller=seen.bearer.traveller,
        voyage=seen.bearer.voyage,
        hits=views,
        results=seen.screened.results,
        alerts=waiting,
        frames=answer.frames,
        identified=answer.identified,
        late=taken.late,
    )


def _assess(tx: Tx, taken: _Taken, seen: _Seen) -> Assessed:
    ports = {seen.ref: taken.place.port}
    lanes = {seen.ref: taken.request.lane}
    done = assess(tx, [seen.screened], cause=taken.id, ports=ports, lanes=lanes, shown=seen.shown)
    return done[0]


def _answer(taken: _Taken, seen: _Seen, advice: Advice) -> CaptureAnswer:
    """What is advised, all told: by the hits, the document, the portrait, and the active check."""
    pad, verification = _pad(taken, seen.burst), seen.verified.comparison
    attack = pad.state is PadState.ATTACK
    if seen.bearer.notes or attack or (verification and not verification.match):
        advice = max(advice, Advice.COMPARE, key=lambda value: value.rank)
    next_step = phrase(NEXT[advice])
    if verification is not None and not verification.match:
        figures = {
            "score": f"{verification.score:.2f}",
            "threshold": f"{verification.threshold:.2f}",
        }
        next_step = phrase(_NOT_STAGED if seen.verified.staged else _NOT_ALIKE, **figures)
    notes = seen.bearer.notes + seen.verified.notes + _seen_before(taken, seen)
    if attack:
        notes = (phrase(_ATTACK, method=pad.method), *notes)
    return CaptureAnswer(
        subject=seen.ref,
        quality=seen.live.quality,
        pad=pad,
        verification=verification,
        advice=advice,
        next_step=next_step,
        notes=notes,
        frames=seen.burst.frames,
        identified=seen.bearer.identified,
        voyage_id=seen.bearer.voyage.id if seen.bearer.voyage else None,
    )


def _seen_before(taken: _Taken, seen: _Seen) -> tuple[Phrase, ...]:
    """That the document crossed some time ago, unless the face says that it is he again."""
    crossing, compared = seen.bearer.crossing, seen.verified.comparison
    told = seen.bearer.by_face or (compared is not None and compared.match)
    if crossing is None or crossing.at is None or told or taken.place.at - crossing.at < AGAIN:
        return ()
    return (phrase(_SEEN, at=f"{crossing.at:%Y-%m-%d %H:%M}", lane=crossing.lane),)


def _pad(taken: _Taken, burst: Burst) -> PadResult:
    """The active check's result where one was done, unless the model's speaks against a person."""
    active = taken.request.active
    passive = burst.live.pad if burst.live else NO_PAD_CHECK
    if passive.state is PadState.ATTACK or active.state is PadState.NOT_EVALUATED:
        return passive if passive.state is not PadState.NOT_EVALUATED else active
    return active


# --- screening --------------------------------------------------------------------------------


def _subject(bearer: Bearer, capture_id: str) -> Ref:
    if bearer.crossing is None or bearer.traveller is None:
        return Ref(kind=Kind.CAPTURE, id=capture_id)
    return Ref(kind=Kind.TRAVELLER, id=bearer.traveller.id)


def _screen(
    centre: Centre, bearer: Bearer, ref: Ref, probes: tuple[Template, ...], taken: _Taken
) -> Screened:
    screeners = centre.gate_screeners()
    by_face = screen(screeners, [FaceSubject(ref=ref, probes=probes)])[0]
    if bearer.traveller is None:
        return by_face
    declared = TravellerSubject(
        ref=ref,
        traveller=bearer.traveller,
        voyage=bearer.voyage,
        crossing=as_made(bearer, taken.place, taken.request.lane),
    )
    # First whom his document names, for only he can be known from a clearing before; the face must
    # then be that of the picture kept with it.
    return merge(screen(screeners, [declared])[0], by_face)


def _kept_of(
    centre: Centre, bearer: Bearer, hits: tuple[Hit, ...], live: FaceSample
) -> frozenset[str]:
    """The pictures, kept when somebody was cleared under his documents, that show the live face."""
    if bearer.traveller is None:
        return frozenset()
    with centre.db.read() as connection:
        kept = kept_pictures(connection, centre.db.vault, hits, bearer.traveller)
    return frozenset(own for own, data in kept.items() if bearers.alike(centre, live, data))


# --- what is kept -----------------------------------------------------------------------------


def _capture(taken: _Taken, seen: _Seen, at: datetime) -> Capture:
    request, compared = taken.request, seen.verified.comparison
    return Capture(
        id=taken.id,
        port=request.port,
        lane=request.lane,
        direction=request.direction,
        at=at,
        crossing_id=None,
        picture_id=None,
        quality=seen.live.quality.score,
        verification=compared.score if compared else None,
        taken_at=taken.place.at,
        station_id=request.station_id,
        frames=len(request.frames),
        digest=taken.digest,
    )
