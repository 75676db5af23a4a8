import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from parakh.domain.face import NO_PAD_CHECK, Box, PadState
from parakh.errors import Misconfigured
from parakh.faces.catalogue import Channels, PadModel
from parakh.faces.detect import DetectedFace
from parakh.faces.extract import FaceEngine
from parakh.faces.pad import ModelPadCheck, NoPadCheck, surroundings, to_tensor
from parakh.faces.picture import Picture
from parakh.faces.session import Tensor

Encode = Callable[..., bytes]


def classifier(gain: float = 0.1) -> bytes:
    """A graph that takes bright surroundings for a living person: logits (-m, m, 0) of the mean."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["input"], ["pooled"]),
        helper.make_node("ReduceMean", ["pooled", "axes"], ["mean"], keepdims=1),
        helper.make_node("Reshape", ["mean", "shape"], ["flat"]),
        helper.make_node("Sub", ["flat", "half"], ["centred"]),
        helper.make_node("Mul", ["centred", "gains"], ["output"]),
    ]
    constants = [
        helper.make_tensor("axes", TensorProto.INT64, [3], [1, 2, 3]),
        helper.make_tensor("shape", TensorProto.INT64, [2], [-1, 1]),
        helper.make_tensor("half", TensorProto.FLOAT, [1], [100.0]),
        helper.make_tensor("gains", TensorProto.FLOAT, [1, 3], [-gain, gain, 0.0]),
    ]
    shape = ["batch", 3, 80, 80]
    graph = helper.make_graph(
        nodes,
        "bright",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 3])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def write(folder: Path, **changes: str) -> Path:
    """A catalogue file with only a [pad] table."""
    content = classifier()
    (folder / "pad.onnx").write_bytes(content)
    values = {
        "id": '"bright"',
        "version": '"1"',
        "file": '"pad.onnx"',
        "sha256": f'"{hashlib.sha256(content).hexdigest()}"',
        "licence": '"Apache-2.0"',
        "input": '"input"',
        "output": '"output"',
        "size": "80",
        "channels": '"BGR"',
        "mean": "[0, 0, 0]",
        "scale": "1.0",
        "crop": "2.7",
        "classes": "3",
        "bona_fide": "1",
        "softmax": "true",
        "threshold": "0.9",
    } | changes
    path = folder / "faces.toml"
    lines = [f"{key} = {value}" for key, value in values.items()]
    path.write_text("\n".join(["[pad]", *lines]), encoding="utf-8")
    return path


def test_a_model_says_which_it_was_and_what_it_said(
    tmp_path: Path, model_cache: Path, portrait: Picture, encode: Encode
) -> None:
    engine = FaceEngine.open(model_cache, write(tmp_path))
    assert engine.pad_method.startswith("bright@1-")
    (living,) = engine.samples(encode(np.clip(portrait.astype(int) + 60, 0, 255).astype(np.uint8)))
    (held,) = engine.samples(encode((portrait * 0.5).astype(np.uint8)))
    assert living.pad.state is PadState.BONA_FIDE
    assert held.pad.state is PadState.ATTACK
    for sample in (living, held):
        assert sample.pad.method == engine.pad_method
        assert sample.pad.threshold == 0.9
        assert sample.pad.score is not None
        assert (sample.pad.score >= 0.9) == (sample.pad.state is PadState.BONA_FIDE)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"output": '"none"'}, "cannot be run"),
        ({"classes": "2", "bona_fide": "1"}, r"shape \(1, 3\), not \(1, 2\)"),
        ({"size": "96"}, "cannot"),
        ({"sha256": f'"{"0" * 64}"'}, "SHA-256"),
        ({"bona_fide": "3"}, "'bona_fide' must be a whole number from 0 to 2"),
        ({"crop": "0"}, "'crop'"),
        ({"softmax": "1"}, "'softmax' must be true or false"),
    ],
)
def test_a_model_that_is_not_what_the_file_says_is_refused(
    changes: dict[str, str], complaint: str, tmp_path: Path, model_cache: Path
) -> None:
    with pytest.raises(Misconfigured, match=complaint):
        FaceEngine.open(model_cache, write(tmp_path, **changes))


def model(**changes: object) -> PadModel:
    values: dict[str, object] = {
        "id": "m",
        "version": "1",
        "source": Path("none"),
        "sha256": "0" * 64,
        "licence": "MIT",
        "input": "input",
        "output": "output",
        "size": 4,
        "channels": Channels.BGR,
        "mean": (0.0, 0.0, 0.0),
        "scale": 1.0,
        "crop": 2.0,
        "classes": 2,
        "bona_fide": 0,
        "softmax": False,
        "threshold": 0.5,
    }
    return PadModel(**values | changes)  # type: ignore[arg-type]


class Fixed:
    """A session that always gives the same output."""

    def __init__(self, *values: float) -> None:
        self._values = np.array([values], dtype=np.float32)

    def run(self, tensor: Tensor) -> dict[str, Tensor]:
        return {"output": self._values}


FACE = DetectedFace(
    box=Box(left=10, top=10, width=10, height=10),
    score=0.9,
    landmarks=np.zeros((5, 2), dtype=np.float32),
)


@pytest.mark.parametrize(
    ("values", "softmax", "state", "score"),
    [
        ((0.6, 0.4), False, PadState.BONA_FIDE, 0.6),
        ((0.5, 0.5), False, PadState.BONA_FIDE, 0.5),
        ((0.4, 0.6), False, PadState.ATTACK, 0.4),
        ((2.0, 0.0), True, PadState.BONA_FIDE, 0.8808),
        ((900.0, 0.0), True, PadState.BONA_FIDE, 1.0),
        # An output that is no probability: whoever can cause it must not pass.
        ((3.0, 0.0), False, PadState.ATTACK, None),
        ((float("nan"), 0.0), False, PadState.ATTACK, None),
        ((float("nan"), 0.0), True, PadState.ATTACK, None),
        ((float("inf"), 0.0), True, PadState.ATTACK, None),
    ],
)
def test_outputs_become_states(
    values: tuple[float, float], softmax: bool, state: PadState, score: float | None
) -> None:
    check = ModelPadCheck(model(softmax=softmax), Fixed(*values))
    result = check.check(np.zeros((40, 40, 3), np.uint8), FACE)
    assert result.state is state
    assert result.score == (None if score is None else pytest.approx(score, abs=1e-4))


def test_the_surroundings_are_cut_as_the_makers_do() -> None:
    picture = np.zeros((100, 200, 3), dtype=np.uint8)
    picture[20:61, 70:111] = 255  # the box 30..50 by 80..100 grown twofold
    box = Box(left=80, top=30, width=20, height=20)
    assert surroundings(picture, box, model(size=20)).min() == 255
    edge = Box(left=-5, top=-5, width=20, height=20)  # moved inside, not cut off
    picture[:] = 0
    picture[:41, :41] = 255
    assert surroundings(picture, edge, model(size=20)).min() == 255
    huge = Box(left=0, top=0, width=150, height=90)  # grows less where there is no room
    assert surroundings(picture, huge, model(size=20)).shape == (20, 20, 3)


@pytest.mark.parametrize(
    "box", [(0, 0, 0, 0), (-50, -50, 10, 10), (500, 500, 9, 9), (0, 0, 9e3, 9e3)]
)
def test_any_box_gives_a_picture(box: tuple[float, ...]) -> None:
    left, top, width, height = box
    own = Box(left=left, top=top, width=width, height=height)
    cut = surroundings(np.zeros((30, 20, 3), np.uint8), own, model(size=20))
    assert cut.shape == (20, 20, 3)


def test_the_tensor_is_that_of_the_entry() -> None:
    face = np.full((4, 4, 3), (10, 20, 30), dtype=np.uint8)
    tensor = to_tensor(face, model(channels=Channels.RGB, mean=(1.0, 2.0, 3.0), scale=0.5))
    assert tensor.shape == (1, 3, 4, 4)
    assert tensor[0, :, 0, 0].tolist() == [14.5, 9.0, 3.5]


def test_without_a_model_nothing_is_claimed() -> None:
    assert NoPadCheck().check(np.zeros((9, 9, 3), np.uint8), FACE) == NO_PAD_CHECK
    assert NoPadCheck().method == ""
