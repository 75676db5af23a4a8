"""What the links screener asks of the database (see `parakh.screen.links`)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.domain.hit import Kind, Ref
from parakh.domain.link import LinkKind, Shared
from parakh.domain.masking import MASKED_NAME
from parakh.domain.profile import Scheme
from parakh.domain.watchlist import EntryState
from parakh.screen.links import MOST_HOLDERS, WALKED, LinkScreener, Target
from parakh.services.alerted import things
from parakh.store import (
    assessments,
    goods_kin,
    goods_links,
    links,
    masking,
    profiles,
    travellers,
    watchlists,
)
from parakh.store.database import Database
from parakh.store.links import Links, Sight

_DOCUMENTS = Sight(kinds=frozenset({LinkKind.DOCUMENT}), most_holders=MOST_HOLDERS)
_WALKED = Sight(kinds=WALKED, most_holders=MOST_HOLDERS)

_GOODS = (Kind.CONSIGNMENT, Kind.CONVEYANCE)
_SCHEMES = (Scheme.TAX, Scheme.REGISTRATION, Scheme.PLATE, Scheme.CONTAINER)
"""By what profiles bear companies, vehicles and containers."""

_OWN = LinkScreener.name.partition("@")[0]
"""A confirmed hit of this screener makes nobody a suspect himself: else suspicion would go from
person to person along the web."""


class StoredConnections:
    """The web as one consistent view of the database shows it."""

    def __init__(self, connection: sa.Connection, at: datetime, masked_before: datetime) -> None:
        """`at` is when entries and profiles must be in force; who crossed before `masked_before`
        is not named."""
        self._connection = connection
        self._links = Links(connection, _WALKED)
        self._at = at
        self._masked_before = masked_before

    def shared(
        self, holders: Collection[str], known: Collection[str], most: int
    ) -> tuple[list[Shared], bool]:
        """What persons share with anybody (`parakh.store.links.Links.shared`)."""
        return self._links.shared(holders, known, most)

    def selves(self, traveller_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        """The person of each traveller, and those who showed his document, born on his day."""
        own = links.holders_of(self._connection, traveller_ids)
        documents = Links(self._connection, _DOCUMENTS)
        values, _ = documents.shared(set(own.values()), (), len(own))
        showed: defaultdict[str, set[str]] = defaultdict(set)
        for value in values:
            for person in value.persons:
                showed[person].update(value.persons)
        concerned = frozenset[str]().union(*showed.values())
        born = travellers.birth_dates(self._connection, [*concerned, *own])
        return {
            traveller_id: frozenset(
                other
                for other in (holder, *showed.get(holder, ()))
                if other == holder or (born.get(other) and born[other] == born.get(traveller_id))
            )
            for traveller_id, holder in own.items()
        }

    def targets(self, holders: Collection[str]) -> Mapping[str, Sequence[Target]]:
        """Those of some persons who belong to a profile in force or have a confirmed hit."""
        members = links.members_of(self._connection, holders)
        found: defaultdict[str, dict[Ref, Target]] = defaultdict(dict)
        for traveller_id, target in self._listed(members):
            found[members[traveller_id]].setdefault(target.ref, target)
        profiled = profiles.confirmed_travellers(self._connection, members, at=self._at)
        for traveller_id, profile_id in profiled.items():
            ref = Ref(kind=Kind.PROFILE, id=profile_id)
            found[members[traveller_id]].setdefault(ref, Target(ref=ref))
        for node, profile_id in self._profiled_things(holders):
            ref = Ref(kind=Kind.PROFILE, id=profile_id)
            found[node].setdefault(ref, Target(ref=ref))
        return {holder: tuple(own.values()) for holder, own in found.items()}

    def names(self, holders: Collection[str]) -> Mapping[str, str]:
        """What persons, companies, goods and units are called; whoever is masked is not named."""
        masked = masking.crossed_before(self._connection, holders, self._masked_before)
        refs = [Ref(kind=kind, id=own) for own in holders for kind in _GOODS]
        known = goods_links.companies(self._connection, holders)
        named = {key: own.name for key, own in known.items()}
        named |= {key: own.name for key, own in things(self._connection, refs).items()}
        return named | {
            own.id: str(MASKED_NAME) if own.id in masked else own.name.full
            for own in travellers.travellers_by_id(self._connection, list(holders))
        }

    def _profiled_things(self, holders: Collection[str]) -> Iterator[tuple[str, str]]:
        """Companies and units whose number a profile in force bears, with the profile."""
        numbers = goods_links.numbers(self._connection, holders)
        if numbers:
            profiles_ = goods_kin.bearers(self._connection, _SCHEMES, set(numbers.values()))
            for node, number in numbers.items():
                if number in profiles_:
                    yield node, profiles_[number]

    def _listed(self, ids: Collection[str]) -> Iterator[tuple[str, Target]]:
        """Travellers, goods and units with confirmed hits on entries in force."""
        confirmed = assessments.confirmed_on_entries(self._connection, ids, but=_OWN)
        confirmed += goods_links.confirmed(self._connection, ids)
        entries = watchlists.entries_by_id(self._connection, {entry for _, entry in confirmed})
        lists = watchlists.lists(self._connection) if entries else {}
        for traveller_id, entry_id in confirmed:
            entry = entries[entry_id]
            if entry.state is EntryState.APPROVED and entry.listed_at(self._at):
                name = str(entry.names[0]) if entry.names else entry.id
                yield (
                    traveller_id,
                    Target(
                        ref=Ref(kind=Kind.WATCHLIST_ENTRY, id=entry_id),
                        listed=name,
                        watchlist=lists[entry.watchlist_id].name,
                    ),
                )


def connections(
    database: Database, masked_after: timedelta
) -> Callable[[], AbstractContextManager[StoredConnections]]:
    """Opens the web as it is when it is asked for."""

    @contextmanager
    def opened() -> Iterator[StoredConnections]:
        now = database.clock()
        with database.read() as connection:
            yield StoredConnections(connection, now, now - masked_after)

    return opened
