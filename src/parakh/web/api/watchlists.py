"""Watchlists: lists, entries, pictures, and the four-eyes steps."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, File, Path, Query, UploadFile
from pydantic import Field
from starlette.responses import Response

from parakh.domain.traveller import DocumentType, Sex
from parakh.domain.watchlist import (
    EntryKind,
    EntryState,
    Handling,
    Identifier,
    IdentifierKind,
    Watchlist,
    WatchlistEntry,
)
from parakh.ingest.lists.declared import DeclaredEntry
from parakh.services import listed_pictures, watchlists
from parakh.services.watchlists import EntryPage, EntryRow, EntryView
from parakh.store.watchlists import Approval
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Country, DocumentOut, NameOut, PartialDateText, Wire
from parakh.web.proposals import ListFields, new_list, proposed
from parakh.web.queries import PageNumber
from parakh.web.uploads import content

router = APIRouter(prefix="/watchlists", tags=["watchlists"])

EntryId = Annotated[str, Path(description="identifier of the entry")]


class WatchlistOut(Wire):
    """A named list, with the reason it may be held at all."""

    id: str
    name: str
    source: str
    legal_basis: str
    handling: Handling
    handling_code: str = Field(description="the agency's own code for what to do")
    instruction: str
    unit_id: str | None = Field(description="a unit that is alerted")
    alerts_port: bool = Field(description="whether the units of the port are alerted")
    alert_rate: float | None = Field(
        description="of travellers who are not listed, the share that may be raised by name"
    )
    fetched_at: datetime | None = Field(description="when its source was read last")
    gallery_id: str = Field(description="where faces of its entries are enrolled")
    by_name: bool = Field(description="whether travellers are screened against it by name")
    entries: int = Field(description="approved entries")

    @classmethod
    def of(cls, value: Watchlist, entries: int) -> "WatchlistOut":
        """From the domain value."""
        return cls(
            id=value.id,
            name=value.name,
            source=value.source,
            legal_basis=value.legal_basis,
            handling=value.handling,
            handling_code=value.handling_code,
            instruction=value.instruction,
            unit_id=value.unit_id,
            alerts_port=value.alerts_port,
            alert_rate=value.alert_rate,
            fetched_at=value.fetched_at,
            gallery_id=value.gallery_id,
            by_name=value.by_name,
            entries=entries,
        )


class WatchlistIn(Wire, ListFields):
    """A list to be added or changed."""


class IdentifierOut(Wire):
    """A number of an organisation or a conveyance."""

    kind: IdentifierKind
    value: str
    country: Country | None

    @classmethod
    def of(cls, value: Identifier) -> "IdentifierOut":
        """From the domain value."""
        return cls(kind=value.kind, value=value.value, country=value.country)


class EntryOut(Wire):
    """Somebody or something to look out for."""

    id: str
    watchlist_id: str
    kind: EntryKind
    names: list[NameOut] = Field(description="the whole name in `family` of what is no person")
    weak_names: list[NameOut] = Field(description="alone they raise nobody")
    birth_dates: list[PartialDateText]
    sex: Sex | None
    nationalities: list[Country]
    father_names: list[str]
    birth_places: list[str]
    documents: list[DocumentOut]
    identifiers: list[IdentifierOut]
    source_id: str = Field(description="the source's own identifier; empty where it has none")
    reason: str
    state: EntryState
    proposed_by: str
    proposed_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    expires_at: datetime | None
    review_at: datetime | None = Field(description="by then somebody must have looked at it")

    @classmethod
    def of(cls, value: WatchlistEntry) -> "EntryOut":
        """From the domain value."""
        return cls(
            id=value.id,
            watchlist_id=value.watchlist_id,
            kind=value.kind,
            names=[NameOut.of(name) for name in value.names],
            weak_names=[NameOut.of(name) for name in value.weak_names],
            birth_dates=[str(one) for one in value.birth_dates],
            sex=value.sex,
            nationalities=list(value.nationalities),
            father_names=list(value.father_names),
            birth_places=list(value.birth_places),
            documents=[DocumentOut.of(document) for document in value.documents],
            identifiers=[IdentifierOut.of(own) for own in value.identifiers],
            source_id=value.source_id,
            reason=value.reason,
            state=value.state,
            proposed_by=value.proposed_by,
            proposed_at=value.proposed_at,
            decided_by=value.decided_by,
            decided_at=value.decided_at,
            expires_at=value.expires_at,
            review_at=value.review_at,
        )


class EntryRowOut(Wire):
    """An entry in a list of entries."""

    entry: EntryOut
    watchlist: str
    pictures: list[str]

    @classmethod
    def of(cls, value: EntryRow) -> "EntryRowOut":
        """From the service's value."""
        return cls(
            entry=EntryOut.of(value.entry),
            watchlist=value.watchlist.name,
            pictures=list(value.pictures),
        )


