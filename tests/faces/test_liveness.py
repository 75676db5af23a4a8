"""Active checks, on simulated persons.

The frames are made of one portrait: turned by a model of the head's depth, closed eyes painted,
and the same portrait as a flat print that is tilted before the camera. They show that the measures
tell the one from the other. They are no persons: rates of live persons were not measured.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from parakh.domain.face import PadResult, PadState
from parakh.faces import liveness
from parakh.faces.detect import Landmarks
from parakh.faces.extract import FaceEngine
from parakh.faces.liveness import Challenge, Method, Step, draw, judge, nose_place
from parakh.faces.picture import Picture


@pytest.fixture(scope="module")
def landmarks(engine: FaceEngine, portrait: Picture) -> Landmarks:
    return engine.detector.find(portrait)[0].landmarks


class Head:
    """The person of the portrait: an ellipsoid with a nose, turned about its upright axis."""

    def __init__(self, picture: Picture, landmarks: Landmarks) -> None:
        self.picture = picture
        self.points = landmarks.astype(np.float64)
        self.eyes = float(np.hypot(*(self.points[1] - self.points[0])))
        self.middle = self.points[[0, 1, 3, 4]].mean(axis=0)

    def _depth(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        across, down = (x - self.middle[0]) / self.eyes, (y - self.middle[1]) / self.eyes
        round_part = 0.9 * np.sqrt(np.clip(1 - (across / 1.15) ** 2 - (down / 1.7) ** 2, 0, 1))
        nose = (self.points[2] - self.middle) / self.eyes
        bump = ((across - nose[0]) / 0.28) ** 2 + ((down - nose[1]) / 0.4) ** 2
        return self.eyes * (round_part + 0.35 * np.exp(-bump / 2))

    def turned(self, degrees: float) -> Picture:
        """Seen with the head turned; positive is to the person's left, the picture's right."""
        height, width = self.picture.shape[:2]
        x, y = np.meshgrid(np.arange(width, dtype=float), np.arange(height, dtype=float))
        source, angle = x.copy(), np.radians(degrees)
        for _ in range(30):  # where does each pixel come from: by fixed point
            depth = self._depth(source, y)
            fade = np.clip(depth / (0.3 * self.eyes), 0, 1)
            shrunk = 1 + (np.cos(angle) - 1) * fade
            seen = self.middle[0] + (source - self.middle[0]) * shrunk + depth * np.sin(angle)
            source += 0.6 * (x - seen)
        places = source.astype(np.float32), y.astype(np.float32)
        return cv2.remap(self.picture, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def print_turned(self, degrees: float) -> Picture:
        """A flat print of the portrait, turned about its upright axis at arm's length."""
        height, width = self.picture.shape[:2]
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=float)
        flat, angle, away = corners - self.middle, np.radians(degrees), 6.6 * self.eyes
        scale = away / (away + flat[:, 0] * np.sin(angle))
        seen = np.stack([flat[:, 0] * np.cos(angle), flat[:, 1]], axis=1) * scale[:, None]
        matrix = cv2.getPerspectiveTransform(
            corners.astype(np.float32), (seen + self.middle).astype(np.float32)
        )
        size = (width, height)
        return cv2.warpPerspective(self.picture, matrix, size, borderMode=cv2.BORDER_REPLICATE)

    def eyes_closed(self, *which: int) -> Picture:
        """With the lids of the eyes (0 and 1) painted in the colour of the cheek below."""
        out = self.picture.copy()
        for x, y in self.points[list(which)]:
            below = int(y + 0.3 * self.eyes)
            skin = out[below - 2 : below + 3, int(x) - 2 : int(x) + 3].reshape(-1, 3).mean(axis=0)
            mask = np.zeros(out.shape[:2], np.uint8)
            axes = (int(0.23 * self.eyes), int(0.11 * self.eyes))
            cv2.ellipse(mask, (int(x), int(y)), axes, 0, 0, 360, 255, -1)
            soft = cv2.GaussianBlur(mask, (0, 0), 1.0)[:, :, None] / 255
            out = (out * (1 - soft) + skin * soft).astype(np.uint8)
        return out


