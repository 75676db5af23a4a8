"""Model files: found, checked against their published digest, unpacked once, kept in a cache."""

import contextlib
import hashlib
import logging
import os
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from parakh.errors import Misconfigured
from parakh.faces.catalogue import DetectorModel, EmbedderModel, PackageFile, PadModel

if TYPE_CHECKING:
    import onnx

log = logging.getLogger(__name__)

RECIPE = 1
"""Raised when `unpack` changes, so that files made by the older one are not used again."""


def load_weights(model: DetectorModel | EmbedderModel | PadModel, cache: Path) -> bytes:
    """The ONNX graph of a model, ready for onnxruntime.

    A packed model is unpacked on first use; the result is kept in `cache` with its digest beside
    it. The digest is checked at each load and a damaged file is made again from the source, whose
    own digest is pinned. The bytes that were checked are the bytes returned, so nobody can
    exchange the file in between.

    Raises Misconfigured when the file is missing or its digest differs from the catalogue's.
    """
    if not model.packed:
        return _source(model)
    kept = cache / f"{model.id}-{model.version}-{model.sha256[:16]}-{RECIPE}.onnx"
    with contextlib.suppress(OSError):
        content = kept.read_bytes()
        if _digest(content) == _beside(kept).read_text(encoding="ascii").strip():
            return content
        log.warning("the unpacked face model %s was damaged and is made again", kept.name)
    content = unpack(_source(model), any_size=isinstance(model, DetectorModel))
    try:
        cache.mkdir(parents=True, exist_ok=True)
        write_whole(kept, content)
        write_whole(_beside(kept), f"{_digest(content)}\n".encode("ascii"))
    except OSError as error:
        raise Misconfigured(f"{cache}: face models cannot be kept here: {error}") from error
    return content


def unpack(content: bytes, *, any_size: bool) -> bytes:
    """Makes onnxruntime accept the block-quantised graphs of the OpenCV model zoo.

    - Weights are listed as graph inputs, some under names that nothing reads any more: both go,
      since a runtime would demand them at each run.
    - Weights stored as 8-bit blocks (`DequantizeLinear` with `block_size`, then `Reshape`) become
      float32 initialisers: 8-bit weights save download only, and every run would unpack them.
    - Batch becomes free, and with `any_size` height and width too.
    """
    import onnx

    model = onnx.load_model_from_string(content)
    graph = model.graph
    _fold(graph)
    weights = {tensor.name for tensor in graph.initializer}
    used = {name for node in graph.node for name in node.input}
    inputs = [value for value in graph.input if value.name in used - weights]
    _free_batch(graph)
    for value in inputs:
        _free_shape(value, ("batch", None, "height", "width") if any_size else ("batch",))
    for value in graph.output:
        _free_shape(value, ("batch", f"cells_{value.name}") if any_size else ("batch",))
    del graph.input[:]
    graph.input.extend(inputs)
    del graph.value_info[:]  # states the old shapes, which onnxruntime would believe
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _fold(graph: "onnx.GraphProto") -> None:
    """Replaces nodes that only unpack weights by the weights they yield."""
    from onnx import numpy_helper

    stored = {tensor.name: tensor for tensor in graph.initializer}
    made: dict[str, NDArray[Any]] = {}

    def value(name: str) -> NDArray[Any]:
        array: NDArray[Any] = made[name] if name in made else numpy_helper.to_array(stored[name])
        return array

    kept = []
    for node in graph.node:
        constant = all(name in made or name in stored for name in node.input)
        if constant and node.op_type == "DequantizeLinear":
            numbers = {part.name: part.i for part in node.attribute}
            made[node.output[0]] = dequantise(
                *(value(name) for name in node.input),
                axis=numbers.get("axis", 1),
                block=numbers.get("block_size", 0),
            )
        elif constant and node.op_type == "Reshape":
            shape = tuple(int(side) for side in value(node.input[1]))
            made[node.output[0]] = value(node.input[0]).reshape(shape)
        else:
            kept.append(node)
    used = {name for node in kept for name in node.input}
    tensors = [tensor for tensor in graph.initializer if tensor.name in used]
    tensors += [
        numpy_helper.from_array(array, name) for name, array in made.items() if name in used
    ]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(kept)
    graph.initializer.extend(tensors)


def dequantise(
    packed: NDArray[Any],
    scale: NDArray[Any],
    zero: NDArray[Any],
    *,
    axis: int,
    block: int,
) -> NDArray[np.float32]:
    """`(packed - zero) * scale`, one scale for each `block` values along `axis` (ONNX opset 21)."""
    if scale.ndim == packed.ndim and block:
        length = packed.shape[axis]
        scale = np.repeat(scale, block, axis=axis).take(range(length), axis=axis)
        zero = np.repeat(zero, block, axis=axis).take(range(length), axis=axis)
    difference = packed.astype(np.int32) - zero.astype(np.int32)
    unpacked: NDArray[np.float32] = (difference * scale).astype(np.float32)
    return unpacked


def _free_batch(graph: "onnx.GraphProto") -> None:
    """Lets `Reshape` of a picture's features keep the batch (0) where it demanded one (1)."""
    from onnx import numpy_helper

    shapes = {node.input[1] for node in graph.node if node.op_type == "Reshape"}
    for tensor in graph.initializer:
        if tensor.name in shapes:
            shape = numpy_helper.to_array(tensor).copy()
            if shape[0] == 1:
                shape[0] = 0
            tensor.CopyFrom(numpy_helper.from_array(shape, tensor.name))


def _free_shape(value: "onnx.ValueInfoProto", names: tuple[str | None, ...]) -> None:
    dimensions = value.type.tensor_type.shape.dim
    for dimension, name in zip(dimensions, names, strict=False):
        if name:
            dimension.dim_param = name


def _source(model: DetectorModel | EmbedderModel | PadModel) -> bytes:
    path = _locate(model.source)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Misconfigured(
            f"face model {model.id}@{model.version}: {path} cannot be read: {error.strerror}"
        ) from error
    found = _digest(content)
    if found != model.sha256:
        raise Misconfigured(
            f"face model {model.id}@{model.version}: {path} has the SHA-256 {found}, not "
            f"{model.sha256} as the catalogue says; it is not used"
        )
    return content


def _locate(source: PackageFile | Path) -> Path:
    match source:
        case Path():
            return source
        case PackageFile():
            try:
                distribution = metadata.distribution(source.distribution)
            except metadata.PackageNotFoundError as error:
                raise Misconfigured(
                    f"the package {source.distribution}, which carries the face models, is not "
                    f"installed; install {source.distribution}=={source.version}"
                ) from error
            return Path(str(distribution.locate_file(source.path)))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _beside(kept: Path) -> Path:
    return kept.with_suffix(".sha256")


def write_whole(path: Path, content: bytes) -> None:
    """Writes all or nothing: a process killed half-way leaves no half model behind."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
