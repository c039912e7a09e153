"""The waterfall: from sales at list price, step by step, down to net profit and what is left after all cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from ibis import _

from goodterms.analysis.cost_to_serve import CostToServe
from goodterms.analysis.cube import LAYERS
from goodterms.analysis.lines import LAYER_SIGNS, PRODUCT_COST
from goodterms.analysis.months import WHEN, Spans, of_both
from goodterms.analysis.result import WaterfallRow
from goodterms.analysis.views import Shape

if TYPE_CHECKING:
    from ibis import Table

Pair = tuple[Decimal, Decimal]
"""An amount of the earlier and of the later period."""
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


class _Falling:
    """A waterfall on its way down: each row is added to what was reached."""

    def __init__(self, by_level: Mapping[str, Mapping[str, Decimal | None]]) -> None:
        self.by_level = by_level
        self.rows: list[WaterfallRow] = []
        self.reached: Pair = (Decimal(0), Decimal(0))

    def amounts(self, column: str, level: str = "line") -> Pair:
        """A column's sums of both periods."""
        row = self.by_level.get(level, {})
        return row.get(f"{column}_earlier") or Decimal(0), row.get(f"{column}_later") or Decimal(0)

    def has(self, *columns: str) -> bool:
        """Whether any of the columns holds something."""
        return any(any(self.amounts(column)) for column in columns)

    def total(self, step: str, label: str = "") -> None:
        """A level that was reached."""
        self.rows.append(WaterfallRow(step, label or _NAMES[step], "total", *self.reached))

    def step(self, step: str, change: Pair, *, kind: Literal["step", "memo"] = "step", label: str = "") -> None:
        """A step down or up."""
        self.reached = (self.reached[0] + change[0], self.reached[1] + change[1])
        self.rows.append(WaterfallRow(step, label or _NAMES.get(step, step), kind, *change))

    def costs(self, level: str, steps: Sequence[str], twice: set[str]) -> None:
        """The steps of cost to serve of one level; one that stands at several levels says which: Delivery (orders)."""
        for step in steps:
            of_level = f" ({level}s)" if step in twice else ""
            self.step(f"{level}: {step}", _minus(self.amounts(step, level)), label=f"{step[:1].upper()}{step[1:]}{of_level}")


def waterfall(cube: Table, shape: Shape, costs: CostToServe | None, months: Spans, *, has_list_prices: bool) -> tuple[WaterfallRow, ...]:
    """Return the rows of the waterfall of both periods, in order; cost is negative. Where there is no earlier period its amounts are None, not 0.

    Without list prices it begins at net sales, or before charges and rebates where there are any.
    """
    columns = (*LAYERS, "net_sales", "sales_without_cost", "product_cost", *shape.steps)
    sums = {f"{column}_{when}": _[column].sum(where=_[f"is_{when}"]) for when in WHEN for column in columns}
    falling = _Falling({row["level"]: row for row in of_both(cube, months).group_by("level").agg(**sums).to_pyarrow().to_pylist()})
    _down_to_net_sales(falling, has_list_prices=has_list_prices or falling.has("discount"))
    if shape.has_margin:
        if falling.has("sales_without_cost"):
            falling.step("sales_without_cost", _minus(falling.amounts("sales_without_cost")))
        falling.step("product_cost", _minus(falling.amounts("product_cost")))
        falling.total("gross_margin")
    if shape.has_net_profit:
        met = Counter((*shape.line_steps, *shape.order_steps, *shape.customer_steps))
        twice = {step for step, levels in met.items() if levels > 1}
        falling.costs("line", shape.line_steps, twice)
        if shape.line_steps:
            falling.total("product_contribution")
        falling.costs("order", shape.order_steps, twice)
        falling.costs("customer", shape.customer_steps, twice)
        falling.total("contribution")
        falling.total("net_profit")
    if costs is not None and shape.has_margin:
        _down_to_all_cost(falling, costs, months)
    return tuple(falling.rows if months[0] else (replace(row, earlier=None) for row in falling.rows))


def _down_to_net_sales(falling: _Falling, *, has_list_prices: bool) -> None:
    """The layers of price; a level is shown where something stands between it and the next."""
    falling.reached = falling.amounts("list_value")
    if has_list_prices:
        falling.total("list_value")
        falling.step("discount", _minus(falling.amounts("discount")))
    elif falling.has("charges", "rebate"):
        falling.total("list_value", "Sales before charges and rebates")
    if falling.has("charges"):
        falling.step("charges", falling.amounts("charges"))
    if falling.has("charges", "rebate"):
        falling.total("invoiced_sales")
    if falling.has("rebate"):
        falling.step("rebate", _minus(falling.amounts("rebate")))
    falling.total("net_sales")


def _down_to_all_cost(falling: _Falling, costs: CostToServe, months: Spans) -> None:
    """What no customer carries, down to what is left after all cost in the files."""
    kept = {part: (-costs.total(part, months[0]), -costs.total(part, months[1])) for part in ("sustaining", "unused", "unassigned", "excluded", "excess")}
    for part, pair in kept.items():
        if any(pair):
            falling.step(part, pair, kind="memo", label=_unused(pair) if part == "unused" else "")
    if any(any(pair) for pair in kept.values()):
        falling.total("after_all_cost")


def _unused(pair: Pair) -> str:
    """What unused capacity is called: where more was used than there is, more than the cost was assigned, and the row gives it back."""
    if all(amount >= 0 for amount in pair):
        return "Overused capacity, assigned beyond its cost"
    return "Unused capacity, less overused" if any(amount > 0 for amount in pair) else _NAMES["unused"]


def _minus(pair: Pair) -> Pair:
    """What is taken away."""
    return -pair[0], -pair[1]


def with_avoidable(rows: Sequence[WaterfallRow], shares: Mapping[str, Decimal]) -> tuple[WaterfallRow, ...]:
    """Give each step its avoidable share; a step that the map does not name keeps none."""
    return tuple(replace(row, avoidable=shares.get(row.step)) for row in rows)


def renamed(rows: Sequence[WaterfallRow], layers: Mapping[str, str]) -> tuple[WaterfallRow, ...]:
    """Call the layers of price what the policy calls them."""
    names = {layer: step for layer, step in layers.items() if step not in {*LAYER_SIGNS, PRODUCT_COST}}
    return tuple(replace(row, label=names[row.step][:1].upper() + names[row.step][1:]) if row.step in names else row for row in rows)
