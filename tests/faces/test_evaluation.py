import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from parakh.errors import InvalidInput
from parakh.faces.embedded import NO_FACE, Embedded, embed_folder
from parakh.faces.evaluation import measure, pair_scores, plan_for
from parakh.faces.extract import FaceEngine
from parakh.faces.figures import Plan, to_json
from parakh.faces.folders import read_folder, read_pairs
from parakh.faces.picture import Picture
from parakh.learn.faces import FAILED

Encode = Callable[..., bytes]
Crowd = Callable[..., Embedded]

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data" / "faces"


def plan(**values: object) -> Plan:
    usual = {"verify_threshold": 0.5, "search_threshold": lambda gallery: 0.6}
    return Plan(**(usual | values))


def fail(done: Embedded, *rows: int) -> Embedded:
    """The same pictures, some of them without a face."""
    reasons, vectors = done.reasons.astype("<U20"), done.vectors.copy()
    for row in rows:
        reasons[row], vectors[row] = NO_FACE, 0
    return replace(done, reasons=reasons, vectors=vectors)


def test_figures_are_those_of_all_comparisons_made_one_by_one(crowd: Crowd) -> None:
    done = fail(crowd([4, 3, 1, 1, 2, 1] * 5, noise=0.2), 5)
    own = measure(done, plan())
    scores = done.vectors @ done.vectors.T
    one, other = np.triu_indices(len(done), 1)
    same = done.people[one] == done.people[other]
    made = done.usable[one] & done.usable[other]
    values = scores[one, other]
    fnmr, fmr = own.verification.fnmr, own.verification.fmr
    assert fnmr is not None
    assert fmr is not None
    assert fnmr.value == pytest.approx(np.mean(values[same & made] < 0.5))
    assert fmr.value == pytest.approx(np.mean(values[~same & made] >= 0.5))
    gfrr, gfar = own.verification.gfrr, own.verification.gfar
    assert gfrr is not None
    assert gfar is not None
    assert gfrr.value == pytest.approx(np.mean(np.where(made, values, FAILED)[same] < 0.5))
    assert gfar.value == pytest.approx(np.sum(values[~same & made] >= 0.5) / np.sum(~same))
    assert own.failures == {NO_FACE: 1}
    assert own.fta is not None
    assert own.fta.value == 1 / len(done)


def test_the_search_is_that_of_the_first_pictures(crowd: Crowd) -> None:
    done = crowd([3, 2, 1, 1], noise=0.1)
    own = measure(done, plan())
    scores = done.vectors @ done.vectors[[0, 3]].T
    fpir, fnir = own.identification.fpir, own.identification.fnir
    assert (own.identification.gallery, own.identification.mated) == (2, 3)
    assert fpir is not None
    assert fpir.value == np.mean(scores[[5, 6]].max(axis=1) >= 0.6)
    right = [scores[1, 0], scores[2, 0], scores[4, 1]]
    assert fnir is not None
    assert fnir.value == pytest.approx(np.mean(np.array(right) < 0.6))


def test_intervals_hold_their_figures_and_say_what_they_rest_on(crowd: Crowd) -> None:
    own = measure(crowd([3, 1, 2, 1] * 30, noise=0.3), plan())
    for at in (*own.verification.tar.values(), *own.identification.tpir.values()):
        assert at.rate.low <= at.rate.value <= at.rate.high
        assert at.behind >= 1
    for rate in (own.verification.accuracy, own.verification.fmr, own.identification.fnir):
        assert rate is not None
        assert rate.drawn is not None
        assert rate.subjects <= 120
    assert own.verification.eer is not None
    assert own.verification.eer_interval is not None
    assert own.verification.eer_interval.low <= own.verification.eer


def test_more_pictures_of_the_same_persons_do_not_narrow_an_interval(crowd: Crowd) -> None:
    """The same comparisons ten times over: Wilson is taken in, persons are not."""
    done = crowd([2] * 60 + [1] * 20, noise=0.3)
    pairs = np.column_stack([np.arange(0, 120, 2), np.arange(1, 120, 2)])
    once = measure(done, plan(pairs=pairs)).verification.fnmr
    often = measure(done, plan(pairs=np.tile(pairs, (10, 1)))).verification.fnmr
    assert once is not None
    assert often is not None
    assert once.drawn == often.drawn
    assert often.wilson.high - often.wilson.low < (once.wilson.high - once.wilson.low) / 2


def test_a_pair_with_a_failed_picture_is_a_failed_comparison(crowd: Crowd) -> None:
    done = fail(crowd([3]), 2)
    scores = pair_scores(np.array([[0, 1], [0, 2]]), done)
    assert scores[0] == pytest.approx(done.vectors[0] @ done.vectors[1])
    assert scores[1] == FAILED


