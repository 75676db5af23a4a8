"""Changes of entries, and what is due for review."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from parakh.domain.amendment import Amendment, AmendmentState
from parakh.domain.listing import FieldChange
from parakh.services import review
from parakh.services.review import Due, DuePage, DueRow
from parakh.web.api.auth import Calling
from parakh.web.api.watchlists import EntryDecisionIn, EntryId, EntryIn, EntryOut, EntryRowOut
from parakh.web.api.wire import Wire
from parakh.web.proposals import proposed
from parakh.web.queries import PageNumber, end_of_day

router = APIRouter(prefix="/watchlists", tags=["watchlists"])


class FieldChangeOut(Wire):
    """One field of an entry before and after, as texts."""

    field: str
    before: str
    after: str

    @classmethod
    def of(cls, value: FieldChange) -> "FieldChangeOut":
        """From the domain value."""
        return cls(field=value.field, before=value.before, after=value.after)


class ChangeOut(Wire):
    """A change of an entry, which keeps its identifier and its hits."""

    id: str
    entry_id: str
    fields: list[FieldChangeOut]
    after: EntryOut
    reason: str
    proposed_by: str
    proposed_at: datetime
    state: AmendmentState
    decided_by: str | None
    decided_at: datetime | None
    decision: str

    @classmethod
    def of(cls, value: Amendment) -> "ChangeOut":
        """From the domain value."""
        return cls(
            id=value.id,
            entry_id=value.entry_id,
            fields=[FieldChangeOut.of(one) for one in value.fields],
            after=EntryOut.of(value.after),
            reason=value.reason,
            proposed_by=value.proposed_by,
            proposed_at=value.proposed_at,
            state=value.state,
            decided_by=value.decided_by,
            decided_at=value.decided_at,
            decision=value.decision,
        )


class ChangeIn(Wire):
    """The whole new state of an entry, and why it is changed."""

    entry: EntryIn
    why: str = Field(max_length=4000)


class KeepIn(Wire):
    """Until when an entry is to be kept, and why."""

    until: Annotated[date, Field(description="the last day on which it is screened")]
    reason: str = Field(max_length=4000)


class DueRowOut(Wire):
    """An entry that is due."""

    row: EntryRowOut
    decision: str = Field(description="why it was retired")
    change: ChangeOut | None = Field(description="a change that waits")

    @classmethod
    def of(cls, value: DueRow) -> "DueRowOut":
        """From the service's value."""
        return cls(
            row=EntryRowOut.of(value.row),
            decision=value.decision,
            change=ChangeOut.of(value.amendment) if value.amendment else None,
        )


class DuePageOut(Wire):
    """A page of what is due for one reason, and how many are due for each."""

    due: Due
    counts: dict[Due, int]
    rows: list[DueRowOut]
    total: int
    page: int
    pages: int

    @classmethod
    def of(cls, value: DuePage) -> "DuePageOut":
        """From the service's value."""
        return cls(
            due=value.due,
            counts=value.counts,
            rows=[DueRowOut.of(row) for row in value.rows],
            total=value.total,
            page=value.page,
            pages=value.pages,
        )


@router.get("/review")
def list_due(calling: Calling, due: Due = Due.EXPIRING, page: PageNumber = 1) -> DuePageOut:
    """Entries that end within 30 days, are past their review, have a change that waits, or ended
    in the last 90 days."""
    return DuePageOut.of(review.due(calling.centre, calling.actor, due, page))


@router.get("/entries/{entry_id}/changes")
def list_changes(calling: Calling, entry_id: EntryId) -> list[ChangeOut]:
    """The changes of an entry, the one that waits first, then the newest."""
    found = review.changes_of(calling.centre, calling.actor, entry_id)
    return [ChangeOut.of(one) for one in (*filter(None, (found.waiting,)), *found.past)]


@router.post("/entries/{entry_id}/changes", status_code=201)
def propose_change(calling: Calling, entry_id: EntryId, body: ChangeIn) -> ChangeOut:
    """Proposes a change of an entry made by hand; it stays as it is until another person approves.

    409 for an entry that a version of its list brought, or that has a change that waits.
    """
    now = calling.centre.local_now()
    value = proposed(body.entry.declared(""), "", calling.actor.name, now)
    return ChangeOut.of(review.correct(calling.centre, calling.actor, entry_id, value, body.why))


@router.post("/entries/{entry_id}/keep")
def keep_entry(calling: Calling, entry_id: EntryId, body: KeepIn) -> ChangeOut:
    """Keeps an entry in force until the end of a day, and puts its review a year off.

    For an entry made by hand another person has to approve that; else it is done at once.
    """
    until = end_of_day(body.until, calling.centre.settings.zone)
    return ChangeOut.of(review.keep(calling.centre, calling.actor, entry_id, until, body.reason))


@router.post("/changes/{change_id}/decision")
def decide_change(calling: Calling, change_id: str, body: EntryDecisionIn) -> ChangeOut:
    """Approves or rejects a change; 403 for the person who proposed it."""
    return ChangeOut.of(
        review.decide(
            calling.centre, calling.actor, change_id, approve=body.approve, reason=body.reason
        )
    )
