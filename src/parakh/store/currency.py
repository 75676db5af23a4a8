"""Currency declarations: as declared, by whose they are, and why they ask for attention."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from parakh.domain.currency import CurrencyDeclaration
from parakh.domain.dates import PartialDate
from parakh.domain.phrase import Phrase
from parakh.domain.traveller import PersonName
from parakh.domain.voyage import Direction
from parakh.errors import NotFound
from parakh.store.batches import batches
from parakh.store.codec import CARRIED, PHRASES
from parakh.store.database import Tx
from parakh.store.tables import currency_declaration

_OWN = currency_declaration.c
_HUNDREDTHS = Decimal(100)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How much a declaration asks for attention (0 to 100), and why, the gravest first."""

    attention: int
    reasons: tuple[Phrase, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A declaration in the list."""

    declaration: CurrencyDeclaration
    bearer_key: str
    standing: Standing


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Which declarations of the list: since when, at which ports (None for all), which way, and
    whether only those that ask for attention."""

    since: datetime
    ports: Collection[str] | None = None
    direction: Direction | None = None
    asking: bool = False


def put(tx: Tx, key: str, value: CurrencyDeclaration, bearer_key: str) -> None:
    """Adds a declaration, or corrects what was said under its key."""
    columns = _columns(value) | {"bearer_key": bearer_key}
    mine = currency_declaration.update().where(_OWN.key == key)
    if tx.connection.execute(mine.values(columns)).rowcount == 0:
        added = {"id": value.id, "key": key, "known_at": tx.at, "reasons": [], **columns}
        tx.connection.execute(currency_declaration.insert().values(added))


def drop(tx: Tx, declaration_id: str) -> None:
    """Forgets a declaration of which nothing is said any more."""
    gone = currency_declaration.delete().where(_OWN.id == declaration_id)
    tx.connection.execute(gone)


def note_standing(tx: Tx, declaration_id: str, standing: Standing) -> None:
    """Keeps why a declaration asks for attention."""
    mine = currency_declaration.update().where(_OWN.id == declaration_id)
    reasons = PHRASES.dump(standing.reasons)
    tx.connection.execute(mine.values(attention=standing.attention, reasons=reasons))


def find(connection: sa.Connection, declaration_id: str) -> Listed | None:
    """One declaration, if it is on file."""
    query = sa.select(currency_declaration).where(_OWN.id == declaration_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _listed(row)


def get(connection: sa.Connection, declaration_id: str) -> Listed:
    """One declaration; raises NotFound."""
    found = find(connection, declaration_id)
    if found is None:
        raise NotFound("there is no such currency declaration")
    return found


def about(
    connection: sa.Connection,
    *,
    keys: Iterable[str] = (),
    travellers: Iterable[str] = (),
    families: Iterable[str] = (),
    since: datetime,
) -> list[Listed]:
    """Declarations that stand, from a moment on, the oldest first: by bearers' keys, by travellers
    or by families."""
    found: dict[str, Listed] = {}
    wanted = (
        (_OWN.bearer_key, keys),
        (_OWN.traveller_id, travellers),
        (_OWN.family, (own for own in families if own)),
    )
    for column, values in wanted:
        for some in batches(values):
            query = sa.select(currency_declaration).where(
                column.in_(some), _OWN.at >= since, _OWN.cancelled.is_(False)
            )
            found |= {row.id: _listed(row) for row in connection.execute(query)}
    return sorted(found.values(), key=lambda own: (own.declaration.at, own.declaration.id))


def page(
    connection: sa.Connection, wanted: Filter, *, offset: int, limit: int
) -> tuple[list[Listed], int]:
    """A page of declarations that stand, those first that ask most for attention, then the newest;
    and how many there are."""
    which = [_OWN.at >= wanted.since, _OWN.cancelled.is_(False)]
    if wanted.ports is not None:
        which.append(_OWN.port.in_(wanted.ports))
    if wanted.direction is not None:
        which.append(_OWN.direction == wanted.direction.value)
    if wanted.asking:
        which.append(_OWN.attention > 0)
    total = connection.execute(
        sa.select(sa.func.count()).select_from(currency_declaration).where(*which)
    ).scalar_one()
    query = (
        sa.select(currency_declaration)
        .where(*which)
        .order_by(_OWN.attention.desc(), _OWN.at.desc(), _OWN.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [_listed(row) for row in connection.execute(query)], int(total)


def unrecognised(connection: sa.Connection, since: datetime, limit: int) -> list[Listed]:
    """Declarations of nobody on file, made from a moment on, the oldest first."""
    query = (
        sa.select(currency_declaration)
        .where(_OWN.traveller_id.is_(None), _OWN.at >= since, _OWN.cancelled.is_(False))
        .order_by(_OWN.at)
        .limit(limit)
    )
    return [_listed(row) for row in connection.execute(query)]


def any_told(connection: sa.Connection) -> bool:
    """Whether any declaration was ever taken in."""
    return connection.execute(sa.select(_OWN.id).limit(1)).first() is not None


def recognise(tx: Tx, declaration_id: str, traveller_id: str) -> None:
    """Notes whose a declaration is."""
    mine = currency_declaration.update().where(_OWN.id == declaration_id)
    tx.connection.execute(mine.values(traveller_id=traveller_id))


def to_value(connection: sa.Connection, limit: int) -> list[Listed]:
    """Declarations of which a rate changed since they were valued, the newest first."""
    query = (
        sa.select(currency_declaration)
        .where(_OWN.value_due)
        .order_by(_OWN.at.desc(), _OWN.id.desc())
        .limit(limit)
    )
    return [_listed(row) for row in connection.execute(query)]


def count_to_value(connection: sa.Connection) -> int:
    """How many wait to be valued again."""
    query = sa.select(sa.func.count()).select_from(currency_declaration).where(_OWN.value_due)
    return int(connection.execute(query).scalar_one())


def mark_to_value(tx: Tx, currency: str, since: datetime, until: datetime) -> None:
    """Lets those of a span wait to be valued again that carry a currency."""
    named = sa.cast(_OWN.carried, sa.Text).contains(f'"{currency}"')
    mine = currency_declaration.update().where(
        _OWN.at >= since, _OWN.at < until, named, _OWN.cancelled.is_(False)
    )
    tx.connection.execute(mine.values(value_due=True))


def valued(tx: Tx, ids: Iterable[str]) -> None:
    """Notes that some wait no more."""
    for some in batches(ids):
        mine = currency_declaration.update().where(_OWN.id.in_(some))
        tx.connection.execute(mine.values(value_due=False))


def keys_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, str]:
    """Keys (source and reference) of declarations by their identifiers."""
    query = sa.select(_OWN.id, _OWN.key).where(_OWN.id.in_(ids))
    return {row.id: row.key for row in connection.execute(query)}


def _columns(value: CurrencyDeclaration) -> dict[str, object]:
    return {
        "source": value.source,
        "reference": value.reference,
        "port": value.port,
        "direction": value.direction.value,
        "at": value.at,
        "family_name": value.name.family,
        "given_names": value.name.given,
        "birth_date": None if value.birth_date is None else str(value.birth_date),
        "nationality": value.nationality,
        "document_number": value.document_number,
        "document_issuer": value.document_issuer,
        "traveller_id": value.traveller_id,
        "booking_reference": value.booking_reference,
        "family": value.family,
        "carried": CARRIED.dump(value.carried),
        "value": None if value.value is None else int(value.value * _HUNDREDTHS),
        "origin": value.origin,
        "purpose": value.purpose,
        "owner": value.owner,
        "recipient": value.recipient,
        "cancelled": value.cancelled,
    }


def _listed(row: Any) -> Listed:
    declaration = CurrencyDeclaration(
        id=row.id,
        source=row.source,
        reference=row.reference,
        port=row.port,
        direction=Direction(row.direction),
        at=row.at,
        name=PersonName(family=row.family_name, given=row.given_names),
        birth_date=None if row.birth_date is None else PartialDate.parse(row.birth_date),
        nationality=row.nationality,
        document_number=row.document_number,
        document_issuer=row.document_issuer,
        traveller_id=row.traveller_id,
        booking_reference=row.booking_reference,
        family=row.family,
        carried=CARRIED.load(row.carried),
        origin=row.origin,
        purpose=row.purpose,
        owner=row.owner,
        recipient=row.recipient,
        cancelled=row.cancelled,
    )
    standing = Standing(attention=row.attention, reasons=PHRASES.load(row.reasons))
    return Listed(declaration=declaration, bearer_key=row.bearer_key, standing=standing)
