"""How well names are found and told apart, on data with known answers.

Pairs: precision, recall and F1 (van Rijsbergen 1979) of "these two are one name" at thresholds that
were fixed beforehand on other data. Lists: which share of listed people is found under a changed
name, at thresholds that raise 1% and 0.1% of people who are not listed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from parakh.domain.hit import Kind, Ref
from parakh.domain.traveller import PersonName, Traveller, TravellerRole
from parakh.domain.watchlist import EntryKind, EntryState, Handling, Watchlist, WatchlistEntry
from parakh.errors import InvalidInput
from parakh.learn.name_cases import KINDS, Case, Variants, cases
from parakh.learn.name_peers import Peer, Person, nearest, peers
from parakh.screen.comparison import compare_names
from parakh.screen.lexicon import name_tokens
from parakh.screen.organisations import compare_organisations, organisation_tokens
from parakh.screen.screener import TravellerSubject
from parakh.screen.watchlists import WatchlistIndex

PERSON_ALIKE = 0.80
ORGANISATION_ALIKE = 0.74
"""Likenesses from which two names are taken for one, when nothing else is known. Fixed on changed
names of three public lists against the nearest names of others on them (`docs/names.md` says how),
never on the pairs that are measured."""

RATES = (0.01, 0.001)
CANDIDATES = 25
"""So many of the list, by shared letters, and those our index finds, are compared by a peer."""

LEAST = 0.3
"""Scores under this are as good as none for any threshold of interest."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledPair:
    """Two names, of a person or else of an organisation or vessel, and whether they are one."""

    person: bool
    one: str
    other: str
    same: bool


def evaluate_pairs(pairs: Iterable[LabelledPair]) -> dict[str, dict[str, float | int]]:
    """Precision, recall and F1 for persons and organisations; InvalidInput without any pair."""
    found = list(pairs)
    result = {}
    for name, person, least in (
        ("person", True, PERSON_ALIKE),
        ("organisation", False, ORGANISATION_ALIKE),
    ):
        own = [(likeness(pair), pair.same) for pair in found if pair.person is person]
        if not own:
            raise InvalidInput(f"there is no pair of the kind {name}")
        result[name] = at_threshold(own, least)
    return result


def likeness(pair: LabelledPair) -> float:
    """How alike two names are when nothing is known of how rare their words are: 0 to 1."""
    if pair.person:
        one, other = (
            name_tokens(PersonName(family="", given=text.upper()))
            for text in (pair.one, pair.other)
        )
        return compare_names(one, other, _unknown).alike
    one, other = organisation_tokens(pair.one), organisation_tokens(pair.other)
    return compare_organisations(one, other, _unknown).alike


def _unknown(_: str) -> float:
    """Every word as rare as the other: -log10 of one in a thousand."""
    return 3.0


def at_threshold(scored: Sequence[tuple[float, bool]], least: float) -> dict[str, float | int]:
    """Precision, recall and F1 of scores from `least` on, with the counts behind them."""
    hits = sum(same for score, same in scored if score >= least)
    false = sum(not same for score, same in scored if score >= least)
    missed = sum(same for score, same in scored if score < least)
    precision = hits / (hits + false) if hits + false else 0.0
    recall = hits / (hits + missed) if hits + missed else 0.0
    both = precision + recall
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / both if both else 0.0, 4),
        "threshold": least,
        "pairs": len(scored),
        "same": hits + missed,
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class ListEvaluation:
    """What a list is measured with.

    Attributes:
        listed: the entries; only the primary name of each is listed, so that a case made of an
            alias is not found by that alias.
        others: people who are not listed.
        variants: spellings for the transliterated cases; may be empty.
        each: cases of each kind.
    """

    listed: Sequence[WatchlistEntry]
    others: Sequence[Traveller]
    variants: Variants
    each: int = 300
    seed: int = 7


def evaluate_list(asked: ListEvaluation, progress: Progress) -> dict[str, Any]:
    """Recall by kind of change, at each rate, with and without birth date, ours beside peers'."""
    made = cases(asked.listed, asked.variants, asked.each, asked.seed)
    index = WatchlistIndex(_in_force(asked.listed))
    everybody = [*_of_cases(asked.listed, made), *asked.others]
    total = len(everybody) * (2 * (1 + len(peers())) + 1)
    done = 0

    def moved(steps: int) -> None:
        nonlocal done
        done += steps
        progress(done, total)

    result: dict[str, Any] = {
        "listed": len(asked.listed),
        "others": len(asked.others),
        "cases": {kind: sum(own.kind == kind for own in made) for kind in KINDS},
        "rates": list(RATES),
    }
    near: list[list[int]] = []
    for born in (True, False):
        told = [own if born else replace(own, birth_date=None) for own in everybody]
        scores = {"parakh": _ours(index, asked.listed, told, moved)}
        if not near:
            near = nearest(
                [_as_person(own) for own in told],
                [_listed_as_person(own, born=True) for own in asked.listed],
                CANDIDATES,
                moved,
            )
        for name, peer in peers().items():
            scores[name] = _theirs(peer, asked.listed, told, near, born, moved)
        result["with birth date" if born else "without birth date"] = {
            name: _recalls(own, made) for name, own in scores.items()
        }
    return result


