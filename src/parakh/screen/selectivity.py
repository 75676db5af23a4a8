"""From facts and policy to lane: the draw by chance, and who gets a place that is scarce.

**The draw.** A consignment is drawn where HMAC-SHA256 (RFC 2104, FIPS 180-4), under the secret of
the policy, of its key, its declaration's number and the day, read as a number in [0, 1), is under
the policy's share. The policy publishes SHA-256 of the secret when it comes into force, and the
secret when it ends: nobody can foresee a draw before, nobody can alter one after, and everybody can
do the sum again.

**The places.** Lanes are given as messages come, while better consignments may still come the same
day. A consignment worth `s` gets one of the `b` places that are left if no more than that many are
expected to want one and be worth more: `k + n·P(worth > s) <= b + 1/2`, where `k` is its rank among
those at hand, `n` the number still expected today, and P is measured on those of the last weeks.
This is the budget-ratio policy for the multisecretary problem: what it loses against somebody who
knew the whole day beforehand stays bounded however long the day is (Arlotto and Gurvich, Uniformly
Bounded Regret in the Multisecretary Problem, Stochastic Systems 9(3), 2019). As `k <= b` is asked
for besides, no place is ever given that is not there, however wrong the expectation is.

Those drawn, and those who must be examined, take their places first; some are kept for those of
them that are still to come (see `kept`).
"""

import hashlib
import hmac
import json
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

from parakh.domain.cargo import number_of
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.selectivity import Basis, Lane, Policy

_BITS = 53
"""As many as a double holds exactly, so that every machine reads the same number."""

_TAIL = 0.01
"""Places are kept so that they are too few no oftener than this. Then those drawn are a place or
two more than there are, and are red all the same: chance is never overridden."""

_MANY = 200.0
"""From so many on a Poisson count is told well enough by a normal one."""

_MODEL = N_("{percent}% likely to have a finding, by the cargo model {model}.")
_RANDOM = N_("Drawn by chance, as {percent}% of all consignments are.")
_RANDOM_TRUSTED = N_("Drawn by chance, as {percent}% of those of trusted traders are.")
_TRUSTED = N_("Trusted trader: {name}.")
_ORDINARY = N_("Nothing speaks for a closer look.")


# --- the draw -----------------------------------------------------------------------------------


def draw_key(key: str, reference: str, day: date) -> str:
    """From what a draw is made: the consignment's key, its declaration's number and the day, as one
    JSON list without blanks."""
    told = [key, reference, day.isoformat()]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def drawn_number(secret: bytes, key: str) -> float:
    """The number in [0, 1) that a secret gives a key: the first 53 bits of HMAC-SHA256."""
    digest = hmac.new(secret, key.encode(), hashlib.sha256).digest()
    return (int.from_bytes(digest[:8], "big") >> (64 - _BITS)) / float(2**_BITS)


def commitment(secret: bytes) -> str:
    """What is published of a secret while it is kept: SHA-256, in hexadecimal."""
    return hashlib.sha256(secret).hexdigest()


# --- what speaks for a closer look --------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """One reason for a lane.

    Attributes:
        merit: how likely a finding is by this reason, 0 to 1; the best get the scarce places.
        must: it takes its lane whatever the capacity: a listed one who is to be referred, or a hit
            that an officer confirmed.
    """

    lane: Lane
    basis: Basis
    basis_id: str
    merit: float
    sentence: Phrase
    must: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known of one consignment.

    Attributes:
        claims: of lists, profiles and rules.
        score, model: the cargo model's; None and "" where none was in force.
        trusted: name of the trusted trader behind it, "" for none, with `trusted_id`.
        drawn: whether chance chose it.
        holds: lane in which it has a place already, which it need not win again.
    """

    id: str
    claims: tuple[Claim, ...] = ()
    score: float | None = None
    model: str = ""
    trusted: str = ""
    trusted_id: str = ""
    drawn: bool = False
    holds: Lane | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """The lane that facts and policy give.

    Attributes:
        merit: by which it was ranked; None for those that take their place first.
        squeezed: the lane for which there was no place.
    """

    lane: Lane
    basis: Basis
    basis_id: str
    sentence: Phrase
    merit: float | None
    squeezed: Lane | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """What is left of a port's day.

    Attributes:
        red, yellow: places that are not given yet; None for no bound.
        later: consignments still expected today.
        first: share of them that take a red place first: those drawn, and those who must.
        wanted_red, wanted_yellow: merits with which consignments of the last weeks wanted such a
            place, in rising order; 0 for those that did not, so that there is one for each.
    """

    red: int | None = None
    yellow: int | None = None
    later: float = 0.0
    first: float = 0.0
    wanted_red: Sequence[float] = ()
    wanted_yellow: Sequence[float] = ()


_Waiting = tuple[Facts, tuple[Claim, ...]]


def claims_of(facts: Facts, policy: Policy) -> tuple[Claim, ...]:
    """All that speaks for a closer look: hits and rules, and the model as far as the policy lets
    it, which leaves trusted traders alone."""
    lane = model_lane(facts.score, policy)
    if lane is None or facts.score is None or (facts.trusted and not facts.claims):
        return facts.claims
    sentence = phrase(_MODEL, model=number_of(facts.model), percent=_percent(facts.score))
    model = Claim(
        lane=lane,
        basis=Basis.MODEL,
        basis_id=facts.model,
        merit=facts.score,
        sentence=sentence,
    )
    return (*facts.claims, model)


def model_lane(score: float | None, policy: Policy) -> Lane | None:
    """The lane that a score asks for under a policy; None for none."""
    asked = {
        Lane.RED: policy.red_from,
        Lane.YELLOW: policy.yellow_from,
        Lane.BLUE: policy.blue_from,
    }
    if score is None:
        return None
    return next((own for own, least in asked.items() if least is not None and score >= least), None)


