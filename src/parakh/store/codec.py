"""Domain values as JSON columns and back, by pydantic's adapters for plain dataclasses."""

from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from parakh.domain.capture import CaptureAnswer
from parakh.domain.consignment import Declaration
from parakh.domain.currency import Carried
from parakh.domain.dates import PartialDate
from parakh.domain.enforcement import CompanyRecord, SeizureRecord, SuspectRecord
from parakh.domain.hit import Evidence, ScreenerResult
from parakh.domain.message import Envelope, Problem
from parakh.domain.outcome import Details
from parakh.domain.phrase import Phrase
from parakh.domain.redress import Addition
from parakh.domain.traveller import Document, PersonName
from parakh.domain.watchlist import Identifier, WatchlistEntry
from parakh.ingest.goods_records import (
    DeclaredConsignment,
    DeclaredCurrency,
    DeclaredEnforcement,
    DeclaredMovement,
)
from parakh.ingest.records import DeclaredBooking, DeclaredTraveller
from parakh.normalise.join import Marks

T = TypeVar("T")


class Codec(Generic[T]):
    """Turns values of one type into what a JSON column takes, and back."""

    def __init__(self, kind: Any) -> None:
        self._adapter: TypeAdapter[T] = TypeAdapter(kind)

    def dump(self, value: T) -> Any:
        """The value as dictionaries, lists and scalars; what is as by default is left out."""
        return self._adapter.dump_python(value, mode="json", exclude_defaults=True)

    def load(self, column: Any) -> T:
        """The value from a column; raises pydantic.ValidationError if the row is damaged."""
        return self._adapter.validate_python(column)


PROBLEMS: Codec[tuple[Problem, ...]] = Codec(tuple[Problem, ...])
NAMES: Codec[tuple[PersonName, ...]] = Codec(tuple[PersonName, ...])
DATES: Codec[tuple[PartialDate, ...]] = Codec(tuple[PartialDate, ...])
IDENTIFIERS: Codec[tuple[Identifier, ...]] = Codec(tuple[Identifier, ...])
ENTRY: Codec[WatchlistEntry] = Codec(WatchlistEntry)
DOCUMENTS: Codec[tuple[Document, ...]] = Codec(tuple[Document, ...])
ADDITIONS: Codec[tuple[Addition, ...]] = Codec(tuple[Addition, ...])
PHRASE: Codec[Phrase] = Codec(Phrase)
EVIDENCE: Codec[tuple[Evidence, ...]] = Codec(tuple[Evidence, ...])
RESULTS: Codec[tuple[ScreenerResult, ...]] = Codec(tuple[ScreenerResult, ...])
DECLARED: Codec[DeclaredTraveller] = Codec(DeclaredTraveller)
BOOKING: Codec[DeclaredBooking] = Codec(DeclaredBooking)
MARKS: Codec[Marks] = Codec(Marks)
CAPTURE_ANSWER: Codec[CaptureAnswer | None] = Codec(CaptureAnswer | None)
ENVELOPE: Codec[Envelope | None] = Codec(Envelope | None)
DECLARATION: Codec[Declaration] = Codec(Declaration)
DECLARED_MOVEMENT: Codec[DeclaredMovement] = Codec(DeclaredMovement)
DECLARED_CURRENCY: Codec[DeclaredCurrency] = Codec(DeclaredCurrency)
DECLARED_ENFORCEMENT: Codec[DeclaredEnforcement] = Codec(DeclaredEnforcement)
PHRASES: Codec[tuple[Phrase, ...]] = Codec(tuple[Phrase, ...])
DETAILS: Codec[Details] = Codec(Details)
CARRIED: Codec[tuple[Carried, ...]] = Codec(tuple[Carried, ...])
SEIZURE_RECORD: Codec[SeizureRecord] = Codec(SeizureRecord)
SUSPECT_RECORD: Codec[SuspectRecord] = Codec(SuspectRecord)
COMPANY_RECORD: Codec[CompanyRecord] = Codec(CompanyRecord)
DECLARED_CONSIGNMENT: Codec[DeclaredConsignment] = Codec(DeclaredConsignment)
