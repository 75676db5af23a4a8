"""An agency's own face models, named in a catalogue file (TOML):

    [embedder]
    id = "example-r50"
    version = "1"
    kind = "arcface"          # five landmarks, ArcFace alignment, cosine similarity
    file = "example_r50.onnx" # beside the catalogue file, or an absolute path
    sha256 = "0f3c…"          # 64 hexadecimal digits; the file is refused when it differs
    licence = "Apache-2.0"
    input = "input.1"         # name of the graph's input, (batch, 3, size, size) float32
    output = "683"            # name of the graph's output, (batch, dimension) float32
    size = 112
    channels = "RGB"          # or "BGR"
    mean = [127.5, 127.5, 127.5]
    scale = 0.0078125         # the graph receives (pixel - mean) * scale
    dimension = 512
    batch = 16                # most faces a run; 1 when the graph fixes its batch
    mirror = true             # add the vector of the mirrored face: better, twice the time
    sound_norm = 12.5         # may be left out: raw length below which a face is too poor
    verify_fmr = 0.001        # false match rate of 1:1 comparisons
    [embedder.thresholds]     # cosine thresholds by false match rate, measured by you
    "0.01" = 0.21
    "0.001" = 0.27
    "0.0001" = 0.33
    [embedder.check]          # what the model must show at start; may be left out, and each of its
                              # lines (see `parakh.faces.selftest`)
    fingerprint = "pQz1…"     # the model's own vector for the built-in portrait
    separation = 0.5          # how far changed faces of that portrait lie from the same face
    images = "faces"          # your own folder `Name/Name_0001.jpg`, with the list of pairs and the
    pairs = "pairs.txt"       # accuracy that you declare of them
    accuracy = 0.995

Two more tables may stand beside it, `[voter]`, a second embedder that votes, with the same keys and
`weight` (its share, below 1) and `correlation` (of both models' impostor scores; 1 if unknown), and
`[pad]`, a check for presentation attacks:

    [pad]
    id = "minifasnet-v2"
    version = "1"
    file = "2.7_80x80_MiniFASNetV2.onnx"
    sha256 = "a5eb…"
    licence = "Apache-2.0"
    input = "input"
    output = "output"         # (batch, classes) float32
    size = 80
    channels = "BGR"
    mean = [0, 0, 0]
    scale = 1.0
    crop = 2.7                # side of what the graph sees, in sides of the face's box
    classes = 3
    bona_fide = 1             # the class of living persons, from 0
    softmax = true            # whether the outputs are yet to be made probabilities
    threshold = 0.9           # least probability of a living person

And `[cohort]`, by which the first model's vectors are normalised (`parakh face cohort` writes it):

    [cohort]
    file = "ours.npz"         # beside the catalogue file, or an absolute path
    sha256 = "77ab…"
    model = "example-r50@1-0f3c0000"  # the embedder whose vectors it was learnt from
    persons = 2400
    made_at = 2026-11-23T05:00:00Z
    [cohort.thresholds]       # in the place of the embedder's own
    "0.01" = 0.19
    "0.001" = 0.28
    "0.0001" = 0.35
"""

import itertools
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from parakh.errors import Misconfigured
from parakh.faces.catalogue import (
    SFACE,
    Catalogue,
    Channels,
    CohortFile,
    EmbedderKind,
    EmbedderModel,
    FolderCheck,
    ModelCheck,
    OperatingPoint,
    PadModel,
    VoterModel,
)

E = TypeVar("E", bound=StrEnum)


TABLES = ("embedder", "voter", "pad", "cohort")


