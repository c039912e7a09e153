"""The whale curve in the page: which customers make the profit and which take it away."""

from __future__ import annotations

from goodterms.charts.figures import counted, percent
from goodterms.charts.markup import element, text
from goodterms.charts.whale import whale_chart, whale_table, whale_title
from goodterms.facts.money import cents, in_words
from goodterms.report.card import card, chart_and_table, sums_in, switch
from goodterms.report.edition import Edition


def whale_section(edition: Edition) -> str:
    """The curve of the later period with the earlier one in grey, and its figures."""
    whale, before = edition.result.whale, edition.result.whale_earlier
    if whale is None:
        return ""
    note = f"Cumulative {whale.measure} {sums_in(edition.result.currency)}, customers from best to worst"
    names = (("now", whale.period), ("last", before.period)) if before else (("now", whale.period),)
    key = element("ul", *(element("li", element("i", class_=f"ln {css}"), text(name)) for css, name in names), class_="key")
    twin = whale_table(whale, before, caption=f"Whale curve of {whale.measure}: its figures")
    flat = whale.customers - whale.peak_rank - whale.losers
    peak = f"The curve peaks at {in_words(cents(whale.peak))}"
    peak += f", {percent(whale.peak_share)} of the total of {in_words(cents(whale.total))}" if whale.peak_share is not None else ""
    said = f"{peak}, after {counted(whale.peak_rank, 'customer')}, and ends at {in_words(cents(whale.total))}." if whale.peak_share is None else f"{peak}."
    if flat:
        said += f" {counted(flat, 'customer')} at zero."
    if whale.hhi is not None:
        said += f" Concentration of sales (HHI): {whale.hhi:.4f}."
    body = key + chart_and_table(whale_chart(whale, before, currency=edition.result.currency), twin)
    return card("whale", whale_title(whale), note, body, wide=6, footer=text(said), beside=switch())
