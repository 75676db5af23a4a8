"""The watched profiles as they are in the database, mirrored in memory for screening."""

import threading
import time
from collections.abc import Collection

import sqlalchemy as sa

from parakh.clock import Clock
from parakh.domain.profile import FactKind, MemberKind, Profile
from parakh.screen.persons import Identity
from parakh.screen.profiles import ProfileIndex, Watched, WatchedNumber
from parakh.store import persons, profiles, redress
from parakh.store import profile_facts as facts_store
from parakh.store.database import Database

STALE_SECONDS = 300.0
"""So old the mirror may be where no profile changed: persons gain journeys meanwhile."""


class WatchedProfiles:
    """Profiles in force with "alert when seen", by facts that a second person checked."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._seq: int | None = None
        self._read_at = 0.0
        self.index = ProfileIndex()

    def refresh(self) -> None:
        """Takes in what changed since the last time."""
        with self._lock, self._database.read() as connection:
            last, now = profiles.last_change(connection), time.monotonic()
            if last == self._seq and now - self._read_at < STALE_SECONDS:
                return
            self.index.replace(self._watched(connection))
            self._seq, self._read_at = last, now

    def _watched(self, connection: sa.Connection) -> list[Watched]:
        return [_of(connection, own) for own in profiles.watched(connection, self._clock())]


def _of(connection: sa.Connection, own: Profile) -> Watched:
    ids = [one.id for one in profiles.family(connection, own.id)]
    facts = [
        one
        for one in facts_store.facts(connection, ids)
        if one.holds and one.checked_by is not None
    ]
    members = [
        one.value
        for one in facts
        if one.kind is FactKind.MEMBER and one.scheme == MemberKind.TRAVELLER.value
    ]
    return Watched(
        profile_id=own.id,
        title=own.title,
        numbers=tuple(
            WatchedNumber(value=one.value, issuer=one.issuer)
            for one in facts
            if one.kind is FactKind.IDENTIFIER
        ),
        identities=_identities(connection, own.id, members),
        named=frozenset(members),
        until=own.expires_at,
    )


def _identities(
    connection: sa.Connection, profile_id: str, members: Collection[str]
) -> dict[str, Identity]:
    """A profile's travellers with all journeys of the persons they are.

    Left out is whoever was cleared of the profile, and is taken for a member by the computed links
    between journeys only: else his next journey would be met by his own last one, as a new reason.
    """
    everybody = profiles.persons_members(connection, members)
    cleared = redress.numbers_of(connection, profile_id)
    return {
        traveller_id: own
        for traveller_id, own in persons.identities(connection, everybody).items()
        if traveller_id in members or not _shows(own, cleared)
    }


def _shows(identity: Identity, numbers: Collection[str]) -> bool:
    return any(own.number in numbers for own in identity.documents)
