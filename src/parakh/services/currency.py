"""Takes in currency declarations, and shows them: whose they are, and what they say together."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from parakh.access import Purpose
from parakh.domain.currency import Carried, CurrencyDeclaration
from parakh.domain.message import Message, Problem
from parakh.ingest.goods_records import DeclaredCurrency
from parakh.normalise.currency import bearer_key, declaration
from parakh.normalise.fields import BadField
from parakh.screen.currency import YEAR, Policy
from parakh.services.centre import WORKER, Centre
from parakh.services.currency_people import (
    family_of,
    known_as,
    of_declaration,
    policy_of,
    standing,
)
from parakh.services.goods_said import Told, left, note, problem
from parakh.services.recognising import bearer
from parakh.store import currency as store
from parakh.store import rates, traveller_dues, travellers
from parakh.store.codec import DECLARED_CURRENCY
from parakh.store.currency import Listed
from parakh.store.database import Tx
from parakh.store.goods_records import GoodsRecord, Said

LATELY = timedelta(days=3)
"""A declaration waits so long for the list, or the crossing, that tells whose it is."""

DUE = "currency"
"""Travellers wait for this, in place of a message, of whose money more is known than when they were
screened (see `parakh.services.currency_screening`)."""

_AT_ONCE = 200
_HUNDREDTH = Decimal("0.01")


def save(
    tx: Tx,
    centre: Centre,
    message: Message,
    part_id: str,
    records: Sequence[DeclaredCurrency],
    said_at: datetime,
) -> list[Problem]:
    """Stores declarations that a part tells of; gives what could not be used of them.

    Travellers who are recognised are screened with the message, so that a pattern raises a hit.
    """
    problems: list[Problem] = []
    told: list[Told] = []
    for own in records:
        try:
            if own.action != "cancelled":
                declaration(own, "", message.received_at)
        except BadField as error:
            problems.append(problem(own.line, own.column, error.field, str(error)))
            continue
        data = DECLARED_CURRENCY.dump(own)
        told.append(Told(key=f"{own.source}/{own.reference}", line=own.line, data=data))
    held = note(tx, Said.CURRENCY, part_id, said_at, told)
    _settle(tx, centre, message, [one for own in held for one in _apply(tx, centre, message, own)])
    if records:
        tx.audit("currency.told", "message", message.id, count=len(told), refused=len(problems))
    return problems


def take_back(tx: Tx, centre: Centre, message: Message, ids: Iterable[str]) -> None:
    """Brings declarations, part of whose records were forgotten, to what is left of them."""
    changed: list[Listed] = []
    for declaration_id, record in left(tx, Said.CURRENCY, ids).items():
        if record is not None:
            changed += _apply(tx, centre, message, record)
        elif (known := store.find(tx.connection, declaration_id)) is not None:
            store.drop(tx, declaration_id)
            changed.append(known)
    _settle(tx, centre, message, changed)


def recognise_due(centre: Centre) -> int:
    """Recognises who came on file after his declaration; for the worker's housekeeping."""
    with centre.db.read() as connection:
        waiting = store.unrecognised(connection, centre.clock() - LATELY, _AT_ONCE)
        found = [(own, bearer(connection, own.declaration)) for own in waiting]
    known = [(own, person) for own, person in found if person is not None]
    if not known:
        return 0
    with centre.db.write(WORKER, Purpose.CURRENCY) as tx:
        for own, person in known:
            store.recognise(tx, own.declaration.id, person.id)
        _weigh(tx, centre, [own for own, _ in known])
        traveller_dues.put(tx.connection, [person.id for _, person in known], DUE)
        tx.audit("currency.recognised", "currency", "", count=len(known))
    return len(known)


def value_again(centre: Centre) -> int:
    """Values the next declarations again of which a rate changed; gives how many. What it changes
    is weighed, and has its bearer screened again."""
    with centre.db.read() as connection:
        if not store.to_value(connection, 1):
            return 0
    with centre.db.write(WORKER, Purpose.CURRENCY) as tx:
        waiting, done = store.to_value(tx.connection, _AT_ONCE), []
        keys = store.keys_of(tx.connection, [own.declaration.id for own in waiting])
        for own in waiting:
            valued = _valued(tx.connection, centre, own.declaration)
            if valued != own.declaration:
                store.put(tx, keys[valued.id], valued, own.bearer_key)
                done.append(replace(own, declaration=valued))
        store.valued(tx, keys)
        _weigh(tx, centre, done)
        traveller_dues.put(tx.connection, _bearers(done), DUE)
        tx.audit("currency.valued", "currency", "", count=len(waiting), changed=len(done))
    return len(waiting)


def _apply(tx: Tx, centre: Centre, message: Message, record: GoodsRecord) -> list[Listed]:
    """Brings a declaration to what its record says; gives what was known of it, and what is."""
    declared = DECLARED_CURRENCY.load(record.data)
    known = store.find(tx.connection, record.subject_id)
    before = [] if known is None else [known]
    if declared.action == "cancelled":
        if known is not None:
            store.put(tx, record.key, replace(known.declaration, cancelled=True), known.bearer_key)
        return before
    value = _valued(
        tx.connection, centre, declaration(declared, record.subject_id, message.received_at)
    )
    person = bearer(tx.connection, value)
    if person is not None:
        value = replace(
            value,
            traveller_id=person.id,
            booking_reference=value.booking_reference or person.booking_reference or "",
        )
    store.put(tx, record.key, value, bearer_key(value))
    return [*before, store.get(tx.connection, value.id)]


def _settle(tx: Tx, centre: Centre, message: Message, changed: Sequence[Listed]) -> None:
    """Weighs what belongs to changed declarations, as they were and as they are, and has their
    bearers screened."""
    _weigh(tx, centre, changed)
    travellers.screen_with(tx.connection, _bearers(changed), message.id)


def _bearers(some: Iterable[Listed]) -> set[str]:
    return {own.declaration.traveller_id or "" for own in some} - {""}


def _weigh(tx: Tx, centre: Centre, changed: Sequence[Listed]) -> None:
    """Notes anew why each declaration of the same persons, and of their families, asks for
    attention; each once."""
    if not changed:
        return
    since = min(own.declaration.at for own in changed) - YEAR
    done: set[str] = set()
    for own in (*changed, *family_of(tx.connection, changed, since)):
        if own.declaration.id not in done:
            done |= _weigh_person(tx, policy_of(centre.settings), own, since)


def _weigh_person(tx: Tx, policy: Policy, own: Listed, since: datetime) -> set[str]:
    """The same for one person; gives his declarations by identifier."""
    person = of_declaration(tx.connection, own, since)
    family = family_of(tx.connection, person, since)
    known = known_as(person, family)
    for one in person:
        now = standing(one.declaration, known, policy)
        if now != one.standing:
            store.note_standing(tx, one.declaration.id, now)
    return {one.declaration.id for one in person}


def _valued(
    connection: sa.Connection, centre: Centre, own: CurrencyDeclaration
) -> CurrencyDeclaration:
    """With each amount in the centre's currency too, by the rate of the day."""
    carried = tuple(
        replace(one, value=_value(connection, centre, one, own.at)) for one in own.carried
    )
    return replace(own, carried=carried)


def _value(connection: sa.Connection, centre: Centre, own: Carried, at: datetime) -> Decimal | None:
    if own.money.currency == centre.settings.currency:
        return own.money.amount
    day = at.astimezone(centre.settings.zone).date()
    rate = rates.rate(connection, own.money.currency, day)
    return None if rate is None else (own.money.amount * rate).quantize(_HUNDREDTH)
