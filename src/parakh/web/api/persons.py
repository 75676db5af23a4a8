"""Who is this? All journeys of a person. Programs may look, humans decide who is one person."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from parakh.domain.hit import Advice
from parakh.errors import NotFound
from parakh.ingest import schema
from parakh.ingest.goods import SCHEMAS
from parakh.screen.persons import Likeness
from parakh.services import persons
from parakh.services.persons import History, HistoryRow, Journey, Other
from parakh.store.persons import Decision
from parakh.web.api.auth import Calling
from parakh.web.api.wire import CrossingOut, HitOut, PhraseOut, TravellerOut, VoyageOut, Wire

router = APIRouter(tags=["travellers"])


class JourneyOut(Wire):
    """A traveller with his voyage, if he was declared for one, and his crossing."""

    traveller: TravellerOut
    voyage: VoyageOut | None
    crossing: CrossingOut | None
    port: str
    at: datetime | None = Field(description="when he was seen, else when he is due")

    @classmethod
    def of(cls, value: Journey) -> "JourneyOut":
        """From the service's value."""
        return cls(
            traveller=TravellerOut.of(value.traveller),
            voyage=VoyageOut.of(value.voyage) if value.voyage else None,
            crossing=CrossingOut.of(value.crossing) if value.crossing else None,
            port=value.port,
            at=value.at,
        )


class HistoryRowOut(Wire):
    """One journey of the person, and why it is his."""

    journey: JourneyOut
    advice: Advice | None
    hits: list[HitOut]
    confidence: float
    reasons: list[PhraseOut]
    indirect: bool = Field(description="linked through another of his journeys")
    by: str = Field(description="who joined it; empty where it was computed")

    @classmethod
    def of(cls, value: HistoryRow) -> "HistoryRowOut":
        """From the service's value."""
        return cls(
            journey=JourneyOut.of(value.journey),
            advice=value.advice,
            hits=[HitOut.of(hit) for hit in value.hits],
            confidence=value.confidence,
            reasons=[PhraseOut.of(reason) for reason in value.reasons],
            indirect=value.indirect,
            by=value.by,
        )


class OtherOut(Wire):
    """Somebody else: the newest of his journeys in view, and how many there are."""

    journey: JourneyOut
    confidence: float
    reasons: list[PhraseOut]
    journeys: int

    @classmethod
    def of(cls, value: Other) -> "OtherOut":
        """From the service's value."""
        likeness: Likeness = value.likeness
        return cls(
            journey=JourneyOut.of(value.journey),
            confidence=likeness.confidence,
            reasons=[PhraseOut.of(reason) for reason in likeness.reasons],
            journeys=value.journeys,
        )


class PersonDecisionOut(Wire):
    """An officer's word on two travellers."""

    id: str
    traveller_id: str
    other_id: str
    same: bool
    reason: str
    by: str
    at: datetime

    @classmethod
    def of(cls, value: Decision) -> "PersonDecisionOut":
        """From the stored value."""
        return cls(
            id=value.id,
            traveller_id=value.traveller_id,
            other_id=value.other_id,
            same=value.same,
            reason=value.reason,
            by=value.by,
            at=value.at,
        )


class HistoryOut(Wire):
    """What is known of the person whom a traveller is."""

    traveller_id: str
    rows: list[HistoryRowOut]
    elsewhere: int = Field(description="journeys at ports that are not the caller's")
    possible: list[OtherOut] = Field(description="who may be the same person")
    borrowed: list[OtherOut] = Field(description="others who carried one of his documents")
    others_elsewhere: int = Field(description="more of both at ports that are not the caller's")
    decisions: list[PersonDecisionOut]

    @classmethod
    def of(cls, value: History) -> "HistoryOut":
        """From the service's value."""
        return cls(
            traveller_id=value.traveller_id,
            rows=[HistoryRowOut.of(row) for row in value.rows],
            elsewhere=value.elsewhere,
            possible=[OtherOut.of(one) for one in value.possible],
            borrowed=[OtherOut.of(one) for one in value.borrowed],
            others_elsewhere=value.others_elsewhere,
            decisions=[PersonDecisionOut.of(one) for one in value.decisions],
        )


class ReasonIn(Wire):
    """Why an officer decides so."""

    reason: str = Field(max_length=4000)


class MergeIn(ReasonIn):
    """Whom a traveller is one person with, and why."""

    other_id: str


@router.get("/travellers/{traveller_id}/history")
def get_history(calling: Calling, traveller_id: str) -> HistoryOut:
    """All journeys of a traveller's person, newest first, and who else may be he."""
    return HistoryOut.of(persons.history(calling.centre, calling.actor, traveller_id))


@router.post("/travellers/{traveller_id}/split", status_code=204)
def split_traveller(calling: Calling, traveller_id: str, body: ReasonIn) -> None:
    """Says that a traveller is not the person he is linked to; humans only."""
    persons.split(calling.centre, calling.actor, traveller_id, body.reason)


@router.post("/travellers/{traveller_id}/merge", status_code=204)
def merge_travellers(calling: Calling, traveller_id: str, body: MergeIn) -> None:
    """Says that two travellers are one person; humans only."""
    persons.merge(calling.centre, calling.actor, traveller_id, body.other_id, body.reason)


@router.post("/travellers/decisions/{decision_id}/withdraw", status_code=204)
def withdraw_decision(calling: Calling, decision_id: str, body: ReasonIn) -> None:
    """Takes a decision back; humans only."""
    persons.withdraw(calling.centre, calling.actor, decision_id, body.reason)


@router.get("/schemas/{name}.json", include_in_schema=False)
def get_schema(name: str) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a document that `POST /messages` takes; for everybody."""
    if name not in SCHEMAS:
        raise NotFound("there is no such schema")
    return dict(schema.load(SCHEMAS[name]))
