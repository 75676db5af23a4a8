"""All of the API under one router."""

from typing import Any

from fastapi import APIRouter

from parakh.web.api import (
    alerts,
    audit,
    calibration,
    carriers,
    cases,
    duty,
    entry_changes,
    faces,
    galleries,
    gate,
    hand,
    links,
    lookouts,
    masking,
    messages,
    outcomes,
    persons,
    profiles,
    redress,
    routing,
    rule_editing,
    rule_trials,
    rules,
    search,
    stations,
    sweeps,
    value_lists,
    versions,
    vetting,
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
    {"name": "vetting", "description": "Everybody expected, ranked; views; many at once"},
    {"name": "search", "description": "One box for a name, a number, a voyage, a case"},
    {"name": "travellers", "description": "All that is known of one traveller"},
    {"name": "links", "description": "What persons share, and what each link rests on"},
    {"name": "alerts", "description": "What units receive, and what officers do about it"},
    {"name": "cases", "description": "What is followed up after alerts: work, files, hand-over"},
    {"name": "outcomes", "description": "Outcomes corrected, and given as labels"},
    {"name": "duty", "description": "The duty roster, and handing over at the end of a shift"},
    {"name": "routing", "description": "Who is told of alerts, how soon, and by what channels"},
    {"name": "lookouts", "description": "What officers look out for, with a second person's word"},
    {"name": "profiles", "description": "What is known of suspected ones; told when it grows"},
    {"name": "gate", "description": "Faces at a gate: quality, 1:1, 1:N, what to do next"},
    {"name": "stations", "description": "Capture stations: registration, keys, heartbeats"},
    {"name": "galleries", "description": "What faces are held for, their keys, who looks alike"},
    {"name": "faces", "description": "Searched by hand, enrolled in custody, staged for a voyage"},
    {"name": "watchlists", "description": "Lists and entries; two persons behind each entry"},
    {"name": "sweeps", "description": "New entries held against everybody on file, with progress"},
    {"name": "rules", "description": "Targeting rules: written, tried, reviewed, how they do"},
    {"name": "redress", "description": "Who was cleared before, and mistakes put right"},
    {"name": "messages", "description": "Passenger lists as carriers send them"},
    {"name": "carriers", "description": "What is missing now, how carriers deliver, timetables"},
    {"name": "audit", "description": "Who did or looked at what, why, and when"},
]

router = APIRouter(prefix="/api/v1", responses=_PROBLEMS)
for _part in (
    voyages,
    vetting,
    search,
    persons,
    links,
    masking,
    alerts,
    duty,
    routing,
    lookouts,
    cases,
    outcomes,
    profiles,
    gate,
    stations,
    watchlists,
    entry_changes,
    galleries,
    faces,
    versions,
    sweeps,
    rule_editing,
    rule_trials,
    rules,
    value_lists,
    redress,
    hand,
    calibration,
    messages,
    carriers,
    audit,
):
    router.include_router(_part.router)
