"""Gives lanes to consignments as messages come, within what each port can see to in a day.

Whoever gives lanes at a port holds that port's day until his transaction ends, and counts the
places that are gone from the lanes that stand: two workers never give one place twice, and after a
crash nothing is counted that was not given.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from parakh.domain.cargo import CargoScore
from parakh.domain.consignment import Consignment
from parakh.domain.hit import Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.selectivity import Basis, Draw, Lane, LaneDecision, Policy
from parakh.normalise import codes
from parakh.screen.forecast import HOURS, still_expected
from parakh.screen.selectivity import (
    Facts,
    Given,
    Room,
    claims_of,
    draw_key,
    drawn_number,
    lanes,
    model_lane,
)
from parakh.services import examinations, goods_list
from parakh.services.centre import Centre
from parakh.services.lane_facts import MATERIAL, Known
from parakh.services.selectivity_figures import rule_worth
from parakh.store import assessments, cargo, consignments, lane_draws, lane_policies
from parakh.store import selectivity as store
from parakh.store.database import Tx
from parakh.store.selectivity import Day, NewLane, Ranked, Standing

WEEKS = timedelta(days=28)
"""So far back a port's days tell how many consignments to expect, and how good they are."""

RANKED = 2000
"""So many of the newest are what those that come are held against."""

_SAME_WEEKDAYS = 3
"""With so many of them known, only equal days of the week tell what to expect."""

_LONGEST_REFERENCE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A port, its day, and the policy there, all held by the transaction at hand.

    `passed` are hours since its midnight.
    """

    port: str
    day: Day
    passed: float
    policy: Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class _One:
    """One consignment on its way to a lane."""

    consignment: Consignment
    facts: Facts
    draw: Draw
    digest: str
    before: Standing | None


def give_lanes(
    tx: Tx,
    centre: Centre,
    consignments: Sequence[Consignment],
    hits: Mapping[str, Sequence[Hit]],
    scores: Mapping[str, CargoScore],
) -> list[LaneDecision]:
    """Gives lanes by hits and scores, orders what they ask for, and returns those that are new.

    A lane stands unless what it rests on changed; one that chance gave stands for good, and one
    that an officer gave is only ever raised. What was taken back by its sender gets none.
    """
    present = {own.id: own for own in consignments if not own.cancelled}
    if not present:
        return []
    by_port: dict[str, list[Consignment]] = {}
    for own in present.values():
        by_port.setdefault(own.port, []).append(own)
    # In one order, so that two workers with the same ports never wait for each other in a circle.
    places = {port: hold(tx, centre, port) for port in sorted(by_port)}
    known = Known.of(tx.connection, list(present.values()), hits, scores, tx.at)
    standing = store.standing(tx.connection, present)
    draws = _drawn(tx, centre, present, places, known)
    new: list[NewLane] = []
    for port, place in places.items():
        new += _at(tx, place, by_port[port], known, standing, draws)
    store.save_lanes(tx, new)
    given = [own.decision for own in new]
    examinations.order(tx, centre, [(present[own.consignment_id], own) for own in given])
    if given:
        counts = {lane.value: sum(own.lane is lane for own in given) for lane in Lane}
        tx.audit("lanes.given", "consignment", "all", **counts)
    return given


def give_again(tx: Tx, centre: Centre, ids: Iterable[str]) -> list[LaneDecision]:
    """Gives lanes to consignments by their newest assessments and scores, such as after an officer
    decided on a hit; the goods list follows."""
    found = list(consignments.by_ids(tx.connection, ids).values())
    refs = [Ref(kind=Kind.CONSIGNMENT, id=own.id) for own in found]
    assessed = assessments.assessments_of(tx.connection, refs)
    hits = {ref.id: own[0].hits for ref, own in assessed.items()}
    scores = cargo.scores_of(tx.connection, [own.id for own in found])
    given = give_lanes(tx, centre, found, hits, scores)
    goods_list.follow(tx, [own.id for own in found])
    return given


def hold(tx: Tx, centre: Centre, port: str) -> Place:
    """A port's day, held until the transaction ends.

    On its first consignment it is taken down what rules are worth, so that all of the day are
    ranked alike.
    """
    here = local(centre, port, tx.at)
    day = store.hold_day(tx, port, here.date())
    if day is None:
        worth = rule_worth(tx.connection, tx.at)
        day = Day(day=here.date(), hours=(0,) * HOURS, must=0, worth=worth)
        store.save_day(tx, port, day)
    policy = lane_policies.in_force(tx.connection, port, share=True)
    if policy is None:
        policy = lane_policies.make_built_in(tx, centre.db.vault)
    passed = here.hour + here.minute / 60 + here.second / 3600
    return Place(port=port, day=day, passed=passed, policy=policy)


def policy_at(connection: sa.Connection, port: str) -> Policy | None:
    """The policy by which lanes are given at a port; None before the first lane."""
    return lane_policies.in_force(connection, port)


def local(centre: Centre, port: str, at: datetime) -> datetime:
    """A moment by the clock of a port; by the centre's where the port's zone is not known."""
    found = codes.port(port) if port else None
    zone = ZoneInfo(found.zone) if found and found.zone else centre.settings.zone
    return at.astimezone(zone)


def room_at(connection: sa.Connection, place: Place) -> Room:
    """What is left of a port's day, and what is still to be expected of it."""
    day, policy = place.day, place.policy
    past = store.days(connection, place.port, day.day - WEEKS, day.day)
    arrived = sum(own.arrivals for own in past)
    must = sum(own.must for own in past) / arrived if arrived else 0.0
    used = store.used(connection, place.port, day.day)
    ranked = store.ranked(connection, place.port, day.day - WEEKS, RANKED)
    return Room(
        red=_left(policy.red_a_day, used.get(Lane.RED, 0)),
        yellow=_left(policy.yellow_a_day, used.get(Lane.YELLOW, 0)),
        later=_later(place, past),
        first=min(1.0, policy.random_share + must),
        wanted_red=sorted(_wanted(own, Lane.RED, policy) for own in ranked),
        wanted_yellow=sorted(
            0.0 if own.lane is Lane.RED else _wanted(own, Lane.YELLOW, policy) for own in ranked
        ),
    )


