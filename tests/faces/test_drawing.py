import io
import xml.etree.ElementTree as ET

from PIL import Image

from parakh.faces.drawing import BLUE, ORANGE, Axis, Chart, Dot, Drawing, Line, Text


def parsed(text: str) -> ET.Element:
    """Our own document, which must be well formed."""
    return ET.fromstring(text)  # noqa: S314


LINEAR = Axis(name="a & b", place=lambda value: value, ticks=[(0, "0"), (1, "<1>")])


def test_shapes_become_one_svg_that_needs_nothing_else() -> None:
    drawing = Drawing(title='a "title" & more', width=100, height=50)
    drawing.shapes += [
        Line(points=[(0, 0), (10, 10)], dash=4),
        Dot(at=(5, 5)),
        Text(at=(1, 2), words="<x>"),
    ]
    root = parsed(drawing.svg())
    assert root.get("aria-label") == 'a "title" & more'
    assert [own.tag.split("}")[1] for own in root] == ["title", "polyline", "circle", "text"]
    assert root[3].text == "<x>"
    assert "http" not in drawing.svg().replace("http://www.w3.org/2000/svg", "")


def test_the_png_shows_the_same_shapes() -> None:
    drawing = Drawing(title="t", width=40, height=20)
    drawing.shapes += [Line(points=[(0, 10), (40, 10)], colour=BLUE, width=4)]
    drawing.shapes += [Dot(at=(20, 4), colour=ORANGE, radius=3)]
    image = Image.open(io.BytesIO(drawing.png()))
    assert image.size == (80, 40)
    assert image.getpixel((10, 20)) == (0x1F, 0x5F, 0xA8)
    assert image.getpixel((40, 8)) == (0xC2, 0x56, 0x0C)
    assert image.getpixel((2, 36)) == (255, 255, 255)


def test_dashes_leave_gaps() -> None:
    drawing = Drawing(title="t", width=40, height=20)
    drawing.shapes += [Line(points=[(0, 10), (15, 10), (40, 10)], width=4, dash=10)]
    image = Image.open(io.BytesIO(drawing.png())).convert("L")
    assert [image.getpixel((2 * x, 20)) < 128 for x in (5, 15, 25, 35)] == [
        True,
        False,
        True,
        False,
    ]


def test_a_chart_keeps_points_inside_its_axes() -> None:
    chart = Chart(title="t", across=LINEAR, up=LINEAR)
    chart.line([(-3, -3), (0.5, 0.5), (3, 3)], BLUE)
    chart.dot(0.5, 0.5, "here")
    chart.mark(0.2, "mark", before=True)
    chart.key([("line", BLUE, 0)])
    parsed(chart.drawing.svg())
    assert chart.point(-3, -3) == chart.point(0, 0)
    assert chart.point(3, 3) == chart.point(1, 1)
