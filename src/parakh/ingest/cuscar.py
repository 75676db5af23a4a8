"""Cargo manifests: the UN/EDIFACT message CUSCAR, directories D.95B and later.

A message names one voyage and its bills: master bills of a carrier, or house bills of whoever
groups goods, each in a CNI group with its goods (GID), parties (NAD) and containers (EQD, SGP).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from parakh.domain.message import Severity
from parakh.ingest.cuscar_draft import Draft, Walk, in_order
from parakh.ingest.cuscar_values import ACTIONS, Voyage, number, place, voyage
from parakh.ingest.edifact import Segment
from parakh.ingest.goods_records import DeclaredConsignment
from parakh.ingest.submission import Submission

_HOUSE = ("BH", "HWB")
_MASTER = ("MB", "MWB")
_OWN = ("BM", "AWB", "AAS", "AAM")
_AIR = frozenset({"AWB", "MWB", "HWB"})
"""1153: house bill and waybill, master bill and waybill, bill of lading, air waybill, transport
document, waybill."""

_REFERENCES = frozenset((*_HOUSE, *_MASTER, *_OWN))
_MAIN = frozenset({"20", "11", "12", "13", "21", "22", ""})
"""8051: the main carriage; what comes before and after it is another journey."""

_PACKAGES = "11"
"""CNT 6069: total number of packages."""


def read(segments: Sequence[Segment], base: Submission, cut: bool) -> Submission:
    """Fills `base` from one message, UNH to UNT.

    It is fatal when it has no BGM, when no bill has a number, or when it is `cut` off before its
    UNT, so that bills may be missing. A bill without a number is left out, and told. Anything else
    costs at most the value that it concerns.
    """
    reading = _Reading()
    reading.run(segments)
    bills = reading.bills()
    fatal = []
    if not reading.begun:
        fatal.append(segments[0].problem("There is no BGM: the manifest does not say what it is"))
    if not bills and reading.groups:
        fatal.append(segments[0].problem("No bill of the manifest has a number"))
    if cut:
        fatal.append(segments[-1].problem("The manifest ends before its UNT; bills may be missing"))
    if not reading.groups:
        reading.report(segments[-1], "The manifest has no bill (CNI)", Severity.WARNING)
    return replace(
        base,
        function=reading.function,
        action=reading.action,
        goods=tuple(bills),
        problems=in_order((*base.problems, *reading.problems, *fatal)),
        unmapped=tuple(reading.unmapped),
        fatal=bool(fatal),
    )


class _Reading(Walk):
    """Walks over the segments of one message."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = False
        self.function = ""
        self.action = ""
        self.groups: list[Draft] = []
        self._voyage: Voyage | None = None
        self._in_voyage = False
        self._header = Draft(Segment("", (), 0, 0, 0, 1, 1))
        self._boxes: dict[str, dict[str, Any]] = {}
        self._total: tuple[Segment, str] | None = None

    def run(self, segments: Sequence[Segment]) -> None:
        """Reads all segments."""
        takers = _TAKERS
        for segment in segments:
            taker = takers.get(segment.tag)
            if taker is not None:
                taker(self, segment)
            elif segment.tag not in ("UNH", "UNT"):
                self.leave(segment)

    def bills(self) -> list[DeclaredConsignment]:
        """The bills that have a number; what is wrong with the others and the totals is noted."""
        uses = Counter(name for own in self.groups for name in own.containers)
        found = [bill for own in self.groups if (bill := self._bill(own, uses)) is not None]
        self._check_total(found)
        return found

    # --- header -----------------------------------------------------------------------------------

    def _bgm(self, segment: Segment) -> None:
        self.begun = True
        self.function = segment.get(0)
        self.action = ACTIONS.get(segment.get(2), "")

    def _tdt(self, segment: Segment) -> None:
        if self._voyage is None and segment.get(0) in _MAIN:
            self._voyage = voyage(segment)
            self._in_voyage = self.draft is None
        else:
            self._in_voyage = False
            self.leave(segment)

    def _dtm(self, segment: Segment) -> None:
        own = self._voyage
        if self.draft is not None or own is None or not own.add_time(segment):
            self.leave(segment)

    def _eqd(self, segment: Segment) -> None:
        if self.draft is None:
            self.equipment(segment, self._boxes)
        else:
            self.equipment(segment, self.draft.containers)

    def _cnt(self, segment: Segment) -> None:
        value = segment.get(0, 1)
        if segment.get(0) != _PACKAGES or not number(value):
            self.leave(segment)
        elif self.draft is None:
            self._total = (segment, value)
        elif not self.draft.set("packages", number(value), segment):
            self.leave(segment)

    # --- bills ------------------------------------------------------------------------------------

    def _cni(self, segment: Segment) -> None:
        self.draft = Draft(segment)
        self.item = self.box = self.open_party = None
        self._in_voyage = False
        self.groups.append(self.draft)
        if document := segment.get(1):
            self.draft.references["CNI"] = document

    def _rff(self, segment: Segment) -> None:
        qualifier, value = segment.get(0).upper(), segment.get(0, 1)
        if self.party_number(segment):
            return
        own = self.draft or self._header
        if qualifier == "HS" and value:
            self._tariff(segment, value)
        elif qualifier in _REFERENCES and value:
            own.references.setdefault(qualifier, value)
            own.lines.setdefault("reference", segment.line)
        else:
            self.leave(segment)

    def _loc(self, segment: Segment) -> None:
        qualifier, code = segment.get(0), place(segment)
        if self.draft is None:
            if not (
                self._in_voyage and self._voyage and code
                and self._voyage.add_place(qualifier, code)
            ):  # fmt: skip
                self.leave(segment)
        elif qualifier == "27" and self.item is not None and "origin" not in self.item:
            self.item["origin"] = code
        elif qualifier == "35" and self.draft.set("export_country", code, segment):
            return
        elif not self.way(segment):
            self.leave(segment)

    def _gid(self, segment: Segment) -> None:
        self.box = self.open_party = None
        if self.draft is None:
            self.report(segment, "GID stands before any CNI")
            self.leave(segment)
            return
        self.item = {"ordinal": len(self.draft.items) + 1, "line": segment.line}
        if packages := number(segment.get(1)):
            self.item["packages"] = packages
        self.draft.items.append(self.item)

    def _pac(self, segment: Segment) -> None:
        self.packages(segment, segment.get(0))

    def _sgp(self, segment: Segment) -> None:
        name = segment.get(0)
        if self.draft is None or not name:
            self.leave(segment)
            return
        own = self.draft.containers
        self.box = own.setdefault(name, {"number": name, "line": segment.line})

    def _cst(self, segment: Segment) -> None:
        self._tariff(segment, segment.get(1))

    def _pia(self, segment: Segment) -> None:
        self._tariff(segment, segment.get(1) if segment.get(1, 1).upper() == "HS" else "")

    def _tariff(self, segment: Segment, code: str) -> None:
        if self.item is None and self.draft is not None and code and not self.draft.items:
            # A code before any GID is that of the bill's one line of goods.
            self.draft.items.append({"ordinal": 1, "line": segment.line})
            self.draft.items[0]["hs_code"] = code
        elif self.item is None or not code or "hs_code" in self.item:
            self.leave(segment)
        else:
            self.item["hs_code"] = code

    def _moa(self, segment: Segment) -> None:
        kind, value, currency = segment.get(0), number(segment.get(0, 1)), segment.get(0, 2)
        target = self.item
        if target is None and self.draft is not None:
            target = self.draft.values.setdefault("_amount", {})
        customs = kind in ("40", "43") and not currency
        name = "value" if customs else "price"
        if target is None or kind not in _AMOUNTS or not value or name in target:
            self.leave(segment)
            return
        target[name] = value
        if not customs:
            target["currency"] = currency

    # --- the end ----------------------------------------------------------------------------------

    def _bill(self, own: Draft, uses: Counter[str]) -> DeclaredConsignment | None:
        amount = own.values.pop("_amount", {})
        reference, kind, master = self._document(own)
        if not reference:
            cause = "This bill has no number (RFF+BM, AWB, BH, HWB or MB) and is left out"
            self.report(own.origin, cause)
            return None
        if amount and len(own.items) == 1:
            own.items[0] = amount | own.items[0]
        elif amount:
            cause = "A value of the whole bill cannot be given to one of its lines of goods"
            self.report(own.origin, cause, Severity.WARNING)
        for name, use in own.containers.items():
            own.containers[name] = self._boxes.get(name, {}) | {
                at: value for at, value in use.items() if value
            }
            own.containers[name]["shared"] = "yes" if uses[name] > 1 else "no"
        own.parties += self.shared_parties
        told = self._voyage.values if self._voyage else {}
        mode = told.get("mode") or ("air" if own.references.keys() & _AIR else "sea")
        return own.declared(
            **told | {"mode": mode},
            action=self.action or "add",
            reference=reference,
            kind=kind or _KINDS.get(mode, "master_bill"),
            master_reference=master,
        )

    def _document(self, own: Draft) -> tuple[str, str, str]:
        """Number and kind of a bill, and the number of the one under which it goes."""
        told, above = own.references, self._header.references
        house = _first(told, _HOUSE)
        master = _first(told, _MASTER)
        bill = _first(told, _OWN) or told.get("CNI", "")
        over = _first(above, (*_MASTER, *_OWN))
        if house:
            return house, "house_bill", master or bill or over
        if bill and master and bill != master:
            return bill, "house_bill", master
        number_of = bill or master or _first(above, _HOUSE) or over
        if over and number_of != over:
            return number_of, "house_bill", over
        return number_of, "air_waybill" if told.keys() & _AIR else "", ""

    def _check_total(self, bills: Sequence[DeclaredConsignment]) -> None:
        if self._total is None:
            return
        segment, value = self._total
        there = sum(_packages(own) for own in bills)
        if not value.isdecimal() or int(value) != there:
            said = value if value.isdecimal() else "another number of"
            cause = f"CNT gives {said} packages; the bills have {there}"
            self.report(segment, cause, Severity.WARNING)