class EntryPageOut(Wire):
    """A page of entries in order of name."""

    rows: list[EntryRowOut]
    total: int
    page: int
    pages: int

    @classmethod
    def of(cls, value: EntryPage) -> "EntryPageOut":
        """From the service's value."""
        return cls(
            rows=[EntryRowOut.of(row) for row in value.rows],
            total=value.total,
            page=value.page,
            pages=value.pages,
        )


class ApprovalOut(Wire):
    """Who put an entry in force, and why."""

    by: str
    at: datetime
    reason: str

    @classmethod
    def of(cls, value: Approval) -> "ApprovalOut":
        """From the stored value."""
        return cls(by=value.by, at=value.at, reason=value.reason)


class EntryViewOut(Wire):
    """One entry, why it was decided on, and whether the caller may decide on it now."""

    row: EntryRowOut
    decision: str
    approval: ApprovalOut | None = Field(
        description="how an entry that was retired had come into force"
    )
    may_decide: bool
    waiting: list[str] = Field(description="pictures that another person has to approve")
    may_decide_waiting: bool

    @classmethod
    def of(cls, value: EntryView) -> "EntryViewOut":
        """From the service's value."""
        return cls(
            row=EntryRowOut.of(value.row),
            decision=value.decision,
            approval=ApprovalOut.of(value.approval) if value.approval else None,
            may_decide=value.may_decide,
            waiting=list(value.waiting),
            may_decide_waiting=value.may_decide_waiting,
        )


class DocumentIn(Wire):
    """A travel document of an entry."""

    type: DocumentType = DocumentType.PASSPORT
    number: str = Field(max_length=40)
    issuer: Country | None = None


class IdentifierIn(Wire):
    """A number of an organisation or a conveyance; those that have check digits are checked."""

    kind: IdentifierKind
    value: str = Field(max_length=40)
    country: Country | None = None


_Names = Annotated[list[Annotated[str, Field(max_length=400)]], Field(max_length=100)]


class EntryIn(Wire):
    """What an entry says of whom or what it means."""

    kind: EntryKind = EntryKind.PERSON
    family_name: str = Field("", max_length=400, description="the whole name of what is no person")
    given_names: str = Field("", max_length=200)
    aliases: _Names = Field([], description="`FAMILY, GIVEN` each")
    weak_aliases: _Names = Field([], description="names that alone raise nobody")
    birth_dates: list[PartialDateText] = Field([], max_length=20)
    birth_places: _Names = Field([])
    father_names: _Names = Field([])
    sex: Sex | None = None
    nationalities: list[Country] = Field([], max_length=20)
    document_type: DocumentType = DocumentType.PASSPORT
    document_number: str = Field("", max_length=40)
    document_issuer: Country | None = None
    documents: list[DocumentIn] = Field([], max_length=50, description="more documents")
    identifiers: list[IdentifierIn] = Field([], max_length=50)
    reason: str = Field(max_length=4000)
    expires: date | None = Field(None, description="the last day on which it is screened")

    def declared(self, list_id: str) -> DeclaredEntry:
        """The same as a row of an imported list."""
        return DeclaredEntry(
            line=1,
            list=list_id,
            kind=self.kind.value,
            family_name=self.family_name,
            given_names=self.given_names,
            aliases=tuple(self.aliases),
            weak_aliases=tuple(self.weak_aliases),
            birth_dates=tuple(self.birth_dates),
            birth_places=tuple(self.birth_places),
            father_names=tuple(self.father_names),
            sex=self.sex.value if self.sex else "",
            nationalities=tuple(self.nationalities),
            document_type=self.document_type.value,
            document_number=self.document_number,
            document_issuer=self.document_issuer or "",
            documents=tuple(
                (own.type.value, own.number, own.issuer or "") for own in self.documents
            ),
            identifiers=tuple(
                (own.kind.value, own.value, own.country or "") for own in self.identifiers
            ),
            reason=self.reason,
            expires=self.expires.isoformat() if self.expires else "",
        )


