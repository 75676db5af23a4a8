"""Text on paper in any mixture of Latin and Arabic script: shaped, ordered, broken into lines.

Reports are drawn letter by letter, so that what a browser does by itself is done here: Arabic
letters take the form that their neighbours ask for (Unicode 16, section 9.2), and each line is put
into the order in which it is drawn (UAX #9). Lines are broken before that, in reading order. The
fonts are Vazirmatn (SIL Open Font License 1.1), which has the letters of Urdu, Persian, Arabic,
Pashto and Latin; a letter that they lack is drawn as a box.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from arabic_reshaper import ArabicReshaper
from bidi import get_display
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable

_T = TypeVar("_T")

REGULAR, BOLD = "Vazirmatn", "Vazirmatn-Bold"
_FONTS = Path(__file__).parent / "fonts"
_FILES = {REGULAR: "Vazirmatn-Regular.ttf", BOLD: "Vazirmatn-Bold.ttf"}
_LACKING = "□"
_DIRECTING = frozenset("\u200e\u200f\u2066\u2067\u2068\u2069")
"""Marks and isolates of direction (UAX #9, sections 2.4 to 2.6)."""
_LEADING = 1.5
"""Of a line, in heights of its letters: Arabic script reaches further up and down than Latin."""


@cache
def fonts() -> dict[str, Any]:
    """The fonts by name, registered with the drawing library."""
    found = {name: TTFont(name, _FONTS / file) for name, file in _FILES.items()}
    for font in found.values():
        pdfmetrics.registerFont(font)
    return found


def drawn(line: str, font: str = REGULAR, *, left: bool | None = None) -> str:
    """A line as its letters are drawn from left to right.

    `left` says whether the text of which it is a line runs left; None: as the line itself begins.
    """
    base = None if left is None else "R" if left else "L"
    ordered = get_display(_reshaper().reshape(_plain(line)), base_dir=base)
    known = fonts()[font].face.charToGlyph
    return "".join(own for letter in ordered for own in _in_font(letter, known))


def lines(text: str, width: float, font: str = REGULAR, size: float = 9) -> list[str]:
    """A text as lines that are at most so many points wide, in reading order.

    What is wider than a line and has no space, such as a digest, is broken anywhere.
    """
    found: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if _width(longer, font, size) <= width:
                line = longer
                continue
            if line:
                found.append(line)
            *whole, line = _broken(word, width, font, size)
            found += whole
        found.append(line)
    return found


def apart(text: str) -> str:
    """A text between isolating characters: it keeps its order within a line of another script."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def mirrored(rows: Sequence[Sequence[_T]], left: bool) -> list[list[_T]]:
    """The rows of a table in the order in which they are drawn: where the language of the page runs
    left, its first column stands at the right."""
    return [list(row)[::-1] if left else list(row) for row in rows]


def runs_left(text: str) -> bool:
    """Whether a text begins with a letter of a script that is written from right to left."""
    sides = (unicodedata.bidirectional(letter) for letter in text)
    return next((side != "L" for side in sides if side in ("L", "R", "AL")), False)


class Text(Flowable):  # type: ignore[misc]  # the library has no types
    """A text that takes the width it is given; one that runs left begins at the right."""

    def __init__(
        self, text: str, *, font: str = REGULAR, size: float = 9, grey: float = 0.0
    ) -> None:
        super().__init__()
        self._text, self._font, self._size, self._grey = text, font, size, grey
        self._lines: list[str] = []

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Breaks the text for a width; gives the room that it takes, in points."""
        self.width = width
        self._lines = lines(self._text, width, self._font, self._size)
        self.height = len(self._lines) * self._size * _LEADING
        return self.width, self.height

    def split(self, width: float, height: float) -> list["Text"]:
        """The part that fits a height, and the rest; nothing where not even a line fits."""
        self.wrap(width, height)
        count = int(height // (self._size * _LEADING))
        if not 0 < count < len(self._lines):
            return []
        parts = "\n".join(self._lines[:count]), "\n".join(self._lines[count:])
        return [Text(own, font=self._font, size=self._size, grey=self._grey) for own in parts]

    def draw(self) -> None:
        """Draws the lines, from the top."""
        self.canv.setFont(self._font, self._size)
        self.canv.setFillGray(self._grey)
        left = runs_left(self._text)
        place = self.height - self._size * 1.15
        for line in self._lines:
            if left:
                self.canv.drawRightString(self.width, place, drawn(line, self._font, left=True))
            else:
                self.canv.drawString(0, place, drawn(line, self._font, left=False))
            place -= self._size * _LEADING


@cache
def _reshaper() -> ArabicReshaper:
    return ArabicReshaper({"use_unshaped_instead_of_isolated": True})


def _plain(line: str) -> str:
    """The line without characters that are not drawn, such as tabs; marks of direction stay until
    the letters are in their order."""
    return "".join(
        own
        if own in _DIRECTING or not unicodedata.category(own).startswith("C")
        else " "
        if own == "\t"
        else ""
        for own in line
    )


def _in_font(letter: str, known: dict[int, Any]) -> str:
    if letter in _DIRECTING:
        return ""
    if ord(letter) in known:
        return letter
    # A joined form that the font lacks is drawn as the letters that it stands for.
    parts = unicodedata.normalize("NFKC", letter)[::-1]
    return parts if all(ord(own) in known for own in parts) else _LACKING


def _width(line: str, font: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(drawn(line, font), font, size))


def _broken(word: str, width: float, font: str, size: float) -> list[str]:
    found, part = [], ""
    for letter in word:
        if part and _width(part + letter, font, size) > width:
            found.append(part)
            part = ""
        part += letter
    return [*found, part]
