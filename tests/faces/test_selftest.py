import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from parakh.errors import Misconfigured
from parakh.faces import selftest
from parakh.faces.catalogue import SFACE, Channels, EmbedderModel, FolderCheck, ModelCheck
from parakh.faces.detect import Landmarks
from parakh.faces.embed import Embedder
from parakh.faces.extract import FaceEngine
from parakh.faces.picture import Picture
from parakh.faces.selftest import SelfTest, examine, require


@pytest.fixture(scope="module")
def found(engine: FaceEngine, portrait: Picture) -> SelfTest:
    """What SFace shows, run as its entry says."""
    return examine(engine.detector, engine.embedder)


@pytest.fixture(scope="module")
def declared(found: SelfTest) -> ModelCheck:
    return ModelCheck(fingerprint=found.fingerprint, separation=0.53)


def test_sface_is_what_its_entry_says(found: SelfTest) -> None:
    assert found.separation == pytest.approx(0.53, abs=0.03)
    assert found.faults(SFACE) == []
    assert any("fingerprint = " in line for line in found.lines())


@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
def test_every_backend_shows_the_same(
    backend: str, model_cache: Path, declared: ModelCheck
) -> None:
    other = FaceEngine.open(model_cache, backend=backend)
    model = replace(SFACE, check=declared)
    shown = examine(other.detector, Embedder(model, other.embedder._session))
    assert shown.faults(model) == []
    assert shown.likeness is not None
    assert shown.likeness > 0.999


WRONG = {
    "channels": {"channels": Channels.BGR},
    "mean": {"mean": (127.5, 127.5, 127.5)},
    "scale": {"scale": 1 / 127.5},
    "twice the scale": {"scale": 2.0},
    "half the scale": {"scale": 0.5},
    "mean and scale": {"mean": (127.5, 127.5, 127.5), "scale": 1 / 127.5},
}
UNDECLARED = {"mean", "scale", "mean and scale"}
"""Found even when the entry declares nothing: the model is of no use then."""


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_preparation_is_refused(
    wrong: str, engine: FaceEngine, declared: ModelCheck, tmp_path: Path
) -> None:
    model = replace(SFACE, check=declared, **WRONG[wrong])
    with pytest.raises(Misconfigured, match=r"fingerprint to -?[0-9.]+, 0\.99 is needed"):
        tried(engine, model, tmp_path)
    silent = replace(model, check=None)
    shown = examine(engine.detector, Embedder(silent, engine.embedder._session))
    assert bool(shown.faults(silent)) == (wrong in UNDECLARED)


class Cutting(Embedder):
    """Cuts another part out than the model was trained with."""

    def __init__(self, model: EmbedderModel, engine: FaceEngine, size: float, shift: float) -> None:
        super().__init__(model, engine.embedder._session)
        self._size, self._shift = size, shift

    def cut(self, picture: Picture, landmarks: Landmarks) -> Picture:
        middle = landmarks.mean(axis=0)
        return super().cut(picture, (landmarks - middle) * self._size + middle + self._shift)


@pytest.mark.parametrize(("size", "shift"), [(1.15, 0), (0.87, 0), (1, 4), (1, -4)])
def test_a_wrong_cut_is_refused(
    size: float, shift: float, engine: FaceEngine, declared: ModelCheck
) -> None:
    model = replace(SFACE, check=declared)
    shown = examine(engine.detector, Cutting(model, engine, size, shift))
    assert any("fingerprint" in fault for fault in shown.faults(model))


def test_a_wrong_size_is_refused(engine: FaceEngine) -> None:
    with pytest.raises(Misconfigured, match="cannot be run as its catalogue entry says"):
        Embedder(replace(SFACE, size=96), engine.embedder._session)


def tried(
    engine: FaceEngine, model: EmbedderModel, kept_in: Path, accuracy: Sequence[float] = ()
) -> SelfTest:
    answers = list(accuracy)
    return require(
        engine.detector,
        Embedder(model, engine.embedder._session),
        kept_in,
        backend="x",
        evaluate=lambda _: answers.pop(),
    )


