"""Screening by hand: a question, and what the lists say."""

from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import BaseModel, ConfigDict
from starlette.responses import HTMLResponse

from parakh.access import Permission, Purpose
from parakh.domain.traveller import Sex
from parakh.domain.watchlist import EntryKind
from parakh.errors import InvalidInput
from parakh.services import hand
from parakh.services.hand import NUMBERS, PURPOSES, Answer, Question
from parakh.web.proposals import Text, explained
from parakh.web.viewer import Here, Viewer

router = APIRouter(prefix="/screen")


class QuestionForm(BaseModel):
    """The fields of the page, as text; each kind fills some of them."""

    model_config = ConfigDict(str_strip_whitespace=True)

    kind: EntryKind = EntryKind.PERSON
    name: Text = ""
    born: Text = ""
    nationality: Text = ""
    sex: Text = ""
    document: Text = ""
    father_name: Text = ""
    birth_place: Text = ""
    country: Text = ""
    imo: Text = ""
    mmsi: Text = ""
    call_sign: Text = ""
    aircraft_registration: Text = ""
    aircraft_serial: Text = ""
    plate: Text = ""
    chassis: Text = ""
    container: Text = ""
    registration: Text = ""
    tax: Text = ""
    purpose: Purpose = Purpose.VETTING
    reason: Text = ""

    def question(self) -> Question:
        """The same as a question; what the kind does not have is left out."""
        numbers = {kind: str(getattr(self, kind.value)) for kind in NUMBERS.get(self.kind, ())}
        return Question(
            kind=self.kind,
            name=self.name,
            born=self.born,
            nationality=self.nationality,
            sex=self.sex,
            document=self.document,
            father_name=self.father_name,
            birth_place=self.birth_place,
            country=self.country,
            numbers={kind: text for kind, text in numbers.items() if text},
            purpose=self.purpose,
            reason=self.reason,
        )


@router.get("")
def empty(here: Here, kind: str = "") -> HTMLResponse:
    """The page on which somebody asks."""
    here.actor.require(Permission.SCREEN_BY_HAND)
    asked = EntryKind(kind) if kind in list(NUMBERS) else EntryKind.PERSON
    return _page(here, QuestionForm(kind=asked))


@router.post("")
def ask(here: Here, form: Annotated[QuestionForm, Form()]) -> HTMLResponse:
    """The question with its answer; nothing is stored but the audit record."""
    try:
        answer = hand.ask(here.centre, here.actor, form.question())
    except InvalidInput as error:
        raise InvalidInput(explained(str(error))) from error
    return _page(here, form, answer)


def _page(here: Viewer, form: QuestionForm, answer: Answer | None = None) -> HTMLResponse:
    return here.page(
        "screen.html",
        form=form,
        answer=answer,
        kinds=list(NUMBERS),
        numbers=NUMBERS.get(form.kind, ()),
        purposes=PURPOSES,
        sexes=list(Sex),
    )
