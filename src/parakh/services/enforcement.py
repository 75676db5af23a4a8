"""Takes in seizure, suspect and company records of other posts and agencies."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from parakh.domain.enforcement import CompanyRecord, EnforcementRecord
from parakh.domain.message import Message, Problem, Severity
from parakh.errors import Unreadable
from parakh.ingest.goods_records import DeclaredEnforcement
from parakh.normalise.enforcement import record
from parakh.normalise.fields import BadField
from parakh.normalise.plates import plate_forms
from parakh.services import record_pictures
from parakh.services.centre import Centre
from parakh.services.goods_said import Told, left, note, problem
from parakh.store import enforcement as store
from parakh.store import pictures
from parakh.store.codec import DECLARED_ENFORCEMENT
from parakh.store.database import Tx
from parakh.store.goods_records import GoodsRecord, Said

PICTURE_OWNER = "enforcement"
"""Kind of owner under which pictures of records are sealed."""


def save(
    tx: Tx,
    centre: Centre,
    message: Message,
    part_id: str,
    records: Sequence[DeclaredEnforcement],
    said_at: datetime,
) -> list[Problem]:
    """Stores records that a part tells of; gives what could not be used of them."""
    problems: list[Problem] = []
    told: list[Told] = []
    jpegs: dict[str, list[bytes]] = {}
    forms = plate_forms(centre.settings.plate_file)
    for own in records:
        key = f"{own.kind}/{own.source}/{own.reference}"
        try:
            if own.action != "cancelled":
                record(own, "", message.received_at, forms)
        except BadField as error:
            problems.append(problem(own.line, own.column, error.field, str(error)))
            continue
        jpegs[key] = []
        for picture in own.pictures:
            try:
                jpegs[key].append(record_pictures.read(picture))
            except Unreadable as error:
                problems.append(
                    problem(own.line, own.column, "pictures", str(error), Severity.WARNING)
                )
        data = DECLARED_ENFORCEMENT.dump(replace(own, pictures=()))
        told.append(Told(key=key, line=own.line, data=data))
    for held in note(tx, Said.ENFORCEMENT, part_id, said_at, told):
        new = jpegs.get(held.key, []) if held.part_id == part_id else []
        _apply(tx, centre, message, held, new)
    if records:
        count = len(told)
        tx.audit("enforcement.told", "message", message.id, count=count, refused=len(problems))
    return problems


def take_back(tx: Tx, centre: Centre, message: Message, ids: Iterable[str]) -> None:
    """Brings records, part of which was forgotten, to what is left of them."""
    for record_id, held in left(tx, Said.ENFORCEMENT, ids).items():
        if held is None:
            _drop(tx, record_id)
        else:
            _apply(tx, centre, message, held, [])


def _apply(
    tx: Tx, centre: Centre, message: Message, held: GoodsRecord, jpegs: Sequence[bytes]
) -> None:
    declared = DECLARED_ENFORCEMENT.load(held.data)
    if declared.action == "cancelled":
        _drop(tx, held.subject_id)
        return
    forms = plate_forms(centre.settings.plate_file)
    value = record(declared, held.subject_id, message.received_at, forms)
    store.put(tx, held.key, _pictured(tx, centre, value, jpegs))


def _pictured(
    tx: Tx, centre: Centre, value: EnforcementRecord, jpegs: Sequence[bytes]
) -> EnforcementRecord:
    """With its pictures: the new ones in the place of those before, which stay without new ones."""
    if isinstance(value, CompanyRecord):
        return value
    before = store.find(tx.connection, value.id)
    if not jpegs:
        kept = () if before is None or isinstance(before, CompanyRecord) else before.pictures
        return replace(value, pictures=kept)
    pictures.release(tx, value.id)
    ids = [record_pictures.save(tx, centre, PICTURE_OWNER, value.id, own) for own in jpegs]
    return replace(value, pictures=tuple(ids))


def _drop(tx: Tx, record_id: str) -> None:
    store.drop(tx, [record_id])
    pictures.release(tx, record_id)
