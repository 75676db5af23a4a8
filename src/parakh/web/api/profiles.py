"""Profiles of suspected persons, organisations and transport units; and notices of them."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Path, Query, UploadFile
from pydantic import AwareDatetime, Field

from parakh.domain.profile import ProfileKind, ProfileState
from parakh.services import notices, profile_facts, profile_joins, profile_views, profiles
from parakh.web.api.auth import Calling
from parakh.web.api.profile_wire import (
    FactIn,
    FactOut,
    NoticeOut,
    ProfileEditIn,
    ProfileIn,
    ProfileOut,
    ProfilePageOut,
    ProfileViewOut,
)
from parakh.web.api.wire import Wire
from parakh.web.queries import PageNumber
from parakh.web.uploads import content

router = APIRouter(tags=["profiles"])

ProfileId = Annotated[str, Path(description="identifier of the profile")]


class ProfileReasonIn(Wire):
    """Why."""

    reason: str = Field(max_length=4000)


class ProfileDecisionIn(ProfileReasonIn):
    """Whether a profile comes into force, and why."""

    approve: bool


class ProfileKeepIn(ProfileReasonIn):
    """Until when a profile is still needed, and why."""

    until: AwareDatetime | None = Field(None, description="a year from now if left out")


class ProfileMergeIn(ProfileReasonIn):
    """Which profile becomes part of this one, and why."""

    other_id: str = Field(max_length=40)


class ProfileSplitIn(ProfileReasonIn):
    """Which facts go to a new profile, its title, and why."""

    fact_ids: list[str] = Field(max_length=500)
    title: str = Field(max_length=400)


class SwitchIn(Wire):
    """On or off."""

    on: bool


class NoticesReadIn(Wire):
    """Which notice was read; null for all."""

    notice_id: str | None = Field(None, max_length=40)


@router.get("/profiles")
def list_profiles(
    calling: Calling,
    q: Annotated[str, Query(max_length=200, description="words of names, and numbers")] = "",
    kind: ProfileKind | None = None,
    state: Annotated[list[ProfileState] | None, Query(max_length=10)] = None,
    followed: bool = False,
    page: PageNumber = 1,
) -> ProfilePageOut:
    """Profiles by words, kind and state, the last changed first; fifty at a time."""
    found = profile_views.listed(
        calling.centre,
        calling.actor,
        text=q,
        kind=kind,
        states=state or (),
        followed=followed,
        page=page,
    )
    return ProfilePageOut.of(found)


@router.post("/profiles", status_code=201)
def open_profile(calling: Calling, body: ProfileIn) -> ProfileOut:
    """Proposes a profile; another person has to approve it. Humans only."""
    return ProfileOut.of(profiles.open_profile(calling.centre, calling.actor, body.new()))


@router.get("/profiles/{profile_id}")
def get_profile(calling: Calling, profile_id: ProfileId) -> ProfileViewOut:
    """All of one profile, or of that into which it was merged."""
    return ProfileViewOut.of(profile_views.view(calling.centre, calling.actor, profile_id))


@router.put("/profiles/{profile_id}")
def edit_profile(calling: Calling, profile_id: ProfileId, body: ProfileEditIn) -> ProfileOut:
    """Changes what is said of it."""
    new = profiles.edit(
        calling.centre,
        calling.actor,
        profile_id,
        title=body.title,
        suspicion=body.suspicion,
        legal_basis=body.legal_basis,
    )
    return ProfileOut.of(new)


@router.post("/profiles/{profile_id}/decision")
def decide_profile(calling: Calling, profile_id: ProfileId, body: ProfileDecisionIn) -> ProfileOut:
    """Lets it come into force, or rejects it; 403 for whoever opened it."""
    new = profiles.decide(
        calling.centre, calling.actor, profile_id, approve=body.approve, reason=body.reason
    )
    return ProfileOut.of(new)


@router.post("/profiles/{profile_id}/keep")
def keep_profile(calling: Calling, profile_id: ProfileId, body: ProfileKeepIn) -> ProfileOut:
    """Says after a review that it is still needed; 403 for whoever opened it."""
    done = profiles.keep(calling.centre, calling.actor, profile_id, body.until, body.reason)
    return ProfileOut.of(done)


@router.post("/profiles/{profile_id}/close")
def close_profile(calling: Calling, profile_id: ProfileId, body: ProfileReasonIn) -> ProfileOut:
    """Ends it; its pictures are deleted."""
    return ProfileOut.of(profiles.close(calling.centre, calling.actor, profile_id, body.reason))


@router.post("/profiles/{profile_id}/reopen")
def reopen_profile(calling: Calling, profile_id: ProfileId, body: ProfileReasonIn) -> ProfileOut:
    """Proposes again what had ended."""
    return ProfileOut.of(profiles.reopen(calling.centre, calling.actor, profile_id, body.reason))


@router.put("/profiles/{profile_id}/alert")
def set_profile_alert(calling: Calling, profile_id: ProfileId, body: SwitchIn) -> ProfileOut:
    """Whether a member who is seen raises a hit."""
    return ProfileOut.of(profiles.set_alert(calling.centre, calling.actor, profile_id, on=body.on))


@router.put("/profiles/{profile_id}/follow", status_code=204)
def follow_profile(calling: Calling, profile_id: ProfileId, body: SwitchIn) -> None:
    """Whether the caller is told of what happens."""
    notices.follow(calling.centre, calling.actor, profile_id, on=body.on)


@router.post("/profiles/{profile_id}/facts", status_code=201)
def add_profile_fact(calling: Calling, profile_id: ProfileId, body: FactIn) -> FactOut:
    """Tells one thing more; nobody is screened against it until another person checks it."""
    made = profile_facts.add_fact(calling.centre, calling.actor, profile_id, body.fact())
    return FactOut.of(made)


@router.post("/profiles/{profile_id}/pictures", status_code=201)
def add_profile_picture(
    calling: Calling,
    profile_id: ProfileId,
    picture: Annotated[UploadFile, File()],
    source: Annotated[str, Form(max_length=4000)],
    note: Annotated[str, Form(max_length=4000)] = "",
) -> FactOut:
    """Adds a picture; it is kept sealed, without what else the file carried."""
    made = profile_facts.add_picture(
        calling.centre, calling.actor, profile_id, content(picture, "a picture"), source, note
    )
    return FactOut.of(made)


@router.post("/profiles/{profile_id}/facts/{fact_id}/check")
def check_profile_fact(calling: Calling, profile_id: ProfileId, fact_id: str) -> FactOut:
    """Stands behind a fact as the second person; 403 for whoever told it."""
    done = profile_facts.check_fact(calling.centre, calling.actor, profile_id, fact_id)
    return FactOut.of(done)


@router.post("/profiles/{profile_id}/facts/{fact_id}/withdraw")
def withdraw_profile_fact(
    calling: Calling, profile_id: ProfileId, fact_id: str, body: ProfileReasonIn
) -> FactOut:
    """Takes a fact back."""
    done = profile_facts.withdraw_fact(
        calling.centre, calling.actor, profile_id, fact_id, body.reason
    )
    return FactOut.of(done)


@router.post("/profiles/{profile_id}/merge")
def merge_profiles(calling: Calling, profile_id: ProfileId, body: ProfileMergeIn) -> ProfileOut:
    """Makes another profile part of this one; its links lead here from now on."""
    done = profile_joins.merge(
        calling.centre, calling.actor, profile_id, body.other_id, body.reason
    )
    return ProfileOut.of(done)


@router.post("/profiles/{profile_id}/unmerge")
def unmerge_profile(calling: Calling, profile_id: ProfileId, body: ProfileReasonIn) -> ProfileOut:
    """Parts it again from the one it was merged into."""
    done = profile_joins.unmerge(calling.centre, calling.actor, profile_id, body.reason)
    return ProfileOut.of(done)


@router.post("/profiles/{profile_id}/split", status_code=201)
def split_profile(calling: Calling, profile_id: ProfileId, body: ProfileSplitIn) -> ProfileOut:
    """Gives chosen facts to a new profile, which is returned."""
    made = profile_joins.split(
        calling.centre, calling.actor, profile_id, body.fact_ids, body.title, body.reason
    )
    return ProfileOut.of(made)


@router.get("/notices")
def list_notices(calling: Calling) -> list[NoticeOut]:
    """What happened to the profiles that the caller follows; those not read first."""
    found = notices.listed(calling.centre, calling.actor)
    return [NoticeOut.of(own, title) for own, title in found]


@router.post("/notices/read", status_code=204)
def read_notices(calling: Calling, body: NoticesReadIn) -> None:
    """Marks a notice as read, or all."""
    notices.read(calling.centre, calling.actor, body.notice_id)
