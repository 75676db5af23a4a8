"""Checks decoded JSON against a JSON Schema (draft 2020-12), as far as our own schemas go.

A published schema is then the validation, and cannot say something else than it. Every keyword that
a schema uses is either applied here or refused when the schema is loaded.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

Schema = Mapping[str, Any]


class Number(str):
    """A number as it was written, so that no digit is lost."""

    __slots__ = ()


_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": Number,
    "boolean": bool,
    "null": type(None),
}
_WORDS = {
    "object": "an object",
    "array": "an array",
    "string": "a text",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
_FORMATS = {"date-time": "must be written as RFC 3339 says, with its zone"}
"""What to say instead of the pattern of a text that has a format."""

_ANNOTATIONS = frozenset({"$schema", "$id", "title", "description", "format"})


@lru_cache(maxsize=8)
def load(name: str) -> Schema:
    """A schema that comes with this package, by file name; raises ValueError if it says more than
    is checked here.
    """
    schema: Schema = json.loads(files("parakh.ingest").joinpath(name).read_text("utf-8"))
    _refuse_unknown(schema)
    return schema


def faults(value: object, schema: Schema, path: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a value: the JSON path (RFC 9535) of each fault, and what should be there.

    The sentences hold nothing of the value, which may be personal.
    """
    if "type" in schema and not _is(value, schema["type"]):
        yield path, f"must be {_listed(schema['type'])}"
        return
    for keyword, check in _CHECKS.items():
        if keyword in schema:
            for where, cause in check(value, schema[keyword], path):
                told = _FORMATS.get(schema.get("format", "")) if keyword == "pattern" else None
                yield where, told or cause
    if "then" in schema and not list(faults(value, schema["if"], path)):
        yield from faults(value, schema["then"], path)


def _is(value: object, types: str | list[str]) -> bool:
    wanted = [types] if isinstance(types, str) else types
    if isinstance(value, Number):
        return "number" in wanted
    return any(isinstance(value, _TYPES[one]) for one in wanted)


def _listed(types: str | list[str]) -> str:
    return " or ".join(_WORDS[one] for one in ([types] if isinstance(types, str) else types))


def _const(value: object, wanted: object, path: str) -> Iterator[tuple[str, str]]:
    if value != wanted:
        yield path, f"must be {json.dumps(wanted)}"


def _enum(value: object, wanted: list[object], path: str) -> Iterator[tuple[str, str]]:
    if value not in wanted:
        yield path, f"must be one of {', '.join(map(json.dumps, wanted))}"


def _required(value: object, names: list[str], path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield from ((f"{path}.{name}", "is missing") for name in names if name not in value)


def _properties(value: object, known: Mapping[str, Schema], path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, schema in known.items():
            if name in value:
                yield from faults(value[name], schema, f"{path}.{name}")


def _items(value: object, schema: Schema, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from faults(item, schema, f"{path}[{place}]")


def _max_items(value: object, most: int, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list) and len(value) > most:
        yield path, f"must have at most {most} elements"


def _min_length(value: object, least: int, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and len(value) < least:
        yield path, f"must have at least {least} characters"


def _max_length(value: object, most: int, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and len(value) > most:
        yield path, f"must have at most {most} characters"


def _pattern(value: object, pattern: str, path: str) -> Iterator[tuple[str, str]]:
    # A `$` of Python's would also stand before a line break at the end; ECMA 262's does not.
    if isinstance(value, str) and not re.search(pattern.replace("$", r"\Z"), value):
        yield path, f"must be written as {pattern}"


_Check = Callable[[object, Any, str], Iterator[tuple[str, str]]]
_CHECKS: Mapping[str, _Check] = {
    "const": _const,
    "enum": _enum,
    "required": _required,
    "properties": _properties,
    "maxItems": _max_items,
    "items": _items,
    "minLength": _min_length,
    "maxLength": _max_length,
    "pattern": _pattern,
}


def _refuse_unknown(schema: Schema) -> None:
    unknown = schema.keys() - _CHECKS.keys() - _ANNOTATIONS - {"type", "if", "then"}
    if unknown:
        raise ValueError(f"the schema uses {', '.join(sorted(unknown))}, which nothing checks")
    for nested in (
        *schema.get("properties", {}).values(),
        *(schema[keyword] for keyword in ("items", "if", "then") if keyword in schema),
    ):
        _refuse_unknown(nested)