def expected(connection: sa.Connection, place: Place) -> float:
    """How many consignments are still expected in the rest of a port's day."""
    day = place.day.day
    return _later(place, store.days(connection, place.port, day - WEEKS, day))


# --- within -------------------------------------------------------------------------------------


def _drawn(
    tx: Tx,
    centre: Centre,
    present: Mapping[str, Consignment],
    places: Mapping[str, Place],
    known: Known,
) -> dict[str, Draw]:
    """The draw of each consignment: the one that chose it, else that of its declaration, which is
    made now where there is none yet."""
    made = lane_draws.draws_of(tx.connection, present)
    lacking = [
        own for own in present.values() if _of_declaration(made.get(own.id, ()), own) is None
    ]
    keys = store.keys_of(tx.connection, [own.id for own in lacking])
    policies = {places[own.port].policy.id: places[own.port].policy for own in lacking}
    secrets = {
        policy_id: lane_policies.secret_of(tx.connection, centre.db.vault, policy)
        for policy_id, policy in policies.items()
    }
    new = []
    for own in lacking:
        place = places[own.port]
        trusted = own.id in known.trusted
        share = place.policy.trusted_random_share if trusted else place.policy.random_share
        reference = _reference(own)
        key = draw_key(keys[own.id], reference, place.day.day)
        number = drawn_number(secrets[place.policy.id], key)
        draw = Draw(
            consignment_id=own.id,
            policy_id=place.policy.id,
            reference=reference,
            key=key,
            number=number,
            share=share,
            drawn=number < share,
            trusted=trusted,
            at=tx.at,
        )
        new.append(draw)
        made.setdefault(own.id, []).append(draw)
    lane_draws.save_draws(tx, new)
    return {own.id: _standing_draw(made[own.id], own) for own in present.values()}


def _reference(consignment: Consignment) -> str:
    told = consignment.declaration.reference if consignment.declaration else ""
    return told[:_LONGEST_REFERENCE]


def _of_declaration(made: Iterable[Draw], consignment: Consignment) -> Draw | None:
    reference = _reference(consignment)
    return next((own for own in made if own.reference == reference), None)


def _standing_draw(made: Sequence[Draw], consignment: Consignment) -> Draw:
    """Whoever was drawn once stays so, whatever he declares afterwards."""
    chose = next((own for own in made if own.drawn), None)
    return chose or _of_declaration(made, consignment) or made[-1]


