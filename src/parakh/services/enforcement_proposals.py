"""Proposes profiles of suspects and companies of other posts who are on file here.

Such a record alone alerts nobody: it is one agency's word. The program proposes a profile with its
reasons, and a second person reads both before anybody is told when the person is seen.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from parakh.access import Purpose
from parakh.domain.enforcement import CompanyRecord, SuspectRecord
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.profile import Fact
from parakh.services.centre import Centre
from parakh.services.profile_enforcement import Told, of_company, of_suspect
from parakh.services.profile_proposals import PROPOSER
from parakh.services.profile_sources import declared
from parakh.services.profiles import NewProfile, propose
from parakh.store import enforcement as store
from parakh.store import enforcement_met as met_store
from parakh.store import profiles, travellers
from parakh.store.database import Tx
from parakh.store.enforcement_met import Met

_DOCUMENT = N_("A traveller on file bears a document of the record {reference} of {source}")
_NAME = N_(
    "A traveller on file bears the name and the birth date of the record {reference} of {source}"
)
_NUMBER = N_("A party on file has the number of the record {reference} of {source}")
_CALLED = N_("A party on file has the name and country of the record {reference} of {source}")


def work(centre: Centre) -> int:
    """Proposes what is due; for the worker's housekeeping. Gives how many."""
    with centre.db.read() as connection:
        waiting = met_store.waiting(connection)
        suspects = _by_record(met_store.suspects_met(connection, waiting))
        companies = _by_record(met_store.companies_met(connection, waiting))
        records = store.by_ids(connection, [*suspects, *companies])
    made = 0
    for record_id, own in sorted(records.items()):
        with centre.db.write(PROPOSER, Purpose.PROFILE) as tx:
            if isinstance(own, SuspectRecord):
                made += _of_suspect(tx, own, suspects[record_id])
            elif isinstance(own, CompanyRecord):
                made += _of_company(tx, own, companies[record_id])
            tx.audit("enforcement.compared", "enforcement", record_id)
    return made


def _of_suspect(tx: Tx, own: SuspectRecord, met: Sequence[Met]) -> bool:
    """Proposes a person's profile with what he declared, unless he has a living one."""
    ids = sorted({one.other for one in met})
    travellers.lock(tx.connection, ids)
    if profiles.profiles_of_travellers(tx.connection, ids):
        return False
    newest = travellers.get_traveller(tx.connection, ids[-1])
    reasons = _reasons(own, met, _DOCUMENT, _NAME)
    told = of_suspect(own)
    _propose(tx, told, reasons, also=declared(tx.connection, newest))
    met_store.note_proposed(tx, [own.id])
    return True


def _of_company(tx: Tx, own: CompanyRecord, met: Sequence[Met]) -> bool:
    numbers = {own.identifier} - {""}
    if met_store.organisations_kept(tx.connection, {own.name, *own.aliases}, numbers):
        return False
    _propose(tx, of_company(own), _reasons(own, met, _NUMBER, _CALLED), also=[])
    met_store.note_proposed(tx, [own.id])
    return True


def _reasons(
    own: SuspectRecord | CompanyRecord, met: Sequence[Met], number: str, name: str
) -> tuple[Phrase, ...]:
    ways = dict.fromkeys(number if one.by_number else name for one in met)
    return tuple(phrase(way, reference=own.reference, source=own.source) for way in ways)


def _propose(tx: Tx, told: Told, reasons: tuple[Phrase, ...], also: Sequence[Fact]) -> None:
    suspicion = told.suspicion or "\n".join(f"{own}." for own in reasons)
    new = NewProfile(
        kind=told.kind,
        title=told.title,
        suspicion=suspicion,
        legal_basis="",
        facts=(*told.facts, *also),
    )
    propose(tx, new, reasons)


def _by_record(met: Sequence[Met]) -> Mapping[str, list[Met]]:
    found: defaultdict[str, list[Met]] = defaultdict(list)
    for own in met:
        found[own.record_id].append(own)
    return found
