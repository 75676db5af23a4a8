"""Finding faces: YuNet's outputs read into boxes and landmarks.

Wu, Peng, Yu: YuNet: A Tiny Millisecond-level Face Detector. Machine Intelligence Research 20
(2023).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from parakh.domain.face import Box
from parakh.faces.catalogue import DetectorKind, DetectorModel
from parakh.faces.picture import Picture
from parakh.faces.session import ModelSession, Tensor

Landmarks = NDArray[np.float32]
"""(5, 2), x and y in pixels: the eye on the picture's left, the eye on its right, the nose, the
mouth's corner on the left, the mouth's corner on the right."""

STRIDES = (8, 16, 32)
PAD = 32
"""Sides are padded to a multiple of the coarsest stride."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DetectedFace:
    """A face found in a picture, in that picture's pixels."""

    box: Box
    score: float
    landmarks: Landmarks

    @property
    def area(self) -> float:
        """Of the box, in square pixels."""
        return self.box.width * self.box.height


class Detector:
    """Finds the faces of a picture, largest first."""

    def __init__(self, model: DetectorModel, session: ModelSession) -> None:
        self.model = model
        self._session = session

    def find(self, picture: Picture) -> list[DetectedFace]:
        """The faces of a picture, largest first; the same picture gives the same answer."""
        rows = [self._rows(view, scale) for view, scale in self._views(picture)]
        boxes, scores, landmarks = (np.concatenate(parts) for parts in zip(*rows, strict=True))
        kept = suppress(boxes, scores, self.model.overlap)
        faces = [
            DetectedFace(
                box=Box(left=left, top=top, width=width, height=height),
                score=float(scores[row]),
                landmarks=landmarks[row],
            )
            for row in kept
            for left, top, width, height in [boxes[row].tolist()]
        ]
        return sorted(faces, key=by_size)

    def settled(self, picture: Picture, face: DetectedFace) -> DetectedFace:
        """A face that was found, with landmarks as exact as this detector can give them."""
        return face

    def _views(self, picture: Picture) -> list[tuple[Picture, float]]:
        """The picture at the sizes to look at, each with its scale.

        YuNet places faces wider than about 300 pixels badly or overlooks them. A portrait that
        fills the picture is such a face, and is seen well at half the size.
        """
        scale = min(1.0, self.model.longest / max(picture.shape[:2]))
        view = shrink(picture, scale)
        if max(view.shape[:2]) <= self.model.longest // 2:
            return [(view, scale)]
        return [(view, scale), (shrink(view, 0.5), scale / 2)]

    def _rows(
        self, view: Picture, scale: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], Landmarks]:
        tensor = to_tensor(view)
        outputs = self._session.run(tensor)
        match self.model.kind:
            case DetectorKind.YUNET:
                boxes, scores, landmarks = read_yunet(
                    outputs, tensor.shape[3], self.model.threshold
                )
        return boxes / scale, scores, landmarks / scale


def by_size(face: DetectedFace) -> tuple[float, float, float]:
    """For sorting: the largest face first, and equal ones always in one order."""
    return -face.area, face.box.left, face.box.top


def shrink(picture: Picture, scale: float) -> Picture:
    """The picture at `scale` (at most 1), each new pixel the mean of those it covers."""
    if scale >= 1:
        return picture
    height, width = picture.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    smaller: Picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return smaller


def shrink_to(picture: Picture, longest: int) -> Picture:
    """The picture with a longer side of at most so many pixels."""
    return shrink(picture, longest / max(picture.shape[:2]))


def to_tensor(picture: Picture) -> Tensor:
    """(1, 3, height, width) float32, BGR, 0 to 255, padded with black at the right and bottom."""
    height, width = picture.shape[:2]
    shape = (1, 3, math.ceil(height / PAD) * PAD, math.ceil(width / PAD) * PAD)
    tensor = np.zeros(shape, dtype=np.float32)
    tensor[0, :, :height, :width] = picture.transpose(2, 0, 1)
    return tensor


def read_yunet(
    outputs: Mapping[str, Tensor], width: int, threshold: float
) -> tuple[NDArray[np.float32], NDArray[np.float32], Landmarks]:
    """Boxes (n, 4) as left, top, width, height; scores (n,); landmarks (n, 5, 2).

    A cell's score is the geometric mean of its class and object scores; its box is given as an
    offset of the centre and the logarithm of the size, its landmarks as offsets, all in strides.
    `width` is that of the tensor the outputs belong to.
    """
    found = [_read_stride(outputs, stride, width // stride, threshold) for stride in STRIDES]
    boxes, scores, landmarks = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return boxes, scores, landmarks


def _read_stride(
    outputs: Mapping[str, Tensor], stride: int, columns: int, threshold: float
) -> tuple[NDArray[np.float32], NDArray[np.float32], Landmarks]:
    chance = outputs[f"cls_{stride}"][0, :, 0] * outputs[f"obj_{stride}"][0, :, 0]
    scores = np.sqrt(np.clip(chance, 0, 1))
    cells = np.flatnonzero(scores >= threshold)
    corner = np.stack([cells % columns, cells // columns], axis=1).astype(np.float32)
    deltas = outputs[f"bbox_{stride}"][0, cells]
    centre = (corner + deltas[:, :2]) * stride
    size = np.exp(deltas[:, 2:]) * stride
    points = outputs[f"kps_{stride}"][0, cells].reshape(-1, 5, 2)
    landmarks = (corner[:, None, :] + points) * stride
    return np.concatenate([centre - size / 2, size], axis=1), scores[cells], landmarks


def suppress(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], overlap: float
) -> NDArray[np.int64]:
    """Rows to keep: the best of each group of boxes that overlap (greedy, ties by row)."""
    left, top = boxes[:, 0], boxes[:, 1]
    right, bottom = left + boxes[:, 2], top + boxes[:, 3]
    area = boxes[:, 2] * boxes[:, 3]
    order = np.argsort(-scores, kind="stable")
    kept = []
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(best)
        across = np.minimum(right[best], right[rest]) - np.maximum(left[best], left[rest])
        down = np.minimum(bottom[best], bottom[rest]) - np.maximum(top[best], top[rest])
        shared = np.clip(across, 0, None) * np.clip(down, 0, None)
        order = rest[shared <= overlap * (area[best] + area[rest] - shared)]
    return np.array(kept, dtype=np.int64)
