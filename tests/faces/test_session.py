from pathlib import Path

import numpy as np
import pytest

from parakh.errors import Misconfigured
from parakh.faces.catalogue import YUNET
from parakh.faces.session import OnnxSession
from parakh.faces.weights import load_weights


def test_batches_and_sizes_are_free(model_cache: Path) -> None:
    content = load_weights(YUNET, model_cache)
    session = OnnxSession(content, model="yunet", input_name="input", threads=1)
    outputs = session.run(np.zeros((2, 3, 64, 96), dtype=np.float32))
    assert set(outputs) == {f"{k}_{s}" for k in ("cls", "obj", "bbox", "kps") for s in (8, 16, 32)}
    assert outputs["kps_8"].shape == (2, 8 * 12, 10)


def test_bytes_that_are_no_graph_are_refused() -> None:
    with pytest.raises(Misconfigured, match="face model broken: onnxruntime cannot load it"):
        OnnxSession(b"not a graph", model="broken", input_name="input", threads=1)


def test_a_wrong_input_name_is_refused(model_cache: Path) -> None:
    content = load_weights(YUNET, model_cache)
    with pytest.raises(Misconfigured, match="asks for input, not 'data'"):
        OnnxSession(content, model="yunet", input_name="data", threads=1)
