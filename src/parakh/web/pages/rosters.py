"""Terminals, examiners and their rosters."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.domain.examination import Examiner, First, Skill, Staffing, Terminal
from parakh.domain.roster import SLOTS as HOURS
from parakh.errors import InvalidInput
from parakh.services import examination_places as places
from parakh.services import rosters
from parakh.web.examination_labels import SHORT_SLOTS, SLOTS
from parakh.web.queries import day_of
from parakh.web.viewer import Here

router = APIRouter(prefix="/examinations")

Reason = Annotated[str, Form(max_length=4000)]
Day = Annotated[str, Form(max_length=10)]


class TerminalForm(BaseModel):
    """The fields of a terminal; of each slot how many it needs, and how many of them trained."""

    model_config = ConfigDict(str_strip_whitespace=True)

    name: str = Field("", max_length=80)
    port: str = Field("", max_length=40)
    bays: int = Field(1, ge=1, le=1000)
    a_shift: int = Field(1, ge=1, le=1000)
    needed: list[int] = Field([], max_length=len(HOURS))
    skill: list[str] = Field([], max_length=len(HOURS) * 2)
    trained: list[str] = Field([], max_length=len(HOURS) * 2)

    def terminal(self, terminal_id: str = "") -> Terminal:
        """The same as a value."""
        return Terminal(
            id=terminal_id,
            name=self.name,
            port=self.port.upper(),
            bays=self.bays,
            a_shift=self.a_shift,
            staffing=tuple(
                Staffing(slot=slot, needed=number, skills=self._skills(slot))
                for slot, number in enumerate(self.needed)
            ),
        )

    def _skills(self, slot: int) -> tuple[tuple[Skill, int], ...]:
        pairs = list(zip(self.skill, self.trained, strict=False))[2 * slot : 2 * slot + 2]
        return tuple(sorted({_skill(own): _whole(number) for own, number in pairs if own}.items()))


class ExaminerForm(BaseModel):
    """The fields of an examiner."""

    model_config = ConfigDict(str_strip_whitespace=True)

    name: str = Field("", max_length=80)
    terminals: list[str] = Field([], max_length=100)
    skills: list[Skill] = Field([], max_length=len(Skill))
    conflicts: str = Field("", max_length=8000)
    hours: int = Field(48, ge=1, le=60)

    def examiner(self, examiner_id: str = "") -> Examiner:
        """The same as a value."""
        return Examiner(
            id=examiner_id,
            name=self.name,
            terminal_ids=frozenset(self.terminals),
            skills=frozenset(self.skills),
            conflicts=frozenset(self.conflicts.split()),
            hours_a_week=self.hours,
        )


# --- terminals ----------------------------------------------------------------------------------


@router.get("/terminals")
def terminals(here: Here) -> HTMLResponse:
    """All terminals."""
    found = places.terminals(here.centre, here.actor)
    return here.page("exam_terminals.html", terminals=found, slots=SLOTS, skills=list(Skill))


@router.post("/terminals")
def add_terminal(here: Here, form: Annotated[TerminalForm, Form()]) -> RedirectResponse:
    """Adds one."""
    made = places.save_terminal(here.centre, here.actor, form.terminal())
    return here.done(f"/examinations/terminals/{made.id}", "terminal-saved")


@router.get("/terminals/{terminal_id}")
def terminal(here: Here, terminal_id: str) -> HTMLResponse:
    """One terminal with its policies."""
    return here.page(
        "exam_terminal.html",
        view=places.terminal(here.centre, here.actor, terminal_id),
        slots=SLOTS,
        skills=list(Skill),
        firsts=list(First),
    )


@router.post("/terminals/{terminal_id}")
def save_terminal(
    here: Here, terminal_id: str, form: Annotated[TerminalForm, Form()]
) -> RedirectResponse:
    """Says something else of it."""
    places.save_terminal(here.centre, here.actor, form.terminal(terminal_id))
    return here.done(f"/examinations/terminals/{terminal_id}", "terminal-saved")


@router.post("/terminals/{terminal_id}/policies")
def propose_policy(
    here: Here,
    terminal_id: str,
    first: Annotated[list[str], Form(max_length=len(First))] = [],  # noqa: B006  (never changed)
    perishable: Annotated[str, Form(max_length=400)] = "",
    waiting_step: Annotated[int, Form(ge=1, le=336)] = 4,
    longest_wait: Annotated[int, Form(ge=1, le=336)] = 48,
    reason: Reason = "",
) -> RedirectResponse:
    """Proposes in what order it grounds."""
    places.propose_policy(
        here.centre,
        here.actor,
        terminal_id,
        order=[_first(own) for own in first if own],
        perishable=frozenset(perishable.replace(",", " ").split()),
        waiting_step=waiting_step,
        longest_wait=longest_wait,
        reason=reason,
    )
    return here.done(f"/examinations/terminals/{terminal_id}", "policy-proposed")


@router.post("/policies/{policy_id}/decision")
def decide_policy(
    here: Here,
    policy_id: str,
    decision: Annotated[str, Form(pattern="^(approve|reject)$")],
    reason: Reason = "",
) -> RedirectResponse:
    """Puts a proposed policy in force, or rejects it."""
    made = places.decide_policy(
        here.centre, here.actor, policy_id, approve=decision == "approve", reason=reason
    )
    return here.done(f"/examinations/terminals/{made.terminal_id}", "policy-decided")


# --- examiners ----------------------------------------------------------------------------------


@router.get("/examiners")
def examiners(here: Here) -> HTMLResponse:
    """All examiners."""
    return here.page(
        "examiners.html",
        rows=places.examiners(here.centre, here.actor),
        candidates=places.candidates(here.centre, here.actor),
        terminals={own.id: own for own in places.terminals(here.centre, here.actor)},
        skills=list(Skill),
        today=_today(here),
    )


@router.post("/examiners")
def add_examiner(here: Here, form: Annotated[ExaminerForm, Form()]) -> RedirectResponse:
    """Makes a user an examiner."""
    places.save_examiner(here.centre, here.actor, form.examiner())
    return here.done("/examinations/examiners", "examiner-saved")


@router.post("/examiners/{examiner_id}")
def save_examiner(
    here: Here, examiner_id: str, form: Annotated[ExaminerForm, Form()]
) -> RedirectResponse:
    """Says something else of one."""
    places.save_examiner(here.centre, here.actor, form.examiner(examiner_id))
    return here.done("/examinations/examiners", "examiner-saved")


@router.post("/examiners/{examiner_id}/leave")
def add_leave(
    here: Here, examiner_id: str, since: Day, until: Day, reason: Reason = ""
) -> RedirectResponse:
    """Notes leave."""
    today = _today(here)
    places.add_leave(
        here.centre, here.actor, examiner_id, day_of(since, today), day_of(until, today), reason
    )
    return here.done("/examinations/examiners", "leave-added")


@router.post("/leave/{leave_id}/removal")
def remove_leave(here: Here, leave_id: str, reason: Reason = "") -> RedirectResponse:
    """Takes leave back."""
    places.remove_leave(here.centre, here.actor, leave_id, reason)
    return here.done("/examinations/examiners", "leave-removed")


# --- rosters ------------------------------------------------------------------------------------


@router.get("/roster")
def roster_list(here: Here) -> HTMLResponse:
    """Rosters, and what is being made."""
    today = _today(here)
    return here.page(
        "exam_rosters.html",
        rosters=rosters.listed(here.centre, here.actor),
        progress=here.centre.rostering.progress,
        today=today,
        monday=today + timedelta(days=7 - today.weekday()),
        usual=rosters.USUAL_DAYS,
        most=rosters.MOST_DAYS,
        slots=SLOTS,
    )


@router.post("/roster")
def make(
    here: Here, since: Day, days: Annotated[int, Form(ge=1, le=rosters.MOST_DAYS)] = 14
) -> RedirectResponse:
    """Begins to make a roster."""
    rosters.begin(here.centre, here.actor, day_of(since, _today(here)), days)
    return here.done("/examinations/roster", "roster-begun")


@router.get("/roster/working")
def working(here: Here) -> HTMLResponse:
    """Whether one is being made, as the page puts it into its place."""
    found = rosters.listed(here.centre, here.actor)
    progress = here.centre.rostering.progress
    return here.page("fragments/roster_working.html", progress=progress, rosters=found, began=True)


@router.post("/wishes")
def wish(
    here: Here, day: Day, slot: Annotated[str, Form(pattern="^[012]?$")] = ""
) -> RedirectResponse:
    """The examiner says when he would rather be free."""
    when = day_of(day, _today(here))
    places.wish(here.centre, here.actor, when, int(slot) if slot else None)
    return here.done("/examinations/roster", "wish-added")


@router.get("/roster/{roster_id}")
def roster(here: Here, roster_id: str) -> HTMLResponse:
    """One roster as a grid."""
    view = rosters.view(here.centre, here.actor, roster_id)
    return here.page(
        "exam_roster.html",
        view=view,
        roster=view.roster,
        slots=SLOTS,
        short=SHORT_SLOTS,
        hours=HOURS,
        today=_today(here),
    )


@router.post("/roster/{roster_id}/duties")
def change(
    here: Here,
    roster_id: str,
    examiner: Annotated[str, Form(max_length=32)],
    day: Day,
    place: Annotated[str, Form(max_length=40)] = "",
) -> RedirectResponse:
    """Gives somebody another duty on a day, or none."""
    when = day_of(day, _today(here))
    rosters.change(here.centre, here.actor, roster_id, examiner, when, _place(place))
    return here.done(f"/examinations/roster/{roster_id}", "roster-changed")


@router.post("/roster/{roster_id}/publication")
def publish(here: Here, roster_id: str) -> RedirectResponse:
    """Puts a draft in force."""
    rosters.publish(here.centre, here.actor, roster_id)
    return here.done(f"/examinations/roster/{roster_id}", "roster-published")


@router.post("/roster/{roster_id}/discarding")
def discard(here: Here, roster_id: str) -> RedirectResponse:
    """Gives a draft up."""
    rosters.discard(here.centre, here.actor, roster_id)
    return here.done("/examinations/roster", "roster-discarded")


# --- within -------------------------------------------------------------------------------------


def _today(here: Here) -> date:
    return here.centre.clock().astimezone(here.centre.settings.zone).date()


def _place(text: str) -> tuple[str, int] | None:
    """Terminal and slot, as the form has them in one field; none for a free day."""
    terminal, _, slot = text.rpartition(":")
    if not text:
        return None
    if not slot.isdigit() or not terminal:
        raise InvalidInput("choose a terminal and a shift that the form offers")
    return terminal, int(slot)


def _skill(text: str) -> Skill:
    if text not in list(Skill):
        raise InvalidInput("choose a skill that the form offers")
    return Skill(text)


def _first(text: str) -> First:
    if text not in list(First):
        raise InvalidInput("choose what the form offers")
    return First(text)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput("say how many of them must be trained")
    return int(text)