def _at(
    tx: Tx,
    place: Place,
    group: Sequence[Consignment],
    known: Known,
    standing: Mapping[str, Standing],
    draws: Mapping[str, Draw],
) -> list[NewLane]:
    """The new lanes at one port; its day is stored with those that came."""
    ones = [_one(own, place, known, standing.get(own.id), draws[own.id]) for own in group]
    first = sum(own.before is None for own in ones)
    hour = int(place.passed)
    hours = tuple(count + (first if at == hour else 0) for at, count in enumerate(place.day.hours))
    place = replace(place, day=replace(place.day, hours=hours))
    open_ones = [own for own in ones if not _stands(own)]
    given: list[Given] = []
    if open_ones:
        room = room_at(tx.connection, place)
        given = lanes([own.facts for own in open_ones], place.policy, room)
    must = sum(
        value.merit is None and value.basis is not Basis.RANDOM and own.before is None
        for own, value in zip(open_ones, given, strict=True)
    )
    store.save_day(tx, place.port, replace(place.day, must=place.day.must + must))
    store.save_claims(tx, {own.facts.id: claims_of(own.facts, place.policy) for own in open_ones})
    pairs = zip(open_ones, given, strict=True)
    return [_new(own, value, place, tx.at) for own, value in pairs if _differs(own, value)]


def _one(
    consignment: Consignment, place: Place, known: Known, before: Standing | None, draw: Draw
) -> _One:
    trader = known.trusted.get(consignment.id)
    score = known.scores.get(consignment.id)
    here = before is not None and before.decision.port == place.port
    facts = Facts(
        id=consignment.id,
        claims=known.claims(consignment.id, place.day.worth),
        score=known.score(consignment.id),
        model=score.model if score else "",
        trusted=trader.name if trader else "",
        trusted_id=trader.id if trader else "",
        drawn=draw.drawn,
        holds=before.decision.lane if before and here else None,
    )
    digest = known.digest(consignment)
    return _One(consignment=consignment, facts=facts, draw=draw, digest=digest, before=before)


def _stands(own: _One) -> bool:
    """Whether nothing changed of what a lane rests on."""
    if own.before is None or own.before.facts != own.digest:
        return False
    if own.facts.drawn and own.before.decision.lane is not Lane.RED:
        return False
    old, new = own.before.decision.score, own.facts.score
    if old is None or new is None:
        return old is new
    return abs(old - new) < MATERIAL


def _differs(own: _One, value: Given) -> bool:
    """Whether a lane is to be given in the place of the one that stands."""
    if own.before is None:
        return True
    old = own.before.decision
    if old.by:
        return value.lane.rank > old.lane.rank
    same = (old.lane, old.basis, old.basis_id, old.squeezed)
    return same != (value.lane, value.basis, value.basis_id, value.squeezed)


def _new(own: _One, value: Given, place: Place, at: datetime) -> NewLane:
    old = own.before.decision if own.before else None
    keeps = old is not None and old.lane is value.lane and old.port == place.port
    decision = LaneDecision(
        id=new_id(),
        consignment_id=own.consignment.id,
        ordinal=old.ordinal + 1 if old else 1,
        lane=value.lane,
        basis=value.basis,
        basis_id=value.basis_id,
        sentence=value.sentence,
        at=at,
        port=place.port,
        # Its place was taken on that day, and is not taken again.
        day=old.day if old is not None and keeps else place.day.day,
        score=own.facts.score,
        policy=place.policy.id,
        draw=own.draw.number,
        draw_key=own.draw.key,
        squeezed=value.squeezed,
    )
    return NewLane(decision=decision, merit=value.merit, facts=own.digest)


def _later(place: Place, past: Sequence[Day]) -> float:
    same = [own for own in past if own.day.weekday() == place.day.day.weekday()]
    told = same if len(same) >= _SAME_WEEKDAYS else past
    return still_expected([own.hours for own in told], place.day.hours, place.passed)


def _left(most: int | None, used: int) -> int | None:
    return None if most is None else most - used


def _wanted(own: Ranked, lane: Lane, policy: Policy) -> float:
    """The merit with which a consignment wanted a lane, or would have under a policy; else 0."""
    asked = own.squeezed or own.lane
    merit = own.merit if own.merit is not None and asked.rank >= lane.rank else 0.0
    by_model = model_lane(own.score, policy)
    if by_model is not None and by_model.rank >= lane.rank and own.score is not None:
        merit = max(merit, own.score)
    return merit
