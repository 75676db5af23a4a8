from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from parakh.domain.face import Box
from parakh.faces.detect import DetectedFace
from parakh.faces.embedded import (
    MISSING,
    NO_FACE,
    POOR,
    UNREADABLE,
    Embedded,
    central_face,
    embed_folder,
    plain_embedder,
)
from parakh.faces.extract import FaceEngine
from parakh.faces.folders import Source
from parakh.faces.picture import Picture

Encode = Callable[..., bytes]
Crowd = Callable[..., Embedded]


def quiet(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def test_the_face_in_the_middle_is_the_subject() -> None:
    picture = np.zeros((100, 100, 3), dtype=np.uint8)
    faces = [
        DetectedFace(
            box=Box(left=left, top=30, width=size, height=size),
            score=0.9,
            landmarks=np.zeros((5, 2), dtype=np.float32),
        )
        for left, size in ((0, 50), (40, 20))
    ]
    assert central_face(faces, picture) is faces[1]


@pytest.fixture
def sources(tmp_path: Path, portrait: Picture, encode: Encode) -> list[Source]:
    """A face, its dark double, noise, bytes that are no picture, and a file that is not there."""
    face = portrait[20:276, 96:352]
    noise = np.random.default_rng(5).integers(0, 256, (100, 100, 3), dtype=np.uint8)
    blurred = cv2.GaussianBlur(face, (0, 0), 5)
    for name, picture in (("a", face), ("b", blurred), ("c", noise)):
        (tmp_path / name).write_bytes(encode(picture))
    (tmp_path / "d").write_bytes(b"no picture")
    return [Source(file=name, path=tmp_path / name, person=name) for name in "abcde"]


def test_bad_pictures_are_listed_with_the_reason(sources: list[Source], engine: FaceEngine) -> None:
    steps: list[tuple[int, int]] = []
    done = embed_folder(sources, engine, lambda now, of: steps.append((now, of)))
    assert steps == [(number, 5) for number in range(1, 6)]
    assert done.reasons.tolist() == ["", "", NO_FACE, UNREADABLE, MISSING]
    assert "known format" in done.details[3]
    assert done.usable.tolist() == [True, True, False, False, False]
    assert np.linalg.norm(done.vectors, axis=1) == pytest.approx([1, 1, 0, 0, 0], abs=1e-5)
    assert done.quality[0] > done.quality[1]
    assert done.advice[0] == ""
    assert "blurred" in done.advice[1]
    assert len(done.detect) == 3
    assert len(done.embed) == 2


def test_poor_pictures_can_count_as_failures(sources: list[Source], engine: FaceEngine) -> None:
    done = embed_folder(sources, engine, quiet).refuse_poor()
    assert done.reasons.tolist() == ["", POOR, NO_FACE, UNREADABLE, MISSING]
    assert "blurred" in done.details[1]
    assert not done.vectors[1].any()


def test_face_and_mirror_image_can_be_kept_apart(sources: list[Source], engine: FaceEngine) -> None:
    usual = embed_folder(sources[:2], engine, quiet)
    apart = embed_folder(sources[:2], engine, quiet, both=True)
    assert apart.plain is not None
    assert apart.mirrored is not None
    assert apart.vectors == pytest.approx(usual.vectors, abs=1e-4)
    assert apart.norms == pytest.approx(usual.norms, rel=1e-4)
    assert np.linalg.norm(apart.plain, axis=1) == pytest.approx(apart.norms, rel=1e-4)
    joined = apart.with_vectors(apart.plain + apart.mirrored)
    assert joined.vectors == pytest.approx(usual.vectors, abs=1e-4)
    assert not plain_embedder(engine.embedder).model.mirror
    assert engine.embedder.model.mirror


def test_rows_can_be_taken_moved_and_kept(crowd: Crowd, tmp_path: Path) -> None:
    done = crowd([2, 1])
    part = done.take(np.array([2, 0]))
    assert part.files == ("P0001/0.jpg", "P0000/0.jpg")
    assert part.people.tolist() == ["P0001", "P0000"]
    moved = done.with_vectors(done.vectors * 3)
    assert moved.vectors == pytest.approx(done.vectors, abs=1e-6)
    done.save(tmp_path / "kept.npz")
    kept = Embedded.load(tmp_path / "kept.npz")
    assert kept.files == done.files
    assert (kept.vectors == done.vectors).all()
    assert kept.plain is None
