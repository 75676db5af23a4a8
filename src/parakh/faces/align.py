"""Turning a face upright and to a fixed size, as embedders expect it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from parakh.faces.detect import Landmarks
from parakh.faces.picture import Picture

ARCFACE = np.array(
    [
        (38.2946, 51.6963),
        (73.5318, 51.5014),
        (56.0252, 71.7366),
        (41.5493, 92.3655),
        (70.7299, 92.2041),
    ],
    dtype=np.float64,
)
"""Where the five landmarks belong in a face of 112 x 112 (Deng et al., ArcFace, CVPR 2019)."""
ARCFACE_SIDE = 112
SMALLEST_SCALE = 1e-3
"""Below it the landmarks are nonsense: no picture holds a face that must shrink so much."""


def align(picture: Picture, landmarks: Landmarks, side: int) -> Picture:
    """The face cut out, turned upright and scaled to `side` x `side`; black beyond the picture.

    A face much larger than `side` is shrunk by whole steps first: sampling it directly would skip
    most of its pixels and turn fine texture into noise.
    """
    wanted = ARCFACE * (side / ARCFACE_SIDE)
    points = landmarks.astype(np.float64)
    matrix = similarity(points, wanted)
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    steps = int(1 / scale) if scale > SMALLEST_SCALE else 1
    if steps > 1:
        picture, points = _reduce(picture, points, matrix, side, steps)
        matrix = similarity(points, wanted)
    face: Picture = cv2.warpAffine(picture, matrix, (side, side), flags=cv2.INTER_LINEAR)
    return face


def similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The 2 x 3 matrix of the rotation, scale and shift that best take source to target.

    Least squares over points (n, 2): Umeyama, IEEE TPAMI 13(4), 1991, equations 34 to 42.
    """
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    from_mean, to_mean = source - source_mean, target - target_mean
    left, singular, right = np.linalg.svd(to_mean.T @ from_mean / len(source))
    sign = np.array([1.0, np.sign(np.linalg.det(left) * np.linalg.det(right)) or 1.0])
    rotation = (left * sign) @ right
    spread = float((from_mean**2).sum() / len(source))
    scale = float(singular @ sign) / max(spread, 1e-9)
    shift = target_mean - scale * rotation @ source_mean
    return np.column_stack([scale * rotation, shift])


def _reduce(
    picture: Picture,
    points: NDArray[np.float64],
    matrix: NDArray[np.float64],
    side: int,
    steps: int,
) -> tuple[Picture, NDArray[np.float64]]:
    """The part of the picture that the face will cover, `steps` times smaller, and its points."""
    corners = np.array([(0, 0), (side, 0), (side, side), (0, side)], dtype=np.float64)
    seen = (corners - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T
    height, width = picture.shape[:2]
    margin = 2 * steps
    left, top = np.clip(seen.min(axis=0) - margin, 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.clip(seen.max(axis=0) + margin, 1, (width, height)).astype(int)
    part = picture[top : max(bottom, top + 1), left : max(right, left + 1)]
    across, down = max(1, part.shape[1] // steps), max(1, part.shape[0] // steps)
    smaller: Picture = cv2.resize(part, (across, down), interpolation=cv2.INTER_AREA)
    ratio = np.array([across / part.shape[1], down / part.shape[0]])
    return smaller, (points - (left, top) + 0.5) * ratio - 0.5
