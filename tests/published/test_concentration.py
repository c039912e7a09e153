"""Concentration: the Herfindahl–Hirschman index of shares 50, 30 and 20 % is 0.38 (0.25 + 0.09 + 0.04)."""

from __future__ import annotations

from tests.cast import D, invoice, studied


def test_shares_of_50_30_and_20_percent_give_0_38():
    """Exact. A customer whose sales are not above 0, and lines without a customer, take no part."""
    sold = {"Ann": 500, "Bob": 300, "Cleo": 200, "Dora": -40, None: 700}
    result = studied([invoice("2020-01-01", str(n), customer, "goods", 1, amount) for n, (customer, amount) in enumerate(sold.items())])
    assert result.whale.hhi == D("0.38")
