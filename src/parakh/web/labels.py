"""Words on screen for the values of the domain's enumerations: one visible table.

Each value has its word and, where it is shown as a tag, the tag's colour. The table goes by type
first: equal texts of two enumerations (`transit`) are one dictionary key, and mean two things.
"""

import re
from enum import StrEnum

from parakh.access import Purpose, Role
from parakh.domain.alert import AlertState, OutcomeKind
from parakh.domain.amendment import AmendmentState
from parakh.domain.channel import ChannelKind, Detail, DispatchState, Occurrence
from parakh.domain.delivery import Awaited, Delivery
from parakh.domain.face import PadState
from parakh.domain.gallery import GalleryKind, TwinState
from parakh.domain.hit import Advice, Agreement, HitState, Kind, ResultState
from parakh.domain.link import LinkKind
from parakh.domain.listing import DifferenceKind, VersionState
from parakh.domain.lookout import LookoutState
from parakh.domain.masking import UnmaskingState
from parakh.domain.message import Channel, MessageState, PartState, Severity
from parakh.domain.outcome import Measure
from parakh.domain.phrase import N_
from parakh.domain.redress import Difference
from parakh.domain.rule import RuleState
from parakh.domain.station import StationKind
from parakh.domain.traveller import DocumentType, Sex, Standing, TravellerRole
from parakh.domain.value_list import ValueKind
from parakh.domain.vetting import Grouping
from parakh.domain.voyage import CrossingState, Direction, Mode
from parakh.domain.watchlist import EntryKind, EntryState, Handling, IdentifierKind
from parakh.normalise.join import SourceKind
from parakh.normalise.recognise import Sought
from parakh.screen.calibration import Band
from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.rules.functions import FUNCTIONS
from parakh.services.lookouts import Which
from parakh.services.review import Due
from parakh.services.rules import Standing as RuleStanding
from parakh.services.search_answers import Kind as AnswerKind
from parakh.web.agency_labels import AGENCY_LABELS
from parakh.web.cargo_labels import CARGO_LABELS
from parakh.web.case_labels import CASE_LABELS
from parakh.web.connector_labels import CONNECTOR_LABELS
from parakh.web.control_labels import CONTROL_LABELS
from parakh.web.enforcement_labels import ENFORCEMENT_LABELS
from parakh.web.examination_labels import EXAMINATION_LABELS
from parakh.web.goods_labels import GOODS_LABELS
from parakh.web.i18n import gettext
from parakh.web.identity_labels import IDENTITY_LABELS
from parakh.web.profile_labels import PROFILE_LABELS
from parakh.web.selectivity_labels import SELECTIVITY_LABELS
from parakh.web.trend_labels import TREND_LABELS

