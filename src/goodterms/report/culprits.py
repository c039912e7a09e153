"""The ten customers and the ten products that cost most, each with the step where it leaks against its peers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from goodterms.analysis.result import Culprit
from goodterms.charts.drawing import Scale, row_bar, scale_over
from goodterms.charts.figures import NBSP, at_start, counted
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
        ranking = ranking_of(exact)
        title = heading_of(kind, culprits, ranking)
        order = f"largest fall in {ranking.measure}" if ranking.by_change else f"lowest {ranking.measure} in {edition.later}"
        leaks = "; below each name the step that costs more than among its peers" if any(c.sentence for c in culprits) else ""
        note = f"{at_start(order)}, {sums_in(result.currency)}{leaks}"
        made.append(card(f"worst-{kind}s", title, note, scrolled(_table(edition, kind, culprits, ranking, title), title)))
    return "".join(made)


@dataclass(frozen=True)
class Ranking:
    """What the ten are ranked by: the lowest of a measure, or its largest fall."""

    measure: str
    by_change: bool


def ranking_of(culprits: Sequence[Culprit]) -> Ranking:
    """The ranking as the result names it ("net profit", "change in net sales")."""
    named = culprits[0].rank_by.replace("_", " ")
    return Ranking(named.removeprefix("change in "), named.startswith("change in "))


def heading_of(kind: str, culprits: Sequence[PrintedCulprit], ranking: Ranking) -> str:
    """What the list is called: who makes a profit costs nothing, so only a list of losses or falls is of those that cost."""
    count = counted(len(culprits), kind)
    if not ranking.by_change and any(c.later is None or c.later >= 0 for c in culprits):
        return f"The {count} with the lowest {ranking.measure}" if len(culprits) > 1 else f"The {kind} with the lowest {ranking.measure}"
    return f"The {count} that cost most" if len(culprits) > 1 else f"The {kind} that costs most"


def _table(edition: Edition, kind: str, culprits: Sequence[PrintedCulprit], ranking: Ranking, caption: str) -> str:
    shows_sales, both = ranking.measure != "net sales", edition.earlier is not None
    leaks = any(c.sentence for c in culprits)
    figures = [c.change if ranking.by_change else c.later for c in culprits]
    scale = scale_over([f for f in figures if f is not None], 0, 100)
    rows = []
    for culprit, figure in zip(culprits, figures, strict=True):
        name = element("a", text(culprit.name), href=f"#{kind}s", data_find=culprit.key, data_in=f"{kind}s")
        key = element("small", text(culprit.key)) if culprit.key != culprit.name else ""
        leak = element("small", text(_sentence(culprit.sentence) or "No step costs more than among its peers.")) if leaks else ""
        cells = [row_head(element("span", name, " ", key) + leak, "who")]
        if shows_sales:
            cells += [_money(culprit.sales_earlier, "mut p2")] if both else []
            cells.append(_money(culprit.sales_later, "p2"))
        cells += [_money(culprit.earlier, "mut p3")] if both else []
        cells.append(_money(culprit.later, "" if ranking.by_change else _tone(culprit.later)))
        cells += [_money(culprit.change, _tone(culprit.change), signed=True)] if ranking.by_change else []
        cells.append(cell(_bar(scale, figure), "bar p2"))
        rows.append(element("tr", *cells))
    heads = [head(kind.capitalize())]
    if shows_sales:
        heads += [head(text(f"Sales {edition.earlier}"), "num p2")] if both else []
        heads.append(head(text(f"Sales {edition.later}"), "num p2"))
    named = ranking.measure.capitalize()
    heads += [head(text(f"{named} {edition.earlier}"), "num p3")] if both else []
    heads.append(head(text(f"{named} {edition.later}"), "num"))
    heads += [head("Change", "num")] if ranking.by_change else []
    return table(caption, [*heads, head(unseen("Bar"), "bar p2")], rows, css="t worst")


def _tone(amount: Decimal | None) -> str:
    return "neg" if amount is not None and amount < 0 else ""


def _sentence(words: str) -> str:
    """A leak as a sentence of its own, its percentages unbroken."""
    return at_start(words).replace(" %", f"{NBSP}%")


def _money(amount: Decimal | None, css: str = "", *, signed: bool = False) -> str:
    return figure_cell("" if amount is None else in_words(amount, signed=signed), css)


def _bar(scale: Scale, amount: Decimal | None) -> str:
    return "" if amount is None else row_bar(scale, "neg" if amount < 0 else "pos", Decimal(0), amount)
