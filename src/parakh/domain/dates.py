"""Dates of which a part may be unknown, as they stand on documents and lists."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

_FORM = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class PartialDate:
    """A year, with the month and the day where they are known (ISO 8601 reduced precision).

    Raises ValueError when the parts are no date.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.year <= 9999:
            raise ValueError(f"year {self.year} is out of range")
        if self.month is None:
            if self.day is not None:
                raise ValueError("a day without a month")
            return
        if not 1 <= self.month <= 12:
            raise ValueError(f"month {self.month} is out of range")
        if (
            self.day is not None
            and not 1 <= self.day <= calendar.monthrange(self.year, self.month)[1]
        ):
            raise ValueError(f"day {self.day} is out of range")

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; raises ValueError on anything else."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError(f"{text[:20]!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
        numbers = [None if part is None else int(part) for part in found.groups()]
        return cls(year=int(found[1]), month=numbers[1], day=numbers[2])

    @classmethod
    def of(cls, value: date) -> "PartialDate":
        """The whole date `value`."""
        return cls(year=value.year, month=value.month, day=value.day)

    @property
    def complete(self) -> date | None:
        """The date, if all its parts are known."""
        if self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        if self.month is not None:
            parts.append(f"{self.month:02d}")
        if self.day is not None:
            parts.append(f"{self.day:02d}")
        return "-".join(parts)