LABELS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
    Advice: {
        Advice.PROCEED: (N_("Proceed"), "green"),
        Advice.INCOMPLETE: (N_("Incomplete"), ""),
        Advice.COMPARE: (N_("Compare"), "amber"),
        Advice.INSPECT: (N_("Inspect"), "orange"),
        Advice.REFER: (N_("Refer"), "red"),
    },
    HitState: {
        HitState.OPEN: (N_("Open"), "amber"),
        HitState.CONFIRMED: (N_("Confirmed"), "red"),
        HitState.CLEARED: (N_("Cleared"), "green"),
    },
    Agreement: {
        Agreement.AGREES: (N_("agrees"), "eq"),
        Agreement.SIMILAR: (N_("similar"), "sim"),
        Agreement.DIFFERS: (N_("differs"), "ne"),
        Agreement.UNKNOWN: (N_("not known"), "un"),
    },
    ResultState: {
        ResultState.DONE: (N_("Done"), "green"),
        ResultState.FAILED: (N_("Failed"), "red"),
        ResultState.NOT_APPLICABLE: (N_("Not applicable"), ""),
    },
    AlertState: {
        AlertState.NEW: (N_("New"), "red"),
        AlertState.ACKNOWLEDGED: (N_("Acknowledged"), "amber"),
        AlertState.CLOSED: (N_("Closed"), "green"),
    },
    UnmaskingState: {
        UnmaskingState.ASKED: (N_("Asked"), "amber"),
        UnmaskingState.GRANTED: (N_("Granted"), "green"),
        UnmaskingState.REFUSED: (N_("Refused"), "red"),
    },
    OutcomeKind: {
        OutcomeKind.NOTHING_FOUND: (N_("Nothing found"), ""),
        OutcomeKind.SEIZURE: (N_("Seizure"), "red"),
        OutcomeKind.PENALTY: (N_("Penalty"), "orange"),
        OutcomeKind.ARREST: (N_("Arrest"), "red"),
        OutcomeKind.REFUSED: (N_("Entry or exit refused"), "red"),
        OutcomeKind.FALSE_MATCH: (N_("False match"), "green"),
        OutcomeKind.DATA_ERROR: (N_("Error in the data"), ""),
    },
    MessageState: {
        MessageState.RECEIVED: (N_("Received"), "accent"),
        MessageState.PARSED: (N_("Read"), "accent"),
        MessageState.SCREENED: (N_("Screened"), "green"),
        MessageState.QUARANTINED: (N_("Quarantined"), "red"),
    },
    PartState: {
        PartState.READ: (N_("Read"), "green"),
        PartState.QUARANTINED: (N_("Quarantined"), "red"),
    },
    Severity: {
        Severity.ERROR: (N_("Error"), "red"),
        Severity.WARNING: (N_("Warning"), "amber"),
    },
    Channel: {
        Channel.CLI: (N_("Command line"), ""),
        Channel.HTTP: (N_("Upload"), ""),
        Channel.DROP: (N_("Drop folder"), ""),
        Channel.SFTP: (N_("SFTP"), ""),
        Channel.LINK: (N_("Linked system"), ""),
    },
    Delivery: {
        Delivery.ON_TIME: (N_("On time"), "green"),
        Delivery.LATE: (N_("Late"), "amber"),
        Delivery.AWAITED: (N_("No list yet"), ""),
        Delivery.DUE: (N_("List overdue"), "orange"),
        Delivery.MISSING: (N_("No list"), "red"),
        Delivery.CANCELLED: (N_("Cancelled"), ""),
    },
    Awaited: {
        Awaited.LIST: (N_("Passenger list"), ""),
        Awaited.BOOKINGS: (N_("Bookings"), ""),
    },
    PadState: {
        PadState.NOT_EVALUATED: (N_("Not evaluated"), ""),
        PadState.BONA_FIDE: (N_("Live person"), "green"),
        PadState.ATTACK: (N_("Suspected attack"), "red"),
    },
    CrossingState: {
        CrossingState.EXPECTED: (N_("Expected"), ""),
        CrossingState.ACTUAL: (N_("At the gate"), "accent"),
    },
    StationKind: {
        StationKind.GATE: (N_("Gate"), ""),
        StationKind.DESK: (N_("Desk"), ""),
        StationKind.HANDHELD: (N_("Handheld"), ""),
    },
    GalleryKind: {
        GalleryKind.WATCHLIST: (N_("Watchlists"), ""),
        GalleryKind.CUSTODY: (N_("Custody"), "accent"),
        GalleryKind.MISSING: (N_("Missing persons"), "accent"),
        GalleryKind.VOYAGES: (N_("Travellers"), ""),
    },
    TwinState: {
        TwinState.OPEN: (N_("Open"), "amber"),
        TwinState.SAME: (N_("The same person"), "red"),
        TwinState.DIFFERENT: (N_("Different persons"), "green"),
    },
    Direction: {
        Direction.ENTRY: (N_("Entry"), ""),
        Direction.EXIT: (N_("Exit"), ""),
        Direction.TRANSIT: (N_("Transit"), ""),
    },
    Mode: {
        Mode.AIR: (N_("Air"), ""),
        Mode.SEA: (N_("Sea"), ""),
        Mode.RAIL: (N_("Rail"), ""),
        Mode.ROAD: (N_("Road"), ""),
    },
    Sex: {
        Sex.MALE: (N_("Male"), ""),
        Sex.FEMALE: (N_("Female"), ""),
        Sex.UNSPECIFIED: (N_("Unspecified"), ""),
    },
    DocumentType: {
        DocumentType.PASSPORT: (N_("Passport"), ""),
        DocumentType.VISA: (N_("Visa"), ""),
        DocumentType.IDENTITY_CARD: (N_("Identity card"), ""),
        DocumentType.OTHER: (N_("Other document"), ""),
    },
    Standing: {
        Standing.EXPECTED: (N_("Expected"), ""),
        Standing.BOARDED: (N_("Boarded"), "accent"),
        Standing.NOT_BOARDED: (N_("Did not board"), "amber"),
        Standing.CANCELLED: (N_("Cancelled"), "amber"),
    },
    SourceKind: {
        SourceKind.CROSSINGS: (N_("Border system"), ""),
        SourceKind.PAXLST: (N_("Passenger list"), ""),
        SourceKind.PNRGOV: (N_("Booking"), ""),
    },
    TravellerRole: {
        TravellerRole.PASSENGER: (N_("Passenger"), ""),
        TravellerRole.CREW: (N_("Crew"), ""),
        TravellerRole.TRANSIT: (N_("Transit passenger"), ""),
    },
    EntryKind: {
        EntryKind.PERSON: (N_("Person"), ""),
        EntryKind.ORGANISATION: (N_("Organisation"), ""),
        EntryKind.VESSEL: (N_("Vessel"), ""),
        EntryKind.AIRCRAFT: (N_("Aircraft"), ""),
        EntryKind.VEHICLE: (N_("Vehicle"), ""),
        EntryKind.CONTAINER: (N_("Container"), ""),
        EntryKind.DOCUMENT: (N_("Document"), ""),
    },
    IdentifierKind: {
        IdentifierKind.IMO: (N_("IMO number"), ""),
        IdentifierKind.MMSI: (N_("MMSI"), ""),
        IdentifierKind.CALL_SIGN: (N_("Call sign"), ""),
        IdentifierKind.AIRCRAFT_REGISTRATION: (N_("Aircraft registration"), ""),
        IdentifierKind.AIRCRAFT_SERIAL: (N_("Aircraft serial number"), ""),
        IdentifierKind.PLATE: (N_("Number plate"), ""),
        IdentifierKind.CHASSIS: (N_("Chassis number"), ""),
        IdentifierKind.CONTAINER: (N_("Container number"), ""),
        IdentifierKind.REGISTRATION: (N_("Registration number"), ""),
        IdentifierKind.TAX: (N_("Tax number"), ""),
    },
    AmendmentState: {
        AmendmentState.OPEN: (N_("Waits for approval"), "amber"),
        AmendmentState.APPROVED: (N_("Approved"), "green"),
        AmendmentState.REJECTED: (N_("Rejected"), ""),
    },
    VersionState: {
        VersionState.PENDING: (N_("Waits for approval"), "amber"),
        VersionState.APPLIED: (N_("Applied"), "green"),
        VersionState.DISCARDED: (N_("Discarded"), ""),
    },
    DifferenceKind: {
        DifferenceKind.ADDED: (N_("Added"), "green"),
        DifferenceKind.CHANGED: (N_("Changed"), "amber"),
        DifferenceKind.REMOVED: (N_("Removed"), "red"),
    },
    Band: {
        Band.COMMON: (N_("Common names"), ""),
        Band.MIDDLING: (N_("Middling names"), ""),
        Band.RARE: (N_("Rare names"), ""),
    },
    Purpose: {
        Purpose.INTAKE: (N_("Intake"), ""),
        Purpose.SCREENING: (N_("Screening"), ""),
        Purpose.VETTING: (N_("Vetting of travellers"), ""),
        Purpose.ALERT: (N_("An alert"), ""),
        Purpose.GATE: (N_("A person or conveyance at the gate"), ""),
        Purpose.WATCHLIST: (N_("Keeping the watchlists"), ""),
        Purpose.REDRESS: (N_("Redress"), ""),
        Purpose.LOOKOUT: (N_("Lookouts"), ""),
        Purpose.RULES: (N_("Keeping the rules"), ""),
        Purpose.TRENDS: (N_("Trends"), ""),
        Purpose.PERFORMANCE: (N_("The posts' performance"), ""),
        Purpose.SHARING: (N_("Sharing with another agency"), ""),
        Purpose.LINKED: (N_("Another agency's system"), ""),
        Purpose.CASE: (N_("A case"), ""),
        Purpose.PROFILE: (N_("A profile"), ""),
        Purpose.GOODS: (N_("Goods"), ""),
        Purpose.CURRENCY: (N_("Currency"), ""),
        Purpose.ENFORCEMENT: (N_("Enforcement records"), ""),
        Purpose.EXAMINATION: (N_("Examination"), ""),
        Purpose.AUDIT: (N_("Audit"), ""),
        Purpose.ADMINISTRATION: (N_("Administration"), ""),
    },
    Due: {
        Due.EXPIRING: (N_("Ending within 30 days"), "orange"),
        Due.REVIEW: (N_("Past their review"), "amber"),
        Due.CHANGES: (N_("Changes that wait"), "accent"),
        Due.ENDED: (N_("Ended in the last 90 days"), ""),
    },
    Which: {
        Which.MINE: (N_("Mine"), ""),
        Which.UNIT: (N_("My unit's"), ""),
        Which.WAITING: (N_("To be confirmed"), ""),
        Which.ALL: (N_("All"), ""),
    },
    LookoutState: {
        LookoutState.PROVISIONAL: (N_("Provisional"), "amber"),
        LookoutState.CONFIRMED: (N_("Confirmed"), "green"),
        LookoutState.ENDED: (N_("Ended"), ""),
        LookoutState.CANCELLED: (N_("Cancelled"), ""),
    },
    ChannelKind: {
        ChannelKind.EMAIL: (N_("E-mail"), ""),
        ChannelKind.WEBHOOK: (N_("Webhook"), ""),
    },
    Detail: {
        Detail.LINK: (N_("a link and the advice"), ""),
        Detail.REASONS: (N_("whom it is about, and why"), "amber"),
    },
    Occurrence: {
        Occurrence.RAISED: (N_("Alert raised"), ""),
        Occurrence.ESCALATED: (N_("Alert escalated"), "red"),
        Occurrence.TROUBLE: (N_("Trouble at a post"), "amber"),
    },
    DispatchState: {
        DispatchState.WAITING: (N_("Waiting"), "amber"),
        DispatchState.DELIVERED: (N_("Delivered"), "green"),
        DispatchState.DEAD: (N_("Given up"), "red"),
    },
    EntryState: {
        EntryState.PROPOSED: (N_("Proposed"), "amber"),
        EntryState.APPROVED: (N_("Approved"), "green"),
        EntryState.REJECTED: (N_("Rejected"), ""),
        EntryState.RETIRED: (N_("Retired"), ""),
    },
    Difference: {
        Difference.WITHDRAWN: (N_("the clearing was withdrawn"), ""),
        Difference.ENTRY: (N_("the entry changed"), ""),
        Difference.PROFILE: (N_("the profile changed"), ""),
        Difference.REASON: (N_("another reason than before"), ""),
        Difference.NAME: (N_("another name"), ""),
        Difference.BIRTH_DATE: (N_("another birth date"), ""),
        Difference.NATIONALITY: (N_("another nationality"), ""),
        Difference.DOCUMENT: (N_("another document"), ""),
        Difference.LISTED: (N_("he shows the listed document only"), ""),
        Difference.FACE: (N_("no kept picture shows this face"), ""),
    },
    LinkKind: {
        LinkKind.DOCUMENT: (N_("Document"), ""),
        LinkKind.PAYMENT: (N_("Payment card"), ""),
        LinkKind.EMAIL: (N_("E-mail"), ""),
        LinkKind.PHONE: (N_("Telephone"), ""),
        LinkKind.FAMILY: (N_("Father and address"), ""),
        LinkKind.BOOKING: (N_("Booking"), ""),
        LinkKind.ADDRESS: (N_("Address"), ""),
        LinkKind.REFERENCE: (N_("Carrier's reference"), ""),
        LinkKind.VEHICLE: (N_("Vehicle"), ""),
        LinkKind.CONSIGNEE: (N_("Consignee"), ""),
        LinkKind.CO_TRAVEL: (N_("Checked in side by side"), ""),
        LinkKind.AGENCY: (N_("Travel agency"), ""),
    },
    Grouping: {
        Grouping.VOYAGE: (N_("Voyage"), ""),
        Grouping.PORT: (N_("Port"), ""),
        Grouping.ADVICE: (N_("Advice"), ""),
        Grouping.REASON: (N_("List or rule"), ""),
    },
    AnswerKind: {
        AnswerKind.TRAVELLER: (N_("Travellers"), ""),
        AnswerKind.VOYAGE: (N_("Voyages"), ""),
        AnswerKind.ENTRY: (N_("Watchlists and lookouts"), ""),
        AnswerKind.CASE: (N_("Cases"), ""),
        AnswerKind.PROFILE: (N_("Profiles"), ""),
        AnswerKind.CONSIGNMENT: (N_("Consignments"), ""),
        AnswerKind.CONVEYANCE: (N_("Transport units"), ""),
    },
    Sought: {
        Sought.NAME: (N_("Name"), ""),
        Sought.NUMBER: (N_("Number of a document, plate or thing"), ""),
        Sought.LOCATOR: (N_("Booking"), ""),
        Sought.FLIGHT: (N_("Flight"), ""),
        Sought.CONTAINER: (N_("Container"), ""),
        Sought.WAYBILL: (N_("Air waybill"), ""),
        Sought.IMO: (N_("IMO number"), ""),
        Sought.PHONE: (N_("Telephone"), ""),
        Sought.EMAIL: (N_("E-mail"), ""),
        Sought.CASE: (N_("Case"), ""),
    },
    Handling: {
        Handling.INFORM: (N_("Inform"), ""),
        Handling.INSPECT: (N_("Inspect"), "orange"),
        Handling.REFER: (N_("Refer"), "red"),
    },
    Kind: {
        Kind.TRAVELLER: (N_("Traveller"), ""),
        Kind.CONSIGNMENT: (N_("Consignment"), ""),
        Kind.CONVEYANCE: (N_("Transport unit"), ""),
        Kind.CAPTURE: (N_("Picture at a gate"), ""),
        Kind.WATCHLIST_ENTRY: (N_("Watchlist entry"), ""),
        Kind.RULE: (N_("Rule"), ""),
        Kind.PROFILE: (N_("Profile"), ""),
        Kind.ORGANISATION: (N_("Organisation"), ""),
        Kind.CASE: (N_("Case"), ""),
        Kind.LOOKOUT: (N_("Lookout"), ""),
        Kind.REDRESS: (N_("Redress"), ""),
        Kind.STATION: (N_("Station"), ""),
        Kind.POST: (N_("Post"), ""),
        Kind.GALLERY: (N_("Gallery"), ""),
        Kind.MODEL: (N_("Model"), ""),
        Kind.EXAMINATION: (N_("Examination"), ""),
        Kind.CURRENCY: (N_("Currency declaration"), ""),
        Kind.ENFORCEMENT: (N_("Enforcement record"), ""),
    },
    RuleState: {
        RuleState.DRAFT: (N_("Draft"), ""),
        RuleState.IN_REVIEW: (N_("In review"), "amber"),
        RuleState.REJECTED: (N_("Rejected"), "red"),
        RuleState.APPROVED: (N_("Approved"), "green"),
        RuleState.RETIRED: (N_("Retired"), ""),
    },
    RuleStanding: {
        RuleStanding.IN_FORCE: (N_("In force"), "green"),
        RuleStanding.COMING: (N_("To come"), "accent"),
        RuleStanding.IN_REVIEW: (N_("In review"), "amber"),
        RuleStanding.DRAFT: (N_("Draft"), ""),
        RuleStanding.OVER: (N_("Not in force any more"), ""),
    },
    ValueKind: {
        ValueKind.TEXT: (N_("Texts"), ""),
        ValueKind.COUNTRY: (N_("Countries"), ""),
        ValueKind.PORT: (N_("Ports"), ""),
        ValueKind.CARRIER: (N_("Carriers"), ""),
        ValueKind.DOCUMENT: (N_("Documents"), ""),
        ValueKind.PHONE: (N_("Phone numbers"), ""),
        ValueKind.EMAIL: (N_("E-mail addresses"), ""),
        ValueKind.PLATE: (N_("Number plates"), ""),
        ValueKind.COMMODITY: (N_("Commodity codes"), ""),
    },
    Role: {
        Role.TARGETING: (N_("Targeting officer"), ""),
        Role.GATE: (N_("Gate officer"), ""),
        Role.SUPERVISOR: (N_("Supervisor"), ""),
        Role.ANALYST: (N_("Analyst"), ""),
        Role.AUDITOR: (N_("Auditor"), ""),
        Role.INTEGRATOR: (N_("Integrator"), ""),
        Role.CUSTODY: (N_("Custody officer"), ""),
        Role.EXAMINER: (N_("Examination officer"), ""),
        Role.LIAISON: (N_("Liaison officer"), ""),
    },
    **AGENCY_LABELS,
    **CARGO_LABELS,
    **CASE_LABELS,
    **CONNECTOR_LABELS,
    **CONTROL_LABELS,
    **EXAMINATION_LABELS,
    **ENFORCEMENT_LABELS,
    **GOODS_LABELS,
    **SELECTIVITY_LABELS,
    **TREND_LABELS,
    **PROFILE_LABELS,
    **IDENTITY_LABELS,
}

