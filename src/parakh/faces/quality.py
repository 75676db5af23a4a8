"""How fit a face is for comparison, and what the person before the camera can do about it.

The components follow ISO/IEC 29794-5 (face image quality): inter-eye distance, pose, exposure,
sharpness, and one that speaks for the whole, the length of the embedder's raw vector, which falls
with blur, darkness, noise and covered faces (Meng et al., MagFace, CVPR 2021, show why).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from parakh.domain.face import Quality
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.faces.detect import DetectedFace, Landmarks
from parakh.faces.picture import Picture

NO_FACE = phrase(N_("No face was found in the picture"))
SEVERAL_FACES = N_("There are {count} faces of similar size; the largest is used")
TOO_DARK = N_("The face is too dark; add light from the front")
TOO_BRIGHT = N_("The face is too bright; reduce the light")
TOO_SMALL = N_("The face is too small; come closer to the camera")
BLURRED = N_("The face is blurred; hold still")
TURNED = N_("The face is turned away; look into the camera")
NODDING = N_("The face looks up or down; look into the camera")
PICTURE_LIGHT = {
    TOO_DARK: N_("The picture is too dark; add light from the front"),
    TOO_BRIGHT: N_("The picture is too bright; reduce the light"),
}
UNCERTAIN = N_("The face is hard to detect; remove what covers it")
UNCLEAR = N_("The face is hard to make out; uncover it, hold it upright, use even light")


class Measure(StrEnum):
    """What is measured of a face."""

    SIZE = "size"
    DETECTION = "detection"
    TURN = "turn"
    NOD = "nod"
    LIGHT = "light"
    SHARPNESS = "sharpness"
    NORM = "norm"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """How one measure is judged: score 0 at `worst`, 0.5 at `limit`, 1 at `good`, lines between.

    Below 0.5 the reason is given. `worst` may lie above `good`, where less is better.
    """

    measure: Measure
    worst: float
    limit: float
    good: float
    reason: str

    def score(self, value: float) -> float:
        """0 (useless) to 1 (fit)."""
        places, scores = (self.worst, self.limit, self.good), (0.0, 0.5, 1.0)
        if self.worst > self.good:
            places, scores = places[::-1], scores[::-1]
        return float(np.interp(value, places, scores))


LIMITS = (
    # Pixels between the eyes; an aligned face of 112 x 112 has 35.
    Limit(measure=Measure.SIZE, worst=6, limit=16, good=35, reason=TOO_SMALL),
    # The detector's own score.
    Limit(measure=Measure.DETECTION, worst=0.6, limit=0.75, good=0.88, reason=UNCERTAIN),
    # Nose beside the line from eyes to mouth, in eye distances: 0 is frontal, 0.5 near profile.
    Limit(measure=Measure.TURN, worst=0.6, limit=0.4, good=0.2, reason=TURNED),
    # Nose above or below its usual place between eyes and mouth, as a share of that distance.
    Limit(measure=Measure.NOD, worst=0.25, limit=0.16, good=0.08, reason=NODDING),
    # Mean grey of the face, 0 to 255.
    Limit(measure=Measure.LIGHT, worst=4, limit=20, good=45, reason=TOO_DARK),
    Limit(measure=Measure.LIGHT, worst=250, limit=212, good=185, reason=TOO_BRIGHT),
    # Change between neighbouring pixels of the aligned face, against its contrast.
    Limit(measure=Measure.SHARPNESS, worst=0.04, limit=0.09, good=0.16, reason=BLURRED),
    # Length of the raw vector, in parts of the length the model's catalogue entry calls sound. It
    # also speaks for heads tilted beyond 40 degrees: YuNet's landmarks do not turn with them.
    Limit(measure=Measure.NORM, worst=0.5, limit=1.0, good=1.25, reason=UNCLEAR),
)
"""The visible table of thresholds.

