"""Leaks: steps that cost more than among peers, and what closing the gap would be worth."""

from __future__ import annotations

from decimal import Decimal
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import D, cost, invoice, policy_of, rows_of, studied

from goodterms.analysis.leaks import Leaks, find_leaks, quartiles

NINE = "abcdefghi"
RATES = (2, 2, 3, 3, 3, 4, 4, 5, 9)


def leaks_of(rates, *, groups=None, step="delivery", keys=NINE, bases=None, **how):
    """Leaks of one step whose rates are given in percent; each sells 100,000 unless told otherwise."""
    bases = bases or [Decimal(100_000)] * len(rates)
    amounts = [base * D(rate) / 100 for base, rate in zip(bases, rates, strict=True)]
    return list(find_leaks(list(keys[: len(rates)]), bases, {step: amounts}, groups or [("all",)] * len(rates), **how).found)


def test_nine_customers_and_delivery_worked_by_hand():
    """Delivery at 2, 2, 3, 3, 3, 4, 4, 5 and 9 % of list; the last sells 100,000; the median of the others is 3 %: worth 6,000."""
    found = leaks_of(RATES)
    largest = found[0]
    assert (largest.key, largest.step, largest.worth, largest.peers, largest.peer_count) == ("i", "delivery", Decimal(6_000), "all", 8)
    assert (round(largest.rate, 12), round(largest.peer_median, 12)) == (0.09, 0.03)
    assert [(leak.key, leak.worth) for leak in found] == [("i", 6_000), ("h", 2_000), ("f", 1_000), ("g", 1_000)]


def test_charges_are_income_so_a_leak_is_a_rate_below_the_peers():
    """The median of the others is 3.5 % for those at 2 or 3 %: 1,500 and 500 are not charged."""
    found = leaks_of(RATES, step="charges")
    assert [(leak.key, leak.worth) for leak in found] == [("a", 1_500), ("b", 1_500), ("c", 500), ("d", 500), ("e", 500)]


def test_with_fewer_peers_than_asked_there_is_no_leak():
    assert leaks_of(RATES[1:]) == []
    assert find_leaks(["a", "b"], [D(1), D(1)], {"delivery": [D(0), D(1)]}, [("all",)] * 2) == Leaks((), {"a": 0, "b": 0})
    assert leaks_of(RATES[1:], peers_min=7)[0].key == "h"


def test_the_narrowest_group_with_enough_others_counts():
    """Ten in the segment: four in the band are too few, the segment's nine others are enough; a lone customer has all twelve."""
    keys = [f"{n:02d}" for n in range(13)]
    groups = [("Retail, size band 1" if n < 4 else "Retail, size band 2", "Retail", "all") for n in range(10)] + [("Care, size band 1", "Care", "all")] * 3
    rates = [3] * 9 + [5] + [1, 1, 7]
    found = leaks_of(rates, groups=groups, keys=keys)
    assert [(leak.key, leak.peers, leak.peer_count, leak.worth) for leak in found] == [("12", "all", 12, 4_000), ("09", "Retail", 9, 2_000)]
    assert {leak.peers for leak in leaks_of(rates, groups=groups, keys=keys, peers_min=5) if leak.key == "09"} == {"Retail, size band 2"}


def test_all_are_one_group_whether_or_not_an_item_has_a_segment():
    """Three of a segment and ten of none, the first at 40 %, the others at 2 %: each has all twelve others as peers, whatever it has beside them."""
    keys = [f"{n:02d}" for n in range(13)]
    groups = [("Care, size band 1", "Care", "all")] * 3 + [(f"size band {n % 4 + 1}", "all") for n in range(10)]
    found = find_leaks(keys, [D(100_000)] * 13, {"delivery": [D(40_000), *[D(2_000)] * 12]}, groups)
    assert [(leak.key, leak.peers, leak.peer_count, leak.worth) for leak in found.found] == [("00", "all", 12, 38_000)]
    assert found.peers == dict.fromkeys(keys, 12)


