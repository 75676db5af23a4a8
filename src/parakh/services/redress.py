"""Redress records: looked at, added to, and withdrawn where the clearing was a mistake."""

from dataclasses import dataclass, replace

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act import redress as act
from parakh.act.decisions import reason_of, require_human
from parakh.domain.hit import Hit, HitState, Kind, Ref
from parakh.domain.redress import Addition, Redress
from parakh.domain.traveller import Document, Traveller
from parakh.domain.voyage import Crossing, Voyage
from parakh.domain.watchlist import Watchlist, WatchlistEntry, entry_print
from parakh.faces.picture import decode_picture
from parakh.services import portraits
from parakh.services.assessing import alert_again
from parakh.services.centre import Centre
from parakh.services.subjects import ports_now, subjects_of
from parakh.store import assessments, pictures, travellers, watchlists
from parakh.store import redress as store
from parakh.store.database import Tx
from parakh.store.redress import Avoided

PAGE = 50

MOST_SHOWN = 100
"""Journeys that a record's page shows, the newest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RedressRow:
    """A record with the entry, and how often it spared the person."""

    record: Redress
    entry: WatchlistEntry
    watchlist: Watchlist
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
        entry_changed: the entry is matched by something else since, so that the record holds no
            more.
        journeys: on which it cleared the person, newest first.
    """

    row: RedressRow
    entry_changed: bool
    journeys: tuple[SparedJourney, ...]
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
        journeys = _journeys(connection, assessments.hits_under(connection, redress_id))
    centre.looked(actor, Purpose.REDRESS, "redress.viewed", "redress", redress_id)
    keeps = actor.may(Permission.KEEP_REDRESS) and actor.human and found.holds
    return RedressView(
        row=row,
        entry_changed=entry_print(row.entry) != found.entry_print,
        journeys=journeys,
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
        alerts = _raise_again(tx, new)
        tx.audit(
            "redress.withdrawn", "redress", redress_id, reason=new.withdrawn_reason, alerts=alerts
        )
    centre.wall.notify()
    return new


# --- within -------------------------------------------------------------------------------------


def _raise_again(tx: Tx, record: Redress) -> int:
    """Opens the record's hits on those who are still to come; gives the number of alerts."""
    hits = {own.id: own for own in assessments.hits_under(tx.connection, record.id)}
    first = assessments.hits_by_id(tx.connection, [record.hit_id])
    hits |= {own.id: own for own in first if own.state is HitState.CLEARED}
    ids = [own.subject.id for own in hits.values() if own.subject.kind is Kind.TRAVELLER]
    subjects = subjects_of(tx.connection, travellers.travellers_by_id(tx.connection, ids))
    ports = ports_now(tx.connection, subjects, tx.at)
    opened = set()
    for hit in hits.values():
        if hit.subject in ports and assessments.restate(tx.connection, act.reopened(hit)):
            tx.audit("hit.reopened", "hit", hit.id, redress=record.id)
            opened.add(hit.subject)
    refs = sorted(opened, key=lambda ref: ref.id)
    return alert_again(tx, refs, cause=f"redress:{record.id}", ports=ports)


def _keep(centre: Centre, tx: Tx, record: Redress, jpeg: bytes) -> str:
    entry = watchlists.get_entry(tx.connection, record.entry_id)
    return pictures.save_picture(
        tx,
        centre.db.vault,
        owner_kind=Kind.REDRESS,
        owner_id=record.id,
        media_type="image/jpeg",
        data=jpeg,
        expires_at=entry.expires_at,
    )


def _rows(connection: sa.Connection, found: list[Redress]) -> tuple[RedressRow, ...]:
    entries = watchlists.entries_by_id(connection, {own.entry_id for own in found})
    lists = watchlists.lists(connection)
    avoided = store.avoided(connection, [own.id for own in found])
    return tuple(
        RedressRow(
            record=own,
            entry=(entry := entries[own.entry_id]),
            watchlist=lists[entry.watchlist_id],
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
