"""Facts of profiles, and the steps that were taken with them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa

from parakh.domain.profile import Fact, FactKind, ProfileState, Step, StepKind, profile_print
from parakh.normalise.searching import searched
from parakh.store.database import Tx
from parakh.store.profiles import PROFILE_CHANGED
from parakh.store.tables import picture, profile, profile_fact, profile_step

_NOT_SEARCHED = (FactKind.PICTURE, FactKind.MEMBER, FactKind.ASSOCIATION, FactKind.NOTE)


# --- facts ------------------------------------------------------------------------------------


def add_facts(tx: Tx, values: Sequence[Fact]) -> None:
    """Adds facts to their profiles."""
    rows = [_fact_columns(own) | {"id": own.id} for own in values]
    if rows:
        tx.connection.execute(profile_fact.insert(), rows)
        _touch(tx, {own.profile_id for own in values})


def save_fact(tx: Tx, value: Fact) -> None:
    """Updates a fact: checked, withdrawn, or given to another profile."""
    same = profile_fact.c.id == value.id
    tx.connection.execute(profile_fact.update().where(same).values(_fact_columns(value)))
    _touch(tx, [value.profile_id])


def facts(connection: sa.Connection, profile_ids: Iterable[str]) -> list[Fact]:
    """All facts of some profiles, also those taken back, oldest first."""
    mine = profile_fact.c.profile_id.in_(set(profile_ids))
    rows = connection.execute(sa.select(profile_fact).where(mine).order_by(profile_fact.c.id))
    return [_fact(row) for row in rows]


def living_bearer(connection: sa.Connection, schemes: Collection[str], number: str) -> str | None:
    """The newest profile, proposed or in force, that bears a number: the lasting one of those that
    were merged."""
    living = profile.alias("living")
    query = (
        sa.select(living.c.id)
        .join(profile, profile.c.lasting_id == living.c.id)
        .join(profile_fact, profile_fact.c.profile_id == profile.c.id)
        .where(
            profile_fact.c.kind == FactKind.IDENTIFIER.value,
            profile_fact.c.scheme.in_(list(schemes)),
            profile_fact.c.value == number,
            profile_fact.c.withdrawn_at.is_(None),
            living.c.state.in_([own.value for own in ProfileState if own.living]),
        )
        .order_by(living.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()


def prints(connection: sa.Connection, lasting_ids: Collection[str]) -> dict[str, str]:
    """By what each of some profiles is matched now, with all that were merged into it (see
    `parakh.domain.profile.profile_print`); without those that are not there."""
    query = sa.select(profile.c.id, profile.c.lasting_id).where(
        profile.c.lasting_id.in_(list(lasting_ids))
    )
    lasting = {row.id: row.lasting_id for row in connection.execute(query)}
    told: defaultdict[str, list[Fact]] = defaultdict(list)
    for own in facts(connection, lasting):
        told[lasting[own.profile_id]].append(own)
    return {own: profile_print(told[own]) for own in set(lasting.values())}


def associations_to(connection: sa.Connection, profile_ids: Collection[str]) -> list[Fact]:
    """Associations of other profiles to some, that hold."""
    query = sa.select(profile_fact).where(
        profile_fact.c.kind == FactKind.ASSOCIATION.value,
        profile_fact.c.value.in_(list(profile_ids)),
        profile_fact.c.profile_id.not_in(list(profile_ids)),
        profile_fact.c.withdrawn_at.is_(None),
    )
    return [_fact(row) for row in connection.execute(query.order_by(profile_fact.c.id))]


def pictures_there(connection: sa.Connection, ids: Iterable[str]) -> set[str]:
    """Of some pictures, those that were not deleted yet."""
    query = sa.select(picture.c.id).where(picture.c.id.in_(set(ids)))
    return set(connection.execute(query).scalars())


def give_picture(tx: Tx, picture_id: str, profile_id: str) -> None:
    """Makes a picture another profile's, because its fact is."""
    tx.connection.execute(
        picture.update().where(picture.c.id == picture_id).values(owner_id=profile_id)
    )


# --- steps ------------------------------------------------------------------------------------


def add_step(tx: Tx, value: Step) -> None:
    """Notes what was done to a profile."""
    tx.connection.execute(
        profile_step.insert().values(
            id=value.id,
            profile_id=value.profile_id,
            kind=value.kind.value,
            by=value.by,
            at=value.at,
            note=value.note,
            other_id=value.other_id,
        )
    )


def steps(connection: sa.Connection, profile_ids: Iterable[str]) -> list[Step]:
    """What was done to some profiles, oldest first."""
    mine = profile_step.c.profile_id.in_(set(profile_ids))
    rows = connection.execute(sa.select(profile_step).where(mine).order_by(profile_step.c.id))
    return [Step(**{**row._mapping, "kind": StepKind(row.kind)}) for row in rows]


# --- rows and values --------------------------------------------------------------------------


def _touch(tx: Tx, profile_ids: Collection[str]) -> None:
    """A profile whose facts changed goes to the head of the list, and screeners read it again."""
    same = profile.c.id.in_(list(profile_ids))
    tx.connection.execute(profile.update().where(same).values(changed_at=tx.at))
    tx.changed(PROFILE_CHANGED, list(profile_ids))


def _fact_columns(value: Fact) -> dict[str, object]:
    return {
        "profile_id": value.profile_id,
        "kind": value.kind.value,
        "scheme": value.scheme,
        "value": value.value,
        "search": "" if value.kind in _NOT_SEARCHED else searched([value.value])[:400],
        "issuer": value.issuer,
        "note": value.note,
        "source": value.source,
        "since": value.since,
        "until": value.until,
        "by": value.by,
        "at": value.at,
        "checked_by": value.checked_by,
        "checked_at": value.checked_at,
        "withdrawn_by": value.withdrawn_by,
        "withdrawn_at": value.withdrawn_at,
        "withdrawal": value.withdrawal,
    }


def _fact(row: sa.Row[tuple[object, ...]]) -> Fact:
    columns = dict(row._mapping)
    del columns["search"]
    return Fact(**{**columns, "kind": FactKind(columns["kind"])})