def test_a_segment_called_all_is_not_the_group_of_all():
    keys = [f"{n:02d}" for n in range(20)]
    groups = [("all, size band 1", "all", "all")] * 10 + [("size band 1", "all")] * 10
    found = find_leaks(keys, [D(100_000)] * 20, {"delivery": [D(2_000)] * 20}, [(band[-2], band[-1]) if len(band) == 3 else band[-1:] for band in groups])
    assert found.peers == dict.fromkeys(keys[:10], 9) | dict.fromkeys(keys[10:], 19)


def test_an_item_without_sales_has_no_rate_and_is_nobodys_peer():
    bases = [Decimal(100_000)] * 9 + [Decimal(0), Decimal(-5)]
    amounts = [base * rate / 100 for base, rate in zip(bases, (*RATES, 0, 0), strict=True)]
    amounts[9] = Decimal(1_000_000)
    leaks = find_leaks(list("abcdefghijk"), bases, {"delivery": amounts}, [("all",)] * 11)
    found = leaks.found
    assert leaks.peers == dict.fromkeys("abcdefghi", 8)
    assert next((leak.key, leak.worth, leak.peer_count) for leak in found) == ("i", 6_000, 8)
    assert {leak.key for leak in found}.isdisjoint("jk")


def test_nothing_leaks_where_there_is_nothing():
    assert find_leaks([], [], {"delivery": []}, []) == Leaks((), {})
    assert leaks_of([3] * 9) == []


@given(st.lists(st.integers(0, 30), min_size=2, max_size=25))
def test_the_peers_median_leaves_the_item_itself_out(rates):
    """Against the definition written down, with ties."""
    keys = [f"{n:02d}" for n in range(len(rates))]
    found = {leak.key: leak for leak in leaks_of(rates, keys=keys, peers_min=1)}
    for n, rate in enumerate(rates):
        gap = rate / 100 - median(r / 100 for r in rates[:n] + rates[n + 1 :])
        if gap > 1e-9:
            assert abs(found[keys[n]].worth - D(gap * 100_000).quantize(Decimal("0.0001"))) <= Decimal("0.0001")
        else:
            assert keys[n] not in found


class TestQuartiles:
    """Size bands: quartiles of the base within the segment, by rank, ties by key."""

    def test_by_rank_within_the_segment(self):
        keys = [*"abcdefgh", "x"]
        bases = [Decimal(n) for n in (8, 7, 6, 5, 4, 3, 2, 1)] + [Decimal(100)]
        assert quartiles(keys, bases, ["Retail"] * 8 + ["Care"]) == [4, 4, 3, 3, 2, 2, 1, 1, 1]

    def test_ties_go_by_key_and_no_sales_means_no_band(self):
        assert quartiles(["d", "c", "b", "a", "e"], [Decimal(5)] * 4 + [Decimal(0)], [""] * 5) == [4, 3, 2, 1, 0]


