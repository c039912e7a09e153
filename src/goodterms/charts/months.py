"""Profit month by month as a picture: the later period's bars, the earlier period's line in grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from goodterms.charts.drawing import Scale, hit, path, plot, stretched, tick_below, ticks, tip, written
from goodterms.charts.figures import counted, short_money
from goodterms.charts.markup import element, figure_cell, head, row_head, table, text
from goodterms.facts.money import in_words

_HEIGHT = 246
_TOP, _BOTTOM = 18, _HEIGHT - 24
_UNFILLED = "no sale lines"


@dataclass(frozen=True)
class MonthPair:
    """One month of the later period beside the month in the same place of the earlier one; printed amounts."""

    month: date
    later: Decimal | None
    month_earlier: date | None
    earlier: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """The printed change; None where one of the two has no sale lines."""
        return None if self.later is None or self.earlier is None else self.later - self.earlier


def months_title(pairs: Sequence[MonthPair], measure: str) -> str:
    """What the months say, in one sentence."""
    changes = [p.change for p in pairs if p.change is not None]
    if changes:
        return f"{measure.capitalize()} was below the period before in {sum(c < 0 for c in changes)} of {counted(len(changes), 'month')}"
    shown = [p.later for p in pairs if p.later is not None]
    losing = sum(f < 0 for f in shown)
    return f"{measure.capitalize()} was a loss in {losing} of {counted(len(shown), 'month')}" if losing else f"{measure.capitalize()} by month"


def months_chart(pairs: Sequence[MonthPair], *, measure: str, currency: str | None = None) -> str:
    """Draw the months. A loss is vermilion; a smaller profit is not."""
    figures = [float(f) for p in pairs for f in (p.later, p.earlier) if f is not None]
    if not figures:
        return ""
    at = ticks(min([0.0, *figures]), max([0.0, *figures]))
    y = Scale(at[0], at[-1], _BOTTOM, _TOP)
    width = 100 / len(pairs)
    middle = [(i + 0.5) * width for i in range(len(pairs))]
    shapes = [_bar(p.later, x, width, y) for p, x in zip(pairs, middle, strict=True) if p.later is not None]
    before = [(x, y(p.earlier)) for p, x in zip(pairs, middle, strict=True) if p.earlier is not None]
    if len(before) > 1:
        shapes.append(element("path", class_="line last", d=path(before)))
    every = max(1, -(-len(pairs) // 12))
    named = [(i, p) for i, p in enumerate(pairs) if i % every == 0]
    inside = [
        stretched(shapes, _HEIGHT),
        *(tick_below(middle[i], _HEIGHT - 4, f"{p.month:%b}", "middle odd" if i // every % 2 else "middle") for i, p in named),
        *(hit(i * width, width, _BOTTOM, _notes(p)) for i, p in enumerate(pairs)),
    ]
    money = f" in {currency}" if currency else ""
    label = f"{months_title(pairs, measure)}. {measure.capitalize()}{money} by month, bars; the period before as a line. Arrow keys walk the months."
    return plot(at, y, short_money, inside, height=_HEIGHT, label=label)


def _bar(figure: Decimal, x: float, width: float, y: Scale) -> str:
    top, low = sorted((y(figure), y(0)))
    css = "bar neg" if figure < 0 else "bar now"
    return element("rect", class_=css, x=written(x - width * 0.31), width=written(width * 0.62), y=written(top), height=written(low - top))


def _notes(pair: MonthPair) -> str:
    before = f"{pair.month_earlier:%B %Y}: {in_words(pair.earlier)}" if pair.earlier is not None and pair.month_earlier else ""
    return tip(f"{pair.month:%B %Y}", _said(pair.later), before)


def months_table(pairs: Sequence[MonthPair], *, caption: str, earlier: str | None, later: str) -> str:
    """The months as a table."""
    rows = []
    for p in pairs:
        cells = [row_head(f"{p.month:%B %Y}"), figure_cell(_said(p.later))]
        if earlier is not None:
            change = "" if p.change is None else in_words(p.change, signed=True)
            cells[1:1] = [figure_cell(_said(p.earlier), "mut")]
            cells.append(figure_cell(change, "mut"))
        rows.append(element("tr", *cells))
    heads = [head("Month"), head(text(later), "num")]
    if earlier is not None:
        heads = [head("Month"), head(text(earlier), "num"), head(text(later), "num"), head("Change", "num")]
    return table(caption, heads, rows, css="t plain")


def _said(amount: Decimal | None) -> str:
    return _UNFILLED if amount is None else in_words(amount)
