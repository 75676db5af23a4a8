"""The pages and the API of the cargo model."""

from datetime import date
from typing import Any

import pytest
from tests.learn.cargo_kit import traffic
from tests.services.test_cargo import count

from parakh.domain.cargo import ModelCard
from parakh.services import cargo_models
from parakh.services.cargo_drift import Week
from parakh.web.cargo_charts import drift_chart, reliability_chart


@pytest.fixture
def trained(stage: Any) -> ModelCard:
    told, found = traffic(700)
    count(stage.centre, told, found)
    return cargo_models.train_model(stage.centre, stage.actor("analyst"), "the first one")


def test_without_outcomes_it_says_what_is_needed(browser: Any) -> None:
    page = browser("analyst").get("/cargo-models").text
    assert "There is no model yet" in page
    assert "--from FILE" in page


def test_a_model_is_shown_and_put_in_force(browser: Any, trained: ModelCard) -> None:
    mine = browser("supervisor")
    assert "No model is in force" in mine.get("/cargo-models").text
    page = mine.get(f"/cargo-models/{trained.id}").text
    for said in ("On consignments that it had not seen", "What a score means", trained.digest):
        assert said in page
    form = {"decision": "in_force", "reason": "its figures are good"}
    mine.post(f"/cargo-models/{trained.id}", data=form)
    assert "No model is in force" not in mine.get("/cargo-models").text
    assert "its figures are good" in mine.get(f"/cargo-models/{trained.id}").text


def test_who_trained_it_is_told_to_wait(browser: Any, trained: ModelCard) -> None:
    page = browser("analyst").get(f"/cargo-models/{trained.id}").text
    assert "other than the one who trained it" in page
    assert "Your decision" not in page


def test_charts_lie_within_their_frames() -> None:
    chart = reliability_chart(((0.02, 0.01, 50), (0.4, 0.5, 50)))
    assert all(0 <= own.x <= chart.side and 0 <= own.y <= chart.side for own in chart.dots)
    assert reliability_chart(()).path == ""
    day = date(2026, 1, 5)
    weeks = (Week(start=day, scores=9, moved=None), Week(start=day, scores=900, moved=0.9))
    (bar,) = drift_chart(weeks).bars
    assert bar.far
    assert 0 <= bar.y < bar.y + bar.height <= drift_chart(weeks).height
