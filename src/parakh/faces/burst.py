"""Several frames of one moment become one face: the best frame, and templates fused by quality.

The frames that look fittest before anything is embedded are embedded, and those that show the same
person as the best one are added, weighted by their quality: noise, blink and motion of single
frames average out, what is the person's own stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from parakh.domain.capture import FrameNote
from parakh.domain.face import FaceSample, Quality, Template
from parakh.domain.phrase import N_, phrase
from parakh.errors import InvalidInput, Unreadable
from parakh.faces.detect import DetectedFace
from parakh.faces.extract import FaceEngine
from parakh.faces.picture import Picture
from parakh.faces.quality import count_rivals, explain_absence, judge, measure_face
from parakh.faces.vectors import to_template, to_vector

MOST_FRAMES = 8
FUSED = 3
"""Frames that are embedded: on faces of many moments three bring most of what all would."""

LONGEST = 1920
"""Pixels of a frame's longer side that are held: a face that is fit at a gate has hundreds there,
and eight frames take 50 MB whatever was sent."""

ANOTHER = phrase(N_("This frame shows another person than the best one"))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Burst:
    """What the frames of one moment show.

    Attributes:
        live: the best face, with the template of all frames that were used; None without a face.
        picture: the frame that shows it best.
        face: where it is in that frame.
        frames: of each frame, in their order, how fit it was.
    """

    live: FaceSample | None
    picture: Picture
    face: DetectedFace | None
    frames: tuple[FrameNote, ...]

    @property
    def quality(self) -> Quality:
        """That of the best face; without one, why there is none."""
        if self.live is not None:
            return self.live.quality
        return Quality(score=0.0, acceptable=False, reasons=explain_absence(self.picture))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Seen:
    """A decoded frame, its faces, and how fit the largest looks before it is embedded."""

    place: int
    picture: Picture
    faces: Sequence[DetectedFace]
    quality: Quality


def read_burst(engine: FaceEngine, frames: Sequence[bytes]) -> Burst:
    """The one face of a burst of 1 to 8 pictures.

    A frame that is no picture is noted and passed over. Raises InvalidInput for another number of
    frames, Unreadable when none can be read.
    """
    if not 1 <= len(frames) <= MOST_FRAMES:
        raise InvalidInput(f"a capture has 1 to {MOST_FRAMES} frames, not {len(frames)}")
    notes: dict[int, FrameNote] = {}
    seen = []
    for place, content in enumerate(frames):
        try:
            seen.append(_look(engine, place, content))
        except Unreadable as error:
            if len(frames) == 1:
                raise
            notes[place] = FrameNote(quality=_useless(error), used=False)
    if not seen:
        raise Unreadable("none of the frames is a picture that can be read")
    seen.sort(key=lambda own: (bool(own.faces), own.quality.score), reverse=True)
    for own in seen[FUSED:]:
        notes[own.place] = FrameNote(quality=own.quality, used=False)
    described = []
    for own in seen[:FUSED]:
        sample = _describe(engine, own)
        if sample is None:
            notes[own.place] = FrameNote(quality=own.quality, used=False)
        else:
            described.append((own, sample))
    if not described:
        first = min(seen, key=lambda own: own.place)
        return Burst(live=None, picture=first.picture, face=None, frames=_in_order(notes))
    best, live = max(described, key=lambda pair: pair[1].quality.score)
    used = _same_person(engine, live, described)
    for own, sample in described:
        together = own.place in used
        quality = sample.quality if together else _stranger(sample.quality, live.quality)
        notes[own.place] = FrameNote(quality=quality, used=together)
    fused = fuse(engine, [sample for own, sample in described if own.place in used])
    return Burst(
        live=replace(live, template=fused),
        picture=best.picture,
        face=best.faces[0],
        frames=_in_order(notes),
    )


def fuse(engine: FaceEngine, samples: Sequence[FaceSample]) -> Template:
    """One template of several samples of a person: their mean, weighted by quality, length 1."""
    vectors = [to_vector(own.template, engine.model_id, engine.dimension) for own in samples]
    weights = [max(own.quality.score, 1e-3) for own in samples]
    mean = np.average(np.stack(vectors), axis=0, weights=weights)
    return to_template(engine.model_id, (mean / np.linalg.norm(mean)).astype(np.float32))


def _look(engine: FaceEngine, place: int, content: bytes) -> _Seen:
    picture, faces = engine.look(content, LONGEST)
    if not faces:
        quality = Quality(score=0.0, acceptable=False, reasons=explain_absence(picture))
    else:
        cut = engine.embedder.cut(picture, faces[0].landmarks)
        quality = judge(measure_face(faces[0], cut), count_rivals(faces))
    return _Seen(place=place, picture=picture, faces=faces, quality=quality)


def _describe(engine: FaceEngine, own: _Seen) -> FaceSample | None:
    found = engine.describe(own.picture, own.faces, most=1)
    return found[0] if found else None


def _same_person(
    engine: FaceEngine, live: FaceSample, described: Sequence[tuple[_Seen, FaceSample]]
) -> set[int]:
    """The places of the frames whose face is the best one's, and as fit as it is called."""
    return {
        own.place
        for own, sample in described
        if sample is live
        or (
            sample.quality.acceptable
            and engine.compare(sample.template, live.template).score >= engine.verify_threshold
        )
    }


def _stranger(own: Quality, best: Quality) -> Quality:
    """Why a frame was left out: it is not fit, or shows somebody else."""
    if not own.acceptable or not best.acceptable:
        return own
    return replace(own, acceptable=False, reasons=(ANOTHER,))


def _useless(error: Unreadable) -> Quality:
    return Quality(score=0.0, acceptable=False, reasons=(phrase("{cause}", cause=error),))


def _in_order(notes: dict[int, FrameNote]) -> tuple[FrameNote, ...]:
    return tuple(notes[place] for place in sorted(notes))