@pytest.mark.parametrize("pictures", [[1], [3], [1, 1], [2, 2], [1, 0]])
def test_a_handful_of_pictures_is_measured_as_far_as_it_goes(
    pictures: list[int], crowd: Crowd
) -> None:
    own = to_json(measure(crowd(pictures), plan()))
    json.dumps(own)
    assert own["verification"]["accuracy"] in (None, 1)


def test_pictures_that_all_fail_leave_nothing_to_say(crowd: Crowd) -> None:
    own = measure(fail(crowd([2, 1]), 0, 1, 2), plan())
    assert own.fta is not None
    assert own.fta.value == 1
    assert own.verification.fmr is None
    assert own.verification.fnmr is None
    assert own.identification.rank1 is not None
    assert own.identification.rank1.value == 0
    json.dumps(to_json(own))


def test_refused_pictures_are_a_share_of_those_with_a_face(crowd: Crowd) -> None:
    done = fail(replace(crowd([2, 1, 1]), advice=("", "blurred", "", "")), 3)
    for own in (done, done.refuse_poor()):
        figures = measure(own, plan())
        assert figures.refused is not None
        assert (figures.refused.events, figures.refused.trials) == (1, 3)
    assert figures.failures == {NO_FACE: 1, "poor quality": 1}


def test_pairs_and_templates_do_not_go_together(crowd: Crowd) -> None:
    done = replace(crowd([2]), templates=("t", "t"))
    with pytest.raises(InvalidInput, match="cannot be used with templates"):
        measure(done, plan(pairs=np.array([[0, 1]])))


def test_more_enrolled_pictures_find_more(crowd: Crowd) -> None:
    done = crowd([5] * 40 + [1] * 40, noise=0.35)
    one, three = (measure(done, plan(enrolled=count)).identification for count in (1, 3))
    assert three.references == 3 * one.references
    assert one.rank1 is not None
    assert three.rank1 is not None
    assert three.rank1.value > one.rank1.value


@pytest.fixture
def studio(tmp_path: Path, portrait: Picture, encode: Encode) -> Path:
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
    return images


def test_an_evaluation_gives_all_figures(studio: Path, tmp_path: Path, engine: FaceEngine) -> None:
    listed = tmp_path / "pairs.txt"
    lines = ["A 1 2"] * 10 + ["A 1 3"] + [f"A 1 Other{n} 1" for n in range(10)]
    listed.write_text("\n".join(lines))
    sources = read_folder(studio)
    pairs = read_pairs(listed, sources)
    done = embed_folder(sources, engine, lambda done, total: None)
    figures = measure(done, plan_for(engine, pairs=pairs), engine)
    result = to_json(figures)
    assert result["verification"]["pairs"] == 21
    assert 0.5 < result["verification"]["accuracy"] <= 1
    assert result["fta"] == pytest.approx(2 / 14)
    assert result["fte"] == 0
    assert [own["reason"] for own in result["failed"]] == [NO_FACE, "unreadable"]
    assert result["identification"]["gallery"] == 1
    assert result["identification"]["rank1"] == 0.5  # the mirror image; the noise has no face
    assert set(result["identification"]["tpir_at_fpir"]) == {"0.1"}  # 11 searches cannot show 1%
    assert set(result["ms"]) == {"detect", "embed", "search"}
    assert all(value > 0 for value in result["ms"].values())


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data is not here")
def test_listed_pairs_of_real_faces_are_told_apart(tmp_path: Path, engine: FaceEngine) -> None:
    """A sixtieth of the real set, to keep the suite quick; `parakh evaluate faces` does it all."""
    lines = (REAL / "pairs.txt").read_text().splitlines()[::60]
    (tmp_path / "pairs.txt").write_text("\n".join(lines))
    for line in lines:
        match line.split():
            case [person, one, two]:
                named = [(person, one), (person, two)]
            case [person, one, other, two]:
                named = [(person, one), (other, two)]
        for person, number in named:
            (tmp_path / "images" / person).mkdir(parents=True, exist_ok=True)
            name = f"{person}/{person}_{int(number):04}.jpg"
            (tmp_path / "images" / name).write_bytes((REAL / "lfw" / name).read_bytes())
    sources = read_folder(tmp_path / "images")
    pairs = read_pairs(tmp_path / "pairs.txt", sources)
    done = embed_folder(sources, engine, lambda done, total: None)
    own = measure(done, plan_for(engine, pairs=pairs))
    assert own.verification.pairs == len(lines)
    assert own.verification.accuracy is not None
    assert own.verification.accuracy.value >= 0.9
    assert own.verification.eer is not None
    assert own.verification.eer <= 0.05
    assert own.fta is not None
    assert own.fta.value == 0
