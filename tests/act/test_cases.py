"""Steps of a case, and which are not allowed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from parakh.access import Actor, Role
from parakh.act import cases
from parakh.domain.case import (
    Case,
    CaseState,
    Handover,
    Note,
    Party,
    PartyKind,
    PartyRole,
    Section,
    Task,
)
from parakh.domain.phrase import phrase
from parakh.errors import Conflict, InvalidInput

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CASE = Case(
    id="c", number="2026-000001", title="Couriers", unit_id="khi", agency="Customs", owner="o",
    opened_by="o", opened_at=NOW, changed_at=NOW,
)  # fmt: skip
S = CaseState


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        (S.OPEN, S.IN_PROGRESS, True),
        (S.OPEN, S.WAITING, True),
        (S.IN_PROGRESS, S.WAITING, True),
        (S.WAITING, S.IN_PROGRESS, True),
        (S.IN_PROGRESS, S.OPEN, False),
        (S.WAITING, S.WAITING, False),
        (S.CLOSED, S.IN_PROGRESS, False),
        (S.HANDED_OVER, S.IN_PROGRESS, False),
    ],
)
def test_steps(old: S, new: S, allowed: bool) -> None:
    case = replace(CASE, state=old)
    if not allowed:
        with pytest.raises(Conflict):
            cases.move(case, new, "a letter from the bank", NOW)
        return
    moved = cases.move(case, new, "a letter from the bank", NOW)
    assert moved.state is new
    assert moved.waiting_for == ("a letter from the bank" if new is S.WAITING else "")


@pytest.mark.parametrize("state", [S.CLOSED, S.HANDED_OVER])
def test_closing_and_handing_over_need_more(state: S) -> None:
    with pytest.raises(InvalidInput):
        cases.move(CASE, state, "why not", NOW)


def test_waiting_names_what_for() -> None:
    with pytest.raises(InvalidInput, match="reason"):
        cases.move(CASE, S.WAITING, "", NOW)


def test_a_case_closes_once_and_opens_again() -> None:
    with pytest.raises(Conflict, match="tasks"):
        cases.close(CASE, 1, NOW)
    with pytest.raises(Conflict, match="still open: 2"):
        cases.close(CASE, 0, NOW, 2)
    closed = cases.close(CASE, 0, NOW)
    assert (closed.state, closed.closed_at) == (S.CLOSED, NOW)
    with pytest.raises(Conflict):
        cases.close(closed, 0, NOW)
    with pytest.raises(Conflict, match="not closed"):
        cases.reopen(CASE, "new evidence", NOW)
    again, why = cases.reopen(closed, " new evidence ", NOW)
    assert (again.state, again.closed_at, why) == (S.IN_PROGRESS, None, "new evidence")
    with pytest.raises(Conflict, match="open it again"):
        cases.require_live(closed)


def test_a_case_that_is_given_twice_comes_back_once_both_ended() -> None:
    given = cases.hand_over(CASE, NOW)
    assert cases.hand_over(given, NOW).state is S.HANDED_OVER
    other = Handover(
        id="h", case_id="c", agency="Narcotics", unit_id=None, sections=frozenset(Section),
        legal_basis="Act 1", conditions="", expires_at=None, by="o", at=NOW,
    )  # fmt: skip
    assert cases.taken_back(given, [other], NOW).state is S.HANDED_OVER
    assert cases.taken_back(given, [], NOW).state is S.IN_PROGRESS
    assert cases.taken_back(cases.close(given, 0, NOW), [], NOW).state is S.CLOSED
    assert cases.hand_over(cases.close(CASE, 0, NOW), NOW).state is S.CLOSED


def test_a_note_is_corrected_once() -> None:
    first = Note(id="1", text="two bags", by="o", at=NOW)
    second = Note(id="2", text="three bags", by="o", at=NOW, corrects="1")
    cases.correction(second, (first,))
    with pytest.raises(InvalidInput, match="already"):
        cases.correction(replace(second, id="3"), (first, second))
    with pytest.raises(InvalidInput, match="does not stand"):
        cases.correction(second, ())


def test_done_is_done(acting: Callable[..., Actor]) -> None:
    actor = acting(Role.TARGETING)
    task = Task(id="t", title="Ask", assignee="o", due_on=date(2026, 11, 20), by="o", at=NOW)
    assert task.overdue(NOW.date())
    done = cases.finish(task, actor, NOW)
    assert not done.overdue(NOW.date())
    with pytest.raises(Conflict):
        cases.finish(done, actor, NOW)
    party = Party(
        id="p", kind=PartyKind.PHONE, ref_id="", label="+92 300 1234567", role=PartyRole.OTHER,
        source=phrase("seen"), by="o", at=NOW,
    )  # fmt: skip
    gone = cases.remove(party, actor, "wrong number", NOW)
    with pytest.raises(Conflict):
        cases.remove(gone, actor, "wrong number", NOW)
