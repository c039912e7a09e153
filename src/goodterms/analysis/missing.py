"""What the data could not say, and which file or column would let it."""

from __future__ import annotations

from dataclasses import dataclass

from goodterms.analysis.result import Missing
from goodterms.analysis.said import Said


@dataclass(frozen=True)
class There:
    """What there is beside the sale lines: how many rows say a family, a segment, a name; how many costs, activities and pools with a policy."""

    families: int
    segments: int
    names: int
    costs: int
    activities: int
    policy_pools: int
    has_cost: bool
    has_margin: bool
    has_list_prices: bool
    peers_are_too_few: int = 0
    """How many peers are needed, where nobody has as many; else 0."""


def what_is_missing(said: Said, there: There) -> tuple[Missing, ...]:
    """One sentence a topic that the data is silent on; nothing is invented in its place."""
    silences = (
        (
            not there.has_list_prices,
            "list price",
            "No list prices in the data: the waterfall begins at net sales, and discounts are not seen.",
            "a column List value or List price among the sale lines, or --products with a list price",
        ),
        (
            not there.has_cost,
            "product cost",
            "No product cost in the data: the answer stops at net sales.",
            "a column Cost among the sale lines, --products with a unit cost, or --purchases",
        ),
        (
            there.has_cost and not there.has_margin,
            "product cost",
            "Sales without a known cost are above 5 % of a period: the answer stops at net sales.",
            "the missing costs: a column Cost among the sale lines, --products or --purchases",
        ),
        (
            not there.families,
            "product family",
            "No product families: each product is its own family, so mix within families is 0.",
            "a column Product family among the sale lines, or --products",
        ),
        (not there.segments, "segment", "No customer segments: peers are all customers.", "a column Segment among the sale lines, or --customers"),
        (not said.lines_of_a_customer, "customer", "No customers in the data: everything is *no customer*.", "a column Customer number among the sale lines"),
        (
            not said.has("product_key"),
            "product",
            "No products in the data: price, volume and mix cannot be told apart.",
            "a column Product number among the sale lines",
        ),
        (
            not said.documents_named,
            "invoice number",
            "No invoice numbers: the lines of a customer on one day count as one invoice and one order.",
            "a column Invoice among the sale lines",
        ),
        (
            not said.has("quantity"),
            "quantity",
            "No quantities in the data: volume is measured by sales, so a change of price counts as volume.",
            "a column Quantity among the sale lines",
        ),
        (
            not there.costs,
            "cost to serve",
            "No costs to serve: profit is seen before orders, deliveries and visits.",
            "--costs (period, pool, amount) and --policy",
        ),
        (bool(there.costs and not there.policy_pools), "policy", "No policy: every cost pool is unassigned.", "--policy with a driver for each pool"),
        (
            bool(there.costs and not there.activities),
            "activities",
            "No activities: deliveries, visits, calls, tickets and returns cannot drive cost.",
            "--activities",
        ),
        (
            bool(there.peers_are_too_few),
            "peers",
            f"Nobody has {there.peers_are_too_few} peers: nothing is said of leaks.",
            "more customers or products, or a smaller peers_min in --policy",
        ),
        (not said.has("manager_key"), "manager", "No account managers in the data.", "a column Sales person among the sale lines"),
        (not said.currencies, "currency", "No currency in the data: all amounts are of one unnamed currency.", "a column Currency among the sale lines"),
        (not there.names, "names", "No customer names: customers are shown by their keys.", "a column Customer name among the sale lines, or --customers"),
    )
    return tuple(Missing(topic, sentence, file) for silent, topic, sentence, file in silences if silent)
