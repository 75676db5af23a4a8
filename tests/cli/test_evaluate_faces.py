"""The verb `evaluate faces`, on a folder of pictures."""

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from parakh.faces.catalogue import SFACE
from parakh.faces.catalogue_text import with_cohort
from parakh.faces.cohort import Cohort

pytest.importorskip("skimage.data", reason="scikit-image carries the portrait")


def parsed(text: str) -> ET.Element:
    """Our own document, which must be well formed."""
    return ET.fromstring(text)  # noqa: S314


@pytest.fixture
def images(tmp_path: Path, portrait: bytes) -> Path:
    """The portrait and its changed copies as pictures of twelve persons, and two bad files."""
    decoded = cv2.imdecode(np.frombuffer(portrait, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    for person in range(12):
        folder = tmp_path / "images" / f"P{person}"
        folder.mkdir(parents=True)
        for number in range(1, 1 + person % 4):
            shift = np.array([[1, 0.03 * person, 0], [0.02 * number, 1, 0]])
            height, width = decoded.shape[:2]
            cv2.imwrite(
                str(folder / f"P{person}_{number:04}.jpg"),
                cv2.warpAffine(decoded, shift, (width, height)),
            )
    (tmp_path / "images" / "P1" / "broken.png").write_bytes(b"no picture")
    (tmp_path / "images" / "P2" / "empty.jpg").touch()
    return tmp_path / "images"


@pytest.fixture(autouse=True)
def models(data_dir: Path, model_cache: Path) -> None:
    data_dir.mkdir(exist_ok=True)
    (data_dir / "models").symlink_to(model_cache)


def test_a_folder_is_measured_and_bad_pictures_are_listed(bare: Any, images: Path) -> None:
    result = bare("evaluate", "faces", "--images", images, "--json")
    figures = json.loads(result.stdout)
    assert figures["pictures"] == 20
    assert figures["failures"] == {"unreadable": 2}
    assert {own["file"] for own in figures["failed"]} == {"P1/broken.png", "P2/empty.jpg"}
    assert figures["verification"]["installed"]["fnmr"] == 0
    assert figures["counts"]["fnmr"]["rule_of_three"] > 0
    assert figures["measured"]["models"][1]["name"] == "sface@2021dec"
    assert "Measuring" in result.stderr


def test_a_cohort_of_the_catalogue_is_measured(
    bare: Any, images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = Cohort(
        mean=np.full(128, 0.01, dtype=np.float32),
        transform=np.eye(128, dtype=np.float32),
        persons=200,
        pictures=200,
    )
    (tmp_path / "ours.npz").write_bytes(cohort.content())
    table = {
        "file": "ours.npz",
        "sha256": cohort.digest,
        "model": SFACE.name,
        "persons": 200,
        "made_at": datetime(2026, 11, 23, tzinfo=UTC),
        "thresholds": {"0.01": 0.1, "0.001": 0.2},
    }
    (tmp_path / "ours.toml").write_text(with_cohort(None, table))
    monkeypatch.setenv("PARAKH_FACE_CATALOGUE", str(tmp_path / "ours.toml"))
    result = bare("evaluate", "faces", "--images", images, "--compare", "--half", "first", "--json")
    figures = json.loads(result.stdout)
    assert figures["measured"]["models"][1]["name"] == f"sface@2021dec+{cohort.digest[:8]}"
    assert figures["verification"]["installed"]["threshold"] == pytest.approx(0.2)


def test_everything_at_once(bare: Any, images: Path, tmp_path: Path) -> None:
    (tmp_path / "pairs.txt").write_text("P3 1 2\nP3 1 P2 1\n")
    (tmp_path / "groups.csv").write_text("person,kind\nP3,a\nP2,b\nP7,a\n")
    result = bare(
        *("evaluate", "faces", "--images", images, "--compare", "--refuse-poor"),
        *("--pairs", tmp_path / "pairs.txt", "--attributes", tmp_path / "groups.csv"),
        *("--half", "first", "--report", tmp_path / "report", "--with-pictures"),
    )
    assert "1:1, installed threshold" in result.stdout
    assert "too few to say" in result.stdout
    assert "without the mirror image" in result.stdout
    assert str(tmp_path / "report" / "report.html") in result.stderr
    parsed((tmp_path / "report" / "report.html").read_text())


def test_halves_share_nobody_and_leave_nobody_out(bare: Any, images: Path) -> None:
    def count(*half: str) -> tuple[int, int]:
        figures = bare.json("evaluate", "faces", "--images", images, *half)
        return figures["pictures"], figures["persons"]

    first, second = count("--half", "first"), count("--half", "second")
    assert (first[0] + second[0], first[1] + second[1]) == count()


def test_a_list_of_files_with_templates(bare: Any, images: Path, tmp_path: Path) -> None:
    listed = tmp_path / "people.csv"
    lines = ["file,person,template"]
    for person in (3, 7, 11):
        for number in (1, 2, 3):
            lines.append(f"P{person}/P{person}_{number:04}.jpg,P{person},t{person}-{number // 2}")
    listed.write_text("\n".join([*lines, "gone.jpg,P1,"]))
    figures = bare.json("evaluate", "faces", "--images", images, "--people", listed)
    assert figures["pictures"] == 7  # two templates a person, and the missing file
    assert figures["failures"] == {"missing": 1}
    bare("evaluate", "faces", "--images", images, "--people", listed, "--compare", code=2)


def test_attributes_by_file_reach_the_templates_of_the_files(
    bare: Any, images: Path, tmp_path: Path
) -> None:
    files = [f"P{person}/P{person}_{number:04}.jpg" for person in (3, 7) for number in (1, 2, 3)]
    rows = [f"{file},{file[:2]},t-{file[:2]}-{'1' in file[-6:]}" for file in files]
    (tmp_path / "people.csv").write_text("\n".join(["file,person,template", *rows]))
    rows = [f"{file},{'a' if file[1] == '3' else 'b'}" for file in files]
    (tmp_path / "groups.csv").write_text("\n".join(["file,kind", *rows]))
    figures = bare.json(
        *("evaluate", "faces", "--images", images, "--people", tmp_path / "people.csv"),
        *("--attributes", tmp_path / "groups.csv"),
    )
    kind = figures["groups"]["kind"]
    assert (kind["unknown"], kind["groups"].keys()) == (0, {"a", "b"})
    assert [group["pictures"] for group in kind["groups"].values()] == [2, 2]


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--pairs", "P3 1 P2 99"),
        ("--people", "file\nx.jpg"),
        ("--attributes", "person,kind\nnobody,x"),
    ],
)
def test_a_mistake_in_a_list_is_bad_usage(
    option: str, text: str, bare: Any, images: Path, tmp_path: Path
) -> None:
    (tmp_path / "list").write_text(text)
    result = bare("evaluate", "faces", "--images", images, option, tmp_path / "list", code=2)
    assert str(tmp_path / "list") in result.stderr


def test_nothing_to_compare_is_a_problem(bare: Any, tmp_path: Path) -> None:
    (tmp_path / "images" / "A").mkdir(parents=True)
    (tmp_path / "images" / "A" / "1.jpg").write_bytes(b"no picture")
    result = bare("evaluate", "faces", "--images", tmp_path / "images", code=1)
    assert "no two pictures could be compared" in result.stderr
    bare("evaluate", "faces", "--images", tmp_path, code=2)  # a folder in a folder in a folder
