"""The fields of a capture's form, the same for the Gate page and for the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import File, Form, UploadFile

from parakh.domain.voyage import Direction
from parakh.errors import InvalidInput
from parakh.faces.picture import MOST_BYTES
from parakh.services.stations import MOST_FRAMES, Sent
from parakh.web.queries import Moment
from parakh.web.uploads import optional


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """The files of a capture."""

    frames: Annotated[
        list[UploadFile] | None, File(description="1 to 8 pictures of one moment")
    ] = None
    portrait: Annotated[
        UploadFile | None, File(description="the document's portrait: a picture, or an EF.DG2")
    ] = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where it was taken; a station may leave out what is registered of it."""

    port: Annotated[str, Form(max_length=5, description="IATA code, else UN/LOCODE")] = ""
    lane: Annotated[str, Form(max_length=20)] = ""
    direction: Annotated[Direction | None, Form()] = None


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """Whose document it is, when it was taken, and what was asked of the person."""

    document: Annotated[
        str, Form(max_length=200, description="number, or the machine readable zone's lines")
    ] = ""
    taken_at: Annotated[Moment | None, Form(description="when, if not now")] = None
    id: Annotated[
        str, Form(max_length=32, description="32 digits 0-9, a-f: sent again, recorded once")
    ] = ""
    challenge: Annotated[str, Form(max_length=2000, description="of an active check")] = ""
    times: Annotated[
        str, Form(max_length=200, description="of each frame: seconds from the check's start")
    ] = ""


def sent(pictures: Pictures, place: Place, particulars: Particulars) -> Sent:
    """The capture as the service takes it; raises InvalidInput for what cannot be read."""
    return Sent(
        frames=_burst(pictures.frames or []),
        portrait=optional(pictures.portrait),
        document=particulars.document,
        port=place.port or None,
        lane=place.lane or None,
        direction=place.direction,
        taken_at=particulars.taken_at,
        id=particulars.id,
        challenge=particulars.challenge,
        times=_times(particulars.times),
    )


def _burst(files: Sequence[UploadFile]) -> tuple[bytes, ...]:
    """The bytes of the frames, each within what a picture may have; of others nothing is read."""
    if not files:
        raise InvalidInput(f"Choose a file: the live picture, or 1 to {MOST_FRAMES} frames.")
    if len(files) > MOST_FRAMES:
        raise InvalidInput(f"Send 1 to {MOST_FRAMES} frames: there are {len(files)}.")
    for number, file in enumerate(files, start=1):
        if (file.size or 0) > MOST_BYTES:
            raise InvalidInput(f"Frame {number} is larger than {MOST_BYTES // 2**20} MiB.")
        if not file.size:
            raise InvalidInput(f"Frame {number} is empty. Choose a file.")
    return tuple(file.file.read() for file in files)


def _times(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(own) for own in text.split(",") if own.strip())
    except ValueError as error:
        raise InvalidInput("times are seconds with commas between, such as 0.0,0.5,1.0") from error
