"""Groups travellers into persons, so that neither order nor number of messages changes the result.

Kruskal's method over the comparisons of `parakh.screen.persons`: the surest link first, and no link
that would join what a human, or the evidence itself, keeps apart.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from parakh.domain.phrase import Phrase
from parakh.normalise.names import name_key
from parakh.screen.persons import LINK, Identity, Likeness, compare

Pair = frozenset[str]
"""Two travellers by identifier."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """By what the other travellers of a person are looked for, in an index or a database.

    Attributes:
        numbers: of documents.
        births: whole birth dates (ISO 8601) that he may have been declared with. An index gives too
            many for a date; of those, a name must share a word of `name_key`.
        name_key: see `parakh.normalise.names.name_key`; found in the whole `year` of birth.
    """

    numbers: frozenset[str]
    births: frozenset[str]
    name_key: str
    year: str

    @classmethod
    def of(cls, identity: Identity) -> "Wanted":
        """For one traveller. So many are born on "1 January" that it is no birth date here."""
        born = identity.birth_date
        births = set()
        if born is not None and born.complete and (born.month, born.day) != (1, 1):
            births.add(str(born))
            if born.day is not None and born.day <= 12:
                births.add(f"{born.year:04d}-{born.day:02d}-{born.month:02d}")
        return cls(
            numbers=frozenset(own.number for own in identity.documents),
            births=frozenset(births),
            name_key=name_key(identity.name),
            year=f"{born.year:04d}" if born is not None else "",
        )

    def shared(self) -> set[tuple[str, ...]]:
        """Two travellers are compared when they have one of these in common."""
        keys: set[tuple[str, ...]] = {("number", number) for number in self.numbers}
        keys |= {("born", birth, word) for birth in self.births for word in self.name_key.split()}
        if self.name_key and self.year:
            keys.add(("named", self.name_key, self.year))
        return keys


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """Why a traveller belongs to his person.

    Attributes:
        other: the traveller of the same person whom he is most surely one with.
        decided: whether a human said so; then `confidence` and `reasons` are still the computed.
    """

    traveller_id: str
    other: str
    confidence: float
    reasons: tuple[Phrase, ...]
    decided: bool = False


def near(
    ours: Mapping[str, Identity], others: Mapping[str, Identity], least: float
) -> dict[str, dict[str, Likeness]]:
    """For each of ours, those others with whom he is one person with at least this confidence."""
    index = _index(others)
    found: dict[str, dict[str, Likeness]] = {}
    for own, identity in ours.items():
        keys = Wanted.of(identity).shared()
        compared = {
            other: compare(identity, others[other])
            for other in {other for key in keys for other in index.get(key, ())}
            if other != own
        }
        found[own] = {
            other: likeness for other, likeness in compared.items() if likeness.confidence >= least
        }
    return found


def group(
    identities: Mapping[str, Identity],
    same: Collection[Pair] = (),
    different: Collection[Pair] = (),
) -> list[tuple[Link, ...]]:
    """Persons of two travellers or more, each traveller with his link, by order of identifiers.

    `same` and `different` are what humans decided; `same` stands above all that is computed.
    Raises ValueError where the two contradict each other.
    """
    persons: list[tuple[Link, ...]] = []
    for connected in _connected(identities, same):
        grouping = _Grouping({own: identities[own] for own in connected}, same, different)
        grouping.join()
        persons += (
            tuple(grouping.links(members)) for members in grouping.persons() if len(members) > 1
        )
    return sorted(persons, key=lambda links: links[0].traveller_id)


def _index(identities: Mapping[str, Identity]) -> dict[tuple[str, ...], list[str]]:
    index: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for own, identity in identities.items():
        for key in Wanted.of(identity).shared():
            index[key].append(own)
    return index


def _connected(identities: Mapping[str, Identity], same: Collection[Pair]) -> list[set[str]]:
    """Travellers whom some chain of links joins: nobody outside can belong to their persons."""
    alike = _alike(identities)
    first = {members[0]: identity for identity, members in alike.items()}
    beside: defaultdict[str, set[str]] = defaultdict(set)
    for own, others in near(first, first, LINK).items():
        beside[own].update(others)
    for identity, (one, *more) in alike.items():
        if more and compare(identity, identity).confidence >= LINK:
            beside[one].update(more)
            for other in more:
                beside[other].add(one)
    for pair in same:
        if pair <= identities.keys():
            for own in pair:
                beside[own] |= pair - {own}
    left = {own for own in identities if beside[own]}
    found = []
    while left:
        connected: set[str] = set()
        reached = {min(left)}
        while reached:
            connected |= reached
            reached = {other for own in reached for other in beside[own]} - connected
        left -= connected
        found.append(connected)
    return found


def _alike(identities: Mapping[str, Identity]) -> dict[Identity, list[str]]:
    """Travellers who are the same in all that is compared."""
    alike: defaultdict[Identity, list[str]] = defaultdict(list)
    for own in sorted(identities):
        alike[identities[own]].append(own)
    return alike


class _Grouping:
    """Blocks of travellers that cannot be told apart are joined to clusters of blocks."""

    def __init__(
        self,
        identities: Mapping[str, Identity],
        same: Collection[Pair],
        different: Collection[Pair],
    ) -> None:
        self._same = {pair for pair in same if pair <= identities.keys()}
        self._different = {pair for pair in different if pair <= identities.keys()}
        if self._same & self._different:
            raise ValueError("two travellers are decided to be one person, and not to be")
        self._blocks = list(_blocks(identities, {*self._same, *self._different}))
        self._identities = [identities[block[0]] for block in self._blocks]
        self._block_of = {own: at for at, block in enumerate(self._blocks) for own in block}
        self._cluster_of = list(range(len(self._blocks)))
        self._members = {at: [at] for at in self._cluster_of}
        self._decided = {self._block_of[own] for pair in self._same for own in pair}

    def join(self) -> None:
        """Joins what humans decided, then what is sure enough, the surest first."""
        for one, other in sorted(tuple(sorted(pair)) for pair in self._same):
            self._unite(self._block_of[one], self._block_of[other])
        found = (
            (-likeness.confidence, one, other)
            for one, other in combinations(range(len(self._blocks)), 2)
            if (likeness := self._likeness(one, other)).confidence >= LINK
        )
        for _, first, second in sorted(found):
            if not self._kept_apart(first, second):
                self._unite(first, second)

    def persons(self) -> list[list[str]]:
        """The travellers of each person."""
        found = (
            sorted(own for at in members for own in self._blocks[at])
            for members in self._members.values()
        )
        return sorted(found)

    def links(self, members: Sequence[str]) -> Iterator[Link]:
        """The link of each of a person's travellers."""
        for own in members:
            decided = [other for other in members if frozenset((own, other)) in self._same]
            best, likeness = max(
                (
                    (other, self._likeness(self._block_of[own], self._block_of[other]))
                    for other in decided or members
                    if other != own
                ),
                key=lambda found: found[1].confidence,
            )
            yield Link(
                traveller_id=own,
                other=best,
                confidence=likeness.confidence,
                reasons=likeness.reasons,
                decided=bool(decided),
            )

    def _likeness(self, one: int, other: int) -> Likeness:
        return compare(self._identities[one], self._identities[other])

    def _kept_apart(self, one: int, other: int) -> bool:
        pairs = list(
            product(self._members[self._cluster_of[one]], self._members[self._cluster_of[other]])
        )
        if self._different and any(
            frozenset((mine, yours)) in self._different
            for a, b in pairs
            for mine, yours in product(self._blocks[a][:1], self._blocks[b][:1])
        ):
            return True
        # Whom a human joined to somebody is one with him in spite of the evidence.
        return any(self._likeness(a, b).apart for a, b in pairs if not self._decided & {a, b})

    def _unite(self, one: int, other: int) -> None:
        first, second = sorted((self._cluster_of[one], self._cluster_of[other]))
        if first == second:
            return
        for at in self._members.pop(second):
            self._members[first].append(at)
            self._cluster_of[at] = first


def _blocks(identities: Mapping[str, Identity], decided: Collection[Pair]) -> Iterator[list[str]]:
    """Travellers who are the same in all that is compared, and of whom no human said anything.

    Many voyages of one person then count as one; each of the others is a block of its own.
    """
    spoken_of = frozenset().union(*decided)
    for identity, members in _alike(identities).items():
        alone = compare(identity, identity).confidence < LINK
        together = [] if alone else [own for own in members if own not in spoken_of]
        if together:
            yield together
        yield from ([own] for own in members if own not in together)
