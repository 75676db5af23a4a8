"""Enforcement records of other posts and agencies, in the manner of the WCO's nCEN."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from parakh.domain.outcome import Concealment, Money, Seizure


class RecordKind(StrEnum):
    """What a record is of (the three databases of the nCEN)."""

    SEIZURE = "seizure"
    SUSPECT = "suspect"
    COMPANY = "company"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where something was found: names as told; degrees north and east (WGS 84) where known."""

    name: str
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SeizureRecord:
    """One seizure as a post reported it.

    Attributes:
        source, reference: who reported it and under which number; unique together.
        seizures: kinds of goods with quantity and value.
        origin, destination, route: countries (alpha-3) or ports, in order; "" if untold.
        conveyance_kind, conveyance: what it was found in: its kind and number; "" if none.
        container: number of the container in which it was found (ISO 6346); "" if none.
        concealment, concealment_note: where it was hidden, and how.
        method: how it was found: `risk`, `routine`, `random`, `tip`, `dog`, `scan`, or "".
        suspects, companies: references of records of the same source.
        consignment: number of the transport document or declaration; "" if none.
        pictures: identifiers among pictures.
    """

    id: str
    source: str
    reference: str
    at: datetime
    place: Place
    seizures: tuple[Seizure, ...]
    origin: str = ""
    destination: str = ""
    route: tuple[str, ...] = ()
    conveyance_kind: str = ""
    conveyance: str = ""
    container: str = ""
    concealment: Concealment = Concealment.NOT_HIDDEN
    concealment_note: str = ""
    method: str = ""
    suspects: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    consignment: str = ""
    penalty: Money | None = None
    summary: str = ""
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SuspectRecord:
    """One suspected person as an agency reported him; names and numbers as told."""

    id: str
    source: str
    reference: str
    family_name: str
    given_names: str
    aliases: tuple[str, ...] = ()
    birth_date: str = ""
    nationality: str | None = None
    documents: tuple[tuple[str, str, str], ...] = ()
    suspicion: str = ""
    reported_on: date | None = None
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CompanyRecord:
    """One company that had to do with an offence; names and numbers as told."""

    id: str
    source: str
    reference: str
    name: str
    aliases: tuple[str, ...] = ()
    identifier: str = ""
    country: str | None = None
    address: str = ""
    role: str = ""
    suspicion: str = ""
    reported_on: date | None = None


EnforcementRecord = SeizureRecord | SuspectRecord | CompanyRecord
