"""The customers and products that cost most, each with its largest leak."""

from __future__ import annotations

from tests.cast import D, cost, invoice, policy_of, studied

from goodterms.analysis.culprits import leak_sentence, worst
from goodterms.analysis.leaks import Leak, Leaks


def rows(*amounts, column="net_profit", names=None):
    """Customers c0, c1 … with an amount in both periods."""
    return [
        {
            "customer": f"c{n:02d}",
            "name": (names or {}).get(n),
            f"{column}_earlier": D(pair[0]),
            f"{column}_later": D(pair[1]),
            "net_sales_earlier": D(pair[0]),
            "net_sales_later": D(pair[1]),
            "sales_without_cost_later": D(0),
        }
        for n, pair in enumerate(amounts)
    ]


NONE = Leaks((), {})


def leak(key, step="discount", worth=5):
    return Leak(key, step, 0.09, 0.03, "Retail", 8, D(100), D(worth))


def test_the_ten_with_the_lowest_net_profit_lowest_first_ties_by_key():
    found = worst("customer", rows(*((0, 9 - n // 2) for n in range(14))), NONE, 8, rank_by="net_profit", compared=True)
    assert [culprit.key for culprit in found] == ["c12", "c13", "c10", "c11", "c08", "c09", "c06", "c07", "c04", "c05"]
    assert {culprit.rank_by for culprit in found} == {"net profit"}


def test_without_profit_the_ten_whose_sales_fell_most():
    found = worst("customer", rows((10, 12), (10, 3), (10, 10), (10, 9), column="net_sales"), NONE, 8, rank_by="net_sales", compared=True)
    assert [(culprit.key, culprit.earlier, culprit.later, culprit.rank_by) for culprit in found] == [
        ("c01", 10, 3, "change in net sales"),
        ("c03", 10, 9, "change in net sales"),
    ]


def test_of_one_period_and_sales_alone_nobody_is_named():
    assert worst("customer", rows((0, 3), column="net_sales"), NONE, 8, rank_by="net_sales", compared=False) == ()


def test_each_has_its_largest_leak():
    leaks = Leaks((leak("c00", "product_cost", 9), leak("c01"), leak("c00", "discount", 3)), {"c00": 8, "c01": 8, "c02": 8})
    first, second, third = worst("customer", rows((0, 1), (0, 2), (0, 3), names={0: "Ann"}), leaks, 8, rank_by="net_profit", compared=True)
    assert (first.name, first.leak_step, first.leak_worth) == ("Ann", "product cost", 9)
    assert first.leak_sentence == "product cost takes 9.0 % where the median of 8 peers (Retail) is 3.0 %: worth 9.00"
    assert (second.name, second.leak_step, third.leak_step, third.leak_worth, third.leak_sentence) == ("", "discount", "", None, "")


def test_a_leak_whose_rates_print_the_same_is_not_said():
    """5.61 % against 5.58 % would read "5.6 % where the median is 5.6 %"; the next largest that a reader sees is said instead."""
    noise = Leak("c00", "discount", 0.0561, 0.0558, "all", 8, D(100), D(9))
    seen = Leak("c00", "delivery", 0.0561, 0.0548, "all", 8, D(100), D(7))
    for leaks, step in ((Leaks((noise, seen), {"c00": 8}), "delivery"), (Leaks((noise,), {"c00": 8}), "")):
        (found,) = worst("customer", rows((0, 1)), leaks, 8, rank_by="net_profit", compared=True)
        assert (found.leak_step, bool(found.leak_sentence)) == (step, bool(step))


def test_products_of_which_no_cost_is_known_have_no_margin_to_be_ranked_by():
    """Tea is costed, cup in part (60 of 100), pot not at all: its margin is unknown, not 0."""
    lines = [
        invoice("2023-01-05", "1", "Ann", "tea", 1, 3000, product_cost=1000),
        invoice("2023-01-05", "2", "Ann", "cup", 1, 60, product_cost=20),
        invoice("2023-01-05", "3", "Ann", "cup", 1, 40),
        invoice("2023-01-05", "4", "Ann", "pot", 1, 50),
    ]
    assert [(culprit.key, culprit.later) for culprit in studied(lines).products] == [("cup", 40), ("tea", 2000)]


def test_one_without_sales_in_the_later_period_says_so():
    """Nobody compared its steps, so none can be said to cost no more than among its peers."""
    leaks = Leaks((leak("c01"),), {"c01": 8, "c02": 8})
    found = worst("customer", rows((9, 0), (0, 2), (0, 3)), leaks, 8, rank_by="net_profit", compared=True, later="2024")
    assert [culprit.leak_sentence.partition(" takes")[0] for culprit in found] == ["no sales in 2024 to compare", "discount", ""]


def test_one_without_enough_peers_says_so():
    (found,) = worst("customer", rows((0, 1)), Leaks((), {"c00": 0}), 8, rank_by="net_profit", compared=True)
    assert (found.leak_step, found.leak_sentence) == ("", "fewer than 8 peers, so no step can be compared")


def test_charges_bring_and_costs_take():
    assert leak_sentence(leak("c00", "charges")) == "freight and fees charged brings 9.0 % where the median of 8 peers (Retail) is 3.0 %: worth 5.00"


def test_the_study_ranks_customers_by_net_profit_and_products_by_product_contribution():
    """Two orders at 30. Ann earns 70 − 30 and Cleo 10 − 30; no product carries an order's cost: tea earns 70, saws 10."""
    sale_lines = [
        invoice("2023-01-05", "1", "Ann", "tea", 1, 100, product_cost=30),
        invoice("2023-01-06", "2", "Cleo", "saw", 1, 20, product_cost=10),
        invoice("2023-01-06", "3", None, None, 1, 1, product_cost=100),
    ]
    result = studied(sale_lines, costs=[cost("2023-01", "desk", 90)], policy=policy_of({"name": "desk", "driver": "orders"}))
    assert [(culprit.key, culprit.later, culprit.rank_by) for culprit in result.customers] == [("Cleo", -20, "net profit"), ("Ann", 40, "net profit")]
    assert [(culprit.key, culprit.later, culprit.rank_by) for culprit in result.products] == [
        ("saw", 10, "product contribution"),
        ("tea", 70, "product contribution"),
    ]
