"""Lanes that consignments were given, their draws, and a port's days."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from parakh.domain.phrase import Phrase
from parakh.domain.selectivity import Basis, Lane, LaneDecision
from parakh.screen.selectivity import Claim
from parakh.store.batches import batches
from parakh.store.codec import PHRASE
from parakh.store.database import Tx, insert_of, next_value
from parakh.store.tables import consignment, lane_claim, lane_day, lane_decision, lane_draw

SEQUENCE = "lane"

_HOURS = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The lane that a consignment has, and on what it rests (see `facts_digest`)."""

    decision: LaneDecision
    facts: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NewLane:
    """A lane to be stored: by what it was ranked (None where it was not), and on what it rests."""

    decision: LaneDecision
    merit: float | None
    facts: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """One port's day: arrivals by hour, those who had to be examined, what rules are worth."""

    day: date
    hours: tuple[int, ...]
    must: int
    worth: Mapping[str, float]

    @property
    def arrivals(self) -> int:
        """Consignments that were given their first lane."""
        return sum(self.hours)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """How a consignment stood among the others when it was given its first lane."""

    lane: Lane
    squeezed: Lane | None
    merit: float | None
    score: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A standing lane, as the declaration system is told of it."""

    seq: int
    decision: LaneDecision
    reference: str
    declaration: str


# --- lanes --------------------------------------------------------------------------------------


def lanes_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, LaneDecision]:
    """The lanes that consignments have now; those without one are left out."""
    return {own: found.decision for own, found in standing(connection, ids).items()}


def standing(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Standing]:
    """The same with what they rest on."""
    found: dict[str, Standing] = {}
    for some in batches(ids):
        query = sa.select(lane_decision).where(
            lane_decision.c.consignment_id.in_(some), lane_decision.c.standing
        )
        for row in connection.execute(query):
            found[row.consignment_id] = Standing(decision=_decision(row), facts=row.facts)
    return found


def all_lanes(connection: sa.Connection, consignment_id: str) -> list[LaneDecision]:
    """Every lane that a consignment was given, the newest first."""
    query = (
        sa.select(lane_decision)
        .where(lane_decision.c.consignment_id == consignment_id)
        .order_by(lane_decision.c.ordinal.desc())
    )
    return [_decision(row) for row in connection.execute(query)]


def save_lanes(tx: Tx, values: Sequence[NewLane]) -> None:
    """Adds lanes, which stand from now on in the place of those before."""
    if not values:
        return
    for some in batches(own.decision.consignment_id for own in values):
        tx.connection.execute(
            lane_decision.update()
            .where(lane_decision.c.consignment_id.in_(some), lane_decision.c.standing)
            .values(standing=False)
        )
    first = next_value(tx.connection, SEQUENCE, len(values)) - len(values) + 1
    rows = [_columns(own, first + place) for place, own in enumerate(values)]
    tx.connection.execute(lane_decision.insert(), rows)


def told_after(
    connection: sa.Connection,
    seq: int,
    since: datetime,
    limit: int,
    ports: Collection[str] | None = None,
) -> list[Told]:
    """Standing lanes with a number above `seq` that were given from a moment on, in their order;
    at some ports, or all."""
    query = (
        sa.select(lane_decision, consignment.c.reference, consignment.c.declaration_reference)
        .join(consignment, consignment.c.id == lane_decision.c.consignment_id)
        .where(lane_decision.c.seq > seq, lane_decision.c.at >= since, lane_decision.c.standing)
        .order_by(lane_decision.c.seq)
        .limit(limit)
    )
    if ports is not None:
        query = query.where(lane_decision.c.port.in_(ports))
    return [
        Told(
            seq=row.seq,
            decision=_decision(row),
            reference=row.reference,
            declaration=row.declaration_reference or "",
        )
        for row in connection.execute(query)
    ]


def keys_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, str]:
    """The keys by which consignments are told apart, as their senders gave them."""
    found: dict[str, str] = {}
    for some in batches(ids):
        query = sa.select(consignment.c.id, consignment.c.key).where(consignment.c.id.in_(some))
        found |= {row.id: row.key for row in connection.execute(query)}
    return found


# --- a port's day -------------------------------------------------------------------------------


def hold_day(tx: Tx, port: str, day: date) -> Day | None:
    """A port's day, which nobody else gives lanes on until this transaction ends (SQLite has one
    writer anyway); None for one that begins with this, and is held all the same."""
    added = (
        insert_of(tx.connection)(lane_day)
        .values(port=port, day=day, hours=[0] * _HOURS, worth={})
        .on_conflict_do_nothing()
        .returning(lane_day.c.port)
    )
    new = tx.connection.execute(added).first() is not None
    query = sa.select(lane_day).where(_same(port, day)).with_for_update()
    row = tx.connection.execute(query).one()
    return None if new else _day(row)


def save_day(tx: Tx, port: str, value: Day) -> None:
    """Stores a day that is held."""
    tx.connection.execute(
        lane_day.update()
        .where(_same(port, value.day))
        .values(hours=list(value.hours), must=value.must, worth=dict(value.worth))
    )


def days(connection: sa.Connection, port: str, since: date, until: date) -> list[Day]:
    """A port's days from the first to before the last, those with any consignment."""
    query = sa.select(lane_day).where(
        lane_day.c.port == port, lane_day.c.day >= since, lane_day.c.day < until
    )
    return [own for own in map(_day, connection.execute(query)) if own.arrivals]


