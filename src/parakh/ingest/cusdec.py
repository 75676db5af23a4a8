"""Goods declarations: the UN/EDIFACT message CUSDEC, directories D.96B and later.

A message is one declaration: its header, after UNS+D its lines of goods (CST), and after UNS+S the
totals.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from parakh.domain.message import Severity
from parakh.ingest.cuscar_draft import Draft, Walk, in_order
from parakh.ingest.cuscar_values import ACTIONS, Voyage, moment, number, place, voyage
from parakh.ingest.edifact import Segment
from parakh.ingest.goods_records import DeclaredConsignment, DeclaredDeclaration
from parakh.ingest.submission import Submission

_OFFICES = ("22", "96", "41", "42", "17")
"""LOC 3227: customs office of clearance, place of clearance, offices of entry and of exit, place of
declaration; the first of them that is told is the office."""

_DIRECTIONS = {"929": "entry", "830": "exit"}
"""BGM 1001: goods declaration for importation, for exportation."""

_BILLS = {
    "BH": "house_bill",
    "HWB": "house_bill",
    "BM": "master_bill",
    "AWB": "air_waybill",
    "AAS": "",
    "AAM": "",
    "MB": "master_bill",
    "MWB": "air_waybill",
}
"""RFF 1153 of transport documents to their kind, the nearest to the goods first."""

_MASTERS = ("MB", "MWB")
_LICENCES = frozenset({"IP", "EX", "EP"})
"""RFF 1153: import licence, export licence, export permit."""

_LODGED = frozenset({"137", "150", "182"})
"""DTM 2005: of the document, of the declaration, of issue."""

_FREIGHT, _INSURANCE = frozenset({"64", "144"}), frozenset({"67", "70"})
_PRICES, _VALUES = frozenset({"38", "63", "66"}), frozenset({"40", "43", "123"})
_TAXES = frozenset({"55", "161"})
"""MOA 5025."""

_TOTAL = "3"
"""TAX 5283: a total of all lines."""

_CUSTOMS_DUTY = frozenset({"CUD", "CUS"})
"""TAX 5153 whose rate is the duty's."""

_PROCEDURE = frozenset({"117", "105"})
"""1131 in CST: customs procedures."""

_ITEMS_TOTAL = "5"
"""CNT 6069: number of lines of goods."""


def read(segments: Sequence[Segment], base: Submission, cut: bool) -> Submission:
    """Fills `base` from one message, UNH to UNT.

    It is fatal when it has no BGM with the declaration's number, or when it is `cut` off before its
    UNT, so that lines of goods may be missing. Anything else costs at most the value that it
    concerns.
    """
    reading = _Reading(segments[0])
    reading.run(segments)
    fatal = []
    if not reading.reference:
        fatal.append(segments[0].problem("No BGM gives the number of the declaration"))
    if cut:
        fatal.append(segments[-1].problem("The declaration ends before its UNT"))
    return replace(
        base,
        function=reading.function,
        action=reading.action,
        goods=(reading.declared(),) if reading.reference else (),
        problems=in_order((*base.problems, *reading.problems, *fatal)),
        unmapped=tuple(reading.unmapped),
        fatal=bool(fatal),
    )


