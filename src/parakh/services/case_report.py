"""A case as a PDF: chosen sections, classified on each page, names in Latin and Arabic script."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer, Table, TableStyle

from parakh.access import Actor, Permission, Purpose
from parakh.act.cases import text_of
from parakh.domain.case import Section
from parakh.domain.outcome import Money, OutcomeRecord, Seizure
from parakh.domain.phrase import N_, Phrase
from parakh.errors import InvalidInput
from parakh.services import cases_view
from parakh.services.cases_view import CaseView
from parakh.services.centre import Centre
from parakh.services.typesetting import BOLD, REGULAR, Text, apart, drawn, fonts, lines, mirrored
from parakh.store import cases as store

_MARGIN = 18 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_LINE = colors.Color(0.75, 0.78, 0.8)

HEADINGS: dict[Section, str] = {
    Section.PARTIES: N_("People and things"),
    Section.ALERTS: N_("Alerts"),
    Section.OUTCOMES: N_("Outcomes"),
    Section.TASKS: N_("Tasks"),
    Section.NOTES: N_("Notes"),
    Section.ATTACHMENTS: N_("Attachments"),
    Section.TIMELINE: N_("Timeline"),
}


def _gregorian_only(day: date) -> str:
    return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Speech:
    """How the report speaks: in the language of whoever asks for it.

    Attributes:
        text: gives a marked text in that language; `sentence` the same for a phrase.
        word: gives the word for a value of an enumeration.
        moment, day: give a moment and a day as people read them.
        hijri: gives a day by the Hijri calendar; nothing for whoever does not want it.
        left: the language runs from right to left.
    """

    text: Callable[[str], str]
    sentence: Callable[[Phrase], str]
    word: Callable[[StrEnum], str]
    moment: Callable[[datetime], str]
    day: Callable[[date], str]
    hijri: Callable[[date], str] = _gregorian_only
    left: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A report as a file."""

    name: str
    data: bytes


def report(
    centre: Centre,
    actor: Actor,
    case_id: str,
    sections: frozenset[Section],
    classification: str,
    speech: Speech,
) -> Report:
    """The case as a PDF, as far as the actor may see it; a look that is audited.

    `classification` stands at the head and foot of each page. Raises InvalidInput where none of the
    sections is in his reach, and as `parakh.store.cases.reach`.
    """
    actor.require(Permission.SEE_CASES)
    line = text_of(classification, "the classification", most=80, least=0)
    with centre.db.read() as connection:
        reach = store.reach(connection, actor, case_id, centre.clock())
        view = cases_view.whole(centre, connection, actor, reach)
    chosen = sections & view.sections
    if not chosen:
        raise InvalidInput("choose at least one section that you may see")
    with centre.db.write(actor, Purpose.CASE) as tx:
        tx.audit("case.reported", "case", case_id, sections=sorted(own.value for own in chosen))
        footer = f"{view.case.number} · {actor.name} · {speech.moment(tx.at)}"
    data = _Composer(view, speech).pdf(chosen, line, footer)
    return Report(name=f"case-{view.case.number}.pdf", data=data)


