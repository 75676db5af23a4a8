"""Named lists of values that rules refer to, such as the phones of a seizure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ValueKind(StrEnum):
    """What the values of a list are; it tells who reads them how to write one."""

    TEXT = "text"
    COUNTRY = "country"
    PORT = "port"
    CARRIER = "carrier"
    DOCUMENT = "document"
    PHONE = "phone"
    EMAIL = "email"
    PLATE = "plate"
    COMMODITY = "commodity"


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueList:
    """A named list.

    Attributes:
        name: as rules write it, in lower case letters, digits and underlines.
        note: what it is for.
        values_at: when a value that counts was put on it, or taken off, the last time; None for
            never.
    """

    id: str
    name: str
    kind: ValueKind
    note: str
    made_by: str
    made_at: datetime
    values_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueItem:
    """One value of a list.

    Attributes:
        note: where it comes from.
        expires_at: from when it stands no more; None for one that stays.
        waits: whether a second person must approve it first; until then no rule sees it.
    """

    value: str
    note: str
    added_by: str
    added_at: datetime
    expires_at: datetime | None = None
    waits: bool = False

    def stands(self, at: datetime) -> bool:
        """Whether it counts at a moment."""
        return not self.waits and (self.expires_at is None or at < self.expires_at)
