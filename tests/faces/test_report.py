import html
import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from parakh.errors import InvalidInput
from parakh.faces.ablation import compare
from parakh.faces.charts import charts
from parakh.faces.embedded import NO_FACE, Embedded
from parakh.faces.evaluation import measure
from parakh.faces.extract import FaceEngine
from parakh.faces.figures import Figures, Plan
from parakh.faces.folders import Half, Source
from parakh.faces.groups import by_group
from parakh.faces.picture import Picture
from parakh.faces.report import Setting, percent, render_report, write_report

Crowd = Callable[..., Embedded]
Encode = Callable[..., bytes]
PLAN = Plan(verify_threshold=0.5, search_threshold=lambda gallery: 0.6)
AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOSTILE = "<script>alert('\x01')</script>&.jpg"


def parsed(text: str) -> ET.Element:
    """Our own document, which must be well formed."""
    return ET.fromstring(text)  # noqa: S314


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0%"),
        (1, "100%"),
        (0.97523, "97.52%"),
        (0.000836, "0.0836%"),
        (0.00001, "0.001%"),
        (0.0000001, "1e-05%"),
        (0.99994, "99.994%"),
        (0.5, "50.00%"),
    ],
)
def test_percent(value: float, shown: str) -> None:
    assert percent(value) == shown


@pytest.fixture
def figures(crowd: Crowd) -> Figures:
    done = crowd([4, 1, 2, 1] * 40, noise=0.3)
    files = (HOSTILE, *done.files[1:])
    reasons = done.reasons.astype("<U20")
    reasons[0] = NO_FACE
    vectors = done.vectors.copy()
    vectors[0] = 0
    return measure(replace(done, files=files, reasons=reasons, vectors=vectors), PLAN)


def words(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_the_report_is_well_formed_and_holds_the_figures(
    figures: Figures, engine: FaceEngine
) -> None:
    page = render_report(figures, engine, Setting(images=Path("pictures"), at=AT), ())
    parsed(page)
    text = words(page)
    one, many = figures.verification, figures.identification
    for own in (one.accuracy, one.tar[0.01].rate, many.tpir[0.1].rate, one.fmr, many.fnir):
        assert own is not None
        assert percent(own.value) in text
        assert f"{own.events:,} of {own.trials:,}" in text
    for model in (engine.detector.model, engine.embedder.model):
        assert model.sha256 in text
        assert model.licence in text
    assert "23 November 2026" in text
    assert "no attributes were given" in text
    assert f"1 of {figures.pictures} pictures gave no template (1 no face)" in text


def test_the_report_asks_nothing_of_anybody(figures: Figures, engine: FaceEngine) -> None:
    page = render_report(figures, engine, Setting(images=Path("pictures"), at=AT), ())
    assert "<script" not in page
    assert html.escape("<script>alert(") in page  # the name of a file, shown as it is
    addresses = set(re.findall(r"https?://[^\"' ]+", page))
    assert addresses == {"http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"}
    assert not re.findall(r"(?:src|href)=", page)
    assert "default-src 'none'" in page


def test_groups_and_other_ways_are_shown(figures: Figures, engine: FaceEngine) -> None:
    values = ["few" if own < "P0010" else "many" for own in figures.done.people]
    groups = by_group(figures, {"kind <b>": values})
    ways = compare(figures.done, PLAN, Half.FIRST)
    setting = Setting(images=Path("pictures"), at=AT, half=Half.FIRST, refuse_poor=True)
    page = render_report(figures, engine, setting, (), groups=groups, ways=ways)
    parsed(page)
    text = words(page)
    assert "kind <b>" in text
    assert "too few to say" in text
    assert "as installed, less the mean of" in text
    assert "the first half" in text


def test_files_of_a_report(figures: Figures, engine: FaceEngine, tmp_path: Path) -> None:
    (tmp_path / "pairs.txt").write_text("x")
    setting = Setting(images=tmp_path, pairs=tmp_path / "pairs.txt", at=AT)
    path = write_report(tmp_path / "new" / "report", figures, engine, setting, ())
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    names = {own.name for own in path.parent.iterdir()}
    drawn = {"det", "histogram", "search", "cmc", "discard"}
    assert names == {"report.html"} | {f"{own}.{kind}" for own in drawn for kind in ("svg", "png")}
    for own in path.parent.glob("*.svg"):
        parsed((own).read_text())
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert digest in path.read_text(encoding="utf-8")


def test_pictures_are_shown_only_when_asked_for(
    crowd: Crowd, engine: FaceEngine, tmp_path: Path, portrait: Picture, encode: Encode
) -> None:
    done = crowd([2, 1])
    sources = [
        Source(file=own, path=tmp_path / f"{number}.png", person="p")
        for number, own in enumerate(done.files)
    ]
    for own in sources[:2]:  # the third is gone meanwhile
        own.path.write_bytes(encode(portrait))
    own_figures = measure(done, PLAN)
    setting = Setting(images=tmp_path, at=AT, with_pictures=True)
    page = render_report(own_figures, engine, setting, sources)
    parsed(page)
    assert page.count("data:image/jpeg;base64,") == 4
    hidden = render_report(own_figures, engine, replace(setting, with_pictures=False), sources)
    assert "data:image" not in hidden


@pytest.mark.parametrize("pictures", [[1], [2], [1, 1], [2, 1]])
def test_a_handful_of_pictures_has_a_report_too(
    pictures: list[int], crowd: Crowd, engine: FaceEngine
) -> None:
    own = measure(crowd(pictures), PLAN)
    parsed(render_report(own, engine, Setting(images=Path("x"), at=AT), ()))


def test_nothing_but_failures_has_a_report_too(crowd: Crowd, engine: FaceEngine) -> None:
    done = crowd([2, 1])
    failed = replace(done, reasons=np.array([NO_FACE] * 3), vectors=np.zeros_like(done.vectors))
    page = render_report(measure(failed, PLAN), engine, Setting(images=Path("x"), at=AT), ())
    parsed(page)
    assert "3 of 3 pictures gave no template" in words(page)


def test_a_folder_that_cannot_be_written_is_named(
    figures: Figures, engine: FaceEngine, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InvalidInput, match="taken: the report cannot be written"):
        write_report(tmp_path / "taken", figures, engine, Setting(images=tmp_path, at=AT), ())


def test_the_det_curve_falls(figures: Figures) -> None:
    svg = parsed(charts(figures)["det"].svg())
    curves = [
        own
        for own in svg.iter("{http://www.w3.org/2000/svg}polyline")
        if own.get("stroke") == "#1f5fa8"
    ]
    points = [tuple(map(float, own.split(","))) for own in curves[0].attrib["points"].split()]
    ordered = sorted(points)
    assert len(points) > 20
    assert all(one[1] <= two[1] for one, two in itertools.pairwise(ordered))
