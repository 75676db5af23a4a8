"""What consignments, companies and vehicles are linked by, beside travellers (see
`parakh.store.links`).

A consignment is linked with the companies that it names and with its containers and vehicle; a
company by its telephone, e-mail address, address and number with whoever gives the same; a vehicle
with those who brought it, by their documents. So a path may lead from a passenger to a company, to
its goods, to a container.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from parakh.domain.consignment import Consignment, Party, PartyRole
from parakh.domain.conveyance import Conveyance, ConveyanceKind, Movement
from parakh.domain.hit import HitState, Kind
from parakh.domain.link import End, LinkKind
from parakh.domain.traveller import is_number
from parakh.normalise.contacts import read_address, read_email, read_phone
from parakh.normalise.documents import document_number
from parakh.store import conveyances
from parakh.store.batches import batches
from parakh.store.consignments import party_key
from parakh.store.database import Tx, insert_of
from parakh.store.links import Tokens
from parakh.store.tables import consignment, goods_company, goods_end, hit

ROLES = frozenset({PartyRole.IMPORTER, PartyRole.EXPORTER, PartyRole.CONSIGNEE, PartyRole.NOTIFY})
"""Carriers and clearing agents work for everybody: they link nobody with anybody."""

_SHORTEST_NUMBER = 6
_UNITS = (ConveyanceKind.VEHICLE, ConveyanceKind.CONTAINER)
"""A vessel or an aircraft carries thousands who have nothing to do with one another."""

_BOTH = frozenset({Kind.CONSIGNMENT.value, Kind.CONVEYANCE.value})


@dataclass(frozen=True, kw_only=True, slots=True)
class Company:
    """A company that consignments name; `identifier` is its number, "" where none is told."""

    id: str
    name: str
    identifier: str


def company_id(tokens: Tokens, party: Party) -> str:
    """By what a company stands among the links."""
    return tokens.of(End(kind=LinkKind.CONSIGNEE, value=party_key(party), told="")).hex()


def record(
    tx: Tx, tokens: Tokens, told: Sequence[Consignment], units: Sequence[Conveyance]
) -> None:
    """Writes what consignments and their companies may be linked by, and units of theirs."""
    known = {own.id: own for own in units}
    day, ends = tx.at.date(), defaultdict[str, set[End]](set)
    parties: dict[Party, None] = {}
    for own in told:
        ends[own.id].update(_of_consignment(own, known))
        parties |= dict.fromkeys(one for one in own.parties if one.role in ROLES)
    companies: dict[str, Company] = {}
    for party in parties:
        key = company_id(tokens, party)
        companies[key] = Company(id=key, name=party.name, identifier=party.identifier)
        ends[key].update(_of_company(party, tokens.home))
    for own_unit in units:
        if own_unit.kind in _UNITS:
            ends[own_unit.id].add(_unit(own_unit))
    _forget(tx, [own.id for own in told])
    _keep_companies(tx, companies.values())
    _keep(tx, tokens, ends, day)


def record_moves(tx: Tx, tokens: Tokens, moved: Iterable[tuple[Conveyance, Movement]]) -> None:
    """Writes by whom units were brought."""
    ends: dict[str, set[End]] = defaultdict(set)
    for own, move in moved:
        if own.kind in _UNITS:
            ends[own.id] |= {_unit(own), *_driver(move)}
    _keep(tx, tokens, ends, tx.at.date())


# --- looking --------------------------------------------------------------------------------------


def companies(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Company]:
    """Companies among some nodes."""
    return {
        row.id: Company(id=row.id, name=row.name, identifier=row.identifier)
        for some in batches(ids)
        for row in connection.execute(sa.select(goods_company).where(goods_company.c.id.in_(some)))
    }


def consignments_after(connection: sa.Connection, after: str, limit: int) -> list[str]:
    """Consignments in order of their identifiers, from behind one on."""
    query = sa.select(consignment.c.id).where(consignment.c.id > after)
    return list(connection.execute(query.order_by(consignment.c.id).limit(limit)).scalars())


def bearers_of(connection: sa.Connection, token: str, most: int) -> list[str]:
    """Goods, companies and units that have an end, at most so many, those told of last first."""
    query = (
        sa.select(goods_end.c.node)
        .where(goods_end.c.token == bytes.fromhex(token))
        .order_by(goods_end.c.last_on.desc(), goods_end.c.node.desc())
    )
    return list(connection.execute(query.limit(most)).scalars())


def confirmed(connection: sa.Connection, ids: Collection[str]) -> list[tuple[str, str]]:
    """Goods and units with the watchlist entries of which a human confirmed a hit."""
    return [
        (row[0], row[1])
        for some in batches(ids)
        for row in connection.execute(
            sa.select(hit.c.subject_id, hit.c.target_id).where(
                hit.c.subject_id.in_(some),
                hit.c.subject_kind.in_(sorted(_BOTH)),
                hit.c.target_kind == Kind.WATCHLIST_ENTRY.value,
                hit.c.state == HitState.CONFIRMED.value,
            )
        )
    ]


def numbers(connection: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    """The numbers by which profiles may bear companies and units."""
    found = {key: own.identifier for key, own in companies(connection, ids).items()}
    for some in batches(ids):
        found |= {key: own.identifier for key, own in conveyances.by_ids(connection, some).items()}
    return {key: own for key, own in found.items() if own}


# --- within ---------------------------------------------------------------------------------------


def _of_consignment(own: Consignment, units: Mapping[str, Conveyance]) -> Iterator[End]:
    if own.cancelled:
        return
    for party in own.parties:
        if party.role in ROLES:
            yield _named(party)
    for used in own.containers:
        yield End(kind=LinkKind.VEHICLE, value=used.number, told=used.number)
    carrier = units.get(own.conveyance_id or "")
    if carrier is not None and carrier.kind in _UNITS:
        yield _unit(carrier)


def _of_company(party: Party, home: str) -> Iterator[End]:
    yield _named(party)
    phone = read_phone(party.phone, party.country or home) if party.phone else ""
    if phone:
        yield End(kind=LinkKind.PHONE, value=phone, told=party.phone)
    mail = read_email(party.email) if party.email else ""
    if mail:
        yield End(kind=LinkKind.EMAIL, value=mail, told=party.email)
    address = read_address(party.address) if party.address else ""
    if address:
        yield End(kind=LinkKind.ADDRESS, value=address, told=party.address)
    yield from _document(party.identifier)


def _named(party: Party) -> End:
    return End(kind=LinkKind.CONSIGNEE, value=party_key(party), told=party.name)


def _unit(own: Conveyance) -> End:
    container = own.kind is ConveyanceKind.CONTAINER
    value = own.identifier if container else own.id
    return End(kind=LinkKind.VEHICLE, value=value, told=own.identifier)


def _driver(move: Movement) -> Iterator[End]:
    yield from _document(move.driver)


def _document(text: str) -> Iterator[End]:
    """A person's number: that of his document, or a trader's who is one person."""
    number = document_number(text)
    if is_number(number, _SHORTEST_NUMBER):
        yield End(kind=LinkKind.DOCUMENT, value=number, told=text)


def _forget(tx: Tx, ids: Iterable[str]) -> None:
    for some in batches(ids):
        tx.connection.execute(goods_end.delete().where(goods_end.c.node.in_(some)))


def _keep(tx: Tx, tokens: Tokens, ends: Mapping[str, Collection[End]], day: date) -> None:
    # Thousands of bills name one company: its token is made once.
    made = {end: tokens.of(end) for end in set[End]().union(*ends.values())}
    rows = {
        (node, made[end]): {
            "node": node,
            "token": made[end],
            "kind": end.kind.value,
            "first_on": day,
            "last_on": day,
        }
        for node, mine in ends.items()
        for end in mine
    }
    if rows:
        # In one order, so that two transactions never wait for each other.
        statement = insert_of(tx.connection)(goods_end)
        again = {"last_on": statement.excluded.last_on}
        tx.connection.execute(
            statement.on_conflict_do_update(index_elements=["node", "token"], set_=again),
            [rows[key] for key in sorted(rows)],
        )


def _keep_companies(tx: Tx, values: Iterable[Company]) -> None:
    rows = [
        {"id": own.id, "name": own.name, "identifier": own.identifier}
        for own in sorted(values, key=lambda own: own.id)
    ]
    if rows:
        statement = insert_of(tx.connection)(goods_company)
        named = {"name": statement.excluded.name, "identifier": statement.excluded.identifier}
        tx.connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=named), rows
        )
