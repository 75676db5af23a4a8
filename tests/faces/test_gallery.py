"""Exact search: whatever is held, the answer is that of comparing everything."""

import math
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from parakh.domain.face import Template
from parakh.errors import InvalidInput, Unreadable
from parakh.faces import ranking, rows, scan
from parakh.faces.gallery import Gallery
from parakh.faces.vectors import to_template

MODEL, DIMENSION = "m@1", 16
Held = dict[str, tuple[str, np.ndarray]]
"""Identity and vector by template identifier."""


def unit(rng: np.random.Generator, dimension: int = DIMENSION) -> np.ndarray:
    return normal(rng.standard_normal(dimension))


def normal(vector: np.ndarray) -> np.ndarray:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def template(vector: np.ndarray, model: str = MODEL) -> Template:
    return to_template(model, vector)


def brute_force(
    held: Held, probe: np.ndarray, limit: int, threshold: float
) -> list[tuple[str, float]]:
    """Every template compared, by sums that are exact but for the last rounding."""
    best: dict[str, float] = {}
    for identity, vector in held.values():
        products = vector.astype(np.float64) * probe.astype(np.float64)
        score = max(-1.0, min(1.0, math.fsum(products)))
        best[identity] = max(best.get(identity, -2.0), score)
    found = [(name, score) for name, score in best.items() if score >= threshold - 1e-12]
    return sorted(found, key=lambda row: (-row[1], row[0]))[:limit]


def check(gallery: Gallery, held: Held, probe: np.ndarray, limit: int, threshold: float) -> None:
    """The scores are the best there are, and each is that of the identity named.

    Sums of float64 differ in the last bit by the order of adding, so that identities whose scores
    are equal to fifteen places may stand in either order, unless their templates are the same.
    """
    found = gallery.search(template(probe), limit, threshold)
    wanted = brute_force(held, probe, limit, threshold)
    every = dict(brute_force(held, probe, len(held), -1.0))
    assert [row.score for row in found] == pytest.approx([score for _, score in wanted], abs=1e-12)
    assert len({row.reference_id for row in found}) == len(found)
    for row in found:
        assert row.score == pytest.approx(every[row.reference_id], abs=1e-12)
    assert found == sorted(found, key=lambda row: (-row.score, row.reference_id))


