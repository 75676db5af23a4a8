"""The vetting list over all expected voyages, saved views, and steps with many at once."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import Advice
from parakh.domain.vetting import Grouping, SavedView, Wanted
from parakh.domain.voyage import Direction
from parakh.services import bulk_clearing, bulk_undo, vetting
from parakh.services.bulk_clearing import Cleared
from parakh.services.vetting import GroupView, Listed, VettingPage
from parakh.web.api.auth import Calling
from parakh.web.api.wire import HitOut, PhraseOut, TravellerOut, VoyageOut, Wire

router = APIRouter(prefix="/vetting", tags=["vetting"])

Ids = Annotated[list[str], Field(min_length=1, max_length=vetting.MOST_AT_ONCE)]


class WantedWire(Wire):
    """Whom to show, and how; what is left out asks for everybody."""

    text: str = Field("", max_length=200, description="words of names, numbers, seats, voyages")
    voyage: str = Field("", max_length=32)
    port: str = Field("", max_length=5)
    direction: Direction | None = None
    hours: int = Field(0, ge=0, le=8760, description="due within so many; 0 for any time")
    advice: Advice | Literal["none"] | None = Field(None, description="none: not screened yet")
    reason: str = Field("", max_length=80, description="`watchlist:ID` or `rule:ID`")
    carrier: str = Field("", max_length=3)
    issuer: str = Field("", max_length=3, description="of the document, ISO 3166-1 alpha-3")
    fresh: bool = Field(False, description="only those with something new")
    group: Grouping | None = None

    def wanted(self) -> Wanted:
        """The same as a domain value."""
        return Wanted.of(self.model_dump(mode="json", exclude={"page"}))

    @classmethod
    def of(cls, value: Wanted) -> "WantedWire":
        """From the domain value."""
        return cls.model_validate(value.query())


class WantedPage(WantedWire):
    """The same, and which page of it."""

    page: int = Field(1, ge=1, le=1_000_000)


class VettingLineOut(Wire):
    """One expected traveller; `news` are hits that came or rose since somebody looked."""

    traveller: TravellerOut
    voyage: VoyageOut
    advice: Advice | None = Field(description="null while he waits to be screened")
    hits: list[HitOut]
    failed: list[str]
    news: list[str]
    looked_by: str
    looked_at: datetime | None
    settled_by: str = Field(description="who said that nothing is new; empty for nobody")
    settled_at: datetime | None

    @classmethod
    def of(cls, value: Listed) -> "VettingLineOut":
        """From the service's value."""
        return cls(
            traveller=TravellerOut.of(value.row.traveller),
            voyage=VoyageOut.of(value.voyage),
            advice=value.row.advice,
            hits=[HitOut.of(own) for own in value.row.hits],
            failed=list(value.row.failed),
            news=sorted(value.line.news),
            looked_by=value.line.looked_by,
            looked_at=value.line.looked_at,
            settled_by=value.line.settled_by,
            settled_at=value.line.settled_at,
        )


class VettingGroupOut(Wire):
    """A part of the list with its first travellers; `wanted` shows all of it."""

    name: str
    count: int
    worst: Advice | None
    news: int
    wanted: WantedWire
    lines: list[VettingLineOut]

    @classmethod
    def of(cls, value: GroupView) -> "VettingGroupOut":
        """From the service's value."""
        return cls(
            name=value.name,
            count=value.count,
            worst=value.worst,
            news=value.news,
            wanted=WantedWire.of(value.wanted),
            lines=[VettingLineOut.of(own) for own in value.lines],
        )


class ReasonOut(Wire):
    """A list, rule or profile because of which travellers are on the list."""

    reason: str
    name: str
    count: int


class VettingPageOut(Wire):
    """A page of the list in its order, or its groups."""

    lines: list[VettingLineOut]
    groups: list[VettingGroupOut]
    counts: dict[str, int] = Field(description="by advice, `none` for those not screened yet")
    reasons: list[ReasonOut]
    total: int
    page: int
    pages: int
    pulse: str = Field(description="another once anything on the list changed")

    @classmethod
    def of(cls, value: VettingPage) -> "VettingPageOut":
        """From the service's value."""
        return cls(
            lines=[VettingLineOut.of(own) for own in value.lines],
            groups=[VettingGroupOut.of(own) for own in value.groups],
            counts={own.value if own else "none": count for own, count in value.counts.items()},
            reasons=[
                ReasonOut(reason=str(own), name=name, count=count)
                for own, name, count in value.reasons
            ],
            total=value.total,
            page=value.page,
            pages=value.pages,
            pulse=value.pulse,
        )


