"""What is known of goods and of units, each kind of thing read when it is first asked for."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import sqlalchemy as sa

from parakh.domain.cargo import CargoScore
from parakh.domain.consignment import Consignment, Party
from parakh.domain.conveyance import Conveyance, ConveyanceKind, Movement
from parakh.domain.selectivity import LaneDecision, TrustedTrader
from parakh.screen.cargo_lines import Tokeniser
from parakh.screen.screener import ConsignmentSubject
from parakh.services import goods_history as history
from parakh.store import cargo, conveyances, enforcement, selectivity, trusted_traders
from parakh.store import goods_history as store
from parakh.store.batches import batches
from parakh.store.goods_history import Counted, Load

YEAR = timedelta(days=365)
_WATCHED = timedelta(days=90)
_LOADED = timedelta(days=30)
"""So long goods in one container count as on one way."""

_DAY = timedelta(days=1)


class UnitFacts:
    """Facts of some conveyances at a moment.

    `home` is the centre's own country (alpha-3), "" where it is not known.
    """

    def __init__(
        self, connection: sa.Connection, units: Iterable[Conveyance], at: datetime, home: str
    ) -> None:
        self.at = at
        self.home = home
        self._connection = connection
        self._units = {own.id: own for own in units}

    def movements_of(self, unit_id: str) -> Sequence[Movement]:
        """Its movements of the last 90 days and more, the newest first."""
        return self._movements.get(unit_id, ())

    def crossed_before(self, unit_id: str) -> datetime | None:
        """Its newest crossing before those."""
        return self._earlier.get(unit_id)

    def carried_by(self, unit_id: str) -> Sequence[tuple[str, datetime]]:
        """Directions and moments of goods that are declared on it."""
        return self._carried.get(unit_id, ())

    def loads_of(self, number: str) -> Sequence[Load]:
        """What a container carried in the last 30 days."""
        return self.containers.loads_of(number)

    def co_loaded_found(self, number: str) -> bool:
        """Whether something was found in what a container carried, or beside it."""
        return self.containers.found_beside(number)

    def findings_of(self, own: Conveyance) -> int:
        """How often something was found in it within a year."""
        number = own.identifier if own.kind is ConveyanceKind.CONTAINER else own.id
        return self._findings[number]

    @cached_property
    def containers(self) -> "ContainerFacts":
        """What is known of those of them that are containers."""
        numbers = (
            own.identifier for own in self._units.values() if own.kind is ConveyanceKind.CONTAINER
        )
        return ContainerFacts(self._connection, numbers, self.at)

    @cached_property
    def _since(self) -> datetime:
        return self.at - _WATCHED

    @cached_property
    def _movements(self) -> Mapping[str, list[Movement]]:
        # A unit whose movement is told late is looked at as it was then.
        found: dict[str, list[Movement]] = {}
        for some in batches(self._units):
            found |= conveyances.movements(self._connection, some, self._since - _WATCHED)
        return found

    @cached_property
    def _earlier(self) -> Mapping[str, datetime]:
        return store.last_crossings(self._connection, self._units, self._since)

    @cached_property
    def _carried(self) -> Mapping[str, list[tuple[str, datetime]]]:
        vehicles = [own.id for own in self._units.values() if own.kind is ConveyanceKind.VEHICLE]
        since, until = self._since - _WATCHED, self.at + _LOADED
        return store.carrying(self._connection, vehicles, since, until)

    @cached_property
    def _findings(self) -> Counter[str]:
        keys = [
            own.identifier if own.kind is ConveyanceKind.CONTAINER else own.id
            for own in self._units.values()
        ]
        return findings(self._connection, keys, self.at)


class ContainerFacts:
    """What some containers carried, by their numbers."""

    def __init__(self, connection: sa.Connection, numbers: Iterable[str], at: datetime) -> None:
        self._connection = connection
        self._numbers = set(numbers)
        self._at = at

    def loads_of(self, number: str) -> Sequence[Load]:
        """What a container carried in the last 30 days."""
        return self._loads.get(number, ())

    def found_beside(self, number: str, but: str = "") -> bool:
        """Whether something was found in any of it, or in a container under one bill with it; what
        one consignment (`but`) contained itself does not count."""
        ids = {own.consignment_id for own in self.loads_of(number)}
        numbers = {own for one in ids for own in self._beside.get(one, ())} | {number}
        return any(found != but for own in numbers for found in self._found.get(own, ()))

    @cached_property
    def _loads(self) -> Mapping[str, list[Load]]:
        return _by_number(self._read(self._numbers))

    @cached_property
    def _beside(self) -> Mapping[str, set[str]]:
        """The containers of each consignment that was in one of ours."""
        ids = {own.consignment_id for some in self._loads.values() for own in some}
        found: defaultdict[str, set[str]] = defaultdict(set)
        told = store.containers_of(self._connection, ids)
        for consignment_id, number in told:
            found[consignment_id].add(number)
        return found

    @cached_property
    def _found(self) -> Mapping[str, set[str]]:
        """By container, the consignments in it in which something was found."""
        numbers = self._numbers.union(*self._beside.values())
        told: defaultdict[str, set[str]] = defaultdict(set)
        for own in self._read(numbers, found=True):
            told[own.number].add(own.consignment_id)
        return told

    def _read(self, numbers: Iterable[str], *, found: bool = False) -> list[Load]:
        since = self._at - _LOADED
        return store.loads(self._connection, numbers, since, self._at, found=found)


@dataclass(frozen=True, kw_only=True, slots=True)
class PartyPast:
    """What is known of a party in its role before a consignment."""

    first_time: bool
    days_known: int
    consignments: int
    examined: int
    found: int


class GoodsFacts:
    """Facts of some consignments at a moment.

    `scores` are those of the cargo model that are not stored yet; without a `tokeniser` nobody can
    say which words fit.
    """

    def __init__(
        self,
        connection: sa.Connection,
        subjects: Sequence[ConsignmentSubject],
        at: datetime,
        home: str,
        scores: Mapping[str, CargoScore],
        tokeniser: Tokeniser | None,
    ) -> None:
        self.subjects = subjects
        self.at = at
        self._connection = connection
        self._tokeniser = tokeniser
        self._scores = scores
        carriers = {own.conveyance.id: own.conveyance for own in subjects if own.conveyance}
        self.carriers = UnitFacts(connection, carriers.values(), at, home)
        self.boxes = UnitFacts(connection, self._boxes.values(), at, home)

    def fits(self, own: Consignment) -> Sequence[bool | None]:
        """For each item, whether the words of its description are at home in its heading."""
        return self._fits.get(own.id) or [None] * len(own.items)

    def day_of(self, own: Consignment) -> date:
        """The day of which a consignment is."""
        known = self._counted.get(own.id)
        return known.day if known else history.day_of(own, self.at)

    def past_of(self, own: Consignment, party: Party) -> PartyPast:
        """A party's consignments of earlier days, and what was found in them until now."""
        key, day, known = history.party_role(party), self.day_of(own), self._counted.get(own.id)
        first = self._firsts.get(key, day)
        # What was found in this one says nothing of those before it.
        told = known is not None and known.found_on is not None and known.found_on <= self._today
        examined, found = int(told), int(told and known is not None and known.found is True)
        return PartyPast(
            first_time=first >= day,
            days_known=max(0, (day - first).days),
            consignments=self._before[day].get(key, 0),
            examined=max(0, self._examined.get(key, 0) - examined),
            found=max(0, self._found.get(key, 0) - found),
        )

    def values_of(self, key: str | None) -> Counter[str]:
        """Values a kilogram of a code and origin, this year and the last."""
        return self._values.get(key or "", Counter())

    def ways_of(self, key: str) -> Counter[str]:
        """The ways of a chapter and origin, this year and the last."""
        return self._ways.get(key, Counter())

    def score_of(self, own: Consignment) -> CargoScore | None:
        """What the cargo model says of a consignment."""
        return self._scores.get(own.id) or self._stored.get(own.id)

    def lane_of(self, own: Consignment) -> LaneDecision | None:
        """The lane that a consignment has."""
        return self._lanes.get(own.id)

    def box(self, number: str) -> Conveyance | None:
        """A container among conveyances."""
        return self._boxes.get(number)

    def trusts(self, party: Party) -> bool:
        """Whether a party is an authorised economic operator in its role."""
        traders = self._traders.get(party.identifier, ()) if party.identifier else ()
        return any(
            own.in_force(self.at) and (not own.roles or party.role.value in own.roles)
            for own in traders
        )

    def findings_in(self, number: str) -> int:
        """How often something was found in a container within a year."""
        return self._findings[number]

    # --- what is read ---------------------------------------------------------------------------

    @cached_property
    def _fits(self) -> Mapping[str, Sequence[bool | None]]:
        if self._tokeniser is None:
            return {}
        # Here, because scoring needs the centre, which has the rules, which need these facts.
        from parakh.services import cargo_scoring

        return cargo_scoring.fits(self._connection, self._tokeniser, self.subjects, self.at)

    @cached_property
    def containers(self) -> ContainerFacts:
        """What their containers carried."""
        return ContainerFacts(self._connection, self._numbers, self.at)

    @property
    def _today(self) -> date:
        return self.at.astimezone(UTC).date()

    @cached_property
    def _ids(self) -> list[str]:
        return [own.consignment.id for own in self.subjects]

    @cached_property
    def _numbers(self) -> set[str]:
        return {used.number for own in self.subjects for used in own.consignment.containers}

    @cached_property
    def _boxes(self) -> Mapping[str, Conveyance]:
        ids = store.unit_ids(self._connection, self._numbers)
        return {
            number: Conveyance(id=own, kind=ConveyanceKind.CONTAINER, identifier=number)
            for number, own in ids.items()
        }

    @cached_property
    def _counted(self) -> Mapping[str, Counted]:
        return store.counted(self._connection, self._ids)

    @cached_property
    def _keys(self) -> set[str]:
        return {
            history.party_role(one)[0] for own in self.subjects for one in own.consignment.parties
        }

    @cached_property
    def _firsts(self) -> Mapping[tuple[str, str], date]:
        return store.first_days(self._connection, store.PARTY, self._keys)

    @cached_property
    def _before(self) -> Mapping[date, Mapping[tuple[str, str], int]]:
        """By day of some of the consignments, how many their parties had in the year before."""
        keys: defaultdict[date, set[str]] = defaultdict(set)
        for own in self.subjects:
            parties = own.consignment.parties
            keys[self.day_of(own.consignment)].update(history.party_role(one)[0] for one in parties)
        return {
            day: store.sums(self._connection, store.PARTY, some, day - YEAR, day)
            for day, some in keys.items()
        }

    @cached_property
    def _examined(self) -> Mapping[tuple[str, str], int]:
        return self._of_year(store.EXAMINED)

    @cached_property
    def _found(self) -> Mapping[tuple[str, str], int]:
        return self._of_year(store.FOUND)

    def _of_year(self, what: str) -> Mapping[tuple[str, str], int]:
        today = self._today
        return store.sums(self._connection, what, self._keys, today - YEAR, today + _DAY)

    @cached_property
    def _values(self) -> Mapping[str, Counter[str]]:
        items = (item for own in self.subjects for item in own.consignment.items)
        keys = {key for item in items if (key := history.value_key(item))}
        return self._of_two_years(store.VALUE, keys)

    @cached_property
    def _ways(self) -> Mapping[str, Counter[str]]:
        keys = {key for own in self.subjects for key in history.way_keys(own.consignment)}
        return self._of_two_years(store.WAY, keys)

    def _of_two_years(self, what: str, keys: Iterable[str]) -> Mapping[str, Counter[str]]:
        since = history.year_of(history.year_of(self._today) - _DAY)
        return store.by_key(self._connection, what, keys, since, self._today + _DAY)

    @cached_property
    def _stored(self) -> Mapping[str, CargoScore]:
        return cargo.scores_of(
            self._connection, [own for own in self._ids if own not in self._scores]
        )

    @cached_property
    def _lanes(self) -> Mapping[str, LaneDecision]:
        return selectivity.lanes_of(self._connection, self._ids)

    @cached_property
    def _traders(self) -> Mapping[str, list[TrustedTrader]]:
        parties = (one for own in self.subjects for one in own.consignment.parties)
        numbers = {one.identifier for one in parties if one.identifier}
        return trusted_traders.by_identifier(self._connection, numbers)

    @cached_property
    def _findings(self) -> Counter[str]:
        return findings(self._connection, self._numbers, self.at)


def findings(connection: sa.Connection, units: Iterable[str], at: datetime) -> Counter[str]:
    """How often something was found in units within a year, by container number or conveyance.

    What other posts seized in a unit counts where more of it is known than of its goods.
    """
    keys = list(units)
    today = at.astimezone(UTC).date()
    told = store.sums(connection, store.UNIT, keys, today - YEAR, today + _DAY)
    found = Counter({key: n for (key, _), n in told.items()})
    named: dict[str, str] = {}
    for some in batches(keys):
        known = conveyances.by_ids(connection, some).values()
        named |= {own.id: own.identifier for own in known}
    numbers = [named.get(key, key) for key in keys]
    seized = enforcement.findings(connection, numbers, at - YEAR, at)
    return found | Counter({key: seized.get(named.get(key, key), 0) for key in keys})


def _by_number(loads: Iterable[Load]) -> Mapping[str, list[Load]]:
    found: defaultdict[str, list[Load]] = defaultdict(list)
    for own in loads:
        found[own.number].append(own)
    return found
