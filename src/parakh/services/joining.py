"""Makes travellers of a voyage's records: who they are, what is known of each, who still comes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from parakh.domain.ids import new_id
from parakh.domain.traveller import Standing, Traveller
from parakh.normalise.assemble import traveller_of
from parakh.normalise.fold import Act, Said, fold, standing
from parakh.normalise.join import SourceKind, Statement, joined
from parakh.store import assessments, links, records, rule_hits, travellers
from parakh.store.database import Tx
from parakh.store.records import Held, NewRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class Fresh:
    """A record that was just read.

    Attributes:
        value: what it says, normalised.
        carrier: whose master crew list it stands in, if it is about no voyage.
        formerly: whose it was when it was read before.
    """

    record: NewRecord
    statement: Statement
    value: Traveller
    carrier: str = ""
    formerly: str | None = None


@dataclass(frozen=True, order=True, slots=True)
class Scope:
    """Within what records are joined: one voyage, or the master crew lists of one carrier."""

    voyage_id: str
    carrier: str = ""

    @classmethod
    def of(cls, held: Held) -> "Scope | None":
        """Where a stored record belongs; None for what other systems said."""
        if held.voyage_id is not None:
            return cls(held.voyage_id)
        listed = held.statement.kind is SourceKind.PAXLST
        return cls("", held.carrier) if listed else None

    def records(self, connection: sa.Connection) -> list[Held]:
        """All that is known within it."""
        if self.voyage_id:
            return records.of_voyage(connection, self.voyage_id)
        return records.of_roster(connection, self.carrier)

    def acts(self, connection: sa.Connection) -> list[Act]:
        """What was done to the voyage as a whole."""
        return records.acts_of(connection, self.voyage_id) if self.voyage_id else []


@dataclass(frozen=True, kw_only=True, slots=True)
class _Person:
    """One traveller: his records in message order, and his lasting identifier."""

    id: str
    statements: tuple[Statement, ...]


def rejoin(
    tx: Tx,
    scope: Scope,
    fresh: Sequence[Fresh],
    forgotten: Sequence[Held] = (),
    due_for: str | None = None,
) -> None:
    """Joins what was just read with all that is known within a scope, and stores the outcome.

    The outcome is a function of all the records of the scope, so that messages may come in any
    order and any number of times. `forgotten` are records that an earlier reading of the same
    messages had stored. A traveller keeps his identifier as long as his first record does. Who is
    not what he was before must be screened with the message `due_for`.
    """
    connection = tx.connection
    known = scope.records(connection)
    # Whoever screens them holds them before their vetting rows, so both would wait otherwise.
    travellers.lock(connection, [own.traveller_id for own in (*known, *forgotten)])
    groups = joined([*(own.statement for own in known), *(own.statement for own in fresh)])
    owner = {own.statement.id: own.traveller_id for own in known}
    formerly = owner | {own.record.id: own.formerly for own in fresh if own.formerly}
    persons = _lasting(groups, formerly)
    acts = by_locator(scope.acts(connection))

    before = _members([*known, *forgotten])
    changed = [one for one in persons if before.get(one.id) != {own.id for own in one.statements}]
    _save_changed(connection, scope.voyage_id, changed, fresh, acts, due_for)
    _save_records(connection, persons, owner, fresh)
    if scope.voyage_id:
        _save_standings(connection, scope.voyage_id, persons, acts)
    _leave(tx, persons, [*known, *forgotten], fresh)


def _lasting(groups: Iterable[tuple[Statement, ...]], formerly: dict[str, str]) -> list[_Person]:
    """Each keeps the identifier that his earliest records bore, unless an earlier one took it."""
    taken: set[str] = set()
    persons = []
    for statements in groups:
        borne = (formerly[own.id] for own in statements if own.id in formerly)
        own_id = next((one for one in borne if one not in taken), None) or new_id()
        taken.add(own_id)
        persons.append(_Person(id=own_id, statements=statements))
    return persons


def _members(held: Iterable[Held]) -> dict[str, set[str]]:
    members: dict[str, set[str]] = {}
    for own in held:
        members.setdefault(own.traveller_id, set()).add(own.statement.id)
    return members


def by_locator(acts: Iterable[Act]) -> dict[str, list[Act]]:
    """Acts on the whole voyage under "", acts on bookings under their locators."""
    found: dict[str, list[Act]] = {"": []}
    for act in acts:
        found.setdefault(act.locator, []).append(act)
    return found


def acts_on(statements: Iterable[Statement], acts: dict[str, list[Act]]) -> list[Act]:
    """Those that concern the person of whom these records speak."""
    locators = {locator for own in statements for locator in own.marks.locators}
    return [act for key in ("", *sorted(locators)) for act in acts.get(key, ())]


def _save_changed(
    connection: sa.Connection,
    voyage_id: str,
    changed: Sequence[_Person],
    fresh: Sequence[Fresh],
    acts: dict[str, list[Act]],
    due_for: str | None,
) -> None:
    """Folds the values of those of whom other records tell than before."""
    values = {own.record.id: own.value for own in fresh}
    stored = {own.id: own for one in changed for own in one.statements if own.id not in values}
    for record_id, declared in records.declared(connection, stored).items():
        day = stored[record_id].received_at.date()
        values[record_id] = traveller_of(declared, voyage_id, day)
    folded = [
        replace(
            fold(
                [Said(statement=own, value=values[own.id]) for own in one.statements],
                acts_on(one.statements, acts),
            ),
            id=one.id,
            voyage_id=voyage_id,
        )
        for one in changed
    ]
    travellers.save_travellers(connection, folded, due_for)


def _save_records(
    connection: sa.Connection,
    persons: Sequence[_Person],
    owner: dict[str, str],
    fresh: Sequence[Fresh],
) -> None:
    now = {own.id: one.id for one in persons for own in one.statements}
    records.insert(connection, [(own.record, now[own.record.id]) for own in fresh])
    moved = {key: now[key] for key, traveller_id in owner.items() if now[key] != traveller_id}
    records.assign(connection, moved)


def _save_standings(
    connection: sa.Connection,
    voyage_id: str,
    persons: Sequence[_Person],
    acts: dict[str, list[Act]],
) -> None:
    """Who comes is expected at the border, and nobody else."""
    held = travellers.standings_of(connection, voyage_id)
    now = {one.id: standing(one.statements, acts_on(one.statements, acts)) for one in persons}
    travellers.set_standings(
        connection, {key: value for key, value in now.items() if held.get(key) is not value}
    )
    travellers.unexpect(connection, [key for key, value in now.items() if not value.comes])
    voyage = travellers.get_voyage(connection, voyage_id)
    coming = [key for key, value in now.items() if value.comes]
    travellers.expect_crossings(connection, coming, voyage)
    travellers.set_called_off(connection, voyage_id, _called_off(acts[""], now.values()))


def _called_off(acts: Iterable[Act], standings: Iterable[Standing]) -> bool:
    """Whether the voyage was called off, and nobody announced for it since."""
    cancelled = any(act.action == "cancel" for act in acts)
    return cancelled and not any(value.comes for value in standings)


def _leave(
    tx: Tx,
    persons: Sequence[_Person],
    held: Iterable[Held],
    fresh: Iterable[Fresh],
) -> None:
    """Who has no record any more is another traveller now, or is no longer expected."""
    connection = tx.connection
    now = {own.id: one.id for one in persons for own in one.statements}
    lasting = {one.id for one in persons}
    told = [(own.traveller_id, own.statement.id) for own in held]
    told += [(own.formerly, own.record.id) for own in fresh if own.formerly is not None]
    heirs: dict[str, str | None] = {}
    for old_id, record_id in told:
        if old_id not in lasting:
            heirs[old_id] = heirs.get(old_id) or now.get(record_id)
    for old_id, heir in heirs.items():
        if heir is not None:
            assessments.rehome(connection, old_id, heir)
            rule_hits.follow_subject(tx, heir)
            travellers.take_over_crossing(connection, old_id, heir)
            travellers.mark_joined(connection, old_id, heir)
    travellers.unexpect(connection, heirs)
    links.forget(connection, heirs)
