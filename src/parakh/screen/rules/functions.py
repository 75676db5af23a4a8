"""The functions of the rule language: one table of what each takes, gives and means.

Those named as in CEL do what CEL says (cel-spec, Standard Definitions); the others are the field's.
A function of something that is not known is not known, unless its meaning says otherwise.
"""

from dataclasses import dataclass

from parakh.domain.phrase import N_
from parakh.screen.rules import building, places
from parakh.screen.rules.building import Build
from parakh.screen.rules.terms import DATE, NUMBER, TEXT, TRUTH, Shape, Sort


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """What a function takes at one place.

    Attributes:
        name: in the documentation.
        sorts: kinds of value that it takes; any of them where it is empty.
        many: whether it takes a list of them (True), one (False) or either (None).
        written: it must be written out in the rule, as the value decides how the rule is compiled.
        optional: it may be left out; only the last one.
    """

    name: str
    sorts: frozenset[Sort] = frozenset()
    many: bool | None = False
    written: bool = False
    optional: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """One function.

    Attributes:
        gives: the type of its value; None where it is that of the first parameter's elements, or of
            that list where `keeps` is set.
        meaning: what it gives, marked for translation.
        example: a rule that uses it.
        says: how an explanation names its value, with places {0}, {1} for its arguments.
        alike: all values it takes must be of one kind.
        unit: of a number that it gives.
        hidden: columns that it reads besides what it is given; they come last in what is built.
    """

    name: str
    takes: tuple[Parameter, ...]
    gives: Shape | None
    meaning: str
    example: str
    build: Build
    says: str = ""
    unit: str = ""
    alike: bool = False
    keeps: bool = False
    hidden: tuple[str, ...] = ()

    @property
    def signature(self) -> str:
        """As documentation shows it: `hours_between(from, to)`."""
        return f"{self.name}({', '.join(_shown(own) for own in self.takes)})"


def _shown(own: Parameter) -> str:
    return f"[{own.name}]" if own.optional else own.name


def _one(name: str, *sorts: Sort, written: bool = False, optional: bool = False) -> Parameter:
    return Parameter(name=name, sorts=frozenset(sorts), written=written, optional=optional)


def _list(name: str, *sorts: Sort) -> Parameter:
    return Parameter(name=name, sorts=frozenset(sorts), many=True)


_WHEN = (Sort.MOMENT, Sort.DATE)
_ORDERED = (Sort.NUMBER, Sort.DATE, Sort.MOMENT, Sort.DURATION, Sort.TEXT)
_SCALAR = (*_ORDERED, Sort.TRUTH)