def used(connection: sa.Connection, port: str, day: date) -> dict[Lane, int]:
    """How many consignments have each lane on a port's day."""
    query = (
        sa.select(lane_decision.c.lane, sa.func.count())
        .where(lane_decision.c.port == port, lane_decision.c.day == day, lane_decision.c.standing)
        .group_by(lane_decision.c.lane)
    )
    return {Lane(row[0]): int(row[1]) for row in connection.execute(query)}


def ports_on(connection: sa.Connection, since: date) -> list[str]:
    """Ports at which lanes were given from a day on, in order."""
    query = sa.select(lane_day.c.port).where(lane_day.c.day >= since).distinct()
    return sorted(connection.execute(query).scalars())


def squeezed(connection: sa.Connection, port: str, day: date) -> int:
    """How many were squeezed out of red on a port's day."""
    query = sa.select(sa.func.count()).where(
        lane_decision.c.port == port,
        lane_decision.c.day == day,
        lane_decision.c.standing,
        lane_decision.c.squeezed == Lane.RED.value,
    )
    return int(connection.execute(query).scalar_one())


def ranked(connection: sa.Connection, port: str, since: date, limit: int) -> list[Ranked]:
    """How the newest consignments of a port stood, from a day on."""
    own = lane_decision.c
    query = (
        sa.select(own.lane, own.squeezed, own.merit, own.score)
        .where(own.port == port, own.day >= since, own.ordinal == 1)
        .order_by(own.day.desc(), own.seq.desc())
        .limit(limit)
    )
    return [
        Ranked(
            lane=Lane(row.lane),
            squeezed=Lane(row.squeezed) if row.squeezed else None,
            merit=row.merit,
            score=row.score,
        )
        for row in connection.execute(query)
    ]


# --- claims -------------------------------------------------------------------------------------


def save_claims(tx: Tx, claims: Mapping[str, Sequence[Claim]]) -> None:
    """Stores what speaks for a closer look at consignments, in the place of what did before."""
    for some in batches(claims):
        tx.connection.execute(lane_claim.delete().where(lane_claim.c.consignment_id.in_(some)))
    rows = [
        {
            "consignment_id": consignment_id,
            "ordinal": ordinal,
            "basis": own.basis.value,
            "basis_id": own.basis_id,
            "lane": own.lane.value,
            "merit": own.merit,
            "must": own.must,
        }
        for consignment_id, mine in claims.items()
        for ordinal, own in enumerate(mine, 1)
    ]
    if rows:
        tx.connection.execute(lane_claim.insert(), rows)


