"""How carriers deliver: figures over a span of days."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission
from parakh.domain.delivery import Delivery, delivery
from parakh.domain.message import Problem, Severity
from parakh.domain.voyage import Voyage
from parakh.errors import InvalidInput, NotFound
from parakh.normalise.completeness import ATTRIBUTES, COMPLETE, OF_PASSENGERS, PASSENGERS
from parakh.services.centre import Centre
from parakh.services.missing import ports_of
from parakh.store import carriers
from parakh.store.carriers import Errors, FaultyPart, Span, Timeliness, Which

STRETCHES = {7: 7, 30: 30, 90: 13}
"""Spans in days that can be chosen, and in how many stretches a trend shows each."""

AHEAD = timedelta(hours=36)
"""Voyages so far ahead stand on a carrier's page."""

PAGE = 50
POINTS = 300
"""Voyages in the chart of a carrier's page."""

COMMONEST = 10
_READ = 5_000
"""Of so many messages at most the commonest errors are told."""

_ANY_VALUE = re.compile(r"'[^']*'|\"[^\"]*\"|\d+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """The voyages of one stretch of a span, and of how many the list came in time."""

    voyages: int = 0
    on_time: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class CarrierRow:
    """A carrier over a span of days.

    Attributes:
        carrier: designator; "" stands for messages of which nobody could tell whose they are.
        voyages: those that left, unless cancelled, and were scheduled or had a passenger list.
        lists, on_time: of how many the list came, and came before it was due.
        lead: median time from the first list to the departure.
        travellers, complete: how many its lists told of, and with every required value.
        messages, quarantined, wrong: what came in the span; `wrong` had an error or was
            quarantined.
        errors, told: how many errors they had, and how many travellers they told of.
        trend: stretches of the span, the oldest first.
    """

    carrier: str
    voyages: int = 0
    lists: int = 0
    on_time: int = 0
    lead: timedelta | None = None
    travellers: int = 0
    complete: int = 0
    messages: int = 0
    quarantined: int = 0
    wrong: int = 0
    errors: int = 0
    told: int = 0
    trend: tuple[Stretch, ...] = ()

    @property
    def missing(self) -> int:
        """Voyages that left without a list."""
        return self.voyages - self.lists

    @property
    def punctuality(self) -> float | None:
        """Share of the voyages with a list in time; None without voyages."""
        return _share(self.on_time, self.voyages)

    @property
    def completeness(self) -> float | None:
        """Share of the travellers with every required value."""
        return _share(self.complete, self.travellers)

    @property
    def faults(self) -> float | None:
        """Share of the messages that had an error or were quarantined."""
        return _share(self.wrong, self.messages)

    @property
    def errors_per_hundred(self) -> float | None:
        """Errors in its messages for each hundred travellers that they told of."""
        return 100 * self.errors / self.told if self.told else None

    @property
    def shortfall(self) -> float:
        """How far it falls short, from 0 to 1: the mean of three shares, as far as they are known.

        Voyages without a list in time, travellers who are not complete, messages that were wrong.
        """
        good = (self.punctuality, self.completeness)
        known = [1 - share for share in good if share is not None]
        if self.faults is not None:
            known.append(self.faults)
        return sum(known) / len(known) if known else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """All carriers over a span, the worst first."""

    rows: tuple[CarrierRow, ...]
    days: int
    span: Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """How many travellers have a value that can be used, of those who should."""

    name: str
    filled: int
    of: int

    @property
    def share(self) -> float | None:
        """None where nobody should have it."""
        return _share(self.filled, self.of)


@dataclass(frozen=True, kw_only=True, slots=True)
class CommonError:
    """An error that messages have in common, whatever its values, as its newest example says it."""

    segment: str
    cause: str
    count: int
    message_id: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldVoyage:
    """A voyage, when its first passenger list came, and how it stands with it."""

    voyage: Voyage
    received_at: datetime | None
    state: Delivery

    @property
    def lead(self) -> timedelta | None:
        """How long before the departure the list came; below zero for after it."""
        if self.received_at is None or self.voyage.leaves_at is None:
            return None
        return self.voyage.leaves_at - self.received_at


@dataclass(frozen=True, kw_only=True, slots=True)
class VoyagePage:
    """A page of a carrier's voyages, the last departure first."""

    rows: tuple[ToldVoyage, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CarrierView:
    """One carrier over a span of days.

    Attributes:
        attributes: what its lists told of their travellers.
        errors: the commonest errors of its messages.
        removed: protected content that was left out of its messages: code and how often.
        points: its newest voyages that left, for a chart.
        voyages: its voyages, as many as were asked for.
    """

    row: CarrierRow
    days: int
    span: Span
    attributes: tuple[Attribute, ...]
    errors: tuple[CommonError, ...]
    removed: tuple[tuple[str, int], ...]
    points: tuple[ToldVoyage, ...]
    voyages: VoyagePage


def overview(centre: Centre, actor: Actor, days: int = 30) -> Overview:
    """All carriers with voyages at the actor's ports over the last `days`, the worst first.

    Messages of nobody known stand last. A carrier's own system sees its own row.

    Figures of voyages are of the actor's ports; figures of messages are of all that a carrier sent.
    Raises InvalidInput for a span that is not among STRETCHES.
    """
    actor.require(Permission.SEE_VOYAGES)
    span = _span(centre, actor, days)
    with centre.db.read() as connection:
        rows = _rows(connection, span, days, actor.carrier or None)
    rows = [row for row in rows if row.voyages or actor.everywhere]
    rows.sort(key=lambda row: (not row.carrier, -row.shortfall, -row.voyages, row.carrier))
    return Overview(rows=tuple(rows), days=days, span=span)


def carrier(
    centre: Centre,
    actor: Actor,
    code: str,
    *,
    days: int = 30,
    state: Delivery | None = None,
    page: int = 1,
) -> CarrierView:
    """One carrier; raises NotFound for one that never had to do with the actor's ports."""
    actor.require(Permission.SEE_VOYAGES)
    actor.require_carrier(code)
    now, span = centre.clock(), _span(centre, actor, days)
    with centre.db.read() as connection:
        if not carriers.known(connection, code, ports_of(actor)):
            raise NotFound("nothing is known of this carrier")
        row = next(iter(_rows(connection, span, days, code)), CarrierRow(carrier=code))
        names = (*ATTRIBUTES, PASSENGERS)
        filled = carriers.completeness(connection, span, names, code).get(code, {})
        faulty = carriers.faulty_parts(connection, code, span.since, span.until, _READ)
        total = Counter[str]()
        for removed in carriers.removed(connection, code, span.since, span.until):
            total.update(removed)
        left = Which(carrier=code, span=span, now=now)
        points = carriers.voyages_of(connection, left, offset=0, limit=POINTS)
        ahead = Span(since=span.since, until=now + AHEAD, due=span.due, ports=span.ports)
        wanted = Which(carrier=code, span=ahead, now=now, state=state)
        voyages = _page(connection, wanted, page)
    return CarrierView(
        row=row,
        days=days,
        span=span,
        attributes=_attributes(filled),
        errors=_commonest(faulty),
        removed=tuple(total.most_common()),
        points=_told(points, now, span.due),
        voyages=voyages,
    )


def _span(centre: Centre, actor: Actor, days: int) -> Span:
    if days not in STRETCHES:
        raise InvalidInput(f"days: one of {', '.join(map(str, STRETCHES))}")
    now = centre.clock()
    due = timedelta(minutes=centre.settings.list_due_minutes)
    return Span(since=now - timedelta(days=days), until=now, due=due, ports=ports_of(actor))


def _rows(
    connection: sa.Connection, span: Span, days: int, code: str | None = None
) -> list[CarrierRow]:
    """The figures of every carrier, or of one."""
    flown: dict[str, list[Timeliness]] = {}
    for part in carriers.timeliness(connection, span, STRETCHES[days], code):
        flown.setdefault(part.carrier, []).append(part)
    leads = carriers.median_leads(connection, span, code)
    filled = carriers.completeness(connection, span, [COMPLETE], code)
    wrong = {own.carrier: own for own in carriers.errors(connection, span.since, span.until, code)}
    return [
        _row(
            name, flown.get(name, ()), leads.get(name), filled.get(name, {}), wrong.get(name), days
        )
        for name in {*flown, *filled, *wrong}
    ]


def _row(
    name: str,
    flown: Sequence[Timeliness],
    lead: timedelta | None,
    filled: dict[str, int],
    wrong: Errors | None,
    days: int,
) -> CarrierRow:
    by_stretch = {own.stretch: Stretch(voyages=own.voyages, on_time=own.on_time) for own in flown}
    return CarrierRow(
        carrier=name,
        voyages=sum(own.voyages for own in flown),
        lists=sum(own.lists for own in flown),
        on_time=sum(own.on_time for own in flown),
        lead=lead,
        travellers=filled.get("travellers", 0),
        complete=filled.get(COMPLETE, 0),
        messages=wrong.parts if wrong else 0,
        quarantined=wrong.quarantined if wrong else 0,
        wrong=wrong.wrong if wrong else 0,
        errors=wrong.errors if wrong else 0,
        told=wrong.travellers if wrong else 0,
        trend=tuple(by_stretch.get(n, Stretch()) for n in range(STRETCHES[days])),
    )


def _attributes(filled: dict[str, int]) -> tuple[Attribute, ...]:
    return tuple(
        Attribute(
            name=name,
            filled=filled.get(name, 0),
            of=filled.get(PASSENGERS if name in OF_PASSENGERS else "travellers", 0),
        )
        for name in ATTRIBUTES
    )


def _commonest(faulty: Sequence[FaultyPart]) -> tuple[CommonError, ...]:
    """The errors that come most often; those that differ in a value only are one."""
    counts = Counter[tuple[str, str]]()
    newest: dict[tuple[str, str], tuple[str, Problem]] = {}
    for part in faulty:
        for problem in part.problems:
            if problem.severity is Severity.ERROR:
                key = problem.segment, _ANY_VALUE.sub("…", problem.cause)
                counts[key] += 1
                newest.setdefault(key, (part.message_id, problem))
    found = []
    for key, count in counts.most_common(COMMONEST):
        message_id, problem = newest[key]
        found.append(
            CommonError(
                segment=problem.segment,
                cause=problem.cause,
                count=count,
                message_id=message_id,
                line=problem.line,
            )
        )
    return tuple(found)


def _page(connection: sa.Connection, wanted: Which, page: int) -> VoyagePage:
    total = carriers.count_voyages(connection, wanted)
    pages = max(1, -(-total // PAGE))
    page = min(page, pages)
    rows = carriers.voyages_of(connection, wanted, offset=(page - 1) * PAGE, limit=PAGE)
    return VoyagePage(
        rows=_told(rows, wanted.now, wanted.span.due), total=total, page=page, pages=pages
    )


def _told(rows: Iterable[carriers.Told], now: datetime, due: timedelta) -> tuple[ToldVoyage, ...]:
    return tuple(
        ToldVoyage(
            voyage=own.voyage,
            received_at=own.received_at,
            state=delivery(own.voyage, own.received_at, now, due),
        )
        for own in rows
    )


def _share(part: int, of: int) -> float | None:
    return part / of if of else None
