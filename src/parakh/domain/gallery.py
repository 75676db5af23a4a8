"""Galleries of enrolled faces (ISO/IEC 2382-37): what each is for, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WATCHLIST_GALLERY = "watchlist"
"""The gallery that every centre has, for persons on watchlists."""

VOYAGE_GALLERY = "voyages"
"""The gallery that every centre has, for travellers who are expected or were just seen: in truth
one small gallery a voyage, each under its own key, under one purpose."""


class GalleryKind(StrEnum):
    """Whose faces a gallery holds."""

    WATCHLIST = "watchlist"
    CUSTODY = "custody"
    MISSING = "missing"
    VOYAGES = "voyages"


@dataclass(frozen=True, kw_only=True, slots=True)
class Gallery:
    """Faces that are held for one purpose.

    The persons of every kind but `voyages` stand on watchlists that name the gallery; those of
    `voyages` are travellers.

    Attributes:
        purpose: what the faces are held for, in words.
        legal_basis: the law that allows it; "" until somebody has stated it.
        retention: how long a face is held: of a traveller after his crossing, of everybody else
            after his enrolment, unless his entry ends sooner. None where the entry alone decides.
        at_gates: whether every face at a gate is searched in it.
        units: those whose officers may search it by hand; empty for every unit.
        erased_at: when its key was destroyed last, and with it all that was held until then.
    """

    id: str
    name: str
    kind: GalleryKind
    purpose: str
    legal_basis: str
    retention: timedelta | None = None
    at_gates: bool = True
    units: frozenset[str] = frozenset()
    erased_at: datetime | None = None

    def open_to(self, units: frozenset[str]) -> bool:
        """Whether officers of these units may search it by hand."""
        return not self.units or bool(self.units & units)


class TwinState(StrEnum):
    """What became of two enrolled persons whose faces are alike; only a human decides."""

    OPEN = "open"
    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, kw_only=True, slots=True)
class Twin:
    """Two entries of one gallery that look like one person, such as one held under two names.

    Attributes:
        entry_id, other_id: the entries; the first is the one enrolled later.
        score: cosine similarity of their best templates; `threshold` is what was needed.
        reason: why the officer decided so.
    """

    id: str
    gallery_id: str
    entry_id: str
    other_id: str
    score: float
    threshold: float
    found_at: datetime
    state: TwinState = TwinState.OPEN
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str = ""


class StagedFrom(StrEnum):
    """Where a traveller's template comes from."""

    DOCUMENT = "document"
    REGISTER = "register"
    CAPTURE = "capture"
