import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.faces.align import ARCFACE, align, similarity
from parakh.faces.picture import Picture

coordinate = st.floats(-500, 500)


@given(
    angle=st.floats(-3.1, 3.1), scale=st.floats(0.05, 20), shift=st.tuples(coordinate, coordinate)
)
def test_a_similarity_is_recovered(angle: float, scale: float, shift: tuple[float, float]) -> None:
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = similarity(ARCFACE, ARCFACE @ turn.T + shift)
    assert np.allclose(matrix, np.column_stack([turn, shift]), atol=1e-6 * max(1, scale))


def test_a_mirror_image_is_not_taken_for_a_rotation() -> None:
    matrix = similarity(ARCFACE * (-1, 1), ARCFACE)
    assert np.linalg.det(matrix[:, :2]) > 0


def test_points_in_one_place_give_finite_numbers() -> None:
    assert np.isfinite(similarity(np.ones((5, 2)), ARCFACE)).all()


def marked(scale: float, angle: float) -> tuple[Picture, np.ndarray]:
    """A picture of five soft white spots where a face's landmarks would be, and their places."""
    turn = cv2.getRotationMatrix2D((56.0, 56.0), angle, scale)
    points = ARCFACE @ turn[:, :2].T + turn[:, 2] + 100 * scale
    picture = np.zeros((int(330 * scale), int(330 * scale), 3), dtype=np.uint8)
    for x, y in points:
        cv2.circle(picture, (round(x), round(y)), max(2, round(3 * scale)), (255, 255, 255), -1)
    return picture, points.astype(np.float32)


@pytest.mark.parametrize("side", [112, 224])
@pytest.mark.parametrize("angle", [0, 20, -75, 180])
@pytest.mark.parametrize("scale", [0.5, 1, 2.3, 6])
def test_landmarks_land_where_they_belong(scale: float, angle: float, side: int) -> None:
    picture, points = marked(scale, angle)
    face = align(picture, points, side)
    assert face.shape == (side, side, 3)
    for x, y in (ARCFACE * side / 112).round().astype(int):
        assert face[y - 1 : y + 2, x - 1 : x + 2].mean() > 150


def test_a_large_face_is_averaged_not_sampled(rng: np.random.Generator) -> None:
    noise = rng.integers(0, 256, (1200, 1200, 3), dtype=np.uint8)
    points = (ARCFACE * 10 + 40).astype(np.float32)
    assert align(noise, points, 112).std() < 20  # sampled noise keeps its spread of 74


@pytest.mark.parametrize(
    "points",
    [ARCFACE - 500, ARCFACE + 5000, ARCFACE * 60, np.ones((5, 2)), ARCFACE * 0.01],
    ids=["left of the picture", "far beyond", "larger than the picture", "one point", "tiny"],
)
def test_landmarks_outside_the_picture_do_no_harm(points: np.ndarray) -> None:
    picture = np.full((60, 80, 3), 200, dtype=np.uint8)
    assert align(picture, points.astype(np.float32), 112).shape == (112, 112, 3)
