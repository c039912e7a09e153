"""Views: sums of the cube over two periods, by customer, product, family, manager, segment or month, with every level of the waterfall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from goodterms.analysis.cube import SALES_COLUMNS
from goodterms.analysis.drivers import Drivers
from goodterms.analysis.keys import NO_PRODUCT
from goodterms.analysis.months import WHEN, Spans, of_both
from goodterms.facts.columns import NOT_CUSTOMERS
from goodterms.facts.engine import keep

if TYPE_CHECKING:
    import pyarrow as pa
    from ibis import Table


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


def view(cube: Table, by: str | Sequence[str], shape: Shape, months: Spans) -> Table:
    """Return one row a value of ``by``: every column and level, in both periods (``net_sales_earlier``, ``net_sales_later`` and so on).

    A customer who was visited and bought nothing has costs without sales, and keeps its row.
    """
    keys = [by] if isinstance(by, str) else list(by)
    columns = (*SALES_COLUMNS, *shape.steps, "avoidable_cost", "line_cost", "sale_lines")
    in_play = of_both(cube, months)
    in_play = in_play.mutate(line_cost=ibis.ifelse(_.level == "line", cost_to_serve(cube, shape.steps), ibis.literal(Decimal(0)).cast("decimal(38, 10)")))
    summed = in_play.group_by(*keys, "is_earlier", "is_later").agg(**{column: _[column].sum() for column in columns})  # each row once, then few for each period
    sums = {f"{column}_{when}": _[column].sum(where=_[f"is_{when}"]).fill_null(0) for when in WHEN for column in columns}
    return with_levels(summed.group_by(*keys).agg(**sums), shape, WHEN)


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


def every_view(cube: Table, names: Mapping[str, Table], shape: Shape, spans: Spans, drivers: Drivers, engine: Any) -> dict[str, pa.Table]:
    """The sums by customer, product, family, manager, segment and month, each in the order of its keys; ``names`` says what is known of them."""
    customers = keep(engine, "view_customers", view(cube, "counterparty", shape, spans))
    last_manager = drivers.managers.group_by("manager_of").agg(manager=_.manager_at_end.argmax(_.since))
    named = customers.left_join(names["customers"], "counterparty").drop("counterparty_right")
    named = named.left_join(last_manager, named.counterparty == last_manager.manager_of).drop("manager_of")
    named = named.mutate(manager=ibis.coalesce(_.manager.nullif(""), _.own_manager)).drop("own_manager")
    products = keep(engine, "view_products", view(cube, ("product", "level"), shape, spans))
    of_products = products.left_join(names["products"], "product").drop("product_right")
    of_products = of_products.mutate(family=ibis.ifelse(_.level == "line", _.family.fill_null(_["product"]), _.level))
    amounts = [c for c, t in products.schema().items() if c not in {"product", "level"}]
    views = {
        "customers": named.rename(customer="counterparty").relocate("customer", "name", "segment", "country", "manager"),
        "products": of_products.relocate("product", "name", "family", "level"),
        "families": of_products.group_by("family", "level").agg(**{c: _[c].sum() for c in amounts}),
        "managers": view(cube, "manager", shape, spans),
        "segments": named.group_by(segment=_.segment.fill_null("")).agg(**{c: _[c].sum() for c in amounts if c in customers.columns}),
        "months": _months(cube, shape, drivers),
    }
    return {name: _presented(table.order_by(*_KEYS[name]).to_pyarrow(), spans) for name, table in views.items()}


_KEYS = {
    "customers": ("customer",),
    "products": ("product", "level"),
    "families": ("family", "level"),
    "managers": ("manager",),
    "segments": ("segment",),
    "months": ("month",),
}
"""What a row of each view is: two runs give their rows in one order."""


def _months(cube: Table, shape: Shape, drivers: Drivers) -> Table:
    """Sales, margin, net profit, customers and documents by month, over all the data."""
    cost = cost_to_serve(cube, shape.steps)
    margin = cube.net_sales - cube.sales_without_cost - cube.product_cost
    columns: dict[str, Any] = {
        "net_sales": cube.net_sales.sum(),
        "customers": cube.counterparty.nunique(where=(cube.sale_lines > 0) & (~cube.counterparty.isin(NOT_CUSTOMERS))),
    }
    if shape.has_margin:
        columns["gross_margin"] = margin.sum()
    if shape.has_net_profit:
        columns["net_profit"] = (margin - cost).sum()
    documents = drivers.documents.filter(~_.is_credit_note).group_by(of_month=_.month).agg(invoices=_.count())
    by_month = cube.group_by("month").agg(**columns)
    return by_month.left_join(documents, by_month.month == documents.of_month).drop("of_month").fill_null({"invoices": 0})


def _presented(table: pa.Table, spans: Spans) -> pa.Table:
    """A view without the columns of a period that there is not."""
    return table if spans[0] else table.select([c for c in table.column_names if not c.endswith("_earlier")])


def rows_of(table: pa.Table, *columns: str) -> list[dict[str, Any]]:
    """A view's rows with these columns alone; one that it has not is left out."""
    return list(table.select([c for c in dict.fromkeys(columns) if c in table.column_names]).to_pylist())


def customers_of(views: Mapping[str, pa.Table], *columns: str) -> list[dict[str, Any]]:
    """The rows of customers, without those that are none (no customer, the own group)."""
    return [row for row in rows_of(views["customers"], "customer", *columns) if row["customer"] not in NOT_CUSTOMERS]


def products_of(views: Mapping[str, pa.Table], *columns: str) -> list[dict[str, Any]]:
    """The rows of products, without what no product caused."""
    return [row for row in rows_of(views["products"], "product", "level", *columns) if row["level"] == "line" and row["product"] != NO_PRODUCT]
