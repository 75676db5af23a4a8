"""Currency by person and family: all declarations of one, what they sum up to, what they say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from parakh.clock import Clock
from parakh.domain.currency import CurrencyDeclaration
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.screen.currency import YEAR, Known, Policy, money, patterns, total
from parakh.screen.screener import TravellerSubject
from parakh.settings import Settings
from parakh.store import currency as store
from parakh.store import features
from parakh.store.currency import Listed, Standing
from parakh.store.database import Database

WINDOWS = (7, 30, 365)
"""Days over which totals are told."""

_NO_SOURCE = N_("{total} {currency}, and nothing said of where the money comes from")
_NO_RATE = N_("No rate of exchange is known for {currency} on that day")
_NO_SOURCE_ATTENTION, _NO_RATE_ATTENTION = 30, 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """What was declared within some days up to a moment, in the centre's currency: into the
    country, out of it, and how often."""

    days: int
    entered: Decimal
    left: Decimal
    count: int


def policy_of(settings: Settings) -> Policy:
    """What the centre looks for."""
    return Policy(
        threshold=Decimal(settings.currency_threshold),
        window=timedelta(days=settings.currency_window_days),
        currency=settings.currency,
    )


class CurrencyOnFile:
    """Reads of the database what the screener asks for."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def known(self, subjects: Sequence[TravellerSubject]) -> Mapping[str, Known]:
        """Declarations of the last year, of whoever has any."""
        with self._database.read() as connection:
            ids = [own.ref.id for own in subjects]
            return known_of(connection, ids, self._clock() - YEAR)


def known_of(
    connection: sa.Connection, traveller_ids: Sequence[str], since: datetime
) -> dict[str, Known]:
    """For each traveller whose person declared anything from a moment on, what is known of it."""
    persons = features.same_persons(connection, traveller_ids)
    everybody = {own for members in persons.values() for own in members}
    told = store.about(connection, travellers=everybody, since=since)
    if not told:
        return {}
    # Who was recognised once is known by the same document where nobody recognised him.
    same = store.about(connection, keys={own.bearer_key for own in told}, since=since)
    kin = store.about(connection, families={own.declaration.family for own in told}, since=since)
    found: dict[str, Known] = {}
    for traveller_id, members in persons.items():
        mine = [own for own in told if own.declaration.traveller_id in set(members)]
        if mine:
            found[traveller_id] = _known(mine, same, kin)
    return found


def of_declaration(connection: sa.Connection, own: Listed, since: datetime) -> list[Listed]:
    """All declarations of the person who made one, from a moment on, the oldest first."""
    known = {one.declaration.id: one for one in _by_key(connection, [own], since)}
    ids = {one.declaration.traveller_id for one in known.values()} - {None}
    if ids:
        persons = features.same_persons(connection, sorted(one for one in ids if one))
        everybody = {one for members in persons.values() for one in members}
        more = store.about(connection, travellers=everybody, since=since)
        known |= {one.declaration.id: one for one in _by_key(connection, more, since)}
    return sorted(known.values(), key=_order)


def family_of(connection: sa.Connection, own: Iterable[Listed], since: datetime) -> list[Listed]:
    """All declarations of the families with whom somebody declared, the oldest first."""
    families = {one.declaration.family for one in own}
    return store.about(connection, families=families, since=since)


def totals(declarations: Sequence[Listed], at: datetime) -> tuple[Totals, ...]:
    """Sums over each of the windows up to a moment."""
    found = []
    for days in WINDOWS:
        inside = [
            own.declaration
            for own in declarations
            if at - timedelta(days=days) < own.declaration.at <= at
        ]
        found.append(
            Totals(
                days=days,
                entered=total(own for own in inside if own.direction == "entry"),
                left=total(own for own in inside if own.direction == "exit"),
                count=len(inside),
            )
        )
    return tuple(found)


def standing(own: CurrencyDeclaration, known: Known, policy: Policy) -> Standing:
    """Why a declaration asks for attention, by all that was known up to it."""
    found = patterns(known, policy, own.at)
    reasons: list[tuple[int, Phrase]] = [
        (round(100 * one.score), one.sentence) for one in found if own in one.declarations
    ]
    if own.value is not None and own.value >= policy.threshold and not own.origin:
        told = phrase(_NO_SOURCE, total=money(own.value), currency=policy.currency)
        reasons.append((_NO_SOURCE_ATTENTION, told))
    unknown = sorted({one.money.currency for one in own.carried if one.value is None})
    if unknown:
        reasons.append((_NO_RATE_ATTENTION, phrase(_NO_RATE, currency=", ".join(unknown))))
    reasons.sort(key=lambda one: -one[0])
    return Standing(
        attention=reasons[0][0] if reasons else 0, reasons=tuple(text for _, text in reasons)
    )


def known_as(person: Sequence[Listed], family: Sequence[Listed]) -> Known:
    """The same declarations as patterns read them."""
    return Known(
        own=[one.declaration for one in person], family=[one.declaration for one in family]
    )


def _known(mine: Sequence[Listed], same: Sequence[Listed], kin: Sequence[Listed]) -> Known:
    keys = {own.bearer_key for own in mine}
    own = {one.declaration.id: one for one in mine}
    own |= {one.declaration.id: one for one in same if one.bearer_key in keys}
    families = {one.declaration.family for one in own.values()}
    return known_as(
        sorted(own.values(), key=_order),
        [one for one in kin if one.declaration.family in families],
    )


def _by_key(connection: sa.Connection, some: Sequence[Listed], since: datetime) -> list[Listed]:
    return store.about(connection, keys={own.bearer_key for own in some}, since=since)


def _order(own: Listed) -> tuple[datetime, str]:
    return own.declaration.at, own.declaration.id
