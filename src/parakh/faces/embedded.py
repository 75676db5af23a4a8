"""All pictures of an evaluation as vectors: made once, measured in many ways."""

import copy
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from parakh.errors import Unreadable
from parakh.faces.backends import Choice
from parakh.faces.detect import DetectedFace, Detector
from parakh.faces.embed import Embedder
from parakh.faces.folders import Source
from parakh.faces.picture import MOST_BYTES, Picture, decode_picture
from parakh.faces.quality import Measure, judge, measure_face
from parakh.faces.vectors import Vector

AHEAD = 32
BATCH = 16

MISSING, UNREADABLE, NO_FACE, POOR = "missing", "unreadable", "no face", "poor quality"
"""Why a picture has no vector. The last one only where poor pictures are refused on purpose."""

Progress = Callable[[int, int], None]


class Engine(Protocol):
    """What an evaluation needs of a face engine."""

    detector: Detector
    embedder: Embedder

    @property
    def runs(self) -> Sequence[Choice]:
        """What runs the models."""
        ...

    @property
    def voter_id(self) -> str | None:
        """A second embedder that votes at the gate; an evaluation measures the first alone."""
        ...

    @property
    def model_id(self) -> str:
        """The embedder's name, stamped on each template."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a template's vector."""
        ...

    @property
    def verify_threshold(self) -> float:
        """The installed threshold of a 1:1 comparison."""
        ...

    def search_threshold(self, gallery: int, fpir: float) -> float:
        """The installed threshold of a search over `gallery` references."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Embedded:
    """Pictures of known persons as vectors; every array has a row for each picture.

    Attributes:
        files: names of the pictures.
        people: whom each shows.
        templates: pictures with the same name here make one template; empty: each its own.
        reasons: why there is no vector; empty where there is one.
        details: the reason in words.
        vectors: unit vectors as the installed engine makes them; zeros where there is none.
        norms: lengths of the raw vectors, which tell how much of a face was seen.
        quality: 0 (useless) to 1 (fit), as the gate judges it.
        advice: what the gate would say of a picture that it refuses; empty where it would not.
        plain, mirrored: raw vectors of the face and of its mirror image, where asked for.
        detect, embed: milliseconds a picture.
    """

    files: tuple[str, ...]
    people: NDArray[np.str_]
    templates: tuple[str, ...]
    reasons: NDArray[np.str_]
    details: tuple[str, ...]
    vectors: Vector
    norms: NDArray[np.float32]
    quality: NDArray[np.float32]
    advice: tuple[str, ...]
    plain: Vector | None = None
    mirrored: Vector | None = None
    detect: tuple[float, ...] = ()
    embed: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.files)

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Which pictures have a vector."""
        found: NDArray[np.bool_] = self.reasons == ""
        return found

    def take(self, rows: NDArray[np.int64]) -> "Embedded":
        """Some of the pictures, in the order given."""

        def some(values: Sequence[str]) -> tuple[str, ...]:
            return tuple(values[row] for row in rows)

        return replace(
            self,
            files=some(self.files),
            people=self.people[rows],
            templates=some(self.templates),
            reasons=self.reasons[rows],
            details=some(self.details),
            vectors=self.vectors[rows],
            norms=self.norms[rows],
            quality=self.quality[rows],
            advice=some(self.advice),
            plain=None if self.plain is None else self.plain[rows],
            mirrored=None if self.mirrored is None else self.mirrored[rows],
        )

    def with_vectors(self, vectors: Vector) -> "Embedded":
        """The same pictures with other vectors, made to length 1; those without stay without."""
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit = (vectors / np.maximum(length, 1e-12)).astype(np.float32)
        unit[~self.usable] = 0
        return replace(self, vectors=unit)

    def refuse_poor(self) -> "Embedded":
        """The same, with those pictures failed that the gate would not accept."""
        poor = self.usable & (np.array(self.advice, dtype=np.str_) != "")
        details = zip(self.details, self.advice, poor, strict=True)
        return replace(
            self,
            reasons=np.where(poor, POOR, self.reasons),
            details=tuple(said if bad else own for own, said, bad in details),
            vectors=np.where(poor[:, None], np.float32(0), self.vectors),
        )

    def save(self, path: Path) -> None:
        """Keeps the arrays in a file. They are templates of persons: guard it as such."""
        arrays = {
            name: np.asarray(value)
            for name in self.__slots__
            if (value := getattr(self, name)) is not None
        }
        np.savez(path, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path) -> "Embedded":
        """What `save` kept."""
        with np.load(path, allow_pickle=False) as kept:
            values = {name: kept[name] for name in kept.files}
        texts = ("files", "templates", "details", "advice", "detect", "embed")
        return cls(**(values | {name: tuple(values[name].tolist()) for name in texts}))


def central_face(faces: Sequence[DetectedFace], picture: Picture) -> DetectedFace:
    """The face nearest to the middle: the subject of a picture that was cropped around him."""
    height, width = picture.shape[:2]

    def distance(face: DetectedFace) -> float:
        across = face.box.left + face.box.width / 2 - width / 2
        down = face.box.top + face.box.height / 2 - height / 2
        return float(np.hypot(across, down))

    return min(faces, key=distance)


