"""Cases: opened, worked on, shared, handed over and closed by humans; programs may look."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, File, Form, Path, Query, UploadFile
from pydantic import Field
from starlette.responses import Response

from parakh.domain.alert import OutcomeKind
from parakh.domain.case import CaseState, PartyKind, PartyRole, Priority, Section
from parakh.services import case_report, cases, cases_sharing, cases_work
from parakh.services.cases import Opening
from parakh.services.cases_sharing import Giving
from parakh.services.cases_work import Change
from parakh.store.cases import Wanted
from parakh.web.api.auth import Calling
from parakh.web.api.case_wire import (
    AttachmentOut,
    CaseOut,
    CaseRowOut,
    CaseViewOut,
    DetailsIn,
    HandoverOut,
    NoteOut,
    PartyOut,
    TaskOut,
)
from parakh.web.api.wire import Wire
from parakh.web.case_files import attached, pdf, speech
from parakh.web.queries import Moment, PageNumber
from parakh.web.uploads import content, file_name

router = APIRouter(prefix="/cases", tags=["cases"])

CaseId = Annotated[str, Path(description="identifier of the case")]
_REASON = Field(max_length=4000)


class CasePageOut(Wire):
    """A page of cases: the most urgent live ones first, then those that changed last."""

    rows: list[CaseRowOut]
    total: int
    page: int
    pages: int


class CaseIn(Wire):
    """A case to be opened; its title is the name on its first alert where none is given."""

    title: str = Field("", max_length=200)
    summary: str = Field("", max_length=20_000)
    priority: Priority = Priority.NORMAL
    unit_id: str = ""
    owner: str = ""
    restricted: bool = Field(False, description="seen by persons named in it alone")
    alerts: list[str] = Field([], max_length=50)
    travellers: list[str] = Field([], max_length=50)
    profiles: list[str] = Field([], max_length=50)


class ChangeIn(Wire):
    """What a case is to be from now on."""

    title: str = Field(max_length=200)
    summary: str = Field("", max_length=20_000)
    priority: Priority
    owner: str


class StateIn(Wire):
    """The next state; `reason` says what a waiting case waits for."""

    state: CaseState
    reason: str = Field("", max_length=4000)


class ReasonIn(Wire):
    """Why."""

    reason: str = _REASON


class ClosingIn(Wire):
    """The outcome of a case."""

    kind: OutcomeKind
    note: str = Field("", max_length=4000)
    details: DetailsIn = DetailsIn()
    leave_alerts: bool = Field(False, description="close it though alerts of it are still open")


class NoteIn(Wire):
    """A note; `corrects` names the one that it puts right."""

    text: str = Field(max_length=20_000)
    corrects: str | None = None


class TaskIn(Wire):
    """Something to be done; by the caller where nobody is named."""

    title: str = Field(max_length=200)
    assignee: str = ""
    due_on: date | None = None


class PartyIn(Wire):
    """Somebody or something: a traveller or profile by identifier, else by name or number."""

    kind: PartyKind
    role: PartyRole
    label: str = Field("", max_length=200)
    traveller_id: str = ""
    profile_id: str = ""
    source: str = Field(max_length=4000, description="how it came into the case")


class AlertIn(Wire):
    """An alert of the caller's units."""

    alert_id: str


class RelationIn(Wire):
    """Another case, by its number, and why it belongs to this one."""

    number: str
    reason: str = _REASON


class ShareIn(Wire):
    """A unit, or a person, that may work on the case."""

    unit_id: str = ""
    person: str = ""
    reason: str = _REASON


class RestrictionIn(Wire):
    """Whether the case is seen by persons named in it alone."""

    restricted: bool
    reason: str = _REASON


class HandoverIn(Wire):
    """What is given to another agency; with `unit_id` its unit here may look at it."""

    agency: str = Field(max_length=200)
    unit_id: str = ""
    sections: list[Section] = Field(min_length=1)
    legal_basis: str = Field(max_length=2000)
    conditions: str = Field("", max_length=2000)
    expires_at: Moment | None = None


class ReceiptIn(Wire):
    """How the agency calls what it received."""

    reference: str = Field("", max_length=200)


# --- looks --------------------------------------------------------------------------------------


