"""Single values of CUSCAR and CUSDEC: parties, masses, places, moments, conveyances.

Elements and codes are those of the UN/EDIFACT directories D.95B to D.21B, which number the
components alike.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from parakh.ingest.edifact import Segment

PARTY_ROLES = {
    "IM": "importer",
    "EX": "exporter",
    "CZ": "exporter",
    "SU": "exporter",
    "CN": "consignee",
    "CB": "agent",
    "DT": "agent",
    "AE": "agent",
    "AG": "agent",
    "FW": "agent",
    "CA": "carrier",
    "NI": "notify",
    "N1": "notify",
    "N2": "notify",
}
"""3035 of a party; a consignor and a supplier are taken as exporters, a forwarder as an agent."""

PARTY_NUMBERS = frozenset({"VA", "AHP", "GN", "TIN"})
"""1153 of a party's own number: of value added tax, of taxpayers, of the government."""

ACTIONS = {"1": "cancel", "3": "cancel", "4": "replace", "5": "replace", "36": "replace"}
"""BGM 1225; all others add."""

LOADING = frozenset({"9", "76"})
DISCHARGE = frozenset({"11", "12"})
ROUTE_ORDER = ("88", "76", "9", "13", "11", "12", "7", "8")
"""3227 in the order in which goods come there: receipt, first loading, loading, transhipment,
discharge, delivery, destination."""

DEPARTURE_PLACES = frozenset({"5", "9", "125", "76"})
ARRIVAL_PLACES = frozenset({"8", "11", "12", "60", "87"})
DEPARTURES = frozenset({"133", "136", "186", "189"})
ARRIVALS = frozenset({"132", "178", "232"})
"""2005 of a voyage: estimated and actual."""

MODES = {"1": "sea", "2": "rail", "3": "road", "4": "air"}
"""UN/ECE Recommendation 19, first digit."""

_MEANS = {"6": "air", "11": "sea", "31": "road", "25": "rail"}
"""8179 where 8067 is not given."""

UNITS = {"sea": "vessel", "air": "aircraft", "road": "vehicle"}

_IN_KILOGRAMS = {
    "KGM": None,
    "KG": None,
    "KGS": None,
    "K": None,
    "": None,
    "TNE": Decimal(1000),
    "T": Decimal(1000),
    "MT": Decimal(1000),
    "GRM": Decimal("0.001"),
    "LBR": Decimal("0.45359237"),
    "L": Decimal("0.45359237"),
}
"""UN/ECE Recommendation 20, the short forms that senders write, and Cargo-IMP's; None is one."""

_NUMBER = re.compile(r"[0-9]{1,18}(?:[.,][0-9]{0,9})?|[.,][0-9]{1,9}")
_FLIGHT = re.compile(r"([A-Z][A-Z0-9]|[0-9][A-Z]) ?(0*[0-9]{1,4}[A-Z]?)")


def number(text: str) -> str:
    """A number with a point before its decimals; "" for what is none."""
    return text.replace(",", ".") if _NUMBER.fullmatch(text) else ""


def kilograms(value: str, unit: str) -> str:
    """A mass in kilograms; "" for what is none, or is told in another unit."""
    told, unit = number(value), unit.strip().upper()
    if not told or unit not in _IN_KILOGRAMS:
        return ""
    factor = _IN_KILOGRAMS[unit]
    if factor is None:
        return told
    try:
        return f"{Decimal(told) * factor:f}"
    except InvalidOperation:
        return ""


def measured(segment: Segment) -> tuple[str, str]:
    """The value and its unit of a MEA (C174), wherever its unit stands."""
    value, unit = segment.get(2, 1), segment.get(2)
    if not value and number(unit):
        value, unit = unit, ""
    return value, unit or segment.get(1, 2)


def free_text(segment: Segment) -> str:
    """The text of an FTX (C108), its lines joined by blanks."""
    if len(segment.elements) <= 3:
        return ""
    return " ".join(part.strip() for part in segment.elements[3] if part.strip())


@dataclass(slots=True)
class Party:
    """A party while it is read."""

    role: str
    name: str
    identifier: str
    country: str
    address: str
    line: int
    phone: str = ""
    email: str = ""


