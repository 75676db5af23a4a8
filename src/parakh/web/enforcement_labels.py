"""Words for currency, seizures, suspects and companies, each with the colour of its tag."""

from enum import StrEnum

from parakh.domain.currency import Instrument
from parakh.domain.enforcement import RecordKind
from parakh.domain.phrase import N_


class Method(StrEnum):
    """How something was found (nCEN: detection method)."""

    RISK = "risk"
    ROUTINE = "routine"
    RANDOM = "random"
    TIP = "tip"
    DOG = "dog"
    SCAN = "scan"


METHODS = tuple(Method)

ENFORCEMENT_LABELS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
    Instrument: {
        Instrument.CASH: (N_("Cash"), ""),
        Instrument.CHEQUE: (N_("Cheque"), ""),
        Instrument.TRAVELLERS_CHEQUE: (N_("Traveller's cheque"), ""),
        Instrument.PROMISSORY_NOTE: (N_("Promissory note"), ""),
        Instrument.MONEY_ORDER: (N_("Money order"), ""),
        Instrument.PREPAID_CARD: (N_("Prepaid card"), ""),
        Instrument.GOLD: (N_("Gold"), ""),
        Instrument.GEMS: (N_("Gems"), ""),
        Instrument.OTHER: (N_("Other"), ""),
    },
    RecordKind: {
        RecordKind.SEIZURE: (N_("Seizures"), ""),
        RecordKind.SUSPECT: (N_("Suspects"), ""),
        RecordKind.COMPANY: (N_("Companies"), ""),
    },
    Method: {
        Method.RISK: (N_("by risk analysis"), ""),
        Method.ROUTINE: (N_("in a routine check"), ""),
        Method.RANDOM: (N_("by a random check"), ""),
        Method.TIP: (N_("after a tip"), ""),
        Method.DOG: (N_("by a dog"), ""),
        Method.SCAN: (N_("by a scanner"), ""),
    },
}