ATTRIBUTES: dict[str, str] = {
    "name": N_("Name"),
    "currency": N_("Currency"),
    "family_name": N_("Family name"),
    "given_names": N_("Given names"),
    "birth_date": N_("Date of birth"),
    "sex": N_("Sex"),
    "nationality": N_("Nationality"),
    "residence": N_("Residence"),
    "father_name": N_("Father's name"),
    "birth_place": N_("Place of birth"),
    "part": N_("Part of the goods"),
    "document": N_("Document"),
    "documents": N_("Documents"),
    "document_number": N_("Document number"),
    "document_type": N_("Document type"),
    "document_issuer": N_("Issued by"),
    "document_expiry": N_("Expires"),
    "face": N_("Face"),
    "embarkation": N_("Boarded at"),
    "debarkation": N_("Leaves at"),
    "booking_reference": N_("Booking"),
    "seat": N_("Seat"),
    "issuer": N_("Issued by"),
    "expiry": N_("Expires"),
    "bags": N_("Bags"),
    "role": N_("Travels as"),
    "name.word": N_("Word"),
    "weak_alias": N_("Weak name"),
    "country": N_("Country"),
    "imo": N_("IMO number"),
    "mmsi": N_("MMSI"),
    "call_sign": N_("Call sign"),
    "aircraft_registration": N_("Aircraft registration"),
    "aircraft_serial": N_("Aircraft serial number"),
    "plate": N_("Number plate"),
    "chassis": N_("Chassis number"),
    "container": N_("Container number"),
    "registration": N_("Registration number"),
    "tax": N_("Tax number"),
    "name_rarity": N_("Rarity of the name"),
    "kind": N_("Kind"),
    "names": N_("Names"),
    "weak_names": N_("Weak names"),
    "birth_dates": N_("Dates of birth"),
    "birth_places": N_("Places of birth"),
    "nationalities": N_("Nationalities"),
    "father_names": N_("Father's names"),
    "identifiers": N_("Numbers"),
    "expires": N_("Last day in force"),
    "reason": N_("Why listed"),
    "expires_at": N_("Ends"),
    "person": N_("Person"),
    "link.document": N_("Document shared"),
    "link.payment": N_("Payment card shared"),
    "link.email": N_("E-mail address shared"),
    "link.phone": N_("Phone number shared"),
    "link.family": N_("Father and address shared"),
    "link.booking": N_("Booking shared"),
    "link.address": N_("Address shared"),
    "link.reference": N_("Carrier's reference shared"),
    "link.vehicle": N_("Vehicle shared"),
    "link.consignee": N_("Consignee shared"),
    "link.co_travel": N_("Checked in side by side"),
    "link.agency": N_("Travel agency shared"),
    "instruction": N_("Instruction"),
    "handling": N_("Handling"),
    "priority": N_("Priority"),
    "ports": N_("Ports"),
    "units": N_("Units"),
    "directions": N_("Directions"),
    "agencies": N_("Agencies"),
    "active_from": N_("In force from"),
    "active_until": N_("In force until"),
}
"""What is compared or declared, by the names that evidence and records use."""


