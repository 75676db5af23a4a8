"""What is known of a batch of travellers, each kind of thing read when it is first asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import Kind
from parakh.domain.voyage import CrossingState
from parakh.screen.screener import TravellerSubject
from parakh.store import features as store
from parakh.store.features import BookingRow, HitRow, PassedRow, SaidRow

Row = Mapping[str, object]
"""Attributes of an entity by name; what is missing is not known."""

YEAR = timedelta(days=365)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnBooking:
    """The newest version of somebody's booking, and the number by which it refers to him."""

    id: str
    row: BookingRow
    reference: str

    @property
    def data(self) -> dict[str, Any]:
        """As it stands in its column (see `DeclaredBooking`)."""
        return self.row.data

    def tells_of(self, item: Mapping[str, Any]) -> bool:
        """Whether one of its parts is his, or everybody's."""
        return item.get("traveller", "") in ("", self.reference)


class Facts:
    """Facts of some subjects at a moment, by identifiers of travellers.

    Somebody who is not on file (a capture at a gate) has none but those he was screened with.
    """

    def __init__(
        self, connection: sa.Connection, subjects: Sequence[TravellerSubject], at: datetime
    ) -> None:
        self.subjects = subjects
        self.at = at
        self._connection = connection
        self._rows: dict[str, list[PassedRow]] = {}
        self._ids = list({own.ref.id for own in subjects if own.ref.kind is Kind.TRAVELLER})

    @property
    def connection(self) -> sa.Connection:
        """By which facts of other modules are read."""
        return self._connection

    def on_file(self, subject: TravellerSubject) -> bool:
        """Whether a subject is a traveller whom the centre knows."""
        return subject.ref.kind is Kind.TRAVELLER

    def said_of(self, subject: TravellerSubject) -> Sequence[SaidRow]:
        """What messages said of a subject, the newest first."""
        return self._said.get(subject.ref.id, ())

    def booking_of(self, subject: TravellerSubject) -> OwnBooking | None:
        """A subject's booking."""
        return self._bookings.get(subject.ref.id)

    def moment_of(self, subject: TravellerSubject) -> datetime | None:
        """When a subject crosses: as seen, else when the voyage is due."""
        crossing = subject.crossing
        if crossing is not None and crossing.state is CrossingState.ACTUAL:
            return crossing.at
        return subject.voyage.due_at if subject.voyage else None

    def passed_by(self, subject: TravellerSubject) -> list[PassedRow]:
        """The person's earlier crossings, newest first."""
        found = self._rows.get(subject.ref.id)
        if found is None:
            found = self._rows[subject.ref.id] = self._passed_by(subject.ref.id)
        return found

    def numbers_of(self, traveller_id: str) -> Sequence[str]:
        """Passports and identity cards of a traveller."""
        return self._numbers.get(traveller_id, ())

    def fellows_of(self, subject: TravellerSubject) -> list[str] | None:
        """Others on the same voyage under the same booking; None where no booking is told."""
        own = subject.traveller
        if not own.booking_reference or not own.voyage_id:
            return None
        party = self._parties.get((own.voyage_id, own.booking_reference), ())
        return [other for other in party if other != subject.ref.id]

    def seen_before(self, subject: TravellerSubject) -> int | None:
        """With how many of his fellows somebody was on a voyage before."""
        fellows = self.fellows_of(subject)
        if fellows is None:
            return None
        mine = self._voyages_of(subject.ref.id) if fellows else set()
        if not mine:
            return 0
        return sum(not mine.isdisjoint(self._voyages_of(other)) for other in fellows)

    def hits_of(self, subject: TravellerSubject) -> list[HitRow]:
        """Hits on the person, as they stood before the moment."""
        return [hit for own in self._persons[subject.ref.id] for hit in self._hits.get(own, ())]

    def alerts_of(self, subject: TravellerSubject) -> list[frozenset[OutcomeKind]]:
        """The outcomes of each of the last year's alerts on the person's other journeys.

        Those of this one follow from its screening: a rule that counted them would find itself.
        """
        others = (own for own in self._persons[subject.ref.id] if own != subject.ref.id)
        return [kinds for own in others for kinds in self._alerts.get(own, ())]

    @cached_property
    def sizes_of_bookings(self) -> Mapping[str, int]:
        """How many travellers each booking names."""
        return store.counts_of_bookings(
            self._connection, {own.id for own in self._bookings.values()}
        )

    @cached_property
    def sizes_of_voyages(self) -> Mapping[str, int]:
        """How many travellers come on each voyage."""
        voyages = {own.voyage.id for own in self.subjects if own.voyage}
        return store.travellers_of(self._connection, voyages)

    # --- what is read ---------------------------------------------------------------------------

    @cached_property
    def _said(self) -> Mapping[str, list[SaidRow]]:
        return store.said(self._connection, self._ids)

    @cached_property
    def _bookings(self) -> Mapping[str, OwnBooking]:
        newest = {
            own: found
            for own, rows in self._said.items()
            if (found := next((row for row in rows if row.booking_id), None))
        }
        rows = store.bookings(self._connection, (own.booking_id or "" for own in newest.values()))
        return {
            own: OwnBooking(
                id=said.booking_id,
                row=rows[said.booking_id],
                reference=said.data.get("reference", ""),
            )
            for own, said in newest.items()
            if said.booking_id in rows
        }

    @cached_property
    def _parties(self) -> Mapping[tuple[str, str], list[str]]:
        own = [one.traveller for one in self.subjects if one.traveller.booking_reference]
        voyages = {one.voyage_id for one in own if one.voyage_id}
        references = {one.booking_reference or "" for one in own}
        return store.fellows(self._connection, voyages, references)

    @cached_property
    def _persons(self) -> Mapping[str, list[str]]:
        return store.same_persons(self._connection, self._ids)

    @cached_property
    def _passed(self) -> Mapping[str, PassedRow]:
        return store.passed(self._connection, _all(self._persons), self.at)

    @cached_property
    def _numbers(self) -> Mapping[str, list[str]]:
        return store.identity_documents(self._connection, {*self._passed, *self._ids})

    @cached_property
    def _others(self) -> Mapping[str, list[str]]:
        """The persons of all fellows, and the subjects' own."""
        fellows = {one for own in self.subjects for one in self.fellows_of(own) or ()}
        others = store.same_persons(self._connection, fellows - set(self._ids))
        return {**others, **self._persons}

    @cached_property
    def _shared(self) -> Mapping[str, PassedRow]:
        return store.passed(self._connection, _all(self._others), self.at)

    @cached_property
    def _hits(self) -> Mapping[str, list[HitRow]]:
        return store.hits(self._connection, _all(self._persons), self.at)

    @cached_property
    def _alerts(self) -> Mapping[str, list[frozenset[OutcomeKind]]]:
        mine = _all(self._persons)
        return store.alerts(self._connection, mine, self.at - YEAR, self.at)

    def _passed_by(self, traveller_id: str) -> list[PassedRow]:
        others = (own for own in self._persons[traveller_id] if own != traveller_id)
        found = (self._passed[own] for own in others if own in self._passed)
        return sorted(found, key=lambda own: (own.at, own.traveller_id), reverse=True)

    def _voyages_of(self, traveller_id: str) -> set[str]:
        rows = (
            self._shared.get(own)
            for own in self._others.get(traveller_id, ())
            if own != traveller_id
        )
        return {row.voyage_id for row in rows if row is not None and row.voyage_id}


def _all(groups: Mapping[str, Iterable[str]]) -> set[str]:
    return {own for group in groups.values() for own in group}
