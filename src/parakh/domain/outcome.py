"""Outcomes in full: what was seized, fined or found wrong; and the labels that follow."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import Ref


class Commodity(StrEnum):
    """What was seized: the groups of the WCO's Illicit Trade Report, and their usual goods."""

    HEROIN = "heroin"
    OPIUM = "opium"
    COCAINE = "cocaine"
    CANNABIS = "cannabis"
    CANNABIS_RESIN = "cannabis_resin"
    METHAMPHETAMINE = "methamphetamine"
    OTHER_DRUGS = "other_drugs"
    PRECURSORS = "precursors"
    MEDICINES = "medicines"
    TOBACCO = "tobacco"
    ALCOHOL = "alcohol"
    CURRENCY = "currency"
    GOLD = "gold"
    GEMS = "gems"
    FIREARMS = "firearms"
    EXPLOSIVES = "explosives"
    STRATEGIC_GOODS = "strategic_goods"
    COUNTERFEITS = "counterfeits"
    WILDLIFE = "wildlife"
    IVORY = "ivory"
    TIMBER = "timber"
    WASTE = "waste"
    CULTURAL_GOODS = "cultural_goods"
    ELECTRONICS = "electronics"
    TEXTILES = "textiles"
    VEHICLES = "vehicles"
    FUEL = "fuel"
    FOOD = "food"
    DOCUMENTS = "documents"
    OTHER = "other"


CHAPTERS: dict[Commodity, int] = {
    Commodity.HEROIN: 29,
    Commodity.OPIUM: 13,
    Commodity.COCAINE: 29,
    Commodity.CANNABIS: 12,
    Commodity.CANNABIS_RESIN: 13,
    Commodity.METHAMPHETAMINE: 29,
    Commodity.OTHER_DRUGS: 29,
    Commodity.PRECURSORS: 29,
    Commodity.MEDICINES: 30,
    Commodity.TOBACCO: 24,
    Commodity.ALCOHOL: 22,
    Commodity.CURRENCY: 49,
    Commodity.GOLD: 71,
    Commodity.GEMS: 71,
    Commodity.FIREARMS: 93,
    Commodity.EXPLOSIVES: 36,
    Commodity.WILDLIFE: 1,
    Commodity.IVORY: 5,
    Commodity.TIMBER: 44,
    Commodity.CULTURAL_GOODS: 97,
    Commodity.ELECTRONICS: 85,
    Commodity.TEXTILES: 62,
    Commodity.VEHICLES: 87,
    Commodity.FUEL: 27,
    Commodity.DOCUMENTS: 49,
}
"""The chapter of the Harmonized System in which a commodity mostly stands; the officer may name
another. Those that stand in many chapters have none."""


class Measure(StrEnum):
    """In what a quantity is counted; the codes are those of UN/ECE Recommendation 20."""

    KILOGRAM = "KGM"
    GRAM = "GRM"
    LITRE = "LTR"
    PIECE = "H87"
    TABLET = "U2"
    CARTON = "CT"
    METRE = "MTR"
    CARAT = "CTM"


class Concealment(StrEnum):
    """Where goods were hidden."""

    NOT_HIDDEN = "not_hidden"
    IN_BODY = "in_body"
    ON_BODY = "on_body"
    BAGGAGE = "baggage"
    CONVEYANCE = "conveyance"
    CARGO = "cargo"
    MAIL = "mail"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217), to the hundredth."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Seizure:
    """One kind of goods that was seized.

    Attributes:
        quantity: in `measure`, to the thousandth; of currency it may be None, and the value says
            how much.
        chapter: of the Harmonized System, 1 to 97; None where the goods stand in many.
    """

    commodity: Commodity
    description: str = ""
    quantity: Decimal | None = None
    measure: Measure = Measure.KILOGRAM
    value: Money | None = None
    chapter: int | None = None
    concealment: Concealment = Concealment.NOT_HIDDEN


@dataclass(frozen=True, kw_only=True, slots=True)
class Details:
    """What an outcome is made of, besides its kind and note.

    `legal_reference` names the law and section, or the number of the seizure report or first
    information report; `place` is where it was found.
    """

    seizures: tuple[Seizure, ...] = ()
    penalty: Money | None = None
    legal_reference: str = ""
    place: str = ""


NO_DETAILS = Details()


@dataclass(frozen=True, kw_only=True, slots=True)
class OutcomeRecord:
    """One outcome of an alert, of a case or of an examination, as recorded; it is never edited.

    Attributes:
        alert_id, case_id, examination_id: what it is the outcome of; one of the three.
        corrects: the earlier record that this one replaces, and `reason` why.
        corrected_by: the later record that replaced this one.
    """

    id: str
    kind: OutcomeKind
    note: str
    details: Details = field(default_factory=Details)
    by: str
    at: datetime
    alert_id: str | None = None
    case_id: str | None = None
    examination_id: str | None = None
    corrects: str | None = None
    reason: str = ""
    corrected_by: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """What became of one hit: what the centre learns from.

    Attributes:
        target: the rule, entry or profile that was met; `screener` says which version met it.
        confirmed: whether an officer said that the hit is right; None where nobody decided.
        found: whether something was found on the subject: True after a seizure, penalty, arrest or
            refusal in any outcome that stands; False where all say that nothing was, or the hit
            was cleared; None after an error in the data, which says nothing of either.
        at: of the newest outcome that counts.
    """

    hit_id: str
    subject: Ref
    target: Ref
    screener: str
    score: float
    confirmed: bool | None
    found: bool | None
    kinds: frozenset[OutcomeKind]
    at: datetime


FOUND = frozenset(
    {OutcomeKind.SEIZURE, OutcomeKind.PENALTY, OutcomeKind.ARREST, OutcomeKind.REFUSED}
)
"""Outcomes that say that the alert was worth it."""

SILENT = frozenset({OutcomeKind.DATA_ERROR})
"""Outcomes that say nothing of whoever was alerted to."""
