import numpy as np
import pytest

from parakh.domain.face import Template
from parakh.errors import InvalidInput, Unreadable
from parakh.faces.vectors import to_template, to_vector

UNIT = np.array([0.6, 0.8, 0.0, 0.0], dtype=np.float32)


def test_a_vector_survives_storage() -> None:
    template = to_template("m@1", UNIT)
    assert template.vector == bytes.fromhex("9a99193fcdcc4c3f0000000000000000")  # little-endian
    assert np.array_equal(to_vector(template, "m@1", 4), UNIT)


def test_a_template_of_another_model_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"made by m@1 .* those of n@1"):
        to_vector(to_template("m@1", UNIT), "n@1", 4)


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        UNIT.tobytes()[:-1],
        np.zeros(4, np.float32).tobytes(),
        np.full(4, np.nan, np.float32).tobytes(),
        (UNIT * 2).tobytes(),
    ],
    ids=["empty", "short", "zero", "not a number", "too long a vector"],
)
def test_a_damaged_template_is_refused(stored: bytes) -> None:
    with pytest.raises(Unreadable):
        to_vector(Template(model="m@1", vector=stored), "m@1", 4)
