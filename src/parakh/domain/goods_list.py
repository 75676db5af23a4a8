"""The goods list: consignments that wait for somebody, and in which order officers look at them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from parakh.domain.examination import OrderState
from parakh.domain.hit import Advice
from parakh.domain.selectivity import Basis, Lane
from parakh.domain.voyage import Direction, Mode
from parakh.errors import InvalidInput

STAYS = timedelta(days=3)
"""So long after they were due, or declared, goods that nobody must examine stay on the list."""

STEPS = 1_000_000
"""Steps of the score within one rank."""


class Shown(StrEnum):
    """Which consignments are asked for."""

    OPEN = "open"
    DONE = "done"


def rank(lane: Lane | None, advice: Advice | None) -> int:
    """0 for the most urgent: what advice and lane ask for together; 5 while nothing is known."""
    if advice is Advice.REFER:
        return 0
    if lane is Lane.RED or advice in (Advice.INSPECT, Advice.COMPARE):
        return 1
    if lane is None:
        return 5
    return {Lane.YELLOW: 2, Lane.BLUE: 3, Lane.GREEN: 4}[lane]


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsLine:
    """One consignment as the goods list keeps it.

    Attributes:
        name: the declaration's number, else the transport document's.
        party: the importer, else the consignee, else the exporter, as told.
        chapters: chapters of the Harmonized System, each once, parted by blanks.
        score: of the cargo model, 0 to 1.
        duty: duties and taxes in the centre's currency.
        order: the state of its examination; None without one.
        leaves_at: when it leaves the list by itself; None while somebody has to see to it.
        done: whether it has left the list.
    """

    consignment_id: str
    name: str
    party: str
    description: str
    chapters: str
    origin: str
    port: str
    direction: Direction
    mode: Mode | None
    due_at: datetime | None
    declared: bool
    lane: Lane | None
    basis: Basis | None
    advice: Advice | None
    open_hits: int
    score: float | None
    duty: Decimal | None
    order: OrderState | None
    search: str
    leaves_at: datetime | None
    done: bool
    changed_at: datetime

    @property
    def place(self) -> int:
        """Its place in the list, the smallest first: by rank, and within it by the score."""
        return rank(self.lane, self.advice) * STEPS + round((1 - (self.score or 0)) * (STEPS - 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsWanted:
    """Which consignments an officer wants to see; what is empty asks for all."""

    text: str = ""
    port: str = ""
    lane: str = ""
    direction: str = ""
    chapter: str = ""
    declared: str = ""
    shown: str = ""

    @classmethod
    def of(cls, values: Mapping[str, object]) -> "GoodsWanted":
        """From texts, as in an address; raises InvalidInput for what is none."""
        texts = {own.name: str(values.get(own.name) or "").strip()[:200] for own in fields(cls)}
        chapter = texts["chapter"]
        if chapter and not (chapter.isascii() and chapter.isdigit() and len(chapter) == 2):
            raise InvalidInput("chapter: write two figures")
        for name, known in (
            ("lane", [*Lane, "none"]),
            ("direction", list(Direction)),
            ("declared", ["yes", "no"]),
            ("shown", list(Shown)),
        ):
            if texts[name] and texts[name] not in known:
                raise InvalidInput(f"{name}: there is no such choice")
        return cls(**{**texts, "port": texts["port"].upper()})

    def query(self) -> dict[str, str]:
        """The same as texts, without what is empty."""
        found = {own.name: str(getattr(self, own.name)) for own in fields(self)}
        return {name: value for name, value in found.items() if value}

    def but(self, **values: str) -> dict[str, str]:
        """The texts with some of them others, and without what becomes empty."""
        return {name: value for name, value in (self.query() | values).items() if value}
