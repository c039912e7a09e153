"""A bar of the bridge, walked back: to the customers who carry it, their items, and those items' invoice lines in both periods."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from goodterms.analysis.result import BridgeStep
from goodterms.charts.figures import at_start
from goodterms.errors import UsageError
from goodterms.facts.money import cents, in_words, parts_in_cents
from goodterms.report.parties import bare_step
from goodterms.report.reopened import ReopenedReport, Whose, named
from goodterms.report.trace_line import SHOWN, SHOWN_OF_EACH, Said, Trace, plain, total, with_rest
from goodterms.report.trace_step import line_in_words, place_of, shares, total_of

if TYPE_CHECKING:
    from ibis import Table

_FAMILY_STEPS = ("volume", "mix between", "mix within")
_TOO_SMALL = Decimal("0.005")
"""Amounts that would print as nothing stand in the line for the rest."""
_CLASSES = {"new customers": "new", "lost customers": "lost", "adjustments": "neither"}
"""The bars that hold the cost to serve of a class of customers too."""


def traced_bar(report: ReopenedReport, asked: str, customer: str | None, product: str | None) -> Trace:
    """A bar of the bridge; a name that several share ("picking" for its rate and its activity) opens all of them, with their sum."""
    bars = named(asked, report.bridge.steps if report.bridge else (), _plain_names, "bar of the bridge")
    whose, called = report.whose(customer, product)
    opened = [_Bar(report, bar, whose).said() for bar in bars]
    below = opened[0].below if len(opened) == 1 else tuple(opened)
    label = bars[0].label if len(bars) == 1 else at_start(asked.strip())
    whole = Said(f"{label} of {called}, {report.earlier} to {report.later}: ", total(opened), below=below)
    line = whole.line(report.printed_bars(bars, whose))
    return Trace(line.text, whole.amount or Decimal(0), line.lines)


def _plain_names(bar: BridgeStep) -> Iterator[str]:
    """What bars are called together ("price", "picking"), and a layer of price by itself."""
    group, _sep, one = bar.step.rpartition(": ")
    if group:
        yield group
    if group == "price":
        yield one


def _is_of_cost(step: str) -> bool:
    return step.endswith((": rate", ": activity"))


class _Bar:
    """One bar of the bridge, opened."""

    def __init__(self, report: ReopenedReport, bar: BridgeStep, whose: Whose) -> None:
        self.report, self.bar, self.whose, self.step = report, bar, whose, bar.step
        self.by_family = self.step in _FAMILY_STEPS
        if whose.product is not None and (self.by_family or _is_of_cost(self.step)):
            made = "customer by family" if self.by_family else "customer by customer"
            raise UsageError(f"{bar.label} is made {made}, not by product. Leave --product out.")

    def said(self) -> Said:
        """The bar with its amount and who carries it."""
        below = self._customers_of_cost() if _is_of_cost(self.step) else self._customers()
        return Said(f"{self.bar.label}: ", self._amount(), below=below)

    def _amount(self) -> Decimal:
        if self.whose.product is not None:
            return total_of(self._parts()[self.step])
        return total_of(self.whose.among(self.report.table("bridge_customers"))[self.step])

    def _parts(self) -> Table:
        """The rows that the bar was summed from: items, or customers' families."""
        return self.whose.among(self.report.table("bridge_families" if self.by_family else "bridge_items"))

    def _customers(self) -> tuple[Said, ...]:
        """The customers who carry the bar, each with the items or families that make it; then cost to serve, which has no items."""
        parts = self._parts()
        if self.whose.customer is not None:
            below = self._items(parts, self.whose.customer, SHOWN)
        else:
            below = _listed(
                parts,
                "counterparty",
                self.step,
                SHOWN,
                ("customer", "customers"),
                lambda key, amount: Said(f"customer {key}: ", amount, below=self._items(parts, key, SHOWN_OF_EACH)),
            )
        if self.whose.product is not None:
            return below
        served = self._amount() - total_of(parts[self.step])
        return (*below, Said("cost to serve of these customers: ", served, below=self._served())) if served else below

    def _items(self, parts: Table, customer: str, shown: int) -> tuple[Said, ...]:
        """A customer's items, or families of items, that make its part of a bar."""
        mine = parts.filter(parts.counterparty == customer)
        key, words = ("family", ("family", "families")) if self.by_family else ("product", ("item", "items"))

        def item(value: str, amount: Decimal) -> Said:
            rows = mine.filter(mine[key] == value).order_by(["unit"] if "unit" in mine.columns else [key]).to_pyarrow().to_pylist()
            return Said(f"{key} {value}: ", amount, f"   ({self._moved(rows)})", self._periods(customer, value))

        return _listed(mine, key, self.step, shown, words, item)

    def _moved(self, rows: Sequence[Mapping[str, Any]]) -> str:
        """What an item or family was before and after; an item in several units is said unit by unit."""
        kind = "compared" if self.by_family else "quantity"
        moved = [f"{kind} {plain(row[f'{kind}_earlier'])} → {plain(row[f'{kind}_later'])} {row.get('unit') or ''}".rstrip() for row in rows]
        measures = [("sales", "net_sales")] if self.report.measure == "net sales" else [("sales", "net_sales"), ("margin", "measure")]
        for said, column in measures:
            before, after = (sum((row[f"{column}_{when}"] for row in rows), Decimal(0)) for when in ("earlier", "later"))
            moved.append(f"{said} {in_words(before)} → {in_words(after)}")
        return ", ".join(moved)

    def _periods(self, customer: str, value: str) -> tuple[Said, ...]:
        """The invoice lines of an item, or of a family's items, in each period."""
        lines = self.report.table("sale_lines", origin=True)
        mine = lines.filter(lines.counterparty == customer)
        if self.report.measure != "net sales":
            mine = mine.filter(mine.cost.notnull())
        if self.by_family:
            items = self.report.table("bridge_items")
            of_family = items.filter((items.counterparty == customer) & (items.family == value)).select("product").distinct()
            mine = mine.semi_join(of_family, "product")
        else:
            mine = mine.filter(mine["product"] == value)
        rows = mine.filter(mine.month.between(self.report.periods[0].first, self.report.later.last)).to_pyarrow().to_pylist()
        by_period = [(period, [row for row in rows if row["month"] in period]) for period in self.report.periods]
        return tuple(_lines_of_period(str(period), inside) for period, inside in by_period if inside)

    def _served(self) -> tuple[Said, ...]:
        """The cost to serve that belongs to new, lost or inactive customers, largest change first."""
        customers = self.whose.among(self.report.table("bridge_customers"))
        mine = customers.filter(customers.customer_class == _CLASSES.get(self.step, ""))
        changed = mine.mutate(change=mine.cost_earlier - mine.cost_later)
        return _listed(changed, "counterparty", "change", SHOWN, ("customer", "customers"), lambda key, amount: Said(f"customer {key}: ", amount))

    def _customers_of_cost(self) -> tuple[Said, ...]:
        """Who carries a bar of cost to serve (what a unit of work costs, or how much work), each with the cost of both periods."""
        if self.whose.customer is not None:
            return self._cost_of_periods(self.whose.customer)
        return _listed(
            self.report.table("bridge_customers"),
            "counterparty",
            self.step,
            SHOWN,
            ("customer", "customers"),
            lambda key, amount: Said(f"customer {key}: ", amount, below=self._cost_of_periods(key)),
        )

    def _cost_of_periods(self, customer: str) -> tuple[Said, ...]:
        """A customer's cost of the step in each period, at all of its levels, down to rates and accounts."""
        step = self.step.rpartition(": ")[0]
        rows = [row for row in self.report.waterfall if row.kind == "step" and bare_step(row.step) == step]
        made = []
        for period in self.report.periods:
            below = tuple(share for row in rows for share in shares(self.report, row.step, Whose(customer), period))
            made.append(Said(f"{period}: ", total(below), below=below, is_part=False))
        return tuple(made)


