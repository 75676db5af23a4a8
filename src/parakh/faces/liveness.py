"""Active checks for presentation attacks: the person is asked to do what nobody could foresee.

A check is drawn at random, shown, and judged from the frames that were taken meanwhile. A printed
photo, and a still on a screen, do none of it: they are flat, so that turning them moves the nose
hardly at all against eyes and mouth, and their eyes stay open. What it does not stop: a film of the
right movement, which for one turn is one of two; a screen that shows a face driven live; a mask
with a living person's eyes. ISO/IEC 30107-3 names the states; rates are not claimed, for they were
not measured on living persons.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from parakh.domain.face import PadResult, PadState, Template
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.faces.detect import Landmarks
from parakh.faces.extract import FaceEngine
from parakh.faces.picture import Picture
from parakh.faces.quality import MOUTH_TO_EYES

THRESHOLD = 0.5
"""The score from which a check is passed, for all of them."""

MOST_FRAMES = 8
FOLLOWED = 8
"""Places of the dot. Of other random paths over them, four of a hundred correlate as much."""

TURN_SEEN = 0.30
"""Change of the nose's place, in eye distances, that scores 1: a head turned by some 30 degrees. A
flat print that is turned by 45 degrees at arm's length reaches 0.10 (perspective alone)."""

SWAY = 0.10
"""Spread of the nose's place over a dot's path, in eye distances, that scores 1."""

CORRELATED = 0.7
"""Correlation of nose and dot that scores 0; a perfect one scores 1."""

BLINK_SEEN = 3.0
"""Change at the eyes, in times of the change at the nose, that scores 1; none scores 0."""

SMALLEST_CHANGE = 0.02
"""Noise of a steady face, added above and below the line so that noise makes no large quotient."""

LATE = 0.75
"""Seconds by which a frame may be off the moment it was asked for."""

_EYES = ((38, 52), (74, 52))
_NOSE = (56, 74)
_EYE_PATCH, _NOSE_PATCH, _ROOM = (11, 7), (16, 12), 4
"""In pixels of an aligned face of 112 (ArcFace template): half sizes, and how far a patch is looked
for around its place, because landmarks waver."""

TOO_FEW = N_("{count} frames came, the check needs {needed}")
OUT_OF_STEP = phrase(N_("The frames were not taken when the check asked for them"))
NO_FACE = N_("Frame {number} shows no face, or several")
ANOTHER = N_("Frame {number} shows another person than the first")
STILL = phrase(N_("The face did not do what was asked. Look yourself, or check again."))


class Method(StrEnum):
    """What the person is asked to do."""

    TURN = "turn"
    FOLLOW = "follow"
    BLINK = "blink"


