"""Keep or drop a product: the Slicer of Atkinson, Kaplan, Matsumura & Young, *Management Accounting*.

The Slicer shows a profit of 7,000 after 38,000 of allocated cost that would stay. Dropping it costs 45,000: revenue 440,000 less avoidable 340,000 of
product cost, 33,000, 10,000 and 12,000.
"""

from __future__ import annotations

from tests.cast import D, cost, invoice, policy_of, row_of, studied

AVOIDABLE = {"commissions": 33_000, "packing": 10_000, "advertising": 12_000}


def test_the_slicer_earns_7000_and_dropping_it_costs_45000():
    """Exact as printed. A second product carries as much again, so that every pool is shared."""
    sale_lines = [invoice("2020-01-31", str(n), "Ann", name, 1, 440_000, product_cost=340_000) for n, name in enumerate(("Slicer", "Grinder"))]
    costs = [cost("2020-01", name, 2 * amount) for name, amount in {**AVOIDABLE, "headquarters": 38_000}.items()]
    pools = [{"name": name, "driver": "lines", "avoidable": 1} for name in AVOIDABLE] + [{"name": "headquarters", "driver": "lines", "avoidable": 0}]
    slicer = row_of(studied(sale_lines, costs=costs, policy=policy_of(*pools)), "products", product="Slicer")
    assert (slicer["net_sales_later"], slicer["gross_margin_later"]) == (D(440_000), D(100_000))
    assert (slicer["product_contribution_later"], slicer["avoidable_profit_later"]) == (D(7_000), D(45_000))