_AMOUNTS = frozenset({"38", "39", "40", "43", "44", "63", "66"})
"""MOA 5025: of an item as invoiced, of the invoice, customs value, declared customs value, declared
for carriage, free on board, of goods."""

_KINDS = {"sea": "master_bill", "air": "air_waybill", "road": "road_note", "rail": "road_note"}


def _first(told: dict[str, str], names: Sequence[str]) -> str:
    return next((told[name] for name in names if name in told), "")


def _packages(own: DeclaredConsignment) -> int:
    told = [own.packages] if own.packages else [item.packages for item in own.items]
    return sum(int(value) for value in told if value.isdecimal())


_TAKERS: dict[str, Callable[[_Reading, Segment], None]] = {
    "BGM": _Reading._bgm,
    "TDT": _Reading._tdt,
    "DTM": _Reading._dtm,
    "LOC": _Reading._loc,
    "RFF": _Reading._rff,
    "NAD": _Reading.nad,
    "COM": _Reading.com,
    "CNT": _Reading._cnt,
    "CNI": _Reading._cni,
    "GID": _Reading._gid,
    "PAC": _Reading._pac,
    "FTX": _Reading.goods_text,
    "MEA": _Reading.mass,
    "EQD": _Reading._eqd,
    "SEL": _Reading.seal,
    "SGP": _Reading._sgp,
    "CST": _Reading._cst,
    "PIA": _Reading._pia,
    "MOA": _Reading._moa,
}
"""The segments that are read; each by the method of its name."""
