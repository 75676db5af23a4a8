"""The profile of whoever imported what was found: proposed, or told of it."""

from parakh.domain.consignment import Consignment, Party, PartyRole
from parakh.domain.outcome import OutcomeRecord
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.profile import Fact, FactKind, ProfileKind, Scheme
from parakh.services.profiles import NewProfile, propose, told
from parakh.store import profile_facts
from parakh.store.database import Tx

SOURCE = "examination"
_NUMBERS = (Scheme.TAX.value, Scheme.REGISTRATION.value)


def note(tx: Tx, consignment: Consignment, record: OutcomeRecord) -> None:
    """Notes on the importer's profile what an examination found; proposes one where none is.

    Nobody without a number is profiled: by a name alone it could be another company.
    """
    party = consignment.party(PartyRole.IMPORTER, PartyRole.CONSIGNEE)
    if party is None or not party.identifier:
        return
    known = profile_facts.living_bearer(tx.connection, _NUMBERS, party.identifier)
    if known is None:
        _propose(tx, party, consignment, record)
        return
    fact = Fact(
        id="", profile_id=known, kind=FactKind.NOTE, source=SOURCE,
        value=str(_found(consignment, record)),
    )  # fmt: skip
    profile_facts.add_facts(tx, [told(tx, fact, known)])
    tx.audit("profile.told", "profile", known, tells=FactKind.NOTE.value)


def _propose(tx: Tx, party: Party, consignment: Consignment, record: OutcomeRecord) -> None:
    reason = _found(consignment, record)
    new = NewProfile(
        kind=ProfileKind.ORGANISATION,
        title=party.name or party.identifier,
        suspicion=f"{reason}.",
        legal_basis="",
        facts=(
            Fact(
                id="", profile_id="", kind=FactKind.IDENTIFIER, scheme=Scheme.TAX,
                value=party.identifier, issuer=party.country or "", source=consignment.name,
            ),
        ),
    )  # fmt: skip
    propose(tx, new, (reason,))


def _found(consignment: Consignment, record: OutcomeRecord) -> Phrase:
    text = N_("An examination of {consignment} found: {outcome}")
    what = ", ".join(own.commodity.value.replace("_", " ") for own in record.details.seizures)
    told_of = what or record.kind.value.replace("_", " ")
    return phrase(text, consignment=consignment.name, outcome=told_of)
