"""Every look at personal data, and every change, is in the audit trail."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Purpose, Role, system_actor
from parakh.domain.alert import OutcomeKind
from parakh.domain.message import Channel, Source
from parakh.domain.voyage import Direction
from parakh.services import (
    accounts,
    alerts,
    dossier,
    gate,
    intake,
    queue,
    sessions,
    trail,
    voyages,
    watchlists,
)
from parakh.services.centre import Centre
from parakh.services.gate_values import CrossingRequest
from parakh.store.tables import audit, session

SENDER = system_actor("test")
PASSWORD = "correct horse battery"


@pytest.fixture
def scene(
    centre: Centre, declare: Callable[..., bytes], person: Any, units: Any, enlist: Any, acting: Any
) -> dict[str, Any]:
    """One traveller before an officer of Karachi, with an alert and its parts."""
    units(centre)
    entry = enlist(centre)
    mazari = person(family="MAZARI", given="ZULFIQAR", born="800505")
    source = Source(channel=Channel.CLI, name="x")
    received = intake.receive(centre, SENDER, declare(mazari), source)
    queue.drain(centre)
    (row,) = alerts.list_alerts(centre, SENDER)
    assert row.traveller is not None
    assert row.voyage is not None
    return {
        "centre": centre,
        "officer": acting(Role.SUPERVISOR, "KHI"),
        "auditor": acting(Role.AUDITOR),
        "message": received.message.id,
        "entry": entry.id,
        "alert": row.alert.id,
        "hit": row.hits[0].id,
        "traveller": row.traveller.id,
        "voyage": row.voyage.id,
    }


def crossing(centre: Centre) -> CrossingRequest:
    return CrossingRequest(
        document="PA1000001",
        port="KHI",
        lane="A1",
        direction=Direction.ENTRY,
        at=centre.clock(),
    )


DEEDS: dict[str, tuple[Callable[[Any], object], str, Purpose]] = {
    "voyage.viewed": (
        lambda s: voyages.voyage(s["centre"], s["officer"], s["voyage"]),
        "voyage",
        Purpose.VETTING,
    ),
    "traveller.viewed": (
        lambda s: dossier.traveller(s["centre"], s["officer"], s["traveller"]),
        "traveller",
        Purpose.VETTING,
    ),
    "alert.viewed": (
        lambda s: alerts.view(s["centre"], s["officer"], s["alert"]),
        "alert",
        Purpose.ALERT,
    ),
    "alert.listed": (
        lambda s: alerts.row(s["centre"], s["officer"], s["alert"]),
        "alert",
        Purpose.ALERT,
    ),
    "alerts.viewed": (
        lambda s: alerts.list_alerts(s["centre"], s["officer"]),
        "",
        Purpose.ALERT,
    ),
    "entry.viewed": (
        lambda s: watchlists.entry(s["centre"], s["officer"], s["entry"]),
        "entry",
        Purpose.WATCHLIST,
    ),
    "entries.viewed": (
        lambda s: watchlists.entries(s["centre"], s["officer"]),
        "",
        Purpose.WATCHLIST,
    ),
    "entry.retired": (
        lambda s: watchlists.retire(s["centre"], s["officer"], s["entry"], "done"),
        "entry",
        Purpose.WATCHLIST,
    ),
    "message.viewed": (
        lambda s: intake.view(s["centre"], s["officer"], s["message"]),
        "message",
        Purpose.INTAKE,
    ),
    "message.downloaded": (
        lambda s: intake.raw(s["centre"], s["officer"], s["message"]),
        "message",
        Purpose.INTAKE,
    ),
    "message.rerun": (
        lambda s: intake.rerun(s["centre"], s["officer"], s["message"]),
        "message",
        Purpose.INTAKE,
    ),
    "crossing.recorded": (
        lambda s: gate.cross(s["centre"], s["officer"], crossing(s["centre"])),
        "",
        Purpose.GATE,
    ),
    "alert.acknowledged": (
        lambda s: alerts.acknowledge(s["centre"], s["officer"], s["alert"]),
        "alert",
        Purpose.ALERT,
    ),
    "audit.viewed": (
        lambda s: trail.search(s["centre"], s["auditor"]),
        "",
        Purpose.AUDIT,
    ),
    "audit.verified": (
        lambda s: trail.verify(s["centre"], s["auditor"]),
        "",
        Purpose.AUDIT,
    ),
}


@pytest.mark.parametrize("action", DEEDS)
def test_the_trail_names_who_did_what_to_whom_and_why(scene: Any, action: str) -> None:
    deed, subject, purpose = DEEDS[action]
    centre = scene["centre"]
    before = count(centre)
    deed(scene)
    with centre.db.read() as connection:
        query = sa.select(audit).where(audit.c.seq > before).order_by(audit.c.seq)
        (row,) = connection.execute(query)
    assert (row.action, row.purpose, row.at) == (action, purpose.value, centre.clock())
    assert row.actor in {scene["officer"].name, scene["auditor"].name}
    if subject:
        assert row.subject_id == scene[subject]


def count(centre: Centre) -> int:
    with centre.db.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(audit)).scalar_one())


def test_the_whole_story_is_told_in_order(scene: Any) -> None:
    centre, officer = scene["centre"], scene["officer"]
    alerts.acknowledge(centre, officer, scene["alert"])
    alerts.decide(centre, officer, scene["alert"], scene["hit"], confirmed=True, reason="same scar")
    alerts.close(centre, officer, scene["alert"], OutcomeKind.PENALTY, "fined")
    page = trail.search(centre, scene["auditor"])
    told = [own.action for own in reversed(page.rows)]
    assert told == [
        *["unit.saved"] * 3,
        "watchlist.saved",
        "entry.proposed",
        "entry.approved",
        "sweep.begun",
        "sweep.finished",
        "message.received",
        "message.parsed",
        "message.linked",
        "alert.raised",
        "message.screened",
        "alerts.viewed",
        "alert.acknowledged",
        "hit.confirmed",
        "alert.closed",
    ]
    assert trail.verify(centre, scene["auditor"]).findings == ()


def test_a_search_for_what_nobody_should_type_is_harmless(
    any_centre: Centre, acting: Callable[..., Any]
) -> None:
    for subject in ("x" * 500, "a\0b", "'; DROP TABLE audit; --", "نون"):
        wanted = trail.TrailFilter(subject=subject.replace("\0", ""), action="%", actor="_")
        assert trail.search(any_centre, acting(Role.AUDITOR), wanted, page=-3).rows == ()
    assert any_centre.db.verify_audit().rows == 4


@pytest.mark.usefixtures("cheap_passwords")
def test_housekeeping_forgets_ended_sessions(centre: Centre, clock: Any, units: Any) -> None:
    units(centre)
    accounts.add_user(
        centre,
        SENDER,
        name="officer",
        display_name="",
        roles=frozenset({Role.GATE}),
        units=frozenset({"khi"}),
        password=PASSWORD,
    )
    accounts.sign_in(centre, "officer", PASSWORD)
    clock.advance(hours=centre.settings.session_hours)
    living = accounts.sign_in(centre, "officer", PASSWORD)
    clock.advance(minutes=centre.settings.session_idle_minutes - 1)
    trail.housekeep(centre)
    with centre.db.read() as connection:
        assert len(list(connection.execute(sa.select(session)))) == 1
    assert sessions.find(centre, living.token)


def test_checkpoints_follow_the_head(centre: Centre) -> None:
    assert trail.checkpoint(centre)
    assert not trail.checkpoint(centre)
    centre.looked(SENDER, Purpose.VETTING, "test", "test", "")
    assert trail.checkpoint(centre)
    assert trail.verify(centre, SENDER).findings == ()
