"""Templates as bytes and as vectors."""

import numpy as np
from numpy.typing import NDArray

from parakh.domain.face import Template
from parakh.errors import InvalidInput, Unreadable

Vector = NDArray[np.float32]

STORED = np.dtype("<f4")
"""Little-endian on every machine, since templates travel between centres."""


def to_template(model: str, vector: Vector) -> Template:
    """A template from a unit vector."""
    return Template(model=model, vector=vector.astype(STORED).tobytes())


def to_vector(template: Template, model: str, dimension: int) -> Vector:
    """The unit vector of a template made by `model`.

    Raises InvalidInput when another model made it, since cosines across models mean nothing, and
    Unreadable when its bytes are not a unit vector of that length.
    """
    if template.model != model:
        raise InvalidInput(
            f"The template was made by {template.model} and cannot be compared with those of "
            f"{model}; enrol the picture again"
        )
    if len(template.vector) != dimension * STORED.itemsize:
        raise Unreadable(
            f"The template has {len(template.vector)} bytes, not {dimension * STORED.itemsize}"
        )
    vector = np.frombuffer(template.vector, dtype=STORED).astype(np.float32)
    if not abs(float(np.linalg.norm(vector)) - 1) < 1e-3:
        raise Unreadable("The template is damaged: its vector has not the length 1")
    return vector
