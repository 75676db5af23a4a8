"""The vetting list over all expected voyages: one ranked list, saved views, and bulk steps."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import require_human
from parakh.domain.hit import Advice, Kind
from parakh.domain.ids import new_id
from parakh.domain.vetting import Grouping, Line, Reason, SavedView, Wanted
from parakh.domain.voyage import Voyage
from parakh.errors import Forbidden, InvalidInput, NotFound
from parakh.services.centre import Centre
from parakh.services.voyages import VettingRow, shown_rows
from parakh.store import people, profiles, rules, travellers, watchlists
from parakh.store import vetting as store
from parakh.store.vetting import Group

PAGE = 50
MOST_GROUPS = 25
OF_EACH = 5
"""So many of each group are shown; the rest by choosing the group."""

MOST_AT_ONCE = 200
"""So many travellers one step may concern."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One traveller on the list, with what is known of him now."""

    line: Line
    row: VettingRow
    voyage: Voyage


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupView:
    """A part of the list: its name as told, its first travellers, and how to see them all."""

    name: str
    voyage: Voyage | None
    advice: Advice | None
    count: int
    worst: Advice | None
    news: int
    wanted: Wanted
    lines: tuple[Listed, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class VettingPage:
    """A page of the list.

    Attributes:
        lines: in the list's order; empty where it is parted into `groups`.
        counts: how many each advice has, whatever advice was asked for.
        reasons: why travellers are on the list (names of lists and rules), and how many for each.
        pulse: a text that is another once anything on the list changed.
    """

    wanted: Wanted
    lines: tuple[Listed, ...]
    groups: tuple[GroupView, ...]
    counts: Mapping[Advice | None, int]
    reasons: tuple[tuple[Reason, str, int], ...]
    total: int
    page: int
    pages: int
    pulse: str


# --- looking ----------------------------------------------------------------------------------


def listing(centre: Centre, actor: Actor, wanted: Wanted, page: int = 1) -> VettingPage:
    """A page of those who are expected at the actor's ports; a look that is audited."""
    actor.require(Permission.VET_TRAVELLERS)
    ports, now, page = _ports(actor), centre.clock(), max(1, page)
    with centre.db.read() as connection:
        counts = store.counts(connection, wanted, ports, now)
        total = _total(wanted, counts)
        names = _names(connection, why := store.reasons(connection, ports, now))
        groups: tuple[GroupView, ...] = ()
        lines: tuple[Listed, ...] = ()
        if wanted.group:
            groups = _groups(centre, connection, actor, wanted, ports, names)
        else:
            offset = (page - 1) * PAGE
            found = store.page(connection, wanted, ports, now, offset=offset, limit=PAGE)
            lines = _listed(centre, connection, actor, found)
        pulse_now = store.pulse(connection, ports)
    shown = [own.line.traveller_id for own in (*lines, *(one for g in groups for one in g.lines))]
    with centre.db.write(actor, Purpose.VETTING) as tx:
        tx.audit("vetting.viewed", "vetting", "", wanted=wanted.query(), travellers=shown)
    return VettingPage(
        wanted=wanted,
        lines=lines,
        groups=groups,
        counts=counts,
        reasons=tuple((own, names[own], why[own]) for own in sorted(why, key=lambda r: names[r])),
        total=total,
        page=page,
        pages=max(1, -(-total // PAGE)),
        pulse=pulse_now,
    )


def pulse(centre: Centre, actor: Actor) -> str:
    """A text that is another once anything on the actor's list changed; it names nobody."""
    actor.require(Permission.VET_TRAVELLERS)
    with centre.db.read() as connection:
        return store.pulse(connection, _ports(actor))


def export(centre: Centre, actor: Actor, wanted: Wanted, page: int = 1) -> tuple[Listed, ...]:
    """The travellers of a page, to be taken out of the centre; who and which is audited."""
    actor.require(Permission.VET_TRAVELLERS)
    actor.require(Permission.EXPORT_TRAVELLERS)
    offset = (max(1, page) - 1) * PAGE
    with centre.db.read() as connection:
        found = store.page(
            connection, wanted, _ports(actor), centre.clock(), offset=offset, limit=PAGE
        )
        lines = _listed(centre, connection, actor, found)
    shown = [own.line.traveller_id for own in lines]
    with centre.db.write(actor, Purpose.VETTING) as tx:
        tx.audit("vetting.exported", "vetting", "", wanted=wanted.query(), travellers=shown)
    return lines


def some_lines(centre: Centre, actor: Actor, ids: Sequence[str]) -> tuple[Listed, ...]:
    """Travellers who were on the page before, as they are now; audited as one look."""
    actor.require(Permission.VET_TRAVELLERS)
    with centre.db.read() as connection:
        known = store.lines(connection, some(ids))
        for own in known.values():
            actor.require_port(own.port)
        lines = _listed(centre, connection, actor, list(known))
    with centre.db.write(actor, Purpose.VETTING) as tx:
        tx.audit("vetting.viewed", "vetting", "", travellers=sorted(known))
    return lines


# --- steps with many ----------------------------------------------------------------------------


def settle(centre: Centre, actor: Actor, ids: Sequence[str]) -> list[str]:
    """Marks that there is nothing new to travellers: until there is, they stand after all others of
    their advice. Gives whom it concerned."""
    return _mark(centre, actor, ids, "vetting.settled", lambda own, by, at: own.settled(by, at))


def unsettle(centre: Centre, actor: Actor, ids: Sequence[str]) -> list[str]:
    """Takes that back."""
    return _mark(centre, actor, ids, "vetting.unsettled", lambda own, by, at: own.unsettled(at))


def _mark(
    centre: Centre, actor: Actor, ids: Sequence[str], action: str, change: Callable[..., Line]
) -> list[str]:
    actor.require(Permission.VET_TRAVELLERS)
    require_human(actor)
    with centre.db.write(actor, Purpose.VETTING) as tx:
        known = store.lines(tx.connection, some(ids))
        for own in known.values():
            actor.require_port(own.port)
        store.put(tx.connection, [change(own, actor.name, tx.at) for own in known.values()])
        tx.audit(action, "vetting", "", travellers=sorted(known))
    return sorted(known)


# --- saved views ------------------------------------------------------------------------------


def views(centre: Centre, actor: Actor) -> tuple[list[SavedView], str | None]:
    """The actor's views and those shared with his units; which one he begins with."""
    actor.require(Permission.VET_TRAVELLERS)
    with centre.db.read() as connection:
        found = store.views(connection, actor.name, None if actor.everywhere else actor.units)
        return found, store.default_view(connection, actor.name)


def save_view(
    centre: Centre, actor: Actor, name: str, wanted: Wanted, *, unit_id: str | None = None
) -> SavedView:
    """Keeps a filter under a name, for the actor or (with `unit_id`) for one of his units."""
    actor.require(Permission.VET_TRAVELLERS)
    name = name.strip()
    if not 1 <= len(name) <= 60:
        raise InvalidInput("give the view a name of at most 60 characters")
    with centre.db.write(actor, Purpose.VETTING) as tx:
        if unit_id is not None and unit_id not in people.units(tx.connection):
            raise NotFound("there is no such unit")
        if unit_id is not None and not actor.everywhere and unit_id not in actor.units:
            raise Forbidden("share a view with a unit of your own")
        value = SavedView(
            id=new_id(), name=name, by=actor.name, unit_id=unit_id, wanted=wanted, made_at=tx.at
        )
        store.add_view(tx.connection, value)
        tx.audit("vetting.view_saved", "vetting_view", value.id, wanted=wanted.query())
    return value


def remove_view(centre: Centre, actor: Actor, view_id: str) -> None:
    """Drops a view of the actor's own; raises Forbidden for somebody else's."""
    actor.require(Permission.VET_TRAVELLERS)
    with centre.db.write(actor, Purpose.VETTING) as tx:
        found = store.get_view(tx.connection, view_id)
        if found.by != actor.name:
            raise Forbidden("only who saved a view may drop it")
        store.remove_view(tx.connection, view_id)
        tx.audit("vetting.view_removed", "vetting_view", view_id)


def begin_with(centre: Centre, actor: Actor, view_id: str | None) -> None:
    """From now on the actor's list opens with a view, or (None) whole."""
    actor.require(Permission.VET_TRAVELLERS)
    with centre.db.write(actor, Purpose.VETTING) as tx:
        if view_id is not None:
            found = store.get_view(tx.connection, view_id)
            shared = found.unit_id is not None and (
                actor.everywhere or found.unit_id in actor.units
            )
            if found.by != actor.name and not shared:
                raise Forbidden("the view is not shared with your unit")
        store.set_default(tx.connection, actor.name, view_id)
        tx.audit("vetting.view_chosen", "vetting_view", view_id or "")


# --- within -----------------------------------------------------------------------------------


def _ports(actor: Actor) -> frozenset[str] | None:
    return None if actor.everywhere else actor.ports


def some(ids: Sequence[str]) -> list[str]:
    """Each once; raises InvalidInput for nobody or too many."""
    chosen = list(dict.fromkeys(ids))
    if not 1 <= len(chosen) <= MOST_AT_ONCE:
        raise InvalidInput(f"choose one to {MOST_AT_ONCE} travellers")
    return chosen


def _total(wanted: Wanted, counts: Mapping[Advice | None, int]) -> int:
    if not wanted.advice:
        return sum(counts.values())
    return counts.get(None if wanted.advice == "none" else Advice(wanted.advice), 0)


def _listed(
    centre: Centre, connection: sa.Connection, actor: Actor, ids: Sequence[str]
) -> tuple[Listed, ...]:
    lines = store.lines(connection, ids)
    declared = travellers.travellers_by_id(connection, ids)
    rows = {own.traveller.id: own for own in shown_rows(centre, connection, actor, declared)}
    voyages = travellers.voyages_by_id(connection, {own.voyage_id for own in lines.values()})
    return tuple(
        Listed(line=lines[own], row=rows[own], voyage=voyages[lines[own].voyage_id])
        for own in ids
        if own in rows and own in lines
    )


def _groups(
    centre: Centre,
    connection: sa.Connection,
    actor: Actor,
    wanted: Wanted,
    ports: Collection[str] | None,
    names: Mapping[Reason, str],
) -> tuple[GroupView, ...]:
    now, grouping = centre.clock(), Grouping(wanted.group)
    found = store.groups(connection, wanted, ports, now, most=MOST_GROUPS)
    narrower = [Wanted.of(wanted.but(**{"group": "", grouping.value: own.key})) for own in found]
    first = store.firsts(connection, narrower, ports, now, limit=OF_EACH)
    known = _listed(
        centre, connection, actor, list(dict.fromkeys(one for ids in first for one in ids))
    )
    listed = {own.line.traveller_id: own for own in known}
    voyages = (
        travellers.voyages_by_id(connection, [own.key for own in found])
        if grouping is Grouping.VOYAGE
        else {}
    )
    return tuple(
        GroupView(
            name=names.get(reason, own.key) if (reason := _reason(grouping, own)) else own.key,
            voyage=voyages.get(own.key),
            advice=Advice(own.key) if own.key in list(Advice) else None,
            count=own.count,
            worst=own.worst,
            news=own.news,
            wanted=view,
            lines=tuple(listed[one] for one in ids if one in listed),
        )
        for own, view, ids in zip(found, narrower, first, strict=True)
    )


def _reason(grouping: Grouping, own: Group) -> Reason | None:
    return Reason.parse(own.key) if grouping is Grouping.REASON else None


def _names(connection: sa.Connection, wanted: Collection[Reason]) -> dict[Reason, str]:
    """What lists, rules and profiles are called; others by their identifiers."""
    kinds = {own.kind for own in wanted}
    known: dict[str, Mapping[str, str]] = {}
    if "watchlist" in kinds:
        known["watchlist"] = {own.id: own.name for own in watchlists.lists(connection).values()}
    if Kind.RULE.value in kinds:
        known[Kind.RULE.value] = rules.names(connection)
    if Kind.PROFILE.value in kinds:
        ids = {own.id for own in wanted if own.kind == Kind.PROFILE.value}
        known[Kind.PROFILE.value] = {
            own.id: own.title for own in profiles.by_id(connection, ids).values()
        }
    return {own: known.get(own.kind, {}).get(own.id, own.id) for own in wanted}
