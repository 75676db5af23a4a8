"""Takes in crossings that an immigration system recorded, corrected or cancelled."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from parakh.domain.hit import Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.message import Message
from parakh.domain.traveller import Standing, Traveller
from parakh.domain.voyage import Crossing, CrossingState, Direction, Voyage
from parakh.ingest.records import DeclaredCrossing
from parakh.ingest.submission import Submission
from parakh.normalise.assemble import traveller_of
from parakh.normalise.join import SourceKind, Statement, marks_of
from parakh.normalise.names import name_key
from parakh.screen.grouping import Wanted
from parakh.services import expected
from parakh.services.assessing import handling_of
from parakh.services.joining import Fresh, Scope, rejoin
from parakh.store import alerts, assessments, rule_hits, travellers
from parakh.store import crossings as store
from parakh.store import persons as persons_store
from parakh.store.crossings import Name, Report
from parakh.store.database import Tx
from parakh.store.records import NewRecord

WINDOW = timedelta(hours=36)
"""A voyage that is due further off than this is not the one somebody crosses for now."""

EARLY = timedelta(hours=3)
"""So long before its declared departure a voyage may have left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """An announced traveller with his voyage and his crossing."""

    traveller: Traveller
    voyage: Voyage
    crossing: Crossing


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedVoyage:
    """The voyage that a report names: carrier and number, and a local day if it tells one."""

    carrier: str
    number: str
    day: str = ""

    @classmethod
    def of(cls, declared: DeclaredCrossing) -> "NamedVoyage | None":
        """As reported; None where no flight is named."""
        if not declared.carrier or not declared.number:
            return None
        number = declared.number.strip().lstrip("0").upper()
        return cls(carrier=declared.carrier.strip().upper(), number=number, day=declared.date)

    def means(self, voyage: Voyage) -> bool:
        """Whether it is this voyage; the day may be that of departure or of arrival."""
        days = [local.date().isoformat() for local in (voyage.departure, voyage.arrival) if local]
        same = (self.carrier, self.number) == (voyage.carrier, voyage.number)
        return same and (not self.day or not days or self.day in days)


def _not_left(voyage: Voyage, direction: Direction, at: datetime) -> bool:
    if direction is not Direction.ENTRY or voyage.leaves_at is None:
        return False
    return at + EARLY < voyage.leaves_at


def is_near(voyage: Voyage, direction: Direction, at: datetime) -> bool:
    """Whether somebody who crosses at this moment may come by this voyage."""
    if _not_left(voyage, direction, at) or voyage.cancelled:
        return False
    return voyage.due_at is None or abs(at - voyage.due_at) <= WINDOW


def find_expected(
    connection: sa.Connection,
    found: Iterable[Traveller],
    *,
    port: str,
    direction: Direction,
    at: datetime,
    named: NamedVoyage | None = None,
) -> Expected | None:
    """Of some travellers, who is announced for this port and direction, and due nearest to `at`.

    Those in transit may go either way. Nobody arrives by a voyage that has not left, nor by another
    than the one that the report names.
    """
    known = list(found)
    voyages = travellers.voyages_by_id(connection, {own.voyage_id for own in known})
    crossings = travellers.crossings_of(connection, [own.id for own in known])
    near = []
    for own in known:
        voyage, crossing = voyages.get(own.voyage_id), crossings.get(own.id)
        if voyage is None or crossing is None or crossing.port != port:
            continue
        if crossing.direction not in (direction, Direction.TRANSIT):
            continue
        if _not_left(voyage, direction, at) or (named is not None and not named.means(voyage)):
            continue
        off = abs(at - voyage.due_at) if voyage.due_at else WINDOW
        if off <= WINDOW:
            expected = Expected(traveller=own, voyage=voyage, crossing=crossing)
            near.append((off, own.id, expected))
    return min(near, key=lambda item: item[:2])[2] if near else None


def save(tx: Tx, message: Message, part_id: str, submission: Submission) -> set[str]:
    """Stores what a part reports; gives the travellers whom it concerns.

    What a system says twice changes nothing. What it says anew of a reference corrects the
    crossing, or takes it back; the newest report holds, whichever was read last.
    """
    return _Reporting(tx, message).save(part_id, submission)


