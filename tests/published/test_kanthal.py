"""Kanthal: Kaplan, Harvard Business School case 9-190-002 (1989).

Two customers buy for 160,000 each at a margin of 50 %. An order costs 750, and 2,250 more where the product is not stocked.
"""

from __future__ import annotations

from tests.cast import D, by, cost, invoice, policy_of, studied


def orders(customer: str, count: int, not_stocked: int):
    """Orders that add up to sales of 160,000 and product cost of 80,000."""
    each, rest = divmod(160_000, count)
    for n in range(count):
        sales = D(each + rest * (n == 0))
        yield invoice("1989-01-05", f"{customer}{n}", customer, "wire", 1, sales, product_cost=sales / 2, **{"attribute:special": int(n < not_stocked)})


def test_customers_of_equal_sales_earn_71000_and_9500():
    """Exact as printed: 80,000 − 3 × 3,000 = 71,000; 80,000 − 28 × 750 − 22 × 2,250 = 9,500."""
    sale_lines = [*orders("few", 3, 3), *orders("many", 28, 22)]
    costs = [cost("1989-01", "order handling", 750 * 31), cost("1989-01", "not stocked", 2_250 * 25)]
    policy = policy_of({"name": "order handling", "driver": "orders"}, {"name": "not stocked", "minutes": "special", "capacity_minutes": 25})
    result = studied(sale_lines, costs=costs, policy=policy)
    assert by(result.tables["customers"], "customer", value="net_sales_later") == {"few": D(160_000), "many": D(160_000)}
    assert by(result.tables["customers"], "customer", value="net_profit_later") == {"few": D(71_000), "many": D(9_500)}
