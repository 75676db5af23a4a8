"""Galleries: what faces are held for, their keys, and pairs that look like one person."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.access import Permission
from parakh.domain.gallery import Gallery, GalleryKind, TwinState
from parakh.errors import InvalidInput
from parakh.services import accounts, galleries, keys, reenrolment, twins
from parakh.web.viewer import Here

router = APIRouter(prefix="/galleries")

Reason = Annotated[str, Form(max_length=4000)]


class GalleryForm(BaseModel):
    """The fields of a gallery, as text."""

    model_config = ConfigDict(str_strip_whitespace=True)

    name: str = Field("", max_length=200)
    kind: GalleryKind = GalleryKind.CUSTODY
    purpose: str = Field("", max_length=2000)
    legal_basis: str = Field("", max_length=2000)
    retention: str = Field("", max_length=10)
    unit: str = Field("days", pattern="^(hours|days)$")
    at_gates: bool = True
    units: list[str] = Field([], max_length=200)

    def gallery(self, gallery_id: str = "") -> Gallery:
        """The same as a value; raises InvalidInput for a retention that is no number."""
        if self.retention and not (self.retention.isascii() and self.retention.isdigit()):
            raise InvalidInput("retention: write a whole number")
        held = int(self.retention or 0)
        length = timedelta(days=held) if self.unit == "days" else timedelta(hours=held)
        return Gallery(
            id=gallery_id,
            name=self.name,
            kind=self.kind,
            purpose=self.purpose,
            legal_basis=self.legal_basis,
            retention=length if self.retention else None,
            at_gates=self.at_gates,
            units=frozenset(filter(None, self.units)),
        )


@router.get("")
def overview(here: Here) -> HTMLResponse:
    """All galleries."""
    rows = galleries.overview(here.centre, here.actor)
    units = accounts.units(here.centre)
    return here.page("galleries.html", rows=rows, units=units, gallery=None, kinds=galleries.ADDED)


@router.post("")
def add(here: Here, form: Annotated[GalleryForm, Form()]) -> RedirectResponse:
    """Adds a gallery."""
    made = galleries.add(here.centre, here.actor, form.gallery())
    return here.done(f"/galleries/{made.id}", "gallery-added")


@router.get("/working")
def working(here: Here, began: bool = False) -> HTMLResponse:
    """What goes on in the background, as pages put it into its place; `began` says that the page
    showed something under way before."""
    galleries.overview(here.centre, here.actor)
    return here.page("fragments/galleries_working.html", centre=here.centre, began=began)


@router.post("/reenrolment")
def reenrol(here: Here) -> RedirectResponse:
    """Begins to enrol everybody again from the kept pictures."""
    reenrolment.begin(here.centre, here.actor)
    return here.done("/galleries", "reenrolment-begun")


@router.post("/twins/{twin_id}")
def decide(
    here: Here,
    twin_id: str,
    decision: Annotated[str, Form(pattern="^(same|different)$")],
    reason: Reason = "",
) -> RedirectResponse:
    """Decides whether a pair is one person."""
    done = twins.decide(here.centre, here.actor, twin_id, same=decision == "same", reason=reason)
    return here.done(f"/galleries/{done.gallery_id}", f"twin-{decision}")


@router.get("/{gallery_id}")
def one(here: Here, gallery_id: str, show: str = "") -> HTMLResponse:
    """One gallery."""
    state = TwinState(show) if show in list(TwinState) else TwinState.OPEN
    view = galleries.view(here.centre, here.actor, gallery_id)
    return here.page(
        "gallery.html",
        view=view,
        row=view.row,
        gallery=view.row.gallery,
        units={own.id: own for own in view.units},
        kinds=galleries.ADDED,
        twins=twins.of_gallery(here.centre, here.actor, gallery_id, state) if view.shown else (),
        state=state,
        states=list(TwinState),
        erasure=keys.erasure(here.centre, here.actor, gallery_id),
        unfit=reenrolment.unfit(here.centre, here.actor, gallery_id) if view.shown else (),
        centre=here.centre,
    )


@router.post("/{gallery_id}")
def save(here: Here, gallery_id: str, form: Annotated[GalleryForm, Form()]) -> RedirectResponse:
    """Changes what is said of a gallery."""
    galleries.save(here.centre, here.actor, form.gallery(gallery_id))
    return here.done(f"/galleries/{gallery_id}", "gallery-saved")


@router.post("/{gallery_id}/rotate")
def rotate(here: Here, gallery_id: str) -> RedirectResponse:
    """Begins to replace the gallery's key."""
    keys.begin_rotation(here.centre, here.actor, gallery_id)
    return here.done(f"/galleries/{gallery_id}", "rotation-begun")


@router.post("/{gallery_id}/twins")
def seek(here: Here, gallery_id: str) -> RedirectResponse:
    """Begins to compare everybody in the gallery with each other."""
    twins.begin(here.centre, here.actor, gallery_id)
    return here.done(f"/galleries/{gallery_id}", "twins-sought")


@router.post("/{gallery_id}/erase")
def erase(
    here: Here,
    gallery_id: str,
    reason: Reason = "",
    second: Annotated[str, Form(max_length=80)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    code: Annotated[str, Form(max_length=40)] = "",
) -> RedirectResponse:
    """Destroys all faces of the gallery; a second person agrees with his password, and a code where
    he has an app."""
    here.actor.require(Permission.KEEP_GALLERIES)
    other = keys.second_person(here.centre, second, password, code)
    keys.erase(here.centre, here.actor, other, gallery_id, reason)
    return here.done(f"/galleries/{gallery_id}", "gallery-erased")