def must_hits(connection: sa.Connection, consignment_id: str) -> set[str]:
    """The hits that keep a consignment red whatever the capacity."""
    query = sa.select(lane_claim.c.basis_id).where(
        lane_claim.c.consignment_id == consignment_id, lane_claim.c.must
    )
    return set(connection.execute(query).scalars())


def claimed(
    connection: sa.Connection, ids: Iterable[str]
) -> dict[tuple[Basis, str], frozenset[str]]:
    """For each reason (basis and its identifier) the consignments, among some, that it spoke of.

    Hits of lists are told together, for each has a hit of its own.
    """
    found: dict[tuple[Basis, str], set[str]] = {}
    for some in batches(ids):
        query = sa.select(
            lane_claim.c.consignment_id, lane_claim.c.basis, lane_claim.c.basis_id
        ).where(lane_claim.c.consignment_id.in_(some))
        for row in connection.execute(query):
            basis = Basis(row.basis)
            reason = (basis, "" if basis is Basis.HIT else row.basis_id)
            found.setdefault(reason, set()).add(row.consignment_id)
    return {reason: frozenset(own) for reason, own in found.items()}


# --- figures ------------------------------------------------------------------------------------


def given_between(
    connection: sa.Connection, since: datetime, until: datetime, port: str | None = None
) -> dict[str, tuple[Lane, Basis]]:
    """Consignments whose standing lane was given in a span, with lane and basis; at one port, or
    all of them."""
    own = lane_decision.c
    query = sa.select(own.consignment_id, own.lane, own.basis).where(
        own.at >= since, own.at < until, own.standing
    )
    if port is not None:
        query = query.where(own.port == port)
    return {
        row.consignment_id: (Lane(row.lane), Basis(row.basis)) for row in connection.execute(query)
    }


def chosen(connection: sa.Connection, ids: Collection[str]) -> dict[str, bool]:
    """Those of some consignments that chance chose; True for those with a trusted trader."""
    found: dict[str, bool] = {}
    for some in batches(ids):
        query = sa.select(lane_draw.c.consignment_id, lane_draw.c.trusted).where(
            lane_draw.c.consignment_id.in_(some), lane_draw.c.drawn
        )
        found |= {row.consignment_id: row.trusted for row in connection.execute(query)}
    return found


# --- within -------------------------------------------------------------------------------------


def _same(port: str, day: date) -> sa.ColumnElement[bool]:
    return (lane_day.c.port == port) & (lane_day.c.day == day)


def _columns(value: NewLane, seq: int) -> dict[str, object]:
    own = value.decision
    return {
        "id": own.id,
        "seq": seq,
        "consignment_id": own.consignment_id,
        "ordinal": own.ordinal,
        "standing": True,
        "lane": own.lane.value,
        "basis": own.basis.value,
        "basis_id": own.basis_id,
        "sentence": PHRASE.dump(own.sentence),
        "at": own.at,
        "port": own.port,
        "day": own.day,
        "score": own.score,
        "merit": value.merit,
        "policy": own.policy,
        "draw": own.draw,
        "draw_key": own.draw_key,
        "squeezed": own.squeezed and own.squeezed.value,
        "by": own.by,
        "reason": own.reason,
        "facts": value.facts,
    }


def _decision(row: sa.Row[tuple[object, ...]]) -> LaneDecision:
    own = row._mapping
    sentence: Phrase = PHRASE.load(own["sentence"])
    return LaneDecision(
        id=own["id"],
        consignment_id=own["consignment_id"],
        ordinal=own["ordinal"],
        lane=Lane(own["lane"]),
        basis=Basis(own["basis"]),
        basis_id=own["basis_id"],
        sentence=sentence,
        at=own["at"],
        port=own["port"],
        day=own["day"],
        score=own["score"],
        policy=own["policy"],
        draw=own["draw"],
        draw_key=own["draw_key"],
        squeezed=Lane(own["squeezed"]) if own["squeezed"] else None,
        by=own["by"],
        reason=own["reason"],
    )


def _day(row: sa.Row[tuple[object, ...]]) -> Day:
    own = row._mapping
    return Day(
        day=own["day"], hours=tuple(own["hours"]), must=own["must"], worth=dict(own["worth"])
    )
