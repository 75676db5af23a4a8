"""The duty roster, and handing over at the end of a shift."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Query, UploadFile
from pydantic import Field

from parakh.domain.duty import Handover, Shift
from parakh.services import duty, handovers
from parakh.web.api.auth import Calling
from parakh.web.api.wire import AlertOut, Wire
from parakh.web.queries import Moment
from parakh.web.uploads import content

router = APIRouter(prefix="/duty", tags=["duty"])


class ShiftOut(Wire):
    """One person's duty for one unit, from a moment until (not including) another."""

    id: str
    unit_id: str
    officer: str
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, value: Shift) -> "ShiftOut":
        """From the domain value."""
        return cls(
            id=value.id,
            unit_id=value.unit_id,
            officer=value.officer,
            starts_at=value.starts_at,
            ends_at=value.ends_at,
        )


class ShiftIn(Wire):
    """Whose duty it is, for which unit, and when."""

    unit_id: str = Field(max_length=32)
    officer: str = Field(max_length=80, description="sign-in name")
    starts_at: Moment
    ends_at: Moment


class ImportedOut(Wire):
    """Shifts that were added, and those that stood there already."""

    added: int
    known: int


class HandoverOut(Wire):
    """Alerts that one person left to the next shift; `by` is empty where his shift just ended."""

    id: str
    unit_id: str
    by: str
    at: datetime
    note: str
    alerts: list[str]
    taken_by: str | None
    taken_at: datetime | None

    @classmethod
    def of(cls, value: Handover) -> "HandoverOut":
        """From the domain value."""
        return cls(
            id=value.id,
            unit_id=value.unit_id,
            by=value.by,
            at=value.at,
            note=value.note,
            alerts=list(value.alerts),
            taken_by=value.taken_by,
            taken_at=value.taken_at,
        )


class HandoverIn(Wire):
    """Which alerts are left to the next shift, and what it should know."""

    alerts: list[str] = Field(min_length=1, max_length=500)
    note: str = Field("", max_length=4000)


class DeskOut(Wire):
    """Alerts that the caller sees to, those of his units that nobody sees to, and hand-overs."""

    mine: list[str]
    unheld: list[str]
    shift: ShiftOut | None
    next: list[ShiftOut]
    handovers: list[HandoverOut]


@router.get("/shifts")
def list_shifts(
    calling: Calling,
    since: Annotated[Moment, Query()],
    until: Annotated[Moment, Query()],
    unit: Annotated[str, Query(max_length=32)] = "",
) -> list[ShiftOut]:
    """Shifts of the caller's units, or of one of them, that have a moment in [since, until)."""
    found = duty.shifts(calling.centre, calling.actor, since, until, unit)
    return [ShiftOut.of(own) for own in found]


@router.post("/shifts", status_code=201)
def add_shift(calling: Calling, body: ShiftIn) -> ShiftOut:
    """Puts somebody on duty; 409 when he is on duty then already."""
    made = duty.add_shift(
        calling.centre, calling.actor, body.unit_id, body.officer, body.starts_at, body.ends_at
    )
    return ShiftOut.of(made)


@router.delete("/shifts/{shift_id}", status_code=204)
def remove_shift(calling: Calling, shift_id: str) -> None:
    """Takes a shift off the roster that is not over yet."""
    duty.remove_shift(calling.centre, calling.actor, shift_id)


@router.post("/roster")
def import_roster(calling: Calling, file: Annotated[UploadFile, File()]) -> ImportedOut:
    """Puts the shifts of a CSV file (unit, officer, day, from, to) on the roster, all or none."""
    done = duty.import_roster(calling.centre, calling.actor, content(file, "a roster"))
    return ImportedOut(added=done.added, known=done.known)


@router.get("/desk")
def get_desk(calling: Calling) -> DeskOut:
    """What is open at the end of a shift."""
    desk = handovers.desk(calling.centre, calling.actor)
    return DeskOut(
        mine=[own.alert.id for own in desk.mine],
        unheld=[own.alert.id for own in desk.unheld],
        shift=ShiftOut.of(desk.shift) if desk.shift else None,
        next=[ShiftOut.of(own) for own in desk.next],
        handovers=[HandoverOut.of(own.handover) for own in desk.handovers],
    )


@router.post("/handovers", status_code=201)
def hand_over(calling: Calling, body: HandoverIn) -> list[HandoverOut]:
    """Leaves alerts to the next shift, with a note; one hand-over for each unit."""
    made = handovers.hand_over(calling.centre, calling.actor, body.alerts, body.note)
    return [HandoverOut.of(own) for own in made]


@router.post("/handovers/{handover_id}/taking")
def take_over(calling: Calling, handover_id: str) -> HandoverOut:
    """Goes on with what somebody left; 409 when another does so already."""
    return HandoverOut.of(handovers.take_over(calling.centre, calling.actor, handover_id))


@router.post("/alerts/{alert_id}/taking")
def take_alert(calling: Calling, alert_id: str) -> AlertOut:
    """Goes on with one alert that nobody sees to."""
    return AlertOut.of(handovers.take(calling.centre, calling.actor, alert_id))
