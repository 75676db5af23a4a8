"""Which runtime runs a model: whichever is fastest on this machine, measured once and kept."""

import contextlib
import hashlib
import json
import logging
import os
import platform
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from parakh.errors import Misconfigured
from parakh.faces.session import (
    ModelSession,
    OnnxSession,
    OpenVinoSession,
    Tensor,
    onnxruntime,
    openvino,
)
from parakh.faces.weights import write_whole

log = logging.getLogger(__name__)

RECIPE = 1
"""Raised when what is measured changes, so that older choices are made again."""
ROUNDS = 12
"""Runs of each backend; the quickest counts, since other work only ever makes a run slower."""
CHOICES = "backends.json"


class Runtime(StrEnum):
    """What an operator may insist on (`PARAKH_FACE_BACKEND`)."""

    AUTO = "auto"
    ONNXRUNTIME = "onnxruntime"
    OPENVINO = "openvino"


@dataclass(frozen=True, kw_only=True, slots=True)
class Backend:
    """A runtime, the device it works on, and how exactly it calculates."""

    runtime: Runtime
    device: str = "CPU"
    precision: str = "f32"

    def __str__(self) -> str:
        return f"{self.runtime}-{self.device.lower()}-{self.precision}"


REFERENCE = Backend(runtime=Runtime.ONNXRUNTIME)
"""The backend that the others must agree with; there is no machine without it."""

_CUDA = "CUDAExecutionProvider"


