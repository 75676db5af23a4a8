"""Aligned faces to vectors."""

import copy
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from parakh.errors import Misconfigured
from parakh.faces.align import align
from parakh.faces.batching import Batcher
from parakh.faces.catalogue import Channels, EmbedderKind, EmbedderModel
from parakh.faces.cohort import Cohort
from parakh.faces.detect import Landmarks
from parakh.faces.picture import Picture
from parakh.faces.session import ModelSession, Tensor
from parakh.faces.vectors import Vector

TOGETHER = 8
"""Most requests that are embedded together: the last of them waits for all."""


class Embedder:
    """Cuts faces out and turns them into vectors, as its model's catalogue entry says.

    What several threads ask for at the same moment runs together.
    """

    def __init__(
        self, model: EmbedderModel, session: ModelSession, cohort: Cohort | None = None
    ) -> None:
        """Tries the graph once; raises Misconfigured when it is not what the catalogue says.

        `cohort` is the one that the model's entry names.
        """
        self.model = model
        self.cohort = cohort
        self._session = session
        self._batches = Batcher(self._run_together, most=TOGETHER)
        blank = np.zeros((1, 3, model.size, model.size), dtype=np.float32)
        try:
            shape = session.run(blank)[model.output].shape
        except Exception as error:  # whatever a foreign graph and its runtime may raise
            raise Misconfigured(
                f"face model {model.name}: cannot be run as its catalogue entry says: {error}"
            ) from error
        if shape != (1, model.dimension):
            raise Misconfigured(
                f"face model {model.name}: '{model.output}' has the shape {shape}, not "
                f"(1, {model.dimension})"
            )

    def cut(self, picture: Picture, landmarks: Landmarks) -> Picture:
        """The face as the model wants it: upright and `size` x `size`, still BGR, 8 bits."""
        match self.model.kind:
            case EmbedderKind.ARCFACE:
                return align(picture, landmarks, self.model.size)

    def embed(self, faces: Sequence[Picture]) -> tuple[Vector, NDArray[np.float32]]:
        """Unit vectors (n, dimension) of cut faces, and the lengths (n,) before they were 1."""
        if not len(faces):
            return np.empty((0, self.model.dimension), np.float32), np.empty(0, np.float32)
        plain = np.stack([to_tensor(face, self.model) for face in faces])
        if self.model.mirror:
            both = self._batches.ask(np.concatenate([plain, plain[:, :, :, ::-1]]))
            first = both[: len(faces)]
            raw = first + both[len(faces) :]
        else:
            first = raw = self._batches.ask(plain)
        norms = np.linalg.norm(first, axis=1)
        length = np.linalg.norm(raw, axis=1, keepdims=True)
        unit = (raw / np.maximum(length, 1e-12)).astype(np.float32)
        return self.normalised(unit), norms.astype(np.float32)

    def normalised(self, vectors: Vector) -> Vector:
        """Unit vectors as the graph gives them, normalised against the cohort, if there is one."""
        return vectors if self.cohort is None else self.cohort.apply(vectors)

    @property
    def raw(self) -> "Embedder":
        """The same model and session without the cohort."""
        raw = copy.copy(self)
        raw.model, raw.cohort = self.model.raw, None
        return raw

    def _run_together(self, requests: Sequence[Tensor]) -> Sequence[Vector]:
        """Raw vectors of each request, in batches of at most the model's `batch`."""
        tensors = np.concatenate(requests) if len(requests) > 1 else requests[0]
        size = self.model.batch
        parts = [
            self._session.run(tensors[start : start + size])[self.model.output]
            for start in range(0, len(tensors), size)
        ]
        vectors = np.concatenate(parts)
        ends = np.cumsum([len(request) for request in requests])
        return np.split(vectors, ends[:-1])


def to_tensor(face: Picture, model: EmbedderModel) -> Tensor:
    """(3, size, size) float32, as the model's entry says."""
    match model.channels:
        case Channels.RGB:
            ordered = face[:, :, ::-1]
        case Channels.BGR:
            ordered = face
    tensor = ordered.transpose(2, 0, 1).astype(np.float32)
    if any(model.mean):
        tensor -= np.array(model.mean, dtype=np.float32)[:, None, None]
    if model.scale != 1:
        tensor *= np.float32(model.scale)
    return tensor
