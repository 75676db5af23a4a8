"""A consignment while a CUSCAR or CUSDEC is read, and what both read alike."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from parakh.domain.message import Problem, Severity
from parakh.ingest.cuscar_values import (
    DISCHARGE,
    LOADING,
    PARTY_NUMBERS,
    PARTY_ROLES,
    ROUTE_ORDER,
    Party,
    add_contacts,
    free_text,
    kilograms,
    measured,
    number,
    party,
    place,
    ways,
)
from parakh.ingest.edifact import Segment
from parakh.ingest.goods_records import (
    DeclaredConsignment,
    DeclaredContainer,
    DeclaredItem,
    DeclaredParty,
)
from parakh.ingest.submission import Unmapped

_GROSS = frozenset({"G", "AAB", "AAD", "AAE", "AAG", "WT"})
_NET = frozenset({"N", "AAA", "AAC", "AAF", "AAL"})
"""6313 of a MEA."""

_WEIGHED = frozenset({"VGM", "AET"})
"""6313: verified gross mass of a packed container (SOLAS chapter VI, regulation 2)."""

_MASSES = frozenset({"AAE", "WT", "AAI", "AAX"})
"""6311 that tells a gross mass where 6313 is missing."""

_QUANTITY = "AAR"
"""6311: the quantity in the unit that the tariff asks for."""

_FULLNESS = {"4": "yes", "5": "no", "7": "no", "8": "no"}
"""8169: empty; full; full of goods of several; full of one."""

_GOODS_TEXT = "AAA"
"""4451: description of goods."""


@dataclass(slots=True)
class Draft:
    """A bill or a declaration; `origin` is where it begins."""

    origin: Segment
    values: dict[str, Any] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    places: list[tuple[str, str]] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    containers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def set(self, name: str, value: str, segment: Segment) -> bool:
        """Takes a value that is not empty, if none was told before."""
        if not value or name in self.values:
            return False
        self.values[name] = value
        self.lines[name] = segment.line
        return True

    def declared(self, **more: Any) -> DeclaredConsignment:
        """The finished record."""
        return DeclaredConsignment(
            line=self.origin.line,
            column=self.origin.column,
            route=ways(self.places),
            items=tuple([DeclaredItem(**own) for own in self.items]),
            parties=tuple([_party(own) for own in self.parties]),
            containers=tuple([DeclaredContainer(**own) for own in self.containers.values()]),
            lines=self.lines,
            **(self.values | more),
        )


def _party(own: Party) -> DeclaredParty:
    return DeclaredParty(
        role=own.role,
        name=own.name,
        identifier=own.identifier,
        country=own.country,
        address=own.address,
        phone=own.phone,
        email=own.email,
        line=own.line,
    )


class Walk:
    """What a CUSCAR and a CUSDEC read alike; each method takes the segments of one tag.

    Attributes:
        draft: what is open: a bill, the declaration; None in a header.
        item: the line of goods that is open, among those of the draft.
        box: the container that is open, to which seals and masses belong.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.unmapped: list[Unmapped] = []
        self.draft: Draft | None = None
        self.item: dict[str, Any] | None = None
        self.box: dict[str, Any] | None = None
        self.open_party: Party | None = None
        self.shared_parties: list[Party] = []

    @property
    def target(self) -> dict[str, Any] | None:
        """What values belong to now: the item, else the whole; None in a header."""
        if self.item is not None:
            return self.item
        return None if self.draft is None else self.draft.values

    def nad(self, segment: Segment) -> None:
        """A party of what is open, else of all."""
        role = PARTY_ROLES.get(segment.get(0).upper())
        found = party(segment, role) if role else None
        self.open_party = found
        if found is None:
            self.leave(segment)
        elif self.draft is None:
            self.shared_parties.append(found)
        else:
            self.draft.parties.append(found)

    def com(self, segment: Segment) -> None:
        """Telephone and e-mail of the party before."""
        if self.open_party is None or not add_contacts(self.open_party, segment):
            self.leave(segment)

    def party_number(self, segment: Segment) -> bool:
        """Whether an RFF gives the number of the party before."""
        own = self.open_party
        if own is None or segment.get(0).upper() not in PARTY_NUMBERS:
            return False
        own.identifier = own.identifier or segment.get(0, 1)
        return True

    def goods_text(self, segment: Segment) -> None:
        """The description of an item, else of all goods; what is told in pieces is joined."""
        text = free_text(segment)
        target = self.target
        if segment.get(0).upper() != _GOODS_TEXT or not text or target is None:
            self.leave(segment)
        else:
            target["description"] = f"{target.get('description', '')} {text}".strip()

    def mass(self, segment: Segment) -> None:
        """A mass of the open container, the item, or the whole."""
        kind, what = segment.get(0).upper(), segment.get(1).upper()
        value, unit = measured(segment)
        if kind == _QUANTITY and self.item is not None and number(value):
            self.keep(self.item, "quantity", number(value), segment)
            self.item.setdefault("unit", unit.upper())
            return
        told = kilograms(value, unit)
        target = self.target
        if not told:
            wrong = value and unit.upper() in ("KGM", "KG", "KGS")
            self.report(segment, "The mass is no number") if wrong else self.leave(segment)
        elif self.box is not None and what in _WEIGHED:
            self.box["gross_kg"] = told
        elif target is None:
            self.leave(segment)
        elif what in _NET:
            self.keep(target, "net_kg", told, segment)
        elif what in _GROSS or (not what and kind in _MASSES):
            self.keep(target, "gross_kg", told, segment)
        else:
            self.leave(segment)

    def keep(self, target: dict[str, Any], name: str, value: str, segment: Segment) -> None:
        """Takes a value once; the second one is kept as unmapped."""
        known = name != "net_kg" or target is self.item
        if name in target or not known:
            self.leave(segment)
        else:
            target[name] = value

    def way(self, segment: Segment) -> bool:
        """Takes a port of the goods' way; False if a LOC is none."""
        qualifier, code = segment.get(0), place(segment)
        own = self.draft
        if own is None or not code:
            return False
        if qualifier in LOADING:
            # Where this voyage took the goods in counts before where their way began.
            if qualifier == "9" or "loading_port" not in own.values:
                own.values["loading_port"] = code
                own.lines["loading_port"] = segment.line
        elif qualifier in DISCHARGE:
            own.set("discharge_port", code, segment)
        elif qualifier not in ROUTE_ORDER:
            return False
        own.places.append((qualifier, code))
        return True

    def equipment(self, segment: Segment, boxes: dict[str, dict[str, Any]]) -> None:
        """A container of EQD: size and type, and whether it is full."""
        name = segment.get(1)
        if segment.get(0).upper() != "CN" or not name:
            self.leave(segment)
            self.box = None
            return
        self.box = boxes.setdefault(name, {"number": name, "line": segment.line})
        self.box.setdefault("type", segment.get(2).upper())
        self.box.setdefault("empty", _FULLNESS.get(segment.get(5), ""))

    def seal(self, segment: Segment) -> None:
        """The seal of the container before; of several, all."""
        value = segment.get(0)
        if self.box is None or not value:
            self.leave(segment)
        else:
            known = self.box.get("seal", "")
            self.box["seal"] = f"{known} {value}".strip()

    def packages(self, segment: Segment, value: str) -> None:
        """The number of packages of the item, else of the whole."""
        told = number(value)
        target = self.target
        if target is None or not told or "packages" in target:
            self.leave(segment)
        else:
            target["packages"] = told

    def leave(self, segment: Segment) -> None:
        """Lists a segment that no field takes."""
        text = "+".join((segment.tag, *(":".join(element) for element in segment.elements)))
        self.unmapped.append(
            Unmapped(line=segment.line, column=segment.column, segment=segment.tag, text=text)
        )

    def report(self, segment: Segment, cause: str, severity: Severity = Severity.ERROR) -> None:
        """Notes what is wrong."""
        self.problems.append(segment.problem(cause, severity))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems by their places."""
    return tuple(sorted(problems, key=lambda own: (own.line, own.column)))
