"""Heads that are tilted, lie on their side or stand upside down.

YuNet finds a face turned by more than 35 degrees badly or not at all, and its landmarks turn with
the head only in part: at 30 degrees every fifth face no longer resembles itself. So a tilted face
is looked at again, turned upright by what its landmarks say; and where no certain face is found,
the whole picture is turned by steps of 45 degrees. Either costs time only where there is need.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from parakh.domain.face import Box
from parakh.faces.align import ARCFACE, similarity
from parakh.faces.detect import DetectedFace, Detector, by_size, shrink
from parakh.faces.picture import Picture

Find = Callable[[Picture], list[DetectedFace]]
"""Finds the upright faces of a picture."""

STEADY = 3.0
"""Degrees by which landmarks may be turned: nine of ten upright faces are within."""
GAIN = 2.0
"""Landmarks turn by a third of what the head does at 15 degrees and by less beyond; a little too
far is as bad as not far enough."""
LOOKS = 4
"""How often a tilted face is looked at again."""
WORSE = 0.1
"""A face that is detected so much less surely after it was turned was better before."""
TILTED = (256, 120, 2.0)
CLOSE = (320, 192, 6.0)
"""Pixels of a square that is looked at again, of the face in it, and how far it may be enlarged:
for a face that is tilted, and for landmarks as exact as may be."""
MOVED = 0.25
"""Landmarks that moved by more than this share of the face are another's."""
MIRRORED = [1, 0, 2, 4, 3]
"""The landmarks of a mirrored face, in their order."""
STEP = 45.0
ANGLES = (90, 270, 180, 45, 315, 135, 225)
"""Degrees, counter-clockwise, by which the whole picture is turned."""
TURNED_SIDE = 320
"""Longer side of the picture that is turned: a face under a sixteenth of it is not found."""
CERTAIN = 0.895
"""A detection score that upright faces reach and faces upside down hardly ever."""


STEADIED = 8
"""Of a crowd, so many of the largest faces are looked at again at most."""


class AnyWayUp(Detector):
    """Finds faces whichever way up they are."""

    def find(self, picture: Picture) -> list[DetectedFace]:
        """The faces of a picture, largest first; the same picture gives the same answer."""
        find = super().find
        faces = find(picture)
        if surest(faces) < CERTAIN:
            faces = max(faces, find_turned(find, picture), key=surest)
        steadied = [steady(find, picture, face) for face in faces[:STEADIED]]
        return sorted(steadied + faces[STEADIED:], key=by_size)

    def settled(self, picture: Picture, face: DetectedFace) -> DetectedFace:
        """The face with the mean of the landmarks that it and its mirror image have when they are
        looked at closely, 192 pixels wide.

        Landmarks decide where a face is cut. At the size at which faces are searched for they err
        by a pixel or two, and in a picture and its mirror image not alike; the mean of both looks
        cuts the persons who are missed by up to a quarter (docs/faces.md).
        """
        find = super().find
        angle = roll(face)
        angle = angle if abs(angle) > STEADY else 0.0
        size = max(face.box.width, face.box.height)
        looks = [
            own.landmarks
            for mirrored in (False, True)
            if (own := _look_again(find, picture, face, angle, CLOSE, mirrored=mirrored))
            and float(np.abs(own.landmarks - face.landmarks).max()) <= MOVED * size
        ]
        if not looks:
            return face
        mean = np.stack(looks).astype(np.float64).mean(axis=0)
        return replace(face, landmarks=mean.astype(np.float32))


def roll(face: DetectedFace) -> float:
    """Degrees, clockwise as seen, by which the landmarks are turned from upright."""
    matrix = similarity(face.landmarks.astype(np.float64), ARCFACE)
    return -math.degrees(math.atan2(matrix[1, 0], matrix[0, 0]))


def steady(find: Find, picture: Picture, face: DetectedFace) -> DetectedFace:
    """The face with the landmarks that it has when it is turned upright first.

    An upright face, and one that is not found again, stays as it is.
    """
    turned = STEP * round(roll(face) / STEP)  # the direction in which it was found
    for _ in range(LOOKS):
        rest = _difference(roll(face), turned)
        if abs(rest) <= STEADY:
            break
        turned += GAIN * rest
        again = _look_again(find, picture, face, turned, TILTED)
        if again is None or again.score < face.score - WORSE:
            break
        face = again
    return face


