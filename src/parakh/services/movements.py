"""Takes in where conveyances were: crossings, sightings at inland posts, gate moves, weighings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor
from parakh.domain.conveyance import Movement
from parakh.domain.message import Message, Problem, Severity
from parakh.errors import Unreadable
from parakh.ingest.goods_records import DeclaredMovement
from parakh.normalise.fields import BadField
from parakh.normalise.movements import Moved, moved
from parakh.normalise.plates import Forms, plate_forms
from parakh.services import record_pictures
from parakh.services.centre import Centre
from parakh.services.goods_said import Told, left, note, problem
from parakh.services.recognising import drivers
from parakh.store import conveyances, named_goods, pictures
from parakh.store.codec import DECLARED_MOVEMENT
from parakh.store.conveyances import Named
from parakh.store.database import Tx
from parakh.store.goods_records import GoodsRecord, Said

PICTURE_OWNER = "movement"
"""Kind of owner under which pictures of movements are sealed."""


def save(
    tx: Tx,
    centre: Centre,
    message: Message,
    part_id: str,
    records: Sequence[DeclaredMovement],
    said_at: datetime,
) -> list[Problem]:
    """Stores movements that a part tells of; gives what could not be used of them.

    What is new or changed waits to be screened for this message.
    """
    problems: list[Problem] = []
    told: list[Told] = []
    jpegs: dict[str, bytes] = {}
    forms = plate_forms(centre.settings.plate_file)
    for own in records:
        key = f"{own.source}/{own.reference}"
        try:
            _check(own, message.received_at, forms)
        except BadField as error:
            problems.append(problem(own.line, own.column, error.field, str(error)))
            continue
        if own.picture:
            try:
                jpegs[key] = record_pictures.read(own.picture)
            except Unreadable as error:
                problems.append(
                    problem(own.line, own.column, "picture", str(error), Severity.WARNING)
                )
        data = DECLARED_MOVEMENT.dump(replace(own, picture=""))
        told.append(Told(key=key, line=own.line, data=data))
    held = note(tx, Said.MOVEMENT, part_id, said_at, told)
    mine = {own.key for own in held if own.part_id == part_id}
    _apply(tx, centre, message, held, {key: own for key, own in jpegs.items() if key in mine})
    if records:
        tx.audit("movements.told", "message", message.id, count=len(told), refused=len(problems))
    return problems


def take_back(tx: Tx, centre: Centre, message: Message, ids: Iterable[str]) -> None:
    """Brings movements, part of whose records were forgotten, to what is left of them."""
    found = left(tx, Said.MOVEMENT, ids)
    _drop(tx, [movement_id for movement_id, record in found.items() if record is None])
    _apply(tx, centre, message, [own for own in found.values() if own is not None], {})


def require_shown(connection: sa.Connection, actor: Actor, movement_id: str) -> None:
    """Raises Forbidden for what happened at another port than the actor's."""
    own = conveyances.get_movement(connection, movement_id)
    if own.port:
        actor.require_port(own.port)


def _check(own: DeclaredMovement, now: datetime, forms: Forms) -> None:
    if own.action != "cancelled":
        moved(own, now, forms)


def _apply(
    tx: Tx,
    centre: Centre,
    message: Message,
    records: Sequence[GoodsRecord],
    jpegs: Mapping[str, bytes],
) -> None:
    """Brings movements to what their records say; all of a message are read and written together,
    for a toll plaza sends thousands."""
    said = [(own, DECLARED_MOVEMENT.load(own.data)) for own in records]
    _drop(tx, [own.subject_id for own, declared in said if declared.action == "cancelled"])
    forms = plate_forms(centre.settings.plate_file)
    told = [
        (own, moved(declared, message.received_at, forms))
        for own, declared in said
        if declared.action != "cancelled"
    ]
    before = conveyances.movements_by_key(tx.connection, [own.key for own, _ in told])
    units = conveyances.find_or_add_all(tx, [_named(found) for _, found in told])
    bearers = drivers(tx.connection, [(found.driver, found.at) for _, found in told])
    goods = named_goods.consignments_named(tx.connection, [own.consignment for _, own in told])
    changed = []
    for own, found in told:
        old = before.get(own.key)
        bearer = bearers.get((found.driver, found.at))
        value = Movement(
            id=own.subject_id,
            conveyance_id=units[_named(found)].id,
            kind=found.kind,
            at=found.at,
            place=found.place,
            port=found.port,
            direction=found.direction,
            heading=found.heading,
            gross_kg=found.gross_kg,
            empty=found.empty,
            seal=found.seal,
            goods=found.consignment,
            consignment_id=goods.get(found.consignment),
            driver=found.driver,
            traveller_id=bearer.id if bearer else None,
            picture_id=_picture(tx, centre, own, old, jpegs.get(own.key)),
        )
        if old != value:
            changed.append((own.key, value))
    conveyances.put_movements(tx, changed, due_for=message.id)


def _named(found: Moved) -> Named:
    return Named(found.conveyance_kind, found.identifier, found.country, found.name)


def _picture(
    tx: Tx, centre: Centre, record: GoodsRecord, old: Movement | None, jpeg: bytes | None
) -> str | None:
    """The picture of a movement: the one that came with it now, else the one that it had."""
    known = old.picture_id if old else None
    if jpeg is None:
        return known
    if known is not None:
        pictures.release(tx, record.subject_id)
    until = tx.at + timedelta(days=centre.settings.sighting_picture_days)
    return record_pictures.save(tx, centre, PICTURE_OWNER, record.subject_id, jpeg, until)


def _drop(tx: Tx, ids: Sequence[str]) -> None:
    conveyances.drop_movements(tx, ids)
    for movement_id in ids:
        pictures.release(tx, movement_id)
