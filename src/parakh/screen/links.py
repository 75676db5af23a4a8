"""Walks the web of what persons share, and raises those who are close to a known suspect.

A path's score is the product of its steps' strengths, times `DECAY` for each step after the first.
A step's strength is that of all values that its two persons share, taken as independent:
1 - (1 - s1)(1 - s2)…; a value's strength is the weight of its kind times how rare it is. Rarity is
1 where two persons hold it and falls with the logarithm of their number to 0 at a hub:
1 - ln(n / 2) / ln(HUB / 2).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from math import log, prod
from typing import Protocol

from parakh.domain.hit import Agreement, Evidence, Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.link import HUB, LinkKind, Shared, Web
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.screen.screener import Subject, TravellerSubject

WEIGHTS = {
    LinkKind.DOCUMENT: 0.95,
    LinkKind.PAYMENT: 0.85,
    LinkKind.EMAIL: 0.85,
    LinkKind.PHONE: 0.8,
    LinkKind.FAMILY: 0.75,
    LinkKind.BOOKING: 0.7,
    LinkKind.ADDRESS: 0.65,
    LinkKind.REFERENCE: 0.6,
    LinkKind.VEHICLE: 0.6,
    LinkKind.CONSIGNEE: 0.5,
    LinkKind.CO_TRAVEL: 0.3,
    LinkKind.AGENCY: 0.1,
}
"""How much a value says that only two persons share."""

DECAY = 0.85
THRESHOLD = 0.5
WALKED = frozenset(kind for kind, weight in WEIGHTS.items() if weight > 0.2)
"""Kinds that the screener looks at; the others never carry a path over the threshold."""

MOST_HOLDERS = 10
"""What more persons hold says too little to the screener; a page shows it all the same."""

MOST_HITS = 3
"""Of the strongest paths of one traveller."""

MOST_WALKED = 4000
"""Persons around all travellers of a batch who are looked at, those of the rarest values first."""


# --- walking --------------------------------------------------------------------------------------


class Neighbours(Protocol):
    """Who shares what with whom."""

    def shared(
        self, holders: Collection[str], known: Collection[str], most: int
    ) -> tuple[list[Shared], bool]:
        """What persons share with anybody, rarest first and hubs last, without what is `known`.

        Of hubs only those persons are told. It may stop once it found more than `most` others; the
        second value says whether it did.
        """
        ...


class Walk:
    """Grows a web around persons, step by step, to at most so many of them."""

    def __init__(self, links: Neighbours, start: Iterable[str], most: int) -> None:
        self._links = links
        self._most = most
        self._hops = dict.fromkeys(start, 0)
        self._shared: dict[str, Shared] = {}
        self._more = False

    def grow(self, holders: Collection[str]) -> set[str]:
        """Takes in whoever shares something with persons of the web; gives those who are new."""
        inner = self._hops.keys() & holders
        known = {token for token, own in self._shared.items() if not own.hub}
        found, cut = self._links.shared(inner, known, self._most - len(self._hops))
        self._more |= cut
        new: set[str] = set()
        for value in found:
            before = self._shared.get(value.token, value)
            self._shared[value.token] = _joined(before, value)
            if not value.hub:
                new |= self._take(value, inner)
        return new

    def _take(self, value: Shared, inner: set[str]) -> set[str]:
        near = min((self._hops[own] for own in value.persons if own in inner), default=0)
        others = [own for own in value.persons if own not in self._hops]
        room = max(0, self._most - len(self._hops))
        self._more |= len(others) > room
        self._hops |= dict.fromkeys(others[:room], near + 1)
        return set(others[:room])

    def web(self) -> Web:
        """The web as it is now; of each value the persons in it."""
        inside = (
            replace(own, persons=tuple(one for one in own.persons if one in self._hops))
            for own in self._shared.values()
        )
        shown = [own for own in inside if own.hub or len(own.persons) > 1]
        shown.sort(key=lambda own: (own.holders, own.kind.value, own.token))
        return Web(hops=dict(self._hops), shared=tuple(shown), more=self._more)


def walk(links: Neighbours, start: Collection[str], *, hops: int, most: int) -> Web:
    """The web around persons to so many hops; hubs are told and not walked through."""
    going = Walk(links, start, most)
    edge: Collection[str] = list(start)
    for _ in range(hops):
        edge = going.grow(edge)
        if not edge:
            break
    return going.web()


def _joined(one: Shared, other: Shared) -> Shared:
    return replace(
        one,
        persons=tuple(sorted({*one.persons, *other.persons})),
        first_on=min(one.first_on, other.first_on),
        last_on=max(one.last_on, other.last_on),
    )


# --- strength -------------------------------------------------------------------------------------


@cache
def rarity(holders: int) -> float:
    """1 for a value that two persons hold, 0 for a hub."""
    return max(0.0, 1 - log(max(holders, 2) / 2) / log(HUB / 2))


def strength(value: Shared) -> float:
    """How much a value says of two who share it, 0 to 1."""
    return 0.0 if value.hub else WEIGHTS[value.kind] * rarity(value.holders)


def step_strength(values: Iterable[Shared]) -> float:
    """How strongly two persons are linked by all that they share, 0 to 1."""
    return 1 - prod(1 - strength(own) for own in values)


def path_score(steps: Sequence[Sequence[Shared]]) -> float:
    """The score of a path, 0 to 1."""
    return prod(map(step_strength, steps)) * DECAY ** (len(steps) - 1)


# --- the screener ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Why somebody is worth being linked with: a profile, or a confirmed hit on an entry.

    `listed` and `watchlist` are the entry's name and its list's; "" for a profile.
    """

    ref: Ref
    listed: str = ""
    watchlist: str = ""


