"""Takes in consignments: joins bills with declarations, voyages, vessels and containers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from parakh.domain.consignment import Consignment
from parakh.domain.ids import new_id
from parakh.domain.message import Message, Problem, Severity
from parakh.domain.voyage import Direction, Voyage
from parakh.ingest.goods_records import DeclaredConsignment
from parakh.ingest.records import DeclaredVoyage
from parakh.normalise import goods
from parakh.normalise.goods import Told
from parakh.normalise.goods_join import join
from parakh.normalise.goods_journey import Unit, voyage_of
from parakh.normalise.goods_values import Home
from parakh.normalise.plates import plate_forms
from parakh.services import examinations, goods_boxes, goods_rebinding
from parakh.services.centre import Centre
from parakh.services.goods_lives import Lives
from parakh.services.goods_masters import carriage_of, on_masters
from parakh.store import boxes, consignments, conveyances, goods_records, rates, travellers
from parakh.store.codec import DECLARED_CONSIGNMENT
from parakh.store.database import Tx
from parakh.store.goods_records import GoodsRecord, Said
from parakh.store.timetable import key_of

MOST_PROBLEMS = 500
"""So many problems of a part are told one by one; more of them only by their number."""

_DAY = len("CCYYMMDD")


def save(
    tx: Tx,
    centre: Centre,
    message: Message,
    part_id: str,
    records: Sequence[DeclaredConsignment],
    said_at: datetime,
) -> list[Problem]:
    """Stores the consignments that a part tells of; gives what could not be used of them.

    A bill and a declaration about one transport document are one consignment; a further declaration
    on the same bill is one of its own. What is new or changed waits to be screened for the message,
    and so does all of a message that is read again.
    """
    if not records:
        return []
    consignments.lock(tx.connection)
    reading = _Reading(tx, centre, _Cause.of(message))
    told = reading.allowed(reading.lives.told(list(reading.known(records, said_at)), said_at))
    fresh = reading.records(part_id, told, said_at)
    goods_records.add(tx, fresh)
    reading.assemble(fresh, dict(zip(map(_place, fresh), told, strict=True)))
    reading.cancel(reading.emptied)
    problems = [problem for own in told for problem in own.problems] + reading.problems
    tx.audit("consignments.told", "message", message.id, count=len(told))
    return _capped(problems)


def take_back(tx: Tx, centre: Centre, message: Message, ids: Iterable[str]) -> None:
    """Brings consignments, part of whose records were forgotten, to what is left of them; those of
    which nothing is left are cancelled."""
    wanted = set(ids)
    if not wanted:
        return
    left = goods_records.of_subjects(tx.connection, Said.CONSIGNMENT, wanted)
    reading = _Reading(tx, centre, _Cause.of(message))
    reading.assemble(left, {})
    reading.cancel(wanted - {own.subject_id for own in left})


def value_again(tx: Tx, centre: Centre, ids: Iterable[str], due_for: str) -> None:
    """Makes consignments anew from what was said of them, by the rates that are known now; those
    that are others than before wait to be screened for something."""
    consignments.lock(tx.connection)
    reading = _Reading(tx, centre, _Cause(due_for=due_for, received_at=tx.at))
    reading.assemble(goods_records.of_subjects(tx.connection, Said.CONSIGNMENT, ids), {})


_Place = tuple[str, int]
_Told = tuple[GoodsRecord, Told]


def _place(own: GoodsRecord) -> _Place:
    return own.part_id, own.ordinal


def _capped(problems: list[Problem]) -> list[Problem]:
    if len(problems) <= MOST_PROBLEMS:
        return problems
    # Errors come first, for a warning cost nothing.
    ordered = sorted(problems, key=lambda own: own.severity is not Severity.ERROR)
    kept, left = ordered[:MOST_PROBLEMS], ordered[MOST_PROBLEMS:]
    cause = f"{len(left)} more problems are not told one by one"
    return [*kept, replace(left[0], line=1, column=1, cause=cause)]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cause:
    """Why consignments are made: for what those that changed wait, all of them if it happens
    `again`; and the carrier whose key told of them, "" for none."""

    due_for: str
    received_at: datetime
    carrier: str = ""
    again: bool = False

    @classmethod
    def of(cls, message: Message) -> "_Cause":
        return cls(
            due_for=message.id,
            received_at=message.received_at,
            carrier=message.source.carrier,
            again=message.run > 1,
        )


class _Reading:
    """What the records of one part share: the voyages, vessels and rates that they name."""

    def __init__(self, tx: Tx, centre: Centre, cause: _Cause) -> None:
        self.problems: list[Problem] = []
        self._tx = tx
        self._cause = cause
        self._home = Home(
            country=centre.settings.country,
            currency=centre.settings.currency,
            zone=centre.settings.zone,
        )
        self._forms = plate_forms(centre.settings.plate_file)
        self._life = timedelta(days=centre.settings.number_life_days)
        self.lives = Lives(tx.connection, self._life, cause.received_at)
        self._voyages: dict[DeclaredVoyage, Voyage] = {}
        self._units: dict[Unit, str] = {}
        # Consignments that are new, and their keys; those of which another one took the records.
        self._new: dict[str, str] = {}
        self._split: set[str] = set()
        self.emptied: set[str] = set()

        @cache
        def rate(currency: str, on: date) -> Decimal | None:
            return rates.rate(tx.connection, currency, on)

        self._rate = rate

    def told(self, own: DeclaredConsignment, said_at: datetime) -> Told:
        """What a record says."""
        return goods.read(own, self._home, said_at, self._rate, self._forms)

    def known(self, records: Iterable[DeclaredConsignment], said_at: datetime) -> Iterator[Told]:
        """What records say; those that name nothing by which goods could be known are left out."""
        for own in records:
            told = self.told(own, said_at)
            if told.key:
                yield told
                continue
            cause = "neither a declaration nor a transport document has a number"
            self.problems.append(Problem(line=own.line, column=own.column, segment="", cause=cause))

    def allowed(self, told: Sequence[Told]) -> Sequence[Told]:
        """Without what a carrier's key says of a bill that another carrier told with its own.

        A second carrier's bill of the same number would overwrite the first's. An air waybill's
        number is one in the world, and each carrier of its way may tell of it.
        """
        carrier = self._cause.carrier
        if not carrier:
            return told
        others = goods_records.keys_of_carriers(
            self._tx.connection, Said.CONSIGNMENT, {own.key for own in told}, carrier
        )
        cause = "another carrier told of a bill of this number"
        kept = []
        for own in told:
            shared = own.declared.action == "add" and own.declared.mode == "air"
            if own.key in others and not shared:
                line, column = own.declared.line, own.declared.column
                self.problems.append(Problem(line=line, column=column, segment="", cause=cause))
            else:
                kept.append(own)
        return kept

    # --- whose record is whose --------------------------------------------------------------------

    def records(self, part_id: str, told: Sequence[Told], said_at: datetime) -> list[GoodsRecord]:
        """The records of a part, each with the consignment that it is about."""
        subjects = self._subjects(told, said_at)
        kind = goods_records.message_type(self._tx.connection, part_id)
        return [
            GoodsRecord(
                part_id=part_id,
                kind=Said.CONSIGNMENT,
                key=own.key,
                subject_id=subjects[own.key],
                line=own.declared.line,
                ordinal=place,
                said_at=said_at,
                data=DECLARED_CONSIGNMENT.dump(own.declared),
                message_type=kind,
            )
            for place, own in enumerate(told)
        ]

    def _subjects(self, told: Sequence[Told], said_at: datetime) -> dict[str, str]:
        """The consignment of each key.

        It is that of earlier records of the key. A new bill is the consignment of a declaration
        that named it before; a new declaration is that of its bill, unless another declaration is.
        A declaration that names another bill now keeps its consignment, and the bills change.
        """
        keys = {key for own in told for key in (own.key, own.bill_key) if key}
        known = goods_records.of_keys(self._tx.connection, Said.CONSIGNMENT, keys)
        by_key = consignments.ids_of_keys(self._tx.connection, keys)
        subjects = by_key | {own.key: own.subject_id for own in known}
        declared = self._declared(subjects.values())
        for own in goods_rebinding.corrected(told, known, said_at):
            left, emptied = goods_rebinding.rebind(self._tx, own, subjects, declared)
            self._new |= left
            self._split |= left.keys()
            self.emptied |= emptied
        for own in told:
            if own.key in subjects:
                continue
            bill = subjects.get(own.bill_key, "")
            joins = bool(own.bill_key) and bill not in declared
            subject = bill if bill and joins else new_id()
            if subject != bill:
                self._new[subject] = own.bill_key if joins else own.key
            subjects[own.key] = subject
            if joins:
                subjects[own.bill_key] = subject
            if own.consignment.declaration is not None:
                declared.add(subject)
        return subjects

    def _declared(self, ids: Iterable[str]) -> set[str]:
        """Of some consignments those that a declaration is about which was not taken back."""
        newest: dict[tuple[str, str], bool] = {}
        for own in goods_records.of_subjects(self._tx.connection, Said.CONSIGNMENT, ids):
            newest[own.subject_id, own.key] = own.data.get("action") != "cancel"
        return {
            subject
            for (subject, key), stands in newest.items()
            if stands and key.startswith("declaration:")
        }

    # --- what they are together -------------------------------------------------------------------

    def assemble(self, records: Sequence[GoodsRecord], told: Mapping[_Place, Told]) -> None:
        """Makes consignments of all records about those that some records are about, and about
        those under the same bills; `told` is what those say that were just read."""
        ids = {own.subject_id for own in records} - self._new.keys()
        before = consignments.by_ids(self._tx.connection, ids)
        before |= self._siblings(before, told.values())
        ids = {*before, *self._split}
        earlier = goods_records.of_subjects(self._tx.connection, Said.CONSIGNMENT, ids)
        about: dict[str, dict[_Place, GoodsRecord]] = {}
        for own in (*earlier, *records):
            about.setdefault(own.subject_id, {})[_place(own)] = own
        left = [own for some in about.values() for own in some.values() if _place(own) not in told]
        told = {**told, **dict(zip(map(_place, left), self._again(left), strict=True))}
        said_of: dict[str, list[_Told]] = {}
        bills: dict[str, list[_Told]] = {}
        for subject, found in about.items():
            ordered = sorted(found.values(), key=lambda one: one.order, reverse=True)
            both = [(one, told[_place(one)]) for one in ordered]
            said_of[subject] = both
            bills |= {one.key: both for one, own_told in both if one.key == own_told.bill_key}
        made = [self._made(subject, both, bills) for subject, both in said_of.items()]
        first = {subject: both[-1][0].said_at for subject, both in said_of.items()}
        self._put(on_masters(self._tx.connection, made, first, self._life), before)

    def cancel(self, ids: Iterable[str]) -> None:
        """Takes back consignments of which nothing is said any more."""
        gone = consignments.by_ids(self._tx.connection, ids)
        self._put([replace(own, cancelled=True) for own in gone.values()], gone)

    def _siblings(
        self, before: Mapping[str, Consignment], told: Iterable[Told]
    ) -> dict[str, Consignment]:
        """Other consignments under the same transport documents: further declarations."""
        numbers = {own.reference for own in before.values()}
        numbers |= {own.consignment.reference for own in told}
        known = consignments.ids_of_references(self._tx.connection, numbers - {""})
        return consignments.by_ids(self._tx.connection, known - before.keys())

    def _again(self, records: Sequence[GoodsRecord]) -> list[Told]:
        read = [self.told(DECLARED_CONSIGNMENT.load(own.data), own.said_at) for own in records]
        return self.lives.again(list(zip(records, read, strict=True)))

    def _made(
        self, subject: str, said: Sequence[_Told], bills: Mapping[str, Sequence[_Told]]
    ) -> Consignment:
        """A consignment, from what is said of it, the newest first.

        A declaration on a bill that is another's has that bill's transport and containers too.
        """
        standing = list(_standing(said))
        shown = standing or [next((own for own in said if not own[1].cancels), said[0])]
        if all(own.key != told.bill_key for own, told in said):
            of_others = bills.get(shown[0][1].bill_key, ())
            carried = [own for own in _standing(of_others) if own[0].key == own[1].bill_key]
            shown = [*shown, *carried]
        values = [(told, self._placed(told, own.said_at)) for own, told in shown]
        declared = [value for told, value in values if told.consignment.declaration]
        carried_by = [value for told, value in values if not told.consignment.declaration]
        whole = join(carried_by, declared[:1])
        return replace(whole, id=subject, cancelled=not standing)

    def _placed(self, told: Told, said_at: datetime) -> Consignment:
        """With its voyage and conveyance, which are stored."""
        own = told.consignment
        voyage = self._voyage(told.journey, said_at) if told.journey else None
        if voyage is None and told.unit is None:
            return own
        direction = own.direction
        return replace(
            own,
            voyage_id=voyage.id if voyage else None,
            conveyance_id=self._unit(told.unit) if told.unit else None,
            port=own.port or (voyage.port if voyage else ""),
            due_at=_due_at(voyage, direction),
        )

    def _voyage(self, journey: DeclaredVoyage, said_at: datetime) -> Voyage:
        same = replace(journey, line=0)
        if same not in self._voyages:
            value, problems = voyage_of(journey, self._home.country, said_at.date())
            self.problems += problems
            self._voyages[same] = travellers.save_voyage(
                self._tx.connection,
                key_of(self._tx.connection, value),
                value,
                said_at if len(journey.departure) > _DAY else None,
                said_at if len(journey.arrival) > _DAY else None,
            )
        return self._voyages[same]

    def _unit(self, own: Unit) -> str:
        if own not in self._units:
            found = conveyances.find_or_add(
                self._tx, own.kind, own.identifier, own.country, own.name
            )
            self._units[own] = found.id
        return self._units[own]

    # --- storing ----------------------------------------------------------------------------------

    def _put(self, made: Sequence[Consignment], before: Mapping[str, Consignment]) -> None:
        changed = [own for own in made if before.get(own.id) != own]
        keyed = [(own, self._new.get(own.id, "")) for own in changed]
        consignments.put_all(self._tx, keyed, due_for=self._cause.due_for)
        examinations.release_cancelled(self._tx, [own.id for own in changed if own.cancelled])
        if self._cause.again:
            consignments.mark_due(self._tx, [own.id for own in made], self._cause.due_for)
        conveyances.find_goods(
            self._tx, _numbers(changed, self._tx.at), self._life, due_for=self._cause.due_for
        )
        self._follow_masters(made, before)
        self._follow_voyages()
        voyages = {own.id: own for own in self._voyages.values()}
        moved = [own for own in changed if own.voyage_id in voyages and own.containers]
        units = boxes.find_or_add(
            self._tx, (use.number for own in changed for use in own.containers)
        )
        found = {
            key: value
            for own in moved
            if not own.cancelled
            for key, value in goods_boxes.movements(own, voyages[own.voyage_id or ""], units)
        }
        olds = (before[own.id] for own in changed if own.id in before)
        left = {pair for old in olds for pair in goods_boxes.brought(old)}
        now = {pair for own in changed for pair in goods_boxes.brought(own)}
        boxes.drop_movements(self._tx, left - now)
        boxes.put_movements(self._tx, list(found.items()), self._cause.due_for)

    def _follow_voyages(self) -> None:
        """Tells goods of which others told when their voyage is due now."""
        for voyage in self._voyages.values():
            for direction in (Direction.ENTRY, Direction.EXIT):
                due_at = _due_at(voyage, direction)
                if due_at is not None:
                    consignments.follow_voyage(
                        self._tx, voyage.id, direction, due_at, self._cause.due_for
                    )

    def _follow_masters(
        self, made: Sequence[Consignment], before: Mapping[str, Consignment]
    ) -> None:
        """Makes house bills anew whose master travels otherwise than before."""
        moved = {
            own.reference
            for own in made
            if own.voyage_id
            and own.reference
            and carriage_of(own) != carriage_of(before.get(own.id))
        }
        houses = consignments.ids_under_masters(self._tx.connection, moved)
        houses -= {own.id for own in made}
        if houses:
            records = goods_records.of_subjects(self._tx.connection, Said.CONSIGNMENT, houses)
            self.assemble(records, {})


def _standing(said: Sequence[_Told]) -> Iterator[_Told]:
    """Of each key and type of message what was said last, unless the key was taken back; what was
    said before a replacement does not count."""
    seen: set[tuple[str, str]] = set()
    ended: set[str] = set()
    for own, told in said:
        if own.key in ended or (own.key, own.message_type) in seen:
            continue
        seen.add((own.key, own.message_type))
        if told.cancels or told.declared.action == "replace":
            ended.add(own.key)
        if not told.cancels:
            yield own, told


def _numbers(told: Iterable[Consignment], now: datetime) -> dict[str, tuple[str, datetime]]:
    """The consignments that stand, by the numbers that others may name them by, and when each is
    due, was declared, or came to be known."""
    return {
        number: (own.id, own.due_at or (own.declaration.lodged_at if own.declaration else now))
        for own in told
        if not own.cancelled
        for number in (own.reference, own.declaration.reference if own.declaration else "")
        if number
    }


def _due_at(voyage: Voyage | None, direction: Direction) -> datetime | None:
    """When goods come or leave: by their own direction, for a voyage may go on."""
    if voyage is None:
        return None
    return (voyage.leaves_at if direction is Direction.EXIT else None) or voyage.due_at
