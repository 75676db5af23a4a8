"""Words on screen for lanes, policies, trusted traders and verdicts; part of
`parakh.web.labels.LABELS`."""

from enum import StrEnum

from parakh.domain.phrase import N_
from parakh.domain.selectivity import Basis, Lane, PolicyState
from parakh.learn.lane_quality import Verdict
from parakh.services.trusted_traders import TraderState

SELECTIVITY_LABELS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
    Lane: {
        Lane.GREEN: (N_("Green lane"), "green"),
        Lane.BLUE: (N_("Blue lane"), "accent"),
        Lane.YELLOW: (N_("Yellow lane"), "amber"),
        Lane.RED: (N_("Red lane"), "red"),
    },
    Basis: {
        Basis.HIT: (N_("by a hit"), ""),
        Basis.RULE: (N_("by a rule"), ""),
        Basis.MODEL: (N_("by the cargo model"), ""),
        Basis.RANDOM: (N_("by chance"), ""),
        Basis.TRUSTED: (N_("trusted trader"), ""),
        Basis.ORDINARY: (N_("nothing noted"), ""),
        Basis.OFFICER: (N_("by an officer"), ""),
    },
    PolicyState: {
        PolicyState.PROPOSED: (N_("Proposed"), "amber"),
        PolicyState.IN_FORCE: (N_("In force"), "green"),
        PolicyState.REJECTED: (N_("Rejected"), "red"),
        PolicyState.REPLACED: (N_("Replaced"), ""),
    },
    TraderState: {
        TraderState.PROPOSED: (N_("Proposed"), "amber"),
        TraderState.IN_FORCE: (N_("Trusted"), "green"),
        TraderState.ASKED: (N_("To be suspended?"), "orange"),
        TraderState.SUSPENDED: (N_("Suspended"), "red"),
        TraderState.EXPIRED: (N_("Expired"), ""),
        TraderState.REFUSED: (N_("Refused"), "red"),
    },
    Verdict: {
        Verdict.BEATS: (N_("Beats chance"), "green"),
        Verdict.OPEN: (N_("Not told apart yet"), ""),
        Verdict.WORSE: (N_("Worse than chance"), "red"),
    },
}
