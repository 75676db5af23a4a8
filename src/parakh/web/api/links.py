"""Links: the web of what persons share, and what each link rests on."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from parakh.domain.hit import Kind
from parakh.domain.link import HUB, LinkKind, Shared
from parakh.services import links
from parakh.services.alerted import Thing
from parakh.services.links import MOST_HOPS, MOST_PERSONS, Asked, LinkEvidence, LinksView, Node
from parakh.services.links import Source as LinkSource
from parakh.web.api.auth import Calling
from parakh.web.api.wire import TravellerOut, VoyageOut, Wire

router = APIRouter(prefix="/links", tags=["links"])

TravellerId = Annotated[str, Path(description="identifier of the traveller")]
Token = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="what stands for the value")]
Kinds = Annotated[list[LinkKind], Query(description="kinds of link; all where none is given")]
Day = Annotated[date | None, Query(ge=date(1900, 1, 1), le=date(2200, 1, 1))]


class LinkedOut(Wire):
    """A company, a consignment or a conveyance among links."""

    kind: Kind
    id: str
    name: str
    detail: str

    @classmethod
    def of(cls, value: Thing) -> "LinkedOut":
        """From the service's value."""
        return cls(kind=value.ref.kind, id=value.ref.id, name=value.name, detail=value.detail)


class LinkNodeOut(Wire):
    """A person of the web."""

    id: str
    hops: int
    traveller: TravellerOut | None = Field(
        description="his newest journey that the caller may see; null for somebody he may not see"
    )
    voyage: VoyageOut | None
    thing: LinkedOut | None = Field(
        description="the company, consignment or conveyance that it is; null for a person"
    )
    journeys: int
    suspect: bool = Field(description="of a profile in force, or with a confirmed hit")

    @classmethod
    def of(cls, value: Node) -> "LinkNodeOut":
        """From the service's value."""
        return cls(
            id=value.holder,
            hops=value.hops,
            traveller=TravellerOut.of(value.traveller) if value.traveller else None,
            voyage=VoyageOut.of(value.voyage) if value.voyage else None,
            thing=LinkedOut.of(value.thing) if value.thing else None,
            journeys=value.journeys,
            suspect=value.suspect,
        )


class SharedOut(Wire):
    """A value that several persons share; the value itself stands in its messages."""

    token: str
    kind: LinkKind
    holders: int = Field(description=f"how many persons hold it; {HUB + 1} for that many or more")
    hub: bool = Field(description="held by too many to say anything; not walked through")
    persons: list[str] = Field(description="identifiers of those in the web who hold it")
    first_on: date
    last_on: date
    strength: float = Field(description="how much it says of two who share it, 0 to 1")

    @classmethod
    def of(cls, value: Shared, strength: float) -> "SharedOut":
        """From the domain value."""
        return cls(
            token=value.token,
            kind=value.kind,
            holders=value.holders,
            hub=value.hub,
            persons=list(value.persons),
            first_on=value.first_on,
            last_on=value.last_on,
            strength=strength,
        )


class LinksOut(Wire):
    """The web around a traveller."""

    start: str = Field(description="the traveller's own person among the nodes")
    nodes: list[LinkNodeOut] = Field(description=f"nearest first, at most {MOST_PERSONS}")
    links: list[SharedOut] = Field(description="rarest first")
    more: bool = Field(description="whether there are more persons")
    unseen: int = Field(description="persons whom the caller may not see")

    @classmethod
    def of(cls, value: LinksView) -> "LinksOut":
        """From the service's value."""
        return cls(
            start=value.start,
            nodes=[LinkNodeOut.of(node) for node in value.nodes],
            links=[SharedOut.of(own, value.strength(own)) for own in value.values],
            more=value.more,
            unseen=value.unseen,
        )


class LinkSourceOut(Wire):
    """What one message told of one traveller."""

    traveller: TravellerOut
    voyage: VoyageOut | None
    message_id: str
    line: int = Field(description="0 where it is not known")
    said_at: datetime
    told: str = Field(description="the value as it was declared")

    @classmethod
    def of(cls, value: LinkSource) -> "LinkSourceOut":
        """From the service's value."""
        return cls(
            traveller=TravellerOut.of(value.traveller),
            voyage=VoyageOut.of(value.voyage) if value.voyage else None,
            message_id=value.told.message_id,
            line=value.told.end.line,
            said_at=value.told.said_at,
            told=value.told.end.told,
        )


class LinkEvidenceOut(Wire):
    """What a link rests on."""

    token: str
    kind: LinkKind | None = Field(description="null where the caller may see nobody who bears it")
    sources: list[LinkSourceOut] = Field(description="newest first")
    things: list[LinkedOut] = Field(description="companies, goods and conveyances that bear it")
    unseen: int = Field(description="travellers who bear it and whom the caller may not see")
    more: bool = Field(description="whether more bear it than were looked through")

    @classmethod
    def of(cls, value: LinkEvidence) -> "LinkEvidenceOut":
        """From the service's value."""
        return cls(
            token=value.token,
            kind=value.kind,
            sources=[LinkSourceOut.of(own) for own in value.sources],
            things=[LinkedOut.of(own) for own in value.things],
            unseen=value.unseen,
            more=value.more,
        )


@router.get("/{traveller_id}")
def get_links(
    calling: Calling,
    traveller_id: TravellerId,
    hops: Annotated[int, Query(ge=1, le=MOST_HOPS, description="so many around him")] = 1,
    kinds: Kinds = [],  # noqa: B006  (FastAPI copies it)
    since: Day = None,
    until: Day = None,
) -> LinksOut:
    """The web around a traveller: persons, and what they share."""
    asked = Asked(hops=hops, kinds=frozenset(kinds) if kinds else None, since=since, until=until)
    return LinksOut.of(links.around(calling.centre, calling.actor, traveller_id, asked))


@router.get("/{traveller_id}/values/{token}")
def get_link(calling: Calling, traveller_id: TravellerId, token: Token) -> LinkEvidenceOut:
    """What a link in the web around a traveller rests on."""
    return LinkEvidenceOut.of(links.evidence(calling.centre, calling.actor, traveller_id, token))