def test_a_folder_must_give_what_is_declared(
    engine: FaceEngine, portrait: Picture, tmp_path: Path
) -> None:
    folder = FolderCheck(images=tmp_path, pairs=tmp_path / "pairs.txt", accuracy=0.98)
    model = replace(SFACE, check=ModelCheck(folder=folder))
    with pytest.raises(Misconfigured, match=r"accuracy 0\.9500 on .*, 0\.9800 is declared"):
        tried(engine, model, tmp_path, [0.95])
    assert tried(engine, model, tmp_path, [0.979]).accuracy == 0.979
    assert tried(engine, model, tmp_path).accuracy == 0.979  # kept, not measured again
    with pytest.raises(IndexError):
        tried(engine, replace(model, batch=2), tmp_path)  # another entry


def test_a_damaged_record_is_made_again(
    engine: FaceEngine, portrait: Picture, tmp_path: Path
) -> None:
    first = tried(engine, SFACE, tmp_path)
    for damage in (b"{", b"[]", b'{"a": {"b": 1}}'):
        (tmp_path / selftest.KEPT).write_bytes(damage)
        assert tried(engine, SFACE, tmp_path) == first


def test_without_the_portrait_a_fingerprint_cannot_pass(
    engine: FaceEngine, declared: ModelCheck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, "portrait", lambda: None)
    with pytest.raises(Misconfigured, match="install scikit-image"):
        tried(engine, replace(SFACE, check=declared), tmp_path)


def test_what_cannot_be_checked_is_neither_used_nor_kept(
    engine: FaceEngine, portrait: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = FolderCheck(images=tmp_path, pairs=tmp_path / "pairs.txt", accuracy=0.98)
    own, wrong = replace(SFACE, check=ModelCheck(folder=folder)), {"scale": 1 / 127.5}
    with monkeypatch.context() as without:
        without.setattr(selftest, "portrait", lambda: None)
        for check in (None, ModelCheck(separation=0.5), ModelCheck(separation=0.5, folder=folder)):
            with pytest.raises(Misconfigured, match="it cannot be checked without the built-in"):
                tried(engine, replace(SFACE, check=check), tmp_path)
        assert not (tmp_path / selftest.KEPT).exists()
        for model in (own, replace(own, **wrong)):
            assert tried(engine, model, tmp_path, [0.99]).separation is None
            assert tried(engine, model, tmp_path).accuracy == 0.99  # the folder's answer is kept
    assert tried(engine, own, tmp_path, [0.99]).separation is not None
    with pytest.raises(Misconfigured, match=r"separation -?0\.0\d+, 0\.250 is needed"):
        tried(engine, replace(own, **wrong), tmp_path)


@pytest.mark.parametrize("text", ["AAAA", "A", "====", "AA=="])
def test_a_fingerprint_of_another_model_is_not_like(
    text: str, engine: FaceEngine, portrait: Picture
) -> None:
    model = replace(SFACE, check=ModelCheck(fingerprint=text))
    shown = examine(engine.detector, Embedder(model, engine.embedder._session))
    assert shown.likeness is not None
    assert shown.likeness < 0.5


def test_a_catalogue_file_that_fails_is_not_used(
    tmp_path: Path, model_cache: Path, portrait: Picture
) -> None:
    (kept,) = model_cache.glob("sface-*.onnx")
    content = kept.read_bytes()
    (tmp_path / "own.onnx").write_bytes(content)
    path = tmp_path / "faces.toml"
    path.write_text(
        f"""
        [embedder]
        id = "own"
        version = "1"
        kind = "arcface"
        file = "own.onnx"
        sha256 = "{hashlib.sha256(content).hexdigest()}"
        licence = "Apache-2.0"
        input = "data"
        output = "fc1"
        size = 112
        channels = "RGB"
        mean = [127.5, 127.5, 127.5]
        scale = 0.0078125
        dimension = 128
        batch = 16
        mirror = true
        verify_fmr = 0.001
        [embedder.thresholds]
        "0.01" = 0.3
        "0.001" = 0.4
        """,
        encoding="utf-8",
    )
    with pytest.raises(Misconfigured, match=r"separation -?0\.0\d\d, 0\.250 is needed"):
        FaceEngine.open(model_cache, path)


def test_the_same_changes_are_made_each_time(engine: FaceEngine, found: SelfTest) -> None:
    assert examine(engine.detector, engine.embedder) == found
    assert len(selftest.fingerprint(np.ones(128, np.float32))) == 172
