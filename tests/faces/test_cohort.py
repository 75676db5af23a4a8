"""Cohorts: what is learnt, what it is worth on persons held out, and how it is kept."""

import hashlib
import io
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.errors import InvalidInput, Misconfigured
from parakh.faces.catalogue import SFACE, CohortFile, EmbedderModel
from parakh.faces.catalogue_file import read_catalogue
from parakh.faces.catalogue_text import with_cohort
from parakh.faces.cohort import Cohort, fit, learn, load_cohort
from parakh.faces.embed import Embedder
from parakh.faces.embedded import Embedded, plain_embedder
from parakh.faces.evaluation import measure
from parakh.faces.extract import FaceEngine
from parakh.faces.figures import Plan
from parakh.faces.heldout import try_cohort
from parakh.faces.picture import Picture
from parakh.faces.session import Tensor
from parakh.faces.vectors import Vector

Crowd = Callable[..., Embedded]


def noisy(done: Embedded, *, shift: float = 1.0, loud: float = 0.8, seed: int = 3) -> Embedded:
    """The same faces by a camera that shifts all of them, and disturbs one direction each time."""
    random = np.random.default_rng(seed)
    size = done.vectors.shape[1]
    moved = done.vectors.copy()
    moved[:, 0] += shift
    moved[:, 1] += (loud * random.normal(size=len(done))).astype(np.float32)
    assert size > 2
    return done.with_vectors(moved)


def test_each_person_counts_once_in_the_mean() -> None:
    vectors = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], dtype=np.float32)
    cohort = learn(vectors, np.array(["a", "a", "a", "b"]), 1.0)
    assert cohort.mean.tolist() == [0.5, 0.5]
    assert cohort.transform.tolist() == [[1, 0], [0, 1]]
    assert (cohort.persons, cohort.pictures) == (2, 4)


def test_where_pictures_of_one_person_differ_less_weight_is_given(crowd: Crowd) -> None:
    done = noisy(crowd([4] * 150 + [1] * 100))
    cohort = fit(done.vectors, done.people)
    within = np.linalg.norm(cohort.transform, axis=1)  # how far a step in each direction reaches
    assert np.argmin(within) == 1
    unit = cohort.apply(done.vectors)
    assert np.linalg.norm(unit, axis=1) == pytest.approx(1, abs=1e-5)
    assert unit.dtype == np.float32


def test_without_shrinkage_pictures_of_one_person_differ_alike_in_all_directions(
    crowd: Crowd,
) -> None:
    done = noisy(crowd([8] * 200))
    cohort = learn(done.vectors, done.people, 1e-9)
    people, codes = np.unique(done.people, return_inverse=True)
    moved = (done.vectors - cohort.mean) @ cohort.transform
    means = np.stack([moved[codes == code].mean(axis=0) for code in range(len(people))])
    left = moved - means[codes]
    assert left.T @ left / (len(done) - len(people)) == pytest.approx(np.eye(32), abs=1e-2)


def test_a_cohort_helps_persons_that_it_was_not_learnt_from(crowd: Crowd) -> None:
    done = noisy(crowd([3] * 200 + [1] * 200, noise=0.1))
    learnt, held = np.arange(600), np.arange(300, 800)
    cohort = fit(done.vectors[learnt], done.people[learnt])
    own = done.take(held)
    plan = Plan(verify_threshold=0.5, search_threshold=lambda gallery: 0.6)
    before = measure(own, plan).verification.tar[1e-3].rate.value
    after = measure(own.with_vectors(cohort.apply(own.vectors)), plan)
    assert after.verification.tar[1e-3].rate.value > before + 0.1


def test_few_persons_are_refused_and_few_pictures_give_the_mean_alone(crowd: Crowd) -> None:
    few = crowd([2] * 199)
    with pytest.raises(InvalidInput, match=r"199 persons .* 200 are needed"):
        fit(few.vectors, few.people)
    with pytest.raises(InvalidInput, match="199 persons"):
        try_cohort(few)
    single = noisy(crowd([2] * 99 + [1] * 200))
    cohort = fit(single.vectors, single.people)
    assert np.array_equal(cohort.transform, np.eye(32))
    assert not np.array_equal(cohort.mean, np.zeros(32))


@pytest.mark.parametrize("shrinkage", [0.0, -1.0, 1.1, float("nan")])
def test_a_shrinkage_is_a_share(shrinkage: float, crowd: Crowd) -> None:
    done = crowd([2, 2])
    with pytest.raises(InvalidInput, match="shrinkage"):
        learn(done.vectors, done.people, shrinkage)


def test_pictures_that_are_all_the_same_teach_nothing(crowd: Crowd) -> None:
    done = crowd([2] * 200, noise=0)
    with pytest.raises(InvalidInput, match="the same"):
        fit(done.vectors, done.people)


