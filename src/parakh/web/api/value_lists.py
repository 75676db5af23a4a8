"""Named lists of values that rules refer to."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from parakh.domain.value_list import ValueItem, ValueKind
from parakh.services import value_lists
from parakh.services.value_lists import LONGEST_NOTE, LONGEST_VALUE, ListRow
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Wire
from parakh.web.queries import Moment, PageNumber

router = APIRouter(prefix="/value-lists", tags=["rules"])

ListId = Annotated[str, Path(description="identifier of the list")]
Value = Annotated[str, Field(max_length=LONGEST_VALUE)]


class ValueListIn(Wire):
    """What is said of a list."""

    kind: ValueKind = ValueKind.TEXT
    note: str = Field(max_length=LONGEST_NOTE, description="what it is for")


class NewValueListIn(ValueListIn):
    """A new list."""

    name: str = Field(max_length=80, description="as rules write it: small letters, digits, _")


class ValueListOut(Wire):
    """A list at a glance."""

    id: str
    name: str
    kind: ValueKind
    note: str
    made_by: str
    made_at: datetime
    items: int = Field(description="that stand now")
    rules: list[str] = Field(description="names of the rules that use it")

    @classmethod
    def of(cls, value: ListRow) -> "ValueListOut":
        """From the service's value."""
        own = value.own
        return cls(
            id=own.id,
            name=own.name,
            kind=own.kind,
            note=own.note,
            made_by=own.made_by,
            made_at=own.made_at,
            items=value.items,
            rules=list(value.rules),
        )


class ItemsIn(Wire):
    """Values to add, with where they come from."""

    values: list[Value] = Field(min_length=1, max_length=10_000)
    note: str = Field(max_length=LONGEST_NOTE, description="where they come from")
    expires_at: Moment | None = Field(None, description="null: they stay")


class ItemOut(Wire):
    """One value of a list."""

    value: str
    note: str
    added_by: str
    added_at: datetime
    expires_at: datetime | None
    waits: bool = Field(description="until a second person approves it no rule sees it")

    @classmethod
    def of(cls, value: ValueItem) -> "ItemOut":
        """From the domain value."""
        return cls(
            value=value.value,
            note=value.note,
            added_by=value.added_by,
            added_at=value.added_at,
            expires_at=value.expires_at,
            waits=value.waits,
        )


class DecisionIn(Wire):
    """What a second person says of values that wait."""

    values: list[Value] = Field(min_length=1, max_length=10_000)
    approve: bool = Field(description="false: they are dropped")


class ValueListViewOut(Wire):
    """A page of one list's items."""

    value_list: ValueListOut
    items: list[ItemOut]
    total: int
    page: int
    pages: int
    waiting: list[ItemOut] = Field(description="for a second person, the first of them")
    waiting_total: int


@router.get("")
def list_value_lists(calling: Calling) -> list[ValueListOut]:
    """All named lists."""
    return [ValueListOut.of(row) for row in value_lists.overview(calling.centre, calling.actor)]


@router.post("", status_code=201)
def add_value_list(calling: Calling, body: NewValueListIn) -> ValueListViewOut:
    """Adds an empty list; 409 when the name is taken."""
    made = value_lists.add(calling.centre, calling.actor, body.name, body.kind, body.note)
    return get_value_list(calling, made.id)


@router.get("/{list_id}")
def get_value_list(
    calling: Calling,
    list_id: ListId,
    q: Annotated[str, Query(max_length=200, description="part of a value or note")] = "",
    page: PageNumber = 1,
) -> ValueListViewOut:
    """A page of a list's items."""
    found = value_lists.view(calling.centre, calling.actor, list_id, text=q, page=page)
    return ValueListViewOut(
        value_list=ValueListOut.of(found.row),
        items=[ItemOut.of(own) for own in found.items],
        total=found.total,
        page=found.page,
        pages=found.pages,
        waiting=[ItemOut.of(own) for own in found.waiting],
        waiting_total=found.waiting_total,
    )


@router.put("/{list_id}")
def save_value_list(calling: Calling, list_id: ListId, body: ValueListIn) -> ValueListViewOut:
    """Changes what is said of a list; its name stays."""
    value_lists.describe(calling.centre, calling.actor, list_id, body.kind, body.note)
    return get_value_list(calling, list_id)


@router.delete("/{list_id}", status_code=204)
def delete_value_list(calling: Calling, list_id: ListId) -> None:
    """Takes a list away; 409 while a rule uses it."""
    value_lists.delete(calling.centre, calling.actor, list_id)


@router.post("/{list_id}/items", status_code=201)
def add_list_values(calling: Calling, list_id: ListId, body: ItemsIn) -> ValueListViewOut:
    """Adds values, in place of the same ones; they wait where an approved rule names the list."""
    value_lists.put(
        calling.centre,
        calling.actor,
        list_id,
        body.values,
        note=body.note,
        expires_at=body.expires_at,
    )
    return get_value_list(calling, list_id)


@router.post("/{list_id}/items/decision")
def decide_list_values(calling: Calling, list_id: ListId, body: DecisionIn) -> ValueListViewOut:
    """Approves or refuses values that wait; 403 for whoever put them there."""
    value_lists.decide(calling.centre, calling.actor, list_id, body.values, approve=body.approve)
    return get_value_list(calling, list_id)


@router.delete("/{list_id}/items", status_code=204)
def remove_list_value(
    calling: Calling, list_id: ListId, value: Annotated[str, Query(max_length=LONGEST_VALUE)]
) -> None:
    """Takes a value out of a list; 409 where it is not in it."""
    value_lists.remove(calling.centre, calling.actor, list_id, value)
