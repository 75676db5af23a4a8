"""Wire models of profiles, each made from a domain value by `of`."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from parakh.act.profiles import Point
from parakh.domain.profile import (
    Event,
    EventKind,
    Fact,
    FactKind,
    Profile,
    ProfileKind,
    ProfileState,
)
from parakh.services.profile_sources import Member
from parakh.services.profile_views import Association, ProfilePage, ProfileRow, ProfileView
from parakh.services.profiles import NewProfile
from parakh.store.notices import Notice
from parakh.web.api.wire import PhraseOut, RefOut, Wire


class FactIn(Wire):
    """One thing that is told of a profile."""

    kind: FactKind
    scheme: str = Field(
        "",
        max_length=40,
        description="of names: primary, alias, maiden, former, transliteration, trade; of "
        "identifiers: passport, phone, plate and so on; of members: traveller, watchlist_entry, "
        "case; of associations: relative, uses and so on",
    )
    value: str = Field(max_length=8000, description="of a member or an association: its identifier")
    issuer: str = Field("", max_length=40, description="alpha-3, of an identifier")
    note: str = Field("", max_length=8000, description="evidence, in words")
    source: str = Field(max_length=8000, description="from where it is known")
    since: str = Field("", max_length=10, description="YYYY, YYYY-MM or YYYY-MM-DD")
    until: str = Field("", max_length=10, description="YYYY, YYYY-MM or YYYY-MM-DD")

    def fact(self) -> Fact:
        """The same as a domain value."""
        return Fact(id="", profile_id="", **self.model_dump())


class FactOut(Wire):
    """One thing that is known of a profile, with its source, and who told it when."""

    id: str
    profile_id: str = Field(description="of the profile that it was told of, merged since or not")
    kind: FactKind
    scheme: str
    value: str
    issuer: str
    note: str
    source: str
    since: str
    until: str
    by: str
    at: datetime | None
    checked_by: str | None = Field(description="the second person; null for a fact that waits")
    checked_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawal: str

    @classmethod
    def of(cls, value: Fact) -> "FactOut":
        """From the domain value."""
        return cls(**{name: getattr(value, name) for name in cls.model_fields})


class ProfileIn(Wire):
    """What is said of a profile, with what is known of it at first."""

    kind: ProfileKind
    title: str = Field(max_length=400)
    suspicion: str = Field(max_length=8000)
    legal_basis: str = Field(max_length=8000)
    expires_at: AwareDatetime | None = Field(None, description="a year from now if left out")
    alert_when_seen: bool = False
    facts: list[FactIn] = Field([], max_length=500)

    def new(self) -> NewProfile:
        """The same as the service takes it."""
        return NewProfile(
            kind=self.kind,
            title=self.title,
            suspicion=self.suspicion,
            legal_basis=self.legal_basis,
            expires_at=self.expires_at,
            alert_when_seen=self.alert_when_seen,
            facts=tuple(own.fact() for own in self.facts),
        )


class ProfileEditIn(Wire):
    """What is said of a profile."""

    title: str = Field(max_length=400)
    suspicion: str = Field(max_length=8000)
    legal_basis: str = Field(max_length=8000)


class ProfileOut(Wire):
    """The head of a profile."""

    id: str
    kind: ProfileKind
    title: str
    state: ProfileState
    suspicion: str
    legal_basis: str
    alert_when_seen: bool
    reasons: list[PhraseOut] = Field(description="why the program proposed it; none for officers'")
    opened_by: str
    opened_at: datetime
    agency: str = Field(description="whose officer opened it; empty for the centre's own agency")
    decided_by: str | None
    decided_at: datetime | None
    decision: str
    expires_at: datetime
    review_at: datetime
    merged_into: str | None
    lasting_id: str = Field(description="the profile to which its links lead")

    @classmethod
    def of(cls, value: Profile) -> "ProfileOut":
        """From the domain value."""
        told = {name: getattr(value, name) for name in cls.model_fields}
        return cls(**told | {"reasons": [PhraseOut.of(own) for own in value.reasons]})


class ProfileRowOut(Wire):
    """A profile at a glance."""

    profile: ProfileOut
    names: list[str]
    identifiers: list[FactOut]
    picture_id: str | None
    followed: bool

    @classmethod
    def of(cls, value: ProfileRow) -> "ProfileRowOut":
        """From the service's value."""
        return cls(
            profile=ProfileOut.of(value.profile),
            names=list(value.names),
            identifiers=[FactOut.of(own) for own in value.identifiers],
            picture_id=value.picture,
            followed=value.followed,
        )


