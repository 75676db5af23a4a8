"""Linked systems: how each is doing, what was said to it, on and off, tested, tried now."""

from typing import Annotated

from fastapi import APIRouter, Form, Path
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.services import connectors
from parakh.services.connectors import Tested
from parakh.web.viewer import Here, Viewer

router = APIRouter(prefix="/connectors")

Name = Annotated[str, Path(pattern=connectors.NAME)]


@router.get("")
def every(here: Here) -> HTMLResponse:
    """All linked systems."""
    return here.page("connectors.html", view=connectors.overview(here.centre, here.actor))


@router.get("/rows")
def rows(here: Here) -> HTMLResponse:
    """The table alone, which the page asks for again and again."""
    found = connectors.overview(here.centre, here.actor)
    return here.page("fragments/connector_rows.html", view=found)


@router.get("/{name}")
def one(here: Here, name: Name) -> HTMLResponse:
    """One linked system."""
    return _page(here, name)


@router.post("/{name}/switch")
def switch(
    here: Here, name: Name, on: Annotated[str, Form(pattern="^(yes|no)$")]
) -> RedirectResponse:
    """Puts it in force, or switches it off."""
    connectors.switch(here.centre, here.actor, name, on=on == "yes")
    return here.done(f"/connectors/{name}", "connector-on" if on == "yes" else "connector-off")


@router.post("/{name}/test")
def test(here: Here, name: Name) -> HTMLResponse:
    """Asks whether it is there, and shows what came of it."""
    return _page(here, name, connectors.test(here.centre, here.actor, name))


@router.post("/{name}/turn")
def hasten(here: Here, name: Name) -> RedirectResponse:
    """Lets its next turn be at once."""
    connectors.try_now(here.centre, here.actor, name)
    return here.done(f"/connectors/{name}", "connector-hastened")


@router.post("/{name}/secret")
def set_secret(
    here: Here, name: Name, secret: Annotated[str, Form(max_length=connectors.LONGEST_SECRET)]
) -> RedirectResponse:
    """Seals its key."""
    connectors.set_secret(here.centre, here.actor, name, secret)
    return here.done(f"/connectors/{name}", "connector-rekeyed")


def _page(here: Viewer, name: str, tested: Tested | None = None) -> HTMLResponse:
    view = connectors.view(here.centre, here.actor, name)
    return here.page("connector.html", view=view, row=view.row, tested=tested)
