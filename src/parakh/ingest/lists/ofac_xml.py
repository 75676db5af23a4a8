"""The OFAC list of Specially Designated Nationals as SDN.XML (root sdnList).

Taken are names and other names (`a.k.a.`, those of category weak as weak names), dates and places
of birth, nationalities and citizenships, numbers (`idList`), gender, call sign and flag of vessels,
and the entry's `uid`; programmes, title, addresses, other numbers and remarks become the reason.
"""

from collections.abc import Iterator
from pathlib import Path

from parakh.domain.message import Problem
from parakh.ingest.lists import xml
from parakh.ingest.lists.declared import (
    DeclaredEntry,
    Found,
    Published,
    distinct,
    error,
    fathers,
    told,
)
from parakh.ingest.lists.ofac import KINDS, Numbers, completed, person_only
from parakh.ingest.lists.xml import Node

_ADDRESS = (
    "address1", "address2", "address3", "city", "stateOrProvince", "postalCode", "country",
)  # fmt: skip


def read(path: Path) -> Iterator[Found]:
    """Gives each entry of the list, or a Problem; raises Unreadable for another file."""
    tags = frozenset({"sdnEntry", "publshInformation", "publishInformation"})
    for node in xml.records(path, "sdnList", tags):
        if node.tag == "sdnEntry":
            yield _entry(node)
        elif node.tag != "sdnList":
            yield Published(text=node.first("Publish_Date"))


def _entry(node: Node) -> DeclaredEntry | Problem:
    kind = KINDS.get(node.first("sdnType").lower())
    if kind is None:
        return error(node.line, "sdnType: the type of the entry is not known")
    family, given = node.first("lastName"), node.first("firstName")
    if not (family or given):
        return error(node.line, "sdnEntry: has no name")
    if kind != "person":
        family, given = f"{given} {family}".strip(), ""
    numbers, others, gender = Numbers(), list[str](), ""
    for own in node.all("idList", "id"):
        label, value, country = (own.first(tag) for tag in ("idType", "idNumber", "idCountry"))
        if label == "Gender":
            gender = value
        elif not numbers.take(kind, label, value, country):
            others.append(f"{label} {value} {country}")
    if call_sign := node.first("vesselInfo", "callSign"):
        numbers.identifiers.append(("call_sign", call_sign, ""))
    aliases = node.all("akaList", "aka")
    remarks = node.first("remarks")
    return completed(
        DeclaredEntry(
            line=node.line,
            list="",
            kind=kind,
            family_name=family,
            given_names=given,
            aliases=distinct(_name(kind, own) for own in aliases if not _weak(own)),
            weak_aliases=distinct(_name(kind, own) for own in aliases if _weak(own)),
            birth_dates=person_only(
                kind, node.texts("dateOfBirthList", "dateOfBirthItem", "dateOfBirth")
            ),
            sex=gender if kind == "person" else "",
            nationalities=_nations(node, kind),
            father_names=fathers(remarks),
            birth_places=person_only(
                kind, node.texts("placeOfBirthList", "placeOfBirthItem", "placeOfBirth")
            ),
            documents=tuple(dict.fromkeys(numbers.documents)),
            identifiers=tuple(dict.fromkeys(numbers.identifiers)),
            source_id=node.first("uid"),
            reason=_reason(node, remarks, others),
        )
    )


def _weak(alias: Node) -> bool:
    return alias.first("category").lower() == "weak"


def _name(kind: str, alias: Node) -> str:
    family, given = alias.first("lastName"), alias.first("firstName")
    if kind == "person" and family and given:
        return f"{family}, {given}"
    return f"{given} {family}"


def _nations(node: Node, kind: str) -> tuple[str, ...]:
    found = [
        *node.texts("nationalityList", "nationality", "country"),
        *node.texts("citizenshipList", "citizenship", "country"),
        *node.texts("vesselInfo", "vesselFlag"),
    ]
    if kind == "organisation":
        found += node.texts("addressList", "address", "country")
    return distinct(found)


def _reason(node: Node, remarks: str, others: list[str]) -> str:
    vessel = node.all("vesselInfo")
    return told(
        ("Listed by OFAC under", node.texts("programList", "program")),
        ("Title", node.texts("title")),
        ("Vessel", (own.first(tag) for own in vessel for tag in ("vesselType", "vesselOwner"))),
        (
            "Addresses",
            (
                ", ".join(text for tag in _ADDRESS for text in own.texts(tag))
                for own in node.all("addressList", "address")
            ),
        ),
        ("Numbers", others),
        ("", [remarks]),
    )
