"""What an agency may do, by its kind and by the purpose: the bound of what its roles grant."""

from collections.abc import Mapping

from parakh.access.permissions import Permission, Purpose
from parakh.domain.agency import AgencyKind

P = Permission
Actions = frozenset[Permission]

FOR_PURPOSE: dict[Purpose, Actions] = {
    Purpose.INTAKE: frozenset(
        {P.SEE_MESSAGES, P.SEND_MESSAGES, P.RERUN_MESSAGES, P.KEEP_TIMETABLE, P.SEE_VOYAGES,
         P.SEE_TRAVELLERS, P.ACT_FOR_REGION}
    ),
    Purpose.SCREENING: frozenset({P.SCREEN_BY_HAND, P.SEARCH_FACES, P.STAGE_FACES}),
    Purpose.VETTING: frozenset(
        {P.SEE_VOYAGES, P.SEE_TRAVELLERS, P.VET_TRAVELLERS, P.LINK_PERSONS, P.SEE_LINKS, P.SEARCH,
         P.EXPORT_TRAVELLERS, P.ASK_TO_UNMASK, P.UNMASK, P.HANDLE_ALERTS, P.USE_GATE,
         P.STAGE_FACES, P.SEARCH_FACES, P.VERIFY_IDENTITY}
    ),
    Purpose.ALERT: frozenset({P.SEE_ALERTS, P.HANDLE_ALERTS, P.EVERY_UNIT}),
    Purpose.GATE: frozenset(
        {P.USE_GATE, P.VET_TRAVELLERS, P.SEARCH_FACES, P.SEARCH, P.SEE_VOYAGES, P.SEE_TRAVELLERS}
    ),
    Purpose.WATCHLIST: frozenset(
        {P.SEE_WATCHLISTS, P.PROPOSE_ENTRIES, P.DECIDE_ENTRIES, P.SEARCH_FACES,
         P.ENROL_DETAINEES, P.SEE_GALLERIES, P.DECIDE_TWINS, P.SEE_CALIBRATION, P.CALIBRATE,
         P.SEE_VOYAGES, P.STAGE_FACES}
    ),
    Purpose.REDRESS: frozenset({P.SEE_REDRESS, P.KEEP_REDRESS}),
    Purpose.RULES: frozenset({P.SEE_RULES, P.WRITE_RULES, P.REVIEW_RULES, P.EXCEED_BUDGETS}),
    Purpose.LOOKOUT: frozenset({P.PLACE_LOOKOUTS, P.CONFIRM_LOOKOUTS, P.SEE_ALERTS}),
    Purpose.CASE: frozenset({P.SEE_CASES, P.WORK_CASES, P.HAND_OVER_CASES}),
    Purpose.PROFILE: frozenset({P.SEE_PROFILES, P.KEEP_PROFILES, P.REVIEW_PROFILES}),
    Purpose.GOODS: frozenset(
        {P.SEE_GOODS, P.VET_GOODS, P.REROUTE_GOODS, P.SEE_SELECTIVITY, P.KEEP_SELECTIVITY,
         P.SEE_MODELS, P.TRAIN_MODELS, P.DECIDE_MODELS, P.SEND_MESSAGES}
    ),
    Purpose.CURRENCY: frozenset({P.SEE_CURRENCY}),
    Purpose.ENFORCEMENT: frozenset({P.SEE_ENFORCEMENT}),
    Purpose.EXAMINATION: frozenset(
        {P.SEE_EXAMINATIONS, P.ORDER_EXAMINATIONS, P.EXAMINE, P.PLAN_EXAMINATIONS}
    ),
    Purpose.TRENDS: frozenset({P.SEE_TRENDS, P.KEEP_REPORTS, P.WRITE_RULES}),
    Purpose.PERFORMANCE: frozenset({P.SEE_PERFORMANCE, P.SEE_OFFICER_FIGURES, P.KEEP_POSTS}),
    Purpose.SHARING: frozenset(
        {P.SHARE_RECORDS, P.DECIDE_SHARES, P.ASK_FOR_SHARES, P.SEE_SHARED, P.LIAISE}
    ),
    Purpose.LINKED: frozenset(
        {P.VERIFY_IDENTITY, P.SEE_CONNECTORS, P.KEEP_CONNECTORS, P.ACT_FOR_REGION}
    ),
    Purpose.AUDIT: frozenset({P.SEE_AUDIT, P.SEE_SELECTIVITY}),
    Purpose.ADMINISTRATION: frozenset(
        {P.MANAGE_USERS, P.END_SESSIONS, P.ROUTE_ALERTS, P.SEE_STATIONS, P.KEEP_STATIONS,
         P.KEEP_GALLERIES, P.SEE_CALIBRATION, P.SEE_AGENCIES, P.KEEP_AGENCIES,
         P.KEEP_CONNECTORS, P.KEEP_POSTS}
    ),
}  # fmt: skip
"""The actions that are done for each purpose."""

