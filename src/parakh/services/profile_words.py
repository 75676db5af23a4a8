"""Sentences in which a profile's timeline tells what happened."""

from parakh.domain.alert import OutcomeKind
from parakh.domain.consignment import PartyRole
from parakh.domain.conveyance import MovementKind
from parakh.domain.hit import HitState
from parakh.domain.phrase import N_
from parakh.domain.profile import FactKind, StepKind
from parakh.domain.voyage import Direction

EXPECTED = {
    Direction.ENTRY: N_("Expected to enter at {port}, {voyage}"),
    Direction.EXIT: N_("Expected to leave at {port}, {voyage}"),
    Direction.TRANSIT: N_("Expected in transit at {port}, {voyage}"),
}
SEEN = {
    Direction.ENTRY: N_("Entered at {port}, {voyage}"),
    Direction.EXIT: N_("Left at {port}, {voyage}"),
    Direction.TRANSIT: N_("Passed in transit at {port}, {voyage}"),
}
DECIDED = {
    HitState.CONFIRMED: N_("A hit was confirmed"),
    HitState.CLEARED: N_("A hit was cleared"),
}
RAISED = N_("An alert was raised")
CLOSED = {
    OutcomeKind.NOTHING_FOUND: N_("Nothing was found"),
    OutcomeKind.SEIZURE: N_("Goods were seized"),
    OutcomeKind.PENALTY: N_("A penalty was imposed"),
    OutcomeKind.ARREST: N_("The person was arrested"),
    OutcomeKind.REFUSED: N_("Entry was refused by the competent officer"),
    OutcomeKind.FALSE_MATCH: N_("It was a false match"),
    OutcomeKind.DATA_ERROR: N_("It was an error in the data"),
}
CONSIGNED = {
    PartyRole.IMPORTER: N_("Importer of {number}"),
    PartyRole.EXPORTER: N_("Exporter of {number}"),
    PartyRole.CONSIGNEE: N_("Consignee of {number}"),
    PartyRole.AGENT: N_("Clearing agent of {number}"),
    PartyRole.CARRIER: N_("Carrier of {number}"),
    PartyRole.NOTIFY: N_("To be notified of {number}"),
}
IN_CONTAINER = N_("Goods in it: {number}")
CROSSED = {
    Direction.ENTRY: N_("{number} entered at {place}"),
    Direction.EXIT: N_("{number} left at {place}"),
    Direction.TRANSIT: N_("{number} passed in transit at {place}"),
}
MOVED = {
    MovementKind.CROSSING: N_("{number} crossed at {place}"),
    MovementKind.SIGHTING: N_("{number} was seen at {place}"),
    MovementKind.LOADED: N_("{number} was loaded at {place}"),
    MovementKind.DISCHARGED: N_("{number} was discharged at {place}"),
    MovementKind.GATE_IN: N_("{number} came in at {place}"),
    MovementKind.GATE_OUT: N_("{number} went out at {place}"),
    MovementKind.WEIGHED: N_("{number} was weighed at {place}"),
}
CASE = N_("Case {number} was opened: {title}")
TOLD = {
    FactKind.NAME: N_("Name added: {value}"),
    FactKind.IDENTIFIER: N_("Number added: {value}"),
    FactKind.BIRTH_DATE: N_("Date of birth added: {value}"),
    FactKind.NATIONALITY: N_("Nationality added: {value}"),
    FactKind.PICTURE: N_("A picture was added"),
    FactKind.MEMBER: N_("A member was added"),
    FactKind.ASSOCIATION: N_("An association was added"),
    FactKind.NOTE: N_("Noted: {value}"),
}
TAKEN_BACK = {
    FactKind.NAME: N_("Name taken back: {value}"),
    FactKind.IDENTIFIER: N_("Number taken back: {value}"),
    FactKind.BIRTH_DATE: N_("Date of birth taken back: {value}"),
    FactKind.NATIONALITY: N_("Nationality taken back: {value}"),
    FactKind.PICTURE: N_("A picture was taken back"),
    FactKind.MEMBER: N_("A member was taken off"),
    FactKind.ASSOCIATION: N_("An association was taken back"),
    FactKind.NOTE: N_("Taken back: {value}"),
}
STEPS = {
    StepKind.OPENED: N_("The profile was proposed"),
    StepKind.APPROVED: N_("The profile came into force"),
    StepKind.REJECTED: N_("The profile was rejected"),
    StepKind.EDITED: N_("What is said of it was changed"),
    StepKind.KEPT: N_("It was reviewed and is kept"),
    StepKind.CLOSED: N_("The profile was closed"),
    StepKind.EXPIRED: N_("The profile expired"),
    StepKind.REOPENED: N_("The profile was proposed again"),
    StepKind.MERGED: N_("Another profile became part of it"),
    StepKind.UNMERGED: N_("A merger was undone"),
    StepKind.SPLIT: N_("It was split in two"),
    StepKind.ALERT_ON: N_("Alert when seen: on"),
    StepKind.ALERT_OFF: N_("Alert when seen: off"),
}
