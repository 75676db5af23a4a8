"""Words on screen for profiles, as `parakh.web.labels` shows them."""

from enum import StrEnum

from parakh.domain.phrase import N_
from parakh.domain.profile import (
    EventKind,
    FactKind,
    MemberKind,
    NameKind,
    ProfileKind,
    ProfileState,
    Scheme,
    Tie,
)

PROFILE_LABELS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
    ProfileKind: {
        ProfileKind.PERSON: (N_("Person"), ""),
        ProfileKind.ORGANISATION: (N_("Organisation"), ""),
        ProfileKind.VEHICLE: (N_("Vehicle"), ""),
        ProfileKind.VESSEL: (N_("Vessel"), ""),
        ProfileKind.CONTAINER: (N_("Container"), ""),
        ProfileKind.AIRCRAFT: (N_("Aircraft"), ""),
    },
    ProfileState: {
        ProfileState.PROPOSED: (N_("Proposed"), "amber"),
        ProfileState.IN_FORCE: (N_("In force"), "green"),
        ProfileState.REJECTED: (N_("Rejected"), ""),
        ProfileState.CLOSED: (N_("Closed"), ""),
        ProfileState.EXPIRED: (N_("Expired"), ""),
        ProfileState.MERGED: (N_("Merged"), ""),
    },
    FactKind: {
        FactKind.NAME: (N_("Name"), ""),
        FactKind.IDENTIFIER: (N_("Number"), ""),
        FactKind.BIRTH_DATE: (N_("Date of birth"), ""),
        FactKind.NATIONALITY: (N_("Nationality"), ""),
        FactKind.PICTURE: (N_("Picture"), ""),
        FactKind.MEMBER: (N_("Member"), ""),
        FactKind.ASSOCIATION: (N_("Association"), ""),
        FactKind.NOTE: (N_("Note"), ""),
    },
    NameKind: {
        NameKind.PRIMARY: (N_("Main name"), ""),
        NameKind.ALIAS: (N_("Alias"), ""),
        NameKind.MAIDEN: (N_("Maiden name"), ""),
        NameKind.FORMER: (N_("Former name"), ""),
        NameKind.TRANSLITERATION: (N_("In another script"), ""),
        NameKind.TRADE: (N_("Trade name"), ""),
    },
    Scheme: {
        Scheme.PASSPORT: (N_("Passport"), ""),
        Scheme.IDENTITY_CARD: (N_("Identity card"), ""),
        Scheme.VISA: (N_("Visa"), ""),
        Scheme.DOCUMENT: (N_("Other document"), ""),
        Scheme.PHONE: (N_("Telephone number"), ""),
        Scheme.EMAIL: (N_("E-mail address"), ""),
        Scheme.PLATE: (N_("Number plate"), ""),
        Scheme.CHASSIS: (N_("Chassis number"), ""),
        Scheme.IMO: (N_("IMO number"), ""),
        Scheme.MMSI: (N_("MMSI"), ""),
        Scheme.CALL_SIGN: (N_("Call sign"), ""),
        Scheme.AIRCRAFT_REGISTRATION: (N_("Aircraft registration"), ""),
        Scheme.AIRCRAFT_SERIAL: (N_("Aircraft serial number"), ""),
        Scheme.CONTAINER: (N_("Container number"), ""),
        Scheme.REGISTRATION: (N_("Registration number"), ""),
        Scheme.TAX: (N_("Tax number"), ""),
    },
    MemberKind: {
        MemberKind.TRAVELLER: (N_("Traveller"), ""),
        MemberKind.WATCHLIST_ENTRY: (N_("Watchlist entry"), ""),
        MemberKind.CASE: (N_("Case"), ""),
    },
    Tie: {
        Tie.RELATIVE: (N_("Relative of"), ""),
        Tie.ASSOCIATE: (N_("Associate of"), ""),
        Tie.TRAVELS_WITH: (N_("Travels with"), ""),
        Tie.WORKS_FOR: (N_("Works for"), ""),
        Tie.OWNS: (N_("Owns"), ""),
        Tie.USES: (N_("Uses"), ""),
        Tie.PAYS_FOR: (N_("Pays for"), ""),
        Tie.SAME_ADDRESS: (N_("Same address as"), ""),
    },
    EventKind: {
        EventKind.CROSSING: (N_("Crossing"), ""),
        EventKind.HIT: (N_("Hit"), "amber"),
        EventKind.ALERT: (N_("Alert"), "orange"),
        EventKind.OUTCOME: (N_("Outcome"), "red"),
        EventKind.CASE: (N_("Case"), "accent"),
        EventKind.EDIT: (N_("Edit"), "plain"),
    },
}
