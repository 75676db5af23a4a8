"""The steps that officers take with a case, and what each needs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from parakh.access import Actor
from parakh.act.decisions import reason_of, require_human
from parakh.domain.case import Case, CaseState, Handover, Note, Party, Task
from parakh.errors import Conflict, InvalidInput

LONGEST_TITLE = 200
LONGEST_TEXT = 20_000


def move(case: Case, state: CaseState, reason: str, at: datetime) -> Case:
    """The case in another state; raises Conflict for a step that is not allowed.

    A case waits for something, which `reason` names; one is not closed or handed over this way,
    because both need more.
    """
    if state in (CaseState.CLOSED, CaseState.HANDED_OVER):
        raise InvalidInput("close a case with its outcome; hand it over with what is given")
    if case.state is CaseState.CLOSED:
        raise Conflict("the case is closed: open it again first")
    if case.state is CaseState.HANDED_OVER:
        raise Conflict("the case is handed over: take it back first")
    waiting = reason_of(reason) if state is CaseState.WAITING else ""
    return replace(_stepped(case, state, at), waiting_for=waiting)


def close(case: Case, open_tasks: int, at: datetime, open_alerts: int = 0) -> Case:
    """The closed case; raises Conflict while a task is open, or an alert that is not left so."""
    if open_tasks:
        raise Conflict("finish the open tasks first, or say in them that they are not needed")
    if open_alerts:
        raise Conflict(
            f"alerts of the case that are still open: {open_alerts}; close them first, or say that "
            "the case is closed though they are open"
        )
    return replace(_stepped(case, CaseState.CLOSED, at), waiting_for="", closed_at=at)


def reopen(case: Case, reason: str, at: datetime) -> tuple[Case, str]:
    """A closed case that is worked on again, and the reason, tidied."""
    if case.state is not CaseState.CLOSED:
        raise Conflict("the case is not closed")
    return replace(_stepped(case, CaseState.IN_PROGRESS, at), closed_at=None), reason_of(reason)


def hand_over(case: Case, at: datetime) -> Case:
    """The case, once another agency has it; one that is closed, or handed over already, stays."""
    if case.state in (CaseState.HANDED_OVER, CaseState.CLOSED):
        return replace(case, changed_at=at)
    return replace(_stepped(case, CaseState.HANDED_OVER, at), waiting_for="")


def acknowledge(own: Handover, actor: Actor, reference: str, at: datetime) -> Handover:
    """The hand-over as the other agency received it; raises Conflict the second time."""
    require_human(actor)
    if not own.holds(at):
        raise Conflict("the hand-over is over")
    if own.acknowledged_by is not None:
        raise Conflict(f"it was acknowledged by {own.acknowledged_by} already")
    return replace(
        own,
        acknowledged_by=actor.name,
        acknowledged_at=at,
        reference=text_of(reference, "the reference", most=LONGEST_TITLE, least=0),
    )


def take_back(own: Handover, actor: Actor, reason: str, at: datetime) -> Handover:
    """The hand-over, which gives nothing any more; raises Conflict the second time."""
    require_human(actor)
    if own.taken_back_at is not None:
        raise Conflict(f"it was taken back by {own.taken_back_by} already")
    return replace(own, taken_back_by=actor.name, taken_back_at=at, taking_back=reason_of(reason))


def taken_back(case: Case, others: Sequence[Handover], at: datetime) -> Case:
    """The case after a hand-over ended: worked on here again, unless another one still holds."""
    if others or case.state is not CaseState.HANDED_OVER:
        return replace(case, changed_at=at)
    return _stepped(case, CaseState.IN_PROGRESS, at)


def finish(task: Task, actor: Actor, at: datetime) -> Task:
    """The task, done; raises Conflict the second time."""
    if task.done_at is not None:
        raise Conflict(f"{task.done_by} did it already")
    return replace(task, done_by=actor.name, done_at=at)


def remove(party: Party, actor: Actor, reason: str, at: datetime) -> Party:
    """The party, out of the case; it stays in its timeline. Raises Conflict the second time."""
    if party.removed_at is not None:
        raise Conflict("it was taken out already")
    return replace(party, removed_by=actor.name, removed_at=at, removal=reason_of(reason))


def correction(note: Note, notes: tuple[Note, ...]) -> None:
    """Raises InvalidInput unless the note that this one corrects stands, uncorrected, beside it."""
    if note.corrects is None:
        return
    if note.corrects not in {own.id for own in notes}:
        raise InvalidInput("the note that is corrected does not stand in this case")
    if note.corrects in {own.corrects for own in notes}:
        raise InvalidInput("that note was corrected already: correct the newer one")


def text_of(text: str, what: str, *, most: int = LONGEST_TEXT, least: int = 1) -> str:
    """A text, tidied; raises InvalidInput for one that is too short or too long."""
    tidy = text.strip()
    if len(tidy) < least:
        raise InvalidInput(f"{what} needs at least {least} characters")
    if len(tidy) > most:
        raise InvalidInput(f"{what} has more than {most} characters")
    return tidy


def require_live(case: Case) -> None:
    """Raises Conflict for a closed case."""
    if case.state is CaseState.CLOSED:
        raise Conflict("the case is closed: open it again first")


def _stepped(case: Case, state: CaseState, at: datetime) -> Case:
    if not case.state.can_become(state):
        raise Conflict(
            f"a case that is {case.state.value.replace('_', ' ')} "
            f"cannot become {state.value.replace('_', ' ')}"
        )
    return replace(case, state=state, changed_at=at)
