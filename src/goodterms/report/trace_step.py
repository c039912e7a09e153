"""A row of the waterfall, walked back.

A layer of price opens to its sale lines; a cost to its rate, driver counts, pool and accounts; a level to the rows that it is the sum of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from goodterms.analysis.keys import NO_PRODUCT
from goodterms.analysis.result import WaterfallRow
from goodterms.charts.figures import at_start
from goodterms.errors import UsageError
from goodterms.facts.money import in_words
from goodterms.facts.periods import Period, month_name
from goodterms.report.parties import bare_step
from goodterms.report.reopened import ReopenedReport, Whose, named
from goodterms.report.trace_line import SHOWN, Said, Trace, counted_work, plain, total, with_rest

if TYPE_CHECKING:
    from ibis import Table

_LAYERS = {
    "list_value": ("list_value", 1),
    "discount": ("discount", -1),
    "charges": ("charges", 1),
    "rebate": ("rebate", -1),
    "net_sales": ("net_sales", 1),
    "sales_without_cost": ("net_sales", -1),
    "product_cost": ("cost", -1),
}
"""Rows that are sums of a column of the sale lines, with the sign that they have in a waterfall."""


def traced_step(report: ReopenedReport, asked: str, customer: str | None, product: str | None, period: str | None) -> Trace:
    """A row of the waterfall; a step that stands at several levels opens all of them, with their sum."""
    try:
        rows = named(asked, report.waterfall, lambda row: (bare_step(row.step), _with_level(row)), "step of the waterfall")
    except UsageError as error:
        raise UsageError(" ".join(filter(None, (str(error), _why_no_cost(report))))) from None
    span = report.period(period)
    whose, called = report.whose(customer, product)
    _refuse_what_is_nobodys(rows, report.waterfall, whose)
    label = rows[0].label if len(rows) == 1 else at_start(bare_step(rows[0].step))
    return opened_rows(report, rows, whose, span, f"{label} of {called} in {span}: ").trace()


def _why_no_cost(report: ReopenedReport) -> str:
    """Why a report has no cost to serve, and what to do; "" where it has some."""
    if any(row.kind == "step" and ": " in row.step for row in report.waterfall):
        return ""
    if not count_of(report.table("costs", origin=True)):
        return (
            "It has no step of cost to serve, because it was made without costs: run goodterms look again with --costs, and with a --policy of their drivers."
        )
    return "It has no step of cost to serve, because no cost pool has a driver: run goodterms look again with a --policy that names one for each pool."


def opened_rows(report: ReopenedReport, rows: Sequence[WaterfallRow], whose: Whose, span: Period, before: str) -> Said:
    """Rows of the waterfall together, as they are printed, with what they were made of."""
    opened = [_Opened(report, whose, span).row(row) for row in rows]
    below = opened[0].below if len(opened) == 1 else tuple(opened)
    return Said(before, total(opened), below=below, printed=report.printed_rows(rows, whose, span))


def _with_level(row: WaterfallRow) -> str:
    """A step by its plain name and the level that its cost stays at: "Delivery (orders)"."""
    return f"{at_start(bare_step(row.step))} ({row.step.partition(': ')[0]}s)"


def _refuse_what_is_nobodys(rows: Sequence[WaterfallRow], waterfall: Sequence[WaterfallRow], whose: Whose) -> None:
    """What no customer caused has no customer to be traced to.

    Raises
    ------
    UsageError
        For such a row, or a level below one.
    """
    if whose.is_company:
        return
    first = next((place for place, row in enumerate(waterfall) if row.kind == "memo"), len(waterfall))
    for row in rows:
        if waterfall.index(row) >= first:
            option, one = ("--customer", "customer") if whose.customer is not None else ("--product", "product")
            raise UsageError(f"{row.label} belongs to no {one}: it is the company's. Leave {option} out.")


class _Opened:
    """The rows of a waterfall of one period, opened for the company, a customer or a product."""

    def __init__(self, report: ReopenedReport, whose: Whose, span: Period) -> None:
        self.report, self.whose, self.span = report, whose, span

    def row(self, row: WaterfallRow) -> Said:
        """A row with its amount (a cost is negative) and what it was made of."""
        label = _with_level(row) if self._stands_twice(row) else row.label
        below = self._made_of(row)
        return Said(f"{label}: ", total(below), below=below)

    def _stands_twice(self, row: WaterfallRow) -> bool:
        return row.kind == "step" and sum(bare_step(other.step) == bare_step(row.step) for other in self.report.waterfall if other.kind == "step") > 1

    def _made_of(self, row: WaterfallRow) -> tuple[Said, ...]:
        if row.step in _LAYERS:
            return self._lines(row.step)
        if row.kind == "total":
            return tuple(self.row(above) for above in self._above(row))
        return self._pools(row.step) if row.kind == "memo" else shares(self.report, row.step, self.whose, self.span)

    def _above(self, row: WaterfallRow) -> list[WaterfallRow]:
        """The rows that a level is the sum of: net sales, where they stand above it, or else the first row, and every step from there."""
        rows = self.report.waterfall[: self.report.waterfall.index(row)]
        begin = max((place for place, above in enumerate(rows) if above.step == "net_sales"), default=0)
        return [rows[begin], *(above for above in rows[begin + 1 :] if above.kind != "total")]

    def _lines(self, step: str) -> tuple[Said, ...]:
        """The sale lines of a layer of price or of product cost, largest first, with file and row."""
        lines = self.whose.among(self.report.table("sale_lines", origin=True))
        lines = lines.filter(lines.month.between(self.span.first, self.span.last))
        if step == "sales_without_cost":
            lines = lines.filter(lines.cost.isnull())
        return invoice_lines(lines, *_LAYERS[step])

    def _pools(self, part: str) -> tuple[Said, ...]:
        """What no customer carries: pools and accounts whose cost is unused, unassigned, sustaining, excluded or in excess."""
        pools = self.report.table("pools")
        mine = pools.filter(pools.month.between(self.span.first, self.span.last) & (pools[part] != 0))
        rows = mine.order_by(["month", "pool", "entity", "account"]).to_pyarrow().to_pylist()
        return tuple(Said(f"{_month_and_pool(r, r['entity'])}, {_account(r)}: ", -r[part], f" of {in_words(r['amount'])}") for r in rows)


def _month_and_pool(row: Mapping[str, Any], entity: str | None) -> str:
    return f"{month_name(row['month'])}, pool {row['pool']}{f' of {entity}' if entity else ''}"


def _account(row: Mapping[str, Any]) -> str:
    return " ".join(part for part in ("account", row["account"] or "(none)", row["account_name"]) if part)


def invoice_lines(lines: Table, column: str, sign: int = 1) -> tuple[Said, ...]:
    """The largest sale lines of a column with their place, and one for the rest so that the sum holds."""
    ready = lines.filter(lines[column].notnull() & (lines[column] != 0))
    rows = ready.order_by([ready[column].abs().desc(), ready.file, ready.row]).limit(SHOWN).to_pyarrow().to_pylist()
    told = [Said(f"{line_in_words(row)}, {column.replace('_', ' ')} ", sign * row[column], f"   ({place_of(row)})") for row in rows]
    return with_rest(told, sign * total_of(ready[column]), count_of(ready), "line", "lines")


def line_in_words(row: Mapping[str, Any]) -> str:
    """One sale line: what it is and how much of what, as far as the file says."""
    line = f"line {row['line']}" if row["line"] else ""
    what = " ".join(part for part in (str(row["date"]), row["kind"], row["document"], line) if part)
    if row["product"] != NO_PRODUCT:
        what += f", {row['product']}"
    return f"{what}: {plain(row['quantity'])} {row['unit'] or ('unit' if row['quantity'] == 1 else 'units')}" if row["quantity"] else what


def place_of(row: Mapping[str, Any]) -> str:
    """File and row."""
    return f"{row['file']}, row {row['row']:,}" if row["row"] is not None else str(row["file"] or "no file")


def shares(report: ReopenedReport, name: str, whose: Whose, span: Period) -> tuple[Said, ...]:
    """A step of cost to serve at its level ("order: picking"): for each pool and month the rate, the driver counts and the account rows."""
    level, _sep, step = name.partition(": ")
    found = whose.among(report.table("shares"))
    found = found.filter((found.step == step) & (found.level == level) & found.month.between(span.first, span.last))
    grouped = found.group_by("month", "pool", "pool_entity", "driver").agg(amount=found.amount.sum(), count=found.driver_count.sum())
    rows = grouped.order_by("month", "pool", "pool_entity", "driver").to_pyarrow().to_pylist()
    return tuple(_share(report, row, report.rates.get((row["month"], row["pool"], row["pool_entity"])), level, whose) for row in rows)


def _share(report: ReopenedReport, row: Mapping[str, Any], rate: Mapping[str, Any] | None, level: str, whose: Whose) -> Said:
    """One pool's share of one month."""
    where = f"{_month_and_pool(row, row['pool_entity'])}: "
    if row["driver"] == "traced" or rate is None:
        return Said(where, -row["amount"], " traced to activities", _activities(report, row, level, whose))
    unit = "minutes" if rate["driver"].startswith("minutes = ") else rate["driver"].partition(" (")[0]
    over = f"practical capacity {plain(rate['capacity'])} minutes" if rate["capacity"] is not None else counted_work(rate["driver_total"], unit)
    traced = f" − {in_words(rate['traced'])} traced" if rate["traced"] else ""
    equation = (Said(f"{rate['driver']}"),) if rate["driver"].startswith("minutes = ") else ()
    formula = Said(f"rate {plain(rate['rate'], 6)} = (", rate["amount"], f"{traced}) ÷ {over}", (*equation, *_accounts(report, row)), is_part=False)
    return Said(where, -row["amount"], f" = {counted_work(row['count'], unit)} × {plain(rate['rate'], 4)}, to the unit", (formula,))


