"""Versions of the cargo model: trained by one person, put in force or rejected by another."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

import numpy as np

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import require_human
from parakh.domain.cargo import ModelCard, ModelState
from parakh.domain.ids import new_id
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.learn.cargo_card import HELD_OUT, Trained, train
from parakh.learn.cargo_counting import Past
from parakh.learn.cargo_drift import Bins
from parakh.screen.cargo_lines import EPOCH
from parakh.services import cargo_history
from parakh.services.background import Progress, Report
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.store import cargo as store
from parakh.store import cargo_history as history
from parakh.store.database import Tx

WINDOW = timedelta(days=3 * 365)
"""So far back is learnt from; goods and traders change."""

MOST = 2_000_000
"""Consignments that are learnt from, the newest."""

ENOUGH, ENOUGH_FOUND = 500, 50
"""Outcomes that a model needs, and how many of them with a finding, and as many without."""

_STEPS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcomes:
    """Of how many consignments it is known what became, and how many of them had a finding."""

    known: int
    found: int

    @property
    def missing(self) -> str:
        """What is missing to learn from; "" when it is enough."""
        parts = []
        if self.known < ENOUGH:
            parts.append(f"{ENOUGH - self.known} more outcomes")
        if self.found < ENOUGH_FOUND:
            parts.append(f"{ENOUGH_FOUND - self.found} more findings")
        clear = self.known - self.found
        if clear < ENOUGH_FOUND:
            parts.append(f"{ENOUGH_FOUND - clear} more examinations that found nothing")
        return ", ".join(parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """All models, the newest first; the training under way in this process, and what there is to
    learn from."""

    models: tuple[ModelCard, ...]
    progress: Progress
    outcomes: Outcomes

    @property
    def in_force(self) -> ModelCard | None:
        """The model that scores."""
        return next((own for own in self.models if own.state is ModelState.IN_FORCE), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelView:
    """A model; `may_decide` tells whether the actor may put it in force or reject it now."""

    card: ModelCard
    may_decide: bool


# --- looking ----------------------------------------------------------------------------------


def overview(centre: Centre, actor: Actor) -> Overview:
    """All models."""
    actor.require(Permission.SEE_MODELS)
    with centre.db.read() as connection:
        known, found = history.known_outcomes(connection)
        return Overview(
            models=tuple(store.models(connection)),
            progress=centre.training.progress,
            outcomes=Outcomes(known=known, found=found),
        )


def view(centre: Centre, actor: Actor, model_id: str) -> ModelView:
    """One model; raises NotFound."""
    actor.require(Permission.SEE_MODELS)
    with centre.db.read() as connection:
        card = store.model(connection, model_id)
        same = same_person(connection, card.trained_by, actor)
    undecided = card.state in (ModelState.TRAINED, ModelState.REPLACED)
    may = actor.may(Permission.DECIDE_MODELS) and actor.human and not same
    return ModelView(card=card, may_decide=undecided and may)


# --- training ---------------------------------------------------------------------------------


def train_model(
    centre: Centre, actor: Actor, note: str = "", report: Report = lambda done, total: None
) -> ModelCard:
    """Trains a model of all outcomes that are known; it waits for a second person then.

    Takes a minute or so; nothing is held meanwhile. Raises Conflict where there is too little to
    learn from, and tells how much is missing.
    """
    actor.require(Permission.TRAIN_MODELS)
    cargo_history.learn_due(centre)
    since = (centre.clock() - WINDOW).date()
    with centre.db.read() as connection:
        past = cargo_history.past_of(history.newest_rows(connection, since, MOST))
    _require_enough(past)
    report(1, _STEPS)
    made = train(past, threads=os.cpu_count() or 1)
    report(2, _STEPS)
    card = _kept(centre, actor, made, past, note.strip())
    report(_STEPS, _STEPS)
    return card


def begin(centre: Centre, actor: Actor, note: str = "") -> Progress:
    """Begins to train in the background of this process, unless that is under way."""
    actor.require(Permission.TRAIN_MODELS)
    known = overview(centre, actor).outcomes
    if known.missing:
        raise Conflict(_too_little(known))
    centre.training.start(lambda report: train_model(centre, actor, note, report))
    return centre.training.progress


def _require_enough(past: Past) -> None:
    found = past.found[past.looked_at]
    known = Outcomes(known=len(found), found=int(found.sum()))
    if known.missing:
        raise Conflict(_too_little(known))
    days = past.days[past.looked_at]
    if days.min() == days.max():
        raise Conflict("all outcomes are of one day: a model is judged by later ones")


def _too_little(known: Outcomes) -> str:
    return (
        f"a model needs {ENOUGH} consignments of which it is known what became, {ENOUGH_FOUND} of "
        f"them with a finding; {known.known} and {known.found} are known: {known.missing} are "
        "missing"
    )


def _kept(centre: Centre, actor: Actor, made: Trained, past: Past, note: str) -> ModelCard:
    body = made.model.to_bytes()
    days = past.days[past.looked_at]
    with centre.db.write(actor, Purpose.GOODS) as tx:
        number = store.next_number(tx)
        card = ModelCard(
            id=new_id(),
            version=f"cargo@{number}",
            state=ModelState.TRAINED,
            since=_date(days.min()),
            until=_date(days.max()),
            rows=int(past.looked_at.sum()),
            found=int(np.nansum(past.found)),
            features=made.model.features,
            figures=made.figures,
            threshold=made.threshold,
            digest=sha256(body).hexdigest(),
            reliability=made.reliability,
            note=note,
            trained_by=actor.name,
            trained_at=tx.at,
        )
        store.add_model(tx, card, number, body, _reference(made.bins))
        tx.audit(
            "cargo_model.trained",
            "model",
            card.id,
            version=card.version,
            rows=card.rows,
            found=card.found,
            digest=card.digest,
            held_out=HELD_OUT,
        )
    return card


def _date(day: float) -> date:
    return EPOCH + timedelta(days=int(day))


def _reference(bins: Mapping[str, Bins]) -> dict[str, object]:
    return {name: {"edges": own.edges, "shares": own.shares} for name, own in bins.items()}


# --- deciding ---------------------------------------------------------------------------------


def put_in_force(centre: Centre, actor: Actor, model_id: str, reason: str) -> ModelCard:
    """Lets a trained model score from now on, or one that was replaced do so again; the one that
    did is replaced.

    Raises Forbidden for the person who trained it, Conflict for a model in another state,
    InvalidInput without a reason.
    """
    return _decided(centre, actor, model_id, ModelState.IN_FORCE, reason)


def reject(centre: Centre, actor: Actor, model_id: str, reason: str) -> ModelCard:
    """Puts a trained model away for good; raises as `put_in_force` does."""
    return _decided(centre, actor, model_id, ModelState.REJECTED, reason)


_FROM = {
    ModelState.IN_FORCE: (ModelState.TRAINED, ModelState.REPLACED),
    ModelState.REJECTED: (ModelState.TRAINED,),
}


def _decided(
    centre: Centre, actor: Actor, model_id: str, state: ModelState, reason: str
) -> ModelCard:
    actor.require(Permission.DECIDE_MODELS)
    require_human(actor)
    if not reason.strip():
        raise InvalidInput("give a reason")
    with centre.db.write(actor, Purpose.GOODS) as tx:
        card = store.model(tx.connection, model_id, lock=True)
        _require_open(tx, card, state)
        if state is ModelState.IN_FORCE:
            store.body(tx.connection, card)
            store.replace_standing(tx)
        store.decide(tx, card.id, state, reason.strip())
        tx.audit(
            f"cargo_model.{state.value}",
            "model",
            card.id,
            version=card.version,
            before=card.state.value,
            reason=reason.strip(),
        )
        return store.model(tx.connection, model_id)


def _require_open(tx: Tx, card: ModelCard, state: ModelState) -> None:
    if card.state not in _FROM[state]:
        raise Conflict(f"the model is {card.state.value.replace('_', ' ')}")
    if same_person(tx.connection, card.trained_by, tx.actor):
        raise Forbidden("you trained this model: another person must decide on it")
