"""Pictures made to do harm: each gets its answer or a clear error, within bounds of memory."""

import io
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from parakh.errors import Unreadable
from parakh.faces import picture as module
from parakh.faces.extract import MOST_FACES, FaceEngine
from parakh.faces.picture import Picture, decode_picture

Encode = Callable[..., bytes]


def png(width: int, height: int, rows: bytes, *, bits: int = 8, colour: int = 0) -> bytes:
    """A PNG with any header and any rows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def upright(portrait: Picture) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(portrait[:, :, ::-1]))


def turned_by_exif(portrait: Picture) -> bytes:
    """Stored on its side, with a note that says so."""
    exif = Image.Exif()
    exif[module.ORIENTATION] = 6
    stream = io.BytesIO()
    upright(portrait).transpose(Image.Transpose.ROTATE_90).save(stream, "JPEG", exif=exif)
    return stream.getvalue()


def animated(portrait: Picture) -> bytes:
    frames = [upright(portrait), Image.new("RGB", (512, 512), (9, 9, 9))]
    stream = io.BytesIO()
    frames[0].save(stream, "WEBP", save_all=True, append_images=frames[1:], quality=95)
    return stream.getvalue()


def sixteen_bits(portrait: Picture) -> bytes:
    grey = np.asarray(upright(portrait).convert("L")).astype(">u2") * 257
    rows = b"".join(b"\0" + line.tobytes() for line in grey)
    return png(512, 512, rows, bits=16)


def encoded(portrait: Picture, mode: str, kind: str) -> bytes:
    stream = io.BytesIO()
    upright(portrait).convert(mode).save(stream, kind)
    return stream.getvalue()


ANSWERED: dict[str, Callable[[Picture], bytes]] = {
    "CMYK": lambda portrait: encoded(portrait, "CMYK", "JPEG"),
    "16 bits": sixteen_bits,
    "turned by EXIF": turned_by_exif,
    "animated": animated,
    "a palette": lambda portrait: encoded(portrait, "P", "GIF"),
    "with a script behind it": lambda portrait: (
        encoded(portrait, "RGB", "JPEG") + b"<script>alert(1)</script>%PDF-1.7 PK\x03\x04"
    ),
}


@pytest.mark.parametrize("name", ANSWERED)
def test_an_odd_picture_of_a_face_is_answered(
    name: str, engine: FaceEngine, portrait: Picture
) -> None:
    (reference,) = engine.describe(portrait, engine.detector.find(portrait))
    (sample,) = engine.samples(ANSWERED[name](portrait))
    assert engine.compare(sample.template, reference.template).score > 0.7


REFUSED = {
    "a bomb by its header": (png(100_000, 100_000, b""), "pixels"),
    "a bomb in one row": (png(39_999_999, 1, b""), "a side may have"),
    "a bomb within the pixels": (png(6_300, 6_300, b"\0" * 1000), "damaged"),
    "a document that begins like a picture": (b"\xff\xd8\xff%PDF-1.7" + b"0" * 4000, "picture"),
    "a web page": (b"<!doctype html><img src=x onerror=alert(1)>", "not a picture"),
    "an archive": (b"PK\x03\x04" + b"\0" * 500, "not a picture"),
    "TIFF, which is not accepted": (b"II*\0" + b"\0" * 500, "not a picture"),
    "SVG, which could fetch": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_harm_is_refused(name: str, engine: FaceEngine) -> None:
    content, complaint = REFUSED[name]
    with pytest.raises(Unreadable, match=complaint):
        engine.samples(content)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_picture_is_refused(
    kind: str, share: float, engine: FaceEngine, portrait: Picture, encode: Encode
) -> None:
    content = encode(portrait, kind)
    with pytest.raises(Unreadable):
        engine.samples(content[: int(len(content) * share)])


def test_of_two_hundred_faces_the_largest_are_answered(
    engine: FaceEngine, portrait: Picture, encode: Encode
) -> None:
    """They are more than the gate embeds, and each would be a person to mistake."""
    one = np.asarray(upright(portrait).crop((130, 40, 290, 210)).resize((96, 102)))[:, :, ::-1]
    crowd = np.tile(one, (12, 17, 1))
    samples = engine.samples(encode(crowd, "JPEG", quality=92))
    assert len(samples) == MOST_FACES
    assert not any(sample.quality.acceptable for sample in samples)


MEASURED = """
import io, resource, sys
from pathlib import Path
from parakh.errors import Unreadable
from parakh.faces.extract import FaceEngine
engine = FaceEngine.open(Path(sys.argv[1]))
content = Path(sys.argv[2]).read_bytes()
from PIL import Image
tiny = io.BytesIO()
Image.new("RGB", (1280, 720), (90, 90, 90)).save(tiny, "JPEG")
engine.samples(tiny.getvalue())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print(len(engine.samples(content)), "faces")
except Unreadable as error:
    print(error)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def largest(portrait: Picture) -> bytes:
    """As many pixels as are accepted, in a small file."""
    stream = io.BytesIO()
    upright(portrait).resize((6_300, 6_300)).save(stream, "JPEG", quality=60)
    return stream.getvalue()


BOUNDS: dict[str, tuple[Callable[[Picture], bytes], int]] = {
    "bomb by its header": (lambda _: png(100_000, 100_000, b"\0" * 10_000_000), 60),
    "bomb within the pixels": (lambda _: png(6_300, 6_300, b"\0" * 45_000_000), 450),
    "largest picture": (largest, 450),
    "sixteen bits, largest": (
        lambda _: png(6_300, 6_300, b"\0" * (2 * 6_300 + 1) * 6_300, bits=16),
        450,
    ),
}


@pytest.mark.skipif(sys.platform == "win32", reason="no resource usage there")
@pytest.mark.parametrize("name", BOUNDS)
def test_memory_is_bounded(
    name: str, tmp_path: Path, model_cache: Path, portrait: Picture, engine: FaceEngine
) -> None:
    """Megabytes on top of what a camera's frame needs."""
    make, most = BOUNDS[name]
    path = tmp_path / "picture"
    path.write_bytes(make(portrait))
    script = [sys.executable, "-c", MEASURED, str(model_cache), str(path)]
    done = subprocess.run(script, check=True, capture_output=True, text=True, timeout=120)
    assert int(done.stdout.splitlines()[-1]) < most, done.stdout


def test_large_pictures_wait_for_each_other(
    encode: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many come, only so many pixels are decoded at a time; frames pass by."""
    at_once, most, lock = 0, 0, threading.Lock()
    upright_of = module._upright
    gate = threading.Event()

    def slow(image: Image.Image) -> Image.Image:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        gate.wait(0.2)
        try:
            return upright_of(image)
        finally:
            with lock:
                at_once -= 1

    monkeypatch.setattr(module, "_memory", module._Allowance(2 * 100 * 100))
    monkeypatch.setattr(module, "_upright", slow)
    content = encode(np.zeros((100, 100, 3), np.uint8))
    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(decode_picture, [content] * 8))) == 8
    assert most == 2


def test_a_failure_gives_its_memory_back(monkeypatch: pytest.MonkeyPatch, encode: Encode) -> None:
    monkeypatch.setattr(module, "_memory", module._Allowance(100 * 100))
    content = encode(np.zeros((100, 100, 3), np.uint8))
    for _ in range(3):
        with pytest.raises(Unreadable):
            decode_picture(content[:-30])
    assert decode_picture(content).shape == (100, 100, 3)
