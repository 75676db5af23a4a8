"""A million listed names, one traveller at a time, with scoring and explanation.

Claims: p99 5 ms a traveller on one core; 800 a second in batches on two; thousands of changes a
second while others search. Beside it, in the same run: a brute-force rapidfuzz scan of the
same names (what a list without an index costs, and how fast names can be compared at all).

Entries and travellers are made up here. Words follow the skew of a country where a quarter of all
men have one first name: a table of common ones, and a long tail of invented ones, Zipf-distributed.
"""

import argparse
import gc
import json
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from random import Random
from time import perf_counter, process_time, sleep, thread_time
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from parakh import logs
from parakh.domain.dates import PartialDate
from parakh.domain.hit import Kind, Ref
from parakh.domain.traveller import PersonName, Sex, Traveller, TravellerRole
from parakh.domain.watchlist import EntryKind, EntryState, Handling, Watchlist, WatchlistEntry
from parakh.screen.lexicon import COMMON
from parakh.screen.screener import TravellerSubject
from parakh.screen.watchlists import NameScreener, WatchlistIndex

ENTRIES = 1_000_000
ALIASES = 0.3
PLANTED = 0.1
BRUTE_FORCED = 20
"""Travellers compared with every name."""

CUTOFF = 85
"""Score of token_sort_ratio from which the scan raises a name; about the least that it needs."""

COUNTRIES = ("PAK", "AFG", "IND", "IRN", "SYR", "RUS", "TUR", "GBR")
WANTED = Watchlist(
    id="w", name="Wanted", source="bench", legal_basis="none", handling=Handling.INFORM
)
NOW = datetime(2026, 1, 5, tzinfo=UTC)


class People:
    """Makes up persons; the same ones for the same seed."""

    def __init__(self, seed: int, tail: int) -> None:
        self._rng = Random(seed)
        self._common = list(COMMON)
        self._shares = list(accumulate(COMMON.values()))
        # The words are the same for any seed, as two lists of one country have the same names.
        words = Random(1)
        self._tail = list(dict.fromkeys(_word(words) for _ in range(tail)))
        self._ranks = list(accumulate(1 / (rank + 20) for rank in range(len(self._tail))))

    def name(self) -> PersonName:
        """A name of two to four words."""
        count = self._rng.choices((2, 3, 4), (0.45, 0.42, 0.13))[0]
        words = list(dict.fromkeys(self._one() for _ in range(count)))
        return PersonName(family=words[-1], given=" ".join(words[:-1]))

    def born(self) -> PartialDate:
        """A birth date; every tenth a year only."""
        year = self._rng.randrange(1945, 2006)
        if self._rng.random() < 0.1:
            return PartialDate(year=year)
        return PartialDate(
            year=year, month=self._rng.randrange(1, 13), day=self._rng.randrange(1, 29)
        )

    def entry(self, place: int) -> WatchlistEntry:
        """A listed person."""
        names = [self.name()]
        while self._rng.random() < ALIASES / (1 + ALIASES):
            names.append(self.name())
        return WatchlistEntry(
            id=f"{place:032x}",
            watchlist_id="w",
            kind=EntryKind.PERSON,
            names=tuple(names),
            birth_dates=(self.born(),) if self._rng.random() < 0.8 else (),
            sex=self._rng.choice((Sex.MALE, Sex.MALE, Sex.FEMALE)),
            nationalities=(self._rng.choice(COUNTRIES),),
            state=EntryState.APPROVED,
        )

    def traveller(self, place: int, listed: WatchlistEntry | None = None) -> Traveller:
        """A traveller; one who is `listed` spells his name otherwise."""
        if listed is None:
            name, born = self.name(), self.born()
        else:
            born = listed.birth_dates[0]
            name = self._spelled(listed.names[0])
        return Traveller(
            id=f"t{place}",
            voyage_id="",
            role=TravellerRole.PASSENGER,
            name=name,
            birth_date=born,
            sex=listed.sex if listed else self._rng.choice((Sex.MALE, Sex.FEMALE)),
            nationality=listed.nationalities[0] if listed else self._rng.choice(COUNTRIES),
        )

    def _one(self) -> str:
        if self._rng.random() < 0.5:
            return self._rng.choices(self._common, cum_weights=self._shares)[0]
        return self._rng.choices(self._tail, cum_weights=self._ranks)[0]

    def _spelled(self, name: PersonName) -> PersonName:
        """The name with one change: other vowels, a doubled or dropped letter, another order."""
        words = name.full.split()
        place = max(range(len(words)), key=lambda own: len(words[own]))
        words[place] = self._rng.choice((_vowel, _doubled, _dropped))(words[place], self._rng)
        if self._rng.random() < 0.3:
            words.reverse()
        return replace(name, family=words[-1], given=" ".join(words[:-1]))


def _word(rng: Random) -> str:
    starts = ("B", "D", "F", "G", "H", "J", "K", "KH", "L", "M", "N", "R", "S", "SH", "T", "Z", "")
    parts = [
        rng.choice(starts) + rng.choice("AAAEIIOU") + rng.choice(("", "", "N", "R", "L", "M", "D"))
        for _ in range(rng.choice((2, 2, 3, 3, 4)))
    ]
    return "".join(parts)


