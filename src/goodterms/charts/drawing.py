"""What every picture is drawn with: scales, ticks, and marks that carry their figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from goodterms.charts.markup import element, text


def written(pixels: float) -> str:
    """A coordinate with two decimals at most.

    Examples
    --------
    >>> written(12.50), written(3.0), written(-0.001)
    ('12.5', '3', '0')
    """
    digits = f"{pixels:.2f}".rstrip("0").rstrip(".")
    return "0" if digits in {"-0", ""} else digits


def percents(x: float) -> str:
    """An x coordinate: a share of the width."""
    return f"{written(x)}%"


def tip(*lines: str) -> str:
    """What ``data-tip`` holds: a title, a figure, a note; read by pointer and by keyboard."""
    return "|".join(line.replace("|", "/") for line in lines if line)


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round figures that span from ``low`` to ``high``.

    Examples
    --------
    >>> ticks(0, 930), ticks(-40, 90)
    ([0.0, 250.0, 500.0, 750.0, 1000.0], [-50.0, 0.0, 50.0, 100.0])
    """
    span = (high - low) or 1.0
    step = 10.0 ** math.floor(math.log10(span / count))
    step *= next((m for m in (1, 2, 2.5, 5, 10) if span / (step * m) <= count), 10)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, max(last, first + 1) + 1)]


@dataclass(frozen=True)
class Scale:
    """Maps a figure to a coordinate along one axis: ``low`` lies at ``at_low``, ``high`` at ``at_high``."""

    low: float
    high: float
    at_low: float
    at_high: float

    def __call__(self, figure: Decimal | float) -> float:
        """The coordinate."""
        return self.at_low + (float(figure) - self.low) / ((self.high - self.low) or 1.0) * (self.at_high - self.at_low)


def scale_over(figures: Sequence[Decimal | float], at_low: float, at_high: float) -> Scale:
    """A scale that holds all figures and zero."""
    values = [float(f) for f in figures]
    return Scale(min([0.0, *values]), max([0.0, *values]), at_low, at_high)


def across(css: str, y: float) -> str:
    """A line over the whole width."""
    return element("line", class_=css, x1="0", x2="100%", y1=written(y), y2=written(y))


def hit(x: float, width: float, height: int, notes: str, opens: str = "") -> str:
    """The area that answers to pointer and arrow keys for one mark."""
    return element("rect", class_="hit", x=percents(x), width=percents(width), y="0", height=height, data_tip=notes, data_opens=opens or None)


def marked(x: float, y: float, words: str, *, above: bool) -> str:
    """A point of a curve with its figure."""
    anchor = "end" if x > 88 else "start" if x < 8 else "middle"
    label = element("text", text(words), class_=f"note {anchor}", x=percents(x), y=written(y - 9 if above else y + 17))
    return element("circle", class_="pt", cx=percents(x), cy=written(y), r="3.5") + label


def tick_below(x: float, y: int, words: str, css: str = "middle") -> str:
    """A word below the horizontal axis."""
    return element("text", text(words), class_=f"xtick {css}", x=percents(x), y=y)


def row_bar(scale: Scale, css: str, a: Decimal, b: Decimal, *, broken: bool = False) -> str:
    """A bar between two figures, in a row of a table; x runs from 0 to 100. A ``broken`` one begins left of where the axis is cut."""
    left, right = sorted((scale(a), scale(b)))
    width = max(0.6, right - left)
    x = max(0.0, min(left, 100 - width))
    zero = percents(max(0.0, scale(0)))
    axis = element("line", x1=zero, x2=zero, y1=0, y2=14)
    bar = element("rect", x=percents(x), width=percents(width), y=2, height=10, rx="1.5")
    cuts = [element("line", class_="brk", x1=at, x2=at + 4, y1=13, y2=1) for at in (5, 11)] if broken else []
    return element("svg", axis, bar, *cuts, class_=f"hbar {css}", height=14, aria_hidden="true")


def plot(at: Sequence[float], y: Scale, words: Callable[[Decimal], str], inside: Sequence[str], *, height: int, label: str) -> str:
    """A plot with its figures on the left and lines across; it takes focus, and arrow keys walk its points."""
    figures = [element("text", text(words(Decimal(str(t)))), class_="ytick", x=0, y=written(y(t) + 4)) for t in at]
    grid = [across("axis" if t == 0 else "grid", y(t)) for t in at]
    drawn = element("svg", *grid, *inside, class_="chart", height=height, role="img", tabindex=0, aria_label=label, data_points=True)
    return element("div", element("svg", *figures, class_="chart y", width=44, height=height, aria_hidden="true"), drawn, class_="plot")


def stretched(shapes: Sequence[str], height: int) -> str:
    """Curves and bars: x from 0 to 100 stretched to any width, with strokes that stay thin."""
    return element("svg", *shapes, x=0, y=0, width="100%", height=height, viewBox=f"0 0 100 {height}", preserveAspectRatio="none", aria_hidden="true")


def path(points: Sequence[tuple[float, float]]) -> str:
    """The ``d`` of a line through points."""
    return "M" + "L".join(f"{written(x)},{written(y)}" for x, y in points)
