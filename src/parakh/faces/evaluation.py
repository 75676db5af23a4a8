"""How well the installed models tell faces apart, measured on a folder of named pictures."""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parakh.errors import InvalidInput, Unreadable
from parakh.faces.detect import DetectedFace
from parakh.faces.extract import FaceEngine
from parakh.faces.gallery import Gallery
from parakh.faces.picture import Picture, decode_picture
from parakh.faces.vectors import Vector, to_template
from parakh.learn.faces import (
    FAILED,
    OpenSet,
    Rate,
    Scores,
    equal_error_rate,
    fold_accuracy,
    identification_rates,
    rank_one,
    true_accept_rates,
)

FALSE_ACCEPT_RATES = (0.1, 0.01, 0.001, 0.0001)
FALSE_POSITIVE_RATES = (0.1, 0.01)
AHEAD = 16
BLOCK = 512
SEARCHES = 500

Name = tuple[str, int]
"""A person and the number of one of his pictures."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two pictures to compare."""

    first: Name
    second: Name

    @property
    def mated(self) -> bool:
        """Whether both show one person."""
        return self.first[0] == self.second[0]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Embedded:
    """Vectors of all pictures in which a face was found, and what it took.

    Attributes:
        rows: where each picture's vector stands; a picture without a face has none.
        people: the person of each row.
        detect, embed: milliseconds a picture.
        failed: pictures without a usable face.
    """

    rows: Mapping[Name, int]
    people: NDArray[np.str_]
    vectors: Vector
    detect: Sequence[float]
    embed: Sequence[float]
    failed: int


def evaluate(
    images: Path,
    pairs: Path,
    engine: FaceEngine,
    progress: Callable[[int, int], None],
) -> dict[str, Any]:
    """Measures verification and open-set identification on pictures `Name/Name_0001.jpg`.

    `pairs` follows the format of Labeled Faces in the Wild: `name i j` for two pictures of one
    person, `name i name j` for two persons, with or without the first line that counts folds.

    - Accuracy: over the listed pairs, ten folds (`fold_accuracy`).
    - EER and TAR: listed pairs of one person against all pictures of different persons in the
      folder, since a few hundred listed pairs cannot show a false accept rate of 0.001.
    - Identification: the first picture of each person with several is enrolled, his other pictures
      are mated probes, and persons with one picture are the non-mated probes.
    - `fte` is the share of pictures in which no face was found; their comparisons count as failed.
    - `ms` are medians of one picture or search; `intervals` are 95% confidence intervals.

    `progress` is called with the pictures done and the number of all. Raises InvalidInput when the
    folder or the file holds nothing to compare, naming file and line.
    """
    listed = read_pairs(pairs)
    pictures = list_pictures(images)
    for pair in listed:
        for name in (pair.first, pair.second):
            if name not in pictures:
                raise InvalidInput(f"{pairs}: {name[0]} {name[1]} is not among the pictures")
    done = _embed_all(pictures, engine, progress)
    mated = _pair_scores([pair for pair in listed if pair.mated], done)
    non_mated = _pair_scores([pair for pair in listed if not pair.mated], done)
    strangers = _stranger_scores(done)
    accepted = true_accept_rates(mated, strangers, FALSE_ACCEPT_RATES)
    trial, gallery, search = _identify(pictures, done, engine)
    first, found = rank_one(trial), identification_rates(trial, FALSE_POSITIVE_RATES)
    return {
        "verification": {
            "pairs": len(listed),
            "accuracy": fold_accuracy(mated, non_mated),
            "eer": equal_error_rate(mated, strangers),
            "tar_at_far": _values(accepted),
        },
        "identification": {
            "gallery": gallery,
            "rank1": first.value,
            "tpir_at_fpir": _values(found),
        },
        "ms": {
            "detect": float(np.median(done.detect)) if done.detect else None,
            "embed": float(np.median(done.embed)) if done.embed else None,
            "search": search,
        },
        "fte": done.failed / len(pictures),
        "intervals": {
            "rank1": [first.low, first.high],
            "tar_at_far": _bounds(accepted),
            "tpir_at_fpir": _bounds(found),
        },
    }


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a file; raises InvalidInput with file and line for anything else."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path}: cannot be read: {error}") from error
    pairs = []
    for number, line in enumerate(lines, start=1):
        match line.split():
            case []:
                continue
            case [name, one, two] if one.isdecimal() and two.isdecimal():
                pairs.append(Pair(first=(name, int(one)), second=(name, int(two))))
            case [name, one, other, two] if one.isdecimal() and two.isdecimal():
                pairs.append(Pair(first=(name, int(one)), second=(other, int(two))))
            case [count, *more] if number == 1 and all(x.isdecimal() for x in (count, *more)):
                continue
            case _:
                raise InvalidInput(f"{path}, line {number}: expected 'name i j' or 'name i name j'")
    if not pairs:
        raise InvalidInput(f"{path}: there are no pairs")
    return pairs


def list_pictures(images: Path) -> dict[Name, Path]:
    """The pictures of a folder, by person and number, in a fixed order."""
    pictures = {}
    for path in sorted(images.glob("*/*.jpg")):
        person, _, number = path.stem.rpartition("_")
        if person == path.parent.name and number.isdecimal():
            pictures[(person, int(number))] = path
    if not pictures:
        raise InvalidInput(f"{images}: there are no pictures named 'Name/Name_0001.jpg'")
    return pictures


def central_face(faces: Sequence[DetectedFace], picture: Picture) -> DetectedFace:
    """The face nearest to the middle: the subject of a picture that was cropped around him."""
    height, width = picture.shape[:2]

    def distance(face: DetectedFace) -> float:
        across = face.box.left + face.box.width / 2 - width / 2
        down = face.box.top + face.box.height / 2 - height / 2
        return float(np.hypot(across, down))

    return min(faces, key=distance)


