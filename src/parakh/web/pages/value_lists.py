"""Named lists that rules refer to, on the pages."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.domain.value_list import ValueKind
from parakh.services import value_lists
from parakh.services.value_lists import LONGEST_NOTE, LONGEST_VALUE
from parakh.web.queries import PageNumber, day_of, midnight
from parakh.web.viewer import Here

router = APIRouter(prefix="/rules/lists")

Note = Annotated[str, Form(max_length=2 * LONGEST_NOTE)]


@router.get("")
def overview(here: Here) -> HTMLResponse:
    """All lists."""
    rows = value_lists.overview(here.centre, here.actor)
    return here.page("rule_lists.html", rows=rows, kinds=list(ValueKind))


@router.post("")
def add(
    here: Here,
    kind: Annotated[ValueKind, Form()],
    name: Annotated[str, Form(max_length=200)] = "",
    note: Note = "",
) -> RedirectResponse:
    """Adds an empty list."""
    made = value_lists.add(here.centre, here.actor, name, kind, note)
    return here.done(f"/rules/lists/{made.id}", "value-list-added")


@router.get("/{list_id}")
def one(
    here: Here,
    list_id: str,
    q: Annotated[str, Query(max_length=200)] = "",
    page: PageNumber = 1,
) -> HTMLResponse:
    """A page of a list's items."""
    view = value_lists.view(here.centre, here.actor, list_id, text=q, page=page)
    return here.page("rule_list.html", view=view, list=view.row.own, kinds=list(ValueKind), q=q)


@router.post("/{list_id}")
def describe(
    here: Here, list_id: str, kind: Annotated[ValueKind, Form()], note: Note = ""
) -> RedirectResponse:
    """Changes what is said of a list."""
    value_lists.describe(here.centre, here.actor, list_id, kind, note)
    return here.done(f"/rules/lists/{list_id}", "value-list-saved")


@router.post("/{list_id}/items")
def put(
    here: Here,
    list_id: str,
    values: Annotated[str, Form(max_length=1_000_000)] = "",
    note: Note = "",
    last_day: Annotated[str, Form(max_length=10)] = "",
) -> RedirectResponse:
    """Adds values, one a line."""
    zone = here.centre.settings.zone
    end = midnight(day_of(last_day, date.min), zone, days=1) if last_day else None
    lines = values.splitlines()
    value_lists.put(here.centre, here.actor, list_id, lines, note=note, expires_at=end)
    return here.done(f"/rules/lists/{list_id}", "values-added")


@router.post("/{list_id}/decide")
def decide(
    here: Here,
    list_id: str,
    approve: Annotated[bool, Form()],
    values: Annotated[list[str], Form(max_length=value_lists.PAGE)],
) -> RedirectResponse:
    """Lets values that wait stand, or drops them."""
    value_lists.decide(here.centre, here.actor, list_id, values, approve=approve)
    return here.done(f"/rules/lists/{list_id}", "values-decided")


@router.post("/{list_id}/remove")
def remove(
    here: Here, list_id: str, value: Annotated[str, Form(max_length=LONGEST_VALUE)]
) -> RedirectResponse:
    """Takes a value out of a list."""
    value_lists.remove(here.centre, here.actor, list_id, value)
    return here.done(f"/rules/lists/{list_id}", "value-removed")


@router.post("/{list_id}/delete")
def delete(here: Here, list_id: str) -> RedirectResponse:
    """Takes a list away."""
    value_lists.delete(here.centre, here.actor, list_id)
    return here.done("/rules/lists", "value-list-deleted")
