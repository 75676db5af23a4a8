import cv2
import numpy as np
import pytest

from parakh.faces.detect import read_yunet, shrink, suppress, to_tensor
from parakh.faces.extract import FaceEngine
from parakh.faces.picture import Picture

EYES = np.array([(202, 106), (244, 105)])  # in the portrait, seen by eye


def test_the_tensor_is_padded_at_the_right_and_bottom() -> None:
    picture = np.full((33, 64, 3), (1, 2, 3), dtype=np.uint8)
    tensor = to_tensor(picture)
    assert tensor.shape == (1, 3, 64, 64)
    assert tensor.dtype == np.float32
    assert tensor[0, :, 32, 63].tolist() == [1, 2, 3]
    assert not tensor[0, :, 33:].any()


@pytest.mark.parametrize(
    ("size", "scale", "expected"),
    [((100, 50), 0.5, (50, 25)), ((9000, 3), 0.1, (900, 1)), ((10, 10), 1.0, (10, 10))],
)
def test_shrinking(size: tuple[int, int], scale: float, expected: tuple[int, int]) -> None:
    assert shrink(np.zeros((*size, 3), dtype=np.uint8), scale).shape[:2] == expected


def outputs_with(stride: int, cell: int) -> dict[str, np.ndarray]:
    """Outputs for a 64 x 64 tensor with one face, at one cell of one stride."""
    outputs = {}
    for step in (8, 16, 32):
        cells = (64 // step) ** 2
        for name, width in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
            outputs[f"{name}_{step}"] = np.zeros((1, cells, width), dtype=np.float32)
    outputs[f"cls_{stride}"][0, cell] = 0.81
    outputs[f"obj_{stride}"][0, cell] = 1.0
    outputs[f"bbox_{stride}"][0, cell] = (0.5, 0.25, np.log(2), np.log(3))
    outputs[f"kps_{stride}"][0, cell] = (0, 0, 1, 0, 0.5, 0.5, 0, 1, 1, 1)
    return outputs


@pytest.mark.parametrize(("stride", "cell", "column", "row"), [(8, 19, 3, 2), (16, 6, 2, 1)])
def test_cells_become_boxes_and_landmarks(stride: int, cell: int, column: int, row: int) -> None:
    boxes, scores, landmarks = read_yunet(outputs_with(stride, cell), 64, 0.6)
    centre = np.array([column + 0.5, row + 0.25]) * stride
    assert scores == pytest.approx([0.9])
    assert boxes[0, :2] + boxes[0, 2:] / 2 == pytest.approx(centre)
    assert boxes[0, 2:] == pytest.approx([2 * stride, 3 * stride])
    assert landmarks[0, 0] == pytest.approx([column * stride, row * stride])
    assert landmarks[0, 4] == pytest.approx([(column + 1) * stride, (row + 1) * stride])


def test_cells_below_the_threshold_are_no_faces() -> None:
    boxes, scores, landmarks = read_yunet(outputs_with(8, 0), 64, 0.91)
    assert boxes.shape == (0, 4)
    assert scores.shape == (0,)
    assert landmarks.shape == (0, 5, 2)


@pytest.mark.parametrize(
    ("boxes", "scores", "kept"),
    [
        ([], [], []),
        ([(0, 0, 10, 10), (1, 1, 10, 10)], [0.8, 0.9], [1]),
        ([(0, 0, 10, 10), (20, 0, 10, 10)], [0.8, 0.9], [1, 0]),
        ([(0, 0, 10, 10), (0, 0, 10, 10)], [0.9, 0.9], [0]),  # a tie goes to the first
        # Each overlaps its neighbour; with the middle one gone the outer two stay.
        ([(0, 0, 10, 10), (4, 0, 10, 10), (8, 0, 10, 10)], [0.9, 0.8, 0.7], [0, 2]),
        ([(0, 0, 10, 10), (4, 0, 10, 10), (8, 0, 10, 10)], [0.7, 0.9, 0.8], [1]),
    ],
)
def test_overlapping_boxes_are_one_face(
    boxes: list[tuple[int, ...]], scores: list[float], kept: list[int]
) -> None:
    rows = np.array(boxes, dtype=np.float32).reshape(-1, 4)
    assert suppress(rows, np.array(scores, dtype=np.float32), 0.3).tolist() == kept


def test_the_portrait_has_one_face_with_its_eyes_in_place(
    engine: FaceEngine, portrait: Picture
) -> None:
    (face,) = engine.detector.find(portrait)
    assert face.score > 0.9
    assert np.abs(face.landmarks[:2] - EYES).max() < 4
    assert 170 < face.box.left < 190
    assert 80 < face.box.width < 110


@pytest.mark.parametrize("factor", [0.4, 0.75, 2.0, 5.0])
def test_a_face_is_found_at_any_size_and_mapped_back(
    factor: float, engine: FaceEngine, portrait: Picture
) -> None:
    picture = cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    (face,) = engine.detector.find(picture)
    assert np.abs(face.landmarks[:2] / factor - EYES).max() < 8


def test_a_face_that_fills_the_picture_is_found(engine: FaceEngine, portrait: Picture) -> None:
    tight = cv2.resize(portrait[70:176, 180:270], (544, 640), interpolation=cv2.INTER_CUBIC)
    (face,) = engine.detector.find(tight)
    assert face.score > 0.9
    assert np.abs(face.landmarks[:2] / 640 * 106 + (180, 70) - EYES).max() < 8


def test_the_largest_face_comes_first(engine: FaceEngine, portrait: Picture) -> None:
    small = cv2.resize(portrait[:300, 80:400], (160, 150), interpolation=cv2.INTER_AREA)
    picture = np.concatenate([np.pad(small, ((0, 150), (0, 0), (0, 0))), portrait[:300]], axis=1)
    faces = engine.detector.find(picture)
    assert [face.box.left > 160 for face in faces] == [True, False]
    assert faces[0].area > faces[1].area


@pytest.mark.parametrize("shape", [(1, 1), (5, 300), (300, 5), (31, 33), (200, 200)])
def test_nothing_is_found_in_nothing(shape: tuple[int, int], engine: FaceEngine) -> None:
    assert engine.detector.find(np.full((*shape, 3), 127, dtype=np.uint8)) == []


def test_noise_holds_no_face(engine: FaceEngine, rng: np.random.Generator) -> None:
    for _ in range(5):
        noise = rng.integers(0, 256, (320, 240, 3), dtype=np.uint8)
        assert engine.detector.find(noise) == []


def test_finding_is_deterministic(engine: FaceEngine, portrait: Picture) -> None:
    (one,), (other,) = engine.detector.find(portrait), engine.detector.find(portrait)
    assert one.box == other.box
    assert np.array_equal(one.landmarks, other.landmarks)
