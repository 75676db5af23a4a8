"""What agencies share with one another: alerts, profiles and cases, under conditions."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, Field

from parakh.act.sharing import Terms
from parakh.domain.phrase import Phrase
from parakh.domain.sharing import Part, RecordKind, RequestState, Share, ShareRequest, ShareState
from parakh.services import sharing, sharing_requests
from parakh.services.sharing_rows import ShareRow
from parakh.services.sharing_view import Line, SharedRecord, Text
from parakh.web.api.auth import Calling
from parakh.web.api.wire import PhraseOut, Wire

router = APIRouter(prefix="/shared", tags=["sharing"])

ShareId = Annotated[str, Path(description="identifier of the share")]
RecordId = Annotated[str, Path(description="identifier of the alert, profile or case")]


class TermsIn(Wire):
    """With whom something is shared, what of it, and how it may be used."""

    agency: str = Field("", max_length=32, description="code; empty for whose centre this is")
    unit: str = Field("", max_length=32, description="its unit here; empty: its liaison officers")
    sections: list[Part] = Field(min_length=1, max_length=20)
    legal_basis: str = Field(max_length=2000)
    conditions: str = Field(max_length=2000, description="shown before anything else")
    expires_at: AwareDatetime = Field(description="within a year")
    may_pass_on: bool = False

    def terms(self) -> Terms:
        """The same as a value."""
        return Terms(
            agency=self.agency,
            unit_id=self.unit,
            sections=frozenset(self.sections),
            legal_basis=self.legal_basis,
            conditions=self.conditions,
            expires_at=self.expires_at,
            may_pass_on=self.may_pass_on,
        )


class GiveIn(TermsIn):
    """The same, and which request it grants."""

    request: str = Field("", max_length=32)


class WhyIn(Wire):
    """A reason."""

    reason: str = Field(max_length=4000)


class DecisionIn(WhyIn):
    """What the second person says."""

    approve: bool


class ReceiptIn(Wire):
    """The conditions are accepted."""

    reference: str = Field("", max_length=200, description="how the receiver calls it")


class AskIn(Wire):
    """What an agency wants to have shared."""

    agency: str = Field("", max_length=32, description="whom it asks; empty: whose centre this is")
    kind: RecordKind
    about: str = Field(max_length=200, description="a number or a name, as it is known")
    reason: str = Field(max_length=2000)


class ShareOut(Wire):
    """A share; the record itself is shown by its own operation."""

    id: str
    kind: RecordKind
    from_agency: str
    agency: str
    unit: str = Field(description="identifier; empty for liaison officers")
    sections: list[Part]
    legal_basis: str
    conditions: str
    may_pass_on: bool
    expires_at: datetime
    state: ShareState
    by: str
    at: datetime
    decided_by: str
    acknowledged_by: str
    acknowledged_at: datetime | None
    reference: str
    ended_by: str
    ending: str
    passed_on: bool = Field(description="whether it is what another agency shared")

    @classmethod
    def of(cls, value: Share) -> "ShareOut":
        """From the domain value."""
        return cls(
            id=value.id,
            kind=value.kind,
            from_agency=value.from_agency,
            agency=value.agency,
            unit=value.unit_id or "",
            sections=sorted(value.sections),
            legal_basis=value.legal_basis,
            conditions=value.conditions,
            may_pass_on=value.may_pass_on,
            expires_at=value.expires_at,
            state=value.state,
            by=value.by,
            at=value.at,
            decided_by=value.decided_by,
            acknowledged_by=value.acknowledged_by,
            acknowledged_at=value.acknowledged_at,
            reference=value.reference,
            ended_by=value.ended_by,
            ending=value.ending,
            passed_on=value.parent_id is not None,
        )


class RequestOut(Wire):
    """A request to have something shared."""

    id: str
    agency: str
    asked_agency: str
    kind: RecordKind
    about: str
    reason: str
    by: str
    at: datetime
    state: RequestState
    answered_by: str
    answer: str
    share: str = Field(description="identifier of the share that granted it; empty for none")

    @classmethod
    def of(cls, value: ShareRequest) -> "RequestOut":
        """From the domain value."""
        return cls(
            id=value.id,
            agency=value.agency,
            asked_agency=value.asked_agency,
            kind=value.kind,
            about=value.about,
            reason=value.reason,
            by=value.by,
            at=value.at,
            state=value.state,
            answered_by=value.answered_by,
            answer=value.answer,
            share=value.share_id or "",
        )


class LineOut(Wire):
    """One line of a record: sentences, words of the program, moments or data."""

    label: str | datetime | PhraseOut
    text: str | datetime | PhraseOut
    more: list[str | datetime | PhraseOut]

    @classmethod
    def of(cls, value: Line) -> "LineOut":
        """From the service's value."""
        return cls(
            label=_told(value.label),
            text=_told(value.text),
            more=[_told(own) for own in value.more],
        )


