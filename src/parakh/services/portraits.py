"""Pictures of one person: decoded within bounds, judged, and made anew as JPEG for keeping."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2

from parakh.domain.face import FaceSample, Template
from parakh.domain.phrase import Phrase
from parakh.errors import InvalidInput
from parakh.faces.picture import Picture
from parakh.services.centre import Centre

LONGEST_KEPT = 1280
"""Pixels; enough for an officer to compare, and to enrol again under another model."""

_JPEG_QUALITY = 92


@dataclass(frozen=True, kw_only=True, slots=True)
class Portrait:
    """A face that can be relied on, and its picture as it is kept (JPEG).

    `probes` are the face's templates, one of each model that is searched.
    """

    sample: FaceSample
    jpeg: bytes
    probes: tuple[Template, ...]

    @property
    def templates(self) -> tuple[Template, ...]:
        """What is enrolled of it: the present model's template, and that of the model that votes
        where there is one."""
        second = self.sample.second
        return (self.sample.template, *([second] if second else []))


class UnfitPicture(InvalidInput):
    """A picture whose face cannot be relied on, and why; of several pictures, which."""

    def __init__(self, reasons: Sequence[Phrase], number: int = 0) -> None:
        listed = "; ".join(str(reason) for reason in reasons)
        which = f"picture {number}: " if number else ""
        super().__init__(f"{which}the picture is not fit to search by: {listed}")
        self.reasons, self.number = tuple(reasons), number


def read(centre: Centre, content: bytes) -> Portrait:
    """The face of a picture; raises InvalidInput when there is none that can be relied on."""
    picture, found = centre.faces.look(content)
    samples = centre.faces.describe(picture, found, most=1)
    if not samples:
        raise InvalidInput("no face was found in the picture")
    best = samples[0]
    if not best.quality.acceptable:
        raise UnfitPicture(best.quality.reasons)
    probes = centre.probes(picture, found[0], best)
    return Portrait(sample=best, jpeg=kept(picture), probes=probes)


def kept(picture: Picture) -> bytes:
    """The picture as JPEG, scaled down if need be.

    Written anew from its pixels: whatever else the upload carried (place, owner, a script hidden
    in a picture) does not reach the database or a browser.
    """
    height, width = picture.shape[:2]
    scale = min(1.0, LONGEST_KEPT / max(height, width))
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        raise InvalidInput("the picture cannot be kept as JPEG")
    return bytes(data)
