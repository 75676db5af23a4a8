"""Redress records: who was cleared of being which listed one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.dates import PartialDate
from parakh.domain.hit import Kind, Ref
from parakh.domain.redress import Redress
from parakh.domain.traveller import PersonName
from parakh.errors import NotFound
from parakh.normalise.names import name_key
from parakh.store.codec import ADDITIONS, DOCUMENTS, Codec
from parakh.store.database import Tx
from parakh.store.profiles import PROFILE_CHANGED
from parakh.store.tables import assessment, assessment_hit, hit, redress, redress_number

_REASONS: Codec[tuple[str, ...]] = Codec(tuple[str, ...])


@dataclass(frozen=True, kw_only=True, slots=True)
class Avoided:
    """How often somebody was not stopped again, and when the last time."""

    count: int = 0
    last: datetime | None = None


def save(tx: Tx, value: Redress) -> None:
    """Adds a record, or updates the one with its identifier; of a profile, tells the screeners."""
    columns = _columns(value)
    same = redress.update().where(redress.c.id == value.id)
    if tx.connection.execute(same.values(columns)).rowcount == 0:
        tx.connection.execute(redress.insert().values(id=value.id, **columns))
    mine = redress_number.c.redress_id == value.id
    tx.connection.execute(redress_number.delete().where(mine))
    numbers = sorted({own.number for own in value.documents})
    if numbers:
        rows = [{"redress_id": value.id, "number": number} for number in numbers]
        tx.connection.execute(redress_number.insert(), rows)
    if value.target.kind is Kind.PROFILE:
        tx.changed(PROFILE_CHANGED, [value.target.id])


def get(connection: sa.Connection, redress_id: str, *, lock: bool = False) -> Redress:
    """One record; raises NotFound. With `lock` other writers wait until the end (PostgreSQL)."""
    query = sa.select(redress).where(redress.c.id == redress_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("there is no such redress record")
    return _record(row)


def about(
    connection: sa.Connection,
    target_ids: Collection[str],
    *,
    numbers: Iterable[str],
    name_keys: Iterable[str] = (),
    lock: bool = False,
) -> list[Redress]:
    """Records of some entries and profiles, newest first, on who has one of the documents or names.

    With `lock` nobody withdraws them until the transaction ends (PostgreSQL), so that he finds all
    hits that they cleared.
    """
    with_number = sa.select(redress_number.c.redress_id).where(
        redress_number.c.number.in_(set(numbers))
    )
    named = redress.c.name_key.in_(set(name_keys) - {""})
    of_these = redress.c.entry_id.in_(target_ids) | redress.c.profile_id.in_(target_ids)
    which = of_these & (redress.c.id.in_(with_number) | named)
    return _records(connection, which, lock=lock)


def that_cleared(
    connection: sa.Connection, hit_ids: Collection[str], *, lock: bool = False
) -> list[Redress]:
    """The records that were made when these hits were cleared, newest first; `lock` as above."""
    return _records(connection, redress.c.hit_id.in_(hit_ids), lock=lock)


def numbers_of(connection: sa.Connection, profile_id: str) -> set[str]:
    """Numbers of the documents of whoever was cleared of belonging to a profile, by records that
    hold."""
    query = (
        sa.select(redress_number.c.number)
        .join(redress, redress.c.id == redress_number.c.redress_id)
        .where(
            redress.c.profile_id == profile_id,
            redress.c.screener_id == "profiles",
            redress.c.withdrawn_by.is_(None),
        )
    )
    return set(connection.execute(query).scalars())


def search(
    connection: sa.Connection, text: str, *, offset: int, limit: int
) -> tuple[list[Redress], int]:
    """A page of records, newest first, and how many there are in all.

    `text` is a part of a name, or a whole document number.
    """
    where: sa.ColumnElement[bool] = sa.true()
    if text:
        wanted = text.upper()
        named = (redress.c.family_name + " " + redress.c.given_names).contains(
            wanted, autoescape=True
        )
        numbered = sa.select(redress_number.c.redress_id).where(redress_number.c.number == wanted)
        where = named | redress.c.id.in_(numbered)
    total = connection.execute(
        sa.select(sa.func.count()).select_from(redress).where(where)
    ).scalar_one()
    query = sa.select(redress).where(where).order_by(redress.c.at.desc(), redress.c.id.desc())
    rows = connection.execute(query.offset(offset).limit(limit))
    return [_record(row) for row in rows], int(total)


def avoided(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Avoided]:
    """What each record spared the person; records that spared nothing are left out."""
    query = (
        sa.select(
            hit.c.redress_id,
            sa.func.count(hit.c.id.distinct()),
            sa.func.max(assessment.c.at, type_=assessment.c.at.type),
        )
        .join(assessment_hit, assessment_hit.c.hit_id == hit.c.id)
        .join(assessment, assessment.c.id == assessment_hit.c.assessment_id)
        .where(hit.c.redress_id.in_(list(ids)))
        .group_by(hit.c.redress_id)
    )
    return {row[0]: Avoided(count=int(row[1]), last=row[2]) for row in connection.execute(query)}


def avoided_in_all(connection: sa.Connection, entry_id: str | None = None) -> Avoided:
    """How many times somebody was not stopped again; of one entry, or of all.

    A person with several hits on one voyage was spared once.
    """
    query = (
        sa.select(
            sa.func.count(hit.c.subject_id.distinct()),
            sa.func.max(assessment.c.at, type_=assessment.c.at.type),
        )
        .join(assessment_hit, assessment_hit.c.hit_id == hit.c.id)
        .join(assessment, assessment.c.id == assessment_hit.c.assessment_id)
        .where(hit.c.redress_id.is_not(None))
    )
    if entry_id is not None:
        query = query.where(hit.c.target_id == entry_id)
    row = connection.execute(query).one()
    return Avoided(count=int(row[0]), last=row[1])


def count_of_entry(connection: sa.Connection, entry_id: str) -> int:
    """How many records that hold there are of an entry."""
    query = sa.select(sa.func.count()).where(
        redress.c.entry_id == entry_id, redress.c.withdrawn_by.is_(None)
    )
    return int(connection.execute(query).scalar_one())


def _records(
    connection: sa.Connection, which: sa.ColumnElement[bool], *, lock: bool
) -> list[Redress]:
    query = sa.select(redress).where(which).order_by(redress.c.at.desc(), redress.c.id.desc())
    if lock:
        query = query.with_for_update(read=True)
    return [_record(row) for row in connection.execute(query)]


def _columns(value: Redress) -> dict[str, object]:
    return {
        "entry_id": value.target.id if value.target.kind is Kind.WATCHLIST_ENTRY else None,
        "profile_id": value.target.id if value.target.kind is Kind.PROFILE else None,
        "entry_print": value.target_print,
        "screener_id": value.screener,
        "reasons": _REASONS.dump(value.reasons),
        "family_name": value.name.family,
        "given_names": value.name.given,
        "name_key": name_key(value.name),
        "birth_date": value.birth_date and str(value.birth_date),
        "nationality": value.nationality,
        "documents": DOCUMENTS.dump(value.documents),
        "picture_id": value.picture_id,
        "hit_id": value.hit_id,
        "reason": value.reason,
        "by": value.by,
        "at": value.at,
        "additions": ADDITIONS.dump(value.additions),
        "withdrawn_by": value.withdrawn_by,
        "withdrawn_at": value.withdrawn_at,
        "withdrawn_reason": value.withdrawn_reason,
    }


def _record(row: sa.Row[tuple[object, ...]]) -> Redress:
    columns = row._mapping
    born, profile_id = columns["birth_date"], columns["profile_id"]
    of_profile = Ref(kind=Kind.PROFILE, id=profile_id)
    of_entry = Ref(kind=Kind.WATCHLIST_ENTRY, id=columns["entry_id"])
    return Redress(
        id=columns["id"],
        target=of_profile if profile_id else of_entry,
        target_print=columns["entry_print"],
        screener=columns["screener_id"],
        reasons=_REASONS.load(columns["reasons"]),
        name=PersonName(family=columns["family_name"], given=columns["given_names"]),
        birth_date=None if born is None else PartialDate.parse(born),
        nationality=columns["nationality"],
        documents=DOCUMENTS.load(columns["documents"]),
        picture_id=columns["picture_id"],
        hit_id=columns["hit_id"],
        reason=columns["reason"],
        by=columns["by"],
        at=columns["at"],
        additions=ADDITIONS.load(columns["additions"]),
        withdrawn_by=columns["withdrawn_by"],
        withdrawn_at=columns["withdrawn_at"],
        withdrawn_reason=columns["withdrawn_reason"],
    )
