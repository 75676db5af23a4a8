import cv2
import numpy as np
import pytest

from parakh.domain.face import Box, FaceSample
from parakh.faces.detect import DetectedFace, Detector
from parakh.faces.extract import FaceEngine
from parakh.faces.picture import Picture
from parakh.faces.tilt import AnyWayUp, map_back, roll, turn


@pytest.fixture(scope="module")
def upright(engine: FaceEngine, portrait: Picture) -> FaceSample:
    return engine.describe(portrait, engine.detector.find(portrait))[0]


@pytest.mark.parametrize("angle", range(0, 360, 15))
def test_a_face_is_recognised_whichever_way_up(
    angle: int, engine: FaceEngine, portrait: Picture, upright: FaceSample
) -> None:
    picture, matrix = turn(portrait, angle)
    found = engine.detector.find(picture)
    sample = engine.describe(picture, found)[0]
    assert sample.quality.acceptable
    assert engine.compare(sample.template, upright.template).score > 0.85
    eyes = np.array([(202, 106), (244, 105)]) @ matrix[:, :2].T + matrix[:, 2]
    assert np.abs(found[0].landmarks[:2] - eyes).max() < 10
    middle = found[0].box.left + found[0].box.width / 2, found[0].box.top + found[0].box.height / 2
    assert np.hypot(*(middle - found[0].landmarks.mean(axis=0))) < 30


def test_without_turning_a_face_on_its_side_is_lost(
    engine: FaceEngine, portrait: Picture, upright: FaceSample
) -> None:
    """The reason for all this; when it fails, the detector has become better."""
    plain = Detector(engine.detector.model, engine.detector._session)
    picture = np.ascontiguousarray(np.rot90(portrait))
    samples = engine.describe(picture, plain.find(picture))
    assert not any(engine.compare(own.template, upright.template).match for own in samples)


def test_an_upright_face_is_looked_for_once(engine: FaceEngine, portrait: Picture) -> None:
    """It costs no more than it did; nobody in the picture costs seven small pictures."""
    shapes = []

    class Counting:
        def run(self, tensor: np.ndarray) -> dict[str, np.ndarray]:
            shapes.append(tensor.shape[2:])
            return dict(engine.detector._session.run(tensor))

    counting = AnyWayUp(engine.detector.model, Counting())
    counting.find(portrait)
    assert shapes == [(512, 512), (256, 256)]
    shapes.clear()
    assert counting.find(np.full((400, 640, 3), 127, np.uint8)) == []
    assert len(shapes) <= 2 + 7 * 2
    assert max(max(shape) for shape in shapes[2:]) <= 480


def test_a_large_face_is_steadied_in_a_large_picture(
    engine: FaceEngine, portrait: Picture, upright: FaceSample
) -> None:
    large = cv2.resize(portrait[:300, 80:400], None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC)
    picture, _ = turn(large, 25)
    sample = engine.describe(picture, engine.detector.find(picture))[0]
    assert engine.compare(sample.template, upright.template).score > 0.8


def test_faces_are_mapped_back() -> None:
    _, matrix = turn(np.zeros((100, 200, 3), np.uint8), 90)
    points = np.array([(10, 20), (30, 20), (20, 30), (12, 40), (28, 40)], np.float32)
    seen = (points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    face = DetectedFace(
        box=Box(left=seen[:, 0].min(), top=seen[:, 1].min(), width=30, height=50),
        score=0.9,
        landmarks=seen,
    )
    back = map_back(face, matrix)
    assert np.abs(back.landmarks - points).max() < 0.01
    assert (back.box.width, back.box.height) == pytest.approx((50, 30))
    assert roll(back) == pytest.approx(roll(face) + 90, abs=0.01)
