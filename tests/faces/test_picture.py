import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from parakh.errors import Unreadable
from parakh.faces.picture import MOST_BYTES, decode_picture

Encode = Callable[..., bytes]

RED, WHITE = (0, 0, 200), (255, 255, 255)  # BGR


def plain(
    size: tuple[int, int] = (40, 30), colour: tuple[int, int, int] = (200, 0, 0)
) -> Image.Image:
    return Image.new("RGB", size, colour)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "JPEG2000"])
def test_formats_decode_to_bgr(kind: str, encode: Encode) -> None:
    picture = decode_picture(encode(plain(), kind))
    assert picture.shape == (30, 40, 3)
    assert picture.dtype == np.uint8
    assert picture.flags.c_contiguous
    assert np.abs(picture[15, 20].astype(int) - RED).max() <= 4


MODES = {
    "palette": (plain().quantize(8), "PNG", RED),
    "grey": (Image.new("L", (40, 30), 90), "PNG", (90, 90, 90)),
    "one bit": (Image.new("1", (40, 30), 1), "PNG", WHITE),
    "grey with alpha": (Image.new("LA", (40, 30), (90, 255)), "PNG", (90, 90, 90)),
    "transparent": (Image.new("RGBA", (40, 30), (10, 20, 30, 0)), "PNG", WHITE),
    "opaque": (Image.new("RGBA", (40, 30), (200, 0, 0, 255)), "PNG", RED),
    "half transparent": (Image.new("RGBA", (40, 30), (0, 0, 0, 128)), "PNG", (127, 127, 127)),
    "sixteen bits": (Image.new("I;16", (40, 30), 0x5AFF), "PNG", (0x5A, 0x5A, 0x5A)),
    "ink": (Image.new("CMYK", (40, 30), (0, 255, 255, 0)), "JPEG", (0, 0, 255)),
}


@pytest.mark.parametrize("name", MODES)
def test_every_colour_mode_becomes_bgr(name: str, encode: Encode) -> None:
    image, kind, expected = MODES[name]
    picture = decode_picture(encode(image, kind))
    assert picture.shape == (30, 40, 3)
    assert np.abs(picture[10, 10].astype(int) - expected).max() <= 6


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_the_first_frame_of_an_animation_is_used(kind: str, encode: Encode) -> None:
    later = [plain(colour=(0, 0, 255)), plain(colour=(0, 255, 0))]
    content = encode(plain(), kind, save_all=True, append_images=later, duration=50)
    picture = decode_picture(content)
    assert np.abs(picture[15, 20].astype(int) - RED).max() <= 6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_in_exif_is_applied(orientation: int, encode: Encode) -> None:
    upright = Image.new("RGB", (40, 30))
    upright.paste((255, 0, 0), (0, 0, 20, 15))  # the upper left quarter is red
    as_stored = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = upright if as_stored is None else upright.transpose(as_stored)
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = decode_picture(encode(stored, "PNG", exif=exif.tobytes()))
    assert picture.shape == (30, 40, 3)
    assert picture[7, 10].tolist() == [0, 0, 255]
    assert picture[22, 30].tolist() == [0, 0, 0]


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")  # Pillow's own remark
@pytest.mark.parametrize(
    "block", [b"II*\0\xff\xff\xff\xff" + b"\xee" * 40, b"not TIFF at all", b"II*\0"]
)
def test_a_broken_exif_block_is_passed_over(block: bytes, encode: Encode) -> None:
    content = encode(plain(), "JPEG", exif=b"Exif\0\0" + block)
    assert decode_picture(content).shape == (30, 40, 3)


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises so many pixels and holds none."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 64))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


REFUSED = {
    "nothing": (b"", "empty"),
    "text": (b"This is not a picture", "known format"),
    "PDF": (b"%PDF-1.7\n" + b"x" * 200, "known format"),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "known format"),
    "TIFF": (b"II*\0\x08\0\0\0" + b"\0" * 50, "known format"),
    "too many bytes": (b"\xff\xd8" + b"\0" * MOST_BYTES, "at most"),
    "a bomb": (png_header(60_000, 60_000), "pixels"),
    "a smaller bomb": (png_header(10_000, 9_500), "pixels"),
    "just too large": (png_header(8_000, 5_001), "at most 40,000,000"),
    "a thread": (png_header(30_000, 2), "a side may have"),
    "no width": (png_header(0, 10), "picture"),
    "pixels missing": (png_header(400, 400), "damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_bytes_are_refused_with_their_cause(name: str) -> None:
    content, cause = REFUSED[name]
    with pytest.raises(Unreadable, match=cause):
        decode_picture(content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "JPEG2000"])
def test_a_truncated_picture_is_refused(
    kind: str, encode: Encode, rng: np.random.Generator
) -> None:
    noise = rng.integers(0, 256, (200, 200, 3), dtype=np.uint8)
    content = encode(noise, kind)
    with pytest.raises(Unreadable):
        decode_picture(content[: len(content) // 2])


def test_a_picture_with_another_file_behind_it_is_read_as_the_picture(encode: Encode) -> None:
    polyglot = encode(plain(), "PNG") + b"PK\x03\x04" + b"<script>alert(1)</script>"
    assert np.array_equal(decode_picture(polyglot), decode_picture(encode(plain(), "PNG")))


def test_decoding_is_deterministic(encode: Encode, rng: np.random.Generator) -> None:
    content = encode(rng.integers(0, 256, (64, 48, 3), dtype=np.uint8), "JPEG")
    assert np.array_equal(decode_picture(content), decode_picture(content))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "JPEG2000"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_gives_a_picture_or_unreadable_and_nothing_else(
    kind: str, encode: Encode, data: st.DataObject
) -> None:
    content = bytearray(encode(plain((24, 16)), kind))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        picture = decode_picture(bytes(content))
    except Unreadable:
        return
    assert picture.ndim == 3
    assert picture.shape[2] == 3
