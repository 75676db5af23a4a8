"""Declarations of currency that persons carry across the border."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from parakh.domain.dates import PartialDate
from parakh.domain.outcome import Money
from parakh.domain.traveller import PersonName
from parakh.domain.voyage import Direction


class Instrument(StrEnum):
    """In what money is carried (FATF Recommendation 32: currency and bearer instruments)."""

    CASH = "cash"
    CHEQUE = "cheque"
    TRAVELLERS_CHEQUE = "travellers_cheque"
    PROMISSORY_NOTE = "promissory_note"
    MONEY_ORDER = "money_order"
    PREPAID_CARD = "prepaid_card"
    GOLD = "gold"
    GEMS = "gems"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """One amount of one instrument; `value` is it in the centre's currency by the rate of the day,
    None where no rate is known."""

    instrument: Instrument
    money: Money
    value: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CurrencyDeclaration:
    """What one person declared at one crossing.

    Attributes:
        reference: its number with the office that took it; unique with `source`.
        port: where it was made.
        name, birth_date, document_number, document_issuer, nationality: of who carries, as he said.
        traveller_id: him among travellers, where he was recognised.
        booking_reference: of his booking, where it is told or known.
        family: what those who declare together share; "" for one alone.
        origin: from where the money comes; `purpose` for what it is; in words.
        owner, recipient: whose it is and for whom; "" for his own.
        cancelled: whether it was taken back.
    """

    id: str
    source: str
    reference: str
    port: str
    direction: Direction
    at: datetime
    name: PersonName
    birth_date: PartialDate | None = None
    nationality: str | None = None
    document_number: str = ""
    document_issuer: str | None = None
    traveller_id: str | None = None
    booking_reference: str = ""
    family: str = ""
    carried: tuple[Carried, ...] = ()
    origin: str = ""
    purpose: str = ""
    owner: str = ""
    recipient: str = ""
    cancelled: bool = False

    @property
    def value(self) -> Decimal | None:
        """All of it in the centre's currency; None as soon as one amount has no rate."""
        values = [own.value for own in self.carried]
        if any(own is None for own in values):
            return None
        return sum((own for own in values if own is not None), Decimal(0))
