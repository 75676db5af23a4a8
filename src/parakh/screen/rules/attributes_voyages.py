"""What rules may know of a voyage, and of a crossing of the border."""

from parakh.domain.hit import Kind
from parakh.domain.phrase import N_
from parakh.screen.rules.catalogue import Entity, day, moment, number, text, truth

DIRECTIONS = {"entry": N_("entry"), "exit": N_("exit"), "transit": N_("transit")}

_VOYAGE = Entity(
    name="voyage",
    meaning=N_("The voyage across the border: a flight, a sailing, a truck's trip"),
    subjects=frozenset({Kind.TRAVELLER, Kind.CONSIGNMENT, Kind.CONVEYANCE}),
    attributes=(
        text("name", N_("Carrier and number as people say them"), '"PK304"'),
        text("mode", N_("Mode of transport"), '"air"',
             words={"air": N_("air"), "sea": N_("sea"), "rail": N_("rail"), "road": N_("road")}),
        text("carrier", N_("Carrier"), '"PK"'),
        text("number", N_("Number of the voyage, without its carrier"), '"304"'),
        text("direction", N_("Which way the border is crossed"), '"entry"', words=DIRECTIONS),
        text("origin", N_("Port of departure"), '"DXB"'),
        text("origin_country", N_("Country of departure"), '"ARE"'),
        text("destination", N_("Port of arrival"), '"KHI"'),
        text("destination_country", N_("Country of arrival"), '"PAK"'),
        text("port", N_("Our own port of the voyage"), '"KHI"'),
        moment("departs", N_("Moment of departure (ETD)"), 'timestamp("2026-07-29T13:25:00Z")'),
        moment("arrives", N_("Moment of arrival (ETA)"), 'timestamp("2026-07-29T16:35:00Z")'),
        day("departure_date", N_("Day of departure, local"), 'date("2026-07-29")'),
        day("arrival_date", N_("Day of arrival, local"), 'date("2026-07-29")'),
        number("departure_hour", N_("Hour of departure, local, 0 to 23"), "3", unit="hours"),
        number("arrival_hour", N_("Hour of arrival, local, 0 to 23"), "2", unit="hours"),
        number("hours_to_departure", N_("From the moment of screening to the departure"), "6",
               unit="hours"),
        number("hours_to_arrival", N_("From the moment of screening to the arrival"), "9",
               unit="hours"),
        number("delay", N_("By how much it departs after its timetable"), "2", unit="hours"),
        truth("cancelled", N_("It was called off"), "false"),
        number("travellers", N_("Persons who are expected on it"), "180", unit="persons"),
    ),
)  # fmt: skip

_CROSSING = Entity(
    name="crossing",
    meaning=N_("This crossing of the border, expected or seen at a gate"),
    subjects=frozenset({Kind.TRAVELLER}),
    attributes=(
        text("state", N_("Whether it is expected or has taken place"), '"actual"',
             words={"expected": N_("expected"), "actual": N_("seen at a gate")}),
        text("port", N_("Our port where the person crosses"), '"KHI"'),
        text("lane", N_("Lane or gate"), '"A3"'),
        text("direction", N_("Which way the person crosses"), '"exit"', words=DIRECTIONS),
        moment("at", N_("When the person crossed, or is due to"),
               'timestamp("2026-07-29T17:02:00Z")'),
        number("hour", N_("Hour of the crossing at its port, local, 0 to 23"), "3", unit="hours"),
        number("hours_after_due", N_("From when the voyage was due to the crossing at the gate"),
               "2", unit="hours"),
    ),
)  # fmt: skip

VOYAGES = (_VOYAGE, _CROSSING)
