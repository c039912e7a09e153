"""The cube: the one thing that every view is made from.

One row is entity x month x counterparty x product x manager x channel. Order-level and customer-level costs stand in rows whose product is ``order`` or
``customer``, so that every cut has the same total.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import ibis
from ibis import _

if TYPE_CHECKING:
    from ibis import Table

CELL = ("entity", "month", "counterparty", "product", "unit", "manager", "channel", "costed")
"""What makes a cell of sales: the cube's dimensions, the unit where a product is sold in several, and whether its cost is known."""
LAYERS = ("list_value", "discount", "charges", "rebate")
"""The layers of price, from list value down to net sales."""


def sales_cube(lines: Table) -> Table:
    """Return one row a cell: sums of the layers of price, product cost and quantity, and the counts that line-level drivers need.

    Driver counts are never netted: ``lines``, ``units``, ``kg`` and ``value`` count invoice lines only.
    """
    ready = lines.mutate(costed=_.cost.notnull(), cost=_.cost.fill_null(0))
    return ready.group_by(*CELL).agg(
        quantity=_.quantity.sum(),
        list_value=_.list_value.sum(),
        discount=_.discount.sum(),
        charges=_.charges.sum(),
        rebate=_.rebate.sum(),
        net_sales=_.net_sales.sum(),
        product_cost=_.cost.sum(),
        lines=_.is_invoice.sum(),
        credit_note_lines=(~_.is_invoice).sum(),
        units=_.quantity.sum(where=_.is_invoice & (_.quantity > 0)).fill_null(0),
        kg=_.weight.sum(where=_.is_invoice & (_.weight > 0)).fill_null(0),
        value=_.net_value.sum(where=_.is_invoice & (_.net_value > 0)).fill_null(0),
    )


DIMENSIONS = ("entity", "month", "counterparty", "product", "manager", "channel", "level")
"""The dimensions of the whole cube; ``level`` says where a row's cost stays."""
SALES_COLUMNS = ("quantity", "list_value", "discount", "charges", "rebate", "net_sales", "list_value_without_cost", "sales_without_cost", "product_cost")


def whole_cube(sales: Table, shares: Table, steps: Sequence[str]) -> Table:
    """Return the cube: sales of every cell and one column a step of cost to serve, with ``avoidable_cost`` for keep-or-drop.

    Costs are positive. Order-level and customer-level rows carry no sales.
    """
    money = "decimal(38, 10)"
    zero = ibis.literal(Decimal(0)).cast(money)
    without_cost = {
        "list_value_without_cost": ibis.ifelse(sales.costed, 0, sales.list_value),
        "sales_without_cost": ibis.ifelse(sales.costed, 0, sales.net_sales),
    }
    of_sales = sales.mutate(level=ibis.literal("line"), **without_cost).select(
        *DIMENSIONS,
        *(_[column].cast(money).name(column) for column in SALES_COLUMNS),
        *(zero.name(column) for column in (*steps, "avoidable_cost")),
        (_.lines + _.credit_note_lines).name("sale_lines"),
    )
    of_costs = shares.select(
        *DIMENSIONS,
        *(zero.name(column) for column in SALES_COLUMNS),
        *(ibis.ifelse(_.step == step, _.amount.cast(money), zero).name(step) for step in steps),
        _.avoidable.cast(money).name("avoidable_cost"),
        ibis.literal(0, type="int64").name("sale_lines"),
    )
    together = ibis.union(of_sales, of_costs)
    return together.group_by(*DIMENSIONS).agg(**{column: _[column].sum() for column in (*SALES_COLUMNS, *steps, "avoidable_cost", "sale_lines")})
