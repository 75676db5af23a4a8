import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from parakh.errors import Misconfigured
from parakh.faces import backends
from parakh.faces.backends import Backend, Graph, Runtime, agreement, open_session, probe_faces

PROBE = np.ones((2, 3, 4, 4), dtype=np.float32)


def graph(**changes: Any) -> Graph:
    values: dict[str, Any] = {
        "model": "m@1",
        "content": b"graph",
        "input": "data",
        "probe": PROBE,
        "agreement": 0.999,
        "exact": False,
    }
    return Graph(**values | changes)


class Fake:
    """A backend: what it gives, and how long it takes by a clock that only it moves."""

    def __init__(self, name: str, clock: list[float], spent: float, gives: float) -> None:
        self.name, self._clock, self._spent, self._gives = name, clock, spent, gives

    def run(self, tensor: np.ndarray) -> Mapping[str, np.ndarray]:
        self._clock[0] += self._spent
        return {"out": np.array([[1.0, self._gives]] * len(tensor), dtype=np.float32)}


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[float, float] | None]:
    """Backends by name with milliseconds and output; None cannot be loaded."""
    clock = [0.0]
    found: dict[str, tuple[float, float] | None] = {
        "onnxruntime-cpu-f32": (0.02, 2.0),
        "openvino-cpu-f32": (0.007, 2.0),
        "openvino-cpu-bf16": (0.004, 2.001),
    }

    def load(backend: Backend, graph: Graph, threads: int) -> Fake:
        values = found[str(backend)]
        if values is None:
            raise Misconfigured("cannot be loaded")
        return Fake(str(backend), clock, *values)

    monkeypatch.setattr(backends, "_load", load)
    monkeypatch.setattr(backends, "_has_cuda", lambda: False)
    monkeypatch.setattr(backends, "_openvino_devices", lambda: {"CPU": ["FP32", "BF16"]})
    monkeypatch.setattr(backends.time, "perf_counter", lambda: clock[0])
    return found


def opened(tmp_path: Path, own: Graph | None = None, **options: Any) -> tuple[str, backends.Choice]:
    session, choice = open_session(own or graph(), tmp_path, threads=1, **options)
    assert isinstance(session, Fake)
    assert session.name == choice.backend
    return choice.backend, choice


def test_the_fastest_runs_the_model(machine: dict[str, Any], tmp_path: Path) -> None:
    name, choice = opened(tmp_path)
    assert name == "openvino-cpu-bf16"
    assert choice.milliseconds == pytest.approx(
        {"onnxruntime-cpu-f32": 20, "openvino-cpu-f32": 7, "openvino-cpu-bf16": 4}
    )
    machine["onnxruntime-cpu-f32"] = (0.001, 2.0)
    assert opened(tmp_path / "other")[0] == "onnxruntime-cpu-f32"


def test_a_backend_that_does_not_agree_is_out(machine: dict[str, Any], tmp_path: Path) -> None:
    machine["openvino-cpu-bf16"] = (0.004, 1.7)
    name, choice = opened(tmp_path)
    assert name == "openvino-cpu-f32"
    assert choice.refused["openvino-cpu-bf16"].startswith("agrees to 0.99")


@pytest.mark.parametrize("output", [float("nan"), float("inf"), -2.0])
def test_nonsense_does_not_agree(output: float, machine: dict[str, Any], tmp_path: Path) -> None:
    machine["openvino-cpu-bf16"] = machine["openvino-cpu-f32"] = (0.001, output)
    assert opened(tmp_path)[0] == "onnxruntime-cpu-f32"


def test_a_backend_that_cannot_be_loaded_is_out(machine: dict[str, Any], tmp_path: Path) -> None:
    machine["openvino-cpu-bf16"] = machine["openvino-cpu-f32"] = None
    name, choice = opened(tmp_path)
    assert name == "onnxruntime-cpu-f32"
    assert choice.refused["openvino-cpu-f32"] == "cannot be loaded"


def test_exact_models_are_not_run_by_brain_floats(machine: dict[str, Any], tmp_path: Path) -> None:
    assert opened(tmp_path, graph(exact=True))[0] == "openvino-cpu-f32"


def test_an_operator_may_insist(machine: dict[str, Any], tmp_path: Path) -> None:
    assert opened(tmp_path, wanted=Runtime.ONNXRUNTIME)[0] == "onnxruntime-cpu-f32"
    machine["onnxruntime-cpu-f32"] = (0.0001, 2.0)
    assert opened(tmp_path, wanted=Runtime.OPENVINO)[0] == "openvino-cpu-bf16"
    machine["openvino-cpu-bf16"] = machine["openvino-cpu-f32"] = (0.001, -2.0)
    with pytest.raises(Misconfigured, match=r"m@1 cannot be run by openvino: .*agrees to"):
        opened(tmp_path / "other", wanted=Runtime.OPENVINO)


def test_a_choice_is_kept_until_the_machine_changes(
    machine: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert opened(tmp_path)[0] == "openvino-cpu-bf16"
    opened(tmp_path, graph(model="other@1"))  # kept beside it
    machine["onnxruntime-cpu-f32"] = (0.0001, 2.0)
    assert opened(tmp_path)[0] == "openvino-cpu-bf16"
    assert opened(tmp_path, graph(content=b"other weights"))[0] == "onnxruntime-cpu-f32"
    monkeypatch.setattr(backends, "fingerprint", lambda: {"processor": "another"})
    assert opened(tmp_path)[0] == "onnxruntime-cpu-f32"
    document = json.loads((tmp_path / backends.CHOICES).read_text(encoding="utf-8"))
    assert document["machine"] == {"processor": "another"}
    assert len(document["choices"]) == 1


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"machine": 1}'])
def test_a_damaged_file_is_measured_anew(
    damage: bytes, machine: dict[str, Any], tmp_path: Path
) -> None:
    opened(tmp_path)
    (tmp_path / backends.CHOICES).write_bytes(damage)
    assert opened(tmp_path)[0] == "openvino-cpu-bf16"
    assert json.loads((tmp_path / backends.CHOICES).read_text(encoding="utf-8"))["choices"]


def test_a_kept_backend_that_is_gone_is_replaced(machine: dict[str, Any], tmp_path: Path) -> None:
    opened(tmp_path)
    machine["openvino-cpu-bf16"] = None
    assert opened(tmp_path)[0] == "openvino-cpu-f32"


def test_agreement_is_that_of_the_worst_row() -> None:
    one = {"a": np.array([[1, 0], [0, 0]], np.float32), "b": np.ones((2, 1, 3), np.float32)}
    assert agreement(one, one) == 1
    worse = {**one, "a": np.array([[1, 1], [0, 0]], np.float32)}
    assert agreement(one, worse) == pytest.approx(2**-0.5)
    assert agreement(one, {**one, "a": np.array([[1, 0], [0, 1]], np.float32)}) == 0


def test_probe_faces_are_always_the_same() -> None:
    faces = probe_faces(3, 112)
    assert np.array_equal(faces, probe_faces(3, 112))
    assert not np.array_equal(faces[0], faces[1])
    assert probe_faces(1, 80)[0].shape == (80, 80, 3)


def test_the_real_machine_is_described() -> None:
    facts = backends.fingerprint()
    assert facts["onnxruntime"]
    assert facts["openvino"]
    assert int(facts["cores"]) >= 1
