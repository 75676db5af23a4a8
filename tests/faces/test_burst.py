"""One face of several frames, with the real models and a portrait in the public domain."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from parakh.errors import InvalidInput, Unreadable
from parakh.faces.burst import ANOTHER, read_burst
from parakh.faces.extract import FaceEngine
from parakh.faces.vectors import to_vector


def png(picture: Any) -> bytes:
    done, data = cv2.imencode(".png", picture)
    assert done
    return bytes(data)


@pytest.fixture
def frame(portrait: Any) -> Callable[..., bytes]:
    """The portrait as one frame of a camera: blurred, darkened, noisy, turned."""

    def make(*, blur: float = 0, light: float = 1, noise: float = 0, angle: float = 0) -> bytes:
        turn = cv2.getRotationMatrix2D((220, 120), angle, 1.0)
        seen = cv2.warpAffine(portrait, turn, portrait.shape[1::-1]).astype(np.float32) * light
        if blur:
            seen = cv2.GaussianBlur(seen, (0, 0), blur)
        seen = seen + np.random.default_rng(7).normal(0, noise, seen.shape)
        return png(np.clip(seen, 0, 255).astype(np.uint8))

    return make


def test_one_frame_is_that_frame(engine: FaceEngine, frame: Callable[..., bytes]) -> None:
    burst = read_burst(engine, [frame()])
    (alone,) = engine.samples(frame())
    assert burst.live is not None
    assert engine.compare(burst.live.template, alone.template).score == pytest.approx(1, abs=1e-5)
    (note,) = burst.frames
    assert note.used
    assert note.quality == alone.quality


def test_the_best_frame_decides_and_poor_ones_are_left_out(
    engine: FaceEngine, frame: Callable[..., bytes]
) -> None:
    burst = read_burst(engine, [frame(light=0.02), frame(), frame(blur=9), frame(angle=3)])
    assert burst.live is not None
    assert burst.live.quality.acceptable
    assert [note.used for note in burst.frames] == [False, True, False, True]
    assert all(note.quality.reasons for note in burst.frames if not note.used)


def test_noise_averages_out(engine: FaceEngine, frame: Callable[..., bytes]) -> None:
    clean = engine.samples(frame())[0].template
    noisy = [frame(noise=30, angle=angle) for angle in (0, 2, -2)]
    alone = [engine.samples(own)[0].template for own in noisy]
    burst = read_burst(engine, noisy)
    assert burst.live is not None
    scores = [engine.compare(own, clean).score for own in alone]
    assert engine.compare(burst.live.template, clean).score > np.mean(scores)
    vector = to_vector(burst.live.template, engine.model_id, engine.dimension)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_a_frame_of_somebody_else_is_not_mixed_in(
    engine: FaceEngine, frame: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FaceEngine, "verify_threshold", 0.9999999)
    burst = read_burst(engine, [frame(), frame(noise=20), frame(angle=8)])
    assert sum(note.used for note in burst.frames) == 1
    left = [note for note in burst.frames if not note.used]
    assert all(note.quality.reasons == (ANOTHER,) for note in left)


def test_a_broken_frame_is_noted_and_the_others_go_on(
    engine: FaceEngine, frame: Callable[..., bytes]
) -> None:
    burst = read_burst(engine, [b"no picture", frame()])
    assert [note.used for note in burst.frames] == [False, True]
    assert "known format" in str(burst.frames[0].quality.reasons[0])


def test_nothing_but_broken_frames_is_an_error(engine: FaceEngine) -> None:
    with pytest.raises(Unreadable, match="none of the frames"):
        read_burst(engine, [b"no", b"picture"])
    with pytest.raises(Unreadable, match="known format"):
        read_burst(engine, [b"no picture"])


@pytest.mark.parametrize("count", [0, 9])
def test_a_burst_has_one_to_eight_frames(engine: FaceEngine, count: int) -> None:
    with pytest.raises(InvalidInput, match="1 to 8 frames"):
        read_burst(engine, [b""] * count)


def test_frames_without_a_face_say_why(engine: FaceEngine) -> None:
    black = png(np.zeros((240, 320, 3), np.uint8))
    burst = read_burst(engine, [black, black])
    assert burst.live is None
    assert not burst.quality.acceptable
    assert [str(reason) for reason in burst.quality.reasons] == [
        "No face was found in the picture",
        "The picture is too dark; add light from the front",
    ]
    assert not any(note.used for note in burst.frames)
