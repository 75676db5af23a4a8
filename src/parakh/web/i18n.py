"""Languages: English in the source, other languages by gettext catalogues in `locale/`.

The language of a request is held in a context variable, so that a sentence can be translated
anywhere below a handler without passing the language along. So are the centre's time zone and the
calendars that the person wants.
"""

import re
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from unicodedata import bidirectional

from babel import Locale
from babel.support import NullTranslations

from parakh import error_texts
from parakh.catalogues import SOURCE, catalogue, languages, values_in, word_in, worded
from parakh.domain.hijri import hijri as hijri_day
from parakh.domain.phrase import Phrase, in_zone

COOKIE = "parakh_language"
CALENDAR_COOKIE = "parakh_calendar"
GREGORIAN, BOTH = "gregorian", "both"

language: ContextVar[str] = ContextVar("language", default=SOURCE)
"""The language of the request being answered, such as `en` or `ur`."""

zone: ContextVar[tzinfo] = ContextVar("zone", default=UTC)
"""The centre's time zone, in which the sentences of the request tell moments."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendars:
    """The calendars that somebody wants.

    Attributes:
        hijri: the Hijri date stands beside the Gregorian one.
        offset: days by which the country's Hijri calendar is ahead of Umm al-Qura.
    """

    hijri: bool = False
    offset: int = 0


_GREGORIAN_ONLY = Calendars()

calendars: ContextVar[Calendars] = ContextVar("calendars", default=_GREGORIAN_ONLY)
"""The calendars of the request being answered."""

_RIGHT_TO_LEFT = ("R", "AL")
_SIGNED = re.compile(r"\d[-+/\u2013]\d|[-+]\d|\d%")
_OPENED, _CLOSED = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def _current() -> NullTranslations:
    return catalogue(language.get())


def gettext(message: str) -> str:
    """A text in the language of the request."""
    return str(_current().gettext(message)) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """`one` or `many` by the plural rules of the language of the request."""
    return str(_current().ngettext(one, many, count))


def refusal(error: Exception | str) -> str:
    """The text of an error in the language of the request."""
    return local(error_texts.told(language.get(), str(error), isolated))


def translate(sentence: Phrase | None) -> str:
    """The Phrase in the language of the request, with moments in the centre's time zone; its values
    stay as they are otherwise."""
    if sentence is None:
        return ""
    return local(worded(language.get(), sentence.template, **sentence.values))


def shown(sentence: Phrase | None) -> str:
    """The same for a screen: values written the other way than the page are isolated.

    Else a name in another script would turn the order of the words around it (Unicode Standard
    Annex 9, section 2.7).
    """
    if sentence is None:
        return ""
    own = values_in(language.get(), sentence.values)
    values = {name: isolated(value) for name, value in own.items()}
    return local(gettext(sentence.template).format(**values))


def seen(text: str) -> str:
    """A value that evidence tells of, its words translated and its moments in the centre's zone."""
    return local(word_in(language.get(), text))


def local(text: str) -> str:
    """A text with its moments in the centre's time zone."""
    return in_zone(text, zone.get())


def isolated(text: str) -> str:
    """A text between isolating characters, where it runs the other way than the page.

    Figures with a sign between them, such as a day in ISO 8601, are among them: behind a letter of
    Arabic script their parts would be drawn from the right.
    """
    turned = any(bidirectional(letter) in _RIGHT_TO_LEFT for letter in text)
    from_left = any(map(str.isalpha, text)) or _SIGNED.search(text) is not None
    other = turned if direction() == "ltr" else not turned and from_left
    return f"{_OPENED}{text}{_CLOSED}" if other else text


def direction() -> str:
    """`ltr` or `rtl`, for the `dir` attribute."""
    return Locale.parse(language.get()).text_direction


def own_name(code: str) -> str:
    """A language's name in itself, such as `English` or `اردو`."""
    return str(Locale.parse(code).get_display_name(code)).capitalize()


def hijri(value: date) -> str:
    """A day by the Hijri calendar in the language of the request; nothing for who does not want
    it, and for days outside the calculated years."""
    wanted = calendars.get()
    found = hijri_day(value, wanted.offset) if wanted.hijri else None
    return translate(found.told) if found else ""


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
