"""Wire models shared by several parts of the API, each made from a domain value by `of`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from parakh.domain.alert import Alert, AlertState, OutcomeKind
from parakh.domain.hit import (
    Advice,
    Agreement,
    Assessment,
    Evidence,
    Hit,
    HitState,
    Kind,
    Ref,
    ResultState,
    ScreenerResult,
)
from parakh.domain.phrase import Phrase
from parakh.domain.traveller import (
    Document,
    DocumentType,
    PersonName,
    Sex,
    Standing,
    Traveller,
    TravellerRole,
)
from parakh.domain.voyage import Crossing, CrossingState, Direction, Mode, Voyage

PartialDateText = Annotated[
    str,
    Field(
        pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$",
        description="ISO 8601, to the precision that is known: YYYY, YYYY-MM or YYYY-MM-DD",
    ),
]
LocalTime = Annotated[
    datetime,
    # No `date-time` of JSON Schema: that one names its offset from UTC (RFC 3339).
    WithJsonSchema({"type": "string", "description": "ISO 8601, of the place, without a zone"}),
]
Country = Annotated[str, Field(description="ISO 3166-1 alpha-3, or one of ICAO Doc 9303-3's own")]


class Wire(BaseModel):
    """What all wire models have in common."""

    model_config = ConfigDict(extra="forbid")


class PhraseOut(Wire):
    """A sentence in English, with its template and values for showing it in another language."""

    text: str
    template: str
    values: Mapping[str, str]

    @classmethod
    def of(cls, value: Phrase) -> "PhraseOut":
        """From the domain value."""
        return cls(text=str(value), template=value.template, values=dict(value.values))


class RefOut(Wire):
    """Points to one thing by kind and identifier."""

    kind: Kind
    id: str

    @classmethod
    def of(cls, value: Ref) -> "RefOut":
        """From the domain value."""
        return cls(kind=value.kind, id=value.id)


class EvidenceOut(Wire):
    """One comparison behind a hit."""

    attribute: str
    ours: str
    theirs: str
    agreement: Agreement
    weight: float = Field(description="what it added to the score; negative speaks against")
    note: PhraseOut

    @classmethod
    def of(cls, value: Evidence) -> "EvidenceOut":
        """From the domain value."""
        return cls(
            attribute=value.attribute,
            ours=value.ours,
            theirs=value.theirs,
            agreement=value.agreement,
            weight=value.weight,
            note=PhraseOut.of(value.note),
        )


class HitOut(Wire):
    """A candidate over the threshold; only a human takes it out of `open`."""

    id: str
    subject: RefOut
    target: RefOut
    screener: str = Field(description="`id@version`")
    score: float
    threshold: float
    sentence: PhraseOut
    evidence: list[EvidenceOut]
    state: HitState
    decided_by: str | None
    decided_at: datetime | None
    reason: str
    redress_id: str | None = Field(description="the record by which it was cleared again")

    @classmethod
    def of(cls, value: Hit) -> "HitOut":
        """From the domain value."""
        return cls(
            id=value.id,
            subject=RefOut.of(value.subject),
            target=RefOut.of(value.target),
            screener=value.screener,
            score=value.score,
            threshold=value.threshold,
            sentence=PhraseOut.of(value.sentence),
            evidence=[EvidenceOut.of(item) for item in value.evidence],
            state=value.state,
            decided_by=value.decided_by,
            decided_at=value.decided_at,
            reason=value.reason,
            redress_id=value.redress_id,
        )


class ResultOut(Wire):
    """That a screener ran, and how it fared."""

    screener: str
    state: ResultState
    error: str

    @classmethod
    def of(cls, value: ScreenerResult) -> "ResultOut":
        """From the domain value."""
        return cls(screener=value.screener, state=value.state, error=value.error)


class AssessmentOut(Wire):
    """All hits on one subject from one cause, and the resulting advice."""

    id: str
    subject: RefOut
    cause: str
    at: datetime
    advice: Advice
    results: list[ResultOut]
    hits: list[HitOut]

    @classmethod
    def of(cls, value: Assessment) -> "AssessmentOut":
        """From the domain value."""
        return cls(
            id=value.id,
            subject=RefOut.of(value.subject),
            cause=value.cause,
            at=value.at,
            advice=value.advice,
            results=[ResultOut.of(result) for result in value.results],
            hits=[HitOut.of(hit) for hit in value.hits],
        )


class NameOut(Wire):
    """A person's name, primary and secondary identifier (ICAO Doc 9303-3, 4.6)."""

    family: str
    given: str

    @classmethod
    def of(cls, value: PersonName) -> "NameOut":
        """From the domain value."""
        return cls(family=value.family, given=value.given)