def _embed_all(
    pictures: Mapping[Name, Path], engine: FaceEngine, progress: Callable[[int, int], None]
) -> Embedded:
    rows: dict[Name, int] = {}
    vectors: list[Vector] = []
    detect, embed = [], []
    decoded = _decode_ahead(pictures.values())
    for number, (name, picture) in enumerate(zip(pictures, decoded, strict=True), start=1):
        progress(number, len(pictures))
        if picture is None:
            continue
        start = time.perf_counter()
        faces = engine.detector.find(picture)
        detect.append(_since(start))
        if not faces:
            continue
        start = time.perf_counter()
        cut = engine.embedder.cut(picture, central_face(faces, picture).landmarks)
        vector, _ = engine.embedder.embed([cut])
        embed.append(_since(start))
        rows[name] = len(vectors)
        vectors.append(vector[0])
    return Embedded(
        rows=rows,
        people=np.array([person for person, _ in rows]),
        vectors=np.stack(vectors) if vectors else np.empty((0, engine.dimension), np.float32),
        detect=detect,
        embed=embed,
        failed=len(pictures) - len(rows),
    )


def _decode_ahead(paths: Iterable[Path]) -> Iterator[Picture | None]:
    """Pictures in order, decoded by another thread a few ahead; None for a damaged one."""

    def decode(path: Path) -> Picture | None:
        try:
            return decode_picture(path.read_bytes())
        except Unreadable:
            return None

    waiting = iter(paths)
    with ThreadPoolExecutor(max_workers=1) as pool:
        ahead = deque(pool.submit(decode, path) for path in islice(waiting, AHEAD))
        while ahead:
            yield ahead.popleft().result()
            ahead.extend(pool.submit(decode, path) for path in islice(waiting, 1))


def _pair_scores(pairs: Sequence[Pair], done: Embedded) -> Scores:
    scores = np.full(len(pairs), FAILED, dtype=np.float32)
    for place, pair in enumerate(pairs):
        one, other = done.rows.get(pair.first), done.rows.get(pair.second)
        if one is not None and other is not None:
            scores[place] = done.vectors[one] @ done.vectors[other]
    return scores


def _stranger_scores(done: Embedded) -> Scores:
    """Scores of all pairs of pictures of different persons, each pair once."""
    parts = []
    for start in range(0, len(done.vectors), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(done.vectors)))
        scores = done.vectors[rows] @ done.vectors.T
        later = np.arange(len(done.vectors)) > rows[:, None]
        parts.append(scores[later & (done.people[rows, None] != done.people)])
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.float32)


def _identify(
    pictures: Mapping[Name, Path], done: Embedded, engine: FaceEngine
) -> tuple[OpenSet, int, float | None]:
    """The open-set trial, the size of its gallery, and the median milliseconds of a search."""
    counts = Counter(person for person, _ in pictures)
    firsts: dict[str, Name] = {}
    for name in pictures:
        firsts.setdefault(name[0], name)
    enrolled = [firsts[person] for person in firsts if counts[person] > 1]
    mated = [name for name in pictures if counts[name[0]] > 1 and name != firsts[name[0]]]
    non_mated = [name for name in pictures if counts[name[0]] == 1]
    scores = _scores(mated, enrolled, done)
    place = {name[0]: column for column, name in enumerate(enrolled)}
    own = np.array([place[person] for person, _ in mated], dtype=np.int64)[:, None]
    mine = np.take_along_axis(scores, own, axis=1)[:, 0]
    np.put_along_axis(scores, own, FAILED, axis=1)
    trial = OpenSet(
        mated=mine,
        rival=scores.max(axis=1, initial=FAILED),
        non_mated=_scores(non_mated, enrolled, done).max(axis=1, initial=FAILED),
    )
    return trial, len(enrolled), _search_ms(enrolled, mated, done, engine)


def _scores(probes: Sequence[Name], references: Sequence[Name], done: Embedded) -> Scores:
    """Every probe against every reference; FAILED where either has no face."""
    blank = np.zeros((1, done.vectors.shape[1]), dtype=np.float32)
    vectors = np.concatenate([done.vectors, blank])
    lines = np.array([done.rows.get(name, -1) for name in probes], dtype=np.int64)
    columns = np.array([done.rows.get(name, -1) for name in references], dtype=np.int64)
    scores: Scores = vectors[lines] @ vectors[columns].T
    scores[lines < 0] = FAILED
    scores[:, columns < 0] = FAILED
    return scores


def _search_ms(
    enrolled: Sequence[Name], probes: Sequence[Name], done: Embedded, engine: FaceEngine
) -> float | None:
    """Median milliseconds of a search as the gate does it; None when nothing can be searched."""
    gallery = Gallery(engine.model_id, engine.dimension)
    for name in enrolled:
        if name in done.rows:
            gallery.enrol(name[0], to_template(engine.model_id, done.vectors[done.rows[name]]))
    spent = []
    for name in probes[:SEARCHES]:
        if name in done.rows:
            probe = to_template(engine.model_id, done.vectors[done.rows[name]])
            start = time.perf_counter()
            gallery.search(probe)
            spent.append(_since(start))
    return float(np.median(spent)) if spent else None


def _values(rates: Mapping[float, Rate]) -> dict[str, float]:
    return {f"{key:g}": rate.value for key, rate in rates.items()}


def _bounds(rates: Mapping[float, Rate]) -> dict[str, list[float]]:
    return {f"{key:g}": [rate.low, rate.high] for key, rate in rates.items()}


def _since(start: float) -> float:
    return (time.perf_counter() - start) * 1000
