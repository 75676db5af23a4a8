"""The colours are legible: WCAG 2.2, success criterion 1.4.3 (AA), in light and in dark."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "console" / "styles" / "tokens.css"
_PAIR = re.compile(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);")
_ONE = re.compile(r"--([\w-]+): (#\w{6});")
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2") for ground in ("ground", "surface", "surface-2")),
    *((ink, ground) for ink in ("ink", "ink-2") for ground in ("raised", "accent-soft")),
    ("accent", "surface"),
    ("accent", "ground"),
    ("accent", "accent-soft"),
    ("accent-ink", "accent"),
    ("top-ink", "top"),
    ("top-ink-strong", "top"),
    *((name, "surface") for name in ("red", "orange", "amber", "green", "slate")),
    *((name, f"{name}-soft") for name in ("red", "orange", "amber", "green", "slate")),
    *(("ink", f"{name}-soft") for name in ("red", "orange", "amber", "green", "slate")),
    *(("ink-2", f"{name}-soft") for name in ("red", "amber", "green")),
]
EDGES = [("line-strong", "surface"), ("line-strong", "ground"), ("focus", "surface")]


def colours(mode: int) -> dict[str, str]:
    text = TOKENS.read_text(encoding="utf-8")
    found = {name: values[mode] for name, *values in _PAIR.findall(text)}
    return found | dict(_ONE.findall(text))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, glossary)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_is_legible(mode: int, ink: str, ground: str) -> None:
    found = colours(mode)
    assert contrast(found[ink], found[ground]) >= 4.5


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_of_controls_are_visible(mode: int, edge: str, ground: str) -> None:
    found = colours(mode)
    assert contrast(found[edge], found[ground]) >= 3.0
