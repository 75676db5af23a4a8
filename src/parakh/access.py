"""Who acts, and what he may do. The only place where permissions are written down."""

from dataclasses import dataclass
from enum import StrEnum

from parakh.errors import Forbidden, NotFound


class Permission(StrEnum):
    """One action, or one kind of look, each."""

    SEE_VOYAGES = "see_voyages"
    SEE_TRAVELLERS = "see_travellers"
    LINK_PERSONS = "link_persons"
    SEE_ALERTS = "see_alerts"
    HANDLE_ALERTS = "handle_alerts"
    USE_GATE = "use_gate"
    SEE_WATCHLISTS = "see_watchlists"
    PROPOSE_ENTRIES = "propose_entries"
    DECIDE_ENTRIES = "decide_entries"
    SEE_REDRESS = "see_redress"
    KEEP_REDRESS = "keep_redress"
    SCREEN_BY_HAND = "screen_by_hand"
    SEARCH_FACES = "search_faces"
    ENROL_DETAINEES = "enrol_detainees"
    STAGE_FACES = "stage_faces"
    SEE_GALLERIES = "see_galleries"
    KEEP_GALLERIES = "keep_galleries"
    DECIDE_TWINS = "decide_twins"
    SEE_STATIONS = "see_stations"
    KEEP_STATIONS = "keep_stations"
    VET_TRAVELLERS = "vet_travellers"
    SEARCH = "search"
    EXPORT_TRAVELLERS = "export_travellers"
    ASK_TO_UNMASK = "ask_to_unmask"
    UNMASK = "unmask"
    SEE_RULES = "see_rules"
    WRITE_RULES = "write_rules"
    REVIEW_RULES = "review_rules"
    EXCEED_BUDGETS = "exceed_budgets"
    ROUTE_ALERTS = "route_alerts"
    PLACE_LOOKOUTS = "place_lookouts"
    CONFIRM_LOOKOUTS = "confirm_lookouts"
    SEE_CASES = "see_cases"
    WORK_CASES = "work_cases"
    HAND_OVER_CASES = "hand_over_cases"
    SEE_PROFILES = "see_profiles"
    KEEP_PROFILES = "keep_profiles"
    REVIEW_PROFILES = "review_profiles"
    SEE_LINKS = "see_links"
    SEE_CALIBRATION = "see_calibration"
    CALIBRATE = "calibrate"
    SEE_MESSAGES = "see_messages"
    SEND_MESSAGES = "send_messages"
    RERUN_MESSAGES = "rerun_messages"
    KEEP_TIMETABLE = "keep_timetable"
    SEE_AUDIT = "see_audit"
    MANAGE_USERS = "manage_users"
    EVERY_UNIT = "every_unit"


P = Permission