@router.get("")
def list_cases(
    calling: Calling,
    q: Annotated[str, Query(max_length=200, description="part of number, title or party")] = "",
    owner: str = "",
    unit_id: str = "",
    state: Annotated[list[CaseState], Query()] = [],  # noqa: B006  (never changed)
    priority: Priority | None = None,
    overdue: bool = False,
    page: PageNumber = 1,
) -> CasePageOut:
    """Cases that the caller may see, fifty at a time."""
    wanted = Wanted(
        owner=owner,
        unit_ids=frozenset({unit_id} - {""}),
        states=frozenset(state),
        priority=priority,
        overdue_on=cases.today(calling.centre) if overdue else None,
        text=q.strip(),
    )
    found = cases.list_cases(calling.centre, calling.actor, wanted, page=page)
    return CasePageOut(
        rows=[CaseRowOut.of(own) for own in found.rows],
        total=found.total,
        page=found.page,
        pages=found.pages,
    )


@router.get("/{case_id}")
def get_case(calling: Calling, case_id: CaseId) -> CaseViewOut:
    """All of one case that the caller may see."""
    return CaseViewOut.of(cases.view(calling.centre, calling.actor, case_id))


@router.get("/{case_id}/report.pdf", response_class=Response)
def get_case_report(
    calling: Calling,
    case_id: CaseId,
    section: Annotated[list[Section], Query()] = [],  # noqa: B006  (never changed)
    classification: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """The case as a PDF with chosen sections; all where none is chosen."""
    chosen = frozenset(section) or frozenset(Section)
    told = speech(calling.centre.settings.zone)
    return pdf(
        case_report.report(calling.centre, calling.actor, case_id, chosen, classification, told)
    )


@router.get("/{case_id}/attachments/{attachment_id}", response_class=Response)
def get_attachment(calling: Calling, case_id: CaseId, attachment_id: str) -> Response:
    """A file as it was attached."""
    return attached(cases_work.attachment(calling.centre, calling.actor, case_id, attachment_id))


# --- steps --------------------------------------------------------------------------------------


@router.post("", status_code=201)
def open_case(calling: Calling, body: CaseIn) -> CaseOut:
    """Opens a case from alerts, from travellers, or from nothing."""
    wanted = Opening(
        title=body.title,
        summary=body.summary,
        priority=body.priority,
        unit_id=body.unit_id,
        owner=body.owner,
        restricted=body.restricted,
        alert_ids=tuple(body.alerts),
        traveller_ids=tuple(body.travellers),
        profile_ids=tuple(body.profiles),
    )
    return CaseOut.of(cases.open_case(calling.centre, calling.actor, wanted))


@router.post("/{case_id}/change")
def change_case(calling: Calling, case_id: CaseId, body: ChangeIn) -> CaseOut:
    """Changes title, summary, priority and owner."""
    wanted = Change(**body.model_dump())
    return CaseOut.of(cases_work.change(calling.centre, calling.actor, case_id, wanted))


@router.post("/{case_id}/state")
def move_case(calling: Calling, case_id: CaseId, body: StateIn) -> CaseOut:
    """Begins work on a case, or lets it wait; 409 for a step that is not allowed."""
    return CaseOut.of(
        cases_work.move(calling.centre, calling.actor, case_id, body.state, body.reason)
    )


@router.post("/{case_id}/close")
def close_case(calling: Calling, case_id: CaseId, body: ClosingIn) -> CaseOut:
    """Closes a case with its outcome; 409 while a task is open, or an alert not left so."""
    return CaseOut.of(
        cases_work.close(
            calling.centre,
            calling.actor,
            case_id,
            body.kind,
            body.note,
            body.details.value(),
            leave_alerts=body.leave_alerts,
        )
    )


@router.post("/{case_id}/reopen")
def reopen_case(calling: Calling, case_id: CaseId, body: ReasonIn) -> CaseOut:
    """Opens a closed case again."""
    return CaseOut.of(cases_work.reopen(calling.centre, calling.actor, case_id, body.reason))


@router.post("/{case_id}/notes", status_code=201)
def add_case_note(calling: Calling, case_id: CaseId, body: NoteIn) -> NoteOut:
    """Writes a note, or a correction of one."""
    return NoteOut.of(
        cases_work.note(calling.centre, calling.actor, case_id, body.text, body.corrects)
    )


@router.post("/{case_id}/tasks", status_code=201)
def add_case_task(calling: Calling, case_id: CaseId, body: TaskIn) -> TaskOut:
    """Gives somebody something to do."""
    return TaskOut.of(
        cases_work.add_task(
            calling.centre, calling.actor, case_id, body.title, body.assignee, body.due_on
        )
    )


@router.post("/{case_id}/tasks/{task_id}/done")
def finish_case_task(calling: Calling, case_id: CaseId, task_id: str) -> TaskOut:
    """Notes that a task is done."""
    return TaskOut.of(cases_work.finish_task(calling.centre, calling.actor, case_id, task_id))


@router.post("/{case_id}/parties", status_code=201)
def add_case_party(calling: Calling, case_id: CaseId, body: PartyIn) -> PartyOut:
    """Adds somebody or something."""
    if body.traveller_id:
        added = cases_work.add_traveller(
            calling.centre, calling.actor, case_id, body.traveller_id, body.role, body.source
        )
    elif body.profile_id:
        added = cases_work.add_profile(
            calling.centre, calling.actor, case_id, body.profile_id, body.role, body.source
        )
    else:
        added = cases_work.add_party(
            calling.centre, calling.actor, case_id, body.kind, body.label, body.role, body.source
        )
    return PartyOut.of(added)


@router.post("/{case_id}/parties/{party_id}/remove", status_code=204)
def remove_case_party(calling: Calling, case_id: CaseId, party_id: str, body: ReasonIn) -> None:
    """Takes somebody or something out; the timeline keeps it."""
    cases_work.remove_party(calling.centre, calling.actor, case_id, party_id, body.reason)


@router.post("/{case_id}/alerts", status_code=204)
def add_case_alert(calling: Calling, case_id: CaseId, body: AlertIn) -> None:
    """Puts an alert into the case."""
    cases_work.add_alert(calling.centre, calling.actor, case_id, body.alert_id)


@router.post("/{case_id}/attachments", status_code=201)
def attach_to_case(
    calling: Calling,
    case_id: CaseId,
    file: Annotated[UploadFile, File(description="PDF, PNG, JPEG, TIFF, docx, xlsx, CSV or text")],
    about: Annotated[str, Form(max_length=200)] = "",
) -> AttachmentOut:
    """Keeps a file, sealed; its kind is told by its content."""
    data = content(file, "a file")
    return AttachmentOut.of(
        cases_work.attach(calling.centre, calling.actor, case_id, file_name(file), data, about)
    )


@router.post("/{case_id}/relations", status_code=204)
def relate_case(calling: Calling, case_id: CaseId, body: RelationIn) -> None:
    """Says that another case belongs to this one."""
    cases_work.relate(calling.centre, calling.actor, case_id, body.number, body.reason)


@router.post("/{case_id}/shares", status_code=204)
def share_case(calling: Calling, case_id: CaseId, body: ShareIn) -> None:
    """Lets one more unit, or one more person, work on the case."""
    cases_sharing.share(
        calling.centre,
        calling.actor,
        case_id,
        unit_id=body.unit_id,
        person=body.person,
        reason=body.reason,
    )


@router.post("/{case_id}/shares/{share_id}/end", status_code=204)
def end_case_share(calling: Calling, case_id: CaseId, share_id: str, body: ReasonIn) -> None:
    """Takes a share back."""
    cases_sharing.end_share(calling.centre, calling.actor, case_id, share_id, body.reason)


@router.post("/{case_id}/restriction")
def restrict_case(calling: Calling, case_id: CaseId, body: RestrictionIn) -> CaseOut:
    """Restricts a case to named persons, or opens it to its unit again."""
    return CaseOut.of(
        cases_sharing.restrict(
            calling.centre, calling.actor, case_id, body.reason, restricted=body.restricted
        )
    )


@router.post("/{case_id}/handovers", status_code=201)
def hand_over_case(calling: Calling, case_id: CaseId, body: HandoverIn) -> HandoverOut:
    """Gives parts of a case to another agency."""
    giving = Giving(
        agency=body.agency,
        unit_id=body.unit_id,
        sections=frozenset(body.sections),
        legal_basis=body.legal_basis,
        conditions=body.conditions,
        expires_at=body.expires_at,
    )
    return HandoverOut.of(cases_sharing.hand_over(calling.centre, calling.actor, case_id, giving))


@router.post("/{case_id}/handovers/{handover_id}/acknowledge")
def acknowledge_handover(
    calling: Calling, case_id: CaseId, handover_id: str, body: ReceiptIn
) -> HandoverOut:
    """Notes that the agency has what was given."""
    return HandoverOut.of(
        cases_sharing.acknowledge(
            calling.centre, calling.actor, case_id, handover_id, body.reference
        )
    )


@router.post("/{case_id}/handovers/{handover_id}/take-back")
def take_handover_back(
    calling: Calling, case_id: CaseId, handover_id: str, body: ReasonIn
) -> HandoverOut:
    """Ends a hand-over."""
    return HandoverOut.of(
        cases_sharing.take_back(calling.centre, calling.actor, case_id, handover_id, body.reason)
    )