def _vowel(word: str, rng: Random) -> str:
    places = [i for i, letter in enumerate(word) if letter in "AEIOU" and i] or [len(word) - 1]
    place = rng.choice(places)
    other = {"A": "E", "E": "A", "I": "EE", "O": "U", "U": "O"}.get(word[place], word[place])
    return word[:place] + other + word[place + 1 :]


def _doubled(word: str, rng: Random) -> str:
    place = rng.randrange(1, len(word))
    return word[:place] + word[place] + word[place:]


def _dropped(word: str, rng: Random) -> str:
    if len(word) < 5:
        return _vowel(word, rng)
    place = rng.randrange(1, len(word))
    return word[:place] + word[place + 1 :]


def entries(size: int) -> Iterator[tuple[WatchlistEntry, Watchlist]]:
    """The list, each entry made when it is asked for."""
    people = People(7, tail_of(size))
    for place in range(size):
        yield people.entry(place), WANTED


def tail_of(size: int) -> int:
    """How many invented words a list of this size has."""
    return max(2000, min(200_000, size // 5))


def subject(traveller: Traveller) -> TravellerSubject:
    """A traveller to be screened."""
    ref = Ref(kind=Kind.TRAVELLER, id=traveller.id)
    return TravellerSubject(ref=ref, traveller=traveller, voyage=None)


def resident() -> int:
    """Bytes of memory that this process holds (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that `work` took, and what it gave."""
    start = perf_counter()
    result = work()
    return perf_counter() - start, result


def one_at_a_time(screener: NameScreener, people: Sequence[Traveller]) -> dict[str, Any]:
    """Milliseconds a traveller, by the clock and of work, and whom it raised for whom."""
    took, worked, raised = [], [], []
    for own in people:
        before = thread_time()
        seconds, (hits,) = timed(lambda own=own: screener.screen([subject(own)]))  # type: ignore[misc]
        worked.append((thread_time() - before) * 1000)
        took.append(seconds * 1000)
        raised.append({hit.target.id for hit in hits})
    p50, p99 = np.percentile(took, (50, 99)).tolist()
    work50, work99 = np.percentile(worked, (50, 99)).tolist()
    return {
        "p50_ms": p50,
        "p99_ms": p99,
        "max_ms": max(took),
        "cpu_p50_ms": work50,
        "cpu_p99_ms": work99,
        "cpu_mean_ms": sum(worked) / len(worked),
        "raised": raised,
    }


def in_batches(screener: NameScreener, people: Sequence[Traveller]) -> float:
    """Travellers a second in batches, by two processes that share the index."""
    batches = [people[i : i + 250] for i in range(0, len(people), 250)]
    context = multiprocessing.get_context("fork")
    share = [batches[0::2], batches[1::2]]

    def work(own: list[Sequence[Traveller]]) -> None:
        for batch in own:
            screener.screen([subject(one) for one in batch])

    workers = [context.Process(target=work, args=(own,)) for own in share]
    start = perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return len(people) / (perf_counter() - start)


def while_changing(
    index: WatchlistIndex, screener: NameScreener, people: Sequence[Traveller], size: int
) -> dict[str, float]:
    """Changes a second by one thread while another screens, and the slowest of its travellers."""
    done, stop = 0, threading.Event()
    fresh = People(11, tail_of(size))

    def change() -> None:
        nonlocal done
        while not stop.is_set():
            index.put(fresh.entry(done * 7919 % size), WANTED)
            done += 1
            # As the mirror of the database does, which gives way to whoever searches.
            sleep(0)

    writer = threading.Thread(target=change)
    alone, _ = timed(lambda: [index.put(fresh.entry(place), WANTED) for place in range(2000)])
    start = perf_counter()
    writer.start()
    took = one_at_a_time(screener, people)
    stop.set()
    writer.join()
    return {
        "updates_per_second_alone": 2000 / alone,
        "updates_per_second": done / (perf_counter() - start),
        "p99_ms": took["p99_ms"],
        "max_ms": took["max_ms"],
    }


def brute_force(size: int, people: Sequence[Traveller]) -> dict[str, Any]:
    """Every name compared by token_sort_ratio: milliseconds a traveller, and whom it raised."""
    listed = [(name.full, entry.id) for entry, _ in entries(size) for name in entry.names]
    texts = [text for text, _ in listed]
    took, raised = [], []
    for own in people:
        seconds, found = timed(
            lambda own=own: process.cdist(  # type: ignore[misc]
                [own.name.full], texts, scorer=fuzz.token_sort_ratio, score_cutoff=CUTOFF
            )
        )
        took.append(seconds * 1000)
        raised.append({listed[place][1] for place in np.flatnonzero(found[0]).tolist()})
    return {"p50_ms": float(np.percentile(took, 50)), "raised": raised}


def recall(raised: Sequence[set[str]], planted: Sequence[str | None]) -> float:
    """The share of planted travellers for whom their own entry was raised."""
    wanted = [(own, entry) for own, entry in zip(raised, planted, strict=False) if entry]
    return sum(entry in own for own, entry in wanted) / max(1, len(wanted))


def travellers(size: int, count: int) -> tuple[list[Traveller], list[str | None]]:
    """Travellers, and of those who are listed under another spelling the entry."""
    rng, people = Random(5), People(23, tail_of(size))
    wanted = set(rng.sample(range(size), min(size, int(count * PLANTED * 2))))
    pool = [entry for place, (entry, _) in enumerate(entries(size)) if place in wanted]
    # Without a birth date nothing but the name could tell them from others.
    pool = [own for own in pool if own.birth_dates][: int(count * PLANTED)]
    step = max(1, int(1 / PLANTED))
    made: list[Traveller] = []
    planted: list[str | None] = []
    for place in range(count):
        listed = pool[place // step] if place % step == 0 and place // step < len(pool) else None
        made.append(people.traveller(place, listed))
        planted.append(listed.id if listed else None)
    return made, planted


def main() -> None:
    """Prints a table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--travellers", type=int, default=3000)
    arguments = parser.parse_args()
    logs.configure("ERROR")
    result = measure(arguments.entries, arguments.travellers)
    show(result, as_json=arguments.json)


def measure(size: int, count: int) -> dict[str, Any]:
    """All figures."""
    people, planted = travellers(size, count)
    started = process_time()
    making, _ = timed(lambda: sum(1 for _ in entries(size)))
    made = process_time() - started
    gc.collect()
    before = resident()
    started = process_time()
    build, index = timed(lambda: WatchlistIndex(entries(size)))
    worked = process_time() - started
    gc.collect()
    # As the mirror of the database does when it has loaded everything.
    gc.freeze()
    after = resident()
    screener = NameScreener(index, lambda: NOW)
    screener.screen([subject(own) for own in people[:3]])
    single = one_at_a_time(screener, people)
    found = single.pop("raised")
    # Others than before, so that nothing is remembered of them but what names have in common.
    others = People(31, tail_of(size))
    rate = in_batches(screener, [others.traveller(place) for place in range(count)])
    few = [others.traveller(place) for place in range(max(50, count // 4))]
    changing = while_changing(index, screener, few, size)
    at = [place for place, own in enumerate(planted) if own][:BRUTE_FORCED]
    scan = brute_force(size, [people[place] for place in at])
    scanned = scan.pop("raised")
    unlisted = [place for place, own in enumerate(planted) if not own]
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "entries": size,
        "travellers": count,
        "build_s": build - making,
        "build_cpu_s": worked - made,
        "memory_mib": (after - before) / 2**20,
        "bytes_per_entry": (after - before) / size,
        "one_at_a_time": single,
        "batches_2_cores_per_second": rate,
        "while_changing": changing,
        "recall": recall(found, planted),
        "raised_per_other": sum(len(found[place]) for place in unlisted) / max(1, len(unlisted)),
        "brute_force": scan
        | {
            "recall": recall(scanned, [planted[place] for place in at]),
            "raised_per_traveller": sum(map(len, scanned)) / max(1, len(scanned)),
        },
    }


def show(result: dict[str, Any], *, as_json: bool) -> None:
    """The result, for people or for programs."""
    if as_json:
        print(json.dumps(result, indent=2))
        return
    single, scan, changing = (
        result[own] for own in ("one_at_a_time", "brute_force", "while_changing")
    )
    print(f"{result['entries']:,} entries, {result['travellers']:,} travellers")
    for label, value in (
        ("built in", f"{result['build_s']:.1f} s ({result['build_cpu_s']:.1f} s of work)"),
        ("memory", f"{result['memory_mib']:,.0f} MiB, {result['bytes_per_entry']:.0f} B an entry"),
        ("one traveller, half under", f"{single['p50_ms']:.2f} ms"),
        ("one traveller, 99% under", f"{single['p99_ms']:.2f} ms"),
        ("  work alone", f"{single['cpu_p50_ms']:.2f} ms, {single['cpu_p99_ms']:.2f} ms"),
        ("in batches, two cores", f"{result['batches_2_cores_per_second']:,.0f} travellers/s"),
        ("changes, nobody searching", f"{changing['updates_per_second_alone']:,.0f}/s"),
        ("changes, while searching", f"{changing['updates_per_second']:,.0f}/s"),
        ("search meanwhile, 99% under", f"{changing['p99_ms']:.2f} ms"),
        ("listed ones found", f"{result['recall']:.1%}"),
        ("raised for somebody not listed", f"{result['raised_per_other']:.3f} entries"),
    ):
        print(f"  {label:32} {value}")
    print(f"beside it, every name by rapidfuzz token_sort_ratio from {CUTOFF}, one core")
    print(f"  {'one traveller, half under':32} {scan['p50_ms']:.0f} ms")
    print(f"  {'listed ones found':32} {scan['recall']:.1%}")
    print(f"  {'raised a traveller':32} {scan['raised_per_traveller']:.1f} entries")


if __name__ == "__main__":
    main()
