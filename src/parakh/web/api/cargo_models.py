"""The cargo model: its versions, their figures, and whether they drift."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from parakh.domain.cargo import ModelCard, ModelState
from parakh.services import cargo_drift, cargo_models
from parakh.services.background import Progress
from parakh.services.cargo_drift import Drift
from parakh.web.api.auth import Calling
from parakh.web.api.galleries import ProgressOut
from parakh.web.api.wire import PhraseOut, Wire

router = APIRouter(prefix="/cargo-models", tags=["cargo models"])

ModelId = Annotated[str, Path(description="identifier of the model")]


class BinOut(Wire):
    """Held-out consignments with alike scores."""

    score: float = Field(description="mean of their scores")
    found: float = Field(description="share in which something was found")
    count: int


class ModelOut(Wire):
    """A version of the cargo model, with its card."""

    id: str
    version: str = Field(description="cargo@N, as hits and scores name it")
    state: ModelState
    since: date
    until: date
    rows: int = Field(description="consignments that it learnt from")
    found: int = Field(description="of them, those with a finding")
    features: list[str]
    figures: dict[str, dict[str, float]] = Field(
        description="by track of held-out consignments: precision and recall at shares in per cent"
    )
    reliability: list[BinOut]
    threshold: float = Field(description="score from which a hit is raised")
    digest: str = Field(description="SHA-256 of the model")
    note: str
    trained_by: str
    trained_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    decision: str

    @classmethod
    def of(cls, value: ModelCard) -> "ModelOut":
        """From the card."""
        return cls(
            id=value.id,
            version=value.version,
            state=value.state,
            since=value.since,
            until=value.until,
            rows=value.rows,
            found=value.found,
            features=list(value.features),
            figures={name: dict(own) for name, own in value.figures.items()},
            reliability=[
                BinOut(score=score, found=found, count=count)
                for score, found, count in value.reliability
            ],
            threshold=value.threshold,
            digest=value.digest,
            note=value.note,
            trained_by=value.trained_by,
            trained_at=value.trained_at,
            decided_by=value.decided_by,
            decided_at=value.decided_at,
            decision=value.decision,
        )


class ModelsOut(Wire):
    """All versions, newest first, and what there is to learn from."""

    models: list[ModelOut]
    known: int = Field(description="consignments of which it is known what became")
    found: int = Field(description="of them, those with a finding")
    missing: str = Field(description="what is missing to train a model; empty when enough")
    training: ProgressOut


class WeekOut(Wire):
    """Scores of a week."""

    start: date
    scores: int
    moved: float | None = Field(description="population stability index; null for too few")


class DriftOut(Wire):
    """How a model's inputs and scores moved since it was trained."""

    scores: int = Field(description="in the last 30 days")
    moved: float | None = Field(description="population stability index of the scores")
    inputs: dict[str, float] = Field(description="the same of each input, the farthest first")
    precision: float | None = Field(description="found of those over the threshold and examined")
    precision_low: float | None
    precision_high: float | None
    reported: int
    weeks: list[WeekOut]
    notices: list[PhraseOut]

    @classmethod
    def of(cls, value: Drift) -> "DriftOut":
        """From the service's value."""
        share = value.precision
        return cls(
            scores=value.scores,
            moved=value.moved,
            inputs=dict(value.inputs),
            precision=share and share.value,
            precision_low=share and share.low,
            precision_high=share and share.high,
            reported=value.reported,
            weeks=[
                WeekOut(start=own.start, scores=own.scores, moved=own.moved) for own in value.weeks
            ],
            notices=[PhraseOut.of(own) for own in value.notices],
        )


class TrainIn(Wire):
    """What to remember of a training."""

    note: str = Field("", max_length=4000)


class Decision(StrEnum):
    """What becomes of a model."""

    IN_FORCE = "in_force"
    REJECTED = "rejected"


class DecisionIn(Wire):
    """A second person's decision on a model."""

    decision: Decision
    reason: str = Field(max_length=4000)


@router.get("")
def list_cargo_models(calling: Calling) -> ModelsOut:
    """All versions of the cargo model, the newest first."""
    found = cargo_models.overview(calling.centre, calling.actor)
    return ModelsOut(
        models=[ModelOut.of(own) for own in found.models],
        known=found.outcomes.known,
        found=found.outcomes.found,
        missing=found.outcomes.missing,
        training=_progress(found.progress),
    )


@router.post("", status_code=202)
def train_cargo_model(calling: Calling, body: TrainIn) -> ProgressOut:
    """Begins to train a model in the background."""
    return _progress(cargo_models.begin(calling.centre, calling.actor, body.note))


@router.get("/{model_id}")
def get_cargo_model(calling: Calling, model_id: ModelId) -> ModelOut:
    """One version."""
    return ModelOut.of(cargo_models.view(calling.centre, calling.actor, model_id).card)


@router.get("/{model_id}/drift")
def get_cargo_drift(calling: Calling, model_id: ModelId) -> DriftOut:
    """Whether a version's inputs, scores and precision moved."""
    card = cargo_models.view(calling.centre, calling.actor, model_id).card
    return DriftOut.of(cargo_drift.drift(calling.centre, calling.actor, card))


@router.post("/{model_id}/decision")
def decide_cargo_model(calling: Calling, model_id: ModelId, body: DecisionIn) -> ModelOut:
    """Puts a version in force, or rejects it; a person other than the one who trained it."""
    if body.decision is Decision.IN_FORCE:
        done = cargo_models.put_in_force(calling.centre, calling.actor, model_id, body.reason)
    else:
        done = cargo_models.reject(calling.centre, calling.actor, model_id, body.reason)
    return ModelOut.of(done)


def _progress(value: Progress) -> ProgressOut:
    return ProgressOut.of(value)
