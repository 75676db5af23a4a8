"""Handing over at the end of a shift: what is open, a note, and who goes on with it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
import structlog

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import require_human
from parakh.domain.alert import Alert, AlertState, Step, StepKind
from parakh.domain.duty import Handover, Shift
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.services.alerts import AlertRow, rows_of, units_of
from parakh.services.centre import WORKER, Centre
from parakh.store import alerts, duty, people
from parakh.store.database import Tx

_log = structlog.get_logger()

AHEAD = timedelta(hours=12)
"""How far ahead the next shift is looked for."""

BETWEEN = timedelta(minutes=30)
"""Whose next shift begins so soon after the last goes on with what he has."""

LONGEST_NOTE = 4000


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoverView:
    """A hand-over with its alerts that are still open, and whether the actor may take it over."""

    handover: Handover
    unit: str
    open: tuple[AlertRow, ...]
    may_take: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What somebody has in hand, and what his units have.

    Attributes:
        mine: alerts that he sees to.
        unheld: acknowledged alerts of his units that nobody sees to.
        shift: his own shift now.
        next: shifts of his units that begin within twelve hours.
        handovers: the newest of his units.
    """

    mine: tuple[AlertRow, ...]
    unheld: tuple[AlertRow, ...]
    shift: Shift | None
    next: tuple[Shift, ...]
    handovers: tuple[HandoverView, ...]


def desk(centre: Centre, actor: Actor) -> Desk:
    """What is open at the end of a shift; a look that is audited."""
    actor.require(Permission.HANDLE_ALERTS)
    now, units = centre.clock(), units_of(actor)
    with centre.db.read() as connection:
        ahead = duty.shifts_between(connection, now, now + AHEAD, units)
        found = duty.handovers(connection, units)
        view = Desk(
            mine=tuple(
                rows_of(
                    centre, connection, actor, alerts.alerts_held(connection, actor.name, units)
                )
            ),
            unheld=tuple(
                rows_of(centre, connection, actor, alerts.alerts_held(connection, None, units))
            ),
            shift=next(
                (own for own in ahead if own.officer == actor.name and own.starts_at <= now), None
            ),
            next=tuple(own for own in ahead if own.starts_at > now),
            handovers=tuple(_view(centre, connection, actor, own) for own in found),
        )
    with centre.db.write(actor, Purpose.ALERT) as tx:
        shown = [own.alert.id for own in (*view.mine, *view.unheld)]
        tx.audit("desk.viewed", "user", actor.name, alerts=shown)
    return view


def hand_over(
    centre: Centre, actor: Actor, alert_ids: Collection[str], note: str
) -> list[Handover]:
    """Leaves alerts that the actor sees to to the next shift of their units, with a note.

    Gives one hand-over for each unit. Raises InvalidInput for none, Conflict for one that he does
    not see to.
    """
    actor.require(Permission.HANDLE_ALERTS)
    require_human(actor)
    if not alert_ids:
        raise InvalidInput("choose the alerts that you hand over")
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(f"a note has at most {LONGEST_NOTE} characters")
    with centre.db.write(actor, Purpose.ALERT) as tx:
        found = alerts.alerts_by_id(tx.connection, alert_ids)
        if len(found) != len(set(alert_ids)) or any(own.held_by != actor.name for own in found):
            raise Conflict("one of these alerts is not in your hands any more")
        made = _leave(tx, found, by=actor.name, note=note.strip())
    centre.wall.notify()
    return made


def take_over(centre: Centre, actor: Actor, handover_id: str) -> Handover:
    """Goes on with what somebody left; raises Conflict when another does so already."""
    actor.require(Permission.HANDLE_ALERTS)
    require_human(actor)
    with centre.db.write(actor, Purpose.ALERT) as tx:
        own = duty.get_handover(tx.connection, handover_id)
        _require_unit(actor, own.unit_id)
        if not duty.take_handover(tx, handover_id):
            raise Conflict("somebody else took it over just now")
        found = alerts.alerts_by_id(tx.connection, own.alerts)
        taken = _take(tx, actor, [one for one in found if one.held_by is None])
        tx.audit("handover.taken", "handover", handover_id, alerts=[one.id for one in taken])
        done = duty.get_handover(tx.connection, handover_id)
    centre.wall.notify()
    return done


