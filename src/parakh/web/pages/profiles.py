"""Profiles: the list, one profile, two side by side, and every step with them."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from parakh.access import Permission
from parakh.act.profiles import USUAL
from parakh.domain.hit import Kind
from parakh.domain.profile import (
    EventKind,
    Fact,
    FactKind,
    MemberKind,
    NameKind,
    ProfileKind,
    ProfileState,
    Scheme,
    Tie,
)
from parakh.services import (
    notices,
    profile_facts,
    profile_joins,
    profile_sources,
    profile_views,
    profiles,
)
from parakh.services.profile_sources import Draft
from parakh.services.profiles import NewProfile
from parakh.web.charts import risk_chart
from parakh.web.queries import PageNumber, end_of
from parakh.web.uploads import content
from parakh.web.viewer import Here

router = APIRouter(prefix="/profiles")

LIVING = (ProfileState.PROPOSED, ProfileState.IN_FORCE)
FIRST_EVENTS = 60
"""Lines of a timeline that are shown before somebody asks for all."""

Reason = Annotated[str, Form(max_length=4000)]
Text = Annotated[str, Field(max_length=8000)]

_MEMBERS = {
    "travellers": MemberKind.TRAVELLER,
    "entries": MemberKind.WATCHLIST_ENTRY,
    "cases": MemberKind.CASE,
}
"""By the last but one part of the address of a page: what it shows."""


class ProfileForm(BaseModel):
    """What is said of a profile, as text; `keep` names facts of the draft that are taken over."""

    model_config = ConfigDict(str_strip_whitespace=True)

    kind: ProfileKind = ProfileKind.PERSON
    title: str = Field("", max_length=400)
    suspicion: Text = ""
    legal_basis: Text = ""
    expires: str = Field("", max_length=10)
    alert_when_seen: bool = False
    origin: str = Field("", max_length=20)
    origin_id: str = Field("", max_length=40)
    keep: list[str] = Field([], max_length=500)


class FactForm(BaseModel):
    """One fact as text; a member or another profile by the address of its page."""

    model_config = ConfigDict(str_strip_whitespace=True)

    kind: FactKind
    scheme: str = Field("", max_length=40)
    value: Text = ""
    issuer: str = Field("", max_length=40)
    note: Text = ""
    source: Text = ""
    since: str = Field("", max_length=10)
    until: str = Field("", max_length=10)

    def fact(self) -> Fact:
        """The same as a value."""
        scheme, value = self.scheme, self.value
        if self.kind in (FactKind.MEMBER, FactKind.ASSOCIATION):
            parts = value.partition("?")[0].rstrip("/").split("/")
            value = parts[-1]
            if self.kind is FactKind.MEMBER and len(parts) > 1:
                scheme = _MEMBERS.get(parts[-2], "")
        return Fact(
            id="",
            profile_id="",
            kind=self.kind,
            scheme=scheme,
            value=value,
            issuer=self.issuer,
            note=self.note,
            source=self.source,
            since=self.since,
            until=self.until,
        )


@router.get("")
def listed(
    here: Here,
    q: str = "",
    kind: str = "",
    state: str = "",
    mine: bool = False,
    page: PageNumber = 1,
) -> HTMLResponse:
    """Profiles by words, kind and state; without a state those that are proposed or in force."""
    states = (ProfileState(state),) if state in list(ProfileState) else LIVING
    found = profile_views.listed(
        here.centre,
        here.actor,
        text=q[:200],
        kind=ProfileKind(kind) if kind in list(ProfileKind) else None,
        states=states if not q or state else (),
        followed=mine,
        page=page,
    )
    return here.page(
        "profiles.html",
        page=found,
        q=q,
        kind=kind,
        state=state,
        mine=mine,
        kinds=list(ProfileKind),
        states=[own for own in ProfileState if own is not ProfileState.MERGED],
    )


@router.get("/new")
def new(here: Here, origin: str = "", id: str = "") -> HTMLResponse:
    """The form of a new profile, filled in from what it is opened."""
    draft = _draft(here, origin, id)
    return here.page(
        "profile_new.html",
        draft=draft,
        origin=origin,
        origin_id=id,
        legal_basis=profile_views.last_legal_basis(here.centre, here.actor),
        kinds=list(ProfileKind),
        sorts=SORTS,
        expires=(here.centre.clock() + USUAL).astimezone(here.centre.settings.zone).date(),
    )


@router.post("")
def open_profile(here: Here, form: Annotated[ProfileForm, Form()]) -> RedirectResponse:
    """Proposes a profile."""
    draft = _draft(here, form.origin, form.origin_id)
    facts = draft.facts if draft else ()
    made = profiles.open_profile(
        here.centre,
        here.actor,
        NewProfile(
            kind=form.kind,
            title=form.title,
            suspicion=form.suspicion,
            legal_basis=form.legal_basis,
            expires_at=end_of(form.expires, here.centre.settings.zone),
            alert_when_seen=form.alert_when_seen,
            facts=tuple(own for own in facts if fact_key(own) in form.keep),
        ),
    )
    return here.done(f"/profiles/{made.id}", "profile-opened")


@router.get("/of/travellers/{traveller_id}")
def of_traveller(here: Here, traveller_id: str) -> HTMLResponse:
    """The profiles of a traveller, as pages put them into their place."""
    found = profile_views.of_travellers(here.centre, here.actor, [traveller_id])
    return here.page(
        "fragments/profiles_of.html", found=found, origin="traveller", origin_id=traveller_id
    )


@router.get("/{profile_id}")
def one(here: Here, profile_id: str, show: str = "", whole: bool = False) -> Response:
    """One profile; the address of one that was merged leads to that it is part of."""
    view = profile_views.view(here.centre, here.actor, profile_id)
    if view.profile.id != profile_id:
        return RedirectResponse(f"/profiles/{view.profile.id}", 303)
    kind = EventKind(show) if show in list(EventKind) else None
    events = [own for own in view.events if kind is None or own.kind is kind]
    return here.page(
        "profile.html",
        view=view,
        profile=view.profile,
        events=events if whole else events[:FIRST_EVENTS],
        more=0 if whole else max(0, len(events) - FIRST_EVENTS),
        show=kind,
        kinds=list(EventKind),
        chart=risk_chart(view.trend),
        name_kinds=list(NameKind),
        schemes=list(Scheme),
        ties=list(Tie),
        F=FactKind,
        sorts=SORTS,
        kept_until=(here.centre.clock() + USUAL).astimezone(here.centre.settings.zone).date(),
        half_year=timedelta(days=182),
    )


@router.post("/{profile_id}")
def edit(here: Here, profile_id: str, form: Annotated[ProfileForm, Form()]) -> RedirectResponse:
    """Changes what is said of it."""
    profiles.edit(
        here.centre,
        here.actor,
        profile_id,
        title=form.title,
        suspicion=form.suspicion,
        legal_basis=form.legal_basis,
    )
    return here.done(f"/profiles/{profile_id}", "profile-saved")


@router.post("/{profile_id}/decision")
def decide(
    here: Here,
    profile_id: str,
    decision: Annotated[str, Form(pattern="^(approve|reject)$")],
    reason: Reason = "",
) -> RedirectResponse:
    """Lets it come into force, or rejects it."""
    approve = decision == "approve"
    profiles.decide(here.centre, here.actor, profile_id, approve=approve, reason=reason)
    return here.done(f"/profiles/{profile_id}", f"profile-{decision}")


@router.post("/{profile_id}/keep")
def keep(
    here: Here,
    profile_id: str,
    until: Annotated[str, Form(max_length=10)] = "",
    reason: Reason = "",
) -> RedirectResponse:
    """Says after a review that it is still needed."""
    end = end_of(until, here.centre.settings.zone)
    profiles.keep(here.centre, here.actor, profile_id, end, reason)
    return here.done(f"/profiles/{profile_id}", "profile-kept")


@router.post("/{profile_id}/close")
def close(here: Here, profile_id: str, reason: Reason = "") -> RedirectResponse:
    """Ends it."""
    profiles.close(here.centre, here.actor, profile_id, reason)
    return here.done(f"/profiles/{profile_id}", "profile-closed")


@router.post("/{profile_id}/reopen")
def reopen(here: Here, profile_id: str, reason: Reason = "") -> RedirectResponse:
    """Proposes it again."""
    profiles.reopen(here.centre, here.actor, profile_id, reason)
    return here.done(f"/profiles/{profile_id}", "profile-opened")


@router.post("/{profile_id}/alert")
def set_alert(here: Here, profile_id: str, on: Annotated[bool, Form()]) -> RedirectResponse:
    """Whether members who are seen raise a hit."""
    profiles.set_alert(here.centre, here.actor, profile_id, on=on)
    return here.done(f"/profiles/{profile_id}", "profile-saved")


@router.post("/{profile_id}/follow")
def follow(here: Here, profile_id: str, on: Annotated[bool, Form()]) -> RedirectResponse:
    """Whether the viewer is told of what happens."""
    notices.follow(here.centre, here.actor, profile_id, on=on)
    return here.done(f"/profiles/{profile_id}", "profile-followed" if on else "profile-unfollowed")


@router.post("/{profile_id}/facts")
def add_fact(here: Here, profile_id: str, form: Annotated[FactForm, Form()]) -> RedirectResponse:
    """Tells one thing more."""
    profile_facts.add_fact(here.centre, here.actor, profile_id, form.fact())
    return here.done(f"/profiles/{profile_id}", "fact-added")


@router.post("/{profile_id}/pictures")
def add_picture(
    here: Here,
    profile_id: str,
    picture: Annotated[UploadFile | None, File()] = None,
    source: Annotated[str, Form(max_length=4000)] = "",
) -> RedirectResponse:
    """Adds a picture."""
    data = content(picture, "a picture")
    profile_facts.add_picture(here.centre, here.actor, profile_id, data, source)
    return here.done(f"/profiles/{profile_id}", "fact-added")


@router.post("/{profile_id}/facts/{fact_id}/check")
def check_fact(here: Here, profile_id: str, fact_id: str) -> RedirectResponse:
    """Stands behind a fact as the second person."""
    profile_facts.check_fact(here.centre, here.actor, profile_id, fact_id)
    return here.done(f"/profiles/{profile_id}", "fact-checked")


@router.post("/{profile_id}/facts/{fact_id}/withdraw")
def withdraw_fact(
    here: Here, profile_id: str, fact_id: str, reason: Reason = ""
) -> RedirectResponse:
    """Takes a fact back."""
    profile_facts.withdraw_fact(here.centre, here.actor, profile_id, fact_id, reason)
    return here.done(f"/profiles/{profile_id}", "fact-withdrawn")


@router.get("/{profile_id}/merge")
def beside(here: Here, profile_id: str, other: str = "", q: str = "") -> HTMLResponse:
    """Chooses another profile, and shows both side by side."""
    here.actor.require(Permission.KEEP_PROFILES)
    if other:
        target = profile_joins.target_of(here.centre, here.actor, other[:300])
        view, second = profile_joins.beside(here.centre, here.actor, profile_id, target)
        return here.page("profile_merge.html", view=view, other=second, sorts=SORTS)
    view = profile_views.view(here.centre, here.actor, profile_id)
    page = profile_views.listed(
        here.centre, here.actor, text=q[:200], kind=view.profile.kind, states=LIVING
    )
    found = [own for own in page.rows if own.profile.id != view.profile.id]
    return here.page("profile_merge.html", view=view, other=None, found=found, q=q, sorts=SORTS)


@router.post("/{profile_id}/merge")
def merge(
    here: Here, profile_id: str, other: Annotated[str, Form(max_length=40)], reason: Reason = ""
) -> RedirectResponse:
    """Makes the other part of this one."""
    profile_joins.merge(here.centre, here.actor, profile_id, other, reason)
    return here.done(f"/profiles/{profile_id}", "profile-merged")


@router.post("/{profile_id}/unmerge")
def unmerge(here: Here, profile_id: str, reason: Reason = "") -> RedirectResponse:
    """Parts it again from the one it was merged into."""
    profile_joins.unmerge(here.centre, here.actor, profile_id, reason)
    return here.done(f"/profiles/{profile_id}", "profile-unmerged")


@router.post("/{profile_id}/split")
def split(
    here: Here,
    profile_id: str,
    facts: Annotated[list[str] | None, Form(max_length=500)] = None,
    title: Annotated[str, Form(max_length=400)] = "",
    reason: Reason = "",
) -> RedirectResponse:
    """Gives chosen facts to a new profile."""
    made = profile_joins.split(here.centre, here.actor, profile_id, facts or [], title, reason)
    return here.done(f"/profiles/{made.id}", "profile-split")


# --- within -------------------------------------------------------------------------------------


SORTS = {
    FactKind.NAME: NameKind,
    FactKind.IDENTIFIER: Scheme,
    FactKind.MEMBER: MemberKind,
    FactKind.ASSOCIATION: Tie,
}
"""What a fact's scheme is one of, so that a page finds its word."""

_ORIGINS = {
    "traveller": Kind.TRAVELLER,
    "entry": Kind.WATCHLIST_ENTRY,
    "case": Kind.CASE,
    "party": Kind.ORGANISATION,
    "conveyance": Kind.CONVEYANCE,
    "enforcement": Kind.ENFORCEMENT,
}


def fact_key(own: Fact) -> str:
    """By what a form names a fact of a draft."""
    return "|".join(own.same)


def _draft(here: Here, origin: str, ref_id: str) -> Draft | None:
    if origin not in _ORIGINS:
        return None
    return profile_sources.draft(here.centre, here.actor, _ORIGINS[origin], ref_id)
