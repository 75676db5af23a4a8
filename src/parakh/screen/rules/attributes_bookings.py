"""What rules may know of a person's bookings (passenger name records)."""

from parakh.domain.hit import Kind
from parakh.domain.phrase import N_
from parakh.screen.rules.catalogue import Entity, Kept, day, moment, number, text, truth

_TRAVELLERS = frozenset({Kind.TRAVELLER})

_FREE_TEXT = N_("free text can say anything about a person; it is not kept")

_BOOKING = Entity(
    name="booking",
    meaning=N_("The person's booking for this voyage, in its newest version"),
    subjects=_TRAVELLERS,
    attributes=(
        text("locator", N_("The carrier's record locator"), '"K7QX2M"', kept=Kept.TOKEN),
        text("carrier", N_("Whose record locator it is"), '"PK"'),
        truth("holds", N_("It still brings the person onto the voyage"), "true"),
        day("made", N_("Day on which it was made"), 'date("2026-07-27")'),
        day("ticketed", N_("Day on which tickets were issued"), 'date("2026-07-28")'),
        moment("received", N_("When it reached the centre"), 'timestamp("2026-07-28T05:00:00Z")'),
        day("departure_date", N_("Day on which the itinerary begins"), 'date("2026-07-29")'),
        number("days_before_departure", N_("Days from booking to the departure"), "1",
               unit="days"),
        number("hours_before_departure", N_("Hours from booking to the departure"), "20",
               unit="hours"),
        text("origin", N_("Port where the itinerary begins"), '"JFK"'),
        text("origin_country", N_("Country where the itinerary begins"), '"USA"'),
        text("destination", N_("Port that the itinerary is for, the farthest from its beginning "
             "where it returns"), '"KHI"'),
        text("destination_country", N_("Country that the itinerary is for"), '"PAK"'),
        text("ports", N_("All ports of the itinerary, in order"), '["JFK", "DXB", "KHI"]',
             many=True),
        text("countries", N_("The countries of these ports, in order"), '["USA", "ARE", "PAK"]',
             many=True),
        text("trip_type", N_("Shape of the itinerary"), '"one_way"',
             words={
                 "one_way": N_("one way"),
                 "round_trip": N_("there and back"),
                 "open_jaw": N_("back from elsewhere, or to elsewhere"),
             }),
        number("trip_days", N_("From the first departure to the last arrival"), "2.5",
               unit="days"),
        number("size", N_("Persons in the booking"), "4", unit="persons"),
        number("group_size", N_("Size of a group booking"), "20", unit="persons"),
        number("unnamed", N_("Members of the group without a name yet"), "3", unit="persons"),
        number("bag_count", N_("Checked bags of all its travellers"), "8", unit="bags"),
        number("bag_weight", N_("Weight of all its checked bags"), "170", unit="kg"),
        number("bag_weight_average", N_("Average weight of one of its bags"), "21", unit="kg"),
        number("excess_pieces", N_("Bags above the allowance"), "2", unit="bags"),
        text("payment_kinds", N_("Forms of payment"), '["CA", "CC"]', many=True,
             words={"CA": N_("cash"), "CC": N_("card"), "CK": N_("cheque")}),
        number("changes", N_("Changes that its history tells"), "5", unit="changes"),
        number("cancelled_segments", N_("Flights that were cancelled from it"), "2",
               unit="flights"),
        number("splits", N_("How often travellers were split off it, or it off another"), "1",
               unit="times"),
        text("remarks", N_("Remarks and messages"), '""', protected=_FREE_TEXT),
        text("meal", N_("Meal that was asked for"), '"VGML"',
             protected=N_("a meal can reveal religion or health; it is not kept")),
        text("assistance", N_("Assistance that was asked for"), '"WCHR"',
             protected=N_("assistance reveals a disability or state of health; it is not kept")),
    ),
)  # fmt: skip

