"""Hit rates by lane, reason and chance: targeting must beat chance to stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.selectivity import Basis, Lane
from parakh.errors import InvalidInput
from parakh.learn.lane_quality import Tally, Verdict, tally, verdict
from parakh.services.centre import Centre
from parakh.store import examinations, rules
from parakh.store import selectivity as store

SPANS = (30, 90, 180, 365)
"""Days over which figures are told."""

WORTH_DAYS = 180
"""What a hit of a rule is worth is told by so many days."""

_SENTENCES = {
    Verdict.BEATS: N_("It beats chance: {found} of {examined}, chance {other} of {drawn}."),
    Verdict.OPEN: N_(
        "It cannot be told from chance yet: {found} of {examined}, chance {other} of {drawn}."
    ),
    Verdict.WORSE: N_(
        "It does worse than chance and should be retired: {found} of {examined}, chance {other} of"
        " {drawn}."
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """How one reason for a closer look does; consignments that were drawn are left out, for they
    are what it is held against.

    Attributes:
        basis_id: the rule, or the model's version; "" for hits of lists, told together.
        name: of the rule, else "".
        sentence: the verdict in words.
    """

    basis: Basis
    basis_id: str
    name: str
    tally: Tally
    verdict: Verdict
    sentence: Phrase


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What came of the lanes that were given in some days.

    Attributes:
        lanes: by the lane that stands.
        chance: those drawn by chance; `chance_trusted` of trusted traders, who have a share of
            their own and are told apart.
        reasons: the most examined first.
    """

    days: int
    port: str | None
    lanes: Mapping[Lane, Tally]
    bases: Mapping[Basis, Tally]
    chance: Tally
    chance_trusted: Tally
    reasons: tuple[Reason, ...]


def figures(centre: Centre, actor: Actor, *, days: int = 90, port: str | None = None) -> Figures:
    """What came of the lanes of the last days, at one port or all; names nobody.

    Raises InvalidInput for a span that is not offered.
    """
    actor.require(Permission.SEE_SELECTIVITY)
    if days not in SPANS:
        raise InvalidInput(f"days: one of {', '.join(map(str, SPANS))}")
    until = centre.clock()
    since = until - timedelta(days=days)
    with centre.db.read() as connection:
        given = store.given_between(connection, since, until + timedelta(seconds=1), port)
        drawn = store.chosen(connection, given)
        found = examinations.found(connection, since, until + timedelta(seconds=1))
        claimed = store.claimed(connection, given)
        names = rules.names(connection)
    chance = tally([own for own, trusted in drawn.items() if not trusted], found)
    reasons = [
        _reason(basis, basis_id, names, tally(ids - drawn.keys(), found), chance)
        for (basis, basis_id), ids in claimed.items()
    ]
    reasons.sort(key=lambda own: (-own.tally.examined, -own.tally.given, own.basis_id))
    return Figures(
        days=days,
        port=port,
        lanes={lane: _among(given, lane, found, 0) for lane in Lane},
        bases={basis: _among(given, basis, found, 1) for basis in Basis},
        chance=chance,
        chance_trusted=tally([own for own, trusted in drawn.items() if trusted], found),
        reasons=tuple(reasons),
    )


def rule_worth(connection: sa.Connection, at: datetime) -> dict[str, float]:
    """How likely a hit of each rule is to be followed by a finding, by rules' identifiers."""
    found = examinations.found(connection, at - timedelta(days=WORTH_DAYS), at)
    return {
        basis_id: tally(ids, found).worth
        for (basis, basis_id), ids in store.claimed(connection, found).items()
        if basis is Basis.RULE
    }


def _among(
    given: Mapping[str, tuple[Lane, Basis]],
    wanted: Lane | Basis,
    found: Mapping[str, bool],
    place: int,
) -> Tally:
    return tally([own for own, told in given.items() if told[place] is wanted], found)


def _reason(
    basis: Basis, basis_id: str, names: Mapping[str, str], own: Tally, chance: Tally
) -> Reason:
    said = verdict(own, chance)
    sentence = phrase(
        _SENTENCES[said],
        found=own.found,
        examined=own.examined,
        other=chance.found,
        drawn=chance.examined,
    )
    return Reason(
        basis=basis,
        basis_id=basis_id,
        name=names.get(basis_id, "") if basis is Basis.RULE else "",
        tally=own,
        verdict=said,
        sentence=sentence,
    )
