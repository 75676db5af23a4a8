"""Pictures from outside: decoded within bounds, turned upright, made 8-bit BGR."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from parakh.errors import Unreadable

Picture = NDArray[np.uint8]
"""A picture as (height, width, 3), channels blue, green, red, 0 to 255."""

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 20_000
"""OpenCV counts coordinates in 16 bits and fails beyond 32,767."""

FORMATS = ("JPEG", "PNG", "WEBP", "JPEG2000", "GIF", "BMP")
"""JPEG 2000 because passports' chips hold it (ICAO Doc 9303-10, DG2). TIFF and the rarer formats
are left out: much code, many faults, no need."""

ORIENTATION = 0x0112
"""The EXIF tag (CIPA DC-008, 4.6.4) that says which way is up."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


DECODED_AT_ONCE = 2 * MOST_PIXELS
"""Pixels that all threads together decode at a time, some 12 bytes each: what comes beyond waits,
so that a handful of large uploads cannot take a gate's memory. Eighty camera frames fit in."""


class _Allowance:
    """Pixels lent out to those who decode; whoever asks for more than is left waits."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._change = threading.Condition()

    @contextmanager
    def lent(self, pixels: int) -> Iterator[None]:
        with self._change:
            self._change.wait_for(lambda: pixels <= self._left)
            self._left -= pixels
        try:
            yield
        finally:
            with self._change:
                self._left += pixels
                self._change.notify_all()


_memory = _Allowance(DECODED_AT_ONCE)


def decode_picture(content: bytes) -> Picture:
    """Decodes a picture that nobody vouches for.

    The size in bytes and the format are checked first and the size in pixels from the header,
    before any memory is set aside for pixels. Of an animation the first frame is used;
    transparent parts become white.

    Raises Unreadable, with the cause.
    """
    if not content:
        raise Unreadable("The picture is empty")
    if len(content) > MOST_BYTES:
        raise Unreadable(
            f"The picture has {len(content):,} bytes; at most {MOST_BYTES:,} are accepted"
        )
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            _check_size(*image.size)
            with _memory.lent(image.size[0] * image.size[1]):
                return _to_bgr(_upright(image))
    except Unreadable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable(f"The picture has more than {MOST_PIXELS:,} pixels") from error
    except UnidentifiedImageError as error:
        names = ", ".join(FORMATS)
        raise Unreadable(f"The bytes are not a picture in a known format ({names})") from error
    except Exception as error:  # decoders raise nearly anything on crafted bytes
        raise Unreadable(f"The picture is damaged ({type(error).__name__})") from error


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise Unreadable("The picture has no pixels")
    if width * height > MOST_PIXELS:
        raise Unreadable(
            f"The picture has {width} x {height} pixels; at most {MOST_PIXELS:,} are accepted"
        )
    if max(width, height) > LONGEST_SIDE:
        raise Unreadable(
            f"The picture is {width} x {height}; a side may have at most {LONGEST_SIDE:,} pixels"
        )


def _upright(image: Image.Image) -> Image.Image:
    image.load()
    try:
        turn = _UPRIGHT.get(image.getexif().get(ORIENTATION, 1))
    except Exception:  # a broken EXIF block does not make the pixels worse
        turn = None
    return image if turn is None else image.transpose(turn)


def _to_bgr(image: Image.Image) -> Picture:
    if image.mode.startswith("I"):
        grey = _from_16_bits(image)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if "A" in image.mode.removeprefix("LAB") or "transparency" in image.info:
        layer = image.convert("RGBA")
        image = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        image.alpha_composite(layer)
    if image.mode != "RGB":
        image = image.convert("RGB")
    bgr: Picture = cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2BGR)
    return bgr


def _from_16_bits(image: Image.Image) -> NDArray[np.uint8]:
    """Keeps the upper 8 of 16 bits; Pillow's own conversion has cut values off at 255."""
    deep = np.asarray(image)
    if deep.dtype != np.uint16:
        deep = np.clip(deep, 0, 65_535)
    grey: NDArray[np.uint8] = (deep >> 8).astype(np.uint8)
    return grey