@pytest.fixture(scope="module")
def head(portrait: Picture, landmarks: Landmarks) -> Head:
    return Head(portrait, landmarks)


def wavering(pictures: Sequence[Picture], seed: int = 5) -> list[Picture]:
    """As a camera gives them: held in a hand, with noise and changing light."""
    rng = np.random.default_rng(seed)
    done = []
    for picture in pictures:
        height, width = picture.shape[:2]
        matrix = cv2.getRotationMatrix2D(
            (width / 2, height / 2), rng.uniform(-3, 3), rng.uniform(0.96, 1.04)
        )
        matrix[:, 2] += rng.uniform(-4, 4, 2)
        moved = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        noisy = moved * rng.uniform(0.85, 1.1) + rng.normal(0, 4, moved.shape)
        done.append(np.clip(noisy, 0, 255).astype(np.uint8))
    return done


TO_THE_LEFT = Challenge(
    method=Method.TURN, steps=(Step(at=0.0), *(Step(at=0.5 * n, x=-1) for n in range(1, 4)))
)
PATH = (-1, 0, 1, -1, 1, 0, -1, 1)
FOLLOW = Challenge(
    method=Method.FOLLOW, steps=tuple(Step(at=0.7 * n, x=x) for n, x in enumerate(PATH, start=1))
)
BLINK = Challenge(method=Method.BLINK, steps=tuple(Step(at=0.3 * n) for n in range(5)))


def checked(
    engine: FaceEngine, challenge: Challenge, frames: Sequence[Picture], **late: float
) -> PadResult:
    times = [step.at + late.get("by", 0.1) for step in challenge.steps]
    return judge(engine, challenge, frames, times)


def test_a_head_that_turns_to_the_side_asked_for(engine: FaceEngine, head: Head) -> None:
    frames = wavering([head.turned(angle) for angle in (0, 12, 25, 32)])
    result = checked(engine, TO_THE_LEFT, frames)
    assert result.state is PadState.BONA_FIDE
    assert result.method == "turn"
    assert result.score is not None
    assert result.threshold is not None
    assert result.score >= result.threshold
    assert result.reason is None


@pytest.mark.parametrize("case", ["other side", "still", "print tilted"])
def test_what_does_not_turn_to_that_side_is_suspected(
    engine: FaceEngine, head: Head, case: str
) -> None:
    frames = {
        "other side": [head.turned(angle) for angle in (0, -12, -25, -32)],
        "still": [head.picture] * 4,
        "print tilted": [head.print_turned(angle) for angle in (0, 20, 35, 45)],
    }[case]
    result = checked(engine, TO_THE_LEFT, wavering(frames))
    assert result.state is PadState.ATTACK
    assert result.reason is liveness.STILL


def test_a_nose_that_follows_the_dot(engine: FaceEngine, head: Head) -> None:
    frames = wavering([head.turned(-22 * x) for x in PATH])
    assert checked(engine, FOLLOW, frames).state is PadState.BONA_FIDE


@pytest.mark.parametrize("case", ["another path", "still", "print tilted", "mirrored"])
def test_what_does_not_follow_the_dot_is_suspected(
    engine: FaceEngine, head: Head, case: str
) -> None:
    frames = {
        "another path": [head.turned(-22 * x) for x in (0, 1, -1, 1, 0, 1, 0, -1)],
        "still": [head.picture] * len(PATH),
        "print tilted": [head.print_turned(-25 * x) for x in PATH],
        "mirrored": [head.turned(22 * x) for x in PATH],
    }[case]
    assert checked(engine, FOLLOW, wavering(frames)).state is PadState.ATTACK


def test_eyes_that_close_and_open_again(engine: FaceEngine, head: Head) -> None:
    closed = head.eyes_closed(0, 1)
    frames = wavering([head.picture, head.picture, closed, closed, head.picture])
    assert checked(engine, BLINK, frames).state is PadState.BONA_FIDE