def party(segment: Segment, role: str) -> Party | None:
    """The party of a NAD; None where it has neither a name nor a number.

    The name stands in C080, else in the first component of C058, whose others are its address.
    """
    get, elements = segment.get, segment.elements
    told = [part.strip() for part in elements[2]] if len(elements) > 2 else []
    named = [part.strip() for part in elements[3]] if len(elements) > 3 else []
    name = " ".join(filter(None, named)) or (told[0] if told else "")
    rest = told if any(named) else told[1:]
    street = [part.strip() for part in elements[4]] if len(elements) > 4 else []
    address = ", ".join(filter(None, (*rest, *street, get(5), get(6) or get(6, 3), get(7))))
    if not (name or get(1)):
        return None
    return Party(
        role=role,
        name=name,
        identifier=get(1),
        country=get(8),
        address=address,
        line=segment.line,
    )


def add_contacts(own: Party, segment: Segment) -> bool:
    """Takes the telephone and e-mail of a COM; False if it has neither."""
    found = False
    for element in segment.elements:
        value, kind = element[0].strip(), element[1].strip().upper() if len(element) > 1 else ""
        if kind in ("TE", "AL") and not own.phone:
            own.phone, found = value, True
        elif kind == "EM" and not own.email:
            own.email, found = value, True
    return found


def place(segment: Segment) -> str:
    """The code of a LOC in capitals, else the name of the place."""
    return (segment.get(1) or segment.get(1, 3)).upper()


def moment(segment: Segment, before: str = "") -> str:
    """The date and time of a DTM as digits, without a zone; a time alone (format 401 or 402) is
    put behind the date that was told `before`."""
    value, form = segment.get(0, 1), segment.get(0, 2)
    if form in ("401", "402"):
        return f"{before}{value[:4]}" if len(before) == 8 and len(value) >= 4 else before
    if form == "303":
        return value[:12]
    if form == "304":
        return value[:14]
    return value


@dataclass(slots=True)
class Voyage:
    """A TDT with its places and times."""

    segment: Segment
    values: dict[str, str]

    def add_place(self, qualifier: str, code: str) -> bool:
        """Takes the port of departure or arrival; the first and the last of several."""
        if qualifier in DEPARTURE_PLACES:
            self.values.setdefault("origin", code)
        elif qualifier in ARRIVAL_PLACES:
            self.values["destination"] = code
        else:
            return False
        return True

    def add_time(self, segment: Segment) -> bool:
        """Takes the time of departure or arrival; an actual one, which comes later, holds."""
        qualifier = segment.get(0)
        for name, known in (("departure", DEPARTURES), ("arrival", ARRIVALS)):
            if qualifier in known:
                self.values[name] = moment(segment, self.values.get(name, ""))
                return True
        return False


def voyage(segment: Segment) -> Voyage:
    """The journey of a TDT: its mode, number and carrier, and the conveyance of C222."""
    get = segment.get
    mode = MODES.get(get(2)[:1]) or _MEANS.get(get(3), "")
    carrier, journey = get(4).upper(), get(1).upper()
    if mode == "air" and not carrier and (found := _FLIGHT.fullmatch(journey)):
        carrier, journey = found[1], found[2]
    elif carrier and journey != carrier and mode == "air":
        journey = journey.removeprefix(carrier).strip()
    values = {
        "mode": mode,
        "carrier": carrier or get(4, 3).upper(),
        "number": journey,
        **_conveyance(segment, mode),
    }
    return Voyage(segment, values)


def _conveyance(segment: Segment, mode: str) -> dict[str, str]:
    """C222, the eighth element; some senders write it one place before or behind."""
    for place_of in (7, 6, 8):
        number_of, name = segment.get(place_of), segment.get(place_of, 3)
        if name or (number_of and (place_of == 7 or len(number_of) >= 7)):
            return {
                "conveyance": number_of,
                "conveyance_name": name.upper(),
                "conveyance_country": segment.get(place_of, 4),
                "conveyance_kind": UNITS.get(mode, "vessel"),
            }
    return {}


def ways(places: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The ports of a way in their order, each once, from the qualifiers and codes of its LOCs."""
    rank = {qualifier: at for at, qualifier in enumerate(ROUTE_ORDER)}
    ordered = sorted(places, key=lambda own: rank[own[0]])
    return tuple(dict.fromkeys(code for _, code in ordered))
