"""Sale lines made ready: who, what, which month, at which list price and cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from goodterms.analysis import prices
from goodterms.analysis.keys import counterparty, product
from goodterms.facts.book import Facts
from goodterms.facts.columns import INTERCOMPANY, INVOICE
from goodterms.facts.periods import Filling
from goodterms.facts.policy import Policy, PolicyBlock

if TYPE_CHECKING:
    from ibis import Table

PRODUCT_COST = "product cost"
LAYER_SIGNS = {"discount": -1, "charges": 1, "rebate": -1}
"""The layers of price between list value and net sales, and what they do to it."""


@dataclass(frozen=True)
class Said:
    """What the sale lines say at all, counted once: which columns hold values, how many lines, and which months have sales."""

    lines: int
    documents_named: int
    lines_of_a_customer: int
    values: dict[str, int]
    currencies: tuple[str, ...]
    filling: Filling

    def has(self, column: str) -> bool:
        """Whether any sale line has a value in that column."""
        return self.values.get(column, 0) > 0


_OPTIONAL = (
    "entity",
    "list_value",
    "charges",
    "rebate",
    "product_cost",
    "weight",
    "order_number",
    "manager_key",
    "channel",
    "unit",
    "quantity",
    "product_key",
    "due_date",
)


def what_lines_say(sale_lines: Table) -> Said:
    """Count once what the sale lines hold, so that no later step asks again."""
    months = (
        sale_lines.group_by(month=first_of_month(_.date))
        .agg(
            last_day=_.date.max(),
            lines=_.count(),
            documents_named=_.document.count(),
            lines_of_a_customer=_.customer_key.count(),
            **{column: _[column].count() for column in _OPTIONAL},
        )
        .to_pyarrow()
        .to_pylist()
    )
    currencies = sale_lines.select("currency").distinct().to_pyarrow()["currency"].to_pylist()
    return Said(
        lines=sum(m["lines"] for m in months),
        documents_named=sum(m["documents_named"] for m in months),
        lines_of_a_customer=sum(m["lines_of_a_customer"] for m in months),
        values={column: sum(m[column] for m in months) for column in _OPTIONAL},
        currencies=tuple(sorted(c for c in currencies if c)),
        filling=Filling({_day(m["month"]): _day(m["last_day"]) for m in months}),
    )


def _day(value: Any) -> date:
    """A date, whatever the engine calls it."""
    return value.date() if hasattr(value, "date") else value


def first_of_month(day: Any) -> Any:
    """The month of a day, as its first day; DuckDB's own truncation would make a timestamp of it."""
    return ibis.date(day.year(), day.month(), 1)


def priced_lines(facts: Facts, sale_lines: Table, said: Said, policy: Policy) -> Table:
    """Return one row a sale line with month, counterparty, product, order, list value, discount, net sales and product cost.

    Where lines name no document, those of a customer and kind on one day are one document, and the invoice lines one order.
    No list price on the line nor in the product file: the list value is net value plus discount. Net value leads: the discount is list value - net value.
    Cost is the line's own; else, for a credit note, the unit cost of what was sold to the customer before; else the product file's at the invoice date; else
    the last purchase's. A line for which none is found has none (``cost_from`` is null).
    """
    lines = sale_lines.mutate(
        month=first_of_month(_.date),
        counterparty=counterparty(sale_lines),
        product=product(sale_lines),
        is_invoice=_.kind == INVOICE,
        document_or_day=ibis.coalesce(_.document, _.date.cast("string") + " " + _.kind),
        order=ibis.coalesce(_.order_number, _.document, _.date.cast("string")),
        quantity=_.quantity.fill_null(0),
        charges=_.charges.fill_null(0),
        rebate=_.rebate.fill_null(0),
        **{key: _[key].fill_null("") for key in ("entity", "source", "unit", "channel")},
        manager=_.manager_key.fill_null(""),
    )
    if said.has("unit"):
        lines = prices.in_base_units(facts, lines)
    for column, of_one, said_by_all in (("list_value", "list_price", "list_value"), ("weight", "weight", "weight")):
        if said.values[said_by_all] < said.lines:
            lines = prices.else_by_product_file(facts, lines, column, of_one)
    lines = lines.mutate(is_listed=_.list_value.notnull(), list_value=_.list_value.fill_null(_.net_value + _.discount.fill_null(0)))
    lines = prices.with_cost(facts, lines.mutate(discount=_.list_value - _.net_value), all_say=said.values["product_cost"] == said.lines)
    return _as_policy_says(lines, policy)


def _as_policy_says(lines: Table, policy: Policy) -> Table:
    """Put layers of price where the policy counts them, and companies of the own group into one row."""
    for block, holds in _blocks(lines, policy):
        for layer, step in block.layers.items():
            lines = _layer_moved(lines, layer, step, holds)
    lines = own_group_in_one(lines, policy)
    return lines.mutate(net_sales=_.list_value - _.discount + _.charges - _.rebate)


def own_group_in_one(rows: Table, policy: Policy) -> Table:
    """Put the companies of the own group, as the policy names them by month, into one counterparty."""
    for block, holds in _blocks(rows, policy):
        if block.intercompany:
            own_group = holds & rows.counterparty.isin(block.intercompany)
            rows = rows.mutate(counterparty=ibis.ifelse(own_group, INTERCOMPANY, rows.counterparty))
    return rows


def _blocks(rows: Table, policy: Policy) -> Iterator[tuple[PolicyBlock, Any]]:
    """Each block of the policy with the condition for the rows whose month it holds for."""
    for block, until in zip(policy.blocks, [*(later.from_ for later in policy.blocks[1:]), date.max], strict=False):
        yield block, (rows.month >= ibis.date(block.from_.isoformat())) & (rows.month < ibis.date(until.isoformat()))


def _layer_moved(lines: Table, layer: str, step: str, holds: Any) -> Table:
    """Count a layer in product cost or in another layer, on the days on which the policy says so; any other step is another name for it.

    On a line without a known cost a layer stays where it is: there is no cost to count it in.
    """
    if step not in {*LAYER_SIGNS, PRODUCT_COST} or step == layer:
        return lines
    has_where_to_go = holds & lines.cost.notnull() if step == PRODUCT_COST else holds
    amount = ibis.ifelse(has_where_to_go, lines[layer], 0)
    taken = amount * LAYER_SIGNS[layer]
    given = {"cost": lines.cost - taken} if step == PRODUCT_COST else {step: lines[step] + taken * LAYER_SIGNS[step]}
    return lines.mutate(**{layer: lines[layer] - amount, **given})