_SEGMENTS = Entity(
    name="segments",
    meaning=N_("The flights and other pieces of the itinerary, in order"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        text("kind", N_("What it is"), '"air"',
             words={
                 "air": N_("flight"),
                 "hotel": N_("hotel"),
                 "open": N_("flight not chosen yet"),
                 "surface": N_("by land"),
                 "other": N_("other"),
             }),
        text("carrier", N_("Carrier that sold it"), '"EK"'),
        text("number", N_("Number under which it was sold"), '"612"'),
        truth("operated_by_another", N_("Another carrier flies it (code share)"), "true"),
        text("operating_carrier", N_("Carrier that flies it"), '"FZ"'),
        text("operating_number", N_("Number under which it flies"), '"334"'),
        text("origin", N_("Port of departure"), '"DXB"'),
        text("origin_country", N_("Country of departure"), '"ARE"'),
        text("destination", N_("Port of arrival"), '"KHI"'),
        text("destination_country", N_("Country of arrival"), '"PAK"'),
        moment("departs", N_("Moment of departure"), 'timestamp("2026-07-29T13:25:00Z")'),
        moment("arrives", N_("Moment of arrival"), 'timestamp("2026-07-29T16:35:00Z")'),
        day("departure_date", N_("Day of departure, local"), 'date("2026-07-29")'),
        text("booking_class", N_("Booking class"), '"Y"'),
        text("status", N_("The carrier's status code"), '"HK"'),
        truth("on_voyage", N_("It is this voyage"), "true"),
        truth("cancelled", N_("It was cancelled"), "false"),
    ),
)  # fmt: skip

_STAYS = Entity(
    name="stays",
    meaning=N_("Stays between the flights of the itinerary"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        text("port", N_("Port between two flights"), '"DXB"'),
        text("country", N_("Country of that port"), '"ARE"'),
        number("hours", N_("From arrival to departure there (dwell time)"), "30", unit="hours"),
    ),
)  # fmt: skip

_PAYMENTS = Entity(
    name="payments",
    meaning=N_("Payments of the booking; a card's whole number is never kept"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        text("kind", N_("Form of payment"), '"CA"',
             words={"CA": N_("cash"), "CC": N_("card"), "CK": N_("cheque")}),
        number("amount", N_("Amount"), "985.50"),
        text("currency", N_("Currency, as far as the tickets tell it (ISO 4217)"), '"AED"'),
        text("vendor", N_("Type of card"), '"VI"',
             words={"VI": "Visa", "CA": "Mastercard", "AX": "American Express", "DC": "Diners Club",
                    "JC": "JCB", "UP": "UnionPay"}),
        text("card", N_("Token of the card; equal for equal cards"), '"9f86d081884c7d65"',
             kept=Kept.TOKEN),
        text("account", N_("First six and last four digits of the card"), '"411111XXXXXX1111"',
             kept=Kept.TOKEN),
        day("expiry", N_("Last day on which the card is valid"), 'date("2027-09-30")'),
        number("days_to_expiry", N_("From the day of screening until the card expires"), "20",
               unit="days"),
        text("payer", N_("Name of who paid, in capitals"), '"KHALID KHAN"', kept=Kept.TOKEN),
        truth("paid_by_another", N_("No word of the payer's name is in the person's"), "true"),
    ),
)  # fmt: skip

_TICKETS = Entity(
    name="tickets",
    meaning=N_("The person's tickets"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        text("number", N_("Ticket number"), '"2141234567890"', kept=Kept.TOKEN),
        day("issued", N_("Day of issue"), 'date("2026-07-28")'),
        number("total", N_("Price with taxes"), "1285.50"),
        text("currency", N_("Currency of the price (ISO 4217)"), '"AED"'),
        text("carrier", N_("Carrier that issued it"), '"PK"'),
    ),
)  # fmt: skip

_AGENCIES = Entity(
    name="agencies",
    meaning=N_("Who made the booking: a travel agency or an airline's office"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        text("identifier", N_("Number of the agency (IATA)"), '"86491234"'),
        text("office", N_("Its office in the reservation system"), '"DXB123"'),
        text("name", N_("Company that it stands under"), '"1A"'),
        text("type", N_("Agency or airline"), '"T"',
             words={"T": N_("travel agency"), "A": N_("airline")}),
        text("location", N_("Place of the office"), '"DXB"'),
        text("city", N_("City of the office, by its airport"), '"Dubai"'),
        text("country", N_("Country of the office (ISO 3166-1 alpha-3)"), '"ARE"'),
        text("currency", N_("Currency of the office (ISO 4217)"), '"AED"'),
        text("system", N_("Reservation system"), '"1A"'),
        text("agent", N_("Sign of the agent"), '"A0012"', kept=Kept.TOKEN),
        text("phone", N_("A phone that the booking gives and that is no traveller's"),
             '"+97145551234"', kept=Kept.TOKEN),
    ),
)  # fmt: skip