class AgainstBruteForce(RuleBasedStateMachine):
    """Whatever is enrolled, replaced and removed, the answer is that of comparing all."""

    @initialize(seed=st.integers(0, 2**32 - 1))
    def begin(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.gallery = Gallery(MODEL, DIMENSION)
        self.held: Held = {}

    names = st.sampled_from([f"picture {n}" for n in range(14)])
    identities = st.sampled_from([f"person {n}" for n in range(5)])

    def put(self, name: str, identity: str, vector: np.ndarray) -> None:
        self.held[name] = (identity, vector)
        self.gallery.enrol(name, template(vector), identity)

    @rule(name=names, identity=identities)
    def enrol(self, name: str, identity: str) -> None:
        self.put(name, identity, unit(self.rng))

    @rule(name=names, identity=identities)
    def enrol_twin(self, name: str, identity: str) -> None:
        """The same picture under two identifiers: equal scores."""
        if self.held:
            self.put(name, identity, self.held[min(self.held)][1])

    @rule(name=names, identity=identities, place=st.integers(0, DIMENSION - 1))
    def enrol_rough(self, name: str, identity: str, place: int) -> None:
        """One component holds nearly everything: its code says too little."""
        vector = np.full(DIMENSION, 1e-9)
        vector[place] = 1.0
        self.put(name, identity, normal(vector))

    @rule(name=names)
    def remove(self, name: str) -> None:
        assert self.gallery.remove(name) == (self.held.pop(name, None) is not None)

    @rule(identity=identities)
    def remove_identity(self, identity: str) -> None:
        gone = {name for name, (own, _) in self.held.items() if own == identity}
        assert set(self.gallery.remove_identity(identity)) == gone
        for name in gone:
            del self.held[name]

    @rule(limit=st.integers(0, 15), threshold=st.sampled_from([-1.0, 0.0, 0.3]))
    def search(self, limit: int, threshold: float) -> None:
        check(self.gallery, self.held, unit(self.rng), limit, threshold)

    @rule(limit=st.integers(1, 3))
    def search_one_who_is_held(self, limit: int) -> None:
        if self.held:
            check(self.gallery, self.held, self.held[max(self.held)][1], limit, -1.0)

    @invariant()
    def counts_agree(self) -> None:
        if hasattr(self, "gallery"):
            assert len(self.gallery) == len(self.held)
            assert self.gallery.identities == len({own for own, _ in self.held.values()})
            assert all(name in self.gallery for name in self.held)


TestAgainstBruteForce = AgainstBruteForce.TestCase
TestAgainstBruteForce.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def clusters(
    rng: np.random.Generator, count: int, dimension: int, spread: float
) -> tuple[list[str], list[str], np.ndarray]:
    """Identities with 1 to 4 templates each that are alike, some of them the very same."""
    identities: list[str] = []
    vectors: list[np.ndarray] = []
    while len(vectors) < count:
        person, centre = f"person {len(vectors)}", rng.standard_normal(dimension)
        for _ in range(rng.integers(1, 5)):
            identities.append(person)
            vectors.append(normal(centre + spread * rng.standard_normal(dimension)))
            if rng.random() < 0.1:
                identities.append(f"twin {len(vectors)}")
                vectors.append(vectors[-1])
    names = [f"t{number}" for number in range(len(vectors))]
    return names, identities, np.stack(vectors)


@pytest.mark.parametrize("dimension", [16, 64, 128, 200, 512])
@pytest.mark.parametrize("spread", [0.0, 0.02, 0.8])
def test_many_templates_are_searched_exactly(
    dimension: int, spread: float, rng: np.random.Generator
) -> None:
    names, identities, vectors = clusters(rng, 21_000, dimension, spread)
    gallery = Gallery(MODEL, dimension)
    gallery.enrol_rows(rows.to_identifiers(names), rows.to_identifiers(identities), vectors)
    assert len(gallery) == len(names)
    people, person = np.unique(identities, return_inverse=True)
    probes = [
        normal(vectors[rng.integers(len(vectors))] + step * rng.standard_normal(dimension))
        for step in (0.0, 0.0, 0.01, 0.1, 10.0)
    ]
    for limit, threshold in ((1, -1.0), (20, -1.0), (20, 0.4), (5000, 0.0)):
        answers = gallery.search_many([template(own) for own in probes], limit, threshold)
        assert answers == [gallery.search(template(own), limit, threshold) for own in probes]
        for probe, found in zip(probes, answers, strict=True):
            scores = ranking.similarity(vectors, probe.astype(np.float64)[None])
            best = np.full(len(people), -2.0)
            np.maximum.at(best, person, scores)
            order = np.lexsort((people, -best))
            wanted = [
                (str(people[own]), float(best[own])) for own in order if best[own] >= threshold
            ]
            assert [(row.reference_id, row.score) for row in found] == wanted[:limit]


@given(
    seed=st.integers(0, 2**32 - 1),
    dimension=st.sampled_from([3, 16, 128]),
    power=st.floats(0.2, 12),
    sparse=st.floats(0, 0.95),
    limit=st.integers(1, 6),
)
@settings(max_examples=60, deadline=None)
def test_tiny_and_huge_components_do_not_mislead(
    seed: int, dimension: int, power: float, sparse: float, limit: int
) -> None:
    """Vectors whose numbers span many magnitudes, many of them alike."""
    rng = np.random.default_rng(seed)
    raw = rng.standard_normal((300, dimension))
    raw = np.sign(raw) * np.abs(raw) ** power
    raw[rng.random(raw.shape) < sparse] = 0
    raw[:, 0] += 1e-6
    raw[150:] = raw[:150] + 1e-7 * rng.standard_normal((150, dimension))
    held = {f"t{n}": (f"p{n % 170}", normal(own)) for n, own in enumerate(raw)}
    gallery = Gallery(MODEL, dimension)
    gallery.enrol_many((name, template(vector), own) for name, (own, vector) in held.items())
    for probe in (normal(raw[7]), normal(raw[200]), unit(rng, dimension)):
        check(gallery, held, probe, limit, -1.0)


@given(seed=st.integers(0, 2**32 - 1), dimension=st.sampled_from([3, 16, 64, 128, 512]))
@settings(max_examples=60, deadline=None)
def test_no_row_that_reaches_a_similarity_is_under_its_cut(seed: int, dimension: int) -> None:
    rng = np.random.default_rng(seed)
    raw = rng.standard_normal((200, dimension)) ** rng.integers(1, 4)
    vectors = np.stack([normal(own) for own in raw])
    # As long as a template may be, which the bound must allow for.
    vectors *= np.float32(1 + rng.uniform(-9e-4, 9e-4))
    store = rows.RowStore(dimension)
    names = rows.to_identifiers([f"{n}" for n in range(len(vectors))])
    store.put(names, names, vectors)
    probes = scan.Probes(vectors[:20], store)
    codes = store.segments[0].codes[: len(vectors)].astype(np.int64)
    products = codes @ probes.codes.astype(np.int64).T
    exact = vectors.astype(np.float64) @ probes.vectors.T
    smooth = np.setdiff1d(np.arange(len(vectors)), store.rough)
    for place in smooth:
        cuts = probes.cuts(exact[place])
        assert (products[place] >= cuts).all()


@pytest.mark.parametrize("order", ["forward", "backward"])
def test_equal_scores_are_ordered_by_identity(order: str, rng: np.random.Generator) -> None:
    names = [f"twin {number:02}" for number in range(40)]
    gallery, vector = Gallery(MODEL, DIMENSION), unit(rng)
    for name in names if order == "forward" else names[::-1]:
        gallery.enrol(name, template(vector), name)
    found = gallery.search(template(vector), 5)
    assert [row.reference_id for row in found] == names[:5]


def test_ten_thousand_equal_ones_are_ordered_by_identity(rng: np.random.Generator) -> None:
    gallery, vector = Gallery(MODEL, DIMENSION), unit(rng)
    names = [f"twin {number:06}" for number in rng.permutation(30_000)]
    gallery.enrol_many((name, template(vector), name) for name in names)
    found = gallery.search(template(vector), 7)
    assert [row.reference_id for row in found] == sorted(names)[:7]


def test_many_templates_of_one_identity_do_not_hide_the_others(rng: np.random.Generator) -> None:
    gallery, probe = Gallery(MODEL, DIMENSION), unit(rng)
    near = [normal(probe + 1e-3 * rng.standard_normal(DIMENSION)) for _ in range(20_000)]
    gallery.enrol_many((f"a{n}", template(own), "often") for n, own in enumerate(near))
    gallery.enrol_many((f"b{n}", template(unit(rng)), f"other {n}") for n in range(5))
    found = gallery.search(template(probe), 4)
    assert found[0].reference_id == "often"
    assert [row.reference_id[:5] for row in found[1:]] == ["other"] * 3
    assert (len(gallery), gallery.identities) == (20_005, 6)


def test_hits_are_ranked_in_between_when_there_are_very_many(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parakh.faces.ranking.MANY", 500)
    monkeypatch.setattr("parakh.faces.gallery.MANY", 500)
    names, _, vectors = clusters(rng, 20_000, DIMENSION, 0.0)
    gallery = Gallery(MODEL, DIMENSION)
    one = ["only one"] * len(names)
    gallery.enrol_rows(rows.to_identifiers(names), rows.to_identifiers(one), vectors)
    (found,) = gallery.search(template(vectors[77]), 5)
    assert found.reference_id == "only one"
    assert found.score == pytest.approx(1, abs=1e-6)


def memory_holds(gallery: Gallery, vector: np.ndarray, name: str) -> bool:
    """Whether anything of a template is in the gallery's memory."""
    return any(
        part in data.tobytes()
        for segment in gallery._store.segments
        for part, data in (
            (vector.tobytes(), segment.vectors),
            (name.encode(), segment.templates),
            (name.encode(), segment.identities),
            (gallery._store._coded(vector[None])[0].tobytes(), segment.codes),
        )
    )


@pytest.mark.parametrize("removed", [0, 1, 2], ids=["first", "middle", "last"])
def test_a_removed_template_is_gone_from_memory(removed: int, rng: np.random.Generator) -> None:
    gallery, vectors = Gallery(MODEL, DIMENSION), [unit(rng) for _ in range(3)]
    for number, vector in enumerate(vectors):
        gallery.enrol(f"name {number}", template(vector), f"name {number}")
    assert memory_holds(gallery, vectors[removed], f"name {removed}")
    assert gallery.remove(f"name {removed}")
    for number, vector in enumerate(vectors):
        assert memory_holds(gallery, vector, f"name {number}") == (number != removed)


def test_a_replaced_template_is_gone_from_memory(rng: np.random.Generator) -> None:
    gallery, old, new = Gallery(MODEL, DIMENSION), unit(rng), unit(rng)
    gallery.enrol("a", template(old), "first name")
    gallery.enrol("a", template(new), "second name")
    assert (len(gallery), gallery.identities) == (1, 1)
    assert not memory_holds(gallery, old, "first name")
    assert memory_holds(gallery, new, "second name")


def test_free_places_are_used_again_and_memory_does_not_grow(rng: np.random.Generator) -> None:
    gallery = Gallery(MODEL, DIMENSION)
    for turn in range(20):
        gallery.enrol_many((f"{n}", template(unit(rng)), f"{turn}") for n in range(300))
        assert gallery.remove_many(f"{n}" for n in range(0, 300, 2)) == 150
    # A replaced template is in force until the new one is, so that two have room.
    assert sum(gallery._store.used) <= 600
    assert len(gallery) == 150


def test_stale_entries_of_the_lookup_are_forgotten(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = Gallery(MODEL, DIMENSION)
    many = [template(unit(rng)) for _ in range(3000)]
    for turn in range(30):
        gallery.enrol_many((f"{n}", own, f"{n % 7}") for n, own in enumerate(many))
        assert (len(gallery), gallery.identities) == (3000, 7), turn
    assert gallery._store._by_template.size < 3 * 3000 + (1 << 16)
    assert len(gallery.remove_identity("3")) == 429 - (3000 % 7 <= 3)


def test_an_empty_gallery_finds_nobody(rng: np.random.Generator) -> None:
    assert Gallery(MODEL, DIMENSION).search(template(unit(rng))) == []


def test_templates_of_another_model_or_damaged_ones_are_refused(rng: np.random.Generator) -> None:
    gallery, foreign = Gallery(MODEL, DIMENSION), template(unit(rng), "other@1")
    with pytest.raises(InvalidInput):
        gallery.enrol("a", foreign, "a")
    with pytest.raises(InvalidInput):
        gallery.search(foreign)
    with pytest.raises(Unreadable):
        gallery.enrol("a", Template(model=MODEL, vector=b"\0" * 4 * DIMENSION), "a")
    with pytest.raises(Unreadable):
        gallery.enrol_rows(
            rows.to_identifiers(["a"]),
            rows.to_identifiers(["a"]),
            np.full((1, DIMENSION), np.nan, dtype=np.float32),
        )
    assert len(gallery) == 0


@pytest.mark.parametrize("name", ["", "x" * 33, "a\0", "é" * 17])
def test_identifiers_that_have_no_room_are_refused(name: str, rng: np.random.Generator) -> None:
    gallery = Gallery(MODEL, DIMENSION)
    with pytest.raises(InvalidInput):
        gallery.enrol(name, template(unit(rng)), "a")
    with pytest.raises(InvalidInput):
        gallery.enrol("a", template(unit(rng)), name)


def test_of_several_with_one_identifier_the_last_counts(rng: np.random.Generator) -> None:
    gallery, last = Gallery(MODEL, DIMENSION), unit(rng)
    first = [("a", template(unit(rng)), "x"), ("b", template(unit(rng)), "y")]
    gallery.enrol_many([*first, ("a", template(last), "z")])
    assert (len(gallery), gallery.identities) == (2, 2)
    assert gallery.search(template(last), 1)[0].reference_id == "z"


def test_callers_at_one_moment_get_each_his_own_answer(rng: np.random.Generator) -> None:
    gallery, vectors = Gallery(MODEL, DIMENSION), [unit(rng) for _ in range(300)]
    gallery.enrol_many((f"{n}", template(own), f"{n}") for n, own in enumerate(vectors))
    alone = [gallery.search(template(own), n % 5, n / 300) for n, own in enumerate(vectors)]
    with ThreadPoolExecutor(16) as pool:
        together = pool.map(
            lambda n: gallery.search(template(vectors[n]), n % 5, n / 300), range(300)
        )
        assert list(together) == alone


def test_searches_see_no_removed_and_no_torn_template(rng: np.random.Generator) -> None:
    """While others enrol, replace and remove.

    The fixed ones are always found, one that is moved about is found once at every moment, and
    whatever is reported has a score that one of its templates had.
    """
    gallery, fixed, moved = Gallery(MODEL, DIMENSION), unit(rng), unit(rng)
    gallery.enrol("fixed", template(fixed), "fixed")
    gallery.enrol("moved", template(moved), "moved")
    others = [unit(rng) for _ in range(150)]
    known = {round(float(own @ fixed), 5) for own in (*others, fixed, moved)}
    faults: list[Sequence[object]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            (best, *_), (first, *_) = gallery.search_many([template(fixed), template(moved)], 3)
            if (best.reference_id, first.reference_id) != ("fixed", "moved"):
                faults.append([best, first])
            found = gallery.search(template(fixed), 200)
            scores = {round(row.score, 5) for row in found}
            if any(min(abs(own - one) for one in known) > 2e-5 for own in scores):
                faults.append(found)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(4):
        for number, other in enumerate(others):
            gallery.enrol(f"{turn}-{number}", template(other), f"{number}")
            gallery.enrol("moved", template(moved), "moved")
        gallery.remove_many(f"{turn}-{number}" for number in range(len(others)))
    done.set()
    for reader in readers:
        reader.join(10)
        assert not reader.is_alive()
    assert faults == []
    assert (len(gallery), gallery.identities) == (2, 2)


def test_one_who_is_removed_is_not_found_from_then_on(rng: np.random.Generator) -> None:
    """A search that began before the removal and ends after it does not report him either."""
    gallery, vector = Gallery(MODEL, DIMENSION), unit(rng)
    gallery.enrol_many((f"{n}", template(unit(rng)), f"{n}") for n in range(50))
    gallery.enrol("gone", template(vector), "gone")
    settle = ranking.Ranking.settle

    def remove_meanwhile(own: ranking.Ranking) -> None:
        settle(own)
        gallery.remove("gone")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking.Ranking, "settle", remove_meanwhile)
        found = gallery.search(template(vector), 3)
    assert len(found) == 3
    assert "gone" not in {row.reference_id for row in found}


def test_one_who_came_while_the_search_ran_is_found(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery, vector = Gallery(MODEL, DIMENSION), unit(rng)
    gallery.enrol_many((f"{n}", template(unit(rng)), f"{n}") for n in range(50))
    advance = scan.Pass.advance

    def enrol_meanwhile(own: scan.Pass, *arguments: object) -> object:
        found = advance(own, *arguments)  # type: ignore[arg-type]
        gallery.enrol("new", template(vector), "new")
        return found

    monkeypatch.setattr(scan.Pass, "advance", enrol_meanwhile)
    assert gallery.search(template(vector), 3)[0].reference_id == "new"


def test_a_search_that_missed_too_many_changes_is_repeated(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery, vector = Gallery(MODEL, DIMENSION), unit(rng)
    gallery.enrol("a", template(vector), "a")
    answers = iter([None])
    since = rows.RowStore.since
    monkeypatch.setattr(
        rows.RowStore, "since", lambda own, written: next(answers, since(own, written))
    )
    assert gallery.search(template(vector), 3)[0].reference_id == "a"
    assert next(answers, "none left") == "none left"
