"""Product families as a picture that is its own table: how much each one's margin changed, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from goodterms.charts.drawing import row_bar, scale_over
from goodterms.charts.figures import short_money
from goodterms.charts.markup import cell, element, figure_cell, head, row_head, table, text, unseen
from goodterms.facts.money import in_words


@dataclass(frozen=True)
class FamilyRow:
    """One product family in cents. ``is_rest`` marks the row that stands for all others."""

    family: str
    earlier: Decimal | None
    later: Decimal
    is_rest: bool = False

    @property
    def figure(self) -> Decimal:
        """What the bar shows: the printed change, or the later amount where there is no earlier period."""
        return self.later if self.earlier is None else self.later - self.earlier


def families_title(rows: Sequence[FamilyRow], measure: str) -> str:
    """What the families say, in one sentence."""
    named = [row for row in rows if not row.is_rest]
    if not named:
        return f"{measure.capitalize()} by product family"
    worst = min(named, key=lambda row: row.figure)
    if worst.figure >= 0:
        best = max(named, key=lambda row: row.figure)
        return f"{best.family} {'gained' if best.earlier is not None else 'earned'} most: {short_money(best.figure)}"
    return f"{worst.family} {'fell' if worst.earlier is not None else 'lost'} most: {short_money(worst.figure, signed=True)}"


def families_table(rows: Sequence[FamilyRow], *, caption: str, earlier: str | None, later: str) -> str:
    """Draw the families, one scale for all bars."""
    scale = scale_over([row.figure for row in rows], 0, 100)
    both = earlier is not None
    made = []
    for row in rows:
        css = "pos" if row.figure >= 0 else "neg"
        cells = [row_head(text(row.family)), cell(row_bar(scale, css, Decimal(0), row.figure), "bar")]
        if both:
            before = "" if row.earlier is None else in_words(row.earlier)
            cells += [figure_cell(in_words(row.figure, signed=True), css), figure_cell(before, "mut p2"), figure_cell(in_words(row.later), "mut p2")]
        else:
            cells.append(figure_cell(in_words(row.later)))
        made.append(element("tr", *cells))
    heads = [head("Family"), head(unseen("Bar"), "bar")]
    heads += [head("Change", "num"), head(text(earlier), "num p2"), head(text(later), "num p2")] if both else [head(text(later), "num")]
    return table(caption, heads, made, css="hb wide")
