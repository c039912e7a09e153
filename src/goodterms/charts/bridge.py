"""The bridge as a picture: from the earlier result to the later one, a bar a step; vermilion lowers profit, blue-green raises it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from goodterms.charts.drawing import Scale, across, hit, percents, row_bar, scale_over, tip, written
from goodterms.charts.figures import short_money
from goodterms.charts.markup import cell, element, figure_cell, head, row_head, table, text, unseen
from goodterms.charts.printed import PrintedBridge
from goodterms.facts.money import in_words

_HEIGHT = 270
_TOP, _BOTTOM = 24, _HEIGHT - 20
MOST_BARS = 16
"""Beside each other no more bars than this can be named in whole words; more lie in rows."""


@dataclass(frozen=True)
class _Bar:
    """One bar: an end point ("tot") or a step that raises ("pos") or lowers ("neg") profit, between two levels."""

    css: str
    label: str
    figure: Decimal
    start: Decimal
    end: Decimal
    target: str = ""

    @property
    def is_step(self) -> bool:
        return self.css != "tot"

    @property
    def said(self) -> str:
        return in_words(self.figure, signed=self.is_step)


def _bars(bridge: PrintedBridge, name: str) -> list[_Bar]:
    zero = Decimal(0)
    steps = [_Bar(_tone(s.amount), s.label, s.amount, s.before, s.after, f"{name}-{i}" if name else "") for i, s in enumerate(bridge.steps)]
    return [_Bar("tot", bridge.earlier, bridge.start, zero, bridge.start), *steps, _Bar("tot", bridge.later, bridge.end, zero, bridge.end)]


def _tone(amount: Decimal) -> str:
    return "pos" if amount > 0 else "neg" if amount < 0 else "mid"


def _cut_at(bridge: PrintedBridge) -> Decimal:
    """Where the axis is cut: 0, unless every level lies far above it; then the steps are what is worth the room."""
    levels = [bridge.start, bridge.end, *(s.after for s in bridge.steps)]
    low, high = min(levels), max(levels)
    if low <= high / 2 or high <= 0:
        return Decimal(0)
    unit = high / 20
    return (low * Decimal("0.9") / unit).to_integral_value("ROUND_FLOOR") * unit


def _scale(bars: list[_Bar], cut: Decimal, at_low: float, at_high: float) -> Scale:
    """The levels' axis: from 0, or from where it is cut."""
    whole = scale_over([level for bar in bars for level in (bar.start, bar.end)], at_low, at_high)
    return Scale(float(cut), whole.high, at_low, at_high) if cut else whole


def is_cut(bridge: PrintedBridge) -> bool:
    """Whether the picture's axis is cut, which its subtitle then says."""
    return _cut_at(bridge) > 0


def fits_beside(bridge: PrintedBridge) -> bool:
    """Whether the bars can stand beside each other with their names in whole words; else the table, with its bars in rows, is the picture."""
    return len(bridge.steps) + 2 <= MOST_BARS


def bridge_chart(bridge: PrintedBridge, *, currency: str | None = None, name: str = "") -> str:
    """Draw a bridge. With ``name``, the bar of step ``i`` and its label, a button, open the element ``<name>-<i>``: who is behind it."""
    bars = _bars(bridge, name)
    cut = _cut_at(bridge)
    y = _scale(bars, cut, _BOTTOM, _TOP)
    share = 100 / len(bars)
    marks = [_mark(bar, y, cut, i * share, share) for i, bar in enumerate(bars)]
    links = [_connector(y(bar.end), (i + 0.81) * share, share) for i, bar in enumerate(bars[:-1])]
    money = f" in {currency}" if currency else ""
    change = f"{in_words(bridge.start)} to {in_words(bridge.end)}"
    label = f"Bridge of {bridge.measure}{money} from {bridge.earlier} to {bridge.later}: {change}. Arrow keys walk the bars."
    drawn = [across("axis", y(cut)), *links, *marks]
    svg = element("svg", *drawn, class_="chart wf", width="100%", height=_HEIGHT, role="img", tabindex=0, aria_label=label, data_points=True)
    return svg + element("div", *(_label(bar) for bar in bars), class_=f"wfl cols-{len(bars)}")


def _connector(level: float, x: float, share: float) -> str:
    return element("line", class_="conn", x1=percents(x), x2=percents(x + share * 0.38), y1=written(level), y2=written(level))


def _mark(bar: _Bar, y: Scale, cut: Decimal, left: float, share: float) -> str:
    """A bar with its figure above it, or below where it falls."""
    wide, x = share * 0.62, left + share * 0.19
    high, deep = max(bar.start, bar.end), min(bar.start, bar.end)
    top, low = (y(max(high, cut)), y(max(deep, cut))) if cut else (y(high), y(deep))
    below = bar.figure < 0 and low + 15 < _HEIGHT
    notes = tip(bar.label, bar.said, f"then {in_words(bar.end)}" if bar.is_step else "")
    drawn = [
        hit(left, share, _HEIGHT, notes, bar.target),
        element("rect", class_="mark", x=percents(x), width=percents(wide), y=written(top), height=written(max(1.5, low - top)), rx="1.5"),
        element("text", text(short_money(bar.figure, signed=bar.is_step)), x=percents(x + wide / 2), y=written(low + 14 if below else top - 7)),
    ]
    if cut and not bar.is_step:
        breaks = [element("line", x1=percents(x), x2=percents(x + wide), y1=_BOTTOM - off, y2=_BOTTOM - off - 4) for off in (13, 9)]
        drawn.append(element("g", *breaks, class_="brk"))
    return element("g", *drawn, class_=bar.css)


def _label(bar: _Bar) -> str:
    spoken = unseen(f" {bar.said}")
    if not bar.is_step:
        unbroken = text(bar.label.replace("-", "\N{NON-BREAKING HYPHEN}")).replace("..", "..<wbr>")
        return element("span", unbroken, spoken)
    inside = text(bar.label) + spoken
    if not bar.target:
        return element("span", inside)
    return element("button", inside, type="button", data_opens=bar.target, aria_expanded="false", aria_controls=bar.target)


def bridge_table(bridge: PrintedBridge, *, caption: str, name: str = "", beside: PrintedBridge | None = None) -> str:
    """The bridge as a table with a bar in every row; ``beside`` puts another one's figures (like for like) into a column of their own.

    With ``name``, a step's label is a button that opens ``<name>-<i>``.
    """
    bars = _bars(bridge, name)
    cut = _cut_at(bridge)
    x = _scale(bars, cut, 0, 100)
    others = [beside.start, *(beside.amount(s.step) or Decimal(0) for s in bridge.steps), beside.end] if beside else []
    rows = []
    for i, bar in enumerate(bars):
        label = element("button", text(bar.label), type="button", class_="link", data_opens=bar.target, aria_expanded="false", aria_controls=bar.target)
        cells = [
            row_head(label if bar.target else text(bar.label)),
            cell(row_bar(x, bar.css, max(bar.start, cut) if cut else bar.start, bar.end, broken=bool(cut) and not bar.is_step), "bar"),
            figure_cell(bar.said, bar.css if bar.is_step else ""),
        ]
        if beside:
            cells.append(figure_cell(in_words(others[i], signed=bar.is_step), "mut p2"))
        rows.append(element("tr", *cells, class_="k-step" if bar.is_step else "k-total"))
    heads = [
        head("Step"),
        head(unseen("Bar"), "bar"),
        *(head(text(f"{b.later} against {b.earlier}"), css) for b, css in ((bridge, "num"), (beside, "num p2")) if b),
    ]
    return table(caption, heads, rows, css="hb")
