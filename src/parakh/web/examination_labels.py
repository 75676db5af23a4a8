"""Words on screen for examinations and rosters; part of `parakh.web.labels.LABELS`."""

from enum import StrEnum

from parakh.domain.examination import Answer, First, OrderState, PolicyState, Skill
from parakh.domain.phrase import N_
from parakh.domain.roster import RosterState
from parakh.services.examinations import OWN_REASONS
from parakh.web.i18n import gettext

EXAMINATION_LABELS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
    OrderState: {
        OrderState.ORDERED: (N_("Ordered"), ""),
        OrderState.GROUNDED: (N_("Grounded"), "amber"),
        OrderState.ASSIGNED: (N_("With an examiner"), "accent"),
        OrderState.BEGUN: (N_("Being examined"), "accent"),
        OrderState.REPORTED: (N_("Reported"), "green"),
        OrderState.CALLED_OFF: (N_("Called off"), "plain"),
    },
    Skill: {
        Skill.DANGEROUS: (N_("Dangerous goods"), ""),
        Skill.FOOD: (N_("Food"), ""),
        Skill.LIVE_ANIMALS: (N_("Live animals"), ""),
        Skill.MEDICINES: (N_("Medicines"), ""),
        Skill.TEXTILES: (N_("Textiles"), ""),
        Skill.ELECTRONICS: (N_("Machines and electronics"), ""),
        Skill.VEHICLES: (N_("Vehicles"), ""),
        Skill.PRECIOUS: (N_("Gems and precious metals"), ""),
        Skill.ARMS: (N_("Arms"), ""),
    },
    First: {
        First.SINGLE_ITEM: (N_("Single items"), ""),
        First.PERISHABLE: (N_("Perishables"), ""),
        First.WAITING: (N_("Waiting time"), ""),
        First.RISK: (N_("Risk"), ""),
    },
    PolicyState: {
        PolicyState.PROPOSED: (N_("Proposed"), "amber"),
        PolicyState.IN_FORCE: (N_("In force"), "green"),
        PolicyState.REJECTED: (N_("Rejected"), ""),
        PolicyState.REPLACED: (N_("Replaced"), "plain"),
    },
    Answer: {
        Answer.YES: (N_("Yes"), "green"),
        Answer.NO: (N_("No"), "red"),
        Answer.NOT_APPLICABLE: (N_("Does not apply"), "plain"),
    },
    RosterState: {
        RosterState.DRAFT: (N_("Draft"), "amber"),
        RosterState.PUBLISHED: (N_("Published"), "green"),
        RosterState.DISCARDED: (N_("Discarded"), "plain"),
    },
}


def why_ended(text: str) -> str:
    """Why an order, or its assignment, ended: as an officer wrote it, or the program's own words in
    the language of the request."""
    return gettext(text) if text in OWN_REASONS else text


SLOTS = (N_("Morning"), N_("Evening"), N_("Night"))
"""Names of the slots of a day."""

SHORT_SLOTS = (N_("M"), N_("E"), N_("N"))
"""The same in a grid."""