class Connections(Neighbours, Protocol):
    """What the screener asks of what is known."""

    def selves(self, traveller_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        """The person of each traveller, as holders: several where his journeys are not linked yet
        and he showed the same document, born on the same day."""
        ...

    def targets(self, holders: Collection[str]) -> Mapping[str, Sequence[Target]]:
        """Those of some persons who are suspects, and why."""
        ...

    def names(self, holders: Collection[str]) -> Mapping[str, str]:
        """What persons are called."""
        ...


Opened = Callable[[], AbstractContextManager[Connections]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """The way from a traveller to a suspect: persons, and what each shares with the next."""

    persons: tuple[str, ...]
    steps: tuple[tuple[Shared, ...], ...]
    target: Target
    score: float


class LinkScreener:
    """Raises a hit for a short path of rare values to a suspect."""

    name = "links@1"

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def applies(self, subject: Subject) -> bool:
        """Whether it is a person as declared."""
        return isinstance(subject, TravellerSubject)

    def screen(self, subjects: Sequence[Subject]) -> Sequence[Sequence[Hit]]:
        """The hits of each traveller, strongest first."""
        ids = list(dict.fromkeys(own.ref.id for own in subjects))
        with self._opened() as known:
            paths = _paths(known, ids)
            along = {own for found in paths.values() for path in found for own in path.persons}
            names = known.names(along) if along else {}
        return [
            [_hit(own.ref, path, names) for path in paths.get(own.ref.id, ())] for own in subjects
        ]


def _paths(known: Connections, ids: Sequence[str]) -> dict[str, list[Path]]:
    """The strongest paths of each traveller who has any."""
    selves = known.selves(ids)
    web = _walked(known, frozenset[str]().union(*selves.values()))
    best = _best_steps(web.shared)
    targets = known.targets([own for own, step in best.items() if step >= THRESHOLD])
    if not targets:
        return {}
    ties = _Ties(web.shared)
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for own, holders in selves.items():
        for holder in holders:
            owners[holder].append(own)
    found: defaultdict[str, dict[Ref, Path]] = defaultdict(dict)
    for suspect, reasons in targets.items():
        for persons, steps, score in _ways(suspect, ties):
            for own in owners.get(persons[0], ()):
                if not selves[own].isdisjoint(persons[1:]):
                    continue  # himself on another journey, or a way through himself
                for target in reasons:
                    path = Path(persons=persons, steps=steps, target=target, score=score)
                    known_path = found[own].get(target.ref)
                    if known_path is None or known_path.score < score:
                        found[own][target.ref] = path
    return {own: _strongest(paths.values()) for own, paths in found.items()}


def _strongest(paths: Iterable[Path]) -> list[Path]:
    return sorted(paths, key=lambda own: (-own.score, own.target.ref.id))[:MOST_HITS]


def _walked(known: Connections, start: frozenset[str]) -> Web:
    """Two steps around a batch; the second one from those only to whom the first is strong enough
    that a path through them can reach the threshold."""
    going = Walk(known, start, len(start) + MOST_WALKED)
    new = going.grow(start)
    best = _best_steps(going.web().shared)
    going.grow([own for own in new if best.get(own, 0.0) * DECAY >= THRESHOLD])
    return going.web()


def _best_steps(values: Iterable[Shared]) -> dict[str, float]:
    """For each person, a strength that no step from or to him exceeds."""
    left: defaultdict[str, float] = defaultdict(lambda: 1.0)
    for value in values:
        for own in value.persons:
            left[own] *= 1 - strength(value)
    return {own: 1 - rest for own, rest in left.items()}


class _Ties:
    """What each two persons share, hubs left out, strongest first; made where it is asked for."""

    def __init__(self, values: Iterable[Shared]) -> None:
        self._values: defaultdict[str, list[Shared]] = defaultdict(list)
        for value in values:
            for own in () if value.hub else value.persons:
                self._values[own].append(value)

    def of(self, person: str) -> dict[str, tuple[Shared, ...]]:
        """All who share something with a person, and what."""
        found: defaultdict[str, list[Shared]] = defaultdict(list)
        for value in sorted(self._values[person], key=lambda own: (-strength(own), own.token)):
            for other in value.persons:
                if other != person:
                    found[other].append(value)
        return {other: tuple(values) for other, values in found.items()}


_Way = tuple[tuple[str, ...], tuple[tuple[Shared, ...], ...], float]
"""Persons from the far end on, what each two share, and the score."""


def _ways(suspect: str, ties: _Ties) -> Iterator[_Way]:
    """All ways to a suspect of one or two steps that reach the threshold, from their far ends."""
    for middle, near in ties.of(suspect).items():
        score = path_score([near])
        if score >= THRESHOLD:
            yield (middle, suspect), (near,), score
        if score * DECAY < THRESHOLD:
            continue
        for end, far in ties.of(middle).items():
            score = path_score([far, near])
            if end != suspect and score >= THRESHOLD:
                yield (end, middle, suspect), (far, near), score


# --- what an officer reads ------------------------------------------------------------------------

_ENTRY, _PROFILE = Kind.WATCHLIST_ENTRY, Kind.PROFILE

_DIRECT = {
    (LinkKind.DOCUMENT, _ENTRY): N_(
        "Shows a document that {other} showed too, whose hit on {listed} (list: {watchlist}) was "
        "confirmed."
    ),
    (LinkKind.DOCUMENT, _PROFILE): N_(
        "Shows a document that {other} showed too, who belongs to a profile in force."
    ),
    (LinkKind.PAYMENT, _ENTRY): N_(
        "Paid with the same card as {other}, whose hit on {listed} (list: {watchlist}) was "
        "confirmed."
    ),
    (LinkKind.PAYMENT, _PROFILE): N_(
        "Paid with the same card as {other}, who belongs to a profile in force."
    ),
    (LinkKind.EMAIL, _ENTRY): N_(
        "Shares the e-mail address of the booking with {other}, whose hit on {listed} (list: "
        "{watchlist}) was confirmed."
    ),
    (LinkKind.EMAIL, _PROFILE): N_(
        "Shares the e-mail address of the booking with {other}, who belongs to a profile in force."
    ),
    (LinkKind.PHONE, _ENTRY): N_(
        "Shares the phone number of the booking with {other}, whose hit on {listed} (list: "
        "{watchlist}) was confirmed."
    ),
    (LinkKind.PHONE, _PROFILE): N_(
        "Shares the phone number of the booking with {other}, who belongs to a profile in force."
    ),
    (LinkKind.BOOKING, _ENTRY): N_(
        "Is booked together with {other}, whose hit on {listed} (list: {watchlist}) was confirmed."
    ),
    (LinkKind.BOOKING, _PROFILE): N_(
        "Is booked together with {other}, who belongs to a profile in force."
    ),
    (LinkKind.ADDRESS, _ENTRY): N_(
        "Gives the same address as {other}, whose hit on {listed} (list: {watchlist}) was "
        "confirmed."
    ),
    (LinkKind.ADDRESS, _PROFILE): N_(
        "Gives the same address as {other}, who belongs to a profile in force."
    ),
    (LinkKind.FAMILY, _ENTRY): N_(
        "Gives the same father and address as {other}, whose hit on {listed} (list: {watchlist}) "
        "was confirmed."
    ),
    (LinkKind.FAMILY, _PROFILE): N_(
        "Gives the same father and address as {other}, who belongs to a profile in force."
    ),
}
"""Of one step, by its strongest value; other kinds are told as `_OTHERWISE` says."""

_OTHERWISE = {
    _ENTRY: N_("Is linked with {other}, whose hit on {listed} (list: {watchlist}) was confirmed."),
    _PROFILE: N_("Is linked with {other}, who belongs to a profile in force."),
}

_INDIRECT = {
    _ENTRY: N_(
        "Is linked in two steps, by way of {via}, with {other}, whose hit on {listed} (list: "
        "{watchlist}) was confirmed."
    ),
    _PROFILE: N_(
        "Is linked in two steps, by way of {via}, with {other}, who belongs to a profile in force."
    ),
}

_NOTE = N_("held by {holders} persons in all; told from {first} to {last}")


def _hit(subject: Ref, path: Path, names: Mapping[str, str]) -> Hit:
    return Hit(
        id=new_id(),
        subject=subject,
        target=path.target.ref,
        screener=LinkScreener.name,
        score=path.score,
        threshold=THRESHOLD,
        sentence=_sentence(path, names),
        evidence=tuple(_evidence(path, names)),
    )


def _sentence(path: Path, names: Mapping[str, str]) -> Phrase:
    kind = path.target.ref.kind
    values = {"other": names.get(path.persons[-1], ""), "listed": path.target.listed}
    values["watchlist"] = path.target.watchlist
    # Whom it names, for when they must not be named any more (parakh.domain.masking).
    values["other_id"] = path.persons[-1]
    if len(path.steps) > 1:
        via = path.persons[1]
        return phrase(_INDIRECT[kind], via=names.get(via, ""), via_id=via, **values)
    template = _DIRECT.get((path.steps[0][0].kind, kind), _OTHERWISE[kind])
    return phrase(template, **values)


def _evidence(path: Path, names: Mapping[str, str]) -> Iterator[Evidence]:
    """One row a value; the weights are the values' parts of the score.

    The notes bear the values' tokens, which nobody reads, so that another value is known as one.
    """
    whole = sum(strength(own) for step in path.steps for own in step)
    for (one, other), step in zip(pairwise(path.persons), path.steps, strict=True):
        for own in step:
            yield Evidence(
                attribute=f"link.{own.kind.value}",
                ours=names.get(one, ""),
                theirs=names.get(other, ""),
                agreement=Agreement.AGREES,
                weight=path.score * strength(own) / whole,
                note=phrase(
                    _NOTE,
                    holders=own.holders,
                    first=own.first_on.isoformat(),
                    last=own.last_on.isoformat(),
                    value=own.token,
                ),
            )
