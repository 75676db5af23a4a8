"""What the tables of permissions say, what the docs say, and that both decide."""

import ast
import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from parakh.access import (
    AGENCY_GRANTS,
    FOR_HUMANS,
    FOR_PURPOSE,
    GRANTS,
    Actor,
    Permission,
    Purpose,
    Role,
    allowed,
    permissions_of,
    require_purpose,
    system_actor,
)
from parakh.domain.agency import OTHERS, AgencyKind
from parakh.errors import Forbidden

P = Permission
ROOT = Path(__file__).parents[1]
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
        (P.HANDLE_ALERTS, {Role.TARGETING, Role.GATE, Role.SUPERVISOR, Role.EXAMINER}),
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
        (P.LIAISE, {Role.LIAISON}),
        (P.DECIDE_SHARES, {Role.SUPERVISOR}),
        (P.KEEP_AGENCIES, {Role.INTEGRATOR}),
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
    ("actor", "port", "may"),
    [
        (OFFICER, "KHI", True),
        (OFFICER, "LHE", False),
        (OFFICER, "", False),
        (replace(OFFICER, central=True), "LHE", True),
        (replace(OFFICER, permissions=frozenset({P.EVERY_UNIT})), "LHE", True),
        (replace(OFFICER, ports=frozenset()), "KHI", False),
        (replace(OFFICER, central=True, agency="anf", kind=AgencyKind.CUSTOMS), "LHE", False),
        (system_actor("worker"), "LHE", True),
    ],
)
def test_ports_are_those_of_the_units(actor: Actor, port: str, may: bool) -> None:
    if may:
        actor.require_port(port)
    else:
        with pytest.raises(Forbidden):
            actor.require_port(port)


def test_the_program_acts_under_its_own_name_and_is_no_human() -> None:
    worker = system_actor("worker")
    assert (worker.name, worker.human) == ("system:worker", False)


# --- agencies and purposes ----------------------------------------------------------------------


def test_the_agency_whose_centre_it_is_keeps_all_its_roles_grant() -> None:
    for role in set(Role) - {Role.LIAISON}:
        actor = replace(OFFICER, permissions=GRANTS[role])
        assert {own for own in Permission if actor.may(own)} == GRANTS[role]


def test_every_action_has_a_purpose() -> None:
    assert frozenset().union(*FOR_PURPOSE.values()) == frozenset(Permission)
    assert set(FOR_PURPOSE) == set(Purpose)
    assert set(AGENCY_GRANTS) == set(AgencyKind)


@pytest.mark.parametrize(
    ("kind", "may", "may_not"),
    [
        (AgencyKind.CUSTOMS, {P.KEEP_PROFILES, P.REROUTE_GOODS, P.EXAMINE},
         {P.MANAGE_USERS, P.SEE_AUDIT, P.KEEP_AGENCIES, P.EVERY_UNIT}),
        (AgencyKind.IMMIGRATION, {P.USE_GATE, P.SEE_TRAVELLERS, P.KEEP_PROFILES, P.VERIFY_IDENTITY},
         {P.SEE_GOODS, P.SEE_CURRENCY, P.SEE_SELECTIVITY, P.EXAMINE, P.SEE_ENFORCEMENT}),
        (AgencyKind.ANTI_NARCOTICS, {P.VET_GOODS, P.VET_TRAVELLERS, P.WORK_CASES, P.KEEP_PROFILES},
         {P.USE_GATE, P.SEE_CURRENCY, P.EXAMINE, P.KEEP_SELECTIVITY}),
        (AgencyKind.POLICE, {P.SEE_SHARED, P.PLACE_LOOKOUTS, P.WORK_CASES},
         {P.SEE_TRAVELLERS, P.SEE_PROFILES, P.SEE_GOODS, P.SEARCH, P.SEE_WATCHLISTS}),
        (AgencyKind.OTHER, {P.SEE_SHARED, P.ASK_FOR_SHARES, P.LIAISE},
         {P.SHARE_RECORDS, P.SEE_ALERTS, P.SEE_CASES}),
    ],
)  # fmt: skip
def test_what_an_agency_may(
    kind: AgencyKind, may: set[Permission], may_not: set[Permission]
) -> None:
    granted = frozenset().union(*AGENCY_GRANTS[kind].values())
    assert may <= granted
    assert not may_not & granted