_RUNS_THE_CENTRE = frozenset(
    {P.MANAGE_USERS, P.END_SESSIONS, P.KEEP_AGENCIES, P.SEE_AUDIT, P.SEE_CONNECTORS,
     P.KEEP_CONNECTORS, P.KEEP_POSTS, P.KEEP_STATIONS, P.KEEP_GALLERIES, P.ROUTE_ALERTS,
     P.RERUN_MESSAGES, P.CALIBRATE, P.EXCEED_BUDGETS, P.KEEP_SELECTIVITY, P.TRAIN_MODELS,
     P.DECIDE_MODELS, P.KEEP_REPORTS, P.ACT_FOR_REGION, P.EVERY_UNIT}
)  # fmt: skip


def _guest(*purposes: Purpose, without: Actions = frozenset()) -> dict[Purpose, Actions]:
    """The grant of a guest: his own account, and some purposes but for what runs the centre."""
    kept = {own: FOR_PURPOSE[own] - _RUNS_THE_CENTRE - without for own in purposes}
    return {Purpose.ADMINISTRATION: frozenset(), **kept}


_PERSONS = (
    Purpose.SCREENING, Purpose.VETTING, Purpose.ALERT, Purpose.WATCHLIST, Purpose.RULES,
    Purpose.LOOKOUT, Purpose.CASE, Purpose.PROFILE, Purpose.TRENDS, Purpose.PERFORMANCE,
    Purpose.SHARING, Purpose.LINKED,
)  # fmt: skip

AGENCY_GRANTS: Mapping[AgencyKind, Mapping[Purpose, Actions]] = {
    AgencyKind.CENTRE: {
        own: actions - {P.LIAISE} for own, actions in FOR_PURPOSE.items()
    },
    AgencyKind.CUSTOMS: {
        **_guest(*(own for own in Purpose if own is not Purpose.AUDIT)),
        Purpose.ADMINISTRATION: frozenset({P.SEE_STATIONS}),
    },
    AgencyKind.IMMIGRATION: _guest(*_PERSONS, Purpose.INTAKE, Purpose.GATE, Purpose.REDRESS),
    AgencyKind.ANTI_NARCOTICS: _guest(
        *_PERSONS, Purpose.GOODS, Purpose.ENFORCEMENT, Purpose.EXAMINATION,
        without=frozenset(
            {P.USE_GATE, P.EXPORT_TRAVELLERS, P.REROUTE_GOODS, P.ORDER_EXAMINATIONS, P.EXAMINE,
             P.PLAN_EXAMINATIONS, P.ENROL_DETAINEES, P.STAGE_FACES, P.SEND_MESSAGES}
        ),
    ),
    AgencyKind.POLICE: _guest(Purpose.LOOKOUT, Purpose.ALERT, Purpose.CASE, Purpose.SHARING),
    AgencyKind.OTHER: _guest(
        Purpose.SHARING, without=frozenset({P.SHARE_RECORDS, P.DECIDE_SHARES})
    ),
}  # fmt: skip
"""What officers of an agency may do for a purpose, where their roles grant it too.

What is not here is refused. The one whose centre this is may do all but act as a guest's liaison.
A purpose without actions stands for what everybody does with an account of his own.
"""

OF_NO_AGENCY: Mapping[Purpose, Actions] = {Purpose.ADMINISTRATION: frozenset()}
"""What an officer of no unit may do: he works for no agency, and has his own account alone."""