def find_turned(find: Find, picture: Picture) -> list[DetectedFace]:
    """The faces in that direction in which the best one is detected most surely, largest first.

    In the picture's own pixels; none when no direction shows a face.
    """
    scale = min(1.0, TURNED_SIDE / max(picture.shape[:2]))
    view = shrink(picture, scale)
    best: list[DetectedFace] = []
    for angle in ANGLES:
        seen, matrix = turn(view, angle)
        matrix[:, :2] *= scale
        found = [map_back(face, matrix) for face in find(seen)]
        best = max(best, found, key=surest)
    return best


def surest(faces: Sequence[DetectedFace]) -> float:
    """The detection score of the first face; 0 without one."""
    return faces[0].score if faces else 0.0


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


def map_back(face: DetectedFace, matrix: NDArray[np.float64]) -> DetectedFace:
    """A face found in a turned picture, in the pixels from which `matrix` leads there.

    Boxes have no direction: this one keeps its centre, and lies down with a face on its side.
    """
    back = np.linalg.inv(matrix[:, :2])
    points = (face.landmarks.astype(np.float64) - matrix[:, 2]) @ back.T
    middle = (face.box.left + face.box.width / 2, face.box.top + face.box.height / 2)
    x, y = (np.array(middle) - matrix[:, 2]) @ back.T
    size = np.array([face.box.width, face.box.height]) * math.sqrt(abs(np.linalg.det(back)))
    width, height = size[::-1] if abs(matrix[0, 1]) > abs(matrix[0, 0]) else size
    box = Box(
        left=float(x - width / 2),
        top=float(y - height / 2),
        width=float(width),
        height=float(height),
    )
    return DetectedFace(box=box, score=face.score, landmarks=points.astype(np.float32))


def _look_again(
    find: Find,
    picture: Picture,
    face: DetectedFace,
    angle: float,
    look: tuple[int, int, float],
    *,
    mirrored: bool = False,
) -> DetectedFace | None:
    """The face as it is found in its surroundings, turned by `angle`; None when it is not."""
    canvas, wide, most = look
    scale = min(most, wide / max(face.box.width, face.box.height, 1.0))
    steps = max(1, int(1 / scale))  # a large face is shrunk by whole steps, which is quick
    reach = 0.75 * canvas / scale  # of the corners of the square
    x, y = face.landmarks.mean(axis=0, dtype=np.float64)
    height, width = picture.shape[:2]
    left, right = _span(float(x), reach, width)
    top, bottom = _span(float(y), reach, height)
    part = picture[top:bottom, left:right]
    smaller = shrink(part, 1 / steps)
    reduced = smaller.shape[1] / part.shape[1], smaller.shape[0] / part.shape[0]
    matrix = cv2.getRotationMatrix2D((0.0, 0.0), angle, scale * steps)
    matrix[:, :2] *= reduced
    matrix[:, 2] = canvas / 2 - matrix[:, :2] @ (x - left, y - top)
    onto_smaller = matrix.copy()
    onto_smaller[:, :2] /= reduced
    square = cv2.warpAffine(
        smaller,
        onto_smaller,
        (canvas, canvas),
        flags=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_LINEAR,
        borderValue=(127, 127, 127),
    )
    matrix[:, 2] -= matrix[:, :2] @ (left, top)
    seen = [_unmirrored(own, canvas) for own in find(square[:, ::-1])] if mirrored else find(square)
    middle = np.array([canvas / 2, canvas / 2])
    found = [(float(np.hypot(*(own.landmarks.mean(axis=0) - middle))), own) for own in seen]
    near = [(distance, own) for distance, own in found if distance < wide / 2]
    if not near:
        return None
    return map_back(min(near, key=lambda pair: pair[0])[1], matrix)


def _unmirrored(face: DetectedFace, side: int) -> DetectedFace:
    """A face of a mirrored square as it is in the square itself."""
    landmarks = face.landmarks[MIRRORED]
    landmarks[:, 0] = side - 1 - landmarks[:, 0]
    left = side - face.box.left - face.box.width
    return replace(face, landmarks=landmarks, box=replace(face.box, left=left))


def _span(middle: float, reach: float, side: int) -> tuple[int, int]:
    """The part of a side within reach of its middle; at least a pixel."""
    start = int(np.clip(middle - reach, 0, side - 1))
    return start, int(np.clip(middle + reach, start + 1, side))


def _difference(one: float, other: float) -> float:
    return (one - other + 180) % 360 - 180
