"""A result as text in a terminal: the answer first, then why, where the money goes, through whom, and what is not known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from goodterms.charts.figures import NOTHING, counted_are, percent
from goodterms.charts.printed import PrintedBridge
from goodterms.charts.whale import whale_figures, whale_title
from goodterms.facts.money import in_words
from goodterms.problems import Severity, visible
from goodterms.report.culprits import heading_of, ranking_of
from goodterms.report.edition import Edition, PrintedCulprit
from goodterms.report.files_read import name_of, ordered, rows_aside
from goodterms.report.pools import PARTS, periods_of, pools_of

if TYPE_CHECKING:
    from rich.console import Console

    from goodterms.analysis.result import Culprit, Result
    from goodterms.intake import Reading

_ROOMY = 100
"""From this width on there is room for a change and both shares."""
_PROBLEMS_SHOWN = 10
_PART_NAMES = {"assigned": "to customers", "excess": "traced beyond"}


def print_result(result: Result, console: Console, reading: Reading | None = None) -> None:
    """Print a result: sentence, bridge, waterfall, whale curve, the ten customers and products that cost most, cost pools, and what the data could not say.

    Every figure is the one that the report prints. Signs and words carry the meaning, never a colour alone. It reads at 80 columns.
    """
    edition = Edition(result)
    _print_answer(edition, console)
    _print_bridge(edition, console)
    _print_waterfall(edition, console)
    _print_whale(edition, console)
    _print_culprits(console, "customer", edition, edition.culprit_customers, result.customers)
    _print_culprits(console, "product", edition, edition.culprit_products, result.products)
    _print_pools(edition, console)
    _print_silences(result, console)
    if reading is not None:
        _print_reading(reading, console)


def _shown(words: str, style: str = "") -> Text:
    """Text as it stands: nothing in it is markup, and nothing steers the terminal."""
    return Text(visible(words), style=style)


def heading(console: Console, words: str, note: str = "") -> None:
    """The name of what follows, after an empty line."""
    console.print()
    console.print(Text.assemble((visible(words), "bold"), (visible(f"  {note}") if note else "", "dim")))


def paragraph(console: Console, words: str, indent: int = 0) -> None:
    """A paragraph."""
    from rich.padding import Padding  # noqa: PLC0415

    console.print(Padding(_shown(words), (0, 0, 0, indent)) if indent else _shown(words))


def grid(*columns: tuple[str, str]) -> Table:
    """A table without lines; every column is a name and "text" or "figure"."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    for name, kind in columns:
        table.add_column(Text(name), justify="left" if kind == "text" else "right", no_wrap=kind == "figure", overflow="fold")
    return table


def put_row(table: Table, *cells: str, strong: bool = False) -> None:
    """A row of a grid."""
    table.add_row(*(_shown(c) for c in cells), style="bold" if strong else None)


def _print_answer(edition: Edition, console: Console) -> None:
    result = edition.result
    console.print(_shown(result.answer, style="bold"))
    for sentence in result.explanation:
        paragraph(console, sentence)
    for sentence in result.unfilled:
        if not any(sentence in said for said in result.explanation):
            paragraph(console, f"{sentence}.")


