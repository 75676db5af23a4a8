"""A few shapes, drawn as SVG and as PNG: enough for charts, and nothing to install."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from PIL import Image, ImageDraw, ImageFont

Point = tuple[float, float]

INK, FAINT, BLUE, ORANGE = "#1b1f24", "#d7dbe0", "#1f5fa8", "#c2560c"
"""The two colours differ in lightness too, for readers who see or print no colour."""
_SCALE, _FINER = 2, 2
"""A PNG has so many pixels for each unit, and is drawn finer and then reduced for smooth lines."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line through points; `dash` is the length of its dashes, 0 for none."""

    points: Sequence[Point]
    colour: str = INK
    width: float = 1.0
    dash: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """A small disc."""

    at: Point
    colour: str = INK
    radius: float = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """Words at a point: `anchor` is start, middle or end, the point lies on the base line."""

    at: Point
    words: str
    anchor: str = "start"
    colour: str = INK
    size: float = 12.0


@dataclass(kw_only=True, slots=True)
class Drawing:
    """Shapes in the order in which they are drawn; `title` says what they show."""

    title: str
    width: int = 680
    height: int = 380
    shapes: list[Line | Dot | Text] = field(default_factory=list)

    def svg(self) -> str:
        """One SVG element that needs nothing from outside."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'role="img" aria-label={quoteattr(self.title)} '
            'font-family="system-ui, sans-serif">'
        )
        return (
            head
            + f"<title>{escape(self.title)}</title>"
            + "".join(_svg(shape) for shape in self.shapes)
            + "</svg>"
        )

    def png(self) -> bytes:
        """The same as a picture on white."""
        scale = _SCALE * _FINER
        image = Image.new("RGB", (self.width * scale, self.height * scale), "white")
        pen = ImageDraw.Draw(image)
        for shape in self.shapes:
            _draw(pen, shape, scale)
        smaller = image.resize(
            (self.width * _SCALE, self.height * _SCALE), Image.Resampling.LANCZOS
        )
        stream = io.BytesIO()
        smaller.save(stream, "PNG", optimize=True)
        return stream.getvalue()


def _svg(shape: Line | Dot | Text) -> str:
    match shape:
        case Line():
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
            dash = f' stroke-dasharray="{shape.dash:g}"' if shape.dash else ""
            return (
                f'<polyline points="{points}" fill="none" stroke="{shape.colour}" '
                f'stroke-width="{shape.width:g}" stroke-linejoin="round"{dash}/>'
            )
        case Dot():
            x, y = shape.at
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{shape.radius:g}" fill="{shape.colour}"/>'
        case Text():
            x, y = shape.at
            return (
                f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{shape.anchor}" '
                f'font-size="{shape.size:g}" fill="{shape.colour}">{escape(shape.words)}</text>'
            )


def _draw(pen: ImageDraw.ImageDraw, shape: Line | Dot | Text, scale: int) -> None:
    match shape:
        case Line():
            width = max(1, round(shape.width * scale))
            points = [(x * scale, y * scale) for x, y in shape.points]
            parts = _dashes(points, shape.dash * scale) if shape.dash else [points]
            for part in parts:
                pen.line(part, fill=shape.colour, width=width, joint="curve")
        case Dot():
            x, y = shape.at
            radius = shape.radius * scale
            pen.ellipse(
                (x * scale - radius, y * scale - radius, x * scale + radius, y * scale + radius),
                fill=shape.colour,
            )
        case Text():
            x, y = shape.at
            anchor = {"start": "ls", "middle": "ms", "end": "rs"}[shape.anchor]
            font = ImageFont.load_default(size=shape.size * scale)
            pen.text((x * scale, y * scale), shape.words, shape.colour, font, anchor=anchor)


def _dashes(points: Sequence[Point], length: float) -> list[list[Point]]:
    """The line cut into dashes and gaps of one length; the dashes."""
    dashes: list[list[Point]] = []
    left, drawn, current = length, True, [points[0]]
    for start, end in pairwise(points):
        (x, y), (to_x, to_y) = start, end
        whole = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
        done = 0.0
        while whole - done > left:
            done += left
            at = (x + (to_x - x) * done / whole, y + (to_y - y) * done / whole)
            if drawn:
                dashes.append([*current, at])
            current, drawn, left = [at], not drawn, length
        left -= whole - done
        current.append(end)
    if drawn and len(current) > 1:
        dashes.append(current)
    return dashes


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """One direction of a chart: where a value lies from 0 to 1, and which values are named."""

    name: str
    place: Callable[[float], float]
    ticks: Sequence[tuple[float, str]]


@dataclass(kw_only=True, slots=True)
class Chart:
    """A drawing with two axes."""

    title: str
    across: Axis
    up: Axis
    drawing: Drawing = field(init=False)

    _LEFT, _TOP, _RIGHT, _BOTTOM = 64, 40, 660, 320

    def __post_init__(self) -> None:
        self.drawing = Drawing(title=self.title)
        self._frame()

    def point(self, x: float, y: float) -> Point:
        """Where a pair of values lies in the drawing."""
        across = min(1.0, max(0.0, self.across.place(x)))
        up = min(1.0, max(0.0, self.up.place(y)))
        return (
            self._LEFT + across * (self._RIGHT - self._LEFT),
            self._BOTTOM - up * (self._BOTTOM - self._TOP),
        )

    def line(self, points: Sequence[Point], colour: str, *, dash: float = 0.0) -> None:
        """A curve through pairs of values."""
        if points:
            places = [self.point(x, y) for x, y in points]
            self.drawing.shapes.append(Line(points=places, colour=colour, width=2, dash=dash))

    def dot(self, x: float, y: float, words: str, colour: str = INK) -> None:
        """A pair of values with a word beside it."""
        at = self.point(x, y)
        left = at[0] > (self._LEFT + self._RIGHT) / 2
        aside = (at[0] - 8 if left else at[0] + 8, at[1] - 8)
        self.drawing.shapes += [
            Dot(at=at, colour=colour),
            Text(at=aside, words=words, anchor="end" if left else "start"),
        ]

    def mark(self, x: float, words: str, *, before: bool = False) -> None:
        """An upright line at a value, named at its top, behind it or before it."""
        place, top = self.point(x, 0)[0], self._TOP + 14
        self.drawing.shapes += [
            Line(points=[(place, self._TOP), (place, self._BOTTOM)], dash=4),
            Text(
                at=(place - 5 if before else place + 5, top),
                words=words,
                anchor="end" if before else "start",
            ),
        ]

    def key(self, entries: Sequence[tuple[str, str, float]]) -> None:
        """What the curves are: words, colour and dash of each."""
        x = float(self._LEFT)
        for words, colour, dash in entries:
            y = self._BOTTOM + 50.0
            self.drawing.shapes += [
                Line(points=[(x, y - 4), (x + 26, y - 4)], colour=colour, width=2, dash=dash),
                Text(at=(x + 32, y), words=words),
            ]
            x += 56 + 6.6 * len(words)

    def _frame(self) -> None:
        shapes = self.drawing.shapes
        for value, words in self.across.ticks:
            x = self.point(value, 0)[0]
            shapes.append(Line(points=[(x, self._TOP), (x, self._BOTTOM)], colour=FAINT))
            shapes.append(Text(at=(x, self._BOTTOM + 16), words=words, anchor="middle", size=11))
        left, right = self._LEFT, self._RIGHT
        for value, words in self.up.ticks:
            up = min(1.0, max(0.0, self.up.place(value)))
            y = self._BOTTOM - up * (self._BOTTOM - self._TOP)
            shapes.append(Line(points=[(left, y), (right, y)], colour=FAINT))
            shapes.append(Text(at=(left - 6, y + 4), words=words, anchor="end", size=11))
        corner = [(left, self._TOP), (left, self._BOTTOM), (right, self._BOTTOM)]
        shapes.append(Line(points=corner))
        shapes.append(Text(at=(8, 24), words=self.up.name))
        shapes.append(Text(at=(right, self._BOTTOM + 34), words=self.across.name, anchor="end"))
