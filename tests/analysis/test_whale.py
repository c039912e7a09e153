"""The whale curve: customers ranked by profit, cumulated; and how concentrated sales are."""

from __future__ import annotations

import pytest
from tests.cast import D, cost, invoice, policy_of, rows_of, studied, waterfall_of

from goodterms.analysis.whale import concentration, whale_curve
from goodterms.charts.whale import whale_figures


def curve(*profits, sales=()):
    return whale_curve([(f"{n:04d}", D(profit)) for n, profit in enumerate(profits)], [D(sale) for sale in sales], period="2023", measure="net profit")


def test_the_peak_is_the_sum_of_profits_and_losses_take_their_share_of_it():
    """60 + 40 = 100, less 20 and 5: total 75. Peak 133 1/3 % of it after two customers; losers took 25 % of what was earned."""
    whale = curve(40, -20, 60, 0, -5)
    assert (whale.customers, whale.total, whale.peak, whale.peak_rank, whale.losers, whale.losses) == (5, 75, 100, 2, 2, -25)
    assert (round(whale.peak_share, 6), whale.loss_share) == (D("1.333333"), D("0.25"))
    assert whale.points == ((1, 60), (2, 100), (3, 100), (4, 95), (5, 75))


@pytest.mark.parametrize("profits", [(10, -30), (10, -10)])
def test_a_total_that_is_not_above_0_has_no_peak_share(profits):
    """AdventureWorks' 2013 total is a loss."""
    whale = curve(*profits)
    assert (whale.peak, whale.peak_share, whale.loss_share) == (10, None, D(-profits[1]) / 10)


def test_without_any_profit_there_is_no_loss_share():
    whale = curve(-1, -2)
    assert (whale.peak, whale.peak_rank, whale.loss_share, whale.points) == (0, 0, None, ((1, -1), (2, -3)))


def test_without_customers_the_curve_is_empty():
    whale = curve()
    assert (whale.customers, whale.total, whale.points, whale.hhi) == (0, 0, (), None)


def test_ties_are_ranked_by_key_and_row_order_never_matters():
    given = [("b", D(5)), ("a", D(5)), ("c", D(-1))]
    first, second = (whale_curve(profits, [], period="2023", measure="net profit") for profits in (given, given[::-1]))
    assert first == second


def test_points_are_thinned_and_first_peak_and_last_are_always_there():
    profits = [1000 - n for n in range(2500)]
    points = curve(*profits).points
    assert len(points) <= 400
    ranks = [rank for rank, _ in points]
    assert (ranks[0], ranks[-1]) == (1, 2500)
    assert dict(points)[1000] == sum(range(1, 1001))
    assert ranks == sorted(set(ranks))


def test_concentration_counts_sales_above_0():
    assert concentration([D(50), D(30), D(20), D(0), D(-100)]) == D("0.38")
    assert concentration([D(7)]) == 1
    assert concentration([D(-7), D(0)]) is None


def test_the_own_group_stands_beside_the_curve_so_that_its_total_meets_the_waterfall_s():
    lines = [invoice("2023-01-05", "1", "Ann", "tea", 1, 100, product_cost=30), invoice("2023-01-06", "2", "Oy", "tea", 1, 20, product_cost=15)]
    result = studied(lines, policy=policy_of(intercompany=["Oy"]))
    assert (result.whale.total, result.whale.own_group, waterfall_of(result)["gross_margin"]) == (70, 5, 75)
    assert ("Own group, not on the curve", "5.00") in whale_figures(result.whale)
    assert "Own group" not in str(whale_figures(curve(40)))


def test_the_study_ranks_by_net_profit_and_lists_every_customer():
    """Two orders at 30: Ann earns 70 − 30, Cleo 10 − 30. Bob, who bought nothing in the period, is not on the curve."""
    sale_lines = [
        invoice("2022-01-05", "0", "Bob", "tea", 1, 10, product_cost=5),
        invoice("2023-01-05", "1", "Ann", "tea", 1, 100, product_cost=30),
        invoice("2023-01-06", "2", "Cleo", "tea", 1, 20, product_cost=10),
    ]
    result = studied(sale_lines, costs=[cost("2023-01", "desk", 60)], policy=policy_of({"name": "desk", "driver": "orders"}), periods=("2022", "2023"))
    assert (result.whale.period, result.whale.measure, result.whale.points) == ("2023", "net profit", ((1, 40), (2, 20)))
    assert (result.whale_earlier.period, result.whale_earlier.points) == ("2022", ((1, 5),))
    told = [(row["rank"], row["customer"], row["amount"], row["cumulative"]) for row in rows_of(result.tables["whale"])]
    assert told == [(1, "Ann", 40, 40), (2, "Cleo", -20, 20)]
