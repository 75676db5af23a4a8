"""Who and what stands in a case, and by what it is known again in other cases."""

import re
from collections.abc import Iterable

import sqlalchemy as sa

from parakh.access import Actor, Permission
from parakh.act.cases import LONGEST_TITLE, text_of
from parakh.domain.case import Party, PartyKind, PartyRole
from parakh.domain.hit import Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.traveller import Traveller
from parakh.errors import InvalidInput
from parakh.normalise.names import comparison_form
from parakh.services import masking
from parakh.services.alerted import Thing
from parakh.services.centre import Centre
from parakh.store import alerts, case_parts, cases, persons, profiles, records, travellers
from parakh.store.database import Tx

SHORTEST_PHONE = 7
"""Digits; fewer are an extension or a mistake."""

Key = tuple[str, str]
"""What kind of thing is known again, and how it is written."""


def said(text: str) -> Phrase:
    """What an officer typed, as a sentence; it is never translated."""
    return Phrase(template="{text}", values={"text": text})


def add_traveller(
    centre: Centre, tx: Tx, case_id: str, traveller_id: str, role: PartyRole, source: Phrase
) -> Party | None:
    """Adds a traveller whom the actor may see; None for one who stands in the case already.

    Raises NotFound, and Forbidden for a traveller of another unit's port of whom the actor's unit
    has no alert, and for one who is masked.
    """
    lasting = travellers.lasting_id(tx.connection, traveller_id)
    found = travellers.get_traveller(tx.connection, lasting)
    _require_sight(tx.connection, tx.actor, found)
    masking.require_shown(centre, tx.connection, tx.actor, [found.id])
    return _add(
        tx, case_id, PartyKind.TRAVELLER, found.id, str(found.name), role, source,
        _keys_of_traveller(tx.connection, found),
    )  # fmt: skip


def add_alerted(
    centre: Centre, tx: Tx, case_id: str, traveller: Traveller, role: PartyRole, at_alert: str
) -> Party | None:
    """Adds the traveller of an alert that the actor's unit has; raises Forbidden if masked."""
    masking.require_shown(centre, tx.connection, tx.actor, [traveller.id])
    return _add(
        tx, case_id, PartyKind.TRAVELLER, traveller.id, str(traveller.name), role,
        phrase(N_("alert of {time} UTC"), time=at_alert),
        _keys_of_traveller(tx.connection, traveller),
    )  # fmt: skip


def add_thing(tx: Tx, case_id: str, thing: Thing, at_alert: str) -> None:
    """Adds what an alert on goods or a transport unit is about, and the owner of the goods."""
    source = phrase(N_("alert of {time} UTC"), time=at_alert)
    keys = [own] if (own := _key_of_label(thing.party, thing.name)) else []
    _add(tx, case_id, thing.party, thing.ref.id, thing.name, PartyRole.SUSPECT, source, keys)
    if thing.owner:
        add_named(tx, case_id, PartyKind.ORGANISATION, thing.owner, PartyRole.OTHER, source)


def add_named(
    tx: Tx, case_id: str, kind: PartyKind, label: str, role: PartyRole, source: Phrase
) -> Party | None:
    """Adds somebody or something by name or number; None for what stands in the case already."""
    tidy = text_of(label, "the name or number", most=LONGEST_TITLE, least=2)
    key = _key_of_label(kind, tidy)
    return _add(tx, case_id, kind, "", tidy, role, source, [key] if key else [])


def add_profile(
    tx: Tx, case_id: str, actor: Actor, profile_id: str, role: PartyRole, source: Phrase
) -> Party | None:
    """Adds a profile; None for one that stands in the case already. Raises NotFound."""
    actor.require(Permission.SEE_PROFILES)
    found = profiles.get(tx.connection, profile_id)
    keys = [("profile", found.lasting_id)]
    return _add(tx, case_id, PartyKind.PROFILE, found.lasting_id, found.title, role, source, keys)


# --- within -------------------------------------------------------------------------------------


def _add(
    tx: Tx,
    case_id: str,
    kind: PartyKind,
    ref_id: str,
    label: str,
    role: PartyRole,
    source: Phrase,
    keys: Iterable[Key],
) -> Party | None:
    for own in case_parts.parties(tx.connection, case_id):
        if own.removed_at is None and (own.kind, own.ref_id, own.label) == (kind, ref_id, label):
            return None
    value = Party(
        id=new_id(), kind=kind, ref_id=ref_id, label=label, role=role, source=source,
        by=tx.actor.name, at=tx.at,
    )  # fmt: skip
    case_parts.add_party(tx, case_id, value)
    cases.add_keys(tx.connection, case_id, value.id, {own for own in keys if own[1]})
    case_parts.tell(tx, case_id, "party_added", phrase(N_("{name} was added"), name=label))
    tx.audit("case.party_added", "case", case_id, party=value.id, about=ref_id)
    return value


def _require_sight(connection: sa.Connection, actor: Actor, found: Traveller) -> None:
    actor.require(Permission.SEE_TRAVELLERS)
    ref = Ref(kind=Kind.TRAVELLER, id=found.id)
    if actor.units & {own.unit_id for own in alerts.alerts_on(connection, ref)}:
        return
    voyage = travellers.get_voyage(connection, found.voyage_id) if found.voyage_id else None
    crossing = travellers.crossings_of(connection, [found.id]).get(found.id)
    actor.require_port(voyage.port if voyage else crossing.port if crossing else "")


def _keys_of_traveller(connection: sa.Connection, found: Traveller) -> set[Key]:
    """The person he is, his documents, and the phones that messages declare for him."""
    person = persons.persons_of(connection, [found.id]).get(found.id, found.id)
    keys = {("person", person)}
    keys |= {("document", _compact(own.number)) for own in found.documents}
    sources = records.records_of(connection, found.id)
    booked = records.bookings_by_id(
        connection, {own.booking_id for own in sources if own.booking_id}
    )
    contacts = [own for source in sources for own in source.declared.contacts]
    contacts += [own for booking in booked.values() for own in booking.contacts]
    keys |= {("phone", _digits(own.value)) for own in contacts if own.kind == "phone"}
    return keys


def _key_of_label(kind: PartyKind, label: str) -> Key | None:
    match kind:
        case (
            PartyKind.DOCUMENT
            | PartyKind.VEHICLE
            | PartyKind.CONTAINER
            | PartyKind.VESSEL
            | PartyKind.AIRCRAFT
            | PartyKind.CONSIGNMENT
        ):
            return kind.value, _compact(label)
        case PartyKind.PHONE:
            number = _digits(label)
            if not number:
                raise InvalidInput(f"a phone number has at least {SHORTEST_PHONE} digits")
            return "phone", number
        case PartyKind.ORGANISATION:
            return "organisation", comparison_form(label)[:120]
        case PartyKind.TRAVELLER | PartyKind.PROFILE:
            raise InvalidInput("travellers and profiles are added from their own pages")
        case PartyKind.PERSON:
            # A name alone is too many people's to say that two cases are about one person.
            return None


def _compact(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", text.upper())[:120]


def _digits(text: str) -> str:
    """A phone's digits without what is dialled before a country's code; "" for too few."""
    digits = re.sub(r"\D", "", text).lstrip("0")
    return digits[-15:] if len(digits) >= SHORTEST_PHONE else ""
