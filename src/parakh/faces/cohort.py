"""Vectors normalised against a cohort: many persons of the kind that the agency sees.

Faces of one population taken by one kind of camera have something in common that tells nobody
apart, and pictures of one person differ in some directions more than in others. A cohort takes
both off: every vector loses the mean of all persons, is stretched where pictures of one person
agree and pressed where they do not, and is made to length 1 again. The second step is within-class
covariance normalisation (Hatch, Kajarekar, Stolcke: Within-class covariance normalization for
SVM-based speaker recognition, Interspeech 2006).

A cohort is learnt from an agency's own pictures; none is shipped.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parakh.errors import InvalidInput, Misconfigured
from parakh.faces.catalogue import CohortFile
from parakh.faces.vectors import Vector

PRIOR = 4000
"""The covariance is drawn towards that of a ball as if so many more pictures said that pictures of
one person differ alike in all directions. So few pictures change little, and many as they should.
On each half of Labeled Faces in the Wild (1,900 pictures beyond the first of a person; measured
crosswise within it) a shrinkage of 0.7 to 0.8 was best, and below 0.5 the mean alone was better;
with fewer persons it was so at 0.7 already."""
LEAST_PERSONS = 200
"""The mean of fewer persons is theirs, and not that of strangers."""
LEAST_SEVERAL = 100
"""With fewer persons of several pictures nothing is known of how pictures of one person differ."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Cohort:
    """What every vector of one model is normalised by.

    Attributes:
        mean: (d,), of all persons; each counts once, however many pictures there are of him.
        transform: (d, d), applied from the right to what is left.
        persons, pictures: what it was learnt from.
    """

    mean: Vector
    transform: Vector
    persons: int
    pictures: int

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return len(self.mean)

    def apply(self, vectors: Vector) -> Vector:
        """Unit vectors (n, d) normalised; they are unit vectors again."""
        moved = (vectors - self.mean) @ self.transform
        length = np.linalg.norm(moved, axis=1, keepdims=True)
        unit: Vector = (moved / np.maximum(length, 1e-12)).astype(np.float32)
        return unit

    def content(self) -> bytes:
        """As a file (NumPy's npz); the same cohort gives the same bytes."""
        stream = io.BytesIO()
        np.savez(
            stream,
            mean=self.mean,
            transform=self.transform,
            counts=np.array([self.persons, self.pictures], dtype=np.int64),
        )
        return stream.getvalue()

    @property
    def digest(self) -> str:
        """SHA-256 of `content`."""
        return hashlib.sha256(self.content()).hexdigest()


def fit(vectors: Vector, people: NDArray[np.str_], shrinkage: float | None = None) -> Cohort:
    """Learns a cohort from unit vectors (n, d) and whom each shows.

    Without a shrinkage, it follows from the number of pictures. Where fewer than `LEAST_SEVERAL`
    persons have two pictures, only the mean is learnt. Raises InvalidInput for fewer than
    `LEAST_PERSONS` persons.
    """
    if not enough_for_transform(people):
        return learn(vectors, people, 1.0)
    return learn(vectors, people, shrinkage_for(people) if shrinkage is None else shrinkage)


def enough_for_transform(people: NDArray[np.str_]) -> bool:
    """Whether persons with several pictures are enough to learn more than the mean.

    Raises InvalidInput for fewer than `LEAST_PERSONS` persons.
    """
    persons, several = count_persons(people)
    if persons < LEAST_PERSONS:
        raise InvalidInput(
            f"{persons} persons with a usable picture are too few for a cohort; "
            f"{LEAST_PERSONS} are needed"
        )
    return several >= LEAST_SEVERAL


def shrinkage_for(people: NDArray[np.str_]) -> float:
    """How far to draw the covariance towards a ball, 0 to 1, given whom each picture shows."""
    return PRIOR / (PRIOR + len(people) - count_persons(people)[0])


def count_persons(people: NDArray[np.str_]) -> tuple[int, int]:
    """How many persons there are, and how many of them have two pictures or more."""
    sizes = np.unique(people, return_counts=True)[1]
    return len(sizes), int((sizes > 1).sum())


def learn(vectors: Vector, people: NDArray[np.str_], shrinkage: float) -> Cohort:
    """A cohort however few persons there are; with the shrinkage 1 its transform is the identity.

    Pictures count alike in the covariance, so that persons with many say more of it: to give each
    person the same say, or to use few pictures of each, was worse.
    """
    if not 0 < shrinkage <= 1:
        raise InvalidInput(f"a shrinkage lies above 0 and is at most 1, not {shrinkage}")
    _, codes, sizes = np.unique(people, return_inverse=True, return_counts=True)
    sums = np.zeros((len(sizes), vectors.shape[1]))
    np.add.at(sums, codes, vectors.astype(np.float64))
    own = sums / sizes[:, None]
    transform = np.eye(vectors.shape[1])
    if shrinkage < 1:
        within = vectors - own[codes]  # zeros for persons with one picture: they add nothing
        transform = _whiten(within.T @ within / max(1, int((sizes - 1).sum())), shrinkage)
    return Cohort(
        mean=own.mean(axis=0).astype(np.float32),
        transform=transform.astype(np.float32),
        persons=len(sizes),
        pictures=len(vectors),
    )


def load_cohort(file: CohortFile) -> Cohort:
    """The cohort of a catalogue's table.

    Raises Misconfigured when the file cannot be read, is not what the table says, or is for vectors
    of another length.
    """
    where = f"the cohort {file.source}"
    try:
        content = file.source.read_bytes()
    except OSError as error:
        raise Misconfigured(f"{where} cannot be read: {error.strerror}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        raise Misconfigured(
            f"{where} has the SHA-256 {found}, not {file.sha256} as the catalogue says; "
            "it is not used"
        )
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as kept:
            mean, transform, counts = (kept[name] for name in ("mean", "transform", "counts"))
    except (OSError, EOFError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
        raise Misconfigured(f"{where} is not a file of `parakh face cohort`") from error
    size = file.of.dimension
    if mean.shape != (size,) or transform.shape != (size, size):
        raise Misconfigured(
            f"{where} is for vectors of the length {mean.size}; those of {file.of.name} have {size}"
        )
    return Cohort(
        mean=mean.astype(np.float32),
        transform=transform.astype(np.float32),
        persons=int(counts[0]),
        pictures=int(counts[1]),
    )


def _whiten(within: Matrix, shrinkage: float) -> Matrix:
    """L with L Lᵀ the inverse of the covariance, drawn towards its mean variance in all directions.

    Any square root would do: they differ by a rotation, which no cosine sees.
    """
    size = len(within)
    ball = np.eye(size) * np.trace(within) / size
    drawn = (1 - shrinkage) * within + shrinkage * ball
    if not np.trace(drawn) > 0:
        raise InvalidInput("all pictures of each person are the same; nothing can be learnt")
    root: Matrix = np.linalg.cholesky(np.linalg.inv(drawn))
    return root
