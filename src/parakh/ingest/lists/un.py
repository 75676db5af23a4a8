"""The consolidated list of the United Nations Security Council, as its XML.

Root CONSOLIDATED_LIST, with INDIVIDUAL and ENTITY elements (schema sc-sanctions.xsd). Taken are:
names in up to four parts and in the original script, aliases (of low quality as weak names), dates
of birth (exact, approximate, or between two years), places of birth, nationalities, gender,
documents, and the reference number (`QDi.001`) as lasting identifier. All else that says why
somebody is listed (committee, title, designation, comments, addresses) becomes the reason.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from parakh.ingest.lists import xml
from parakh.ingest.lists.declared import (
    DeclaredEntry,
    Found,
    Published,
    distinct,
    enumerated,
    error,
    fathers,
    told,
)
from parakh.ingest.lists.xml import Node

_GENDER = re.compile(r"gender\s*:\s*(male|female)", re.IGNORECASE)
_NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_PLACE = ("STREET", "CITY", "STATE_PROVINCE", "COUNTRY")


def read(path: Path) -> Iterator[Found]:
    """Gives each entry of the list, or a Problem; raises Unreadable for another file."""
    for node in xml.records(path, "CONSOLIDATED_LIST", frozenset({"INDIVIDUAL", "ENTITY"})):
        if node.tag == "CONSOLIDATED_LIST":
            yield Published(text=node.attributes.get("dateGenerated", ""))
        elif not any(node.texts(tag) for tag in _NAMES):
            yield error(node.line, f"{node.tag}: has no name")
        elif node.tag == "INDIVIDUAL":
            yield _person(node)
        else:
            yield _organisation(node)


def _person(node: Node) -> DeclaredEntry:
    names = [name for tag in _NAMES for name in node.texts(tag)]
    aliases = node.all("INDIVIDUAL_ALIAS")
    comments = node.first("COMMENTS1")
    gender = node.first("GENDER") or next(iter(_GENDER.findall(comments)), "")
    return DeclaredEntry(
        line=node.line,
        list="",
        kind="person",
        # The parts are in the order in which they are spoken: what comes last is the family's.
        family_name=names[-1] if len(names) > 1 else "",
        given_names=" ".join(names[:-1]) if len(names) > 1 else names[0],
        aliases=distinct(
            [
                *node.texts("NAME_ORIGINAL_SCRIPT"),
                *(name for own in aliases if not _weak(own) for name in _alias_names(own)),
            ]
        ),
        weak_aliases=distinct(name for own in aliases if _weak(own) for name in _alias_names(own)),
        birth_dates=distinct(
            [
                *(_birth_date(own) for own in node.all("INDIVIDUAL_DATE_OF_BIRTH")),
                *(own.first("DATE_OF_BIRTH") for own in aliases if not _weak(own)),
            ]
        ),
        sex=gender,
        nationalities=distinct(
            part for text in node.texts("NATIONALITY", "VALUE") for part in enumerated(text)
        ),
        father_names=fathers(comments),
        birth_places=distinct(_place(own) for own in node.all("INDIVIDUAL_PLACE_OF_BIRTH")),
        documents=tuple(
            document
            for own in node.all("INDIVIDUAL_DOCUMENT")
            if (document := _document(own)) is not None
        ),
        source_id=_identifier(node),
        reason=_reason(node, "INDIVIDUAL"),
    )


def _organisation(node: Node) -> DeclaredEntry:
    return DeclaredEntry(
        line=node.line,
        list="",
        kind="organisation",
        family_name=" ".join(name for tag in _NAMES for name in node.texts(tag)),
        aliases=distinct(
            [
                *node.texts("NAME_ORIGINAL_SCRIPT"),
                *(name for own in node.all("ENTITY_ALIAS") for name in _alias_names(own)),
            ]
        ),
        nationalities=distinct(node.texts("ENTITY_ADDRESS", "COUNTRY")),
        source_id=_identifier(node),
        reason=_reason(node, "ENTITY"),
    )


def _weak(alias: Node) -> bool:
    return alias.first("QUALITY").lower() == "low"


def _alias_names(alias: Node) -> tuple[str, ...]:
    return distinct(
        part for name in alias.first("ALIAS_NAME").split(";") for part in enumerated(name)
    )


def _birth_date(node: Node) -> str:
    """The date as a text that says how sure it is."""
    if node.first("FROM_YEAR"):
        return f"{node.first('FROM_YEAR')} to {node.first('TO_YEAR') or node.first('FROM_YEAR')}"
    value = node.first("DATE") or node.first("YEAR")
    about = "circa " if node.first("TYPE_OF_DATE").upper() == "APPROXIMATELY" else ""
    return f"{about}{value or node.first('NOTE')}".strip() if value or node.first("NOTE") else ""


def _place(node: Node) -> str:
    return ", ".join(text for tag in _PLACE for text in node.texts(tag))


def _document(node: Node) -> tuple[str, str, str] | None:
    number = node.first("NUMBER")
    if not number:
        return None
    kind = f"{node.first('TYPE_OF_DOCUMENT')} {node.first('TYPE_OF_DOCUMENT2')}".lower()
    code = "P" if "pas" in kind else "I" if "identification" in kind else "O"
    return code, number, node.first("ISSUING_COUNTRY") or node.first("COUNTRY_OF_ISSUE")


def _identifier(node: Node) -> str:
    return node.first("REFERENCE_NUMBER") or node.first("DATAID")


def _reason(node: Node, tag: str) -> str:
    addresses = (
        ", ".join(own.texts("STREET") + [text for part in _PLACE[1:] for text in own.texts(part)])
        for own in node.all(f"{tag}_ADDRESS")
    )
    notes = (
        f"{own.first('NUMBER')} {own.first('NOTE')}"
        for own in node.all(f"{tag}_DOCUMENT")
        if own.first("NOTE")
    )
    return told(
        ("Listed by the United Nations under", node.texts("UN_LIST_TYPE")),
        ("Listed on", node.texts("LISTED_ON")),
        ("Title", node.texts("TITLE", "VALUE")),
        ("Function", node.texts("DESIGNATION", "VALUE")),
        ("Addresses", addresses),
        ("Documents", notes),
        ("", node.texts("COMMENTS1")),
    )
