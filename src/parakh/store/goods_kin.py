"""What consignments have in common with others, and who told of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from parakh.domain.alert import OutcomeKind
from parakh.domain.consignment import Consignment, Party
from parakh.domain.conveyance import MovementKind
from parakh.domain.profile import FactKind, ProfileState, Scheme
from parakh.store import consignments
from parakh.store.batches import batches
from parakh.store.tables import (
    consignment,
    consignment_container,
    consignment_party,
    exam_order,
    goods_record,
    message,
    movement,
    outcome,
    part,
    profile,
    profile_fact,
)

Ports = Collection[str] | None
"""The ports in view; None for all."""

_LATELY = timedelta(days=365)


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """That a message told of something, where in it and when its sender said so."""

    message_id: str
    message_type: str
    source: str
    line: int
    said_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """What one examination of a consignment came to."""

    id: str
    consignment_id: str
    kind: OutcomeKind
    note: str
    by: str
    at: datetime


def said(connection: sa.Connection, subject_id: str) -> list[Said]:
    """The messages that told of a consignment or movement, the newest first."""
    query = (
        sa.select(
            part.c.message_id,
            part.c.message_type,
            message.c.source_name,
            goods_record.c.line,
            goods_record.c.said_at,
        )
        .join(part, part.c.id == goods_record.c.part_id)
        .join(message, message.c.id == part.c.message_id)
        .where(goods_record.c.subject_id == subject_id)
        .order_by(goods_record.c.said_at.desc(), goods_record.c.id.desc())
    )
    return [
        Said(**dict(zip(Said.__slots__, row, strict=True))) for row in connection.execute(query)
    ]


def of_party(
    connection: sa.Connection,
    own: Party,
    since: datetime,
    most: int,
    ports: Ports = None,
) -> list[Consignment]:
    """The newest consignments of a party in its role; `ports` are those in view, None for all."""
    mine = _of_party(own, since).where(*_at(ports))
    mine = mine.order_by(consignment.c.known_at.desc()).limit(most)
    return _in_order(connection, connection.execute(mine).scalars())


def of_numbers(
    connection: sa.Connection, numbers: Collection[str], since: datetime, most: int
) -> list[Consignment]:
    """The newest consignments with a party that bears one of some numbers, in whatever role."""
    query = (
        sa.select(consignment.c.id)
        .join(consignment_party, consignment_party.c.consignment_id == consignment.c.id)
        .where(consignment_party.c.identifier.in_(list(numbers)), consignment.c.known_at >= since)
        .group_by(consignment.c.id, consignment.c.known_at)
        .order_by(consignment.c.known_at.desc())
        .limit(most)
    )
    return _in_order(connection, connection.execute(query).scalars())


def examined(connection: sa.Connection, ids: Collection[str]) -> list[Examined]:
    """What examinations of some consignments came to, as far as it stands."""
    later = outcome.alias("later")
    query = (
        sa.select(
            outcome.c.id,
            exam_order.c.consignment_id,
            outcome.c.kind,
            outcome.c.note,
            outcome.c.by,
            outcome.c.at,
        )
        .join(exam_order, exam_order.c.id == outcome.c.examination_id)
        .where(
            exam_order.c.consignment_id.in_(list(ids)),
            ~sa.exists().where(later.c.corrects == outcome.c.id),
        )
    )
    return [
        Examined(
            id=row.id,
            consignment_id=row.consignment_id,
            kind=OutcomeKind(row.kind),
            note=row.note,
            by=row.by,
            at=row.at,
        )
        for row in connection.execute(query)
    ]


def of_containers(
    connection: sa.Connection,
    numbers: Collection[str],
    since: datetime,
    most: int,
    ports: Ports = None,
) -> list[Consignment]:
    """The newest consignments that were in one of some containers, at ports in view."""
    query = (
        sa.select(consignment.c.id)
        .join(consignment_container, consignment_container.c.consignment_id == consignment.c.id)
        .where(
            consignment_container.c.number.in_(list(numbers)),
            consignment.c.known_at >= since,
            *_at(ports),
        )
        .group_by(consignment.c.id, consignment.c.known_at)
        .order_by(consignment.c.known_at.desc())
        .limit(most)
    )
    return _in_order(connection, connection.execute(query).scalars())


def carried(
    connection: sa.Connection, conveyance_id: str, most: int, ports: Ports = None
) -> list[Consignment]:
    """The newest consignments that a vessel, aircraft or vehicle carried, at ports in view."""
    told = sa.select(consignment.c.id).where(consignment.c.conveyance_id == conveyance_id)
    moved = sa.select(movement.c.consignment_id).where(
        movement.c.conveyance_id == conveyance_id, movement.c.consignment_id.is_not(None)
    )
    query = (
        sa.select(consignment.c.id)
        .where(consignment.c.id.in_(told.union(moved)), *_at(ports))
        .order_by(consignment.c.known_at.desc())
        .limit(most)
    )
    return _in_order(connection, connection.execute(query).scalars())


def under(
    connection: sa.Connection, own: Consignment, most: int, ports: Ports = None
) -> list[Consignment]:
    """The bills under the same master, at ports in view: of a master its house bills, of a house
    bill the others and the master itself."""
    columns = consignment.c
    if not own.reference and not own.master_reference:
        return []
    master = own.master_reference or own.reference
    # A number stands on other goods after a year.
    known_at = consignments.dates_of(connection, [own.id])[own.id].known_at
    query = (
        sa.select(columns.id)
        .where(
            sa.or_(columns.master_reference == master, columns.reference == master),
            columns.id != own.id,
            columns.known_at > known_at - _LATELY,
            columns.known_at < known_at + _LATELY,
            *_at(ports),
        )
        .order_by(columns.reference)
        .limit(most)
    )
    return _in_order(connection, connection.execute(query).scalars())


def bearers(
    connection: sa.Connection, schemes: Iterable[Scheme], numbers: Collection[str]
) -> dict[str, str]:
    """By number, the profile in force that bears it: the lasting one of those that were merged."""
    query = (
        sa.select(profile_fact.c.value, profile.c.lasting_id)
        .join(profile, profile.c.id == profile_fact.c.profile_id)
        .where(
            profile_fact.c.kind == FactKind.IDENTIFIER.value,
            profile_fact.c.scheme.in_([own.value for own in schemes]),
            profile_fact.c.value.in_(list(numbers)),
            profile_fact.c.withdrawn_at.is_(None),
        )
    )
    found = {row.value: row.lasting_id for row in connection.execute(query)}
    standing = sa.select(profile.c.id).where(
        profile.c.id.in_(set(found.values())), profile.c.state == ProfileState.IN_FORCE.value
    )
    there = set(connection.execute(standing).scalars())
    return {number: own for number, own in found.items() if own in there}


def ports_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, str]:
    """Our port of each of some consignments."""
    own = consignment.c
    return {
        row.id: row.port
        for some in batches(ids)
        for row in connection.execute(sa.select(own.id, own.port).where(own.id.in_(some)))
    }


def ports_of_units(
    connection: sa.Connection, ids: Iterable[str], now: datetime
) -> dict[str, tuple[str, ...]]:
    """Our ports that transport units concern: those of their next calls, then that of the last one.

    They call where they moved and where goods that they carry are due. A unit that was seen inland
    last may come to any port, and of one that never called nobody knows: these are left out.
    """
    calls: dict[str, dict[str, datetime]] = {}
    for some in batches(ids):
        for unit_id, port, at in connection.execute(_calls(some, now - _LATELY)):
            known = calls.setdefault(unit_id, {})
            known[port] = max(at, known.get(port, at))
    found = {}
    for unit_id, known in calls.items():
        to_come = sorted((at, port) for port, at in known.items() if at > now)
        over = [(at, port) for port, at in known.items() if at <= now]
        last = [max(over)[1]] if over else []
        if "" not in last:
            found[unit_id] = tuple(dict.fromkeys([*(port for _, port in to_come), *last]))
    return found


def _calls(ids: Sequence[str], since: datetime) -> sa.Select[Any]:
    """Conveyances with each port, and when they were told of there last; "" for inland."""
    move, own = movement.c, consignment.c
    inland = (move.port == "") & (move.kind == MovementKind.SIGHTING.value)
    moved = sa.select(move.conveyance_id, move.port, move.at).where(
        move.conveyance_id.in_(ids), move.at >= since, (move.port != "") | inland
    )
    due = sa.func.coalesce(own.due_at, own.known_at, type_=own.known_at.type)
    carried = sa.select(own.conveyance_id, own.port, due).where(
        own.conveyance_id.in_(ids), due >= since, own.port != "", ~own.cancelled
    )
    told = moved.union(carried).subquery()
    last = sa.func.max(told.c.at, type_=own.known_at.type)
    return sa.select(told.c.conveyance_id, told.c.port, last).group_by(
        told.c.conveyance_id, told.c.port
    )


def _at(ports: Ports) -> list[sa.ColumnElement[bool]]:
    return [] if ports is None else [consignment.c.port.in_(sorted(ports))]


def _of_party(own: Party, since: datetime) -> sa.Select[Any]:
    return (
        sa.select(consignment.c.id)
        .join(consignment_party, consignment_party.c.consignment_id == consignment.c.id)
        .where(
            consignment_party.c.party_key == consignments.party_key(own),
            consignment_party.c.role == own.role.value,
            consignment.c.known_at >= since,
        )
    )


def _in_order(connection: sa.Connection, ids: Iterable[str]) -> list[Consignment]:
    wanted: Sequence[str] = list(ids)
    known = consignments.by_ids(connection, wanted)
    return [known[own] for own in wanted if own in known]