def embed_folder(
    sources: Sequence[Source], engine: Engine, progress: Progress, *, both: bool = False
) -> Embedded:
    """Finds and embeds the face in the middle of each picture.

    Pictures that cannot be read and those without a face are kept with the reason. `both` keeps
    the vectors of face and mirror image apart as well. `progress` is called with the pictures
    done and the number of all.
    """
    work = _Work(sources, engine, both)
    for number, picture in enumerate(_decode_ahead(own.path for own in sources)):
        work.add(number, picture)
        progress(number + 1, len(sources))
    return work.finish()


class _Work:
    """Rows that fill up; faces wait for a whole batch."""

    def __init__(self, sources: Sequence[Source], engine: Engine, both: bool) -> None:
        self._sources = sources
        self._engine = engine
        self._both = both
        self._plain = plain_embedder(engine.embedder) if both else engine.embedder
        shape = (len(sources), engine.dimension)
        self._vectors = np.zeros(shape, dtype=np.float32)
        self._raw = [np.zeros(shape, dtype=np.float32) for _ in range(2)] if both else []
        self._norms = np.zeros(len(sources), dtype=np.float32)
        self._quality = np.zeros(len(sources), dtype=np.float32)
        self._reasons = [""] * len(sources)
        self._details = [""] * len(sources)
        self._advice = [""] * len(sources)
        self._waiting: list[tuple[int, DetectedFace, Picture]] = []
        self._detect: list[float] = []
        self._embed: list[float] = []

    def add(self, row: int, picture: "Picture | _Failure") -> None:
        """One more picture, or why it cannot be read."""
        if isinstance(picture, _Failure):
            self._reasons[row], self._details[row] = picture.reason, picture.detail
            return
        start = time.perf_counter()
        detector = self._engine.detector
        faces = detector.find(picture)
        face = detector.settled(picture, central_face(faces, picture)) if faces else None
        self._detect.append(_since(start))
        if face is None:
            self._reasons[row], self._details[row] = NO_FACE, "no face was found"
            return
        self._waiting.append((row, face, self._engine.embedder.cut(picture, face.landmarks)))
        if len(self._waiting) == BATCH:
            self._flush()

    def finish(self) -> Embedded:
        """All rows."""
        self._flush()
        plain, mirrored = self._raw or (None, None)
        return Embedded(
            files=tuple(own.file for own in self._sources),
            people=np.array([own.person for own in self._sources], dtype=np.str_),
            templates=tuple(own.template for own in self._sources),
            reasons=np.array(self._reasons, dtype=np.str_),
            details=tuple(self._details),
            vectors=self._vectors,
            norms=self._norms,
            quality=self._quality,
            advice=tuple(self._advice),
            plain=plain,
            mirrored=mirrored,
            detect=tuple(self._detect),
            embed=tuple(self._embed),
        )

    def _flush(self) -> None:
        if not self._waiting:
            return
        rows = [row for row, _, _ in self._waiting]
        start = time.perf_counter()
        vectors, norms = self._vectors_of([cut for _, _, cut in self._waiting], rows)
        self._embed += [_since(start) / len(rows)] * len(rows)
        self._vectors[rows], self._norms[rows] = vectors, norms
        sound = self._engine.embedder.model.sound_norm
        for (row, face, cut), norm in zip(self._waiting, norms, strict=True):
            measures = measure_face(face, cut)
            if sound is not None:
                measures[Measure.NORM] = float(norm) / sound
            quality = judge(measures)
            self._quality[row] = quality.score
            self._advice[row] = "; ".join(str(reason) for reason in quality.reasons)
        self._waiting = []

    def _vectors_of(
        self, cuts: Sequence[Picture], rows: Sequence[int]
    ) -> tuple[Vector, NDArray[np.float32]]:
        vectors, norms = self._plain.embed(cuts)
        if not self._both:
            return vectors, norms
        other, lengths = self._plain.embed([cut[:, ::-1] for cut in cuts])
        plain, mirrored = self._raw
        plain[rows], mirrored[rows] = vectors * norms[:, None], other * lengths[:, None]
        if self._engine.embedder.model.mirror:
            both = plain[rows] + mirrored[rows]
            vectors = both / np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-12)
        return self._engine.embedder.normalised(vectors), norms


def plain_embedder(embedder: Embedder) -> Embedder:
    """The same model and session without cohort and mirror image."""
    plain = copy.copy(embedder.raw)
    plain.model = replace(plain.model, mirror=False)
    return plain


@dataclass(frozen=True, kw_only=True, slots=True)
class _Failure:
    reason: str
    detail: str


def _decode_ahead(paths: Iterable[Path]) -> Iterator[Picture | _Failure]:
    """Pictures in order, decoded by another thread a few ahead."""
    waiting = iter(paths)
    with ThreadPoolExecutor(max_workers=1) as pool:
        ahead = deque(pool.submit(_decode, path) for path in islice(waiting, AHEAD))
        while ahead:
            yield ahead.popleft().result()
            ahead.extend(pool.submit(_decode, path) for path in islice(waiting, 1))


def _decode(path: Path) -> Picture | _Failure:
    try:
        with path.open("rb") as file:
            return decode_picture(file.read(MOST_BYTES + 1))
    except Unreadable as error:
        return _Failure(reason=UNREADABLE, detail=str(error))
    except FileNotFoundError:
        return _Failure(reason=MISSING, detail="there is no such file")
    except OSError as error:
        return _Failure(reason=UNREADABLE, detail=error.strerror or "cannot be read")


def _since(start: float) -> float:
    return (time.perf_counter() - start) * 1000
