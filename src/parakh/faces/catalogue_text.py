"""Catalogue files as text, for those that the program itself writes."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from parakh.errors import Misconfigured

_FILES = ("file", "images", "pairs")


def with_cohort(before: Path | None, cohort: Mapping[str, Any]) -> str:
    """The tables of a catalogue file, if there is one, with this `[cohort]`.

    Files that it names beside itself are named in full, since the new one may lie elsewhere.
    """
    tables: dict[str, Any] = {}
    if before is not None:
        tables = _in_full(_read(before), before.parent.resolve())
    tables["cohort"] = cohort
    return "\n".join(line for name, values in tables.items() for line in _table(name, values))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path}: cannot be read: {error}") from error


def _in_full(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    full = dict[str, Any]()
    for key, value in values.items():
        if isinstance(value, dict):
            full[key] = _in_full(value, folder)
        else:
            full[key] = str(folder / value) if key in _FILES else value
    return full


def _table(name: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Values first: in TOML whatever follows the name of an inner table belongs to that."""
    yield f"[{name}]"
    for key, value in values.items():
        if not isinstance(value, dict):
            yield f"{_key(key)} = {_value(value)}"
    yield ""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _table(f"{name}.{_key(key)}", value)


def _key(key: str) -> str:
    return key if key.replace("_", "").isalnum() and key.isascii() else _text(key)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat()
        case list():
            return f"[{', '.join(_value(part) for part in value)}]"
        case str():
            return _text(value)
        case _:
            return repr(value)


def _text(value: str) -> str:
    """A basic string: JSON's, except that TOML escapes one character more."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
