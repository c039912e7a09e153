"""Orders and documents: the batches that order handling, picking and delivery are caused by, and what invoicing and credit notes are counted by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from goodterms.facts.columns import CREDIT_NOTE, NO_CUSTOMER

if TYPE_CHECKING:
    from ibis import Table

ORDER = ("entity", "source", "counterparty", "order")
"""What makes an order."""
DOCUMENT = ("entity", "source", "counterparty", "document_or_day")
"""What makes a document."""
_FIRST = ("month", "manager", "channel")
_SUMMED = ("lines", "units", "kg", "value")


def orders_of(lines: Table, attributes: Sequence[str] = ()) -> Table:
    """Return one row an order, in the month of its first invoice, with the terms that a time equation may name.

    Without an order number each invoice is one order; a credit note is never an order. ``lines`` are its invoice lines, an attribute is the largest over
    its lines, ``new`` is 1 on the customer's first order in the data.
    """
    orders = _orders(lines, ORDER, _FIRST, attributes)
    rank = ibis.row_number().over(ibis.window(group_by="counterparty", order_by=["date", "source", "entity", "order"]))
    return _without_nulls(orders, attributes).mutate(new=((rank == 0) & (_.counterparty != NO_CUSTOMER)).cast("int64"))


def order_parts(lines: Table, attributes: Sequence[str]) -> Table:
    """Return what each month holds of every order: a row an order and month, that :func:`orders_of_parts` makes orders of."""
    return _orders(lines, (*ORDER, "month"), ("manager", "channel"), attributes)


def _orders(lines: Table, by: Sequence[str], first_ones: Sequence[str], attributes: Sequence[str]) -> Table:
    invoiced = lines.filter(_.is_invoice)
    first = {
        column: _[column].argmin(ibis.struct({"date": invoiced.date, "document": invoiced.document.fill_null(""), "value": invoiced[column]}))
        for column in first_ones
    }
    return invoiced.group_by(*by).agg(
        date=_.date.min(),
        lines=_.count(),
        units=_.quantity.sum(),
        kg=_.weight.sum().fill_null(0),
        value=_.net_value.sum(),
        **first,
        **{name: _[name].cast("decimal(18, 4)").max() for name in attributes},
    )


def orders_of_parts(parts: Table, attributes: Sequence[str]) -> Table:
    """Return one row an order from what several months hold of it: whose it is says the first of them."""
    return parts.group_by(*ORDER).agg(
        date=_.date.min(),
        **{name: parts[name].sum().cast(parts[name].type()) for name in _SUMMED},
        month=_.month.min(),
        manager=_.manager.argmin(_.month),
        channel=_.channel.argmin(_.month),
        **{name: _[name].max() for name in attributes},
    )


def with_first_orders(orders: Table, first_months: Table, attributes: Sequence[str]) -> Table:
    """Add ``new`` to all orders of some months; ``first_months`` says in which month each customer ordered first."""
    rank = ibis.row_number().over(ibis.window(group_by=["counterparty", "month"], order_by=["date", "source", "entity", "order"]))
    ranked = _without_nulls(orders, attributes).mutate(rank_in_month=rank)
    met = ranked.left_join(first_months, ranked.counterparty == first_months.first_of)
    is_new = (_.rank_in_month == 0) & (_.month == _.first_month) & (_.counterparty != NO_CUSTOMER)
    return met.mutate(new=ibis.ifelse(is_new, 1, 0).cast("int64")).drop("rank_in_month", "first_of", "first_month")


def _without_nulls(orders: Table, attributes: Sequence[str]) -> Table:
    return orders.mutate(**{name: _[name].fill_null(0) for name in attributes}) if attributes else orders


def documents_of(lines: Table, *, by_month: bool = False) -> Table:
    """Return one row an invoice or credit note: customer, month, manager, channel, and the order it names; ``by_month`` what each month holds of it."""
    by = (*DOCUMENT, "month") if by_month else DOCUMENT
    return lines.group_by(*by).agg(**_of_document(by_month=by_month), is_credit_note=(_.kind == CREDIT_NOTE).max())


def documents_of_parts(parts: Table) -> Table:
    """Return one row a document from what several months hold of it."""
    return parts.group_by(*DOCUMENT).agg(**_of_document(by_month=False), is_credit_note=_.is_credit_note.max())


def _of_document(*, by_month: bool) -> dict[str, Any]:
    said = {name: _[name].max() for name in ("document", "manager", "channel", "order_number")} | {"date": _.date.min()}
    return said if by_month else said | {"month": _.month.min()}


def managers_of(documents: Table) -> Table:
    """Each customer's manager at the end of each month with sales: the last document's."""
    last = ibis.struct({"date": documents.date, "document": documents.document_or_day, "manager": documents.manager})
    return documents.group_by("counterparty", "month").agg(manager_at_end=documents.manager.argmax(last))
