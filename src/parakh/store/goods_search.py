"""Finding consignments by their numbers, and by the companies that stand in them."""

import re
from collections.abc import Collection, Sequence

import sqlalchemy as sa

from parakh.domain.consignment import Consignment
from parakh.normalise.searching import wanted_words
from parakh.store import consignments
from parakh.store.tables import (
    consignment,
    consignment_container,
    consignment_party,
    goods_company,
)

MOST_COMPANIES = 20
"""So many companies of which a name holds what was typed are followed to their goods."""

_SHORTEST = 3


def by_number(
    connection: sa.Connection, text: str, ports: Collection[str] | None, most: int
) -> list[Consignment]:
    """Consignments with this transport document, declaration, master bill, container or number of a
    party, the newest first; `ports` None is everywhere."""
    value = text.strip().upper()
    plain = re.sub(r"[^0-9A-Z]", "", value)
    if len(plain) < _SHORTEST:
        return []
    both = list({value, plain})
    own = consignment.c
    boxes = sa.select(consignment_container.c.consignment_id).where(
        consignment_container.c.number == plain
    )
    parties = sa.select(consignment_party.c.consignment_id).where(
        consignment_party.c.identifier == plain
    )
    numbers = sa.select(own.id).where(
        sa.or_(
            own.reference.in_(both),
            own.declaration_reference.in_(both),
            own.master_reference.in_(both),
        )
    )
    found = sa.union(numbers, boxes, parties).subquery()
    return _newest(connection, own.id.in_(sa.select(found)), ports, most)


def by_company(
    connection: sa.Connection, text: str, ports: Collection[str] | None, most: int
) -> list[Consignment]:
    """Consignments of companies whose name holds each of the words, the newest first."""
    words = [word for word in wanted_words(text) if len(word) >= _SHORTEST]
    if not words:
        return []
    query = sa.select(goods_company.c.name).distinct().limit(MOST_COMPANIES)
    for word in words:
        query = query.where(goods_company.c.name.contains(word, autoescape=True))
    names = list(connection.execute(query).scalars())
    if not names:
        return []
    parties = sa.select(consignment_party.c.consignment_id).where(
        consignment_party.c.name.in_(names)
    )
    return _newest(connection, consignment.c.id.in_(parties), ports, most)


def _newest(
    connection: sa.Connection,
    which: sa.ColumnElement[bool],
    ports: Collection[str] | None,
    most: int,
) -> list[Consignment]:
    query = sa.select(consignment.c.id).where(which).order_by(consignment.c.known_at.desc())
    if ports is not None:
        query = query.where(consignment.c.port.in_(sorted(ports)))
    ids: Sequence[str] = list(connection.execute(query.limit(most)).scalars())
    known = consignments.by_ids(connection, ids)
    return [known[own] for own in ids if own in known]
