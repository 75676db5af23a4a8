"""Running a graph: a small interface, with onnxruntime or OpenVINO behind it."""

import importlib
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from typing import Any, Protocol

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
    """onnxruntime, on the processor unless another provider is named.

    Threads never spin while they wait, since a gate's machine has other work; the memory arena
    grows by what a run asks for and not by doubling, so it stays near the largest picture seen.
    """

    def __init__(
        self,
        content: bytes,
        *,
        model: str,
        input_name: str,
        threads: int,
        provider: str = "CPUExecutionProvider",
    ) -> None:
        """Loads a graph from bytes; raises Misconfigured, naming the model, when it cannot."""
        runtime = onnxruntime()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_mem_pattern = False  # patterns are kept for each picture size ever seen
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        providers: list[Any] = [
            ("CPUExecutionProvider", {"arena_extend_strategy": "kSameAsRequested"})
        ]
        if provider != "CPUExecutionProvider":
            providers.insert(0, provider)
        try:
            self._session = runtime.InferenceSession(content, options, providers=providers)
        except Exception as error:  # onnxruntime has no common class of its own errors
            raise Misconfigured(
                f"face model {model}: onnxruntime cannot load it: {error}"
            ) from error
        if self._session.get_providers()[0] != provider:
            raise Misconfigured(f"face model {model}: onnxruntime cannot run it by {provider}")
        _expect_input(model, [{value.name} for value in self._session.get_inputs()], input_name)
        self._input = input_name
        self.outputs = tuple(value.name for value in self._session.get_outputs())

    def run(self, tensor: Tensor) -> Mapping[str, Tensor]:
        """The graph's outputs by name."""
        values = self._session.run(None, {self._input: tensor})
        return dict(zip(self.outputs, values, strict=True))


class OpenVinoSession:
    """OpenVINO, on the processor unless another device is named.

    There is one stream: runs that come together wait for each other, so that however many threads
    ask, no more than `threads` cores work. Sizes are free, a new one costs some milliseconds once.
    """

    def __init__(
        self,
        content: bytes,
        *,
        model: str,
        input_name: str,
        threads: int,
        device: str = "CPU",
        precision: str = "f32",
    ) -> None:
        """Loads a graph from bytes; raises Misconfigured, naming the model, when it cannot.

        `precision` is that of the arithmetic, f32 or bf16; weights and outputs are float32.
        """
        options: dict[str, Any] = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": precision,
        }
        if device == "CPU":
            options |= {
                "INFERENCE_NUM_THREADS": threads,
                "NUM_STREAMS": 1,
                "ENABLE_CPU_PINNING": False,  # several sessions would be pinned to one core
            }
        try:
            core = openvino().Core()
            self._model = core.compile_model(core.read_model(content), device, options)
        except Exception as error:  # OpenVINO raises plain RuntimeError, and ImportError
            raise Misconfigured(f"face model {model}: OpenVINO cannot load it: {error}") from error
        _expect_input(model, [value.get_names() for value in self._model.inputs], input_name)
        # One tensor may have several names, and any of them may be the one that is asked for.
        self._places = {
            name: place
            for place, value in enumerate(self._model.outputs)
            for name in value.get_names()
        }
        self.outputs = tuple(self._places)
        self._idle: list[Any] = []
        self._lock = threading.Lock()

    def run(self, tensor: Tensor) -> Mapping[str, Tensor]:
        """The graph's outputs by name."""
        with self._request() as request:
            values = request.infer({0: np.ascontiguousarray(tensor)}, share_inputs=True)
            return {name: values[place] for name, place in self._places.items()}

    @contextmanager
    def _request(self) -> Iterator[Any]:
        """One that nobody else uses meanwhile: requests hold the values they work on."""
        with self._lock:
            request = self._idle.pop() if self._idle else None
        if request is None:
            request = self._model.create_infer_request()
        try:
            yield request
        finally:
            with self._lock:
                self._idle.append(request)


_importing = threading.Lock()


def onnxruntime() -> Any:
    """The package onnxruntime, imported without what would report to its maker.

    As it comes (from 1.32 on) it keeps events of every session below the user's home and sends them
    on. It reads the variable that forbids this when it is loaded; set later it does nothing.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    return importlib.import_module("onnxruntime")


def openvino() -> Any:
    """The package OpenVINO, imported without what would report to its maker.

    `import openvino` sends an event to Google Analytics where `openvino_telemetry` is installed,
    which its packaging demands. With that module barred it takes the stub it brings along. Raises
    ImportError where OpenVINO is not installed.
    """
    with _importing:
        loaded = sys.modules.get("openvino")
        if loaded is None:
            if "openvino_telemetry" not in sys.modules:
                sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
            loaded = importlib.import_module("openvino")
    return loaded


def _expect_input(model: str, inputs: Sequence[Set[str]], wanted: str) -> None:
    """Each input is the set of its names."""
    if len(inputs) != 1 or wanted not in inputs[0]:
        asked = ", ".join(min(names, default="?") for names in inputs)
        raise Misconfigured(f"face model {model}: the graph asks for {asked}, not '{wanted}'")
