"""Requests of many threads are served together, each with its own answer."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from parakh.faces.batching import Batcher


def test_each_asker_gets_his_own_answer() -> None:
    batcher: Batcher[int, int] = Batcher(lambda asked: [n * n for n in asked], most=4)
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(batcher.ask, range(500))) == [n * n for n in range(500)]


def test_who_asks_meanwhile_is_served_in_one_batch_of_bounded_size() -> None:
    first_runs, go_on = threading.Event(), threading.Event()
    sizes: list[int] = []

    def run(asked: Sequence[int]) -> Sequence[int]:
        sizes.append(len(asked))
        first_runs.set()
        assert go_on.wait(10)
        return asked

    batcher: Batcher[int, int] = Batcher(run, most=4)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(batcher.ask, 0)
        assert first_runs.wait(10)
        rest = [pool.submit(batcher.ask, n) for n in range(1, 8)]
        while len(batcher._waiting) < 7:
            threading.Event().wait(0.001)
        go_on.set()
        assert [future.result(10) for future in (first, *rest)] == list(range(8))
    assert sizes == [1, 4, 3]


def test_a_failed_batch_is_heard_by_all_in_it_and_the_next_one_runs() -> None:
    def run(asked: Sequence[int]) -> Sequence[int]:
        if 0 in asked:
            raise ValueError("zero")
        return asked

    batcher: Batcher[int, int] = Batcher(run, most=4)
    with pytest.raises(ValueError, match="zero"):
        batcher.ask(0)
    assert batcher.ask(1) == 1


def test_a_run_that_answers_too_few_is_an_error_and_no_wait() -> None:
    batcher: Batcher[int, int] = Batcher(lambda asked: [], most=4)
    with pytest.raises(ValueError, match="shorter"):
        batcher.ask(1)
