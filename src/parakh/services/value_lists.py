"""Named lists of values that rules refer to; each item tells its source and its end."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import require_human
from parakh.domain.ids import new_id
from parakh.domain.rule import RuleState
from parakh.domain.value_list import ValueItem, ValueKind, ValueList
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.store import rules as rule_store
from parakh.store import value_lists as store
from parakh.store.database import Tx

PAGE = 100
MOST_LISTS, MOST_ITEMS = 200, 50_000
LONGEST_VALUE, LONGEST_NOTE = 200, 500
LONGEST_STAY = timedelta(days=10 * 366)

_LIVING = (RuleState.DRAFT, RuleState.IN_REVIEW, RuleState.APPROVED)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ListRow:
    """A list at a glance: how many of its items stand now, and the rules that name it."""

    own: ValueList
    items: int
    rules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ListView:
    """A page of one list's items, and the first of those that wait for a second person."""

    row: ListRow
    items: tuple[ValueItem, ...]
    total: int
    page: int
    pages: int
    waiting: tuple[ValueItem, ...]
    waiting_total: int


# --- looks ------------------------------------------------------------------------------------


def overview(centre: Centre, actor: Actor) -> tuple[ListRow, ...]:
    """All lists in order of name."""
    actor.require(Permission.SEE_RULES)
    with centre.db.read() as connection:
        found = store.lists(connection)
        counts = store.counts(connection, centre.clock())
        users = _users(connection, [own.name for own in found])
    return tuple(
        ListRow(own=own, items=counts.get(own.id, 0), rules=tuple(users[own.name])) for own in found
    )