def read_catalogue(path: Path) -> Catalogue:
    """The models of a catalogue file, checked key by key; the models themselves are not opened.

    Without `[embedder]` the built-in one stays. Raises Misconfigured, naming the file and the key.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Misconfigured(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path}: is not TOML: {error}") from error
    tables = {name: document.pop(name, None) for name in TABLES}
    expected = "expected [embedder], [voter], [pad] or [cohort]"
    if document:
        raise Misconfigured(f"{path}: unknown key '{next(iter(document))}'; {expected}")
    found: dict[str, _Table] = {}
    for name, values in tables.items():
        if isinstance(values, dict):
            found[name] = _Table(f"{path}: {name}", values)
        elif values is not None:
            raise Misconfigured(f"{path}: {expected}, each one table")
    if not found:
        raise Misconfigured(f"{path}: {expected}")
    embedder = _embedder(found["embedder"], path.parent) if "embedder" in found else SFACE
    if embedder is not SFACE and (embedder.id, embedder.version) == (SFACE.id, SFACE.version):
        raise Misconfigured(f"{path}: embedder: {embedder.name} is built in already")
    voter = _voter(found["voter"], path.parent) if "voter" in found else None
    if voter is not None and voter.embedder.name == embedder.name:
        raise Misconfigured(f"{path}: voter: {embedder.name} cannot vote on itself")
    pad = _pad(found["pad"], path.parent) if "pad" in found else None
    if "cohort" in found:
        embedder = _with_cohort(embedder, found["cohort"], path.parent)
    return Catalogue(embedder=embedder, voter=voter, pad=pad)


class _Table:
    """One TOML table, read key by key; every complaint names where it stands."""

    def __init__(self, where: str, values: Mapping[str, Any]) -> None:
        self.where = where
        self._values = dict(values)

    def fault(self, key: str, wanted: str) -> Misconfigured:
        return Misconfigured(f"{self.where}: '{key}' must be {wanted}")

    def take(self, key: str) -> Any:
        if key not in self._values:
            raise Misconfigured(f"{self.where}: '{key}' is missing")
        return self._values.pop(key)

    def text(self, key: str, pattern: str = r".+", wanted: str = "a text") -> str:
        value = self.take(key)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise self.fault(key, wanted)
        return value

    def choice(self, key: str, kind: type[E]) -> E:
        value = self.take(key)
        try:
            return kind(value)
        except ValueError:
            names = ", ".join(f'"{member.value}"' for member in kind)
            raise self.fault(key, f"one of {names}") from None

    def whole(self, key: str, least: int, most: int) -> int:
        value = self.take(key)
        if type(value) is not int or not least <= value <= most:
            raise self.fault(key, f"a whole number from {least} to {most}")
        return value

    def number(self, key: str, least: float, most: float) -> float:
        value = self.take(key)
        if type(value) not in (int, float) or not least < value < most:
            raise self.fault(key, f"a number between {least:g} and {most:g}")
        return float(value)

    def moment(self, key: str) -> datetime:
        value = self.take(key)
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise self.fault(key, "a date and time with its zone, such as 2026-11-23T05:00:00Z")
        return value

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if not isinstance(value, bool):
            raise self.fault(key, "true or false")
        return value

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def finish(self) -> None:
        if self._values:
            raise Misconfigured(f"{self.where}: unknown key '{next(iter(self._values))}'")


_NAME = r"[a-z0-9][a-z0-9._-]{0,63}"
_NAME_WANTED = "a name of small letters, digits, '.', '_' or '-'"


def _embedder(table: _Table, folder: Path) -> EmbedderModel:
    model = _take_embedder(table, folder)
    table.finish()
    return model


def _take_embedder(table: _Table, folder: Path) -> EmbedderModel:
    return EmbedderModel(
        id=table.text("id", _NAME, _NAME_WANTED),
        version=table.text("version", _NAME, _NAME_WANTED),
        kind=table.choice("kind", EmbedderKind),
        source=folder / table.text("file"),
        sha256=table.text("sha256", r"[0-9a-f]{64}", "64 small hexadecimal digits"),
        licence=table.text("licence"),
        input=table.text("input"),
        output=table.text("output"),
        size=table.whole("size", 32, 512),
        channels=table.choice("channels", Channels),
        mean=_mean(table),
        scale=table.number("scale", 0, 1000),
        dimension=table.whole("dimension", 8, 4096),
        batch=table.whole("batch", 1, 256),
        mirror=table.flag("mirror"),
        sound_norm=table.number("sound_norm", 0, 1e6) if "sound_norm" in table else None,
        points=_points(table),
        verify_fmr=table.number("verify_fmr", 0, 1),
        check=_check(table, folder) if "check" in table else None,
    )


def _check(table: _Table, folder: Path) -> ModelCheck:
    values = table.take("check")
    if not isinstance(values, dict) or not values:
        raise table.fault("check", "a table with what the model must show")
    own = _Table(f"{table.where}.check", values)
    place: FolderCheck | None = None
    if any(key in own for key in ("images", "pairs", "accuracy")):
        place = FolderCheck(
            images=folder / own.text("images"),
            pairs=folder / own.text("pairs"),
            accuracy=own.number("accuracy", 0.5, 1),
        )
    check = ModelCheck(
        fingerprint=own.text("fingerprint", r"[A-Za-z0-9+/]+=*", "a text in base64")
        if "fingerprint" in own
        else None,
        separation=own.number("separation", 0, 2) if "separation" in own else None,
        folder=place,
    )
    own.finish()
    return check


def _voter(table: _Table, folder: Path) -> VoterModel:
    weight = table.number("weight", 0, 1)
    correlation = table.number("correlation", -1e-9, 1 + 1e-9)
    model = _take_embedder(table, folder)
    table.finish()
    return VoterModel(embedder=model, weight=weight, correlation=min(1.0, max(0.0, correlation)))


def _pad(table: _Table, folder: Path) -> PadModel:
    classes = table.whole("classes", 2, 16)
    model = PadModel(
        id=table.text("id", _NAME, _NAME_WANTED),
        version=table.text("version", _NAME, _NAME_WANTED),
        source=folder / table.text("file"),
        sha256=table.text("sha256", r"[0-9a-f]{64}", "64 small hexadecimal digits"),
        licence=table.text("licence"),
        input=table.text("input"),
        output=table.text("output"),
        size=table.whole("size", 16, 512),
        channels=table.choice("channels", Channels),
        mean=_mean(table),
        scale=table.number("scale", 0, 1000),
        crop=table.number("crop", 0.5, 10),
        classes=classes,
        bona_fide=table.whole("bona_fide", 0, classes - 1),
        softmax=table.flag("softmax"),
        threshold=table.number("threshold", 0, 1),
    )
    table.finish()
    return model


def _with_cohort(raw: EmbedderModel, table: _Table, folder: Path) -> EmbedderModel:
    cohort = CohortFile(
        source=folder / table.text("file"),
        sha256=table.text("sha256", r"[0-9a-f]{64}", "64 small hexadecimal digits"),
        of=raw,
        persons=table.whole("persons", 1, 10**9),
        made_at=table.moment("made_at"),
    )
    if table.take("model") != raw.name:
        raise table.fault("model", f"{raw.name}, since it fits the vectors of one model alone")
    points = _points(table)
    table.finish()
    return replace(raw, cohort=cohort, points=points)


def _mean(table: _Table) -> tuple[float, float, float]:
    value = table.take("mean")
    if (
        not isinstance(value, list)
        or len(value) != 3
        or not all(type(part) in (int, float) and -1000 < part < 1000 for part in value)
    ):
        raise table.fault("mean", "three numbers, one a channel")
    first, second, third = (float(part) for part in value)
    return first, second, third


def _points(table: _Table) -> tuple[OperatingPoint, ...]:
    wanted = "at least two thresholds by false match rate, rising as the rate falls"
    values = table.take("thresholds")
    if not isinstance(values, dict) or len(values) < 2:
        raise table.fault("thresholds", wanted)
    points = []
    for rate, threshold in values.items():
        if type(threshold) not in (int, float) or not -1 < threshold < 1:
            raise table.fault("thresholds", f'{wanted}; "{rate}" has no cosine between -1 and 1')
        points.append(OperatingPoint(fmr=_rate(table, rate), threshold=float(threshold)))
    points.sort(key=lambda point: -point.fmr)
    if any(
        low.threshold <= high.threshold or low.fmr == high.fmr
        for high, low in itertools.pairwise(points)
    ):
        raise table.fault("thresholds", wanted)
    return tuple(points)


def _rate(table: _Table, text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not 0 < rate < 1:
        raise table.fault("thresholds", f'named by rates between 0 and 1, not "{text}"')
    return rate