def take(centre: Centre, actor: Actor, alert_id: str) -> Alert:
    """Goes on with one alert that nobody sees to; raises Conflict when somebody does."""
    actor.require(Permission.HANDLE_ALERTS)
    require_human(actor)
    with centre.db.write(actor, Purpose.ALERT) as tx:
        own = alerts.get_alert(tx.connection, alert_id)
        _require_unit(actor, own.unit_id)
        if own.held_by is not None or not _take(tx, actor, [own]):
            raise Conflict("somebody sees to this alert, or it is not acknowledged")
        tx.audit("alert.taken_over", "alert", alert_id)
        done = alerts.get_alert(tx.connection, alert_id)
    centre.wall.notify()
    return done


def settle_ended(centre: Centre) -> int:
    """Leaves to the unit what officers whose shift is over did not hand over; gives how many
    alerts. Each shift is settled once, in one transaction with what it leaves."""
    with centre.db.read() as connection:
        ended = duty.shifts_to_settle(connection, centre.clock())
    left = 0
    for own in ended:
        try:
            left += _settle(centre, own)
        except Exception:
            # One shift must not keep the others waiting; it is tried again at the next look.
            _log.exception("shift not settled", shift=own.id)
    if left:
        centre.wall.notify()
    return left


# --- within -----------------------------------------------------------------------------------


def _settle(centre: Centre, own: Shift) -> int:
    with centre.db.write(WORKER, Purpose.ALERT) as tx:
        found: list[Alert] = []
        if duty.settle_shift(tx, own.id):
            ahead = duty.shifts_of(tx.connection, own.officer, own.ends_at, tx.at + BETWEEN)
            if not ahead:
                found = alerts.alerts_held(tx.connection, own.officer, [own.unit_id])
        if found:
            _leave(tx, found, by="", note="", officer=own.officer)
        tx.audit("shift.settled", "shift", own.id, alerts=[one.id for one in found])
    return len(found)


def _leave(
    tx: Tx, found: Iterable[Alert], *, by: str, note: str, officer: str = ""
) -> list[Handover]:
    given = alerts.give_to(tx, found, None)
    if note:
        text = phrase(N_("Handed over to the next shift: {note}"), note=note)
    elif officer:
        text = phrase(N_("The shift of {officer} ended: it is the unit's"), officer=officer)
    else:
        text = phrase(N_("Handed over to the next shift"))
    made = []
    for unit_id in sorted({own.unit_id for own in given}):
        ids = tuple(own.id for own in given if own.unit_id == unit_id)
        handover = Handover(id=new_id(), unit_id=unit_id, by=by, at=tx.at, note=note, alerts=ids)
        duty.add_handover(tx, handover)
        tx.audit("handover.made", "handover", handover.id, unit=unit_id, alerts=list(ids))
        made.append(handover)
    _step(tx, given, StepKind.HANDED_OVER, by, text)
    return made


def _take(tx: Tx, actor: Actor, found: Iterable[Alert]) -> list[Alert]:
    taken = alerts.give_to(tx, found, actor.name)
    _step(tx, taken, StepKind.TAKEN_OVER, actor.name, phrase(N_("Taken over")))
    return taken


def _step(tx: Tx, found: Iterable[Alert], kind: StepKind, by: str, text: Phrase) -> None:
    for own in found:
        alerts.add_steps(tx, own.id, [Step(kind=kind, at=tx.at, by=by, text=text)])


def _require_unit(actor: Actor, unit_id: str) -> None:
    if not actor.everywhere and unit_id not in actor.units:
        raise Forbidden("it belongs to another unit")


def _view(centre: Centre, connection: sa.Connection, actor: Actor, own: Handover) -> HandoverView:
    still = [
        one
        for one in alerts.alerts_by_id(connection, own.alerts)
        if one.state is AlertState.ACKNOWLEDGED
    ]
    rows = tuple(rows_of(centre, connection, actor, still))
    free = any(one.held_by is None for one in still)
    return HandoverView(
        handover=own,
        unit=people.units(connection)[own.unit_id].name,
        open=rows,
        may_take=own.taken_by is None and free and own.by != actor.name and actor.human,
    )
