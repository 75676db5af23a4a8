"""Languages: English in the source, other languages by gettext catalogues in `locale/`.

The language of a request is held in a context variable, so that a sentence can be translated
anywhere below a handler without passing the language along.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel import Locale
from babel.support import NullTranslations, Translations

from parakh.domain.phrase import Phrase

LOCALE_DIR = Path(__file__).parent / "locale"
DOMAIN = "parakh"
SOURCE = "en"
COOKIE = "parakh_language"

language: ContextVar[str] = ContextVar("language", default=SOURCE)
"""The language of the request being answered, such as `en` or `ur`."""


@cache
def languages() -> tuple[str, ...]:
    """English, and every language that has a compiled catalogue."""
    found = sorted(path.parents[1].name for path in LOCALE_DIR.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return (SOURCE, *(name for name in found if name != SOURCE))


@cache
def _catalogue(name: str) -> NullTranslations:
    return NullTranslations() if name == SOURCE else Translations.load(LOCALE_DIR, [name], DOMAIN)


def _current() -> NullTranslations:
    return _catalogue(language.get())


def gettext(text: str) -> str:
    """`text` in the language of the request."""
    return str(_current().gettext(text)) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    """`one` or `many` by the plural rules of the language of the request."""
    return str(_current().ngettext(one, many, count))


def translate(sentence: Phrase | None) -> str:
    """The Phrase in the language of the request; its values stay as they are."""
    return gettext(sentence.template).format(**sentence.values) if sentence else ""


def direction() -> str:
    """`ltr` or `rtl`, for the `dir` attribute."""
    return Locale.parse(language.get()).text_direction


def choose(cookie: str | None, accept: str | None) -> str:
    """The language of a request: the person's choice, else the browser's, else English."""
    known = languages()
    if cookie in known:
        return str(cookie)
    return next((name for name in _accepted(accept or "") if name in known), SOURCE)


def _accepted(header: str) -> Sequence[str]:
    """Primary language subtags of an Accept-Language header, best first (RFC 9110, 12.5.4)."""
    weighted = []
    for place, item in enumerate(header.split(",")):
        tag, _, parameter = item.strip().partition(";")
        weight = parameter.strip().removeprefix("q=") if parameter else "1"
        try:
            weighted.append((-float(weight), place, tag.split("-")[0].lower()))
        except ValueError:
            continue
    return [tag for weight, _, tag in sorted(weighted) if weight < 0]
