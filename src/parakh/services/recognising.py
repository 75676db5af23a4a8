"""Whose a currency declaration is, and who brought a vehicle: persons among travellers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.domain.currency import CurrencyDeclaration
from parakh.domain.traveller import SHORTEST_PROOF, Traveller, is_number
from parakh.normalise.names import name_key
from parakh.screen.grouping import Wanted
from parakh.services.crossings import find_expected
from parakh.store import persons, travellers

_FAR = timedelta(days=36_500)


def bearer(connection: sa.Connection, own: CurrencyDeclaration) -> Traveller | None:
    """Who declared: by his document, first on a voyage of that port and time, then on any; else by
    the same name and whole birth date on a voyage of that port and time; None for nobody on file.
    """
    by_document = _with_document(connection, own.document_number)
    for found in (by_document, _namesakes(connection, own)):
        expected = find_expected(
            connection, found, port=own.port, direction=own.direction, at=own.at
        )
        if expected is not None:
            return expected.traveller
    return _nearest(connection, by_document, own.at)


def drivers(
    connection: sa.Connection, told: Iterable[tuple[str, datetime]]
) -> dict[tuple[str, datetime], Traveller]:
    """Who brought vehicles, each by his document and when: of several journeys the one nearest in
    time; those of nobody on file lack."""
    wanted = [own for own in told if is_number(own[0], SHORTEST_PROOF)]
    bearers = travellers.with_documents(connection, {number for number, _ in wanted})
    times = _times(connection, [own for some in bearers.values() for own in some])
    return {
        (number, at): min(bearers[number], key=lambda own: (_away(times[own.id], at), own.id))
        for number, at in wanted
        if number in bearers
    }


def _with_document(connection: sa.Connection, number: str) -> list[Traveller]:
    if not is_number(number, SHORTEST_PROOF):
        return []
    return travellers.with_document(connection, number)


def _namesakes(connection: sa.Connection, own: CurrencyDeclaration) -> list[Traveller]:
    key = name_key(own.name)
    if own.birth_date is None or own.birth_date.complete is None or not key:
        return []
    # A whole date in place of the year finds that date only.
    wanted = Wanted(numbers=frozenset(), births=frozenset(), name_key=key, year=str(own.birth_date))
    return travellers.travellers_by_id(connection, sorted(persons.candidates(connection, [wanted])))


def _nearest(connection: sa.Connection, found: list[Traveller], at: datetime) -> Traveller | None:
    times = _times(connection, found)
    return min(found, key=lambda own: (_away(times[own.id], at), own.id), default=None)


def _times(connection: sa.Connection, found: Sequence[Traveller]) -> Mapping[str, datetime | None]:
    """When each crossed, or was due to."""
    crossings = travellers.crossings_of(connection, [own.id for own in found])
    voyages = travellers.voyages_by_id(connection, {own.voyage_id for own in found})
    times = {}
    for own in found:
        crossing, voyage = crossings.get(own.id), voyages.get(own.voyage_id)
        times[own.id] = (crossing and crossing.at) or (voyage and voyage.due_at) or None
    return times


def _away(when: datetime | None, at: datetime) -> timedelta:
    return abs(at - when) if when else _FAR
