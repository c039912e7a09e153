"""Spring Distribution: Horngren, Datar & Rajan, *Cost Accounting: A Managerial Emphasis*, customer profitability in distribution.

A case costs 12 and lists at 14.40. Order taking costs 100 an order, a visit 80, a delivery 2 a mile, handling 0.50 a case, an expedited delivery 300.
"""

from __future__ import annotations

import pytest
from tests.cast import D, activity, by, cost, invoice, policy_of, studied

#        cases   price   orders visits deliveries miles expedited
CUSTOMERS = {
    "S": (31_800, "13.92", 25, 2, 40, 8, 0),
    "R": (60_800, "13.20", 30, 6, 60, 3, 0),
    "Q": (8_750, "14.16", 25, 3, 30, 4, 0),
    "P": (2_080, "14.40", 15, 2, 10, 14, 0),
    "T": (3_900, "12.96", 30, 3, 20, 40, 1),
}
MONTH = "2001-06"


@pytest.fixture(scope="module")
def spring():
    """Every order, visit and delivery is a row of its own; a delivery counts its miles, and the expedited one is traced."""
    sale_lines, activities = [], []
    for name, (cases, price, orders, visits, deliveries, miles, expedited) in CUSTOMERS.items():
        each, rest = divmod(cases, orders)
        for n in range(orders):
            quantity = each + rest * (n == 0)
            more = {"list_value": D("14.40") * quantity, "product_cost": 12 * quantity}
            sale_lines.append(invoice(f"{MONTH}-05", f"{name}{n}", name, "spring water", quantity, D(price) * quantity, **more))
        activities += [activity(f"{MONTH}-06", "visit", name) for _ in range(visits)]
        activities += [activity(f"{MONTH}-07", "delivery", name, quantity=miles) for _ in range(deliveries)]
        activities += [activity(f"{MONTH}-08", "delivery", name, quantity=0, pool="expediting", amount=300) for _ in range(expedited)]
    totals = {"order taking": 100 * 125, "visits": 80 * 16, "delivery": 2 * 1_560, "handling": D("0.50") * 107_330, "expediting": 300}
    drivers = {"order taking": "orders", "visits": "visits", "delivery": "deliveries", "handling": "units"}
    policy = policy_of(*({"name": name, "driver": driver} for name, driver in drivers.items()))
    return studied(sale_lines, activities=activities, costs=[cost(MONTH, pool, amount) for pool, amount in totals.items()], policy=policy)


def test_operating_income_by_customer(spring):
    """Exact as printed."""
    income = {"S": D(41_856), "R": D(38_720), "Q": D(11_545), "P": D(2_012), "T": D(-3_346)}
    assert by(spring.tables["customers"], "customer", value="net_profit_later") == income


def test_the_whale_curve_peaks_at_103_7_percent_of_90787(spring):
    """Peak 94,133 of 90,787: 103.7 % printed, 103.6855 % exact; it stands after four customers."""
    whale = spring.whale
    assert (whale.total, whale.peak, whale.peak_rank, whale.losers, whale.losses) == (90_787, 94_133, 4, 1, -3_346)
    assert round(whale.peak_share * 100, 4) == D("103.6855")
    assert [point[1] for point in whale.points] == [41_856, 80_576, 92_121, 94_133, 90_787]


def test_revenue_is_concentrated_as_printed(spring):
    """HHI 0.4087 printed, 0.40871 exact."""
    assert round(spring.whale.hhi, 5) == D("0.40871")


def test_the_discounts_are_seen_against_the_list_price(spring):
    """The list price of 14.40 less what each customer pays, a case: 0.48, 1.20, 0.24, 0 and 1.44."""
    discount = by(spring.tables["customers"], "customer", value="discount_later")
    assert {name: discount[name] / CUSTOMERS[name][0] for name in CUSTOMERS} == {"S": D("0.48"), "R": D("1.2"), "Q": D("0.24"), "P": 0, "T": D("1.44")}
