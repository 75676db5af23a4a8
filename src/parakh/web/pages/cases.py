"""Cases: the list, one case, and the steps an officer takes in it."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from parakh.domain.alert import OutcomeKind
from parakh.domain.case import LIVE, CaseState, PartyKind, PartyRole, Priority, Section
from parakh.services import case_report, cases, cases_sharing, cases_work
from parakh.services.cases import Opening
from parakh.services.cases_sharing import Giving
from parakh.services.cases_work import Change
from parakh.store.cases import Wanted
from parakh.web.case_files import attached, pdf, speech
from parakh.web.findings import OFFERED, Found
from parakh.web.queries import PageNumber, day_of, midnight
from parakh.web.uploads import content, file_name
from parakh.web.viewer import Here

router = APIRouter(prefix="/cases")

Reason = Annotated[str, Form(max_length=4000)]
Text = Annotated[str, Form(max_length=20_000)]
Short = Annotated[str, Form(max_length=400)]
Ids = Annotated[list[str], Form(max_length=50)]

NAMED_BY_HAND = [own for own in PartyKind if own not in (PartyKind.TRAVELLER, PartyKind.PROFILE)]


def _about(traveller: Short = "", profile: Short = "") -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(filter(None, [traveller])), tuple(filter(None, [profile]))


About = Annotated[tuple[tuple[str, ...], tuple[str, ...]], Depends(_about)]
"""The travellers and profiles from whose page a case is opened."""


@router.get("")
def list_cases(
    here: Here,
    whose: Annotated[str, Query(pattern="^(mine|unit|all)$")] = "all",
    state: str = "live",
    priority: str = "",
    overdue: bool = False,
    q: Annotated[str, Query(max_length=200)] = "",
    page: PageNumber = 1,
) -> HTMLResponse:
    """Cases by whose they are, state, priority, overdue tasks, and text."""
    states = {"live": LIVE, "all": frozenset[CaseState]()}
    wanted = Wanted(
        owner=here.actor.name if whose == "mine" else "",
        unit_ids=here.actor.units if whose == "unit" else frozenset(),
        states=states.get(state, frozenset({own for own in CaseState if own.value == state})),
        priority=next((own for own in Priority if own.value == priority), None),
        overdue_on=cases.today(here.centre) if overdue else None,
        text=q.strip(),
    )
    query = {"whose": whose, "state": state, "priority": priority, "q": q}
    if overdue:
        query["overdue"] = "true"
    return here.page(
        "cases.html",
        page=cases.list_cases(here.centre, here.actor, wanted, page=page),
        query=query,
        overdue=overdue,
        states=list(CaseState),
        priorities=list(Priority),
    )


@router.get("/new")
def new(here: Here, traveller: str = "", profile: str = "") -> HTMLResponse:
    """The form that opens a case from nothing, from a traveller, or from a profile."""
    offered = cases.offered(here.centre, here.actor)
    return here.page(
        "case_new.html",
        offered=offered,
        about={"traveller": traveller, "profile": profile},
        priorities=list(Priority),
    )


@router.post("")
def open_case(
    here: Here,
    about: About,
    title: Short = "",
    summary: Text = "",
    priority: Annotated[Priority, Form()] = Priority.NORMAL,
    unit: Short = "",
    restricted: Annotated[bool, Form()] = False,
    alert: Ids = [],  # noqa: B006  (never changed)
) -> RedirectResponse:
    """Opens a case."""
    wanted = Opening(
        title=title,
        summary=summary,
        priority=priority,
        unit_id=unit,
        restricted=restricted,
        alert_ids=tuple(alert),
        traveller_ids=about[0],
        profile_ids=about[1],
    )
    made = cases.open_case(here.centre, here.actor, wanted)
    return here.done(f"/cases/{made.id}", "case-opened")


@router.get("/alerts/{alert_id}")
def of_alert(here: Here, alert_id: str) -> HTMLResponse:
    """The cases of an alert, as its page puts them into their place."""
    found = cases.of_alert(here.centre, here.actor, alert_id)
    return here.page("fragments/alert_cases.html", found=found, **OFFERED)


@router.get("/travellers/{traveller_id}")
def of_traveller(here: Here, traveller_id: str) -> HTMLResponse:
    """The cases of a traveller, as his page puts them into their place."""
    found = cases.of_traveller(here.centre, here.actor, traveller_id)
    about = f"traveller={traveller_id}"
    return here.page("fragments/traveller_cases.html", found=found, about=about)


@router.get("/profiles/{profile_id}")
def of_profile(here: Here, profile_id: str) -> HTMLResponse:
    """The cases of a profile, as its page puts them into their place."""
    found = cases.of_profile(here.centre, here.actor, profile_id)
    about = f"profile={profile_id}"
    return here.page("fragments/traveller_cases.html", found=found, about=about)


@router.get("/{case_id}")
def case(here: Here, case_id: str) -> HTMLResponse:
    """One case."""
    view = cases.view(here.centre, here.actor, case_id)
    return here.page(
        "case.html",
        view=view,
        case=view.case,
        today=cases.today(here.centre),
        agencies=cases_sharing.agencies(here.centre),
        priorities=list(Priority),
        kinds=NAMED_BY_HAND,
        roles=list(PartyRole),
        sections=list(Section),
        **OFFERED,
    )


@router.get("/{case_id}/report.pdf")
def report(
    here: Here,
    case_id: str,
    section: Annotated[list[Section], Query()] = [],  # noqa: B006  (never changed)
    classification: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """The case as a PDF with chosen sections; all where none is chosen."""
    chosen = frozenset(section) or frozenset(Section)
    told = speech(here.centre.settings.zone)
    return pdf(case_report.report(here.centre, here.actor, case_id, chosen, classification, told))


@router.get("/{case_id}/attachments/{attachment_id}")
def attachment(here: Here, case_id: str, attachment_id: str) -> Response:
    """A file, to be kept, never to be shown."""
    return attached(cases_work.attachment(here.centre, here.actor, case_id, attachment_id))


# --- steps --------------------------------------------------------------------------------------


@router.post("/{case_id}/change")
def change(
    here: Here,
    case_id: str,
    title: Short,
    priority: Annotated[Priority, Form()],
    owner: Short,
    summary: Text = "",
) -> RedirectResponse:
    """Changes title, summary, priority or owner."""
    wanted = Change(title=title, summary=summary, priority=priority, owner=owner)
    cases_work.change(here.centre, here.actor, case_id, wanted)
    return here.done(f"/cases/{case_id}", "case-saved")


@router.post("/{case_id}/state")
def move(
    here: Here, case_id: str, state: Annotated[CaseState, Form()], reason: Reason = ""
) -> RedirectResponse:
    """Begins work, or waits for something."""
    cases_work.move(here.centre, here.actor, case_id, state, reason)
    return here.done(f"/cases/{case_id}", "case-saved")


@router.post("/{case_id}/close")
def close(
    here: Here,
    case_id: str,
    outcome: Annotated[OutcomeKind, Form()],
    details: Found,
    note: Reason = "",
    leave_alerts: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Closes the case with its outcome."""
    cases_work.close(
        here.centre, here.actor, case_id, outcome, note, details, leave_alerts=leave_alerts
    )
    return here.done(f"/cases/{case_id}", "case-closed")