PROMPTS: dict[str, str] = {
    "turn:-1": N_("Turn your head slowly to your left"),
    "turn:1": N_("Turn your head slowly to your right"),
    "follow": N_("Follow the dot with your nose"),
    "blink": N_("Close your eyes for a second, then open them"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One frame to take: when, in seconds from the start, and where the person should look.

    `x` is -1 for his left, 0 for the middle, 1 for his right, as he faces camera and screen.
    """

    at: float
    x: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Challenge:
    """What is asked of one person, frame by frame."""

    method: Method
    steps: tuple[Step, ...]

    @property
    def prompt(self) -> Phrase:
        """What the person is told."""
        side = f":{self.steps[-1].x}" if self.method is Method.TURN else ""
        return phrase(PROMPTS[f"{self.method.value}{side}"])


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Look:
    """What a frame shows: where the one face's landmarks are, and the face cut out and upright."""

    landmarks: Landmarks
    aligned: Picture
    template: Template


def draw(method: Method | None = None) -> Challenge:
    """A new challenge that nobody could foresee; of a random kind unless one is named."""
    own = method or secrets.choice(list(Method))
    match own:
        case Method.TURN:
            side = secrets.choice((-1, 1))
            steps = [Step(at=0.0), *(Step(at=0.5 * n, x=side) for n in range(1, 6))]
        case Method.FOLLOW:
            walk = enumerate(_walk(FOLLOWED), start=1)
            steps = [Step(at=round(0.7 * n, 1), x=x) for n, x in walk]
        case Method.BLINK:
            steps = [Step(at=round(0.3 * n, 1)) for n in range(MOST_FRAMES)]
    return Challenge(method=own, steps=tuple(steps))


def _walk(count: int) -> list[int]:
    """Random places of which no two neighbours are alike, and both sides occur."""
    while True:
        places = [0]
        while len(places) < count:
            places.append(secrets.choice([x for x in (-1, 0, 1) if x != places[-1]]))
        if {-1, 1} <= set(places):
            return places


def judge(
    engine: FaceEngine, challenge: Challenge, frames: Sequence[Picture], times: Sequence[float]
) -> PadResult:
    """Whether the frames (BGR) show a living person doing what was asked.

    `times` are when each frame was taken, in seconds from the start of the challenge.
    """
    unsure = PadResult(method=challenge.method.value)
    if len(frames) != len(challenge.steps) or len(times) != len(frames):
        reason = phrase(TOO_FEW, count=len(frames), needed=len(challenge.steps))
        return replace(unsure, reason=reason)
    asked = [step.at for step in challenge.steps]
    if any(abs(own - wanted) > LATE for own, wanted in zip(times, asked, strict=True)):
        return replace(unsure, reason=OUT_OF_STEP)
    looks: list[Look] = []
    for number, frame in enumerate(frames, start=1):
        look = _look(engine, frame)
        if look is None:
            return replace(unsure, reason=phrase(NO_FACE, number=number))
        if looks and not engine.compare(looks[0].template, look.template).match:
            return replace(unsure, reason=phrase(ANOTHER, number=number))
        looks.append(look)
    score = score_of(challenge, looks)
    passed = score >= THRESHOLD
    return replace(
        unsure,
        state=PadState.BONA_FIDE if passed else PadState.ATTACK,
        score=round(score, 3),
        threshold=THRESHOLD,
        reason=None if passed else STILL,
    )


def _look(engine: FaceEngine, frame: Picture) -> Look | None:
    """The one face of a frame; another of half its size makes it unsure who is checked."""
    found = engine.detector.find(frame)
    if not found or (len(found) > 1 and found[1].area > found[0].area / 4):
        return None
    face = found[0]
    return Look(
        landmarks=face.landmarks,
        aligned=engine.embedder.cut(frame, face.landmarks),
        template=engine.describe(frame, [face])[0].template,
    )


def score_of(challenge: Challenge, looks: Sequence[Look]) -> float:
    """0 (nothing of what was asked was seen) to 1."""
    if challenge.method is Method.BLINK:
        return _blinked([look.aligned for look in looks])
    noses = np.array([nose_place(look.landmarks) for look in looks])
    asked = -np.array([step.x for step in challenge.steps], dtype=np.float64)
    if challenge.method is Method.TURN:
        return _turned(noses, float(asked[-1]))
    return _followed(noses, asked)


def nose_place(landmarks: Landmarks) -> float:
    """How far the nose stands beside the middle of eyes and mouth, in eye distances.

    Positive to the picture's right, which is the person's left. It is `quality.measure_pose` with
    its sign.
    """
    left, right, nose = landmarks[:3].astype(np.float64)
    eyes, mouth = (left + right) / 2, landmarks[3:].mean(axis=0, dtype=np.float64)
    along = right - left
    across = along / max(float(np.hypot(*along)), 1e-6)
    down = np.array([-across[1], across[0]])
    size = max(float(np.hypot(*along)), MOUTH_TO_EYES * abs(float((mouth - eyes) @ down)), 1e-6)
    return (float((nose - eyes) @ across) - float((mouth - eyes) @ across) / 2) / size


def _turned(noses: NDArray[np.float64], side: float) -> float:
    """The furthest the nose went to the side that was asked for, beyond where it stood first."""
    moved = float(((noses[1:] - noses[0]) * side).max())
    return float(np.clip(moved / TURN_SEEN, 0, 1))


def _followed(noses: NDArray[np.float64], asked: NDArray[np.float64]) -> float:
    """How well the nose's places go with the dot's, and whether it moved enough to tell."""
    spread = float(noses.std())
    if spread < 1e-6:
        return 0.0
    correlation = float(np.corrcoef(noses, asked)[0, 1])
    along = (correlation - CORRELATED) / (1 - CORRELATED)
    return float(np.clip(min(along, spread / SWAY), 0, 1))


def _blinked(faces: Sequence[Picture]) -> float:
    """The largest change of both eyes against the nose's; 0 unless the eyes opened again."""
    first, *between, last = (_grey(face) for face in faces)
    changes = [_eyes_against_nose(first, own) for own in between]
    closed = between[int(np.argmax(changes))]
    if any(
        _change(first, last, eye, _EYE_PATCH) > _change(closed, last, eye, _EYE_PATCH)
        for eye in _EYES
    ):
        return 0.0
    return float(np.clip((max(changes) - 1) / (BLINK_SEEN - 1), 0, 1))


def _grey(face: Picture) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(face, cv2.COLOR_BGR2GRAY)
    if grey.shape[0] != 112:
        grey = cv2.resize(grey, (112, 112), interpolation=cv2.INTER_AREA)
    smooth: NDArray[np.uint8] = cv2.GaussianBlur(grey, (0, 0), 1.0)
    return smooth


def _eyes_against_nose(first: NDArray[np.uint8], now: NDArray[np.uint8]) -> float:
    """How much more the less changed eye changed than the nose did; 1 is no more."""
    eyes = min(_change(first, now, eye, _EYE_PATCH) for eye in _EYES)
    nose = _change(first, now, _NOSE, _NOSE_PATCH)
    return (eyes + SMALLEST_CHANGE) / (nose + SMALLEST_CHANGE)


def _change(
    first: NDArray[np.uint8], now: NDArray[np.uint8], place: tuple[int, int], half: tuple[int, int]
) -> float:
    """0 (the patch is found again just so, wherever it slid to) to 2; light does not matter."""
    patch = _patch(first, place, half)
    around = _patch(now, place, (half[0] + _ROOM, half[1] + _ROOM))
    return 1 - float(cv2.matchTemplate(around, patch, cv2.TM_CCOEFF_NORMED).max())


def _patch(
    face: NDArray[np.uint8], place: tuple[int, int], half: tuple[int, int]
) -> NDArray[np.uint8]:
    (x, y), (wide, high) = place, half
    return face[y - high : y + high + 1, x - wide : x + wide + 1]
