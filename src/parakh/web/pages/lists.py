"""Lists: their settings, what is on them, and their versions."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.domain.listing import DifferenceKind
from parakh.domain.watchlist import Handling
from parakh.ingest.lists.formats import FORMS
from parakh.services import versions, watchlists
from parakh.web.list_files import stored
from parakh.web.proposals import ListForm, new_list
from parakh.web.queries import PageNumber
from parakh.web.viewer import Here

router = APIRouter(prefix="/watchlist")

PROBLEMS = "problems"
"""The tab of a version that shows what could not be read."""

MOST_SHOWN = 200


@router.post("/lists")
def add_list(here: Here, form: Annotated[ListForm, Form()]) -> RedirectResponse:
    """Adds a list."""
    value = form.watchlist(new_list())
    watchlists.add_list(here.centre, here.actor, value)
    return here.done(f"/watchlist/lists/{value.id}", "list-added")


@router.get("/lists/{list_id}")
def one_list(here: Here, list_id: str) -> HTMLResponse:
    """A list: its settings, what is on it, and its versions."""
    view = watchlists.list_view(here.centre, here.actor, list_id)
    return here.page(
        "list.html",
        view=view,
        list=view.watchlist,
        versions=versions.versions(here.centre, here.actor, list_id),
        handlings=list(Handling),
        forms=FORMS.values(),
    )


@router.post("/lists/{list_id}")
def save_list(here: Here, list_id: str, form: Annotated[ListForm, Form()]) -> RedirectResponse:
    """Changes a list; its entries keep theirs."""
    old = watchlists.get_list(here.centre, here.actor, list_id)
    watchlists.add_list(here.centre, here.actor, form.watchlist(old))
    return here.done(f"/watchlist/lists/{list_id}", "list-saved")


@router.post("/lists/{list_id}/versions")
def prepare(
    here: Here,
    list_id: str,
    form: Annotated[str, Form(max_length=40)] = "",
    file: Annotated[list[UploadFile] | None, File()] = None,
) -> RedirectResponse:
    """Reads a file as a new version of a list, and compares it; nothing changes yet."""
    with stored(form, file) as (path, name):
        done = versions.prepare(
            here.centre, here.actor, form, path, list_id=list_id, file_name=name
        )
    notice = "version-prepared" if done.new else "version-known"
    return here.done(f"/watchlist/versions/{done.version.id}", notice)


@router.get("/versions/{version_id}")
def version(here: Here, version_id: str, show: str = "", page: PageNumber = 1) -> HTMLResponse:
    """A version: what it adds, changes and takes away, and what could not be read."""
    view = versions.version(here.centre, here.actor, version_id)
    kind = DifferenceKind(show) if show in list(DifferenceKind) else None
    rows = versions.differences(here.centre, here.actor, version_id, kind, page)
    return here.page(
        "version.html",
        view=view,
        version=view.version,
        kind=kind,
        problems=view.version.problems[:MOST_SHOWN] if show == PROBLEMS else None,
        kinds=list(DifferenceKind),
        page=rows,
    )


@router.post("/versions/{version_id}/decision")
def decide(
    here: Here,
    version_id: str,
    decision: Annotated[str, Form(pattern="^(apply|discard)$")],
    reason: Annotated[str, Form(max_length=4000)] = "",
    confirm_removal: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Applies or discards a version."""
    if decision == "apply":
        versions.apply(here.centre, here.actor, version_id, reason, confirm_removal=confirm_removal)
    else:
        versions.discard(here.centre, here.actor, version_id, reason)
    notice = "version-applied" if decision == "apply" else "version-discarded"
    return here.done(f"/watchlist/versions/{version_id}", notice)