class TravellersIn(Wire):
    """Travellers whom a step concerns."""

    travellers: Ids


class ClearIn(TravellersIn):
    """Whose hits are cleared and why; with an outcome, alerts without open hits are closed."""

    reason: str = Field(max_length=4000)
    outcome: OutcomeKind | None = None


class LeftOut(Wire):
    """A hit that was left, and why."""

    traveller_id: str
    hit_id: str
    cause: PhraseOut


class ClearedOut(Wire):
    """What was cleared and closed, and what was left."""

    hits: list[str]
    closed: list[str]
    left: list[LeftOut]

    @classmethod
    def of(cls, value: Cleared) -> "ClearedOut":
        """From the service's value."""
        return cls(
            hits=list(value.hits),
            closed=list(value.closed),
            left=[
                LeftOut(
                    traveller_id=own.traveller_id,
                    hit_id=own.hit_id,
                    cause=PhraseOut.of(own.cause),
                )
                for own in value.left
            ],
        )


class ViewIn(Wire):
    """A filter to keep under a name; with a unit, for all who work there."""

    name: str = Field(max_length=200)
    unit_id: str | None = None
    wanted: WantedWire


class ViewOut(Wire):
    """A saved view."""

    id: str
    name: str
    by: str
    unit_id: str | None
    wanted: WantedWire
    made_at: datetime
    begin: bool = Field(description="whether the caller's list opens with it")

    @classmethod
    def of(cls, value: SavedView, begin: str | None) -> "ViewOut":
        """From the domain value."""
        told = asdict(value) | {"wanted": WantedWire.of(value.wanted), "begin": value.id == begin}
        return cls(**told)


class BeginIn(Wire):
    """The view with which the list opens; null for the whole list."""

    view_id: str | None


@router.get("")
def list_expected(calling: Calling, asked: Annotated[WantedPage, Query()]) -> VettingPageOut:
    """A page of those who are expected at the caller's ports: worst advice first, then by the hour
    they are due, then by how much is new."""
    found = vetting.listing(calling.centre, calling.actor, asked.wanted(), asked.page)
    return VettingPageOut.of(found)


@router.post("/clearings")
def clear_hits(calling: Calling, body: ClearIn) -> ClearedOut:
    """Clears the open hits of several travellers, each as a decision of the caller's own; hits on
    documents and faces, and those on alerts of others, are left and listed."""
    done = bulk_clearing.clear(
        calling.centre, calling.actor, body.travellers, body.reason, body.outcome
    )
    return ClearedOut.of(done)


@router.post("/clearings/undo")
def undo_clearing(calling: Calling) -> list[str]:
    """Takes the caller's last bulk clearing back, within ten minutes; gives the hits that are open
    again. 409 where nothing is left of it."""
    return list(bulk_undo.undo(calling.centre, calling.actor))


@router.post("/settled")
def settle_travellers(calling: Calling, body: TravellersIn) -> list[str]:
    """Marks that nothing is new to travellers; gives whom it concerned."""
    return vetting.settle(calling.centre, calling.actor, body.travellers)


@router.post("/unsettled")
def unsettle_travellers(calling: Calling, body: TravellersIn) -> list[str]:
    """Takes that mark back."""
    return vetting.unsettle(calling.centre, calling.actor, body.travellers)


@router.get("/views")
def list_vetting_views(calling: Calling) -> list[ViewOut]:
    """The caller's views and those shared with his units."""
    found, begin = vetting.views(calling.centre, calling.actor)
    return [ViewOut.of(own, begin) for own in found]


@router.post("/views", status_code=201)
def save_vetting_view(calling: Calling, body: ViewIn) -> ViewOut:
    """Keeps a view."""
    made = vetting.save_view(
        calling.centre, calling.actor, body.name, body.wanted.wanted(), unit_id=body.unit_id
    )
    return ViewOut.of(made, None)


@router.put("/views/begin", status_code=204)
def begin_with_vetting_view(calling: Calling, body: BeginIn) -> None:
    """Chooses the view with which the caller's list opens."""
    vetting.begin_with(calling.centre, calling.actor, body.view_id)


@router.delete("/views/{view_id}", status_code=204)
def remove_vetting_view(calling: Calling, view_id: str) -> None:
    """Drops a view of the caller's own."""
    vetting.remove_view(calling.centre, calling.actor, view_id)
