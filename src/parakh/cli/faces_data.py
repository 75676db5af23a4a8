"""`parakh evaluate faces`: reads what is asked for, measures, and shows the figures."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import numpy as np

from parakh.cli.centre import note, print_json, progress_bar, settings
from parakh.errors import InvalidInput
from parakh.faces.ablation import Row, compare, rows_json
from parakh.faces.embedded import embed_folder
from parakh.faces.evaluation import measure, plan_for
from parakh.faces.extract import FaceEngine
from parakh.faces.figures import Figures, to_json
from parakh.faces.folders import (
    Half,
    Pairs,
    Source,
    half_of,
    read_attributes,
    read_folder,
    read_pairs,
    read_people,
)
from parakh.faces.groups import Attribute, Figure, by_group, groups_json, of_templates
from parakh.faces.report import Setting, between, context_json, percent, write_report
from parakh.learn.resampling import Measured


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The options of the command."""

    images: Path
    people: Path | None
    pairs: Path | None
    attributes: Path | None
    half: str | None
    refuse_poor: bool
    compare: bool
    report: Path | None
    with_pictures: bool
    as_json: bool

    @property
    def measured_half(self) -> Half | None:
        """The half to be measured; a comparison needs the other one as a cohort."""
        if self.half is None:
            return Half.SECOND if self.compare else None
        return Half(self.half)


def run(asked: Asked) -> int:
    """Measures and prints; 1 when nothing could be compared, else 0.

    All lists are read before the first picture, so that a mistake in them costs no time.
    """
    half = asked.measured_half
    sources, pairs = _read(asked)
    measured = sources if half is None else [own for own in sources if half_of(own.person) is half]
    if asked.attributes:
        _attributes(asked.attributes, measured)
    if asked.report is not None:
        _make(asked.report)
    own = settings()
    engine = FaceEngine.open(
        own.data_dir / "models", own.face_catalogue, threads=os.cpu_count() or 1
    )
    wanted = sources if asked.compare else measured
    with progress_bar("Embedding") as progress:
        done = embed_folder(wanted, engine, progress, both=asked.compare)
    if asked.refuse_poor:
        done = done.refuse_poor()
    note("Measuring")
    every = done
    if asked.compare:
        rows = [row for row, own in enumerate(sources) if half_of(own.person) is half]
        done = done.take(np.array(rows, dtype=np.int64))
    inside = None if pairs is None else _inside(pairs, sources, measured)
    figures = measure(done, plan_for(engine, pairs=inside, fpir=own.face_fpir), engine)
    groups: Sequence[Attribute] = ()
    if asked.attributes:
        values = _attributes(asked.attributes, measured)
        templates = [own.template or own.file for own in measured]
        groups = by_group(figures, of_templates(values, templates, figures.done.files))
    ways: Sequence[Row] = ()
    if asked.compare and half is not None:
        ways = compare(every, plan_for(engine, pairs=pairs, fpir=own.face_fpir), half)
    setting = Setting(
        images=asked.images,
        pairs=asked.pairs,
        people=asked.people,
        attributes=asked.attributes,
        half=half,
        refuse_poor=asked.refuse_poor,
        fpir=own.face_fpir,
        with_pictures=asked.with_pictures,
        at=datetime.now(UTC),
    )
    if asked.report is not None:
        path = write_report(
            asked.report, figures, engine, setting, measured, groups=groups, ways=ways
        )
        note(f"{path}")
    if asked.as_json:
        document = to_json(figures) | {"measured": context_json(setting, engine)}
        if groups:
            document["groups"] = groups_json(groups)
        if ways:
            document["ways"] = rows_json(ways)
        print_json(document)
    else:
        click.echo("\n".join([*_table(figures), *_group_table(groups), *_way_table(ways)]))
    nothing = figures.verification.fnmr is None and figures.verification.fmr is None
    if nothing:
        note("parakh: no two pictures could be compared")
    return 1 if nothing else 0


