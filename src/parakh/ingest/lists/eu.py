"""The financial sanctions of the European Union as CSV, in two forms told apart by the header.

The consolidated Financial Sanctions File (csvFullSanctionsList_1_1: semicolons, columns such as
`Entity_LogicalId` and `NameAlias_WholeName`) has a row for each name, birth date, document or
citizenship of an entity; the rows of one entity are read together. The other form has a row for
each entry of one regulation's annex (columns `celex`, `recordId`, `schema`, `name`, ...).
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from parakh.domain.message import Problem
from parakh.errors import Unreadable
from parakh.ingest import tabular
from parakh.ingest.lists.declared import (
    DeclaredEntry,
    Found,
    Published,
    distinct,
    enumerated,
    error,
    fathers,
    spellings,
    split_capitals,
    told,
)

Fields = Mapping[str, str]

_KINDS = {
    "person": "person",
    "p": "person",
    "enterprise": "organisation",
    "e": "organisation",
    "legalentity": "organisation",
    "company": "organisation",
    "organization": "organisation",
    "publicbody": "organisation",
    "asset": "organisation",
    "vessel": "vessel",
    "airplane": "aircraft",
    "vehicle": "vehicle",
}
_DOCUMENTS = {"passport": "P", "diplopass": "P", "id": "I", "travelid": "O", "resid": "O"}
_SEPARATOR = re.compile(r"\s*;\s*")


def read(path: Path) -> Iterator[Found]:
    """Gives each entry of the list, or a Problem; raises Unreadable for another file."""
    if path.stat().st_size > tabular.MAX_BYTES:
        raise Unreadable(f"the list is larger than {tabular.MAX_BYTES // 1024**2} MiB")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("the list is not UTF-8") from None
    header, rows = tabular.named_rows(text)
    if {"entity_logicalid", "namealias_wholename"} <= header:
        return _consolidated(rows)
    if {"celex", "schema", "name"} <= header:
        return (_regulated(*row) if isinstance(row, tuple) else row for row in rows)
    raise Unreadable("the first line names the columns of no list of the European Union")


# --- one row an entry ---------------------------------------------------------------------------


def _regulated(line: int, row: Fields) -> Found:
    kind = _KINDS.get(row.get("schema", "").lower())
    if kind is None:
        return error(line, "schema: the kind of the entry is not known")
    names = spellings(row["name"])
    if not names:
        return error(line, "name: is empty")
    family, given = split_capitals(names[0]) if kind == "person" else (names[0], "")
    get = row.get
    return DeclaredEntry(
        line=line,
        list="",
        kind=kind,
        family_name=family,
        given_names=given,
        aliases=distinct(
            [
                *(_told_name(kind, name) for name in names[1:]),
                *_names(kind, get("alias", "")),
                *_names(kind, get("previousname", "")),
            ]
        ),
        weak_aliases=distinct(_names(kind, get("weakalias", ""))),
        birth_dates=enumerated(get("birthdate", "")) if kind == "person" else (),
        sex=get("gender", ""),
        nationalities=distinct(
            part
            for name in ("nationality", "country", "jurisdiction", "flag")
            for part in enumerated(get(name, ""))
        ),
        father_names=distinct([get("fathername", ""), *fathers(get("notes", ""))]),
        birth_places=enumerated(get("birthplace", "")) if kind == "person" else (),
        documents=_documents(kind, row),
        identifiers=_identifiers(kind, row),
        source_id=_row_id(row),
        reason=told(
            ("Listed by the European Union under", [get("celex", ""), get("programkey", "")]),
            ("Measure", [get("measure", "")]),
            ("Since", [get("startdate", "")]),
            ("Function", [get("position", "")]),
            ("Addresses", [get("address", "")]),
            *((name, [get(key, "")]) for key, name in _OTHERS.items()),
            ("", [get("reason", "")]),
            ("", [get("notes", "")]),
        ),
    )


_OTHERS = {
    "nationality": "Nationality",
    "birthdate": "Born",
    "passportnumber": "Passport",
    "idnumber": "Identity number",
    "registrationnumber": "Registration",
    "incorporationdate": "Founded",
    "legalform": "Legal form",
    "sector": "Sector",
    "mothername": "Mother",
    "appearance": "Appearance",
    "phone": "Phone",
    "email": "Mail",
    "website": "Web",
    "swiftbic": "BIC",
    "leicode": "LEI",
    "ticker": "Ticker",
}
"""Columns that are shown as they stand, whether or not a value could be taken from them."""


def _names(kind: str, text: str) -> list[str]:
    return [
        _told_name(kind, name)
        for part in _SEPARATOR.split(text)
        for own in enumerated(part)
        for each in (_by_comma(own) if kind == "person" else (own,))
        for name in spellings(each)
    ]


def _by_comma(text: str) -> list[str]:
    """The names of a text that parts names by commas, not family name and given names."""
    parts = [part.strip() for part in text.split(",")]
    words = [set(part.casefold().split()) for part in parts]
    whole = all(len(own) > 1 for own in words)
    return parts if whole and (len(parts) > 2 or words[0] & words[-1]) else [text]


def _told_name(kind: str, name: str) -> str:
    """A person's name as `FAMILY, Given` where capitals tell which is which."""
    if kind != "person" or "," in name:
        return name
    family, given = split_capitals(name)
    return f"{family}, {given}" if family else given


