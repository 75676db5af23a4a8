"""Redress records: looked at, added to, and withdrawn where the clearing was a mistake."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act import redress as act
from parakh.act.decisions import reason_of, require_human
from parakh.domain.hit import Hit, HitState, Kind, Ref
from parakh.domain.profile import Profile
from parakh.domain.redress import Addition, Redress
from parakh.domain.traveller import Document, Traveller
from parakh.domain.voyage import Crossing, Voyage
from parakh.domain.watchlist import Watchlist, WatchlistEntry
from parakh.faces.picture import decode_picture
from parakh.services import clearing, portraits, selectivity
from parakh.services.alerted import Thing, visible_things
from parakh.services.assessing import alert_again
from parakh.services.centre import Centre
from parakh.services.subjects import ports_now, subjects_of
from parakh.store import (
    assessments,
    goods_kin,
    goods_list,
    pictures,
    profiles,
    rule_hits,
    travellers,
    watchlists,
)
from parakh.store import redress as store
from parakh.store.database import Tx
from parakh.store.redress import Avoided

PAGE = 50

_GOODS = (Kind.CONSIGNMENT, Kind.CONVEYANCE)

MOST_SHOWN = 100
"""Journeys that a record's page shows, the newest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RedressRow:
    """A record with the entry and its list, or the profile, and how often it spared the person."""

    record: Redress
    entry: WatchlistEntry | None
    watchlist: Watchlist | None
    profile: Profile | None
    avoided: Avoided


@dataclass(frozen=True, kw_only=True, slots=True)
class RedressPage:
    """A page of records, newest first; `avoided` counts those of all records."""

    rows: tuple[RedressRow, ...]
    total: int
    page: int
    pages: int
    avoided: Avoided


@dataclass(frozen=True, kw_only=True, slots=True)
class SparedJourney:
    """A journey on which the person was not stopped again; a border may report it alone."""

    traveller: Traveller
    voyage: Voyage | None
    crossing: Crossing | None

    @property
    def port(self) -> str:
        """Ours, "" where it is not known."""
        known = self.voyage or self.crossing
        return known.port if known else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RedressView:
    """All of one record.

    Attributes:
        changed: the entry or profile is matched by something else since, so that the record holds
            no more.
        journeys: on which it cleared the person, newest first; `things` the goods and units that
            it cleared, as far as the actor may see them.
        of_goods: whether a party of goods or a unit was cleared, not a traveller.
    """

    row: RedressRow
    changed: bool
    journeys: tuple[SparedJourney, ...]
    things: tuple[Thing, ...]
    of_goods: bool
    may_add: bool
    may_withdraw: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryRedress:
    """What redress there is of one entry: records that hold, and repeats that were avoided."""

    records: int
    avoided: Avoided


# --- looks --------------------------------------------------------------------------------------


