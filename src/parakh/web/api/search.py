"""The search box: whatever was typed is recognised, and every kind of thing is looked for."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from parakh.domain.hit import Advice
from parakh.normalise.recognise import LONGEST, Sought
from parakh.services import search as service
from parakh.services.search import Found
from parakh.services.search_answers import Answer, Kind
from parakh.web.api.auth import Calling
from parakh.web.api.wire import PhraseOut, Wire

router = APIRouter(tags=["search"])


class ReadingOut(Wire):
    """One thing that the text may name."""

    kind: Sought
    value: str


class AnswerOut(Wire):
    """One thing that was found."""

    kind: Kind
    id: str
    title: str
    told: list[str] = Field(description="what tells it from others like it")
    nation: str = Field(description="its country (ISO 3166-1 alpha-3); empty where none is known")
    at: datetime | None
    tags: list[str] = Field(description="states and the like")
    why: PhraseOut | None = Field(description="how it answers; null where its title says so")
    advice: Advice | None = Field(description="the newest on a traveller")
    alert_id: str = Field(description="an open alert of one's units on a traveller; empty for none")

    @classmethod
    def of(cls, value: Answer) -> "AnswerOut":
        """From the service's value."""
        return cls(
            kind=value.kind,
            id=value.id,
            title=value.title,
            told=list(value.told),
            nation=value.nation,
            at=value.at,
            tags=[own.value for own in value.tags],
            why=PhraseOut.of(value.why) if value.why else None,
            advice=value.advice,
            alert_id=value.alert_id,
        )


class AnswersOut(Wire):
    """Answers of one kind, the best first; `more` if there are others."""

    kind: Kind
    answers: list[AnswerOut]
    more: bool


class FoundOut(Wire):
    """All answers, and what the text may mean."""

    readings: list[ReadingOut]
    groups: list[AnswersOut]

    @classmethod
    def of(cls, value: Found) -> "FoundOut":
        """From the service's value."""
        return cls(
            readings=[ReadingOut(kind=own.kind, value=own.value) for own in value.readings],
            groups=[
                AnswersOut(
                    kind=own.kind,
                    answers=[AnswerOut.of(one) for one in own.answers],
                    more=own.more,
                )
                for own in value.groups
            ],
        )


@router.get("/search")
def search_everything(
    calling: Calling,
    q: Annotated[str, Query(max_length=LONGEST, description="the text")],
    kind: Annotated[Kind | None, Query(description="all answers of this kind only")] = None,
    why: Annotated[str, Query(max_length=400, description="stands in the audit trail")] = "",
) -> FoundOut:
    """A few answers of every kind to a text, or up to a hundred of one kind."""
    return FoundOut.of(service.search(calling.centre, calling.actor, q, kind=kind, why=why))
