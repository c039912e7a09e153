"""Time-driven activity-based costing: Kaplan & Anderson, "Time-Driven Activity-Based Costing", Harvard Business Review, November 2004.

A customer service department costs 560,000 and has 700,000 minutes of practical capacity: 0.80 a minute. 49,000 orders take 8 minutes each, 1,400 inquiries
44 and 2,500 credit checks 50: 578,600 minutes, so 121,400 minutes are not used.
"""

from __future__ import annotations

from tests.cast import D, activity, cost, invoice, policy_of, rows_of, studied, summed, waterfall_of

DEPARTMENT = cost("2004-01", "Customer service", 560_000)
USED, UNUSED, UNUSED_MINUTES = D(462_880), D(97_120), D(121_400)


def pool(minutes: str):
    """The department by practical capacity."""
    return policy_of({"name": "Customer service", "minutes": minutes, "capacity_minutes": 700_000})


def test_each_activity_costs_its_minutes_at_the_rate_of_the_capacity():
    """Orders 313,600, inquiries 49,280 and credit checks 100,000 (exact as printed): calls, tickets and visits stand for the three activities."""
    sale_lines = [invoice("2004-01-05", name, name, "goods", 1, 1_000_000, product_cost=0) for name in ("orders", "inquiries", "credit checks")]
    activities = [
        activity("2004-01-31", "call", "orders", quantity=49_000),
        activity("2004-01-31", "ticket", "inquiries", quantity=1_400),
        activity("2004-01-31", "visit", "credit checks", quantity=2_500),
    ]
    result = studied(sale_lines, activities=activities, costs=[DEPARTMENT], policy=pool("8*calls + 44*tickets + 50*visits"))
    assert summed(result.tables["shares"], "counterparty") == {"orders": D(313_600), "inquiries": D(49_280), "credit checks": D(100_000)}
    assert [(row["rate"], row["driver_total"], row["capacity"]) for row in rows_of(result.tables["rates"])] == [(D("0.8"), 578_600, 700_000)]
    assert D(700_000) - 578_600 == UNUSED_MINUTES
    assert waterfall_of(result)["unused"] == -UNUSED


def test_a_time_equation_over_orders_leaves_the_same_capacity_unused():
    """The same department by one time equation: 49,000 orders, of which 1,400 came with an inquiry and 2,500 needed a credit check."""
    sale_lines = [
        invoice("2004-01-05", f"{n:05d}", "Ann", "goods", 1, 100, product_cost=0, **{"attribute:inquiry": int(n < 1_400), "attribute:check": int(n < 2_500)})
        for n in range(49_000)
    ]
    result = studied(sale_lines, costs=[DEPARTMENT], policy=pool("8 + 44*inquiry + 50*check"))
    row = rows_of(result.tables["pools"])[0]
    assert (row["amount"], row["assigned"], row["unused"], row["unassigned"]) == (560_000, USED, UNUSED, 0)


def test_hunter_takes_42_minutes_for_a_new_rush_order_and_8_for_an_old_customers_single_line():
    """Hunter: order entry takes 5 minutes, 3 more a line, 15 more for a new customer, 10 more for a rush (exact as printed)."""
    sale_lines = [
        invoice("2003-12-01", "1", "Ann", "goods", 1, 10, product_cost=0),
        invoice("2004-01-05", "2", "Ann", "goods", 1, 10, product_cost=0),
        *(invoice("2004-01-06", "3", "Bob", f"goods {n}", 1, 10, product_cost=0, **{"attribute:rush": int(n == 2)}) for n in range(4)),
    ]
    equation = "15*new + 5 + 3*lines + 10*rush"
    policy = policy_of({"name": "Order entry", "minutes": equation, "capacity_minutes": 100})
    result = studied(sale_lines, costs=[cost("2004-01", "Order entry", 100)], policy=policy)
    assert summed(result.tables["shares"], "counterparty", value="driver_count") == {"Ann": D(8), "Bob": D(42)}
    assert waterfall_of(result)["unused"] == -50