@router.post("/{case_id}/reopen")
def reopen(here: Here, case_id: str, reason: Reason) -> RedirectResponse:
    """Opens a closed case again."""
    cases_work.reopen(here.centre, here.actor, case_id, reason)
    return here.done(f"/cases/{case_id}", "case-reopened")


@router.post("/{case_id}/notes")
def note(here: Here, case_id: str, text: Text, corrects: Short = "") -> RedirectResponse:
    """Writes a note, or corrects one."""
    cases_work.note(here.centre, here.actor, case_id, text, corrects or None)
    return here.done(f"/cases/{case_id}", "case-note")


@router.post("/{case_id}/tasks")
def add_task(
    here: Here, case_id: str, title: Short, assignee: Short = "", due_on: Short = ""
) -> RedirectResponse:
    """Gives a task."""
    due = day_of(due_on, date.min) if due_on else None
    cases_work.add_task(here.centre, here.actor, case_id, title, assignee, due)
    return here.done(f"/cases/{case_id}", "case-task")


@router.post("/{case_id}/tasks/{task_id}/done")
def finish_task(here: Here, case_id: str, task_id: str) -> RedirectResponse:
    """Notes that a task is done."""
    cases_work.finish_task(here.centre, here.actor, case_id, task_id)
    return here.done(f"/cases/{case_id}", "case-done")


