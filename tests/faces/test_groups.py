from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from parakh.faces.embedded import Embedded
from parakh.faces.evaluation import measure
from parakh.faces.figures import Figures, Plan
from parakh.faces.groups import Figure, by_group, groups_json, of_templates

Crowd = Callable[..., Embedded]
PLAN = Plan(verify_threshold=0.5, search_threshold=lambda gallery: 0.6)


@pytest.fixture
def figures(crowd: Crowd) -> Figures:
    """Forty persons whose pictures are alike, forty whose are not, and three others."""
    easy, hard, few = crowd([3] * 40), crowd([3] * 40, noise=0.4, seed=12), crowd([2] * 3, seed=13)
    single = crowd([1] * 20, seed=14)
    parts = (easy, hard, few, single)
    people = np.concatenate(
        [[f"{name}{own}" for own in part.people] for name, part in zip("ehfs", parts, strict=True)]
    )
    done = replace(
        easy,
        files=tuple(f"{number}" for number in range(len(people))),
        people=people,
        templates=("",) * len(people),
        reasons=np.array([""] * len(people)),
        details=("",) * len(people),
        advice=("",) * len(people),
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("vectors", "norms", "quality")
        },
    )
    return measure(done, PLAN)


def test_groups_have_their_own_rates(figures: Figures) -> None:
    values = [
        {"e": "easy", "h": "hard", "f": "few", "s": ""}[own[0]] for own in figures.done.people
    ]
    (own,) = by_group(figures, {"kind": values})
    groups = {group.value: group for group in own.groups}
    assert {name: group.persons for name, group in groups.items()} == {
        "easy": 40,
        "hard": 40,
        "few": 3,
    }
    assert [groups[name].enough for name in ("easy", "hard", "few")] == [True, True, False]
    assert own.unknown == 20
    inside = np.array(values) == "hard"
    vectors, people = figures.done.vectors[inside], figures.done.people[inside]
    one, other = np.triu_indices(len(people), 1)
    scores, same = (vectors @ vectors.T)[one, other], people[one] == people[other]
    cells = groups["hard"].cells
    assert cells[Figure.FNMR].rate.value == pytest.approx(np.mean(scores[same] < 0.5))
    assert cells[Figure.FMR].rate.value == pytest.approx(np.mean(scores[~same] >= 0.5))
    assert cells[Figure.FMR].rate.trials == np.sum(~same)
    assert Figure.FPIR not in cells  # all of them are enrolled
    assert cells[Figure.FTA].rate.value == 0


def test_the_worst_group_is_compared_with_the_best(figures: Figures) -> None:
    values = [{"e": "easy", "h": "hard"}.get(own[0], "few") for own in figures.done.people]
    (own,) = by_group(figures, {"kind": values})
    ratios = {ratio.figure: ratio for ratio in own.ratios}
    assert Figure.FTA not in ratios  # nothing failed in either
    fnir = ratios[Figure.FNIR]
    assert (fnir.worst, fnir.best) == ("hard", "easy")
    assert fnir.rate is None or fnir.rate.low > 1
    assert "few" not in {ratio.worst for ratio in own.ratios} | {ratio.best for ratio in own.ratios}


def test_equal_groups_are_not_told_apart(figures: Figures) -> None:
    values = ["ab"[int(own[-1]) % 2] for own in figures.done.people]
    (own,) = by_group(figures, {"made up": values})
    for ratio in own.ratios:
        assert ratio.rate is None or ratio.rate.low < 1 < ratio.rate.high


def test_a_template_has_the_value_of_its_pictures() -> None:
    templates = ("t0", "t0", "p1/1.jpg", "t2", "t2", "t3")
    values = {"sex": ["M", "M", "F", "M", "F", ""], "site": ["", "a", "", "b", "b", "c"]}
    assert of_templates(values, templates, ("t2", "t0", "p1/1.jpg", "t3")) == {
        "sex": ["", "M", "F", ""],
        "site": ["b", "a", "", "c"],
    }


def test_no_person_is_named(figures: Figures) -> None:
    values = ["x"] * len(figures.done)
    text = str(groups_json(by_group(figures, {"kind": values})))
    assert not any(str(person) in text for person in figures.done.people)
