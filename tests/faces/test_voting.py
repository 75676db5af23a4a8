import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from parakh.domain.face import Candidate, Template
from parakh.errors import InvalidInput
from parakh.faces.catalogue import SFACE, EmbedderModel, OperatingPoint, VoterModel
from parakh.faces.extract import FaceEngine
from parakh.faces.picture import Picture
from parakh.faces.vectors import to_template
from parakh.faces.voting import Impostors, Vote


def points(mean: float, deviation: float) -> tuple[OperatingPoint, ...]:
    """Operating points of a model whose impostor scores are normal."""
    quantiles = {1e-2: 2.3263, 1e-3: 3.0902, 1e-4: 3.7190}
    return tuple(
        OperatingPoint(fmr=fmr, threshold=mean + deviation * quantile)
        for fmr, quantile in quantiles.items()
    )


FIRST = replace(SFACE, points=points(0.0, 0.1))
SECOND = replace(SFACE, id="second", points=points(0.2, 0.05))


def vote(weight: float = 0.5, correlation: float = 1.0, second: EmbedderModel = SECOND) -> Vote:
    return Vote(FIRST, VoterModel(embedder=second, weight=weight, correlation=correlation))


def test_impostors_are_read_from_the_operating_points() -> None:
    law = Impostors.of(SECOND.points)
    assert (law.mean, law.deviation) == pytest.approx((0.2, 0.05), abs=1e-4)
    assert law.score(law.z(0.37)) == pytest.approx(0.37)


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        (0.3, 0.35, 0.3),  # both three deviations above strangers
        (0.3, 0.2, 0.15),  # the second sees a stranger
        (0.0, 0.2, 0.0),
        (1.0, 1.0, 1.0),  # never beyond what a cosine can be
    ],
)
def test_scores_are_joined_on_the_first_scale(first: float, second: float, joined: float) -> None:
    assert vote().join(first, second) == pytest.approx(joined, abs=1e-3)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 1.0])
def test_false_matches_do_not_become_more(correlation: float, rng: np.random.Generator) -> None:
    """Strangers' joined scores are as rare above a threshold as the first model's were."""
    one = rng.standard_normal(400_000)
    other = correlation * one + np.sqrt(1 - correlation**2) * rng.standard_normal(len(one))
    known, safe = vote(correlation=correlation), vote(correlation=1.0)
    threshold = FIRST.threshold_at(1e-3)

    def rate(own: Vote) -> float:
        z = own._own * one + own._other * other  # `join` for many at a time
        return float((own._first.mean + z * own._first.deviation >= threshold).mean())

    assert rate(known) == pytest.approx(1e-3, rel=0.3)
    assert rate(safe) <= 1.3e-3


def test_a_shortlist_leaves_nobody_out(rng: np.random.Generator) -> None:
    for own in (vote(), vote(0.2), vote(0.7, 0.3)):
        least = own.least_first(0.5)
        assert -1 <= least <= 0.5
        for first, second in rng.uniform(-1, 1, (500, 2)):
            if own.join(first, second) >= 0.5:
                assert first >= least - 1e-9


def unit(vector: np.ndarray) -> np.ndarray:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def test_candidates_are_ranked_anew(rng: np.random.Generator) -> None:
    own = vote(0.6)
    probe = unit(rng.standard_normal(128))
    name = SECOND.name
    seconds = {
        "a": to_template(name, unit(rng.standard_normal(128))),
        "b": to_template(name, probe),
    }
    found = [Candidate(reference_id=key, score=score) for key, score in (("a", 0.45), ("b", 0.4))]
    found.append(Candidate(reference_id="c", score=0.3))
    ranked = own.rescore(to_template(name, probe), found, seconds)
    assert [candidate.reference_id for candidate in ranked] == ["b", "c", "a"]
    assert ranked[0].score > 0.9
    assert ranked[1].score == 0.3  # it has no second template
    with pytest.raises(InvalidInput, match="made by other"):
        own.rescore(Template(model="other", vector=b""), found, seconds)


# --- through the engine, with a second model --------------------------------------------------


@pytest.fixture(scope="module")
def voting(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> FaceEngine:
    """SFace, and SFace with half of its numbers turned round: another space, the same skill.

    Nothing can be gained by asking it twice; that two spaces are kept apart is what is tested.
    """
    folder = tmp_path_factory.mktemp("voting")
    (kept,) = model_cache.glob("sface-*.onnx")
    graph = onnx.load_model_from_string(kept.read_bytes())
    signs = np.where(np.arange(128) % 2, -1, 1).astype(np.float32)
    graph.graph.initializer.append(numpy_helper.from_array(signs, "signs"))
    (output,) = graph.graph.output
    for node in graph.graph.node:
        node.output[:] = ["plain" if name == output.name else name for name in node.output]
    graph.graph.node.append(onnx.helper.make_node("Mul", ["plain", "signs"], [output.name]))
    content = graph.SerializeToString()
    (folder / "second.onnx").write_bytes(content)
    path = folder / "faces.toml"
    path.write_text(
        f"""
        [voter]
        id = "second"
        version = "1"
        kind = "arcface"
        file = "second.onnx"
        sha256 = "{hashlib.sha256(content).hexdigest()}"
        licence = "Apache-2.0"
        input = "data"
        output = "fc1"
        size = 112
        channels = "RGB"
        mean = [0, 0, 0]
        scale = 1.0
        dimension = 128
        batch = 16
        mirror = true
        verify_fmr = 0.001
        weight = 0.5
        correlation = 1.0
        [voter.thresholds]
        "0.01" = 0.306
        "0.001" = 0.372
        "0.0001" = 0.428
        "0.00001" = 0.479
        """,
        encoding="utf-8",
    )
    return FaceEngine.open(model_cache, path)


def test_both_templates_are_made_and_compared(
    voting: FaceEngine, engine: FaceEngine, portrait: Picture
) -> None:
    assert voting.voter_id is not None
    assert voting.voter_id.startswith("second@1-")
    samples = []
    for picture in (portrait, np.ascontiguousarray(portrait[:, ::-1])):
        (sample,) = voting.describe(picture, voting.detector.find(picture))
        assert sample.second is not None
        assert sample.second.model == voting.voter_id
        assert sample.second.vector != sample.template.vector
        samples.append(sample)
    one, other = samples
    alone = engine.compare(one.template, other.template)
    joined = voting.compare(one.template, other.template, (one.second, other.second))
    assert joined.score == pytest.approx(alone.score, abs=0.01)
    assert joined.threshold == alone.threshold
    assert voting.compare(one.template, other.template, (one.second, None)) == alone
    found = [Candidate(reference_id="x", score=alone.score)]
    (candidate,) = voting.rescore(one.second, found, {"x": other.second or one.template})
    assert candidate.score == pytest.approx(joined.score, abs=1e-6)
    assert voting.rescore(None, found, {}) == found
    assert -1 <= voting.shortlist_threshold(0.4) < 0.4


def test_without_a_voter_nothing_changes(engine: FaceEngine, portrait: Picture) -> None:
    (sample,) = engine.describe(portrait, engine.detector.find(portrait))
    found = [Candidate(reference_id="x", score=0.5)]
    assert sample.second is None
    assert engine.voter_id is None
    assert engine.rescore(sample.template, found, {"x": sample.template}) == found
    assert engine.shortlist_threshold(0.4) == 0.4
