from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from parakh.errors import Misconfigured
from parakh.faces.catalogue import SFACE, Channels, EmbedderModel
from parakh.faces.embed import Embedder
from parakh.faces.session import Tensor


class Means:
    """A session whose vector is the mean of each channel's left and right half."""

    def __init__(self, name: str = "fc1") -> None:
        self.name = name
        self.batches: list[int] = []

    def run(self, tensor: Tensor) -> Mapping[str, Tensor]:
        self.batches.append(len(tensor))
        half = tensor.shape[3] // 2
        parts = [tensor[..., :half].mean(axis=(2, 3)), tensor[..., half:].mean(axis=(2, 3))]
        return {self.name: np.concatenate(parts, axis=1)}


MODEL = replace(SFACE, dimension=6, size=4, batch=2, mirror=False)


def face(left: tuple[int, int, int], right: tuple[int, int, int]) -> np.ndarray:
    picture = np.empty((4, 4, 3), dtype=np.uint8)
    picture[:, :2], picture[:, 2:] = left, right
    return picture


BGR = face((10, 20, 30), (40, 50, 60))


@pytest.mark.parametrize(
    ("model", "raw"),
    [
        (MODEL, [30, 20, 10, 60, 50, 40]),
        (replace(MODEL, channels=Channels.BGR), [10, 20, 30, 40, 50, 60]),
        (replace(MODEL, mean=(10, 20, 30), scale=0.5), [10, 0, -10, 25, 15, 5]),
        (replace(MODEL, mirror=True), [90, 70, 50, 90, 70, 50]),
    ],
    ids=["RGB", "BGR", "mean and scale", "mirror"],
)
def test_pixels_reach_the_graph_as_the_catalogue_says(
    model: EmbedderModel, raw: list[float]
) -> None:
    vectors, norms = Embedder(model, Means()).embed([BGR])
    assert vectors[0] == pytest.approx(np.array(raw) / np.linalg.norm(raw), abs=1e-6)
    assert vectors.dtype == np.float32
    if not model.mirror:
        assert norms[0] == pytest.approx(np.linalg.norm(raw))


def test_batches_are_no_larger_than_the_model_allows() -> None:
    session = Means()
    embedder = Embedder(MODEL, session)
    session.batches.clear()
    vectors, norms = embedder.embed([BGR] * 5)
    assert session.batches == [2, 2, 1]
    assert vectors.shape == (5, 6)
    assert norms.shape == (5,)


def test_no_faces_give_no_vectors() -> None:
    vectors, norms = Embedder(replace(MODEL, mirror=True), Means()).embed([])
    assert vectors.shape == (0, 6)
    assert norms.shape == (0,)


@pytest.mark.parametrize(
    ("model", "complaint"),
    [
        (replace(MODEL, dimension=7), r"'fc1' has the shape \(1, 6\), not \(1, 7\)"),
        (replace(MODEL, output="other"), "cannot be run as its catalogue entry says"),
    ],
)
def test_a_graph_that_is_not_as_catalogued_is_refused(model: EmbedderModel, complaint: str) -> None:
    with pytest.raises(Misconfigured, match=complaint):
        Embedder(model, Means())
