"""The ten customers and the ten products that cost most, each with the step where it leaks against its peers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from goodterms.charts.drawing import Scale, row_bar, scale_over
from goodterms.charts.figures import NBSP, counted
from goodterms.charts.markup import cell, element, figure_cell, head, row_head, table, text, unseen
from goodterms.facts.money import in_words
from goodterms.report.card import card, scrolled, sums_in
from goodterms.report.edition import Edition, PrintedCulprit


def culprits_section(edition: Edition) -> str:
    """Both lists."""
    result = edition.result
    made = []
    for kind, culprits, exact in (("customer", edition.culprit_customers, result.customers), ("product", edition.culprit_products, result.products)):
        if not culprits:
            continue
        ranked = exact[0].rank_by.replace("_", " ")
        by_change = ranked.startswith("change in ")
        measure = ranked.removeprefix("change in ")
        title = f"The {counted(len(culprits), kind)} that cost most" if len(culprits) > 1 else f"The {kind} that costs most"
        order = f"largest fall in {measure}" if by_change else f"lowest {measure} in {edition.later}"
        note = f"{order.capitalize()}, {sums_in(result.currency)}; below each name the step that costs more than among its peers"
        made.append(card(f"worst-{kind}s", title, note, scrolled(_table(edition, kind, culprits, measure, title), title)))
    return "".join(made)


def _table(edition: Edition, kind: str, culprits: Sequence[PrintedCulprit], measure: str, caption: str) -> str:
    is_sales = measure == "net sales"
    both = edition.earlier is not None
    scale = scale_over([c.later for c in culprits if c.later is not None], 0, 100)
    rows = []
    for culprit in culprits:
        name = element("a", text(culprit.name), href=f"#{kind}s", data_find=culprit.key, data_in=f"{kind}s")
        key = element("small", text(culprit.key)) if culprit.key != culprit.name else ""
        leak = element("small", text(_sentence(culprit.sentence) or "No step costs more than among its peers."))
        cells = [row_head(element("span", name, " ", key) + leak, "who")]
        if both and not is_sales:
            cells.append(_money(culprit.sales_earlier, "mut p2"))
        if not is_sales:
            cells.append(_money(culprit.sales_later, "p2"))
        if both:
            cells.append(_money(culprit.earlier, "mut p3"))
        cells.append(_money(culprit.later, "neg" if culprit.later is not None and culprit.later < 0 else ""))
        cells.append(cell(_bar(scale, culprit.later), "bar p2"))
        rows.append(element("tr", *cells))
    heads = [head(kind.capitalize())]
    if not is_sales:
        heads += [head(text(f"Sales {edition.earlier}"), "num p2")] if both else []
        heads.append(head(text(f"Sales {edition.later}"), "num p2"))
    name = measure.capitalize()
    heads += [head(text(f"{name} {edition.earlier}"), "num p3")] if both else []
    heads += [head(text(f"{name} {edition.later}"), "num"), head(unseen("Bar"), "bar p2")]
    return table(caption, heads, rows, css="t worst")


def _sentence(words: str) -> str:
    """A leak as a sentence of its own, its percentages unbroken."""
    return f"{words[:1].upper()}{words[1:]}".replace(" %", f"{NBSP}%")


def _money(amount: Decimal | None, css: str = "") -> str:
    return figure_cell("" if amount is None else in_words(amount), css)


def _bar(scale: Scale, amount: Decimal | None) -> str:
    return "" if amount is None else row_bar(scale, "neg" if amount < 0 else "pos", Decimal(0), amount)