def view(centre: Centre, actor: Actor, list_id: str, *, text: str = "", page: int = 1) -> ListView:
    """A page of a list's items, those with a part of a text; a look that is audited."""
    actor.require(Permission.SEE_RULES)
    page = max(1, page)
    with centre.db.read() as connection:
        own = store.get(connection, list_id)
        items, total = store.items(
            connection, list_id, text=text.strip(), offset=(page - 1) * PAGE, limit=PAGE
        )
        waiting, waiting_total = store.items(connection, list_id, waits=True, limit=PAGE)
        row = ListRow(
            own=own,
            items=store.counts(connection, centre.clock()).get(list_id, 0),
            rules=tuple(_users(connection, [own.name])[own.name]),
        )
    centre.looked(actor, Purpose.RULES, "value_list.viewed", "value_list", list_id)
    return ListView(
        row=row,
        items=tuple(items),
        total=total,
        page=page,
        pages=max(1, -(-total // PAGE)),
        waiting=tuple(waiting),
        waiting_total=waiting_total,
    )


def changed_since(connection: sa.Connection, text: str, moment: datetime) -> tuple[str, ...]:
    """The lists that a rule's text names whose values changed at a moment or later."""
    return tuple(
        own.name
        for own in store.lists(connection)
        if own.values_at is not None and own.values_at >= moment and _names(text, own.name)
    )


# --- steps ------------------------------------------------------------------------------------


def add(centre: Centre, actor: Actor, name: str, kind: ValueKind, note: str) -> ValueList:
    """Adds an empty list; raises InvalidInput for a name that rules cannot write, Conflict."""
    actor.require(Permission.WRITE_RULES)
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise InvalidInput("name: small letters (a to z), digits and _, beginning with a letter")
    with centre.db.write(actor, Purpose.RULES) as tx:
        if store.by_name(tx.connection, name) is not None:
            raise Conflict(f"there is a list {name} already")
        if len(store.lists(tx.connection)) >= MOST_LISTS:
            raise Conflict(f"there are {MOST_LISTS} lists already")
        made = ValueList(
            id=new_id(),
            name=name,
            kind=kind,
            note=_note(note),
            made_by=actor.name,
            made_at=tx.at,
        )
        store.save(tx, made)
        tx.audit("value_list.added", "value_list", made.id, name=name)
    return made


def describe(centre: Centre, actor: Actor, list_id: str, kind: ValueKind, note: str) -> ValueList:
    """Changes what is said of a list; its name stays, because rules call it so."""
    actor.require(Permission.WRITE_RULES)
    with centre.db.write(actor, Purpose.RULES) as tx:
        made = replace(store.get(tx.connection, list_id), kind=kind, note=_note(note))
        store.save(tx, made)
        tx.audit("value_list.saved", "value_list", list_id, name=made.name)
    return made


def put(
    centre: Centre,
    actor: Actor,
    list_id: str,
    values: Iterable[str],
    *,
    note: str,
    expires_at: datetime | None = None,
) -> int:
    """Adds values, each once, in place of the same ones; gives how many.

    `note` says where they come from. Where an approved rule names the list they wait until another
    person approves them (see `decide`): they change what the rule finds. Raises InvalidInput for
    values that are too long or too many, or an end that is over or too far.
    """
    actor.require(Permission.WRITE_RULES)
    told = sorted({own.strip() for own in values} - {""})
    if not told:
        raise InvalidInput("write at least one value")
    if any(len(own) > LONGEST_VALUE for own in told):
        raise InvalidInput(f"a value has at most {LONGEST_VALUE} characters")
    with centre.db.write(actor, Purpose.RULES) as tx:
        own = store.get(tx.connection, list_id)
        _check_end(tx, expires_at)
        waits = _binds(tx, own.name)
        items = [
            ValueItem(
                value=value,
                note=_note(note),
                added_by=actor.name,
                added_at=tx.at,
                expires_at=expires_at,
                waits=waits,
            )
            for value in told
        ]
        store.put(tx, list_id, items)
        if store.items(tx.connection, list_id, waits=waits, limit=1)[1] > MOST_ITEMS:
            raise InvalidInput(f"a list holds at most {MOST_ITEMS:,} values")
        tx.audit(
            "value_list.extended",
            "value_list",
            list_id,
            name=own.name,
            values=len(items),
            waiting=waits,
        )
    return len(told)


def decide(
    centre: Centre, actor: Actor, list_id: str, values: Collection[str], *, approve: bool
) -> int:
    """Lets values that wait stand from now on, or drops them; gives how many.

    Raises Forbidden for whoever put one of them there and for a program, Conflict where none waits.
    """
    actor.require(Permission.REVIEW_RULES)
    require_human(actor)
    with centre.db.write(actor, Purpose.RULES) as tx:
        own = store.get(tx.connection, list_id)
        found = store.waiting(tx.connection, list_id, values)
        if not found or len(found) < len(set(values)):
            raise Conflict("choose values that wait: some do no more, or none is chosen")
        if any(same_person(tx.connection, name, actor) for name in {one.added_by for one in found}):
            raise Forbidden("you put some of them on the list: another person must decide on them")
        store.remove(tx, list_id, values, waits=True)
        if approve:
            store.put(tx, list_id, [replace(one, waits=False) for one in found])
            if store.items(tx.connection, list_id, limit=1)[1] > MOST_ITEMS:
                raise InvalidInput(f"a list holds at most {MOST_ITEMS:,} values")
        action = "value_list.approved" if approve else "value_list.refused"
        tx.audit(action, "value_list", list_id, name=own.name, values=len(found))
    return len(found)


def remove(centre: Centre, actor: Actor, list_id: str, value: str) -> None:
    """Takes a value out of a list; raises Conflict where it is not in it."""
    actor.require(Permission.WRITE_RULES)
    with centre.db.write(actor, Purpose.RULES) as tx:
        own = store.get(tx.connection, list_id)
        if not store.remove(tx, list_id, [value]):
            raise Conflict("the value is not in the list")
        tx.audit("value_list.reduced", "value_list", list_id, name=own.name, values=1)


def delete(centre: Centre, actor: Actor, list_id: str) -> None:
    """Takes a list away; raises Conflict while a rule that is in use, or written, names it."""
    actor.require(Permission.WRITE_RULES)
    with centre.db.write(actor, Purpose.RULES) as tx:
        own = store.get(tx.connection, list_id)
        users = _users(tx.connection, [own.name])[own.name]
        if users:
            raise Conflict(f"a rule uses it: {', '.join(users[:5])}")
        store.delete(tx, list_id)
        tx.audit("value_list.deleted", "value_list", list_id, name=own.name)


# --- within -----------------------------------------------------------------------------------


def _binds(tx: Tx, name: str) -> bool:
    """Whether a version that is in force, or approved for later, names a list."""
    return any(
        _names(own.text, name)
        for versions in rule_store.versions_by_rule(tx.connection).values()
        for own in versions
        if own.state is RuleState.APPROVED
        and (own.active_until is None or own.active_until > tx.at)
    )


def _names(text: str, name: str) -> bool:
    return re.search(rf"""["']{name}["']""", text) is not None


def _users(connection: sa.Connection, names: Iterable[str]) -> dict[str, list[str]]:
    """For each list the rules that name it, other than those that are over."""
    texts: dict[str, str] = {}
    for versions in rule_store.versions_by_rule(connection).values():
        living = [own.text for own in versions if own.state in _LIVING]
        texts[versions[0].name] = "\n".join(living)
    return {
        name: sorted(rule for rule, text in texts.items() if _names(text, name)) for name in names
    }


def _note(text: str) -> str:
    note = text.strip()
    if not note:
        raise InvalidInput("note: say what it is for, or where it comes from")
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(f"note: write at most {LONGEST_NOTE} characters")
    return note


def _check_end(tx: Tx, expires_at: datetime | None) -> None:
    if expires_at is not None and not tx.at < expires_at <= tx.at + LONGEST_STAY:
        raise InvalidInput("the end must lie ahead, within ten years")