def _print_bridge(edition: Edition, console: Console) -> None:
    bridge, other = edition.bridge, edition.like_for_like
    if bridge is None:
        return
    money = f"in {edition.result.currency}" if edition.result.currency else ""
    heading(console, f"Why {bridge.measure} moved", money)
    heads = [("", "text"), (f"{bridge.later} against {bridge.earlier}", "figure")]
    if other:
        heads.append((f"like for like\n{other.later}\nagainst\n{other.earlier}".replace(" without ", "\nwithout "), "figure"))
    table = grid(*heads)
    put_row(table, f"{bridge.measure.capitalize()} {bridge.earlier}", in_words(bridge.start), *_other(other, "start"), strong=True)
    for step in bridge.steps:
        same = other.amount(step.step) if other else None
        put_row(table, f"  {step.label}", in_words(step.amount, signed=True), *([in_words(same or Decimal(0), signed=True)] if other else []))
    put_row(table, f"{bridge.measure.capitalize()} {bridge.later}", in_words(bridge.end), *_other(other, "end"), strong=True)
    put_row(table, "Change", in_words(bridge.change, signed=True), *_other(other, "change"))
    console.print(table)
    for share in edition.result.bridge.continuing if edition.result.bridge else ():
        said = f"{percent(share.share_earlier)} of sales in {bridge.earlier}, {percent(share.share_later)} in {bridge.later}"
        level = share.level.replace(" x ", " × ")
        paragraph(console, f"Continuing {level}{' pairs' if '×' in level else ''}: {share.continuing:,} ({said}).")


def _other(other: PrintedBridge | None, what: str) -> list[str]:
    """The like-for-like figure, where there is one."""
    if other is None:
        return []
    return [{"start": in_words(other.start), "end": in_words(other.end), "change": in_words(other.change, signed=True)}[what]]


def _print_waterfall(edition: Edition, console: Console) -> None:
    heading(console, "Where the money goes", f"shares are of {edition.base}")
    roomy, both = console.width >= _ROOMY, edition.earlier is not None
    heads: list[tuple[str, str]] = [("", "text")]
    if both:
        heads.append((str(edition.earlier), "figure"))
        heads += [("%", "figure")] if roomy else []
    heads += [(edition.later, "figure"), ("%", "figure")]
    heads += [("change", "figure")] if both and roomy else []
    table = grid(*heads)
    for row in edition.waterfall:
        cells = [row.label if row.kind == "total" else f"  {row.label}"]
        if both:
            cells.append(_money(row.earlier))
            cells += [percent(row.share_earlier)] if roomy else []
        cells += [_money(row.later), percent(row.share_later)]
        cells += [_money(row.change, signed=True)] if both and roomy else []
        put_row(table, *cells, strong=row.kind == "total")
    console.print(table)


def _money(amount: Decimal | None, *, signed: bool = False) -> str:
    return NOTHING if amount is None else in_words(amount, signed=signed)


def _print_whale(edition: Edition, console: Console) -> None:
    whale, before = edition.result.whale, edition.result.whale_earlier
    if whale is None:
        return
    heading(console, "Whale curve", whale_title(whale))
    curves = [w for w in (before, whale) if w]
    table = grid(("", "text"), *((w.period, "figure") for w in curves))
    by_curve = [dict(whale_figures(w)) for w in curves]
    for name in dict.fromkeys(name for figures in reversed(by_curve) for name in figures):
        put_row(table, name, *(figures.get(name, "") for figures in by_curve))
    console.print(table)


def _print_culprits(console: Console, kind: str, edition: Edition, culprits: Sequence[PrintedCulprit], exact: Sequence[Culprit]) -> None:
    if not culprits:
        return
    ranking = ranking_of(exact)
    measure, leaks = ranking.measure, any(c.sentence for c in culprits)
    order = f"largest fall in {measure}" if ranking.by_change else f"lowest {measure}"
    title = heading_of(kind, culprits, ranking)
    heading(console, title, "" if title.endswith(order) else order)
    shows_sales = measure != "net sales"
    shows_earlier = edition.earlier is not None and (console.width >= _ROOMY or not shows_sales)
    titles = [f"sales {edition.later}"] if shows_sales else []
    titles += [f"{measure} {edition.earlier}"] if shows_earlier else []
    titles += [f"{measure} {edition.later}", *(["change"] if ranking.by_change else [])]
    lines = []
    for culprit in culprits:
        figures = [_money(culprit.sales_later)] if shows_sales else []
        figures += [_money(culprit.earlier)] if shows_earlier else []
        name = culprit.name if culprit.name == culprit.key else f"{culprit.name} ({culprit.key})"
        figures += [_money(culprit.later), *([_money(culprit.change, signed=True)] if ranking.by_change else [])]
        lines.append((name, figures, culprit.sentence or "no step costs more than among its peers"))
    widths = [max(len(title), *(len(figures[i]) for _n, figures, _s in lines)) for i, title in enumerate(titles)]
    console.print(_fixed("", titles, widths, console.width, "dim"))
    for name, figures, said in lines:
        console.print(_fixed(name, figures, widths, console.width))
        if leaks:
            paragraph(console, said, indent=2)