class _Reading(Walk):
    """Walks over the segments of one message."""

    def __init__(self, header: Segment) -> None:
        super().__init__()
        self.reference = ""
        self.function = ""
        self.action = ""
        self.draft: Draft = Draft(header)
        self._own: dict[str, Any] = {}
        self._documents: list[tuple[str, str]] = []
        self._offices: dict[str, str] = {}
        self._voyage: Voyage | None = None
        self._last_voyage = False
        # A date behind a reference or document is of that one, not of the declaration.
        self._referred = False
        self._ended = False
        self._tax = ""

    def run(self, segments: Sequence[Segment]) -> None:
        """Reads all segments."""
        for segment in segments:
            taker = _TAKERS.get(segment.tag)
            if taker is not None:
                taker(self, segment)
            elif segment.tag not in ("UNH", "UNT"):
                self.leave(segment)

    def declared(self) -> DeclaredConsignment:
        """The declaration, with the goods that it is about."""
        own, told = self.draft, self.draft.references
        qualifier = next((name for name in _BILLS if name in told), "")
        reference = told.get(qualifier, "")
        master = next((told[name] for name in _MASTERS if name in told), "")
        voyage_told = self._voyage.values if self._voyage else {}
        mode = voyage_told.get("mode", "")
        kind = _BILLS.get(qualifier, "") or ("air_waybill" if mode == "air" else "")
        if master and master != reference:
            kind = "house_bill"
        return own.declared(
            **voyage_told,
            action=self.action or "add",
            reference=reference,
            kind=kind if reference else "",
            master_reference=master if master != reference else "",
            direction=_DIRECTIONS.get(self.function, ""),
            declaration=DeclaredDeclaration(
                reference=self.reference,
                office=next(
                    (self._offices[name] for name in _OFFICES if name in self._offices), ""
                ),
                documents=tuple(self._documents),
                **({"lodged_at": ""} | self._own),
            ),
        )

    # --- header -----------------------------------------------------------------------------------

    def _bgm(self, segment: Segment) -> None:
        self.function, self.reference = segment.get(0), segment.get(1)
        self.action = ACTIONS.get(segment.get(2), "")
        self.draft.lines["declaration"] = segment.line

    def _loc(self, segment: Segment) -> None:
        qualifier, code = segment.get(0), place(segment)
        if self.item is not None:
            if qualifier == "27" and code and "origin" not in self.item:
                self.item["origin"] = code
            else:
                self.leave(segment)
        elif qualifier in _OFFICES and code:
            self._offices.setdefault(qualifier, code)
        elif qualifier == "35" and self.draft.set("export_country", code, segment):
            return
        elif not self.way(segment):
            on_voyage = self._voyage is not None and self._last_voyage and code
            if not (on_voyage and self._voyage and self._voyage.add_place(qualifier, code)):
                self.leave(segment)

    def _dtm(self, segment: Segment) -> None:
        mine = not self._referred and "lodged_at" not in self._own
        if mine and segment.get(0) in _LODGED:
            self._own["lodged_at"] = moment(segment)
            self.draft.lines["lodged_at"] = segment.line
        elif self._voyage is None or self.item is not None or not self._voyage.add_time(segment):
            self.leave(segment)

    def _tdt(self, segment: Segment) -> None:
        if self._voyage is None and self.item is None:
            self._voyage, self._last_voyage = voyage(segment), True
        else:
            self._last_voyage = False
            self.leave(segment)

    def _eqd(self, segment: Segment) -> None:
        self.equipment(segment, self.draft.containers)

    def _rff(self, segment: Segment) -> None:
        qualifier, value = segment.get(0).upper(), segment.get(0, 1)
        self._referred = True
        if self.party_number(segment):
            return
        if self.item is not None and qualifier == "HS" and "hs_code" not in self.item:
            self.item["hs_code"] = value
        elif qualifier in _LICENCES and value and self._licence(value):
            return
        elif qualifier in _BILLS and value and qualifier not in self.draft.references:
            self.draft.references[qualifier] = value
            self.draft.lines.setdefault("reference", segment.line)
        elif qualifier in _BILLS and value:
            # A declaration on several bills stands under the first of each kind.
            self._documents.append((qualifier, value))
        else:
            self.leave(segment)

    def _licence(self, value: str) -> bool:
        if self.item is None or "licence" in self.item:
            return False
        self.item["licence"] = value
        return True

    def _doc(self, segment: Segment) -> None:
        kind, value = segment.get(0), segment.get(1)
        self._referred = True
        if value:
            self._documents.append((kind, value))
        else:
            self.leave(segment)

    def _cux(self, segment: Segment) -> None:
        if segment.get(0, 1) and "currency" not in self._own:
            self._own["currency"] = segment.get(0, 1).upper()
        else:
            self.leave(segment)

    # --- lines of goods -----------------------------------------------------------------------

    def _uns(self, segment: Segment) -> None:
        if segment.get(0).upper() == "S":
            self._ended, self.item = True, None

    def _cst(self, segment: Segment) -> None:
        codes = [(segment.get(at), segment.get(at, 1)) for at in range(1, 6)]
        if not self._is_line(segment, codes):
            procedure = next((code for code, _ in codes if code), "")
            if procedure and "procedure" not in self._own:
                self._own["procedure"] = procedure
            else:
                self.leave(segment)
            return
        self.box = self.open_party = None
        self._tax = ""
        self.item = {"ordinal": len(self.draft.items) + 1, "line": segment.line}
        self.draft.items.append(self.item)
        tariff = [code for code, kind in codes if _is_tariff(code, kind)]
        if tariff:
            self.item["hs_code"] = tariff[0]
        procedures = [code for code, kind in codes if kind in _PROCEDURE and code]
        if procedures:
            self._own.setdefault("procedure", procedures[0])

    def _is_line(self, segment: Segment, codes: Sequence[tuple[str, str]]) -> bool:
        """Whether a CST is a line of goods; the one in the header has no number and no tariff."""
        numbered = segment.get(0).isdecimal() and int(segment.get(0)[:6]) > 0
        return numbered or any(_is_tariff(code, kind) for code, kind in codes)

    def _pac(self, segment: Segment) -> None:
        self.packages(segment, segment.get(0))

    def _tax_of(self, segment: Segment) -> None:
        kind = segment.get(1).upper() or "TAX"
        self._tax = "" if segment.get(0) == _TOTAL or self.item is None else kind
        rate = number(segment.get(4, 3))
        if self._tax in _CUSTOMS_DUTY and rate and self.item is not None:
            self.item.setdefault("rate", rate)

    def _moa(self, segment: Segment) -> None:
        kind, value, currency = segment.get(0), number(segment.get(0, 1)), segment.get(0, 2)
        if not value:
            if kind == "39" and currency:
                self._own.setdefault("currency", currency)
            else:
                self.leave(segment)
        elif self._ended:
            self.leave(segment)
        elif self.item is None:
            self._total(segment, kind, value, currency)
        elif not self._amount(self.item, kind, value, currency):
            self.leave(segment)

    def _total(self, segment: Segment, kind: str, value: str, currency: str) -> None:
        """An amount of the whole declaration."""
        if kind == "39" and "invoice_total" not in self._own:
            self._own["invoice_total"] = value
            if currency:
                self._own["currency"] = currency.upper()
        elif kind in _FREIGHT and "freight" not in self._own:
            self._own["freight"] = value
        elif kind in _INSURANCE and "insurance" not in self._own:
            self._own["insurance"] = value
        else:
            self.leave(segment)

    def _amount(self, item: dict[str, Any], kind: str, value: str, currency: str) -> bool:
        """An amount of a line of goods; False if no field takes it."""
        if kind in _TAXES and self._tax:
            item["duty"] = f"{Decimal(item.get('duty', 0)) + Decimal(value):f}"
        elif kind in _VALUES and "value" not in item:
            item["value"] = value
        elif kind in _PRICES and "price" not in item:
            item["price"] = value
            item["currency"] = currency or self._own.get("currency", "")
        else:
            return False
        return True

    def _cnt(self, segment: Segment) -> None:
        value, there = segment.get(0, 1), len(self.draft.items)
        if segment.get(0) != _ITEMS_TOTAL:
            self.leave(segment)
        elif value != str(there):
            said = value if value.isdecimal() and len(value) < 7 else "another number of"
            cause = f"CNT gives {said} lines of goods; there are {there}"
            self.report(segment, cause, Severity.WARNING)


def _is_tariff(code: str, kind: str) -> bool:
    """Whether a code of CST is the tariff's: by its list (1131: 108, 122), else by its figures."""
    digits = code.replace(".", "").replace(" ", "")
    return (kind in ("108", "122") and bool(digits)) or (digits.isdecimal() and len(digits) >= 6)


_TAKERS: dict[str, Callable[[_Reading, Segment], None]] = {
    "BGM": _Reading._bgm,
    "CST": _Reading._cst,
    "LOC": _Reading._loc,
    "DTM": _Reading._dtm,
    "TDT": _Reading._tdt,
    "EQD": _Reading._eqd,
    "SEL": _Reading.seal,
    "RFF": _Reading._rff,
    "NAD": _Reading.nad,
    "COM": _Reading.com,
    "DOC": _Reading._doc,
    "CUX": _Reading._cux,
    "UNS": _Reading._uns,
    "FTX": _Reading.goods_text,
    "MEA": _Reading.mass,
    "PAC": _Reading._pac,
    "TAX": _Reading._tax_of,
    "MOA": _Reading._moa,
    "CNT": _Reading._cnt,
}
"""The segments that are read; each by the method of its name."""