class DocumentOut(Wire):
    """A travel document."""

    type: DocumentType
    number: str
    issuer: Country | None
    expiry: PartialDateText | None

    @classmethod
    def of(cls, value: Document) -> "DocumentOut":
        """From the domain value."""
        return cls(
            type=value.type,
            number=value.number,
            issuer=value.issuer,
            expiry=str(value.expiry) if value.expiry else None,
        )


class TravellerOut(Wire):
    """A person as declared for one voyage: what all sources say of him together.

    `voyage_id` is empty for somebody who crossed by no declared voyage.
    """

    id: str
    voyage_id: str
    standing: Standing
    role: TravellerRole
    name: NameOut
    birth_date: PartialDateText | None
    sex: Sex | None
    nationality: Country | None
    residence: Country | None
    father_name: str = Field(description="in capitals; empty where nobody told it")
    birth_place: str = Field(description="town and region, in capitals; empty where untold")
    embarkation: str | None
    debarkation: str | None
    booking_reference: str | None
    seat: str | None
    bags: list[str]
    documents: list[DocumentOut]

    @classmethod
    def of(cls, value: Traveller) -> "TravellerOut":
        """From the domain value."""
        return cls(
            id=value.id,
            voyage_id=value.voyage_id,
            standing=value.standing,
            role=value.role,
            name=NameOut.of(value.name),
            birth_date=str(value.birth_date) if value.birth_date else None,
            sex=value.sex,
            nationality=value.nationality,
            residence=value.residence,
            father_name=value.father_name,
            birth_place=value.birth_place,
            embarkation=value.embarkation,
            debarkation=value.debarkation,
            booking_reference=value.booking_reference,
            seat=value.seat,
            bags=list(value.bags),
            documents=[DocumentOut.of(document) for document in value.documents],
        )


class VoyageOut(Wire):
    """One trip of a conveyance; departure and arrival are local times of their ports."""

    id: str
    mode: Mode
    carrier: str
    number: str
    origin: str
    destination: str
    departure: LocalTime | None
    arrival: LocalTime | None
    due_at: datetime | None
    direction: Direction
    leaves_at: datetime | None = Field(description="departure, UTC")
    scheduled_departure: LocalTime | None = Field(description="as in the timetable, local")
    cancelled: bool
    taken_out: bool = Field(description="by a timetable or an officer of the centre")

    @classmethod
    def of(cls, value: Voyage) -> "VoyageOut":
        """From the domain value."""
        return cls(
            id=value.id,
            mode=value.mode,
            carrier=value.carrier,
            number=value.number,
            origin=value.origin,
            destination=value.destination,
            departure=value.departure,
            arrival=value.arrival,
            due_at=value.due_at,
            direction=value.direction,
            leaves_at=value.leaves_at,
            scheduled_departure=value.scheduled_departure,
            cancelled=value.cancelled,
            taken_out=value.taken_out,
        )


class CrossingOut(Wire):
    """One traveller at one port; expected from a list, or actual from a gate."""

    id: str
    port: str
    direction: Direction
    state: CrossingState
    lane: str
    at: datetime | None

    @classmethod
    def of(cls, value: Crossing) -> "CrossingOut":
        """From the domain value."""
        return cls(
            id=value.id,
            port=value.port,
            direction=value.direction,
            state=value.state,
            lane=value.lane,
            at=value.at,
        )


class OutcomeOut(Wire):
    """What an officer found."""

    kind: OutcomeKind
    note: str
    by: str
    at: datetime


class AlertOut(Wire):
    """Tells one unit of one assessment."""

    id: str
    unit_id: str
    assessment_id: str
    subject: RefOut
    advice: Advice
    at: datetime
    state: AlertState
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    outcome: OutcomeOut | None
    priority: int = Field(description="0: is on a list; 1 to 5: of rules; within its advice")
    held_by: str | None = Field(description="who sees to it; null for the whole unit")
    acknowledge_by: datetime | None
    close_by: datetime | None
    escalated_at: datetime | None
    escalated_from: str | None = Field(description="the alert that was escalated to this one")

    @classmethod
    def of(cls, value: Alert) -> "AlertOut":
        """From the domain value."""
        found = value.outcome
        return cls(
            id=value.id,
            unit_id=value.unit_id,
            assessment_id=value.assessment_id,
            subject=RefOut.of(value.subject),
            advice=value.advice,
            at=value.at,
            state=value.state,
            acknowledged_by=value.acknowledged_by,
            acknowledged_at=value.acknowledged_at,
            outcome=OutcomeOut(kind=found.kind, note=found.note, by=found.by, at=found.at)
            if found
            else None,
            priority=value.priority,
            held_by=value.held_by,
            acknowledge_by=value.acknowledge_by,
            close_by=value.close_by,
            escalated_at=value.escalated_at,
            escalated_from=value.escalated_from,
        )


class Problem(BaseModel):
    """What went wrong, as problem details (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    errors: list[dict[str, str]] | None = Field(
        None, description="for 422: the fields and what is wrong with each"
    )