def _documents(kind: str, row: Fields) -> tuple[tuple[str, str, str], ...]:
    if kind != "person":
        return ()
    return tuple(
        (code, part, "")
        for column, code in (("passportnumber", "P"), ("idnumber", "I"))
        for text in _SEPARATOR.split(row.get(column, ""))
        for part in enumerated(text)
    )


def _identifiers(kind: str, row: Fields) -> tuple[tuple[str, str, str], ...]:
    own = {
        "imonumber": "imo" if kind == "vessel" else "registration",
        "mmsi": "mmsi",
        "registrationnumber": "registration",
        "ogrncode": "registration",
        "leicode": "registration",
        "okpocode": "registration",
        "taxnumber": "tax",
        "inncode": "tax",
    }
    return tuple(
        (named, part, "")
        for column, named in own.items()
        for text in _SEPARATOR.split(row.get(column, ""))
        for part in enumerated(text)
    )


def _row_id(row: Fields) -> str:
    """Regulation, annex, measure and number: the number alone counts within an annex."""
    if not row.get("recordid"):
        return ""
    parts = (row.get(name, "") for name in ("celex", "annex", "measure", "schema", "recordid"))
    return ":".join("".join(part.split()) for part in parts)[:80]


# --- several rows an entity ---------------------------------------------------------------------


def _consolidated(rows: Iterator[tuple[int, Fields] | Problem]) -> Iterator[Found]:
    """The entities in the order in which each is told of first."""
    entities: dict[str, list[tuple[int, Fields]]] = {}
    published = False
    for row in rows:
        if isinstance(row, Problem):
            yield row
            continue
        line, fields = row
        if not published and (text := fields.get("filegenerationdate", "")):
            published = True
            yield Published(text=text)
        if number := fields["entity_logicalid"]:
            entities.setdefault(number, []).append((line, fields))
        else:
            yield error(line, "Entity_LogicalId: is empty")
    for number, own in entities.items():
        yield _entity(number, own)


def _entity(number: str, rows: list[tuple[int, Fields]]) -> Found:
    line = rows[0][0]
    entity = _Entity([fields for _, fields in rows])
    kind = _KINDS.get(
        entity.first("entity_subjecttype_classificationcode").lower()
        or entity.first("entity_subjecttype").lower()
    )
    if kind is None:
        return error(line, "Entity_SubjectType: the kind of the entry is not known")
    names = entity.names(kind)
    if not names:
        return error(line, "NameAlias_WholeName: the entity has no name")
    family, comma, given = names[0].partition(",") if kind == "person" else (names[0], "", "")
    return DeclaredEntry(
        line=line,
        list="",
        kind=kind,
        family_name=family.strip() if comma or kind != "person" else "",
        given_names=given.strip() if comma else ("" if kind != "person" else names[0]),
        aliases=names[1:],
        weak_aliases=entity.names(kind, weak=True),
        birth_dates=entity.birth_dates(),
        sex=entity.first("namealias_gender"),
        nationalities=entity.countries(kind),
        father_names=fathers(". ".join(entity.all("entity_remark", "namealias_remark"))),
        birth_places=entity.birth_places(),
        documents=entity.documents() if kind == "person" else (),
        identifiers=() if kind == "person" else entity.identifiers(kind),
        source_id=(entity.first("entity_eu_referencenumber") or number)[:80],
        reason=told(
            ("Listed by the European Union under", entity.all("entity_regulation_programme")),
            ("Regulation", entity.all("entity_regulation_numbertitle")),
            ("United Nations", entity.all("entity_unitednationid")),
            ("Since", entity.all("entity_designationdate")),
            ("Function", entity.all("namealias_title", "namealias_function")),
            ("Addresses", entity.addresses()),
            ("", entity.all("entity_designationdetails")),
            ("", entity.all("entity_remark", "identification_remark", "birthdate_remark")),
        ),
    )


