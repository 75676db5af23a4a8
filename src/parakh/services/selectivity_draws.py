"""Draws by chance, done again: that none was foreseen, altered, left out or overridden."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.selectivity import Draw, Policy
from parakh.screen.selectivity import commitment, drawn_number
from parakh.services.centre import Centre
from parakh.store import audit, lane_draws, lane_policies
from parakh.store.vault import Vault

PAGE = 200
_AT_ONCE = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """One policy's draws, each made again.

    Attributes:
        committed: whether the secret is the one to which the policy committed, there and in the
            audit trail.
        wrong: consignments whose number, share or choice is not what it must be, the first of them;
            `faults` is how many there are.
    """

    policy: Policy
    committed: bool
    draws: int
    drawn: int
    faults: int
    wrong: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether all is as it must be."""
        return self.committed and self.faults == 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """All draws checked.

    Attributes:
        left_out: lanes that the program gave without a draw.
        overridden: consignments that chance chose and that are not red.
    """

    policies: tuple[Checked, ...]
    left_out: int
    overridden: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether all is as it must be."""
        return not self.left_out and not self.overridden and all(own.good for own in self.policies)


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawPage:
    """A page of one policy's draws, in order; `after` is where the next one begins, None at the
    end."""

    policy: Policy
    draws: tuple[Draw, ...]
    after: int | None


def verify(centre: Centre, actor: Actor) -> Verification:
    """Makes every draw again and compares; a check that is audited with its result.

    Draws of a policy in force are checked with its sealed secret, which stays sealed; those of one
    that ended can be checked by anybody, with the secret that was published.
    """
    actor.require(Permission.SEE_AUDIT)
    with centre.db.read() as connection:
        found = Verification(
            policies=tuple(
                _checked(connection, centre.db.vault, own)
                for own in lane_policies.policies(connection)
                if own.seed
            ),
            left_out=lane_draws.undrawn(connection),
            overridden=tuple(lane_draws.drawn_and_not_red(connection)),
        )
    with centre.db.write(actor, Purpose.AUDIT) as tx:
        draws = sum(own.draws for own in found.policies)
        tx.audit("draws.verified", "lane_policy", "all", good=found.good, draws=draws)
    return found


def draws(centre: Centre, actor: Actor, policy_id: str, after: int = 0) -> DrawPage:
    """A page of a policy's draws after a number; a look that is audited. Raises NotFound."""
    actor.require(Permission.SEE_SELECTIVITY)
    with centre.db.read() as connection:
        policy = lane_policies.get(connection, policy_id)
        found = lane_draws.draws(connection, policy_id, after=after, limit=PAGE + 1)
    centre.looked(actor, Purpose.AUDIT, "draws.viewed", "lane_policy", policy_id)
    return DrawPage(
        policy=policy,
        draws=tuple(own for _, own in found[:PAGE]),
        after=found[PAGE - 1][0] if len(found) > PAGE else None,
    )


def _checked(connection: sa.Connection, vault: Vault, policy: Policy) -> Checked:
    secret = lane_policies.secret_of(connection, vault, policy)
    count = drawn = 0
    wrong = []
    for own in _all(connection, policy.id):
        count += 1
        drawn += own.drawn
        if not _sound(own, secret, policy):
            wrong.append(own.consignment_id)
    return Checked(
        policy=policy,
        committed=commitment(secret) == policy.seed == _published(connection, policy),
        draws=count,
        drawn=drawn,
        faults=len(wrong),
        wrong=tuple(wrong[:PAGE]),
    )


def _published(connection: sa.Connection, policy: Policy) -> str:
    """What the audit trail says that the policy committed to when it came into force."""
    action = "policy.built_in" if policy.built_in else "policy.approved"
    row = audit.newest(connection, action, policy.id)
    return str(json.loads(row.detail).get("seed", "")) if row else ""


def _sound(own: Draw, secret: bytes, policy: Policy) -> bool:
    share = policy.trusted_random_share if own.trusted else policy.random_share
    return (
        drawn_number(secret, own.key) == own.number
        and own.share == share
        and own.drawn == (own.number < own.share)
        and json.loads(own.key)[1] == own.reference
    )


def _all(connection: sa.Connection, policy_id: str) -> Iterator[Draw]:
    after = 0
    while some := lane_draws.draws(connection, policy_id, after=after, limit=_AT_ONCE):
        yield from (own for _, own in some)
        after = some[-1][0]
