"""Messages: what came in, what could not be read and why, and mending it."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from parakh.domain.message import Channel, Source
from parakh.services import intake
from parakh.web.queries import PageNumber
from parakh.web.uploads import content, file_name
from parakh.web.viewer import Here

router = APIRouter(prefix="/messages")


@router.get("")
def messages(here: Here, state: str = "", page: PageNumber = 1) -> HTMLResponse:
    """Received messages, all or those with a quarantined part."""
    quarantined = state == "quarantined"
    found = intake.list_messages(here.centre, here.actor, quarantined=quarantined, page=page)
    return here.page("messages.html", page=found, state="quarantined" if quarantined else "")


@router.post("")
def send(here: Here, file: Annotated[UploadFile | None, File()] = None) -> RedirectResponse:
    """Takes in an uploaded file."""
    data = content(file, "the message")
    source = Source(channel=Channel.HTTP, name=file_name(file))
    received = intake.receive(here.centre, here.actor, data, source)
    notice = "message-received" if received.new else "message-known"
    return here.done(f"/messages/{received.message.id}", notice)


@router.get("/{message_id}")
def message(here: Here, message_id: str, line: int | None = None) -> HTMLResponse:
    """One message: its parts, each problem with the text around it, and a line asked for."""
    view = intake.view(here.centre, here.actor, message_id, line)
    return here.page("message.html", view=view, message=view.message, line=line)


@router.get("/{message_id}/raw")
def raw(here: Here, message_id: str) -> Response:
    """The bytes as they came, as a download."""
    data = intake.raw(here.centre, here.actor, message_id)
    return Response(
        data,
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{message_id}.edi"'},
    )


@router.post("/{message_id}/rerun")
def rerun(here: Here, message_id: str) -> RedirectResponse:
    """Reads the message once more."""
    intake.rerun(here.centre, here.actor, message_id)
    return here.done(f"/messages/{message_id}", "message-rerun")


@router.post("/{message_id}/corrections")
def correct(
    here: Here,
    message_id: str,
    file: Annotated[UploadFile | None, File()] = None,
    text: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Takes in a corrected text, as a file or typed."""
    data = text.encode() if text.strip() else content(file, "the corrected message")
    received = intake.correct(here.centre, here.actor, message_id, data)
    return here.done(f"/messages/{received.message.id}", "message-corrected")