def records(centre: Centre, actor: Actor, *, text: str = "", page: int = 1) -> RedressPage:
    """A page of records by part of a name or a document number; a look that is audited."""
    actor.require(Permission.SEE_REDRESS)
    page, text = max(1, page), text.strip()
    with centre.db.read() as connection:
        found, total = store.search(connection, text, offset=(page - 1) * PAGE, limit=PAGE)
        rows = _rows(connection, found)
        avoided = store.avoided_in_all(connection)
    with centre.db.write(actor, Purpose.REDRESS) as tx:
        tx.audit("redress.listed", "redress", "all", searched=text)
    return RedressPage(
        rows=rows, total=total, page=page, pages=max(1, -(-total // PAGE)), avoided=avoided
    )


def view(centre: Centre, actor: Actor, redress_id: str) -> RedressView:
    """One record; a look that is audited. Raises NotFound."""
    actor.require(Permission.SEE_REDRESS)
    with centre.db.read() as connection:
        found = store.get(connection, redress_id)
        row = _rows(connection, [found])[0]
        changed = clearing.met_now(connection, found) != found.target_print
        hits = assessments.hits_under(connection, redress_id)
        journeys = _journeys(connection, hits)
        things = visible_things(connection, actor, [own.subject for own in hits])
        first = assessments.hits_by_id(connection, [found.hit_id])
    centre.looked(actor, Purpose.REDRESS, "redress.viewed", "redress", redress_id)
    keeps = actor.may(Permission.KEEP_REDRESS) and actor.human and found.holds
    return RedressView(
        row=row,
        changed=changed,
        journeys=journeys,
        things=tuple(things.values())[:MOST_SHOWN],
        of_goods=any(own.subject.kind in _GOODS for own in (*first, *hits)),
        may_add=keeps,
        may_withdraw=keeps and actor.name != found.by,
    )


def of_entry(centre: Centre, actor: Actor, entry_id: str) -> EntryRedress:
    """How many records of an entry hold, and what they spared; names nobody."""
    actor.require(Permission.SEE_WATCHLISTS)
    with centre.db.read() as connection:
        return EntryRedress(
            records=store.count_of_entry(connection, entry_id),
            avoided=store.avoided_in_all(connection, entry_id),
        )


# --- steps --------------------------------------------------------------------------------------


def add(
    centre: Centre,
    actor: Actor,
    redress_id: str,
    *,
    document: Document | None,
    picture: bytes | None,
    reason: str,
) -> Redress:
    """Adds a document, such as a renewed passport, or a picture in place of the one before.

    Raises InvalidInput for nothing or for a document that cannot be added, Unreadable for what is
    no picture, Conflict for a record that was withdrawn.
    """
    actor.require(Permission.KEEP_REDRESS)
    require_human(actor)
    jpeg = portraits.kept(decode_picture(picture)) if picture else None
    with centre.db.write(actor, Purpose.REDRESS) as tx:
        old = store.get(tx.connection, redress_id, lock=True)
        addition = Addition(
            document=document,
            picture=jpeg is not None,
            reason=reason_of(reason),
            by=actor.name,
            at=tx.at,
        )
        new = act.add(old, addition)
        if jpeg is not None:
            new = replace(new, picture_id=_keep(centre, tx, new, jpeg))
        store.save(tx, new)
        if jpeg is not None and old.picture_id is not None:
            pictures.delete(tx, old.picture_id)
        tx.audit(
            "redress.added",
            "redress",
            redress_id,
            document=document is not None,
            picture=jpeg is not None,
            reason=addition.reason,
        )
    return new


def withdraw(centre: Centre, actor: Actor, redress_id: str, reason: str) -> Redress:
    """Takes a clearing back that was wrong: its hits on those who are still to come alert again.

    Raises Forbidden for the person who cleared, Conflict the second time.
    """
    actor.require(Permission.KEEP_REDRESS)
    with centre.db.write(actor, Purpose.REDRESS) as tx:
        old = store.get(tx.connection, redress_id, lock=True)
        new = replace(act.withdraw(old, actor, reason, tx.at), picture_id=None)
        store.save(tx, new)
        if old.picture_id is not None:
            pictures.delete(tx, old.picture_id)
        alerts = _raise_again(tx, centre, new)
        tx.audit(
            "redress.withdrawn", "redress", redress_id, reason=new.withdrawn_reason, alerts=alerts
        )
    centre.wall.notify()
    return new


# --- within -------------------------------------------------------------------------------------


def _raise_again(tx: Tx, centre: Centre, record: Redress) -> int:
    """Opens the record's hits on those who, or what, are still to come; gives the number of alerts.

    Goods are still to come while they are on the goods list; units always are.
    """
    hits = {own.id: own for own in assessments.hits_under(tx.connection, record.id)}
    first = assessments.hits_by_id(tx.connection, [record.hit_id])
    hits |= {own.id: own for own in first if own.state is HitState.CLEARED}
    ports = _ports(tx, [own.subject for own in hits.values()])
    opened = set()
    for hit in hits.values():
        if hit.subject in ports and assessments.restate(tx.connection, act.reopened(hit)):
            tx.audit("hit.reopened", "hit", hit.id, redress=record.id)
            opened.add(hit.subject)
    rule_hits.follow(tx, hits.values())
    refs = sorted(opened, key=lambda ref: ref.id)
    raised = alert_again(tx, refs, cause=f"redress:{record.id}", ports=ports)
    goods = [own.id for own in refs if own.kind is Kind.CONSIGNMENT]
    if goods:
        selectivity.give_again(tx, centre, goods)
    return raised


def _ports(tx: Tx, refs: Sequence[Ref]) -> dict[Ref, str]:
    """Of those who, or what, are still to come the port where somebody must see to it, "" for the
    central units."""
    ids = {kind: [own.id for own in refs if own.kind is kind] for kind in Kind}
    known = travellers.travellers_by_id(tx.connection, ids[Kind.TRAVELLER])
    ports = ports_now(tx.connection, subjects_of(tx.connection, known), tx.at)
    lines = goods_list.of(tx.connection, ids[Kind.CONSIGNMENT]).items()
    units = goods_kin.ports_of_units(tx.connection, ids[Kind.CONVEYANCE], tx.at)
    ports |= {Ref(kind=Kind.CONSIGNMENT, id=one): own.port for one, own in lines if not own.done}
    return ports | {
        Ref(kind=Kind.CONVEYANCE, id=one): units.get(one, ("",))[0] for one in ids[Kind.CONVEYANCE]
    }


def _keep(centre: Centre, tx: Tx, record: Redress, jpeg: bytes) -> str:
    return pictures.save_picture(
        tx,
        centre.db.vault,
        owner_kind=Kind.REDRESS,
        owner_id=record.id,
        media_type="image/jpeg",
        data=jpeg,
        expires_at=clearing.target(tx.connection, record.target).expires_at,
    )


def _rows(connection: sa.Connection, found: list[Redress]) -> tuple[RedressRow, ...]:
    targets = {own.target.id for own in found}
    entries = watchlists.entries_by_id(connection, targets)
    known = profiles.by_id(connection, targets)
    lists = watchlists.lists(connection)
    avoided = store.avoided(connection, [own.id for own in found])
    return tuple(
        RedressRow(
            record=own,
            entry=(entry := entries.get(own.target.id)),
            watchlist=lists[entry.watchlist_id] if entry else None,
            profile=known.get(own.target.id),
            avoided=avoided.get(own.id, Avoided()),
        )
        for own in found
    )


def _journeys(connection: sa.Connection, hits: list[Hit]) -> tuple[SparedJourney, ...]:
    refs = [Ref(kind=Kind.TRAVELLER, id=own.subject.id) for own in hits][:MOST_SHOWN]
    ids = [ref.id for ref in refs]
    found = travellers.travellers_by_id(connection, ids)
    crossings = travellers.crossings_of(connection, ids)
    return tuple(
        SparedJourney(
            traveller=own.traveller, voyage=own.voyage, crossing=crossings.get(own.ref.id)
        )
        for own in reversed(subjects_of(connection, found))
    )
