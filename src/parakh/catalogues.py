"""Catalogues of texts: English in the source, each other language in a gettext file of `locale/`.

They are read as they are written (`*.po`), so that a translator compiles nothing and no generated
file is kept.
"""

import re
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LOCALE_DIR = Path(__file__).parent / "web" / "locale"
DOMAIN = "parakh"
SOURCE = "en"


def N_(text: str) -> str:  # noqa: N802  (gettext's own name)
    """Marks a text for the catalogues, as `parakh.domain.phrase` does for what stands above."""
    return text


_WORDS = frozenset({"yes", "no", "not known"})
"""Values of a sentence that are words of the program, not data."""

UNITS = frozenset(
    {
        N_("alert"), N_("alerts"), N_("bag"), N_("bags"), N_("change"), N_("changes"),
        N_("consignment"), N_("consignments"), N_("container"), N_("containers"),
        N_("crossing"), N_("crossings"), N_("day"), N_("days"),
        N_("declaration"), N_("declarations"), N_("document"), N_("documents"),
        N_("finding"), N_("findings"), N_("flight"), N_("flights"), N_("hour"), N_("hours"),
        N_("item"), N_("items"), N_("kg"), N_("km"), N_("km/h"),
        N_("package"), N_("packages"), N_("person"), N_("persons"), N_("time"), N_("times"),
        N_("year"), N_("years"),
    }
)  # fmt: skip
"""Units of what attributes of rules count, of one and of several."""

_AMOUNT = re.compile(r"([-+\d.,]+) (\D+)")


@cache
def languages() -> tuple[str, ...]:
    """English, and every language that has a catalogue, by their codes (ISO 639-1)."""
    found = sorted(path.parents[1].name for path in LOCALE_DIR.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    return (SOURCE, *found)


@cache
def catalogue(name: str) -> NullTranslations:
    """The texts of a language; English is its own."""
    if name == SOURCE:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, _read(name))
    compiled.seek(0)
    return Translations(compiled, DOMAIN)


def templates(name: str) -> tuple[str, ...]:
    """The English texts that the catalogue of a language knows, without those of two forms."""
    return tuple(message.id for message in _read(name) if isinstance(message.id, str))


@cache
def _read(name: str) -> Catalog:
    with (LOCALE_DIR / name / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=name)


def worded(language: str, template: str, /, **values: str) -> str:
    """A marked template in a language, with its values put in."""
    said = str(catalogue(language).gettext(template)) if template else ""
    return said.format(**values_in(language, values))


def values_in(language: str, values: Mapping[str, str]) -> Mapping[str, str]:
    """The values of a sentence as a language has them.

    They are data and stay as they are, but for what an attribute of a rule is called (`what`),
    for bare words, and for the unit of an amount.
    """
    texts = catalogue(language)
    return {
        name: str(texts.gettext(value)) if value and name == "what" else word_in(language, value)
        for name, value in values.items()
    }


def word_in(language: str, value: str) -> str:
    """A value that evidence tells of: a bare word or a unit in a language, all else as it is."""
    if value in _WORDS:
        return str(catalogue(language).gettext(value))
    found = _AMOUNT.fullmatch(value)
    if found is None or found[2] not in UNITS:
        return value
    return f"{found[1]} {catalogue(language).gettext(found[2])}"