@pytest.mark.parametrize("purpose", Purpose)
def test_a_purpose_is_refused_where_the_agency_does_not_work_for_it(purpose: Purpose) -> None:
    for kind in AgencyKind:
        actor = replace(OFFICER, kind=kind)
        if purpose in AGENCY_GRANTS[kind]:
            require_purpose(actor, purpose)
        else:
            with pytest.raises(Forbidden, match=purpose.value):
                require_purpose(actor, purpose)


def test_no_key_takes_a_humans_decision() -> None:
    key = replace(OFFICER, permissions=frozenset(Permission), human=False)
    assert {own for own in Permission if not key.may(own)} == FOR_HUMANS | {P.LIAISE}
    assert system_actor("demo").may(P.DECIDE_ENTRIES)


# --- the table of the docs, whole ---------------------------------------------------------------


def _tables(text: str) -> Iterator[tuple[str, list[list[str]]]]:
    """Headings of the page with the rows of the table below each, without its head."""
    for heading, body in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.M | re.S):
        rows = [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in body.splitlines()
            if line.startswith("| ")
        ]
        yield heading, rows


@pytest.fixture(scope="module")
def told() -> dict[str, list[list[str]]]:
    """The tables of docs/permissions.md by heading."""
    return dict(_tables((ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")))


def test_each_role_agency_purpose_and_action_is_decided_as_the_docs_say(
    told: dict[str, list[list[str]]],
) -> None:
    """All of them: what the two tables of the page allow together, and nothing else."""
    (head, *rows) = told["Roles"]
    by_role = {
        (Role(role), row[0].strip("`"))
        for row in rows
        for role, mark in zip(head[1:], row[1:], strict=True)
        if mark
    }
    (head, *rows) = told["Agencies and purposes"]
    kinds = [own.replace(" ", "_").replace("-", "_") for own in head[2:]]
    by_agency = {
        (AgencyKind(kind), row[0].strip("`"), row[1].strip("`"))
        for row in rows
        for kind, mark in zip(kinds, row[2:], strict=True)
        if mark
    }
    wrong = []
    for role, kind, purpose, action in itertools.product(Role, AgencyKind, Purpose, Permission):
        actor = replace(
            OFFICER, permissions=GRANTS[role], kind=kind,
            agency="" if kind is AgencyKind.CENTRE else "guest",
        )  # fmt: skip
        said = (role, action.value) in by_role and (
            kind, purpose.value, action.value,
        ) in by_agency  # fmt: skip
        if allowed(actor, action, purpose) is not said:
            wrong.append((role, kind, purpose, action))
    assert wrong == []
    assert {kind for kind, _, _ in by_agency} == {AgencyKind.CENTRE, *OTHERS}


def _steps_of_services() -> Iterator[tuple[str, str, str]]:
    """What each function of a service requires, and for which purpose it writes."""
    for path in sorted((ROOT / "src" / "parakh" / "services").glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                named: dict[str, set[str]] = {"Permission": set(), "Purpose": set()}
                for own in ast.walk(function):
                    if isinstance(own, ast.Attribute) and isinstance(own.value, ast.Name):
                        named.get(own.value.id, set()).add(own.attr)
                for both in itertools.product(named["Permission"], named["Purpose"]):
                    yield f"{path.stem}.{function.name}", *both


_CHOOSES = {
    # The kind of what a picture shows says for which purpose it is looked at.
    "listed_pictures._purpose_of_look",
    # Whether links to alerts and travellers are shown beside a lane's figures.
    "performance_lanes.lane",
}


def test_services_act_for_the_purposes_of_their_actions() -> None:
    """A service that asked for one thing and did it for the sake of another would be refused to
    agencies that may do it, or allowed to those that may not."""
    wrong = [
        step
        for step in _steps_of_services()
        if step[0] not in _CHOOSES and P[step[1]] not in FOR_PURPOSE[Purpose[step[2]]]
    ]
    assert wrong == []
