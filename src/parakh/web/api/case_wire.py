"""Wire models of cases and outcomes, each made from a domain value by `of`."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer

from parakh.domain.alert import OutcomeKind
from parakh.domain.case import (
    Attachment,
    Case,
    CaseState,
    Event,
    Handover,
    Note,
    Party,
    PartyKind,
    PartyRole,
    Priority,
    Section,
    Share,
    Task,
)
from parakh.domain.outcome import (
    Commodity,
    Concealment,
    Details,
    Measure,
    Money,
    OutcomeRecord,
    Seizure,
)
from parakh.services.cases_view import CaseAlert, CaseRow, CaseView, Related
from parakh.web.api.wire import AlertOut, HitOut, PhraseOut, TravellerOut, Wire

Amount = Annotated[
    Decimal,
    PlainSerializer(str, return_type=str),
    Field(max_digits=18, decimal_places=3, description="a decimal number, as text"),
]


class MoneyWire(Wire):
    """An amount in a currency (ISO 4217)."""

    amount: Amount
    currency: str = Field(pattern="^[A-Za-z]{3}$")

    @classmethod
    def of(cls, value: Money | None) -> "MoneyWire | None":
        """From the domain value."""
        return cls(amount=value.amount, currency=value.currency) if value else None

    def value(self) -> Money:
        """The same as a domain value."""
        return Money(amount=self.amount, currency=self.currency)


class SeizureWire(Wire):
    """One kind of goods that was seized; the quantity of currency may be left out."""

    commodity: Commodity
    description: str = Field("", max_length=300)
    quantity: Amount | None = None
    measure: Measure = Field(Measure.KILOGRAM, description="code of UN/ECE Recommendation 20")
    worth: MoneyWire | None = None
    chapter: int | None = Field(None, ge=1, le=97, description="of the Harmonized System")
    concealment: Concealment = Concealment.NOT_HIDDEN

    @classmethod
    def of(cls, value: Seizure) -> "SeizureWire":
        """From the domain value."""
        return cls(
            commodity=value.commodity,
            description=value.description,
            quantity=value.quantity,
            measure=value.measure,
            worth=MoneyWire.of(value.value),
            chapter=value.chapter,
            concealment=value.concealment,
        )

    def value(self) -> Seizure:
        """The same as a domain value."""
        return Seizure(
            commodity=self.commodity,
            description=self.description,
            quantity=self.quantity,
            measure=self.measure,
            value=self.worth.value() if self.worth else None,
            chapter=self.chapter,
            concealment=self.concealment,
        )


class DetailsIn(Wire):
    """What an outcome is made of, besides its kind and note."""

    seizures: list[SeizureWire] = Field([], max_length=50)
    penalty: MoneyWire | None = None
    legal_reference: str = Field("", max_length=300)
    place: str = Field("", max_length=300)

    @classmethod
    def of(cls, value: Details) -> "DetailsIn":
        """From the domain value."""
        return cls(
            seizures=[SeizureWire.of(own) for own in value.seizures],
            penalty=MoneyWire.of(value.penalty),
            legal_reference=value.legal_reference,
            place=value.place,
        )

    def value(self) -> Details:
        """The same as a domain value."""
        return Details(
            seizures=tuple(own.value() for own in self.seizures),
            penalty=self.penalty.value() if self.penalty else None,
            legal_reference=self.legal_reference,
            place=self.place,
        )


class OutcomeRecordOut(Wire):
    """An outcome as recorded; it is never edited, a later one names it in `corrects`."""

    id: str
    kind: OutcomeKind
    note: str
    details: DetailsIn
    by: str
    at: datetime
    alert_id: str | None
    case_id: str | None
    examination_id: str | None
    corrects: str | None
    reason: str
    corrected_by: str | None

    @classmethod
    def of(cls, value: OutcomeRecord) -> "OutcomeRecordOut":
        """From the domain value."""
        return cls(
            id=value.id,
            kind=value.kind,
            note=value.note,
            details=DetailsIn.of(value.details),
            by=value.by,
            at=value.at,
            alert_id=value.alert_id,
            case_id=value.case_id,
            examination_id=value.examination_id,
            corrects=value.corrects,
            reason=value.reason,
            corrected_by=value.corrected_by,
        )


class CaseOut(Wire):
    """A case."""

    id: str
    number: str = Field(description="year and running number, without gaps")
    title: str
    summary: str
    priority: Priority
    state: CaseState
    waiting_for: str
    restricted: bool
    unit_id: str
    agency: str
    owner: str
    opened_by: str
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, value: Case) -> "CaseOut":
        """From the domain value."""
        return cls(**{name: getattr(value, name) for name in cls.model_fields})


class CaseRowOut(Wire):
    """A case as a list shows it."""

    case: CaseOut
    unit: str
    parties: list[str]
    open_tasks: int
    overdue: int

    @classmethod
    def of(cls, value: CaseRow) -> "CaseRowOut":
        """From the service's value."""
        return cls(
            case=CaseOut.of(value.case),
            unit=value.unit.name,
            parties=list(value.figures.parties),
            open_tasks=value.figures.open_tasks,
            overdue=value.figures.overdue,
        )


class PartyOut(Wire):
    """Somebody or something in a case."""

    id: str
    kind: PartyKind
    ref_id: str = Field(description="the traveller or profile; empty for others")
    label: str
    role: PartyRole
    source: PhraseOut
    by: str
    at: datetime
    removed_by: str | None
    removed_at: datetime | None
    removal: str

    @classmethod
    def of(cls, value: Party) -> "PartyOut":
        """From the domain value."""
        plain = {name: getattr(value, name) for name in cls.model_fields if name != "source"}
        return cls(source=PhraseOut.of(value.source), **plain)


