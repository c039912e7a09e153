"""Product families in the page: which of them moved margin."""

from __future__ import annotations

from goodterms.charts.families import families_table, families_title
from goodterms.report.card import card, sums_in
from goodterms.report.edition import Edition


def families_section(edition: Edition) -> str:
    """Families by how much their margin changed."""
    rows, level = edition.families, edition.family_measure
    if not rows or level is None:
        return ""
    measure = level.replace("_", " ")
    note = f"Change in {measure} {sums_in(edition.result.currency)}" if edition.earlier else f"{measure.capitalize()} {sums_in(edition.result.currency)}"
    drawn = families_table(rows, caption=f"{note}, by product family", earlier=edition.earlier, later=edition.later)
    return card("families", families_title(rows, measure), f"{note}, largest changes, worst first", drawn)