class _Entity:
    """The rows of one entity."""

    def __init__(self, rows: list[Fields]) -> None:
        self._rows = rows

    def all(self, *columns: str) -> tuple[str, ...]:
        return distinct(row.get(name, "") for name in columns for row in self._rows)

    def first(self, column: str) -> str:
        return next(iter(self.all(column)), "")

    def names(self, kind: str, *, weak: bool = False) -> tuple[str, ...]:
        found = []
        for row in self._rows:
            if _is_weak(row) is weak:
                found += self._own_names(kind, row)
        return distinct(found)

    def _own_names(self, kind: str, row: Fields) -> list[str]:
        last, whole = row.get("namealias_lastname", ""), row.get("namealias_wholename", "")
        rest = " ".join(row.get(f"namealias_{part}name", "") for part in ("first", "middle"))
        if kind == "person" and last and rest.strip():
            return [f"{last}, {rest}"]
        return list(spellings(whole)) or [f"{rest} {last}".strip()]

    def birth_dates(self) -> tuple[str, ...]:
        return distinct(map(_birth_date, self._rows))

    def birth_places(self) -> tuple[str, ...]:
        parts = ("place", "city", "region", "countrydescription")
        return distinct(self._joined("birthdate", parts))

    def addresses(self) -> tuple[str, ...]:
        parts = ("street", "pobox", "zipcode", "city", "region", "place", "countrydescription")
        return distinct(self._joined("address", parts))

    def countries(self, kind: str) -> tuple[str, ...]:
        """Citizenships; of whatever is no person the countries of its addresses."""
        group = "citizenship" if kind == "person" else "address"
        return distinct(
            row.get(f"{group}_countryiso2code", "") or row.get(f"{group}_countrydescription", "")
            for row in self._rows
        )

    def documents(self) -> tuple[tuple[str, str, str], ...]:
        return tuple(
            dict.fromkeys(
                (_DOCUMENTS.get(row.get("identification_typecode", "").lower(), "O"), *told_number)
                for row in self._rows
                if (told_number := _number(row)) is not None
            )
        )

    def identifiers(self, kind: str) -> tuple[tuple[str, str, str], ...]:
        return tuple(
            dict.fromkeys(
                (_identifier_kind(kind, row), *told_number)
                for row in self._rows
                if (told_number := _number(row)) is not None
            )
        )

    def _joined(self, group: str, parts: tuple[str, ...]) -> Iterator[str]:
        for row in self._rows:
            yield ", ".join(filter(None, (row.get(f"{group}_{part}", "") for part in parts)))


def _is_weak(row: Fields) -> bool:
    """The file calls an alias weak in its remark: `low quality alias`."""
    remark = row.get("namealias_remark", "").lower()
    return "low quality" in remark or "weak" in remark


def _birth_date(row: Fields) -> str:
    begin, end = row.get("birthdate_yearrangefrom", ""), row.get("birthdate_yearrangeto", "")
    if begin and end:
        return f"{begin} to {end}"
    about = "circa " if row.get("birthdate_circa", "").lower() == "true" else ""
    value = row.get("birthdate_birthdate", "") or row.get("birthdate_year", "")
    return f"{about}{value}" if value else ""


def _number(row: Fields) -> tuple[str, str] | None:
    value = row.get("identification_latinnumber", "") or row.get("identification_number", "")
    if not value:
        return None
    country = row.get("identification_countryiso2code", "")
    return value, "" if country == "00" else country


def _identifier_kind(kind: str, row: Fields) -> str:
    code = (
        f"{row.get('identification_typecode', '')} {row.get('identification_typedescription', '')}"
    )
    low = code.lower()
    if "imo" in low and kind == "vessel":
        return "imo"
    if "tax" in low or "fiscal" in low:
        return "tax"
    return "registration"
