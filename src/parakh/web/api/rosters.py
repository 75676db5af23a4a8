"""Terminals, policies, examiners and their rosters."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from parakh.services import examination_places as places
from parakh.services import rosters
from parakh.web.api.auth import Calling
from parakh.web.api.roster_wire import (
    ExaminerIn,
    ExaminerOut,
    PolicyIn,
    PolicyOut,
    RosterOut,
    RosterViewOut,
    TerminalIn,
    TerminalOut,
)
from parakh.web.api.wire import Wire

router = APIRouter(prefix="/examinations", tags=["rosters"])

TerminalId = Annotated[str, Path(description="identifier of the terminal")]
RosterId = Annotated[str, Path(description="identifier of the roster")]
_REASON = Field(max_length=4000)


class DecisionIn(Wire):
    """Whether it is approved, and why."""

    approve: bool
    reason: str = _REASON


class LeaveIn(Wire):
    """Days, both included."""

    since: date
    until: date
    reason: str = Field("", max_length=400)


class WithdrawalIn(Wire):
    """Why it is taken back."""

    reason: str = _REASON


class WishIn(Wire):
    """On which day the caller would rather be free; `slot` for a part of it."""

    day: date
    slot: int | None = Field(None, ge=0, le=2)


class RosterIn(Wire):
    """For which days a roster is wanted."""

    since: date
    days: int = Field(rosters.USUAL_DAYS, ge=1, le=rosters.MOST_DAYS)


class DutyIn(Wire):
    """Who works where; without a terminal he is free that day."""

    examiner_id: str = Field(max_length=32)
    day: date
    terminal_id: str = Field("", max_length=32)
    slot: int = Field(0, ge=0, le=2)


@router.get("/terminals")
def list_terminals(calling: Calling) -> list[TerminalOut]:
    """Terminals at the caller's ports."""
    return [TerminalOut.of(own) for own in places.terminals(calling.centre, calling.actor)]


@router.post("/terminals", status_code=201)
def add_terminal(calling: Calling, body: TerminalIn) -> TerminalOut:
    """Adds one."""
    made = places.save_terminal(calling.centre, calling.actor, body.terminal(""))
    return TerminalOut.of(made)


@router.put("/terminals/{terminal_id}")
def save_terminal(calling: Calling, terminal_id: TerminalId, body: TerminalIn) -> TerminalOut:
    """Says something else of one."""
    made = places.save_terminal(calling.centre, calling.actor, body.terminal(terminal_id))
    return TerminalOut.of(made)


@router.get("/terminals/{terminal_id}/policies")
def list_grounding_policies(calling: Calling, terminal_id: TerminalId) -> list[PolicyOut]:
    """Its policies, newest first; none while the usual one holds."""
    found = places.terminal(calling.centre, calling.actor, terminal_id)
    return [PolicyOut.of(own) for own in found.policies]


@router.post("/terminals/{terminal_id}/policies", status_code=201)
def propose_grounding_policy(
    calling: Calling, terminal_id: TerminalId, body: PolicyIn
) -> PolicyOut:
    """Proposes in what order it grounds; another planner decides."""
    made = places.propose_policy(
        calling.centre,
        calling.actor,
        terminal_id,
        order=body.order,
        perishable=frozenset(body.perishable),
        waiting_step=body.waiting_step,
        longest_wait=body.longest_wait,
        reason=body.reason,
    )
    return PolicyOut.of(made)


@router.post("/policies/{policy_id}/decision")
def decide_grounding_policy(calling: Calling, policy_id: str, body: DecisionIn) -> PolicyOut:
    """Puts a proposed policy in force, or rejects it."""
    made = places.decide_policy(
        calling.centre, calling.actor, policy_id, approve=body.approve, reason=body.reason
    )
    return PolicyOut.of(made)


@router.get("/examiners")
def list_examiners(calling: Calling) -> list[ExaminerOut]:
    """Examiners of the caller's terminals."""
    return [ExaminerOut.of(own) for own in places.examiners(calling.centre, calling.actor)]


@router.post("/examiners", status_code=201)
def add_examiner(calling: Calling, body: ExaminerIn) -> ExaminerOut:
    """Makes a user an examiner."""
    made = places.save_examiner(calling.centre, calling.actor, body.examiner(""))
    return ExaminerOut.made(made)


@router.put("/examiners/{examiner_id}")
def save_examiner(calling: Calling, examiner_id: str, body: ExaminerIn) -> ExaminerOut:
    """Says something else of one."""
    made = places.save_examiner(calling.centre, calling.actor, body.examiner(examiner_id))
    return ExaminerOut.made(made)


@router.post("/examiners/{examiner_id}/leave", status_code=204)
def add_examiner_leave(calling: Calling, examiner_id: str, body: LeaveIn) -> None:
    """Notes leave."""
    places.add_leave(
        calling.centre, calling.actor, examiner_id, body.since, body.until, body.reason
    )


@router.post("/leave/{leave_id}/removal", status_code=204)
def remove_examiner_leave(calling: Calling, leave_id: str, body: WithdrawalIn) -> None:
    """Takes leave back."""
    places.remove_leave(calling.centre, calling.actor, leave_id, body.reason)


@router.post("/wishes", status_code=204)
def wish_to_be_free(calling: Calling, body: WishIn) -> None:
    """The examiner who calls says when he would rather be free."""
    places.wish(calling.centre, calling.actor, body.day, body.slot)


@router.get("/rosters")
def list_rosters(calling: Calling) -> list[RosterOut]:
    """Rosters, newest first; drafts for planners alone."""
    return [RosterOut.of(own) for own in rosters.listed(calling.centre, calling.actor)]


@router.post("/rosters", status_code=202)
def make_roster(calling: Calling, body: RosterIn) -> None:
    """Begins to make one in the background."""
    rosters.begin(calling.centre, calling.actor, body.since, body.days)


@router.get("/rosters/{roster_id}")
def get_roster(calling: Calling, roster_id: RosterId) -> RosterViewOut:
    """One roster."""
    return RosterViewOut.of(rosters.view(calling.centre, calling.actor, roster_id))


@router.post("/rosters/{roster_id}/duties")
def change_roster(calling: Calling, roster_id: RosterId, body: DutyIn) -> RosterViewOut:
    """Gives somebody another duty on a day, or none, within the rules."""
    place = (body.terminal_id, body.slot) if body.terminal_id else None
    found = rosters.change(
        calling.centre, calling.actor, roster_id, body.examiner_id, body.day, place
    )
    return RosterViewOut.of(found)


@router.post("/rosters/{roster_id}/publication")
def publish_roster(calling: Calling, roster_id: RosterId) -> RosterOut:
    """Puts a draft in force."""
    return RosterOut.of(rosters.publish(calling.centre, calling.actor, roster_id))


@router.post("/rosters/{roster_id}/discarding", status_code=204)
def discard_roster(calling: Calling, roster_id: RosterId) -> None:
    """Gives a draft up."""
    rosters.discard(calling.centre, calling.actor, roster_id)
