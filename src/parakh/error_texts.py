"""Texts of errors in other languages.

An error is worded where it is raised, in English, because programs and logs read it too. The
catalogues know these texts as templates with numbered places, `a file has at most {0} MiB`; where a
person reads one, the template is found again by its words.
"""

import ast
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import IO, Any

from babel.messages.extract import extract_python

from parakh import errors
from parakh.catalogues import SOURCE, catalogue, templates

_KINDS = frozenset(
    kind.__name__
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.ParakhError)
) - {errors.Misconfigured.__name__}
"""Errors that people meet; what is set up wrongly is for who runs the centre, in English."""

_PLACE = re.compile(r"\{(\d)\}")
_STATE = re.compile(r"\b(?:is|was) \{(\d)\}")
"""Where a state stands, which pages write with a capital letter."""

_DEEPEST = 3
"""Errors are made of others, such as `line 3: sex: is not M, F or X`."""


def extract(
    file: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Mapping[str, Any],
) -> Iterator[tuple[int, str | None, Any, list[str]]]:
    """A method of extraction for Babel: what is marked in Python, and the texts of errors."""
    yield from extract_python(file, keywords, comment_tags, options)  # type: ignore[arg-type,misc]
    file.seek(0)
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in _KINDS:
            template = _template(node.args[0])
            if template:
                yield node.lineno, None, template, []


def told(language: str, text: str, apart: Callable[[str], str] = str, depth: int = 0) -> str:
    """The text of an error in a language; English where the catalogue does not know it.

    `apart` sets a value that was put into the text apart from it.
    """
    if language == SOURCE or depth == _DEEPEST:
        return text
    known = str(catalogue(language).gettext(text)) if text else ""
    if known != text:
        return known
    for template, pattern in _patterns(language):
        if found := pattern.fullmatch(text):
            states = {int(own) for own in _STATE.findall(template)}
            values = [
                (_state if place in states else _value)(language, own, apart, depth)
                for place, own in enumerate(found.groups())
            ]
            return str(catalogue(language).gettext(template)).format(*values)
    return text


def _value(language: str, value: str, apart: Callable[[str], str], depth: int) -> str:
    # Causes and states begin with a small letter; a name is never taken for a word.
    said = told(language, value, apart, depth + 1) if value[:1].islower() else value
    return said if said != value else apart(value)


def _state(language: str, value: str, apart: Callable[[str], str], depth: int) -> str:
    capital = value.capitalize()
    said = str(catalogue(language).gettext(capital)) if value else ""
    return said if said != capital else _value(language, value, apart, depth)


@cache
def _patterns(language: str) -> list[tuple[str, re.Pattern[str]]]:
    """Templates with numbered places and how a text made by each looks; the wordiest first, so that
    none is taken for a vaguer one."""
    found = sorted(filter(_PLACE.search, templates(language)), key=_words, reverse=True)
    return [(own, _pattern(own)) for own in found if _words(own) > 2]


def _words(template: str) -> int:
    return sum(map(str.isalpha, _PLACE.sub("", template)))


def _pattern(template: str) -> re.Pattern[str]:
    literals = _PLACE.split(template)[::2]
    return re.compile("(.*?)".join(map(re.escape, literals)), re.DOTALL)


def _name(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")


def _template(text: ast.expr) -> str:
    """A text as a template; nothing for one that is worked out elsewhere."""
    if isinstance(text, ast.Constant) and isinstance(text.value, str):
        return text.value
    if not isinstance(text, ast.JoinedStr):
        return ""
    places = 0
    found = ""
    for part in text.values:
        if isinstance(part, ast.Constant):
            found += str(part.value)
        else:
            found += f"{{{places}}}"
            places += 1
    return found
