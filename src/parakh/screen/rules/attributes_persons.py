"""What rules may know of a person and of his documents."""

from parakh.domain.hit import Kind
from parakh.domain.phrase import N_
from parakh.screen.rules.catalogue import Entity, Kept, day, number, text, truth

_TRAVELLERS = frozenset({Kind.TRAVELLER})

_BIRTH_PLACE = N_("where somebody was born can reveal ethnic origin; nationality may be used")

_TRAVELLER = Entity(
    name="traveller",
    meaning=N_("The person as declared, all sources together"),
    subjects=_TRAVELLERS,
    attributes=(
        text("family_name", N_("Family name, in capitals"), '"KHAN"', kept=Kept.TOKEN),
        text("given_names", N_("Given names, in capitals"), '"MUHAMMAD ALI"', kept=Kept.TOKEN),
        text("first_name", N_("First of the given names"), '"MUHAMMAD"', kept=Kept.TOKEN),
        text("middle_names", N_("Given names after the first"), '"ALI"', kept=Kept.TOKEN),
        text("father_name", N_("Father's name as declared"), '"YOUSAF KHAN"', kept=Kept.TOKEN),
        day("birth_date", N_("Date of birth, where all of it is known"), 'date("1988-03-14")',
            kept=Kept.NOT),
        number("age", N_("Age on the day of the voyage"), "34", unit="years"),
        text("sex", N_("Sex as the document says it"), '"F"',
             words={"M": N_("male"), "F": N_("female"), "X": N_("unspecified")}),
        text("nationality", N_("Nationality (ISO 3166-1 alpha-3)"), '"PAK"'),
        text("other_nationalities", N_("Further nationalities that were declared"), '["GBR"]',
             many=True),
        text("residence", N_("Country of residence (ISO 3166-1 alpha-3)"), '"ARE"'),
        text("birth_place", N_("Place of birth"), '"QUETTA"', protected=_BIRTH_PLACE),
        text("birth_country", N_("Country of birth"), '"PAK"', protected=_BIRTH_PLACE),
        text("role", N_("In what capacity the person travels"), '"crew"',
             words={"passenger": N_("passenger"), "crew": N_("crew"), "transit": N_("in transit")}),
        text("type", N_("Kind of passenger as the booking says it"), '"CHD"',
             words={"ADT": N_("adult"), "CHD": N_("child"), "INF": N_("infant")}),
        text("occupation", N_("A crew member's function"), '"CR1"'),
        text("standing", N_("Whether the person comes, as far as the carrier said last"),
             '"boarded"',
             words={
                 "expected": N_("expected"),
                 "boarded": N_("boarded"),
                 "not_boarded": N_("not boarded"),
                 "cancelled": N_("cancelled"),
             }),
        truth("verified", N_("The carrier checked the data against the document"), "false"),
        text("embarkation", N_("Port where the person came or comes on board"), '"JFK"'),
        text("embarkation_country", N_("Country of the port of embarkation"), '"USA"'),
        text("debarkation", N_("Port where the person leaves the journey"), '"KHI"'),
        text("debarkation_country", N_("Country of the port where the person leaves"), '"PAK"'),
        text("clearance", N_("Port of first arrival, where the person clears customs"), '"KHI"'),
        text("booking_reference", N_("Record locator that the passenger list names"), '"K7QX2M"',
             kept=Kept.TOKEN),
        text("agency_reference", N_("An authority's reference of the person"), '"98812345"',
             kept=Kept.TOKEN),
        text("customer_reference", N_("The carrier's customer number"), '"1002003"',
             kept=Kept.TOKEN),
        text("seat", N_("Seat on this voyage"), '"23A"'),
        number("co_travellers", N_("Others on this voyage under the same booking"), "3",
               unit="persons"),
        number("bag_count", N_("The person's checked bags"), "2", unit="bags"),
        number("bag_weight", N_("Weight of the person's checked bags"), "46", unit="kg"),
        number("bag_weight_average", N_("Average weight of one of the person's bags"), "23",
               unit="kg"),
        truth("bag_pool_head", N_("The person heads a pool of bags"), "true"),
        number("bag_pool_count", N_("Bags of all who pool theirs with the person"), "6",
               unit="bags"),
        number("bag_pool_weight", N_("Weight of the bags of the whole pool"), "120", unit="kg"),
        text("religion", N_("Religion or belief"), '""',
             protected=N_("religion and belief must not decide who is examined")),
        text("ethnic_origin", N_("Race or ethnic origin"), '""',
             protected=N_("race and ethnic origin must not decide who is examined")),
        text("language", N_("Language the person asked for"), '"UR"',
             protected=N_("a language can reveal ethnic origin")),
        text("health", N_("State of health or a disability"), '""',
             protected=N_("health must not decide who is examined")),
    ),
)  # fmt: skip

_DOCUMENTS = Entity(
    name="documents",
    meaning=N_("The travel documents of the person"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        text("type", N_("Kind of document"), '"P"',
             words={
                 "P": N_("passport"),
                 "V": N_("visa"),
                 "I": N_("identity card"),
                 "O": N_("other document"),
             }),
        text("number", N_("Number of the document"), '"AB1234567"', kept=Kept.TOKEN),
        text("issuer", N_("Country or body that issued it (ICAO 9303-3)"), '"PAK"'),
        day("expiry", N_("Day on which it expires; of a month the last one"),
            'date("2027-06-30")'),
        number("days_to_expiry", N_("From the day of screening to its expiry; negative once "
               "expired"), "180", unit="days"),
        day("issued", N_("Day of issue"), 'date("2026-05-01")'),
        number("days_since_issue", N_("From its issue to the day of screening"), "14", unit="days"),
        text("issued_at", N_("Place of issue"), '"LAHORE"'),
    ),
)  # fmt: skip

PERSONS = (_TRAVELLER, _DOCUMENTS)
