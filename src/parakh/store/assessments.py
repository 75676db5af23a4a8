"""Assessments and hits."""

from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa

from parakh.domain.hit import Advice, Assessment, Hit, HitState, Kind, Ref, ScreenerResult
from parakh.domain.masking import named, without_names
from parakh.errors import NotFound
from parakh.store.batches import batches
from parakh.store.codec import EVIDENCE, PHRASE, RESULTS
from parakh.store.tables import (
    alert,
    assessment,
    assessment_hit,
    hit,
    hit_named,
    redress,
    traveller,
)


def hits_of(connection: sa.Connection, subjects: Iterable[Ref]) -> dict[Ref, list[Hit]]:
    """All hits ever raised on subjects, strongest first."""
    wanted = set(subjects)
    query = (
        sa.select(hit)
        .where(hit.c.subject_id.in_({ref.id for ref in wanted}))
        .order_by(hit.c.score.desc(), hit.c.id)
    )
    found: dict[Ref, list[Hit]] = {}
    for row in connection.execute(query):
        value = _hit(row)
        if value.subject in wanted:
            found.setdefault(value.subject, []).append(value)
    return found


def get_hit(connection: sa.Connection, hit_id: str) -> Hit:
    """One hit; raises NotFound."""
    row = connection.execute(sa.select(hit).where(hit.c.id == hit_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such hit")
    return _hit(row)


def hits_by_id(connection: sa.Connection, ids: Iterable[str]) -> list[Hit]:
    """Hits by their identifiers, as far as they are there."""
    rows = connection.execute(sa.select(hit).where(hit.c.id.in_(set(ids))))
    return [_hit(row) for row in rows]


def confirmed_on_entries(
    connection: sa.Connection, ids: Iterable[str], *, but: str
) -> list[tuple[str, str]]:
    """Travellers with watchlist entries of which a human confirmed a hit; `but` is a screener
    whose hits are left out."""
    found: list[tuple[str, str]] = []
    for some in batches(ids):
        query = sa.select(hit.c.subject_id, hit.c.target_id).where(
            hit.c.subject_id.in_(some),
            hit.c.subject_kind == Kind.TRAVELLER.value,
            hit.c.target_kind == Kind.WATCHLIST_ENTRY.value,
            hit.c.state == HitState.CONFIRMED.value,
            hit.c.screener_id != but,
        )
        found += [(row.subject_id, row.target_id) for row in connection.execute(query)]
    return sorted(set(found))


def alerted(connection: sa.Connection, subjects: Iterable[Ref]) -> set[str]:
    """Identifiers of the subjects' hits that some unit was alerted to."""
    query = (
        sa.select(assessment_hit.c.hit_id)
        .join(alert, alert.c.assessment_id == assessment_hit.c.assessment_id)
        .where(alert.c.subject_id.in_({ref.id for ref in subjects}))
    )
    return set(connection.execute(query).scalars())


def save_assessments(connection: sa.Connection, values: Sequence[Assessment]) -> None:
    """Adds assessments with their hits; hits that are known already keep their state."""
    rows = [
        {
            "id": value.id,
            "subject_kind": value.subject.kind.value,
            "subject_id": value.subject.id,
            "cause": value.cause,
            "at": value.at,
            "advice": value.advice.value,
            "results": RESULTS.dump(value.results),
        }
        for value in values
    ]
    if rows:
        connection.execute(assessment.insert(), rows)
    for value in values:
        for own in value.hits:
            _save_hit(connection, own)
            _note_named(connection, own)
    links = [
        {"assessment_id": value.id, "hit_id": own.id} for value in values for own in value.hits
    ]
    if links:
        connection.execute(assessment_hit.insert(), links)


def assessments_of(
    connection: sa.Connection, subjects: Iterable[Ref]
) -> dict[Ref, list[Assessment]]:
    """Every assessment of subjects, newest first."""
    wanted = set(subjects)
    query = (
        sa.select(assessment)
        .where(assessment.c.subject_id.in_({ref.id for ref in wanted}))
        .order_by(assessment.c.id.desc())
    )
    rows = list(connection.execute(query))
    hits = hits_by_assessment(connection, [row.id for row in rows])
    found: dict[Ref, list[Assessment]] = {}
    for row in rows:
        value = _assessment(row, hits.get(row.id, ()))
        if value.subject in wanted:
            found.setdefault(value.subject, []).append(value)
    return found


def get_assessment(connection: sa.Connection, assessment_id: str) -> Assessment:
    """One assessment with its hits; raises NotFound."""
    query = sa.select(assessment).where(assessment.c.id == assessment_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("there is no such assessment")
    return _assessment(row, hits_by_assessment(connection, [row.id]).get(row.id, ()))


def hits_by_assessment(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[Hit]]:
    """The hits of each assessment, strongest first."""
    query = (
        sa.select(assessment_hit.c.assessment_id, hit)
        .join(hit, hit.c.id == assessment_hit.c.hit_id)
        .where(assessment_hit.c.assessment_id.in_(ids))
        .order_by(hit.c.score.desc(), hit.c.id)
    )
    found: dict[str, list[Hit]] = {}
    for row in connection.execute(query):
        found.setdefault(row.assessment_id, []).append(_hit(row))
    return found


def newest_results(
    connection: sa.Connection, subjects: Iterable[Ref]
) -> dict[str, tuple[ScreenerResult, ...]]:
    """For each subject (by identifier) that was assessed, how the screeners fared the last time."""
    newest = (
        sa.select(sa.func.max(assessment.c.id))
        .where(assessment.c.subject_id.in_({ref.id for ref in subjects}))
        .group_by(assessment.c.subject_id)
    )
    query = sa.select(assessment.c.subject_id, assessment.c.results).where(
        assessment.c.id.in_(newest)
    )
    return {row.subject_id: RESULTS.load(row.results) for row in connection.execute(query)}


def hits_by_voyage(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[Hit]]:
    """All hits on travellers of voyages."""
    query = (
        sa.select(traveller.c.voyage_id, hit)
        .join(traveller, traveller.c.id == hit.c.subject_id)
        .where(
            hit.c.subject_kind == Kind.TRAVELLER.value,
            traveller.c.voyage_id.in_(ids),
            traveller.c.joined_to.is_(None),
        )
    )
    found: dict[str, list[Hit]] = {}
    for row in connection.execute(query):
        found.setdefault(row.voyage_id, []).append(_hit(row))
    return found


def advice_by_voyage(connection: sa.Connection, ids: Sequence[str]) -> dict[str, set[Advice]]:
    """Which advice the newest assessments of a voyage's travellers gave."""
    newest = (
        sa.select(traveller.c.voyage_id, sa.func.max(assessment.c.id).label("id"))
        .join(assessment, assessment.c.subject_id == traveller.c.id)
        .where(traveller.c.voyage_id.in_(ids), traveller.c.joined_to.is_(None))
        .group_by(traveller.c.voyage_id, traveller.c.id)
        .subquery()
    )
    query = (
        sa.select(newest.c.voyage_id, assessment.c.advice)
        .join(assessment, assessment.c.id == newest.c.id)
        .distinct()
    )
    found: dict[str, set[Advice]] = {}
    for row in connection.execute(query):
        found.setdefault(row.voyage_id, set()).add(Advice(row.advice))
    return found


def advice_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Advice]:
    """The advice of the newest assessment of each of some travellers that has one."""
    newest = (
        sa.select(sa.func.max(assessment.c.id))
        .where(
            assessment.c.subject_id.in_(list(ids)),
            assessment.c.subject_kind == Kind.TRAVELLER.value,
        )
        .group_by(assessment.c.subject_id)
    )
    query = sa.select(assessment.c.subject_id, assessment.c.advice).where(
        assessment.c.id.in_(newest)
    )
    return {row.subject_id: Advice(row.advice) for row in connection.execute(query)}


def decide_hit(connection: sa.Connection, value: Hit) -> bool:
    """Stores a human's decision; False when somebody else decided in the meantime."""
    result = connection.execute(
        hit.update()
        .where(hit.c.id == value.id, hit.c.state == HitState.OPEN.value)
        .values(
            state=value.state.value,
            decided_by=value.decided_by,
            decided_at=value.decided_at,
            reason=value.reason,
        )
    )
    return result.rowcount == 1


def restate(connection: sa.Connection, value: Hit) -> bool:
    """Stores that a cleared hit is open again, or cleared by another record; False if it was not
    cleared any more."""
    result = connection.execute(
        hit.update()
        .where(hit.c.id == value.id, hit.c.state == HitState.CLEARED.value)
        .values(
            state=value.state.value,
            decided_by=value.decided_by,
            decided_at=value.decided_at,
            reason=value.reason,
            redress_id=value.redress_id,
        )
    )
    return result.rowcount == 1


def hits_under(connection: sa.Connection, redress_id: str) -> list[Hit]:
    """The hits that a redress record cleared when they were raised again, newest first."""
    query = sa.select(hit).where(hit.c.redress_id == redress_id).order_by(hit.c.id.desc())
    return [_hit(row) for row in connection.execute(query)]


def rehome(connection: sa.Connection, old_id: str, new_id: str) -> None:
    """Gives one traveller's hits, assessments and alerts to whom he turned out to be.

    Of two hits on the same target by the same screener one stays; a human's decision stays with it,
    and so does what he saw when he decided and the record that he made, so that the next screening
    knows whether he would see something else.
    """
    ours = {_pair(row): row for row in _hit_rows(connection, new_id)}
    for row in _hit_rows(connection, old_id):
        same = ours.get(_pair(row))
        if same is None:
            connection.execute(hit.update().where(hit.c.id == row.id).values(subject_id=new_id))
        elif same.state == HitState.OPEN.value != row.state:
            decision = {name: row._mapping[name] for name in _DECISION}
            connection.execute(hit.update().where(hit.c.id == same.id).values(decision))
            made = redress.update().where(redress.c.hit_id == row.id)
            connection.execute(made.values(hit_id=same.id))
    causes = sa.select(assessment.c.cause).where(assessment.c.subject_id == new_id)
    connection.execute(
        assessment.update()
        .where(assessment.c.subject_id == old_id, assessment.c.cause.not_in(causes))
        .values(subject_id=new_id)
    )
    connection.execute(alert.update().where(alert.c.subject_id == old_id).values(subject_id=new_id))


_DECISION = (
    "state", "decided_by", "decided_at", "reason", "redress_id",
    "screener", "score", "threshold", "sentence", "evidence",
)  # fmt: skip


def _hit_rows(connection: sa.Connection, subject_id: str) -> Sequence[sa.Row[tuple[object, ...]]]:
    query = sa.select(hit).where(
        hit.c.subject_id == subject_id, hit.c.subject_kind == Kind.TRAVELLER.value
    )
    return connection.execute(query).all()


def _pair(row: sa.Row[tuple[object, ...]]) -> tuple[object, ...]:
    columns = row._mapping
    return columns["target_kind"], columns["target_id"], columns["screener_id"]


def mask_named(connection: sa.Connection, ids: Collection[str]) -> None:
    """Takes the names of some travellers out of hits on others that tell of a link with them."""
    for some in batches(ids):
        naming = sa.select(hit_named.c.hit_id).where(hit_named.c.traveller_id.in_(some))
        for row in connection.execute(sa.select(hit).where(hit.c.id.in_(naming))).all():
            value = without_names(_hit(row), some)
            told = {
                "sentence": PHRASE.dump(value.sentence),
                "evidence": EVIDENCE.dump(value.evidence),
            }
            connection.execute(hit.update().where(hit.c.id == value.id).values(told))


def _note_named(connection: sa.Connection, value: Hit) -> None:
    wanted = named(value)
    if not wanted:
        return
    mine = sa.select(hit_named.c.traveller_id).where(hit_named.c.hit_id == value.id)
    new = sorted(wanted - set(connection.execute(mine).scalars()))
    if new:
        rows = [{"hit_id": value.id, "traveller_id": own} for own in new]
        connection.execute(hit_named.insert(), rows)


def _save_hit(connection: sa.Connection, value: Hit) -> None:
    columns = {
        "screener": value.screener,
        "score": value.score,
        "threshold": value.threshold,
        "sentence": PHRASE.dump(value.sentence),
        "evidence": EVIDENCE.dump(value.evidence),
    }
    # What a human decided on stays as he saw it; only what no human decided is stated anew.
    stated = sa.or_(hit.c.state == HitState.OPEN.value, hit.c.redress_id.is_not(None))
    known = hit.c.id == value.id
    done = connection.execute(hit.update().where(known, stated).values(columns))
    if done.rowcount == 0 and connection.scalar(sa.select(hit.c.id).where(known)) is None:
        connection.execute(
            hit.insert().values(
                id=value.id,
                subject_kind=value.subject.kind.value,
                subject_id=value.subject.id,
                target_kind=value.target.kind.value,
                target_id=value.target.id,
                screener_id=value.screener.partition("@")[0],
                state=value.state.value,
                decided_by=value.decided_by,
                decided_at=value.decided_at,
                reason=value.reason,
                redress_id=value.redress_id,
                **columns,
            )
        )


def _hit(row: sa.Row[tuple[object, ...]]) -> Hit:
    columns = row._mapping
    return Hit(
        id=columns[hit.c.id],
        subject=Ref(kind=Kind(columns["subject_kind"]), id=columns["subject_id"]),
        target=Ref(kind=Kind(columns["target_kind"]), id=columns["target_id"]),
        screener=columns["screener"],
        score=columns["score"],
        threshold=columns["threshold"],
        sentence=PHRASE.load(columns["sentence"]),
        evidence=EVIDENCE.load(columns["evidence"]),
        state=HitState(columns["state"]),
        decided_by=columns["decided_by"],
        decided_at=columns["decided_at"],
        reason=columns["reason"],
        redress_id=columns["redress_id"],
    )


def _assessment(row: sa.Row[tuple[object, ...]], hits: Sequence[Hit]) -> Assessment:
    columns = row._mapping
    return Assessment(
        id=columns["id"],
        subject=Ref(kind=Kind(columns["subject_kind"]), id=columns["subject_id"]),
        cause=columns["cause"],
        at=columns["at"],
        advice=Advice(columns["advice"]),
        results=RESULTS.load(columns["results"]),
        hits=tuple(hits),
    )