@dataclass(frozen=True, kw_only=True, slots=True)
class Graph:
    """A model's graph and what its runs look like.

    Attributes:
        model: its name, for messages and for the kept choice.
        content: the ONNX file.
        input: name of the graph's input.
        probe: the input that is timed and on which the backends must agree.
        agreement: least cosine between a backend's outputs and those of `REFERENCE`.
        exact: whether only float32 arithmetic will do.
    """

    model: str
    content: bytes
    input: str
    probe: Tensor
    agreement: float
    exact: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The backend that runs a model, and what was measured.

    `milliseconds` of a run of the probe by backend; `refused` says why a backend was out.
    """

    model: str
    backend: str
    batch: int
    milliseconds: Mapping[str, float]
    refused: Mapping[str, str]


def open_session(
    graph: Graph, cache: Path, *, threads: int, wanted: Runtime = Runtime.AUTO
) -> tuple[ModelSession, Choice]:
    """The fastest session for a graph on this machine.

    The first time, every runtime and device that is found runs the probe (a second or two); a
    backend whose outputs do not agree with onnxruntime's is out. The choice is kept in `cache` and
    made again when processor, cores, versions or model change. Raises Misconfigured when the graph
    cannot be loaded, or the runtime that is wanted cannot run it.
    """
    machine = fingerprint()
    key = _key(graph, threads, wanted)
    kept = _read_choice(cache, machine, key)
    if kept is not None:
        for backend in _candidates(graph, wanted):
            if str(backend) == kept.backend:
                with contextlib.suppress(Misconfigured):
                    return _load(backend, graph, threads), kept
    session, choice = _measure(graph, threads, wanted)
    _keep_choice(cache, machine, key, choice)
    return session, choice


def fingerprint() -> dict[str, str]:
    """What the speed of a backend depends on, apart from the model."""
    versions = {}
    for package in ("onnxruntime", "onnxruntime-gpu", "openvino"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions[package] = metadata.version(package)
    return {
        "processor": _processor(),
        "cores": str(cores()),
        "recipe": str(RECIPE),
        **versions,
    }


def cores() -> int:
    """How many cores this process may use; a container often has fewer than the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def probe_faces(count: int, size: int) -> list[np.ndarray[Any, np.dtype[np.uint8]]]:
    """Drawn faces (size x size, BGR), the same ones always: runtimes must agree on them."""
    rng = np.random.default_rng(112)
    faces = []
    for _ in range(count):
        ground = rng.integers(60, 200, (4, 4, 3)).astype(np.uint8)
        face = cv2.resize(ground, (112, 112), interpolation=cv2.INTER_CUBIC)
        skin = tuple(int(part) for part in rng.integers((60, 90, 120), (140, 180, 230)))
        dark = tuple(part // 3 for part in skin)
        cv2.ellipse(face, (56, 62), (38, 50), 0, 0, 360, skin, -1, cv2.LINE_AA)
        for x in (38, 74):
            cv2.ellipse(face, (x, 51), (8, 4), 0, 0, 360, (235, 235, 235), -1, cv2.LINE_AA)
            cv2.circle(face, (x, 51), 4, dark, -1, cv2.LINE_AA)
            cv2.line(face, (x - 10, 41), (x + 10, 40), dark, 3, cv2.LINE_AA)
        cv2.line(face, (56, 52), (53, 72), dark, 2, cv2.LINE_AA)
        cv2.ellipse(face, (56, 92), (15, 5), 0, 0, 360, dark, -1, cv2.LINE_AA)
        grain = rng.normal(0, 6, face.shape)
        face = np.clip(cv2.GaussianBlur(face, (0, 0), 1) + grain, 0, 255).astype(np.uint8)
        faces.append(cv2.resize(face, (size, size), interpolation=cv2.INTER_LINEAR))
    return faces


def agreement(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> float:
    """The least cosine between outputs of one name, example by example."""
    least = 1.0
    for name, values in one.items():
        rows = values.reshape(len(values), -1).astype(np.float64)
        others = np.asarray(other[name], dtype=np.float64).reshape(rows.shape)
        if not np.isfinite(others).all():
            return -1.0
        length = np.linalg.norm(rows, axis=1) * np.linalg.norm(others, axis=1)
        cosines = (rows * others).sum(axis=1) / np.maximum(length, 1e-12)
        both_empty = ~rows.any(axis=1) & ~others.any(axis=1)
        least = min(least, float(np.where(both_empty, 1.0, cosines).min()))
    return least


def _measure(graph: Graph, threads: int, wanted: Runtime) -> tuple[ModelSession, Choice]:
    sessions: dict[str, ModelSession] = {}
    refused: dict[str, str] = {}
    expected = _load(REFERENCE, graph, threads).run(graph.probe)
    for backend in _candidates(graph, wanted):
        try:
            session = _load(backend, graph, threads)
            found = agreement(expected, session.run(graph.probe))
        except Exception as error:  # a device that is listed and yet cannot be used
            refused[str(backend)] = str(error).splitlines()[0][:200]
            continue
        if found < graph.agreement:
            refused[str(backend)] = f"agrees to {found:.5f}, {graph.agreement} is needed"
            continue
        sessions[str(backend)] = session
    for name, reason in refused.items():
        log.warning("face model %s is not run by %s: %s", graph.model, name, reason)
    if not sessions:
        causes = "; ".join(f"{name}: {reason}" for name, reason in refused.items())
        raise Misconfigured(
            f"face model {graph.model} cannot be run by {wanted}"
            + (f": {causes}" if causes else f"; install {wanted}")
        )
    spent = _time(sessions, graph.probe)
    best = min(spent, key=lambda name: spent[name])
    choice = Choice(
        model=graph.model,
        backend=best,
        batch=len(graph.probe),
        milliseconds={name: round(value, 3) for name, value in spent.items()},
        refused=refused,
    )
    log.info("face model %s is run by %s: %s", graph.model, best, dict(choice.milliseconds))
    return sessions[best], choice


def _time(sessions: Mapping[str, ModelSession], probe: Tensor) -> dict[str, float]:
    """Milliseconds of the quickest run; the backends take turns, so that none has a calm hour."""
    spent = dict.fromkeys(sessions, float("inf"))
    for _ in range(ROUNDS):
        for name, session in sessions.items():
            start = time.perf_counter()
            session.run(probe)
            spent[name] = min(spent[name], (time.perf_counter() - start) * 1000)
    return spent


def _candidates(graph: Graph, wanted: Runtime) -> Iterator[Backend]:
    if wanted is not Runtime.OPENVINO:
        yield REFERENCE
        if _has_cuda():
            yield Backend(runtime=Runtime.ONNXRUNTIME, device="CUDA")
    if wanted is not Runtime.ONNXRUNTIME:
        for device, able in _openvino_devices().items():
            yield Backend(runtime=Runtime.OPENVINO, device=device)
            if not graph.exact and "BF16" in able:
                yield Backend(runtime=Runtime.OPENVINO, device=device, precision="bf16")
            elif not graph.exact and device != "CPU" and "FP16" in able:
                yield Backend(runtime=Runtime.OPENVINO, device=device, precision="f16")


def _has_cuda() -> bool:
    return _CUDA in onnxruntime().get_available_providers()


def _openvino_devices() -> dict[str, Sequence[str]]:
    """OpenVINO's devices and what each can calculate with; none where it is not installed."""
    try:
        core = openvino().Core()
        return {
            device: core.get_property(device, "OPTIMIZATION_CAPABILITIES")
            for device in core.available_devices
            if device.split(".")[0] in {"CPU", "GPU"}
        }
    except Exception as error:  # not installed, or not for this processor
        log.info("OpenVINO is not used: %s", error)
        return {}


def _load(backend: Backend, graph: Graph, threads: int) -> ModelSession:
    match backend.runtime:
        case Runtime.OPENVINO:
            return OpenVinoSession(
                graph.content,
                model=graph.model,
                input_name=graph.input,
                threads=threads,
                device=backend.device,
                precision=backend.precision,
            )
        case _:
            return OnnxSession(
                graph.content,
                model=graph.model,
                input_name=graph.input,
                threads=threads,
                provider=_CUDA if backend.device == "CUDA" else "CPUExecutionProvider",
            )


# --- the kept choice --------------------------------------------------------------------------

_keeping = threading.Lock()


def _key(graph: Graph, threads: int, wanted: Runtime) -> str:
    content = hashlib.sha256(graph.content).hexdigest()[:16]
    return f"{graph.model} {content} batch {len(graph.probe)} threads {threads} {wanted}"


def _read_choice(cache: Path, machine: Mapping[str, str], key: str) -> Choice | None:
    try:
        return Choice(**_read(cache, machine)[key])
    except (KeyError, TypeError):
        return None


def _read(cache: Path, machine: Mapping[str, str]) -> dict[str, Any]:
    """All kept choices; none when they were made on another machine or cannot be read."""
    try:
        document = json.loads((cache / CHOICES).read_text(encoding="utf-8"))
        return dict(document["choices"]) if document["machine"] == machine else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _keep_choice(cache: Path, machine: Mapping[str, str], key: str, choice: Choice) -> None:
    """Keeps a choice beside the others; where that cannot be, it is measured again each time."""
    with _keeping:
        choices = _read(cache, machine)
        choices[key] = {
            "model": choice.model,
            "backend": choice.backend,
            "batch": choice.batch,
            "milliseconds": dict(choice.milliseconds),
            "refused": dict(choice.refused),
        }
        document = json.dumps({"machine": machine, "choices": choices}, indent=2)
        try:
            cache.mkdir(parents=True, exist_ok=True)
            write_whole(cache / CHOICES, document.encode("utf-8"))
        except OSError as error:
            log.warning("the choice of a face backend is not kept: %s", error)


def _processor() -> str:
    """The processor's name and a digest of what it can do: cloud machines share names."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    facts: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        facts.setdefault(name.strip(), value.strip())
    wanted = ("model name", "cpu family", "model", "stepping", "flags", "Features")
    able = hashlib.sha256("|".join(facts.get(name, "") for name in wanted).encode()).hexdigest()
    return f"{facts.get('model name', platform.machine())} {able[:8]} {sys.platform}"
