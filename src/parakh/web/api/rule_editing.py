"""What an editor of rules asks while somebody writes; texts are in the language of the request."""

from collections.abc import Mapping

from fastapi import APIRouter
from pydantic import Field

from parakh.act.rules import MOST
from parakh.screen.rules.editing import Candidate, Help, Sort
from parakh.screen.rules.problems import Problem
from parakh.services import rules
from parakh.web.api.auth import Calling
from parakh.web.api.rule_wire import TextIn
from parakh.web.api.wire import Wire
from parakh.web.i18n import gettext, translate

router = APIRouter(prefix="/rules", tags=["rules"])


class PlaceIn(TextIn):
    """A text, and the place in it where somebody writes or points."""

    offset: int = Field(ge=0, le=MOST["text"], description="in characters (code points), from 0")


class ProblemOut(Wire):
    """One thing that must be put right, and where; lines and columns count from 1."""

    line: int
    column: int
    end_column: int = Field(description="one after the last character, on the same line")
    message: str

    @classmethod
    def of(cls, value: Problem) -> "ProblemOut":
        """From the domain value."""
        return cls(
            line=value.line,
            column=value.column,
            end_column=value.end_column,
            message=translate(value.message),
        )


class CheckedOut(Wire):
    """Whether a text is a rule."""

    problems: list[ProblemOut]
    needs: list[str] = Field(description="attributes that must be known for it to be decided")
    lists: list[str] = Field(description="named lists that it uses")


class CandidateOut(Wire):
    """Something that can stand at the place; it takes the place of what begins at `start`."""

    label: str
    kind: Sort
    insert: str
    start: int
    type: str
    meaning: str
    example: str
    unit: str
    refused: str = Field(description="why no rule may use it; empty where it may")

    @classmethod
    def of(cls, value: Candidate) -> "CandidateOut":
        """From the domain value."""
        return cls(
            label=value.label,
            kind=value.kind,
            insert=value.insert,
            start=value.start,
            type=value.type,
            meaning=translate(value.meaning),
            example=value.example,
            unit=value.unit,
            refused=_told(value.refused),
        )


class HelpOut(Wire):
    """What stands at the place, from `start` up to, without, `end`."""

    start: int
    end: int
    title: str
    type: str
    meaning: str
    example: str
    unit: str
    words: Mapping[str, str] = Field(description="values of an attribute that has few of them")
    refused: str

    @classmethod
    def of(cls, value: Help) -> "HelpOut":
        """From the domain value."""
        return cls(
            start=value.start,
            end=value.end,
            title=value.title,
            type=value.type,
            meaning=translate(value.meaning),
            example=value.example,
            unit=value.unit,
            words={name: gettext(own) for name, own in value.words.items()},
            refused=_told(value.refused),
        )


@router.post("/check")
def check_rule(calling: Calling, body: TextIn) -> CheckedOut:
    """Whether a text is a rule, and every problem of it with its place."""
    found = rules.check(calling.centre, calling.actor, body.text, body.subject)
    return CheckedOut(
        problems=[ProblemOut.of(own) for own in found.problems],
        needs=sorted(found.needs),
        lists=sorted(found.lists),
    )


@router.post("/complete")
def complete_rule(calling: Calling, body: PlaceIn) -> list[CandidateOut]:
    """What can stand where somebody writes."""
    found = rules.complete(calling.centre, calling.actor, body.text, body.offset, body.subject)
    return [CandidateOut.of(own) for own in found]


@router.post("/describe")
def describe_rule(calling: Calling, body: PlaceIn) -> HelpOut | None:
    """What stands where somebody points; null where that is nothing to be explained."""
    found = rules.describe(calling.centre, calling.actor, body.text, body.offset, body.subject)
    return None if found is None else HelpOut.of(found)


def _told(text: str) -> str:
    return gettext(text) if text else ""