class TestStudy:
    """Leaks of customers, products and managers in a whole analysis."""

    def sales(self, *, discounts=RATES, list_value=1000):
        return [
            invoice("2023-01-05", name, name, "tea", 1, list_value - D(rate) * 10, list_value=list_value, product_cost=500, manager_key="Mia")
            for name, rate in zip(NINE, discounts, strict=True)
        ]

    def test_rates_are_shares_of_sales_at_list_price(self):
        result = studied(self.sales())
        largest = rows_of(result.tables["leaks"])[0]
        assert (largest["kind"], largest["key"], largest["step"], largest["base"], largest["worth"]) == ("customer", "i", "discount", 1000, 60)
        worst = result.customers[0]
        assert (worst.key, worst.leak_step, worst.leak_worth) == ("i", "discount", 60)
        assert worst.leak_sentence == "discount takes 9.0 % where the median of 8 peers (all) is 3.0 %: worth 60.00"

    def test_without_list_prices_of_net_sales(self):
        sale_lines = [row | {"list_value": None, "product_cost": 500 + 10 * rate, "net_value": 1000} for row, rate in zip(self.sales(), RATES, strict=True)]
        largest = rows_of(studied(sale_lines).tables["leaks"])[0]
        assert (largest["step"], largest["base"], largest["worth"]) == ("product_cost", 1000, 60)

    def test_product_cost_is_a_share_of_the_sales_whose_cost_is_known(self):
        """Nine products at 50 %, one of them with a line without cost; the tenth at 60 %; two whose cost nobody knows are no peers at 0 %."""
        sale_lines = [invoice("2023-01-05", name, "Ann", name, 1, 1000, product_cost=500) for name in NINE]
        sale_lines.append(invoice("2023-01-05", "a2", "Ann", "a", 1, 100))
        sale_lines.append(invoice("2023-01-05", "j", "Ann", "j", 1, 1000, product_cost=600))
        sale_lines += [invoice("2023-01-05", name, "Ann", name, 1, 50) for name in ("without 1", "without 2")]
        leaks = [row for row in rows_of(studied(sale_lines).tables["leaks"]) if row["kind"] == "product"]
        assert [(row["key"], row["rate"], row["peer_median"], row["peer_count"], row["base"], row["worth"]) for row in leaks] == [("j", 0.6, 0.5, 9, 1000, 100)]

    def test_at_list_price_the_share_is_of_the_list_value_of_costed_lines(self):
        sale_lines = [invoice("2023-01-05", name, name, "tea", 1, 900, list_value=1000, product_cost=500) for name in NINE]
        sale_lines += [
            invoice("2023-01-05", "i2", "i", "tea", 1, 200, list_value=400),
            invoice("2023-01-05", "i3", "i", "tea", 1, 0, list_value=0, product_cost=50),
        ]
        leaks = [row for row in rows_of(studied(sale_lines).tables["leaks"]) if row["kind"] == "customer" and row["step"] == "product_cost"]
        assert [(row["key"], row["rate"], row["base"], row["worth"]) for row in leaks] == [("i", 0.55, 1000, 50)]

    def test_each_step_of_cost_to_serve_may_leak(self):
        """Desk: nine orders of 10, and eight more for the last customer, each 10 of 1,000 more than the peers' 1 %: 80."""
        sale_lines = self.sales(discounts=[0] * 9)
        sale_lines += [invoice("2023-01-06", f"i{n}", "i", "tea", 0, 0, list_value=0, product_cost=0) for n in range(8)]
        result = studied(sale_lines, costs=[cost("2023-01", "desk", 170)], policy=policy_of({"name": "desk", "driver": "orders"}))
        told = [(row["kind"], row["key"], row["step"], row["worth"]) for row in rows_of(result.tables["leaks"])]
        assert told == [("customer", "i", "desk", 80)]

    def test_the_policy_says_how_many_peers_are_enough(self):
        assert rows_of(studied(self.sales(), policy=policy_of(peers_min=9)).tables["leaks"]) == []

    def test_segment_and_size_band_are_peers_before_all(self):
        """18 customers of two segments: a band has four or five, so the segment's eight others count."""
        sale_lines, customers = self.sales(), [{"customer_key": name, "segment": "Retail"} for name in NINE]
        sale_lines += [row | {"customer_key": row["customer_key"].upper(), "document": row["document"].upper(), "net_value": 1} for row in self.sales()]
        customers += [{"customer_key": name.upper(), "segment": "Care"} for name in NINE]
        leaks = [row for row in rows_of(studied(sale_lines, customers=customers).tables["leaks"]) if row["kind"] == "customer" and row["step"] == "discount"]
        assert next((row["key"], row["peers"], row["worth"]) for row in leaks) == ("i", "Retail", 60)


@pytest.mark.parametrize("key", ["(no customer)", "(no product)"])
def test_what_has_no_name_has_no_leak(key):
    sale_lines = [invoice("2023-01-05", str(n), None, None, 1, 1000 - n, list_value=1000, product_cost=500) for n in range(20)]
    assert key not in {row["key"] for row in rows_of(studied(sale_lines, policy=policy_of(peers_min=1)).tables["leaks"])}