def _fixed(name: str, figures: Sequence[str], widths: Sequence[int], width: int, style: str = "") -> Table:
    """One row of figures in columns that stand below each other from row to row, so that a sentence over the whole width fits between."""
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(width=max(12, width - sum(widths) - 2 * len(widths) - 1), overflow="fold")
    for own in widths:
        table.add_column(width=own, justify="right", no_wrap=True)
    table.add_row(_shown(name), *(Text(figure, style=style) for figure in figures))
    return table


def _print_pools(edition: Edition, console: Console) -> None:
    """Every cost pool of both periods and what became of it; all entities of a pool together."""
    pools = pools_of(edition.result)
    for when, period in periods_of(edition.result):
        sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * (1 + len(PARTS)))
        for pool in pools:
            there = pool.by_period.get(when)
            if there is not None and there.accounts:
                parts = [there.amount, *(there.part(i) for i in range(len(PARTS)))]
                sums[pool.pool] = [a + b for a, b in zip(sums[pool.pool], parts, strict=True)]
        if not sums:
            continue
        used = [0, 1, *(i for i in range(2, 1 + len(PARTS)) if any(row[i] for row in sums.values()))]
        heading(console, f"Cost pools, {period.label}", "in every row the parts add up to the cost")
        names = ["cost", *(_PART_NAMES.get(part, part) for part in PARTS)]
        table = grid(("", "text"), *((names[i], "figure") for i in used))
        for name, row in sums.items():
            put_row(table, name, *(in_words(row[i]) for i in used))
        put_row(table, "All pools", *(in_words(sum((row[i] for row in sums.values()), Decimal(0))) for i in used), strong=True)
        console.print(table)


def _print_silences(result: Result, console: Console) -> None:
    if result.missing:
        heading(console, "What the data could not say", "and what would let it")
        for missing in result.missing:
            paragraph(console, missing.sentence)
            paragraph(console, f"Give {missing.file}." if missing.file else "", indent=2)
    if result.notices:
        heading(console, "Worth knowing about these figures")
        for notice in result.notices:
            paragraph(console, notice)


def _print_reading(reading: Reading, console: Console) -> None:
    heading(console, "Files read")
    names = ["records", "accepted", "rejected", "set aside", *(["met again"] if reading.met_again else [])]
    table = grid(("", "text"), *((name, "figure") for name in names))
    for account in reading.files:
        counts = (account.physical, account.accepted, account.rejected, account.set_aside, account.met_again)
        put_row(table, name_of(account), *(f"{count:,}" for count in counts[: len(names)]))
    console.print(table)
    problems = ordered(reading.problems)
    more = sum(p.rows if p.severity == Severity.REJECTED else 1 for p in problems[_PROBLEMS_SHOWN:])
    _print_problems((f"{p.severity.capitalize()}: {p}" for p in problems[:_PROBLEMS_SHOWN]), more, console)
    _summed_up, aside = rows_aside(reading.files)
    _print_problems((f"Set aside: {row.place} ({row.reason}): {row.text}" for row in aside[:_PROBLEMS_SHOWN]), len(aside) - _PROBLEMS_SHOWN, console)


def _print_problems(said: Iterable[str], more: int, console: Console) -> None:
    for sentence in said:
        paragraph(console, sentence)
    if more > 0:
        paragraph(console, f"{counted_are(more, 'more of these', 'more of these')} in the report.")
