"""Persons as declared, with their documents."""

from dataclasses import dataclass
from enum import StrEnum

from parakh.domain.dates import PartialDate


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonName:
    """A person's name in upper case: primary and secondary identifier of ICAO 9303-3, clause 4.6.

    Either may be empty; some people have one name only. Characters keep their own script.
    """

    family: str
    given: str

    @property
    def full(self) -> str:
        """Given names, then family name."""
        return f"{self.given} {self.family}".strip()

    def __str__(self) -> str:
        """As on a list: `FAMILY, GIVEN`."""
        return f"{self.family}, {self.given}" if self.family and self.given else self.full


class Sex(StrEnum):
    """ICAO 9303-4: M, F, or X for unspecified."""

    MALE = "M"
    FEMALE = "F"
    UNSPECIFIED = "X"


class DocumentType(StrEnum):
    """Kinds of travel document (UN/EDIFACT 1001 as used in PAXLST, ICAO 9303)."""

    PASSPORT = "P"
    VISA = "V"
    IDENTITY_CARD = "I"
    OTHER = "O"


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A travel document.

    `number` has no spaces or fillers; `issuer` is ISO 3166-1 alpha-3 or one of ICAO's own codes.
    """

    type: DocumentType
    number: str
    issuer: str | None = None
    expiry: PartialDate | None = None


SHORTEST_NUMBER = 4
"""Characters of a document number that can be looked for."""

SHORTEST_PROOF = 5
"""Characters of one by which somebody is known again without a human's word: `NONE` and `1234`
stand in many messages."""


def is_number(text: str, shortest: int = SHORTEST_NUMBER) -> bool:
    """Whether a document number is one: shorter ones, and those of one sign only (`00000000`), are
    fillers."""
    return len(text) >= shortest and len(set(text)) > 1


class TravellerRole(StrEnum):
    """In what capacity a person travels."""

    PASSENGER = "passenger"
    CREW = "crew"
    TRANSIT = "transit"


class Standing(StrEnum):
    """Whether a person comes, as far as his carrier said last."""

    EXPECTED = "expected"
    BOARDED = "boarded"
    NOT_BOARDED = "not_boarded"
    CANCELLED = "cancelled"

    @property
    def comes(self) -> bool:
        """Whether he must be looked for at the border."""
        return self in (Standing.EXPECTED, Standing.BOARDED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Traveller:
    """A person as declared for one voyage, normalised: what all sources say of him together.

    Countries are ISO 3166-1 alpha-3; ports IATA or UN/LOCODE codes; `bags` are tag numbers.
    `father_name` and `birth_place` are as declared, in capitals, "" where nobody told them.
    `voyage_id` is "" for somebody who crossed by no declared voyage.
    """

    id: str
    voyage_id: str
    role: TravellerRole
    name: PersonName
    birth_date: PartialDate | None = None
    sex: Sex | None = None
    nationality: str | None = None
    residence: str | None = None
    embarkation: str | None = None
    debarkation: str | None = None
    booking_reference: str | None = None
    seat: str | None = None
    bags: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    father_name: str = ""
    birth_place: str = ""
    standing: Standing = Standing.EXPECTED
