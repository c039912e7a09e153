"""The cube: the one thing that every view is made from.

One row is entity x month x counterparty x product x manager x channel. Order-level and customer-level costs stand in rows whose product is ``order`` or
``customer``, so that every cut has the same total.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ibis import _

if TYPE_CHECKING:
    from ibis import Table

CELL = ("entity", "month", "counterparty", "product", "unit", "manager", "channel", "costed")
"""What makes a cell of sales: the cube's dimensions, the unit where a product is sold in several, and whether its cost is known."""
LAYERS = ("list_value", "discount", "charges", "rebate")
"""The layers of price, from list value down to net sales."""
LEVELS = ("line", "order", "customer")
"""Where a cost stays: it is never divided below its level."""


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