class ProfilePageOut(Wire):
    """A page of profiles, the last changed first."""

    rows: list[ProfileRowOut]
    total: int
    page: int
    pages: int
    counts: dict[ProfileState, int]

    @classmethod
    def of(cls, value: ProfilePage) -> "ProfilePageOut":
        """From the service's value."""
        return cls(
            rows=[ProfileRowOut.of(own) for own in value.rows],
            total=value.total,
            page=value.page,
            pages=value.pages,
            counts=value.counts,
        )


class MemberOut(Wire):
    """A member; no label for another unit's, and for a masked traveller."""

    fact: FactOut
    label: str

    @classmethod
    def of(cls, value: Member) -> "MemberOut":
        """From the service's value."""
        return cls(fact=FactOut.of(value.fact), label=value.label)


class AssociationOut(Wire):
    """A tie to another profile; `outward` when it was told of this one."""

    fact: FactOut
    other: ProfileOut
    outward: bool

    @classmethod
    def of(cls, value: Association) -> "AssociationOut":
        """From the service's value."""
        return cls(
            fact=FactOut.of(value.fact), other=ProfileOut.of(value.other), outward=value.outward
        )


class ProfileEventOut(Wire):
    """Something that happened to a profile or its members."""

    key: str
    kind: EventKind
    at: datetime
    known_at: datetime
    text: PhraseOut
    mark: str = Field(description="as what it counts for the risk; empty for nothing")
    source: str
    note: str
    path: str = Field(description="of the console's page that shows it")

    @classmethod
    def of(cls, value: Event) -> "ProfileEventOut":
        """From the domain value."""
        told = {name: getattr(value, name) for name in cls.model_fields}
        return cls(**told | {"text": PhraseOut.of(value.text)})


class RiskPartOut(Wire):
    """What one event adds to the risk of a month, faded."""

    event: str = Field(description="the event's key")
    points: float


class RiskOut(Wire):
    """The risk at the end of a month, with what made it, the weightiest first."""

    month: datetime
    at: datetime
    score: float
    parts: list[RiskPartOut]

    @classmethod
    def of(cls, value: Point) -> "RiskOut":
        """From the value of the rule."""
        return cls(
            month=value.month,
            at=value.at,
            score=value.score,
            parts=[RiskPartOut(event=own.event.key, points=own.points) for own in value.parts],
        )


class ProfileViewOut(Wire):
    """All of one profile."""

    profile: ProfileOut
    followed: bool
    facts: list[FactOut]
    withdrawn: list[FactOut]
    merged: list[ProfileOut] = Field(description="the profiles that became part of it")
    picture_ids: list[str]
    members: list[MemberOut]
    associations: list[AssociationOut]
    events: list[ProfileEventOut] = Field(description="the newest first")
    trend: list[RiskOut] = Field(description="risk by month, the oldest first")
    elsewhere: int = Field(description="events of other ports and units, of which nothing is told")
    deleted_at: datetime | None = Field(description="for one that is over: when it is deleted")

    @classmethod
    def of(cls, value: ProfileView) -> "ProfileViewOut":
        """From the service's value."""
        return cls(
            profile=ProfileOut.of(value.profile),
            followed=value.row.followed,
            facts=[FactOut.of(own) for own in value.facts],
            withdrawn=[FactOut.of(own) for own in value.withdrawn],
            merged=[ProfileOut.of(own) for own in value.merged],
            picture_ids=list(value.pictures),
            members=[MemberOut.of(own) for own in value.members],
            associations=[AssociationOut.of(own) for own in value.associations],
            events=[ProfileEventOut.of(own) for own in value.events],
            trend=[RiskOut.of(own) for own in value.trend],
            deleted_at=value.deleted_at,
            elsewhere=value.elsewhere,
        )


class NoticeOut(Wire):
    """That something happened to a profile that the caller follows."""

    id: str
    subject: RefOut
    title: str
    kind: EventKind
    text: PhraseOut
    path: str
    at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, value: Notice, title: str) -> "NoticeOut":
        """From the stored value, with the profile's title."""
        return cls(
            id=value.id,
            subject=RefOut.of(value.subject),
            title=title,
            kind=EventKind(value.kind),
            text=PhraseOut.of(value.text),
            path=value.path,
            at=value.at,
            read_at=value.read_at,
        )
