"""The answer at the top of the page: one sentence, what explains it, and the figures that carry it."""

from __future__ import annotations

from decimal import Decimal

from goodterms.analysis.result import MEASURE_COLUMN
from goodterms.charts.figures import growth, percent, points, share_of, short_money
from goodterms.charts.markup import element, text, unseen
from goodterms.charts.spark import spark
from goodterms.facts.money import MINUS, in_words
from goodterms.report.edition import Edition
from goodterms.report.lookup import found, plain, table_of

_SPOKEN = 3
"""How many sentences of the explanation are said at once; the others are listed."""


def answer_section(edition: Edition) -> str:
    """The sentence, its explanation, and the key figures."""
    result = edition.result
    first, rest = result.explanation[:_SPOKEN], result.explanation[_SPOKEN:]
    said = [element("p", text(sentence)) for sentence in first]
    if rest:
        said.append(element("ul", *(element("li", text(sentence)) for sentence in rest), class_="plain-list"))
    unfilled = [element("p", text(f"{sentence}."), class_="warn") for sentence in result.unfilled if not any(sentence in e for e in result.explanation)]
    lead = element("section", element("h1", text(result.answer), class_="big"), *unfilled, *said, class_="lead", id="answer", aria_label="The answer")
    return lead + _key_figures(edition)


def _key_figures(edition: Edition) -> str:
    """Sales, margin, profit, what is left of a hundred, and how many customers lose."""
    made = [_figure(edition, "net_sales", "Net sales")]
    if edition.result.measure != "net sales":
        made.append(_figure(edition, "gross_margin", "Gross margin"))
    if edition.result.measure == "net profit":
        made.append(_figure(edition, "net_profit", "Net profit of the customers"))
    made += [_kept(edition), _losers(edition)]
    return element("ul", *(m for m in made if m), class_="kpis", aria_label="Key figures")


def _figure(edition: Edition, level: str, name: str) -> str:
    """A level of the waterfall: short in large type, in full in the note."""
    row = edition.row(level)
    if row is None or row.later is None:
        return ""
    change = None
    if row.earlier is not None and row.change is not None:
        grown = growth(row.earlier, row.later) if row.later > 0 else None
        change = percent(grown, signed=True) if grown is not None else short_money(row.change, signed=True)
    note = f"{in_words(row.earlier)} in {edition.earlier}" if row.earlier is not None else ""
    good = row.change is None or row.change >= 0
    return _tile(name, short_money(row.later, edition.result.currency), change, note, good=good, line=_by_month(edition, level), full=in_words(row.later))


def _kept(edition: Edition) -> str:
    """What is left of net sales."""
    measure = edition.result.measure
    row, sales = edition.row(MEASURE_COLUMN[measure]), edition.row("net_sales")
    if row is None or sales is None or measure == "net sales":
        return ""
    now, before = share_of(row.later, sales.later), share_of(row.earlier, sales.earlier)
    if now is None:
        return ""
    change = now - before if before is not None else None
    note = f"{percent(before)} in {edition.earlier}" if before is not None else ""
    said = points(change) if change is not None else None
    return _tile(f"{measure.capitalize()}, share of net sales", percent(now), said, note, good=change is None or change >= 0)


def _losers(edition: Edition) -> str:
    """How many customers lose money."""
    whale, before = edition.result.whale, edition.result.whale_earlier
    if whale is None or whale.measure == "net sales":
        return ""
    change = whale.losers - before.losers if before else None
    note = f"of {whale.customers:,}, together {short_money(whale.losses, edition.result.currency)}"
    said = in_words(Decimal(change), places=0, signed=True) if change is not None else None
    return _tile("Customers that lose money", f"{whale.losers:,}", said, note, good=change is None or change <= 0)


def _tile(name: str, figure: str, change: str | None, note: str, *, good: bool, line: str = "", full: str = "") -> str:
    said = ""
    if change:
        way = {"+": " up", MINUS: " down"}.get(change[0], "")
        said = element("span", text(change), unseen(" against the period before"), class_=f"delta {'good' if good else 'bad'}{way}")
    value = element("div", element("strong", text(figure), title=full or None), said, class_="v")
    foot = element("div", element("small", text(note)), line, class_="f")
    return element("li", element("span", text(name), class_="name"), value, foot)


def _by_month(edition: Edition, level: str) -> str:
    """How the level went, month by month of the later period."""
    table = table_of(edition.result.tables, "months")
    column = found(table, level, "sales" if level == "net_sales" else level) if table is not None else None
    if table is None or column is None:
        return ""
    inside = [a for month, a in zip(plain(table, "month"), plain(table, column), strict=True) if a is not None and month in edition.result.later]
    row = edition.row(level)
    falling = row is not None and row.change is not None and row.change < 0
    return spark(inside, "neg" if falling else "pos")
