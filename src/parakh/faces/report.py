"""An evaluation as a document that an auditor can read, print and keep."""

import base64
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import Image

from parakh.errors import InvalidInput, Unreadable
from parakh.faces.ablation import Row
from parakh.faces.catalogue import DetectorModel, EmbedderModel, PackageFile
from parakh.faces.charts import charts
from parakh.faces.embedded import Engine
from parakh.faces.evaluation import FEW
from parakh.faces.figures import At, Figures
from parakh.faces.folders import Half, Source
from parakh.faces.groups import ENOUGH, Attribute, Figure
from parakh.faces.picture import decode_picture
from parakh.learn.faces import FAILED
from parakh.learn.resampling import REPLICATES, Measured

WORST = 20
MOST_FAILED = 500
_SIDE = 96


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What a report says of how it came about.

    Attributes:
        images, pairs, people, attributes: what was read; None where it was not given.
        half: which half of the persons was measured; None for all.
        refuse_poor: whether pictures that the gate refuses counted as failures.
        fpir: what the installed search threshold is made for.
        with_pictures: whether the worst comparisons are shown, instead of named.
        at: when.
    """

    images: Path
    pairs: Path | None = None
    people: Path | None = None
    attributes: Path | None = None
    half: Half | None = None
    refuse_poor: bool = False
    fpir: float = 0.01
    with_pictures: bool = False
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Worst:
    """Two pictures whose score is against what they show, and the pictures where wanted."""

    score: float
    first: str
    second: str
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One row of a table of figures."""

    name: str
    rate: Measured
    threshold: float | None = None
    note: str = ""


def write_report(
    folder: Path,
    figures: Figures,
    engine: Engine,
    setting: Setting,
    sources: Sequence[Source],
    *,
    groups: Sequence[Attribute] = (),
    ways: Sequence[Row] = (),
) -> Path:
    """Writes `report.html` and each chart as SVG and PNG into a folder; gives the document.

    Raises InvalidInput when the folder cannot be written.
    """
    drawings = charts(figures)
    page = render_report(figures, engine, setting, sources, groups=groups, ways=ways)
    path = folder / "report.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, drawing in drawings.items():
            (folder / f"{name}.svg").write_text(drawing.svg(), encoding="utf-8")
            (folder / f"{name}.png").write_bytes(drawing.png())
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{folder}: the report cannot be written: {error.strerror}") from error
    return path


def render_report(
    figures: Figures,
    engine: Engine,
    setting: Setting,
    sources: Sequence[Source],
    *,
    groups: Sequence[Attribute] = (),
    ways: Sequence[Row] = (),
) -> str:
    """The document: no script, nothing from another address; it is well-formed XML too."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("parakh.faces", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent, "between": between, "drawn": _drawn}
    paths = {own.file: own.path for own in sources} if setting.with_pictures else {}
    failed = np.flatnonzero(~figures.done.usable)
    counts = np.bincount(figures.people, minlength=1)
    # XML knows no control characters, and file names may hold any.
    return _plain(
        environment.get_template("evaluation.html").render(
            figures=figures,
            one=figures.verification,
            many=figures.identification,
            setting=setting,
            version=version("parakh"),
            models=[
                _model("finds faces", engine.detector.model, engine),
                _model("makes templates", engine.embedder.model, engine),
            ],
            voter=engine.voter_id,
            model_id=engine.model_id,
            digests=_digests(setting),
            counts={
                "several": int((counts > 1).sum()),
                "single": int((counts == 1).sum()),
                "most": int(counts.max(initial=0)),
            },
            headline=_headline(figures),
            verification=_verification(figures),
            identification=_identification(figures),
            charts={name: Markup(own.svg()) for name, own in charts(figures).items()},  # noqa: S704
            groups=groups,
            figure_names={own: own.value.upper() for own in Figure},
            enough=ENOUGH,
            few=FEW,
            replicates=REPLICATES,
            ways=_by_trial(ways),
            failed=[
                (figures.done.files[row], str(figures.done.reasons[row]), figures.done.details[row])
                for row in failed[:MOST_FAILED]
            ],
            failed_more=max(0, len(failed) - MOST_FAILED),
            mated_worst=_mated_worst(figures, paths),
            stranger_worst=_stranger_worst(figures, paths),
        )
    )


def percent(value: float) -> str:
    """A share in percent, with the digits that its size asks for."""
    shown = value * 100
    if shown in (0, 100):
        return f"{shown:.0f}%"
    if 0.1 <= shown <= 99.9:
        return f"{shown:.2f}%"
    text = f"{shown:.4f}".rstrip("0").rstrip(".")
    return f"{text}%" if float(text) else f"{shown:.1g}%"


def between(low: float, high: float) -> str:
    """An interval in percent."""
    return f"{percent(low)} to {percent(high)}"


def _drawn(own: Measured) -> str:
    return between(own.drawn.low, own.drawn.high) if own.drawn is not None else "–"


def _headline(figures: Figures) -> list[Line]:
    one, many = figures.verification, figures.identification
    named = (
        ("Pairs told rightly: one person or two (accuracy, ten folds)", one.accuracy, None),
        (
            "Same person recognised, when strangers match once in 10,000 comparisons",
            None,
            one.tar.get(1e-4),
        ),
        (
            "Enrolled person found first, when 1% of searches for others raise an alarm",
            None,
            many.tpir.get(0.01),
        ),
    )
    lines = []
    for name, rate, at in named:
        if at is not None:
            lines.append(_at(name, at))
        elif rate is not None:
            lines.append(Line(name=name, rate=rate))
    return lines


def _verification(figures: Figures) -> list[Line]:
    one = figures.verification
    rows = (
        ("FMR at the installed threshold", one.fmr),
        ("FNMR at the installed threshold", one.fnmr),
        ("GFAR at the installed threshold (failures counted)", one.gfar),
        ("GFRR at the installed threshold (failures counted)", one.gfrr),
    )
    lines = [
        Line(name=name, rate=rate, threshold=one.threshold)
        for name, rate in rows
        if rate is not None
    ]
    return lines + [_at(f"TAR at FAR {rate * 100:g}%", at) for rate, at in one.tar.items()]


def _identification(figures: Figures) -> list[Line]:
    many = figures.identification
    rows = (
        ("FPIR at the installed threshold", many.fpir, many.threshold),
        ("FNIR at the installed threshold, rank 1", many.fnir, many.threshold),
        ("FNIR at the installed threshold, any rank", many.missed, many.threshold),
        ("Found first, without a threshold (rank 1)", many.rank1, None),
        ("References that could not be enrolled (FTE)", many.fte, None),
    )
    lines = [
        Line(name=name, rate=rate, threshold=threshold)
        for name, rate, threshold in rows
        if rate is not None
    ]
    return lines + [_at(f"TPIR at FPIR {rate * 100:g}%", at) for rate, at in many.tpir.items()]


def _at(name: str, at: At) -> Line:
    note = f"false answers behind the threshold: {at.behind}" if at.behind < FEW else ""
    return Line(name=name, rate=at.rate, threshold=at.threshold, note=note)


def _by_trial(ways: Sequence[Row]) -> dict[str, list[Row]]:
    trials: dict[str, list[Row]] = {}
    for row in ways:
        trials.setdefault(row.trial, []).append(row)
    return trials


def _model(does: str, model: DetectorModel | EmbedderModel, engine: Engine) -> Mapping[str, str]:
    source = model.source
    held = (
        f"{source.distribution} {source.version}"
        if isinstance(source, PackageFile)
        else source.name
    )
    return {
        "does": does,
        "name": f"{model.id}@{model.version}{_cohort_of(model)}",
        "sha256": model.sha256,
        "licence": model.licence,
        "source": held,
        "runs_on": next(
            (own.backend for own in engine.runs if own.model.startswith(f"{model.id}@")), ""
        ),
    }


def _cohort_of(model: DetectorModel | EmbedderModel) -> str:
    """How a template's name tells the cohort; empty without one."""
    cohort = model.cohort if isinstance(model, EmbedderModel) else None
    return f"+{cohort.sha256[:8]}" if cohort else ""


