import threading
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from parakh.domain.face import Template
from parakh.errors import InvalidInput, Unreadable
from parakh.faces.gallery import FIRST_ROWS, Gallery
from parakh.faces.vectors import to_template

MODEL, DIMENSION = "m@1", 16


def unit(rng: np.random.Generator) -> np.ndarray:
    vector = rng.standard_normal(DIMENSION).astype(np.float32)
    return vector / np.linalg.norm(vector)


def template(vector: np.ndarray, model: str = MODEL) -> Template:
    return to_template(model, vector)


def brute_force(
    held: dict[str, np.ndarray], probe: np.ndarray, limit: int, threshold: float
) -> list[tuple[str, float]]:
    scores = [(name, float(vector @ probe)) for name, vector in held.items()]
    scores = [(name, score) for name, score in scores if score >= threshold]
    return sorted(scores, key=lambda row: (-row[1], row[0]))[:limit]


class AgainstBruteForce(RuleBasedStateMachine):
    """Whatever is enrolled, replaced and removed, the answer is that of comparing all."""

    @initialize(seed=st.integers(0, 2**32 - 1))
    def begin(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.gallery = Gallery(MODEL, DIMENSION)
        self.held: dict[str, np.ndarray] = {}

    names = st.sampled_from([f"person {n}" for n in range(12)])

    @rule(name=names)
    def enrol(self, name: str) -> None:
        self.held[name] = unit(self.rng)
        self.gallery.enrol(name, template(self.held[name]))

    @rule(name=names)
    def enrol_twin(self, name: str) -> None:
        """The same picture under two references: equal scores."""
        if self.held:
            self.held[name] = self.held[min(self.held)]
            self.gallery.enrol(name, template(self.held[name]))

    @rule(name=names)
    def remove(self, name: str) -> None:
        assert self.gallery.remove(name) == (self.held.pop(name, None) is not None)

    @rule(limit=st.integers(0, 15), threshold=st.sampled_from([-1.0, 0.0, 0.3]))
    def search(self, limit: int, threshold: float) -> None:
        probe = unit(self.rng)
        found = self.gallery.search(template(probe), limit, threshold)
        wanted = brute_force(self.held, probe, limit, threshold)
        assert [row.reference_id for row in found] == [name for name, _ in wanted]
        assert [row.score for row in found] == pytest.approx([s for _, s in wanted], abs=1e-6)

    @invariant()
    def counts_agree(self) -> None:
        if hasattr(self, "gallery"):
            assert len(self.gallery) == len(self.held)
            assert all(name in self.gallery for name in self.held)


TestAgainstBruteForce = AgainstBruteForce.TestCase
TestAgainstBruteForce.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_many_references_are_searched_exactly(rng: np.random.Generator) -> None:
    gallery, held = Gallery(MODEL, DIMENSION), {}
    for number in range(3 * FIRST_ROWS):
        held[f"r{number}"] = unit(rng)
        gallery.enrol(f"r{number}", template(held[f"r{number}"]))
    for _ in range(20):
        probe = unit(rng)
        found = gallery.search(template(probe), 10)
        assert [row.reference_id for row in found] == [
            name for name, _ in brute_force(held, probe, 10, -1)
        ]


@pytest.mark.parametrize("order", ["forward", "backward"])
def test_equal_scores_are_ordered_by_reference(order: str, rng: np.random.Generator) -> None:
    names = [f"twin {number:02}" for number in range(40)]
    gallery, vector = Gallery(MODEL, DIMENSION), unit(rng)
    for name in names if order == "forward" else names[::-1]:
        gallery.enrol(name, template(vector))
    found = gallery.search(template(vector), 5)
    assert [row.reference_id for row in found] == names[:5]


def memory_holds(gallery: Gallery, vector: np.ndarray) -> bool:
    return vector.tobytes() in gallery._rows.tobytes()


@pytest.mark.parametrize("removed", [0, 1, 2], ids=["first", "middle", "last"])
def test_a_removed_template_is_gone_from_memory(removed: int, rng: np.random.Generator) -> None:
    gallery, vectors = Gallery(MODEL, DIMENSION), [unit(rng) for _ in range(3)]
    for number, vector in enumerate(vectors):
        gallery.enrol(str(number), template(vector))
    assert memory_holds(gallery, vectors[removed])
    assert gallery.remove(str(removed))
    for number, vector in enumerate(vectors):
        assert memory_holds(gallery, vector) == (number != removed)
    assert gallery._rows.tobytes().count(vectors[2].tobytes()) == (removed != 2)


def test_a_replaced_template_is_gone_from_memory(rng: np.random.Generator) -> None:
    gallery, old, new = Gallery(MODEL, DIMENSION), unit(rng), unit(rng)
    gallery.enrol("a", template(old))
    gallery.enrol("a", template(new))
    assert len(gallery) == 1
    assert not memory_holds(gallery, old)
    assert memory_holds(gallery, new)


def test_memory_given_up_by_growth_is_overwritten(rng: np.random.Generator) -> None:
    gallery = Gallery(MODEL, DIMENSION)
    before = gallery._rows
    for number in range(FIRST_ROWS + 1):
        gallery.enrol(str(number), template(unit(rng)))
    assert not before.any()


def test_an_empty_gallery_finds_nobody(rng: np.random.Generator) -> None:
    assert Gallery(MODEL, DIMENSION).search(template(unit(rng))) == []


def test_templates_of_another_model_or_damaged_ones_are_refused(rng: np.random.Generator) -> None:
    gallery, foreign = Gallery(MODEL, DIMENSION), template(unit(rng), "other@1")
    with pytest.raises(InvalidInput):
        gallery.enrol("a", foreign)
    with pytest.raises(InvalidInput):
        gallery.search(foreign)
    with pytest.raises(Unreadable):
        gallery.enrol("a", Template(model=MODEL, vector=b"\0" * 4 * DIMENSION))
    assert len(gallery) == 0


def test_searches_and_changes_may_run_at_once(rng: np.random.Generator) -> None:
    gallery, fixed = Gallery(MODEL, DIMENSION), unit(rng)
    gallery.enrol("fixed", template(fixed))
    others = [template(unit(rng)) for _ in range(200)]
    faults: list[Sequence[object]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            found = gallery.search(template(fixed), 3)
            if not found or found[0].reference_id != "fixed" or found[0].score < 0.999:
                faults.append(found)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(3):
        for number, other in enumerate(others):
            gallery.enrol(f"{turn}-{number}", other)
        for number in range(len(others)):
            gallery.remove(f"{turn}-{number}")
    done.set()
    for reader in readers:
        reader.join(10)
        assert not reader.is_alive()
    assert faults == []
    assert len(gallery) == 1
