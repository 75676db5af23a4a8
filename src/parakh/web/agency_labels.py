"""Words on screen for agencies and what they share; part of `parakh.web.labels.LABELS`."""

from enum import StrEnum

from parakh.domain.agency import AgencyKind
from parakh.domain.phrase import N_
from parakh.domain.sharing import Part, RecordKind, RequestState, ShareState

AGENCY_LABELS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
    AgencyKind: {
        AgencyKind.CENTRE: (N_("Runs the centre"), "accent"),
        AgencyKind.CUSTOMS: (N_("Customs"), ""),
        AgencyKind.IMMIGRATION: (N_("Immigration"), ""),
        AgencyKind.ANTI_NARCOTICS: (N_("Anti-narcotics"), ""),
        AgencyKind.POLICE: (N_("Police"), ""),
        AgencyKind.OTHER: (N_("Another agency"), ""),
    },
    RecordKind: {
        RecordKind.ALERT: (N_("Alert"), ""),
        RecordKind.PROFILE: (N_("Profile"), ""),
        RecordKind.CASE: (N_("Case"), ""),
    },
    Part: {
        Part.REASONS: (N_("Reasons"), ""),
        Part.OUTCOMES: (N_("Outcomes"), ""),
        Part.FACTS: (N_("Facts"), ""),
        Part.JOURNEYS: (N_("Journeys"), ""),
        Part.PARTIES: (N_("Parties"), ""),
        Part.ALERTS: (N_("Alerts"), ""),
        Part.TASKS: (N_("Tasks"), ""),
        Part.NOTES: (N_("Notes"), ""),
        Part.TIMELINE: (N_("Timeline"), ""),
    },
    ShareState: {
        ShareState.WAITING: (N_("To be approved"), "amber"),
        ShareState.IN_FORCE: (N_("Shared"), "green"),
        ShareState.REFUSED: (N_("Refused"), ""),
        ShareState.ENDED: (N_("Taken back"), ""),
    },
    RequestState: {
        RequestState.OPEN: (N_("Open"), "amber"),
        RequestState.GRANTED: (N_("Granted"), "green"),
        RequestState.REFUSED: (N_("Refused"), ""),
    },
}
