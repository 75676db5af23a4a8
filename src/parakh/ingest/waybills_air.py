"""Air waybills: the Cargo-IMP message FWB."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from parakh.domain.message import Problem, Severity
from parakh.ingest.cuscar_values import number
from parakh.ingest.goods_records import DeclaredConsignment
from parakh.ingest.submission import Unmapped
from parakh.ingest.waybills_lines import Bill, Line, waybill_values

_FLIGHT = re.compile(r"([A-Z0-9]{2})([0-9]{3,4}[A-Z]?)")
_ISSUED = re.compile(r"([0-9]{2})([A-Z]{3})([0-9]{2})")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_NO_VALUE = frozenset({"NVD", "NCV", "XXX", ""})
"""No value declared: for carriage, for customs, for insurance."""

_TEXTS = frozenset({"NG", "NC"})
"""RTD: nature of the goods, of a consolidation."""

_PARTIES = {"SHP": "exporter", "CNE": "consignee", "NFY": "notify", "AGT": "agent"}

_KNOWN_RATES = frozenset({"NG", "NC", "NH", "NO", "ND", "NV", "NS", "NU"})


class AirWaybill:
    """Reads an FWB; `bill` is the waybill that is open."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.unmapped: list[Unmapped] = []
        self.bill: Bill | None = None
        self._flights: list[tuple[str, str, str]] = []
        self._ports: list[str] = []
        self._issued: date | None = None
        self._party: dict[str, Any] | None = None
        self._party_line = 0

    def take(self, own: Line) -> None:
        """Reads one line."""
        taker = self.takers().get(own.word)
        if own.word in _PARTIES:
            self._party_of(own)
        elif taker is not None:
            taker(own)
        elif own.word == "" and own.first and self._waybill(own):
            return
        else:
            self.leave(own)

    def finished(self) -> list[DeclaredConsignment]:
        """The waybill, if there is one."""
        if self.bill is None:
            return []
        return [self.bill.declared(**self._voyage())]

    def leave(self, own: Line) -> None:
        """Lists a line that no field takes."""
        text = "/".join((own.word, *own.fields)) if own.word else "/".join(own.fields)
        self.unmapped.append(Unmapped(line=own.line, column=1, segment=own.word, text=text))

    def takers(self) -> dict[str, Callable[[Line], None]]:
        return {
            "FLT": self._flight,
            "RTG": self._route,
            "CVD": self._charges,
            "RTD": self._rate,
            "ISU": self._execution,
        }

    def _waybill(self, own: Line) -> bool:
        values = waybill_values("/".join(own.fields))
        if self.bill is not None or values is None:
            return False
        self.bill = Bill(own.line, {**values, "kind": "air_waybill"})
        return True

    # --- the journey ------------------------------------------------------------------------------

    def _flight(self, own: Line) -> None:
        """Pairs of flight and day: `FLT/EK601/15/EK215/16`."""
        for name, day in zip(own.fields[::2], own.fields[1::2], strict=False):
            if match := _FLIGHT.fullmatch(name.strip()):
                self._flights.append((match[1], match[2], day.strip()))
            else:
                self.problems.append(own.problem("The flight cannot be read", Severity.WARNING))

    def _route(self, own: Line) -> None:
        """Airports with the carrier that brings goods there: `RTG/DXBEK/KHIEK`."""
        self._ports += [told.strip()[:3] for told in own.fields if len(told.strip()) >= 3]

    def _execution(self, own: Line) -> None:
        """Day of issue, which gives the days of the flights their month."""
        match = _ISSUED.fullmatch(own.get(0))
        if match and match[2] in _MONTHS:
            year, month = 2000 + int(match[3]), _MONTHS.index(match[2]) + 1
            try:
                self._issued = date(year, month, int(match[1]))
            except ValueError:
                self.problems.append(own.problem("There is no such day", Severity.WARNING))

    def _voyage(self) -> dict[str, Any]:
        """The last flight, which lands at the destination, and the way as far as it is told."""
        if self.bill is None:
            return {}
        first, last = self.bill.values["loading_port"], self.bill.values["discharge_port"]
        way = tuple(dict.fromkeys((first, *self._ports, last)))
        told: dict[str, Any] = {"route": way}
        # Only where each leg has its flight is it certain which one lands at the destination.
        if not self._flights or len(self._flights) != len(way) - 1:
            return told
        carrier, number_of, day = self._flights[-1]
        return told | {
            "carrier": carrier,
            "number": number_of,
            "origin": way[-2],
            "destination": last,
            "departure": self._day(day),
        }

    def _day(self, day: str) -> str:
        """The first such day of a month on or after the day of issue; else as it stands."""
        if self._issued is None or not day.isdecimal():
            return day
        coming = (self._issued + timedelta(days=ahead) for ahead in range(31))
        return next((own.isoformat() for own in coming if own.day == int(day)), day)

    # --- parties ----------------------------------------------------------------------------------

    def _party_of(self, own: Line) -> None:
        """Name, street, place, and country with post code and telephone, a line each."""
        if self.bill is None:
            self.leave(own)
            return
        if own.first:
            role = _PARTIES[own.word]
            self._party = {"role": role, "name": "", "line": own.line}
            self.bill.parties.append(self._party)
            self._party_line = 0
            # An account's or agent's number stands on the first line where the name does not.
            if own.word == "AGT" or not any(own.fields):
                return
        self._party_line += 1
        if self._party is not None:
            self._party_part(self._party, own)

    def _party_part(self, party: dict[str, Any], own: Line) -> None:
        fields = [told.strip() for told in own.fields]
        if fields[:1] in (["NAM"], ["ADR"], ["LOC"]):
            fields = fields[1:]
        text = " ".join(filter(None, fields))
        coded = len(fields[0]) == 2 and fields[0].isalpha() if fields else False
        if self._party_line == 1:
            party["name"] = text
        elif coded and self._party_line > 2:
            party["country"] = fields[0]
            for kind, value in zip(fields[2::2], fields[3::2], strict=False):
                if kind == "TE":
                    party["phone"] = value
        else:
            party["address"] = ", ".join(filter(None, (party.get("address", ""), text)))

    # --- goods ------------------------------------------------------------------------------------

    def _charges(self, own: Line) -> None:
        """Currency, and the values declared for carriage, for customs and for insurance, which are
        the last three."""
        if self.bill is None or len(own.fields) < 4:
            self.leave(own)
            return
        for_customs = own.fields[-2].strip()
        if for_customs not in _NO_VALUE and number(for_customs):
            self.bill.amount = {"price": number(for_customs), "currency": own.get(0)}

    def _rate(self, own: Line) -> None:
        """Rating: nature of goods (NG, NC), tariff codes (NH) and country of origin (NO)."""
        if self.bill is None:
            self.leave(own)
            return
        told = [one.strip() for one in own.fields]
        at = next((place for place, one in enumerate(told) if one in _KNOWN_RATES), None)
        if at is None:
            if not own.first:
                self.leave(own)
            return
        kind, value = told[at], " ".join(filter(None, told[at + 1 :]))
        if kind in _TEXTS:
            known = self.bill.values.get("description", "")
            self.bill.values["description"] = f"{known} {value}".strip()
        elif kind == "NH" and value:
            self.bill.codes.append(value)
        elif kind == "NO":
            self.bill.origin = value[:2]
        else:
            self.leave(own)
