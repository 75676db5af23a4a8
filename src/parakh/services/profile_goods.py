"""Profiles of organisations and transport units: what begins one, and what happens to it.

A profile tells numbers; whatever bears one of them belongs to it, without anybody adding it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.access import Actor
from parakh.domain.consignment import Consignment
from parakh.domain.conveyance import Conveyance, ConveyanceKind, Movement, MovementKind
from parakh.domain.hit import Kind, Ref
from parakh.domain.ids import made_at
from parakh.domain.phrase import N_, phrase
from parakh.domain.profile import (
    UNIT_SCHEMES,
    Event,
    EventKind,
    Fact,
    FactKind,
    NameKind,
    ProfileKind,
    Scheme,
)
from parakh.errors import NotFound
from parakh.services import profile_words as words
from parakh.store import consignments, conveyances, goods_kin

_DECLARED = N_("Declared as {role} of {number}")
_MOVED = N_("Seen as a transport unit")
_SCHEMES_OF_PARTIES = (Scheme.TAX, Scheme.REGISTRATION)
_KINDS = {
    ConveyanceKind.VEHICLE: ProfileKind.VEHICLE,
    ConveyanceKind.VESSEL: ProfileKind.VESSEL,
    ConveyanceKind.AIRCRAFT: ProfileKind.AIRCRAFT,
    ConveyanceKind.CONTAINER: ProfileKind.CONTAINER,
}

MOST = 500
"""So many consignments of an organisation, and movements of a unit, are told."""


# --- what begins a profile ------------------------------------------------------------------------


def of_party(
    connection: sa.Connection, actor: Actor, ref_id: str
) -> tuple[ProfileKind, str, list[Fact]]:
    """Kind, title and facts from a party, told as `consignment-place` (from 0).

    Raises NotFound where there is none, Forbidden for another port's.
    """
    consignment_id, _, place = ref_id.partition("-")
    own = consignments.get(connection, consignment_id)
    actor.require_port(own.port)
    if not place.isdecimal() or int(place) >= len(own.parties):
        raise NotFound("there is no such party")
    party = own.parties[int(place)]
    source = str(phrase(_DECLARED, role=party.role.value, number=own.name))
    facts = [_fact(FactKind.NAME, party.name, source, NameKind.PRIMARY.value)]
    if party.identifier:
        facts.append(
            _fact(
                FactKind.IDENTIFIER,
                party.identifier,
                source,
                Scheme.TAX.value,
                issuer=party.country or "",
            )
        )
    return ProfileKind.ORGANISATION, party.name, facts


def of_conveyance(connection: sa.Connection, ref_id: str) -> tuple[ProfileKind, str, list[Fact]]:
    """Kind, title and facts from a transport unit; raises NotFound."""
    own = conveyances.get(connection, ref_id)
    source = str(phrase(_MOVED))
    number = _fact(
        FactKind.IDENTIFIER,
        own.identifier,
        source,
        UNIT_SCHEMES[own.kind].value,
        issuer=own.country or "",
    )
    names = [_fact(FactKind.NAME, own.name, source, NameKind.PRIMARY.value)] if own.name else []
    return _KINDS[own.kind], own.name or own.identifier, [*names, number]


def _fact(kind: FactKind, value: str, source: str, scheme: str, issuer: str = "") -> Fact:
    return Fact(
        id="", profile_id="", kind=kind, scheme=scheme, value=value, issuer=issuer, source=source
    )


# --- what happens to one --------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Goods:
    """What bears a number of a profile, and what happened to it."""

    refs: tuple[Ref, ...]
    events: tuple[Event, ...]


def goods(connection: sa.Connection, facts: Iterable[Fact], since: datetime) -> Goods:
    """Consignments, their examinations, and movements of whatever bears a number."""
    numbers: dict[str, set[str]] = {}
    for own in facts:
        if own.kind is FactKind.IDENTIFIER and own.holds:
            numbers.setdefault(own.scheme, set()).add(own.value)
    parties = {value for own in _SCHEMES_OF_PARTIES for value in numbers.get(own.value, ())}
    units = _units(connection, numbers)
    boxes = [own.identifier for own in units if own.kind is ConveyanceKind.CONTAINER]
    told = [
        *(goods_kin.of_numbers(connection, parties, since, MOST) if parties else ()),
        *(goods_kin.of_containers(connection, boxes, since, MOST) if boxes else ()),
    ]
    known = {own.id: own for own in told}
    moved = conveyances.movements(connection, [own.id for own in units], since)
    return Goods(
        refs=(
            *(Ref(kind=Kind.CONSIGNMENT, id=key) for key in known),
            *(Ref(kind=Kind.CONVEYANCE, id=own.id) for own in units),
        ),
        events=(
            *(_consigned(own, parties) for own in known.values()),
            *_examined(connection, known),
            *(_moved(own, one) for own in units for one in moved.get(own.id, [])[:MOST]),
        ),
    )


def _units(connection: sa.Connection, numbers: Mapping[str, set[str]]) -> list[Conveyance]:
    found: list[Conveyance] = []
    for kind, scheme in UNIT_SCHEMES.items():
        if values := numbers.get(scheme.value):
            found += conveyances.named(connection, values, kind)
    return found


def _consigned(own: Consignment, numbers: set[str]) -> Event:
    party = next((one for one in own.parties if one.identifier in numbers), None)
    at = own.declaration.lodged_at if own.declaration else own.due_at
    made = made_at(own.id)
    template = words.CONSIGNED[party.role] if party else words.IN_CONTAINER
    return Event(
        key=f"consignment:{own.id}",
        kind=EventKind.CONSIGNMENT,
        at=at or made,
        known_at=made,
        text=phrase(template, number=own.name),
        note=own.description[:120],
        path=f"/consignments/{own.id}",
        port=own.port,
    )


def _examined(connection: sa.Connection, known: Mapping[str, Consignment]) -> list[Event]:
    return [
        Event(
            key=f"outcome:{one.id}",
            kind=EventKind.EXAMINATION,
            at=one.at,
            known_at=one.at,
            text=phrase(words.CLOSED[one.kind]),
            mark=one.kind.value,
            source=one.by,
            note=one.note,
            path=f"/consignments/{one.consignment_id}",
            port=known[one.consignment_id].port,
        )
        for one in goods_kin.examined(connection, known)
    ]


def _moved(own: Conveyance, one: Movement) -> Event:
    template = words.MOVED[one.kind]
    if one.kind is MovementKind.CROSSING and one.direction is not None:
        template = words.CROSSED[one.direction]
    return Event(
        key=f"movement:{one.id}",
        kind=EventKind.MOVEMENT,
        at=one.at,
        known_at=made_at(one.id),
        text=phrase(template, number=own.identifier, place=one.place),
        path=f"/conveyances/{own.id}",
        port=one.port,
    )
