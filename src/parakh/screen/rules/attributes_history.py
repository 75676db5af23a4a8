"""What rules may know of a person's earlier crossings, hits and declarations of money."""

from parakh.domain.hit import Kind
from parakh.domain.phrase import N_
from parakh.screen.rules.attributes_voyages import DIRECTIONS
from parakh.screen.rules.catalogue import Entity, Kept, moment, number, text, truth

_TRAVELLERS = frozenset({Kind.TRAVELLER})

_HISTORY = Entity(
    name="history",
    meaning=N_("The same person's crossings before this one"),
    subjects=_TRAVELLERS,
    attributes=(
        number("crossings_7d", N_("Crossings in the last 7 days"), "4", unit="crossings"),
        number("crossings_30d", N_("Crossings in the last 30 days"), "8", unit="crossings"),
        number("crossings_365d", N_("Crossings in the last 365 days"), "40", unit="crossings"),
        truth("first_time", N_("No earlier crossing of this person is known"), "true"),
        moment("last_entry", N_("When the person last entered"),
               'timestamp("2026-05-01T09:00:00Z")'),
        moment("last_exit", N_("When the person last left"), 'timestamp("2026-04-02T21:00:00Z")'),
        number("days_since_last", N_("From the last crossing to this one"), "2.5", unit="days"),
        truth("entry_without_exit",
              N_("The person enters, and entered before without having left since"), "true"),
        truth("exit_without_entry",
              N_("The person leaves, and left before without having come back"), "true"),
        number("distinct_documents_365d", N_("Different passports and identity cards under which "
               "the person crossed in the last 365 days, this crossing's among them"), "3",
               unit="documents"),
        number("shortest_turnaround_hours_365d", N_("Shortest time between two crossings in "
               "opposite directions in the last 365 days, this one included"), "9",
               unit="hours"),
        truth("impossible_travel", N_("The person was at two ports that nobody can have reached in "
              "the time between (over 1,000 km/h)"), "true"),
        number("fastest_kmh", N_("Greatest speed between two ports of different journeys"), "1400",
               unit="km/h"),
        text("fastest_from_port", N_("Where the fastest way between two journeys began"), '"LHE"'),
        moment("fastest_from", N_("When the fastest way between two journeys began"),
               'timestamp("2026-07-29T16:10:00Z")'),
        text("fastest_to_port", N_("Where the fastest way between two journeys ended"), '"DXB"'),
        moment("fastest_to", N_("When the fastest way between two journeys ended"),
               'timestamp("2026-07-29T17:00:00Z")'),
        moment("crossing_times", N_("When the person crossed before, newest first"),
               '[timestamp("2026-05-01T09:00:00Z")]', many=True),
        number("companions_seen_before", N_("Others under the same booking with whom the "
               "person crossed before"), "2", unit="persons"),
        number("alerts_365d", N_("Alerts on the person on other journeys in the last 365 days"),
               "2", unit="alerts"),
        number("findings_365d", N_("How often an officer found something on the person on other "
               "journeys in the last 365 days"), "1", unit="findings"),
    ),
)  # fmt: skip

_CROSSINGS = Entity(
    name="crossings",
    meaning=N_("The same person's crossings before this one, newest first"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        moment("at", N_("When"), 'timestamp("2026-05-01T09:00:00Z")'),
        number("days_ago", N_("From then to this crossing"), "30", unit="days"),
        text("port", N_("Our port"), '"KHI"'),
        text("direction", N_("Which way"), '"exit"', words=DIRECTIONS),
        text("carrier", N_("Carrier, where the person came by a declared voyage"), '"PK"'),
        text("number", N_("Number of the voyage"), '"213"'),
        text("other_port", N_("The voyage's port abroad"), '"DXB"'),
        text("other_country", N_("Country of the port abroad"), '"ARE"'),
        text("document", N_("Number of the passport or identity card"), '"AB1234567"',
             kept=Kept.TOKEN),
    ),
)  # fmt: skip

_HITS = Entity(
    name="hits",
    meaning=N_("Hits on the same person that stood before this screening"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        text("kind", N_("What was hit"), '"watchlist_entry"',
             words={
                 "watchlist_entry": N_("an entry of a watchlist"),
                 "rule": N_("a rule"),
                 "lookout": N_("a lookout"),
                 "profile": N_("a profile"),
             }),
        text("target", N_("Identifier of what was hit"), '"0192f0c1"'),
        text("list", N_("Name of the watchlist"), '"Narcotics"'),
        text("screener", N_("What raised it, with its version"), '"names@3"'),
        number("score", N_("Its score"), "0.9"),
        text("state", N_("What a human decided"), '"open"',
             words={"open": N_("open"), "confirmed": N_("confirmed"), "cleared": N_("cleared")}),
    ),
)  # fmt: skip

_CASH = Entity(
    name="cash",
    meaning=N_("Currency that the person declared, all declarations together"),
    subjects=_TRAVELLERS,
    attributes=(
        number("declarations_30d", N_("Currency declarations in the last 30 days"), "3",
               unit="declarations"),
        number("value_30d", N_("Value of all currency declared in the last 30 days"), "24000",
               unit="USD"),
        number("largest_30d", N_("Value of the largest of these declarations"), "9500",
               unit="USD"),
        number("declared_value", N_("Value of what the person declares on this journey"), "9500",
               unit="USD"),
        number("family_value_30d",
               N_("Value of all that the person, and those who declared on one form with him,"
                  " declared in the last 30 days"), "38000", unit="USD"),
        number("out_not_in_365d",
               N_("How much more the person declared on leaving than on entering in the last 365"
                  " days"), "50000", unit="USD"),
    ),
)  # fmt: skip

_CASH_DECLARATIONS = Entity(
    name="cash_declarations",
    meaning=N_("Each declaration of currency by the person, newest first"),
    subjects=_TRAVELLERS,
    many=True,
    attributes=(
        moment("at", N_("When it was made"), 'timestamp("2026-05-01T09:00:00Z")'),
        number("days_ago", N_("From then to this crossing"), "3", unit="days"),
        text("direction", N_("Into or out of the country"), '"entry"', words=DIRECTIONS),
        text("currency", N_("Currency (ISO 4217)"), '"USD"'),
        number("amount", N_("Amount in that currency"), "9500"),
        number("value", N_("Value in the centre's currency, by the rate of the day"), "9500",
               unit="USD"),
        text("instrument", N_("Cash, cheques, cards or metal"), '"cash"'),
        text("source", N_("Where the money comes from, as the person said"), '"salary"'),
    ),
)  # fmt: skip

HISTORY = (_HISTORY, _CROSSINGS, _HITS, _CASH, _CASH_DECLARATIONS)