class TaskOut(Wire):
    """Something to be done by a day."""

    id: str
    title: str
    assignee: str
    due_on: date | None
    by: str
    at: datetime
    done_by: str | None
    done_at: datetime | None

    @classmethod
    def of(cls, value: Task) -> "TaskOut":
        """From the domain value."""
        return cls(**{name: getattr(value, name) for name in cls.model_fields})


class NoteOut(Wire):
    """What somebody wrote; a correction names the old note."""

    id: str
    text: str
    by: str
    at: datetime
    corrects: str | None

    @classmethod
    def of(cls, value: Note) -> "NoteOut":
        """From the domain value."""
        return cls(**{name: getattr(value, name) for name in cls.model_fields})


class AttachmentOut(Wire):
    """A file, without its bytes."""

    id: str
    name: str
    media_type: str = Field(description="by its content")
    size: int
    digest: str = Field(description="SHA-256, hexadecimal")
    note: str
    by: str
    at: datetime

    @classmethod
    def of(cls, value: Attachment) -> "AttachmentOut":
        """From the domain value."""
        return cls(**{name: getattr(value, name) for name in cls.model_fields})


class EventOut(Wire):
    """One line of a timeline."""

    at: datetime
    by: str
    kind: str
    sentence: PhraseOut

    @classmethod
    def of(cls, value: Event) -> "EventOut":
        """From the domain value."""
        return cls(at=value.at, by=value.by, kind=value.kind, sentence=PhraseOut.of(value.sentence))


class ShareOut(Wire):
    """A unit or a person that may work on a case besides its own."""

    id: str
    unit_id: str | None
    person: str | None
    reason: str
    by: str
    at: datetime

    @classmethod
    def of(cls, value: Share) -> "ShareOut":
        """From the domain value."""
        return cls(**{name: getattr(value, name) for name in cls.model_fields})


class HandoverOut(Wire):
    """What was given of a case to another agency."""

    id: str
    agency: str
    unit_id: str | None
    sections: list[Section]
    legal_basis: str
    conditions: str
    expires_at: datetime | None
    by: str
    at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    reference: str
    taken_back_by: str | None
    taken_back_at: datetime | None
    taking_back: str

    @classmethod
    def of(cls, value: Handover) -> "HandoverOut":
        """From the domain value."""
        plain = {name: getattr(value, name) for name in cls.model_fields if name != "sections"}
        return cls(sections=sorted(value.sections), **plain)


class CaseAlertOut(Wire):
    """An alert in a case, with what came of it."""

    alert: AlertOut
    unit: str
    traveller: TravellerOut | None
    hits: list[HitOut]
    outcomes: list[OutcomeRecordOut]

    @classmethod
    def of(cls, value: CaseAlert) -> "CaseAlertOut":
        """From the service's value."""
        return cls(
            alert=AlertOut.of(value.alert),
            unit=value.unit.name,
            traveller=TravellerOut.of(value.traveller) if value.traveller else None,
            hits=[HitOut.of(own) for own in value.hits],
            outcomes=[OutcomeRecordOut.of(own) for own in value.outcomes],
        )


class SharedKeyOut(Wire):
    """What two cases have in common."""

    kind: str = Field(description="`person`, `document`, `phone` and so on")
    label: str


class RelatedOut(Wire):
    """Another case: why it belongs here, or what both have in common."""

    case: CaseOut
    reason: str
    shared: list[SharedKeyOut]

    @classmethod
    def of(cls, value: Related) -> "RelatedOut":
        """From the service's value."""
        return cls(
            case=CaseOut.of(value.case),
            reason=value.reason,
            shared=[SharedKeyOut(kind=own.kind, label=own.label) for own in value.shared],
        )


class CaseViewOut(Wire):
    """All of a case that the caller may see; `sections` says what that is."""

    case: CaseOut
    unit: str
    sections: list[Section]
    may_work: bool
    may_hand_over: bool
    parties: list[PartyOut]
    alerts: list[CaseAlertOut]
    outcomes: list[OutcomeRecordOut]
    tasks: list[TaskOut]
    notes: list[NoteOut]
    attachments: list[AttachmentOut]
    timeline: list[EventOut] = Field(description="newest first")
    shares: list[ShareOut]
    handovers: list[HandoverOut]
    related: list[RelatedOut] = Field(description="by hand")
    proposed: list[RelatedOut] = Field(description="by what they have in common")

    @classmethod
    def of(cls, value: CaseView) -> "CaseViewOut":
        """From the service's value."""
        return cls(
            case=CaseOut.of(value.case),
            unit=value.unit.name,
            sections=sorted(value.sections),
            may_work=value.may_work,
            may_hand_over=value.may_hand_over,
            parties=[PartyOut.of(own) for own in value.parties],
            alerts=[CaseAlertOut.of(own) for own in value.alerts],
            outcomes=[OutcomeRecordOut.of(own) for own in value.outcomes],
            tasks=[TaskOut.of(own) for own in value.tasks],
            notes=[NoteOut.of(own) for own in value.notes],
            attachments=[AttachmentOut.of(own) for own in value.attachments],
            timeline=[EventOut.of(own) for own in value.timeline],
            shares=[ShareOut.of(own) for own in value.shares],
            handovers=[HandoverOut.of(own) for own in value.handovers],
            related=[RelatedOut.of(own) for own in value.related],
            proposed=[RelatedOut.of(own) for own in value.proposed],
        )
