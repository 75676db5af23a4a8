"""Does a model do what its catalogue entry declares? Checked before it is used.

A wrong order of channels or a wrong mean does not stop a model: it makes it worse, silently. Three
checks find that, each stronger than the one before:

- Separation. The built-in portrait (Eileen Collins, NASA, public domain, from scikit-image) is
  spoilt as cameras spoil pictures (light, blur, noise, compression, tilt), which must change
  little, and its features are moved, which makes another face and must change much. The difference
  of both mean similarities must reach what is declared, and at least `LEAST_SEPARATION`.
- Fingerprint. The vector of the portrait must be the declared one, made once by the pipeline of the
  model's maker. It finds what separation does not, such as channels in the wrong order.
- Folder. The agency's own pictures must give the accuracy that it declares of them.

A model that none of them can check is refused: without scikit-image only a folder can vouch for it.
What was found is kept, so that a start does not repeat it until model, entry or backend change.
"""

import base64
import hashlib
import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from parakh.errors import Misconfigured
from parakh.faces.align import ARCFACE, similarity
from parakh.faces.catalogue import EmbedderModel, FolderCheck, ModelCheck
from parakh.faces.detect import Detector, Landmarks
from parakh.faces.embed import Embedder
from parakh.faces.picture import Picture
from parakh.faces.vectors import Vector
from parakh.faces.weights import write_whole

RECIPE = 2
LEAST_SEPARATION = 0.25
"""What every model must reach that declares nothing. SFace reaches 0.53; with the wrong mean 0.07,
with the wrong scale 0."""
SEPARATION_SLACK = 0.03
"""By so much the separation may fall short of what is declared: runtimes differ a little."""
SAME_VECTOR = 0.99
"""Least cosine with the declared fingerprint. Another runtime or bfloat16 gives 0.9995 and more,
channels in the wrong order 0.96, a cut three pixels off 0.97."""
ACCURACY_SLACK = 0.005
KEPT = "selftest.json"

