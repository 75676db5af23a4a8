"""Redress: who was cleared of being whom, what it spared him, and mistakes put right."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.domain.traveller import DocumentType
from parakh.services import redress
from parakh.web.documents import typed_document
from parakh.web.queries import PageNumber
from parakh.web.uploads import optional
from parakh.web.viewer import Here

router = APIRouter(prefix="/redress")

Reason = Annotated[str, Form(max_length=4000)]
Text = Annotated[str, Form(max_length=100)]


@router.get("")
def records(here: Here, q: str = "", page: PageNumber = 1) -> HTMLResponse:
    """Records, newest first, by part of a name or a document number."""
    found = redress.records(here.centre, here.actor, text=q[:200], page=page)
    return here.page("redress.html", page=found, q=q)


@router.get("/entries/{entry_id}")
def of_entry(here: Here, entry_id: str) -> HTMLResponse:
    """What redress there is of an entry, as its page puts it into its place."""
    found = redress.of_entry(here.centre, here.actor, entry_id)
    return here.page("fragments/redress_of_entry.html", found=found)


@router.get("/{redress_id}")
def record(here: Here, redress_id: str) -> HTMLResponse:
    """One record."""
    view = redress.view(here.centre, here.actor, redress_id)
    return here.page(
        "redress_record.html",
        view=view,
        record=view.row.record,
        types=list(DocumentType),
    )


@router.post("/{redress_id}/additions")
def add(
    here: Here,
    redress_id: str,
    reason: Reason,
    document_type: Annotated[DocumentType, Form()] = DocumentType.PASSPORT,
    document_number: Text = "",
    document_issuer: Text = "",
    picture: Annotated[UploadFile | None, File()] = None,
) -> RedirectResponse:
    """Adds a document, a picture, or both."""
    redress.add(
        here.centre,
        here.actor,
        redress_id,
        document=typed_document(document_type, document_number, document_issuer),
        picture=optional(picture),
        reason=reason,
    )
    return here.done(f"/redress/{redress_id}", "redress-added")


@router.post("/{redress_id}/withdraw")
def withdraw(here: Here, redress_id: str, reason: Reason) -> RedirectResponse:
    """Takes a clearing back."""
    redress.withdraw(here.centre, here.actor, redress_id, reason)
    return here.done(f"/redress/{redress_id}", "redress-withdrawn")
