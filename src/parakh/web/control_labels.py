"""Words for the control room: levels, troubles, kinds of posts."""

from enum import StrEnum

from parakh.domain.phrase import N_
from parakh.domain.post import PostKind
from parakh.domain.trouble import TroubleKind, TroubleState
from parakh.services.performance import Level

CONTROL_LABELS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
    Level: {
        Level.TROUBLE: (N_("Trouble"), "red"),
        Level.WATCH: (N_("Watch"), "amber"),
        Level.NORMAL: (N_("Normal"), "green"),
        Level.QUIET: (N_("No data"), ""),
    },
    TroubleKind: {
        TroubleKind.CAMERA_DOWN: (N_("Camera down"), "red"),
        TroubleKind.STATION_SILENT: (N_("Station not heard"), "red"),
        TroubleKind.STATION_BEHIND: (N_("Captures wait"), "amber"),
        TroubleKind.QUEUE: (N_("Queue"), "red"),
        TroubleKind.HANDLING: (N_("Slow lane"), "amber"),
        TroubleKind.UNFIT: (N_("Unfit pictures"), "amber"),
        TroubleKind.MATCHING: (N_("Faces do not match"), "amber"),
        TroubleKind.FEED_LATE: (N_("Feed late"), "amber"),
        TroubleKind.FEED_ERRORS: (N_("Feed with errors"), "amber"),
        TroubleKind.LINK_DOWN: (N_("Linked system down"), "amber"),
        TroubleKind.ALERTS_LATE: (N_("Alerts late"), "amber"),
        TroubleKind.RANDOM_SHARE: (N_("Random share missed"), "amber"),
    },
    TroubleState: {
        TroubleState.BEGINNING: (N_("Beginning"), ""),
        TroubleState.OPEN: (N_("Open"), "red"),
        TroubleState.ACKNOWLEDGED: (N_("Seen to"), "amber"),
        TroubleState.CLEARED: (N_("Over"), "green"),
    },
    PostKind: {
        PostKind.AIRPORT: (N_("Airport"), ""),
        PostKind.SEAPORT: (N_("Seaport"), ""),
        PostKind.LAND: (N_("Land crossing"), ""),
        PostKind.DRY_PORT: (N_("Dry port"), ""),
        PostKind.RAIL: (N_("Railway station"), ""),
    },
}

LIMIT_UNITS: dict[TroubleKind, str] = {
    TroubleKind.CAMERA_DOWN: N_("min"),
    TroubleKind.STATION_SILENT: N_("min"),
    TroubleKind.STATION_BEHIND: N_("captures"),
    TroubleKind.QUEUE: N_("travellers"),
    TroubleKind.HANDLING: N_("s, 95 of 100"),
    TroubleKind.UNFIT: N_("percent at most"),
    TroubleKind.MATCHING: N_("percent at least"),
    TroubleKind.FEED_LATE: N_("min longer than usual"),
    TroubleKind.FEED_ERRORS: N_("percent at most"),
    TroubleKind.LINK_DOWN: N_("while it does not answer"),
    TroubleKind.ALERTS_LATE: N_("alerts"),
    TroubleKind.RANDOM_SHARE: N_("percent at least"),
}
"""In what each limit is counted."""
