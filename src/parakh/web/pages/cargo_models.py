"""The cargo model: its versions with figures, reliability and drift; training and deciding."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.access import Permission
from parakh.domain.cargo import ModelState
from parakh.services import cargo_drift, cargo_models
from parakh.web.cargo_charts import drift_chart, reliability_chart
from parakh.web.cargo_labels import TRACKS
from parakh.web.viewer import Here

router = APIRouter(prefix="/cargo-models")

Text = Annotated[str, Form(max_length=4000)]


@router.get("")
def overview(here: Here) -> HTMLResponse:
    """All versions."""
    view = cargo_models.overview(here.centre, here.actor)
    return here.page("cargo_models.html", view=view)


@router.get("/progress")
def progress(here: Here) -> HTMLResponse:
    """How far training is, as the page puts it into its place; loads it anew at the end."""
    here.actor.require(Permission.SEE_MODELS)
    found = here.centre.training.progress
    answer = here.page("fragments/cargo_training.html", progress=found)
    if not found.running:
        answer.headers["HX-Refresh"] = "true"
    return answer


@router.post("")
def train(here: Here, note: Text = "") -> RedirectResponse:
    """Begins to train."""
    cargo_models.begin(here.centre, here.actor, note)
    return here.done("/cargo-models", "training-begun")


@router.get("/{model_id}")
def one(here: Here, model_id: str) -> HTMLResponse:
    """One version."""
    view = cargo_models.view(here.centre, here.actor, model_id)
    drift = cargo_drift.drift(here.centre, here.actor, view.card)
    return here.page(
        "cargo_model.html",
        view=view,
        card=view.card,
        drift=drift,
        tracks=TRACKS,
        reliability=reliability_chart(view.card.reliability),
        drifting=drift_chart(drift.weeks),
        state=ModelState,
    )


@router.post("/{model_id}")
def decide(
    here: Here,
    model_id: str,
    decision: Annotated[str, Form(pattern="^(in_force|rejected)$")],
    reason: Text = "",
) -> RedirectResponse:
    """Puts a version in force, or rejects it."""
    if decision == ModelState.IN_FORCE:
        cargo_models.put_in_force(here.centre, here.actor, model_id, reason)
    else:
        cargo_models.reject(here.centre, here.actor, model_id, reason)
    return here.done(f"/cargo-models/{model_id}", f"model-{decision.replace('_', '-')}")
