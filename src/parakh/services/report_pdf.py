"""A report as a PDF that a director reads: what changed, how much, where, how it was counted."""

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, SimpleDocTemplate, Spacer, Table, TableStyle

from parakh.domain.outcome import Commodity, Concealment
from parakh.domain.phrase import N_, Phrase
from parakh.domain.trend import Measure, Report, ReportKind
from parakh.services.case_report import Speech
from parakh.services.typesetting import BOLD, REGULAR, Text, drawn, fonts, mirrored

_MARGIN = 18 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_LINE = colors.Color(0.75, 0.78, 0.8)
_BAR, _BAND = colors.Color(0.24, 0.49, 0.59), colors.Color(0.80, 0.90, 0.84)
_OUT = colors.Color(0.72, 0.14, 0.14)

_TITLES = {
    ReportKind.WEEKLY: N_("The week at the border"),
    ReportKind.MONTHLY: N_("The month at the border"),
}
_MEASURES = {
    Measure.TRAFFIC: N_("Traffic"),
    Measure.HITS: N_("With a hit"),
    Measure.CONFIRMED: N_("Confirmed"),
    Measure.EXAMINED: N_("Examined"),
    Measure.FOUND: N_("Something found"),
}


def plain_speech(zone: ZoneInfo) -> Speech:
    """Plain English, for mails that no page's reader asked for."""
    return Speech(
        text=str,
        sentence=str,
        word=lambda own: own.value.replace("_", " ").capitalize(),
        moment=lambda at: f"{at.astimezone(zone):%d %b %Y, %H:%M}",
        day=lambda day: f"{day:%d %b %Y}",
    )


def typeset(report: Report, speech: Speech, agency: str) -> bytes:
    """The bytes of the PDF, in the speech's language; the same report always says the same."""
    fonts()
    made = io.BytesIO()
    document = SimpleDocTemplate(
        made,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
        title=report.name.removesuffix(".pdf"),
        author=agency,
        invariant=1,
    )
    foot = f"{agency} · {speech.moment(report.made_at)}"
    composer = _Composer(report, speech)

    def page(canvas: Any, own: Any) -> None:
        canvas.setFont(REGULAR, 7.5)
        canvas.setFillGray(0.35)
        canvas.drawString(_MARGIN, 10 * mm, drawn(foot))
        canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, str(own.page))

    document.build(list(composer.story()), onFirstPage=page, onLaterPages=page)
    return made.getvalue()


class _Composer:
    """Puts one report together."""

    def __init__(self, report: Report, speech: Speech) -> None:
        self._report, self._speech, self._say = report, speech, speech.text
        self._content: Any = report.content

    def story(self) -> Iterator[Flowable]:
        """The first page: what changed and how much; then each stream."""
        own = self._report
        days = f"{self._speech.day(own.since)} – {self._speech.day(own.last)}"
        yield Text(days, size=10, grey=0.35)
        hijri = [told for day in (own.since, own.last) if (told := self._speech.hijri(day))]
        if hijri:
            yield Text(" – ".join(hijri), size=10, grey=0.35)
        yield Text(self._say(_TITLES[own.kind]), font=BOLD, size=18)
        yield Spacer(1, 4 * mm)
        yield self._heading(N_("What changed"))
        yield from self._findings()
        yield Spacer(1, 4 * mm)
        yield self._heading(N_("In figures"))
        yield self._figures()
        for name, title in (("travellers", N_("Travellers a day")), ("goods", N_("Goods a day"))):
            days_told = self._content[name]["days"]
            if any(own["count"] for own in days_told):
                yield Spacer(1, 3 * mm)
                yield KeepTogether(
                    [
                        self._small(self._say(title)),
                        _Days(days_told, self._day),
                        self._small(self._key()),
                    ]
                )
        yield from self._table(
            N_("Travellers by port"), self._content["travellers"]["ports"], tuple(Measure)
        )
        yield from self._table(
            N_("The largest routes"), self._content["travellers"]["routes"], tuple(Measure)
        )
        yield from self._table(N_("Goods by port"), self._content["goods"]["ports"], tuple(Measure))
        yield from self._table(
            N_("Goods by chapter of the tariff"), self._content["goods"]["chapters"], tuple(Measure)
        )
        yield from self._seizures()
        yield from self._method()

    # --- sections -------------------------------------------------------------------------------

    def _findings(self) -> Iterator[Flowable]:
        found = self._content["findings"]
        if not found:
            yield Text(self._say(N_("Nothing left its band: what was counted is what is usual.")))
        for own in found:
            parts = [
                self._speech.sentence(Phrase(template=one["template"], values=one["values"]))
                for one in own["sentences"]
            ]
            told = self._say(N_("since {day}")).format(day=self._day(own["since"]))
            yield Text(f"• {'; '.join(parts)} ({told})", size=10)
            yield Spacer(1, 1 * mm)

    def _figures(self) -> Flowable:
        names = (
            ("travellers", N_("Travellers")),
            ("goods", N_("Consignments")),
            ("seizures", N_("Seizures")),
        )
        rows = []
        for name, title in names:
            now, before = self._content[name]["total"], self._content[name]["before"]
            measures = (Measure.TRAFFIC,) if name == "seizures" else tuple(Measure)
            cells = [_moved(now, before, own) if own in measures else "" for own in Measure]
            rows.append([self._say(title), *cells])
        titles = ["", *(self._say(_MEASURES[own]) for own in Measure)]
        return _grid(rows, titles, self._speech.left)

    def _table(
        self, title: str, rows: Sequence[Any], measures: Sequence[Measure]
    ) -> Iterator[Flowable]:
        if not rows:
            return
        cells = [
            [
                self._value(own),
                *(f"{own['counts'][one.value]:,}" for one in measures),
                _change(own["counts"], own["before"], Measure.TRAFFIC),
            ]
            for own in rows
        ]
        titles = ["", *(self._say(_MEASURES[own]) for own in measures), self._say(N_("Change"))]
        yield Spacer(1, 5 * mm)
        yield self._heading(title)
        yield _grid(cells, titles, self._speech.left)

    def _seizures(self) -> Iterator[Flowable]:
        own = self._content["seizures"]
        if own["commodities"]:
            yield from self._table(
                N_("Seizures by kind of goods"), own["commodities"], (Measure.TRAFFIC,)
            )
            yield from self._table(
                N_("Seizures by where they were hidden"), own["concealments"], (Measure.TRAFFIC,)
            )

    def _method(self) -> Iterator[Flowable]:
        yield Spacer(1, 5 * mm)
        yield KeepTogether(
            [
                self._heading(N_("How this was counted")),
                self._small(
                    self._say(
                        N_(
                            "Travellers and consignments by local day, once their crossing closed."
                            " Usual is what 95% of days like it had in the eight weeks that end a"
                            " week before: weekdays, seasons and holidays counted, days out of line"
                            " weighing less. What is told as a change is by chance in at most one"
                            " of a hundred. Groups of fewer than {least} persons are not shown."
                        )
                    ).format(least=self._content["least"])
                ),
            ]
        )

    # --- parts ----------------------------------------------------------------------------------

    def _key(self) -> str:
        return self._say(N_("Bars: counted; ground: usual; red: out of it. Grey: too few persons."))

    def _day(self, text: str) -> str:
        return self._speech.day(date.fromisoformat(text))

    def _value(self, row: Any) -> str:
        value, name = row["value"], row["name"]
        for kind in (Commodity, Concealment):
            if value in list(kind):
                known: StrEnum = kind(value)
                return self._speech.word(known)
        if not value:
            return self._say(N_("not told"))
        return f"{value} · {self._say(name)}" if name else str(value)

    def _heading(self, text: str) -> Flowable:
        return Text(self._say(text), font=BOLD, size=12)

    def _small(self, text: str) -> Flowable:
        return Text(text, size=8, grey=0.35)


