import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from parakh.domain.face import FaceSample, PadResult, PadState
from parakh.errors import InvalidInput, Unreadable
from parakh.faces import quality
from parakh.faces.catalogue import SFACE
from parakh.faces.embed import Embedder
from parakh.faces.extract import MOST_FACES, FaceEngine, NoPadCheck
from parakh.faces.picture import Picture

Encode = Callable[..., bytes]


def scaled(picture: Picture, factor: float) -> Picture:
    return np.clip(picture * factor, 0, 255).astype(np.uint8)


def small_in_a_large(picture: Picture) -> Picture:
    canvas = np.full((512, 512, 3), 128, dtype=np.uint8)
    canvas[100:200, 100:200] = cv2.resize(picture, (100, 100), interpolation=cv2.INTER_AREA)
    return canvas


@pytest.fixture(scope="module")
def reference(engine: FaceEngine, portrait: Picture, encode: Encode) -> FaceSample:
    (sample,) = engine.samples(encode(portrait))
    return sample


def test_a_sample_says_all_that_is_known(reference: FaceSample, engine: FaceEngine) -> None:
    assert reference.quality.acceptable
    assert reference.quality.score > 0.9
    assert reference.detection > 0.9
    assert reference.pad.state is PadState.NOT_EVALUATED
    assert reference.template.model == engine.model_id == "sface@2021dec-fb143eea"
    vector = np.frombuffer(reference.template.vector, dtype="<f4")
    assert vector.shape == (engine.dimension,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


SAME = {
    "itself": lambda p: p,
    "mirrored": lambda p: p[:, ::-1],
    "half the size": lambda p: cv2.resize(p, (256, 256), interpolation=cv2.INTER_AREA),
    "three times the size": lambda p: cv2.resize(p, (1536, 1536), interpolation=cv2.INTER_CUBIC),
    "darker": lambda p: scaled(p, 0.5),
    "brighter": lambda p: scaled(p, 1.4),
    "tilted": lambda p: cv2.warpAffine(p, cv2.getRotationMatrix2D((220, 120), 15, 1), (512, 512)),
    "cropped": lambda p: p[40:240, 120:320],
}


@pytest.mark.parametrize("change", SAME)
def test_one_person_matches_in_other_pictures(
    change: str, engine: FaceEngine, portrait: Picture, encode: Encode, reference: FaceSample
) -> None:
    sample = engine.samples(encode(SAME[change](portrait)))[0]
    result = engine.compare(sample.template, reference.template)
    assert result.match
    assert result.score > 0.75
    assert result.threshold == engine.verify_threshold == pytest.approx(0.372)


SPOILT = {
    "dark": (lambda p: scaled(p, 0.08), quality.TOO_DARK),
    "bright": (lambda p: np.clip(p.astype(int) + 120, 0, 255).astype(np.uint8), quality.TOO_BRIGHT),
    "blurred": (lambda p: cv2.GaussianBlur(p, (0, 0), 4), quality.BLURRED),
    "small": (small_in_a_large, quality.TOO_SMALL),
    "two of one size": (lambda p: np.tile(p[:300, 80:400], (1, 2, 1)), quality.SEVERAL_FACES),
}


@pytest.mark.parametrize("change", SPOILT)
def test_a_poor_picture_is_refused_with_its_reason(
    change: str, engine: FaceEngine, portrait: Picture, encode: Encode
) -> None:
    spoil, reason = SPOILT[change]
    sample = engine.samples(encode(spoil(portrait)))[0]
    assert not sample.quality.acceptable
    assert reason in [phrase.template for phrase in sample.quality.reasons]


def test_several_faces_come_largest_first(
    engine: FaceEngine, portrait: Picture, encode: Encode, reference: FaceSample
) -> None:
    picture = np.tile(portrait[:300, 80:400], (1, 2, 1))
    samples = engine.samples(encode(picture))
    assert len(samples) == 2
    assert samples[0].box.width >= samples[1].box.width
    for sample in samples:
        assert engine.compare(sample.template, reference.template).match


def test_of_a_crowd_only_the_largest_are_embedded(
    engine: FaceEngine, portrait: Picture, encode: Encode
) -> None:
    one = cv2.resize(portrait[:300, 80:400], (107, 100), interpolation=cv2.INTER_AREA)
    assert len(engine.samples(encode(np.tile(one, (5, 5, 1))))) == MOST_FACES


def test_noise_holds_nobody(engine: FaceEngine, encode: Encode, rng: np.random.Generator) -> None:
    content = encode(rng.integers(0, 256, (400, 300, 3), dtype=np.uint8))
    assert engine.samples(content) == []


def test_bytes_that_are_no_picture_are_refused(engine: FaceEngine) -> None:
    with pytest.raises(Unreadable):
        engine.samples(b"no picture")


def test_threads_give_the_same_answer(
    engine: FaceEngine, portrait: Picture, encode: Encode, reference: FaceSample
) -> None:
    content = encode(portrait)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(engine.samples, [content] * 8))
    assert all(result == [reference] for result in results)


