"""Presentation attacks (ISO/IEC 30107-1): a photograph, a screen or a mask held up.

No model that may be freely installed passed our tests, so none is built in and nothing is claimed.
An agency brings its own classifier (`[pad]` in a catalogue file); it says of each face whether it
takes it for a living person's, and its name is kept with what it said.
"""

from typing import Protocol

import cv2
import numpy as np

from parakh.domain.face import NO_PAD_CHECK, Box, PadResult, PadState
from parakh.errors import Misconfigured
from parakh.faces.catalogue import Channels, PadModel
from parakh.faces.detect import DetectedFace
from parakh.faces.picture import Picture
from parakh.faces.session import ModelSession, Tensor


class PadCheck(Protocol):
    """A check for presentation attacks on one picture."""

    @property
    def method(self) -> str:
        """The check's name; "" where nothing is checked."""
        ...

    def check(self, picture: Picture, face: DetectedFace) -> PadResult:
        """What the check says of one face."""
        ...


class NoPadCheck:
    """Says that nothing was checked."""

    method = ""

    def check(self, picture: Picture, face: DetectedFace) -> PadResult:
        """Always "not evaluated"."""
        return NO_PAD_CHECK


class ModelPadCheck:
    """A classifier that an agency brought."""

    def __init__(self, model: PadModel, session: ModelSession) -> None:
        """Tries the graph once; raises Misconfigured when it is not what the catalogue says."""
        self.model = model
        self._session = session
        blank = np.zeros((1, 3, model.size, model.size), dtype=np.float32)
        try:
            shape = session.run(blank)[model.output].shape
        except Exception as error:  # whatever a foreign graph and its runtime may raise
            raise Misconfigured(
                f"face model {model.name}: cannot be run as its catalogue entry says: {error}"
            ) from error
        if shape != (1, model.classes):
            raise Misconfigured(
                f"face model {model.name}: '{model.output}' has the shape {shape}, not "
                f"(1, {model.classes})"
            )

    @property
    def method(self) -> str:
        """The model's name."""
        return self.model.name

    def check(self, picture: Picture, face: DetectedFace) -> PadResult:
        """Bona fide from the threshold; an output that is no probability is an attack.

        Whoever can make the classifier fail must not pass by it.
        """
        tensor = to_tensor(surroundings(picture, face.box, self.model), self.model)
        values = self._session.run(tensor)[self.model.output][0].astype(np.float64)
        if self.model.softmax:
            with np.errstate(invalid="ignore"):
                values = np.exp(values - values.max())
                values /= values.sum()
        score = float(values[self.model.bona_fide])
        sound = 0 <= score <= 1
        passed = sound and score >= self.model.threshold
        return PadResult(
            state=PadState.BONA_FIDE if passed else PadState.ATTACK,
            method=self.method,
            score=score if sound else None,
            threshold=self.model.threshold,
        )


def surroundings(picture: Picture, box: Box, model: PadModel) -> Picture:
    """The face's box grown by `crop` about its middle, scaled to the graph's size.

    As Silent-Face-Anti-Spoofing cuts it: where the picture is too small for the factor, the box
    grows less; where it would reach beyond an edge, it is moved inside.
    """
    height, width = picture.shape[:2]
    wide, high = max(box.width, 1.0), max(box.height, 1.0)
    factor = min((height - 1) / high, (width - 1) / wide, model.crop)
    wide, high = max(wide * factor, 1.0), max(high * factor, 1.0)
    left = min(max(box.left + box.width / 2 - wide / 2, 0.0), max(width - 1 - wide, 0.0))
    top = min(max(box.top + box.height / 2 - high / 2, 0.0), max(height - 1 - high, 0.0))
    part = picture[int(top) : int(top + high) + 1, int(left) : int(left + wide) + 1]
    face: Picture = cv2.resize(part, (model.size, model.size), interpolation=cv2.INTER_LINEAR)
    return face


def to_tensor(face: Picture, model: PadModel) -> Tensor:
    """(1, 3, size, size) float32, as the model's entry says."""
    ordered = face[:, :, ::-1] if model.channels is Channels.RGB else face
    mean = np.array(model.mean, dtype=np.float32)
    scaled = (ordered.astype(np.float32) - mean) * np.float32(model.scale)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1))[None]
