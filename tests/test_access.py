from dataclasses import replace

import pytest

from parakh.access import GRANTS, Actor, Permission, Role, permissions_of, system_actor
from parakh.errors import Forbidden

P = Permission
OFFICER = Actor(
    id="o",
    name="officer",
    permissions=GRANTS[Role.GATE],
    units=frozenset({"khi"}),
    ports=frozenset({"KHI"}),
)


def test_every_permission_is_somebodys() -> None:
    assert permissions_of(frozenset(Role)) == frozenset(Permission)
    assert permissions_of(frozenset()) == frozenset()


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (P.HANDLE_ALERTS, {Role.TARGETING, Role.GATE, Role.SUPERVISOR}),
        (P.USE_GATE, {Role.GATE, Role.SUPERVISOR}),
        (P.PROPOSE_ENTRIES, {Role.TARGETING, Role.SUPERVISOR}),
        (P.DECIDE_ENTRIES, {Role.SUPERVISOR}),
        (P.SEE_TRAVELLERS, {Role.TARGETING, Role.GATE, Role.SUPERVISOR}),
        (P.LINK_PERSONS, {Role.TARGETING, Role.SUPERVISOR}),
        (P.SEE_CALIBRATION, {Role.SUPERVISOR, Role.ANALYST}),
        (P.CALIBRATE, {Role.SUPERVISOR}),
        (P.SEE_AUDIT, {Role.AUDITOR}),
        (P.MANAGE_USERS, {Role.INTEGRATOR}),
        (P.RERUN_MESSAGES, {Role.SUPERVISOR, Role.INTEGRATOR}),
        (P.KEEP_TIMETABLE, {Role.SUPERVISOR, Role.INTEGRATOR}),
    ],
)
def test_who_may_what(permission: Permission, roles: set[Role]) -> None:
    assert {role for role, granted in GRANTS.items() if permission in granted} == roles


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.INTEGRATOR, Role.ANALYST])
def test_who_watches_or_runs_the_system_handles_no_persons(role: Role) -> None:
    assert not GRANTS[role] & {P.HANDLE_ALERTS, P.SEE_TRAVELLERS, P.USE_GATE, P.DECIDE_ENTRIES}


def test_what_is_not_held_is_refused_by_name() -> None:
    OFFICER.require(P.USE_GATE)
    with pytest.raises(Forbidden, match="officer may not see audit"):
        OFFICER.require(P.SEE_AUDIT)


@pytest.mark.parametrize(
    ("actor", "port", "allowed"),
    [
        (OFFICER, "KHI", True),
        (OFFICER, "LHE", False),
        (OFFICER, "", False),
        (replace(OFFICER, central=True), "LHE", True),
        (replace(OFFICER, permissions=frozenset({P.EVERY_UNIT})), "LHE", True),
        (replace(OFFICER, ports=frozenset()), "KHI", False),
        (system_actor("worker"), "LHE", True),
    ],
)
def test_ports_are_those_of_the_units(actor: Actor, port: str, allowed: bool) -> None:
    if allowed:
        actor.require_port(port)
    else:
        with pytest.raises(Forbidden):
            actor.require_port(port)


def test_the_program_acts_under_its_own_name_and_is_no_human() -> None:
    worker = system_actor("worker")
    assert (worker.name, worker.human) == ("system:worker", False)
