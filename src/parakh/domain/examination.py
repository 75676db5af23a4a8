"""Examinations: orders, terminals and examiners, and the report of what was found."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from parakh.domain.alert import OutcomeKind
from parakh.domain.outcome import Details
from parakh.domain.phrase import Phrase
from parakh.domain.selectivity import Lane


class OrderState(StrEnum):
    """An order's life: ordered, grounded (brought to the place), begun, reported, or called off."""

    ORDERED = "ordered"
    GROUNDED = "grounded"
    ASSIGNED = "assigned"
    BEGUN = "begun"
    REPORTED = "reported"
    CALLED_OFF = "called_off"

    def can_become(self, other: "OrderState") -> bool:
        """Whether the step is allowed."""
        return other in _NEXT[self]

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self not in (OrderState.REPORTED, OrderState.CALLED_OFF)


_NEXT: dict[OrderState, set[OrderState]] = {
    OrderState.ORDERED: {OrderState.GROUNDED, OrderState.ASSIGNED, OrderState.CALLED_OFF},
    OrderState.GROUNDED: {OrderState.ASSIGNED, OrderState.CALLED_OFF},
    OrderState.ASSIGNED: {
        OrderState.GROUNDED,
        OrderState.ASSIGNED,
        OrderState.BEGUN,
        OrderState.CALLED_OFF,
    },
    OrderState.BEGUN: {OrderState.ASSIGNED, OrderState.REPORTED},
    OrderState.REPORTED: set(),
    OrderState.CALLED_OFF: set(),
}


class Skill(StrEnum):
    """For what an examiner is trained; some goods need one who is (see `parakh.act.checklists`)."""

    DANGEROUS = "dangerous"
    FOOD = "food"
    LIVE_ANIMALS = "live_animals"
    MEDICINES = "medicines"
    TEXTILES = "textiles"
    ELECTRONICS = "electronics"
    VEHICLES = "vehicles"
    PRECIOUS = "precious"
    ARMS = "arms"


@dataclass(frozen=True, kw_only=True, slots=True)
class Staffing:
    """How many examiners a terminal needs in one slot of each day, and how many of them trained.

    `slot` is 0 for morning, 1 evening, 2 night (see `parakh.domain.roster`).
    """

    slot: int
    needed: int
    skills: tuple[tuple[Skill, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Terminal:
    """Where goods are examined.

    Attributes:
        port: of the centre, as consignments name it.
        bays: consignments that can be examined at one time.
        a_shift: consignments that can be grounded in one shift.
    """

    id: str
    name: str
    port: str
    bays: int
    a_shift: int
    staffing: tuple[Staffing, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Examiner:
    """An officer who examines goods; `name` is his sign-in name.

    Attributes:
        conflicts: identifiers of parties (tax numbers) whose goods he may not examine.
        hours_a_week: what he may work at most.
    """

    id: str
    name: str
    terminal_ids: frozenset[str]
    skills: frozenset[Skill] = frozenset()
    conflicts: frozenset[str] = frozenset()
    hours_a_week: int = 48


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What of a consignment counts for its place in the queue, as known when it was ordered.

    Attributes:
        items: how many lines of goods it has.
        chapters: of the Harmonized System in which they stand, two figures each.
        score: the risk model's, 0 to 1; None where no model was in force.
    """

    items: int
    chapters: frozenset[str] = frozenset()
    score: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """That a consignment is to be examined, and how far that has come.

    Its place in the queue is computed by the policy of its terminal, from its facts and from how
    long it waits (see `parakh.act.grounding`).

    Attributes:
        consignment: by what people call it, for lists.
        lane: red, or yellow for documents.
        reason: why it was ordered: the lane's sentence, or what an officer wrote.
        needs: skills that the examiner must have.
        by_hand: whether an officer ordered it apart from its lane; no lane calls it off then.
        assigned_to: sign-in name; drawn by the program, nobody chooses.
        called_off: why it was called off; "" unless it was.
        ordered_at, grounded_at, assigned_at, begun_at, reported_at: None until it came so far.
    """

    id: str
    consignment_id: str
    consignment: str
    terminal_id: str
    lane: Lane
    state: OrderState
    facts: Facts
    reason: Phrase
    ordered_by: str
    ordered_at: datetime
    needs: frozenset[Skill] = frozenset()
    by_hand: bool = False
    assigned_to: str | None = None
    grounded_at: datetime | None = None
    assigned_at: datetime | None = None
    begun_at: datetime | None = None
    reported_at: datetime | None = None
    called_off: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """One examiner's part in a draw: how much he had in hand, and the number drawn for him."""

    examiner: str
    load: int
    number: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """That an order was given to an examiner; the last one that has not ended stands.

    Attributes:
        ordinal: from 1 for the order's first.
        by: who named him; "" for the program, which drew.
        reason: why a planner named him.
        tickets: of all who could be drawn; the smallest number among the least loaded wins.
        ended, ended_at: why he gave it back or lost it, and when.
        refused: whether he gave it back for a conflict of interest.
    """

    id: str
    order_id: str
    ordinal: int
    examiner: str
    at: datetime
    by: str = ""
    reason: str = ""
    tickets: tuple[Ticket, ...] = ()
    ended: str = ""
    ended_at: datetime | None = None
    refused: bool = False


class First(StrEnum):
    """By what orders can be put before others."""

    SINGLE_ITEM = "single_item"
    PERISHABLE = "perishable"
    WAITING = "waiting"
    RISK = "risk"


class PolicyState(StrEnum):
    """A policy's life; only another person than its author puts it in force."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    REJECTED = "rejected"
    REPLACED = "replaced"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """In what order a terminal grounds consignments.

    Attributes:
        number: from 1 for the terminal's first; 0 for the one that every terminal begins with.
        order: what counts first, second, and so on; what is left out does not count.
        perishable: chapters of the Harmonized System whose goods spoil.
        waiting_step: hours; who waits for less than one step longer does not come first for it.
        longest_wait: hours after which an order comes before all others.
    """

    id: str
    terminal_id: str
    number: int
    order: tuple[First, ...]
    perishable: frozenset[str]
    waiting_step: int
    longest_wait: int
    reason: str
    state: PolicyState
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str = ""


class Answer(StrEnum):
    """What was found of one point of a checklist."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One point of a checklist (see `parakh.act.checklists`), as answered."""

    point: str
    answer: Answer
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """An item as it was found: what was counted or weighed in the place of what was declared."""

    ordinal: int
    quantity: Decimal | None = None
    net_kg: float | None = None
    hs_code: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A sample that was taken; `seal` is the number of its bag."""

    number: str
    seal: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The on-the-spot report of one order; it is never edited, only followed by another.

    Attributes:
        client_id: made on the tablet, so that a report sent twice is one.
        outcome, details: what was found (see `parakh.domain.outcome`).
        pictures: identifiers among pictures, in order.
        picture_digests: SHA-256 of each of them as it is kept.
        written_at: by the tablet's clock; `received_at` by the centre's.
        digest: SHA-256 of all of the above (see `parakh.store.examination_reports`).
        signature: Ed25519 over the digest by the centre, which checked the examiner's password.
        follows: the report of the same order before it.
    """

    id: str
    order_id: str
    client_id: str
    by: str
    outcome: OutcomeKind
    note: str
    details: Details
    checks: tuple[Check, ...] = ()
    counted: tuple[Counted, ...] = ()
    samples: tuple[Sample, ...] = ()
    pictures: tuple[str, ...] = ()
    picture_digests: tuple[str, ...] = ()
    written_at: datetime
    received_at: datetime
    digest: str = ""
    signature: str = ""
    follows: str | None = None
