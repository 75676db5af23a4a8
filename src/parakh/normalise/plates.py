"""Registration plates: one form for comparing, and the forms that countries give them."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from parakh.errors import Misconfigured, Unreadable

LONGEST = 20
"""Letters and digits of a plate; no country gives so many."""

Forms = Mapping[str, Sequence[re.Pattern[str]]]
"""Country (alpha-3) to the forms of its plates; for a country that is not there, any is right."""


def plate(text: str) -> str:
    """A plate in capitals without blanks and signs, as conveyances are known by it."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).upper()))[:LONGEST]


def check_plate(value: str, country: str | None, forms: Forms) -> None:
    """Raises Unreadable if a plate (as `plate` gives it) has none of its country's forms."""
    if not value:
        raise Unreadable("has neither letters nor digits")
    known = forms.get(country or "")
    if known is not None and not any(form.fullmatch(value) for form in known):
        raise Unreadable(f"no plate of {country} is written so")


@lru_cache(maxsize=4)
def plate_forms(own: Path | None = None) -> Forms:
    """The bundled forms, and those of a file of the same form, which come first.

    Raises Misconfigured if that file cannot be read.
    """
    forms = _read(files("parakh.normalise").joinpath("plates.toml").read_text("utf-8"))
    if own is None:
        return forms
    try:
        return forms | _read(own.read_text("utf-8"))
    except (OSError, ValueError, TypeError, re.error) as error:
        raise Misconfigured(f"the file of plates {own} cannot be read: {error}") from error


def _read(text: str) -> dict[str, list[re.Pattern[str]]]:
    return {
        country: [re.compile(form) for form in forms]
        for country, forms in tomllib.loads(text).items()
    }
