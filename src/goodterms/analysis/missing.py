"""What the data could not say, and which file or column would let it."""

from __future__ import annotations

from goodterms.analysis.lines import Said
from goodterms.analysis.result import Missing


def what_is_missing(
    said: Said, *, families: int, segments: int, costs: int, activities: int, policy_pools: int, has_cost: bool, product_margins: bool, names: int
) -> tuple[Missing, ...]:
    """One sentence a topic that the data is silent on; nothing is invented in its place."""
    found = []

    def silent(topic: str, sentence: str, file: str) -> None:
        found.append(Missing(topic, sentence, file))

    if not said.has("list_value"):
        silent(
            "list price",
            "No list prices in the data: the waterfall begins at net sales, and discounts are not seen.",
            "a column List value or List price among the sale lines",
        )
    if not has_cost:
        silent(
            "product cost",
            "No product cost in the data: the answer stops at net sales.",
            "a column Cost among the sale lines, --products with a unit cost, or --purchases",
        )
    elif not product_margins:
        silent(
            "product cost",
            "Sales without a known cost are above 5 % of a period: the answer stops at net sales.",
            "the missing costs: a column Cost among the sale lines, --products or --purchases",
        )
    if not families:
        silent("product family", "No product families: each product is its own family, so mix within families is 0.", "a column Product family, or --products")
    if not segments:
        silent("segment", "No customer segments: peers are all customers.", "a column Segment, or --customers")
    if not said.lines_of_a_customer:
        silent("customer", "No customers in the data: everything is *no customer*.", "a column Customer number among the sale lines")
    if not said.has("product_key"):
        silent("product", "No products in the data: price, volume and mix cannot be told apart.", "a column Product number among the sale lines")
    if not said.has("quantity"):
        silent("quantity", "No quantities in the data: price and volume cannot be told apart.", "a column Quantity among the sale lines")
    if not costs:
        silent("cost to serve", "No costs to serve: profit is seen before orders, deliveries and visits.", "--costs (period, pool, amount) and --policy")
    elif not policy_pools:
        silent("policy", "No policy: every cost pool is unassigned.", "--policy with a driver for each pool")
    if costs and not activities:
        silent("activities", "No activities: deliveries, visits, calls, tickets and returns cannot drive cost.", "--activities")
    if not said.has("manager_key"):
        silent("manager", "No account managers in the data.", "a column Sales person among the sale lines, or --customers")
    if not said.has("due_date"):
        silent(
            "payment", "No due dates or payments: the cost of waiting for money is not in the figures.", "a column Due date; payments come with an installation"
        )
    if not said.currencies:
        silent("currency", "No currency in the data: all amounts are of one unnamed currency.", "a column Currency")
    if not names:
        silent("names", "No customer names: customers are shown by their keys.", "a column Customer, or --customers")
    return tuple(found)
