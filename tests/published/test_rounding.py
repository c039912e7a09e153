"""Rounding to the unit: published splittings of money, through the sharing of a cost pool (the kernel alone is in tests/analysis/test_allocation.py).

The figures are in units of 0.0001: largest remainder, the sum exact, ties by key, a negative amount as its absolute value.
"""

from __future__ import annotations

import pytest
from tests.cast import D, cost, drivers_of, invoice, policy_of, summed

from goodterms.analysis.cost_to_serve import share_costs

UNIT = D("0.0001")


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        (1003, [49, 51], [491, 512]),
        (5, [100, 101, 100, 100], [1, 2, 1, 1]),
        (22000, [445455, 9091, 545455], [9800, 200, 12000]),
        (9999, [75, 25], [7499, 2500]),
        (1, [1, 1, 1], [1, 0, 0]),
        (-1, [1, 1], [-1, 0]),
    ],
)
def test_a_pool_is_shared_to_the_unit(amount, weights, shares):
    sale_lines = [invoice("2020-01-01", str(n), f"customer {n}", "goods", weight, 10) for n, weight in enumerate(weights)]
    drivers = drivers_of(reversed(sale_lines), costs=[cost("2020-01", "handling", amount * UNIT)])
    shared = share_costs(drivers, policy_of({"name": "handling", "driver": "units"}), lambda _text: None)
    assert summed(shared.shares, "counterparty") == {f"customer {n}": share * UNIT for n, share in enumerate(shares)}
    assert shared.total("assigned") == amount * UNIT
