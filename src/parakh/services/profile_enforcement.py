"""What records of other posts tell of a profile: of a suspected person, or of a company."""

from dataclasses import dataclass

import sqlalchemy as sa

from parakh.domain.enforcement import CompanyRecord, SuspectRecord
from parakh.domain.phrase import N_, phrase
from parakh.domain.profile import Fact, FactKind, NameKind, ProfileKind, Scheme
from parakh.domain.traveller import is_number
from parakh.errors import InvalidInput
from parakh.store import enforcement as store
from parakh.store.enforcement import called

_SOURCE = N_("Record {reference} of {source}")
_SCHEMES = {"P": Scheme.PASSPORT, "V": Scheme.VISA, "I": Scheme.IDENTITY_CARD}


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a record tells of a profile."""

    kind: ProfileKind
    title: str
    suspicion: str
    facts: tuple[Fact, ...]


def of_record(connection: sa.Connection, record_id: str) -> Told:
    """What a suspect or company record tells; raises NotFound, and InvalidInput for a seizure."""
    own = store.get(connection, record_id)
    if isinstance(own, SuspectRecord):
        return of_suspect(own)
    if isinstance(own, CompanyRecord):
        return of_company(own)
    raise InvalidInput("open the profile from a suspect or company of the seizure")


def of_suspect(own: SuspectRecord) -> Told:
    """A person: names, birth date, nationality, documents."""
    source = _source(own)
    names = [name.full for name in called(own)]
    facts = [
        *_names(names, source),
        _fact(FactKind.BIRTH_DATE, own.birth_date, source),
        _fact(FactKind.NATIONALITY, own.nationality or "", source),
        *(
            _fact(
                FactKind.IDENTIFIER,
                number,
                source,
                scheme=_SCHEMES.get(kind, Scheme.DOCUMENT).value,
                issuer=issuer,
            )
            for kind, number, issuer in own.documents
            if is_number(number)
        ),
    ]
    return Told(
        kind=ProfileKind.PERSON,
        title=names[0],
        suspicion=own.suspicion,
        facts=tuple(one for one in facts if one.value),
    )


def of_company(own: CompanyRecord) -> Told:
    """An organisation: names, tax number, country, address."""
    source = _source(own)
    facts = [
        *_names([own.name, *own.aliases], source),
        _fact(FactKind.NATIONALITY, own.country or "", source),
        _fact(
            FactKind.IDENTIFIER,
            own.identifier,
            source,
            scheme=Scheme.TAX.value,
            issuer=own.country or "",
        ),
        _fact(FactKind.NOTE, own.address, source),
    ]
    return Told(
        kind=ProfileKind.ORGANISATION,
        title=own.name,
        suspicion=own.suspicion,
        facts=tuple(one for one in facts if one.value),
    )


def _source(own: SuspectRecord | CompanyRecord) -> str:
    return str(phrase(_SOURCE, reference=own.reference, source=own.source))


def _names(names: list[str], source: str) -> list[Fact]:
    return [
        _fact(
            FactKind.NAME,
            name,
            source,
            scheme=(NameKind.ALIAS if place else NameKind.PRIMARY).value,
        )
        for place, name in enumerate(dict.fromkeys(names))
    ]


def _fact(kind: FactKind, value: str, source: str, scheme: str = "", issuer: str = "") -> Fact:
    return Fact(
        id="", profile_id="", kind=kind, scheme=scheme, value=value, issuer=issuer, source=source
    )