@pytest.mark.parametrize("case", ["still", "one eye", "never open again", "print tilted"])
def test_eyes_that_do_not_are_suspected(engine: FaceEngine, head: Head, case: str) -> None:
    picture, closed = head.picture, head.eyes_closed(0, 1)
    frames = {
        "still": [picture] * 5,
        "one eye": [picture, head.eyes_closed(0), head.eyes_closed(0), picture, picture],
        "never open again": [picture, picture, closed, closed, closed],
        "print tilted": [head.print_turned(angle) for angle in (0, 10, 20, 10, 0)],
    }[case]
    assert checked(engine, BLINK, wavering(frames)).state is PadState.ATTACK


def test_what_cannot_be_told_is_not_evaluated(engine: FaceEngine, head: Head) -> None:
    frames = [head.turned(angle) for angle in (0, 12, 25, 32)]
    empty = np.full_like(head.picture, 90)
    pair = np.hstack([head.picture[:, 80:360]] * 2)
    cases = {
        "3 frames came": checked(engine, TO_THE_LEFT, frames[:3]),
        "when the check asked": checked(engine, TO_THE_LEFT, frames, by=2.0),
        "Frame 2 shows no face": checked(engine, TO_THE_LEFT, [frames[0], empty, *frames[2:]]),
        "Frame 1 shows no face, or several": checked(engine, TO_THE_LEFT, [pair, *frames[1:]]),
    }
    for said, result in cases.items():
        assert result.state is PadState.NOT_EVALUATED
        assert result.score is None
        assert said in str(result.reason)


def test_another_person_in_between_is_noticed(
    engine: FaceEngine, head: Head, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [head.turned(angle) for angle in (0, 12, 25, 32)]
    # There is one portrait in the public domain at hand, so that the comparison is what differs.
    compared = engine.compare
    monkeypatch.setattr(
        engine, "compare", lambda a, b: liveness.replace(compared(a, b), threshold=1.5)
    )
    result = checked(engine, TO_THE_LEFT, frames)
    assert result.state is PadState.NOT_EVALUATED
    assert "another person" in str(result.reason)


@pytest.mark.parametrize("degrees", [-25, 0, 25])
def test_the_nose_goes_to_the_pictures_right_when_the_head_turns_left(
    engine: FaceEngine, head: Head, landmarks: Landmarks, degrees: int
) -> None:
    found = engine.detector.find(head.turned(degrees))[0].landmarks
    moved = nose_place(found) - nose_place(landmarks)
    assert abs(moved) < 0.02 if degrees == 0 else moved * degrees > 1


@pytest.mark.parametrize("method", Method)
def test_what_is_drawn_differs_and_can_be_done(method: Method) -> None:
    drawn = [draw(method) for _ in range(60)]
    for own in drawn:
        assert own.method is method
        assert len(own.steps) <= liveness.MOST_FRAMES
        assert [step.at for step in own.steps] == sorted({step.at for step in own.steps})
        assert str(own.prompt)
    if method is not Method.BLINK:
        assert len({own.steps for own in drawn}) > (1 if method is Method.TURN else 20)
    assert {draw().method for _ in range(60)} == set(Method)


def test_a_movement_that_knows_nothing_of_the_dot_seldom_passes() -> None:
    rng = np.random.default_rng(1)
    passed = 0
    for _ in range(1000):
        shown, moved = (np.array(liveness._walk(liveness.FOLLOWED)) for _ in range(2))
        noses = 0.15 * moved + rng.normal(0, 0.02, len(moved))
        passed += liveness._followed(noses, shown.astype(float)) >= liveness.THRESHOLD
    assert passed < 50


@pytest.mark.parametrize("method", Method)
def test_the_moments_of_a_check_are_whole_tenths(method: Method) -> None:
    moments = [step.at for step in draw(method).steps]
    assert moments == [round(at, 1) for at in moments]
