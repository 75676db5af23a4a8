"""What officers cleared before, applied to hits that are raised now (redress)."""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.act import redress as act
from parakh.domain.hit import Hit, HitState, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.profile import Profile
from parakh.domain.redress import Difference, Redress
from parakh.domain.traveller import Traveller
from parakh.domain.watchlist import WatchlistEntry, entry_print
from parakh.errors import InvalidInput
from parakh.normalise.names import name_key
from parakh.services.clearing_parts import known_now
from parakh.store import pictures, profile_facts, profiles, watchlists
from parakh.store import redress as store
from parakh.store.database import Tx
from parakh.store.vault import Vault

_CLEARED = (Kind.WATCHLIST_ENTRY, Kind.PROFILE)
"""What somebody is cleared of for good."""


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
        person: whom it is on, as he is known by all that was declared of him, or the party of
            goods or the unit (see `parakh.services.clearing_parts`); None for a face without a
            name.
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
        self._met = _mets(connection, [own.hit for own in raised], entries)
        self._shown = shown
        told = [own.told for own in raised if own.told is not None]
        numbers = {document.number for own in told for document in own.documents}
        # Without documents nobody is recognised: most batches ask for nothing.
        met = {own.hit.target.id for own in raised if own.hit.id in self._met}
        self._about = (
            store.about(connection, met, numbers=numbers, lock=True) if met and numbers else []
        )
        cleared = [own.hit.id for own in raised if own.hit.state is HitState.CLEARED]
        self._made = store.that_cleared(connection, cleared, lock=True) if cleared else []

    def settled(self, raised: Raised) -> Hit:
        """The hit as it stands now: cleared where an earlier decision recognises the person.

        What a human decided on it stays, unless the person, or the entry or profile, changed since
        he cleared it; what an earlier decision cleared is judged anew each time. A rule judges
        every journey by itself.
        """
        hit = raised.hit
        if hit.target.kind not in _CLEARED or self._decided(raised):
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
        met = self._met.get(raised.hit.id)
        if met is None or raised.person is None or raised.told is None:
            return False
        if act.unchanged(record, raised.told, met, self._shown):
            return True
        as_seen = raised.before is not None and _ours(raised.before) == _ours(raised.hit)
        return as_seen and act.unchanged(record, raised.person, met, self._shown)

    def _recognising(self, raised: Raised) -> Redress | None:
        met = self._met.get(raised.hit.id)
        if raised.told is None or met is None:
            return None
        for record in _of_hit(self._about, raised.hit):
            if not act.differences(record, raised.told, met, self._shown):
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
    met = _mets(connection, hits, entries)
    asked = [own for own in hits if own.state is HitState.OPEN and own.id in met]
    persons = known_now(connection, asked) if asked else {}
    if not persons:
        return {}
    records = store.about(
        connection,
        {own.target.id for own in asked},
        numbers={document.number for own in persons.values() for document in own.documents},
        name_keys={name_key(own.name) for own in persons.values()},
    )
    return {
        hit.id: _earlier(hit, person, met[hit.id], records)
        for hit in asked
        if (person := persons.get(hit.id)) is not None
    }


def record(tx: Tx, vault: Vault, hit: Hit, *, picture_of: str | None) -> Redress | None:
    """Makes the record of a hit that a human just cleared; None if nobody is known by name, and of
    a rule's hit.

    `picture_of` is the capture of which a copy is kept until the entry or profile ends; None to
    keep none. Raises InvalidInput if there is no picture of it.
    """
    person = known_now(tx.connection, [hit]).get(hit.id)
    entries = watchlists.entries_by_id(tx.connection, [hit.target.id])
    met = _mets(tx.connection, [hit], entries).get(hit.id)
    if person is None or met is None or hit.decided_by is None:
        return None
    redress_id = new_id()
    picture_id = None
    if picture_of is not None:
        until = target(tx.connection, hit.target).expires_at
        picture_id = _copied(tx, vault, picture_of, redress_id, until)
    value = Redress(
        id=redress_id,
        target=hit.target,
        target_print=met.print,
        reasons=met.reasons,
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


def target(connection: sa.Connection, met: Ref) -> WatchlistEntry | Profile:
    """The entry or profile of a record; raises NotFound."""
    if met.kind is Kind.PROFILE:
        return profiles.get(connection, met.id)
    return watchlists.get_entry(connection, met.id)


def met_now(connection: sa.Connection, record: Redress) -> str:
    """The print of a record's entry or profile as it is now; "" where it is not there any more."""
    if record.target.kind is Kind.PROFILE:
        return profile_facts.prints(connection, [record.target.id]).get(record.target.id, "")
    return entry_print(watchlists.get_entry(connection, record.target.id))


def _mets(
    connection: sa.Connection, hits: Collection[Hit], entries: Mapping[str, WatchlistEntry]
) -> dict[str, act.Met]:
    """What hits on entries and profiles met as it is now, by the hit's identifier."""
    ids = {own.target.id for own in hits if own.target.kind is Kind.PROFILE}
    prints = profile_facts.prints(connection, ids) if ids else {}
    found = {}
    for own in hits:
        if own.target.kind is Kind.WATCHLIST_ENTRY and own.target.id in entries:
            found[own.id] = act.Met.entry(entries[own.target.id], own)
        elif own.target.kind is Kind.PROFILE and own.target.id in prints:
            found[own.id] = act.Met(print=prints[own.target.id], reasons=act.reasons(own))
    return found


def _of_hit(records: Iterable[Redress], hit: Hit) -> list[Redress]:
    screener = hit.screener.partition("@")[0]
    return [own for own in records if (own.target, own.screener) == (hit.target, screener)]


def _earlier(
    hit: Hit, person: Traveller, met: act.Met, records: Iterable[Redress]
) -> tuple[Earlier, ...]:
    found = [
        Earlier(record=own, differences=act.differences(own, person, met))
        for own in _of_hit(records, hit)
    ]
    both = {Difference.NAME, Difference.DOCUMENT}
    return tuple(own for own in found if own.differences and not both <= {*own.differences})


def _ours(hit: Hit) -> set[tuple[str, str]]:
    """What was compared of the person."""
    return {(own.attribute, own.ours) for own in hit.evidence}


def _copied(tx: Tx, vault: Vault, capture_id: str, redress_id: str, until: datetime | None) -> str:
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
        expires_at=until,
    )
