"""Takes out profiles that ended long ago, with all that was told of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.phrase import N_, phrase
from parakh.domain.profile import FactKind, ProfileState, StepKind
from parakh.store.codec import PHRASE
from parakh.store.database import Tx
from parakh.store.profiles import PROFILE_CHANGED
from parakh.store.tables import (
    case_key,
    case_party,
    hit,
    notice,
    picture,
    profile,
    profile_fact,
    profile_follow,
    profile_step,
    redress,
    redress_number,
)

_OVER = (ProfileState.CLOSED, ProfileState.REJECTED, ProfileState.EXPIRED)
_ENDS = (StepKind.CLOSED, StepKind.REJECTED, StepKind.EXPIRED)
_GONE = phrase(N_("The profile was deleted: its time was over."))
_NO_NAME = "–"


def ended(connection: sa.Connection, ids: Iterable[str]) -> dict[str, datetime]:
    """When each of some profiles ended the last time; those that are not over are left out."""
    query = _last_end().where(profile.c.id.in_(list(ids)))
    return {row.id: row.at for row in connection.execute(query)}


def due(connection: sa.Connection, before: datetime, most: int) -> list[str]:
    """Profiles that ended before a moment and were not proposed again, without those merged."""
    last = _last_end().subquery()
    query = sa.select(last.c.id).where(last.c.at < before).order_by(last.c.id).limit(most)
    return list(connection.execute(query).scalars())


def _last_end() -> sa.Select[tuple[str, datetime]]:
    at = sa.func.max(profile_step.c.at, type_=profile_step.c.at.type).label("at")
    return (
        sa.select(profile.c.id, at)
        .join(profile_step, profile_step.c.profile_id == profile.c.id)
        .where(
            profile.c.state.in_([own.value for own in _OVER]),
            profile_step.c.kind.in_([own.value for own in _ENDS]),
        )
        .group_by(profile.c.id)
    )


def forget(tx: Tx, lasting_ids: Sequence[str]) -> None:
    """Deletes profiles with all that were merged into them: what was told, pictures, notices,
    associations of others, and the records of whoever was cleared of belonging to them. Hits say no
    more than that there was a profile; cases, that one was in them."""
    connection = tx.connection
    family = sa.select(profile.c.id).where(profile.c.lasting_id.in_(list(lasting_ids)))
    ids = list(connection.execute(family).scalars())
    records = sa.select(redress.c.id).where(redress.c.profile_id.in_(ids))
    parties = sa.select(case_party.c.id).where(case_party.c.ref_id.in_(ids))
    ties = profile_fact.c.value.in_(ids) & (profile_fact.c.kind == FactKind.ASSOCIATION.value)
    for query in (
        hit.update().where(hit.c.redress_id.in_(records)).values(redress_id=None),
        hit.update()
        .where(hit.c.target_id.in_(ids))
        .values(sentence=PHRASE.dump(_GONE), evidence=[]),
        redress_number.delete().where(redress_number.c.redress_id.in_(records)),
        redress.delete().where(redress.c.profile_id.in_(ids)),
        picture.delete().where(picture.c.owner_id.in_(ids)),
        notice.delete().where(notice.c.subject_id.in_(ids)),
        profile_follow.delete().where(profile_follow.c.profile_id.in_(ids)),
        case_key.delete().where(case_key.c.party_id.in_(parties)),
        case_party.update().where(case_party.c.ref_id.in_(ids)).values(label=_NO_NAME, ref_id=""),
        profile_fact.delete().where(profile_fact.c.profile_id.in_(ids) | ties),
        profile_step.delete().where(profile_step.c.profile_id.in_(ids)),
        profile.delete().where(profile.c.id.in_(ids)),
    ):
        connection.execute(query)
    tx.changed(PROFILE_CHANGED, ids)
