"""Faces that lie on their side or stand on their head: looked for in the picture turned.

YuNet finds a face turned by more than 35 degrees badly or not at all, and its landmarks do not turn
with the head. So the picture is turned by steps of 45 degrees, which leaves no face more than 23
degrees from upright, and what is found is mapped back.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from parakh.domain.face import Box
from parakh.faces.detect import DetectedFace, Detector, shrink
from parakh.faces.picture import Picture

ANGLES = (90, 270, 180, 45, 315, 135, 225)
"""Degrees, counter-clockwise. A camera on its side is the usual cause, so quarters come first."""
CERTAIN = 0.85
"""A detection score from which no further angle is tried."""


def find_turned(detector: Detector, picture: Picture) -> list[DetectedFace]:
    """The faces of the picture in the direction in which its best face is detected most surely.

    In the picture's own pixels, largest first. None when no direction shows a face.
    """
    scale = min(1.0, detector.model.longest / max(picture.shape[:2]))
    view = shrink(picture, scale)
    best: list[DetectedFace] = []
    for angle in ANGLES:
        turned, matrix = turn(view, angle)
        matrix[:, :2] *= scale
        found = [map_back(face, matrix, angle) for face in detector.find(turned)]
        best = max(best, found, key=_certainty)
        if _certainty(best) >= CERTAIN and angle == ANGLES[len(ANGLES) // 2 - 1]:
            break
    return best


def turn(picture: Picture, angle: float) -> tuple[Picture, NDArray[np.float64]]:
    """The whole picture turned counter-clockwise, and the 2 x 3 matrix that takes its points there.

    What lies beyond the picture is grey, which no detector takes for a face.
    """
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    across = round(width * cosine + height * sine)
    down = round(width * sine + height * cosine)
    matrix[:, 2] += ((across - width) / 2, (down - height) / 2)
    turned: Picture = cv2.warpAffine(picture, matrix, (across, down), borderValue=(127, 127, 127))
    return turned, matrix.astype(np.float64)


def map_back(face: DetectedFace, matrix: NDArray[np.float64], angle: float) -> DetectedFace:
    """A face found in a turned picture, in the pixels from which `matrix` leads there.

    The box keeps its centre and stays upright, as boxes are; it lies down with a face on its side.
    """
    back = np.linalg.inv(matrix[:, :2])
    points = (face.landmarks.astype(np.float64) - matrix[:, 2]) @ back.T
    middle = (face.box.left + face.box.width / 2, face.box.top + face.box.height / 2)
    x, y = (np.array(middle) - matrix[:, 2]) @ back.T
    size = np.array([face.box.width, face.box.height]) * float(np.sqrt(abs(np.linalg.det(back))))
    width, height = size[::-1] if angle % 180 == 90 else size
    box = Box(
        left=float(x - width / 2),
        top=float(y - height / 2),
        width=float(width),
        height=float(height),
    )
    return DetectedFace(box=box, score=face.score, landmarks=points.astype(np.float32))


def _certainty(faces: list[DetectedFace]) -> float:
    return faces[0].score if faces else 0.0