_ALL = (
    Function(
        name="hours_between", takes=(_one("from", *_WHEN), _one("to", *_WHEN)), gives=NUMBER,
        meaning=N_("Hours from one moment to another; negative where the second came first"),
        example="hours_between(booking.received, voyage.departs) < 24",
        build=building.hours_between, says=N_("hours from {0} to {1}"), unit="hours",
    ),
    Function(
        name="days_between", takes=(_one("from", *_WHEN), _one("to", *_WHEN)), gives=NUMBER,
        meaning=N_("Whole days from one day to another, counted by the calendar (UTC)"),
        example="days_between(booking.made, booking.departure_date) <= 1",
        build=building.days_between, says=N_("days from {0} to {1}"), unit="days",
    ),
    Function(
        name="hours_before_departure", takes=(_one("moment", *_WHEN, optional=True),), gives=NUMBER,
        meaning=N_("Hours from a moment, or from now, to the departure of the voyage"),
        example="hours_before_departure(booking.received) < 24",
        build=building.hours_before_departure, says=N_("hours from {0} to departure"), unit="hours",
        hidden=("at", "voyage.departs"),
    ),
    Function(
        name="age_on", takes=(_one("birth date", Sort.DATE), _one("day", *_WHEN)), gives=NUMBER,
        meaning=N_("Whole years from a birth date to a day"),
        example="age_on(traveller.birth_date, voyage.departure_date) < 16",
        build=building.age_on, says=N_("age on {1}"), unit="years",
    ),
    Function(
        name="distance_km", takes=(_one("port", Sort.TEXT), _one("port", Sort.TEXT)), gives=NUMBER,
        meaning=N_("Distance between two airports by the shortest way, in kilometres"),
        example='distance_km(voyage.origin, "KHI") > 5000',
        build=lambda args, _: places.distance_km(args[0], args[1]),
        says=N_("distance from {0} to {1}"), unit="km",
    ),
    Function(
        name="detour", takes=(_list("ports", Sort.TEXT),), gives=NUMBER,
        meaning=N_(
            "How many times longer a route is than the direct way from its first airport to its "
            "last; unknown for one that ends where it began"
        ),
        example="detour(booking.ports) > 1.8",
        build=lambda args, _: places.detour(args[0]),
        says=N_("route over the direct way, {0}"), unit="times",
    ),
    Function(
        name="route_contains",
        takes=(_list("ports", Sort.TEXT), _one("port or country", Sort.TEXT, written=True)),
        gives=TRUTH,
        meaning=N_("Whether a route has a port, or a port of a country (three letters, ISO 3166)"),
        example='route_contains(booking.ports, "ARE")',
        build=building.route_contains, says=N_("{0} has {1}"),
    ),
    Function(
        name="country_of", takes=(_one("port", Sort.TEXT),), gives=TEXT,
        meaning=N_("Country of a port (three letters, ISO 3166)"),
        example='country_of(traveller.embarkation) == "ARE"',
        build=lambda args, _: places.country_of(args[0]), says=N_("country of {0}"),
    ),
    Function(
        name="count_since",
        takes=(_list("moments", *_WHEN), _one("span", Sort.DURATION, written=True)), gives=NUMBER,
        meaning=N_("How many moments lie in the span before now"),
        example='count_since(history.crossing_times, duration("168h")) >= 3',
        build=building.count_since, says=N_("{0}, counted over {1}"), unit="times", hidden=("at",),
    ),
    Function(
        name="first_time", takes=(_one("value", *_SCALAR), _list("earlier", *_SCALAR)), gives=TRUTH,
        meaning=N_("Whether a value is not among earlier ones"),
        example="first_time(voyage.carrier, crossings.map(c, c.carrier))",
        build=building.first_time, says=N_("{0} for the first time"), alike=True,
    ),
    Function(
        name="in_list",
        takes=(
            Parameter(name="value", sorts=frozenset({Sort.TEXT}), many=None),
            _one("list", Sort.TEXT, written=True),
        ),
        gives=TRUTH,
        meaning=N_("Whether a text, or any text of several, is on a named list of values"),
        example='in_list(voyage.origin, "watched_ports")',
        build=building.in_list, says=N_("{0}"),
    ),
    Function(
        name="between",
        takes=(_one("value", *_ORDERED), _one("lowest", *_ORDERED), _one("highest", *_ORDERED)),
        gives=TRUTH,
        meaning=N_("Whether a value lies between two others, these included"),
        example="between(traveller.age, 18, 25)",
        build=lambda args, _: args[0].is_between(args[1], args[2]),
        says=N_("{0}"), alike=True,
    ),
    Function(
        name="domain_of", takes=(_one("e-mail", Sort.TEXT),), gives=TEXT,
        meaning=N_("What stands behind the @ of an e-mail address, in small letters"),
        example='emails.exists(e, domain_of(e.address) == "example.com")',
        build=lambda args, _: args[0].str.extract(r"@([^@\s]+)\s*$").str.to_lowercase(),
        says=N_("domain of {0}"),
    ),
    Function(
        name="weekday",
        takes=(_one("moment", *_WHEN), _one("port", Sort.TEXT, written=True, optional=True)),
        gives=TEXT,
        meaning=N_("Day of the week, monday to sunday, in UTC or in the time of a port"),
        example='weekday(voyage.departs, "KHI") in ["saturday", "sunday"]',
        build=building.weekday, says=N_("day of the week of {0}"),
    ),
    Function(
        name="hour_of",
        takes=(_one("moment", Sort.MOMENT), _one("port", Sort.TEXT, written=True, optional=True)),
        gives=NUMBER,
        meaning=N_("Hour of the day, 0 to 23, in UTC or in the time of a port"),
        example='hour_of(voyage.arrives, "KHI") < 5',
        build=building.hour_of, says=N_("hour of {0}"), unit="hours",
    ),
    Function(
        name="contains", takes=(_one("text", Sort.TEXT), _one("part", Sort.TEXT)), gives=TRUTH,
        meaning=N_("Whether a text has another in it; capital and small letters differ"),
        example='traveller.seat.contains("23")',
        build=building.text_contains, says=N_("{0}"),
    ),
    Function(
        name="startsWith", takes=(_one("text", Sort.TEXT), _one("start", Sort.TEXT)), gives=TRUTH,
        meaning=N_("Whether a text begins with another"),
        example='voyage.number.startsWith("3")',
        build=lambda args, _: args[0].str.starts_with(args[1]), says=N_("{0}"),
    ),
    Function(
        name="endsWith", takes=(_one("text", Sort.TEXT), _one("end", Sort.TEXT)), gives=TRUTH,
        meaning=N_("Whether a text ends with another"),
        example='traveller.seat.endsWith("A")',
        build=lambda args, _: args[0].str.ends_with(args[1]), says=N_("{0}"),
    ),
    Function(
        name="matches", takes=(_one("text", Sort.TEXT), _one("pattern", Sort.TEXT, written=True)),
        gives=TRUTH,
        meaning=N_(
            "Whether a regular expression (RE2) fits any part of a text; (?i) at its start takes "
            "capital and small letters alike"
        ),
        example=r'voyage.number.matches(r"^3\d\d$")',
        build=building.matches, says=N_("{0}"),
    ),
    Function(
        name="size", takes=(Parameter(name="list or text", many=None),), gives=NUMBER,
        meaning=N_("How many a list has, or how many characters a text"),
        example="size(documents) > 2",
        build=building.size, says=N_("number of {0}"),
    ),
    Function(
        name="is_empty", takes=(Parameter(name="list or text", many=None),), gives=TRUTH,
        meaning=N_("Whether a text or list is not known, or is known and empty; never unknown"),
        example="is_empty(emails)",
        build=building.is_empty, says=N_("{0}"),
    ),
    Function(
        name="sum", takes=(_list("numbers", Sort.NUMBER),), gives=NUMBER,
        meaning=N_("All numbers of a list added up; 0 for an empty one"),
        example="sum(payments.map(p, p.amount)) > 5000",
        build=lambda args, _: building.all_known(args[0], args[0].list.sum()),
        says=N_("sum of {0}"),
    ),
    Function(
        name="lowest", takes=(_list("values", *_ORDERED),), gives=None,
        meaning=N_("The lowest, or earliest, of a list; unknown for an empty one"),
        example="lowest(documents.map(d, d.days_to_expiry)) < 30",
        build=lambda args, _: building.all_known(args[0], args[0].list.min()),
        says=N_("lowest of {0}"),
    ),
    Function(
        name="highest", takes=(_list("values", *_ORDERED),), gives=None,
        meaning=N_("The highest, or latest, of a list; unknown for an empty one"),
        example="highest(stays.map(s, s.hours)) > 24",
        build=lambda args, _: building.all_known(args[0], args[0].list.max()),
        says=N_("highest of {0}"),
    ),
    Function(
        name="distinct", takes=(_list("values", *_SCALAR),), gives=None, keeps=True,
        meaning=N_("The different values of a list"),
        example="size(distinct(documents.map(d, d.issuer))) > 1",
        build=lambda args, _: args[0].list.unique(), says=N_("different {0}"),
    ),
    Function(
        name="date", takes=(_one("moment or text", *_WHEN),), gives=DATE,
        meaning=N_('The day of a moment (UTC), or the day of a text such as "2026-07-29"'),
        example='documents.exists(d, d.expiry < date("2027-01-01"))',
        build=building.whole_or_date, says=N_("day of {0}"),
    ),
)  # fmt: skip

