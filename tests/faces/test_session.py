import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from parakh.errors import Misconfigured
from parakh.faces.catalogue import YUNET
from parakh.faces.session import ModelSession, OnnxSession, OpenVinoSession
from parakh.faces.weights import load_weights

Make = Callable[..., ModelSession]

BOTH = pytest.mark.parametrize("make", [OnnxSession, OpenVinoSession])


@BOTH
def test_batches_and_sizes_are_free(make: Make, model_cache: Path) -> None:
    content = load_weights(YUNET, model_cache)
    session = make(content, model="yunet", input_name="input", threads=1)
    for batch, height, width in ((2, 64, 96), (1, 96, 64), (2, 64, 96)):
        outputs = session.run(np.zeros((batch, 3, height, width), dtype=np.float32))
        names = {f"{k}_{s}" for k in ("cls", "obj", "bbox", "kps") for s in (8, 16, 32)}
        assert names <= set(outputs)
        assert outputs["kps_8"].shape == (batch, height * width // 64, 10)


@BOTH
def test_bytes_that_are_no_graph_are_refused(make: Make) -> None:
    with pytest.raises(Misconfigured, match=r"face model broken: \w+ cannot load it"):
        make(b"not a graph", model="broken", input_name="input", threads=1)


@BOTH
def test_a_wrong_input_name_is_refused(make: Make, model_cache: Path) -> None:
    content = load_weights(YUNET, model_cache)
    with pytest.raises(Misconfigured, match="asks for input, not 'data'"):
        make(content, model="yunet", input_name="data", threads=1)


@BOTH
def test_threads_do_not_mix_their_results(
    make: Make, model_cache: Path, rng: np.random.Generator
) -> None:
    content = load_weights(YUNET, model_cache)
    session = make(content, model="yunet", input_name="input", threads=2)
    tensors = [rng.uniform(0, 255, (1, 3, 64, 64)).astype(np.float32) for _ in range(6)]
    alone = [np.array(session.run(own)["kps_8"]) for own in tensors]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda place: session.run(tensors[place % 6])["kps_8"], range(60)))
    for place, found in enumerate(results):
        assert np.allclose(found, alone[place % 6], atol=1e-4)


def test_a_result_stays_as_it_is(model_cache: Path, rng: np.random.Generator) -> None:
    """OpenVINO's own memory is used again by the next run; what was given must not be in it."""
    content = load_weights(YUNET, model_cache)
    session = OpenVinoSession(content, model="yunet", input_name="input", threads=1)
    first = session.run(rng.uniform(0, 255, (1, 3, 64, 64)).astype(np.float32))["kps_8"]
    kept = first.copy()
    session.run(np.zeros((1, 3, 64, 64), dtype=np.float32))
    assert np.array_equal(first, kept)


def test_openvino_reports_to_nobody() -> None:
    """The package sends an event when it is imported, unless its telemetry is barred before."""
    code = """
import socket, sys, threading
def refuse(*arguments): raise AssertionError(f"connects to {arguments}")
socket.socket.connect = socket.getaddrinfo = refuse
from parakh.faces.session import openvino
openvino().Core()
assert sys.modules["openvino_telemetry"] is None
assert not [name for name in sys.modules if name.startswith("openvino_telemetry.")]
assert threading.active_count() == 1, threading.enumerate()
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)


def test_onnxruntime_reports_to_nobody(tmp_path: Path) -> None:
    """The package keeps events below the user's home, and sends them, unless it is told not to."""
    code = """
from parakh.faces.session import onnxruntime
onnxruntime().SessionOptions()
onnxruntime().set_default_logger_severity(0)
"""
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    kept = {name: own for name, own in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300, env=kept | home)
    assert list(tmp_path.rglob("*")) == []


def test_nobody_else_imports_what_reports() -> None:
    """A second way in would report."""
    barred = tuple(
        f"{how} {name}" for how in ("import", "from") for name in ("openvino", "onnxruntime")
    )
    root = Path(__file__).parents[2]
    for folder in ("src", "benchmarks", "docs"):
        for path in (root / folder).rglob("*.py"):
            lines = path.read_text(encoding="utf-8").splitlines()
            assert not [own for own in lines if own.strip().startswith(barred)], path
