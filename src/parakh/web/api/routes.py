"""All of the API under one router."""

from typing import Any

from fastapi import APIRouter

from parakh.web.api import (
    alerts,
    audit,
    calibration,
    carriers,
    entry_changes,
    faces,
    galleries,
    gate,
    hand,
    messages,
    persons,
    redress,
    stations,
    sweeps,
    versions,
    voyages,
    watchlists,
)
from parakh.web.api.wire import Problem

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": description}
    for status, description in (
        (401, "No good key and no session"),
        (403, "The caller lacks the permission or the unit for this"),
        (404, "There is no such thing"),
        (409, "The thing is not in a state that allows this step"),
        (413, "The body is larger than is taken"),
        (422, "A value cannot be used; the detail names it"),
    )
}

TAGS = [
    {"name": "voyages", "description": "Voyages and their vetting lists"},
    {"name": "travellers", "description": "All that is known of one traveller"},
    {"name": "alerts", "description": "What units receive, and what officers do about it"},
    {"name": "gate", "description": "Faces at a gate: quality, 1:1, 1:N, what to do next"},
    {"name": "stations", "description": "Capture stations: registration, keys, heartbeats"},
    {"name": "galleries", "description": "What faces are held for, their keys, who looks alike"},
    {"name": "faces", "description": "Searched by hand, enrolled in custody, staged for a voyage"},
    {"name": "watchlists", "description": "Lists and entries; two persons behind each entry"},
    {"name": "sweeps", "description": "New entries held against everybody on file, with progress"},
    {"name": "redress", "description": "Who was cleared before, and mistakes put right"},
    {"name": "messages", "description": "Passenger lists as carriers send them"},
    {"name": "carriers", "description": "What is missing now, how carriers deliver, timetables"},
    {"name": "audit", "description": "Who did or looked at what, why, and when"},
]

router = APIRouter(prefix="/api/v1", responses=_PROBLEMS)
for _part in (
    voyages,
    persons,
    alerts,
    gate,
    stations,
    watchlists,
    entry_changes,
    galleries,
    faces,
    versions,
    sweeps,
    redress,
    hand,
    calibration,
    messages,
    carriers,
    audit,
):
    router.include_router(_part.router)
