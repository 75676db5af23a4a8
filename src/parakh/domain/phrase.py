"""Sentences stored as a template and its values, so that a screen can show any language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo


def N_(template: str) -> str:  # noqa: N802  (gettext's own name for "mark, translate later")
    """Marks a template for the translation catalogue and gives it back unchanged."""
    return template


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """An English template with named `{places}` and the values to put there.

    `template` is the key in the translation catalogues; `values` are data (names, numbers) that are
    never translated.
    """

    template: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence in English."""
        return self.template.format(**self.values)


def phrase(template: str, /, **values: object) -> Phrase:
    """Makes a Phrase; `template` must have been marked with `N_`."""
    return Phrase(template=template, values={name: str(value) for name, value in values.items()})


_MOMENT = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d) UTC\b")


def in_zone(text: str, zone: tzinfo) -> str:
    """A sentence with its moments (`2026-11-23 09:20 UTC`) in another time zone, which is named.

    Sentences are stored with moments in UTC and are put into somebody's zone where he reads them.
    """

    def here(found: re.Match[str]) -> str:
        try:
            local = datetime.fromisoformat(found[1]).replace(tzinfo=UTC).astimezone(zone)
        except (ValueError, OverflowError):  # no day, or at the ends of the calendar
            return found[0]
        name = local.strftime("%Z")
        return f"{local:%Y-%m-%d %H:%M} {name if name.isalpha() else _offset(local)}"

    return _MOMENT.sub(here, text)


def _offset(moment: datetime) -> str:
    """`UTC+04:00`, for a zone without a name of its own."""
    return f"UTC{moment.isoformat()[-6:]}"
