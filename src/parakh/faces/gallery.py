"""Exact 1:N search over templates held in memory, to ten million on one machine."""

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parakh.domain.face import Candidate, Template
from parakh.errors import InvalidInput
from parakh.faces.batching import Batcher
from parakh.faces.lookup import Identifiers, Rows
from parakh.faces.ranking import MANY, SPARE, Ranking
from parakh.faces.rows import RowStore, to_identifier, to_identifiers
from parakh.faces.scan import Hits, Ints, Pass, Probes, Workers, chosen, cores
from parakh.faces.vectors import Vector, to_vector

TOGETHER = 64
"""Probes of one pass."""

_GROWTH = 128
"""How many times the rows seen so far are read before the cuts are raised again, for one probe;
for more of them less, since each costs its own hits."""

_GROWTH_OF_MANY = 16
_SPARED = 8
"""A first guess of the least similarity lets about so many times the limit pass."""

_FEW = 1e-3
"""Of a small gallery too little is saved to guess."""

_ALL, _NONE = 2**31 - 1, -(2**31)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Question:
    vector: Vector
    limit: int
    threshold: float


class Gallery:
    """Templates of one purpose (a watchlist, a voyage), all made by one model.

    Every template has an identifier and the identity it stands for: a person enrolled with several
    pictures counts once, by the best of them.

    The answer is that of comparing every template in float64. A first pass over int8 codes leaves
    out only rows whose similarity cannot reach that of the last of the answer, by a bound that
    `scan.Probes` proves; the others are compared in full (`ranking.Ranking`). What was written
    while a search ran is looked at again at its end, and a search that had relied on a template
    which went away meanwhile is repeated: the answer is right for a moment between question and
    answer, and holds nobody who had been removed before it was given.

    Searches take no lock: they may run while others enrol and remove. Searches that come at the
    same moment share a pass. A removed template is overwritten with zeros at once.
    """

    def __init__(self, model: str, dimension: int, threads: int | None = None) -> None:
        """`threads` search together; as many as there are cores unless given."""
        self.model = model
        self.dimension = dimension
        self._store = RowStore(dimension)
        self._workers = _workers(threads or cores())
        self._batcher: Batcher[_Question, list[Candidate]] = Batcher(self._answer, most=TOGETHER)

    def __len__(self) -> int:
        """Templates held."""
        return self._store.count

    def __contains__(self, template_id: str) -> bool:
        return self._store.holds(to_identifier(template_id))

    @property
    def identities(self) -> int:
        """How many identities the templates stand for."""
        return self._store.identities

    @property
    def memory_bytes(self) -> int:
        """Bytes that the rows take, and what finds them by identifier."""
        return self._store.memory_bytes

    def enrol(self, template_id: str, template: Template, identity: str) -> None:
        """Adds a template of an identity, or replaces the one of that identifier.

        Raises InvalidInput for a template of another model or an identifier over 32 bytes,
        Unreadable for a damaged template.
        """
        self.enrol_many([(template_id, template, identity)])

    def enrol_many(self, entries: Iterable[tuple[str, Template, str]]) -> None:
        """Adds or replaces many; none of them when one is refused."""
        listed = list(entries)
        if not listed:
            return
        self.enrol_rows(
            to_identifiers([template_id for template_id, _, _ in listed]),
            to_identifiers([identity for _, _, identity in listed]),
            np.stack([to_vector(own, self.model, self.dimension) for _, own, _ in listed]),
        )

    def enrol_rows(self, templates: Identifiers, identities: Identifiers, vectors: Vector) -> None:
        """Adds or replaces many that are arrays already: identifiers of 32 bytes, unit vectors."""
        if vectors.shape != (len(templates), self.dimension):
            raise InvalidInput(f"vectors of {self.dimension} numbers are wanted, one a template")
        self._store.put(templates, identities, vectors)
        _give_way()

    def remove(self, template_id: str) -> bool:
        """Takes a template out for good; False when it was not there."""
        done = self._store.remove([to_identifier(template_id)])
        _give_way()
        return done == 1

    def remove_many(self, template_ids: Iterable[str]) -> int:
        """Takes templates out for good; gives how many were there."""
        return self._store.remove([to_identifier(own) for own in template_ids])

    def remove_identity(self, identity: str) -> list[str]:
        """Takes all templates of an identity out for good; gives their identifiers."""
        return [own.decode() for own in self._store.remove_identity(to_identifier(identity))]

    def templates_of(self, identity: str) -> list[str]:
        """Identifiers of an identity's templates."""
        return [own.decode() for own in self._store.of_identity(to_identifier(identity))]

    def search(self, probe: Template, limit: int = 20, threshold: float = -1.0) -> list[Candidate]:
        """The `limit` most similar identities with a cosine of at least `threshold`, best first.

        Each identity counts once, by its best template, and `Candidate.reference_id` names it.
        Equal scores are ordered by identity, so the answer does not depend on the order of
        enrolment. Raises InvalidInput for a template of another model.
        """
        return self._batcher.ask(self._question(probe, limit, threshold))

    def search_many(
        self, probes: Sequence[Template], limit: int = 20, threshold: float = -1.0
    ) -> list[list[Candidate]]:
        """The answers to many probes, which share passes."""
        asked = [self._question(probe, limit, threshold) for probe in probes]
        return [
            answer
            for start in range(0, len(asked), TOGETHER)
            for answer in self._answer(asked[start : start + TOGETHER])
        ]

    def _question(self, probe: Template, limit: int, threshold: float) -> _Question:
        vector = to_vector(probe, self.model, self.dimension)
        return _Question(vector=vector, limit=limit, threshold=threshold)

    def _answer(self, asked: Sequence[_Question]) -> list[list[Candidate]]:
        answers: list[list[Candidate] | None] = [None if own.limit > 0 else [] for own in asked]
        guess = True
        while open_ := [place for place, answer in enumerate(answers) if answer is None]:
            found = self._pass([asked[place] for place in open_], guess=guess)
            for place, answer in zip(open_, found, strict=True):
                answers[place] = answer
            guess = False
        return [answer for answer in answers if answer is not None]

    def _pass(self, asked: Sequence[_Question], *, guess: bool) -> list[list[Candidate] | None]:
        """Answers, or None where the search must be repeated; with `guess`, fewer rows are looked
        at, but it may have to be."""
        store = self._store
        written = store.written
        probes = Probes(np.stack([own.vector for own in asked]), store)
        limits = np.array([own.limit for own in asked], dtype=np.int64)
        thresholds = np.array([own.threshold for own in asked], dtype=np.float64)
        ranking = Ranking(store, probes, limits, thresholds)
        scan = Pass(store, probes)
        sample = scan.sample()
        share = limits * _SPARED / max(1, len(self))
        if guess and share.max() < _FEW:
            ranking.expect(probes.guess(sample[0], share))
        self._scan(scan, *sample, ranking, limits)
        while True:
            now, raced = store.written, store.since(written)
            if raced is None:
                return [None] * len(asked)
            written, ranking.looked_at, ranking.dropped = now, [raced], False
            ranking.add(scan.among(raced, ranking.cuts))
            # One that went away before its codes were read cannot be a hit.
            ranking.dropped = bool((store.stamps(raced) & 1 == 0).any())
            self._add_rough(ranking, len(asked))
            if ranking.pending > 4 * int(limits.sum()):
                ranking.raise_cuts()
            ranking.settle()
            if not self._moved(ranking, written):
                return ranking.answers()

    def _moved(self, ranking: Ranking, written: int) -> bool:
        """Whether a row that was to be compared may have held another template by then, so that
        the first one, if it was only replaced, must be looked for among the rows written since."""
        later = self._store.since(written)
        if later is None:
            return True
        if not len(later):
            return False
        return ranking.dropped or bool(np.isin(later, np.concatenate(ranking.looked_at)).any())

    def _scan(
        self, scan: Pass, scores: Ints, rows: Rows, ranking: Ranking, limits: NDArray[np.int64]
    ) -> None:
        """All rows, more of them at a time the better the cuts are known; first some that were
        read already."""
        few = int(limits.max()) * 2 + SPARE
        if few < len(rows) and (scores >= ranking.cuts).sum() > 4 * int(limits.sum()):
            # The best by their codes show what may be left out of all others.
            few_best = np.maximum(np.partition(scores, -few, axis=0)[-few], ranking.cuts)
            ranking.add(chosen(scores, rows, few_best))
            ranking.settle()
            scores[scores >= few_best] = _NONE
        ranking.add(chosen(scores, rows, ranking.cuts))
        growth = max(_GROWTH_OF_MANY, _GROWTH // len(limits))
        wanted = len(rows) * growth
        while (found := scan.advance(wanted, MANY, ranking.cuts, self._workers)) is not None:
            ranking.add(found)
            wanted *= growth
            if ranking.pending > 8 * int(limits.sum()):
                ranking.raise_cuts()
            if ranking.pending > MANY:
                ranking.settle()

    def _add_rough(self, ranking: Ranking, count: int) -> None:
        """Rows whose codes say too little are compared in full by every probe."""
        rough = self._store.rough
        for start in range(0, len(rough), MANY // count):
            rows = np.tile(rough[start : start + MANY // count], count)
            probes = np.repeat(np.arange(count), len(rows) // count)
            scores = np.full(len(rows), _ALL, dtype=np.int32)
            ranking.add(Hits(probes=probes, rows=rows, scores=scores))
            ranking.settle()


_LOCK = threading.Lock()
_WORKERS: dict[int, Workers] = {}


def _workers(threads: int) -> Workers:
    """Threads are shared by all galleries of the process."""
    with _LOCK:
        if threads not in _WORKERS:
            _WORKERS[threads] = Workers(threads)
        return _WORKERS[threads]


def _give_way() -> None:
    """Lets whoever searches go on: a thread that changes without pause would else take every turn
    that a search gives up between two blocks, and make it wait 5 ms each time."""
    time.sleep(0)