Set so that 99.3% of a public set of press pictures (Labeled Faces in the Wild) pass them all, while
the same faces blurred (Gaussian, 3 pixels of the aligned face), darkened to a tenth or overexposed
threefold mostly do not: their similarity to themselves has sunk to between 0.5 and 0.8.
"""

USUAL_NOD = 0.565
"""Where the nose stands between eyes (0) and mouth (1) in a frontal face: the median of the same
pictures."""

ACCEPTED = 0.5
"""The score at each limit: below it the reason is given and the sample is not acceptable."""

MOUTH_TO_EYES = 0.87
"""Eye distance of a frontal face, in distances from the eyes to the mouth (ArcFace template)."""

RIVAL_SIZE = 0.5
"""A second face whose eye distance is at least this share of the first's makes it unsure whose
face is meant."""


def measure_face(face: DetectedFace, aligned: Picture) -> dict[Measure, float]:
    """What the landmarks and the aligned face tell; the embedder adds `Measure.NORM`."""
    return {
        Measure.DETECTION: face.score,
        **measure_pose(face.landmarks),
        **measure_light(aligned),
    }


def measure_pose(landmarks: Landmarks) -> dict[Measure, float]:
    """Size and pose from the five landmarks, whichever way the head is tilted.

    Eyes draw together in a turned head and eyes and mouth in a nodding one, so the size is the
    larger of the eye distance and what the distance to the mouth says it would be in a frontal
    face.
    """
    left, right, nose = landmarks[:3].astype(np.float64)
    eyes, mouth = (left + right) / 2, landmarks[3:].mean(axis=0, dtype=np.float64)
    along = right - left
    across = along / max(float(np.hypot(*along)), 1e-6)
    down = np.array([-across[1], across[0]])
    height = abs(float((mouth - eyes) @ down))
    size = max(float(np.hypot(*along)), MOUTH_TO_EYES * height)
    turn = float((nose - eyes) @ across) - float((mouth - eyes) @ across) / 2
    nod = float((nose - eyes) @ down) / max(height, 1e-6) - USUAL_NOD
    return {
        Measure.SIZE: size,
        Measure.TURN: abs(turn) / max(size, 1e-6),
        Measure.NOD: abs(nod),
    }


def measure_light(aligned: Picture) -> dict[Measure, float]:
    """Light and sharpness of the face itself, without hair and background at the edges."""
    grey = cv2.cvtColor(aligned, cv2.COLOR_BGR2GRAY)
    side = len(grey)
    middle = np.s_[side * 24 // 112 : side * 104 // 112, side * 20 // 112 : side * 92 // 112]
    contrast = max(float(grey[middle].std()), 1.0)
    edges = cv2.Laplacian(grey, cv2.CV_32F)[middle]
    return {
        Measure.LIGHT: float(grey[middle].mean()),
        Measure.SHARPNESS: float(edges.std()) / contrast,
    }


def judge(measures: Mapping[Measure, float], rivals: int = 0) -> Quality:
    """The quality that the measures give; the worst one decides the score.

    A measure that was not taken is not judged. `rivals` counts other faces of similar size.
    """
    scores = [
        (limit.score(measures[limit.measure]), limit)
        for limit in LIMITS
        if limit.measure in measures
    ]
    reasons = [phrase(limit.reason) for score, limit in scores if score < ACCEPTED]
    if rivals:
        reasons.append(phrase(SEVERAL_FACES, count=rivals + 1))
    return Quality(
        score=min(score for score, _ in scores),
        acceptable=not reasons,
        reasons=tuple(reasons),
    )


def count_rivals(faces: Sequence[DetectedFace]) -> int:
    """How many of the other faces are nearly as large as the first and could be meant instead."""
    sizes = [measure_pose(face.landmarks)[Measure.SIZE] for face in faces]
    return sum(size >= RIVAL_SIZE * sizes[0] for size in sizes[1:])


def explain_absence(picture: Picture) -> tuple[Phrase, ...]:
    """Why there may be no face in a picture: it is dark or bright all over, or nobody is there."""
    grey = float(picture.mean())
    light = [limit for limit in LIMITS if limit.measure is Measure.LIGHT]
    failed = [limit for limit in light if limit.score(grey) < ACCEPTED]
    return (NO_FACE, *(phrase(PICTURE_LIGHT[limit.reason]) for limit in failed))
