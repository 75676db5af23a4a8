"""The centre's own of what a regional centre speaks of, whose identifiers differ here.

An alert is found by the messages and the lines that speak of the person, the goods or the transport
unit, and by what was met.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from parakh.access import Actor, Permission
from parakh.domain.alert import Alert
from parakh.domain.hit import Kind, Ref
from parakh.domain.message import MessageState
from parakh.errors import NotFound
from parakh.services.centre import Centre
from parakh.services.regional_values import AlertTold, named_at
from parakh.store import alerts, assessments, messages, people, sweeps
from parakh.store import regional as store
from parakh.store.regional import RegionEvent


class NotYet(Exception):
    """The message is not read here yet."""


def officer_of(centre: Centre, own: RegionEvent, name: str) -> Actor:
    """The region's officer as he acts here: for the units of his region."""
    with centre.db.read() as connection:
        every = people.units(connection)
    units = [unit for unit in every.values() if unit.region == own.region]
    return Actor(
        id=f"region:{own.region}",
        name=named_at(name, own.region),
        permissions=frozenset({Permission.HANDLE_ALERTS}),
        units=frozenset(unit.id for unit in units),
        ports=frozenset().union(*(unit.ports for unit in units)),
        region=own.region,
    )


def counterpart(connection: sa.Connection, region: str, told: AlertTold, officer: Actor) -> Alert:
    """The newest alert of the officer's units on the same subject by the same list or rule.

    Raises NotYet while a message is not read here, or a list or lookout that was met was not held
    against everybody on file yet; NotFound where there is none.
    """
    targets = set(told.targets)
    for subject in dict.fromkeys(_subjects(connection, region, told)):
        for alert in alerts.alerts_on(connection, subject):
            hits = assessments.hits_by_assessment(connection, [alert.assessment_id])
            met = {(hit.target.kind.value, hit.target.id) for own in hits.values() for hit in own}
            if alert.unit_id in officer.units and met & targets:
                return alert
    ids = [ref for kind, ref in targets if kind == Kind.WATCHLIST_ENTRY]
    if told.kind is Kind.TRAVELLER and sweeps.any_waits(connection, ids):
        raise NotYet
    raise NotFound("no alert here is on the same subject by the same list or rule")


def _subjects(connection: sa.Connection, region: str, told: AlertTold) -> Iterator[Ref]:
    for message_id, line in told.told:
        here = store.message_here(connection, region, message_id)
        if not here:
            continue
        state = messages.get(connection, here).state
        if state in (MessageState.RECEIVED, MessageState.PARSED):
            raise NotYet
        for own in store.subjects_told(connection, told.kind, here, line):
            yield Ref(kind=told.kind, id=own)
