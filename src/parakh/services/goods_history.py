"""Counts what consignments say of parties, values and ways, and learns what was found.

See `parakh.store.goods_history` for why it is counted, and how the counts are kept right.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import exp, floor, log

import sqlalchemy as sa

from parakh.domain.consignment import Consignment, Item, Party
from parakh.store import consignments, examinations
from parakh.store import goods_history as store
from parakh.store.database import Tx
from parakh.store.goods_history import Counted, Tally

STEPS = 20
"""Values a kilogram are counted by their logarithm, so many steps to a factor of e: 5% each."""

_OVERLAP = timedelta(hours=1)
"""Outcomes are looked for again from so long before the last one: another transaction may have
told of one meanwhile."""

_CODE = 6
"""Figures of the Harmonized System that all countries share (WCO HS Convention, article 3)."""


def day_of(own: Consignment, at: datetime) -> date:
    """The day of which a consignment is: of its declaration, else when it was due; none to come."""
    lodged = own.declaration.lodged_at if own.declaration else None
    told = lodged or own.due_at or at
    return min(told, at).astimezone(UTC).date()


def count(tx: Tx, told: Sequence[Consignment]) -> None:
    """Counts consignments, new or changed; those that were taken back count no more."""
    ids = [own.id for own in told]
    known = store.counted(tx.connection, ids)
    found = examinations.found_of(tx.connection, ids)
    now = [_counted(own, known.get(own.id), found.get(own.id), tx.at) for own in told]
    _replace(tx, known, now)


def learn(tx: Tx) -> int:
    """Takes in the outcomes that were told since the last time; gives how many were new."""
    known, found = unlearnt(tx.connection, tx.at)
    if known:
        now = [_learnt(own, found[key], tx.at.date()) for key, own in known.items()]
        _replace(tx, known, now)
    return len(known)


def unlearnt(
    connection: sa.Connection, at: datetime
) -> tuple[dict[str, Counted], Mapping[str, bool]]:
    """Consignments of which something else was told than is counted, and what was."""
    until = store.learnt_until(connection)
    since = datetime.min.replace(tzinfo=UTC) if until is None else until - _OVERLAP
    found = examinations.found(connection, since, at + _OVERLAP)
    known = store.counted(connection, found)
    return {key: own for key, own in known.items() if own.found is not found[key]}, found


def party_role(party: Party) -> tuple[str, str]:
    """By what a party is counted in its role."""
    return consignments.party_key(party), party.role.value


def value_key(item: Item) -> str | None:
    """By what values a kilogram are compared: the code's first six figures and the origin."""
    if len(item.hs_code) < _CODE or item.origin is None:
        return None
    return f"{item.hs_code[:_CODE]}|{item.origin}"


def value_per_kg(item: Item) -> float | None:
    """In the centre's currency, by the net mass, else the gross mass; None where it is not
    known."""
    mass = item.net_kg or item.gross_kg
    if item.value is None or not mass or mass <= 0:
        return None
    return float(item.value) / mass


def step_of(value: float) -> int:
    """The step in which a value a kilogram is counted."""
    return floor(log(value) * STEPS)


def median(counts: Mapping[str, int]) -> float | None:
    """The middle of counted values, to 5%; None for none."""
    total, passed = sum(counts.values()), 0
    for step, n in sorted((int(step), n) for step, n in counts.items()):
        passed += n
        if passed * 2 >= total > 0:
            return exp((step + 0.5) / STEPS)
    return None


def way_of(own: Consignment) -> str:
    """The ports of a consignment's way in their order; "" where fewer than two are told."""
    ports = own.route or tuple(filter(None, (own.loading_port, own.discharge_port)))
    return ">".join(ports)[: store.MARK_LENGTH] if len(ports) > 1 else ""


def way_keys(own: Consignment) -> set[str]:
    """By what ways are compared: chapter and origin of the goods."""
    return {f"{item.chapter}|{item.origin}" for item in own.items if item.chapter and item.origin}


def year_of(day: date) -> date:
    """The day under which a year's values and ways are counted."""
    return day.replace(month=1, day=1)


# --- within -------------------------------------------------------------------------------------


def _counted(own: Consignment, before: Counted | None, found: bool | None, at: datetime) -> Counted:
    day = before.day if before else day_of(own, at)
    value = Counted(
        consignment_id=own.id,
        day=day,
        told=() if own.cancelled and found is None else tuple(_told(own, day)),
        found=before.found if before else None,
        found_on=before.found_on if before else None,
    )
    if found is not None and found is not value.found:
        return _learnt(value, found, at.date())
    return value


def _learnt(own: Counted, found: bool, day: date) -> Counted:
    return replace(own, found=found, found_on=own.found_on or day)


def _told(own: Consignment, day: date) -> Iterable[Tally]:
    for key, role in sorted({party_role(party) for party in own.parties}):
        yield Tally(store.PARTY, key, role, day)
    year = year_of(day)
    for item in own.items:
        key_, value = value_key(item), value_per_kg(item)
        if key_ and value and value > 0:
            yield Tally(store.VALUE, key_, str(step_of(value)), year)
    way = way_of(own)
    if way:
        for key in sorted(way_keys(own)):
            yield Tally(store.WAY, key, way, year)
    for unit in sorted(_units(own)):
        yield Tally(store.UNIT, unit, "", day)


def _units(own: Consignment) -> set[str]:
    units = {used.number for used in own.containers}
    return units | ({own.conveyance_id} if own.conveyance_id else set())


def _effect(own: Counted) -> Counter[Tally]:
    """By how much a consignment changes the counts."""
    effect = Counter(tally for tally in own.told if tally.what != store.UNIT)
    if own.found is None or own.found_on is None:
        return effect
    for tally in own.told:
        if tally.what == store.PARTY:
            effect[tally._replace(what=store.EXAMINED, day=own.found_on)] += 1
        if own.found and tally.what in (store.PARTY, store.UNIT):
            what = store.FOUND if tally.what == store.PARTY else store.UNIT
            effect[tally._replace(what=what, day=own.found_on)] += 1
    return effect


def _replace(tx: Tx, before: Mapping[str, Counted], now: Sequence[Counted]) -> None:
    changes: Counter[Tally] = Counter()
    for own in now:
        changes.update(_effect(own))
    for old in before.values():
        changes.subtract(_effect(old))
    store.replace(tx, [own for own in now if own != before.get(own.consignment_id)], changes)
