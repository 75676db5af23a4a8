"""One engine for all tests of faces, and a portrait that is in the public domain."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

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
