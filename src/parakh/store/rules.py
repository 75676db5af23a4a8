"""Rules, their versions, and the named lists that they refer to."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from parakh.clock import utc_now
from parakh.domain.hit import Kind
from parakh.domain.rule import RuleState, RuleVersion
from parakh.domain.watchlist import Handling
from parakh.errors import NotFound
from parakh.store.backtests import scope_data, scope_of
from parakh.store.database import Tx
from parakh.store.tables import change, rule, rule_version, value_list, value_list_item

CHANGED = "rule"
"""Kind of change of whatever the rules' screener goes by: versions, and items of lists."""

_OPEN = (RuleState.DRAFT.value, RuleState.IN_REVIEW.value)
_JOINED = sa.select(rule_version, rule.c.name, rule.c.subject).join(
    rule, rule.c.id == rule_version.c.rule_id
)


# --- changing ---------------------------------------------------------------------------------


def add_rule(tx: Tx, rule_id: str, name: str, subject: Kind) -> None:
    """Adds a rule without versions; raises sqlalchemy.exc.IntegrityError when the name is taken."""
    tx.connection.execute(rule.insert().values(id=rule_id, name=name, subject=subject.value))


def save(tx: Tx, value: RuleVersion) -> None:
    """Adds a version, or updates the one with its identifier, and tells the screeners."""
    columns = _columns(value)
    same = rule_version.update().where(rule_version.c.id == value.id)
    if tx.connection.execute(same.values(columns)).rowcount == 0:
        tx.connection.execute(rule_version.insert().values(id=value.id, **columns))
    tx.changed(CHANGED, [value.rule_id])


def lock(connection: sa.Connection, rule_id: str) -> None:
    """Keeps other writers of a rule waiting until the end (PostgreSQL); raises NotFound."""
    query = sa.select(rule.c.id).where(rule.c.id == rule_id).with_for_update()
    if connection.execute(query).one_or_none() is None:
        raise NotFound("there is no such rule")


# --- looking ----------------------------------------------------------------------------------


def get_version(connection: sa.Connection, version_id: str) -> RuleVersion:
    """One version; raises NotFound."""
    row = connection.execute(_JOINED.where(rule_version.c.id == version_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such version of a rule")
    return _version(row)


def in_force(connection: sa.Connection, at: datetime) -> list[RuleVersion]:
    """The versions that raise hits at a moment, the most urgent first, then by name."""
    own = rule_version.c
    query = _JOINED.where(
        own.state == RuleState.APPROVED.value,
        own.active_from.is_(None) | (own.active_from <= at),
        own.active_until.is_(None) | (own.active_until > at),
    ).order_by(own.priority, rule.c.name)
    return [_version(row) for row in connection.execute(query)]


def last_change(connection: sa.Connection) -> int:
    """The number of the newest change of rules or of named lists."""
    newest = sa.select(sa.func.coalesce(sa.func.max(change.c.seq), 0))
    return int(connection.execute(newest.where(change.c.kind == CHANGED)).scalar_one())


def next_turn(connection: sa.Connection, at: datetime) -> datetime | None:
    """The first moment after `at` when a version or an item of a list begins or ends by itself."""
    own, item = rule_version.c, value_list_item.c
    turns = [
        sa.select(sa.func.min(column)).where(column > at, *where)
        for column, where in (
            (own.active_from, (own.state == RuleState.APPROVED.value,)),
            (own.active_until, (own.state == RuleState.APPROVED.value,)),
            (item.expires_at, ()),
        )
    ]
    found = [connection.execute(query).scalar() for query in turns]
    return min((own for own in found if own is not None), default=None)


def versions_of(connection: sa.Connection, rule_id: str) -> list[RuleVersion]:
    """All versions of a rule, the newest first; raises NotFound."""
    found = versions_by_rule(connection, [rule_id]).get(rule_id)
    if not found:
        raise NotFound("there is no such rule")
    return found


def versions_by_rule(
    connection: sa.Connection, rule_ids: Collection[str] | None = None
) -> dict[str, list[RuleVersion]]:
    """All versions of some rules, or of all of them, the newest first."""
    query = _JOINED
    if rule_ids is not None:
        query = query.where(rule_version.c.rule_id.in_(set(rule_ids)))
    found: dict[str, list[RuleVersion]] = {}
    for row in connection.execute(query.order_by(rule_version.c.number.desc())):
        found.setdefault(row.rule_id, []).append(_version(row))
    return found


def by_name(connection: sa.Connection, name: str) -> str | None:
    """The identifier of the rule of a name."""
    found: str | None = connection.execute(sa.select(rule.c.id).where(rule.c.name == name)).scalar()
    return found


def names(connection: sa.Connection) -> dict[str, str]:
    """The names of all rules by identifier, in order of name."""
    query = sa.select(rule.c.id, rule.c.name).order_by(rule.c.name)
    return {row.id: row.name for row in connection.execute(query)}


def waiting(connection: sa.Connection) -> list[RuleVersion]:
    """The versions that wait for a review, the oldest first."""
    query = _JOINED.where(rule_version.c.state == RuleState.IN_REVIEW.value)
    return [_version(row) for row in connection.execute(query.order_by(rule_version.c.written_at))]


def open_version(connection: sa.Connection, rule_id: str) -> RuleVersion | None:
    """The version of a rule that is being written or reviewed; there is one at most."""
    query = _JOINED.where(rule_version.c.rule_id == rule_id, rule_version.c.state.in_(_OPEN))
    row = connection.execute(query.limit(1)).one_or_none()
    return None if row is None else _version(row)


# --- named lists ------------------------------------------------------------------------------


def value_lists(connection: sa.Connection, at: datetime | None = None) -> dict[str, frozenset[str]]:
    """The values of all named lists that stand at a moment (now), by name; empty lists too.

    Those that wait for a second person are not among them.
    """
    moment = at or utc_now()
    query = sa.select(value_list.c.name, value_list_item.c.value).outerjoin(
        value_list_item,
        (value_list_item.c.list_id == value_list.c.id)
        & ~value_list_item.c.waits
        & (value_list_item.c.expires_at.is_(None) | (value_list_item.c.expires_at > moment)),
    )
    found: dict[str, set[str]] = {}
    for name, value in connection.execute(query):
        own = found.setdefault(name, set())
        if value is not None:
            own.add(value)
    return {name: frozenset(values) for name, values in found.items()}


# --- within -----------------------------------------------------------------------------------


def _columns(value: RuleVersion) -> dict[str, object]:
    return {
        "rule_id": value.rule_id,
        "number": value.number,
        "text": value.text,
        "reason": value.reason,
        "instruction": value.instruction,
        "handling": value.handling.value,
        "priority": value.priority,
        "scope": scope_data(value.scope),
        "state": value.state.value,
        "written_by": value.written_by,
        "written_at": value.written_at,
        "authors": sorted(value.authors),
        "active_from": value.active_from,
        "active_until": value.active_until,
        "reviewed_by": value.reviewed_by,
        "reviewed_at": value.reviewed_at,
        "review": value.review,
        "over_budget": value.over_budget,
        "retired_by": value.retired_by,
        "retired_at": value.retired_at,
        "retirement": value.retirement,
    }


def _version(row: sa.Row[tuple[object, ...]]) -> RuleVersion:
    columns = dict(row._mapping)
    return RuleVersion(
        **columns
        | {
            "subject": Kind(columns["subject"]),
            "handling": Handling(columns["handling"]),
            "scope": scope_of(columns["scope"]),
            "state": RuleState(columns["state"]),
            "authors": frozenset(columns["authors"]),
        }
    )