class _Composer:
    """Puts one report together."""

    def __init__(self, view: CaseView, speech: Speech) -> None:
        self._view, self._speech, self._say = view, speech, speech.text

    def pdf(self, sections: frozenset[Section], classification: str, footer: str) -> bytes:
        """The bytes of the report."""
        fonts()
        made = io.BytesIO()
        document = SimpleDocTemplate(
            made,
            pagesize=A4,
            leftMargin=_MARGIN,
            rightMargin=_MARGIN,
            topMargin=22 * mm,
            bottomMargin=22 * mm,
            title=f"{self._view.case.number} {self._view.case.title}",
            author=self._view.case.agency,
        )
        story = [*self._head()]
        for section in Section:
            if section in sections:
                story += [Spacer(1, 5 * mm), self._heading(self._say(HEADINGS[section]))]
                story += list(self._of(section)) or [self._small(self._say(N_("Nothing.")))]
        page = self._say(N_("Page {number} of {count}"))

        def canvas(*args: Any, **kwargs: Any) -> _Numbered:
            return _Numbered(*args, marks=(classification, footer, page), **kwargs)

        document.build(story, canvasmaker=canvas)
        return made.getvalue()

    # --- sections -------------------------------------------------------------------------------

    def _head(self) -> Iterator[Flowable]:
        case, word = self._view.case, self._speech.word
        yield Text(f"{self._say(N_('Case'))} {apart(case.number)}", size=10, grey=0.35)
        yield Text(case.title, font=BOLD, size=17)
        yield Spacer(1, 3 * mm)
        facts = [
            (N_("State"), word(case.state)),
            (N_("Priority"), word(case.priority)),
            (N_("Unit"), f"{self._view.unit.name}, {case.agency}"),
            (N_("Owner"), case.owner),
            (N_("Opened"), f"{self._speech.moment(case.opened_at)}, {case.opened_by}"),
        ]
        if case.closed_at is not None:
            facts.append((N_("Closed"), self._speech.moment(case.closed_at)))
        yield self._table([(self._say(name), value) for name, value in facts], (30, 0))
        if case.summary:
            yield Spacer(1, 3 * mm)
            yield Text(case.summary, size=10)

    def _of(self, section: Section) -> Iterator[Flowable]:
        parts: dict[Section, Callable[[], Iterator[Flowable]]] = {
            Section.PARTIES: self._parties,
            Section.ALERTS: self._alerts,
            Section.OUTCOMES: self._outcomes,
            Section.TASKS: self._tasks,
            Section.NOTES: self._notes,
            Section.ATTACHMENTS: self._attachments,
            Section.TIMELINE: self._timeline,
        }
        return parts[section]()

    def _parties(self) -> Iterator[Flowable]:
        word = self._speech.word
        rows = [
            (word(own.role), own.label, word(own.kind), self._speech.sentence(own.source))
            for own in self._view.parties
            if own.removed_at is None
        ]
        if rows:
            titles = (N_("Role"), N_("Name or number"), N_("Kind"), N_("Source"))
            yield self._table(rows, (28, 0, 30, 50), titles)

    def _alerts(self) -> Iterator[Flowable]:
        for own in self._view.alerts:
            who = own.who or self._say(N_("Person at the gate"))
            yield Text(who, font=BOLD, size=10)
            raised = f"{self._speech.moment(own.alert.at)} · {own.unit.name}"
            yield self._small(f"{self._speech.word(own.alert.advice)} · {raised}")
            for hit in own.hits:
                told = f"{self._speech.word(hit.state)}: {self._speech.sentence(hit.sentence)}"
                yield Text(f"{told} ({hit.screener})")
                if hit.reason:
                    yield self._small(f"{hit.decided_by}: {hit.reason}")
            for outcome in own.outcomes:
                yield from self._outcome(outcome)
            yield Spacer(1, 2 * mm)

    def _outcomes(self) -> Iterator[Flowable]:
        for own in self._view.outcomes:
            yield from self._outcome(own)
            yield Spacer(1, 2 * mm)

    def _outcome(self, own: OutcomeRecord) -> Iterator[Flowable]:
        title = self._speech.word(own.kind)
        if own.corrected_by is not None:
            title = f"{title} ({self._say(N_('corrected later'))})"
        yield Text(title, font=BOLD)
        yield self._small(f"{own.by}, {self._speech.moment(own.at)}")
        details = own.details
        told = (
            (N_("Corrected because"), own.reason),
            (N_("Note"), own.note),
            (N_("Penalty"), _money(details.penalty)),
            (N_("Legal reference"), details.legal_reference),
            (N_("Place"), details.place),
        )
        for name, value in told:
            if value:
                yield Text(f"{self._say(name)}: {value}")
        if details.seizures:
            titles = (
                N_("Goods"), N_("Description"), N_("Quantity"), N_("Value"), N_("HS"),
                N_("Hidden"),
            )  # fmt: skip
            rows = [self._seizure(one) for one in details.seizures]
            yield self._table(rows, (32, 0, 28, 28, 10, 26), titles)

    def _seizure(self, own: Seizure) -> tuple[str, ...]:
        word = self._speech.word
        amount = "" if own.quantity is None else f"{_number(own.quantity)} {word(own.measure)}"
        chapter = "" if own.chapter is None else str(own.chapter)
        return (
            word(own.commodity), own.description, amount, _money(own.value), chapter,
            word(own.concealment),
        )  # fmt: skip

    def _tasks(self) -> Iterator[Flowable]:
        rows = [
            (
                own.title,
                own.assignee,
                self._speech.day(own.due_on) if own.due_on else "–",
                self._speech.moment(own.done_at) if own.done_at else "–",
            )
            for own in self._view.tasks
        ]
        if rows:
            titles = (N_("Task"), N_("For"), N_("Due"), N_("Done"))
            yield self._table(rows, (0, 32, 28, 38), titles)

    def _notes(self) -> Iterator[Flowable]:
        old = {own.corrects for own in self._view.notes}
        for own in self._view.notes:
            head = f"{own.by}, {self._speech.moment(own.at)}"
            if own.id in old:
                head = f"{head} ({self._say(N_('corrected later'))})"
            yield self._small(head)
            yield Text(own.text)
            yield Spacer(1, 2 * mm)

    def _attachments(self) -> Iterator[Flowable]:
        rows = [
            (own.name, own.note, f"{max(1, own.size // 1024)} KiB", own.digest)
            for own in self._view.attachments
        ]
        if rows:
            titles = (N_("File"), N_("What it shows"), N_("Size"), "SHA-256")
            yield self._table(rows, (0, 40, 20, 54), titles)

    def _timeline(self) -> Iterator[Flowable]:
        rows = [
            (self._speech.moment(own.at), own.by, self._speech.sentence(own.sentence))
            for own in reversed(self._view.timeline)
        ]
        if rows:
            yield self._table(rows, (38, 32, 0), (N_("When"), N_("Who"), N_("What")))

    # --- parts ----------------------------------------------------------------------------------

    def _heading(self, text: str) -> Flowable:
        return Text(text, font=BOLD, size=12)

    def _small(self, text: str) -> Flowable:
        return Text(text, size=8, grey=0.35)

    def _table(
        self,
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        titles: Sequence[str] = (),
    ) -> Flowable:
        """A table; `widths` are in millimetres, 0 takes what the others leave."""
        rest = _WIDTH - sum(own * mm for own in widths)
        cells = [[Text(value, size=8.5) for value in row] for row in rows]
        if titles:
            cells.insert(0, [Text(self._say(own), size=8, grey=0.35) for own in titles])
        style = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
        (columns,) = mirrored([[own * mm or rest for own in widths]], self._speech.left)
        return Table(
            mirrored(cells, self._speech.left),
            colWidths=columns,
            repeatRows=1 if titles else 0,
            style=TableStyle(style),
            hAlign="LEFT",
            splitInRow=1,
        )


class _Numbered(Canvas):  # type: ignore[misc]  # the library has no types
    """Marks each page once the number of pages is known."""

    def __init__(self, *args: Any, marks: tuple[str, str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._marks = marks
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  (the library's name)
        """Keeps the page instead of ending it."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Marks and ends all pages, and the file."""
        classification, footer, page = self._marks
        for number, state in enumerate(self._pages, start=1):
            self.__dict__.update(state)
            self.setFillGray(0)
            self.setFont(BOLD, 9)
            for place in (A4[1] - 12 * mm, 9 * mm):
                self.drawCentredString(A4[0] / 2, place, drawn(classification, BOLD))
            self.setFont(REGULAR, 7.5)
            self.setFillGray(0.35)
            foot = lines(footer, _WIDTH * 0.75, REGULAR, 7.5)[0]
            self.drawString(_MARGIN, 14 * mm, drawn(foot))
            counted = page.format(number=number, count=len(self._pages))
            self.drawRightString(A4[0] - _MARGIN, 14 * mm, drawn(counted))
            super().showPage()
        super().save()


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _money(value: Money | None) -> str:
    return f"{value.amount:,.2f} {value.currency}" if value else ""
