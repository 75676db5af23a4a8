"""Error rates by group, at the installed thresholds (ISO/IEC 19795-10:2024).

An attribute is read for an evaluation only. It is never stored, never a feature of a comparison,
and leaves the evaluation as counts and rates of whole groups alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parakh.faces.evaluation import pair_scores
from parakh.faces.figures import Figures, counts_json
from parakh.faces.trials import sample_pairs
from parakh.learn.faces import FAILED, Rate
from parakh.learn.resampling import Draws, Measured, log_ratio, measured

ENOUGH = 30
"""Of fewer persons nothing is concluded."""


class Figure(StrEnum):
    """What is compared between groups."""

    FTA = "fta"
    FMR = "fmr"
    FNMR = "fnmr"
    FPIR = "fpir"
    FNIR = "fnir"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One rate of one group, and its draws for the comparison with another group."""

    rate: Measured
    draws: Draws | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Persons who share the value of an attribute. `enough` when there are at least 30 of them."""

    value: str
    persons: int
    pictures: int
    cells: Mapping[Figure, Cell]

    @property
    def enough(self) -> bool:
        """Whether anything may be concluded of the group."""
        return self.persons >= ENOUGH


@dataclass(frozen=True, kw_only=True, slots=True)
class Ratio:
    """How many times the rate of the worst group is that of the best, among groups large enough.

    `rate` is None where it cannot be said, for then the best group showed no error at all.
    """

    figure: Figure
    worst: str
    best: str
    rate: Rate | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """One attribute with its groups, by value; `unknown` pictures have none."""

    name: str
    groups: tuple[Group, ...]
    ratios: tuple[Ratio, ...]
    unknown: int


def of_templates(
    attributes: Mapping[str, Sequence[str]], templates: Sequence[str], measured: Sequence[str]
) -> dict[str, list[str]]:
    """The values of templates, from those of the pictures that were joined in them.

    `templates` names the template of each picture, `measured` those that are wanted. A template is
    unknown where nothing is said of its pictures, or different things.
    """
    found = {}
    for name, values in attributes.items():
        said: dict[str, set[str]] = {}
        for template, value in zip(templates, values, strict=True):
            said.setdefault(template, set()).update({value} - {""})
        found[name] = [next(iter(said[own])) if len(said[own]) == 1 else "" for own in measured]
    return found


def by_group(figures: Figures, attributes: Mapping[str, Sequence[str]]) -> tuple[Attribute, ...]:
    """Rates of each group of each attribute; `attributes` give a value for each picture.

    - FMR: comparisons of different persons within the group, since these are confused most.
    - FNMR: mated pairs drawn from the group's own pictures (at most 45 a person).
    - FPIR, FNIR: the group's searches in the whole gallery.
    - FTA: pictures of the group without a vector.
    """
    return tuple(
        _attribute(figures, name, np.array(values, dtype=np.str_))
        for name, values in attributes.items()
    )


def groups_json(attributes: Sequence[Attribute]) -> dict[str, Any]:
    """By attribute: groups with their rates, and the ratios of worst to best."""
    return {
        own.name: {
            "groups": {
                group.value: {
                    "persons": group.persons,
                    "pictures": group.pictures,
                    "enough": group.enough,
                    **{
                        figure.value: counts_json(cell.rate) for figure, cell in group.cells.items()
                    },
                }
                for group in own.groups
            },
            "worst_to_best": {
                ratio.figure.value: {
                    "worst": ratio.worst,
                    "best": ratio.best,
                    "ratio": None if ratio.rate is None else ratio.rate.value,
                    "interval": None if ratio.rate is None else [ratio.rate.low, ratio.rate.high],
                }
                for ratio in own.ratios
            },
            "unknown": own.unknown,
        }
        for own in attributes
    }


def _attribute(figures: Figures, name: str, values: NDArray[np.str_]) -> Attribute:
    groups = tuple(
        _group(figures, str(value), values == value) for value in np.unique(values[values != ""])
    )
    ratios = [_ratio(figure, groups) for figure in Figure]
    return Attribute(
        name=name,
        groups=groups,
        ratios=tuple(own for own in ratios if own is not None),
        unknown=int((values == "").sum()),
    )


def _group(figures: Figures, value: str, inside: NDArray[np.bool_]) -> Group:
    people, trial = figures.people, figures.trial
    verify = np.float32(figures.verification.threshold)
    limit = np.float32(figures.identification.threshold)
    rows = np.flatnonzero(inside)
    pairs = rows[sample_pairs(people[rows])]
    mated = pairs[people[pairs[:, 0]] == people[pairs[:, 1]]]
    scores = pair_scores(mated, figures.done)
    made = scores > FAILED
    seekers, others = figures.searches.mated, figures.searches.non_mated
    of_mated, of_others = inside[seekers], inside[others]
    found = (trial.mated >= limit) & (trial.mated > trial.rival)
    cells = {
        Figure.FTA: _share(figures, ~figures.done.usable[rows], rows),
        Figure.FMR: _false_matches(figures, inside),
        Figure.FNMR: _share(figures, (scores < verify)[made], mated[made, 0]),
        Figure.FPIR: _share(figures, (trial.non_mated >= limit)[of_others], others[of_others]),
        Figure.FNIR: _share(figures, ~found[of_mated], seekers[of_mated]),
    }
    return Group(
        value=value,
        persons=len(np.unique(people[rows])),
        pictures=len(rows),
        cells={figure: cell for figure, cell in cells.items() if cell is not None},
    )


def _share(figures: Figures, events: NDArray[np.bool_], rows: NDArray[np.int64]) -> Cell | None:
    owners = figures.people[rows]
    draws = figures.resampling.shares(events, owners)
    rate = measured(int(events.sum()), len(events), len(np.unique(owners)), draws)
    return None if rate is None else Cell(rate=rate, draws=draws)


def _false_matches(figures: Figures, inside: NDArray[np.bool_]) -> Cell | None:
    """False matches within a group; None where not all false matches were kept."""
    strangers, usable = figures.strangers, figures.usable
    false = strangers.reaching(figures.verification.threshold)
    if false > len(strangers.highest):
        return None
    first, second = usable[strangers.first[:false]], usable[strangers.second[:false]]
    both = inside[first] & inside[second]
    one, other = figures.people[first[both]], figures.people[second[both]]
    pictures = np.bincount(
        figures.people[usable[inside[usable]]], minlength=figures.resampling.subjects
    )
    trials = int((pictures.sum() ** 2 - (pictures**2).sum()) // 2)
    persons = int((pictures > 0).sum())
    draws = figures.resampling.pair_shares(one, other, pictures)
    rate = measured(int(both.sum()), trials, persons, draws, units=persons // 2)
    return None if rate is None else Cell(rate=rate, draws=draws)


def _ratio(figure: Figure, groups: Sequence[Group]) -> Ratio | None:
    held = [(own, own.cells[figure]) for own in groups if own.enough and figure in own.cells]
    if len(held) < 2:
        return None
    worst, high = max(held, key=lambda pair: pair[1].rate.value)
    best, low = min(held, key=lambda pair: pair[1].rate.value)
    if high.rate.value == 0:
        return None
    rate = None
    if low.rate.value and high.draws is not None and low.draws is not None:
        rate = log_ratio(high.draws, low.draws, high.rate.value / low.rate.value)
    return Ratio(figure=figure, worst=worst.value, best=best.value, rate=rate)
