"""Lookouts: what officers look out for, placed from any page, confirmed by a second person."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.access import Permission
from parakh.domain.lookout import LONGEST
from parakh.domain.traveller import Sex
from parakh.domain.watchlist import EntryKind, Handling
from parakh.errors import InvalidInput
from parakh.services import accounts, lookouts
from parakh.services.hand import NUMBERS
from parakh.services.lookouts import USUAL, Which
from parakh.web.proposals import EntryForm, Text, typed
from parakh.web.queries import Offset, end_of
from parakh.web.viewer import Here, Viewer

router = APIRouter(prefix="/lookouts")

Reason = Annotated[str, Form(max_length=4000)]


class LookoutForm(EntryForm):
    """The fields of a lookout, as text: those of an entry, and what is to be done."""

    instruction: Text = ""
    handling: Handling = Handling.INSPECT
    unit_id: str = ""


@router.get("")
def every(
    here: Here, which: Which = Which.UNIT, ended: bool = False, offset: Offset = 0
) -> HTMLResponse:
    """Lookouts: mine, my unit's, those that wait, all."""
    rows = lookouts.lookouts(here.centre, here.actor, which, ended=ended, offset=offset)
    return here.page(
        "lookouts.html",
        rows=rows,
        which=which,
        tabs=[own for own in Which if own is not Which.ALL or here.actor.everywhere],
        ended=ended,
        offset=offset,
        page_size=lookouts.PAGE,
        kinds=list(EntryKind),
    )


@router.get("/new")
def new(here: Here) -> HTMLResponse:
    """The page on which a lookout is placed; an address may fill in what is known."""
    here.actor.require(Permission.PLACE_LOOKOUTS)
    known = EntryForm.model_fields.keys() - {"picture", "watchlist"}
    given = {name: own for name, own in here.request.query_params.items() if name in known}
    try:
        return _form(here, EntryForm.model_validate(given))
    except ValidationError:
        return _form(here, EntryForm())


@router.post("")
def place(here: Here, form: Annotated[LookoutForm, Form()]) -> RedirectResponse:
    """Places a lookout."""
    here.actor.require(Permission.PLACE_LOOKOUTS)
    entry = typed(form, here.actor.name, here.centre.local_now())
    made = lookouts.place(
        here.centre,
        here.actor,
        entry,
        instruction=form.instruction,
        handling=form.handling,
        ends_at=end_of(form.expires, here.centre.settings.zone),
        unit_id=form.unit_id,
    )
    return here.done(f"/lookouts/{made.id}", "lookout-placed")


@router.get("/{lookout_id}")
def one(here: Here, lookout_id: str) -> HTMLResponse:
    """One lookout with the alerts that it raised."""
    view = lookouts.view(here.centre, here.actor, lookout_id)
    lookout = view.row.lookout
    return here.page(
        "lookout.html",
        view=view,
        row=view.row,
        lookout=lookout,
        later=lookout.ends_at.astimezone(here.centre.settings.zone).date(),
    )


@router.post("/{lookout_id}/decision")
def decide(
    here: Here,
    lookout_id: str,
    decision: Annotated[str, Form(pattern="^(agree|refuse)$")],
    reason: Reason = "",
) -> RedirectResponse:
    """The second person's word."""
    agree = decision == "agree"
    lookouts.decide(here.centre, here.actor, lookout_id, agree=agree, reason=reason)
    return here.done(f"/lookouts/{lookout_id}", f"lookout-{decision}")


@router.post("/{lookout_id}/extension")
def extend(
    here: Here, lookout_id: str, until: Annotated[str, Form()] = "", reason: Reason = ""
) -> RedirectResponse:
    """Asks for a later end."""
    ends = end_of(until, here.centre.settings.zone)
    if ends is None:
        raise InvalidInput("Choose the later last day.")
    lookouts.extend(here.centre, here.actor, lookout_id, ends, reason)
    return here.done(f"/lookouts/{lookout_id}", "lookout-extension")


@router.post("/{lookout_id}/cancellation")
def cancel(here: Here, lookout_id: str, reason: Reason = "") -> RedirectResponse:
    """Ends a lookout at once."""
    lookouts.cancel(here.centre, here.actor, lookout_id, reason)
    return here.done(f"/lookouts/{lookout_id}", "lookout-cancelled")


def _form(here: Viewer, form: EntryForm) -> HTMLResponse:
    today = here.centre.clock().astimezone(here.centre.settings.zone).date()
    form.expires = form.expires or (today + USUAL).isoformat()
    units = accounts.units(here.centre).values()
    return here.page(
        "lookout_new.html",
        form=form,
        kinds=list(EntryKind),
        numbers=NUMBERS.get(form.kind, ()),
        sexes=list(Sex),
        last_day=(today + LONGEST - timedelta(days=1)).isoformat(),
        units=[own for own in units if here.actor.everywhere or own.id in here.actor.units],
    )
