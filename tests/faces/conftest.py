"""One engine for all tests of faces, and a portrait that is in the public domain."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from parakh.faces.embedded import Embedded
from parakh.faces.extract import FaceEngine
from parakh.faces.picture import Picture

Encode = Callable[..., bytes]


@pytest.fixture(scope="session")
def engine(model_cache: Path) -> FaceEngine:
    """The built-in models, unpacked once for all tests (half a second)."""
    return FaceEngine.open(model_cache)


@pytest.fixture(scope="session")
def portrait() -> Picture:
    """Eileen Collins (NASA, public domain): 512 x 512 BGR, one frontal face."""
    data = pytest.importorskip("skimage.data", reason="scikit-image carries the portrait")
    rgb: Picture = data.astronaut()
    return np.ascontiguousarray(rgb[:, :, ::-1])


@pytest.fixture(scope="session")
def encode() -> Encode:
    """Encodes a BGR picture (or a Pillow image) as PNG or another format."""

    def encode_picture(
        picture: Picture | Image.Image, kind: str = "PNG", **options: object
    ) -> bytes:
        if not isinstance(picture, Image.Image):
            picture = Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1]))
        stream = io.BytesIO()
        picture.save(stream, kind, **options)
        return stream.getvalue()

    return encode_picture


@pytest.fixture
def rng() -> np.random.Generator:
    """The same random numbers in each run."""
    return np.random.default_rng(7)


@pytest.fixture
def crowd() -> Callable[..., Embedded]:
    """Vectors of invented persons: `crowd([3, 1], noise=0.2)` has three pictures and one."""

    def make(pictures: Sequence[int], *, noise: float = 0.15, seed: int = 11) -> Embedded:
        random = np.random.default_rng(seed)
        rows, people, files = [], [], []
        for person, count in enumerate(pictures):
            face = random.normal(size=32)
            for number in range(count):
                rows.append(face + noise * 6 * random.normal(size=32))
                people.append(f"P{person:04}")
                files.append(f"P{person:04}/{number}.jpg")
        vectors = np.array(rows, dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        size = len(files)
        return Embedded(
            files=tuple(files),
            people=np.array(people, dtype=np.str_),
            templates=("",) * size,
            reasons=np.array([""] * size, dtype=np.str_),
            details=("",) * size,
            vectors=vectors,
            norms=np.full(size, 10, dtype=np.float32),
            quality=random.uniform(0.4, 1, size).astype(np.float32),
            advice=("",) * size,
        )

    return make