FUNCTIONS = {own.name: own for own in _ALL}
"""By name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A part of the language that looks like a function but reads names or texts of its own."""

    name: str
    signature: str
    meaning: str
    example: str


FORMS = {
    own.name: own
    for own in (
        Form(
            name="exists", signature="list.exists(one, condition)",
            meaning=N_("Whether at least one of several fulfils a condition"),
            example='documents.exists(d, d.type == "P" && d.issuer != traveller.nationality)',
        ),
        Form(
            name="all", signature="list.all(one, condition)",
            meaning=N_("Whether every one of several fulfils a condition; true if there is none"),
            example="payments.all(p, p.paid_by_another)",
        ),
        Form(
            name="exists_one", signature="list.exists_one(one, condition)",
            meaning=N_("Whether exactly one of several fulfils a condition"),
            example='documents.exists_one(d, d.type == "V")',
        ),
        Form(
            name="filter", signature="list.filter(one, condition)",
            meaning=N_("Those of several that fulfil a condition"),
            example='documents.filter(d, d.type == "P").size() > 1',
        ),
        Form(
            name="map", signature="list.map(one, value)",
            meaning=N_("A value of every one of several, as a list"),
            example='"AFG" in documents.map(d, d.issuer)',
        ),
        Form(
            name="has", signature="has(attribute)",
            meaning=N_("Whether an attribute is known; never unknown"),
            example="!has(traveller.nationality)",
        ),
        Form(
            name="one_of", signature="one_of(value, list)",
            meaning=N_("Whether a value is in a list; the same as value in list"),
            example='one_of(voyage.origin, ["DXB", "AUH", "SHJ"])',
        ),
        Form(
            name="timestamp", signature="timestamp(text)",
            meaning=N_('A moment, written as in RFC 3339: "2026-07-29T13:25:00Z"'),
            example='voyage.departs > timestamp("2026-07-29T13:25:00Z")',
        ),
        Form(
            name="duration", signature="duration(text)",
            meaning=N_('A span of time of days, hours, minutes and seconds: "2d", "36h", "1h30m"'),
            example='voyage.arrives - voyage.departs > duration("6h")',
        ),
        Form(
            name="now", signature="now",
            meaning=N_("The moment of screening; in a back-test, that of then"),
            example="hours_between(now, voyage.departs) < 6",
        ),
    )
}  # fmt: skip
"""By name."""
