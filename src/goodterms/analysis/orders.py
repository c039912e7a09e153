"""Orders: the batches that order handling, picking and delivery are caused by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ibis
from ibis import _

from goodterms.facts.columns import NO_CUSTOMER

if TYPE_CHECKING:
    from ibis import Table

_FIRST = ("month", "manager", "channel")


def orders_of(lines: Table, attributes: Sequence[str] = ()) -> Table:
    """Return one row an order, in the month of its first invoice, with the terms that a time equation may name.

    Without an order number each invoice is one order; a credit note is never an order. ``lines`` are its invoice lines, an attribute is the largest over
    its lines, ``new`` is 1 on the customer's first order in the data.
    """
    invoiced = lines.filter(_.is_invoice)
    first = {
        column: _[column].argmin(ibis.struct({"date": invoiced.date, "document": invoiced.document.fill_null(""), "value": invoiced[column]}))
        for column in _FIRST
    }
    orders = invoiced.group_by("entity", "source", "counterparty", "order").agg(
        date=_.date.min(),
        lines=_.count(),
        units=_.quantity.sum(),
        kg=_.weight.sum().fill_null(0),
        value=_.net_value.sum(),
        **first,
        **{name: _[name].cast("decimal(18, 4)").max().fill_null(0) for name in attributes},
    )
    rank = ibis.row_number().over(ibis.window(group_by="counterparty", order_by=["date", "source", "entity", "order"]))
    return orders.mutate(new=((rank == 0) & (_.counterparty != NO_CUSTOMER)).cast("int64"))
