from itertools import pairwise

import cv2
import numpy as np
import pytest

from parakh.domain.face import Box
from parakh.faces import quality
from parakh.faces.align import ARCFACE
from parakh.faces.detect import DetectedFace
from parakh.faces.quality import (
    LIMITS,
    Measure,
    count_rivals,
    explain_absence,
    judge,
    measure_light,
    measure_pose,
)

GOOD = {
    Measure.SIZE: 60.0,
    Measure.DETECTION: 0.93,
    Measure.TURN: 0.05,
    Measure.NOD: 0.02,
    Measure.LIGHT: 120.0,
    Measure.SHARPNESS: 0.3,
    Measure.NORM: 1.5,
}


def test_a_good_face_has_no_fault() -> None:
    result = judge(GOOD)
    assert result.score == 1
    assert result.acceptable
    assert result.reasons == ()


@pytest.mark.parametrize(
    ("measure", "value", "reason"),
    [
        (Measure.SIZE, 12, quality.TOO_SMALL),
        (Measure.DETECTION, 0.65, quality.UNCERTAIN),
        (Measure.TURN, 0.5, quality.TURNED),
        (Measure.NOD, 0.2, quality.NODDING),
        (Measure.LIGHT, 10, quality.TOO_DARK),
        (Measure.LIGHT, 240, quality.TOO_BRIGHT),
        (Measure.SHARPNESS, 0.05, quality.BLURRED),
        (Measure.NORM, 0.9, quality.UNCLEAR),
    ],
)
def test_each_fault_has_its_reason(measure: Measure, value: float, reason: str) -> None:
    result = judge({**GOOD, measure: value})
    assert [phrase.template for phrase in result.reasons] == [reason]
    assert not result.acceptable
    assert 0 < result.score < 0.5


def test_several_faults_are_all_told_and_the_worst_decides() -> None:
    result = judge({**GOOD, Measure.LIGHT: 10.0, Measure.SIZE: 0.0})
    assert {phrase.template for phrase in result.reasons} == {
        quality.TOO_DARK,
        quality.TOO_SMALL,
    }
    assert result.score == 0


def test_a_measure_that_was_not_taken_is_not_judged() -> None:
    assert judge({key: GOOD[key] for key in GOOD if key is not Measure.NORM}).acceptable


def test_rivals_are_counted_with_the_first() -> None:
    result = judge(GOOD, rivals=2)
    assert str(result.reasons[0]) == "There are 3 faces of similar size; the largest is used"
    assert not result.acceptable


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit.measure}-{limit.good:g}")
def test_scores_fall_from_good_over_the_limit_to_the_worst(limit: quality.Limit) -> None:
    assert limit.score(limit.worst) == 0
    assert limit.score(limit.limit) == pytest.approx(0.5)
    assert limit.score(limit.good) == 1
    scores = [limit.score(value) for value in np.linspace(limit.worst, limit.good, 50)]
    assert all(low <= high for low, high in pairwise(scores))


def landmarks(*, turn: float = 0, nod: float = 0, roll: float = 0, scale: float = 1) -> np.ndarray:
    """A frontal face (eye distance 36 x scale) turned as given."""
    points = np.array([(-18, 0), (18, 0), (0, 23), (-15, 41), (15, 41)], dtype=np.float64)
    points[2] += (36 * turn, 41 * nod)
    angle = np.radians(roll)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return ((points * scale) @ matrix.T + 200).astype(np.float32)


@pytest.mark.parametrize("roll", [0, 30, -60, 120])
@pytest.mark.parametrize(("turn", "nod"), [(0, 0), (0.3, 0), (-0.3, 0), (0, 0.2), (0, -0.2)])
def test_pose_does_not_depend_on_roll_or_size(turn: float, nod: float, roll: float) -> None:
    flat = measure_pose(landmarks(turn=turn, nod=nod))
    turned = measure_pose(landmarks(turn=turn, nod=nod, roll=roll, scale=3))
    assert turned[Measure.TURN] == pytest.approx(flat[Measure.TURN], abs=1e-3)
    assert turned[Measure.NOD] == pytest.approx(flat[Measure.NOD], abs=1e-3)
    assert turned[Measure.SIZE] == pytest.approx(3 * flat[Measure.SIZE], rel=1e-3)
    assert flat[Measure.TURN] == pytest.approx(abs(turn), abs=0.01)
    assert flat[Measure.NOD] == pytest.approx(abs(nod), abs=0.01)


def test_the_template_face_is_frontal() -> None:
    pose = measure_pose(ARCFACE.astype(np.float32))
    assert pose[Measure.SIZE] == pytest.approx(35.2, abs=0.3)
    assert pose[Measure.TURN] < 0.05
    assert pose[Measure.NOD] < 0.08


def test_a_turned_head_is_not_called_small() -> None:
    points = landmarks(scale=2)
    points[:, 0] = 200 + (points[:, 0] - 200) * 0.3  # eyes drawn together
    assert measure_pose(points)[Measure.SIZE] > 60


def test_landmarks_in_one_place_give_finite_numbers() -> None:
    assert all(np.isfinite(list(measure_pose(np.ones((5, 2), dtype=np.float32)).values())))


def test_blur_lowers_sharpness_and_light_is_the_mean(rng: np.random.Generator) -> None:
    sharp = rng.integers(0, 256, (112, 112, 3), dtype=np.uint8)
    soft = cv2.GaussianBlur(sharp, (0, 0), 3)
    assert measure_light(soft)[Measure.SHARPNESS] < measure_light(sharp)[Measure.SHARPNESS] / 5
    assert measure_light(np.full((224, 224, 3), 90, np.uint8)) == {
        Measure.LIGHT: 90,
        Measure.SHARPNESS: 0,
    }


@pytest.mark.parametrize(
    ("scales", "rivals"), [([3], 0), ([3, 1], 0), ([3, 1.6], 1), ([3, 2.9, 2, 1], 2)]
)
def test_only_faces_of_similar_size_are_rivals(scales: list[float], rivals: int) -> None:
    box = Box(left=0, top=0, width=1, height=1)
    faces = [DetectedFace(box=box, score=0.9, landmarks=landmarks(scale=scale)) for scale in scales]
    assert count_rivals(faces) == rivals


@pytest.mark.parametrize(
    ("grey", "reasons"),
    [
        (3, ["The picture is too dark; add light from the front"]),
        (128, []),
        (254, ["The picture is too bright; reduce the light"]),
    ],
)
def test_the_absence_of_a_face_is_explained(grey: int, reasons: list[str]) -> None:
    picture = np.full((40, 40, 3), grey, dtype=np.uint8)
    told = [str(reason) for reason in explain_absence(picture)]
    assert told == ["No face was found in the picture", *reasons]