ACTIONS: dict[str, str] = {
    "change": N_("Change"),
    "replace": N_("Replacement"),
    "cancel": N_("Cancellation"),
    "cancel flight": N_("Flight cancelled"),
    "change flight": N_("Flight changed"),
    "close": N_("Flight closed"),
    "reduction": N_("Reduction of the party"),
    "boarded": N_("Close-out: on board"),
    "not boarded": N_("Close-out: not on board"),
}
"""What a message asks for, where it is more than to be read."""


CHECKS: dict[str, str] = {
    "turn": N_("turn of the head"),
    "follow": N_("following a dot"),
    "blink": N_("blinking"),
}
"""Active checks for presentation attacks; what else is named is a model's `id@version`."""


_ASIDE = re.compile(r"\s*\([^)]*\)|[;؛].*")
"""What a meaning says besides, such as the standard that its codes are from: not for a label."""


def check(method: str) -> str:
    """The word for a check of presentation attacks; a model is shown as it is named."""
    return gettext(CHECKS[method]) if method in CHECKS else method


def action(name: str) -> str:
    """The word for a message's action; "" for a plain list."""
    return gettext(ACTIONS[name]) if name in ACTIONS else ""


def attribute(name: str) -> str:
    """The word for an attribute; for one that only rules speak of, what it means.

    What is neither in the table nor in the catalogue of rules is shown as it is named.
    """
    if name in ATTRIBUTES:
        return gettext(ATTRIBUTES[name])
    meaning = _meaning(name)
    if meaning:
        return _ASIDE.sub("", gettext(meaning))
    return name.replace(".", ": ").replace("_", " ").capitalize()


def _meaning(name: str) -> str:
    """What `entity.attribute`, an entity or a function of the rule language means, or ""."""
    if name in FUNCTIONS:
        return FUNCTIONS[name].meaning
    entity_name, _, own = name.partition(".")
    entity = CATALOGUE.entity(entity_name)
    if entity is None:
        return ""
    found = entity.attribute(own)
    return found.meaning if found else "" if own else entity.meaning


def word(value: StrEnum) -> str:
    """The value in the language of the request."""
    return gettext(LABELS[type(value)][value][0])


def measure(unit: str) -> str:
    """The word for a unit's code of UN/ECE Recommendation 20; another code stays as it is told."""
    return word(Measure(unit)) if unit in list(Measure) else unit


def colour(value: StrEnum) -> str:
    """The class that colours the value's tag; "" for the plain one."""
    return LABELS[type(value)][value][1]
