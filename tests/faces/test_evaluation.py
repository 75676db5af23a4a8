from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from parakh.domain.face import Box
from parakh.errors import InvalidInput
from parakh.faces.detect import DetectedFace
from parakh.faces.evaluation import (
    Pair,
    central_face,
    evaluate,
    list_pictures,
    read_pairs,
)
from parakh.faces.extract import FaceEngine
from parakh.faces.picture import Picture

Encode = Callable[..., bytes]

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data" / "faces"


def test_pairs_of_one_person_and_of_two(tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_text("10\t300\nAda_L\t1\t12\n\nAda_L 2 Bob_M 3\n")
    one, other = read_pairs(path)
    assert one == Pair(first=("Ada_L", 1), second=("Ada_L", 12))
    assert one.mated
    assert other == Pair(first=("Ada_L", 2), second=("Bob_M", 3))
    assert not other.mated


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Ada 1 2\nAda one 2\n", "line 2: expected"),
        ("Ada 1 2 Bob 3\n", "line 1: expected"),
        ("Ada 1 2\n10 300\n", "line 2: expected"),
        ("10\n", "there are no pairs"),
        ("", "there are no pairs"),
    ],
)
def test_a_faulty_list_names_its_line(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_text(text)
    with pytest.raises(InvalidInput) as caught:
        read_pairs(path)
    assert str(path) in str(caught.value)
    assert complaint in str(caught.value)


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"none\.txt: cannot be read"):
        read_pairs(tmp_path / "none.txt")


def test_pictures_are_listed_by_person_and_number(tmp_path: Path) -> None:
    for name in ("Bob/Bob_0002.jpg", "Ada_L/Ada_L_0010.jpg", "Ada_L/notes.jpg", "Bob/Eve_0001.jpg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert list(list_pictures(tmp_path)) == [("Ada_L", 10), ("Bob", 2)]


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="there are no pictures"):
        list_pictures(tmp_path)


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
def studio(tmp_path: Path, portrait: Picture, encode: Encode) -> tuple[Path, Path]:
    """One face and its mirror image as person A, stretched and blurred ones as others."""
    images = tmp_path / "images"
    rng = np.random.default_rng(5)

    def save(name: str, number: int, picture: Picture) -> None:
        path = images / name / f"{name}_{number:04}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(picture, "JPEG"))

    face = portrait[20:276, 96:352]
    save("A", 1, face)
    save("A", 2, face[:, ::-1])
    save("A", 3, rng.integers(0, 256, (100, 100, 3), dtype=np.uint8))  # no face
    for number in range(10):
        warp = np.array([[1 + 0.06 * number, 0.1, -20], [0, 1, 0]])
        save(
            f"Other{number}", 1, cv2.GaussianBlur(cv2.warpAffine(face, warp, (256, 256)), (0, 0), 3)
        )
    (images / "Broken").mkdir()
    (images / "Broken" / "Broken_0001.jpg").write_bytes(b"no picture")
    pairs = tmp_path / "pairs.txt"
    lines = ["A 1 2"] * 10 + ["A 1 3"] + [f"A 1 Other{n} 1" for n in range(10)]
    pairs.write_text("\n".join(lines))
    return images, pairs


def test_an_evaluation_gives_all_figures(studio: tuple[Path, Path], engine: FaceEngine) -> None:
    steps: list[tuple[int, int]] = []
    result = evaluate(*studio, engine, lambda done, total: steps.append((done, total)))
    assert steps == [(number, 14) for number in range(1, 15)]
    assert set(result) == {"verification", "identification", "ms", "fte", "intervals"}
    assert result["verification"]["pairs"] == 21
    assert 0.5 < result["verification"]["accuracy"] <= 1
    assert result["fte"] == pytest.approx(2 / 14)
    assert result["identification"]["gallery"] == 1
    assert result["identification"]["rank1"] == 0.5  # the mirror image; the noise has no face
    assert set(result["identification"]["tpir_at_fpir"]) == {"0.1"}  # 11 searches cannot show 1%
    assert set(result["ms"]) == {"detect", "embed", "search"}
    assert all(value > 0 for value in result["ms"].values())


def test_pairs_must_be_among_the_pictures(studio: tuple[Path, Path], engine: FaceEngine) -> None:
    images, pairs = studio
    pairs.write_text("A 1 7")
    with pytest.raises(InvalidInput, match="A 7 is not among the pictures"):
        evaluate(images, pairs, engine, lambda done, total: None)


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data is not here")
def test_listed_pairs_of_real_faces_are_told_apart(tmp_path: Path, engine: FaceEngine) -> None:
    """A sixtieth of the real set, to keep the suite quick; `parakh evaluate faces` does it all."""
    listed = read_pairs(REAL / "pairs.txt")
    chosen = listed[::60]
    lines = []
    for pair in chosen:
        for person, _ in (pair.first, pair.second):
            (tmp_path / "images" / person).mkdir(parents=True, exist_ok=True)
        for person, number in {pair.first, pair.second}:
            name = f"{person}_{number:04}.jpg"
            (tmp_path / "images" / person / name).write_bytes(
                (REAL / "lfw" / person / name).read_bytes()
            )
        middle = () if pair.mated else (pair.second[0],)
        lines.append(" ".join([pair.first[0], str(pair.first[1]), *middle, str(pair.second[1])]))
    (tmp_path / "pairs.txt").write_text("\n".join(lines))
    result = evaluate(tmp_path / "images", tmp_path / "pairs.txt", engine, lambda done, total: None)
    assert result["verification"]["pairs"] == len(chosen)
    assert result["verification"]["accuracy"] >= 0.9
    assert result["verification"]["eer"] <= 0.05
    assert result["fte"] == 0
