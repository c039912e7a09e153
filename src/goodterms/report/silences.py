"""What the data could not say, which file would let it, and what is worth knowing about the figures."""

from __future__ import annotations

from goodterms.charts.markup import cell, element, head, row_head, table, text
from goodterms.report.card import card
from goodterms.report.edition import Edition


def silences_section(edition: Edition) -> str:
    """The silences and the notices."""
    result = edition.result
    rows = [element("tr", row_head(text(m.topic.capitalize())), cell(text(m.sentence)), cell(text(m.file))) for m in result.missing]
    made = ""
    if rows:
        caption = "What the data could not say"
        drawn = table(caption, [head("Topic"), head("What is not known"), head("What would let it be said")], rows, css="t words")
        made = card("missing", caption, "Nothing was invented in its place", drawn)
    if result.notices:
        made += card("notices", "Worth knowing about these figures", "", element("ul", *(element("li", text(n)) for n in result.notices), class_="plain-list"))
    return made