class PartOut(Wire):
    """One part of a record."""

    part: Part
    lines: list[LineOut]


class RecordOut(Wire):
    """A shared record, as far as it was shared."""

    title: str
    about: list[LineOut]
    parts: list[PartOut]

    @classmethod
    def of(cls, value: SharedRecord) -> "RecordOut":
        """From the service's value."""
        return cls(
            title=value.title,
            about=[LineOut.of(own) for own in value.about],
            parts=[
                PartOut(part=own.part, lines=[LineOut.of(line) for line in own.lines])
                for own in value.parts
            ],
        )


class SharedOut(Wire):
    """A share with its record, which is null until the conditions were accepted."""

    share: ShareOut
    record: RecordOut | None


class SharedPageOut(Wire):
    """What was shared with the caller, what his agency shared, and requests either way."""

    received: list[ShareOut]
    waiting: list[ShareOut] = Field(description="those that a second person decides on")
    given: list[ShareOut]
    requests: list[RequestOut]


class RecordSharesOut(Wire):
    """The shares of one record, and the parts that it has."""

    shares: list[ShareOut]
    parts: list[Part]


@router.get("")
def list_shared(calling: Calling) -> SharedPageOut:
    """What concerns the caller."""
    found = sharing.overview(calling.centre, calling.actor)
    return SharedPageOut(
        received=_shares(found.received),
        waiting=_shares(found.waiting),
        given=_shares(found.given),
        requests=[RequestOut.of(own.request) for own in found.requests],
    )


@router.post("/requests", status_code=201)
def ask_for_share(calling: Calling, wanted: AskIn) -> RequestOut:
    """Asks another agency to share something."""
    made = sharing_requests.ask(
        calling.centre,
        calling.actor,
        asked_agency=wanted.agency,
        kind=wanted.kind,
        about=wanted.about,
        reason=wanted.reason,
    )
    return RequestOut.of(made)


@router.post("/requests/{request_id}/refusal")
def refuse_request(calling: Calling, request_id: str, why: WhyIn) -> RequestOut:
    """Refuses a request of the caller's agency; it is granted by sharing the record."""
    return RequestOut.of(
        sharing_requests.refuse(calling.centre, calling.actor, request_id, why.reason)
    )


@router.get("/records/{kind}/{record_id}")
def shares_of_record(calling: Calling, kind: RecordKind, record_id: RecordId) -> RecordSharesOut:
    """The shares of a record of the caller's."""
    found = sharing.of_record(calling.centre, calling.actor, kind, record_id)
    return RecordSharesOut(shares=_shares(found.rows), parts=list(found.parts))


@router.post("/records/{kind}/{record_id}", status_code=201)
def share_record(
    calling: Calling, kind: RecordKind, record_id: RecordId, given: GiveIn
) -> ShareOut:
    """Shares a record; for an agency without a unit here a second person has to approve."""
    made = sharing.give(
        calling.centre, calling.actor, kind, record_id, given.terms(), request_id=given.request
    )
    return ShareOut.of(made)


@router.get("/{share_id}")
def shared_record(calling: Calling, share_id: ShareId) -> SharedOut:
    """One share in force for the caller, with the record once he accepted the conditions."""
    found = sharing.view(calling.centre, calling.actor, share_id)
    return SharedOut(
        share=ShareOut.of(found.row.share),
        record=RecordOut.of(found.record) if found.record else None,
    )


@router.post("/{share_id}/acknowledgement")
def acknowledge_share(calling: Calling, share_id: ShareId, receipt: ReceiptIn) -> ShareOut:
    """Accepts the conditions."""
    return ShareOut.of(
        sharing.acknowledge(calling.centre, calling.actor, share_id, receipt.reference)
    )


@router.post("/{share_id}/passing", status_code=201)
def pass_share_on(calling: Calling, share_id: ShareId, given: TermsIn) -> ShareOut:
    """Shares it with one more agency, where the conditions allow."""
    return ShareOut.of(sharing.pass_on(calling.centre, calling.actor, share_id, given.terms()))


@router.post("/{share_id}/decision")
def decide_share(calling: Calling, share_id: ShareId, said: DecisionIn) -> ShareOut:
    """A second person's word on a share that leaves the centre."""
    made = sharing.decide(
        calling.centre, calling.actor, share_id, approve=said.approve, reason=said.reason
    )
    return ShareOut.of(made)


@router.post("/{share_id}/ending")
def end_share(calling: Calling, share_id: ShareId, why: WhyIn) -> ShareOut:
    """Takes a share back; nobody sees it from now on."""
    return ShareOut.of(sharing.end(calling.centre, calling.actor, share_id, why.reason))


def _shares(rows: tuple[ShareRow, ...]) -> list[ShareOut]:
    return [ShareOut.of(own.share) for own in rows]


def _told(value: Text) -> str | datetime | PhraseOut:
    if isinstance(value, Phrase):
        return PhraseOut.of(value)
    return value.value if isinstance(value, StrEnum) else value