_PHONES = Entity(
    name="phones",
    meaning=N_("Telephone numbers of the person and of the booking"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        text("number", N_("The number: + and figures where it is international, else figures"),
             '"+971501234567"', kept=Kept.TOKEN),
        text("prefix", N_("The first figures of an international number, three after the +"),
             '"+971"'),
        truth("own", N_("It is told as this person's, not the whole booking's"), "true"),
    ),
)  # fmt: skip

_EMAILS = Entity(
    name="emails",
    meaning=N_("E-mail addresses of the person and of the booking"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        text("address", N_("The address, in small letters"), '"a.khan@example.com"',
             kept=Kept.TOKEN),
        text("domain", N_("What follows the @"), '"example.com"'),
        truth("own", N_("It is told as this person's, not the whole booking's"), "true"),
    ),
)  # fmt: skip

_ADDRESSES = Entity(
    name="addresses",
    meaning=N_("Addresses of the person and of the booking"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        text("purpose", N_("What it is for, by the sender's word"), '"R"',
             words={"R": N_("residence"), "D": N_("stay at the destination")}),
        text("street", N_("House and street, all lines, in capitals"), '"12 KHALID STREET"',
             kept=Kept.TOKEN),
        text("city", N_("City, in capitals"), '"DUBAI"'),
        text("region", N_("State or province, in capitals"), '"SINDH"'),
        text("country", N_("Country (ISO 3166-1 alpha-3)"), '"ARE"'),
        text("postal_code", N_("Postal code"), '"74000"', kept=Kept.TOKEN),
    ),
)  # fmt: skip

_BAGS = Entity(
    name="bags",
    meaning=N_("The person's checked bags, each with its tag"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        text("tag", N_("Number of the tag"), '"0214123456"', kept=Kept.TOKEN),
        text("carrier", N_("Airline of the tag"), '"PK"'),
        text("source", N_("Which kind of message told of it"), '"PAXLST"',
             words={"PAXLST": N_("passenger list"), "PNRGOV": N_("booking")}),
        text("destination", N_("Port on its tag"), '"KHI"'),
        text("destination_country", N_("Country of that port"), '"PAK"'),
        truth("on_voyage", N_("It is on this voyage"), "true"),
        truth("to_another_port", N_("Its tag names another port than where the person leaves"),
              "true"),
        truth("pool_head", N_("Its owner heads a pool of bags"), "true"),
    ),
)  # fmt: skip

_SEATS = Entity(
    name="seats",
    meaning=N_("The person's seats on all flights of the itinerary"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        text("number", N_("The seat"), '"23A"'),
        text("cabin", N_("Cabin class, where check-in told it"), '"Y"'),
        text("source", N_("Which kind of message told of it"), '"PAXLST"',
             words={"PAXLST": N_("passenger list"), "PNRGOV": N_("booking")}),
        truth("on_voyage", N_("It is on this voyage"), "true"),
    ),
)  # fmt: skip

_FREQUENT_FLYERS = Entity(
    name="frequent_flyers",
    meaning=N_("The person's memberships with airlines"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        text("carrier", N_("Airline"), '"PK"'),
        text("number", N_("Number of the membership"), '"0012345678"', kept=Kept.TOKEN),
        text("tier", N_("Level of the membership"), '"SILVER"'),
    ),
)  # fmt: skip

_SERVICES = Entity(
    name="services",
    meaning=N_("Special services of the booking, without those that are left out on arrival"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        text("code", N_("Code of the service (AIRIMP)"), '"UMNR"'),
        text("status", N_("Its status code"), '"HK"'),
        text("carrier", N_("Airline that it was asked of"), '"PK"'),
        text("text", N_("Its figures and codes, where these are kept"), '"TKNE2141234567890"',
             kept=Kept.NOT),
    ),
)  # fmt: skip

_CHANGES = Entity(
    name="changes",
    meaning=N_("Lines of the booking's own history"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        text("action", N_("What was done"), '"cancelled"',
             words={"added": N_("added"), "cancelled": N_("cancelled"), "changed": N_("changed")}),
        text("what", N_("Segment that was changed, by its tag"), '"TVL"'),
        text("text", N_("The changed thing in short"), '"PK 214 Y DXBKHI HK1"', kept=Kept.NOT),
    ),
)  # fmt: skip

BOOKINGS = (
    _BOOKING,
    _SEGMENTS,
    _STAYS,
    _PAYMENTS,
    _TICKETS,
    _AGENCIES,
    _PHONES,
    _EMAILS,
    _ADDRESSES,
    _BAGS,
    _SEATS,
    _FREQUENT_FLYERS,
    _SERVICES,
    _CHANGES,
)
