"""The waterfall: from sales at list price, step by step, down to net profit and what is left after all cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from ibis import _

from goodterms.analysis.cost_to_serve import CostToServe
from goodterms.analysis.result import WaterfallRow
from goodterms.analysis.views import WHEN, Shape, months_in

if TYPE_CHECKING:
    from ibis import Table

_NAMES = {
    "list_value": "Sales at list price",
    "discount": "Discounts on the invoice",
    "charges": "Freight and fees charged",
    "invoiced_sales": "Invoiced sales",
    "rebate": "Rebates, bonuses, cash discounts",
    "net_sales": "Net sales",
    "sales_without_cost": "Sales without a known cost",
    "product_cost": "Product cost",
    "gross_margin": "Gross margin",
    "product_contribution": "Product contribution",
    "contribution": "Contribution",
    "net_profit": "Net profit of the customers",
    "sustaining": "Sustaining cost",
    "unused": "Unused capacity",
    "unassigned": "Cost without a driver (unassigned)",
    "excluded": "Excluded by policy",
    "excess": "Traced beyond the pool",
    "after_all_cost": "Profit after all cost in the files",
}
"""What a row of the waterfall is called."""


def waterfall(
    cube: Table, shape: Shape, costs: CostToServe | None, months: tuple[Sequence[date], Sequence[date]], *, has_list_prices: bool
) -> tuple[WaterfallRow, ...]:
    """Return the rows of the waterfall of both periods, in order; cost is negative.

    Lines without a list price begin at net value, and the first row then says "Sales before rebates".
    """
    columns = ("list_value", "discount", "charges", "rebate", "net_sales", "sales_without_cost", "product_cost", *shape.steps, "avoidable_cost")
    sums = {f"{column}_{when}": _[column].sum(where=months_in(span)) for when, span in zip(WHEN, months, strict=True) for column in columns}
    by_level = {row["level"]: row for row in cube.group_by("level").agg(**sums).to_pyarrow().to_pylist()}

    def amounts(column: str, level: str = "line") -> tuple[Decimal, Decimal]:
        row = by_level.get(level, {})
        earlier, later = (row.get(f"{column}_{when}") or Decimal(0) for when in WHEN)
        return earlier, later

    rows: list[WaterfallRow] = []
    reached = (Decimal(0), Decimal(0))

    def add(step: str, kind: Literal["total", "step", "memo"], change: tuple[Decimal, Decimal] | None = None, label: str = "") -> None:
        nonlocal reached
        if change is not None:
            reached = (reached[0] + change[0], reached[1] + change[1])
        shown = reached if kind == "total" or change is None else change
        rows.append(WaterfallRow(step, label or _NAMES.get(step, step.capitalize()), kind, shown[0], shown[1]))

    def minus(pair: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
        return -pair[0], -pair[1]

    def said(pair: tuple[Decimal, Decimal]) -> bool:
        return any(pair)

    discount, charges, rebate = amounts("discount"), amounts("charges"), amounts("rebate")
    if has_list_prices or said(discount):
        add("list_value", "total", amounts("list_value"))
        add("discount", "step", minus(discount))
        if said(charges):
            add("charges", "step", charges)
        if said(charges) or said(rebate):
            add("invoiced_sales", "total")
    elif said(charges) or said(rebate):
        add("list_value", "total", amounts("list_value"), "Sales before charges and rebates")
        if said(charges):
            add("charges", "step", charges)
    else:
        reached = amounts("list_value")
    if said(rebate):
        add("rebate", "step", minus(rebate))
    add("net_sales", "total")
    if shape.has_margin:
        if said(amounts("sales_without_cost")):
            add("sales_without_cost", "step", minus(amounts("sales_without_cost")))
        add("product_cost", "step", minus(amounts("product_cost")))
        add("gross_margin", "total")
    if shape.has_net_profit:
        for step in shape.line_steps:
            add(f"line: {step}", "step", minus(amounts(step, "line")), step.capitalize())
        if shape.line_steps:
            add("product_contribution", "total")
        for step in shape.order_steps:
            add(f"order: {step}", "step", minus(amounts(step, "order")), step.capitalize())
        for step in shape.customer_steps:
            add(f"customer: {step}", "step", minus(amounts(step, "customer")), step.capitalize())
        add("contribution", "total")
        add("net_profit", "total")
    if costs is not None and shape.has_margin:
        kept = {part: (costs.total(part, months[0]), costs.total(part, months[1])) for part in ("sustaining", "unused", "unassigned", "excluded", "excess")}
        for part, pair in kept.items():
            if said(pair):
                add(part, "memo", minus(pair))
        if any(said(pair) for pair in kept.values()):
            add("after_all_cost", "total")
    return tuple(rows)


def with_avoidable(rows: Sequence[WaterfallRow], shares: Mapping[str, Decimal]) -> tuple[WaterfallRow, ...]:
    """Give each step its avoidable share; a step that the map does not name keeps none."""
    return tuple(WaterfallRow(r.step, r.label, r.kind, r.earlier, r.later, shares.get(r.step)) for r in rows)
