"""Watchlist: entries with pictures, their changes and reviews, and the four-eyes steps."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.access import Permission
from parakh.domain.lookout import LOOKOUTS
from parakh.domain.traveller import Sex
from parakh.domain.watchlist import EntryKind, EntryState, Handling
from parakh.errors import InvalidInput
from parakh.services import galleries, listed_pictures, review, twins, watchlists
from parakh.services.hand import NUMBERS
from parakh.services.review import Due
from parakh.web.i18n import refusal
from parakh.web.proposals import EntryForm, filled, typed
from parakh.web.queries import PageNumber, end_of, last_day
from parakh.web.uploads import content, optional
from parakh.web.viewer import Here

router = APIRouter(prefix="/watchlist")

Reason = Annotated[str, Form(max_length=4000)]
Decision = Annotated[str, Form(pattern="^(approve|reject)$")]
Filled = Annotated[EntryForm, Form(media_type="multipart/form-data")]


@router.get("")
def entries(here: Here, state: str = "", q: str = "", page: PageNumber = 1) -> HTMLResponse:
    """Entries in order of name, by state and parts of their names or numbers."""
    wanted = EntryState(state) if state in list(EntryState) else None
    return here.page(
        "watchlist.html",
        page=watchlists.entries(here.centre, here.actor, state=wanted, text=q, page=page),
        lists=watchlists.lists(here.centre, here.actor),
        states=list(EntryState),
        state=wanted,
        q=q,
        handlings=list(Handling),
        galleries=galleries.for_lists(here.centre, here.actor),
    )


@router.get("/review")
def due(here: Here, due: str = "", page: PageNumber = 1) -> HTMLResponse:
    """Entries that end soon, are past their review, have a change that waits, or have ended."""
    which = Due(due) if due in list(Due) else Due.EXPIRING
    return here.page("review.html", page=review.due(here.centre, here.actor, which, page))


@router.get("/propose")
def proposal(here: Here, kind: str = "") -> HTMLResponse:
    """The page on which an entry is proposed, with the fields of its kind."""
    here.actor.require(Permission.PROPOSE_ENTRIES)
    form = EntryForm(kind=EntryKind(kind) if kind in list(EntryKind) else EntryKind.PERSON)
    lists = [own for own, _ in watchlists.lists(here.centre, here.actor) if own.id != LOOKOUTS]
    return here.page("propose.html", lists=lists, form=form, **_choices(form.kind))


@router.post("/check")
def check(here: Here, form: Filled) -> HTMLResponse:
    """Says whether what has been typed so far can be used, before anything is proposed."""
    here.actor.require(Permission.PROPOSE_ENTRIES)
    cause = ""
    try:
        typed(form, here.actor.name, here.centre.local_now())
    except InvalidInput as error:
        cause = refusal(error)
    return here.page("fragments/entry_check.html", cause=cause)


@router.post("/entries")
def propose(here: Here, form: Filled) -> RedirectResponse:
    """Proposes an entry."""
    value = typed(form, here.actor.name, here.centre.local_now())
    made = watchlists.propose(here.centre, here.actor, value, optional(form.picture))
    return here.done(f"/watchlist/entries/{made.id}", "entry-proposed")


@router.get("/entries/{entry_id}")
def entry(here: Here, entry_id: str) -> HTMLResponse:
    """One entry."""
    view = watchlists.entry(here.centre, here.actor, entry_id)
    ends = view.row.entry.expires_at
    held = {own.id: own for own in galleries.for_lists(here.centre, here.actor)}
    return here.page(
        "entry.html",
        view=view,
        entry=view.row.entry,
        list=view.row.watchlist,
        gallery=held[view.row.watchlist.gallery_id],
        twins=twins.of_entry(here.centre, here.actor, entry_id),
        changes=review.changes_of(here.centre, here.actor, entry_id),
        last=last_day(ends, here.centre.settings.zone) if ends else None,
        latest=here.centre.local_now().date() + watchlists.LONGEST - timedelta(days=1),
    )


@router.post("/entries/{entry_id}/decision")
def decide(here: Here, entry_id: str, decision: Decision, reason: Reason = "") -> RedirectResponse:
    """Approves or rejects a proposal."""
    approve = decision == "approve"
    watchlists.decide(here.centre, here.actor, entry_id, approve=approve, reason=reason)
    notice = "entry-approved" if approve else "entry-rejected"
    return here.done(f"/watchlist/entries/{entry_id}", notice)


@router.post("/entries/{entry_id}/retire")
def retire(here: Here, entry_id: str, reason: Reason = "") -> RedirectResponse:
    """Takes an entry out of screening."""
    watchlists.retire(here.centre, here.actor, entry_id, reason)
    return here.done(f"/watchlist/entries/{entry_id}", "entry-retired")


# --- changes ----------------------------------------------------------------------------------


@router.get("/entries/{entry_id}/change")
def correction(here: Here, entry_id: str) -> HTMLResponse:
    """The page on which a change of an entry is proposed, filled with what it says now."""
    here.actor.require(Permission.PROPOSE_ENTRIES)
    view = watchlists.entry(here.centre, here.actor, entry_id)
    form = filled(view.row.entry, here.centre.settings.zone)
    return here.page("change.html", view=view, form=form, **_choices(form.kind))


@router.post("/entries/{entry_id}/change")
def correct(here: Here, entry_id: str, form: Filled, why: Reason = "") -> RedirectResponse:
    """Proposes a change of an entry."""
    value = typed(form, here.actor.name, here.centre.local_now())
    review.correct(here.centre, here.actor, entry_id, value, why)
    return here.done(f"/watchlist/entries/{entry_id}", "change-proposed")


@router.post("/entries/{entry_id}/keep")
def keep(
    here: Here, entry_id: str, until: Annotated[str, Form()] = "", reason: Reason = ""
) -> RedirectResponse:
    """Keeps an entry in force until the end of a day."""
    end = end_of(until, here.centre.settings.zone)
    if end is None:
        raise InvalidInput("choose the last day")
    made = review.keep(here.centre, here.actor, entry_id, end, reason)
    notice = "change-proposed" if made.decided_by is None else "entry-kept"
    return here.done(f"/watchlist/entries/{entry_id}", notice)


@router.post("/changes/{change_id}/decision")
def decide_change(
    here: Here, change_id: str, decision: Decision, reason: Reason = ""
) -> RedirectResponse:
    """Approves or rejects a change."""
    approve = decision == "approve"
    done = review.decide(here.centre, here.actor, change_id, approve=approve, reason=reason)
    notice = "change-approved" if approve else "change-rejected"
    return here.done(f"/watchlist/entries/{done.entry_id}", notice)


# --- pictures ---------------------------------------------------------------------------------


@router.post("/entries/{entry_id}/pictures")
def add_picture(
    here: Here, entry_id: str, picture: Annotated[UploadFile | None, File()] = None
) -> RedirectResponse:
    """Adds one more picture, which another person has to approve."""
    portrait = content(picture, "a portrait")
    listed_pictures.add_portrait(here.centre, here.actor, entry_id, portrait)
    return here.done(f"/watchlist/entries/{entry_id}", "picture-added")


@router.post("/entries/{entry_id}/pictures/{picture_id}/decision")
def decide_picture(
    here: Here, entry_id: str, picture_id: str, decision: Decision
) -> RedirectResponse:
    """Approves or rejects a picture that waits."""
    approve = decision == "approve"
    listed_pictures.decide_portrait(here.centre, here.actor, entry_id, picture_id, approve=approve)
    notice = "picture-approved" if approve else "picture-rejected"
    return here.done(f"/watchlist/entries/{entry_id}", notice)


# --- within -----------------------------------------------------------------------------------


def _choices(kind: EntryKind) -> dict[str, Any]:
    """What the fields of an entry of this kind are chosen from."""
    return {"kinds": list(EntryKind), "sexes": list(Sex), "numbers": NUMBERS.get(kind, ())}
