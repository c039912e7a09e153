"""A line as small as a word: how a figure went, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from goodterms.charts.drawing import path, written
from goodterms.charts.markup import element

_WIDTH, _HEIGHT = 84, 26


def spark(figures: Sequence[Decimal], css: str = "") -> str:
    """Draw it; it repeats what a table says, so those who listen are not told. Fewer than two figures make no line."""
    if len(figures) < 2:
        return ""
    values = [float(f) for f in figures]
    low, high = min(values), max(values)
    rise = (_HEIGHT - 6) / ((high - low) or 1.0)
    points = [(i * (_WIDTH - 4) / (len(values) - 1) + 2, _HEIGHT - 3 - (v - low) * rise) for i, v in enumerate(values)]
    shape = path(points)
    area = element("path", class_="area", d=f"{shape}L{written(points[-1][0])},{_HEIGHT}L{written(points[0][0])},{_HEIGHT}Z")
    end = element("circle", cx=written(points[-1][0]), cy=written(points[-1][1]), r=2)
    drawn = area + element("path", class_="line", d=shape) + end
    return element("svg", drawn, class_=f"spark {css}".strip(), viewBox=f"0 0 {_WIDTH} {_HEIGHT}", width=_WIDTH, height=_HEIGHT, aria_hidden="true")