Field = NDArray[np.float64]
Move = Callable[[Field, Field], tuple[Field, Field]]
Evaluate = Callable[[FolderCheck], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class SelfTest:
    """What was declared and what was found.

    Attributes:
        separation: None where scikit-image, which carries the portrait, is not installed.
        fingerprint: of the portrait, to be declared; None without it.
        likeness: cosine with the declared fingerprint; None where none is declared.
        accuracy: on the agency's folder; None where none is declared.
    """

    model: str
    separation: float | None = None
    fingerprint: str | None = None
    likeness: float | None = None
    accuracy: float | None = None

    def faults(self, model: EmbedderModel) -> list[str]:
        """What falls short of the declaration, with both figures; empty when nothing does."""
        declared = model.check
        faults = []
        if self.separation is not None:
            wanted = LEAST_SEPARATION
            if declared is not None and declared.separation is not None:
                wanted = max(wanted, declared.separation - SEPARATION_SLACK)
            if not self.separation >= wanted:
                faults.append(f"separation {self.separation:.3f}, {wanted:.3f} is needed")
        if self.likeness is not None and not self.likeness >= SAME_VECTOR:
            faults.append(
                f"the portrait's vector is like the declared fingerprint to {self.likeness:.4f}, "
                f"{SAME_VECTOR} is needed"
            )
        folder = declared.folder if declared else None
        if folder is not None and self.accuracy is not None:
            wanted = folder.accuracy - ACCURACY_SLACK
            if not self.accuracy >= wanted:
                faults.append(
                    f"accuracy {self.accuracy:.4f} on {folder.images}, "
                    f"{folder.accuracy:.4f} is declared"
                )
        return faults

    def lines(self) -> list[str]:
        """For a person: one figure a line."""
        if self.separation is None:
            lines = [f"{self.model}: not checked, scikit-image is not installed"]
        else:
            lines = [f"{self.model}: separation {self.separation:.3f}"]
        if self.likeness is not None:
            lines.append(f"like the declared fingerprint to {self.likeness:.4f}")
        elif self.fingerprint is not None:
            lines.append(f'fingerprint = "{self.fingerprint}"')
        if self.accuracy is not None:
            lines.append(f"accuracy on the agency's pictures {self.accuracy:.4f}")
        return lines


def require(
    detector: Detector,
    embedder: Embedder,
    kept_in: Path,
    *,
    backend: str,
    evaluate: Evaluate,
    again: bool = False,
) -> SelfTest:
    """Checks a model against its entry; raises Misconfigured, with the figures, when it fails.

    `evaluate` measures the accuracy on the folder that the entry names, where it does.
    """
    model = embedder.model
    declared = model.check
    key = _key(model, backend)
    found = None if again else _read(kept_in).get(key)
    if found is None or (found.separation is None and portrait() is not None):
        found = examine(detector, embedder)
        if found.separation is None and (declared is None or not _by_folder_alone(declared)):
            what = "its fingerprint" if declared is not None and declared.fingerprint else "it"
            raise Misconfigured(
                f"face model {model.name}: {what} cannot be checked without the built-in portrait; "
                "install scikit-image (the extra `demo`)"
            )
        if declared is not None and declared.folder is not None and not found.faults(model):
            found = replace(found, accuracy=evaluate(declared.folder))
    faults = found.faults(model)
    if faults:
        raise Misconfigured(
            f"face model {model.name}: it does not do what its catalogue entry declares "
            f"({'; '.join(faults)}); see that channels, mean, scale, size and alignment are those "
            "of its maker"
        )
    _keep(kept_in, key, found)
    return found


def _by_folder_alone(declared: ModelCheck) -> bool:
    """Whether the agency's own pictures are all that a model is to be checked by."""
    others = (declared.fingerprint, declared.separation)
    return declared.folder is not None and others == (None, None)


def examine(detector: Detector, embedder: Embedder) -> SelfTest:
    """What the built-in portrait shows of a model, whatever it declares."""
    model = embedder.model
    picture = portrait()
    if picture is None:
        return SelfTest(model=model.name)
    landmarks = detector.find(picture)[0].landmarks
    own, same, other = _vectors(embedder, picture, landmarks)
    declared = model.check.fingerprint if model.check else None
    return SelfTest(
        model=model.name,
        separation=float((same @ own).mean() - (other @ own).mean()),
        fingerprint=fingerprint(own),
        likeness=None if declared is None else _likeness(own, declared),
    )


def fingerprint(vector: Vector) -> str:
    """A unit vector as text: 8 bits a number, base64."""
    steps = vector / max(float(np.abs(vector).max()), 1e-12) * 127
    return base64.b64encode(np.round(steps).astype(np.int8).tobytes()).decode("ascii")


@cache
def portrait() -> Picture | None:
    """The built-in portrait (512 x 512, BGR); None where scikit-image is not installed."""
    try:
        data = importlib.import_module("skimage.data")
    except ImportError:
        return None
    picture: Picture = np.ascontiguousarray(data.astronaut()[:, :, ::-1])
    return picture


def _likeness(vector: Vector, declared: str) -> float:
    try:
        other = np.frombuffer(base64.b64decode(declared, validate=True), dtype=np.int8)
    except ValueError:
        return -1.0
    if len(other) != len(vector):
        return -1.0
    wanted = other.astype(np.float64)
    return float(vector @ wanted / max(float(np.linalg.norm(wanted)), 1e-12))


def _vectors(
    embedder: Embedder, picture: Picture, landmarks: Landmarks
) -> tuple[Vector, Vector, Vector]:
    """Of the face, of the same face spoilt, and of the faces that its changes make."""
    turned, places = _tilted(picture, landmarks)
    same = [embedder.cut(spoil(picture), landmarks) for spoil in SPOILT.values()]
    same.append(embedder.cut(turned, places))
    other = [embedder.cut(change(picture, landmarks, move), landmarks) for move in CHANGED.values()]
    vectors, _ = embedder.embed([embedder.cut(picture, landmarks), *same, *other])
    return vectors[0], vectors[1 : 1 + len(same)], vectors[1 + len(same) :]


# --- the same face, as cameras spoil it -------------------------------------------------------


def _bent(picture: Picture, exponent: float) -> Picture:
    bent: Picture = (255 * (picture / 255.0) ** exponent).round().astype(np.uint8)
    return bent


def _scaled(picture: Picture, factors: NDArray[np.float64]) -> Picture:
    scaled: Picture = np.clip(picture * factors, 0, 255).astype(np.uint8)
    return scaled


def _noisy(picture: Picture) -> Picture:
    noise = np.random.default_rng(1).normal(0, 16, picture.shape)
    noisy: Picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    return noisy


def _compressed(picture: Picture) -> Picture:
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 12])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)


def _coarse(picture: Picture) -> Picture:
    small = cv2.resize(picture, None, fx=0.35, fy=0.35, interpolation=cv2.INTER_AREA)
    coarse: Picture = cv2.resize(small, picture.shape[1::-1])
    return coarse


def _grey(picture: Picture) -> Picture:
    grey: Picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return grey


def _blurred(picture: Picture) -> Picture:
    blurred: Picture = cv2.GaussianBlur(picture, (0, 0), 2)
    return blurred