class ProposalIn(EntryIn):
    """An entry to be proposed; a portrait is added after, with its own call."""

    watchlist_id: str


class EntryDecisionIn(Wire):
    """A second person's decision on a proposal."""

    approve: bool
    reason: str = Field(max_length=4000)


class PictureDecisionIn(Wire):
    """A second person's decision on a picture."""

    approve: bool


class ReasonIn(Wire):
    """Why a step is taken."""

    reason: str = Field(max_length=4000)


@router.get("")
def list_watchlists(calling: Calling) -> list[WatchlistOut]:
    """All lists."""
    found = watchlists.lists(calling.centre, calling.actor)
    return [WatchlistOut.of(value, count) for value, count in found]


@router.post("", status_code=201)
def add_watchlist(calling: Calling, body: WatchlistIn) -> WatchlistOut:
    """Adds a list."""
    value = body.watchlist(new_list())
    watchlists.add_list(calling.centre, calling.actor, value)
    return WatchlistOut.of(value, 0)


@router.put("/{list_id}", status_code=204)
def save_watchlist(
    calling: Calling,
    list_id: Annotated[str, Path(description="identifier of the list")],
    body: WatchlistIn,
) -> None:
    """Changes a list; 404 when there is none. Settings that are left out stay as they are."""
    old = watchlists.get_list(calling.centre, calling.actor, list_id)
    watchlists.add_list(calling.centre, calling.actor, body.watchlist(old))


@router.get("/entries")
def list_entries(
    calling: Calling,
    state: EntryState | None = None,
    q: Annotated[str, Query(max_length=200, description="words of a name, parts of a number")] = "",
    page: PageNumber = 1,
) -> EntryPageOut:
    """Entries in order of name, fifty at a time."""
    found = watchlists.entries(calling.centre, calling.actor, state=state, text=q, page=page)
    return EntryPageOut.of(found)


@router.post("/entries", status_code=201)
def propose_entry(calling: Calling, body: ProposalIn) -> EntryOut:
    """Proposes an entry; nobody is screened against it until another person approves."""
    now = calling.centre.local_now()
    value = proposed(body.declared(body.watchlist_id), body.watchlist_id, calling.actor.name, now)
    return EntryOut.of(watchlists.propose(calling.centre, calling.actor, value))


@router.get("/entries/{entry_id}")
def get_entry(calling: Calling, entry_id: EntryId) -> EntryViewOut:
    """One entry."""
    return EntryViewOut.of(watchlists.entry(calling.centre, calling.actor, entry_id))


@router.post("/entries/{entry_id}/decision")
def decide_entry(calling: Calling, entry_id: EntryId, body: EntryDecisionIn) -> EntryOut:
    """Approves or rejects a proposal; 403 for the person who made it."""
    decided = watchlists.decide(
        calling.centre, calling.actor, entry_id, approve=body.approve, reason=body.reason
    )
    return EntryOut.of(decided)


@router.post("/entries/{entry_id}/retire")
def retire_entry(calling: Calling, entry_id: EntryId, body: ReasonIn) -> EntryOut:
    """Takes an approved entry out of screening."""
    return EntryOut.of(watchlists.retire(calling.centre, calling.actor, entry_id, body.reason))


@router.post("/entries/{entry_id}/pictures", status_code=204)
def add_entry_picture(
    calling: Calling, entry_id: EntryId, picture: Annotated[UploadFile, File()]
) -> None:
    """Adds a picture, for another person to approve; 422 when it is not fit to search by."""
    portrait = content(picture, "a portrait")
    listed_pictures.add_portrait(calling.centre, calling.actor, entry_id, portrait)


@router.post("/entries/{entry_id}/pictures/{picture_id}/decision", status_code=204)
def decide_entry_picture(
    calling: Calling, entry_id: EntryId, picture_id: str, body: PictureDecisionIn
) -> None:
    """Approves a waiting picture, or deletes it; 403 for the person who proposed it."""
    listed_pictures.decide_portrait(
        calling.centre, calling.actor, entry_id, picture_id, approve=body.approve
    )


@router.get(
    "/pictures/{picture_id}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}},
)
def get_picture(calling: Calling, picture_id: str) -> Response:
    """A picture of an entry, or of a capture that raised one of the caller's alerts."""
    data, media_type = listed_pictures.picture(calling.centre, calling.actor, picture_id)
    return Response(data, media_type=media_type)
