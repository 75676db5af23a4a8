"""Policies by which lanes are given, with the sealed secrets of their draws."""

import secrets

import sqlalchemy as sa

from parakh.domain.phrase import N_
from parakh.domain.selectivity import BUILT_IN, LEAST_RANDOM, Policy, PolicyState
from parakh.errors import Misconfigured, NotFound
from parakh.screen.selectivity import commitment
from parakh.store.database import Tx, insert_of
from parakh.store.tables import lane_policy
from parakh.store.vault import Vault

PURPOSE = "selectivity"
"""Under this data key the secrets are sealed."""

SECRET_BYTES = 32

BUILT_IN_REASON = N_("It came with the program, and holds until somebody approves another one.")

_TERMS = (
    "red_a_day",
    "yellow_a_day",
    "random_share",
    "trusted_random_share",
    "red_from",
    "yellow_from",
    "blue_from",
)
_IN_FORCE = PolicyState.IN_FORCE.value


def save(tx: Tx, value: Policy) -> None:
    """Adds a policy, or updates the one with its identifier; its secret stays."""
    columns = _columns(value)
    same = lane_policy.update().where(lane_policy.c.id == value.id)
    if tx.connection.execute(same.values(columns)).rowcount == 0:
        tx.connection.execute(lane_policy.insert().values(id=value.id, **columns))


def put_in_force(tx: Tx, vault: Vault, value: Policy) -> str:
    """Stores a policy with a secret of its own, which nobody sees; gives what commits to it."""
    secret = secrets.token_bytes(SECRET_BYTES)
    save(tx, value)
    sealed = vault.seal(tx.connection, PURPOSE, value.id, secret)
    seed = commitment(secret)
    same = lane_policy.update().where(lane_policy.c.id == value.id)
    tx.connection.execute(same.values(secret=sealed, seed=seed))
    return seed


def reveal(tx: Tx, vault: Vault, value: Policy) -> str:
    """Ends a policy, and publishes its secret; gives that in hexadecimal."""
    told = secret_of(tx.connection, vault, value).hex()
    tx.connection.execute(
        lane_policy.update()
        .where(lane_policy.c.id == value.id)
        .values(state=PolicyState.REPLACED.value, secret=None, revealed=told, ended_at=tx.at)
    )
    return told


def secret_of(connection: sa.Connection, vault: Vault, value: Policy) -> bytes:
    """The secret of a policy that is, or was, in force; raises Misconfigured where it is gone."""
    if value.revealed:
        return bytes.fromhex(value.revealed)
    query = sa.select(lane_policy.c.secret).where(lane_policy.c.id == value.id)
    sealed = connection.execute(query).scalar()
    if sealed is None:
        raise Misconfigured("the policy has no secret: it never was in force")
    return vault.open(connection, PURPOSE, value.id, sealed)


def get(connection: sa.Connection, policy_id: str, *, lock: bool = False) -> Policy:
    """One policy; raises NotFound. With `lock` other writers wait until the end (PostgreSQL)."""
    query = sa.select(lane_policy).where(lane_policy.c.id == policy_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("there is no such policy")
    return _policy(row)


def policies(connection: sa.Connection) -> list[Policy]:
    """All policies: the newest first, the one that came with the program last."""
    query = sa.select(lane_policy).order_by(lane_policy.c.proposed_at.desc(), lane_policy.c.id)
    found = [_policy(row) for row in connection.execute(query)]
    return sorted(found, key=lambda own: own.built_in)


def in_force(connection: sa.Connection, port: str, *, share: bool = False) -> Policy | None:
    """The policy by which lanes are given at a port: its own, else the one for all; None before
    any lane was given and any policy approved.

    With `share` nobody ends it before the transaction does (PostgreSQL): a draw from a secret that
    was published meanwhile would be worth nothing.
    """
    query = sa.select(lane_policy).where(
        lane_policy.c.port.in_({port, ""}), lane_policy.c.state == _IN_FORCE
    )
    if share:
        query = query.with_for_update(read=True)
    found = [_policy(row) for row in connection.execute(query)]
    return max(found, key=lambda own: own.port != "", default=None)


def of_port(tx: Tx, port: str) -> Policy | None:
    """The policy in force of that very port, which nobody else replaces meanwhile."""
    query = sa.select(lane_policy).where(
        lane_policy.c.port == port, lane_policy.c.state == _IN_FORCE
    )
    row = tx.connection.execute(query.with_for_update()).one_or_none()
    return None if row is None else _policy(row)


def proposed(connection: sa.Connection, port: str) -> Policy | None:
    """The policy of a port that waits for a second person, if one does."""
    query = sa.select(lane_policy).where(
        lane_policy.c.port == port, lane_policy.c.state == PolicyState.PROPOSED.value
    )
    row = connection.execute(query.limit(1)).one_or_none()
    return None if row is None else _policy(row)


def make_built_in(tx: Tx, vault: Vault) -> Policy:
    """Puts the policy that came with the program in force, unless another worker just did."""
    secret = secrets.token_bytes(SECRET_BYTES)
    value = Policy(
        id=BUILT_IN,
        port="",
        state=PolicyState.IN_FORCE,
        random_share=LEAST_RANDOM,
        seed=commitment(secret),
        reason=BUILT_IN_REASON,
        decided_at=tx.at,
    )
    columns = _columns(value) | {"secret": vault.seal(tx.connection, PURPOSE, BUILT_IN, secret)}
    row = insert_of(tx.connection)(lane_policy).values(id=BUILT_IN, **columns)
    added = row.on_conflict_do_nothing().returning(lane_policy.c.id)
    if tx.connection.execute(added).first() is not None:
        tx.audit("policy.built_in", "lane_policy", BUILT_IN, seed=value.seed)
    return in_force(tx.connection, "", share=True) or value


def _columns(value: Policy) -> dict[str, object]:
    return {
        "port": value.port,
        "state": value.state.value,
        "terms": {name: getattr(value, name) for name in _TERMS},
        "seed": value.seed,
        "revealed": value.revealed,
        "reason": value.reason,
        "proposed_by": value.proposed_by,
        "proposed_at": value.proposed_at,
        "decided_by": value.decided_by,
        "decided_at": value.decided_at,
        "decision": value.decision,
        "ended_at": value.ended_at,
    }


def _policy(row: sa.Row[tuple[object, ...]]) -> Policy:
    own = dict(row._mapping)
    terms = own.pop("terms")
    del own["secret"]
    return Policy(**own | {"state": PolicyState(own["state"])} | terms)
