"""Versions of the cargo model, and what they said of consignments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import numpy as np
import sqlalchemy as sa

from parakh.domain.cargo import CargoScore, Contribution, ModelCard, ModelState
from parakh.errors import NotFound
from parakh.store.codec import Codec
from parakh.store.database import Tx, insert_of
from parakh.store.tables import cargo_model, cargo_score, change

CHANGED = "cargo_model"
"""Kind of change: another model is in force."""

_AT_ONCE = 500
_CONTRIBUTIONS: Codec[tuple[Contribution, ...]] = Codec(tuple[Contribution, ...])
_RELIABILITY: Codec[tuple[tuple[float, float, int], ...]] = Codec(
    tuple[tuple[float, float, int], ...]
)
_CARD = [own for own in cargo_model.c if own.name not in ("body", "number", "reference")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A score of the past, for the drift: when, how much, and what the model looked at."""

    consignment_id: str
    at: datetime
    score: float
    inputs: tuple[float, ...]


# --- models -----------------------------------------------------------------------------------


def next_number(tx: Tx) -> int:
    """The N of the next `cargo@N`; the number of a rejected model is not given again."""
    newest = tx.connection.execute(sa.select(sa.func.max(cargo_model.c.number))).scalar()
    return (newest or 0) + 1


def add_model(
    tx: Tx, card: ModelCard, number: int, body: bytes, reference: Mapping[str, Any]
) -> None:
    """Keeps a new model with what its drift is told by."""
    tx.connection.execute(
        cargo_model.insert().values(
            id=card.id,
            number=number,
            state=card.state.value,
            since=card.since,
            until=card.until,
            rows=card.rows,
            found=card.found,
            features=list(card.features),
            figures={name: dict(own) for name, own in card.figures.items()},
            reliability=_RELIABILITY.dump(card.reliability),
            reference=dict(reference),
            threshold=card.threshold,
            digest=card.digest,
            body=body,
            note=card.note,
            trained_by=card.trained_by,
            trained_at=card.trained_at,
        )
    )


def decide(tx: Tx, model_id: str, state: ModelState, decision: str) -> None:
    """Moves a model to a state; whoever asks is the one who decided."""
    tx.connection.execute(
        cargo_model.update()
        .where(cargo_model.c.id == model_id)
        .values(state=state.value, decided_by=tx.actor.name, decided_at=tx.at, decision=decision)
    )
    tx.changed(CHANGED, [model_id])


def replace_standing(tx: Tx) -> None:
    """Takes the model in force, if there is one, out of force."""
    tx.connection.execute(
        cargo_model.update()
        .where(cargo_model.c.state == ModelState.IN_FORCE.value)
        .values(state=ModelState.REPLACED.value)
    )


def model(connection: sa.Connection, model_id: str, *, lock: bool = False) -> ModelCard:
    """One model's card; raises NotFound."""
    query = sa.select(*_CARD, cargo_model.c.number).where(cargo_model.c.id == model_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("there is no such model")
    return _card(row)


def models(connection: sa.Connection) -> list[ModelCard]:
    """All models, the newest first."""
    query = sa.select(*_CARD, cargo_model.c.number).order_by(cargo_model.c.number.desc())
    return [_card(row) for row in connection.execute(query)]


def in_force(connection: sa.Connection) -> ModelCard | None:
    """The card of the model that scores; None while there is none."""
    row = connection.execute(
        sa.select(*_CARD, cargo_model.c.number).where(
            cargo_model.c.state == ModelState.IN_FORCE.value
        )
    ).one_or_none()
    return None if row is None else _card(row)


def body(connection: sa.Connection, card: ModelCard) -> bytes:
    """A model's bytes; raises NotFound when they are not those of its card."""
    found = connection.execute(
        sa.select(cargo_model.c.body).where(cargo_model.c.id == card.id)
    ).scalar()
    if found is None or sha256(found).hexdigest() != card.digest:
        raise NotFound("the model's bytes are not those that were trained: train it again")
    return bytes(found)


def reference(connection: sa.Connection, model_id: str) -> dict[str, Any]:
    """How inputs and scores lay when a model was trained."""
    query = sa.select(cargo_model.c.reference).where(cargo_model.c.id == model_id)
    found: dict[str, Any] = connection.execute(query).scalar_one()
    return found


def last_change(connection: sa.Connection) -> int:
    """The newest change of which model is in force; 0 before the first."""
    query = sa.select(sa.func.max(change.c.seq)).where(change.c.kind == CHANGED)
    return connection.execute(query).scalar() or 0


def _card(row: Any) -> ModelCard:
    columns = dict(row._mapping)
    number = columns.pop("number")
    return ModelCard(
        **columns
        | {
            "version": f"cargo@{number}",
            "state": ModelState(columns["state"]),
            "features": tuple(columns["features"]),
            "reliability": _RELIABILITY.load(columns["reliability"]),
        }
    )


# --- scores -----------------------------------------------------------------------------------


def put_scores(tx: Tx, scores: Sequence[CargoScore]) -> None:
    """Keeps the newest score of each consignment, in place of the one before."""
    numbers = tx.connection.execute(sa.select(cargo_model.c.number, cargo_model.c.id))
    ids = {f"cargo@{number}": model_id for number, model_id in numbers}
    rows = [
        {
            "consignment_id": own.consignment_id,
            "model_id": ids[own.model],
            "score": own.score,
            "base": own.base,
            "revenue": own.revenue,
            "contributions": _CONTRIBUTIONS.dump(own.contributions),
            "inputs": np.asarray(own.inputs, dtype=np.float32).tobytes(),
            "at": own.at,
        }
        for own in scores
    ]
    if not rows:
        return
    insert = insert_of(tx.connection)(cargo_score)
    changed = {name: insert.excluded[name] for name in rows[0] if name != "consignment_id"}
    tx.connection.execute(
        insert.on_conflict_do_update(index_elements=["consignment_id"], set_=changed), rows
    )


def scores_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, CargoScore]:
    """The newest score of each consignment that has one."""
    found: dict[str, CargoScore] = {}
    for start in range(0, len(ids), _AT_ONCE):
        query = (
            sa.select(cargo_score, cargo_model.c.number)
            .join(cargo_model, cargo_model.c.id == cargo_score.c.model_id)
            .where(cargo_score.c.consignment_id.in_(ids[start : start + _AT_ONCE]))
        )
        for row in connection.execute(query):
            found[row.consignment_id] = CargoScore(
                consignment_id=row.consignment_id,
                model=f"cargo@{row.number}",
                score=row.score,
                base=row.base,
                contributions=_CONTRIBUTIONS.load(row.contributions),
                revenue=row.revenue,
                at=row.at,
                inputs=tuple(np.frombuffer(row.inputs, dtype=np.float32).tolist()),
            )
    return found


def scored(
    connection: sa.Connection, model_id: str, since: datetime, until: datetime, most: int
) -> list[Scored]:
    """The newest scores of a model in a span, at most so many."""
    own = cargo_score.c
    query = (
        sa.select(own.consignment_id, own.at, own.score, own.inputs)
        .where(own.model_id == model_id, own.at >= since, own.at < until)
        .order_by(own.at.desc())
        .limit(most)
    )
    return [
        Scored(
            consignment_id=row.consignment_id,
            at=row.at,
            score=row.score,
            inputs=tuple(np.frombuffer(row.inputs, dtype=np.float32).tolist()),
        )
        for row in connection.execute(query)
    ]
