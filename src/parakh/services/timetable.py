"""Timetables: which voyages are to come, and which of them do not."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from parakh.access import Actor, Permission, Purpose
from parakh.domain.message import Problem
from parakh.domain.voyage import Voyage
from parakh.errors import Conflict
from parakh.normalise import timetable as tables
from parakh.normalise.timetable import Service
from parakh.services.centre import Centre
from parakh.store import timetable, travellers
from parakh.store.timetable import Scheduled


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What an import of a timetable came to; `past` flights were passed over."""

    scheduled: Scheduled
    past: int
    problems: tuple[Problem, ...]


def import_csv(centre: Centre, actor: Actor, data: bytes, name: str) -> Imported:
    """Takes a timetable in (`parakh.normalise.timetable`); bad rows are named, the rest goes on.

    The same file twice changes nothing. Flights that left before yesterday are passed over: a
    centre that begins today has not missed their lists. Raises Unreadable for another file.
    """
    actor.require(Permission.KEEP_TIMETABLE)
    since = (centre.clock() - timedelta(days=1)).date()
    found = list(tables.read(data, centre.settings.country))
    problems = tuple(own for own in found if isinstance(own, Problem))
    services = [own for own in found if isinstance(own, Service)]
    total, past = Scheduled(), 0
    with centre.db.write(actor, Purpose.INTAKE) as tx:
        for service in services:
            coming = _from(service, since)
            past += len(service.voyages) - len(coming.voyages)
            total += timetable.schedule(tx.connection, coming.voyages, cancelled=service.cancelled)
        tx.audit(
            "timetable.imported",
            "timetable",
            name,
            new=total.new,
            changed=total.changed,
            same=total.same,
            past=past,
            refused=len(problems),
        )
    return Imported(scheduled=total, past=past, problems=problems)


def cancel(centre: Centre, actor: Actor, voyage_id: str) -> None:
    """Takes one scheduled voyage out: no list of it is awaited any more.

    It stays out, whatever its carrier sends, until `put_back` or a timetable takes that back.
    """
    actor.require(Permission.KEEP_TIMETABLE)
    with centre.db.write(actor, Purpose.INTAKE) as tx:
        actor.require_port(travellers.get_voyage(tx.connection, voyage_id).port)
        tx.audit("timetable.cancelled", "voyage", voyage_id)
        if not timetable.cancel(tx.connection, voyage_id):
            raise Conflict("this voyage is in no timetable, or is cancelled already")


def put_back(centre: Centre, actor: Actor, voyage_id: str) -> Voyage:
    """Takes back that a voyage was taken out, by hand or by a timetable.

    Raises Conflict if it was not: what its carrier called off, only the carrier can take back.
    """
    actor.require(Permission.KEEP_TIMETABLE)
    with centre.db.write(actor, Purpose.INTAKE) as tx:
        actor.require_port(travellers.get_voyage(tx.connection, voyage_id).port)
        tx.audit("timetable.restored", "voyage", voyage_id)
        if not timetable.put_back(tx.connection, voyage_id):
            raise Conflict("this voyage was cancelled neither here nor by a timetable")
        return travellers.get_voyage(tx.connection, voyage_id)


def _from(service: Service, since: date) -> Service:
    voyages = (own for own in service.voyages if own.departure and own.departure.date() >= since)
    return replace(service, voyages=tuple(voyages))