class _Days(Flowable):  # type: ignore[misc]  # the library has no types
    """Counts a day as bars over what is usual."""

    def __init__(self, days: Sequence[Any], day: Callable[[str], str]) -> None:
        super().__init__()
        self._days, self._day = days, day

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """The whole width, and a fixed height."""
        self.width, self.height = width, 34 * mm
        return self.width, self.height

    def draw(self) -> None:
        """Band, bars, and the first and last day below them."""
        canvas, ground = self.canv, 10.0
        tall = self.height - ground - 8
        counts = [own[name] or 0 for own in self._days for name in ("count", "high")]
        most = max(1, *counts)
        across = self.width / len(self._days)
        for place, own in enumerate(self._days):
            left = place * across
            if own["high"] is not None:
                low, high = own["low"] / most * tall, own["high"] / most * tall
                canvas.setFillColor(_BAND)
                canvas.rect(left, ground + low, across, high - low, stroke=0, fill=1)
            if own["count"] is None:
                canvas.setFillGray(0.7)
                canvas.rect(left + across * 0.2, ground, across * 0.6, 2, stroke=0, fill=1)
                continue
            out = own["high"] is not None and not own["low"] <= own["count"] <= own["high"]
            canvas.setFillColor(_OUT if out else _BAR)
            bar = own["count"] / most * tall
            canvas.rect(left + across * 0.2, ground, across * 0.6, bar, stroke=0, fill=1)
        canvas.setFont(REGULAR, 7)
        canvas.setFillGray(0.35)
        canvas.drawString(0, 1, drawn(self._day(self._days[0]["day"])))
        canvas.drawRightString(self.width, 1, drawn(self._day(self._days[-1]["day"])))
        canvas.drawString(0, self.height - 7, f"{most:,}")


def _grid(rows: Sequence[Sequence[str]], titles: Sequence[str], left: bool) -> Flowable:
    count = len(titles) - 1
    width = min(24 * mm, _WIDTH * 0.7 / max(1, count))
    cells = [[Text(own, size=7.5, grey=0.35) for own in titles]]
    cells += [[Text(value, size=8.5) for value in row] for row in rows]
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
    (columns,) = mirrored([[_WIDTH - count * width, *[width] * count]], left)
    return Table(
        mirrored(cells, left),
        colWidths=columns,
        repeatRows=1,
        style=TableStyle(style),
        hAlign="LEFT",
    )


def _moved(now: Any, before: Any, measure: Measure) -> str:
    if now is None:
        return "–"
    change = _change(now, before, measure)
    return f"{now[measure.value]:,}" + (f" ({change})" if change else "")


def _change(now: Any, before: Any, measure: Measure) -> str:
    if not before or not before[measure.value]:
        return ""
    # Less than half a percent is no change, and no minus stands before a zero.
    percent = round(100 * (now[measure.value] / before[measure.value] - 1))
    return f"{percent:+d}%" if percent else "0%"
