"""A bar of the bridge, walked back: to the customers who carry it, their items, and those items' invoice lines in both periods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from goodterms.analysis.result import BridgeStep
from goodterms.charts.figures import at_start
from goodterms.errors import UsageError
from goodterms.facts.money import cents, in_words, parts_in_cents
from goodterms.report.parties import WHEN, bare_step
from goodterms.report.reopened import ReopenedReport, Whose, named
from goodterms.report.trace_formula import Work, cost_formula, family_formula, price_formula
from goodterms.report.trace_line import SHOWN, SHOWN_OF_EACH, Said, Trace, plain, total, with_rest
from goodterms.report.trace_step import line_in_words, opened_rows, place_of, total_of

if TYPE_CHECKING:
    from ibis import Table

_FAMILY_STEPS = ("volume", "mix between", "mix within")
_TOO_SMALL = Decimal("0.005")
"""Amounts that would print as nothing stand in the line for the rest."""
_CLASSES = {"new customers": "new", "lost customers": "lost", "adjustments": "neither"}
"""The bars that hold the cost to serve of a class of customers too."""
_ONE_PERIOD = {"new customers": "later", "new families": "later", "lost customers": "earlier", "lost families": "earlier"}
"""The bars that are the margin of one period alone."""
_ONE_PERIOD_OF_ADJUSTMENTS = {"new customer": "earlier", "lost customer": "later"}
"""What credit notes alone leave in the period in which a customer did not buy."""


def traced_bar(report: ReopenedReport, asked: str, customer: str | None, product: str | None) -> Trace:
    """A bar of the bridge; a name that several share ("picking" for its rate and its activity) opens all of them, with their sum."""
    bars = named(asked, report.bridge.steps if report.bridge else (), _plain_names, "bar of the bridge")
    whose, called = report.whose(customer, product)
    opened = [_Bar(report, bar, whose).said() for bar in bars]
    below = opened[0].below if len(opened) == 1 else tuple(opened)
    label = bars[0].label if len(bars) == 1 else at_start(asked.strip())
    printed = report.printed_bars(bars, whose)
    return Said(f"{label} of {called}, {report.earlier} to {report.later}: ", total(opened), below=below, printed=printed).trace()


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

    def _customer(self, key: str) -> str:
        return f"customer {self.report.called('customers', key)}: "

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
                lambda key, amount: Said(self._customer(key), amount, below=self._items(parts, key, SHOWN_OF_EACH)),
            )
        if self.step in {"volume", "mix between"}:
            below = (Said(self._pace()), *below)
        if self.whose.product is not None:
            return below
        served = self._amount() - total_of(parts[self.step])
        return (*below, Said("cost to serve of these customers: ", served, below=self._served())) if served else below

    @cached_property
    def _whole(self) -> tuple[Decimal, Decimal]:
        """What all customers bought of the families that continue, compared at the earlier period's prices."""
        families = self.report.table("bridge_families")
        return total_of(families.compared_earlier), total_of(families.compared_later)

    def _pace(self) -> str:
        """What volume and mix between are of one another."""
        before, after = self._whole
        pace = f"{plain(after)} ÷ {plain(before)}" + (f" = {plain(after / before, 6)}" if before else "")
        return (
            f"volume is the pace of all: what continues grew {pace} times; what a customer bought beyond or short of that pace is mix between, "
            "and its own growth is the sum of both"
        )

    def _items(self, parts: Table, customer: str, shown: int) -> tuple[Said, ...]:
        """A customer's items, or families of items, that make its part of a bar."""
        mine = parts.filter((parts.counterparty == customer) & (parts[self.step] != 0))
        key, words = ("family", ("family", "families")) if self.by_family else ("product", ("item", "items"))

        def item(value: str, amount: Decimal) -> Said:
            rows = mine.filter(mine[key] == value).order_by(["unit"] if "unit" in mine.columns else [key]).to_pyarrow().to_pylist()
            formulas = tuple(Said(formula) for formula in self._formulas(rows))
            called = value if self.by_family else self.report.called("products", value)
            return Said(f"{key} {called}: ", amount, f"   ({self._moved(rows)})", (*formulas, *self._periods(customer, value, rows)))

        return _listed(mine, key, self.step, shown, words, item)

    def _formulas(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        """What the amounts of these rows were worked out from."""
        if self.by_family:
            yield from (family_formula(self.step, row, self._whole) for row in rows)
        elif self.step == "cost" or self.step.startswith("price: "):
            yield from (price_formula(self.step, row) for row in rows)

    def _whens(self, row: Mapping[str, Any]) -> Sequence[str]:
        """The periods whose lines an item's part of the bar is made of."""
        only = _ONE_PERIOD_OF_ADJUSTMENTS.get(row["item_class"]) if self.step == "adjustments" else _ONE_PERIOD.get(self.step)
        return (only,) if only else WHEN

    def _moved(self, rows: Sequence[Mapping[str, Any]]) -> str:
        """What an item or family was before and after; an item in several units is said unit by unit."""
        kind = "compared" if self.by_family else "quantity"
        moved = [f"{kind} {plain(row[f'{kind}_earlier'])} → {plain(row[f'{kind}_later'])} {row.get('unit') or ''}".rstrip() for row in rows]
        measures = [("sales", "net_sales")] if self.report.measure == "net sales" else [("sales", "net_sales"), ("margin", "measure")]
        for said, column in measures:
            before, after = (sum((row[f"{column}_{when}"] for row in rows), Decimal(0)) for when in WHEN)
            moved.append(f"{said} {in_words(before)} → {in_words(after)}")
        return ", ".join(moved)

    def _periods(self, customer: str, value: str, rows: Sequence[Mapping[str, Any]]) -> tuple[Said, ...]:
        """The invoice lines of an item, or of a family's items, in the periods that the bar is made of."""
        items = self.report.table("bridge_items")
        items = items.filter(items.counterparty == customer)
        if self.by_family:
            items = items.filter((items.family == value) & (items.item_class == "continuing"))
        else:
            items = items.filter((items["product"] == value) & items.unit.isin([row["unit"] for row in rows]))
        lines = self.report.table("sale_lines", origin=True)
        mine = lines.filter(lines.counterparty == customer).semi_join(items, ["product", "unit"])
        if self.report.measure != "net sales":
            mine = mine.filter(mine.cost.notnull())
        found = mine.filter(mine.month.between(self.report.periods[0].first, self.report.later.last)).to_pyarrow().to_pylist()
        whens = WHEN if self.by_family else sorted({when for row in rows for when in self._whens(row)})
        told = []
        for when, period in zip(WHEN, self.report.periods, strict=True):
            inside = [row for row in found if row["month"] in period]
            if inside and when in whens:
                told.append(_lines_of_period(str(period), inside))
        return tuple(told)

    def _served(self) -> tuple[Said, ...]:
        """The cost to serve that belongs to new, lost or inactive customers, largest change first."""
        customers = self.whose.among(self.report.table("bridge_customers"))
        mine = customers.filter(customers.customer_class == _CLASSES.get(self.step, ""))
        changed = mine.mutate(change=mine.cost_earlier - mine.cost_later)
        return _listed(changed, "counterparty", "change", SHOWN, ("customer", "customers"), lambda key, amount: Said(self._customer(key), amount))

    def _customers_of_cost(self) -> tuple[Said, ...]:
        """Who carries a bar of cost to serve (what a unit of work costs, or how much work), each with the cost of both periods."""
        if self.whose.customer is not None:
            return self._cost_of(self.whose.customer)
        return _listed(
            self.report.table("bridge_customers"),
            "counterparty",
            self.step,
            SHOWN,
            ("customer", "customers"),
            lambda key, amount: Said(self._customer(key), amount, below=self._cost_of(key)),
        )

    def _cost_of(self, customer: str) -> tuple[Said, ...]:
        """A customer's part of the bar, pool by pool, and its cost of the step in each period, at all of its levels, down to rates and accounts."""
        step, _sep, what = self.step.rpartition(": ")
        customers = self.report.table("bridge_customers")
        found = customers.filter(customers.counterparty == customer).select("customer_class").to_pyarrow()["customer_class"].to_pylist()
        bar = next((bar for bar, of_class in _CLASSES.items() if of_class in found), None)
        if bar is not None:
            label = next((other.label for other in self.report.bridge.steps if other.step == bar), bar) if self.report.bridge else bar
            pools: tuple[Said, ...] = (Said(f"its cost to serve, cost per unit of work and amount of work alike, is in the bar {label}"),)
        else:
            pools = tuple(said for work in self._work(customer, step) if (said := cost_formula(work, what)).amount)
        rows = [row for row in self.report.waterfall if row.kind == "step" and bare_step(row.step) == step]
        whose = Whose(customer)
        periods = [opened_rows(self.report, rows, whose, period, f"{period}: ") for period in self.report.periods]
        return (*pools, *(Said(p.before, p.amount, below=p.below, is_part=False, printed=p.printed) for p in periods))

    def _work(self, customer: str, step: str) -> list[Work]:
        """What the pools of a step cost a customer in both periods, and for how much work."""
        shares = self.report.table("shares")
        mine = shares.filter((shares.counterparty == customer) & (shares.step == step))
        sums: dict[str, Any] = {}
        for when, period in zip(WHEN, self.report.periods, strict=True):
            inside = mine.month.between(period.first, period.last)
            sums |= {f"cost_{when}": mine.amount.sum(where=inside).fill_null(0), f"count_{when}": mine.driver_count.sum(where=inside).fill_null(0)}
        grouped = mine.group_by("pool", "pool_entity", "driver").agg(**sums)
        return [Work(**row) for row in grouped.order_by("pool", "pool_entity", "driver").to_pyarrow().to_pylist()]


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
