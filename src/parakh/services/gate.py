"""A face at a gate: quality, the document's portrait (1:1), the watchlists (1:N), the crossing.

A live picture that matches nothing is never stored, and neither is its template.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.face import NO_PAD_CHECK, Comparison, FaceSample, PadResult, Quality
from parakh.domain.hit import Advice, Hit, HitState, Kind, Ref, ScreenerResult
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.traveller import Traveller, TravellerRole
from parakh.domain.voyage import Crossing, CrossingState, Direction, Voyage
from parakh.errors import InvalidInput, Unreadable
from parakh.faces.picture import Picture, decode_picture
from parakh.faces.quality import explain_absence
from parakh.normalise.dates import read_birth_date
from parakh.normalise.documents import document_number
from parakh.normalise.mrz import Mrz, read_mrz
from parakh.screen.pipeline import Screened, merge, screen
from parakh.screen.screener import FaceSubject, TravellerSubject
from parakh.services import portraits
from parakh.services.alerts import OPEN, HitView, hit_views
from parakh.services.assessing import assess
from parakh.services.centre import Centre
from parakh.services.clearing import kept_pictures
from parakh.services.crossings import find_expected
from parakh.store import alerts, assessments, pictures, travellers
from parakh.store import captures as captures_store
from parakh.store.database import Tx

NEXT = {
    Advice.PROCEED: N_("Nothing was found. You decide."),
    Advice.INCOMPLETE: N_("A check failed. Check this person by hand."),
    Advice.COMPARE: N_("Compare this person with the record side by side, then decide."),
    Advice.INSPECT: N_("Ask this person to a second inspection."),
    Advice.REFER: N_("Call the competent unit before this person goes on."),
}
_AGAIN = N_("{reason}. Take the picture again.")
_NOT_ALIKE = N_(
    "The face does not match the document's portrait "
    "(similarity {score}, {threshold} is needed). Compare the two yourself."
)
_UNFIT_PORTRAIT = N_("The document's portrait was not compared: {reason}.")
_MRZ = N_("The machine readable zone has an error: {cause}")


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptureRequest:
    """What a gate sends.

    Attributes:
        frames: one to eight pictures taken at the gate within a moment, as uploaded.
        portrait: the document's portrait, where there is one: a picture, or an ePassport's data
            group 2 (ICAO Doc 9303-10).
        document: a document number, or the text of a machine readable zone; may be empty.
        id: 32 hexadecimal digits that the sender chose, so that a capture that is sent twice is
            answered twice and recorded once; None where it chose none.
        taken_at: when the frames were taken; None for now.
        station_id: the registered station that sends; None for a signed-in officer's browser.
        active: what an active check for presentation attacks found in the frames.
    """

    frames: tuple[bytes, ...]
    portrait: bytes | None
    port: str
    lane: str
    direction: Direction
    document: str = ""
    id: str | None = None
    taken_at: datetime | None = None
    station_id: str | None = None
    active: PadResult = NO_PAD_CHECK


@dataclass(frozen=True, kw_only=True, slots=True)
class CrossingRequest:
    """A crossing that another system saw: who (by document), where, which way, and when."""

    document: str
    port: str
    lane: str
    direction: Direction
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class GateAnswer:
    """What the gate officer is told. Everything here is advice.

    Attributes:
        capture_id: None when the picture was not fit, so that nothing was searched or recorded.
        verification: the 1:1 comparison, where a portrait fit for it was given.
        notes: what else the officer should know, such as an error in the zone.
        next_step: what to do, in one sentence.
        alerts: every open alert of the actor's units on this person.
        milliseconds: from the bytes to this answer.
    """

    capture_id: str | None
    quality: Quality
    pad: PadResult
    verification: Comparison | None
    advice: Advice
    next_step: Phrase
    notes: tuple[Phrase, ...] = ()
    traveller: Traveller | None = None
    voyage: Voyage | None = None
    hits: tuple[HitView, ...] = ()
    results: tuple[ScreenerResult, ...] = ()
    alerts: tuple[str, ...] = ()
    milliseconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Person:
    """Who stands there, as far as the document tells."""

    traveller: Traveller | None = None
    voyage: Voyage | None = None
    crossing: Crossing | None = None
    notes: tuple[Phrase, ...] = ()


def cross(centre: Centre, actor: Actor, request: CrossingRequest) -> Crossing:
    """Records a crossing without a picture.

    Of an announced traveller who was seen already, the crossing is given back as it is. Raises
    InvalidInput for a moment in the future, Forbidden for another unit's port.
    """
    actor.require(Permission.USE_GATE)
    actor.require_port(request.port)
    if request.at > centre.clock():
        raise InvalidInput("a crossing cannot lie in the future")
    person = _expected(centre, request, document_number(request.document), request.at)
    if person.crossing is not None and person.crossing.state is CrossingState.ACTUAL:
        return person.crossing
    with centre.db.write(actor, Purpose.GATE) as tx:
        crossing = _record_crossing(tx, request, person, request.at)
        tx.audit("crossing.recorded", "crossing", crossing.id, lane=request.lane)
    centre.wall.notify()
    return crossing


def capture(centre: Centre, actor: Actor, request: CaptureRequest) -> GateAnswer:
    """Answers one capture; records the crossing, and alerts the port's units to new hits.

    Raises Unreadable for what is no picture, InvalidInput for a document that is neither a number
    nor a zone, Forbidden for another unit's port.
    """
    started = perf_counter()
    actor.require(Permission.USE_GATE)
    actor.require_port(request.port)
    picture = decode_picture(request.frames[0])
    samples = centre.faces.describe(picture, centre.faces.detector.find(picture))
    if not samples or not samples[0].quality.acceptable:
        answer = _again(picture, samples)
    else:
        answer = _search(centre, actor, request, picture, samples[0])
    return replace(answer, milliseconds=(perf_counter() - started) * 1000)


def _again(picture: Picture, samples: list[FaceSample]) -> GateAnswer:
    if samples:
        quality, pad = samples[0].quality, samples[0].pad
    else:
        reasons = explain_absence(picture)
        quality = Quality(score=0.0, acceptable=False, reasons=reasons)
        pad = NO_PAD_CHECK
    return GateAnswer(
        capture_id=None,
        quality=quality,
        pad=pad,
        verification=None,
        advice=Advice.INCOMPLETE,
        next_step=phrase(_AGAIN, reason=quality.reasons[0]),
    )


def _search(
    centre: Centre,
    actor: Actor,
    request: CaptureRequest,
    picture: Picture,
    live: FaceSample,
) -> GateAnswer:
    capture_id = new_id()
    person = _identify(centre, request)
    verification, notes = _verify(centre, live, request.portrait)
    ref = _subject(person, capture_id)
    screened = _screen(centre, person, ref, live)
    shown = _kept_of(centre, person, screened.hits, live)
    with centre.db.write(actor, Purpose.GATE) as tx:
        ports = {ref: request.port}
        done = assess(tx, [screened], cause=capture_id, ports=ports, shown=shown)[0]
        # After it, for whoever withdraws redress takes its record first and the wall's events last.
        crossing = _record_crossing(tx, request, person, tx.at)
        # Without a new alert nobody would see the picture, so that it must not be kept.
        seen = bool(done.alerts) and _by_face(done.assessment.hits)
        picture_id = _keep(centre, tx, capture_id, picture) if seen else None
        captures_store.save(
            tx.connection,
            captures_store.Capture(
                id=capture_id,
                port=request.port,
                lane=request.lane,
                direction=request.direction,
                at=tx.at,
                crossing_id=crossing.id,
                picture_id=picture_id,
                quality=live.quality.score,
                verification=verification.score if verification else None,
            ),
        )
        open_alerts = _open_alerts(tx.connection, actor, ref)
        known = assessments.hits_of(tx.connection, [ref]).get(ref, [])
        views = hit_views(tx.connection, known)
        tx.audit("gate.captured", ref.kind, ref.id, capture=capture_id, lane=request.lane)
    centre.wall.notify()
    advice = done.assessment.advice
    if person.notes:
        advice = max(advice, Advice.COMPARE, key=lambda value: value.rank)
    next_step = phrase(NEXT[advice])
    if verification is not None and not verification.match:
        figures = {
            "score": f"{verification.score:.2f}",
            "threshold": f"{verification.threshold:.2f}",
        }
        advice = max(advice, Advice.COMPARE, key=lambda value: value.rank)
        next_step = phrase(_NOT_ALIKE, **figures)
    return GateAnswer(
        capture_id=capture_id,
        quality=live.quality,
        pad=live.pad,
        verification=verification,
        advice=advice,
        next_step=next_step,
        notes=person.notes + notes,
        traveller=person.traveller,
        voyage=person.voyage,
        hits=views,
        results=screened.results,
        alerts=open_alerts,
    )


def _open_alerts(connection: sa.Connection, actor: Actor, subject: Ref) -> tuple[str, ...]:
    return tuple(
        alert.id
        for alert in alerts.alerts_on(connection, subject)
        if alert.state in OPEN and (actor.everywhere or alert.unit_id in actor.units)
    )


def _screen(centre: Centre, person: _Person, ref: Ref, live: FaceSample) -> Screened:
    screeners = centre.gate_screeners()
    by_face = screen(screeners, [FaceSubject(ref=ref, probe=live.template)])[0]
    if person.traveller is None:
        return by_face
    declared = TravellerSubject(ref=ref, traveller=person.traveller, voyage=person.voyage)
    # First whom his document names, for only he can be known from a clearing before; the face must
    # then be that of the picture kept with it.
    return merge(screen(screeners, [declared])[0], by_face)


def _kept_of(
    centre: Centre, person: _Person, hits: tuple[Hit, ...], live: FaceSample
) -> frozenset[str]:
    """The pictures, kept when somebody was cleared under his documents, that show the live face."""
    if person.traveller is None:
        return frozenset()
    with centre.db.read() as connection:
        kept = kept_pictures(connection, centre.db.vault, hits, person.traveller)
    compared = {picture_id: _verify(centre, live, data)[0] for picture_id, data in kept.items()}
    return frozenset(own for own, result in compared.items() if result and result.match)


def _verify(
    centre: Centre, live: FaceSample, portrait: bytes | None
) -> tuple[Comparison | None, tuple[Phrase, ...]]:
    """The 1:1 comparison; without one, why not."""
    if not portrait:
        return None, ()
    try:
        reference = portraits.read(centre, portrait).sample
    except (InvalidInput, Unreadable) as error:
        return None, (phrase(_UNFIT_PORTRAIT, reason=error),)
    return centre.faces.compare(live.template, reference.template), ()


# --- who is it --------------------------------------------------------------------------------


def _identify(centre: Centre, request: CaptureRequest) -> _Person:
    """The announced traveller with this document at this port, else the person of the zone."""
    text = request.document.strip()
    if not text:
        return _Person()
    zone = _zone(text)
    number = zone.number if zone else document_number(text)
    notes = tuple(phrase(_MRZ, cause=p.cause) for p in zone.problems) if zone else ()
    found = _expected(centre, request, number, centre.clock())
    if found.traveller is not None:
        return replace(found, notes=notes)
    traveller = _from_zone(centre, zone) if zone else None
    return _Person(traveller=traveller, notes=notes)


def _zone(text: str) -> Mrz | None:
    if "<" not in text:
        return None
    try:
        return read_mrz(text)
    except Unreadable as error:
        raise InvalidInput(str(error)) from error


def _expected(
    centre: Centre, request: CaptureRequest | CrossingRequest, number: str, at: datetime
) -> _Person:
    """Who is announced with the document, or a person of whom nothing is known."""
    with centre.db.read() as connection:
        bearers = travellers.with_document(connection, number)
        found = find_expected(
            connection, bearers, port=request.port, direction=request.direction, at=at
        )
    if found is None:
        return _Person()
    return _Person(traveller=found.traveller, voyage=found.voyage, crossing=found.crossing)


def _from_zone(centre: Centre, zone: Mrz) -> Traveller:
    """The bearer of a document whom no list announced; never stored, only screened."""
    today = centre.clock().date()
    try:
        birth_date = read_birth_date(zone.birth_date, today)
        document = zone.document(today)
    except Unreadable as error:
        raise InvalidInput(f"the machine readable zone cannot be used: {error}") from error
    return Traveller(
        id=new_id(),
        voyage_id="",
        role=TravellerRole.PASSENGER,
        name=zone.name,
        birth_date=birth_date,
        sex=zone.sex,
        nationality=zone.nationality,
        documents=(document,),
    )


def _subject(person: _Person, capture_id: str) -> Ref:
    if person.crossing is None or person.traveller is None:
        return Ref(kind=Kind.CAPTURE, id=capture_id)
    return Ref(kind=Kind.TRAVELLER, id=person.traveller.id)


# --- what is kept -----------------------------------------------------------------------------


def _record_crossing(
    tx: Tx, request: CaptureRequest | CrossingRequest, person: _Person, at: datetime
) -> Crossing:
    """The announced crossing, now seen; or one that nobody announced.

    What was seen first stays: a second capture of the same person changes neither lane nor moment.
    """
    crossing = person.crossing or Crossing(
        id=new_id(),
        traveller_id=None,
        voyage_id=None,
        port=request.port,
        direction=request.direction,
        state=CrossingState.ACTUAL,
    )
    if person.crossing is not None and crossing.state is CrossingState.ACTUAL:
        return crossing
    seen = replace(crossing, state=CrossingState.ACTUAL, lane=request.lane, at=at)
    travellers.save_crossing(tx.connection, seen)
    if crossing.traveller_id is not None:
        alerts.redraw(tx, Ref(kind=Kind.TRAVELLER, id=crossing.traveller_id))
    return seen


def _by_face(hits: tuple[Hit, ...]) -> bool:
    """Whether a face hit stands that no human cleared."""
    return any(
        hit.screener.startswith("face@") and hit.state is not HitState.CLEARED for hit in hits
    )


def _keep(centre: Centre, tx: Tx, capture_id: str, picture: Picture) -> str:
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
