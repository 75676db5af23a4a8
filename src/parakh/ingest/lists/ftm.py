"""Entities of FollowTheMoney as JSON lines (`entities.ftm.json`), as OpenSanctions publishes them.

Each line is an object with `id`, `schema` and `properties`, of which every one has a list of texts.
Taken are persons, organisations, vessels, airplanes and vehicles; passports and identifications,
which are entities of their own, join the one whom they name as `holder`. Entities marked
`"target": false` (relatives, owners) are not listed and are counted; other schemata (addresses,
sanctions, ownerships) are read past.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parakh.domain.message import Problem
from parakh.errors import Unreadable
from parakh.ingest.lists.declared import DeclaredEntry, Found, distinct, error, told, warning

MAX_LINE = 4 * 1024 * 1024
"""Longest line, in bytes."""

MAX_BYTES = 4 * 1024**3

_KINDS = {
    "Person": "person",
    "Organization": "organisation",
    "Company": "organisation",
    "LegalEntity": "organisation",
    "PublicBody": "organisation",
    "Vessel": "vessel",
    "Airplane": "aircraft",
    "Vehicle": "vehicle",
}
_DOCUMENTS = {"Passport": "P", "Identification": "I"}
_NUMBERS = {
    "organisation": {
        "registrationNumber": "registration", "ogrnCode": "registration",
        "leiCode": "registration", "imoNumber": "registration", "taxNumber": "tax",
        "innCode": "tax", "vatCode": "tax",
    },
    "vessel": {
        "imoNumber": "imo", "mmsi": "mmsi", "callSign": "call_sign",
        "registrationNumber": "registration",
    },
    "aircraft": {"registrationNumber": "aircraft_registration", "serialNumber": "aircraft_serial"},
    "vehicle": {"registrationNumber": "plate", "vin": "chassis"},
}  # fmt: skip
_NATIONS = ("nationality", "citizenship", "country", "jurisdiction", "flag", "mainCountry")


def read(path: Path) -> Iterator[Found]:
    """Gives each entity that is listed, or a Problem, in the order of the file.

    The file is read twice, because a passport may come before or after its holder. Raises
    Unreadable when no line of it is such an entity.
    """
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable(f"the list is larger than {MAX_BYTES // 1024**3} GiB")
    held = _held(path)
    left_out, read_any = 0, False
    for line, found in _lines(path):
        if isinstance(found, Problem):
            yield found
            continue
        read_any = True
        kind = _KINDS.get(found.schema)
        if kind is None:
            continue
        if not found.target:
            left_out += 1
        elif not found.texts("name"):
            yield error(line, "name: the entity has none")
        else:
            yield _entry(line, kind, found, held.pop(found.id, []))
    if not read_any:
        raise Unreadable("the file has no line that is an entity of FollowTheMoney")
    if left_out:
        yield warning(1, f"{left_out} entities are not marked as targets, and were left out")
    if held:
        yield warning(1, f"the holders of {len(held)} documents are not in the file")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Thing:
    id: str
    schema: str
    target: bool
    properties: dict[str, list[str]]

    def texts(self, *names: str) -> tuple[str, ...]:
        return distinct(text for name in names for text in self.properties.get(name, []))


def _held(path: Path) -> dict[str, list[tuple[str, str, str]]]:
    """Documents by the identifier of their holder."""
    held: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for _, found in _lines(path):
        if isinstance(found, _Thing) and found.schema in _DOCUMENTS:
            code = _document_code(found)
            issuer = next(iter(found.texts("country")), "")
            for holder in found.texts("holder"):
                held[holder] += [(code, number, issuer) for number in found.texts("number")]
    return held


def _document_code(found: _Thing) -> str:
    if "passport" in " ".join(found.texts("type")).lower():
        return "P"
    return _DOCUMENTS[found.schema]


def _lines(path: Path) -> Iterator[tuple[int, _Thing | Problem]]:
    with path.open("rb") as file:
        line = 0
        while data := file.readline(MAX_LINE + 1):
            line += 1
            if len(data) > MAX_LINE:
                yield line, error(line, f"the line is longer than {MAX_LINE} bytes")
                while data and not data.endswith(b"\n"):
                    data = file.readline(MAX_LINE)
            elif data.strip():
                yield line, _thing(line, data)


def _thing(line: int, data: bytes) -> _Thing | Problem:
    try:
        value = json.loads(data)
    except json.JSONDecodeError as problem:
        return error(line, f"is no JSON: {problem.msg}", column=problem.colno)
    except (UnicodeDecodeError, RecursionError):
        return error(line, "is no JSON in UTF-8")
    if not isinstance(value, dict) or not isinstance(value.get("properties"), dict):
        return error(line, "is no entity: it needs id, schema and properties")
    name, schema = value.get("id"), value.get("schema")
    if not isinstance(name, str) or not name or not isinstance(schema, str):
        return error(line, "is no entity: it needs id, schema and properties")
    return _Thing(
        id=_storable(name),
        schema=schema,
        target=value.get("target") is not False,
        properties={key: _texts(own) for key, own in value["properties"].items()},
    )


def _texts(value: Any) -> list[str]:
    """The texts of a property; entities that stand within it are read past."""
    values = value if isinstance(value, list) else [value]
    return [_storable(own) for own in values if isinstance(own, str)]


def _storable(text: str) -> str:
    """The text without what JSON can escape but no database keeps: NUL and half surrogates."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "")


def _entry(
    line: int, kind: str, found: _Thing, held: list[tuple[str, str, str]]
) -> DeclaredEntry | Problem:
    names = found.texts("name")
    family, given = _split(found, names[0]) if kind == "person" else (names[0], "")
    countries = found.texts(*_NATIONS) if kind != "person" else ()
    return DeclaredEntry(
        line=line,
        list="",
        kind=kind,
        family_name=family,
        given_names=given,
        aliases=distinct([*names[1:], *found.texts("alias", "previousName", "abbreviation")]),
        weak_aliases=found.texts("weakAlias"),
        birth_dates=found.texts("birthDate") if kind == "person" else (),
        sex=next(iter(found.texts("gender")), ""),
        nationalities=countries or found.texts("nationality", "citizenship"),
        father_names=found.texts("fatherName"),
        birth_places=found.texts("birthPlace"),
        documents=_documents(found, held) if kind == "person" else (),
        identifiers=tuple(
            (named, number, "")
            for column, named in _NUMBERS.get(kind, {}).items()
            for number in found.texts(column)
        ),
        source_id=found.id[:80],
        reason=told(
            ("Listed under", found.texts("program", "programId")),
            ("Topics", found.texts("topics")),
            ("Function", found.texts("position")),
            ("Addresses", found.texts("address")),
            ("", found.texts("summary", "notes")),
        )
        or "Listed by its source without a reason.",
    )


def _documents(found: _Thing, held: list[tuple[str, str, str]]) -> tuple[tuple[str, str, str], ...]:
    own = [("P", number, "") for number in found.texts("passportNumber")]
    own += [("I", number, "") for number in found.texts("idNumber")]
    told_with_issuer = {number for _, number, _ in held}
    return tuple(dict.fromkeys([*held, *(row for row in own if row[1] not in told_with_issuer)]))


def _split(found: _Thing, name: str) -> tuple[str, str]:
    """Family name and given names, where one of the listed family names begins or ends the name."""
    for family in found.texts("lastName"):
        if name.casefold().endswith(f" {family.casefold()}"):
            return name[-len(family) :], name[: -len(family)].strip()
        if name.casefold().startswith(f"{family.casefold()} "):
            return name[: len(family)], name[len(family) :].strip(" ,")
    return "", name
