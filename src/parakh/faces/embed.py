"""Aligned faces to vectors."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from parakh.errors import Misconfigured
from parakh.faces.align import align
from parakh.faces.catalogue import Channels, EmbedderKind, EmbedderModel
from parakh.faces.detect import Landmarks
from parakh.faces.picture import Picture
from parakh.faces.session import ModelSession, Tensor
from parakh.faces.vectors import Vector


class Embedder:
    """Cuts faces out and turns them into vectors, as its model's catalogue entry says."""

    def __init__(self, model: EmbedderModel, session: ModelSession) -> None:
        """Tries the graph once; raises Misconfigured when it is not what the catalogue says."""
        self.model = model
        self._session = session
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
        """Unit vectors (n, dimension) of cut faces, and the lengths (n,) before they were 1.

        Runs in batches of at most the model's `batch`.
        """
        raw = self._raw([self._tensor(face) for face in faces])
        norms = np.linalg.norm(raw, axis=1)
        if self.model.mirror:
            raw = raw + self._raw([self._tensor(face[:, ::-1]) for face in faces])
        length = np.linalg.norm(raw, axis=1, keepdims=True)
        return (raw / np.maximum(length, 1e-12)).astype(np.float32), norms.astype(np.float32)

    def _raw(self, tensors: Sequence[Tensor]) -> Vector:
        size = self.model.batch
        parts = [
            self._session.run(np.stack(tensors[start : start + size]))[self.model.output]
            for start in range(0, len(tensors), size)
        ]
        return np.concatenate(parts) if parts else np.empty((0, self.model.dimension), np.float32)

    def _tensor(self, face: Picture) -> Tensor:
        match self.model.channels:
            case Channels.RGB:
                ordered = face[:, :, ::-1]
            case Channels.BGR:
                ordered = face
        mean = np.array(self.model.mean, dtype=np.float32)
        scaled = (ordered.astype(np.float32) - mean) * np.float32(self.model.scale)
        return np.ascontiguousarray(scaled.transpose(2, 0, 1))