def _tilted(picture: Picture, landmarks: Landmarks) -> tuple[Picture, Landmarks]:
    matrix = cv2.getRotationMatrix2D(landmarks.mean(axis=0).tolist(), 12, 1.2)
    turned: Picture = cv2.warpAffine(picture, matrix, picture.shape[1::-1])
    places = landmarks @ matrix[:, :2].T + matrix[:, 2]
    return turned, places.astype(np.float32)


SPOILT: Mapping[str, Callable[[Picture], Picture]] = {
    "dark": lambda picture: _bent(picture, 2.0),
    "bright": lambda picture: _bent(picture, 0.55),
    "noisy": _noisy,
    "compressed": _compressed,
    "coarse": _coarse,
    "blurred": _blurred,
    "lit from the side": lambda picture: _scaled(
        picture, np.linspace(0.45, 1.4, picture.shape[1])[None, :, None]
    ),
    "warm light": lambda picture: _scaled(picture, np.array([0.75, 1.0, 1.15])),
    "grey": _grey,
}


# --- other faces, made from this one ----------------------------------------------------------


def change(picture: Picture, landmarks: Landmarks, move: Move) -> Picture:
    """The picture with the face's features moved; `move` speaks in pixels of the aligned face."""
    matrix = similarity(landmarks.astype(np.float64), ARCFACE)
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    across = matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]
    down = matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]
    right, below = move(across, down)
    back = np.linalg.inv(matrix[:, :2])
    from_x = (x + back[0, 0] * right + back[0, 1] * below).astype(np.float32)
    from_y = (y + back[1, 0] * right + back[1, 1] * below).astype(np.float32)
    changed: Picture = cv2.remap(
        picture, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return changed


def _around(x: float, y: float, reach: float, wide: float, high: float) -> Move:
    """Shrinks (above 0) or grows what lies around a place, across and down."""

    def move(across: Field, down: Field) -> tuple[Field, Field]:
        near = np.exp(-((across - x) ** 2 + (down - y) ** 2) / (2 * reach**2))
        return near * (across - x) * wide, near * (down - y) * high

    return move


def _whole(wide: float, high: float) -> Move:
    return lambda across, down: ((across - 56) * wide, (down - 72) * high)


def _all(*moves: Move) -> Move:
    def move(across: Field, down: Field) -> tuple[Field, Field]:
        steps = [own(across, down) for own in moves]
        return sum((step[0] for step in steps), 0 * across), sum(
            (step[1] for step in steps), 0 * down
        )

    return move


_SMALL_EYES = _all(_around(38, 52, 9, 0.8, 0.8), _around(74, 52, 9, 0.8, 0.8))
_BIG_EYES = _all(_around(38, 52, 9, -0.6, -0.6), _around(74, 52, 9, -0.6, -0.6))
_WIDE_NOSE, _THIN_NOSE = _around(56, 70, 11, -0.6, 0), _around(56, 70, 11, 0.9, 0)
_WIDE_MOUTH, _SMALL_MOUTH = _around(56, 92, 13, -0.5, -0.4), _around(56, 92, 13, 0.9, 0.7)
_WIDE_JAW = _around(56, 95, 30, -0.5, 0)

CHANGED: Mapping[str, Move] = {
    "small eyes, wide nose, wide mouth": _all(_SMALL_EYES, _WIDE_NOSE, _WIDE_MOUTH),
    "big eyes, thin nose, small mouth": _all(_BIG_EYES, _THIN_NOSE, _SMALL_MOUTH),
    "broad, big eyes, wide mouth": _all(_whole(-0.35, 0), _BIG_EYES, _WIDE_MOUTH),
    "narrow, small eyes, small mouth": _all(_whole(0.5, 0), _SMALL_EYES, _SMALL_MOUTH),
    "wide jaw, small eyes, wide nose": _all(_WIDE_JAW, _SMALL_EYES, _WIDE_NOSE),
    "long, big eyes, wide nose": _all(_whole(0, -0.35), _BIG_EYES, _WIDE_NOSE),
}


# --- what was found before --------------------------------------------------------------------


def _key(model: EmbedderModel, backend: str) -> str:
    return hashlib.sha256(f"{RECIPE} {backend} {model!r}".encode()).hexdigest()[:32]


def _read(kept_in: Path) -> dict[str, SelfTest]:
    try:
        document = json.loads((kept_in / KEPT).read_text(encoding="utf-8"))
        return {key: SelfTest(**values) for key, values in document.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _keep(kept_in: Path, key: str, found: SelfTest) -> None:
    """Keeps what passed; where that cannot be, it is checked again at the next start."""
    kept = {name: asdict(own) for name, own in _read(kept_in).items()} | {key: asdict(found)}
    try:
        write_whole(kept_in / KEPT, json.dumps(kept, indent=2).encode("utf-8"))
    except OSError:
        return
