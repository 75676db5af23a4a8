"""Who stands at a gate: by the document that is shown, by the portrait, by the face."""

from dataclasses import dataclass, replace
from datetime import datetime

from parakh.domain.capture import Identified
from parakh.domain.face import Comparison, FaceSample, Template
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.traveller import Traveller, TravellerRole
from parakh.domain.voyage import Crossing, Direction, Voyage
from parakh.errors import InvalidInput, Unreadable
from parakh.ingest.dg2 import portrait_of
from parakh.normalise.dates import read_birth_date
from parakh.normalise.documents import document_number
from parakh.normalise.mrz import Mrz, read_mrz
from parakh.services import portraits
from parakh.services.centre import Centre
from parakh.services.crossings import find_expected
from parakh.store import travellers

_UNFIT_PORTRAIT = N_("The document's portrait was not compared: {reason}.")
_MRZ = N_("The machine readable zone has an error: {cause}")
_OTHERS = N_(
    "The face resembles another traveller who is expected here, not the one of this document. "
    "Check the document."
)
_SEVERAL = N_("The face resembles two expected travellers; ask for the document.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where and when somebody crosses, and which way."""

    port: str
    direction: Direction
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Bearer:
    """Who stands there, as far as it can be told.

    Attributes:
        crossing: of an announced traveller; None for everybody else.
        notes: what the officer should know, such as an error in the zone; each asks for a look.
        identified: what his face told in the galleries of expected voyages.
        by_face: whether he was found by his face alone, without a document.
    """

    traveller: Traveller | None = None
    voyage: Voyage | None = None
    crossing: Crossing | None = None
    notes: tuple[Phrase, ...] = ()
    identified: Identified | None = None
    by_face: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """The 1:1 comparison, if one was made, and why not otherwise.

    With a portrait and a staged face, the one that is less alike; `staged` tells which it is.
    """

    comparison: Comparison | None = None
    staged: bool = False
    notes: tuple[Phrase, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether the face matched all it was compared with."""
        return self.comparison is None or self.comparison.match


def by_document(centre: Centre, text: str, place: Place) -> Bearer:
    """The announced traveller with this document at this port, else the person of the zone.

    `text` is a document number, or the text of a machine readable zone; may be empty. Raises
    InvalidInput for what is neither.
    """
    text = text.strip()
    if not text:
        return Bearer()
    zone = _zone(text)
    number = zone.number if zone else document_number(text)
    notes = tuple(phrase(_MRZ, cause=p.cause) for p in zone.problems) if zone else ()
    found = expected(centre, number, place)
    if found.traveller is not None:
        return replace(found, notes=notes)
    traveller = _from_zone(centre, zone) if zone else None
    return Bearer(traveller=traveller, notes=notes)


def expected(centre: Centre, number: str, place: Place) -> Bearer:
    """Who is announced with the document, or somebody of whom nothing is known."""
    with centre.db.read() as connection:
        bearers = travellers.with_document(connection, number)
        found = find_expected(
            connection, bearers, port=place.port, direction=place.direction, at=place.at
        )
    if found is None:
        return Bearer()
    return Bearer(traveller=found.traveller, voyage=found.voyage, crossing=found.crossing)


def by_face(centre: Centre, known: Bearer, probes: tuple[Template, ...], place: Place) -> Bearer:
    """The same, after the face was searched among the travellers of the voyages that are due.

    Whoever shows no document is who his face says; whoever shows one stays who the document says,
    and where his face is another traveller's the officer is told.
    """
    found = centre.voyage_faces.identify(
        probes, port=place.port, direction=place.direction, at=place.at
    )
    if found is None:
        return known
    if known.traveller is not None:
        return _compared(known, found)
    if not found.sole:
        note = phrase(_SEVERAL)
        return replace(known, notes=(*known.notes, note), identified=found)
    with centre.db.read() as connection:
        persons = travellers.travellers_by_id(connection, [found.traveller_id])
        seen = find_expected(
            connection, persons, port=place.port, direction=place.direction, at=place.at
        )
    if seen is None:
        return known
    return replace(
        known,
        traveller=seen.traveller,
        voyage=seen.voyage,
        crossing=seen.crossing,
        identified=found,
        by_face=True,
    )


def verify(
    centre: Centre,
    known: Bearer,
    live: FaceSample,
    probes: tuple[Template, ...],
    portrait: bytes | None,
) -> Verified:
    """The 1:1 comparison with the document's portrait and with the traveller's staged face, unless
    it was by that face that he was found.

    The portrait comes from whoever stands there, so that it never outweighs what an authority
    staged: where only one of the two matches, the person is to be looked at.
    """
    found = _with_portrait(centre, live, portrait) if portrait else Verified()
    if known.traveller is None or known.voyage is None or known.by_face:
        return found
    staged = centre.voyage_faces.verify(probes, known.voyage.id, known.traveller.id)
    if staged is None:
        return found
    if found.comparison is not None and _margin(found.comparison) <= _margin(staged):
        return found
    return replace(found, comparison=staged, staged=True)


def _margin(compared: Comparison) -> float:
    return compared.score - compared.threshold


def alike(centre: Centre, live: FaceSample, picture: bytes) -> bool:
    """Whether a kept picture shows the live face."""
    compared = _with_portrait(centre, live, picture).comparison
    return compared is not None and compared.match


def _with_portrait(centre: Centre, live: FaceSample, portrait: bytes) -> Verified:
    try:
        reference = portraits.read(centre, portrait_of(portrait)).sample
    except (InvalidInput, Unreadable) as error:
        return Verified(notes=(phrase(_UNFIT_PORTRAIT, reason=error),))
    seconds = (live.second, reference.second)
    return Verified(comparison=centre.faces.compare(live.template, reference.template, seconds))


def _compared(known: Bearer, found: Identified) -> Bearer:
    if known.traveller is None or found.traveller_id == known.traveller.id:
        return replace(known, identified=found)
    if not found.sole:
        # One of the two may be he; who he is not cannot be told from the face.
        return known
    return replace(
        known,
        notes=(*known.notes, phrase(_OTHERS)),
        identified=replace(found, agrees=False),
    )


def _zone(text: str) -> Mrz | None:
    if "<" not in text:
        return None
    try:
        return read_mrz(text)
    except Unreadable as error:
        raise InvalidInput(str(error)) from error


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