# --- what it is worth -------------------------------------------------------------------------


def test_it_pays_where_cameras_disturb(crowd: Crowd) -> None:
    trial = try_cohort(noisy(crowd([3] * 300 + [1] * 300, noise=0.1)))
    assert trial.pays
    rate = trial.deciding_rate
    assert rate is not None
    before, after = trial.before.tar[rate], trial.after.tar[rate]
    assert after.value > before.value + 0.1
    assert after.trials == before.trials == 900
    assert after.low < after.value < after.high
    assert trial.after.tpir is not None
    assert trial.after.accuracy is not None
    points = trial.after.points
    assert [own.fmr for own in points] == sorted((own.fmr for own in points), reverse=True)
    assert [own.threshold for own in points] == sorted(own.threshold for own in points)


def test_the_points_hold_for_strangers(crowd: Crowd) -> None:
    """The thresholds found on some persons keep their false match rates on others."""
    done = noisy(crowd([3] * 300 + [1] * 300, noise=0.1))
    cohort = fit(done.vectors, done.people)
    new = noisy(crowd([1] * 900, noise=0.1, seed=99), seed=98)
    vectors = cohort.apply(new.vectors)
    scores = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    for point in try_cohort(done).after.points:
        if point.fmr >= 1e-3:
            assert (scores >= point.threshold).mean() == pytest.approx(point.fmr, rel=0.5)


def test_it_does_not_pay_where_its_worth_cannot_be_shown(crowd: Crowd) -> None:
    trial = try_cohort(noisy(crowd([1] * 400)))
    assert trial.deciding_rate is None
    assert not trial.pays
    assert trial.after.tpir is None


def test_a_picture_under_two_names_leaves_no_threshold(crowd: Crowd) -> None:
    done = crowd([1] * 300)
    with pytest.raises(InvalidInput, match="under two names"):
        try_cohort(done.with_vectors(np.repeat(done.vectors[:3], 100, axis=0)))


# --- as a file --------------------------------------------------------------------------------


def made(size: int = 128, seed: int = 5) -> Cohort:
    """A cohort of nobody."""
    random = np.random.default_rng(seed)
    return Cohort(
        mean=(random.normal(size=size) * 0.01).astype(np.float32),
        transform=(np.eye(size) + random.normal(size=(size, size)) * 0.01).astype(np.float32),
        persons=200,
        pictures=500,
    )


def one_array() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.zeros(128))
    return stream.getvalue()


def kept(folder: Path, content: bytes, of: EmbedderModel = SFACE) -> CohortFile:
    path = folder / "ours.npz"
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return CohortFile(source=path, sha256=digest, of=of, persons=200, made_at=at)


def test_a_cohort_is_kept_and_read(tmp_path: Path) -> None:
    cohort = made()
    assert made().digest == cohort.digest
    assert made(seed=6).digest != cohort.digest
    file = kept(tmp_path, cohort.content())
    found = load_cohort(file)
    assert file.sha256 == cohort.digest == found.digest
    assert (found.persons, found.pictures) == (200, 500)


@pytest.mark.parametrize(
    ("content", "changes", "complaint"),
    [
        (made().content(), {"sha256": "00" * 32}, "has the SHA-256 .* it is not used"),
        (made(64).content(), {}, "length 64; those of sface.* have 128"),
        (b"no archive", {}, "is not a file of `parakh face cohort`"),
        (b"", {}, "is not a file of"),
        (one_array(), {}, "is not a file of"),
        (made().content()[:-40], {}, "is not a file of"),
        (made().content(), {"source": Path("none.npz")}, "cannot be read"),
    ],
    ids=["digest", "length", "no archive", "empty", "one array", "cut off", "missing"],
)
def test_what_is_not_a_cohort_is_refused(
    content: bytes, changes: Mapping[str, object], complaint: str, tmp_path: Path
) -> None:
    file = replace(kept(tmp_path, content), **changes)  # type: ignore[arg-type]
    with pytest.raises(Misconfigured, match=complaint):
        load_cohort(file)


