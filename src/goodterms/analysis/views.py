"""Views: sums of the cube over two periods, by customer, product, family, manager, segment or month, with every level of the waterfall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from goodterms.analysis.cube import SALES_COLUMNS

if TYPE_CHECKING:
    from ibis import Table

WHEN = ("earlier", "later")


@dataclass(frozen=True)
class Shape:
    """How far the waterfall goes in this data: the steps of cost to serve by level, and whether product cost is known."""

    line_steps: tuple[str, ...] = ()
    order_steps: tuple[str, ...] = ()
    customer_steps: tuple[str, ...] = ()
    has_margin: bool = False
    has_net_profit: bool = False

    @property
    def steps(self) -> tuple[str, ...]:
        """All steps of cost to serve, once each, line level first."""
        return tuple(dict.fromkeys((*self.line_steps, *self.order_steps, *self.customer_steps)))

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that this data reaches, in the waterfall's order."""
        reached = ["list_value", "invoiced_sales", "net_sales"]
        if self.has_margin:
            reached += ["gross_margin"]
        if self.has_net_profit:
            reached += ["product_contribution", "contribution", "net_profit", "avoidable_profit"]
        return tuple(reached)


def months_in(months: Sequence[date]) -> Any:
    """Whether a row lies in one of the months."""
    return _.month.isin([ibis.date(m.isoformat()) for m in months]) if months else ibis.literal(value=False)


def view(cube: Table, by: str | Sequence[str], shape: Shape, months: tuple[Sequence[date], Sequence[date]]) -> Table:
    """Return one row a value of ``by``: every column and level, in both periods (``net_sales_earlier``, ``net_sales_later`` and so on).

    A customer who was visited and bought nothing has costs without sales, and keeps its row.
    """
    columns = (*SALES_COLUMNS, *shape.steps, "avoidable_cost")
    sums: dict[str, Any] = {}
    for when, span in zip(WHEN, months, strict=True):
        inside = months_in(span)
        sums |= {f"{column}_{when}": _[column].sum(where=inside).fill_null(0) for column in columns}
        sums |= {
            f"line_cost_{when}": _.cost_to_serve.sum(where=inside & (_.level == "line")).fill_null(0),
            f"sale_lines_{when}": _.sale_lines.sum(where=inside).fill_null(0),
        }
    keys = [by] if isinstance(by, str) else list(by)
    in_play = cube.filter(months_in([*months[0], *months[1]])).mutate(cost_to_serve=cost_to_serve(cube, shape.steps))
    return with_levels(in_play.group_by(*keys).agg(**sums), shape, WHEN)


def cost_to_serve(table: Table, steps: Sequence[str], suffix: str = "") -> Any:
    """Cost to serve of a row: the sum of the steps' columns, whose names may carry a suffix."""
    cost: Any = ibis.literal(Decimal(0)).cast("decimal(38, 10)")
    for step in steps:
        cost = cost + table[f"{step}{suffix}"]
    return cost


def with_levels(table: Table, shape: Shape, when: Sequence[str]) -> Table:
    """Add the levels of the waterfall to sums that carry the suffixes ``when``; product contribution is where views by product end."""
    for w in when:
        invoiced = table[f"list_value_{w}"] - table[f"discount_{w}"] + table[f"charges_{w}"]
        levels = {f"invoiced_sales_{w}": invoiced}
        margin = table[f"net_sales_{w}"] - table[f"sales_without_cost_{w}"] - table[f"product_cost_{w}"]
        if shape.has_margin:
            levels[f"gross_margin_{w}"] = margin
        if shape.has_net_profit:
            cost = cost_to_serve(table, shape.steps, f"_{w}")
            levels |= {
                f"product_contribution_{w}": margin - table[f"line_cost_{w}"],
                f"contribution_{w}": margin - cost,
                f"net_profit_{w}": margin - cost,
                f"avoidable_profit_{w}": margin - table[f"avoidable_cost_{w}"],
            }
        table = table.mutate(**levels)
    return table
