"""Pocket price: Marn & Rosiello, "Managing Price, Gaining Profit", Harvard Business Review, September–October 1992.

A dealer's list price of 6.00 less an order-size discount of 0.10 and a competitive discount of 0.12 is the invoice price, 5.78; payment terms 0.30, annual
volume bonus 0.37, off-invoice promotions 0.35, co-op advertising 0.20 and freight 0.09 leave a pocket price of 4.47.
"""

from __future__ import annotations

import pytest
from tests.cast import D, invoice, policy_of, studied, waterfall_of

ON_INVOICE = {"order size": D("0.10"), "competitive": D("0.12")}
OFF_INVOICE = {"payment terms": D("0.30"), "volume bonus": D("0.37"), "promotions": D("0.35"), "advertising": D("0.20"), "freight": D("0.09")}


def sold(*, cost="3.00", policy=None):
    """One unit: what is on the invoice is a discount, what comes later a rebate (the example counts freight there)."""
    discount, rebate = sum(ON_INVOICE.values()), sum(OFF_INVOICE.values())
    line = invoice("1992-09-01", "1", "dealer", "linoleum", 1, 6 - discount, list_value=6, discount=discount, rebate=rebate, product_cost=cost)
    return waterfall_of(studied([line], policy=policy))


def test_the_pocket_price_is_4_47_and_the_invoice_price_5_78():
    """Exact as printed."""
    found = sold()
    assert (found["list_value"], found["invoiced_sales"], found["net_sales"]) == (D(6), D("5.78"), D("4.47"))


def test_a_vendors_incentive_lowers_cost_and_not_the_pocket_price():
    """0.25 of a vendor's incentive: the margin is 1.72 instead of 1.47, at the same pocket price."""
    without, with_incentive = sold(), sold(cost=D("3.00") - D("0.25"))
    assert with_incentive["net_sales"] == without["net_sales"] == D("4.47")
    assert (without["gross_margin"], with_incentive["gross_margin"]) == (D("1.47"), D("1.72"))


@pytest.mark.parametrize(("step", "invoiced", "net"), [("discount", D("4.47"), D("4.47")), ("product cost", D("5.78"), D("5.78"))])
def test_the_policy_says_where_a_layer_counts(step, invoiced, net):
    """With everything off the invoice counted as a discount the invoice price is the pocket price; counted as product cost, the pocket price is 5.78."""
    found = sold(policy=policy_of(layers={"rebate": step}))
    assert (found["list_value"] + found["discount"], found["net_sales"], found["gross_margin"]) == (invoiced, net, D("1.47"))
