"""From the bytes of a picture to face samples, and from two templates to a comparison."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from parakh.domain.face import Comparison, FaceSample, PadResult, Template
from parakh.faces.catalogue import SFACE, YUNET, read_embedder
from parakh.faces.detect import DetectedFace, Detector
from parakh.faces.embed import Embedder
from parakh.faces.picture import Picture, decode_picture
from parakh.faces.quality import Measure, count_rivals, judge, measure_face
from parakh.faces.session import OnnxSession
from parakh.faces.vectors import to_template, to_vector
from parakh.faces.weights import load_weights

MOST_FACES = 16
"""Of a crowd only the largest faces are embedded, so that no picture holds a gate up."""


class PadCheck(Protocol):
    """Presentation attack detection (ISO/IEC 30107-3): a photograph or mask held up."""

    def check(self, picture: Picture, face: DetectedFace) -> PadResult:
        """What the check says of one face."""
        ...


class NoPadCheck:
    """Says that nothing was checked: no freely installable model passed our tests."""

    def check(self, picture: Picture, face: DetectedFace) -> PadResult:
        """Always "not evaluated"."""
        return PadResult()


class FaceEngine:
    """Finds, judges, embeds and compares faces. Safe to use from several threads."""

    def __init__(self, detector: Detector, embedder: Embedder, pad: PadCheck) -> None:
        self.detector = detector
        self.embedder = embedder
        self._pad = pad

    @classmethod
    def open(cls, cache: Path, catalogue: Path | None = None, *, threads: int = 1) -> "FaceEngine":
        """Loads the built-in models, or the embedder of a catalogue file instead.

        The first time, the built-in weights are unpacked into the folder `cache` (half a second).
        `threads` is the number of processor cores that one picture may use.
        Raises Misconfigured when a file is missing, altered, or not what its entry says.
        """
        detector, embedder = YUNET, read_embedder(catalogue) if catalogue else SFACE
        finder = OnnxSession(
            load_weights(detector, cache),
            model=f"{detector.id}@{detector.version}",
            input_name=detector.input,
            threads=threads,
        )
        encoder = OnnxSession(
            load_weights(embedder, cache),
            model=embedder.name,
            input_name=embedder.input,
            threads=threads,
        )
        return cls(Detector(detector, finder), Embedder(embedder, encoder), NoPadCheck())

    @property
    def model_id(self) -> str:
        """The embedder's name, stamped on each template."""
        return self.embedder.model.name

    @property
    def dimension(self) -> int:
        """Length of a template's vector."""
        return self.embedder.model.dimension

    @property
    def verify_threshold(self) -> float:
        """Cosine from which a 1:1 comparison matches."""
        return self.embedder.model.verify_threshold

    def search_threshold(self, gallery: int, fpir: float) -> float:
        """Cosine from which a search over `gallery` references reports a candidate.

        `fpir` is the false positive identification rate wanted (`EmbedderModel.search_threshold`).
        """
        return self.embedder.model.search_threshold(gallery, fpir)

    def samples(self, content: bytes) -> list[FaceSample]:
        """The faces of a picture, largest first; none when there is no face.

        When other faces are nearly as large as the first, each sample says so and none is
        acceptable: comparing the wrong person is worse than asking for another picture.

        Raises Unreadable when the bytes are not a picture that may be decoded.
        """
        picture = decode_picture(content)
        return self.describe(picture, self.detector.find(picture))

    def describe(self, picture: Picture, found: Sequence[DetectedFace]) -> list[FaceSample]:
        """Samples of faces already found in a picture, in the order given."""
        faces = found[:MOST_FACES]
        if not faces:
            return []
        cuts = [self.embedder.cut(picture, face.landmarks) for face in faces]
        vectors, norms = self.embedder.embed(cuts)
        rivals = count_rivals(faces)
        samples = []
        for face, cut, vector, norm in zip(faces, cuts, vectors, norms, strict=True):
            measures = measure_face(face, cut)
            if self.embedder.model.sound_norm is not None:
                measures[Measure.NORM] = float(norm) / self.embedder.model.sound_norm
            samples.append(
                FaceSample(
                    box=face.box,
                    detection=face.score,
                    quality=judge(measures, rivals),
                    pad=self._pad.check(picture, face),
                    template=to_template(self.model_id, vector),
                )
            )
        return samples

    def compare(self, probe: Template, reference: Template) -> Comparison:
        """Compares two templates 1:1.

        Raises InvalidInput when either was made by another model, Unreadable when damaged.
        """
        one = to_vector(probe, self.model_id, self.dimension)
        other = to_vector(reference, self.model_id, self.dimension)
        score = float(np.clip(one @ other, -1, 1))
        return Comparison(score=score, threshold=self.verify_threshold)
