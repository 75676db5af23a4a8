"""The verb `face cohort`, on vectors that stand for pictures."""

import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from parakh.cli import cohort as verb
from parakh.faces.catalogue import SFACE
from parakh.faces.catalogue_file import read_catalogue
from parakh.faces.cohort import load_cohort
from parakh.faces.embedded import NO_FACE, Embedded
from parakh.faces.extract import FaceEngine
from parakh.faces.folders import Half, Source, half_of
from parakh.faces.vectors import Vector


@pytest.fixture(autouse=True)
def models(data_dir: Path, model_cache: Path) -> None:
    data_dir.mkdir(exist_ok=True)
    (data_dir / "models").symlink_to(model_cache)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """280 persons with three pictures, and 200 with one; of one more no face is found."""
    for person in range(481):
        folder = tmp_path / "images" / f"P{person:03}"
        folder.mkdir(parents=True)
        for number in range(3 if person < 280 else 1):
            (folder / f"{number}.jpg").touch()
    return tmp_path / "images"


Embed = Callable[..., Embedded]


def drawn(disturb: Callable[[Vector], Vector]) -> Embed:
    """Vectors by the names of the files, disturbed as a camera might."""

    def embed(sources: Sequence[Source], engine: FaceEngine, progress: Any) -> Embedded:
        assert engine.embedder.cohort is None
        random = np.random.default_rng(3)
        faces = np.random.default_rng(4).normal(size=(481, 128))
        rows = [faces[int(own.person[1:])] + 1.1 * random.normal(size=128) for own in sources]
        vectors = np.array(rows, dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        reasons = [NO_FACE if own.person == "P480" else "" for own in sources]
        size = len(sources)
        progress(size, size)
        done = Embedded(
            files=tuple(own.file for own in sources),
            people=np.array([own.person for own in sources]),
            templates=("",) * size,
            reasons=np.array(reasons),
            details=("",) * size,
            vectors=vectors,
            norms=np.full(size, 10, dtype=np.float32),
            quality=np.ones(size, dtype=np.float32),
            advice=("",) * size,
        )
        return done.with_vectors(disturb(vectors))

    return embed


def shift(vectors: Vector) -> Vector:
    """Every face looks a little alike, and one direction says nothing."""
    moved = vectors.copy()
    moved[:, 0] += 0.6
    moved[:, 1] += np.random.default_rng(8).normal(size=len(moved)).astype(np.float32)
    return moved


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Vector], Vector]], None]:
    return lambda disturb: monkeypatch.setattr(verb, "embed_folder", drawn(disturb))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_cohort_is_learnt_written_and_used(
    bare: Any, images: Path, tmp_path: Path, camera: Any, model_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    camera(shift)
    out = tmp_path / "ours.toml"
    figures = bare.json("face", "cohort", images, out)
    assert (figures["persons"], figures["pictures"]) == (480, 1040)
    assert figures["persons_with_several"] == 280
    assert figures["pays"]
    assert figures["written"] == str(out)
    before, after = (figures[name]["tar_at_far"]["0.0001"] for name in ("before", "after"))
    assert after["value"] > before["value"]
    assert mode(out) == mode(out.with_suffix(".npz")) == 0o600
    model = read_catalogue(out).embedder
    assert model.name == f"{SFACE.name}+{figures['sha256'][:8]}"
    assert [f"{own.fmr:g}" for own in model.points] == list(figures["after"]["thresholds"])
    assert model.cohort is not None
    assert load_cohort(model.cohort).persons == 480
    assert FaceEngine.open(model_cache, out).model_id == model.name

    monkeypatch.setenv("PARAKH_FACE_CATALOGUE", str(out))
    second = tmp_path / "second.toml"
    result = bare("face", "cohort", images, second, "--half", "first")
    wanted = [f"P{number:03}" for number in range(481)]
    persons = sum(half_of(name) is Half.FIRST for name in wanted if name != "P480")
    assert f"of {persons:,} persons" in result.stdout
    assert "TAR at FAR 0.1%" in result.stdout
    assert "threshold, FMR 1%" in result.stdout
    assert ("show no face" in result.stderr) is (half_of("P480") is Half.FIRST)
    assert "PARAKH_FACE_CATALOGUE=" in result.stderr
    assert read_catalogue(second).embedder.raw == SFACE, "learnt anew, not on top of the first"


def test_what_does_not_pay_is_not_written(
    bare: Any, images: Path, tmp_path: Path, camera: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera(lambda vectors: vectors)
    monkeypatch.setattr(verb.Trial, "pays", property(lambda own: False))
    out = tmp_path / "ours.toml"
    result = bare("face", "cohort", images, out, code=1)
    assert "nothing is written: persons held out are recognised worse with it" in result.stderr
    assert not out.exists()
    assert bare.json("face", "cohort", images, out, "--all-the-same")["pays"] is False
    assert out.exists()


def test_pictures_that_cannot_show_its_worth(
    bare: Any, images: Path, tmp_path: Path, camera: Any
) -> None:
    camera(lambda vectors: vectors)
    listed = tmp_path / "people.csv"
    lines = [f"P{person:03}/0.jpg,P{person:03}" for person in range(400)]
    listed.write_text("\n".join(["file,person", *lines]))
    arguments = ("face", "cohort", images, tmp_path / "ours.toml", "--people", listed)
    result = bare(*arguments, code=1)
    assert "no person has two pictures" in result.stderr
    assert "mean alone" in result.stdout
    listed.write_text("\n".join(["file,person", *lines[:199]]))
    result = bare(*arguments, code=2)
    assert "200 are needed" in result.stderr


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("ours.txt", "must end in .toml"),
        ("there.toml", "exists already"),
        ("none/ours.toml", "is not a folder"),
    ],
)
def test_nothing_is_overwritten(
    name: str, complaint: str, bare: Any, images: Path, tmp_path: Path
) -> None:
    (tmp_path / "there.npz").touch()
    assert complaint in bare("face", "cohort", images, tmp_path / name, code=2).stderr
