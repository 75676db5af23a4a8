"""Links: what travellers share, how rare it is, and the web that this makes of persons.

A person stands under his holder: the identifier of his person where several journeys are linked to
one (`parakh.store.persons`), else that of the traveller.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

HUB = 30
"""A value that more persons hold says nothing of any two of them: a travel agency, an airline's own
telephone, the street of a hotel. It is shown and not walked through."""


class LinkKind(StrEnum):
    """What can be shared, in the order in which it is told.

    `consignee` and `vehicle` come with declarations of goods and sightings of vehicles.
    """

    DOCUMENT = "document"
    PAYMENT = "payment"
    EMAIL = "email"
    PHONE = "phone"
    FAMILY = "family"
    BOOKING = "booking"
    ADDRESS = "address"
    REFERENCE = "reference"
    VEHICLE = "vehicle"
    CONSIGNEE = "consignee"
    CO_TRAVEL = "co_travel"
    AGENCY = "agency"


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """A value by which a traveller may be linked with others.

    Attributes:
        value: as it is compared; equal values of one kind are one.
        told: as it was declared.
        line: where it stood in its message, 0 if that is not known.
    """

    kind: LinkKind
    value: str
    told: str
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """A value that several persons share.

    Attributes:
        token: stands for the value, which nobody can read from it; 32 hexadecimal digits.
        holders: how many persons hold it; of a hub, `HUB` + 1 stands for that many or more.
        persons: those of them that are in the web, in order.
        first_on, last_on: the days of the first and the last message that told them so.
    """

    kind: LinkKind
    token: str
    holders: int
    persons: tuple[str, ...]
    first_on: date
    last_on: date

    @property
    def hub(self) -> bool:
        """Whether too many hold it."""
        return self.holders > HUB


@dataclass(frozen=True, kw_only=True, slots=True)
class Web:
    """Persons around one, and what they share.

    Attributes:
        hops: by holder, in how many steps a person is reached; 0 for where it starts.
        shared: rarest first; values that one person alone holds are left out.
        more: whether there are more persons than were asked for.
    """

    hops: Mapping[str, int]
    shared: tuple[Shared, ...]
    more: bool
