"""What an editor of rules needs while a text is being written: problems, completions and help."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from parakh.domain.phrase import N_, Phrase, phrase
from parakh.screen.rules.catalogue import Attribute, Catalogue, Entity
from parakh.screen.rules.checking import check
from parakh.screen.rules.functions import FORMS, FUNCTIONS
from parakh.screen.rules.lexing import MAX_LENGTH
from parakh.screen.rules.parsing import parse
from parakh.screen.rules.problems import Problem, RuleError

MOST = 200
"""Candidates of one completion: as many as any entity has attributes, and some more."""


class Sort(StrEnum):
    """What a candidate is."""

    ENTITY = "entity"
    ATTRIBUTE = "attribute"
    FUNCTION = "function"
    VALUE = "value"
    LIST = "list"


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """Something that can stand at a place.

    Attributes:
        label: its name, as a list shows it.
        insert: what is written in place of the characters from `start` on.
        start: where the word begins that it replaces (0-based, in characters).
        type: of its value, such as `number`; of a function, how it is called.
        meaning: what it is; its template is marked for translation.
        example: how a rule uses it.
        refused: why no rule may use it; "" where it may.
    """

    label: str
    kind: Sort
    insert: str
    start: int
    type: str
    meaning: Phrase
    example: str
    unit: str = ""
    refused: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Help:
    """What stands at a place, from character `start` up to, without, `end` (0-based)."""

    start: int
    end: int
    title: str
    type: str
    meaning: Phrase
    example: str
    unit: str = ""
    words: Mapping[str, str]
    refused: str = ""


def diagnose(
    text: str, catalogue: Catalogue, lists: Mapping[str, Collection[str]] = {}
) -> tuple[Problem, ...]:
    """All that is wrong with a rule, in the order of the text; nothing where it can run."""
    try:
        _, problems, _ = check(parse(text), text, catalogue, lists)
    except RuleError as error:
        return error.problems
    return RuleError(problems).problems


_WORD = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*$")
_PATH = re.compile(r"([_a-zA-Z][_a-zA-Z0-9]*)\s*\.\s*$")
_BRACKETS = re.compile(r"""[()]|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?""")
_NUMBER = re.compile(r"(?<![\w.])\d[\w.]*$")
_VARIABLE = re.compile(
    r"\b([_a-zA-Z]\w*)\s*\.\s*(?:exists_one|exists|all|filter|map)\s*\(\s*([_a-zA-Z]\w*)\s*,"
)
_LISTED = re.compile(r"""in_list\s*\([^()]*(?:\([^()]*\)[^()]*)*,\s*["']([^"']*)$""")
_QUOTED = re.compile(
    r"""([_a-zA-Z]\w*)\s*\.\s*([_a-zA-Z]\w*)\s*(?:==|!=|in\s*\[[^\]]*)\s*["']([^"']*)$"""
)


def complete(
    text: str, offset: int, catalogue: Catalogue, lists: Collection[str] = ()
) -> tuple[Candidate, ...]:
    """What can be written at a place (0-based, in characters), what begins like it first."""
    if len(text) > MAX_LENGTH:
        return ()
    before = text[:offset]
    found = _found(before, catalogue, lists)
    return tuple(found[:MOST])


def _found(before: str, catalogue: Catalogue, lists: Collection[str]) -> list[Candidate]:
    if match := _LISTED.search(before):
        start = match.start(1)
        return _fitting(match[1], (_of_list(own, start) for own in sorted(lists)))
    if match := _QUOTED.search(before):
        return _values(match, before, catalogue)
    if _in_text(before) or _NUMBER.search(before):
        return []
    word = _WORD.search(before)
    begun = word[0] if word else ""
    start = offset = len(before) - len(begun)
    if path := _PATH.search(before[:offset]):
        return _fitting(begun, _members(path[1], before, start, catalogue))
    return _fitting(begun, _names(before, start, catalogue))


def _in_text(before: str) -> bool:
    """Whether a text was opened and not closed."""
    quote = ""
    for letter, last in zip(before, " " + before, strict=False):
        if quote:
            quote = "" if letter == quote and last != "\\" else quote
        elif letter in "\"'":
            quote = letter
    return bool(quote)


def _fitting(begun: str, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those that begin with a word, then those that have it inside."""
    word = begun.lower()
    found = [own for own in candidates if word in own.label.lower()]
    return sorted(found, key=lambda own: not own.label.lower().startswith(word))


def _variables(before: str, catalogue: Catalogue) -> dict[str, Entity]:
    """Names that macros, still open at a place, give to elements, and what they are one of."""
    return {
        found[2]: entity
        for found in _VARIABLE.finditer(before)
        if (entity := catalogue.entity(found[1])) is not None
        and entity.many
        and _open(before[found.end() :])
    }


def _open(after: str) -> bool:
    """Whether a bracket that was opened before a text is not closed in it."""
    depth = 1
    for sign in _BRACKETS.findall(after):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0:
            return False
    return True


def _entity(name: str, before: str, catalogue: Catalogue) -> Entity | None:
    return _variables(before, catalogue).get(name) or catalogue.entity(name)


def _members(name: str, before: str, start: int, catalogue: Catalogue) -> Iterator[Candidate]:
    """What can follow `name.`: attributes; of an entity with several, what looks at each."""
    variable = _variables(before, catalogue).get(name)
    entity = catalogue.entity(name)
    if variable is not None:
        yield from (_of_attribute(own, variable, name, start) for own in variable.attributes)
    elif entity is not None and entity.many:
        yield from _macros(entity, start)
    elif entity is not None:
        yield from (_of_attribute(own, entity, name, start) for own in entity.attributes)
    else:
        yield from (
            _of_function(own, start) for own in ("contains", "startsWith", "endsWith", "matches")
        )


def _macros(entity: Entity, start: int) -> Iterator[Candidate]:
    letter = entity.name[0]
    for name in ("exists", "all", "exists_one", "filter", "map"):
        form = FORMS[name]
        yield Candidate(
            label=name,
            kind=Sort.FUNCTION,
            insert=f"{name}({letter}, {letter}.",
            start=start,
            type=form.signature,
            meaning=phrase(form.meaning),
            example=form.example,
        )
    yield _of_function("size", start)


def _names(before: str, start: int, catalogue: Catalogue) -> Iterator[Candidate]:
    """What a condition or value can begin with."""
    for name, entity in _variables(before, catalogue).items():
        yield _of_entity(entity, name, start)
    for entity in catalogue.entities:
        yield _of_entity(entity, entity.name, start)
    for name in (*FUNCTIONS, "has", "one_of", "timestamp", "duration", "now"):
        yield _of_function(name, start)


def _of_entity(entity: Entity, name: str, start: int) -> Candidate:
    return Candidate(
        label=name,
        kind=Sort.ENTITY,
        insert=f"{name}.",
        start=start,
        type="list" if entity.many and name == entity.name else "entity",
        meaning=phrase(entity.meaning),
        example=f"{name}.",
    )


def _of_attribute(attribute: Attribute, entity: Entity, name: str, start: int) -> Candidate:
    return Candidate(
        label=attribute.name,
        kind=Sort.ATTRIBUTE,
        insert=attribute.name,
        start=start,
        type=type_of(attribute),
        meaning=phrase(attribute.meaning),
        example=f"{name}.{attribute.name} == {attribute.example}",
        unit=attribute.unit,
        refused=attribute.protected,
    )


def type_of(attribute: Attribute) -> str:
    """An attribute's type in words."""
    return f"list of {attribute.type}" if attribute.many else str(attribute.type)


def _of_function(name: str, start: int) -> Candidate:
    own = FUNCTIONS.get(name) or FORMS[name]
    return Candidate(
        label=name,
        kind=Sort.FUNCTION,
        insert=name if name == "now" else f"{name}(",
        start=start,
        type=own.signature,
        meaning=phrase(own.meaning),
        example=own.example,
    )


def _of_list(name: str, start: int) -> Candidate:
    return Candidate(
        label=name,
        kind=Sort.LIST,
        insert=name,
        start=start,
        type="list",
        meaning=phrase(N_("A named list of values")),
        example=f'in_list(voyage.origin, "{name}")',
    )


def _values(match: re.Match[str], before: str, catalogue: Catalogue) -> list[Candidate]:
    """The words of an attribute that has few."""
    entity = _entity(match[1], before, catalogue)
    attribute = entity.attribute(match[2]) if entity is not None else None
    if attribute is None:
        return []
    return _fitting(
        match[3],
        (
            Candidate(
                label=value,
                kind=Sort.VALUE,
                insert=value,
                start=match.start(3),
                type=type_of(attribute),
                meaning=phrase(meaning),
                example=f'{match[1]}.{attribute.name} == "{value}"',
            )
            for value, meaning in attribute.words.items()
        ),
    )


_SPOT = re.compile(r"[_a-zA-Z]\w*(?:\s*\.\s*[_a-zA-Z]\w*)*")


def describe(text: str, offset: int, catalogue: Catalogue) -> Help | None:
    """What stands at a place (0-based, in characters): an entity, an attribute or a function."""
    if len(text) > MAX_LENGTH or _in_text(text[:offset]):
        return None
    spot = next((own for own in _SPOT.finditer(text) if own.start() <= offset < own.end()), None)
    if spot is None:
        return None
    names = [
        (own[0], spot.start() + own.start(), spot.start() + own.end())
        for own in re.finditer(r"\w+", spot[0])
    ]
    place = next((at for at, own in enumerate(names) if offset < own[2]), len(names) - 1)
    name, start, end = names[place]
    before = text[: spot.start()]
    called = text[end : end + 1] == "("
    if called or (place == 0 and name == "now"):
        return _help_function(name, start, end)
    if place == 0:
        return _help_entity(_entity(name, before, catalogue), name, start, end)
    entity = _entity(names[place - 1][0], before, catalogue)
    attribute = entity.attribute(name) if entity is not None else None
    return _help_attribute(entity, attribute, start, end)


def _help_function(name: str, start: int, end: int) -> Help | None:
    own = FUNCTIONS.get(name) or FORMS.get(name)
    if own is None:
        return None
    return Help(
        start=start,
        end=end,
        title=own.signature,
        type="function",
        meaning=phrase(own.meaning),
        example=own.example,
        words={},
    )


def _help_entity(entity: Entity | None, name: str, start: int, end: int) -> Help | None:
    if entity is None:
        return None
    return Help(
        start=start,
        end=end,
        title=name,
        type="list" if entity.many else "entity",
        meaning=phrase(entity.meaning),
        example="",
        words={},
    )


def _help_attribute(
    entity: Entity | None, attribute: Attribute | None, start: int, end: int
) -> Help | None:
    if entity is None or attribute is None:
        return None
    return Help(
        start=start,
        end=end,
        title=f"{entity.name}.{attribute.name}",
        type=type_of(attribute),
        meaning=phrase(attribute.meaning),
        example=attribute.example,
        unit=attribute.unit,
        words=attribute.words,
        refused=attribute.protected,
    )
