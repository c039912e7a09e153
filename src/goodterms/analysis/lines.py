"""Sale lines made ready: who, what, which month, at which list price and cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from goodterms.analysis import prices
from goodterms.analysis.keys import counterparty, product
from goodterms.analysis.months import first_of_month
from goodterms.analysis.prices import Prices
from goodterms.analysis.said import Said
from goodterms.facts.book import Facts
from goodterms.facts.columns import INTERCOMPANY, INVOICE
from goodterms.facts.policy import Policy, PolicyBlock

if TYPE_CHECKING:
    from ibis import Table

PRODUCT_COST = "product cost"
LAYER_SIGNS = {"discount": -1, "charges": 1, "rebate": -1}
"""The layers of price between list value and net sales, and what they do to it."""


def identified(sale_lines: Table) -> Table:
    """Sale lines with month, counterparty, product, document and order; where a text or quantity is not said, it is empty or 0.

    Where lines name no document, those of a customer and kind on one day are one document, and the invoice lines one order.
    """
    return sale_lines.mutate(
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


def priced_lines(facts: Facts, sale_lines: Table, said: Said, policy: Policy) -> Table:
    """Return one row a sale line with month, counterparty, product, order, list value, discount, net sales and product cost.

    No list price on the line nor in the product file: the list value is net value plus discount. Net value leads: the discount is list value - net value.
    Cost is the line's own; else, for a credit note, the unit cost of what was sold to the customer before; else the product file's at the invoice date; else
    the last purchase's. A line for which none is found has none (``cost_from`` is null).
    """
    lines = identified(sale_lines)
    return valued(lines, prices.prices_for(facts, lines, said), said, policy)


def valued(lines: Table, known: Prices, said: Said, policy: Policy) -> Table:
    """Identified sale lines with their values, as :func:`priced_lines` says; ``said`` is what all sale lines say, also where these are some of them."""
    lines = prices.in_base_units(lines, known)
    lines = prices.else_by_product_file(lines, "list_value", known.list_price)
    lines = prices.else_by_product_file(lines, "weight", known.weight)
    lines = lines.mutate(is_listed=_.list_value.notnull(), list_value=_.list_value.fill_null(_.net_value + _.discount.fill_null(0)))
    lines = prices.with_cost(lines.mutate(discount=_.list_value - _.net_value), known, all_say=said.values["product_cost"] == said.lines)
    return _as_policy_says(lines, policy)


def lines_by_origin(lines: Table) -> Table:
    """Return one row a month, origin of the cost, and with a list price or without: how many lines, and their sales as absolute amounts."""
    return lines.group_by("month", "cost_from", "is_listed").agg(lines=_.count(), sales=_.net_sales.abs().sum())


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