def test_templates_of_another_model_are_not_compared(
    engine: FaceEngine, reference: FaceSample
) -> None:
    foreign = replace(reference.template, model="other@1-00000000")
    for pair in ((foreign, reference.template), (reference.template, foreign)):
        with pytest.raises(InvalidInput, match="made by other@1-00000000"):
            engine.compare(*pair)


def test_the_pad_slot_is_asked(engine: FaceEngine, portrait: Picture, encode: Encode) -> None:
    class Suspicious:
        method = "suspicious"

        def check(self, picture: Picture, face: object) -> PadResult:
            return PadResult(state=PadState.ATTACK)

    guarded = FaceEngine(engine.detector, engine.embedder, Suspicious())
    (sample,) = guarded.samples(encode(portrait))
    assert sample.pad.state is PadState.ATTACK


def test_requests_of_many_threads_are_embedded_together(
    engine: FaceEngine, portrait: Picture, reference: FaceSample
) -> None:
    sizes = []

    class Counting:
        def run(self, tensor: np.ndarray) -> dict[str, np.ndarray]:
            sizes.append(len(tensor))
            time.sleep(0.02)
            return dict(engine.embedder._session.run(tensor))

    embedder = Embedder(engine.embedder.model, Counting())
    together = FaceEngine(engine.detector, embedder, NoPadCheck())
    faces = engine.detector.find(portrait)
    with ThreadPoolExecutor(8) as pool:
        samples = list(pool.map(lambda _: together.describe(portrait, faces)[0], range(16)))
    for sample in samples:
        assert engine.compare(sample.template, reference.template).score > 0.999
    assert sum(sizes) == 1 + 2 * 16  # the trial of the graph, then face and mirror image
    assert max(sizes) > 2
    assert max(sizes) <= SFACE.batch
    assert len(sizes) < 12


def test_an_embedder_of_a_catalogue_file_takes_the_place_of_the_built_in_one(
    tmp_path: Path, model_cache: Path, engine: FaceEngine, portrait: Picture, encode: Encode
) -> None:
    """The unpacked SFace, offered under another name, gives the same vectors."""
    import hashlib

    (kept,) = model_cache.glob("sface-*.onnx")
    content = kept.read_bytes()
    (tmp_path / "own.onnx").write_bytes(content)
    catalogue = tmp_path / "faces.toml"
    catalogue.write_text(
        f"""
        [embedder]
        id = "own"
        version = "3"
        kind = "arcface"
        file = "own.onnx"
        sha256 = "{hashlib.sha256(content).hexdigest()}"
        licence = "Apache-2.0"
        input = "data"
        output = "fc1"
        size = 112
        channels = "RGB"
        mean = [0, 0, 0]
        scale = 1.0
        dimension = 128
        batch = 1
        mirror = true
        verify_fmr = 0.01
        [embedder.thresholds]
        "0.01" = 0.3
        "0.001" = 0.4
        """,
        encoding="utf-8",
    )
    own = FaceEngine.open(model_cache, catalogue)
    assert own.model_id.startswith("own@3-")
    assert own.verify_threshold == 0.3
    (sample,) = own.samples(encode(portrait))
    (built_in,) = engine.samples(encode(portrait))
    assert np.allclose(
        np.frombuffer(sample.template.vector, "<f4"),
        np.frombuffer(built_in.template.vector, "<f4"),
        atol=1e-5,
    )
    with pytest.raises(InvalidInput):
        engine.compare(sample.template, built_in.template)


def test_no_pad_check_never_pretends(portrait: Picture, engine: FaceEngine) -> None:
    (face,) = engine.detector.find(portrait)
    assert NoPadCheck().check(portrait, face) == PadResult()


def test_the_search_threshold_is_the_models(engine: FaceEngine) -> None:
    assert engine.search_threshold(5000, 0.01) == SFACE.search_threshold(5000, 0.01)
