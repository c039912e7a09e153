"""The waterfall as a picture that is its own table: from sales at list price down to net profit, both periods on one scale.

A step is vermilion only where it takes a larger share of sales than in the earlier period; a cost is no fault by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from goodterms.charts.drawing import Scale, percents, scale_over
from goodterms.charts.figures import percent
from goodterms.charts.markup import cell, element, figure_cell, head, row_head, table, text, unseen
from goodterms.charts.printed import PrintedRow
from goodterms.facts.money import in_words

Span = tuple[Decimal, Decimal]


def spans(kinds: Sequence[str], amounts: Sequence[Decimal | None]) -> list[Span | None]:
    """From where to where each row's bar goes: a level from 0, a step from the level before it.

    Examples
    --------
    >>> [f"{span[0]}..{span[1]}" for span in spans(["total", "step", "total"], [Decimal(9), Decimal(-2), Decimal(7)]) if span]
    ['0..9', '9..7', '0..7']
    """
    level = Decimal(0)
    made: list[Span | None] = []
    for kind, amount in zip(kinds, amounts, strict=True):
        if amount is None:
            made.append(None)
            continue
        start = Decimal(0) if kind == "total" else level
        level = start + amount
        made.append((start, level))
    return made


def tone(row: PrintedRow) -> str:
    """The class of a row's bar."""
    figure = row.later if row.later is not None else row.earlier
    if row.kind == "total":
        return "neg" if figure is not None and figure < 0 else "tot"
    return "neg" if row.is_worse else "mid"


def two_bars(scale: Scale, css: str, later: Span | None, earlier: Span | None) -> str:
    """The later period's bar with the earlier one's beneath it, thin and grey."""
    zero = percents(scale(0))
    marks = [element("line", x1=zero, x2=zero, y1=0, y2=20)]
    for span, kind, y, height in ((later, "now", 3, 9), (earlier, "last", 13, 4)):
        if span:
            left, right = sorted((scale(span[0]), scale(span[1])))
            width = max(0.5, right - left)
            marks.append(element("rect", class_=kind, x=percents(min(left, 100 - width)), width=percents(width), y=y, height=height, rx=1))
    return element("svg", *marks, class_=f"hbar {css}", height=20, aria_hidden="true")


def waterfall_table(rows: Sequence[PrintedRow], *, caption: str, earlier: str | None, later: str, base: str) -> str:
    """Draw the waterfall of both periods.

    Parameters
    ----------
    earlier, later
        The names of the periods; without an earlier one there is one bar and one column of figures.
    base
        What the shares are of: "list price" or "net sales".
    """
    kinds = [row.kind for row in rows]
    now, last = spans(kinds, [row.later for row in rows]), spans(kinds, [row.earlier for row in rows])
    scale = scale_over([level for span in (*now, *last) if span for level in span], 0, 100)
    both = earlier is not None
    made = []
    for row, span, span_earlier in zip(rows, now, last, strict=True):
        css = tone(row)
        worse = unseen(" (a larger share than before)") if row.is_worse and row.kind == "step" else ""
        cells = [row_head(text(row.label) + worse), cell(two_bars(scale, css, span, span_earlier if both else None), "bar")]
        now_share = figure_cell(percent(row.share_later), "neg" if css == "neg" else "")
        if both:
            before = [figure_cell(_money(row.earlier), "mut p2"), figure_cell(_money(row.later))]
            cells += [*before, figure_cell(_money(row.change, signed=True), "mut p2"), figure_cell(percent(row.share_earlier), "mut p3"), now_share]
        else:
            cells += [figure_cell(_money(row.later)), now_share]
        made.append(element("tr", *cells, class_=f"k-{row.kind}"))
    heads = [head("Step"), head(unseen("Bar"), "bar")]
    if both:
        heads += [head(text(earlier), "num p2"), head(text(later), "num"), head("Change", "num p2")]
        heads += [head(text(f"% of {base}, {earlier}"), "num p3"), head(text(f"% of {base}, {later}"), "num")]
    else:
        heads += [head(text(later), "num"), head(text(f"% of {base}"), "num")]
    return table(caption, heads, made, css="hb wide")


def _money(amount: Decimal | None, *, signed: bool = False) -> str:
    return "" if amount is None else in_words(amount, signed=signed)
