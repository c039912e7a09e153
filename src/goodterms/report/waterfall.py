"""The waterfall in the page: where the money goes, from sales at list price to net profit, in both periods."""

from __future__ import annotations

from decimal import Decimal

from goodterms.analysis.result import MEASURE_COLUMN
from goodterms.charts.figures import at_start, percent, within
from goodterms.charts.markup import element, text
from goodterms.charts.waterfall import waterfall_table
from goodterms.report.card import card, sums_in
from goodterms.report.edition import Edition


def waterfall_section(edition: Edition) -> str:
    """The waterfall of both periods."""
    caption = f"Waterfall from {edition.waterfall[0].label.lower()} down, {edition.later}{f' and {edition.earlier}' if edition.earlier else ''}"
    drawn = waterfall_table(edition.waterfall, caption=caption, earlier=edition.earlier, later=edition.later, base=edition.base)
    note = f"{at_start(sums_in(edition.result.currency))}."
    key = ""
    if edition.earlier:
        note += f" Coloured where a step takes a larger share than in {edition.earlier}, or leaves a loss."
        names = ((edition.later, "now"), (edition.earlier, "last"))
        key = element("ul", *(element("li", element("i", class_=f"sw {css}"), text(name)) for name, css in names), class_="key")
    return card("waterfall", _title(edition), note, drawn, beside=key, footer=_avoidable(edition))


def _title(edition: Edition) -> str:
    """What is left of a hundred."""
    row = edition.row(MEASURE_COLUMN[edition.result.measure])
    if row is None or row.share_later is None or edition.result.measure == "net sales":
        return "Where the money goes"
    said = f"Of 100 at {edition.base}, {_of_hundred(row.share_later)} was left as {edition.result.measure} in {edition.later}"
    return f"{said}; in {edition.earlier} it was {_of_hundred(row.share_earlier)}" if row.share_earlier is not None else said


def _of_hundred(share: Decimal) -> str:
    return percent(share).rpartition("\N{NO-BREAK SPACE}")[0]


def _avoidable(edition: Edition) -> str:
    """Which share of each step would go with a customer, where the policy says."""
    said = [
        f"{within(row.label)} {percent(row.avoidable, places=0)}"
        for row in edition.result.waterfall
        if row.kind == "step" and row.avoidable is not None and row.step != "discount"
    ]
    return text(f"Avoidable if a customer left: {', '.join(said)}.") if said else ""