@router.post("/{case_id}/parties")
def add_party(
    here: Here,
    case_id: str,
    role: Annotated[PartyRole, Form()],
    source: Reason,
    kind: Annotated[PartyKind, Form()] = PartyKind.TRAVELLER,
    label: Short = "",
    traveller: Short = "",
    profile: Short = "",
) -> RedirectResponse:
    """Adds somebody or something."""
    if traveller:
        cases_work.add_traveller(here.centre, here.actor, case_id, traveller, role, source)
    elif profile:
        cases_work.add_profile(here.centre, here.actor, case_id, profile, role, source)
    else:
        cases_work.add_party(here.centre, here.actor, case_id, kind, label, role, source)
    return here.done(f"/cases/{case_id}", "case-added")


@router.post("/{case_id}/parties/{party_id}/remove")
def remove_party(here: Here, case_id: str, party_id: str, reason: Reason) -> RedirectResponse:
    """Takes somebody or something out."""
    cases_work.remove_party(here.centre, here.actor, case_id, party_id, reason)
    return here.done(f"/cases/{case_id}", "case-removed")


@router.post("/{case_id}/alerts")
def add_alert(here: Here, case_id: str, alert: Short) -> RedirectResponse:
    """Puts an alert into the case."""
    cases_work.add_alert(here.centre, here.actor, case_id, alert)
    return here.done(f"/cases/{case_id}", "case-added")


@router.post("/{case_id}/attachments")
def attach(
    here: Here,
    case_id: str,
    file: Annotated[UploadFile | None, File()] = None,
    about: Short = "",
) -> RedirectResponse:
    """Keeps a file."""
    data = content(file, "a scan, a picture, a table or a text")
    cases_work.attach(here.centre, here.actor, case_id, file_name(file), data, about)
    return here.done(f"/cases/{case_id}", "case-attached")


@router.post("/{case_id}/relations")
def relate(here: Here, case_id: str, number: Short, reason: Reason) -> RedirectResponse:
    """Says that another case belongs to this one."""
    cases_work.relate(here.centre, here.actor, case_id, number, reason)
    return here.done(f"/cases/{case_id}", "case-related")


@router.post("/{case_id}/shares")
def share(
    here: Here, case_id: str, reason: Reason, unit: Short = "", person: Short = ""
) -> RedirectResponse:
    """Lets a unit or a person work on the case."""
    cases_sharing.share(
        here.centre, here.actor, case_id, unit_id=unit, person=person.strip(), reason=reason
    )
    return here.done(f"/cases/{case_id}", "case-shared")


@router.post("/{case_id}/shares/{share_id}/end")
def end_share(here: Here, case_id: str, share_id: str, reason: Reason) -> RedirectResponse:
    """Takes a share back."""
    cases_sharing.end_share(here.centre, here.actor, case_id, share_id, reason)
    return here.done(f"/cases/{case_id}", "case-unshared")


@router.post("/{case_id}/restriction")
def restrict(
    here: Here, case_id: str, reason: Reason, restricted: Annotated[bool, Form()] = False
) -> RedirectResponse:
    """Restricts the case to named persons, or opens it to its unit again."""
    cases_sharing.restrict(here.centre, here.actor, case_id, reason, restricted=restricted)
    return here.done(f"/cases/{case_id}", "case-saved")


@router.post("/{case_id}/handovers")
def hand_over(
    here: Here,
    case_id: str,
    agency: Short,
    legal_basis: Reason,
    section: Annotated[list[Section], Form()] = [],  # noqa: B006  (never changed)
    unit: Short = "",
    conditions: Reason = "",
    until: Short = "",
) -> RedirectResponse:
    """Gives parts of the case to another agency."""
    zone = here.centre.settings.zone
    giving = Giving(
        agency=agency,
        unit_id=unit,
        sections=frozenset(section),
        legal_basis=legal_basis,
        conditions=conditions,
        expires_at=midnight(day_of(until, date.min), zone, days=1) if until else None,
    )
    cases_sharing.hand_over(here.centre, here.actor, case_id, giving)
    return here.done(f"/cases/{case_id}", "case-handed-over")


@router.post("/{case_id}/handovers/{handover_id}/acknowledge")
def acknowledge(
    here: Here, case_id: str, handover_id: str, reference: Short = ""
) -> RedirectResponse:
    """Notes that the agency has it."""
    cases_sharing.acknowledge(here.centre, here.actor, case_id, handover_id, reference)
    return here.done(f"/cases/{case_id}", "case-acknowledged")


@router.post("/{case_id}/handovers/{handover_id}/take-back")
def take_back(here: Here, case_id: str, handover_id: str, reason: Reason) -> RedirectResponse:
    """Ends a hand-over."""
    cases_sharing.take_back(here.centre, here.actor, case_id, handover_id, reason)
    return here.done(f"/cases/{case_id}", "case-taken-back")