def _accounts(report: ReopenedReport, row: Mapping[str, Any]) -> tuple[Said, ...]:
    """The account rows of a pool and month, with file and row."""
    costs = report.table("costs", origin=True)
    mine = costs.filter((costs.month == row["month"]) & (costs.pool == row["pool"]) & (costs.entity.fill_null("") == row["pool_entity"]))
    rows = mine.order_by(["account", "file", "row"]).to_pyarrow().to_pylist()
    return tuple(Said(f"{_account(r)}: ", r["amount"], f"   ({place_of(r)})") for r in rows)


def _activities(report: ReopenedReport, row: Mapping[str, Any], level: str, whose: Whose) -> tuple[Said, ...]:
    """The activities whose cost was taken out of a pool, at one level."""
    said = Whose(whose.customer).among(report.table("activities", origin=True))
    mine = said.filter((said.month == row["month"]) & (said.pool == row["pool"]) & (said.level == level) & said.amount.notnull())
    pools, costs = report.table("pools"), report.table("costs", origin=True)
    entities = _entities(pools.filter((pools.month == row["month"]) & (pools.pool == row["pool"])))
    with_cost = _entities(costs.filter((costs.month == row["month"]) & (costs.pool == row["pool"])))
    own = mine.entity == row["pool_entity"]
    if with_cost == {row["pool_entity"]}:  # the only pool of that name with a cost also pays for companies that have none
        own |= ~mine.entity.isin(sorted(entities))
    mine = mine.filter(own & (mine.amount != 0))
    rows = mine.order_by([mine.amount.abs().desc(), "date", "file", "row"]).limit(SHOWN).to_pyarrow().to_pylist()
    told = [Said(" ".join(p for p in (str(r["date"]), r["kind"], r["activity"]) if p) + ": ", -r["amount"], f"   ({place_of(r)})") for r in rows]
    return with_rest(told, -total_of(mine.amount), count_of(mine), "activity", "activities")


def _entities(table: Table) -> set[str]:
    return set(table.mutate(entity=table.entity.fill_null("")).entity.to_pyarrow().to_pylist())


def total_of(column: Any) -> Decimal:
    """The sum of a column; 0 of nothing."""
    return column.sum().to_pyarrow().as_py() or Decimal(0)


def count_of(table: Table) -> int:
    """How many rows there are."""
    return int(table.count().to_pyarrow().as_py())
