"""Running a graph: a small interface, and onnxruntime behind it."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from parakh.errors import Misconfigured

Tensor = NDArray[np.float32]


class ModelSession(Protocol):
    """A loaded graph with one input. Safe to call from several threads at once."""

    def run(self, tensor: Tensor) -> Mapping[str, Tensor]:
        """The graph's outputs by name, for an input of (batch, channel, height, width)."""
        ...


class OnnxSession:
    """onnxruntime on the processor.

    Threads never spin while they wait, since a gate's machine has other work; the memory arena
    grows by what a run asks for and not by doubling, so it stays near the largest picture seen.
    """

    def __init__(self, content: bytes, *, model: str, input_name: str, threads: int) -> None:
        """Loads a graph from bytes; raises Misconfigured, naming the model, when it cannot."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_mem_pattern = False  # patterns are kept for each picture size ever seen
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        providers = [("CPUExecutionProvider", {"arena_extend_strategy": "kSameAsRequested"})]
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=providers)
        except Exception as error:  # onnxruntime has no common class of its own errors
            raise Misconfigured(
                f"face model {model}: onnxruntime cannot load it: {error}"
            ) from error
        names = [value.name for value in self._session.get_inputs()]
        if names != [input_name]:
            raise Misconfigured(
                f"face model {model}: the graph asks for {', '.join(names)}, not '{input_name}'"
            )
        self._input = input_name
        self.outputs = tuple(value.name for value in self._session.get_outputs())

    def run(self, tensor: Tensor) -> Mapping[str, Tensor]:
        """The graph's outputs by name."""
        values = self._session.run(None, {self._input: tensor})
        return dict(zip(self.outputs, values, strict=True))
