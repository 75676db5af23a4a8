"""Audit: the trail and its verification."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from parakh.services import trail
from parakh.services.trail import TrailPage
from parakh.store.audit import AuditRow, AuditVerdict
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Wire
from parakh.web.queries import Moment, PageNumber

router = APIRouter(prefix="/audit", tags=["audit"])


class AuditRowOut(Wire):
    """Who did or looked at what, why, and when; in its place in the chain."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject_kind: str
    subject_id: str
    purpose: str
    detail: str = Field(description="more facts, as a JSON object")
    previous: str
    hash: str

    @classmethod
    def of(cls, value: AuditRow) -> "AuditRowOut":
        """From the stored row."""
        return cls(
            seq=value.seq,
            at=value.at,
            actor=value.actor,
            action=value.action,
            subject_kind=value.subject_kind,
            subject_id=value.subject_id,
            purpose=value.purpose,
            detail=value.detail,
            previous=value.previous,
            hash=value.hash,
        )


class TrailPageOut(Wire):
    """A page of the trail, newest first."""

    rows: list[AuditRowOut]
    total: int
    page: int
    pages: int

    @classmethod
    def of(cls, value: TrailPage) -> "TrailPageOut":
        """From the service's value."""
        return cls(
            rows=[AuditRowOut.of(row) for row in value.rows],
            total=value.total,
            page=value.page,
            pages=value.pages,
        )


class FindingOut(Wire):
    """A place where the chain does not hold."""

    seq: int
    cause: str


class VerdictOut(Wire):
    """Rows read, the head's hash, and every place that is wrong; no finding means it holds."""

    rows: int
    head: str
    findings: list[FindingOut]

    @classmethod
    def of(cls, value: AuditVerdict) -> "VerdictOut":
        """From the stored chain's verdict."""
        return cls(
            rows=value.rows,
            head=value.head,
            findings=[FindingOut(seq=one.seq, cause=one.cause) for one in value.findings],
        )


@router.get("")
def search_audit(
    calling: Calling,
    actor: Annotated[str, Query(max_length=200)] = "",
    action: Annotated[str, Query(max_length=200, description="or the beginning of one")] = "",
    subject: Annotated[str, Query(max_length=200, description="identifier")] = "",
    since: Moment | None = None,
    until: Moment | None = None,
    page: PageNumber = 1,
) -> TrailPageOut:
    """The trail, newest first, a hundred rows at a time."""
    wanted = trail.TrailFilter(
        actor=actor, action=action, subject=subject, since=since, until=until
    )
    return TrailPageOut.of(trail.search(calling.centre, calling.actor, wanted, page))


@router.post("/verify")
def verify_audit(calling: Calling) -> VerdictOut:
    """Checks the whole chain."""
    return VerdictOut.of(trail.verify(calling.centre, calling.actor))
