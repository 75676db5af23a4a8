"""What officers cleared before, applied to hits that are raised now (redress)."""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Raised:
    """A hit as a screener raised it now.

    Attributes:
        hit: with the identity and the decision of the one that was raised before, if one was.
        before: that one, with what was compared then.
        person: whom it is on, as he is known by all that was declared of him; None for a face
            without a name.
        told: the same person as he was declared where he met the entry.
    """

    hit: Hit
    before: Hit | None
    person: Traveller | None
    told: Traveller | None


class Clearings:
    """The decisions that may concern a batch of hits, read once for all of them.

    They cannot be withdrawn until the transaction ends.
    """

    def __init__(
        self,
        connection: sa.Connection,
        raised: Collection[Raised],
        entries: Mapping[str, WatchlistEntry],
        shown: Container[str | None],
    ) -> None:
        """`shown` are kept pictures (identifiers) that show the face before the gate."""
        self._entries = entries
        self._shown = shown
        told = [own.told for own in raised if own.told is not None]
        numbers = {document.number for own in told for document in own.documents}
        # Without documents nobody is recognised: most batches ask for nothing.
        self._about = (
            store.about(connection, entries.keys(), numbers=numbers, lock=True)
            if entries and numbers
            else []
        )
        cleared = [own.hit.id for own in raised if own.hit.state is HitState.CLEARED]
        self._made = store.that_cleared(connection, cleared, lock=True) if cleared else []

    def settled(self, raised: Raised) -> Hit:
        """The hit as it stands now: cleared where an earlier decision recognises the person.

        What a human decided on it stays, unless the person or the entry changed since he cleared
        it; what an earlier decision cleared is judged anew each time.
        """
        hit = raised.hit
        if hit.target.kind is not Kind.WATCHLIST_ENTRY or self._decided(raised):
            return hit
        record = self._recognising(raised)
        return act.cleared_before(hit, record) if record else act.reopened(hit)

    def _decided(self, raised: Raised) -> bool:
        """Whether nothing but a human may change the hit's state."""
        hit = raised.hit
        if hit.state is not HitState.CLEARED:
            return raised.before is not None
        if hit.redress_id is not None:
            return False
        made = [own for own in self._made if own.hit_id == hit.id]
        return not made or any(self._stands(own, raised) for own in made)

    def _stands(self, record: Redress, raised: Raised) -> bool:
        """Whether the person is still he whom the human cleared on this journey.

        A hit may come from something that was declared besides, while the record tells of the
        person as he is known by all: then it stands as long as neither of the two changes.
        """
        entry = self._entries.get(raised.hit.target.id)
        if entry is None or raised.person is None or raised.told is None:
            return False
        if act.unchanged(record, raised.told, entry, self._shown):
            return True
        as_seen = raised.before is not None and _ours(raised.before) == _ours(raised.hit)
        return as_seen and act.unchanged(record, raised.person, entry, self._shown)

    def _recognising(self, raised: Raised) -> Redress | None:
        entry = self._entries.get(raised.hit.target.id)
        if raised.told is None or entry is None:
            return None
        for record in _of_hit(self._about, raised.hit):
            if not act.differences(record, raised.told, entry, self._shown):
                return record
        return None


def kept_pictures(
    connection: sa.Connection, vault: Vault, hits: Iterable[Hit], person: Traveller
) -> dict[str, bytes]:
    """Pictures, by identifier, of whoever was cleared of such hits on his face under one of the
    person's documents."""
    entries = {own.target.id for own in hits if own.screener.partition("@")[0] == act.FACE}
    numbers = {own.number for own in person.documents}
    if not entries or not numbers:
        return {}
    return {
        own.picture_id: pictures.load_picture(connection, vault, own.picture_id)[0]
        for own in store.about(connection, entries, numbers=numbers)
        if own.screener == act.FACE and own.holds and own.picture_id is not None
    }


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
    found = [
        Earlier(record=own, differences=act.differences(own, person, entry))
        for own in _of_hit(records, hit)
    ]
    both = {Difference.NAME, Difference.DOCUMENT}
    return tuple(own for own in found if own.differences and not both <= {*own.differences})


def _ours(hit: Hit) -> set[tuple[str, str]]:
    """What was compared of the person."""
    return {(own.attribute, own.ours) for own in hit.evidence}


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
