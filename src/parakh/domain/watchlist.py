"""Watchlists and their entries."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from parakh.domain.dates import PartialDate
from parakh.domain.gallery import WATCHLIST_GALLERY
from parakh.domain.traveller import Document, PersonName, Sex


class Handling(StrEnum):
    """What a unit is advised to do about a hit; advice, never an order to the machine."""

    INFORM = "inform"
    INSPECT = "inspect"
    REFER = "refer"


LEAST_ONE_IN, MOST_ONE_IN = 10, 1_000_000
"""Bounds of N where a list may raise at most 1 in N travellers by name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Watchlist:
    """A named list with the reason it may be held at all.

    Attributes:
        handling_code: the agency's own code for what to do, as its officers know it; may be empty.
        instruction: what the officer should do and whom he should call, in words; may be empty.
        unit_id: the unit that is alerted to hits on this list; None for those of the port alone.
        alerts_port: whether the units of the traveller's port are alerted as well.
        alert_rate: of travellers who are not listed, the share that may be raised by name (`0.001`
            is one in a thousand); None for the standard threshold.
        fetched_at: when its source was read last; None for a list that is kept by hand.
        gallery_id: the gallery in which the faces of its entries are enrolled.
        by_name: whether travellers are screened against it by name and document; a list of
            detainees may be one of faces alone.
    """

    id: str
    name: str
    source: str
    legal_basis: str
    handling: Handling
    handling_code: str = ""
    instruction: str = ""
    unit_id: str | None = None
    alerts_port: bool = True
    alert_rate: float | None = None
    fetched_at: datetime | None = None
    gallery_id: str = WATCHLIST_GALLERY
    by_name: bool = True


class EntryKind(StrEnum):
    """What an entry stands for."""

    PERSON = "person"
    ORGANISATION = "organisation"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    VEHICLE = "vehicle"
    CONTAINER = "container"
    DOCUMENT = "document"


class IdentifierKind(StrEnum):
    """Numbers by which organisations and conveyances are known, other than travel documents."""

    IMO = "imo"
    MMSI = "mmsi"
    CALL_SIGN = "call_sign"
    AIRCRAFT_REGISTRATION = "aircraft_registration"
    AIRCRAFT_SERIAL = "aircraft_serial"
    PLATE = "plate"
    CHASSIS = "chassis"
    CONTAINER = "container"
    REGISTRATION = "registration"
    TAX = "tax"


@dataclass(frozen=True, kw_only=True, slots=True)
class Identifier:
    """A number of an organisation or a conveyance, in capitals without blanks or signs.

    `country` (alpha-3) issued it, where that is known. IMO numbers have seven digits (IMO
    resolution A.1117), MMSI nine (ITU-R M.585), aircraft registrations the State's mark and a
    suffix without the hyphen (ICAO Annex 7), chassis numbers seventeen signs (ISO 3779), numbers of
    containers four letters and seven digits (ISO 6346).
    """

    kind: IdentifierKind
    value: str
    country: str | None = None


class EntryState(StrEnum):
    """Four-eyes life of an entry: one person proposes, another decides."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETIRED = "retired"

    def can_become(self, other: "EntryState") -> bool:
        """Whether the step is allowed."""
        return other in _NEXT[self]


_NEXT = {
    EntryState.PROPOSED: {EntryState.APPROVED, EntryState.REJECTED},
    EntryState.APPROVED: {EntryState.RETIRED},
    EntryState.REJECTED: set[EntryState](),
    EntryState.RETIRED: set[EntryState](),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchlistEntry:
    """Somebody or something to look out for.

    Attributes:
        names: the primary name first, then aliases and other spellings. The name of whatever is
            no person stands whole in `PersonName.family`.
        weak_names: aliases that their source itself calls weak (nicknames, single words): alone
            they raise nobody, with other evidence they do.
        father_names, birth_places: as listed, in capitals.
        identifiers: of organisations and conveyances.
        source_id: the source's own, lasting identifier of the entry; "" where it has none.
        reason: why it is listed, as the officer may read it.
        proposed_by: user who proposed it; `decided_by` must be somebody else.
        expires_at: after this moment it is not screened any more.
        review_at: by then somebody must have looked whether it is still needed.
    """

    id: str
    watchlist_id: str
    kind: EntryKind
    names: tuple[PersonName, ...]
    birth_dates: tuple[PartialDate, ...] = ()
    sex: Sex | None = None
    nationalities: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    weak_names: tuple[PersonName, ...] = ()
    father_names: tuple[str, ...] = ()
    birth_places: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    source_id: str = ""
    reason: str = ""
    state: EntryState = EntryState.PROPOSED
    proposed_by: str = ""
    proposed_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    expires_at: datetime | None = None
    review_at: datetime | None = None

    def listed_at(self, moment: datetime) -> bool:
        """Whether travellers are screened against it at `moment`."""
        return self.state is EntryState.APPROVED and (
            self.expires_at is None or moment < self.expires_at
        )


def entry_print(entry: WatchlistEntry) -> str:
    """A digest (SHA-256, hexadecimal) of all that an entry is matched by.

    Its kind, names, weak names, birth dates, sex, nationalities, documents, fathers' names, birth
    places and identifiers, each in whatever order; not its reason, dates of life or decisions.
    """
    matched_by = (
        entry.kind.value,
        [[name.family, name.given] for name in entry.names],
        [[name.family, name.given] for name in entry.weak_names],
        [str(born) for born in entry.birth_dates],
        [entry.sex.value if entry.sex else ""],
        list(entry.nationalities),
        [
            [own.type.value, own.number, own.issuer or "", str(own.expiry or "")]
            for own in entry.documents
        ],
        list(entry.father_names),
        list(entry.birth_places),
        [[own.kind.value, own.value, own.country or ""] for own in entry.identifiers],
    )
    ordered = [sorted(part) if isinstance(part, list) else part for part in matched_by]
    text = json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def listed_content(entry: WatchlistEntry) -> WatchlistEntry:
    """The entry as its source tells it, without its own identifier and the decisions on it, so that
    two versions of it can be compared."""
    return replace(
        entry,
        id="",
        state=EntryState.PROPOSED,
        proposed_by="",
        proposed_at=None,
        decided_by=None,
        decided_at=None,
        review_at=None,
    )