def _read(asked: Asked) -> tuple[list[Source], Pairs | None]:
    sources = read_people(asked.images, asked.people) if asked.people else read_folder(asked.images)
    joined = any(own.template for own in sources)
    if joined and (asked.pairs or asked.compare):
        raise InvalidInput("pairs and comparisons of ways are of pictures, not of templates")
    return sources, read_pairs(asked.pairs, sources) if asked.pairs else None


def _attributes(path: Path, sources: Sequence[Source]) -> dict[str, list[str]]:
    return read_attributes(path, [own.file for own in sources], [own.person for own in sources])


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{folder}: cannot be made: {error.strerror}") from error


def _inside(pairs: Pairs, sources: Sequence[Source], measured: Sequence[Source]) -> Pairs:
    """The pairs whose two pictures are both measured, as places among these."""
    places = {own.file: place for place, own in enumerate(measured)}
    moved = np.array([places.get(own.file, -1) for own in sources], dtype=np.int64)[pairs]
    kept: Pairs = moved[(moved >= 0).all(axis=1)]
    return kept


def _table(figures: Figures) -> Iterator[str]:
    one, many = figures.verification, figures.identification
    yield f"{figures.pictures:,} pictures of {figures.persons:,} persons"
    yield _line("no template (FTA)", figures.fta)
    for reason, count in figures.failures.items():
        yield f"  {reason}: {count:,}"
    yield _line("refused for quality at the gate", figures.refused)
    yield ""
    yield f"1:1, installed threshold {one.threshold:.3f}"
    yield _line("accuracy, ten folds", one.accuracy)
    if one.eer is not None:
        yield f"  {'equal error rate':34} {percent(one.eer):>9}"
    yield _line("FMR", one.fmr)
    yield _line("FNMR", one.fnmr)
    yield _line("GFAR", one.gfar)
    yield _line("GFRR", one.gfrr)
    for rate, at in one.tar.items():
        yield _line(f"TAR at FAR {rate * 100:g}%", at.rate)
    yield ""
    yield f"search among {many.gallery:,}, installed threshold {many.threshold:.3f}"
    yield _line("rank 1", many.rank1)
    yield _line("FPIR", many.fpir)
    yield _line("FNIR", many.fnir)
    for rate, at in many.tpir.items():
        yield _line(f"TPIR at FPIR {rate * 100:g}%", at.rate)
    yield ""
    for what, value in figures.speed.items():
        if value is not None:
            yield f"  {what:34} {value:>6.2f} ms"


def _group_table(groups: Sequence[Attribute]) -> Iterator[str]:
    for attribute in groups:
        yield f"\n{attribute.name}"
        for group in attribute.groups:
            few = "" if group.enough else ", too few to say"
            yield f"  {group.value} (persons: {group.persons:,}{few})"
            for figure in Figure:
                if figure in group.cells:
                    yield _line(f"  {figure.value.upper()}", group.cells[figure].rate)
        for ratio in attribute.ratios:
            shown = "cannot be said"
            if ratio.rate is not None:
                shown = f"{ratio.rate.value:.2f} ({ratio.rate.low:.2f} to {ratio.rate.high:.2f})"
            yield f"  {ratio.figure.value.upper()}: {ratio.worst} / {ratio.best} = {shown}"


def _way_table(ways: Sequence[Row]) -> Iterator[str]:
    trial = None
    for row in ways:
        if row.trial != trial:
            trial = row.trial
            yield f"\n{trial}\n  {'':42} {'accuracy':>26} {'TAR at 0.01%':>26} {'TPIR at 1%':>26}"
        cells = " ".join(f"{_cell(own):>26}" for own in (row.accuracy, row.tar, row.tpir))
        yield f"  {row.way:42} {cells}"


def _cell(own: Measured | None) -> str:
    if own is None:
        return "-"
    return f"{own.value:.4f} ({own.low:.4f}-{own.high:.4f})"


def _line(name: str, own: Measured | None) -> str:
    if own is None:
        return f"  {name:34} {'-':>9}"
    counted = f"{own.events:,} of {own.trials:,}; persons: {own.subjects:,}"
    return f"  {name:34} {percent(own.value):>9}  {between(own.low, own.high):24} {counted}"