def test_the_text_of_a_catalogue_is_read_again(tmp_path: Path) -> None:
    before = tmp_path / "before.toml"
    before.write_text(
        '[embedder]\nid = "example"\nversion = "1"\nkind = "arcface"\nfile = "a \\"b\\".onnx"\n'
        f'sha256 = "{"0f" * 32}"\nlicence = "Own"\ninput = "in"\noutput = "out"\nsize = 112\n'
        'channels = "BGR"\nmean = [127.5, 127.5, 127]\nscale = 1e-5\ndimension = 512\nbatch = 8\n'
        'mirror = false\nverify_fmr = 0.001\nthresholds = { "0.01" = 0.2, "0.001" = 0.3 }\n'
        '[embedder.check]\nimages = "faces"\npairs = "/all/pairs.txt"\naccuracy = 0.9\n'
        '[cohort]\nfile = "older.npz"\n'
    )
    table = {
        "file": "ours.npz",
        "sha256": "77" * 32,
        "model": "example@1-0f0f0f0f",
        "persons": 200,
        "made_at": datetime(2026, 11, 23, 5, tzinfo=UTC),
        "thresholds": {"0.01": 0.1, "1e-05": 0.25},
    }
    after = tmp_path / "elsewhere" / "after.toml"
    after.parent.mkdir()
    after.write_text(with_cohort(before, table))
    assert tomllib.loads(after.read_text())["cohort"] == table
    model = read_catalogue(after).embedder
    assert model.source == tmp_path / 'a "b".onnx'
    assert (model.scale, model.mean, model.mirror) == (1e-5, (127.5, 127.5, 127.0), False)
    assert model.check is not None
    assert model.check.folder is not None
    assert model.check.folder.images == tmp_path / "faces"
    assert model.check.folder.pairs == Path("/all/pairs.txt")
    assert model.cohort is not None
    assert model.cohort.source == after.parent / "ours.npz"
    assert model.threshold_at(1e-5) == pytest.approx(0.25)
    assert model.raw.threshold_at(1e-3) == pytest.approx(0.3)


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_any_text_and_number_is_read_again(text: str, key: str, number: float) -> None:
    values = {"file": text, "thresholds": {key: number}, "flags": [True, 1]}
    assert tomllib.loads(with_cohort(None, values)) == {"cohort": values}


# --- in the engine ----------------------------------------------------------------------------


class Means:
    """A session whose vector is the mean of each channel's left and right half."""

    def run(self, tensor: Tensor) -> Mapping[str, Vector]:
        half = tensor.shape[3] // 2
        parts = [tensor[..., :half].mean(axis=(2, 3)), tensor[..., half:].mean(axis=(2, 3))]
        return {"fc1": np.concatenate(parts, axis=1)}


def test_an_embedder_normalises_after_the_mirror_image(rng: np.random.Generator) -> None:
    model = replace(SFACE, dimension=6, size=4, mirror=True)
    cohort = made(6)
    faces = [rng.integers(0, 256, (4, 4, 3), dtype=np.uint8) for _ in range(3)]
    raw, norms = Embedder(model, Means()).embed(faces)
    embedder = Embedder(model, Means(), cohort)
    vectors, same = embedder.embed(faces)
    assert vectors == pytest.approx(cohort.apply(raw))
    assert np.array_equal(norms, same)
    assert not np.allclose(vectors, raw)
    assert np.array_equal(embedder.raw.embed(faces)[0], raw)
    assert plain_embedder(embedder).cohort is None
    assert embedder.embed([])[0].shape == (0, 6)


def test_an_engine_uses_the_cohort_of_its_catalogue(
    engine: FaceEngine, model_cache: Path, tmp_path: Path, portrait: Picture
) -> None:
    cohort = made()
    path = write_catalogue(tmp_path, cohort)
    own = FaceEngine.open(model_cache, path)
    assert own.model_id == f"{engine.model_id}+{cohort.digest[:8]}"
    assert own.verify_threshold == pytest.approx(0.2)
    (plain,) = engine.describe(portrait, engine.detector.find(portrait))
    (sample,) = own.describe(portrait, own.detector.find(portrait))
    one = np.frombuffer(plain.template.vector, dtype="<f4")[None]
    two = np.frombuffer(sample.template.vector, dtype="<f4")[None]
    assert two == pytest.approx(cohort.apply(one), abs=1e-4)
    assert sample.quality.score == pytest.approx(plain.quality.score, abs=1e-3)
    assert own.compare(sample.template, sample.template).score == pytest.approx(1, abs=1e-5)
    with pytest.raises(InvalidInput, match="enrol the picture again"):
        own.compare(sample.template, plain.template)
    cut = path.with_suffix(".npz")
    cut.write_bytes(cut.read_bytes()[:-1])
    with pytest.raises(Misconfigured, match="it is not used"):
        FaceEngine.open(model_cache, path)


def write_catalogue(folder: Path, cohort: Cohort) -> Path:
    """A catalogue file with the built-in model and a cohort."""
    (folder / "ours.npz").write_bytes(cohort.content())
    path = folder / "ours.toml"
    table = {
        "file": "ours.npz",
        "sha256": cohort.digest,
        "model": SFACE.name,
        "persons": cohort.persons,
        "made_at": datetime(2026, 11, 23, tzinfo=UTC),
        "thresholds": {"0.01": 0.1, "0.001": 0.2},
    }
    path.write_text(with_cohort(None, table), encoding="utf-8")
    return path
