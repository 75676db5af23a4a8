"""What officers cleared before, applied to hits that are raised now (redress)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from parakh.act import redress as act
from parakh.domain.hit import Hit, HitState, Kind
from parakh.domain.ids import new_id
from parakh.domain.redress import Difference, Redress
from parakh.domain.traveller import Traveller
from parakh.domain.watchlist import WatchlistEntry, entry_print
from parakh.errors import InvalidInput
from parakh.normalise.names import name_key
from parakh.store import pictures, travellers, watchlists
from parakh.store import redress as store
from parakh.store.database import Tx
from parakh.store.vault import Vault


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """A decision on such a hit that does not hold for this person, and why it does not."""

    record: Redress
    differences: tuple[Difference, ...]


class Clearings:
    """The decisions that may concern a batch of hits, read once for all of them."""

    def __init__(
        self,
        connection: sa.Connection,
        hits: Collection[Hit],
        persons: Iterable[Traveller],
        entries: Mapping[str, WatchlistEntry],
    ) -> None:
        self._prints = {own.id: entry_print(own) for own in entries.values()}
        known = list(persons)
        numbers = {document.number for own in known for document in own.documents}
        # Without documents nobody is recognised: most batches ask for nothing.
        self._about = (
            store.about(connection, entries.keys(), numbers=numbers) if entries and numbers else []
        )
        cleared = [hit.id for hit in hits if hit.state is HitState.CLEARED]
        self._made = store.that_cleared(connection, cleared) if cleared else []

    def settled(self, hit: Hit, person: Traveller | None, *, known: bool) -> Hit:
        """The hit as it stands now: cleared where an earlier decision recognises the person.

        `known` says that it was raised before. What a human decided on it stays, unless the entry
        changed since he cleared it; what an earlier decision cleared is judged anew each time.
        """
        if hit.target.kind is not Kind.WATCHLIST_ENTRY or self._decided(hit, known=known):
            return hit
        record = self._recognising(hit, person)
        return act.cleared_before(hit, record) if record else act.reopened(hit)

    def _decided(self, hit: Hit, *, known: bool) -> bool:
        """Whether nothing but a human may change the hit's state."""
        if hit.state is not HitState.CLEARED:
            return known
        if hit.redress_id is not None:
            return False
        made = [own for own in self._made if own.hit_id == hit.id]
        now = self._prints.get(hit.target.id)
        return not made or any(own.holds and own.entry_print == now for own in made)

    def _recognising(self, hit: Hit, person: Traveller | None) -> Redress | None:
        now = self._prints.get(hit.target.id)
        if person is None or now is None:
            return None
        for record in _of_hit(self._about, hit):
            if not act.differences(record, person, now):
                return record
        return None


def earlier(
    connection: sa.Connection, hits: Sequence[Hit], entries: Mapping[str, WatchlistEntry]
) -> dict[str, tuple[Earlier, ...]]:
    """For each open hit, by identifier, earlier decisions on somebody with its person's name or
    document that do not hold for it."""
    asked = [own for own in hits if own.state is HitState.OPEN and own.target.id in entries]
    ids = [own.subject.id for own in asked if own.subject.kind is Kind.TRAVELLER]
    persons = {own.id: own for own in travellers.travellers_by_id(connection, ids)} if ids else {}
    if not persons:
        return {}
    records = store.about(
        connection,
        {own.target.id for own in asked},
        numbers={document.number for own in persons.values() for document in own.documents},
        name_keys={name_key(own.name) for own in persons.values()},
    )
    return {
        hit.id: _earlier(hit, person, entries[hit.target.id], records)
        for hit in asked
        if (person := persons.get(hit.subject.id)) is not None
    }


def record(tx: Tx, vault: Vault, hit: Hit, *, picture_of: str | None) -> Redress | None:
    """Makes the record of a hit that a human just cleared; None if nobody is known by name.

    `picture_of` is the capture of which a copy is kept until the entry ends; None to keep none.
    Raises InvalidInput if there is no picture of it.
    """
    persons = travellers.travellers_by_id(tx.connection, [hit.subject.id])
    found = watchlists.entries_by_id(tx.connection, [hit.target.id])
    if not persons or not found or hit.decided_by is None:
        return None
    person, entry, redress_id = persons[0], found[hit.target.id], new_id()
    picture_id = None
    if picture_of is not None:
        picture_id = _copied(tx, vault, picture_of, redress_id, entry)
    value = Redress(
        id=redress_id,
        entry_id=entry.id,
        entry_print=entry_print(entry),
        screener=hit.screener.partition("@")[0],
        name=person.name,
        birth_date=person.birth_date,
        nationality=person.nationality,
        documents=person.documents,
        picture_id=picture_id,
        hit_id=hit.id,
        reason=hit.reason,
        by=hit.decided_by,
        at=tx.at,
    )
    store.save(tx, value)
    tx.audit("redress.made", "redress", value.id, hit=hit.id, picture=picture_id is not None)
    return value


def _of_hit(records: Iterable[Redress], hit: Hit) -> list[Redress]:
    screener = hit.screener.partition("@")[0]
    return [own for own in records if (own.entry_id, own.screener) == (hit.target.id, screener)]


def _earlier(
    hit: Hit, person: Traveller, entry: WatchlistEntry, records: Iterable[Redress]
) -> tuple[Earlier, ...]:
    now = entry_print(entry)
    found = [
        Earlier(record=own, differences=act.differences(own, person, now))
        for own in _of_hit(records, hit)
    ]
    both = {Difference.NAME, Difference.DOCUMENT}
    return tuple(own for own in found if own.differences and not both <= {*own.differences})


def _copied(tx: Tx, vault: Vault, capture_id: str, redress_id: str, entry: WatchlistEntry) -> str:
    shown = pictures.pictures_of(tx.connection, [capture_id]).get(capture_id)
    if not shown:
        raise InvalidInput("there is no picture of the person to keep")
    data, media_type = pictures.load_picture(tx.connection, vault, shown[0])
    return pictures.save_picture(
        tx,
        vault,
        owner_kind=Kind.REDRESS,
        owner_id=redress_id,
        media_type=media_type,
        data=data,
        expires_at=entry.expires_at,
    )
