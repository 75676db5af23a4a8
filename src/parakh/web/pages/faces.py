"""Faces: a picture searched by hand in the galleries open to whoever asks."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from starlette.responses import HTMLResponse

from parakh.access import Permission, Purpose
from parakh.services import face_search, galleries
from parakh.services.face_search import FaceAnswer, FaceQuestion
from parakh.services.hand import PURPOSES
from parakh.web.uploads import content
from parakh.web.viewer import Here, Viewer

router = APIRouter(prefix="/faces")


@router.get("")
def empty(here: Here) -> HTMLResponse:
    """The page on which somebody asks; who vets no travellers asks for the watchlist's sake."""
    vets = here.actor.may(Permission.SEE_VOYAGES)
    purpose = Purpose.VETTING if vets else Purpose.WATCHLIST
    return _page(here, FaceQuestion(galleries=frozenset(), purpose=purpose, reason=""))


@router.post("")
def ask(
    here: Here,
    picture: Annotated[UploadFile | None, File()] = None,
    galleries: Annotated[list[str] | None, Form()] = None,
    purpose: Annotated[Purpose, Form()] = Purpose.VETTING,
    reason: Annotated[str, Form(max_length=4000)] = "",
) -> HTMLResponse:
    """The question with its answer; nothing is stored but the audit record."""
    chosen = frozenset(galleries or ())
    question = FaceQuestion(galleries=chosen, purpose=purpose, reason=reason)
    data = content(picture, "a picture")
    answer = face_search.search(here.centre, here.actor, data, question)
    if "hx-request" in here.request.headers:
        return here.page("fragments/faces_found.html", answer=answer)
    return _page(here, question, answer)


def _page(here: Viewer, question: FaceQuestion, answer: FaceAnswer | None = None) -> HTMLResponse:
    return here.page(
        "faces.html",
        question=question,
        answer=answer,
        galleries=galleries.open_to(here.centre, here.actor),
        purposes=PURPOSES,
    )
