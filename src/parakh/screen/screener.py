"""The one shape of every screener: watchlists, faces, rules, cargo, history, links."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from parakh.domain.consignment import Consignment
from parakh.domain.conveyance import Conveyance, Movement
from parakh.domain.face import Template
from parakh.domain.hit import Hit, Ref
from parakh.domain.traveller import Traveller
from parakh.domain.voyage import Crossing, Voyage
from parakh.domain.watchlist import EntryKind, Identifier


@dataclass(frozen=True, kw_only=True, slots=True)
class TravellerSubject:
    """A person to be screened: as declared for a voyage, or as his document says at a gate.

    `crossing` is the one that he is expected to make, or makes just now.
    """

    ref: Ref
    traveller: Traveller
    voyage: Voyage | None
    crossing: Crossing | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FaceSubject:
    """A face captured at a gate; `ref` is the traveller if he is known, else the capture.

    `probes` are its templates, one of each model by which somebody is enrolled.
    """

    ref: Ref
    probes: tuple[Template, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganisationSubject:
    """A company or other body: by name, `country` (alpha-3) and numbers."""

    ref: Ref
    name: str
    country: str | None = None
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ConveyanceSubject:
    """A vessel, an aircraft or a vehicle: by numbers, and a vessel by its name too."""

    ref: Ref
    kind: EntryKind
    name: str = ""
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsignmentSubject:
    """Goods to be screened, with the voyage and the conveyance that carry them."""

    ref: Ref
    consignment: Consignment
    voyage: Voyage | None = None
    conveyance: Conveyance | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitSubject:
    """A transport unit to be screened for what it did; `movement` is what led to it."""

    ref: Ref
    conveyance: Conveyance
    movement: Movement | None = None


Subject = (
    TravellerSubject
    | FaceSubject
    | OrganisationSubject
    | ConveyanceSubject
    | ConsignmentSubject
    | UnitSubject
)
"""What can be screened."""


class Screener(Protocol):
    """Compares a batch of subjects (a voyage at a time) with what it knows."""

    @property
    def name(self) -> str:
        """`id@version`, stamped on every hit and result."""
        ...

    def applies(self, subject: Subject) -> bool:
        """Whether this screener has anything to say about such a subject."""
        ...

    def screen(self, subjects: Sequence[Subject]) -> Sequence[Sequence[Hit]]:
        """The hits of each subject, in the order given; raising is recorded as a failure."""
        ...
