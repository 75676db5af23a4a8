"""From the bytes of a picture to face samples, and from two templates to a comparison."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from parakh.domain.face import Candidate, Comparison, FaceSample, Template
from parakh.errors import InvalidInput, Misconfigured
from parakh.faces.align import ARCFACE_SIDE
from parakh.faces.backends import Choice, Graph, Runtime, cores, open_session, probe_faces
from parakh.faces.catalogue import (
    SFACE,
    YUNET,
    Catalogue,
    DetectorModel,
    EmbedderModel,
    FolderCheck,
    PadModel,
)
from parakh.faces.catalogue_file import read_catalogue
from parakh.faces.cohort import load_cohort
from parakh.faces.detect import DetectedFace, Detector, shrink_to
from parakh.faces.detect import to_tensor as whole_picture
from parakh.faces.embed import Embedder
from parakh.faces.embed import to_tensor as cut_face
from parakh.faces.pad import ModelPadCheck, NoPadCheck, PadCheck
from parakh.faces.pad import to_tensor as framed_face
from parakh.faces.picture import Picture, decode_picture
from parakh.faces.quality import Measure, count_rivals, judge, measure_face
from parakh.faces.selftest import SelfTest, require
from parakh.faces.session import ModelSession
from parakh.faces.tilt import AnyWayUp
from parakh.faces.vectors import to_template, to_vector
from parakh.faces.voting import Vote
from parakh.faces.weights import load_weights

MOST_FACES = 16
"""Of a crowd only the largest faces are embedded, so that no picture holds a gate up."""


class FaceEngine:
    """Finds, judges, embeds and compares faces. Safe to use from several threads."""

    def __init__(
        self,
        detector: Detector,
        embedder: Embedder,
        pad: PadCheck,
        *,
        voter: tuple[Embedder, Vote] | None = None,
        runs: Sequence[Choice] = (),
        tests: Sequence[SelfTest] = (),
    ) -> None:
        """`runs` and `tests` say what runs the models and how they were checked."""
        self.detector = detector
        self.embedder = embedder
        self.runs = tuple(runs)
        self.tests = tuple(tests)
        self._pad = pad
        self._second: Embedder | None = voter[0] if voter else None
        self._vote: Vote | None = voter[1] if voter else None
        # Decoding and looking for faces take a core each; embedding has its own threads. More of
        # them at a time would only wait for cores, holding their memory.
        self._looking = threading.BoundedSemaphore(cores())

    @classmethod
    def open(
        cls,
        cache: Path,
        catalogue: Path | None = None,
        *,
        threads: int = 1,
        backend: str = Runtime.AUTO,
        again: bool = False,
    ) -> "FaceEngine":
        """Loads the built-in models, or what a catalogue file puts in their place or beside them.

        The first time, the built-in weights are unpacked into the folder `cache`, and what runs
        them fastest is measured (some seconds). `threads` is the number of processor cores that an
        embedding may use. A model of a catalogue file must pass its self-test, which is kept like
        the measurement; `again` repeats it.

        Raises Misconfigured when a file is missing, altered, or not what its entry says.
        """
        wanted = Runtime(backend)
        models = read_catalogue(catalogue) if catalogue else Catalogue(embedder=SFACE)
        opened = _Opening(cache, threads, wanted)
        detector = AnyWayUp(YUNET, opened.detector(YUNET))
        embedder = opened.embedder(models.embedder)
        voter: tuple[Embedder, Vote] | None = None
        if models.voter is not None:
            second = opened.embedder(models.voter.embedder)
            voter = (second, Vote(models.embedder, models.voter))
        engine = cls(
            detector,
            embedder,
            ModelPadCheck(models.pad, opened.pad(models.pad)) if models.pad else NoPadCheck(),
            voter=voter,
            runs=opened.runs,
        )
        engine.tests = tuple(
            require(
                detector,
                own.raw,
                cache,
                backend=opened.backend_of(own.model.raw.name),
                evaluate=lambda folder, own=own: engine.accuracy(folder, own.raw),  # type: ignore[misc]
                again=again,
            )
            for own in (embedder, engine._second)
            if own is not None and own.model.raw is not SFACE
        )
        return engine

    def accuracy(self, folder: FolderCheck, embedder: Embedder | None = None) -> float:
        """Accuracy over the pairs of an agency's folder."""
        from parakh.faces.embedded import embed_folder
        from parakh.faces.evaluation import measure, plan_for
        from parakh.faces.folders import read_folder, read_pairs

        plain = FaceEngine(self.detector, embedder or self.embedder, NoPadCheck())
        try:
            sources = read_folder(folder.images)
            pairs = read_pairs(folder.pairs, sources)
            done = embed_folder(sources, plain, lambda *_: None)
            figures = measure(done, plan_for(plain, pairs=pairs))
        except InvalidInput as error:
            raise Misconfigured(f"the face model's own check: {error}") from error
        measured = figures.verification.accuracy
        return measured.value if measured is not None else 0.0

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
        return self.describe(*self.look(content))

    def look(
        self, content: bytes, longest: int | None = None
    ) -> tuple[Picture, list[DetectedFace]]:
        """The decoded picture and its faces, largest first; nothing is embedded yet.

        With `longest` the picture is shrunk to so many pixels on its longer side first, so that
        several can be held. Raises Unreadable when the bytes are not a picture that may be decoded.
        """
        with self._looking:
            picture = decode_picture(content)
            if longest is not None:
                picture = shrink_to(picture, longest)
            return picture, self.detector.find(picture)

    def describe(
        self, picture: Picture, found: Sequence[DetectedFace], *, most: int = MOST_FACES
    ) -> list[FaceSample]:
        """Samples of at most `most` of the faces already found in a picture, in the order given."""
        faces = [self.detector.settled(picture, face) for face in found[:most]]
        if not faces:
            return []
        cuts = [self.embedder.cut(picture, face.landmarks) for face in faces]
        vectors, norms = self.embedder.embed(cuts)
        seconds = self._second_templates(picture, faces)
        rivals = count_rivals(found[:MOST_FACES])
        samples = []
        for face, cut, vector, norm, second in zip(
            faces, cuts, vectors, norms, seconds, strict=True
        ):
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
                    second=second,
                )
            )
        return samples

    @property
    def pad_method(self) -> str:
        """The name of the check for presentation attacks; "" where nothing is checked."""
        return self._pad.method

    @property
    def voter_id(self) -> str | None:
        """The name of the model that votes, stamped on each second template; None without one."""
        return self._second.model.name if self._second else None

    def shortlist_threshold(self, threshold: float) -> float:
        """What the first model must find alone, so that a vote may still lift it to `threshold`."""
        return self._vote.least_first(threshold) if self._vote else threshold

    def rescore(
        self,
        second: Template | None,
        found: Sequence[Candidate],
        seconds: Mapping[str, Template],
    ) -> list[Candidate]:
        """Candidates with the voter's say, best first, on the scale of the first model.

        `second` is the probe's second template, `seconds` are those of the references that have
        one. Where either is missing, or nobody votes, a candidate's score stays as it is.
        """
        if self._vote is None or second is None:
            return list(found)
        return self._vote.rescore(second, found, seconds)

    def compare(
        self,
        probe: Template,
        reference: Template,
        seconds: tuple[Template | None, Template | None] = (None, None),
    ) -> Comparison:
        """Compares two templates 1:1; with both second templates, the voter has its say.

        Raises InvalidInput when either was made by another model, Unreadable when damaged.
        """
        score = _cosine(probe, reference, self.embedder.model)
        one, other = seconds
        if self._vote is not None and one is not None and other is not None:
            score = self._vote.join(score, _cosine(one, other, self._vote.voter))
        return Comparison(score=score, threshold=self.verify_threshold)

    def _second_templates(
        self, picture: Picture, faces: Sequence[DetectedFace]
    ) -> list[Template | None]:
        second = self._second
        if second is None:
            return [None] * len(faces)
        vectors, _ = second.embed([second.cut(picture, face.landmarks) for face in faces])
        return [to_template(second.model.name, vector) for vector in vectors]


