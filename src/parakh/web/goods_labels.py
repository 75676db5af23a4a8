"""Words for goods, parties, transport units and lanes, each with the colour of its tag."""

from enum import StrEnum

from parakh.domain.consignment import BillKind, PartyRole
from parakh.domain.conveyance import ConveyanceKind, Heading, MovementKind
from parakh.domain.goods_list import Shown
from parakh.domain.phrase import N_

GOODS_LABELS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
    BillKind: {
        BillKind.MASTER_BILL: (N_("Master bill of lading"), ""),
        BillKind.HOUSE_BILL: (N_("House bill of lading"), ""),
        BillKind.AIR_WAYBILL: (N_("Air waybill"), ""),
        BillKind.ROAD_NOTE: (N_("Consignment note"), ""),
    },
    PartyRole: {
        PartyRole.IMPORTER: (N_("Importer"), ""),
        PartyRole.EXPORTER: (N_("Exporter"), ""),
        PartyRole.CONSIGNEE: (N_("Consignee"), ""),
        PartyRole.AGENT: (N_("Clearing agent"), ""),
        PartyRole.CARRIER: (N_("Carrier"), ""),
        PartyRole.NOTIFY: (N_("To be notified"), ""),
    },
    ConveyanceKind: {
        ConveyanceKind.VEHICLE: (N_("Vehicle"), ""),
        ConveyanceKind.VESSEL: (N_("Vessel"), ""),
        ConveyanceKind.AIRCRAFT: (N_("Aircraft"), ""),
        ConveyanceKind.CONTAINER: (N_("Container"), ""),
    },
    MovementKind: {
        MovementKind.CROSSING: (N_("Crossed the border"), "accent"),
        MovementKind.SIGHTING: (N_("Seen"), "plain"),
        MovementKind.LOADED: (N_("Loaded"), "plain"),
        MovementKind.DISCHARGED: (N_("Discharged"), "plain"),
        MovementKind.GATE_IN: (N_("Came in"), "plain"),
        MovementKind.GATE_OUT: (N_("Went out"), "plain"),
        MovementKind.WEIGHED: (N_("Weighed"), "plain"),
    },
    Heading: {
        Heading.INLAND: (N_("going inland"), ""),
        Heading.BORDER: (N_("going to the border"), ""),
    },
    Shown: {
        Shown.OPEN: (N_("Waiting"), ""),
        Shown.DONE: (N_("Done"), ""),
    },
}