class Role(StrEnum):
    """Roles of the centre; docs/ has one page for each."""

    TARGETING = "targeting"
    GATE = "gate"
    SUPERVISOR = "supervisor"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    INTEGRATOR = "integrator"
    CUSTODY = "custody"


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.TARGETING: frozenset(
        {P.SEE_VOYAGES, P.SEE_TRAVELLERS, P.LINK_PERSONS, P.SEE_ALERTS, P.HANDLE_ALERTS,
         P.SEE_WATCHLISTS, P.PROPOSE_ENTRIES, P.SCREEN_BY_HAND, P.SEE_REDRESS, P.KEEP_REDRESS,
         P.SEE_MESSAGES, P.SEND_MESSAGES, P.SEARCH_FACES, P.SEE_GALLERIES, P.VET_TRAVELLERS,
         P.SEARCH, P.SEE_RULES, P.WRITE_RULES, P.PLACE_LOOKOUTS, P.SEE_CASES, P.WORK_CASES,
         P.SEE_PROFILES, P.KEEP_PROFILES, P.SEE_LINKS, P.ASK_TO_UNMASK}
    ),
    Role.GATE: frozenset(
        {P.SEE_VOYAGES, P.SEE_TRAVELLERS, P.SEE_ALERTS, P.HANDLE_ALERTS, P.USE_GATE, P.SEARCH,
         P.PLACE_LOOKOUTS}
    ),
    Role.SUPERVISOR: frozenset(
        {P.SEE_VOYAGES, P.SEE_TRAVELLERS, P.LINK_PERSONS, P.SEE_ALERTS, P.HANDLE_ALERTS,
         P.USE_GATE, P.SEE_WATCHLISTS, P.PROPOSE_ENTRIES, P.SCREEN_BY_HAND, P.DECIDE_ENTRIES,
         P.SEE_REDRESS, P.KEEP_REDRESS, P.SEE_CALIBRATION, P.CALIBRATE, P.SEE_MESSAGES,
         P.SEND_MESSAGES, P.RERUN_MESSAGES, P.KEEP_TIMETABLE, P.EVERY_UNIT,
         P.SEARCH_FACES, P.STAGE_FACES, P.SEE_GALLERIES, P.KEEP_GALLERIES, P.DECIDE_TWINS,
         P.SEE_STATIONS, P.KEEP_STATIONS, P.VET_TRAVELLERS, P.SEARCH, P.SEE_RULES,
         P.WRITE_RULES, P.REVIEW_RULES, P.EXCEED_BUDGETS, P.ROUTE_ALERTS, P.PLACE_LOOKOUTS,
         P.CONFIRM_LOOKOUTS, P.SEE_CASES, P.WORK_CASES, P.HAND_OVER_CASES, P.SEE_PROFILES,
         P.KEEP_PROFILES, P.REVIEW_PROFILES, P.SEE_LINKS, P.ASK_TO_UNMASK, P.UNMASK,
         P.EXPORT_TRAVELLERS}
    ),
    Role.ANALYST: frozenset(
        {P.SEE_VOYAGES, P.SEE_CALIBRATION, P.SEE_MESSAGES, P.EVERY_UNIT, P.SEE_RULES,
         P.WRITE_RULES}
    ),
    Role.AUDITOR: frozenset(
        {P.SEE_AUDIT, P.SEE_WATCHLISTS, P.SEE_REDRESS, P.SEE_MESSAGES, P.EVERY_UNIT,
         P.SEE_GALLERIES, P.SEE_STATIONS, P.SEE_RULES}
    ),
    Role.INTEGRATOR: frozenset(
        {P.SEE_VOYAGES, P.SEE_MESSAGES, P.SEND_MESSAGES, P.RERUN_MESSAGES, P.KEEP_TIMETABLE,
         P.MANAGE_USERS, P.SEE_STATIONS, P.KEEP_STATIONS}
    ),
    Role.CUSTODY: frozenset({P.ENROL_DETAINEES, P.SEARCH_FACES, P.SEE_GALLERIES}),
}  # fmt: skip


class Purpose(StrEnum):
    """Why personal data is looked at or changed; every audit row names one."""

    INTAKE = "intake"
    SCREENING = "screening"
    VETTING = "vetting"
    ALERT = "alert"
    GATE = "gate"
    WATCHLIST = "watchlist"
    REDRESS = "redress"
    RULES = "rules"
    LOOKOUT = "lookout"
    CASE = "case"
    PROFILE = "profile"
    AUDIT = "audit"
    ADMINISTRATION = "administration"


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Somebody or something that acts: a user, or the program itself.

    Attributes:
        name: the sign-in name, or `system:worker` and the like.
        units: identifiers of the units he works for.
        ports: the ports of those units.
        central: whether one of his units is a central one.
        human: False for programs, which may never decide on a hit.
        carrier: whose system it is (IATA or ICAO designator); it sees its own messages only. ""
            for everybody else.
        station: the identifier of the capture station that it is; "" for everybody else.
    """

    id: str
    name: str
    permissions: frozenset[Permission]
    units: frozenset[str] = frozenset()
    ports: frozenset[str] = frozenset()
    central: bool = False
    human: bool = True
    carrier: str = ""
    station: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether the permission is held."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raises Forbidden unless the permission is held."""
        if not self.may(permission):
            raise Forbidden(f"{self.name} may not {permission.value.replace('_', ' ')}")

    @property
    def everywhere(self) -> bool:
        """Whether every unit's and port's records are in view."""
        return self.central or self.may(Permission.EVERY_UNIT)

    def require_carrier(self, carrier: str) -> None:
        """Raises NotFound if the actor is a carrier, and what it asks for is not that carrier's."""
        if self.carrier and self.carrier != carrier:
            raise NotFound("there is no such message")

    def require_port(self, port: str) -> None:
        """Raises Forbidden unless the port belongs to one of the actor's units."""
        if not self.everywhere and port not in self.ports:
            raise Forbidden(f"{self.name} does not work at {port}")


def system_actor(part: str) -> Actor:
    """The program itself, acting in one of its parts (`worker`, `cli`, `demo`)."""
    return Actor(
        id=f"system:{part}",
        name=f"system:{part}",
        permissions=frozenset(Permission),
        central=True,
        human=False,
    )


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """All that the roles grant together."""
    return frozenset().union(*(GRANTS[role] for role in roles))