Scored = list[Mapping[int, float]]
"""For each person asked about, the places of entries to their scores."""


def _in_force(listed: Sequence[WatchlistEntry]) -> list[tuple[WatchlistEntry, Watchlist]]:
    own = Watchlist(id="0", name="list", source="-", legal_basis="-", handling=Handling.INSPECT)
    return [
        (
            replace(
                entry,
                id=f"{place:08d}",
                watchlist_id=own.id,
                names=entry.names[:1],
                weak_names=(),
                state=EntryState.APPROVED,
                expires_at=None,
            ),
            own,
        )
        for place, entry in enumerate(listed)
    ]


def _of_cases(listed: Sequence[WatchlistEntry], made: Sequence[Case]) -> list[Traveller]:
    """The listed people as their documents say: the changed name, and all else as listed."""
    return [
        Traveller(
            id=str(place),
            voyage_id="",
            role=TravellerRole.PASSENGER,
            name=case.name,
            birth_date=next(iter(listed[case.entry].birth_dates), None),
            nationality=next(iter(listed[case.entry].nationalities), None),
            sex=listed[case.entry].sex,
        )
        for place, case in enumerate(made)
    ]


def _ours(
    index: WatchlistIndex,
    listed: Sequence[WatchlistEntry],
    asked: Sequence[Traveller],
    moved: Callable[[int], None],
) -> Scored:
    moment = datetime.now(UTC)
    found: Scored = []
    for own in asked:
        subject = TravellerSubject(
            ref=Ref(kind=Kind.TRAVELLER, id=own.id), traveller=own, voyage=None
        )
        matches = index.matches(subject, moment, LEAST)
        found.append({int(entry_id): match.score for entry_id, match in matches})
        moved(1)
    return found


def _theirs(
    peer: Peer,
    listed: Sequence[WatchlistEntry],
    asked: Sequence[Traveller],
    near: Sequence[Sequence[int]],
    born: bool,
    moved: Callable[[int], None],
) -> Scored:
    people = [_listed_as_person(own, born=born) for own in listed]
    found: Scored = []
    for own, places in zip(asked, near, strict=True):
        person = _as_person(own)
        found.append({place: peer(person, people[place]) for place in places})
        moved(1)
    return found


def _as_person(own: Traveller) -> Person:
    return Person(
        names=(own.name.full,),
        birth_dates=(own.birth_date,) if own.birth_date else (),
        nationalities=(own.nationality,) if own.nationality else (),
        sex=own.sex.value if own.sex else "",
    )


def _listed_as_person(own: WatchlistEntry, *, born: bool) -> Person:
    return Person(
        names=(own.names[0].full,),
        birth_dates=own.birth_dates if born else (),
        nationalities=own.nationalities,
        sex=own.sex.value if own.sex else "",
    )


def _recalls(scored: Scored, made: Sequence[Case]) -> dict[str, Any]:
    """At each rate of others raised: the threshold, and recall by kind and on the mean."""
    others = np.array([max(own.values(), default=0.0) for own in scored[len(made) :]])
    result = {}
    for rate in RATES:
        least = threshold_at(others, rate)
        found: dict[str, list[bool]] = {kind: [] for kind in KINDS}
        for case, own in zip(made, scored, strict=False):
            found[case.kind].append(own.get(case.entry, 0.0) >= least)
        recalls = {kind: round(float(np.mean(own)), 4) for kind, own in found.items() if own}
        result[f"{rate:.1%}"] = {
            "threshold": round(least, 4),
            "raised": round(float(np.mean(others >= least)), 5),
            "recall": recalls,
            "mean": round(float(np.mean(list(recalls.values()))), 4),
        }
    return result


def threshold_at(scores: np.ndarray[Any, np.dtype[np.float64]], rate: float) -> float:
    """The least score that at most this share of scores reach, and above every score of nought."""
    ordered = np.sort(scores)[::-1]
    most = int(rate * len(ordered))
    return float(np.nextafter(ordered[most], 2.0)) if len(ordered) else 0.0


def persons_of(entries: Iterable[WatchlistEntry]) -> list[WatchlistEntry]:
    """The persons among entries whose primary name has two words or more."""
    return [
        own
        for own in entries
        if own.kind is EntryKind.PERSON and own.names and len(name_tokens(own.names[0])) >= 2
    ]