# --- lanes --------------------------------------------------------------------------------------


def lanes(facts: Sequence[Facts], policy: Policy, room: Room) -> list[Given]:
    """The lanes of consignments at hand, in their order, of one port and day.

    Those drawn and those who must be examined are red. The others go best first: to red while there
    is room, from there to yellow, from there to blue, each telling what it was squeezed out of.
    """
    found: dict[str, Given] = {}
    waiting: list[_Waiting] = []
    for own in facts:
        claims = claims_of(own, policy)
        first = _first(own, claims, policy)
        if first is not None:
            found[own.id] = first
        else:
            waiting.append((own, claims))
    new = sum(own.holds is not Lane.RED for own in facts if own.id in found)
    keep = kept(room)
    red = None if room.red is None else room.red - new - keep
    spare = keep - room.later * room.first
    red_now = _winners(waiting, Lane.RED, red, room.later, room.wanted_red, spare)
    found |= {own.id: _from(claim, Lane.RED) for own, claim in red_now}
    waiting = [pair for pair in waiting if pair[0].id not in found]
    yellow_now = _winners(waiting, Lane.YELLOW, room.yellow, room.later, room.wanted_yellow)
    found |= {own.id: _from(claim, Lane.YELLOW) for own, claim in yellow_now}
    found |= {own.id: _rest(own, claims) for own, claims in waiting if own.id not in found}
    return [found[own.id] for own in facts]


def kept(room: Room) -> int:
    """Red places that are kept for those who come later today and take theirs first: the least
    number that a Poisson count of as many as are expected passes with a chance of 1% at most."""
    expected = room.later * room.first
    if expected > _MANY:
        return math.ceil(expected + NormalDist().inv_cdf(1 - _TAIL) * math.sqrt(expected))
    count, term = 0, math.exp(-expected)
    left = 1 - term
    while left > _TAIL:
        count += 1
        term *= expected / count
        left -= term
    return count


def admitted(
    merits: Sequence[float],
    places: int,
    later: float,
    known: Sequence[float],
    spare: float = 0.0,
) -> int:
    """How many of those at hand, whose merits fall, get one of the places (see the module).

    `known` are merits of consignments like those `later` ones, in rising order. `spare` are places
    that cannot be given yet and probably will be, so that nobody is held back for them.
    """
    for rank, merit in enumerate(merits, 1):
        above = len(known) - bisect_right(known, merit)
        wanted = later * above / len(known) if known else 0.0
        if rank > places or wanted > places + spare - rank + 0.5:
            return rank - 1
    return len(merits)


def _first(facts: Facts, claims: Sequence[Claim], policy: Policy) -> Given | None:
    """The red lane of those whom no capacity keeps from it.

    Chance comes before reasons: the hit rate of chance is only sound if those that were drawn and
    had a reason besides are counted with it.
    """
    if facts.drawn:
        share = policy.trusted_random_share if facts.trusted else policy.random_share
        sentence = phrase(_RANDOM_TRUSTED if facts.trusted else _RANDOM, percent=_percent(share))
        return _given(Lane.RED, Basis.RANDOM, "", sentence)
    must = max((own for own in claims if own.must), key=lambda own: own.merit, default=None)
    if must is None:
        return None
    return _given(must.lane, must.basis, must.basis_id, must.sentence)


def _winners(
    waiting: Sequence[_Waiting],
    lane: Lane,
    places: int | None,
    later: float,
    known: Sequence[float],
    spare: float = 0.0,
) -> list[tuple[Facts, Claim]]:
    """Those who claim a lane and hold or win a place there, with the claim that decides."""
    wanting = [(own, best) for own, claims in waiting if (best := _best(claims, lane)) is not None]
    holding = [pair for pair in wanting if pair[0].holds is lane]
    others = [pair for pair in wanting if pair[0].holds is not lane]
    others.sort(key=lambda pair: -pair[1].merit)
    if places is None:
        return wanting
    merits = [claim.merit for _, claim in others]
    return [*holding, *others[: admitted(merits, places, later, known, spare)]]


def _rest(facts: Facts, claims: Sequence[Claim]) -> Given:
    """The lane of those without a place: blue with a claim, else green."""
    best = _best(claims, Lane.BLUE)
    if best is not None:
        return _from(best, Lane.BLUE)
    if facts.trusted:
        sentence = phrase(_TRUSTED, name=facts.trusted)
        return _given(Lane.GREEN, Basis.TRUSTED, facts.trusted_id, sentence, merit=0.0)
    return _given(Lane.GREEN, Basis.ORDINARY, "", phrase(_ORDINARY), merit=0.0)


def _from(claim: Claim, lane: Lane) -> Given:
    squeezed = claim.lane if claim.lane.rank > lane.rank else None
    return Given(
        lane=lane,
        basis=claim.basis,
        basis_id=claim.basis_id,
        sentence=claim.sentence,
        merit=claim.merit,
        squeezed=squeezed,
    )


def _given(
    lane: Lane, basis: Basis, basis_id: str, sentence: Phrase, merit: float | None = None
) -> Given:
    return Given(lane=lane, basis=basis, basis_id=basis_id, sentence=sentence, merit=merit)


def _best(claims: Sequence[Claim], least: Lane) -> Claim | None:
    """The claim that decides among those for a lane or a more thorough one."""
    wanted = [own for own in claims if own.lane.rank >= least.rank]
    return max(wanted, key=lambda own: (own.lane.rank, own.merit), default=None)


def _percent(share: float) -> str:
    """Rounded down, so that 100 means all."""
    return f"{math.floor(1000 * share + 1e-9) / 10:.1f}".removesuffix(".0")
