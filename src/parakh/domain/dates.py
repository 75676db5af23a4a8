"""Dates of which a part may be unknown, as they stand on documents and lists."""

import calendar
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
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
        parts = text.split("-")
        if not 1 <= len(parts) <= 3 or not all(p.isascii() and p.isdigit() for p in parts):
            raise ValueError(f"{text!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
        numbers = [int(part) for part in parts] + [None, None]
        year, month, day = numbers[:3]
        assert year is not None  # noqa: S101  (split gives at least one part)
        return cls(year=year, month=month, day=day)

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
