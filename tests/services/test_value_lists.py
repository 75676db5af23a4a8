"""Named lists: what they hold, until when, and which rules use them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Role
from parakh.act.rules import Draft
from parakh.domain.value_list import ValueKind
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import rule_review, rules, value_lists
from parakh.services.centre import Centre
from parakh.store import rules as store
from parakh.store.tables import audit, change

DRAFT = Draft(
    name="Phones",
    text='phones.exists(p, in_list(p.number, "seized_phones"))',
    reason="A phone of a seizure",
)


@pytest.fixture
def writer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.TARGETING, "KHI")


def added(centre: Centre, actor: Actor, name: str = "seized_phones") -> str:
    return value_lists.add(centre, actor, name, ValueKind.PHONE, "Of seizures").id


def values(centre: Centre) -> dict[str, frozenset[str]]:
    with centre.db.read() as connection:
        return store.value_lists(connection, centre.clock())


def test_items_stand_until_they_end(any_centre: Centre, writer: Actor, clock: Any) -> None:
    own_id = added(any_centre, writer)
    assert values(any_centre) == {"seized_phones": frozenset()}
    soon = any_centre.clock() + timedelta(days=1)
    put = value_lists.put
    assert put(any_centre, writer, own_id, [" +92300 ", "", "+92300"], note="Case 7") == 1
    put(any_centre, writer, own_id, ["+92301"], note="Case 8", expires_at=soon)
    assert values(any_centre) == {"seized_phones": {"+92300", "+92301"}}
    with any_centre.db.read() as connection:
        assert store.next_turn(connection, any_centre.clock()) == soon
        seqs = sa.select(change.c.seq).where(change.c.kind == "rule")
        assert len(connection.execute(seqs).all()) >= 3
    clock.advance(days=1)
    assert values(any_centre) == {"seized_phones": {"+92300"}}
    view = value_lists.view(any_centre, writer, own_id)
    assert [(own.value, own.note) for own in view.items] == [
        ("+92300", "Case 7"),
        ("+92301", "Case 8"),
    ]
    assert view.row.items == 1
    assert value_lists.view(any_centre, writer, own_id, text="case 8").total == 1
    assert value_lists.view(any_centre, writer, own_id, text="%").total == 0


def test_an_item_said_again_is_said_anew(any_centre: Centre, writer: Actor) -> None:
    own_id = added(any_centre, writer)
    value_lists.put(any_centre, writer, own_id, ["a"], note="Case 7")
    value_lists.put(any_centre, writer, own_id, ["a"], note="Case 8")
    (item,) = value_lists.view(any_centre, writer, own_id).items
    assert item.note == "Case 8"
    value_lists.remove(any_centre, writer, own_id, "a")
    with pytest.raises(Conflict):
        value_lists.remove(any_centre, writer, own_id, "a")


def test_a_list_that_a_rule_uses_stays(any_centre: Centre, writer: Actor) -> None:
    own_id = added(any_centre, writer)
    added(any_centre, writer, "phones")
    rules.write(any_centre, writer, DRAFT)
    used = {row.own.name: row.rules for row in value_lists.overview(any_centre, writer)}
    assert used == {"phones": (), "seized_phones": ("Phones",)}
    with pytest.raises(Conflict, match="Phones"):
        value_lists.delete(any_centre, writer, own_id)


def test_a_list_is_described_anew_and_deleted(any_centre: Centre, writer: Actor) -> None:
    own_id = added(any_centre, writer)
    value_lists.put(any_centre, writer, own_id, ["a"], note="Case 7")
    made = value_lists.describe(any_centre, writer, own_id, ValueKind.TEXT, "Of all")
    assert (made.name, made.kind, made.note) == ("seized_phones", ValueKind.TEXT, "Of all")
    value_lists.delete(any_centre, writer, own_id)
    with pytest.raises(NotFound):
        value_lists.view(any_centre, writer, own_id)
    with any_centre.db.read() as connection:
        done = connection.execute(
            sa.select(audit.c.action).where(audit.c.subject_kind == "value_list")
        ).scalars()
        assert {"value_list.added", "value_list.extended", "value_list.deleted"} <= set(done)


@pytest.fixture
def used(any_centre: Centre, writer: Actor, acting: Callable[..., Actor]) -> str:
    """A list with one value, which a rule in force names."""
    own_id = added(any_centre, writer)
    value_lists.put(any_centre, writer, own_id, ["old"], note="Case 7")
    made = rules.write(any_centre, writer, DRAFT)
    rule_review.submit(any_centre, writer, made.id)
    why = {"review": "looked at it closely", "over_budget": "The centre is new"}
    rule_review.approve(any_centre, acting(Role.SUPERVISOR), made.id, **why)
    return own_id


def test_what_a_rule_in_force_would_see_waits_for_another_person(
    any_centre: Centre, writer: Actor, acting: Callable[..., Actor], used: str
) -> None:
    boss = acting(Role.SUPERVISOR)
    soon = any_centre.clock() + timedelta(days=1)
    value_lists.put(any_centre, writer, used, ["new", "other"], note="mine alone")
    value_lists.put(any_centre, writer, used, ["old"], note="shorter", expires_at=soon)
    assert values(any_centre) == {"seized_phones": {"old"}}
    view = value_lists.view(any_centre, boss, used)
    assert [own.value for own in view.items] == ["old"]
    assert [own.value for own in view.waiting] == ["new", "old", "other"]
    assert view.row.items == 1
    assert value_lists.decide(any_centre, boss, used, ["new", "old"], approve=True) == 2
    assert value_lists.decide(any_centre, boss, used, ["other"], approve=False) == 1
    assert values(any_centre) == {"seized_phones": {"old", "new"}}
    view = value_lists.view(any_centre, boss, used)
    assert [(own.value, own.note) for own in view.items] == [
        ("new", "mine alone"),
        ("old", "shorter"),
    ]
    assert view.waiting == ()
    value_lists.remove(any_centre, writer, used, "new")
    assert values(any_centre) == {"seized_phones": {"old"}}


def test_who_may_not_decide_on_values_that_wait(
    any_centre: Centre, writer: Actor, acting: Callable[..., Actor], used: str
) -> None:
    boss = acting(Role.SUPERVISOR)
    value_lists.put(any_centre, boss, used, ["new"], note="mine alone")
    decide = value_lists.decide
    with pytest.raises(Forbidden, match="another person"):
        decide(any_centre, boss, used, ["new"], approve=True)
    with pytest.raises(Forbidden):
        decide(any_centre, writer, used, ["new"], approve=True)
    other = replace(boss, id="other", name="other")
    for told in ([], ["old"], ["new", "none"]):
        with pytest.raises(Conflict):
            decide(any_centre, other, used, told, approve=True)
    assert values(any_centre) == {"seized_phones": {"old"}}


@pytest.mark.parametrize("name", ["", "9a", "a-b", "a b", 'a"', "é", "_a", "a" * 81, "a\n"])
def test_names_that_a_rule_cannot_write(any_centre: Centre, writer: Actor, name: str) -> None:
    if name == "a\n":
        added(any_centre, writer, name)
        name = "A"
        with pytest.raises(Conflict):
            added(any_centre, writer, name)
        return
    with pytest.raises(InvalidInput):
        added(any_centre, writer, name)


@pytest.mark.parametrize(
    ("told", "note", "days"),
    [([], "why", 1), (["x" * 201], "why", 1), (["x"], " ", 1), (["x"], "y" * 501, 1),
     (["x"], "why", -1), (["x"], "why", 4000)],
)  # fmt: skip
def test_values_that_are_refused(
    any_centre: Centre, writer: Actor, told: list[str], note: str, days: int
) -> None:
    own_id = added(any_centre, writer)
    end = any_centre.clock() + timedelta(days=days)
    with pytest.raises(InvalidInput):
        value_lists.put(any_centre, writer, own_id, told, note=note, expires_at=end)


def test_who_may_not(any_centre: Centre, writer: Actor, acting: Any) -> None:
    own_id = added(any_centre, writer)
    auditor = acting(Role.AUDITOR)
    value_lists.view(any_centre, auditor, own_id)
    with pytest.raises(Forbidden):
        value_lists.put(any_centre, auditor, own_id, ["a"], note="why")
    with pytest.raises(Forbidden):
        value_lists.overview(any_centre, acting(Role.GATE, "KHI"))
