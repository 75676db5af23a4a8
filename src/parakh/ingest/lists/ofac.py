"""What the forms of the list of Specially Designated Nationals (SDN) have in common.

Source: "SDN data specification" of the Office of Foreign Assets Control. A number of an entry
carries a label such as `Passport` or `Vessel Registration Identification`; here is what they mean.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from parakh.ingest.lists.declared import DeclaredEntry, distinct

KINDS = {
    "individual": "person",
    "entity": "organisation",
    "": "organisation",
    "vessel": "vessel",
    "aircraft": "aircraft",
}
"""By the type of an entry; an entity has none in the CSV."""

_DOCUMENTS = {
    "passport": "P",
    "diplomatic passport": "P",
    "passport booklet": "P",
    "stateless person passport": "P",
    "travel document number": "O",
    "refugee id card": "O",
    "residency number": "O",
    "driver's license no": "O",
    "national id no": "I",
    "national foreign id number": "I",
    "identification number": "I",
    "personal id card": "I",
    "citizen's card number": "I",
    "tazkira national id card": "I",
    "turkish identification number": "I",
    "kenyan id no": "I",
    "cedula no": "I",
    "cedula de ciudadania": "I",
    "cedula de residencia": "I",
    "d.n.i": "I",
    "c.u.r.p": "I",
    "c.u.i": "I",
    "c.u.i.p": "I",
    "i.f.e": "I",
    "numero de identidad": "I",
    "electoral registry no": "I",
    "ssn": "I",
    "bosnian personal id no": "I",
    "british national overseas passport": "P",
}

_NUMBERS = {
    "vessel registration identification": "imo",
    "mmsi": "mmsi",
    "call sign": "call_sign",
    "aircraft tail number": "aircraft_registration",
    "aircraft manufacturer's serial number (msn)": "aircraft_serial",
    "aircraft construction number (also called l/n or s/n or f/n)": "aircraft_serial",
    "aircraft serial identification": "aircraft_serial",
    "registration number": "registration",
    "registration id": "registration",
    "public registration number": "registration",
    "company number": "registration",
    "uk company number": "registration",
    "business number": "registration",
    "business registration number": "registration",
    "business registration document": "registration",
    "commercial registry number": "registration",
    "chamber of commerce number": "registration",
    "certificate of incorporation number": "registration",
    "enterprise number": "registration",
    "legal entity number": "registration",
    "file number": "registration",
    "folio mercantil no": "registration",
    "matricula mercantil no": "registration",
    "c.r. no": "registration",
    "trade license no": "registration",
    "license": "registration",
    "government gazette number": "registration",
    "registered charity no": "registration",
    "d-u-n-s number": "registration",
    "unified social credit code (uscc)": "registration",
    "united social credit code certificate (usccc)": "registration",
    "branch unit number": "registration",
    "nit": "tax",
    "ruc": "tax",
    "rif": "tax",
    "rtn": "tax",
    "rfc": "tax",
    "r.f.c": "tax",
    "c.u.i.t": "tax",
    "c.i.f": "tax",
    "us fein": "tax",
    "tax id no": "tax",
    "v.a.t. number": "tax",
}

_LABELS = sorted((*_DOCUMENTS, *_NUMBERS), key=len, reverse=True)
_NUMBER = re.compile(
    r"(?:alt\. )?(" + "|".join(map(re.escape, _LABELS)) + r")(?:\.?(?: #)?|\s*#)\s+(.*)",
    re.IGNORECASE | re.DOTALL,
)
_ISSUER = re.compile(r"\(([^()]{2,60})\)")
_END = re.compile(r"\s*(?:\(|,?\s*\bissued\b|,?\s*\bexpires\b|,?\s*\bvalid\b|;)", re.IGNORECASE)


@dataclass(kw_only=True, slots=True)
class Numbers:
    """Documents and identifiers of an entry, as they are found one by one."""

    documents: list[tuple[str, str, str]] = field(default_factory=list)
    identifiers: list[tuple[str, str, str]] = field(default_factory=list)

    def take(self, kind: str, label: str, value: str, country: str) -> bool:
        """Takes a number if its label is known for such a kind of entry; says whether it was."""
        known = label.strip().rstrip(".#: ").lower().replace("’", "'")
        if known in _DOCUMENTS and kind == "person":
            self.documents.append((_DOCUMENTS[known], value, country))
            return True
        if known in _NUMBERS:
            self.identifiers.append(_identifier(kind, _NUMBERS[known], value, country))
            return True
        if known in _DOCUMENTS:
            # A body's number of identification is that of its registration.
            self.identifiers.append(("registration", value, country))
            return True
        return False

    def take_text(self, kind: str, text: str) -> bool:
        """Takes a clause such as `Passport A12 (Iran) issued 1999`; says whether it was one."""
        found = _NUMBER.fullmatch(text.strip())
        if found is None:
            return False
        label, rest = found[1], found[2].strip().rstrip(".")
        issuer = _ISSUER.search(rest)
        value = _END.split(rest, maxsplit=1)[0].strip(" ,#")
        return bool(value) and self.take(kind, label, value, issuer[1] if issuer else "")


def _identifier(kind: str, named: str, value: str, country: str) -> tuple[str, str, str]:
    """Only a vessel's own IMO number is one; that of a company is of another series."""
    if named == "imo" and (kind != "vessel" or not value.upper().startswith("IMO")):
        return "registration", value, country
    return named, value, country


def names_of(kind: str, name: str) -> tuple[str, str]:
    """Family name and given names of `LAST, First`; the whole name of whatever is no person."""
    if kind != "person":
        return name, ""
    family, comma, given = name.partition(",")
    return (family.strip(), given.strip()) if comma else ("", name)


def completed(entry: DeclaredEntry) -> DeclaredEntry:
    """The entry; an aircraft's name, where it is its registration, as an identifier too."""
    if entry.kind != "aircraft" or not re.fullmatch(
        r"[A-Z0-9]{1,2}-?[A-Z0-9]{2,5}", entry.family_name
    ):
        return entry
    own = ("aircraft_registration", entry.family_name, "")
    if any(kind == own[0] for kind, _, _ in entry.identifiers):
        return entry
    return replace(entry, identifiers=(own, *entry.identifiers))


def person_only(kind: str, values: Iterable[str]) -> tuple[str, ...]:
    """The values, where the entry is a person."""
    return distinct(values) if kind == "person" else ()