def _cosine(one: Template, other: Template, model: EmbedderModel) -> float:
    left = to_vector(one, model.name, model.dimension)
    right = to_vector(other, model.name, model.dimension)
    return float(np.clip(left @ right, -1, 1))


class _Opening:
    """Opens the sessions of one engine, each by what runs it fastest."""

    def __init__(self, cache: Path, threads: int, wanted: Runtime) -> None:
        self._cache = cache
        self._threads = threads
        self._wanted = wanted
        self.runs: list[Choice] = []

    def detector(self, model: DetectorModel) -> ModelSession:
        """A picture takes one core: several come at a time, and one alone takes few milliseconds.

        Its landmarks decide where faces are cut, so that it calculates exactly.
        """
        faces = probe_faces(8, ARCFACE_SIDE)
        rows = [np.concatenate(faces[start : start + 4], axis=1) for start in (0, 4)]
        tensor = whole_picture(np.concatenate(rows))
        probe = np.zeros((1, 3, 384, 640), dtype=np.float32)
        probe[:, :, : tensor.shape[2], : tensor.shape[3]] = tensor
        return self._open(
            Graph(
                model=f"{model.id}@{model.version}",
                content=load_weights(model, self._cache),
                input=model.input,
                probe=probe,
                agreement=0.9999,
                exact=True,
            ),
            threads=1,
        )

    def embedder(self, model: EmbedderModel) -> Embedder:
        """One batch runs at a time, on all cores that are given.

        Brain floats (bfloat16) will do where they are faster: over 3,000 pictures of LFW templates
        are like those of float32 to 0.99995 on average and 0.9987 at worst, and as many persons are
        recognised, whichever way either template was made.
        """
        count = min(2 if model.mirror else 1, model.batch)
        cohort = load_cohort(model.cohort) if model.cohort else None
        graph = Graph(
            model=model.raw.name,
            content=load_weights(model, self._cache),
            input=model.input,
            probe=np.stack([cut_face(face, model) for face in probe_faces(count, model.size)]),
            agreement=0.999,
            exact=False,
        )
        return Embedder(model, self._open(graph, threads=self._threads), cohort)

    def pad(self, model: PadModel) -> ModelSession:
        """Small graphs whose scores meet a threshold: one core, and exact."""
        graph = Graph(
            model=model.name,
            content=load_weights(model, self._cache),
            input=model.input,
            probe=framed_face(probe_faces(1, model.size)[0], model),
            agreement=0.9999,
            exact=True,
        )
        return self._open(graph, threads=1)

    def backend_of(self, model: str) -> str:
        """What runs a model that was opened."""
        return next(choice.backend for choice in self.runs if choice.model == model)

    def _open(self, graph: Graph, *, threads: int) -> ModelSession:
        session, choice = open_session(graph, self._cache, threads=threads, wanted=self._wanted)
        self.runs.append(choice)
        return session
