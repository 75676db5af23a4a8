"""Custody: detainees and missing persons, searched for before they are enrolled."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.domain.gallery import GalleryKind
from parakh.domain.traveller import Sex
from parakh.errors import InvalidInput
from parakh.services import custody, watchlists
from parakh.services.portraits import UnfitPicture
from parakh.web.enrolments import EnrolmentForm, Filled
from parakh.web.queries import PageNumber
from parakh.web.unfit import choices
from parakh.web.viewer import Here, Viewer

router = APIRouter(prefix="/custody")


@router.get("")
def people(here: Here, q: str = "", page: PageNumber = 1) -> HTMLResponse:
    """Those who are enrolled, newest first, by parts of their names or numbers."""
    found = custody.enrolled(here.centre, here.actor, text=q[:200], page=page)
    return here.page("custody.html", page=found, q=q, held_on=_places(here))


@router.get("/enrol")
def empty(here: Here, list: str = "") -> HTMLResponse:
    """The page on which somebody is enrolled."""
    return _page(here, EnrolmentForm(watchlist=list[:32]))


@router.post("/search")
def look(here: Here, form: Filled) -> HTMLResponse:
    """Who is enrolled already and looks like the person; nothing is stored."""
    try:
        alike = custody.look(here.centre, here.actor, form.enrolment(here.centre.settings.zone))
    except UnfitPicture as error:
        return _unfit(here, form, error)
    if "hx-request" in here.request.headers:
        return here.page("fragments/alike.html", alike=alike)
    return _page(here, form, alike)


@router.post("/entries")
def enrol(here: Here, form: Filled) -> RedirectResponse:
    """Enrols the person; another person has to approve it."""
    if not form.pictures:
        raise InvalidInput("choose the pictures once more")
    made = custody.enrol(
        here.centre, here.actor, form.enrolment(here.centre.settings.zone), frozenset(form.seen)
    )
    return here.done(f"/custody/{made.id}", "person-enrolled")


@router.get("/{entry_id}")
def person(here: Here, entry_id: str) -> HTMLResponse:
    """One enrolled person."""
    view = custody.person(here.centre, here.actor, entry_id)
    return here.page("detainee.html", view=view, entry=view.row.entry, list=view.row.watchlist)


@router.post("/{entry_id}/release")
def release(
    here: Here, entry_id: str, reason: Annotated[str, Form(max_length=4000)] = ""
) -> RedirectResponse:
    """Ends an enrolment: released, transferred or found."""
    custody.release(here.centre, here.actor, entry_id, reason)
    return here.done("/custody", "person-released")


def _unfit(here: Viewer, form: EnrolmentForm, error: UnfitPicture) -> HTMLResponse:
    """Of a picture that is not fit, what to choose instead, as a list above the form."""
    if "hx-request" not in here.request.headers:
        raise error
    name = form.pictures[error.number - 1].filename if error.number else ""
    return here.page("fragments/unfit.html", status=422, choices=choices(error), name=name)


def _places(here: Viewer) -> list[custody.Place]:
    return custody.places(here.centre, here.actor)


def _page(here: Viewer, form: EnrolmentForm, alike: custody.Alike | None = None) -> HTMLResponse:
    found = _places(here)
    chosen = next((own for own in found if own.watchlist.id == form.watchlist), None)
    latest = here.centre.local_now().date() + watchlists.LONGEST - timedelta(days=1)
    return here.page(
        "enrol.html",
        form=form,
        alike=alike,
        held_on=found,
        chosen=chosen,
        missing=chosen is not None and chosen.gallery.kind is GalleryKind.MISSING,
        sexes=list(Sex),
        latest=latest,
        most=custody.MOST_PICTURES,
    )