def _listed(table: Table, key: str, column: str, shown: int, words: tuple[str, str], said: Callable[[str, Decimal], Said]) -> tuple[Said, ...]:
    """The keys that carry most of a column, and one line for all others, so that they sum to it."""
    summed = table.group_by(key).agg(amount=table[column].sum())
    summed = summed.filter(summed.amount != 0)
    ready = summed.filter(summed.amount.abs() >= _TOO_SMALL)
    rows = ready.order_by([ready.amount.abs().desc(), key]).limit(shown).to_pyarrow().to_pylist()
    whole = summed.agg(amount=summed.amount.sum(), count=summed.count()).to_pyarrow().to_pylist()[0]
    return with_rest([said(row[key], row["amount"]) for row in rows], whole["amount"] or Decimal(0), whole["count"], *words)


def _lines_of_period(period: str, rows: Sequence[Mapping[str, Any]]) -> Said:
    """The sale lines of one period: sales and cost, largest first; goods given away are among them."""
    ranked = sorted(rows, key=lambda row: (-abs(row["net_sales"]), -abs(row["cost"] or 0), row["file"] or "", row["row"] or 0))
    sales, cost = (sum((row[name] or Decimal(0) for row in ranked), Decimal(0)) for name in ("net_sales", "cost"))
    shown = ranked if len(ranked) == SHOWN + 1 else ranked[:SHOWN]
    rest = sum((row["cost"] or Decimal(0) for row in ranked[len(shown) :]), Decimal(0))
    costs = [_cost(amount) if cost else "" for amount in parts_in_cents([*(row["cost"] or Decimal(0) for row in shown), rest], cents(cost))]
    told = [Said(f"{line_in_words(row)}, net sales ", row["net_sales"], f"{said}   ({place_of(row)})") for row, said in zip(shown, costs, strict=False)]
    left = len(ranked) - len(shown)
    if left:
        told.append(Said(f"{left:,} more lines: net sales ", sales - total(told), costs[-1]))
    return Said(f"{period}: net sales ", sales, _cost(cents(cost)) if cost else "", tuple(told), is_part=False)


def _cost(amount: Decimal) -> str:
    return f", product cost {in_words(amount)}"
