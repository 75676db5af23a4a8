"""Examinations: ordered, grounded, given to examiners by draw, reported and signed."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Path, UploadFile
from pydantic import Field
from starlette.responses import Response

from parakh.act.examining import MOST_PICTURES
from parakh.domain.selectivity import Lane
from parakh.services import examination_draws as draws
from parakh.services import examination_reports as reports
from parakh.services import examination_views as views
from parakh.services import examinations
from parakh.web.api.auth import Calling
from parakh.web.api.examination_wire import BoardOut, OrderOut, OrderViewOut, ReportOut
from parakh.web.api.wire import Wire
from parakh.web.report_forms import findings_of, images_of

router = APIRouter(prefix="/examinations", tags=["examinations"])

OrderId = Annotated[str, Path(description="identifier of the order")]
_REASON = Field(max_length=4000)


class ExaminationIn(Wire):
    """What is to be examined, and why: red for the goods, yellow for their documents."""

    consignment_id: str = Field(max_length=32)
    lane: Lane = Lane.RED
    reason: str = _REASON


class WhyIn(Wire):
    """A reason."""

    reason: str = _REASON


class GroundingIn(Wire):
    """Why it is grounded before others; empty for what comes next by the policy."""

    reason: str = Field("", max_length=4000)


class GroundedOut(Wire):
    """How many were grounded."""

    grounded: int


class AssignmentIn(Wire):
    """To whom it is given, by name, or empty for whom the program draws; and why."""

    examiner: str = Field("", max_length=80)
    reason: str = _REASON


@router.get("")
def list_examinations(calling: Calling) -> BoardOut:
    """What waits, is examined and was reported at the caller's ports."""
    return BoardOut.of(views.board(calling.centre, calling.actor))


@router.post("/orders", status_code=201)
def order_examination(calling: Calling, body: ExaminationIn) -> OrderOut:
    """Orders one by hand."""
    made = examinations.order_by_hand(
        calling.centre, calling.actor, body.consignment_id, body.lane, body.reason
    )
    return OrderOut.of(made)


@router.get("/orders/{order_id}")
def get_examination(calling: Calling, order_id: OrderId) -> OrderViewOut:
    """One order."""
    return OrderViewOut.of(views.view(calling.centre, calling.actor, order_id))


@router.post("/orders/{order_id}/calling-off")
def call_off_examination(calling: Calling, order_id: OrderId, body: WhyIn) -> OrderOut:
    """Calls off one that nobody began."""
    return OrderOut.of(examinations.call_off(calling.centre, calling.actor, order_id, body.reason))


@router.post("/orders/{order_id}/grounding")
def ground_examination(calling: Calling, order_id: OrderId, body: GroundingIn) -> OrderOut:
    """Has the goods brought to the terminal."""
    return OrderOut.of(examinations.ground(calling.centre, calling.actor, order_id, body.reason))


@router.post("/terminals/{terminal_id}/grounding")
def ground_next_examinations(calling: Calling, terminal_id: str) -> GroundedOut:
    """Grounds what comes next, as much as the shift still can."""
    done = examinations.ground_next(calling.centre, calling.actor, terminal_id)
    return GroundedOut(grounded=done)


@router.post("/orders/{order_id}/assignment")
def reassign_examination(calling: Calling, order_id: OrderId, body: AssignmentIn) -> OrderOut:
    """Gives it to another examiner."""
    return OrderOut.of(
        draws.reassign(calling.centre, calling.actor, order_id, body.examiner, body.reason)
    )


@router.post("/orders/{order_id}/refusal")
def refuse_examination(calling: Calling, order_id: OrderId, body: WhyIn) -> OrderOut:
    """The examiner gives it back for a conflict of interest."""
    return OrderOut.of(draws.refuse(calling.centre, calling.actor, order_id, body.reason))


@router.post("/orders/{order_id}/beginning")
def begin_examination(calling: Calling, order_id: OrderId) -> OrderOut:
    """The examiner begins."""
    return OrderOut.of(draws.begin(calling.centre, calling.actor, order_id))


@router.post("/orders/{order_id}/reports", status_code=201)
def report_examination(
    calling: Calling,
    order_id: OrderId,
    report: Annotated[str, Form(max_length=400_000, description="JSON of ReportIn")],
    password: Annotated[
        str, Form(max_length=1000, description="of the examiner, as signature")
    ] = "",
    passkey: Annotated[
        str, Form(max_length=20_000, description="answer of his passkey, instead of the password")
    ] = "",
    pictures: Annotated[list[UploadFile], File(max_length=MOST_PICTURES)] = [],  # noqa: B006
) -> ReportOut:
    """Records and signs what was found; sent again under one `client_id`, it is one report."""
    found = reports.report(
        calling.centre,
        calling.actor,
        order_id,
        findings_of(report),
        images_of(pictures),
        password,
        passkey,
    )
    return ReportOut.of(found)


@router.get("/orders/{order_id}/pictures/{picture_id}", response_class=Response)
def get_examination_picture(calling: Calling, order_id: OrderId, picture_id: str) -> Response:
    """A picture of a report."""
    data, media = reports.picture(calling.centre, calling.actor, order_id, picture_id)
    return Response(data, media_type=media)