def _digests(setting: Setting) -> list[tuple[str, str, str]]:
    """What was read besides pictures: kind, name and SHA-256 of each file."""
    named = (
        ("pairs", setting.pairs),
        ("list of persons", setting.people),
        ("attributes", setting.attributes),
    )
    return [
        (kind, path.name, hashlib.sha256(path.read_bytes()).hexdigest())
        for kind, path in named
        if path is not None
    ]


def _mated_worst(figures: Figures, paths: Mapping[str, Path]) -> list[Worst]:
    made = np.flatnonzero(figures.mated > FAILED)
    lowest = made[np.argsort(figures.mated[made], kind="stable")][:WORST]
    return [
        _worst(figures, float(figures.mated[place]), figures.mated_rows[place], paths)
        for place in lowest
    ]


def _stranger_worst(figures: Figures, paths: Mapping[str, Path]) -> list[Worst]:
    own = figures.strangers
    rows = np.column_stack([figures.usable[own.first[:WORST]], figures.usable[own.second[:WORST]]])
    return [
        _worst(figures, float(score), pair, paths)
        for score, pair in zip(own.highest[:WORST], rows, strict=True)
    ]


def _worst(
    figures: Figures, score: float, rows: NDArray[np.int64], paths: Mapping[str, Path]
) -> Worst:
    first, second = (figures.done.files[row] for row in rows)
    shown = tuple(_thumbnail(paths[name]) for name in (first, second) if name in paths)
    return Worst(score=score, first=first, second=second, pictures=shown)


def _thumbnail(path: Path) -> str:
    """A small JPEG as a data address; empty when it cannot be read any more."""
    try:
        picture = decode_picture(path.read_bytes())
    except (OSError, Unreadable):
        return ""
    image = Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1]))
    image.thumbnail((_SIDE, _SIDE))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()


def _plain(page: str) -> str:
    return "".join(own for own in page if own >= " " or own in "\n\t")


def context_json(setting: Setting, engine: Engine) -> dict[str, Any]:
    """What was measured, with what and when, beside the figures of `--json`."""
    return {
        "at": setting.at.isoformat(timespec="seconds"),
        "half": setting.half.value if setting.half else None,
        "refuse_poor": setting.refuse_poor,
        "fpir": setting.fpir,
        "models": [
            _model("detector", engine.detector.model, engine),
            _model("embedder", engine.embedder.model, engine),
        ],
    }
