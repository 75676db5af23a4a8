"""House waybills: the Cargo-IMP message FHL."""

from collections.abc import Callable
from typing import Any

from parakh.ingest.cuscar_values import kilograms, number
from parakh.ingest.goods_records import DeclaredConsignment
from parakh.ingest.waybills_air import AirWaybill
from parakh.ingest.waybills_lines import Bill, Line, waybill_values


class HouseWaybills(AirWaybill):
    """Reads an FHL: house waybills (HBS) under one air waybill (MBI)."""

    def __init__(self) -> None:
        super().__init__()
        self._master: dict[str, Any] = {}
        self._bills: list[Bill] = []

    def finished(self) -> list[DeclaredConsignment]:
        """The house waybills."""
        return [own.declared() for own in self._bills]

    def takers(self) -> dict[str, Callable[[Line], None]]:
        return {
            "MBI": self._master_of,
            "HBS": self._house,
            "TXT": self._text,
            "HTS": self._tariff,
            "CVD": self._charges,
        }

    def _master_of(self, own: Line) -> None:
        values = waybill_values("/".join(own.fields))
        if values is None:
            self.problems.append(own.problem("MBI gives no number of an air waybill"))
        else:
            self._master = values

    def _house(self, own: Line) -> None:
        """Number, airports, pieces, weight, and what the goods are."""
        if not own.first:
            self.leave(own)
            return
        self._party = None
        name, way, mass = own.get(0), own.get(1).upper(), own.get(3)
        if not name:
            self.problems.append(own.problem("HBS gives no number of a house waybill"))
            self.bill = None
            return
        values: dict[str, Any] = {
            "reference": name,
            "kind": "house_bill",
            "master_reference": self._master.get("reference", ""),
            "loading_port": way[:3],
            "discharge_port": way[3:6],
            "route": tuple(filter(None, (way[:3], way[3:6]))),
        }
        if number(own.get(2)):
            values["packages"] = own.get(2)
        if told := kilograms(mass[1:], mass[:1]):
            values["gross_kg"] = told
        text = " ".join(filter(None, (one.strip() for one in own.fields[5:])))
        if text:
            values["description"] = text
        self.bill = Bill(own.line, values)
        self._bills.append(self.bill)

    def _text(self, own: Line) -> None:
        """Free text of the goods, which tells more than the few words of HBS."""
        text = "/".join(own.fields).strip()
        if self.bill is None or not text:
            self.leave(own)
            return
        known = self.bill.values.get("description", "")
        if own.first and text.startswith(known):
            known = ""
        self.bill.values["description"] = f"{known} {text}".strip()

    def _tariff(self, own: Line) -> None:
        codes = [code.strip() for code in own.fields if code.strip()]
        if self.bill is None or not codes:
            self.leave(own)
        else:
            self.bill.codes += codes