def settle(tx: Tx, message: Message, voyage: Voyage) -> None:
    """Who crossed before his list came is whom the list announces.

    What was found and decided about him while nobody had announced him goes with him.
    """
    found = store.came_before(tx.connection, voyage, WINDOW)
    if found:
        _Reporting(tx, message).recognise(found)


class _Reporting:
    """Applies one message's reports; what they say of announced travellers is joined at the end."""

    def __init__(self, tx: Tx, message: Message) -> None:
        self._tx = tx
        self._connection = tx.connection
        self._message = message
        self._concerned: set[str] = set()
        self._fresh: dict[str, list[Fresh]] = {}

    def save(self, part_id: str, submission: Submission) -> set[str]:
        before = store.forget_part(self._connection, part_id)
        reports = [
            Report(
                part_id=part_id,
                ordinal=ordinal,
                said_at=self._message.received_at,
                declared=own,
                crossing_id=before.get((own.source, own.reference)),
            )
            for ordinal, own in enumerate(submission.crossings)
        ]
        store.add(self._connection, reports)
        for name in sorted({*before, *(own.name for own in reports)}):
            self._apply(name, before.get(name))
        self._rejoin()
        self._tx.audit("crossings.reported", "message", self._message.id, reports=len(reports))
        return self._concerned

    def recognise(self, found: Iterable[tuple[Name, Crossing]]) -> None:
        """Gives crossings without a voyage, and what is known of them, to whom a list announces."""
        alone = list(found)
        for name, crossing in alone:
            self._apply(name, crossing.id)
        self._rejoin()
        for name, crossing in alone:
            self._hand_over(name, crossing)

    def _hand_over(self, name: Name, before: Crossing) -> None:
        reports = store.named(self._connection, name)
        now_id = reports[-1].crossing_id if reports else None
        if now_id is None or now_id == before.id or before.traveller_id is None:
            return
        now = travellers.get_crossing(self._connection, now_id)
        if now is not None and now.traveller_id is not None:
            assessments.rehome(self._connection, before.traveller_id, now.traveller_id)
            rule_hits.follow_subject(self._tx, now.traveller_id)
            travellers.mark_joined(self._connection, before.traveller_id, now.traveller_id)

    def _rejoin(self) -> None:
        for voyage_id, told in sorted(self._fresh.items()):
            rejoin(self._tx, Scope(voyage_id), told)
            expected.follow_voyage(self._tx, voyage_id, handling_of)

    def _apply(self, name: Name, before: str | None) -> None:
        """Brings the crossing of a name to what its newest report says."""
        reports = store.named(self._connection, name)
        newest = reports[-1] if reports else None
        crossing_id = next((own.crossing_id for own in reports if own.crossing_id), before)
        old = travellers.get_crossing(self._connection, crossing_id) if crossing_id else None
        if newest is None or newest.declared.action == "cancelled":
            now = None
        else:
            now = self._seen(newest, old)
        store.assign(self._connection, name, now)
        if old is not None and old.id != now:
            store.forget_records(self._connection, reports[:-1] if now else reports)
            self._take_back(old)

    def _seen(self, report: Report, old: Crossing | None) -> str | None:
        declared = report.declared.traveller
        if declared is None:
            return None
        at = datetime.fromisoformat(report.declared.at.upper()).astimezone(UTC)
        value = traveller_of(declared, "", at.date())
        expected = self._expected(report, value, at)
        if expected is not None:
            return self._announced(report, value, expected, old, at)
        return self._unannounced(report, value, old, at)

    def _expected(self, report: Report, value: Traveller, at: datetime) -> Expected | None:
        """Who was announced with one of the documents, else by the name with the birth date."""
        bearers = {
            own.id: own
            for document in value.documents
            for own in travellers.with_document(self._connection, document.number)
        }
        for found in (bearers.values(), _namesakes(self._connection, value)):
            expected = find_expected(
                self._connection,
                found,
                port=report.declared.port,
                direction=Direction(report.declared.direction),
                at=at,
                named=NamedVoyage.of(report.declared),
            )
            if expected is not None:
                return expected
        return None

    def _announced(
        self,
        report: Report,
        value: Traveller,
        expected: Expected,
        old: Crossing | None,
        at: datetime,
    ) -> str:
        """The announced crossing is seen now; what was seen first stays."""
        crossing = expected.crossing
        told = {own.name for own in store.about(self._connection, crossing.id)} - {report.name}
        corrected = old is not None and old.id == crossing.id and not told
        first = crossing.at is None or at < crossing.at or corrected
        seen = replace(crossing, state=CrossingState.ACTUAL, lane=report.declared.lane, at=at)
        if first and seen != crossing and not store.captured(self._connection, crossing.id):
            travellers.save_crossing(self._connection, seen)
            alerts.redraw(self._tx, Ref(kind=Kind.TRAVELLER, id=expected.traveller.id))
        self._concerned.add(expected.traveller.id)
        self._tell(report, replace(value, voyage_id=expected.voyage.id), expected.traveller.id)
        return crossing.id

    def _tell(self, report: Report, value: Traveller, traveller_id: str) -> None:
        """What immigration says of an announced traveller joins what carriers say."""
        told = self._fresh.setdefault(value.voyage_id, [])
        if report.declared.traveller is None or any(own.formerly == traveller_id for own in told):
            return
        bearers = store.bearers(self._connection, {own.number for own in value.documents})
        if traveller_id not in bearers:
            # The join of a voyage's records would take him for somebody else.
            store.add_record(self._connection, report, traveller_id, marks_of(value))
            return
        store.forget_records(self._connection, [report])
        record = NewRecord(
            id=new_id(),
            part_id=report.part_id,
            voyage_id=value.voyage_id,
            booking_id=None,
            ordinal=report.ordinal,
            declared=report.declared.traveller,
            marks=marks_of(value),
        )
        statement = Statement(
            id=record.id,
            kind=SourceKind.CROSSINGS,
            unit=report.part_id,
            said_at=report.said_at,
            received_at=report.said_at,
            place=(self._message.id, 1, report.ordinal),
            marks=record.marks,
        )
        told.append(Fresh(record=record, statement=statement, value=value, formerly=traveller_id))

    def _unannounced(
        self, report: Report, value: Traveller, old: Crossing | None, at: datetime
    ) -> str:
        """Somebody without a voyage: he is screened, and stands in his person's history."""
        mine = old if old is not None and old.voyage_id is None else None
        if mine is not None and mine.traveller_id is not None:
            value = replace(value, id=mine.traveller_id)
        travellers.save_travellers(self._connection, [value])
        crossing = Crossing(
            id=mine.id if mine else new_id(),
            traveller_id=value.id,
            voyage_id=None,
            port=report.declared.port,
            direction=Direction(report.declared.direction),
            state=CrossingState.ACTUAL,
            lane=report.declared.lane,
            at=at,
        )
        travellers.save_crossing(self._connection, crossing)
        store.add_record(self._connection, report, value.id, marks_of(value))
        self._concerned.add(value.id)
        return crossing.id

    def _take_back(self, crossing: Crossing) -> None:
        """A crossing that did not take place, as far as nobody else saw it."""
        remaining = store.about(self._connection, crossing.id)
        if remaining:
            self._apply(remaining[0].name, crossing.id)
            return
        if store.captured(self._connection, crossing.id):
            return
        if crossing.traveller_id is not None:
            self._concerned.add(crossing.traveller_id)
        if crossing.voyage_id is not None:
            expected = replace(crossing, state=CrossingState.EXPECTED, lane="", at=None)
            travellers.save_crossing(self._connection, expected)
            self._fresh.setdefault(crossing.voyage_id, [])
        else:
            store.delete(self._connection, crossing.id)
            if crossing.traveller_id is not None:
                gone = {crossing.traveller_id: Standing.CANCELLED}
                travellers.set_standings(self._connection, gone)


def _namesakes(connection: sa.Connection, value: Traveller) -> list[Traveller]:
    """Travellers of the same name, as far as spelling goes, and the same whole birth date."""
    key = name_key(value.name)
    if value.birth_date is None or value.birth_date.complete is None or not key:
        return []
    # A whole date in place of the year finds that date only.
    wanted = Wanted(
        numbers=frozenset(), births=frozenset(), name_key=key, year=str(value.birth_date)
    )
    ids = persons_store.candidates(connection, [wanted])
    return travellers.travellers_by_id(connection, sorted(ids))
