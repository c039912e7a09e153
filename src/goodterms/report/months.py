"""Profit by month in the page."""

from __future__ import annotations

from collections.abc import Sequence

from goodterms.charts.markup import element, text
from goodterms.charts.months import MonthPair, months_chart, months_table, months_title
from goodterms.facts.money import in_words
from goodterms.report.card import card, chart_and_table, sums_in, switch
from goodterms.report.edition import Edition


def months_section(edition: Edition) -> str:
    """The measure month by month, both periods."""
    pairs, measure = edition.months, edition.result.measure
    chart = months_chart(pairs, measure=measure, currency=edition.result.currency) if pairs else ""
    if not chart:
        return ""
    names = (("sw now", edition.later), ("ln last", edition.earlier)) if edition.earlier else (("sw now", edition.later),)
    key = element("ul", *(element("li", element("i", class_=css), text(name)) for css, name in names), class_="key")
    twin = months_table(pairs, caption=f"{measure.capitalize()} by month", earlier=edition.earlier, later=edition.later)
    note = f"{measure.capitalize()} by month {sums_in(edition.result.currency)}"
    return card("months", months_title(pairs, measure), note, key + chart_and_table(chart, twin), wide=6, beside=switch(), footer=text(_extremes(pairs)))


def _extremes(pairs: Sequence[MonthPair]) -> str:
    """The weakest and the strongest month, and a month without sales."""
    known = [(p.later, p.month) for p in pairs if p.later is not None]
    (low, weakest), (high, strongest) = min(known), max(known)
    said = f"The weakest month was {weakest:%B %Y} with {in_words(low)}, the strongest {strongest:%B %Y} with {in_words(high)}." if len(known) > 1 else ""
    empty = [f"{p.month:%B %Y}" for p in pairs if p.later is None]
    return f"{said} No sale lines in {', '.join(empty)}." if empty and len(empty) < len(pairs) else said
