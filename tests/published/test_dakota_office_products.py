"""Dakota Office Products: Kaplan, Harvard Business School case 9-102-021 (2001), with its teaching note.

5,850,000 of expense over 80,000 cartons, 75,000 cartons shipped by freight, 2,000 desktop deliveries, 16,000 manual orders, 150,000 order lines and 8,000
EDI orders gives the rates 52, 6, 220, 10, 4 and 5; receivables cost 10 % of the average balance. Customer A earns 5,170 and customer B loses 2,520.
"""

from __future__ import annotations

import pytest
from tests.cast import D, activity, by, cost, invoice, policy_of, rows_of, studied

WORK = ("cartons", "freight", "desktop", "manual", "lines", "edi")
RATES = {"cartons": 52, "freight": 6, "desktop": 220, "manual": 10, "lines": 4, "edi": 5}
TOTALS = {"cartons": 80_000, "freight": 75_000, "desktop": 2_000, "manual": 16_000, "lines": 150_000, "edi": 8_000}
OF_A = dict(zip(WORK, (200, 200, 0, 6, 60, 6), strict=True))
OF_B = dict(zip(WORK, (200, 150, 25, 100, 180, 0), strict=True))
OF_OTHERS = {what: TOTALS[what] - OF_A[what] - OF_B[what] for what in WORK}
MARGINS = {"A": 18_000, "B": 19_000, "others": 5_000_000}
FINANCING = {"A": D("0.10") * 9_000, "B": D("0.10") * 30_000}


@pytest.fixture(scope="module")
def dakota():
    """A and B beside all other customers, so that every pool is used up. Cartons are units; the rest of the work stands on the order as attributes."""
    sale_lines = [
        invoice(
            "2000-12-31",
            name,
            name,
            "paper",
            work["cartons"],
            100_000 + MARGINS[name],
            product_cost=100_000,
            **{f"attribute:{what} work": work[what] for what in WORK[1:]},
        )
        for name, work in (("A", OF_A), ("B", OF_B), ("others", OF_OTHERS))
    ]
    costs = [cost("2000-12", what, RATES[what] * TOTALS[what]) for what in WORK] + [cost("2000-12", "financing", sum(FINANCING.values()))]
    traced = [activity("2000-12-31", "interest", name, pool="financing", amount=amount) for name, amount in FINANCING.items()]
    pools = [{"name": "cartons", "driver": "units"}]
    pools += [{"name": what, "minutes": f"{what} work", "capacity_minutes": TOTALS[what]} for what in WORK[1:]]
    return studied(sale_lines, costs=costs, activities=traced, policy=policy_of(*pools))


def test_customer_a_earns_and_customer_b_loses(dakota):
    """Exact as printed: 18,000 − 10,400 − 1,200 − 60 − 240 − 30 − 900 = 5,170; 19,000 − 10,400 − 900 − 5,500 − 1,000 − 720 − 3,000 = −2,520."""
    profit = by(dakota.tables["customers"], "customer", value="net_profit_later")
    assert (profit["A"], profit["B"]) == (D(5_170), D(-2_520))


def test_the_pools_exhaust_the_expense_exactly(dakota):
    """5,850,000 without the financing: nothing unused, nothing unassigned."""
    pools = [row for row in rows_of(dakota.tables["pools"]) if row["pool"] != "financing"]
    assert sum(row["amount"] for row in pools) == sum(row["assigned"] for row in pools) == 5_850_000
    assert by(dakota.tables["rates"], "pool", value="rate") == {what: D(rate) for what, rate in RATES.items()}
